// Domains and the trail of what was taken from them, by whom and when.
//
// Invariants: dom(x) | everything removed from x on the trail = all values of x. The entries of one
// variable form a chain, latest first. Entries of level 0 hold for the whole query.
#pragma once

#include <cudacompat/decide/detail/data.hpp>

#include <cstdint>
#include <vector>

namespace cudacompat::detail {

/// Who shrank a domain.
enum class why : std::uint32_t {
    decision,    ///< index unused
    table_p,     ///< a table took values from its p
    table_q,     ///< a table took values from its q
    clause,      ///< all other terms of a clause are false
    unary,       ///< facts about this variable alone
    restriction, ///< what the query says of this variable; index into the query
};
struct reason_ref {
    why kind = why::decision;
    std::uint32_t index = 0;
};
struct trail_entry {
    var_id var = 0;
    std::uint32_t before = none; ///< previous entry of this variable
    std::uint32_t removed = 0;   ///< first word in trail_state::removed
    std::uint32_t level = 0;
    reason_ref reason;
};

class trail_state {
public:
    explicit trail_state(const problem_data& d)
        : data_(&d), dom_(d.word_at.back()), last_(d.variables(), none) {
        for (var_id v = 0; v < d.variables(); ++v) fill(dom_.data() + d.word_at[v], d.size[v]);
        trail_.reserve(256);
        removed_.reserve(256);
    }

    [[nodiscard]] const word* dom(var_id x) const noexcept { return dom_.data() + data_->word_at[x]; }
    [[nodiscard]] std::uint32_t words(var_id x) const noexcept { return data_->words(x); }
    [[nodiscard]] std::uint32_t size(var_id x) const noexcept { return data_->size[x]; }
    [[nodiscard]] bool single(var_id x) const noexcept { return is_single(dom(x), words(x)); }
    [[nodiscard]] std::uint32_t lowest(var_id x) const noexcept { return next(dom(x), 0, size(x)); }
    [[nodiscard]] std::uint32_t level() const noexcept {
        return static_cast<std::uint32_t>(level_at_.size());
    }
    [[nodiscard]] std::uint32_t trail_size() const noexcept {
        return static_cast<std::uint32_t>(trail_.size());
    }
    [[nodiscard]] std::uint32_t level_start(std::uint32_t level) const noexcept {
        return level == 0 ? 0 : level_at_[level - 1];
    }
    [[nodiscard]] const word* removed_by(const trail_entry& e) const noexcept {
        return removed_.data() + e.removed;
    }

    /// Latest entry of x before `end` that took one of `set`, starting the walk at `from`.
    [[nodiscard]] std::uint32_t latest_taker(std::uint32_t from, std::uint32_t end, const word* set,
                                             std::uint32_t n) const noexcept {
        while (from != none && (from >= end || !meet(removed_by(trail_[from]), set, n)))
            from = trail_[from].before;
        return from;
    }

protected:
    enum class change : std::uint32_t { nothing, some, emptied };

    /// dom(x) &= keep. An emptied domain stays on the trail: conflict analysis starts at that entry.
    change shrink(var_id x, const word* keep, reason_ref reason) {
        word* d = dom_.data() + data_->word_at[x];
        const std::uint32_t n = words(x);
        if (n == 1) {
            const word gone = d[0] & ~keep[0];
            if (gone == 0) return change::nothing;
            note(x, reason);
            removed_.push_back(gone);
            d[0] &= keep[0];
            return d[0] == 0 ? change::emptied : change::some;
        }
        if (within(d, keep, n)) return change::nothing;
        note(x, reason);
        word left = 0;
        for (std::uint32_t i = 0; i < n; ++i) {
            removed_.push_back(d[i] & ~keep[i]);
            d[i] &= keep[i];
            left |= d[i];
        }
        return left == 0 ? change::emptied : change::some;
    }
    void new_level() { level_at_.push_back(trail_size()); }
    void undo_to(std::uint32_t mark) noexcept {
        while (trail_.size() > mark) {
            const trail_entry& e = trail_.back();
            word* d = dom_.data() + data_->word_at[e.var];
            const std::uint32_t n = words(e.var);
            for (std::uint32_t i = 0; i < n; ++i) d[i] |= removed_[e.removed + i];
            last_[e.var] = e.before;
            removed_.resize(e.removed);
            trail_.pop_back();
        }
    }
    void undo_level(std::uint32_t level) noexcept {
        undo_to(level_at_[level]);
        level_at_.resize(level);
    }

    const problem_data* data_;
    std::vector<word> dom_;
    std::vector<std::uint32_t> last_; ///< latest entry of each variable
    std::vector<trail_entry> trail_;
    std::vector<word> removed_;
    std::vector<std::uint32_t> level_at_; ///< trail size when level i + 1 began

private:
    void note(var_id x, reason_ref reason) {
        trail_.push_back({x, last_[x], static_cast<std::uint32_t>(removed_.size()), level(), reason});
        last_[x] = trail_size() - 1;
    }
};

} // namespace cudacompat::detail
