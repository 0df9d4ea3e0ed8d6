// The shape of a request item, readable at compile time: the literal form of resolve() is checked by it.
#pragma once

#include <cstddef>
#include <string_view>

namespace cudacompat {

/// Longest request item that is read, in bytes.
inline constexpr std::size_t max_request_bytes = 4096;
/// Most items in one request.
inline constexpr std::size_t max_request_items = 256;

namespace detail {

struct request_shape {
    std::size_t name_first = 0, name_last = 0;
    std::size_t spec_first = 0, spec_last = 0;
    std::size_t bad_at = 0;        ///< 0-based, where `problem` is
    const char* problem = nullptr; ///< nullptr: well-formed
};

[[nodiscard]] constexpr bool is_name_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}
[[nodiscard]] constexpr bool is_spec_char(char c) noexcept {
    return is_name_char(c) || c == '.' || c == '+' || c == '*' || c == '!' || c == '=' || c == '<' ||
           c == '>' || c == '~' || c == '^' || c == '|' || c == ',' || c == ' ' || c == '/' || c == '(' ||
           c == ')' || c == ':' || c == '@';
}

[[nodiscard]] constexpr request_shape read_request_shape(std::string_view text) noexcept {
    request_shape out;
    const auto fail = [&](std::size_t at, const char* problem) {
        out.bad_at = at;
        out.problem = problem;
        return out;
    };
    if (text.size() > max_request_bytes) return fail(max_request_bytes, "longer than 4096 bytes");
    std::size_t at = 0;
    while (at < text.size() && text[at] == ' ') ++at;
    out.name_first = at;
    while (at < text.size() && (is_name_char(text[at]) || text[at] == '.')) ++at;
    out.name_last = at;
    if (out.name_first == out.name_last) return fail(at, "expected a component name such as 'torch'");
    std::size_t end = text.size();
    while (end > at && text[end - 1] == ' ') --end;
    while (at < end && text[at] == ' ') ++at;
    if (at == end) return out;
    const char c = text[at];
    if (c == ':') {
        ++at;
        while (at < end && text[at] == ' ') ++at;
        if (at == end) return fail(at, "expected a version spec after ':'");
    } else if (c != '=' && c != '<' && c != '>' && c != '~' && c != '^' && c != '!') {
        return fail(at, "expected ':' or one of == >= <= < > ~= ^ != after the name");
    }
    out.spec_first = at;
    out.spec_last = end;
    for (; at < end; ++at)
        if (!is_spec_char(text[at])) return fail(at, "a character that no version spec contains");
    return out;
}

} // namespace detail

/// Is this a well-formed request item? Usable in constant expressions.
[[nodiscard]] constexpr bool is_request(std::string_view text) noexcept {
    return detail::read_request_shape(text).problem == nullptr;
}

} // namespace cudacompat
