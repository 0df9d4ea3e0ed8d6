#include "source.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cudacompat::inspecting {

bool source::fill(std::uint64_t at) {
    window_at_ = at;
    filled_ = 0;
    while (filled_ < window_size && at + filled_ < size_) {
        const ssize_t n =
            ::pread(fd_, window_.data() + filled_, window_size - filled_, static_cast<off_t>(at + filled_));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break; // it shrank, or the disk failed: what is there is used
        filled_ += static_cast<std::size_t>(n);
    }
    return filled_ != 0;
}

bool source::read(std::uint64_t at, std::span<std::byte> out) {
    if (at > size_ || out.size() > size_ - at) return false;
    if (fd_ < 0) {
        const auto from = bytes_.subspan(static_cast<std::size_t>(at), out.size());
        std::copy(from.begin(), from.end(), out.begin());
        return true;
    }
    while (!out.empty()) {
        if (at < window_at_ || at - window_at_ >= filled_)
            if (!fill(at)) return false;
        const auto first = static_cast<std::size_t>(at - window_at_);
        const std::size_t n = std::min(out.size(), filled_ - first);
        std::memcpy(out.data(), window_.data() + first, n);
        out = out.subspan(n);
        at += n;
    }
    return true;
}

} // namespace cudacompat::inspecting
