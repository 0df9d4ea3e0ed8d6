// Cuts and sets as text: ">=525.60.13,<580", "==1.12.*", "!=2.1", "*".
//
// Numbers lose leading and trailing zeros (535.183.01 prints as 535.183.1: equal, but not its author's text; who
// holds the release has it). dotted, semver, conda and label sets parse back to themselves, but for a label set with
// an end, as labels have no < and >. So do pep440 sets that come from specs; one made by complement can have ends
// that no operator of the PEP has, and these are told in words: "<2 with its pre-releases", "<=1 with its posts".
#pragma once

#include <cudacompat/version/version_set.hpp>

#include <string>

namespace cudacompat {

namespace detail {

/// A cut read back.
struct cut_text {
    std::string version;
    bool after = false;       ///< just above `version`
    bool is_floor = false;    ///< pep440, conda: below all that begins with `parts.release`
    bool above_posts = false; ///< pep440: above `version` and its post-releases
    bool has_local = false;   ///< pep440
    version_parts parts;      ///< pep440; of others only what a floor needs
};

inline void describe_dotted(std::string_view key, cut_text& out) {
    std::size_t at = 0;
    while (at < key.size() && is_number_byte(key[at]))
        out.parts.release.value[out.parts.release.count++] = read_number(key, at);
    print_release(out.version, out.parts.release);
    out.after = at < key.size();
}

inline void describe_pep440(std::string_view key, cut_text& out) {
    const std::string_view rest = read_pep440(key, out.parts, out.above_posts);
    const version_parts& p = out.parts;
    print_pep440(out.version, p);
    const std::size_t bare = out.version.size();
    out.after = print_pep440_local(out.version, rest);
    out.has_local = out.version.size() != bare;
    out.is_floor = rest.empty() && p.has_dev && p.dev == 0 && !p.has_post && p.pre == pre_kind::no_pre;
}

inline void describe_conda(std::string_view key, cut_text& out) {
    std::size_t at = 0;
    out.parts.epoch = read_number(key, at);
    if (out.parts.epoch != 0) out.version = std::to_string(out.parts.epoch) + '!';
    const std::size_t start = out.version.size();
    out.is_floor = print_conda_list(out.version, key, at);
    if (out.is_floor) {
        cursor in(out.version);
        in.at = start;
        (void)in.release(out.parts.release, number_list::limit, ~std::uint64_t{0}, "", "");
        return;
    }
    std::string local;
    (void)print_conda_list(local, key, at);
    if (local != "0") out.version += '+' + local;
    out.after = at < key.size();
}

inline cut_text describe(const version_cut& cut) {
    cut_text out;
    const std::string_view key = cut.is_lowest() ? least_key(cut.scheme()) : cut.key();
    switch (cut.scheme()) {
    case version_scheme::dotted: describe_dotted(key, out); break;
    case version_scheme::semver: out.after = print_semver(out.version, key); break;
    case version_scheme::pep440: describe_pep440(key, out); break;
    case version_scheme::conda: describe_conda(key, out); break;
    case version_scheme::label:
        out.after = !key.empty() && key.back() == tag_after;
        out.version = key.substr(0, key.size() - (out.after ? 1 : 0));
        break;
    }
    return out;
}

inline std::string epoch_and_release(std::uint64_t epoch, const number_list& numbers) {
    std::string out;
    if (epoch != 0) out = std::to_string(epoch) + '!';
    print_release(out, numbers);
    return out;
}

/// "1.12" if `upper` is the end of all that begins with 1.12 and `lower` its beginning.
inline std::string common_prefix(const version_cut& lower, const version_cut& upper) {
    const cut_text a = describe(lower);
    const cut_text b = describe(upper);
    if (!a.is_floor || !b.is_floor || a.parts.epoch != b.parts.epoch || b.parts.release.count == 0) return {};
    number_list prefix = b.parts.release;
    if (prefix.value[prefix.count - 1]-- == 0) return {};
    if (version_cut::floor(lower.scheme(), a.parts.epoch, prefix) != lower) return {};
    return epoch_and_release(a.parts.epoch, prefix);
}

/// The version that alone lies between the cuts, as "==" and "!=" name it.
inline std::string single_version(const version_cut& lower, const version_cut& upper) {
    const cut_text a = describe(lower);
    if (a.after || a.above_posts || (a.is_floor && lower.scheme() == version_scheme::conda)) return {};
    if (lower.scheme() == version_scheme::pep440 && !a.has_local)
        return version_cut::after_locals(a.parts) == upper ? a.version : std::string{};
    const cut_text b = describe(upper);
    return b.after && a.version == b.version ? a.version : std::string{};
}

inline std::string lower_text(const version_cut& cut) {
    const cut_text c = describe(cut);
    if (c.is_floor && cut.scheme() == version_scheme::conda) return ">=" + c.version + ".*";
    if (c.above_posts) return '>' + c.version;
    if (!c.after) return ">=" + c.version;
    if (cut.scheme() == version_scheme::pep440 && !c.has_local) return '>' + c.version + " or a local of it";
    return '>' + c.version;
}

inline std::string upper_text(const version_cut& cut) {
    cut_text c = describe(cut);
    if (cut.scheme() == version_scheme::conda && c.is_floor) return '<' + c.version + ".*";
    if (cut.scheme() != version_scheme::pep440) return (c.after ? "<=" : "<") + c.version;
    if (c.above_posts) return "<=" + c.version + " with its posts";
    if (c.is_floor) return '<' + epoch_and_release(c.parts.epoch, c.parts.release);
    if (c.after) return "<=" + c.version + (c.has_local ? "" : " without its locals");
    if (c.has_local) return '<' + c.version;
    std::string out;
    if (c.parts.has_post && c.parts.has_dev && c.parts.dev == 0) {
        c.parts.has_dev = false;
        const bool after_locals = c.parts.post == 0;
        if (after_locals) c.parts.has_post = false;
        if (after_locals || c.parts.pre == pre_kind::no_pre) {
            out = after_locals ? "<=" : "<";
            print_pep440(out, c.parts);
            return out;
        }
    }
    out = '<' + c.version;
    if (!c.parts.prerelease) out += " with its pre-releases";
    return out;
}

} // namespace detail

/// The least version of an interval, in normal spelling; none if it begins behind a version or with a family that has
/// no least one (>470, conda 1.2.*).
[[nodiscard]] inline std::optional<version> first_version(const version_interval& i) {
    const detail::cut_text c = detail::describe(*i.lower);
    const version_scheme s = i.lower->scheme();
    if (c.after || c.above_posts || (c.is_floor && s == version_scheme::conda)) return std::nullopt;
    version out;
    parse_failure unused;
    if (!version::try_parse(s, c.version, out, unused))
        return std::nullopt; // a label set without a lower end
    return out;
}

/// "==1.12.*", ">=2.1,<2.4", "*".
[[nodiscard]] inline std::string to_string(const version_interval& i) {
    if (i.has_upper() && i.has_lower()) {
        const std::string one = detail::single_version(*i.lower, *i.upper);
        if (!one.empty()) return "==" + one;
        if (i.lower->scheme() == version_scheme::pep440) {
            const detail::cut_text a = detail::describe(*i.lower);
            const detail::cut_text b = detail::describe(*i.upper);
            if (!a.after && b.after && a.version == b.version) return "===" + a.version;
        }
    }
    if (i.has_upper()) {
        const std::string prefix = detail::common_prefix(*i.lower, *i.upper);
        if (!prefix.empty()) return "==" + prefix + ".*";
    }
    std::string out;
    if (i.has_lower()) out = detail::lower_text(*i.lower);
    if (i.has_upper()) {
        if (!out.empty()) out += ',';
        out += detail::upper_text(*i.upper);
    }
    return out.empty() ? "*" : out;
}

/// Intervals joined by " || ", holes of one version or one prefix as "!=". The empty set is "none".
[[nodiscard]] inline std::string to_string(const version_set& s) {
    if (s.empty()) return "none";
    std::string out;
    for (std::size_t i = 0; i < s.interval_count();) {
        const version_interval first = s.interval(i);
        version_interval whole = first;
        std::string holes;
        for (++i; i < s.interval_count(); ++i) {
            const version_interval next = s.interval(i);
            std::string hole = detail::single_version(*whole.upper, *next.lower);
            if (hole.empty()) {
                hole = detail::common_prefix(*whole.upper, *next.lower);
                if (!hole.empty()) hole += ".*";
            }
            if (hole.empty()) break;
            holes += ",!=" + hole;
            whole.upper = next.upper;
        }
        if (!out.empty()) out += " || ";
        std::string text = to_string(whole);
        if (!holes.empty() && text == "*") out.append(holes, 1);
        else out += text + holes;
    }
    return out;
}

} // namespace cudacompat
