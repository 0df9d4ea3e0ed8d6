// The version of this library: the one place where it is written. CMake reads the three macros.
//
// The version of the data is another number; it is part of the knowledge base and of every answer.
#pragma once

#include <string_view>

#define CUDACOMPAT_VERSION_MAJOR 0
#define CUDACOMPAT_VERSION_MINOR 1
#define CUDACOMPAT_VERSION_PATCH 0

#define CUDACOMPAT_DETAIL_TEXT_2(x) #x
#define CUDACOMPAT_DETAIL_TEXT(x) CUDACOMPAT_DETAIL_TEXT_2(x)

namespace cudacompat {

/// "MAJOR.MINOR.PATCH" by SemVer 2.0.0; below 1.0.0 a minor release may change the API.
inline constexpr std::string_view library_version = CUDACOMPAT_DETAIL_TEXT(CUDACOMPAT_VERSION_MAJOR) "." //
    CUDACOMPAT_DETAIL_TEXT(CUDACOMPAT_VERSION_MINOR) "." CUDACOMPAT_DETAIL_TEXT(CUDACOMPAT_VERSION_PATCH);

} // namespace cudacompat

#undef CUDACOMPAT_DETAIL_TEXT
#undef CUDACOMPAT_DETAIL_TEXT_2
