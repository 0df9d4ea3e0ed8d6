// PEP 440 (https://peps.python.org/pep-0440/), whole: epoch, release, pre, post, dev, local, every spelling.
// Limits: 32 numbers in the release; numbers have at most 19 digits, those of a local label any number.
//
// Key: epoch, release without trailing zeros, then three slots and the local label:
//   pre   01 = none but a dev release of the release itself, 02 a, 03 b, 04 rc (and the number), 05 = none
//   post  01 = none, 02 and the number, 03 = the cut above all post-releases (never in a version)
//   dev   01 and the number, 02 = none
//   local 01 word 00 | 02 number, for each part
// Slots begin below every number, so 1.2 with all its suffixes lies below 1.2.0.1.
#pragma once

#include <cudacompat/version/dotted.hpp>
#include <cudacompat/version/semver.hpp>

namespace cudacompat::detail {

inline constexpr char pep_pre_dev_only = '\x01';
inline constexpr char pep_pre_none = '\x05';
inline constexpr char pep_no_post = '\x01';
inline constexpr char pep_post = '\x02';
inline constexpr char pep_after_posts = '\x03';
inline constexpr char pep_dev = '\x01';
inline constexpr char pep_no_dev = '\x02';
inline constexpr char pep_local_word = '\x01';
inline constexpr char pep_local_number = '\x02';

[[nodiscard]] constexpr bool is_pep_separator(char c) noexcept { return c == '-' || c == '_' || c == '.'; }

/// The optional separator and number behind a letter; the PEP reads a missing number as 0.
constexpr bool parse_pep_number(cursor& in, std::uint64_t& out) noexcept {
    if (is_pep_separator(in.peek())) ++in.at;
    return in.at_digit() ? in.number(out) : true;
}

[[nodiscard]] constexpr pre_kind take_pre(cursor& in) noexcept {
    switch (to_lower(in.peek())) {
    case 'a':
        if (!in.take_word("alpha")) ++in.at;
        return pre_kind::alpha;
    case 'b':
        if (!in.take_word("beta")) ++in.at;
        return pre_kind::beta;
    case 'c': ++in.at; return pre_kind::rc;
    case 'r': return in.take_word("rc") ? pre_kind::rc : pre_kind::no_pre;
    case 'p': return in.take_word("preview") || in.take_word("pre") ? pre_kind::rc : pre_kind::no_pre;
    default: return pre_kind::no_pre;
    }
}

constexpr bool parse_pep_local(cursor& in, version_parts& out) noexcept {
    const std::size_t start = in.at;
    do {
        const std::size_t part = in.at;
        while (is_letter(in.peek()) || in.at_digit()) ++in.at;
        if (in.at == part) return in.expected("a letter or a digit of a local version");
    } while (is_pep_separator(in.peek()) && ++in.at);
    out.local = in.text.substr(start, in.at - start);
    return true;
}

constexpr bool parse_pep440(cursor& in, version_parts& out) noexcept {
    if (to_lower(in.peek()) == 'v') ++in.at;
    const std::size_t start = in.at;
    constexpr std::uint64_t any = ~std::uint64_t{0};
    constexpr const char* many = "the release has more than 32 numbers";
    if (!in.release(out.release, number_list::limit, any, many, "")) return false;
    if (in.peek() == '!') {
        if (out.release.count != 1) return in.refuse(start, "an epoch is one number");
        ++in.at;
        out.epoch = out.release.value[0];
        out.release.count = 0;
        if (!in.release(out.release, number_list::limit, any, many, "")) return false;
    }
    out.plain = true;
    if (in.done()) return true;

    std::size_t mark = in.at;
    if (is_pep_separator(in.peek())) ++in.at;
    out.pre = take_pre(in);
    if (out.pre == pre_kind::no_pre) in.at = mark;
    else if (!parse_pep_number(in, out.pre_number)) return false;

    mark = in.at;
    if (in.peek() == '-' && is_digit(in.peek(1))) {
        ++in.at;
        out.has_post = true;
        if (!in.number(out.post)) return false;
    } else {
        if (is_pep_separator(in.peek())) ++in.at;
        out.has_post = in.take_word("post") || in.take_word("rev") || in.take_word("r");
        if (!out.has_post) in.at = mark;
        else if (!parse_pep_number(in, out.post)) return false;
    }

    mark = in.at;
    if (is_pep_separator(in.peek())) ++in.at;
    out.has_dev = in.take_word("dev");
    if (!out.has_dev) in.at = mark;
    else if (!parse_pep_number(in, out.dev)) return false;

    if (in.take('+') && !parse_pep_local(in, out)) return false;
    out.prerelease = out.pre != pre_kind::no_pre || out.has_dev;
    out.plain = !out.prerelease && !out.has_post && out.local.empty();
    if (in.done()) return true;
    return in.expected(!out.local.empty() ? "a letter, a digit or one of . - _"
                       : out.has_dev      ? "a digit, '+' or the end"
                       : out.has_post     ? "a digit, a dev release, '+' or the end"
                       : out.prerelease   ? "a digit, a post or dev release, '+' or the end"
                                          : "'.', a, b, rc, post, dev, '+' or the end");
}

template <std::size_t N>
constexpr void append_pep440(small_bytes<N>& out, const version_parts& v) {
    append_number(out, v.epoch);
    append_release(out, v.release);
    if (v.pre != pre_kind::no_pre) {
        out.push_back(static_cast<char>(1 + static_cast<int>(v.pre)));
        append_number(out, v.pre_number);
    } else {
        out.push_back(v.has_dev && !v.has_post ? pep_pre_dev_only : pep_pre_none);
    }
    out.push_back(v.has_post ? pep_post : pep_no_post);
    if (v.has_post) append_number(out, v.post);
    out.push_back(v.has_dev ? pep_dev : pep_no_dev);
    if (v.has_dev) append_number(out, v.dev);

    for (std::size_t at = 0; at < v.local.size();) {
        std::size_t stop = at;
        while (stop < v.local.size() && !is_pep_separator(v.local[stop])) ++stop;
        const std::string_view part = v.local.substr(at, stop - at);
        if (all_digits(part)) {
            out.push_back(pep_local_number);
            append_digits(out, part);
        } else {
            out.push_back(pep_local_word);
            for (const char c : part) out.push_back(to_lower(c));
            out.push_back('\0');
        }
        at = stop + 1;
    }
}

/// Reads a key back, all but the local label (returned as the rest of the key). `above_posts` tells the cut.
constexpr std::string_view read_pep440(std::string_view key, version_parts& v, bool& above_posts) noexcept {
    std::size_t at = 0;
    v.epoch = read_number(key, at);
    while (at < key.size() && is_number_byte(key[at]))
        v.release.value[v.release.count++] = read_number(key, at);
    const char pre = key[at++];
    if (pre > pep_pre_dev_only && pre < pep_pre_none) {
        v.pre = static_cast<pre_kind>(pre - 1);
        v.pre_number = read_number(key, at);
    }
    const char post = key[at++];
    above_posts = post == pep_after_posts;
    if (above_posts) return {};
    v.has_post = post == pep_post;
    if (v.has_post) v.post = read_number(key, at);
    v.has_dev = key[at++] == pep_dev;
    if (v.has_dev) v.dev = read_number(key, at);
    v.prerelease = v.pre != pre_kind::no_pre || v.has_dev;
    return key.substr(at);
}

/// The normal form of the public version (PEP 440, "Normalization"), trailing zeros dropped.
inline void print_pep440(std::string& out, const version_parts& v) {
    if (v.epoch != 0) {
        out += std::to_string(v.epoch);
        out += '!';
    }
    print_release(out, v.release);
    if (v.pre != pre_kind::no_pre) {
        out += v.pre == pre_kind::alpha ? "a" : v.pre == pre_kind::beta ? "b" : "rc";
        out += std::to_string(v.pre_number);
    }
    if (v.has_post) out += ".post" + std::to_string(v.post);
    if (v.has_dev) out += ".dev" + std::to_string(v.dev);
}

/// True if the key goes on with the mark of a cut.
inline bool print_pep440_local(std::string& out, std::string_view rest) {
    std::size_t at = 0;
    for (char separator = '+'; at < rest.size() && rest[at] != tag_after; separator = '.') {
        out += separator;
        if (rest[at++] == pep_local_number) print_number(out, rest, at);
        else print_word(out, rest, at);
    }
    return at < rest.size();
}

} // namespace cudacompat::detail
