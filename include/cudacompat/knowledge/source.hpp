// Where a statement of the knowledge comes from: part of the authors' form (model.hpp).
#pragma once

#include <cudacompat/base/error.hpp>

#include <cstdint>
#include <string>

namespace cudacompat {

struct source_record {
    std::string id;
    std::string kind; ///< one of data/schema/sources.schema.json
    std::string title;
    std::string url;    ///< or repo + commit + path
    std::string repo;   ///< owner/name
    std::string commit; ///< as read
    std::string path;
    std::string read; ///< date, YYYY-MM-DD
    std::string note;
    source_region where;
    std::uint32_t overlay = 0; ///< who says it: 0 the base, n the n-th overlay
};

struct source_ref {
    std::string id; ///< of a source_record
    std::string at; ///< table, row, section; may be empty
};

} // namespace cudacompat
