// Conflict analysis over terms: from an emptied domain to a learned clause (first unique implication
// point), or, at level 0, to the reasons of the refutation.
//
// The state of an analysis is need(x), a set of lost values for each variable. Invariant: "never all of
// x not in need(x)", or as a clause: some x takes a value of need(x). Explaining an entry replaces the
// needed values that it took by those whose loss made it take them. Each explanation asks for as little
// as the row tables permit, so the clause is as general as the facts allow.
#pragma once

#include <cudacompat/decide/detail/proof.hpp>
#include <cudacompat/decide/detail/propagate.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

class analyzer : public propagator {
public:
    explicit analyzer(const problem_data& d)
        : propagator(d),
          activity_(d.variables(), 0),
          need_(d.word_at.back(), 0),
          latest_(d.variables(), none),
          needed_(d.variables(), 0) {}

    std::uint64_t learned = 0;

protected:
    /// How the conflict at the end of the trail is to be undone.
    struct lesson {
        std::uint32_t level = 0; ///< backjump to here
        std::uint32_t clause = none;
    };

    /// Learns from the conflict at the end of the trail; level() > 0. The clause is stored, not watched.
    /// Without a clause the lesson is that there is no solution.
    lesson analyze() {
        begin_proof_item();
        std::uint32_t at = trail_size() - 1;
        floor_ = level_start(level());
        explain_conflict(at);
        std::uint32_t open = 0; // variables with needed values lost at or above floor_
        for (const var_id x : touched_) open += lost_since(x, floor_);
        for (;;) {
            if (open ==
                0) { // what was revised late may follow from earlier levels alone: go down to the one it needs
                std::uint32_t deepest = 0;
                for (const var_id x : touched_)
                    if (latest_[x] != none) deepest = std::max(deepest, trail_[latest_[x]].level);
                if (deepest == 0) return no_solution();
                floor_ = level_start(deepest);
                for (const var_id x : touched_) open += lost_since(x, floor_);
            }
            do --at;
            while (latest_[trail_[at].var] != at);
            const var_id x = trail_[at].var;
            const std::uint32_t earlier = latest_taker(trail_[at].before, at, need(x), words(x));
            if (open == 1 && (earlier == none || earlier < floor_)) break;
            resolve(at, earlier);
            if (earlier == none || earlier < floor_) --open;
            open += opened_;
        }
        bump();
        return store_clause(at);
    }

    /// The refutation that ends the proof: the conflict at the end of the trail lies on level 0.
    void conclude() {
        begin_proof_item();
        const var_id x = trail_.back().var;
        std::fill_n(need_.begin() + data_->word_at[x], words(x), ~word{0});
        note_need_at_root(x);
        std::fill_n(need_.begin() + data_->word_at[x], words(x), word{0});
        end_proof_item();
    }

    [[nodiscard]] word* need(var_id x) noexcept { return need_.data() + data_->word_at[x]; }
    [[nodiscard]] bool logging() const noexcept { return proof_.on; }

    void forget_activity() noexcept {
        std::fill(activity_.begin(), activity_.end(), 0U);
        increment_ = 1024;
    }

    std::vector<std::uint32_t> activity_;
    proof_log proof_;
    std::uint32_t problem_clauses_ = 0;
    std::uint32_t query_clauses_ = 0; ///< they come next, then what was learned

    /// Asks for values of y to be lost before entry `at`; they are.
    void ask(var_id y, const word* values, std::uint32_t at) {
        word* n = need(y);
        word fresh = 0;
        for (std::uint32_t i = 0; i < words(y); ++i) {
            fresh |= values[i] & ~n[i];
            n[i] |= values[i];
        }
        if (fresh == 0) return;
        if (needed_[y] == 0) {
            needed_[y] = 1;
            touched_.push_back(y);
        }
        const std::uint32_t was = latest_[y];
        latest_[y] = latest_taker(last_[y], at, n, words(y));
        if (latest_[y] != none && latest_[y] >= floor_ && (was == none || was < floor_)) ++opened_;
    }
    void clean() noexcept {
        for (const var_id x : touched_) {
            std::fill_n(need(x), words(x), word{0});
            latest_[x] = none;
            needed_[x] = 0;
        }
        touched_.clear();
    }
    [[nodiscard]] const std::vector<var_id>& touched() const noexcept { return touched_; }
    /// For explanations outside an analysis.
    void ask_nothing_yet() noexcept { floor_ = opened_ = 0; }
    /// Asks for what made entry `at` take `lost` (a subset of what it took).
    void explain(std::uint32_t at, const word* lost);

private:
    void partners_of_p(std::uint32_t id, const word* lost);
    void partners_of_q(std::uint32_t id, const word* lost);
    bool cite_whole(const table& t);
    void cite_clause(std::uint32_t id);
    void cite_unary(var_id x, const word* lost);
    void find_living(var_id y, std::uint32_t at);
    void choose_rows_of_p(const table& t, const word* lost);
    void choose_rows(const table& t, var_id x, var_id y, const word* lost);
    [[nodiscard]] std::uint32_t lost_since(var_id x, std::uint32_t floor) const noexcept {
        return latest_[x] != none && latest_[x] >= floor ? 1 : 0;
    }
    void explain_conflict(std::uint32_t at) {
        opened_ = 0;
        lost_.assign(removed_by(trail_[at]), removed_by(trail_[at]) + words(trail_[at].var));
        const var_id x = trail_[at].var;
        // the values that were lost earlier are needed as well: the whole domain is gone
        all_.resize(words(x));
        fill(all_.data(), size(x));
        for (std::uint32_t i = 0; i < words(x); ++i) all_[i] &= ~lost_[i];
        if (!is_empty(all_.data(), words(x))) ask(x, all_.data(), at);
        explain(at, lost_.data());
    }
    /// Replaces what entry `at` took of its variable's need by the reasons.
    void resolve(std::uint32_t at, std::uint32_t earlier) {
        const var_id x = trail_[at].var;
        word* n = need(x);
        const word* gone = removed_by(trail_[at]);
        lost_.resize(words(x));
        for (std::uint32_t i = 0; i < words(x); ++i) {
            lost_[i] = n[i] & gone[i];
            n[i] &= ~gone[i];
        }
        latest_[x] = earlier;
        opened_ = 0;
        explain(at, lost_.data());
    }
    lesson no_solution() {
        if (logging())
            for (const var_id x : touched_) note_need_at_root(x);
        end_proof_item();
        clean();
        return {};
    }
    void bump() {
        for (const var_id x : touched_) {
            activity_[x] += increment_;
            if (activity_[x] > (1U << 30U)) {
                for (std::uint32_t& a : activity_) a >>= 16U;
                increment_ = std::max(increment_ >> 16U, 1024U);
            }
        }
        increment_ += increment_ / 16;
    }
    /// Terms of the learned clause: the asserted one first. Values lost at level 0 are left out.
    lesson store_clause(std::uint32_t uip) {
        ++learned;
        const var_id asserted = trail_[uip].var;
        lesson out;
        out.clause = static_cast<std::uint32_t>(clauses_.size());
        clause_ref c;
        c.first = static_cast<std::uint32_t>(terms_.size());
        std::uint32_t second = none;
        const auto drop_root = [&](var_id x) {
            if (logging()) note_need_at_root(x);
            word* n = need(x);
            for (std::uint32_t i = last_[x]; i != none; i = trail_[i].before) {
                if (trail_[i].level != 0) continue;
                const word* gone = removed_by(trail_[i]);
                for (std::uint32_t k = 0; k < words(x); ++k) n[k] &= ~gone[k];
            }
        };
        drop_root(asserted);
        add_term(asserted, need(asserted));
        for (const var_id x : touched_) {
            if (x == asserted) continue;
            drop_root(x);
            if (is_empty(need(x), words(x))) continue;
            const std::uint32_t level = trail_[latest_[x]].level;
            if (level > out.level) {
                out.level = level;
                second = static_cast<std::uint32_t>(terms_.size());
            }
            add_term(x, need(x));
        }
        c.last = static_cast<std::uint32_t>(terms_.size());
        if (second != none) std::swap(terms_[second], terms_[c.first + 1]);
        c.origin = end_proof_item();
        c.last_used = static_cast<std::uint32_t>(learned);
        if (logging()) proof_.items.back().clause = out.clause;
        clauses_.push_back(c);
        reserve_watches();
        second_value_ = 0;
        if (second != none) {
            const term_ref& t = terms_[c.first + 1];
            const trail_entry& e = trail_[latest_[t.var]];
            const word* gone = removed_by(e);
            const word* set = term_set(t);
            for (std::uint32_t i = 0; i < words(t.var); ++i)
                if ((gone[i] & set[i]) != 0) {
                    second_value_ =
                        i * word_bits + static_cast<std::uint32_t>(std::countr_zero(gone[i] & set[i]));
                    break;
                }
        }
        clean();
        return out;
    }

protected:
    /// After the backjump: watches the learned clause and draws its consequence. False on a conflict.
    bool apply(const lesson& l) {
        const clause_ref& c = clauses_[l.clause];
        const term_ref& first = terms_[c.first];
        const word* set = term_set(first);
        if (c.last - c.first > 1) {
            std::uint32_t v = next(set, 0, size(first.var));
            for (std::uint32_t w = v; w < size(first.var); w = next(set, w + 1, size(first.var)))
                if (has(dom(first.var), w)) {
                    v = w;
                    break;
                }
            watch(2 * l.clause, c.first, v);
            watch(2 * l.clause + 1, c.first + 1, second_value_);
        }
        return narrow(first.var, set, {why::clause, l.clause}, several);
    }

private:
    // what the proof needs to know; nothing happens unless it is kept
    void begin_proof_item() {
        if (logging()) proof_.begin();
    }
    std::uint32_t end_proof_item() {
        return logging() ? proof_.end(level() == 0 ? trail_size() : level_start(1)) : 0;
    }
    void note_need_at_root(var_id x) {
        for (std::uint32_t i = last_[x]; i != none; i = trail_[i].before)
            if (trail_[i].level == 0 && meet(removed_by(trail_[i]), need(x), words(x)))
                proof_.need(i, removed_by(trail_[i]), need(x), words(x));
    }

    std::vector<word> need_;
    std::vector<std::uint32_t> latest_; ///< latest entry that took a needed value
    std::vector<char> needed_;
    std::vector<var_id> touched_;
    std::vector<word> lost_;
    std::vector<word> all_;
    std::vector<word> must_;
    // scratch of choose_rows
    std::vector<word> lost_left_;
    std::vector<word> living_;
    std::vector<word> open_;
    std::vector<word> allowed_;
    std::vector<word> premise_;
    std::uint32_t floor_ = 0;
    std::uint32_t opened_ = 0;
    std::uint32_t increment_ = 1024;
    std::uint32_t second_value_ = 0;
};

} // namespace cudacompat::detail
