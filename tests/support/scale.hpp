// How much of a random test to run. CTest sets CUDACOMPAT_TEST_SCALE, in percent of the full number:
// 100 in a plain build, less under sanitizers. By hand: more, to look for rare failures.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace test_support {

/// `full` rounds by the scale of this run; at least one.
[[nodiscard]] inline std::size_t scaled(std::size_t full) {
    const char* const text = std::getenv("CUDACOMPAT_TEST_SCALE");
    const std::size_t percent =
        text == nullptr ? 100 : static_cast<std::size_t>(std::strtoul(text, nullptr, 10));
    const std::size_t rounds = full * percent / 100;
    return rounds == 0 ? 1 : rounds;
}

} // namespace test_support
