// The checks on bytes, before any YAML is parsed.
#include "tree.hpp"

#include <array>
#include <cstddef>

namespace cudacompat::yaml_impl {
namespace {

/// Length of the well-formed UTF-8 sequence at `at`, or 0 (Unicode 15, table 3-7).
[[nodiscard]] std::size_t utf8_length(std::string_view s, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) {
        return at + i < s.size() ? static_cast<unsigned char>(s[at + i]) : 0U;
    };
    const auto trail = [&](std::size_t i) { return byte(i) >= 0x80U && byte(i) <= 0xBFU; };
    const unsigned lead = byte(0);
    if (lead < 0x80U) return 1;
    if (lead >= 0xC2U && lead <= 0xDFU) return trail(1) ? 2 : 0;
    if (lead >= 0xE0U && lead <= 0xEFU) {
        const unsigned low = lead == 0xE0U ? 0xA0U : 0x80U;
        const unsigned high = lead == 0xEDU ? 0x9FU : 0xBFU;
        return byte(1) >= low && byte(1) <= high && trail(2) ? 3 : 0;
    }
    if (lead >= 0xF0U && lead <= 0xF4U) {
        const unsigned low = lead == 0xF0U ? 0x90U : 0x80U;
        const unsigned high = lead == 0xF4U ? 0x8FU : 0xBFU;
        return byte(1) >= low && byte(1) <= high && trail(2) && trail(3) ? 4 : 0;
    }
    return 0;
}

[[nodiscard]] std::string hex(unsigned char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {'0', 'x', digits[c >> 4U], digits[c & 15U]};
}

/// yaml-cpp keeps the tokens of a line in memory until it knows whether a key began there.
constexpr std::size_t max_line = 256U << 10U;

} // namespace

result<std::string_view> scan_text(std::string_view text, const std::string& file) {
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const bool json = first != std::string_view::npos && text[first] == '{';
    std::uint32_t line = 1;
    std::size_t line_start = 0;
    bool in_indent = true;
    const auto fail = [&](std::size_t at, std::string message,
                          errc code = errc::bad_data) -> cudacompat::error {
        return {code, std::move(message), {file, line, static_cast<std::uint32_t>(at - line_start + 1)}, {}};
    };
    for (std::size_t i = 0; i < text.size();) {
        if (i - line_start > max_line)
            return fail(i, "the line is longer than " + std::to_string(max_line) + " bytes", errc::too_large);
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '\n') {
            ++line;
            line_start = ++i;
            in_indent = true;
            continue;
        }
        if (c == '\r') {
            if (i + 1 >= text.size() || text[i + 1] != '\n')
                return fail(i, "found a carriage return without a line feed; expected LF or CR LF line ends");
        } else if (c == '\t') {
            if (in_indent && !json) return fail(i, "found a tab in the indentation; expected spaces");
        } else if (c == 0) {
            return fail(i, "found a NUL byte; expected text in UTF-8");
        } else if (c < 0x20U || c == 0x7FU) {
            return fail(i, "found the control character " + hex(c) + "; expected text in UTF-8");
        } else if (c == '%' && i == line_start) {
            return fail(i, "found a directive ('%' at the start of a line); directives are not allowed");
        } else if (c >= 0x80U) {
            const std::size_t n = utf8_length(text, i);
            if (n == 0)
                return fail(i, "found the byte " + hex(c) + ", which is not UTF-8 here; expected UTF-8");
            in_indent = false;
            i += n;
            continue;
        } else if (c != ' ') {
            in_indent = false;
        }
        ++i;
    }
    return text;
}

} // namespace cudacompat::yaml_impl
