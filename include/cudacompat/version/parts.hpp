// What a scheme reads out of a version text, and the cursor that reads it.
#pragma once

#include <cudacompat/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cudacompat {

/// Longest text of a version or a version spec, in bytes.
inline constexpr std::size_t version_text_limit = 4096;

/// A mistake in a text while it can still be found at compile time; `to_error` makes an error of it.
struct parse_failure {
    std::size_t column = 0;   ///< from 1
    const char* message = ""; ///< what was expected, or the whole sentence if not `expectation`
    bool expectation = true;
    errc code = errc::bad_request;
};

/// "expected a number, found 'x'", with the column.
[[nodiscard]] inline error to_error(const parse_failure& f, std::string_view text) {
    error e;
    e.code = f.code;
    e.where.column = static_cast<std::uint32_t>(f.column);
    if (!f.expectation) {
        e.message = f.message;
        return e;
    }
    e.message = "expected ";
    e.message += f.message;
    e.message += ", found ";
    if (f.column == 0 || f.column > text.size()) {
        e.message += "the end";
        return e;
    }
    const char c = text[f.column - 1];
    if (c >= 0x20 && c < 0x7f) {
        e.message += '\'';
        e.message += c;
        e.message += '\'';
    } else {
        constexpr std::string_view hex = "0123456789abcdef";
        const auto u = static_cast<unsigned char>(c);
        e.message += "byte 0x";
        e.message += hex[u >> 4];
        e.message += hex[u & 15];
    }
    return e;
}

namespace detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_letter(char c) noexcept { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
[[nodiscard]] constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The numbers of a release segment as written, trailing zeros included.
struct number_list {
    static constexpr std::uint32_t limit = 32;
    std::uint64_t value[limit]; ///< only the first `count` are set
    std::uint32_t count = 0;

    constexpr number_list() noexcept {} // NOLINT: filling 256 bytes would be half of a parse
    constexpr number_list(const number_list& o) noexcept : count(o.count) { // NOLINT
        for (std::uint32_t i = 0; i < count; ++i) value[i] = o.value[i];
    }
    constexpr number_list& operator=(const number_list& o) noexcept {
        if (this == &o) return *this;
        count = o.count;
        for (std::uint32_t i = 0; i < count; ++i) value[i] = o.value[i];
        return *this;
    }
    constexpr ~number_list() = default;
    [[nodiscard]] constexpr std::uint32_t significant() const noexcept {
        std::uint32_t n = count;
        while (n > 0 && value[n - 1] == 0) --n;
        return n;
    }
};

enum class pre_kind : std::uint8_t { no_pre, alpha, beta, rc };

/// A version as its scheme understands it. Views point into the text that was read.
struct version_parts {
    std::uint64_t epoch = 0;
    number_list release; ///< semver: three; conda: only when `plain`; label: none
    pre_kind pre = pre_kind::no_pre;
    bool has_post = false;
    bool has_dev = false;
    bool prerelease = false;
    bool plain = false; ///< nothing but epoch and release: a bare spec of it is a prefix
    std::uint64_t pre_number = 0;
    std::uint64_t post = 0;
    std::uint64_t dev = 0;
    std::string_view tail;  ///< semver: pre-release identifiers; conda: all after the epoch; label: the word
    std::string_view local; ///< after '+'
};

/// A place in a text; remembers the first failure.
struct cursor {
    std::string_view text;
    std::size_t at = 0;
    std::size_t end = 0; ///< one past the last byte that may be read
    parse_failure failure{};

    constexpr explicit cursor(std::string_view t) : text(t), end(t.size()) {}
    [[nodiscard]] constexpr bool done() const noexcept { return at >= end; }
    [[nodiscard]] constexpr char peek(std::size_t ahead = 0) const noexcept {
        return at + ahead < end ? text[at + ahead] : '\0';
    }
    [[nodiscard]] constexpr bool at_digit() const noexcept { return at < end && is_digit(text[at]); }
    constexpr bool take(char c) noexcept {
        if (at < end && text[at] == c) {
            ++at;
            return true;
        }
        return false;
    }
    /// Takes `wanted` whatever its case; `wanted` is lower case.
    constexpr bool take_word(std::string_view wanted) noexcept {
        if (end - at < wanted.size()) return false;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if (to_lower(text[at + i]) != wanted[i]) return false;
        at += wanted.size();
        return true;
    }
    constexpr void skip_space() noexcept {
        while (at < end && is_space(text[at])) ++at;
    }
    constexpr bool expected(const char* what) noexcept {
        failure = {at + 1, what, true, errc::bad_request};
        return false;
    }
    constexpr bool refuse(std::size_t where, const char* sentence, errc code = errc::bad_request) noexcept {
        failure = {where + 1, sentence, false, code};
        return false;
    }

    /// Reads a decimal number. Numbers that get incremented for a bound have at most 19 digits.
    constexpr bool number(std::uint64_t& out) noexcept {
        const std::size_t start = at;
        if (!at_digit()) return expected("a number");
        while (at < end && text[at] == '0') ++at;
        const std::size_t first = at;
        std::uint64_t v = 0;
        while (at_digit()) {
            if (at - first >= 19) return refuse(start, "the number has more than 19 digits", errc::too_large);
            v = v * 10 + static_cast<std::uint64_t>(text[at] - '0');
            ++at;
        }
        out = v;
        return true;
    }
    /// number ('.' number)*; stops before a '.' that no digit follows.
    constexpr bool release(number_list& out, std::uint32_t limit, std::uint64_t greatest,
                           const char* too_many, const char* too_great) noexcept {
        for (;;) {
            const std::size_t start = at;
            std::uint64_t v = 0;
            if (!number(v)) return false;
            if (v > greatest) return refuse(start, too_great, errc::too_large);
            if (out.count == limit) return refuse(start, too_many, errc::too_large);
            out.value[out.count++] = v;
            if (peek() != '.' || !is_digit(peek(1))) return true;
            ++at;
        }
    }
};

} // namespace detail
} // namespace cudacompat
