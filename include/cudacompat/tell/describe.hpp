// Values, sets of values and facts in words. The same words for tables, conflicts and JSON.
#pragma once

#include <cudacompat/decide/instances.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// Names of enumerators as data files spell them.
[[nodiscard]] constexpr std::string_view to_string(fact_kind k) noexcept {
    return fact_kind_names[static_cast<std::size_t>(k)];
}
[[nodiscard]] constexpr std::string_view to_string(enforcer e) noexcept {
    return enforcer_names[static_cast<std::size_t>(e)];
}
[[nodiscard]] constexpr std::string_view to_string(evidence_level e) noexcept {
    constexpr std::string_view names[] = {"measured",      "package_metadata", "build_file",
                                          "release_notes", "documentation",    "third_party"};
    return names[static_cast<std::size_t>(e)];
}
[[nodiscard]] constexpr std::string_view to_string(certainty c) noexcept {
    constexpr std::string_view names[] = {"sure", "derived", "weak"};
    return names[static_cast<std::size_t>(c)];
}
[[nodiscard]] constexpr std::string_view to_string(multiplicity m) noexcept {
    constexpr std::string_view names[] = {"host", "device", "environment", "bundled", "runtime", "code"};
    return names[static_cast<std::size_t>(m)];
}

namespace detail {

inline void join(std::string& out, std::string_view part, std::string_view separator) {
    if (!out.empty()) out += separator;
    out += part;
}

/// A spec for reading: "==1.12.0" as "1.12.0", "*" as nothing.
[[nodiscard]] inline std::string plain_spec(std::string_view spec) {
    if (spec == "*") return {};
    std::string out;
    for (std::size_t i = 0; i < spec.size();) { // drop "==" wherever it stands before a number
        if (spec.substr(i).starts_with("==")) {
            i += spec.substr(i).starts_with("===") ? 3U : 2U;
            continue;
        }
        out += spec[i++];
    }
    for (std::size_t at = out.find(" || "); at != std::string::npos; at = out.find(" || ", at))
        out.replace(at, 4, " or ");
    return out;
}

} // namespace detail

/// "torch 1.12.0 (cu113)", "driver >=525.60.13", "no compat-package".
[[nodiscard]] inline std::string describe(const knowledge_base& kb, const frozen::selector& s) {
    std::string name(kb.str(s.name));
    if (s.present == 0) return "no " + name;
    std::string spec = detail::plain_spec(kb.str(s.spec));
    if (!spec.empty()) name += " " + spec;
    std::string variants;
    for (const frozen::text v : kb.texts(s.variants)) detail::join(variants, kb.str(v), ", ");
    if (!variants.empty()) name += " (" + variants + ")";
    return name;
}

/// The version number without operator.
[[nodiscard]] inline std::string_view bound_number(std::string_view end) noexcept {
    const std::size_t at = end.find_first_not_of("<>=");
    return at == std::string_view::npos ? std::string_view{} : end.substr(at);
}

/// The newest release in a cell that is known on the platform, or the cell's lower end.
[[nodiscard]] inline std::string representative(const knowledge_base& kb, const frozen::value& v,
                                                std::uint32_t platform) {
    if ((v.flags & frozen::is_cell) == 0) return std::string(kb.str(v.version));
    for (const frozen::cell_release& r : kb.cell_releases(v.builds))
        if (((r.platforms >> platform) & 1U) != 0) return std::string(kb.str(r.version));
    if (!v.low.empty()) return std::string(bound_number(kb.str(v.low)));
    return "any";
}

/// A set of values of a variable as text: "1.12.0 - 1.12.1", ">=525.60.13,<580", "3.7, 3.8". Runs of releases are
/// told by their ends; builds are left out unless `builds`. Empty for the empty set; absence is not mentioned.
[[nodiscard]] inline std::string describe(const knowledge_base& kb, const instance_table& in,
                                          std::uint32_t var, const bits& set, bool builds = false) {
    struct run {
        std::uint32_t newest;
        std::uint32_t oldest;
        bool whole_line = false;
    };
    const std::uint32_t n = in.domain_size(var);
    std::vector<run> runs;
    bool unknown = false;
    // Releases (all builds of one rank) count as taken when any build is in the set.
    for (std::uint32_t i = 1; i < n;) {
        const frozen::value& v = in.value(var, i);
        std::uint32_t end = i;
        bool taken = false;
        while (end < n && in.value(var, end).rank == v.rank &&
               (in.value(var, end).flags & frozen::is_unknown) == (v.flags & frozen::is_unknown))
            taken |= set.test(end++);
        if ((v.flags & frozen::is_unknown) != 0) {
            unknown = taken;
        } else if (taken) {
            if (!runs.empty() && runs.back().oldest + 1 == i) {
                runs.back().oldest = end - 1;
            } else {
                runs.push_back({i, end - 1});
            }
        }
        i = end;
    }
    const frozen::component& component = kb.components()[in[var].component];
    const bool label = static_cast<version_scheme>(component.scheme) == version_scheme::label;
    std::string out;
    for (auto r = runs.rbegin(); r != runs.rend(); ++r) { // oldest first, as people read ranges
        const frozen::value& newest = in.value(var, r->newest);
        const frozen::value& oldest = in.value(var, r->oldest);
        std::string part;
        if ((newest.flags & frozen::is_cell) != 0) {
            const std::string_view low = kb.str(oldest.low);
            const std::string_view high = kb.str(newest.high);
            if (low.starts_with(">=") && high.starts_with("<=") && low.substr(2) == high.substr(2)) {
                part = low.substr(2);
            } else {
                part = low;
                if (!high.empty()) detail::join(part, high, ",");
                if (part.empty()) part = "any";
            }
        } else if (label) {
            for (std::uint32_t i = r->oldest;; --i) {
                if (set.test(i) && (i == r->oldest || in.value(var, i).rank != in.value(var, i + 1).rank))
                    detail::join(part, kb.str(in.value(var, i).version), ", ");
                if (i == r->newest) break;
            }
        } else if (newest.rank == oldest.rank) {
            part = kb.str(newest.version);
        } else {
            part = kb.str(oldest.version);
            part += newest.rank + 1 == oldest.rank ? ", " : " - ";
            part += kb.str(newest.version);
        }
        detail::join(out, part, ", ");
    }
    if (unknown)
        detail::join(out, in.placed(var) != nullptr ? std::string_view(*in.placed(var)) : "unknown", ", ");
    if (builds) {
        std::vector<std::string_view> names;
        bool all = true;
        for (std::uint32_t i = 1; i < n; ++i) {
            const frozen::value& v = in.value(var, i);
            if (v.variant.empty()) continue;
            bool in_runs = false;
            for (const run& r : runs) in_runs |= i >= r.newest && i <= r.oldest;
            if (!in_runs) continue;
            if (!set.test(i)) {
                all = false;
                continue;
            }
            const std::string_view name = kb.str(v.variant);
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
        std::size_t releases = 0;
        for (const run& r : runs)
            releases += std::size_t{in.value(var, r.oldest).rank} - in.value(var, r.newest).rank + 1;
        if (!all && !names.empty() && releases <= 3) {
            out += " (";
            for (std::size_t i = 0; i < names.size(); ++i) {
                if (i != 0) out += ", ";
                out += names[i];
            }
            out += ")";
        }
    }
    return out;
}

/// One sentence for a fact, without its sources.
[[nodiscard]] inline std::string describe(const knowledge_base& kb, const frozen::fact& f) {
    if (!f.said.empty()) return std::string(kb.str(f.said));
    const auto kind = static_cast<fact_kind>(f.kind);
    std::string subject;
    for (const frozen::selector& s : kb.selectors(f.conditions)) {
        if (s.present == 0 && !subject.empty()) {
            detail::join(subject, "without " + std::string(kb.str(s.name)), " ");
        } else {
            detail::join(subject, describe(kb, s), " with ");
        }
    }
    std::string object;
    for (const frozen::group& g : kb.groups(f.then)) {
        std::string any;
        for (const frozen::selector& s : kb.selectors(g.any_of)) detail::join(any, describe(kb, s), " or ");
        detail::join(object, any, " and ");
    }
    if (subject.empty()) subject = "every stack";
    switch (kind) {
    case fact_kind::requires_: return subject + " requires " + object;
    case fact_kind::constrains: return subject + " allows only " + object;
    case fact_kind::ships: return subject + " carries " + object;
    case fact_kind::supports: {
        std::string targets;
        for (const frozen::group& g : kb.groups(f.then))
            for (const frozen::selector& s : kb.selectors(g.any_of))
                detail::join(targets, detail::plain_spec(kb.str(s.spec)), " or ");
        for (std::size_t at = targets.find(" or "); at != std::string::npos; at = targets.find(" or ", at))
            targets.replace(at, 4, ", ");
        return subject + " has code for " + targets;
    }
    case fact_kind::excludes: return subject + " cannot be together";
    case fact_kind::tested: return subject + " was tested with " + object;
    case fact_kind::known_bad: return subject + " is known to fail";
    case fact_kind::known_good: return subject + " is known to work";
    case fact_kind::clashes: return subject + " write the same files";
    case fact_kind::agrees:
        return f.conditions.count > 1
                   ? subject + " are of the same release"
                   : "all copies of " + subject + " in one environment have the same major";
    case fact_kind::ends: return subject + " ended on " + std::string(kb.str(f.until));
    }
    return subject;
}

/// "URL" or "owner/name@commit:path", with the place inside it.
[[nodiscard]] inline std::string describe(const knowledge_base& kb, const frozen::citation& c) {
    const frozen::source& s = kb.sources()[c.source];
    std::string out(kb.str(s.url));
    if (out.empty() && !s.repo.empty()) {
        out = kb.str(s.repo);
        if (!s.commit.empty()) out += "@" + std::string(kb.str(s.commit)).substr(0, 12);
        if (!s.path.empty()) out += ":" + std::string(kb.str(s.path));
    }
    if (out.empty()) out = kb.str(s.title);
    if (!c.at.empty()) out += ", " + std::string(kb.str(c.at));
    return out;
}

} // namespace cudacompat
