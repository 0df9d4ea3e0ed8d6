// A bound on flow collections ([..], {..}), before yaml-cpp sees them: its scanner keeps all tokens of the
// outermost one in memory, some seventy bytes for each byte of text.
//
// This is not a parser. It knows quotes, comments and block scalars well enough to count brackets; where it
// errs, in odd plain scalars, it errs by a few, and the tree builder has its own limit on depth.
#include "tree.hpp"

#include <cstddef>

namespace cudacompat::yaml_impl {
namespace {

constexpr std::size_t max_flow_bytes = 2U << 20U;
/// The exact limit is the tree builder's, which also knows the place; this one only bounds the work before it.
constexpr std::uint32_t generosity = 4;

class flow_meter {
public:
    flow_meter(std::string_view text, const std::string& file, const load_limits& limits)
        : text_(text), file_(file), limits_(limits) {}

    [[nodiscard]] result<bool> run() {
        while (at_ < text_.size()) {
            if (line_start_ == at_ && depth_ == 0 && skip_block_text()) continue;
            if (!step()) return failure_;
        }
        return true;
    }

private:
    [[nodiscard]] bool step() {
        const char c = text_[at_];
        if (c == '\n') {
            if (depth_ == 0) note_block_scalar();
            new_line();
            return true;
        }
        if (c == ' ' || c == '\t' || c == '\r') {
            after_space_ = true;
            ++at_;
            return true;
        }
        if (c == '#' && after_space_) {
            if (depth_ == 0) note_block_scalar();
            while (at_ < text_.size() && text_[at_] != '\n') ++at_;
            return true;
        }
        if ((c == '"' || c == '\'') && token_start_) {
            skip_quoted(c);
            token_start_ = after_space_ = false;
            return true;
        }
        if ((c == '[' || c == '{') && (depth_ > 0 || token_start_)) {
            if (depth_++ == 0) flow_at_ = {at_, line_, column()};
            if (depth_ > generosity * limits_.max_depth)
                return fail("nesting is deeper than " + std::to_string(limits_.max_depth) + " levels", line_,
                            column());
            token_start_ = true;
        } else if ((c == ']' || c == '}') && depth_ > 0) {
            --depth_;
            token_start_ = false;
        } else {
            // What follows a comma or a bracket, or one of ":-?" and a space, begins a token.
            const bool mark = c == ':' || c == '-' || c == '?';
            const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\n';
            const bool spaced = next == ' ' || next == '\t' || next == '\n' || next == '\r';
            token_start_ =
                (mark && spaced && (c == ':' || token_start_)) || (depth_ > 0 && (c == ',' || c == ':'));
        }
        if (depth_ > 0 && at_ - flow_at_.at > max_flow_bytes)
            return fail("this list or mapping in brackets is longer than " + std::to_string(max_flow_bytes) +
                            " bytes",
                        flow_at_.line, flow_at_.column);
        after_space_ = false;
        last_ = at_++;
        return true;
    }

    struct place {
        std::size_t at = 0;
        std::uint32_t line = 0, column = 0;
    };

    [[nodiscard]] std::uint32_t column() const noexcept {
        return static_cast<std::uint32_t>(at_ - line_start_ + 1);
    }
    [[nodiscard]] bool fail(std::string message, std::uint32_t line, std::uint32_t col) {
        failure_ = {errc::too_large, std::move(message), {file_, line, col}, {}};
        return false;
    }
    void new_line() noexcept {
        ++at_;
        ++line_;
        line_start_ = at_;
        token_start_ = after_space_ = true;
    }

    void skip_quoted(char quote) noexcept {
        for (++at_; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\n') {
                ++line_;
                line_start_ = at_ + 1;
            } else if (quote == '"' && c == '\\') {
                ++at_;
            } else if (c == quote) {
                if (quote == '\'' && at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
                    ++at_;
                    continue;
                }
                last_ = at_++;
                return;
            }
        }
    }

    /// At the end of a line: does it open a block scalar (| or > with indicators as its last token)?
    void note_block_scalar() noexcept {
        std::size_t i = last_;
        if (i < line_start_ || i >= text_.size()) return;
        while (i > line_start_ &&
               (text_[i] == '+' || text_[i] == '-' || (text_[i] >= '1' && text_[i] <= '9')))
            --i;
        if ((text_[i] != '|' && text_[i] != '>') || (i > line_start_ && text_[i - 1] != ' ')) return;
        block_indent_ = 0;
        for (std::size_t k = line_start_; k < i; ++k) { // "- - key: |" counts from the key
            if (text_[k] != ' ' && (text_[k] != '-' || text_[k + 1] != ' ')) break;
            ++block_indent_;
        }
        in_block_ = true;
    }

    /// At the start of a line: skips it when it belongs to a block scalar.
    [[nodiscard]] bool skip_block_text() noexcept {
        if (!in_block_) return false;
        std::size_t i = at_;
        while (i < text_.size() && text_[i] == ' ') ++i;
        const bool blank = i == text_.size() || text_[i] == '\n' || text_[i] == '\r';
        if (!blank && i - at_ <= block_indent_) {
            in_block_ = false;
            return false;
        }
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        if (at_ < text_.size()) new_line();
        return true;
    }

    std::string_view text_;
    const std::string& file_;
    const load_limits& limits_;
    cudacompat::error failure_;
    std::size_t at_ = 0, line_start_ = 0, last_ = 0, block_indent_ = 0;
    std::uint32_t line_ = 1, depth_ = 0;
    place flow_at_;
    bool token_start_ = true, after_space_ = true, in_block_ = false;
};

} // namespace

result<bool> check_flow(std::string_view text, const std::string& file, const load_limits& limits) {
    return flow_meter(text, file, limits).run();
}

} // namespace cudacompat::yaml_impl
