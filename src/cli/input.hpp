// Reading the files that the command line names, within bounds.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/knowledge/stack.hpp>
#include <cudacompat/yaml.hpp>

#include <span>
#include <string>

namespace cudacompat::cli {

/// The knowledge base at `path`: a directory or file of YAML, or a compiled file. Empty: the embedded one. Overlays
/// lie on YAML only.
[[nodiscard]] result<knowledge_base> open_kb(const std::string& path,
                                             std::span<const std::string> overlays = {});

/// What the authors wrote at `path`, with the overlays over it, and all that is wrong with it.
[[nodiscard]] load_report read_kb(const std::string& path, std::span<const std::string> overlays);

/// The block of a directory or file of YAML.
[[nodiscard]] result<std::vector<std::byte>> compile_kb(const std::string& path,
                                                        std::span<const std::string> overlays);

/// Standard input, cut after `most` bytes; `cut` says whether there was more.
[[nodiscard]] result<std::string> read_log(std::size_t most, bool& cut);

/// The stack file at `path`; "-" is standard input.
[[nodiscard]] result<stack_record> open_stack(const std::string& path);

} // namespace cudacompat::cli
