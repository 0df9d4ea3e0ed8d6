// Bodies of text.hpp: the table, the numbered sources, the words of reasons.
#pragma once

#include <cudacompat/decide/question.hpp>
#include <cudacompat/tell/builds.hpp>
#include <cudacompat/tell/describe.hpp>
#include <cudacompat/tell/text.hpp>
#include <cudacompat/tell/text_table.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

namespace detail {

/// Numbers for sources in the order in which they are first cited.
class source_list {
public:
    explicit source_list(const knowledge_base& kb) : kb_(kb) {}
    /// "[1][3]" for the sources of a fact.
    [[nodiscard]] std::string cite(const frozen::fact& f) { return cite(kb_.citations(f.sources)); }
    [[nodiscard]] std::string cite(std::span<const frozen::citation> list) {
        std::string out;
        std::vector<std::size_t> seen;
        for (const frozen::citation& c : list) {
            const std::string text = describe(kb_, c) + (read_of(c).empty() ? "" : ", read " + read_of(c));
            auto it = std::find(sources_.begin(), sources_.end(), text);
            if (it == sources_.end()) it = sources_.insert(sources_.end(), text);
            const auto n = static_cast<std::size_t>(it - sources_.begin()) + 1;
            if (std::find(seen.begin(), seen.end(), n) != seen.end()) continue;
            seen.push_back(n);
            out += "[" + std::to_string(n) + "]";
        }
        return out;
    }
    [[nodiscard]] std::string print(std::size_t width) const {
        std::string out;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            const std::string mark = "[" + std::to_string(i + 1) + "] ";
            put_wrapped(out, "  " + mark, std::string(2 + mark.size(), ' '), sources_[i], width);
        }
        return out;
    }
    [[nodiscard]] bool empty() const noexcept { return sources_.empty(); }

private:
    [[nodiscard]] std::string read_of(const frozen::citation& c) const {
        return std::string(kb_.str(kb_.sources()[c.source].read));
    }
    const knowledge_base& kb_;
    std::vector<std::string> sources_;
};

/// Why this component is as it is, in a few words, from the fact that decides it.
[[nodiscard]] inline std::string short_reason(const solution& s, const choice& c,
                                              const std::vector<std::uint32_t>& facts) {
    const knowledge_base& kb = s.kb();
    const bool wanted =
        std::find(s.asked().wanted.begin(), s.asked().wanted.end(), c.component()) != s.asked().wanted.end();
    std::string out = wanted ? "asked for" : "";
    if (c.optional())
        return "goes with " + std::string(kb.name(kb.components()[c.component()].companion_of)) +
               "; optional";
    if (facts.empty()) return out;
    const frozen::fact& f = kb.facts()[facts.front()];
    std::string subject;
    std::string object;
    for (const frozen::selector& k : kb.selectors(f.conditions)) {
        if (k.present == 0) continue;
        const choice* named = s.find(kb.str(k.name));
        const auto role = k.component == frozen::none
                              ? component_role::package
                              : static_cast<component_role>(kb.components()[k.component].role);
        std::string who =
            named == nullptr || role == component_role::host ? std::string(kb.str(k.name)) : named->version();
        if (role != component_role::derived && named != nullptr && role != component_role::host)
            who = std::string(kb.str(k.name)) + " " + who;
        join(subject, who, ", ");
    }
    for (const frozen::group& g : kb.groups(f.then))
        for (const frozen::selector& k : kb.selectors(g.any_of))
            if (k.component == c.component()) join(object, plain_spec(kb.str(k.spec)), " or ");
    switch (static_cast<fact_kind>(f.kind)) {
    case fact_kind::ships: join(out, "inside " + subject, "; "); break;
    case fact_kind::supports: join(out, "code in " + subject, "; "); break;
    case fact_kind::constrains: join(out, subject + " allows " + object, "; "); break;
    default: join(out, subject + " needs " + (object.empty() ? "it" : object), "; ");
    }
    return out;
}

} // namespace detail

namespace detail {

/// Where the release and its build were published.
[[nodiscard]] inline std::vector<frozen::citation> published(const solution& s, const choice& c) {
    std::vector<frozen::citation> out;
    const frozen::value& v = s.instances().value(c.var(), c.domain());
    if ((v.flags & (frozen::is_unknown | frozen::is_cell)) != 0) return out;
    for (const frozen::build& b : s.kb().builds(v.builds)) {
        const auto list = s.kb().citations(b.sources);
        out.insert(out.end(), list.begin(), list.end());
    }
    if (out.empty()) {
        const auto list = s.kb().citations(v.sources);
        out.assign(list.begin(), list.end());
    }
    return out;
}

} // namespace detail

namespace detail {

/// "least driver: 580.65.06", and what stands against less.
[[nodiscard]] inline std::string goal_lines(const answer& a, source_list& sources,
                                            const text_options& options) {
    const goal_found& g = *a.goal();
    const knowledge_base& kb = a.kb();
    const std::string name(kb.name(g.component));
    std::string out = (g.newest ? "newest " : "least ") + name + ": ";
    if (!g.found) out += a.verdict() == cudacompat::verdict::unknown ? "unknown" : "none";
    else if (g.version.empty()) out += g.bound.empty() ? "any" : g.bound;
    else out += g.version;
    if (g.found && g.newest && !g.bound.empty() && !g.bound.starts_with("<="))
        out += " (the newest that is known; " + g.bound + ")";
    if (g.found && a.verdict() == cudacompat::verdict::unknown) out += " (if the missing details are kind)";
    if (options.colour) out = "\x1b[1m" + out + "\x1b[0m";
    out += "\n";
    const auto speaks = [&](std::uint32_t i) { // of the component itself
        for (const frozen::group& then : kb.groups(kb.facts()[i].then))
            for (const frozen::selector& k : kb.selectors(then.any_of))
                if (k.component == g.component) return true;
        return false;
    };
    const std::vector<std::uint32_t> here =
        a.solution() == nullptr ? std::vector<std::uint32_t>{} : a.solution()->facts(name);
    std::vector<std::uint32_t>
        told; // those that bind this very solution, else those on the component, else any
    for (const std::uint32_t i : g.facts)
        if (std::find(here.begin(), here.end(), i) != here.end()) told.push_back(i);
    if (told.empty()) std::copy_if(g.facts.begin(), g.facts.end(), std::back_inserter(told), speaks);
    if (told.empty()) told = g.facts;
    if (told.size() > 3) told.resize(3);
    for (const std::uint32_t i : told) {
        const frozen::fact& f = kb.facts()[i];
        put_wrapped(out, "  - ", "    ", describe(kb, f) + " " + sources.cite(f), options.width);
    }
    if (g.facts.size() > told.size())
        out +=
            "  - and " + std::to_string(g.facts.size() - told.size()) + " more (--format json lists them)\n";
    if (g.found && g.facts.empty())
        put_wrapped(out, "  - ", "    ",
                    "no bound is known on this side: " + name + " has no " + (g.newest ? "newer" : "older") +
                        " version in the data, or none that the request admits",
                    options.width);
    if (g.unsure)
        put_wrapped(out, "  - ", "    ",
                    std::string(g.newest ? "newer" : "lower") +
                        " ones may do too: what would tell is not all on record",
                    options.width);
    if (!g.with_extra.empty())
        put_wrapped(out, "  - ", "    ", "with " + g.extra + ": " + g.with_extra, options.width);
    for (const std::string& s : g.set_aside)
        put_wrapped(out, "  - ", "    ", "set aside, since it is asked for: the stack's " + s, options.width);
    return out + "\n";
}

} // namespace detail

CUDACOMPAT_BODY std::string explain(const conflict& c, const text_options& options) {
    std::string out;
    detail::source_list sources(c.kb());
    if (!c.between().empty()) {
        std::string names;
        for (const std::string& n : c.between()) detail::join(names, n, ", ");
        detail::put_wrapped(out, "conflict between ", "  ", names, options.width);
    }
    for (std::size_t i = 0; i < c.steps().size(); ++i) {
        const std::string mark = "  " + std::to_string(i + 1) + ". ";
        std::string text = c.steps()[i].text;
        std::string cited;
        std::vector<frozen::citation> all;
        for (const std::uint32_t f : c.steps()[i].facts) {
            const auto list = c.kb().citations(c.kb().facts()[f].sources);
            if (all.size() < 6) all.insert(all.end(), list.begin(), list.end());
        }
        cited = sources.cite(all);
        if (!cited.empty()) text += " " + cited;
        detail::put_wrapped(out, mark, std::string(mark.size(), ' '), text, options.width);
    }
    if (!sources.empty()) out += "sources\n" + sources.print(options.width);
    return out;
}

CUDACOMPAT_BODY std::string to_text(const answer& a, const text_options& options) {
    const knowledge_base& kb = a.kb();
    const auto paint = [&](std::string_view text, const char* code) {
        return options.colour ? std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m"
                              : std::string(text);
    };
    detail::source_list sources(kb);
    std::string out = a.goal() == nullptr ? std::string{} : detail::goal_lines(a, sources, options);
    out += paint(to_string(a.verdict()), a.verdict() == verdict::compatible     ? "1;32"
                                         : a.verdict() == verdict::incompatible ? "1;31"
                                                                                : "1;33");
    if (a.degraded()) out += " (degraded)";
    if (!a.asked().platform.empty() && kb.platforms().size() > 1) out += " on " + a.asked().platform;
    if (!kb.version().empty())
        out += ", by data " + std::string(kb.version()) + " (" + kb.digest().substr(0, 8) + ")";
    if (!a.asked().here->low.ctx.as_of.empty()) out += " as of " + a.asked().here->low.ctx.as_of;
    out += "\n";

    if (const solution* s = a.solution()) {
        out += "\n";
        detail::text_table t({"component", "chosen", "also works", "why", "source"});
        for (const choice& c : s->choices()) {
            const auto facts = s->facts(c.name());
            std::string chosen = c.version();
            if (!c.variant().empty() &&
                static_cast<multiplicity>(kb.components()[c.component()].multiplicity) !=
                    multiplicity::device &&
                static_cast<component_role>(kb.components()[c.component()].role) != component_role::host)
                chosen += " (" + c.variant() + ")";
            const auto role = static_cast<component_role>(kb.components()[c.component()].role);
            std::string also = role == component_role::derived && !options.verbose
                                   ? std::string{}
                                   : s->range_with_choice(c.name());
            if (also == c.version()) also = "";
            if (s->is_free(c) && !also.empty()) chosen = "any that fits";
            std::string cited;
            if (!facts.empty()) {
                cited = sources.cite(kb.facts()[facts.front()]);
            } else {
                cited = sources.cite(detail::published(*s, c));
            }
            if (cited.size() > 12) cited = cited.substr(0, cited.find(']', cited.find(']') + 1) + 1);
            t.add({c.name(), chosen, also, detail::short_reason(*s, c, facts), cited});
        }
        out += t.print(options.width, options.colour);
        if (options.builds) {
            const auto rows = builds_of(a);
            if (!rows.empty()) {
                out += "\nbuilds of " + rows.front().component + " " + rows.front().version + "\n";
                detail::text_table b(
                    {"build", "carries or requires", "python", "GPUs (capability)", "driver by rule"});
                for (const build_row& r : rows) {
                    if (!r.works && r.against.empty()) continue; // a CPU build that nobody asked for
                    std::string carries;
                    for (const auto& [name, version] : r.carries)
                        detail::join(carries, name + " " + version, ", ");
                    std::string drivers;
                    for (const driver_rule& d : r.drivers)
                        if (d.rule != "forward" || r.drivers.size() == 1)
                            detail::join(drivers, d.range + " " + d.rule, "; ");
                    for (const auto& [os, list] : r.elsewhere) {
                        std::string there;
                        for (const driver_rule& d : list)
                            if (d.rule != "forward") detail::join(there, d.range + " " + d.rule, "; ");
                        if (!there.empty()) detail::join(drivers, os + ": " + there, "; ");
                    }
                    b.add({(r.variant.empty() ? "-" : r.variant) + (r.chosen ? " *" : ""),
                           r.works ? carries : "no: " + r.against, r.python, r.gpus, drivers});
                }
                out += b.print(options.width, options.colour);
            }
        }
        if (!a.all().empty()) {
            out += "\nall maximal solutions\n";
            for (const solution& one : a.all()) {
                std::string line;
                for (const choice& c : one.choices()) {
                    const auto role = static_cast<component_role>(kb.components()[c.component()].role);
                    if (role == component_role::derived) continue;
                    detail::join(line,
                                 c.name() + " " + c.version() +
                                     (c.variant().empty() || role == component_role::host
                                          ? ""
                                          : " (" + c.variant() + ")"),
                                 ", ");
                }
                detail::put_wrapped(out, "  - ", "    ", line, options.width);
            }
        }
        if (options.verbose) {
            out += "\nfacts\n";
            for (const choice& c : s->choices())
                for (const std::uint32_t i : s->facts(c.name())) {
                    const frozen::fact& f = kb.facts()[i];
                    const std::string line =
                        c.name() + ": " + describe(kb, f) + " [" + std::string(kb.str(f.id)) + ", " +
                        std::string(to_string(static_cast<evidence_level>(f.evidence))) + ", enforced by " +
                        std::string(to_string(static_cast<enforcer>(f.enforced_by))) + "] " + sources.cite(f);
                    detail::put_wrapped(out, "  ", "    ", line, options.width);
                }
        }
    }
    const bool refused = a.verdict() == verdict::incompatible;
    if (refused && a.conflict() != nullptr) out += "\n" + explain(*a.conflict(), options);
    if (!a.caveats().empty()) {
        out += "\ncaveats\n";
        for (const std::string& c : a.caveats()) detail::put_wrapped(out, "  - ", "    ", c, options.width);
    }
    if (!a.missing().empty()) {
        out += "\nunknown\n";
        for (const std::string& m : a.missing()) detail::put_wrapped(out, "  - ", "    ", m, options.width);
    }
    if (!refused && a.conflict() != nullptr && a.solution() != nullptr)
        out += "\nwhat stands against a sure answer\n" + explain(*a.conflict(), options);
    if (!sources.empty()) out += "\nsources\n" + sources.print(options.width);
    return out;
}

CUDACOMPAT_BODY std::string explain(const answer& a, const text_options& options) {
    return to_text(a, options);
}

} // namespace cudacompat
