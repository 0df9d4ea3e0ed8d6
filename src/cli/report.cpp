#include "report.hpp"

#include "exit_code.hpp"

#include <cudacompat/decide/request.hpp>
#include <cudacompat/json_writer.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace cudacompat::cli {

namespace {

/// False with errno set.
bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

/// The text, or its beginning where it is long: an error is no dump of its input.
std::string shortened(std::string_view text) {
    constexpr std::size_t most = 1000;
    return text.size() <= most ? std::string(text) : std::string(text.substr(0, most)) + "...";
}

/// Two lines: the item with a caret below the byte at `column` (from 1); of a long item the part around it.
std::string pointed_at(std::string_view item, std::size_t column) {
    constexpr std::size_t window = 60;
    const std::size_t at = std::min(column == 0 ? 0 : column - 1, item.size());
    const std::size_t first = at > window ? at - window / 2 : 0;
    const std::string before = (first != 0 ? "..." : "") + escaped(item.substr(first, at - first));
    std::string after = escaped(item.substr(at, window));
    if (item.size() > at + window) after += "...";
    std::string out = "  " + before + after + "\n";
    out += "  " + std::string(before.size(), ' ') + "^";
    return out;
}

} // namespace

bool put_result(std::string_view text) {
    if (write_all(STDOUT_FILENO, text) || errno == EPIPE) return true;
    put_error(std::string("cannot write the result: ") + std::strerror(errno));
    return false;
}

void put_error(std::string_view message) {
    std::string line = "cudacompat: ";
    for (std::size_t i = 0; i < message.size();) {
        const bool plain = message[i] == '\n' || (message[i] >= 0x20 && message[i] < 0x7f);
        const std::size_t n = plain ? 1 : detail::utf8_sequence(message.substr(i));
        line += n == 0 ? escaped(message.substr(i, 1)) : std::string(message.substr(i, n));
        i += std::max<std::size_t>(n, 1);
    }
    line += '\n';
    (void)write_all(STDERR_FILENO, line); // nowhere left to say that it failed
}

int report(const error& e, std::span<const std::string_view> request) {
    const bool from_option = e.where.file.starts_with("--");
    if (!e.where.file.empty() && !from_option) { // a file: file:line:column: message
        put_error(shortened(to_string(e)));
        return exit_of(e.code, true);
    }
    if (e.code == errc::internal || e.code == errc::bad_data) {
        put_error((from_option ? e.where.file + ": " : std::string{}) + shortened(e.message) +
                  did_you_mean(e.suggestions));
        return exit_of(e.code, !from_option);
    }
    if (from_option) {
        put_error(e.where.file + ": " + shortened(e.message) + did_you_mean(e.suggestions));
        return exit_of(e.code, false);
    }
    for (const std::string_view item : request) {
        const std::string head = "request item '" + std::string(item) + "': ";
        if (e.where.column == 0 || !e.message.starts_with(head)) continue;
        put_error("request: " + shortened(e.message.substr(head.size())) + did_you_mean(e.suggestions) +
                  "\n" + pointed_at(item, e.where.column));
        return exit_of(e.code, false);
    }
    put_error(shortened(e.message) + did_you_mean(e.suggestions));
    return exit_of(e.code, false);
}

bool wants_colour(colour_choice choice) {
    if (choice != colour_choice::automatic) return choice == colour_choice::always;
    const char* no_colour = std::getenv("NO_COLOR");
    if (no_colour != nullptr && *no_colour != '\0') return false;
    const char* term = std::getenv("TERM");
    if (term == nullptr || std::string_view(term) == "dumb") return false;
    return ::isatty(STDOUT_FILENO) == 1;
}

std::size_t terminal_width(std::size_t most) {
    winsize size{};
    if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40)
        return most;
    return std::min<std::size_t>(size.ws_col, most);
}

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (u >= 0x20 && u < 0x7f) {
            out += c;
        } else {
            out += "\\x";
            out += digits[u >> 4U];
            out += digits[u & 15U];
        }
    }
    return out;
}

std::vector<std::string> nearest(std::string_view text, std::span<const std::string_view> names) {
    std::vector<std::pair<std::size_t, std::string_view>> near;
    const std::size_t most = 1 + text.size() / 4;
    for (const std::string_view name : names) {
        const bool begins = text.size() > 2 && name.starts_with(text);
        if (!begins && (name.size() > text.size() + most || text.size() > name.size() + most)) continue;
        const std::size_t d = edit_distance(text, name);
        if (d <= most || begins) near.emplace_back(d, name);
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    std::vector<std::string> out;
    for (std::size_t i = 0; i < near.size() && i < 3; ++i) out.emplace_back(near[i].second);
    return out;
}

std::string did_you_mean(std::span<const std::string> names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) out += (i == 0 ? " (did you mean '" : "', '") + names[i];
    return out.empty() ? out : out + "'?)";
}

} // namespace cudacompat::cli
