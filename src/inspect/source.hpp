// Bytes of a file by offset: read with pread, never mapped, since a mapped file that shrinks kills its reader.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cudacompat::inspecting {

/// Little-endian numbers in a header that was read whole.
template <std::size_t N>
struct header {
    std::array<std::byte, N> raw{};

    [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const noexcept {
        std::uint64_t out = 0;
        for (std::size_t i = width; i-- != 0;)
            out = out << 8U | std::to_integer<std::uint64_t>(raw.at(at + i));
        return out;
    }
    [[nodiscard]] std::uint32_t u8(std::size_t at) const noexcept {
        return static_cast<std::uint32_t>(number(at, 1));
    }
    [[nodiscard]] std::uint32_t u16(std::size_t at) const noexcept {
        return static_cast<std::uint32_t>(number(at, 2));
    }
    [[nodiscard]] std::uint32_t u32(std::size_t at) const noexcept {
        return static_cast<std::uint32_t>(number(at, 4));
    }
    [[nodiscard]] std::uint64_t u64(std::size_t at) const noexcept { return number(at, 8); }
    [[nodiscard]] std::string text(std::size_t at, std::size_t size) const {
        std::string out;
        for (std::size_t i = 0; i < size; ++i) out += std::to_integer<char>(raw.at(at + i));
        return out;
    }
};

/// A file that is open elsewhere, or bytes in memory. Reads go through one window, since headers lie close together.
class source {
public:
    source(int fd, std::uint64_t size) noexcept : fd_(fd), size_(size) {}
    explicit source(std::span<const std::byte> bytes) noexcept : bytes_(bytes), size_(bytes.size()) {}

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// False: not all of it is there.
    [[nodiscard]] bool read(std::uint64_t at, std::span<std::byte> out);

private:
    [[nodiscard]] bool fill(std::uint64_t at);

    static constexpr std::size_t window_size = 8192;

    int fd_ = -1;
    std::span<const std::byte> bytes_;
    std::uint64_t size_;
    std::array<std::byte, window_size> window_{};
    std::uint64_t window_at_ = 0;
    std::size_t filled_ = 0;
};

/// A stretch of a source. It never reaches beyond the source's end, nor does a part of it beyond its own.
class view {
public:
    explicit view(source& from) noexcept : from_(&from), size_(from.size()) {}

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// Is [at, at + size) inside? No sum of the two is formed, so no value is too large to ask for.
    [[nodiscard]] bool holds(std::uint64_t at, std::uint64_t size) const noexcept {
        return at <= size_ && size <= size_ - at;
    }
    [[nodiscard]] std::optional<view> part(std::uint64_t at, std::uint64_t size) const noexcept {
        if (!holds(at, size)) return std::nullopt;
        view out = *this;
        out.base_ += at;
        out.size_ = size;
        return out;
    }
    [[nodiscard]] bool read(std::uint64_t at, std::span<std::byte> out) const {
        return holds(at, out.size()) && from_->read(base_ + at, out);
    }
    template <std::size_t N>
    [[nodiscard]] std::optional<header<N>> get(std::uint64_t at) const {
        header<N> out;
        if (!read(at, out.raw)) return std::nullopt;
        return out;
    }
    /// A text that ends in a zero byte within `most` bytes; shorter ones only.
    [[nodiscard]] std::string name(std::uint64_t at, std::size_t most) const {
        std::string out;
        for (std::byte b{}; out.size() < most; out += std::to_integer<char>(b))
            if (at > size_ || !read(at + out.size(), {&b, 1}) || b == std::byte{}) return out;
        return {};
    }

private:
    source* from_;
    std::uint64_t base_ = 0;
    std::uint64_t size_;
};

} // namespace cudacompat::inspecting
