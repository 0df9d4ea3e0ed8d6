// Sets as bare words: the same invariants as `bits`, without owning the memory.
#pragma once

#include <cudacompat/base/bits.hpp>

#include <bit>
#include <cstdint>

namespace cudacompat::detail {

using word = bits::word;
inline constexpr std::uint32_t word_bits = bits::word_bits;
inline constexpr std::uint32_t none = 0xFFFFFFFFU;

/// The members below `last` of a word that starts at 0; last <= 64.
[[nodiscard]] constexpr word below(std::uint32_t last) noexcept {
    return last >= word_bits ? ~word{0} : (word{1} << last) - 1;
}
[[nodiscard]] inline bool has(const word* set, std::uint32_t i) noexcept {
    return ((set[i / word_bits] >> (i % word_bits)) & 1U) != 0;
}
inline void put(word* set, std::uint32_t i) noexcept { set[i / word_bits] |= word{1} << (i % word_bits); }

/// Smallest member at or above `from`, or `size`.
[[nodiscard]] inline std::uint32_t next(const word* set, std::uint32_t from, std::uint32_t size) noexcept {
    if (from >= size) return size;
    std::uint32_t w = from / word_bits;
    const std::uint32_t end = bits::words_for(size);
    word current = set[w] & (~word{0} << (from % word_bits));
    while (current == 0) {
        if (++w == end) return size;
        current = set[w];
    }
    return w * word_bits + static_cast<std::uint32_t>(std::countr_zero(current));
}
/// Smallest non-member at or above `from`, or `size`.
[[nodiscard]] inline std::uint32_t next_gap(const word* set, std::uint32_t from,
                                            std::uint32_t size) noexcept {
    if (from >= size) return size;
    std::uint32_t w = from / word_bits;
    const std::uint32_t end = bits::words_for(size);
    word current = ~set[w] & (~word{0} << (from % word_bits));
    while (current == 0) {
        if (++w == end) return size;
        current = ~set[w];
    }
    const std::uint32_t at = w * word_bits + static_cast<std::uint32_t>(std::countr_zero(current));
    return at < size ? at : size;
}
/// Largest member; the set of `count` words is not empty.
[[nodiscard]] inline std::uint32_t largest(const word* set, std::uint32_t count) noexcept {
    std::uint32_t w = count - 1;
    while (set[w] == 0) --w;
    return w * word_bits + 63U - static_cast<std::uint32_t>(std::countl_zero(set[w]));
}
/// Whether a member lies in first .. last-1.
[[nodiscard]] inline bool any_within(const word* set, std::uint32_t first, std::uint32_t last) noexcept {
    if (first >= last) return false;
    std::uint32_t w = first / word_bits;
    const std::uint32_t end = (last - 1) / word_bits;
    word current = set[w] & (~word{0} << (first % word_bits));
    while (w != end) {
        if (current != 0) return true;
        current = set[++w];
    }
    return (current & below(last - end * word_bits)) != 0;
}
/// Adds first .. last-1.
inline void put_range(word* set, std::uint32_t first, std::uint32_t last) noexcept {
    if (first >= last) return;
    std::uint32_t w = first / word_bits;
    const std::uint32_t end = (last - 1) / word_bits;
    word mask = ~word{0} << (first % word_bits);
    while (w != end) {
        set[w++] |= mask;
        mask = ~word{0};
    }
    set[w] |= mask & below(last - end * word_bits);
}
inline void clear_range(word* set, std::uint32_t first, std::uint32_t last) noexcept {
    if (first >= last) return;
    std::uint32_t w = first / word_bits;
    const std::uint32_t end = (last - 1) / word_bits;
    word mask = ~word{0} << (first % word_bits);
    while (w != end) {
        set[w++] &= ~mask;
        mask = ~word{0};
    }
    set[w] &= ~(mask & below(last - end * word_bits));
}
inline void fill(word* set, std::uint32_t size) noexcept {
    const std::uint32_t n = bits::words_for(size);
    for (std::uint32_t i = 0; i < n; ++i) set[i] = i + 1 == n ? below(size - i * word_bits) : ~word{0};
}
[[nodiscard]] inline bool meet(const word* a, const word* b, std::uint32_t n) noexcept {
    for (std::uint32_t i = 0; i < n; ++i)
        if ((a[i] & b[i]) != 0) return true;
    return false;
}
[[nodiscard]] inline bool within(const word* a, const word* b, std::uint32_t n) noexcept {
    for (std::uint32_t i = 0; i < n; ++i)
        if ((a[i] & ~b[i]) != 0) return false;
    return true;
}
[[nodiscard]] inline bool is_empty(const word* a, std::uint32_t n) noexcept {
    for (std::uint32_t i = 0; i < n; ++i)
        if (a[i] != 0) return false;
    return true;
}
[[nodiscard]] inline bool is_single(const word* a, std::uint32_t n) noexcept {
    word seen = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
        if (a[i] == 0) continue;
        if (seen != 0 || (a[i] & (a[i] - 1)) != 0) return false;
        seen = a[i];
    }
    return seen != 0;
}
[[nodiscard]] inline std::uint32_t count(const word* a, std::uint32_t n) noexcept {
    std::uint32_t sum = 0;
    for (std::uint32_t i = 0; i < n; ++i) sum += static_cast<std::uint32_t>(std::popcount(a[i]));
    return sum;
}
/// Transposes a 64 x 64 bit matrix in place (Hacker's Delight 7-3, the mirror image for bit 0 = column 0).
inline void transpose(word* m) noexcept {
    word mask = 0x00000000FFFFFFFFU;
    for (std::uint32_t step = 32; step != 0; step >>= 1, mask ^= mask << step) {
        for (std::uint32_t k = 0; k < 64; k = ((k | step) + 1) & ~step) {
            const word t = ((m[k] >> step) ^ m[k | step]) & mask;
            m[k] ^= t << step;
            m[k | step] ^= t;
        }
    }
}

} // namespace cudacompat::detail
