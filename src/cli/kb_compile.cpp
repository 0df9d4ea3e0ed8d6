// cudacompat kb compile: writes beside the file, then renames, so that no reader ever sees half of one.
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>

namespace cudacompat::cli {

namespace {

/// Empty, or what went wrong.
std::string write_file(const std::string& path, std::span<const std::byte> bytes) {
    std::string fresh = path + ".XXXXXX";
    const int fd = ::mkstemp(fresh.data());
    if (fd < 0) return std::strerror(errno);
    const auto fail = [&] {
        std::string why = std::strerror(errno);
        ::unlink(fresh.c_str());
        return why;
    };
    const mode_t mask = ::umask(0);
    ::umask(mask);
    bool good = ::fchmod(fd, 0666 & ~mask) == 0;
    while (good && !bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        good = n >= 0;
        if (good) bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    good = good && ::fsync(fd) == 0;
    if (::close(fd) != 0 || !good) return fail();
    if (std::rename(fresh.c_str(), path.c_str()) != 0) return fail();
    return {};
}

} // namespace

int run_kb_compile(const kb_args& args) {
    result<std::vector<std::byte>> block = compile_kb(args.subject, args.overlays);
    if (!block) {
        error e = std::move(block).error();
        if (e.where.file.empty()) e.where.file = args.subject;
        return report(e);
    }
    if (const std::string why = write_file(args.output, *block); !why.empty())
        return report({errc::bad_data, why, {args.output, 0, 0}, {}});
    return exit_compatible;
}

} // namespace cudacompat::cli
