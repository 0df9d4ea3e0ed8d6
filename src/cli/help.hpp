// The help texts, one for each command.
#pragma once

#include <string_view>

namespace cudacompat::cli {

/// `command`: "", "resolve", "kb", or "kb" and its command, as in "kb list". At most 80 columns.
[[nodiscard]] std::string_view help_of(std::string_view command) noexcept;

} // namespace cudacompat::cli
