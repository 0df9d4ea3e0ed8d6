// dotted: 1 to 6 numbers up to 2^32-1. A missing part is 0, leading zeros do not count: 535.183.01 == 535.183.1.
// label: a word of its own, ordered by its bytes.
#pragma once

#include <cudacompat/version/key.hpp>
#include <cudacompat/version/parts.hpp>

namespace cudacompat::detail {

inline constexpr std::uint32_t dotted_parts_limit = 6;
inline constexpr std::uint64_t dotted_part_max = 0xffffffffU;

constexpr bool parse_dotted(cursor& in, version_parts& out) noexcept {
    if (!in.release(out.release, dotted_parts_limit, dotted_part_max, "a dotted version has at most 6 parts",
                    "a part of a dotted version is at most 4294967295"))
        return false;
    out.plain = true;
    if (in.done()) return true;
    if (in.peek() == '.') {
        ++in.at;
        return in.expected("a number");
    }
    return in.expected("a digit or '.'");
}

template <std::size_t N>
constexpr void append_release(small_bytes<N>& out, const number_list& numbers) {
    const std::uint32_t n = numbers.significant();
    for (std::uint32_t i = 0; i < n; ++i) append_number(out, numbers.value[i]);
}

/// Numbers joined by dots; "0" for none.
inline void print_release(std::string& out, const number_list& numbers) {
    for (std::uint32_t i = 0; i < numbers.count; ++i) {
        if (i != 0) out += '.';
        out += std::to_string(numbers.value[i]);
    }
    if (numbers.count == 0) out += '0';
}

[[nodiscard]] constexpr bool is_label_char(char c) noexcept {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == ':' ||
           c == '/' || c == '@';
}

constexpr bool parse_label(cursor& in, version_parts& out) noexcept {
    const std::size_t start = in.at;
    while (!in.done() && is_label_char(in.peek())) ++in.at;
    if (in.at == start || !in.done()) return in.expected("a letter, a digit or one of . _ - + : / @");
    out.tail = in.text.substr(start, in.at - start);
    return true;
}

} // namespace cudacompat::detail
