#include "record.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace cudacompat::yaml_impl {
namespace {

/// Optimal string alignment distance; words are short keys.
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

[[nodiscard]] std::string_view kind_name(node_kind kind) noexcept {
    switch (kind) {
    case node_kind::null: return "nothing";
    case node_kind::scalar: return "a text";
    case node_kind::list: return "a list";
    case node_kind::map: return "a mapping";
    }
    return "";
}

/// A value quoted in a message, cut to a readable length.
[[nodiscard]] std::string shown(std::string_view text) {
    constexpr std::size_t limit = 60;
    if (text.size() <= limit) return std::string(text);
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "...";
}

/// A plain scalar that no reading of YAML takes for anything but a text: a label, absent, unknown.
[[nodiscard]] bool is_word(std::string_view s) noexcept {
    const char c = s.front();
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return false;
    constexpr std::array<std::string_view, 7> booleans{"y",  "n",   "yes", "no",
                                                       "on", "off", "none"}; // of YAML 1.1, and Python's
    std::string lower(s.substr(0, 8));
    for (char& l : lower) l = static_cast<char>(std::tolower(static_cast<unsigned char>(l)));
    return !reads_as_bool(s) && std::find(booleans.begin(), booleans.end(), lower) == booleans.end();
}

[[nodiscard]] bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

} // namespace

std::vector<std::string> nearest(std::string_view word, std::span<const std::string_view> known) {
    if (word.size() > 64) return {};
    const std::size_t limit = word.size() <= 3 ? 1 : word.size() <= 7 ? 2 : 3;
    std::vector<std::pair<std::size_t, std::string_view>> found;
    for (const std::string_view candidate : known) {
        const std::size_t d = distance(word, candidate);
        if (d <= limit && d < candidate.size()) found.emplace_back(d, candidate);
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> out;
    for (const auto& [d, name] : found) {
        if (out.size() == 3 || d > found.front().first + 1) break;
        out.emplace_back(name);
    }
    return out;
}

bool reads_as_number(std::string_view s) noexcept {
    if (s == ".nan" || s == ".NaN" || s == ".NAN") return true;
    if (!s.empty() && (s.front() == '+' || s.front() == '-')) s.remove_prefix(1);
    if (s == ".inf" || s == ".Inf" || s == ".INF") return true;
    if (s.size() > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o'))
        return std::all_of(s.begin() + 2, s.end(), [&](char c) {
            return s[1] == 'o' ? c >= '0' && c <= '7' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
        });
    std::size_t i = 0, digits = 0;
    while (i < s.size() && is_digit(s[i])) ++i, ++digits;
    if (i < s.size() && s[i] == '.') {
        ++i;
        while (i < s.size() && is_digit(s[i])) ++i, ++digits;
    }
    if (digits == 0) return false;
    if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
        ++i;
        if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
        if (i == s.size()) return false;
        while (i < s.size() && is_digit(s[i])) ++i;
    }
    return i == s.size();
}

bool reads_as_bool(std::string_view s) noexcept {
    return s == "true" || s == "True" || s == "TRUE" || s == "false" || s == "False" || s == "FALSE";
}

std::string join(std::span<const std::string_view> words) {
    std::string out;
    for (const std::string_view w : words) {
        if (!out.empty()) out += ", ";
        out += w;
    }
    return out;
}

void sink::add(source_region where, std::string message, std::vector<std::string> suggestions) {
    add(error{errc::bad_data, std::move(message), std::move(where), std::move(suggestions)});
}

void sink::add(error e) {
    if (seen_.emplace(e.where.line, e.where.column, e.message).second) errors_.push_back(std::move(e));
}

std::vector<error> sink::take() {
    std::stable_sort(errors_.begin(), errors_.end(), [](const error& a, const error& b) {
        return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return std::move(errors_);
}

bool expect_kind(sink& errors, node_ref value, node_kind kind, std::string_view what) {
    if (value.kind() == kind) return true;
    if (value.kind() == node_kind::null) {
        errors.add(value, std::string(what) + " has no value; expected " + std::string(kind_name(kind)));
        return false;
    }
    errors.add(value, std::string(what) + " is " + std::string(kind_name(value.kind())) + "; expected " +
                          std::string(kind_name(kind)));
    return false;
}

bool read_text(sink& errors, node_ref value, std::string_view what, std::string& out) {
    if (!expect_kind(errors, value, node_kind::scalar, what)) return false;
    const std::string_view text = value.text();
    if (text.empty()) {
        errors.add(value, std::string(what) + " is empty; expected a text");
        return false;
    }
    if (!value.quoted() && (reads_as_number(text) || reads_as_bool(text))) {
        errors.add(value, std::string(what) + " is the " + (reads_as_bool(text) ? "boolean " : "number ") +
                              shown(text) + "; expected a text, write \"" + shown(text) + "\"");
        return false;
    }
    out = text;
    return true;
}

bool read_version(sink& errors, node_ref value, std::string_view what, std::string& out) {
    if (!expect_kind(errors, value, node_kind::scalar, what)) return false;
    const std::string_view text = value.text();
    if (text.find_first_not_of(' ') == std::string_view::npos) {
        errors.add(value, std::string(what) + " is empty; expected a version");
        return false;
    }
    if (!value.quoted() && !is_word(text)) {
        std::string message =
            std::string(what) + " is not quoted; versions are texts, write \"" + shown(text) + "\"";
        if (reads_as_number(text)) message += " (without quotes it is a number: 3.10 would be 3.1)";
        errors.add(value, std::move(message));
        return false;
    }
    out = text;
    return true;
}

bool read_flag(sink& errors, node_ref value, std::string_view what, bool& out) {
    if (!expect_kind(errors, value, node_kind::scalar, what)) return false;
    if (!value.quoted() && (value.text() == "true" || value.text() == "false")) {
        out = value.text() == "true";
        return true;
    }
    errors.add(value, std::string(what) + " is '" + shown(value.text()) + "'; expected true or false");
    return false;
}

record::record(sink& errors, node_ref value, std::string_view what, std::span<const std::string_view> keys,
               const record* fallback)
    : errors_(&errors),
      map_(value),
      what_(what),
      fallback_(fallback),
      valid_(expect_kind(errors, value, node_kind::map, what)) {
    if (!valid_) return;
    for (node_ref key = map_.first(); key; key = key.next().next()) {
        if (std::find(keys.begin(), keys.end(), key.text()) != keys.end()) continue;
        std::vector<std::string> close = nearest(key.text(), keys);
        std::string message = "unknown key '" + shown(key.text()) + "' in " + what_;
        if (close.empty()) message += "; its keys are: " + join(keys);
        errors.add(key, std::move(message), std::move(close));
    }
}

node_ref record::find(std::string_view key) const {
    if (!valid_) return {};
    const node_ref own = map_.find(key);
    return own || fallback_ == nullptr ? own : fallback_->find(key);
}

bool record::need(std::initializer_list<std::string_view> keys) const {
    bool all = valid_;
    for (const std::string_view key : keys)
        if (valid_ && !has(key)) {
            errors_->add(map_, what_ + " lacks the key " + quoted(key));
            all = false;
        }
    return all;
}

bool record::text(std::string_view key, std::string& out) const {
    const node_ref value = find(key);
    return value && read_text(*errors_, value, quoted(key), out);
}

bool record::version(std::string_view key, std::string& out) const {
    const node_ref value = find(key);
    return value && read_version(*errors_, value, quoted(key), out);
}

bool record::flag(std::string_view key, bool& out) const {
    const node_ref value = find(key);
    return value && read_flag(*errors_, value, quoted(key), out);
}

bool record::texts(std::string_view key, std::vector<std::string>& out) const {
    bool good = true;
    each(key, [&](node_ref item) {
        std::string text;
        if (read_text(*errors_, item, "an entry of " + quoted(key), text)) out.push_back(std::move(text));
        else good = false;
    });
    return good && has(key);
}

} // namespace cudacompat::yaml_impl
