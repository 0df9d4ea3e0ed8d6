// cudacompat kb show: a component, a fact or a source.
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"
#include "kb_tables.hpp"
#include "kb_view.hpp"

#include <cudacompat/json_fact.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat::cli {

namespace {

/// Both forms are filled side by side.
struct shown {
    std::string text;
    json_writer json;
};

void begin(shown& out, const knowledge_base& kb, std::string_view what) {
    out.json.open('{');
    out.json.member("schema", std::uint64_t{1});
    out.json.member_or_null("data", kb.version());
    out.json.key(what);
    out.json.open('{');
}

using table = std::vector<std::vector<std::string>>;

bool says(const knowledge_base& kb, const frozen::fact& f, std::uint32_t component) {
    for (const frozen::group& g : kb.groups(f.then))
        for (const frozen::selector& s : kb.selectors(g.any_of))
            if (s.component == component) return true;
    return false;
}

void show_products(shown& out, const knowledge_base& kb, const frozen::component& c) {
    out.json.key("products");
    out.json.open('[');
    table rows{{"product", "capability", "class"}};
    for (const frozen::product& p : kb.products(c.products)) {
        std::vector<std::string_view> versions;
        std::vector<std::string_view> classes;
        for (const frozen::interval i : kb.intervals(p.values))
            for (std::uint32_t v = i.first; v < i.last; ++v) {
                versions.push_back(kb.str(kb.values(c)[v].version));
                classes.push_back(kb.str(kb.values(c)[v].variant));
            }
        for (auto* list : {&versions, &classes})
            list->erase(std::unique(list->begin(), list->end()), list->end());
        rows.push_back({std::string(kb.str(p.name)), listed(versions), listed(classes)});
        out.json.open('{');
        out.json.member("name", kb.str(p.name));
        out.json.member_list("versions", versions);
        out.json.member_list("variants", classes);
        out.json.close('}');
    }
    out.json.close(']');
    if (rows.size() > 1) out.text += "\n" + aligned(rows);
}

void show_component(shown& out, const knowledge_base& kb, std::uint32_t index) {
    const frozen::component& c = kb.components()[index];
    const std::vector<listed_release> releases = releases_of(kb, c);
    std::size_t about = 0;
    for (const frozen::fact& f : kb.facts()) about += says(kb, f, index) ? 1U : 0U;
    std::vector<std::string_view> aliases;
    for (const frozen::text a : kb.texts(c.aliases)) aliases.push_back(kb.str(a));
    const std::string_view companion =
        c.companion_of == frozen::none ? std::string_view{} : kb.name(c.companion_of);
    const std::string_view count = to_string(static_cast<multiplicity>(c.multiplicity));

    begin(out, kb, "component");
    json_writer& j = out.json;
    j.member("name", kb.str(c.name));
    j.member_or_null("title", kb.str(c.title));
    j.member("role", role_of(c));
    j.member("multiplicity", count);
    j.member("scheme", scheme_of(c));
    j.member("open_line", (c.flags & frozen::open_line) != 0);
    j.member("device_code", (c.flags & frozen::device_code) != 0);
    j.member_list("aliases", aliases);
    j.member_or_null("companion_of", companion);
    j.member("facts_if", std::uint64_t{kb.facts_if(c).size()});
    j.member("facts_then", std::uint64_t{about});

    out.text =
        std::string(kb.str(c.name)) + (c.title.empty() ? "" : ": " + std::string(kb.str(c.title))) + "\n";
    table head{{"  role", std::string(role_of(c)) + ", " + std::string(count) + ", versions " +
                              std::string(scheme_of(c))}};
    if (!aliases.empty()) head.push_back({"  also", listed(aliases)});
    if (!companion.empty()) head.push_back({"  goes with", std::string(companion)});
    head.push_back({"  known", std::to_string(releases.size()) + " releases, " +
                                   std::to_string(builds_in(releases)) + " builds"});
    head.push_back({"  facts", std::to_string(kb.facts_if(c).size()) + " if it is there, " +
                                   std::to_string(about) + " that ask for it"});
    out.text += aligned(head);

    j.key("releases");
    j.open('[');
    table rows{{"release", "date", "builds", "platforms"}};
    for (const listed_release& r : releases) {
        rows.push_back({std::string(r.version), std::string(r.date), listed(r.builds), listed(r.on)});
        j.open('{');
        j.member("version", r.version);
        j.member_or_null("date", r.date);
        j.member_list("builds", r.builds);
        j.member_list("on", r.on);
        j.close('}');
    }
    j.close(']');
    if (rows.size() > 1) out.text += "\n" + aligned(rows);
    show_products(out, kb, c);
    j.key("sources");
    detail::put_sources(j, kb, kb.citations(c.sources));
    if (c.sources.count != 0) out.text += "\nsources\n";
    for (const frozen::citation& s : kb.citations(c.sources)) out.text += "  " + place(kb, s) + "\n";
}

void show_fact(shown& out, const knowledge_base& kb, const frozen::fact& f) {
    begin(out, kb, "fact");
    out.json.member("id", kb.str(f.id));
    detail::put_fact(out.json, kb, f);
    out.json.member("dispute_default", f.dispute_default != 0);
    std::vector<std::string_view> others;
    for (const frozen::fact& o : kb.facts())
        if (!f.dispute.empty() && kb.str(o.dispute) == kb.str(f.dispute) && kb.str(o.id) != kb.str(f.id))
            others.push_back(kb.str(o.id));
    out.json.member_list("disputed_with", others);
    out.json.member_or_null("file", kb.str(f.file));
    out.json.member("line", std::uint64_t{f.line});

    const std::vector<std::string_view> on = platforms_of(kb, f.platforms);
    out.text = std::string(kb.str(f.id)) + "\n  " + describe(kb, f) + "\n\n";
    table rows{{"  kind", std::string(to_string(static_cast<fact_kind>(f.kind)))},
               {"  enforced by", std::string(to_string(static_cast<enforcer>(f.enforced_by)))},
               {"  evidence", std::string(to_string(static_cast<evidence_level>(f.evidence)))},
               {"  certainty", std::string(to_string(static_cast<certainty>(f.certainty)))},
               {"  platforms", on.size() == kb.platforms().size() ? "all" : listed(on)}};
    const auto row = [&](const char* name, std::string_view value) {
        if (!value.empty()) rows.push_back({name, std::string(value)});
    };
    if (f.rule != frozen::no_rule) row("  rule", kb.str(kb.rules()[f.rule].id));
    row("  since", kb.str(f.since));
    row("  until", kb.str(f.until));
    row("  dispute", kb.str(f.dispute));
    if (!others.empty()) row("  against", listed(others));
    if (!f.dispute.empty()) row("  taken", f.dispute_default != 0 ? "yes" : "no: the other side is");
    row("  note", kb.str(f.note));
    row("  written at",
        f.file.empty() ? std::string{} : std::string(kb.str(f.file)) + ":" + std::to_string(f.line));
    out.text += aligned(rows);
    if (f.sources.count != 0) out.text += "\nsources\n";
    for (const frozen::citation& s : kb.citations(f.sources)) out.text += "  " + place(kb, s) + "\n";
}

void show_source(shown& out, const knowledge_base& kb, std::uint32_t index) {
    const frozen::source& s = kb.sources()[index];
    std::vector<std::string_view> cited;
    for (const frozen::fact& f : kb.facts())
        for (const frozen::citation& c : kb.citations(f.sources))
            if (c.source == index && (cited.empty() || cited.back() != kb.str(f.id)))
                cited.push_back(kb.str(f.id));
    begin(out, kb, "source");
    out.text = std::string(kb.str(s.id)) + "\n";
    table rows;
    const std::pair<std::string_view, frozen::text> members[] = {
        {"kind", s.kind},     {"title", s.title}, {"url", s.url},  {"repo", s.repo},
        {"commit", s.commit}, {"path", s.path},   {"read", s.read}};
    out.json.member("id", kb.str(s.id));
    for (const auto& [name, value] : members) {
        out.json.member_if(name, kb.str(value));
        if (!value.empty()) rows.push_back({"  " + std::string(name), std::string(kb.str(value))});
    }
    out.json.member_list("cited_by", cited);
    out.text += aligned(rows) + "\ncited by " + std::to_string(cited.size()) + " facts\n";
    for (const std::string_view id : cited) out.text += "  " + std::string(id) + "\n";
}

bool find_and_show(shown& out, const knowledge_base& kb, std::string_view name) {
    std::string folded;
    for (const char c : name)
        folded += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (const std::uint32_t c = kb.find_component(folded); c != frozen::none) {
        show_component(out, kb, c);
        return true;
    }
    for (const frozen::fact& f : kb.facts())
        if (kb.str(f.id) == name) {
            show_fact(out, kb, f);
            return true;
        }
    for (std::uint32_t s = 0; s < kb.sources().size(); ++s)
        if (kb.str(kb.sources()[s].id) == name) {
            show_source(out, kb, s);
            return true;
        }
    return false;
}

} // namespace

int run_kb_show(const kb_args& args) {
    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    if (const std::optional<int> done = show_table(args, *kb)) return *done;
    shown out;
    if (!find_and_show(out, *kb, args.subject)) {
        std::vector<std::string_view> names;
        for (const frozen::component& c : kb->components()) {
            names.push_back(kb->str(c.name));
            for (const frozen::text a : kb->texts(c.aliases)) names.push_back(kb->str(a));
        }
        for (const frozen::fact& f : kb->facts()) names.push_back(kb->str(f.id));
        for (const frozen::error& e : kb->errors()) names.push_back(kb->str(e.id));
        for (const frozen::package_name& n : kb->names()) names.push_back(kb->str(n.id));
        for (const frozen::source& s : kb->sources()) names.push_back(kb->str(s.id));
        const std::string_view wanted = std::string_view(args.subject).substr(0, 200);
        put_error("no component, fact, source or table entry '" + escaped(wanted) + "'" +
                  did_you_mean(nearest(wanted, names)));
        return exit_usage;
    }
    out.json.close('}');
    out.json.close('}');
    return put_result(args.format == output_format::json ? out.json.take() : out.text) ? exit_compatible
                                                                                       : exit_internal;
}

} // namespace cudacompat::cli
