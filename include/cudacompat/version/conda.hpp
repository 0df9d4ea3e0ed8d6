// conda: the subset of conda's VersionOrder that README.md lists.
//
// A version is a list of components, a component a list of numbers and words, and both are padded with zeros,
// where  dev < any other word < 0 < 1 < ... < post.  So 1.0a < 1 == 1.0 < 1.0post1 < 1.0.1. Because zeros may be
// followed by something below or above zero, a run of zeros is written as what it leads to:
//   inside a component  02 word | 03 (a zero, then) word | 05 end | 09 (a zero, then) item | item
//   between components  (below zero) | 04 zeros (below zero) | 05 end | 06 ~zeros (above zero) | (above zero)
// with item = number or e0 for "post", word = 01 for "dev" or letters 00.
#pragma once

#include <cudacompat/version/key.hpp>
#include <cudacompat/version/parts.hpp>
#include <cudacompat/version/semver.hpp>

namespace cudacompat::detail {

inline constexpr char conda_word = '\x02';
inline constexpr char conda_zero_word = '\x03';
inline constexpr char conda_zeros_below = '\x04';
inline constexpr char conda_end = '\x05';
inline constexpr char conda_zeros_above = '\x06';
inline constexpr char conda_zero_item = '\x09';
inline constexpr char conda_dev = '\x01';
inline constexpr char conda_post = '\xe0';

[[nodiscard]] constexpr bool is_conda_separator(char c) noexcept { return c == '.' || c == '_' || c == '-'; }

[[nodiscard]] constexpr bool same_word(std::string_view a, std::string_view lower) noexcept {
    if (a.size() != lower.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != lower[i]) return false;
    return true;
}

[[nodiscard]] constexpr bool is_pre_word(std::string_view w) noexcept {
    for (const std::string_view known : {"a", "b", "rc", "dev", "alpha", "beta", "pre"})
        if (same_word(w, known)) return true;
    return false;
}

/// Components of letters and digits between separators.
constexpr bool parse_conda_components(cursor& in, version_parts& out, bool& numeric) noexcept {
    for (;;) {
        const std::size_t start = in.at;
        while (is_letter(in.peek()) || in.at_digit()) {
            const std::size_t run = in.at;
            while (is_letter(in.peek())) ++in.at;
            if (in.at != run) {
                numeric = false;
                if (is_pre_word(in.text.substr(run, in.at - run))) out.prerelease = true;
            } else {
                while (in.at_digit()) ++in.at;
            }
        }
        if (in.at == start) return in.expected("a letter or a digit");
        if (!is_conda_separator(in.peek())) return true;
        if (in.peek() != '.') numeric = false;
        ++in.at;
    }
}

constexpr bool parse_conda(cursor& in, version_parts& out) noexcept {
    std::size_t start = in.at;
    std::size_t epoch_end = start;
    while (epoch_end < in.end && is_digit(in.text[epoch_end])) ++epoch_end;
    if (epoch_end < in.end && in.text[epoch_end] == '!') {
        if (!in.number(out.epoch)) return false;
        start = ++in.at;
    }
    if (!in.at_digit()) return in.expected("a number");
    bool numeric = true;
    if (!parse_conda_components(in, out, numeric)) return false;
    out.tail = in.text.substr(start, in.at - start);
    if (in.take('+')) {
        const std::size_t local = in.at;
        bool ignored = true;
        version_parts scratch;
        if (!parse_conda_components(in, scratch, ignored)) return false;
        out.local = in.text.substr(local, in.at - local);
    }
    if (!in.done()) return in.expected("a letter, a digit or one of . _ - +");
    out.plain = numeric && out.local.empty();
    if (!numeric) return true;
    in.at = start;
    if (!in.release(out.release, number_list::limit, ~std::uint64_t{0},
                    "the release has more than 32 numbers", ""))
        return false;
    in.at = in.end;
    return true;
}

/// Writes a component without its end; returns -1, 0 or 1 for below, equal to or above zero.
template <std::size_t N>
constexpr int append_conda_component(small_bytes<N>& out, std::string_view component) {
    int sign = 0;
    bool zero = !component.empty() && is_letter(component[0]);
    for (std::size_t at = 0; at < component.size();) {
        std::size_t stop = at;
        const bool letters = is_letter(component[at]);
        while (stop < component.size() && is_letter(component[stop]) == letters) ++stop;
        std::string_view run = component.substr(at, stop - at);
        at = stop;
        const bool post = letters && same_word(run, "post");
        if (!letters) {
            while (run.size() > 1 && run[0] == '0') run.remove_prefix(1);
            if (run == "0") {
                zero = true;
                continue;
            }
        }
        const bool above = !letters || post;
        if (sign == 0) sign = above ? 1 : -1;
        if (above) {
            if (zero) out.push_back(conda_zero_item);
            if (post) out.push_back(conda_post);
            else append_digits(out, run);
        } else {
            out.push_back(zero ? conda_zero_word : conda_word);
            if (same_word(run, "dev")) {
                out.push_back(conda_dev);
            } else {
                for (const char c : run) out.push_back(to_lower(c));
                out.push_back('\0');
            }
        }
        zero = false;
    }
    return sign;
}

template <std::size_t N>
constexpr void append_conda_zeros(small_bytes<N>& out, std::size_t zeros, int sign) {
    if (zeros == 0) return;
    if (sign < 0) {
        out.push_back(conda_zeros_below);
        append_number(out, zeros);
    } else {
        out.push_back(conda_zeros_above);
        out.push_back(static_cast<char>(0xff - ((zeros >> 8) & 0xff)));
        out.push_back(static_cast<char>(0xff - (zeros & 0xff)));
    }
}

template <std::size_t N>
constexpr void append_conda_list(small_bytes<N>& out, std::string_view list) {
    std::size_t zeros = 0;
    for (std::size_t at = 0; at < list.size();) {
        std::size_t stop = at;
        while (stop < list.size() && !is_conda_separator(list[stop])) ++stop;
        small_bytes<24> component;
        const int sign = append_conda_component(component, list.substr(at, stop - at));
        at = stop + 1;
        if (sign == 0) {
            ++zeros;
            continue;
        }
        append_conda_zeros(out, zeros, sign);
        zeros = 0;
        out.append(component.view());
        out.push_back(conda_end);
    }
    out.push_back(conda_end);
}

template <std::size_t N>
constexpr void append_conda(small_bytes<N>& out, const version_parts& v) {
    append_number(out, v.epoch);
    append_conda_list(out, v.tail);
    append_conda_list(out, v.local);
}

/// The cut below everything that begins with these numbers (1.2 -> below 1.2dev, above 1.1.anything).
template <std::size_t N>
constexpr void append_conda_floor(small_bytes<N>& out, std::uint64_t epoch, const number_list& numbers) {
    append_number(out, epoch);
    const std::uint32_t n = numbers.significant();
    std::size_t zeros = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
        if (numbers.value[i] == 0) {
            ++zeros;
            continue;
        }
        append_conda_zeros(out, zeros, 1);
        zeros = 0;
        append_number(out, numbers.value[i]);
        if (i + 1 < numbers.count) out.push_back(conda_end);
    }
    if (numbers.count - n > 1) {
        out.push_back(conda_zeros_below);
        append_number(out, numbers.count - n - 1);
    }
}

/// Reads a list back and moves past its end. True when the list stops short, as it does in a floor.
inline bool print_conda_list(std::string& out, std::string_view key, std::size_t& at) {
    bool first = true;
    const auto zero_components = [&](std::size_t zeros) {
        for (; zeros > 0; --zeros) {
            out += first ? "0" : ".0";
            first = false;
        }
    };
    while (at < key.size() && key[at] != conda_end) {
        if (key[at] == conda_zeros_below) {
            ++at;
            zero_components(static_cast<std::size_t>(read_number(key, at)));
        } else if (key[at] == conda_zeros_above) {
            const auto high = static_cast<unsigned char>(key[at + 1]);
            const auto low = static_cast<unsigned char>(key[at + 2]);
            at += 3;
            zero_components(static_cast<std::size_t>(0xff - high) << 8 |
                            static_cast<std::size_t>(0xff - low));
        }
        if (at == key.size()) { // a floor that ends in zeros: one more than it counts
            zero_components(1);
            return true;
        }
        if (!first) out += '.';
        first = false;
        while (at < key.size() && key[at] != conda_end) {
            const char tag = key[at];
            if (tag == conda_zero_word || tag == conda_zero_item) out += '0';
            if (!is_number_byte(tag) && tag != conda_post) ++at;
            if (tag == conda_word || tag == conda_zero_word) {
                if (key[at] == conda_dev) {
                    out += "dev";
                    ++at;
                } else {
                    print_word(out, key, at);
                }
            } else if (key[at] == conda_post) {
                out += "post";
                ++at;
            } else {
                print_number(out, key, at);
            }
        }
        if (at == key.size()) return true;
        ++at;
    }
    if (first) out += '0';
    if (at == key.size()) {
        if (!first) out += ".0";
        return true;
    }
    ++at;
    return false;
}

} // namespace cudacompat::detail
