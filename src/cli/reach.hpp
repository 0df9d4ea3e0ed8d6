// Releases that no solution can take.
#pragma once

#include <cudacompat/knowledge/knowledge_base.hpp>

#include <string>
#include <vector>

namespace cudacompat::cli {

/// "torch 1.5.0" for each release that no answer to any question about it can hold, on none of its platforms.
[[nodiscard]] std::vector<std::string> unreachable_releases(const knowledge_base& kb);

} // namespace cudacompat::cli
