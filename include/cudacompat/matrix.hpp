// Which releases of one component work with which versions of another: a table of verdicts.
//
//   auto m = cudacompat::tabulate(kb, {.component = "torch", .by = "driver"});
//   std::cout << cudacompat::to_text(*m);
//
// Each cell is the verdict of one resolve() with the release of its row and the version of its column added to the
// request: the same question, put to the same solver, for a whole row at once where that gives the same.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/decide/policy.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/knowledge/stack.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

struct matrix_question {
    std::string component;                          ///< its releases are the rows
    std::string by;                                 ///< its versions are the columns
    std::span<const std::string_view> request = {}; ///< what has to hold besides
    std::string rows;                               ///< spec of the rows' versions; empty: all
    bool all = false; ///< every release, pre-releases too; else the newest of each minor release
    const stack_record* stack = nullptr; ///< what it states about the two components is set aside
    resolve_options options = {};        ///< policy and date; goal and all_limit do not matter
};

struct version_matrix {
    struct row {
        std::string version; ///< a release; of an open line an interval: ">=525.60.13,<530.30.02"
        std::string item;    ///< the request item that means it: "torch==2.9.1"
        std::string low;     ///< of a stretch of an open line: ">=525.60.13"; empty: no end
        std::string high;    ///< of a stretch: "<530.30.02"; empty: no end
        bool stretch = false;
        std::vector<verdict> cells; ///< one for each column: compatible is yes, incompatible is no
    };
    /// Versions of `by`: the releases of one minor, a label, or a stretch of an open line.
    struct column {
        std::string version; ///< "12.4", "8.9", ">=525.60.13,<530.30.02"
        std::string item;    ///< "cuda-runtime:12.4"
        std::string low;     ///< of a stretch: ">=525.60.13"; empty: no end
        std::string high;    ///< of a stretch: "<530.30.02"; empty: no end
        bool stretch = false;
    };
    std::string component, by;
    bool ordered = true;  ///< the columns have an order: they are no labels
    std::string platform; ///< empty where the knowledge base knows one only
    bool platform_assumed = true;
    std::string data, digest, as_of;
    std::vector<std::string> request, set_aside;
    std::vector<row> rows;       ///< newest first
    std::vector<column> columns; ///< oldest first

    /// The columns of a row with this verdict, as ranges: "11.8, 12.4 - 12.8", ">=525.60.13". Empty: none.
    [[nodiscard]] std::string ranges(const row& r, verdict v) const;
};

[[nodiscard]] result<version_matrix> tabulate(const knowledge_base& kb, const matrix_question& q);

/// A table of at most `width` columns: a grid where it fits, else the ranges of each row.
[[nodiscard]] std::string to_text(const version_matrix& m, std::size_t width = 100);
/// data/schema/matrix.schema.json
[[nodiscard]] std::string to_json(const version_matrix& m, std::size_t indent = 2);
/// RFC 4180: a head, then one record for each row; yes, no or unknown.
[[nodiscard]] std::string to_csv(const version_matrix& m);
/// One page that needs nothing else; no scripts.
[[nodiscard]] std::string to_html(const version_matrix& m);

} // namespace cudacompat

#if defined(CUDACOMPAT_HEADER_ONLY)
#include <cudacompat/matrix_body.hpp>
#include <cudacompat/matrix_text_body.hpp>
#endif
