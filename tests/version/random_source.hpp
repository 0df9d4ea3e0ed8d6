// A generator with a fixed sequence; the seed is printed and can be set (CUDACOMPAT_SEED). Texts that are put together
// with + may differ between compilers, as the order in which operands draw from it is not fixed.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>

namespace version_tests {

/// CUDACOMPAT_SEED or the default.
inline std::uint64_t seed() {
    static const std::uint64_t chosen = [] {
        const char* given = std::getenv("CUDACOMPAT_SEED");
        const std::uint64_t s = given != nullptr ? std::strtoull(given, nullptr, 10) : 20240601;
        std::printf("CUDACOMPAT_SEED=%llu\n", static_cast<unsigned long long>(s));
        return s;
    }();
    return chosen;
}

/// splitmix64
class random_source {
public:
    explicit random_source(std::uint64_t stream) : state_(seed() + stream * 0x9e3779b97f4a7c15ULL) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    bool chance(unsigned percent) { return below(100) < percent; }
    std::string pick(std::initializer_list<std::string_view> from) {
        return std::string(from.begin()[below(from.size())]);
    }

private:
    std::uint64_t state_;
};

} // namespace version_tests
