// The lookup tables, for kb list and kb show.
#pragma once

#include "args.hpp"

#include <cudacompat/knowledge/knowledge_base.hpp>

#include <optional>

namespace cudacompat::cli {

/// kb list errors, names or pci: the exit code.
[[nodiscard]] int list_table(const kb_args& args, const knowledge_base& kb);

/// kb show error:WHAT, name:WHAT, pci:WHAT, or the id of an error or a name: the exit code. Nothing: NAME is none of them.
[[nodiscard]] std::optional<int> show_table(const kb_args& args, const knowledge_base& kb);

} // namespace cudacompat::cli
