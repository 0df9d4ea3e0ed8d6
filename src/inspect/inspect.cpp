#include "collect.hpp"

#include <cudacompat/inspect.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cudacompat {

namespace {

using namespace inspecting;

error wrong_file(const std::string& path, std::string message) {
    return {errc::bad_data, std::move(message), {path, 0, 0}, {}};
}

result<device_code_report> inspect_source(source& from, const std::string& name) {
    const view all(from);
    collector out;
    std::string format;
    if (read_elf(all, "", out, format)) return std::move(out).report(std::move(format));
    if (read_archive(all, out)) return std::move(out).report("archive");
    if (read_pe(all, out)) return std::move(out).report("PE");
    if (is_fat_binary(all)) {
        read_fat_binaries(all, "", false, out);
        return std::move(out).report("fat binary");
    }
    return wrong_file(name,
                      "is no ELF or PE file, archive, fat binary or cubin: nothing that holds device code");
}

class open_file {
public:
    // Not blocking: a pipe without a writer would hold us for ever. It is refused below.
    explicit open_file(const char* path) : fd_(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_;
};

} // namespace

std::string to_string(const code_target& t) {
    constexpr const char* prefix[] = {"sm_", "compute_", "lto_"};
    std::string out = prefix[static_cast<std::size_t>(t.kind)] + std::to_string(t.arch);
    if (t.suffix != '\0') out += t.suffix;
    return out;
}

std::vector<std::string> code_list(std::span<const code_target> targets) {
    std::vector<std::string> out;
    const bool linked = std::any_of(targets.begin(), targets.end(), [](const code_target& t) {
        return !t.relocatable && t.kind != device_code::lto;
    });
    for (const device_code kind : {device_code::sass, device_code::ptx})
        for (const code_target& t : targets) {
            if (t.kind != kind || (linked && t.relocatable)) continue;
            std::string text = to_string(t);
            if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
        }
    return out;
}

result<device_code_report> inspect_file(const std::string& path) {
    const open_file file(path.c_str());
    struct stat about {};
    if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0) return wrong_file(path, std::strerror(errno));
    if (S_ISDIR(about.st_mode)) return wrong_file(path, "is a directory; expected a file");
    if (!S_ISREG(about.st_mode)) return wrong_file(path, "is no regular file");
    source from(file.fd(), static_cast<std::uint64_t>(about.st_size));
    return inspect_source(from, path);
}

result<device_code_report> inspect_bytes(std::span<const std::byte> content, const std::string& name) {
    source from(content);
    return inspect_source(from, name);
}

} // namespace cudacompat
