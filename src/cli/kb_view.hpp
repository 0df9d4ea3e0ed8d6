// What several kb commands say of a knowledge base.
#pragma once

#include <cudacompat/json_writer.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::cli {

/// A release as the data lists it. A cell of an open line has several, or none.
struct listed_release {
    std::string_view version;
    std::string_view date;
    std::vector<std::string_view> builds; ///< variants, in the data's order
    std::vector<std::string_view> on;     ///< platforms
};

[[nodiscard]] std::string_view role_of(const frozen::component& c) noexcept;
[[nodiscard]] std::string_view scheme_of(const frozen::component& c) noexcept;

/// The releases of the component, newest first; each once. Not "unknown", not the gaps of an open line.
[[nodiscard]] std::vector<listed_release> releases_of(const knowledge_base& kb, const frozen::component& c);
[[nodiscard]] std::size_t builds_in(const std::vector<listed_release>& releases) noexcept;

/// The newest release that is no pre-release; empty where the values are no versions.
[[nodiscard]] std::string_view newest_of(const knowledge_base& kb, const frozen::component& c,
                                         const std::vector<listed_release>& releases);

/// Platforms of a mask.
[[nodiscard]] std::vector<std::string_view> platforms_of(const knowledge_base& kb, std::uint32_t mask);

/// Left-aligned columns, two spaces apart, no trailing spaces. The first row is the head.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows);

/// "id: where, read DATE"
[[nodiscard]] std::string place(const knowledge_base& kb, const frozen::citation& c);

/// "a, b, c"
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

} // namespace cudacompat::cli
