// The text of a request item: NAME, NAME:SPEC or NAMESPEC. DESIGN §7.
//
// What the name and the spec mean is known when a knowledge base is at hand.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/decide/request_shape.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// One thing that is asked for.
struct request_item {
    std::string text; ///< as given
    std::string name; ///< lower case, '_' as '-'
    std::string spec; ///< empty: any version
    std::uint32_t name_column = 1;
    std::uint32_t spec_column = 0;
};

[[nodiscard]] inline result<request_item> parse_request(std::string_view text) {
    const detail::request_shape shape = detail::read_request_shape(text);
    if (shape.problem != nullptr) {
        error e;
        e.code = text.size() > max_request_bytes ? errc::too_large : errc::bad_request;
        e.where.column = static_cast<std::uint32_t>(shape.bad_at + 1);
        const std::string_view shown = text.substr(0, std::min<std::size_t>(text.size(), 60));
        bool printable = true;
        for (const char c : shown)
            printable =
                printable && static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
        e.message = text.empty() ? "empty request item" : "request item";
        if (!text.empty() && printable) {
            e.message += " '";
            e.message += shown;
            if (shown.size() < text.size()) e.message += "...";
            e.message += "'";
        }
        e.message += ": ";
        e.message += shape.problem;
        return e;
    }
    request_item item;
    item.text = text;
    for (std::size_t i = shape.name_first; i < shape.name_last; ++i) {
        const char c = text[i];
        item.name += c == '_' ? '-' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    }
    item.spec = text.substr(shape.spec_first, shape.spec_last - shape.spec_first);
    item.name_column = static_cast<std::uint32_t>(shape.name_first + 1);
    item.spec_column = static_cast<std::uint32_t>(shape.spec_first + 1);
    return item;
}

/// Number of single-character edits (insert, delete, replace, swap neighbours) that turn a into b.
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before, last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = last;
        last = now;
    }
    return last[b.size()];
}

} // namespace cudacompat
