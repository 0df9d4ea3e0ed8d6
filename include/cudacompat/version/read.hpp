// The one place that tells the schemes apart: text -> parts -> key -> normal text.
#pragma once

#include <cudacompat/version/conda.hpp>
#include <cudacompat/version/dotted.hpp>
#include <cudacompat/version/pep440.hpp>
#include <cudacompat/version/scheme.hpp>
#include <cudacompat/version/semver.hpp>

namespace cudacompat::detail {

/// Reads all of [in.at, in.end) as one version.
constexpr bool parse_parts(version_scheme scheme, cursor& in, version_parts& out) noexcept {
    if (in.end - in.at > version_text_limit)
        return in.refuse(in.at + version_text_limit, "a version has at most 4096 bytes", errc::too_large);
    switch (scheme) {
    case version_scheme::dotted: return parse_dotted(in, out);
    case version_scheme::semver: return parse_semver(in, out);
    case version_scheme::pep440: return parse_pep440(in, out);
    case version_scheme::conda: return parse_conda(in, out);
    case version_scheme::label: return parse_label(in, out);
    }
    return in.refuse(in.at, "unknown version scheme", errc::internal);
}

template <std::size_t N>
constexpr void append_key(version_scheme scheme, const version_parts& v, small_bytes<N>& out) {
    switch (scheme) {
    case version_scheme::dotted: append_release(out, v.release); break;
    case version_scheme::semver: append_semver(out, v); break;
    case version_scheme::pep440: append_pep440(out, v); break;
    case version_scheme::conda: append_conda(out, v); break;
    case version_scheme::label: out.append(v.tail); break;
    }
}

/// The greatest lower bound of all versions whose release begins with these numbers.
/// semver: their first release, in plain order, so that 2.0.0-rc.1 lies below "2".
template <std::size_t N>
constexpr void append_floor(version_scheme scheme, std::uint64_t epoch, const number_list& numbers,
                            small_bytes<N>& out) {
    if (scheme == version_scheme::conda) return append_conda_floor(out, epoch, numbers);
    version_parts v;
    v.epoch = epoch;
    v.release = numbers;
    v.has_dev = true; // read by pep440 only: 1.2 begins with 1.2.dev0
    append_key(scheme, v, out);
}

/// The key below which a scheme has no version; a cut there is no cut.
[[nodiscard]] constexpr std::string_view least_key(version_scheme scheme) noexcept {
    switch (scheme) {
    case version_scheme::semver: return {"\x10\x10\x10\x01\x02\x10", 6}; // 0.0.0-0
    case version_scheme::pep440: return {"\x10\x01\x01\x01\x10", 5};     // 0.dev0
    case version_scheme::conda: return {"\x10", 1};                      // the floor of "0"
    default: return {};
    }
}

} // namespace cudacompat::detail
