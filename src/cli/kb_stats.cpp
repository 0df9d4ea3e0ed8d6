// cudacompat kb stats: how much is known, and how well.
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"
#include "kb_view.hpp"
#include "reach.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::cli {

namespace {

/// Names in the order of the enumerators, as data files spell them.
constexpr std::string_view evidences[] = {"measured",      "package_metadata", "build_file",
                                          "release_notes", "documentation",    "third_party"};
constexpr std::string_view certainties[] = {"sure", "derived", "weak"};

using counts = std::vector<std::pair<std::string_view, std::size_t>>;

struct statistics {
    std::size_t components = 0;
    std::size_t releases = 0;
    std::size_t builds = 0;
    std::size_t products = 0;
    std::size_t disputes = 0;
    counts facts_by_kind, facts_by_evidence, facts_by_certainty, sources_by_kind, sources_by_month;
    std::size_t facts = 0;
    std::size_t sources = 0;
    std::size_t errors = 0;
    std::size_t names = 0;
    std::size_t chips = 0;
    std::size_t devices = 0;
    std::vector<std::string> unreachable;
    std::vector<std::string> orphans; ///< components of which no fact speaks
};

template <class Field>
counts count(const knowledge_base& kb, std::span<const std::string_view> names, Field field) {
    std::vector<std::size_t> n(names.size(), 0);
    for (const frozen::fact& f : kb.facts()) ++n[field(f)];
    counts out;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (n[i] != 0) out.emplace_back(names[i], n[i]);
    return out;
}

template <class Name>
counts count_sources(const knowledge_base& kb, Name name) {
    std::map<std::string_view, std::size_t> n;
    for (const frozen::source& s : kb.sources()) ++n[name(s)];
    return {n.begin(), n.end()};
}

statistics measure(const knowledge_base& kb) {
    statistics out;
    for (const frozen::component& c : kb.components()) {
        const std::vector<listed_release> releases = releases_of(kb, c);
        ++out.components;
        out.releases += releases.size();
        out.builds += builds_in(releases);
        out.products += c.products.count;
    }
    out.facts = kb.facts().size();
    out.facts_by_kind = count(kb, fact_kind_names, [](const frozen::fact& f) { return f.kind; });
    out.facts_by_evidence = count(kb, evidences, [](const frozen::fact& f) { return f.evidence; });
    out.facts_by_certainty = count(kb, certainties, [](const frozen::fact& f) { return f.certainty; });
    std::vector<std::string_view> disputes;
    for (const frozen::fact& f : kb.facts())
        if (!f.dispute.empty()) disputes.push_back(kb.str(f.dispute));
    std::sort(disputes.begin(), disputes.end());
    out.disputes = static_cast<std::size_t>(std::unique(disputes.begin(), disputes.end()) - disputes.begin());
    out.sources = kb.sources().size();
    out.sources_by_kind = count_sources(kb, [&](const frozen::source& s) { return kb.str(s.kind); });
    out.sources_by_month =
        count_sources(kb, [&](const frozen::source& s) { return kb.str(s.read).substr(0, 7); });
    out.errors = kb.errors().size();
    out.names = kb.names().size();
    out.chips = kb.chips().size();
    for (const frozen::chip& c : kb.chips()) out.devices += c.devices.count;
    out.unreachable = unreachable_releases(kb);
    std::vector<bool> spoken(kb.components().size(), false);
    const auto mark = [&](const frozen::selector& k) {
        if (k.component != frozen::none) spoken[k.component] = true;
    };
    for (const frozen::fact& f : kb.facts()) {
        for (const frozen::selector& k : kb.selectors(f.conditions)) mark(k);
        for (const frozen::group& g : kb.groups(f.then))
            for (const frozen::selector& k : kb.selectors(g.any_of)) mark(k);
    }
    for (std::uint32_t c = 0; c < spoken.size(); ++c)
        if (!spoken[c]) out.orphans.emplace_back(kb.name(c));
    return out;
}

std::string as_json(const knowledge_base& kb, const statistics& s) {
    json_writer json;
    const auto group = [&](std::string_view name, std::size_t total,
                           std::initializer_list<std::pair<std::string_view, const counts*>> by) {
        json.key(name);
        json.open('{');
        json.member("total", std::uint64_t{total});
        for (const auto& [what, list] : by) {
            json.key(what);
            json.open('{');
            for (const auto& [key, n] : *list) json.member(key.empty() ? "none" : key, std::uint64_t{n});
            json.close('}');
        }
        json.close('}');
    };
    json.open('{');
    json.member("schema", std::uint64_t{1});
    json.member_or_null("data", kb.version());
    json.member_or_null("read", kb.read());
    json.member("components", std::uint64_t{s.components});
    json.member("releases", std::uint64_t{s.releases});
    json.member("builds", std::uint64_t{s.builds});
    json.member("products", std::uint64_t{s.products});
    group("facts", s.facts,
          {{"by_kind", &s.facts_by_kind},
           {"by_evidence", &s.facts_by_evidence},
           {"by_certainty", &s.facts_by_certainty}});
    json.member("disputes", std::uint64_t{s.disputes});
    group("sources", s.sources, {{"by_kind", &s.sources_by_kind}, {"by_month_read", &s.sources_by_month}});
    json.member("errors", std::uint64_t{s.errors});
    json.member("names", std::uint64_t{s.names});
    json.member("chips", std::uint64_t{s.chips});
    json.member("devices", std::uint64_t{s.devices});
    json.member_list("unreachable_releases", s.unreachable);
    json.member_list("orphans", s.orphans);
    json.close('}');
    return json.take();
}

std::string as_text(const knowledge_base& kb, const statistics& s) {
    std::vector<std::vector<std::string>> rows;
    const auto row = [&](std::string name, std::size_t n) {
        rows.push_back({std::move(name), std::to_string(n)});
    };
    const auto group = [&](const char* by, const counts& list) {
        for (const auto& [key, n] : list)
            row("  " + std::string(by) + " " + (key.empty() ? "none" : std::string(key)), n);
    };
    if (!kb.version().empty()) rows.push_back({"data", std::string(kb.version())});
    if (!kb.read().empty()) rows.push_back({"last read", std::string(kb.read())});
    row("components", s.components);
    row("releases", s.releases);
    row("builds", s.builds);
    row("products", s.products);
    row("facts", s.facts);
    group("kind", s.facts_by_kind);
    group("evidence", s.facts_by_evidence);
    group("certainty", s.facts_by_certainty);
    row("disputes", s.disputes);
    row("sources", s.sources);
    group("kind", s.sources_by_kind);
    group("read", s.sources_by_month);
    row("errors", s.errors);
    row("names", s.names);
    row("chips", s.chips);
    row("PCI devices", s.devices);
    row("components without a fact", s.orphans.size());
    row("unreachable releases", s.unreachable.size());
    std::string out = aligned(rows);
    for (const std::string& u : s.unreachable) out += "  " + u + "\n";
    return out;
}

} // namespace

int run_kb_stats(const kb_args& args) {
    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    const statistics s = measure(*kb);
    return put_result(args.format == output_format::json ? as_json(*kb, s) : as_text(*kb, s))
               ? exit_compatible
               : exit_internal;
}

} // namespace cudacompat::cli
