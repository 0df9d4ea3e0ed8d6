// yaml-cpp's events into a tree. This file is the only one that includes yaml-cpp.
#include "tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace cudacompat::yaml_impl {
namespace {

/// Ends the parse from inside a callback; never leaves parse_tree.
struct refusal {
    cudacompat::error what;
};

class builder final : public YAML::EventHandler {
public:
    builder(std::string_view text, const std::string& file, const load_limits& limits, budget& left,
            tree& out)
        : text_(text), file_(file), limits_(limits), left_(left), out_(out) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) refuse(mark, "found a second document; expected one document in a file");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        check_plain(mark, "?", anchor);
        if (expects_key()) refuse(mark, "found an empty key; expected a key name");
        // yaml-cpp marks a missing value where the next token stands: take the key, or the list.
        node n;
        n.kind = node_kind::null;
        if (!open_.empty()) {
            const frame& top = open_.back();
            const node& near = out_.nodes[top.is_map ? top.last : top.index];
            n.line = near.line;
            n.column = near.column;
        } else {
            set_place(n, mark);
        }
        append(n, mark);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "found an alias ('*name'); aliases are not allowed, write the value out");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_plain(mark, tag, anchor);
        node n;
        n.kind = node_kind::scalar;
        n.quoted = tag == "!";
        const auto at = static_cast<std::size_t>(mark.pos);
        if (n.quoted && at < text_.size() && (text_[at] == '"' || text_[at] == '\'')) {
            last_quote_ = at;
            last_quote_place_ = region(mark);
        }
        set_place(n, mark);
        if (expects_key()) {
            if (!n.quoted && value == "<<")
                refuse(mark, "found a merge key ('<<'); merge keys are not allowed, write the keys out");
            if (value.empty()) refuse(mark, "found an empty key; expected a key name");
        }
        n.text_begin = static_cast<std::uint32_t>(out_.texts.size());
        n.text_size = static_cast<std::uint32_t>(value.size());
        out_.texts += value;
        append(n, mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, node_kind::list);
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, node_kind::map);
    }
    void OnMapEnd() override {
        check_duplicates(open_.back().index);
        open_.pop_back();
    }

    /// yaml-cpp takes the end of the file for the end of a quoted scalar. Only the last one can be open.
    [[nodiscard]] bool last_quote_is_closed() const noexcept {
        if (last_quote_ == std::string_view::npos) return true;
        const char quote = text_[last_quote_];
        for (std::size_t i = last_quote_ + 1; i < text_.size(); ++i) {
            if (quote == '"' && text_[i] == '\\') {
                ++i;
            } else if (text_[i] == quote) {
                if (quote == '"' || i + 1 == text_.size() || text_[i + 1] != quote) return true;
                ++i; // '' inside single quotes
            }
        }
        return false;
    }
    [[nodiscard]] const source_region& last_quote_place() const noexcept { return last_quote_place_; }

    /// Where the innermost list or mapping that is still open begins.
    [[nodiscard]] source_region innermost() const {
        if (open_.empty()) return {file_, 0, 0};
        const node& n = out_.nodes[open_.back().index];
        return {file_, n.line, n.column};
    }

private:
    struct frame {
        std::uint32_t index = 0;
        std::uint32_t last = node::none;
        bool is_map = false;
        bool key_next = true;
    };

    [[nodiscard]] bool expects_key() const noexcept {
        return !open_.empty() && open_.back().is_map && open_.back().key_next;
    }
    [[nodiscard]] source_region region(const YAML::Mark& mark) const {
        return {file_, static_cast<std::uint32_t>(mark.line + 1),
                static_cast<std::uint32_t>(mark.column + 1)};
    }
    static void set_place(node& n, const YAML::Mark& mark) noexcept {
        n.line = static_cast<std::uint32_t>(mark.line + 1);
        n.column = static_cast<std::uint32_t>(mark.column + 1);
    }
    [[noreturn]] void refuse(const YAML::Mark& mark, std::string message, errc code = errc::bad_data) const {
        throw refusal{{code, std::move(message), region(mark), {}}};
    }
    void check_plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
        if (anchor != 0)
            refuse(mark, "found an anchor ('&name'); anchors are not allowed, write the value out");
        const auto at = static_cast<std::size_t>(mark.pos);
        if ((tag != "?" && tag != "!" && !tag.empty()) ||
            (mark.pos >= 0 && at < text_.size() && text_[at] == '!'))
            refuse(mark, "found a tag ('!name'); tags are not allowed, quote the value if it is a text");
    }
    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, node_kind kind) {
        check_plain(mark, tag, anchor);
        if (expects_key())
            refuse(
                mark,
                "found a list or mapping as a key (or a bracket that is never closed); expected a key name");
        if (open_.size() >= limits_.max_depth)
            refuse(mark, "nesting is deeper than " + std::to_string(limits_.max_depth) + " levels",
                   errc::too_large);
        node n;
        n.kind = kind;
        set_place(n, mark);
        const std::uint32_t index = append(n, mark);
        frame f;
        f.index = index;
        f.is_map = kind == node_kind::map;
        open_.push_back(f);
    }
    std::uint32_t append(const node& n, const YAML::Mark& mark) {
        if (left_.nodes == 0)
            refuse(mark, "more than " + std::to_string(limits_.max_nodes) + " values in one load",
                   errc::too_large);
        --left_.nodes;
        const auto index = static_cast<std::uint32_t>(out_.nodes.size());
        out_.nodes.push_back(n);
        if (!open_.empty()) {
            frame& top = open_.back();
            if (top.last == node::none) out_.nodes[top.index].first_child = index;
            else out_.nodes[top.last].next = index;
            top.last = index;
            if (top.is_map) top.key_next = !top.key_next;
        }
        return index;
    }
    void check_duplicates(std::uint32_t map_index) const {
        const node_ref map(out_, map_index);
        std::unordered_map<std::string_view, std::uint32_t> seen;
        for (node_ref key = map.first(); key; key = key.next().next()) {
            const auto [place, is_new] = seen.emplace(key.text(), key.get().line);
            if (!is_new)
                throw refusal{{errc::bad_data,
                               "key '" + std::string(key.text()) + "' is given twice; the first is in line " +
                                   std::to_string(place->second),
                               {file_, key.get().line, key.get().column},
                               {}}};
        }
    }

    std::string_view text_;
    const std::string& file_;
    const load_limits& limits_;
    budget& left_;
    tree& out_;
    std::vector<frame> open_;
    int documents_ = 0;
    std::size_t last_quote_ = std::string_view::npos;
    source_region last_quote_place_;
};

} // namespace

result<tree> parse_tree(std::string_view raw, const std::string& file, const load_limits& limits,
                        budget& left) {
    const result<std::string_view> text = scan_text(raw, file);
    if (!text) return text.error();
    if (const result<bool> bounded = check_flow(*text, file, limits); !bounded) return bounded.error();
    tree out;
    builder build(*text, file, limits, left, out);
    try {
        std::istringstream in{std::string(*text)};
        YAML::Parser parser(in);
        while (parser.HandleNextDocument(build)) {}
        if (!build.last_quote_is_closed())
            return cudacompat::error{
                errc::bad_data, "not valid YAML: this quote is never closed", build.last_quote_place(), {}};
    } catch (const refusal& r) {
        return r.what;
    } catch (const YAML::Exception& e) {
        source_region where{file, 0, 0};
        if (!e.mark.is_null()) {
            where.line = static_cast<std::uint32_t>(e.mark.line + 1);
            where.column = static_cast<std::uint32_t>(e.mark.column + 1);
        }
        std::string message = "not valid YAML: " + e.msg;
        if (e.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW || e.msg == YAML::ErrorMsg::END_OF_MAP_FLOW) {
            // yaml-cpp reports these at 1:1.
            if (build.innermost().line != 0) where = build.innermost();
            message = e.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW ? "not valid YAML: this '[' is never closed"
                                                               : "not valid YAML: this '{' is never closed";
        } else if (e.msg == YAML::ErrorMsg::END_OF_MAP || e.msg == YAML::ErrorMsg::END_OF_SEQ) {
            message = "not valid YAML: unexpected text here; check the indentation and the quotes";
        } else if (e.msg == YAML::ErrorMsg::EOF_IN_SCALAR) {
            message = "not valid YAML: the file ends inside a quoted text";
        } else if (e.msg == YAML::ErrorMsg::ALIAS_NOT_FOUND) {
            message = "found an alias ('*'); aliases are not allowed, quote the value if it is a text";
        } else if (e.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
            message = "found an alias ('*name'); aliases are not allowed, write the value out";
        }
        return cudacompat::error{errc::bad_data, std::move(message), where, {}};
    } catch (const std::exception& e) {
        return cudacompat::error{
            errc::bad_data, std::string("not valid YAML: ") + e.what(), {file, 0, 0}, {}};
    }
    return out;
}

} // namespace cudacompat::yaml_impl
