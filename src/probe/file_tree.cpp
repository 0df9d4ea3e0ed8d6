#include "file_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cudacompat::probe_impl {

namespace {

constexpr int most_links = 40;             // as the kernel
constexpr std::size_t most_parts = 256;    // of one path
constexpr std::size_t most_names = 50'000; // of one folder

look_outcome outcome_of(int wrong) noexcept {
    return wrong == ENOENT || wrong == ENOTDIR ? look_outcome::absent : look_outcome::blocked;
}

std::string why_of(int wrong) {
    if (wrong == ELOOP) return "links lead in a circle";
    if (wrong == EACCES || wrong == EPERM) return "no permission";
    if (wrong == ENAMETOOLONG) return "the name is too long";
    return std::strerror(wrong);
}

/// Parts of a path, last first; empty ones and "." left out.
void push_parts(std::string_view path, std::vector<std::string>& todo) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view part = path.substr(at, end - at);
        if (!part.empty() && part != ".") parts.emplace_back(part);
        at = end + 1;
    }
    todo.insert(todo.end(), parts.rbegin(), parts.rend());
}

} // namespace

file_handle& file_handle::operator=(file_handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

file_handle::~file_handle() {
    if (fd_ >= 0) ::close(fd_);
}

file_tree::file_tree(const std::string& root, bool walk)
    : root_(::open(root.empty() ? "/" : root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), walk_(walk) {
    if (!root_) why_closed_ = std::strerror(errno);
}

bool file_tree::spend_look() {
    if (looks_left_ == 0) return false;
    --looks_left_;
    return true;
}

file_handle file_tree::open_path(const std::string& path, int flags, int& wrong) {
    if (!root_ || !spend_look() || path.find('\0') != std::string::npos) {
        wrong = root_ ? EINVAL : EBADF;
        return {};
    }
    if (!walk_) {
        open_how how{};
        how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
        how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
        for (int attempt = 0; attempt < 4; ++attempt) { // EAGAIN: something was renamed meanwhile
            const long fd = ::syscall(SYS_openat2, root_.fd(), path.c_str(), &how, sizeof how);
            if (fd >= 0) return file_handle(static_cast<int>(fd));
            if (errno != EAGAIN) break;
        }
        wrong = errno;
        // Old kernels, and sandboxes that do not know the call. EPERM of the file itself comes back from the walk.
        if (wrong != ENOSYS && wrong != EPERM && wrong != EAGAIN && wrong != E2BIG) return {};
        if (wrong == ENOSYS) walk_ = true;
    }
    return walk_to(path, flags, wrong, nullptr);
}

file_handle file_tree::walk_to(const std::string& path, int flags, int& wrong, std::string* real) {
    std::vector<std::string> todo;
    push_parts(path, todo);
    struct step {
        std::string name;
        file_handle at;
    };
    std::vector<step> above; // the folders between the root and here
    const auto here = [&] { return above.empty() ? root_.fd() : above.back().at.fd(); };
    int links = 0;
    while (!todo.empty()) {
        const std::string part = std::move(todo.back());
        todo.pop_back();
        if (part == "..") {
            if (!above.empty()) above.pop_back();
            continue;
        }
        if (above.size() + todo.size() > most_parts) {
            wrong = ENAMETOOLONG;
            return {};
        }
        file_handle next(::openat(here(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        struct stat about {};
        if (!next || ::fstat(next.fd(), &about) != 0) {
            wrong = errno;
            return {};
        }
        if (S_ISLNK(about.st_mode)) {
            if (++links > most_links) {
                wrong = ELOOP;
                return {};
            }
            std::array<char, 4096> target{};
            const ssize_t n = ::readlinkat(next.fd(), "", target.data(), target.size());
            if (n <= 0) {
                wrong = n == 0 ? ENOENT : errno;
                return {};
            }
            const std::string_view to(target.data(), static_cast<std::size_t>(n));
            if (to.front() == '/') above.clear();
            push_parts(to, todo);
            continue;
        }
        if (!todo.empty() && !S_ISDIR(about.st_mode)) {
            wrong = ENOTDIR;
            return {};
        }
        above.push_back({part, std::move(next)});
    }
    if (real != nullptr) {
        *real = "";
        for (const step& s : above) *real += "/" + s.name;
        if (real->empty()) *real = "/";
    }
    if (above.empty()) {
        file_handle out(::openat(root_.fd(), ".", flags | O_CLOEXEC));
        if (!out) wrong = errno;
        return out;
    }
    if ((flags & O_PATH) != 0) return std::move(above.back().at);
    const int parent = above.size() == 1 ? root_.fd() : above[above.size() - 2].at.fd();
    file_handle out(::openat(parent, above.back().name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    if (!out) wrong = errno;
    return out;
}

entry file_tree::about(const std::string& path) {
    entry out;
    int wrong = 0;
    const file_handle at = open_path(path, O_PATH, wrong);
    struct stat s {};
    if (!at || ::fstat(at.fd(), &s) != 0) {
        if (at) wrong = errno;
        out.outcome = outcome_of(wrong);
        if (out.outcome == look_outcome::blocked) out.why = why_of(wrong);
        return out;
    }
    out.outcome = look_outcome::found;
    out.kind = S_ISREG(s.st_mode)                         ? entry_kind::file
               : S_ISDIR(s.st_mode)                       ? entry_kind::folder
               : S_ISCHR(s.st_mode) || S_ISBLK(s.st_mode) ? entry_kind::device
                                                          : entry_kind::other;
    out.size = static_cast<std::uint64_t>(s.st_size);
    out.mode = s.st_mode & 07777U;
    return out;
}

file_handle file_tree::open_regular(const std::string& path, look_outcome& outcome, std::string& why) {
    const entry what = about(path);
    outcome = what.outcome;
    why = what.why;
    if (outcome != look_outcome::found) return {};
    outcome = look_outcome::blocked;
    why = "is no regular file";
    if (what.kind != entry_kind::file) return {};
    int wrong = 0;
    // Between the look and this it may have become something else: then O_NONBLOCK keeps a FIFO from waiting.
    file_handle out = open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, wrong);
    struct stat s {};
    if (!out) {
        outcome = outcome_of(wrong);
        why = outcome == look_outcome::blocked ? why_of(wrong) : "";
        return {};
    }
    if (::fstat(out.fd(), &s) != 0 || !S_ISREG(s.st_mode)) return {};
    outcome = look_outcome::found;
    why.clear();
    return out;
}

file_text file_tree::read(const std::string& path, std::size_t most) { return read_at(path, 0, most); }

file_text file_tree::read_at(const std::string& path, std::uint64_t offset, std::size_t most) {
    file_text out;
    const file_handle at = open_regular(path, out.outcome, out.why);
    if (!at) return out;
    if (bytes_left_ == 0) return {look_outcome::blocked, {}, "the probe has read as much as it may"};
    most = static_cast<std::size_t>(std::min<std::uint64_t>(most, bytes_left_));
    while (out.text.size() < most) { // sizes in /proc and /sys are 0: read until there is no more
        const std::size_t filled = out.text.size();
        const std::size_t step = std::min<std::size_t>(most - filled, std::size_t{256} << 10U);
        out.text.resize(filled + step);
        const ssize_t n =
            ::pread(at.fd(), out.text.data() + filled, step, static_cast<off_t>(offset + filled));
        out.text.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return {look_outcome::blocked, {}, why_of(errno)};
        if (n == 0) break;
    }
    bytes_left_ -= out.text.size();
    return out;
}

folder_names file_tree::list(const std::string& path) {
    folder_names out;
    int wrong = 0;
    file_handle at = open_path(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, wrong);
    if (!at) {
        out.outcome = outcome_of(wrong);
        if (out.outcome == look_outcome::blocked) out.why = why_of(wrong);
        return out;
    }
    const int copy = ::fcntl(at.fd(), F_DUPFD_CLOEXEC, 0); // closedir() closes what it got
    DIR* folder = copy < 0 ? nullptr : ::fdopendir(copy);
    if (folder == nullptr) {
        if (copy >= 0) ::close(copy);
        return {look_outcome::blocked, {}, why_of(errno)};
    }
    out.outcome = look_outcome::found;
    while (const dirent* one = ::readdir(folder)) { // NOLINT(concurrency-mt-unsafe): a stream of our own
        const std::string_view name = one->d_name;
        if (name == "." || name == "..") continue;
        if (out.names.size() == most_names || !spend_look()) {
            out.why = "only the first " + std::to_string(out.names.size()) + " names were read";
            break;
        }
        out.names.emplace_back(name);
    }
    ::closedir(folder);
    std::sort(out.names.begin(), out.names.end());
    return out;
}

std::string file_tree::canonical(const std::string& path) {
    int wrong = 0;
    std::string real;
    if (!root_ || !spend_look() || !walk_to(path, O_PATH, wrong, &real)) return {};
    return real;
}

} // namespace cudacompat::probe_impl
