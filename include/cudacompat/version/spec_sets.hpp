// What one item of a spec means: the set of an operator and a version.
//
// pep440 follows PEP 440 as `packaging` 26 reads it, where each operator is an interval:
//   ==V  V and its locals            ==V+l  that one                  <=V  up to V and its locals
//   <V   below V, if V is final or a post-release without pre-releases of V (below V.dev0)
//   >V   above V, its locals and, if V is no post-release, its post-releases
//   ~=2.2.post3  >=2.2.post3, ==2.*
// In every scheme ^ ends before the next value of the leftmost number that is not 0 (of the last one if all are),
// ~ before the next value of the second number; ^ and ~ with fewer numbers than that use the last they have.
#pragma once

#include <cudacompat/version/spec_grammar.hpp>
#include <cudacompat/version/version_set.hpp>

namespace cudacompat::detail {

/// The numbers up to and with `last`, that one increased.
[[nodiscard]] inline number_list next_after(const number_list& numbers, std::uint32_t last) {
    number_list out;
    for (std::uint32_t i = 0; i <= last; ++i) out.value[i] = numbers.value[i];
    out.count = last + 1;
    ++out.value[last];
    return out;
}

[[nodiscard]] inline version_set prefix_set(version_scheme s, const version_parts& v) {
    const number_list& n = v.release;
    return version_set::between(version_cut::floor(s, v.epoch, n),
                                version_cut::floor(s, v.epoch, next_after(n, n.count - 1)));
}

[[nodiscard]] inline version_cut cut_behind(version_scheme s, const version_parts& v) {
    return s == version_scheme::pep440 && v.local.empty() ? version_cut::after_locals(v)
                                                          : version_cut::after(s, v);
}

[[nodiscard]] inline version_set up_to_next(version_scheme s, const version_parts& v, std::uint32_t last) {
    return version_set::between(version_cut::before(s, v),
                                version_cut::floor(s, v.epoch, next_after(v.release, last)));
}

[[nodiscard]] inline version_set below_set(version_scheme s, const spec_item& item) {
    if (item.prefix && s == version_scheme::conda)
        return version_set::up_to(version_cut::floor(s, item.parts.epoch, item.parts.release));
    if (s != version_scheme::pep440 || item.parts.prerelease)
        return version_set::up_to(version_cut::before(s, item.parts));
    version_parts first = item.parts;
    first.has_dev = true;
    return version_set::up_to(version_cut::before(s, first));
}

[[nodiscard]] inline version_set above_set(version_scheme s, const version_parts& v) {
    if (s != version_scheme::pep440) return version_set::from(version_cut::after(s, v));
    const bool has_posts = !v.has_dev && !v.has_post;
    return version_set::from(has_posts ? version_cut::after_posts(v) : version_cut::after_locals(v));
}

[[nodiscard]] inline version_set set_of(version_scheme s, const spec_item& item) {
    const version_parts& v = item.parts;
    const std::uint32_t last = v.release.count == 0 ? 0 : v.release.count - 1;
    switch (item.op) {
    case spec_op::any: break;
    case spec_op::bare:
    case spec_op::eq:
        if (item.prefix) return prefix_set(s, v);
        return version_set::between(version_cut::before(s, v), cut_behind(s, v));
    case spec_op::ne:
        if (item.prefix) return prefix_set(s, v).complement();
        return version_set::between(version_cut::before(s, v), cut_behind(s, v)).complement();
    case spec_op::identical: return version_set::between(version_cut::before(s, v), version_cut::after(s, v));
    case spec_op::lt: return below_set(s, item);
    case spec_op::le: return version_set::up_to(cut_behind(s, v));
    case spec_op::gt: return above_set(s, v);
    case spec_op::ge:
        if (item.prefix && s == version_scheme::conda)
            return version_set::from(version_cut::floor(s, v.epoch, v.release));
        return version_set::from(version_cut::before(s, v));
    case spec_op::hyphen_from: return version_set::from(version_cut::before(s, v));
    case spec_op::hyphen_to:
        if (item.prefix)
            return version_set::up_to(version_cut::floor(s, v.epoch, next_after(v.release, last)));
        return version_set::up_to(cut_behind(s, v));
    case spec_op::compatible: return up_to_next(s, v, last - 1);
    case spec_op::tilde: return up_to_next(s, v, last < 1 ? last : 1);
    case spec_op::caret: {
        std::uint32_t i = 0;
        while (i < last && v.release.value[i] == 0) ++i;
        return up_to_next(s, v, i);
    }
    }
    return version_set::all(s);
}

} // namespace cudacompat::detail
