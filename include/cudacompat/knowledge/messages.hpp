// What people paste: an error code, a symbol, a message, a whole log. Found in the table of errors.
#pragma once

#include <cudacompat/knowledge/lookup.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat {

namespace detail {

[[nodiscard]] inline std::string folded(std::string_view s) {
    std::string out(s);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}
[[nodiscard]] constexpr bool is_word_byte(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
[[nodiscard]] inline std::optional<std::uint32_t> whole_number(std::string_view s) noexcept {
    if (s.empty() || s.size() > 9) return std::nullopt;
    std::uint32_t out = 0;
    for (const char c : s) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return out;
}
/// Words that ordinary programs say too: without an upper-case letter, short, and naming nothing of NVIDIA.
[[nodiscard]] inline bool is_common(std::string_view fragment) noexcept {
    if (fragment.size() >= 32) return false;
    for (const char c : fragment)
        if ((c >= 'A' && c <= 'Z') || c == '.' || c == '_') return false;
    for (const std::string_view own : {"cuda", "nccl", "kernel image"})
        if (fragment.find(own) != std::string_view::npos) return false;
    return true;
}

} // namespace detail

/// How a subject was found.
enum class found_by : std::uint8_t { nothing, id, code, symbol, message, part, code_in_text };
inline constexpr std::array<std::string_view, 7> found_by_names{
    "nothing", "id", "code", "symbol", "message", "part of a message", "code in a text"};

struct found_errors {
    found_by how = found_by::nothing;
    std::vector<std::uint32_t>
        errors; ///< indices in errors(): by layer where it is a number, else the best first
};

/// The entries that one subject means: an id, "803", "nvml:18", a symbol of either CUDA API, a message, or a part of one.
/// A number means something else in each layer: all of them, unless a layer is given. Letter case does not count.
[[nodiscard]] inline found_errors find_errors(const knowledge_base& kb, std::string_view subject,
                                              std::optional<error_layer> layer = std::nullopt) {
    const auto errors = kb.errors();
    while (!subject.empty() && static_cast<unsigned char>(subject.front()) <= ' ') subject.remove_prefix(1);
    while (!subject.empty() && static_cast<unsigned char>(subject.back()) <= ' ') subject.remove_suffix(1);
    std::string text = detail::folded(subject);
    if (const std::size_t at = text.find_first_of(": "); at != std::string::npos) { // LAYER:CODE, LAYER CODE
        std::string name = text.substr(0, at);
        std::replace(name.begin(), name.end(), '-', '_');
        if (name == "cuda") name = "cuda_runtime";
        const auto* const known = std::find(error_layer_names.begin(), error_layer_names.end(), name);
        const std::size_t rest = text.find_first_not_of(": ", at);
        if (known != error_layer_names.end() && rest != std::string::npos &&
            detail::whole_number(std::string_view(text).substr(rest))) {
            layer = static_cast<error_layer>(known - error_layer_names.begin());
            text.erase(0, rest);
        }
    }
    const auto fits = [&](const frozen::error& e) {
        return !layer || e.layer == static_cast<std::uint8_t>(*layer);
    };
    found_errors out;
    const auto collect = [&](found_by how, auto&& wanted) {
        if (!out.errors.empty()) return;
        for (std::uint32_t i = 0; i < errors.size(); ++i)
            if (fits(errors[i]) && wanted(errors[i])) out.errors.push_back(i);
        if (!out.errors.empty()) out.how = how;
    };
    if (text.empty()) return out;
    const auto by_code = [&](std::uint32_t code, found_by how) {
        if (layer) { // the CUDA runtime and the driver share their codes
            if (const std::uint32_t i = find_error(kb, *layer, code); i != frozen::none) out = {how, {i}};
        } else {
            collect(how, [&](const frozen::error& e) { return e.code == code && code != frozen::none; });
        }
    };
    collect(found_by::id, [&](const frozen::error& e) { return detail::folded(kb.str(e.id)) == text; });
    if (const auto code = detail::whole_number(text)) {
        by_code(*code, found_by::code);
        return out;
    }
    collect(found_by::symbol, [&](const frozen::error& e) {
        return detail::folded(kb.str(e.name)) == text || detail::folded(kb.str(e.driver_name)) == text;
    });
    if (!out.errors.empty()) return out;

    std::vector<std::pair<std::size_t, std::uint32_t>> told; // the longest fragment or symbol in it
    for (std::uint32_t i = 0; i < errors.size(); ++i) {
        if (!fits(errors[i])) continue;
        std::size_t longest = 0;
        for (const frozen::text t : kb.texts(errors[i].texts))
            if (const std::string fragment = detail::folded(kb.str(t));
                fragment.size() > longest && text.find(fragment) != std::string::npos)
                longest = fragment.size();
        for (const frozen::text t : {errors[i].name, errors[i].driver_name})
            if (const std::string symbol = detail::folded(kb.str(t)); symbol.size() > longest) {
                const std::size_t at = text.find(symbol);
                if (at != std::string::npos &&
                    (at + symbol.size() == text.size() || !detail::is_word_byte(text[at + symbol.size()])))
                    longest = symbol.size();
            }
        if (longest != 0) told.emplace_back(longest, i);
    }
    std::stable_sort(told.begin(), told.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [length, i] : told) out.errors.push_back(i);
    if (!out.errors.empty()) {
        out.how = found_by::message;
        return out;
    }
    if (text.size() >= 6)
        collect(found_by::part, [&](const frozen::error& e) {
            for (const frozen::text t : kb.texts(e.texts))
                if (detail::folded(kb.str(t)).find(text) != std::string::npos) return true;
            return false;
        });
    if (!out.errors.empty()) return out;
    for (const std::string_view word :
         {"error", "code", "status", "failure", "returned"}) { // "CUDA error 803"
        for (std::size_t at = text.find(word); at != std::string::npos && out.errors.empty();
             at = text.find(word, at + 1)) {
            std::size_t first = text.find_first_not_of(" :=#(", at + word.size());
            if (first == std::string::npos) continue;
            std::size_t last = first;
            while (last < text.size() && text[last] >= '0' && text[last] <= '9') ++last;
            if (!layer) // the line says whose code it is
                for (std::size_t l = 0; l < error_layer_names.size(); ++l)
                    if (text.find(error_layer_names[l]) != std::string::npos)
                        layer = static_cast<error_layer>(l);
            if (!layer &&
                (text.find("cuda") != std::string::npos || text.find("cuinit") != std::string::npos))
                layer = error_layer::cuda_runtime;
            if (const auto code = detail::whole_number(std::string_view(text).substr(first, last - first)))
                by_code(*code, found_by::code_in_text);
        }
        if (!out.errors.empty()) break;
    }
    return out;
}

/// One entry of the table in a log.
struct log_message {
    std::uint32_t error = 0;
    std::size_t first = 0;          ///< byte where its best fragment begins, first time
    std::size_t length = 0;         ///< of that fragment
    std::vector<std::size_t> lines; ///< from 1, ascending, each once
};

/// Every known message and symbol in the text, byte for byte. Those that tell of versions first, then those that may, then
/// the rest; among equals the longest fragment, then the first line. What lies inside a longer match of another entry is left
/// out, and so are everyday words ("invalid argument") on lines that speak of nothing of NVIDIA's nor of a framework.
[[nodiscard]] inline std::vector<log_message> messages_in(const knowledge_base& kb, std::string_view text) {
    struct fragment {
        std::string_view text;
        std::uint32_t error;
        bool symbol;
        bool common;
    };
    std::array<std::vector<fragment>, 256> by_byte;
    const auto add = [&](std::string_view t, std::uint32_t error, bool symbol) {
        if (t.size() >= 2)
            by_byte[static_cast<unsigned char>(t[0])].push_back(
                {t, error, symbol, !symbol && detail::is_common(t)});
    };
    for (std::uint32_t i = 0; i < kb.errors().size(); ++i) {
        const frozen::error& e = kb.errors()[i];
        for (const frozen::text t : kb.texts(e.texts)) add(kb.str(t), i, false);
        for (const frozen::text t : {e.name, e.driver_name}) add(kb.str(t), i, true);
    }
    const auto speaks_of_nvidia = [](std::string_view line) {
        const std::string low = detail::folded(line.substr(0, 4096));
        for (const std::string_view word :
             {"cuda", "nvidia", "nvrm", "nvml", "nccl", "cudnn", "cublas", "tensorrt", "ptx", "gpu",
              "curesult", "cuinit", "torch", "tensorflow", "jax"})
            if (low.find(word) != std::string::npos) return true;
        return false;
    };
    struct match {
        std::size_t first, length, line;
        std::uint32_t error;
    };
    std::vector<match> found;
    std::size_t line = 1;
    std::size_t line_first = 0;
    std::size_t from = 0; // matches of this line
    const auto end_line = [&](std::size_t end) {
        const auto begin = found.begin() + static_cast<std::ptrdiff_t>(from);
        const std::vector<match> here(begin, found.end());
        found.erase(std::remove_if(begin, found.end(),
                                   [&](const match& m) {
                                       return std::any_of(here.begin(), here.end(), [&](const match& o) {
                                           return o.error != m.error && o.length > m.length &&
                                                  o.first <= m.first &&
                                                  o.first + o.length >= m.first + m.length;
                                       });
                                   }),
                    found.end());
        from = found.size();
        line_first = end + 1;
        ++line;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\n') {
            end_line(at);
            continue;
        }
        for (const fragment& f : by_byte[static_cast<unsigned char>(text[at])]) {
            if (at + f.text.size() > text.size() || text[at + 1] != f.text[1] ||
                text.substr(at, f.text.size()) != f.text)
                continue;
            const std::size_t after = at + f.text.size();
            if (f.symbol && ((at > 0 && detail::is_word_byte(text[at - 1])) ||
                             (after < text.size() && detail::is_word_byte(text[after]))))
                continue;
            if (f.common) {
                const std::size_t end = std::min(text.find('\n', at), text.size());
                if (!speaks_of_nvidia(text.substr(line_first, end - line_first))) continue;
            }
            found.push_back({at, f.text.size(), line, f.error});
        }
    }
    end_line(text.size());

    std::vector<log_message> out;
    for (const match& m : found) {
        auto it =
            std::find_if(out.begin(), out.end(), [&](const log_message& o) { return o.error == m.error; });
        if (it == out.end()) it = out.insert(out.end(), {m.error, m.first, m.length, {}});
        if (m.length > it->length) {
            it->first = m.first;
            it->length = m.length;
        }
        if (it->lines.empty() || it->lines.back() != m.line) it->lines.push_back(m.line);
    }
    const auto weight = [&](const log_message& m) {
        constexpr std::array<int, 3> order{0, 2, 1}; // yes, no, maybe
        return order[kb.errors()[m.error].versions];
    };
    std::stable_sort(out.begin(), out.end(), [&](const log_message& a, const log_message& b) {
        if (weight(a) != weight(b)) return weight(a) < weight(b);
        return a.length != b.length ? a.length > b.length : a.first < b.first;
    });
    return out;
}

/// Entries that share rare words with the subject, or a neighbouring code; the nearest first, at most `most`.
[[nodiscard]] inline std::vector<std::uint32_t> errors_near(const knowledge_base& kb,
                                                            std::string_view subject, std::size_t most = 3) {
    const std::string text = detail::folded(subject.substr(0, 4096));
    std::vector<std::string> words;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && detail::is_word_byte(text[end])) ++end;
        std::string word = text.substr(i, end - i);
        if (word.size() >= 4 && words.size() < 64 &&
            std::find(words.begin(), words.end(), word) == words.end() && word != "error" && word != "cuda" &&
            word != "with" && word != "this")
            words.push_back(std::move(word));
        i = end + 1;
    }
    const auto code = detail::whole_number(text);
    std::vector<std::pair<std::size_t, std::uint32_t>> near; // distance
    for (std::uint32_t i = 0; i < kb.errors().size(); ++i) {
        const frozen::error& e = kb.errors()[i];
        if (code) {
            const std::uint32_t apart = e.code > *code ? e.code - *code : *code - e.code;
            if (e.code != frozen::none && apart <= 5) near.emplace_back(apart, i);
            continue;
        }
        std::string own = detail::folded(kb.str(e.says)) + " " + detail::folded(kb.str(e.name)) + " " +
                          detail::folded(kb.str(e.driver_name));
        for (const frozen::text t : kb.texts(e.texts)) own += " " + detail::folded(kb.str(t));
        std::size_t shared = 0;
        for (const std::string& w : words) shared += own.find(w) != std::string::npos ? w.size() : 0;
        if (shared >= 8 || (words.size() == 1 && shared != 0))
            near.emplace_back(1000 - std::min<std::size_t>(shared, 999), i);
    }
    std::stable_sort(near.begin(), near.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < near.size() && i < most; ++i) out.push_back(near[i].second);
    return out;
}

} // namespace cudacompat
