// SemVer 2.0.0 (https://semver.org/spec/v2.0.0.html), strictly: three numbers without leading zeros, no "v".
// Limits: major, minor and patch have at most 19 digits; identifiers are as long as the text may be.
// Key: major minor patch, then 02 for a release or 01 and the identifiers (02 number | 03 word 00).
#pragma once

#include <cudacompat/version/key.hpp>
#include <cudacompat/version/parts.hpp>

namespace cudacompat::detail {

inline constexpr char semver_pre = '\x01';
inline constexpr char semver_release = '\x02';
inline constexpr char semver_number_id = '\x02';
inline constexpr char semver_word_id = '\x03';

[[nodiscard]] constexpr bool is_identifier_char(char c) noexcept {
    return is_letter(c) || is_digit(c) || c == '-';
}

[[nodiscard]] constexpr bool all_digits(std::string_view s) noexcept {
    for (const char c : s)
        if (!is_digit(c)) return false;
    return !s.empty();
}

/// Dot-separated identifiers (items 9 and 10); numeric ones have no leading zeros where they are ordered.
constexpr bool parse_identifiers(cursor& in, bool ordered, std::string_view& out) noexcept {
    const std::size_t start = in.at;
    do {
        const std::size_t id = in.at;
        while (!in.done() && is_identifier_char(in.peek())) ++in.at;
        if (in.at == id) return in.expected("a letter, a digit or '-'");
        const std::string_view identifier = in.text.substr(id, in.at - id);
        if (ordered && identifier.size() > 1 && identifier[0] == '0' && all_digits(identifier))
            return in.refuse(id, "a numeric identifier has no leading zero");
    } while (in.take('.'));
    out = in.text.substr(start, in.at - start);
    return true;
}

/// A number of the release without leading zeros.
constexpr bool parse_semver_number(cursor& in, version_parts& out) noexcept {
    const std::size_t start = in.at;
    std::uint64_t v = 0;
    if (!in.number(v)) return false;
    if (in.text[start] == '0' && in.at - start > 1)
        return in.refuse(start, "a number of a semantic version has no leading zero");
    out.release.value[out.release.count++] = v;
    return true;
}

constexpr bool parse_semver_suffix(cursor& in, version_parts& out) noexcept {
    if (in.take('-')) {
        if (!parse_identifiers(in, true, out.tail)) return false;
        out.prerelease = true;
        out.plain = false;
    }
    if (in.take('+')) {
        if (!parse_identifiers(in, false, out.local)) return false;
        out.plain = false;
    }
    if (in.done()) return true;
    return in.expected(!out.local.empty() ? "a letter, a digit, '-' or '.'"
                       : out.prerelease   ? "a letter, a digit, '-', '.' or '+'"
                                          : "'-', '+' or the end");
}

constexpr bool parse_semver(cursor& in, version_parts& out) noexcept {
    for (int i = 0; i < 3; ++i) {
        if (i != 0 && !in.take('.')) return in.expected("'.' (a semantic version has three numbers)");
        if (!parse_semver_number(in, out)) return false;
    }
    out.plain = true;
    return parse_semver_suffix(in, out);
}

template <std::size_t N>
constexpr void append_semver(small_bytes<N>& out, const version_parts& v) {
    for (std::uint32_t i = 0; i < 3; ++i) append_number(out, i < v.release.count ? v.release.value[i] : 0);
    if (v.tail.empty()) {
        out.push_back(semver_release);
        return;
    }
    out.push_back(semver_pre);
    for (std::size_t at = 0; at <= v.tail.size();) {
        std::size_t dot = v.tail.find('.', at);
        if (dot == std::string_view::npos) dot = v.tail.size();
        const std::string_view id = v.tail.substr(at, dot - at);
        if (all_digits(id)) {
            out.push_back(semver_number_id);
            append_digits(out, id);
        } else {
            out.push_back(semver_word_id);
            out.append(id);
            out.push_back('\0');
        }
        at = dot + 1;
    }
}

/// Appends a number of any size to a text and moves past it.
inline void print_number(std::string& out, std::string_view key, std::size_t& at) {
    if (static_cast<unsigned char>(key[at]) != 0xd8) {
        out += std::to_string(read_number(key, at));
        return;
    }
    const std::size_t digits = static_cast<std::size_t>(static_cast<unsigned char>(key[at + 1])) << 8 |
                               static_cast<unsigned char>(key[at + 2]);
    out += key.substr(at + 3, digits);
    at += 3 + digits;
}

/// Appends a word up to its 00 and moves past it.
inline void print_word(std::string& out, std::string_view key, std::size_t& at) {
    while (key[at] != '\0') out += key[at++];
    ++at;
}

/// True if the key goes on with the mark of a cut.
inline bool print_semver(std::string& out, std::string_view key) {
    std::size_t at = 0;
    for (int i = 0; i < 3; ++i) {
        if (i != 0) out += '.';
        print_number(out, key, at);
    }
    if (key[at++] == semver_release) return at < key.size();
    for (char separator = '-'; at < key.size() && key[at] != tag_after; separator = '.') {
        out += separator;
        if (key[at++] == semver_number_id) print_number(out, key, at);
        else print_word(out, key, at);
    }
    return at < key.size();
}

} // namespace cudacompat::detail
