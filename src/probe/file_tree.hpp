// Files below a root that nobody vouches for.
//
// Links are resolved inside the root. Nothing but regular files is opened for reading: a FIFO would block, a device may
// act when it is opened. Sizes, entries and the sum of both have limits, so a root costs no more than they allow.
#pragma once

#include <cudacompat/probe.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::probe_impl {

class file_handle {
public:
    file_handle() = default;
    explicit file_handle(int fd) noexcept : fd_(fd) {}
    file_handle(file_handle&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    file_handle& operator=(file_handle&& other) noexcept;
    file_handle(const file_handle&) = delete;
    file_handle& operator=(const file_handle&) = delete;
    ~file_handle();
    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

enum class entry_kind : std::uint8_t { file, folder, device, other };

struct entry {
    look_outcome outcome = look_outcome::absent;
    entry_kind kind = entry_kind::other;
    std::uint64_t size = 0;
    std::uint32_t mode = 0; ///< permission bits
    std::string why;
};

struct file_text {
    look_outcome outcome = look_outcome::absent;
    std::string text;
    std::string why;
};

struct folder_names {
    look_outcome outcome = look_outcome::absent;
    std::vector<std::string> names; ///< sorted; without . and ..
    std::string why;
};

class file_tree {
public:
    /// `root` empty: "/". `walk`: never openat2.
    file_tree(const std::string& root, bool walk);

    [[nodiscard]] bool open() const noexcept { return static_cast<bool>(root_); }
    [[nodiscard]] const std::string& why_closed() const noexcept { return why_closed_; }
    /// A limit on the sum of everything was met.
    [[nodiscard]] bool exhausted() const noexcept { return bytes_left_ == 0 || looks_left_ == 0; }

    [[nodiscard]] entry about(const std::string& path);
    /// The first `most` bytes of a regular file.
    [[nodiscard]] file_text read(const std::string& path, std::size_t most);
    /// `most` bytes at `offset`, fewer at the end of the file.
    [[nodiscard]] file_text read_at(const std::string& path, std::uint64_t offset, std::size_t most);
    [[nodiscard]] folder_names list(const std::string& path);
    /// The path without links, inside the root; empty where it leads nowhere.
    [[nodiscard]] std::string canonical(const std::string& path);

private:
    [[nodiscard]] file_handle open_path(const std::string& path, int flags, int& wrong);
    [[nodiscard]] file_handle walk_to(const std::string& path, int flags, int& wrong, std::string* real);
    [[nodiscard]] file_handle open_regular(const std::string& path, look_outcome& outcome, std::string& why);
    [[nodiscard]] bool spend_look();

    file_handle root_;
    std::string why_closed_;
    bool walk_;
    std::uint64_t bytes_left_ = std::uint64_t{512} << 20U;
    std::uint64_t looks_left_ = 400'000;
};

} // namespace cudacompat::probe_impl
