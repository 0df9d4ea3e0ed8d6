// Reading the authors' YAML: knowledge bases (data/README.md), generic ones, and stack files (DESIGN §7).
//
// The reader is strict. Aliases, anchors, tags, merge keys, duplicate keys, several documents, unknown
// keys and unquoted versions are errors, each with file, line and column. Nothing throws. A file is not
// opened when it is larger than the limits, and parsing stops at the node and depth limits, so that the
// memory in use stays proportional to the limits whatever the input.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/base/result.hpp>
#include <cudacompat/knowledge/model.hpp>
#include <cudacompat/knowledge/stack.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// What a load may cost. Exceeding one is an error of code too_large that names the limit.
struct load_limits {
    std::uint64_t max_bytes_per_file = 8ULL << 20U;
    std::uint64_t max_total_bytes = 64ULL << 20U;
    std::uint32_t max_depth = 32;        ///< nesting of lists and mappings, and of folders
    std::uint32_t max_nodes = 2'000'000; ///< scalars, lists and mappings of all files together
    std::uint32_t max_files = 20'000;
    std::uint32_t max_errors = 1'000; ///< load_model_all stops collecting after so many
};

/// Everything that could be read, and everything that was wrong with the rest.
struct load_report {
    model data;
    std::vector<error> errors; ///< in order of file, line and column

    [[nodiscard]] bool ok() const noexcept { return errors.empty(); }
};

/// Reads one file, or every *.yaml below a directory in sorted order. The first error ends it.
[[nodiscard]] result<model> load_model(const std::filesystem::path& directory_or_file,
                                       const load_limits& limits = {});

/// The same, carrying on after errors: for linters and editors. The model holds what was readable.
[[nodiscard]] load_report load_model_all(const std::filesystem::path& directory_or_file,
                                         const load_limits& limits = {});

/// The same with overlays laid over it, in their order. An overlay adds releases, builds, products, aliases, components
/// and facts; it replaces a fact only by naming it in `overrides`. The version of the model names the overlays.
[[nodiscard]] load_report load_with_overlays(const std::filesystem::path& base,
                                             std::span<const std::filesystem::path> overlays,
                                             const load_limits& limits = {});

/// Reads one knowledge-base file from memory. `file_name` stands in messages and regions.
[[nodiscard]] load_report load_model_text(std::string_view text, std::string file_name,
                                          const load_limits& limits = {});

/// Reads a stack file, YAML or JSON. `file_name` stands in messages: a path, or "-".
[[nodiscard]] result<stack_record> load_stack(std::string_view text, std::string file_name);

/// The same from a path; "-" is not special here.
[[nodiscard]] result<stack_record> load_stack_file(const std::filesystem::path& file);

} // namespace cudacompat
