// Why a component has to be in its range, and why a request cannot be met: chains of sentences with their sources.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/knowledge/stack.hpp>
#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/text.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// Why nothing outside the range will do.
struct forced_range {
    std::string component; ///< as in the solution: "driver", "cudnn@torch"
    std::string range;
    cudacompat::conflict why; ///< what contradicts that it lies outside
};

/// The answer of resolve() with its reasons.
struct reasons {
    answer about;
    std::vector<forced_range> forced; ///< with the requested components as chosen; of a solution only
    /// The conflict of the fewest facts that was found, where it has fewer than the answer's own. Every conflict in which
    /// one fact of the first has no part was looked at.
    std::optional<cudacompat::conflict> smallest;
};

[[nodiscard]] result<reasons> find_reasons(const knowledge_base& kb,
                                           std::span<const std::string_view> request,
                                           const stack_record* stack = nullptr,
                                           const resolve_options& options = {});

/// What forces each component to its range; of a refusal, what is against it.
[[nodiscard]] std::string to_text(const reasons& r, const text_options& options = {});
/// The steps of a conflict as a tree, the contradiction at its root.
[[nodiscard]] std::string to_tree(const conflict& c, const text_options& options = {});
/// data/schema/reasons.schema.json
[[nodiscard]] std::string to_json(const reasons& r, std::span<const std::string_view> request = {},
                                  std::size_t indent = 2);

} // namespace cudacompat
