// Samples and checks that both tests use.
#pragma once

#include <cudacompat/inspect.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace inspect_test {

using bytes = std::vector<std::byte>;

[[nodiscard]] inline std::string path_of(const std::string& sample) {
    return std::string(CUDACOMPAT_TEST_DIR) + "/samples/" + sample;
}

[[nodiscard]] inline bytes content_of(const std::string& sample) {
    std::ifstream in(path_of(sample), std::ios::binary);
    REQUIRE(in.is_open());
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    bytes out(text.size());
    std::transform(text.begin(), text.end(), out.begin(), [](char c) { return static_cast<std::byte>(c); });
    return out;
}

[[nodiscard]] inline std::vector<std::string> all_samples() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path_of("")))
        out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    REQUIRE(out.size() > 10);
    return out;
}

[[nodiscard]] inline bool equal(const cudacompat::device_code_report& a,
                                const cudacompat::device_code_report& b) {
    return a.format == b.format && a.modules == b.modules && a.targets == b.targets && a.sets == b.sets &&
           a.unread == b.unread;
}

} // namespace inspect_test
