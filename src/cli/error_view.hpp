// An entry of the table of errors, for kb show and explain.
#pragma once

#include <cudacompat/json_writer.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>

#include <string_view>
#include <vector>

namespace cudacompat::cli {

[[nodiscard]] std::vector<std::string_view> texts_of(const knowledge_base& kb, frozen::slice texts);

/// The members of the entry, without the braces.
void put_error_members(json_writer& out, const knowledge_base& kb, const frozen::error& e);

/// "yes: versions do not fit", "no", "maybe: it depends on the cause"
[[nodiscard]] std::string_view tells_of_versions(const frozen::error& e) noexcept;

} // namespace cudacompat::cli
