// Body of to_report(): what check() found, on one screen.
#pragma once

#include <cudacompat/decide/question.hpp>
#include <cudacompat/tell/describe.hpp>
#include <cudacompat/tell/text.hpp>
#include <cudacompat/tell/text_body.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

namespace detail {

class reporter {
public:
    reporter(const answer& a, const text_options& options)
        : answer_(a), options_(options), kb_(a.kb()), sources_(kb_) {}

    [[nodiscard]] std::string run() {
        headline();
        place();
        const bool refused = answer_.verdict() == cudacompat::verdict::incompatible;
        if (refused) conflict("why");
        looks_like();
        others();
        unknown();
        if (!refused && answer_.conflict() != nullptr) conflict("what stands against a sure answer");
        ways_out();
        needs();
        notes();
        if (!sources_.empty()) out_ += "\nsources\n" + sources_.print(options_.width);
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string paint(std::string_view text, const char* code) const {
        return options_.colour ? "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m"
                               : std::string(text);
    }
    void headline() {
        const cudacompat::verdict v = answer_.verdict();
        std::string cause;
        if (v == cudacompat::verdict::incompatible && !answer_.findings().empty()) {
            cause = answer_.findings().front().text;
        } else if (v == cudacompat::verdict::incompatible && answer_.conflict() != nullptr) {
            for (const std::string& name : answer_.conflict()->between()) join(cause, name, ", ");
        } else if (v == cudacompat::verdict::unknown && !answer_.missing().empty()) {
            cause = answer_.missing().front();
        } else if (v == cudacompat::verdict::compatible) {
            cause = "what is stated fits together";
        }
        std::string line(to_string(v));
        const std::size_t verdict_bytes = line.size();
        if (answer_.degraded()) line += " (degraded)";
        if (!cause.empty()) line += ": " + cause;
        std::string wrapped;
        put_wrapped(wrapped, "", "  ", line, options_.width);
        out_ += paint(wrapped.substr(0, verdict_bytes), v == cudacompat::verdict::compatible     ? "1;32"
                                                        : v == cudacompat::verdict::incompatible ? "1;31"
                                                                                                 : "1;33") +
                wrapped.substr(verdict_bytes);
    }
    void place() {
        std::string line;
        if (!answer_.asked().platform.empty() && kb_.platforms().size() > 1)
            line = "on " + answer_.asked().platform;
        if (!kb_.version().empty())
            join(line, "by data " + std::string(kb_.version()) + " (" + kb_.digest().substr(0, 8) + ")",
                 ", ");
        if (!answer_.asked().here->low.ctx.as_of.empty())
            join(line, "as of " + answer_.asked().here->low.ctx.as_of, ", ");
        if (!line.empty()) out_ += line + "\n";
    }
    void conflict(std::string_view title) {
        const cudacompat::conflict* c = answer_.conflict();
        if (c == nullptr || c->steps().empty()) return;
        out_ += "\n" + std::string(title) + "\n";
        constexpr std::size_t shown = 7;
        const std::size_t count = c->steps().size();
        for (std::size_t i = 0; i < count; ++i) {
            if (!options_.verbose && count > shown + 1 && i == shown) {
                out_ += "     (" + std::to_string(count - shown) + " more steps: --verbose)\n";
                break;
            }
            std::vector<frozen::citation> all;
            for (const std::uint32_t f : c->steps()[i].facts) {
                const auto list = kb_.citations(kb_.facts()[f].sources);
                if (all.size() < 4) all.insert(all.end(), list.begin(), list.end());
            }
            const std::string mark = "  " + std::to_string(i + 1) + ". ";
            std::string text = c->steps()[i].text;
            if (const std::string cited = sources_.cite(all); !cited.empty()) text += " " + cited;
            put_wrapped(out_, mark, std::string(mark.size(), ' '), text, options_.width);
        }
    }
    void list(std::string_view title, const std::vector<std::string>& items) {
        if (items.empty()) return;
        out_ += "\n" + std::string(title) + "\n";
        for (const std::string& i : items) put_wrapped(out_, "  - ", "    ", i, options_.width);
    }
    void looks_like() {
        if (answer_.verdict() != cudacompat::verdict::incompatible || answer_.findings().empty()) return;
        list("what it looks like", answer_.findings().front().looks_like);
    }
    [[nodiscard]] static bool heavy(const finding& f) {
        return f.level == severity::blocks || f.level == severity::policy_only ||
               f.level == severity::build_only;
    }
    /// Further findings that count; of a refused stack all but the headline's.
    void others() {
        std::vector<std::string> also;
        std::vector<std::string> beside;
        const bool refused = answer_.verdict() == cudacompat::verdict::incompatible;
        for (std::size_t i = refused ? 1 : 0; i < answer_.findings().size(); ++i) {
            const finding& f = answer_.findings()[i];
            if (!heavy(f)) continue;
            (refused && !f.allowed ? also : beside)
                .push_back(f.text + " (" + f.rule + ", " +
                           std::string(severity_names[static_cast<std::size_t>(f.level)]) + ")");
        }
        list("also wrong", also);
        list("does not count here", beside);
    }
    void unknown() {
        std::vector<std::string> rest = answer_.missing();
        if (answer_.verdict() == cudacompat::verdict::unknown && !rest.empty()) rest.erase(rest.begin());
        list("unknown", rest);
    }
    void ways_out() {
        std::vector<std::string> ways;
        for (const way_out& w : answer_.ways_out())
            ways.push_back(w.sure ? w.text : w.text + " (as far as is known)");
        list("ways out (each was solved again)", ways);
    }
    /// What nobody spoke of and has to be suitable.
    void needs() {
        const solution* s = answer_.solution();
        if (s == nullptr) return;
        std::vector<std::string> free;
        for (const choice& c : s->choices()) {
            const auto role = static_cast<component_role>(kb_.components()[c.component()].role);
            if (role == component_role::derived || c.optional() || stated(c)) continue;
            const bool host = s->is_free(c);
            std::string range = s->range(c.name());
            if (range.empty() || range == "any") continue;
            std::string text = c.name() + " " + range;
            if (!c.inside().empty() && !host) continue; // part of a build that is stated
            if (!host && range == c.version() && !c.variant().empty()) text += " (" + c.variant() + ")";
            if (text.size() > 200) text = c.name() + " that fits, such as " + c.version();
            free.push_back(std::move(text));
        }
        list("needs (not stated, assumed to be suitable)", free);
    }
    [[nodiscard]] bool stated(const choice& c) const {
        for (const asked& a : answer_.asked().says)
            if (a.by != asked_by::rule && a.component == c.component()) return true;
        return false;
    }
    void notes() {
        list("notes", answer_.caveats());
        if (answer_.verdict() != cudacompat::verdict::incompatible || answer_.findings().empty()) return;
        list("in general", answer_.findings().front().change);
    }

    const answer& answer_;
    const text_options& options_;
    const knowledge_base& kb_;
    source_list sources_;
    std::string out_;
};

} // namespace detail

CUDACOMPAT_BODY std::string to_report(const answer& a, const text_options& options) {
    return detail::reporter(a, options).run();
}

} // namespace cudacompat
