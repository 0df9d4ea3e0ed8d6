// The rules by which versions are read and ordered. Versions of two schemes are never compared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cudacompat {

enum class version_scheme : std::uint8_t {
    dotted, ///< NVIDIA's numbers: 1 to 6 numeric parts, 535.183.01, 9.1.0.70
    semver, ///< SemVer 2.0.0
    pep440, ///< PEP 440, whole
    conda,  ///< the subset of conda's order that README.md lists
    label,  ///< opaque words (sm_86, ubuntu-22.04, open); their order is byte order and means nothing
};

inline constexpr std::array<std::string_view, 5> version_scheme_names{"dotted", "semver", "pep440", "conda",
                                                                      "label"};

[[nodiscard]] constexpr std::string_view to_string(version_scheme s) noexcept {
    return version_scheme_names[static_cast<std::size_t>(s)];
}

[[nodiscard]] constexpr std::optional<version_scheme> scheme_from_name(std::string_view name) noexcept {
    for (std::size_t i = 0; i < version_scheme_names.size(); ++i)
        if (version_scheme_names[i] == name) return static_cast<version_scheme>(i);
    return std::nullopt;
}

} // namespace cudacompat
