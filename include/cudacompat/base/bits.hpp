// A set of small integers as words: the value sets of the decision core.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cudacompat {

/// Subset of {0 .. size-1}. Invariant: bits at and above size() are zero, so equal sets are equal words.
class bits {
public:
    using word = std::uint64_t;
    static constexpr std::uint32_t word_bits = 64;

    bits() = default;
    explicit bits(std::uint32_t size, bool full = false) : size_(size), words_(words_for(size), 0) {
        if (full) set_range(0, size);
    }

    [[nodiscard]] static constexpr std::uint32_t words_for(std::uint32_t size) noexcept {
        return (size + word_bits - 1) / word_bits;
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<const word> words() const noexcept { return words_; }
    [[nodiscard]] std::span<word> words() noexcept { return words_; }

    [[nodiscard]] bool test(std::uint32_t i) const noexcept {
        return i < size_ && ((words_[i / word_bits] >> (i % word_bits)) & 1U) != 0;
    }
    void set(std::uint32_t i) noexcept { words_[i / word_bits] |= word{1} << (i % word_bits); }
    void reset(std::uint32_t i) noexcept { words_[i / word_bits] &= ~(word{1} << (i % word_bits)); }
    /// Adds first .. last-1.
    void set_range(std::uint32_t first, std::uint32_t last) noexcept {
        for (std::uint32_t i = first; i < last;) {
            const std::uint32_t in_word = i % word_bits;
            const std::uint32_t take = last - i < word_bits - in_word ? last - i : word_bits - in_word;
            const word mask = take == word_bits ? ~word{0} : ((word{1} << take) - 1) << in_word;
            words_[i / word_bits] |= mask;
            i += take;
        }
    }

    [[nodiscard]] bool empty() const noexcept {
        for (const word w : words_)
            if (w != 0) return false;
        return true;
    }
    [[nodiscard]] std::uint32_t count() const noexcept {
        std::uint32_t n = 0;
        for (const word w : words_) n += static_cast<std::uint32_t>(std::popcount(w));
        return n;
    }
    /// Smallest member at or above `from`, or size() when there is none.
    [[nodiscard]] std::uint32_t next(std::uint32_t from) const noexcept {
        if (from >= size_) return size_;
        std::uint32_t w = from / word_bits;
        word current = words_[w] & (~word{0} << (from % word_bits));
        while (current == 0) {
            if (++w == words_.size()) return size_;
            current = words_[w];
        }
        return w * word_bits + static_cast<std::uint32_t>(std::countr_zero(current));
    }
    [[nodiscard]] bool intersects(const bits& other) const noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i)
            if ((words_[i] & other.words_[i]) != 0) return true;
        return false;
    }
    [[nodiscard]] bool subset_of(const bits& other) const noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i)
            if ((words_[i] & ~other.words_[i]) != 0) return false;
        return true;
    }
    /// Both operands have the same size().
    bits& operator&=(const bits& other) noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
        return *this;
    }
    bits& operator|=(const bits& other) noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
        return *this;
    }
    bits& operator-=(const bits& other) noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
        return *this;
    }
    [[nodiscard]] bits complement() const {
        bits out(size_, true);
        out -= *this;
        return out;
    }
    friend bool operator==(const bits&, const bits&) = default;

private:
    std::uint32_t size_ = 0;
    std::vector<word> words_;
};

} // namespace cudacompat
