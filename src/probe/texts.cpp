// Reading small foreign texts: never trusted, never executed.
#include "scene.hpp"

#include <algorithm>
#include <span>

namespace cudacompat::probe_impl {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// A reader of JSON that keeps nothing: it steps over values and stops at the one that is asked for.
class json_steps {
public:
    explicit json_steps(std::string_view text) : text_(text) {}

    [[nodiscard]] std::string at(std::span<const std::string_view> keys) {
        for (const std::string_view key : keys)
            if (!enter(key)) return {};
        skip_space();
        std::string out;
        return peek() == '"' && read_text(&out) ? out : std::string{};
    }

private:
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_space() noexcept {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
            ++at_;
    }
    [[nodiscard]] bool take(char c) noexcept {
        skip_space();
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    /// An escape other than \" \\ \/ becomes '?': no name or version has one.
    [[nodiscard]] bool read_text(std::string* out) {
        if (!take('"')) return false;
        for (; at_ < text_.size(); ++at_) {
            char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (c == '\\') {
                if (++at_ == text_.size()) return false;
                c = std::string_view("\"\\/").find(text_[at_]) != std::string_view::npos ? text_[at_] : '?';
            }
            if (out != nullptr) *out += c;
        }
        return false;
    }
    /// To just before the value of `key` of the object that begins here.
    [[nodiscard]] bool enter(std::string_view key) {
        if (!take('{')) return false;
        do {
            std::string name;
            skip_space();
            if (!read_text(&name) || !take(':')) return false;
            if (name == key) return true;
            if (!skip_value()) return false;
        } while (take(','));
        return false;
    }
    [[nodiscard]] bool skip_value() {
        std::size_t depth = 0;
        do {
            skip_space();
            const char c = peek();
            if (c == '"') {
                if (!read_text(nullptr)) return false;
            } else if (c == '{' || c == '[') {
                ++depth;
                ++at_;
            } else if (c == '}' || c == ']') {
                if (depth == 0) return false;
                --depth;
                ++at_;
            } else if (c == '\0') {
                return false;
            } else if (depth != 0 && (c == ',' || c == ':')) {
                ++at_;
            } else {
                const std::size_t end = std::min(text_.find_first_of(",:}] \t\r\n", at_), text_.size());
                if (end == at_) return false;
                at_ = end;
            }
        } while (depth != 0);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Little-endian number of up to 8 bytes; 0 outside.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) noexcept {
    std::uint64_t out = 0;
    if (at > bytes.size() || size > bytes.size() - at) return 0;
    for (std::size_t i = size; i-- > 0;) out = out << 8U | static_cast<unsigned char>(bytes[at + i]);
    return out;
}

} // namespace

std::string_view trimmed(std::string_view s) noexcept {
    const std::size_t first = s.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

std::string_view leading_version(std::string_view text) noexcept {
    std::size_t end = 0;
    bool dot = false;
    while (end < text.size() && end < 40) {
        const bool inner = text[end] == '.' && end != 0 && is_digit(text[end - 1]) && end + 1 < text.size() &&
                           is_digit(text[end + 1]);
        if (!is_digit(text[end]) && !inner) break;
        dot = dot || inner;
        ++end;
    }
    return dot ? text.substr(0, end) : std::string_view{};
}

std::string file_version(std::string_view name, std::string_view stem) {
    if (!name.starts_with(stem)) return {};
    const std::string_view rest = name.substr(stem.size());
    const std::string_view version = leading_version(rest);
    return version.size() == rest.size() ? std::string(version) : std::string{};
}

std::string_view last_part(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view folder_of(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

std::string value_in(std::string_view text, std::string_view key) {
    for (std::string_view line : lines_of(text)) {
        line = trimmed(line);
        if (!line.starts_with(key)) continue;
        line = trimmed(line.substr(key.size()));
        if (!line.starts_with("=")) continue;
        line = trimmed(line.substr(1));
        if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front())
            line = line.substr(1, line.size() - 2);
        return std::string(line);
    }
    return {};
}

std::string json_text_at(std::string_view json, const std::vector<std::string_view>& keys) {
    return json_steps(json).at(keys);
}

std::string_view elf_machine(std::string_view header) noexcept {
    if (!header.starts_with("\177ELF")) return {};
    switch (number_at(header, 18, 2)) {
    case 62: return "x86_64";
    case 183: return "aarch64";
    case 21: return "ppc64le";
    default: return {};
    }
}

std::string elf_section(file_tree& files, const std::string& path, std::string_view name) {
    constexpr std::size_t header_bytes = 64;
    constexpr std::uint64_t most_sections = 1024;
    constexpr std::uint64_t most_bytes = std::uint64_t{64} << 10U;
    const std::string head = files.read_at(path, 0, header_bytes).text;
    if (head.size() < header_bytes || !head.starts_with("\177ELF\2\1")) return {}; // 64 bits, little-endian
    const std::uint64_t size = number_at(head, 58, 2);
    const std::uint64_t count = number_at(head, 60, 2);
    const std::uint64_t names_index = number_at(head, 62, 2);
    if (size != 64 || count > most_sections || names_index >= count) return {};
    const std::string table =
        files.read_at(path, number_at(head, 40, 8), static_cast<std::size_t>(size * count)).text;
    const auto section = [&](std::uint64_t i) {
        const auto at = static_cast<std::size_t>(i * size);
        const std::uint64_t bytes = std::min(number_at(table, at + 32, 8), most_bytes);
        return files.read_at(path, number_at(table, at + 24, 8), static_cast<std::size_t>(bytes)).text;
    };
    if (table.size() != size * count) return {};
    const std::string names = section(names_index);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t at = number_at(table, static_cast<std::size_t>(i * size), 4);
        if (at < names.size() && std::string_view(names).substr(at).starts_with(name) &&
            at + name.size() < names.size() && names[at + name.size()] == '\0')
            return section(i);
    }
    return {};
}

std::string minor_of(std::string_view version) {
    const std::size_t first = version.find('.');
    if (first == std::string_view::npos) return std::string(version);
    return std::string(version.substr(0, version.find('.', first + 1)));
}

} // namespace cudacompat::probe_impl
