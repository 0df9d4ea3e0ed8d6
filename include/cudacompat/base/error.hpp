// Errors as values: what went wrong, where, and what would have been right.
//
// Nothing in the core throws. An error names its place (a file with line and column, or the column of
// a request text), says what was expected, and carries spellings that were probably meant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat {

/// What kind of mistake it is; the command line maps it to an exit code (docs/exit-codes.md).
enum class errc : std::uint8_t {
    bad_request, ///< the text of a request, an option or an argument (exit 2)
    bad_data,    ///< a file of the knowledge base or a stack file (exit 4)
    too_large,   ///< input over a documented limit (exit 2 or 4, by where it came from)
    internal,    ///< an answer failed its own check; never expected (exit 70)
};

/// A place in a text. Lines and columns count from 1, columns in bytes; 0 means "not applicable".
struct source_region {
    std::string file; ///< path as the user gave it, "-" for standard input, empty for a request text
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    friend bool operator==(const source_region&, const source_region&) = default;
};

/// A failure to run, as opposed to an answer of "no".
struct error {
    errc code = errc::bad_request;
    std::string message; ///< one sentence: what was found and what was expected
    source_region where;
    std::vector<std::string> suggestions; ///< probable spellings, best first; may be empty
};

/// "file:line:column: message (did you mean 'x'?)", without a trailing newline.
[[nodiscard]] inline std::string to_string(const error& e) {
    std::string out;
    if (!e.where.file.empty()) {
        out += e.where.file;
        out += ':';
    }
    if (e.where.line != 0) {
        out += std::to_string(e.where.line);
        out += ':';
    }
    if (e.where.column != 0) {
        if (e.where.line == 0) out += "column ";
        out += std::to_string(e.where.column);
        out += ':';
    }
    if (!out.empty()) out += ' ';
    out += e.message;
    for (std::size_t i = 0; i < e.suggestions.size(); ++i) {
        out += i == 0 ? " (did you mean '" : "', '";
        out += e.suggestions[i];
    }
    if (!e.suggestions.empty()) out += "'?)";
    return out;
}

} // namespace cudacompat
