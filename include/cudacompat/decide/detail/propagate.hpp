// Propagation: two-way revision of tables and unit propagation over clauses, to a fixpoint.
//
// Lazy activation: a variable's tables are looked at once its domain changed or it was activated, so
// the work starts at the query's restrictions and spreads only where something is lost. The price is
// that a fixpoint says nothing of untouched variables; the search accepts an assignment only after it
// has verified it against every table.
//
// Clauses watch two values of two different terms. A watch sits in the list of its value and is looked
// at when that value is lost, as in a SAT solver; a term is false when no value of it is left.
#pragma once

#include <cudacompat/decide/detail/intervals.hpp>
#include <cudacompat/decide/detail/trail.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

class propagator : public trail_state {
public:
    explicit propagator(const problem_data& d)
        : trail_state(d),
          source_(d.variables(), idle),
          activated_(d.variables(), 0),
          narrowed_(d.variables(), 0),
          watch_head_(d.value_at.back(), none),
          watched_(d.word_at.back(), 0),
          intervals_(d.tables.size()) {
        std::uint32_t widest = 1;
        for (var_id v = 0; v < d.variables(); ++v) widest = std::max(widest, words(v));
        scratch_.resize(widest);
    }

    std::uint64_t revisions = 0;

protected:
    static constexpr std::uint32_t idle = none;        ///< source_: not queued
    static constexpr std::uint32_t several = none - 1; ///< source_: queued, more than one table is to blame

    struct term_ref {
        var_id var = 0;
        std::uint32_t at = 0; ///< first word in term_words_
    };
    struct clause_ref {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::uint32_t origin = 0;    ///< problem: clause index; query: clause index; learned: proof item
        std::uint32_t last_used = 0; ///< learned: number of the latest conflict that it was a reason in
    };

    /// Queues x so that all its tables are revised even if nothing was lost.
    void activate(var_id x) {
        activated_[x] = 1;
        touch(x, several);
    }
    /// dom(x) &= keep, queued; false when that empties it.
    bool narrow(var_id x, const word* keep, reason_ref reason, std::uint32_t source) {
        switch (shrink(x, keep, reason)) {
        case change::nothing: return true;
        case change::emptied: return false;
        case change::some: break;
        }
        activated_[x] = 1;
        touch(x, source);
        return true;
    }
    /// False on a conflict: then the last entry of the trail emptied its domain.
    bool propagate() {
        for (;;) {
            if (!propagate_clauses()) return false;
            if (queue_head_ == queue_.size()) break;
            const var_id x = queue_[queue_head_++];
            const std::uint32_t from = source_[x];
            source_[x] = idle;
            const link* end = data_->links.data() + data_->link_at[x + 1];
            for (const link* l = data_->links.data() + data_->link_at[x]; l != end; ++l) {
                if (l->table == from || (!off_.empty() && off_[l->table] != 0)) continue;
                if (narrowed_[l->other] != 0 && activated_[l->other] == 0) activate(l->other);
                ++revisions;
                if (!revise(*l)) return false;
            }
        }
        queue_.clear();
        queue_head_ = 0;
        return true;
    }
    bool propagate_clauses() {
        while (clause_head_ < trail_size())
            if (!visit_watches(clause_head_++)) return false;
        return true;
    }
    void forget_queue() noexcept {
        for (std::size_t i = queue_head_; i < queue_.size(); ++i) source_[queue_[i]] = idle;
        queue_.clear();
        queue_head_ = 0;
    }
    void backjump(std::uint32_t to) noexcept {
        forget_queue();
        undo_level(to);
        clause_head_ = trail_size();
    }

    [[nodiscard]] const word* term_set(const term_ref& t) const noexcept { return term_words_.data() + t.at; }
    [[nodiscard]] bool term_false(const term_ref& t) const noexcept {
        return !meet(dom(t.var), term_set(t), words(t.var));
    }
    std::uint32_t add_term(var_id x, const word* set) {
        const auto at = static_cast<std::uint32_t>(term_words_.size());
        term_words_.insert(term_words_.end(), set, set + words(x));
        terms_.push_back({x, at});
        return at;
    }
    /// Puts watch k of clause c on a term, in the list of one of its values.
    void watch(std::uint32_t node, std::uint32_t term, std::uint32_t value) noexcept {
        watch_term_[node] = term;
        const var_id x = terms_[term].var;
        watch_value_[node] = data_->value_at[x] + value;
        watched_[data_->word_at[x] + value / word_bits] |= word{1} << (value % word_bits);
        std::uint32_t& head = watch_head_[watch_value_[node]];
        watch_next_[node] = head;
        head = node;
    }
    void reserve_watches() {
        watch_next_.resize(clauses_.size() * 2, none);
        watch_term_.resize(clauses_.size() * 2, none);
        watch_value_.resize(clauses_.size() * 2, none);
    }
    /// Watches clause c under the present domains; false on a conflict. Its unit consequence is drawn.
    bool attach(std::uint32_t c) {
        reserve_watches();
        const clause_ref& k = clauses_[c];
        std::uint32_t good[2] = {none, none};
        std::uint32_t found = 0;
        for (std::uint32_t t = k.first; t < k.last && found < 2; ++t)
            if (!term_false(terms_[t])) good[found++] = t;
        for (std::uint32_t i = 0; i < 2 && k.last - k.first > 1; ++i) { // one term alone needs no watch
            std::uint32_t t = good[i];
            if (t == none) // a false term keeps the place; it comes back only together with the level below
                for (std::uint32_t u = k.first; u < k.last; ++u)
                    if (u != good[0] && (i == 0 || u != watch_term_[std::size_t{2} * c])) t = u;
            const term_ref& r = terms_[t];
            const word* set = term_set(r);
            std::uint32_t v = next(set, 0, size(r.var));
            for (std::uint32_t w = v; w < size(r.var); w = next(set, w + 1, size(r.var)))
                if (has(dom(r.var), w)) {
                    v = w;
                    break;
                }
            watch(2 * c + i, t, v);
        }
        if (found >= 2) return true;
        const term_ref& r = terms_[found == 1 ? good[0] : k.first];
        return narrow(r.var, term_set(r), {why::clause, c}, several);
    }
    /// Drops all clauses from `kept` on; the others keep their watches.
    void drop_clauses(std::uint32_t kept) {
        if (clauses_.size() == kept) return;
        for (const std::uint32_t value : watch_value_)
            if (value != none) watch_head_[value] = none;
        const std::uint32_t first = kept < clauses_.size() ? clauses_[kept].first : 0;
        const std::uint32_t first_word =
            first < terms_.size() ? terms_[first].at : static_cast<std::uint32_t>(term_words_.size());
        clauses_.resize(kept);
        terms_.resize(first);
        term_words_.resize(first_word);
        watch_next_.resize(std::size_t{kept} * 2);
        watch_term_.resize(std::size_t{kept} * 2);
        watch_value_.resize(std::size_t{kept} * 2);
        for (std::uint32_t node = 0; node < watch_term_.size(); ++node) {
            if (watch_value_[node] == none) continue;
            std::uint32_t& head = watch_head_[watch_value_[node]];
            watch_next_[node] = head;
            head = node;
        }
    }

    cause_filter keep_ = nullptr; ///< causes that count (sub-problems only)
    std::vector<char> off_;       ///< tables that do not count (sub-problems only); empty: all count
    std::vector<std::uint32_t> source_;
    std::vector<char> activated_;
    std::vector<char> narrowed_; ///< facts about this variable alone have taken values before the query
    std::vector<var_id> queue_;
    std::size_t queue_head_ = 0;
    std::uint32_t clause_head_ = 0; ///< entries below were shown to the clauses

    std::vector<term_ref> terms_;
    std::vector<word> term_words_;
    std::vector<clause_ref> clauses_;
    std::vector<std::uint32_t> watch_head_; ///< by value
    std::vector<word> watched_;             ///< by value, a bit: its list may have entries
    std::vector<std::uint32_t> watch_next_; ///< two nodes a clause
    std::vector<std::uint32_t> watch_term_;
    std::vector<std::uint32_t> watch_value_; ///< whose list a node is in
    interval_cache intervals_;

private:
    void touch(var_id x, std::uint32_t source) {
        if (source_[x] == idle) {
            source_[x] = source;
            queue_.push_back(x);
        } else if (source_[x] != source) {
            source_[x] = several;
        }
    }

    bool visit_watches(std::uint32_t entry) {
        const trail_entry e = trail_[entry];
        const std::uint32_t n = words(e.var);
        std::uint32_t* heads = watch_head_.data() + data_->value_at[e.var];
        word* watched = watched_.data() + data_->word_at[e.var];
        for (std::uint32_t w = 0; w < n; ++w)
            for (word gone = removed_[e.removed + w] & watched[w]; gone != 0; gone &= gone - 1) {
                const std::uint32_t v = w * word_bits + static_cast<std::uint32_t>(std::countr_zero(gone));
                if (heads[v] != none && !visit_list(heads[v])) return false;
                if (heads[v] == none) watched[w] &= ~(gone & (~gone + 1));
            }
        return true;
    }
    /// Moves each watch of a lost value on: to another value of its term, to another term, or, when the
    /// clause is unit, leaves it and draws the consequence.
    bool visit_list(std::uint32_t& head) {
        std::uint32_t* at = &head;
        while (*at != none) {
            const std::uint32_t node = *at;
            const std::uint32_t own = watch_term_[node];
            const std::uint32_t other = watch_term_[node ^ 1U];
            std::uint32_t value = living(terms_[own]);
            std::uint32_t term = own;
            if (value == none) {
                const clause_ref& k = clauses_[node >> 1U];
                for (term = k.first; term < k.last; ++term)
                    if (term != own && term != other && (value = living(terms_[term])) != none) break;
            }
            if (value == none) {
                const term_ref& r = terms_[other];
                at = &watch_next_[node];
                if (!narrow(r.var, term_set(r), {why::clause, node >> 1U}, several)) return false;
                continue;
            }
            *at = watch_next_[node];
            watch(node, term, value);
        }
        return true;
    }
    /// A value of the term that is still possible, or none.
    [[nodiscard]] std::uint32_t living(const term_ref& t) const noexcept {
        const word* a = dom(t.var);
        const word* b = term_set(t);
        for (std::uint32_t i = 0, n = words(t.var); i < n; ++i)
            if ((a[i] & b[i]) != 0)
                return i * word_bits + static_cast<std::uint32_t>(std::countr_zero(a[i] & b[i]));
        return none;
    }
    bool revise(const link& l) {
        const table& t = data_->tables[l.table];
        switch (t.kind) {
        case table_kind::dense: return revise_dense(t, l);
        case table_kind::ranges:
            return l.side == 0 ? ranges_forward(l.table, t) : ranges_backward(l.table, t);
        case table_kind::sets: return l.side == 0 ? sets_forward(l.table, t) : sets_backward(l.table, t);
        }
        return true;
    }
    bool revise_dense(const table& t, const link& l) {
        const bool from_p = l.side == 0;
        const word* partners = data_->masks.data() + t.at + (from_p ? 0 : data_->size[t.p]);
        const word wanted = *dom(l.other);
        word live = *dom(from_p ? t.p : t.q);
        word allowed = 0;
        for (; live != 0; live &= live - 1) {
            allowed |= partners[std::countr_zero(live)];
            if ((wanted & ~allowed) == 0) return true;
        }
        return narrow(l.other, &allowed, {from_p ? why::table_q : why::table_p, l.table}, l.table);
    }
    /// Calls see(block, living values of the block as bits, first value, whether all of it lives).
    /// Stops when see returns false.
    template <class F>
    bool each_block(const table& t, const interval_block* b, F&& see) const {
        const word* live = dom(t.p);
        const std::uint32_t n = size(t.p);
        for (std::uint32_t w = 0; w < words(t.p); ++w) {
            word rest = live[w];
            for (std::uint32_t base = w * word_bits; rest != 0; rest >>= block_size, base += block_size) {
                const word part = rest & 0xFFFFU;
                if (part != 0 &&
                    !see(b[base / block_size], part, base, part == below(std::min(n - base, block_size))))
                    return false;
            }
        }
        return true;
    }
    /// What the living values of p allow, as one growing interval while they overlap.
    bool ranges_forward(std::uint32_t id, const table& t) {
        const word* wanted = dom(t.q);
        const std::uint32_t wq = words(t.q);
        const interval_cache::view s = intervals_.of(*data_, id, keep_);
        const std::uint32_t lowest_wanted = next(wanted, 0, size(t.q));
        const std::uint32_t highest_wanted = largest(wanted, wq);
        std::fill(scratch_.begin(), scratch_.begin() + wq, word{0});
        std::uint32_t lo = 0;
        std::uint32_t hi = 0;
        const auto extend = [&](std::uint32_t first, std::uint32_t last) {
            if (first <= hi && last >= lo) {
                lo = hi == 0 || first < lo ? first : lo;
                hi = std::max(last, hi);
            } else {
                put_range(scratch_.data(), lo, hi);
                lo = first;
                hi = last;
            }
        };
        const bool open =
            each_block(t, s.blocks, [&](const interval_block& b, word part, std::uint32_t base, bool whole) {
                if (whole && b.joined != 0) {
                    extend(b.least_lo, b.greatest_hi);
                } else {
                    for (; part != 0; part &= part - 1) {
                        const interval i =
                            s.values[base + static_cast<std::uint32_t>(std::countr_zero(part))];
                        if (i.lo != i.hi) extend(i.lo, i.hi);
                    }
                }
                return lo > lowest_wanted || hi <= highest_wanted;
            });
        if (!open) return true;
        put_range(scratch_.data(), lo, hi);
        return narrow(t.q, scratch_.data(), {why::table_q, id}, id);
    }
    /// Values of p whose interval holds nothing of dom(q) go. A block goes through as a whole if its common
    /// part holds something, or if dom(q) is an interval and every one of the block meets it.
    bool ranges_backward(std::uint32_t id, const table& t) {
        const word* held = dom(t.q);
        const interval_cache::view s = intervals_.of(*data_, id, keep_);
        const std::uint32_t lo = next(held, 0, size(t.q));
        const std::uint32_t hi = largest(held, words(t.q)) + 1;
        const bool solid = next_gap(held, lo, size(t.q)) >= hi;
        bool lost = false;
        each_block(t, s.blocks, [&](const interval_block& b, word part, std::uint32_t base, bool) {
            if (b.greatest_lo < hi && b.least_hi > lo &&
                (solid || any_within(held, std::max<std::uint32_t>(lo, b.greatest_lo),
                                     std::min<std::uint32_t>(hi, b.least_hi))))
                return true;
            for (; part != 0; part &= part - 1) {
                const std::uint32_t v = base + static_cast<std::uint32_t>(std::countr_zero(part));
                const std::uint32_t first = std::max<std::uint32_t>(lo, s.values[v].lo);
                const std::uint32_t last = std::min<std::uint32_t>(hi, s.values[v].hi);
                if (first < last && (solid || any_within(held, first, last))) continue;
                if (!lost) std::copy_n(dom(t.p), words(t.p), scratch_.begin());
                lost = true;
                scratch_[v / word_bits] &= ~(word{1} << (v % word_bits));
            }
            return true;
        });
        return !lost || narrow(t.p, scratch_.data(), {why::table_p, id}, id);
    }
    bool sets_forward(std::uint32_t id, const table& t) {
        const std::uint32_t wp = words(t.p);
        const std::uint32_t wq = words(t.q);
        const word* m = data_->masks.data() + t.at;
        std::fill(scratch_.begin(), scratch_.begin() + wq, word{0});
        for (std::uint32_t c = 0; c < t.count; ++c, m += wp + wq)
            if (meet(m, dom(t.p), wp))
                for (std::uint32_t i = 0; i < wq; ++i) scratch_[i] |= m[wp + i];
        return narrow(t.q, scratch_.data(), {why::table_q, id}, id);
    }
    bool sets_backward(std::uint32_t id, const table& t) {
        const std::uint32_t wp = words(t.p);
        const std::uint32_t wq = words(t.q);
        const word* m = data_->masks.data() + t.at;
        std::fill(scratch_.begin(), scratch_.begin() + wp, word{0});
        for (std::uint32_t c = 0; c < t.count; ++c, m += wp + wq)
            if (meet(m + wp, dom(t.q), wq))
                for (std::uint32_t i = 0; i < wp; ++i) scratch_[i] |= m[i];
        return narrow(t.p, scratch_.data(), {why::table_p, id}, id);
    }

    std::vector<word> scratch_;
};

} // namespace cudacompat::detail
