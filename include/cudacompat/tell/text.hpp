// Answers as text for people: a table of at most 100 columns, caveats, what is unknown, and the sources.
#pragma once

#include <cudacompat/tell/answer.hpp>

#include <cstddef>
#include <string>

namespace cudacompat {

struct text_options {
    std::size_t width = 100;
    bool colour = false;
    bool verbose = false; ///< every fact of every component
    bool builds = true;   ///< the table of builds
};

/// The conflict as numbered sentences with numbered sources.
[[nodiscard]] std::string explain(const conflict& c, const text_options& options = {});
/// The whole answer.
[[nodiscard]] std::string to_text(const answer& a, const text_options& options = {});
/// What check() found, for a terminal: the cause in the first line, then why, what it looks like and the ways out.
[[nodiscard]] std::string to_report(const answer& a, const text_options& options = {});
/// The same as to_text(), for those who print with explain().
[[nodiscard]] std::string explain(const answer& a, const text_options& options = {});

} // namespace cudacompat
