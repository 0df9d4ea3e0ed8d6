// Lines and columns of text for people.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::detail {

/// Breaks at spaces (after a comma too) so that no line is longer than width, unless one word is.
[[nodiscard]] inline std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    std::vector<std::string> out;
    while (text.size() > width) {
        std::size_t cut = text.rfind(' ', width);
        if (cut == std::string_view::npos || cut == 0) cut = text.find(' ', width);
        if (cut == std::string_view::npos) break;
        out.emplace_back(text.substr(0, cut));
        text.remove_prefix(cut + 1);
    }
    out.emplace_back(text);
    return out;
}

inline void put_wrapped(std::string& out, std::string_view first_indent, std::string_view indent,
                        std::string_view text, std::size_t width) {
    bool first = true;
    for (const std::string& line : wrap(text, width - indent.size())) {
        out += first ? first_indent : indent;
        out += line;
        out += '\n';
        first = false;
    }
}

/// Columns of text; the widest are narrowed and wrapped until the whole fits.
class text_table {
public:
    explicit text_table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const noexcept { return rows_.size() < 2; }

    [[nodiscard]] std::string print(std::size_t width, bool colour) const {
        const std::size_t columns = rows_[0].size();
        std::vector<std::size_t> wide(columns, 0);
        for (const auto& r : rows_)
            for (std::size_t c = 0; c < columns; ++c) wide[c] = std::max(wide[c], r[c].size());
        const auto total = [&] {
            std::size_t sum = 2 * (columns - 1);
            for (const std::size_t w : wide) sum += w;
            return sum;
        };
        while (total() > width) {
            const auto widest = std::max_element(wide.begin(), wide.end());
            if (*widest <= 12) break;
            --*widest;
        }
        std::string out;
        for (std::size_t r = 0; r < rows_.size(); ++r) {
            std::vector<std::vector<std::string>> cells;
            std::size_t lines = 1;
            for (std::size_t c = 0; c < columns; ++c) {
                cells.push_back(wrap(rows_[r][c], wide[c]));
                lines = std::max(lines, cells.back().size());
            }
            for (std::size_t l = 0; l < lines; ++l) {
                std::string line;
                for (std::size_t c = 0; c < columns; ++c) {
                    const std::string cell = l < cells[c].size() ? cells[c][l] : std::string{};
                    line += cell;
                    if (c + 1 < columns)
                        line.append(wide[c] + 2 > cell.size() ? wide[c] + 2 - cell.size() : 1, ' ');
                }
                while (!line.empty() && line.back() == ' ') line.pop_back();
                if (r == 0 && colour) line = "\x1b[1m" + line + "\x1b[0m";
                out += line + "\n";
            }
        }
        return out;
    }

private:
    std::vector<std::vector<std::string>> rows_;
};

} // namespace cudacompat::detail
