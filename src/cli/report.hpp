// Standard output and standard error: whole texts, no streams, no surprise when a reader goes away.
#pragma once

#include <cudacompat/base/error.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cudacompat::cli {

enum class colour_choice : unsigned char { automatic, always, never };

/// Writes all of it to standard output. A closed pipe is no error; anything else that fails is said on
/// standard error, and false.
[[nodiscard]] bool put_result(std::string_view text);

/// "cudacompat: message", a newline, on standard error. Control bytes and what is no UTF-8 are escaped.
void put_error(std::string_view message);

/// Says what is wrong and returns the exit code. An error in a request item shows the item, with a caret
/// below the column.
[[nodiscard]] int report(const error& e, std::span<const std::string_view> request = {});

/// Colour on standard output: asked for, or a terminal that has it and NO_COLOR unset.
[[nodiscard]] bool wants_colour(colour_choice choice);

/// Columns of the terminal on standard output, at most `most`; `most` where it is none.
[[nodiscard]] std::size_t terminal_width(std::size_t most);

/// The text with every byte that is not printable ASCII as \xNN.
[[nodiscard]] std::string escaped(std::string_view text);

/// Names that were probably meant, best first, at most three.
[[nodiscard]] std::vector<std::string> nearest(std::string_view text,
                                               std::span<const std::string_view> names);

/// " (did you mean 'x'?)", or nothing.
[[nodiscard]] std::string did_you_mean(std::span<const std::string> names);

} // namespace cudacompat::cli
