#include "input.hpp"

#include <cudacompat/data.hpp>
#include <cudacompat/knowledge/freeze.hpp>
#include <cudacompat/yaml.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::cli {

namespace {

constexpr std::size_t max_stack_bytes = std::size_t{8} << 20U;
constexpr std::size_t max_block_bytes = std::size_t{256} << 20U;

error wrong_file(const std::string& path, std::string message, errc code = errc::bad_data) {
    return {code, std::move(message), {path, 0, 0}, {}};
}

class open_file {
public:
    explicit open_file(const char* path) : fd_(::open(path, O_RDONLY | O_CLOEXEC)) {}
    explicit open_file(int fd) noexcept : fd_(fd), owned_(false) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (owned_ && fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }

    /// Up to `most` bytes; one more is an error that names the limit.
    template <class Bytes>
    [[nodiscard]] std::optional<error> read(Bytes& out, std::size_t most, const std::string& name) {
        struct stat about {};
        if (fd_ < 0 || ::fstat(fd_, &about) != 0) return wrong_file(name, std::strerror(errno));
        if (S_ISDIR(about.st_mode)) return wrong_file(name, "is a directory; expected a file");
        const auto too_large = [&](const std::string& has) {
            return wrong_file(name,
                              "has " + has + " bytes; the limit is " + std::to_string(most >> 20U) + " MiB",
                              errc::too_large);
        };
        std::size_t expected = 0;
        if (S_ISREG(about.st_mode)) expected = static_cast<std::size_t>(about.st_size);
        if (expected > most) return too_large(std::to_string(expected));
        std::size_t filled = 0;
        out.resize(expected + 1);
        for (;;) {
            if (filled == out.size()) {
                if (filled > most) return too_large("more than " + std::to_string(most));
                out.resize(std::min(most + 1, std::max<std::size_t>(out.size() * 2, 65536)));
            }
            const ssize_t n = ::read(fd_, out.data() + filled, out.size() - filled);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return wrong_file(name, std::strerror(errno));
            if (n == 0) break;
            filled += static_cast<std::size_t>(n);
        }
        if (filled > most) return too_large("more than " + std::to_string(most));
        out.resize(filled);
        return std::nullopt;
    }

private:
    int fd_;
    bool owned_ = true;
};

/// Does the file begin as a compiled knowledge base does?
bool is_block(const std::string& path) {
    const open_file file(path.c_str());
    std::uint32_t first = 0;
    return file.fd() >= 0 &&
           ::pread(file.fd(), &first, sizeof first, 0) == static_cast<ssize_t>(sizeof first) &&
           first == frozen::magic;
}

} // namespace

load_report read_kb(const std::string& path, std::span<const std::string> overlays) {
    if (overlays.empty()) return load_model_all(path);
    const std::vector<std::filesystem::path> paths(overlays.begin(), overlays.end());
    return load_with_overlays(path, paths);
}

result<std::vector<std::byte>> compile_kb(const std::string& path, std::span<const std::string> overlays) {
    if (overlays.empty()) {
        result<model> data = load_model(path);
        if (!data) return std::move(data).error();
        return freeze(*data);
    }
    load_report read = read_kb(path, overlays);
    if (!read.ok()) return std::move(read.errors.front());
    return freeze(read.data);
}

result<knowledge_base> open_kb(const std::string& path, std::span<const std::string> overlays) {
    if (path.empty()) return embedded_knowledge();
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return wrong_file(path, std::strerror(errno));
    const bool yaml = S_ISDIR(about.st_mode) || path.ends_with(".yaml") || path.ends_with(".yml");
    if (yaml) {
        result<std::vector<std::byte>> block = compile_kb(path, overlays);
        if (!block) {
            error e = std::move(block).error();
            if (e.where.file.empty()) e.where.file = path;
            return e;
        }
        return knowledge_base::adopt(std::move(*block));
    }
    if (!S_ISREG(about.st_mode) || !is_block(path))
        return wrong_file(path, "neither a directory, nor a .yaml file, nor a compiled knowledge base");
    if (!overlays.empty())
        return wrong_file(
            "--overlay",
            "'" + path +
                "' is compiled, and an overlay extends a directory of YAML; name that with --kb, "
                "or compile both with 'cudacompat kb compile DIR --overlay DIR'",
            errc::bad_request);
    std::vector<std::byte> block;
    open_file file(path.c_str());
    if (std::optional<error> e = file.read(block, max_block_bytes, path)) return std::move(*e);
    result<knowledge_base> kb = knowledge_base::adopt(std::move(block));
    if (kb) return kb;
    error e = std::move(kb).error();
    e.where.file = path;
    return e;
}

result<std::string> read_log(std::size_t most, bool& cut) {
    std::string out(most + 1, '\0');
    std::size_t filled = 0;
    while (filled < out.size()) {
        const ssize_t n = ::read(STDIN_FILENO, out.data() + filled, out.size() - filled);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return wrong_file("-", std::strerror(errno));
        if (n == 0) break;
        filled += static_cast<std::size_t>(n);
    }
    cut = filled > most;
    out.resize(std::min(filled, most));
    return out;
}

result<stack_record> open_stack(const std::string& path) {
    std::string text;
    if (path == "-") {
        open_file in(STDIN_FILENO);
        if (std::optional<error> e = in.read(text, max_stack_bytes, path)) return std::move(*e);
    } else {
        open_file in(path.c_str());
        if (std::optional<error> e = in.read(text, max_stack_bytes, path)) return std::move(*e);
    }
    return load_stack(text, path);
}

} // namespace cudacompat::cli
