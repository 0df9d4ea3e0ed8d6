// What the commands that ask share: the request, the data, the stack.
#pragma once

#include "args.hpp"

#include <cudacompat/cudacompat.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace cudacompat::cli {

struct cli_question {
    std::vector<std::string_view> request;
    knowledge_base kb;
    stack_record stack;
    bool has_stack = false;

    [[nodiscard]] const stack_record* machine() const noexcept { return has_stack ? &stack : nullptr; }
};

/// Reads what the arguments name. On an error it is said, and the exit code returned.
[[nodiscard]] std::optional<int> open_question(const resolve_args& args, cli_question& out);

[[nodiscard]] text_options text_options_of(const resolve_args& args);

} // namespace cudacompat::cli
