// cudacompat explain
#include "commands.hpp"
#include "error_view.hpp"
#include "exit_code.hpp"
#include "input.hpp"
#include "kb_view.hpp"

#include <cudacompat/json_writer.hpp>
#include <cudacompat/knowledge/messages.hpp>
#include <cudacompat/knowledge/named_versions.hpp>
#include <cudacompat/tell/text_table.hpp>

#include <algorithm>
#include <set>

namespace cudacompat::cli {

namespace {

constexpr std::size_t most_log_bytes = std::size_t{1} << 20U;

/// Which part of the stack speaks in a layer.
constexpr std::array<std::string_view, 13> parts{
    "the container tools and, through them, the driver",
    "the driver (kernel module)",
    "the driver (NVML, its user library)",
    "the driver (user library)",
    "the CUDA runtime and the driver below it",
    "the CUDA toolkit (nvcc, ptxas) or NVRTC",
    "cuBLAS",
    "cuDNN",
    "NCCL",
    "TensorRT",
    "the dynamic loader: a library file or its symbols",
    "the installer",
    "the framework",
};

class explainer {
public:
    explainer(const explain_args& args, const knowledge_base& kb)
        : args_(args), kb_(kb), width_(args.width != 0 ? args.width : terminal_width(100)) {
        const auto* const named = std::find(error_layer_names.begin(), error_layer_names.end(), args.layer);
        if (named != error_layer_names.end())
            layer_ = static_cast<error_layer>(named - error_layer_names.begin());
    }

    int run() {
        json_.open('{');
        json_.member("schema", std::uint64_t{1});
        json_.member_or_null("data", kb_.version());
        json_.key("subjects");
        json_.open('[');
        bool read_input = false;
        for (const std::string& s : args_.subjects) {
            if (s == "-" && read_input) continue; // it can be read once
            if (!text_.empty()) text_ += "\n";
            if (s == "-") {
                read_input = true;
                bool cut = false;
                const result<std::string> log = read_log(most_log_bytes, cut);
                if (!log) return report(log.error());
                tell_log(*log, cut);
            } else if (std::count(s.begin(), s.end(), '\n') > 1) {
                tell_log(std::string_view(s).substr(0, most_log_bytes), s.size() > most_log_bytes);
            } else {
                tell(s);
            }
        }
        json_.close(']');
        json_.close('}');
        if (!put_result(args_.format == output_format::json ? json_.take() : text_)) return exit_internal;
        return unknown_ ? exit_unknown : exit_compatible;
    }

private:
    [[nodiscard]] std::string str(frozen::text t) const { return std::string(kb_.str(t)); }
    [[nodiscard]] const frozen::error& at(std::uint32_t i) const { return kb_.errors()[i]; }
    void put(std::string_view first, std::string_view indent, std::string_view text) {
        detail::put_wrapped(text_, first, indent, text, width_);
    }

    // -- words --------------------------------------------------------------------------------------------------

    /// "cuda_runtime 803, cudaErrorSystemDriverMismatch (driver API: CUDA_ERROR_...)"
    [[nodiscard]] std::string who(const frozen::error& e) const {
        std::string out(error_layer_names[e.layer]);
        if (e.code != frozen::none) out += " " + std::to_string(e.code);
        if (!e.name.empty()) out += ", " + str(e.name);
        if (!e.driver_name.empty()) out += " (driver API: " + str(e.driver_name) + ")";
        return out;
    }
    [[nodiscard]] static std::string told(const std::vector<named_version>& list) {
        constexpr std::array<version_role, 4> order{version_role::wanted, version_role::found,
                                                    version_role::built, version_role::named};
        std::string out;
        for (const version_role role : order) {
            std::vector<std::string> done;
            for (const named_version& v : list) {
                if (v.role != role || std::find(done.begin(), done.end(), v.component) != done.end())
                    continue;
                done.push_back(v.component);
                std::string versions;
                for (const named_version& o : list)
                    if (o.role == role && o.component == v.component && !o.version.empty())
                        detail_join(versions, o.version);
                out += (out.empty() ? "" : "; ") + v.component + (versions.empty() ? "" : " " + versions);
                if (role != version_role::named)
                    out += " (" + std::string(version_role_names[static_cast<std::size_t>(role)]) + ")";
            }
        }
        return out;
    }
    static void detail_join(std::string& out, const std::string& part) {
        out += (out.empty() ? "" : ", ") + part;
    }

    void tell_sources(const std::vector<std::uint32_t>& errors) {
        std::vector<std::string> places;
        for (const std::uint32_t i : errors)
            for (const frozen::citation& c : kb_.citations(at(i).sources))
                if (std::string p = place(kb_, c); std::find(places.begin(), places.end(), p) == places.end())
                    places.push_back(std::move(p));
        if (!places.empty()) text_ += "\nsources\n";
        for (const std::string& p : places) put("  ", "    ", p);
    }
    void tell_whole(std::uint32_t i, const std::vector<named_version>& named) {
        const frozen::error& e = at(i);
        put("", "  ", str(e.says));
        put("  ", "    ", who(e) + "; it speaks of " + std::string(parts[e.layer]));
        if (!named.empty()) put("  ", "    ", "the text names: " + told(named));
        text_ += "  about versions: " + std::string(tells_of_versions(e)) + "\n";
        text_ += "\ncauses\n";
        std::size_t n = 0;
        for (const frozen::cause& c : kb_.causes(e)) {
            put("  " + std::to_string(++n) + ". ", "     ", str(c.what));
            if (!c.tell.empty()) put("     tells: ", "            ", str(c.tell));
            if (!c.advice.empty()) put("     do: ", "         ", str(c.advice));
        }
    }
    /// Two lines and the likeliest cause: where several entries are told at once.
    void tell_short(std::uint32_t i, const std::vector<named_version>& named) {
        const frozen::error& e = at(i);
        put("  ", "    ", who(e));
        put("    ", "      ", str(e.says));
        if (!named.empty()) put("    ", "      ", "the text names: " + told(named));
        put("    ", "      ", "about versions: " + std::string(tells_of_versions(e)));
        const auto causes = kb_.causes(e);
        if (!causes.empty())
            put("    ", "      ",
                "likeliest: " + str(causes[0].what) +
                    (causes[0].advice.empty() ? "" : ". Do: " + str(causes[0].advice)));
        put("    ", "      ", "more: cudacompat explain " + str(e.id));
    }

    // -- JSON ---------------------------------------------------------------------------------------------------

    void put_named(const std::vector<named_version>& named) {
        json_.key("named");
        json_.open('[');
        for (const named_version& v : named) {
            json_.open('{');
            json_.member("component", v.component);
            json_.member_or_null("version", v.version);
            json_.member("role", version_role_names[static_cast<std::size_t>(v.role)]);
            json_.close('}');
        }
        json_.close(']');
    }
    void begin(std::string_view what, found_by how, bool cut) {
        json_.open('{');
        json_.member("subject", what);
        json_.member("found_by", found_by_names[static_cast<std::size_t>(how)]);
        json_.member("cut", cut);
        json_.key("errors");
        json_.open('[');
    }
    void entry(std::uint32_t i, const std::vector<std::size_t>& lines,
               const std::vector<named_version>& named) {
        json_.open('{');
        put_error_members(json_, kb_, at(i));
        json_.key("lines");
        json_.open('[');
        for (const std::size_t l : lines) json_.number(l);
        json_.close(']');
        put_named(named);
        json_.close('}');
    }
    void end(const std::vector<named_version>& named, const std::vector<std::uint32_t>& near) {
        json_.close(']');
        put_named(named);
        json_.key("near");
        json_.open('[');
        for (const std::uint32_t i : near) json_.text(kb_.str(at(i).id));
        json_.close(']');
        json_.close('}');
    }

    // -- subjects -----------------------------------------------------------------------------------------------

    void tell(const std::string& subject) {
        const std::string_view what = std::string_view(subject).substr(0, most_log_bytes);
        const found_errors found = find_errors(kb_, what, layer_);
        const std::vector<named_version> named = named_versions(what);
        begin(what, found.how, what.size() < subject.size());
        for (const std::uint32_t i : found.errors) entry(i, {}, {});
        std::vector<std::uint32_t> near;
        if (found.errors.empty()) near = unknown(what, named);
        else if (found.errors.size() == 1 || found.how == found_by::message) {
            tell_whole(found.errors[0], named);
            for (std::size_t i = 1; i < found.errors.size() && i < 4; ++i)
                put(i == 1 ? "\nit may also be\n  " : "  ", "    ",
                    str(at(found.errors[i]).id) + ": " + str(at(found.errors[i]).says));
            tell_sources({found.errors[0]});
        } else {
            const bool number = found.how == found_by::code || found.how == found_by::code_in_text;
            put("", "  ",
                number ? "the code means something else in each layer; --layer takes one of them"
                       : std::to_string(found.errors.size()) +
                             " messages hold this; the whole message tells which");
            constexpr std::size_t most = 5;
            for (std::size_t i = 0; i < found.errors.size() && i < most; ++i)
                tell_short(found.errors[i], i == 0 ? named : std::vector<named_version>{});
            if (found.errors.size() > most)
                text_ += "  and " + std::to_string(found.errors.size() - most) +
                         " more (--format json has them)\n";
            tell_sources({found.errors.begin(), found.errors.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                           found.errors.size(), most))});
        }
        end(named, near);
    }
    std::vector<std::uint32_t> unknown(std::string_view what, const std::vector<named_version>& named) {
        unknown_ = true;
        std::string shown = escaped(what.substr(0, 200)) + (what.size() > 200 ? "..." : "");
        put("", "  ", "unknown: '" + shown + "'");
        put("  ", "    ",
            "looked up as a code, a symbol, a message and a part of one, in " +
                std::to_string(kb_.errors().size()) + " entries" +
                (layer_ ? " (of which those of layer " + args_.layer + ")" : ""));
        if (!named.empty())
            put("  ", "    ",
                "the text names: " + told(named) + "; which message it is, the table does not say");
        std::vector<std::uint32_t> near = errors_near(kb_, what);
        if (near.empty() && what.size() <= 80) near = near_symbols(what);
        for (std::size_t i = 0; i < near.size(); ++i)
            put(i == 0 ? "  near: " : "        ", "          ",
                str(at(near[i]).id) + ": " + str(at(near[i]).says));
        text_ += "  'cudacompat kb list errors' has all that are known\n";
        return near;
    }
    [[nodiscard]] std::vector<std::uint32_t> near_symbols(std::string_view what) const {
        const std::string wanted = detail::folded(what);
        std::vector<std::string> names;
        std::vector<std::uint32_t> of;
        for (std::uint32_t i = 0; i < kb_.errors().size(); ++i)
            for (const frozen::text t : {at(i).name, at(i).driver_name, at(i).id})
                if (!t.empty()) {
                    names.push_back(detail::folded(kb_.str(t)));
                    of.push_back(i);
                }
        const std::vector<std::string_view> views(names.begin(), names.end());
        std::vector<std::uint32_t> out;
        for (const std::string& n : nearest(wanted, views)) {
            const std::uint32_t i =
                of[static_cast<std::size_t>(std::find(names.begin(), names.end(), n) - names.begin())];
            if (std::find(out.begin(), out.end(), i) == out.end()) out.push_back(i);
        }
        return out;
    }

    /// The line of a match, without what runs over the width.
    [[nodiscard]] std::string line_around(std::string_view log, std::size_t first, std::size_t length) const {
        const std::size_t before = first == 0 ? std::string_view::npos : log.rfind('\n', first - 1);
        std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
        std::size_t stop = std::min(log.find('\n', first), log.size());
        const std::size_t room = 2 * width_ - 48;
        const std::size_t whole_end = stop;
        const std::size_t whole_begin = begin;
        if (stop - begin > room) {
            if (first + length > begin + room) begin = std::min(first, stop - room);
            stop = std::min(stop, begin + room);
        }
        return (begin != whole_begin ? "..." : "") + escaped(log.substr(begin, stop - begin)) +
               (stop != whole_end ? "..." : "");
    }
    [[nodiscard]] static std::string line_numbers(const std::vector<std::size_t>& lines) {
        std::string out = lines.size() == 1 ? "line " : "lines ";
        for (std::size_t i = 0; i < lines.size() && i < 5; ++i)
            out += (i == 0 ? "" : ", ") + std::to_string(lines[i]);
        if (lines.size() > 5) out += " and " + std::to_string(lines.size() - 5) + " more";
        return out;
    }
    void tell_log(std::string_view log, bool cut) {
        std::vector<log_message> found = messages_in(kb_, log);
        if (layer_)
            std::erase_if(found, [&](const log_message& m) {
                return at(m.error).layer != static_cast<std::uint8_t>(*layer_);
            });
        const auto lines = static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n')) +
                           (log.empty() || log.back() == '\n' ? 0 : 1);
        std::string head = std::to_string(lines) + (lines == 1 ? " line, " : " lines, ") +
                           (found.empty() ? std::string("no") : std::to_string(found.size())) +
                           " known message" + (found.size() == 1 ? "" : "s");
        if (found.size() > 1) head += ", those that tell most of versions first";
        put("", "  ", head);
        if (cut) put("  ", "    ", "the input is longer than 1 MiB; what comes after that was not read");
        begin("-", found.empty() ? found_by::nothing : found_by::message, cut);
        constexpr std::size_t most = 5;
        std::vector<std::uint32_t> sources;
        std::vector<named_version> all;
        for (std::size_t i = 0; i < found.size(); ++i) {
            const log_message& m = found[i];
            std::vector<named_version> named;
            for (const std::size_t n : m.lines)
                for (const named_version& v : named_versions(sentence(log, n, at(m.error))))
                    if (named.size() < 64 && std::find(named.begin(), named.end(), v) == named.end())
                        named.push_back(v);
            entry(m.error, m.lines, named);
            for (const named_version& v : named)
                if (all.size() < 64 && std::find(all.begin(), all.end(), v) == all.end()) all.push_back(v);
            if (i < most) {
                text_ += "\n";
                put("", "    ", line_numbers(m.lines) + ": " + line_around(log, m.first, m.length));
                tell_short(m.error, named);
                sources.push_back(m.error);
            } else {
                if (i == most) text_ += "\nalso\n";
                put("  ", "    ",
                    line_numbers(m.lines) + ": " + str(at(m.error).id) + ": " + str(at(m.error).says));
            }
        }
        if (found.empty()) {
            unknown_ = true;
            put("  ", "    ",
                "looked for the messages and symbols of " + std::to_string(kb_.errors().size()) +
                    " entries; 'cudacompat kb list errors' has them");
        }
        end(all, {});
        tell_sources(sources);
    }
    /// The line; of the kernel log and of NVML with the two lines that follow, where they go on.
    [[nodiscard]] std::string_view sentence(std::string_view log, std::size_t number,
                                            const frozen::error& e) {
        std::string_view out = line_of(log, number);
        const auto layer = static_cast<error_layer>(e.layer);
        if (layer != error_layer::kernel_module && layer != error_layer::nvml) return out;
        for (std::size_t next = number + 1; next <= number + 2 && next <= starts_.size(); ++next) {
            const std::string_view line = line_of(log, next);
            if (line.find("NVRM:") == std::string_view::npos &&
                line.find("NVML library") == std::string_view::npos)
                break;
            out = {out.data(), static_cast<std::size_t>(line.data() + line.size() - out.data())};
        }
        return out;
    }
    /// Starts of lines are found once.
    [[nodiscard]] std::string_view line_of(std::string_view log, std::size_t number) {
        if (starts_.empty() || log.data() != of_) {
            of_ = log.data();
            starts_.assign(1, 0);
            for (std::size_t i = 0; i < log.size(); ++i)
                if (log[i] == '\n') starts_.push_back(i + 1);
        }
        const std::size_t first = starts_[number - 1];
        const std::size_t last = number < starts_.size() ? starts_[number] - 1 : log.size();
        return log.substr(first, std::min<std::size_t>(last - first, 8192));
    }

    const explain_args& args_;
    const knowledge_base& kb_;
    std::size_t width_;
    std::optional<error_layer> layer_;
    bool unknown_ = false;
    std::string text_;
    json_writer json_;
    std::vector<std::size_t> starts_;
    const char* of_ = nullptr;
};

/// "NVML 18" in two arguments is one subject.
std::vector<std::string> joined(const std::vector<std::string>& subjects) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        std::string name = detail::folded(subjects[i]);
        std::replace(name.begin(), name.end(), '-', '_');
        const bool layer = name == "cuda" || std::find(error_layer_names.begin(), error_layer_names.end(),
                                                       name) != error_layer_names.end();
        if (layer && i + 1 < subjects.size() && detail::whole_number(subjects[i + 1])) {
            out.push_back(subjects[i] + ":" + subjects[i + 1]);
            ++i;
        } else {
            out.push_back(subjects[i]);
        }
    }
    return out;
}

} // namespace

int run_explain(const explain_args& given) {
    explain_args args = given;
    args.subjects = joined(given.subjects);
    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    return explainer(args, *kb).run();
}

} // namespace cudacompat::cli
