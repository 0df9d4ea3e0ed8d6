// --set KEY=VALUE: edits of a stack.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/knowledge/stack.hpp>

#include <optional>
#include <span>
#include <string>

namespace cudacompat::cli {

/// Applies the settings in order over `stack`. KEY is a key of the stack file, `gpu`, `components.NAME`, or
/// the name of a component of `kb`. The first gpu replaces the GPUs of the file, the next ones join it.
/// An error names the option, as "--set KEY=VALUE".
[[nodiscard]] std::optional<error> apply_set(stack_record& stack, std::span<const std::string> settings,
                                             const knowledge_base& kb);

} // namespace cudacompat::cli
