// Answers as JSON for programs: data/schema/answer.schema.json describes the document.
//
//   std::cout << cudacompat::to_json(*answer);
//
// Written by hand, so that it needs no library. The same answer gives the same bytes: members stand in a
// fixed order, facts by id.
#pragma once

#include <cudacompat/tell/answer.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cudacompat {

struct json_options {
    std::size_t indent = 2;                    ///< spaces for each level; 0: one line
    std::span<const std::string_view> request; ///< the items as they were given: member "request"
};

/// The whole answer as one JSON object, with a newline at its end.
[[nodiscard]] std::string to_json(const answer& a, const json_options& options = {});

} // namespace cudacompat

#if defined(CUDACOMPAT_HEADER_ONLY)
#include <cudacompat/json_body.hpp>
#endif
