// A writer of JSON texts: nothing but punctuation, escapes and indentation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat {

namespace detail {

/// Length of the well-formed UTF-8 sequence (Unicode, table 3-7) at the start of s, or 0.
[[nodiscard]] constexpr std::size_t utf8_sequence(std::string_view s) noexcept {
    const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xc0U) == 0x80U; };
    const unsigned first = at(0);
    if (first >= 0xc2U && first <= 0xdfU) return tail(1) ? 2 : 0;
    if ((first & 0xf0U) == 0xe0U) {
        const bool overlong = first == 0xe0U && at(1) < 0xa0U;
        const bool surrogate = first == 0xedU && at(1) > 0x9fU;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0U && first <= 0xf4U) {
        const bool overlong = first == 0xf0U && at(1) < 0x90U;
        const bool beyond = first == 0xf4U && at(1) > 0x8fU;
        return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

} // namespace detail

/// Writes one JSON document. Bytes that are no UTF-8 become U+FFFD. Commas, line ends and indentation are its
/// matter; that objects get a key before each value is the caller's.
class json_writer {
public:
    explicit json_writer(std::size_t indent = 2) : indent_(indent) {}

    void open(char bracket) {
        before_value();
        out_ += bracket;
        levels_.push_back(0);
    }
    void close(char bracket) {
        const bool empty = levels_.back() == 0;
        levels_.pop_back();
        if (!empty) line();
        out_ += bracket;
    }
    void key(std::string_view name) {
        separate();
        quote(name);
        out_ += indent_ == 0 ? ":" : ": ";
        after_key_ = true;
    }
    void text(std::string_view value) {
        before_value();
        quote(value);
    }
    void boolean(bool value) { plain(value ? "true" : "false"); }
    void number(std::uint64_t value) { plain(std::to_string(value)); }
    void null() { plain("null"); }

    void member(std::string_view name, std::string_view value) {
        key(name);
        text(value);
    }
    void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
    void member(std::string_view name, bool value) {
        key(name);
        boolean(value);
    }
    void member(std::string_view name, std::uint64_t value) {
        key(name);
        number(value);
    }
    /// null where the text is empty.
    void member_or_null(std::string_view name, std::string_view value) {
        key(name);
        if (value.empty()) null();
        else text(value);
    }
    /// Nothing where the text is empty.
    void member_if(std::string_view name, std::string_view value) {
        if (!value.empty()) member(name, value);
    }
    template <class Texts>
    void member_list(std::string_view name, const Texts& values) {
        key(name);
        open('[');
        for (const auto& v : values) text(v);
        close(']');
    }

    /// The document, with a newline at its end.
    [[nodiscard]] std::string take() {
        out_ += '\n';
        return std::move(out_);
    }

private:
    void plain(std::string_view value) {
        before_value();
        out_ += value;
    }
    void before_value() {
        if (after_key_) after_key_ = false;
        else separate();
    }
    void separate() {
        if (levels_.empty()) return;
        if (levels_.back()++ != 0) out_ += ',';
        line();
    }
    void line() {
        if (indent_ == 0) return;
        out_ += '\n';
        out_.append(indent_ * levels_.size(), ' ');
    }
    void quote(std::string_view s) {
        out_ += '"';
        for (std::size_t i = 0; i < s.size();) {
            const auto c = static_cast<unsigned char>(s[i]);
            if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
                out_ += s[i++];
            } else if (c < 0x80) {
                escape(c);
                ++i;
            } else if (const std::size_t n = detail::utf8_sequence(s.substr(i)); n != 0) {
                out_ += s.substr(i, n);
                i += n;
            } else {
                out_ += "\xef\xbf\xbd";
                ++i;
            }
        }
        out_ += '"';
    }
    void escape(unsigned char c) {
        constexpr std::string_view digits = "0123456789abcdef";
        switch (c) {
        case '"': out_ += "\\\""; break;
        case '\\': out_ += "\\\\"; break;
        case '\n': out_ += "\\n"; break;
        case '\t': out_ += "\\t"; break;
        case '\r': out_ += "\\r"; break;
        default:
            out_ += "\\u00";
            out_ += digits[c >> 4U];
            out_ += digits[c & 15U];
        }
    }

    std::string out_;
    std::vector<std::size_t> levels_; // values written so far in each open bracket
    std::size_t indent_;
    bool after_key_ = false;
};

} // namespace cudacompat
