// Order-preserving bytes: the one representation behind versions, cuts and sets.
//
// Every scheme writes a version as a byte string such that
//     a < b in the order of the scheme   <=>   key(a) < key(b) as unsigned bytes (a prefix is less),
//     a == b in the order of the scheme  <=>   key(a) == key(b).
// No key is another key followed by the byte 00, so "just after v" is key(v) + 00. After that, comparing
// versions, searching a set and testing two sets for equality never look at the scheme again.
//
// Byte values: 00 ends a word (and marks "just after"), 01..0f are tags of a scheme, 10..d8 begin a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace cudacompat::detail {

/// A byte string that lives inside the object up to N bytes. Usable in constant expressions.
template <std::size_t N>
class small_bytes {
public:
    constexpr small_bytes() noexcept : inline_{} {}
    constexpr explicit small_bytes(std::string_view s) : inline_{} { append(s); }
    constexpr small_bytes(const small_bytes& o) : inline_{} { assign_from(o); }
    constexpr small_bytes(small_bytes&& o) noexcept : inline_{} { steal(o); }
    constexpr small_bytes& operator=(const small_bytes& o) {
        if (this != &o) {
            release();
            assign_from(o);
        }
        return *this;
    }
    constexpr small_bytes& operator=(small_bytes&& o) noexcept {
        if (this != &o) {
            release();
            steal(o);
        }
        return *this;
    }
    constexpr ~small_bytes() { release(); }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr const char* data() const noexcept { return on_heap() ? heap_ : inline_; }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {data(), size_}; }
    [[nodiscard]] constexpr bool on_heap() const noexcept { return capacity_ != N; }

    constexpr void push_back(char c) {
        if (size_ == capacity_) grow(size_ + 1);
        (on_heap() ? heap_ : inline_)[size_] = c;
        ++size_;
    }
    constexpr void append(std::string_view s) {
        if (s.size() > capacity_ - size_) grow(size_ + s.size());
        copy(s.data(), (on_heap() ? heap_ : inline_) + size_, s.size());
        size_ += static_cast<std::uint32_t>(s.size());
    }
    constexpr void clear() noexcept { size_ = 0; }

private:
    static constexpr void copy(const char* from, char* to, std::size_t n) noexcept {
        if (std::is_constant_evaluated()) {
            for (std::size_t i = 0; i < n; ++i) to[i] = from[i];
        } else if (n != 0) {
            std::memcpy(to, from, n);
        }
    }
    constexpr void grow(std::size_t wanted) {
        const std::size_t capacity =
            wanted > 2 * std::size_t{capacity_} ? wanted : 2 * std::size_t{capacity_};
        char* block = new char[capacity]{};
        copy(data(), block, size_);
        if (on_heap()) delete[] heap_;
        heap_ = block;
        capacity_ = static_cast<std::uint32_t>(capacity);
    }
    constexpr void release() noexcept {
        if (on_heap()) delete[] heap_;
        capacity_ = N;
        size_ = 0;
    }
    constexpr void assign_from(const small_bytes& o) {
        if (!o.on_heap()) {
            if (std::is_constant_evaluated()) {
                for (std::size_t i = 0; i < N; ++i) inline_[i] = o.inline_[i];
            } else {
                std::memcpy(inline_, o.inline_, N);
            }
        } else if (o.size_ > N) {
            char* block = new char[o.size_]{};
            copy(o.heap_, block, o.size_);
            heap_ = block;
            capacity_ = o.size_;
        } else {
            copy(o.heap_, inline_, o.size_);
        }
        size_ = o.size_;
    }
    constexpr void steal(small_bytes& o) noexcept {
        if (o.on_heap()) {
            heap_ = o.heap_;
            capacity_ = o.capacity_;
            size_ = o.size_;
            o.capacity_ = N;
            o.size_ = 0;
        } else {
            assign_from(o);
        }
    }

    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = N; ///< N <=> the bytes are inline; grown blocks are always larger than N
    union {
        char inline_[N];
        char* heap_;
    };
};

inline constexpr char tag_after = '\x00';

/// Numbers below 192 take one byte; others a length byte and big-endian bytes; above 64 bits the count of
/// decimal digits and the digits. The code is prefix-free, so what follows a number never disturbs its order.
template <std::size_t N>
constexpr void append_number(small_bytes<N>& out, std::uint64_t v) {
    if (v < 192) {
        out.push_back(static_cast<char>(0x10 + v));
        return;
    }
    int bytes = 1;
    while (bytes < 8 && (v >> (8 * bytes)) != 0) ++bytes;
    out.push_back(static_cast<char>(0xcf + bytes));
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>((v >> (8 * i)) & 0xff));
}

/// `digits` is a run of decimal digits of any length (under 65536), leading zeros allowed.
template <std::size_t N>
constexpr void append_digits(small_bytes<N>& out, std::string_view digits) {
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    if (digits.size() <= 19) {
        std::uint64_t v = 0;
        for (const char c : digits) v = v * 10 + static_cast<std::uint64_t>(c - '0');
        append_number(out, v);
        return;
    }
    out.push_back(static_cast<char>(0xd8));
    out.push_back(static_cast<char>((digits.size() >> 8) & 0xff));
    out.push_back(static_cast<char>(digits.size() & 0xff));
    out.append(digits);
}

/// Reads back what append_number wrote and moves past it; `at` must stand on a number byte (10..d7).
[[nodiscard]] constexpr std::uint64_t read_number(std::string_view key, std::size_t& at) noexcept {
    const auto first = static_cast<unsigned char>(key[at++]);
    if (first < 0xd0) return first - 0x10U;
    std::uint64_t v = 0;
    for (int i = 0; i < first - 0xcf; ++i) v = v << 8 | static_cast<unsigned char>(key[at++]);
    return v;
}

[[nodiscard]] constexpr bool is_number_byte(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x10 && u <= 0xd8;
}

} // namespace cudacompat::detail
