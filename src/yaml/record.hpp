// Reading a mapping against a closed table of keys, collecting every error instead of stopping.
#pragma once

#include "tree.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace cudacompat::yaml_impl {

/// Up to three of `known` that are probably meant by `word`, nearest first (edit distance with swaps).
[[nodiscard]] std::vector<std::string> nearest(std::string_view word,
                                               std::span<const std::string_view> known);

/// True for a plain scalar that YAML 1.2 reads as a number or a boolean.
[[nodiscard]] bool reads_as_number(std::string_view s) noexcept;
[[nodiscard]] bool reads_as_bool(std::string_view s) noexcept;

/// "a, b, c".
[[nodiscard]] std::string join(std::span<const std::string_view> words);

/// Collects the errors of one file; a repeated error at one place counts once.
class sink {
public:
    explicit sink(std::string file) : file_(std::move(file)) {}

    void add(node_ref at, std::string message, std::vector<std::string> suggestions = {}) {
        add({file_, at ? at.get().line : 0U, at ? at.get().column : 0U}, std::move(message),
            std::move(suggestions));
    }
    void add(source_region where, std::string message, std::vector<std::string> suggestions = {});
    void add(error e);

    [[nodiscard]] source_region region(node_ref at) const { return {file_, at.get().line, at.get().column}; }
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    [[nodiscard]] const std::vector<error>& errors() const noexcept { return errors_; }
    /// In order of line and column.
    [[nodiscard]] std::vector<error> take();

private:
    std::string file_;
    std::vector<error> errors_;
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> seen_;
};

/// A text, or nothing after an error. `what` names the value in messages: "'title'".
[[nodiscard]] bool read_text(sink& errors, node_ref value, std::string_view what, std::string& out);
/// A version or version spec. Has to be quoted, unless it is a word (a label, absent, unknown), which no
/// reading of YAML takes for a number.
[[nodiscard]] bool read_version(sink& errors, node_ref value, std::string_view what, std::string& out);
/// true or false.
[[nodiscard]] bool read_flag(sink& errors, node_ref value, std::string_view what, bool& out);
/// Complains and returns false when the value is not of the kind.
[[nodiscard]] bool expect_kind(sink& errors, node_ref value, node_kind kind, std::string_view what);

/// A mapping whose keys come from a closed table. Keys that are not in it are errors, with suggestions.
class record {
public:
    /// `what` names the record in messages: "a fact". `fallback` gives the keys that the record lacks.
    record(sink& errors, node_ref value, std::string_view what, std::span<const std::string_view> keys,
           const record* fallback = nullptr);

    [[nodiscard]] bool valid() const noexcept { return valid_; }
    [[nodiscard]] node_ref self() const noexcept { return map_; }
    [[nodiscard]] source_region where() const { return errors_->region(map_); }
    /// The value of a key, of the fallback where the record has none.
    [[nodiscard]] node_ref find(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return static_cast<bool>(find(key)); }
    /// Complains once for each key that is missing.
    bool need(std::initializer_list<std::string_view> keys) const;

    bool text(std::string_view key, std::string& out) const;
    bool version(std::string_view key, std::string& out) const;
    bool flag(std::string_view key, bool& out) const;
    bool texts(std::string_view key, std::vector<std::string>& out) const;

    /// One word of a table of (word, value).
    template <class Value, std::size_t N>
    bool choice(std::string_view key, const std::pair<std::string_view, Value> (&table)[N],
                Value& out) const {
        const node_ref value = find(key);
        if (!value) return false;
        std::string word;
        if (!read_text(*errors_, value, quoted(key), word)) return false;
        std::vector<std::string_view> words;
        for (const auto& [name, meaning] : table) {
            if (name == word) {
                out = meaning;
                return true;
            }
            words.push_back(name);
        }
        errors_->add(value,
                     "'" + word + "' is no value of '" + std::string(key) +
                         "'; expected one of: " + join(words),
                     nearest(word, words));
        return false;
    }
    /// Calls read(node) for each entry of a list.
    template <class Read>
    void each(std::string_view key, Read read) const {
        const node_ref list = find(key);
        if (!list || !expect_kind(*errors_, list, node_kind::list, quoted(key))) return;
        for (node_ref item = list.first(); item; item = item.next()) read(item);
    }
    [[nodiscard]] sink& errors() const noexcept { return *errors_; }

private:
    [[nodiscard]] static std::string quoted(std::string_view key) { return "'" + std::string(key) + "'"; }

    sink* errors_;
    node_ref map_;
    std::string what_;
    const record* fallback_;
    bool valid_ = false;
};

} // namespace cudacompat::yaml_impl
