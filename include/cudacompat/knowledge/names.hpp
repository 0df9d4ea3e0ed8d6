// Spellings: marketing names of GPUs, patterns of variants, the natural order of words with numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// Is `text` the whole of `pattern`, in which '*' stands for any characters?
[[nodiscard]] constexpr bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

/// Linux inside Windows. What holds there follows from the two systems, so it is told only where it is asked for.
[[nodiscard]] constexpr bool is_guest_platform(std::string_view platform) noexcept {
    return platform.starts_with("wsl2-");
}

/// Order in which numbers inside words count as numbers: sm_90 < sm_100, cu92 < cu118.
[[nodiscard]] constexpr bool natural_less(std::string_view a, std::string_view b) noexcept {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (digit(a[i]) && digit(b[j])) {
            while (i < a.size() && a[i] == '0') ++i;
            while (j < b.size() && b[j] == '0') ++j;
            std::size_t ie = i;
            std::size_t je = j;
            while (ie < a.size() && digit(a[ie])) ++ie;
            while (je < b.size() && digit(b[je])) ++je;
            if (ie - i != je - j) return ie - i < je - j;
            for (; i < ie; ++i, ++j)
                if (a[i] != b[j]) return a[i] < b[j];
        } else {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

/// Letters and digits of a product name in lower case, without the words that say nothing about the chip:
/// vendor, brand, memory size and board form ("NVIDIA A100-SXM4-80GB" and "a100" are one name). Where nothing
/// would be left, every word counts.
[[nodiscard]] inline std::string fold_product(std::string_view name) {
    std::vector<std::string> words;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    for (std::size_t i = 0; i < name.size();) {
        if (!alnum(lower(name[i]))) {
            ++i;
            continue;
        }
        std::string word;
        while (i < name.size() && alnum(lower(name[i]))) word += lower(name[i++]);
        words.push_back(std::move(word));
    }
    const auto noise = [](const std::string& w) {
        constexpr std::array<std::string_view, 13> plain{
            "nvidia", "geforce", "tesla",    "gpu",  "pcie",       "hbm2",   "hbm2e",
            "hbm3",   "hbm3e",   "graphics", "card", "generation", "edition"};
        if (std::find(plain.begin(), plain.end(), w) != plain.end()) return true;
        if (w.starts_with("sxm") && w.size() <= 4) return true;
        return w.size() > 2 && w.ends_with("gb") &&
               std::all_of(w.begin(), w.end() - 2, [](char c) { return c >= '0' && c <= '9'; });
    };
    std::string out;
    for (const std::string& w : words)
        if (!noise(w)) out += w;
    if (out.empty())
        for (const std::string& w : words) out += w;
    return out;
}

/// The folded name, and without a leading rtx, gtx, gt or quadro where a number follows ("4090").
[[nodiscard]] inline std::vector<std::string> product_spellings(std::string_view name) {
    std::vector<std::string> out{fold_product(name)};
    for (const std::string_view series : {"quadrortx", "quadro", "rtx", "gtx", "gt"}) {
        const std::string& full = out.front();
        if (full.size() > series.size() && full.starts_with(series) && full[series.size()] >= '0' &&
            full[series.size()] <= '9') {
            out.push_back(full.substr(series.size()));
            break;
        }
    }
    return out;
}

} // namespace cudacompat
