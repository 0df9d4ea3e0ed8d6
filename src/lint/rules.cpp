// The table of rules and what they share.
#include "rules.hpp"

#include <algorithm>
#include <tuple>

namespace cudacompat {
namespace {

using namespace lint_impl;
constexpr lint_severity wrong = lint_severity::error;
constexpr lint_severity notice = lint_severity::warning;
constexpr lint_severity report = lint_severity::note;

constexpr lint_rule rules[] = {
    {"agrees-shape", "what agrees is the copies of one library that builds carry, or two parts of the host",
     wrong, agrees_shape},
    {"component-unknown", "selectors and companion_of name components that the data has", wrong,
     component_unknown},
    {"cycle", "packages do not require each other in a circle", notice, cycle},
    {"date-shape", "dates are YYYY-MM-DD or YYYY-MM", wrong, date_shape},
    {"dispute-single", "a dispute has at least two facts; not all of them are the default side", wrong,
     dispute_single},
    {"ends-shape", "an end names one component, and ends after it began", wrong, ends_shape},
    {"error-shape", "an error has the id of its layer and code, and its code stands once", wrong,
     error_shape},
    {"id-duplicate", "no two facts, sources, errors or names have one id", wrong, id_duplicate},
    {"id-shape", "ids and names are [a-z0-9][a-z0-9._+-]*", wrong, id_shape},
    {"name-shape", "a name speaks of a component by its own name, of a CUDA major and of versions", wrong,
     name_shape},
    {"note-demanded", "what is derived or weak says in a note by which rule or why", wrong, note_demanded},
    {"orphan", "a component is mentioned by a fact, or is something that a request names", notice, orphan},
    {"overlap", "no two facts give one build different contents", wrong, overlap},
    {"overlay-conflict", "no fact of an overlay leaves nothing of what a fact below it allows", notice,
     overlay_conflict},
    {"overlay-override", "an overlay replaces no fact", report, overlay_override},
    {"pci-shape", "PCI ids are four hex digits and belong to one chip", wrong, pci_shape},
    {"platform-unknown", "platforms are those of kb.yaml", wrong, platform_unknown},
    {"product-duplicate", "a product name or alias stands once", wrong, product_duplicate},
    {"registry-host", "no address points at a package registry", wrong, registry_host},
    {"release-duplicate", "no release or build stands twice, in any spelling or order", wrong,
     release_duplicate},
    {"rule-shape", "a rule speaks of errors, rules and components that there are", wrong, rule_shape},
    {"ships-shape", "what a build ships is said of exactly one component", wrong, ships_shape},
    {"single-third-party", "what a third party alone says is not sure", wrong, single_third_party},
    {"source-missing", "facts, releases, builds and products have a source", wrong, source_missing},
    {"source-shape", "a source has a known kind, a place and the day it was read", wrong, source_shape},
    {"source-unresolved", "references to sources lead to one", wrong, source_unresolved},
    {"source-unused", "every source is referred to", notice, source_unused},
    {"spec-empty", "a spec matches some release of a closed line", wrong, spec_empty},
    {"supports-shape", "code targets are sm_XY or compute_XY; the latter have a PTX version", wrong,
     supports_shape},
    {"unreachable-release", "every release can be part of some solution", wrong, unreachable_release},
    {"variant-missing", "a variant of a selector exists in the versions it speaks of", wrong,
     variant_missing},
    {"version-missing", "an exact version of a closed line is one of its releases", wrong, version_missing},
    {"version-unparsable", "versions and specs can be read in the component's scheme", wrong,
     version_unparsable},
};

[[nodiscard]] bool all_digits(std::string_view s) noexcept {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::span<const lint_rule> all_rules() { return rules; }

std::vector<lint_finding> lint(const model& data, std::span<const std::string_view> only) {
    std::vector<lint_finding> out;
    for (const lint_rule& rule : rules) {
        if (!only.empty() && std::find(only.begin(), only.end(), rule.name) == only.end()) continue;
        const std::size_t first = out.size();
        rule.check(data, out);
        for (std::size_t i = first; i < out.size(); ++i) {
            out[i].rule = rule.name;
            out[i].severity = rule.severity;
        }
    }
    std::sort(out.begin(), out.end(), [](const lint_finding& a, const lint_finding& b) {
        return std::tie(a.where.file, a.where.line, a.where.column, a.rule, a.message) <
               std::tie(b.where.file, b.where.line, b.where.column, b.rule, b.message);
    });
    return out;
}

std::string to_string(const lint_finding& f) {
    error e;
    e.where = f.where;
    constexpr std::string_view words[] = {"error[", "warning[", "note["};
    e.message =
        std::string(words[static_cast<std::size_t>(f.severity)]) + std::string(f.rule) + "]: " + f.message;
    if (!f.hint.empty()) e.message += "; " + f.hint;
    return to_string(e);
}

namespace lint_impl {

model_view::model_view(const model& data) {
    components_.reserve(data.components.size());
    for (const component_record& c : data.components) {
        component_view view;
        view.record = &c;
        view.releases.reserve(c.releases.size());
        for (const release_record& r : c.releases) {
            result<version> v = version::parse(c.scheme, r.version);
            view.releases.push_back(v ? std::optional<version>(*std::move(v)) : std::nullopt);
        }
        by_name_.emplace(c.name, components_.size());
        components_.push_back(std::move(view));
    }
}

bool is_date(std::string_view s, bool day_needed) noexcept {
    if (s.size() != 10 && (day_needed || s.size() != 7)) return false;
    if (s[4] != '-' || !all_digits(s.substr(0, 4)) || !all_digits(s.substr(5, 2))) return false;
    const auto two = [&](std::size_t i) { return (s[i] - '0') * 10 + (s[i + 1] - '0'); };
    const int year = two(0) * 100 + two(2), month = two(5);
    if (month < 1 || month > 12) return false;
    if (s.size() == 7) return true;
    if (s[7] != '-' || !all_digits(s.substr(8, 2))) return false;
    constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return two(8) >= 1 &&
           two(8) <= lengths[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

std::vector<std::string> exact_versions(std::string_view spec) {
    std::vector<std::string> out;
    while (!spec.empty()) {
        const std::size_t end = spec.find_first_of(",|");
        std::string_view item = spec.substr(0, end);
        spec = end == std::string_view::npos ? std::string_view{} : spec.substr(end + 1);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
        if (!item.starts_with("==") || item.find('*') != std::string_view::npos) continue;
        item.remove_prefix(item.starts_with("===") ? 3 : 2);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        if (!item.empty()) out.emplace_back(item);
    }
    return out;
}

bool is_release(const component_view& c, std::string_view text) {
    const result<version> wanted = version::parse(c.record->scheme, text);
    if (!wanted) return true; // version-unparsable says so
    const version bare = wanted->without_local();
    for (const std::optional<version>& r : c.releases)
        if (r && (*r == *wanted || *r == bare)) return true;
    return false;
}

} // namespace lint_impl
} // namespace cudacompat
