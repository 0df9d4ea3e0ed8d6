// The text of a request item: NAME, NAME:SPEC or NAMESPEC. DESIGN §7.
//
// Only the shape is read here, at compile time for the literal form; what the name and the spec mean is known
// when a knowledge base is at hand.
#pragma once

#include <cudacompat/base/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cudacompat {

/// One thing that is asked for.
struct request_item {
    std::string text; ///< as given
    std::string name; ///< lower case, '_' as '-'
    std::string spec; ///< empty: any version
    std::uint32_t name_column = 1;
    std::uint32_t spec_column = 0;
};

/// Longest request item that is read, in bytes.
inline constexpr std::size_t max_request_bytes = 4096;
/// Most items in one request.
inline constexpr std::size_t max_request_items = 256;

namespace detail {

struct request_shape {
    std::size_t name_first = 0, name_last = 0;
    std::size_t spec_first = 0, spec_last = 0;
    std::size_t bad_at = 0;             ///< 0-based, where `problem` is
    const char* problem = nullptr;      ///< nullptr: well-formed
};

[[nodiscard]] constexpr bool is_name_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}
[[nodiscard]] constexpr bool is_spec_char(char c) noexcept {
    return is_name_char(c) || c == '.' || c == '+' || c == '*' || c == '!' || c == '=' || c == '<' || c == '>' || c == '~' ||
           c == '^' || c == '|' || c == ',' || c == ' ' || c == '/' || c == '(' || c == ')';
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
    while (at < text.size() && is_name_char(text[at])) ++at;
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

[[nodiscard]] inline result<request_item> parse_request(std::string_view text) {
    const detail::request_shape shape = detail::read_request_shape(text);
    if (shape.problem != nullptr) {
        error e;
        e.code = text.size() > max_request_bytes ? errc::too_large : errc::bad_request;
        e.where.column = static_cast<std::uint32_t>(shape.bad_at + 1);
        const std::string_view shown = text.substr(0, std::min<std::size_t>(text.size(), 60));
        bool printable = true;
        for (const char c : shown) printable = printable && static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
        e.message = text.empty() ? "empty request item" : "request item";
        if (!text.empty() && printable) {
            e.message += " '";
            e.message += shown;
            if (shown.size() < text.size()) e.message += "...";
            e.message += "'";
        }
        e.message += ": ";
        e.message += shape.problem;
        return e;
    }
    request_item item;
    item.text = text;
    for (std::size_t i = shape.name_first; i < shape.name_last; ++i) {
        const char c = text[i];
        item.name += c == '_' ? '-' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    }
    item.spec = text.substr(shape.spec_first, shape.spec_last - shape.spec_first);
    item.name_column = static_cast<std::uint32_t>(shape.name_first + 1);
    item.spec_column = static_cast<std::uint32_t>(shape.spec_first + 1);
    return item;
}

/// Number of single-character edits (insert, delete, replace, swap neighbours) that turn a into b.
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before, last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = last;
        last = now;
    }
    return last[b.size()];
}

} // namespace cudacompat
