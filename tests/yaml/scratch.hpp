// A folder of its own for a test, removed at the end.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace yaml_test {

namespace fs = std::filesystem;

class scratch {
public:
    scratch() {
        static unsigned count = 0;
        root_ = fs::temp_directory_path() /
                ("cudacompat-yaml-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
        fs::create_directories(root_);
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }

    [[nodiscard]] const fs::path& root() const noexcept { return root_; }
    fs::path write(const std::string& name, std::string_view text) const {
        fs::path file = root_ / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
        return file;
    }
    /// A message with the name of the folder taken out, so that it can be compared.
    [[nodiscard]] std::string without_root(std::string text) const {
        const std::string name = root_.generic_string();
        for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
            text.replace(at, name.size(), "ROOT");
        return text;
    }

private:
    fs::path root_;
};

} // namespace yaml_test
