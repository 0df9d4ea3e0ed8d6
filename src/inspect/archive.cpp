// Static archives in the form of GNU ar and of BSD (their man pages ar(5)): a line of 60 bytes before each member.
#include "collect.hpp"

#include <algorithm>

namespace cudacompat::inspecting {

namespace {

/// A decimal number padded with spaces; false where it is none.
bool decimal(const std::string& text, std::uint64_t& out) {
    const std::size_t end = text.find_last_not_of(' ');
    out = 0;
    if (end == std::string::npos) return false;
    for (const char c : text.substr(0, end + 1)) {
        if (c < '0' || c > '9') return false;
        out = out * 10 + static_cast<std::uint64_t>(c - '0'); // ten digits at most
    }
    return true;
}

/// What a terminal may be given of a name that a file holds.
std::string plain(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return name;
}

} // namespace

bool read_archive(const view& in, collector& out) {
    const auto magic = in.get<8>(0);
    if (!magic || magic->text(0, 8) != "!<arch>\n") return false;
    std::optional<view> long_names;
    std::uint64_t members = 0;
    for (std::uint64_t at = 8; at < in.size();) {
        const auto h = in.get<60>(at);
        std::uint64_t size = 0;
        if (!h || h->text(58, 2) != "`\n" || !decimal(h->text(48, 10), size)) {
            out.unread("a member of the archive at byte " + std::to_string(at) +
                       ": cut off, or damaged; nothing behind it was read");
            break;
        }
        if (++members > most_members) {
            out.unread("members after the first " + std::to_string(most_members) + ", the limit");
            break;
        }
        const std::uint64_t body_at = at + 60;
        std::optional<view> body = in.part(body_at, size);
        std::string name = h->text(0, 16);
        name.erase(name.find_last_not_of(' ') + 1);
        if (!body) {
            out.unread(plain(name) + ": ends beyond the end of the archive");
            size = in.size() - body_at;
            body = in.part(body_at, size);
            if (!body) break;
        }
        std::uint64_t number = 0;
        if (name == "//") {
            long_names = body;
        } else if (name.starts_with("#1/") && decimal(name.substr(3), number)) {
            name = body->name(0, static_cast<std::size_t>(std::min<std::uint64_t>(number, 256)));
            body = body->part(std::min(number, size), size - std::min(number, size));
        } else if (name.size() > 1 && name[0] == '/' && decimal(name.substr(1), number)) {
            name = long_names ? long_names->name(number, 256) : std::string();
            name.erase(std::min(name.size(), name.find('/')));
        } else if (name.ends_with("/")) {
            name.pop_back();
        }
        std::string format;
        if (body) (void)read_elf(*body, plain(name) + ": ", out, format); // other members have no device code
        at = body_at + size + size % 2;
    }
    return true;
}

} // namespace cudacompat::inspecting
