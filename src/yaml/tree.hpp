// A small tree of YAML nodes, each with line and column: what the record readers see of a file.
//
// Nodes lie in one array and texts in one string; a tree of n nodes costs 32 n bytes plus its texts.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/yaml.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::yaml_impl {

enum class node_kind : std::uint8_t { null, scalar, list, map };

struct node {
    static constexpr std::uint32_t none = 0xFFFFFFFFU;

    node_kind kind = node_kind::null;
    bool quoted = false; ///< in quotes or a block scalar: text for certain
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t text_begin = 0;
    std::uint32_t text_size = 0;
    std::uint32_t first_child = none; ///< of a map: key, value, key, value, ...
    std::uint32_t next = none;        ///< following sibling
};

class node_ref;

class tree {
public:
    [[nodiscard]] node_ref root() const noexcept; ///< false when the file holds no document

    std::vector<node> nodes;
    std::string texts;
};

/// A node of a tree, or nothing. Cheap to copy; does not own the tree.
class node_ref {
public:
    node_ref() = default;
    node_ref(const tree& owner, std::uint32_t index) noexcept : owner_(&owner), index_(index) {}

    [[nodiscard]] explicit operator bool() const noexcept {
        return owner_ != nullptr && index_ != node::none;
    }
    [[nodiscard]] const node& get() const noexcept { return owner_->nodes[index_]; }
    [[nodiscard]] node_kind kind() const noexcept { return get().kind; }
    [[nodiscard]] bool is_map() const noexcept { return kind() == node_kind::map; }
    [[nodiscard]] bool is_list() const noexcept { return kind() == node_kind::list; }
    [[nodiscard]] bool is_scalar() const noexcept { return kind() == node_kind::scalar; }
    [[nodiscard]] bool quoted() const noexcept { return get().quoted; }
    [[nodiscard]] std::string_view text() const noexcept {
        return std::string_view(owner_->texts).substr(get().text_begin, get().text_size);
    }
    [[nodiscard]] node_ref first() const noexcept { return {*owner_, get().first_child}; }
    [[nodiscard]] node_ref next() const noexcept { return {*owner_, get().next}; }

    /// Value of a key of a map, or nothing.
    [[nodiscard]] node_ref find(std::string_view key) const noexcept {
        if (!is_map()) return {};
        for (node_ref k = first(); k; k = k.next().next())
            if (k.text() == key) return k.next();
        return {};
    }

private:
    const tree* owner_ = nullptr;
    std::uint32_t index_ = node::none;
};

inline node_ref tree::root() const noexcept { return {*this, nodes.empty() ? node::none : 0U}; }

/// What is left of the limits that hold for all files of a load together.
struct budget {
    std::uint64_t bytes = 0;
    std::uint32_t nodes = 0;
};

/// Refuses what no reader should have to think about: NUL and control bytes, malformed UTF-8, tabs in the
/// indentation of block style, directives. Returns the text without a byte order mark.
[[nodiscard]] result<std::string_view> scan_text(std::string_view text, const std::string& file);

/// Refuses flow collections that are nested too deep or are too long. True, or the error.
[[nodiscard]] result<bool> check_flow(std::string_view text, const std::string& file,
                                      const load_limits& limits);

/// One document without aliases, anchors, tags, merge keys or duplicate keys; an empty tree for no document.
[[nodiscard]] result<tree> parse_tree(std::string_view raw, const std::string& file,
                                      const load_limits& limits, budget& left);

} // namespace cudacompat::yaml_impl
