// Where the data comes from.
#include "rules.hpp"

#include <algorithm>
#include <unordered_set>

namespace cudacompat::lint_impl {
namespace {

// data/schema/sources.schema.json has the same list; a test compares them.
constexpr auto kinds = std::to_array<std::string_view>(
    {"measured", "package_metadata", "build_file", "release_notes", "documentation", "third_party", "site"});

[[nodiscard]] bool is_commit(std::string_view s) noexcept {
    return s.size() >= 7 && s.size() <= 64 && std::all_of(s.begin(), s.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

[[nodiscard]] std::string kind_list() {
    std::string out;
    for (const std::string_view k : kinds) {
        if (!out.empty()) out += ", ";
        out += k;
    }
    return out;
}

} // namespace

void source_missing(const model& data, findings& out) {
    if (data.generic) return;
    const auto check = [&](const std::vector<source_ref>& own, bool inherited, const source_region& where,
                           const std::string& what) {
        if (own.empty() && !inherited)
            say(out, where, what + " has no source", "name at least one source in 'sources'");
    };
    for (const component_record& c : data.components) {
        // The sources of a component hold for all its entries, but not for those of an overlay.
        const auto whole = [&](const auto& entry) {
            return !c.sources.empty() && entry.overlay == c.overlay;
        };
        for (const release_record& r : c.releases)
            check(r.sources, whole(r), r.where, "release " + c.name + " " + r.version);
        std::unordered_set<std::string_view> sourced; // what shows a release shows that it was built
        for (const release_record& r : c.releases)
            if (!r.sources.empty()) sourced.insert(r.version);
        for (const build_record& b : c.builds)
            check(b.sources, whole(b) || sourced.contains(b.version), b.where,
                  "build " + c.name + " " + b.version + " [" + b.variant + "]");
        for (const product_record& p : c.products) check(p.sources, whole(p), p.where, "product " + p.name);
    }
    for (const fact_record& f : data.facts) check(f.sources, false, f.where, "fact " + f.id);
    for (const error_record& e : data.errors) check(e.sources, false, e.where, "error " + e.id);
    for (const name_record& n : data.names) check(n.sources, false, n.where, "name " + n.id);
    for (const chip_record& c : data.chips) check(c.sources, false, c.where, "chip " + c.chip);
}

void source_unresolved(const model& data, findings& out) {
    std::unordered_set<std::string_view> known;
    for (const source_record& s : data.sources) known.insert(s.id);
    each_sourced(
        data, [&](const std::vector<source_ref>& refs, const source_region& where, const std::string& what) {
            for (const source_ref& r : refs)
                if (!known.contains(r.id))
                    say(out, where, what + " refers to the source '" + r.id + "', which is not in sources/",
                        "add it there or correct the id");
        });
}

void source_unused(const model& data, findings& out) {
    std::unordered_set<std::string_view> used;
    each_sourced(data, [&](const std::vector<source_ref>& refs, const source_region&, const std::string&) {
        for (const source_ref& r : refs) used.insert(r.id);
    });
    for (const source_record& s : data.sources)
        if (!used.contains(s.id))
            say(out, s.where, "nothing refers to the source '" + s.id + "'", "use it or remove it");
}

void source_shape(const model& data, findings& out) {
    for (const source_record& s : data.sources) {
        const std::string what = "source '" + s.id + "'";
        if (std::find(kinds.begin(), kinds.end(), s.kind) == kinds.end())
            say(out, s.where, what + " has the unknown kind '" + s.kind + "'",
                "the kinds are: " + kind_list());
        const bool part = !s.repo.empty() || !s.commit.empty() || !s.path.empty();
        const bool whole = !s.repo.empty() && !s.commit.empty() && !s.path.empty();
        const bool site = s.kind == "site"; // what a site says of itself: its title is the place
        if (site && s.overlay == 0)
            say(out, s.where, what + " has the kind site, which only an overlay takes",
                "cite what was read, or move the fact to an overlay");
        if (site && s.title.empty())
            say(out, s.where, what + " has no title", "say in 'title' who at the site says it, and where");
        if (!site && s.url.empty() && !whole)
            say(out, s.where, what + (part ? " has an incomplete place" : " has no place"),
                "give 'url', or 'repo', 'commit' and 'path'");
        if (!s.url.empty() && !s.url.starts_with("https://") && !s.url.starts_with("http://") &&
            !s.url.starts_with("pkg:"))
            say(out, s.where, what + " has a 'url' that is no address",
                "begin it with https://, or pkg: for a package URL");
        if (!s.commit.empty() && !is_commit(s.commit))
            say(out, s.where, what + " has a 'commit' that is no commit", "give 7 to 64 hexadecimal digits");
        if (!s.repo.empty() && std::count(s.repo.begin(), s.repo.end(), '/') == 0)
            say(out, s.where, what + " has a 'repo' without an owner", "write owner/name");
        if (!is_date(s.read, true))
            say(out, s.where,
                s.read.empty() ? what + " lacks the day it was read"
                               : what + " was read on '" + s.read + "', which is no day",
                "give 'read' as YYYY-MM-DD");
    }
}

} // namespace cudacompat::lint_impl
