// The search: decisions, conflicts, the lexicographic optimum.
//
// Why the optimum is lexicographic: a decision restricts the next criterion's variable to its best rank
// class that is left. Learned clauses and propagation exclude only what no solution has, so when an
// assignment is accepted, every decision before it was the best that its predecessors permit.
// An assignment is accepted early: if the best value of every domain taken together violates nothing, it
// is the optimum of the product of the domains, hence of the problem. Checking that touches one row a
// table; so a variable that nothing distinguishes is never decided.
//
// If the fixed order meets too many conflicts, the search changes its plan: it looks for any solution
// (free order, by activity), then improves it criterion by criterion, each bound being an assumption.
#pragma once

#include <cudacompat/decide/detail/explain.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace cudacompat::detail {

enum class verdict : std::uint32_t { solved, refuted, gave_up };

class searcher : public analyzer {
public:
    explicit searcher(const problem_data& d)
        : analyzer(d), phase_(d.variables(), none), preference_(d.variables(), none) {
        add_problem_clauses();
        settle_base();
    }

    std::uint64_t conflicts = 0;
    std::uint64_t decisions = 0;

    /// Starts a query. False when its restrictions alone are contradictory with the problem.
    bool begin(const query& q, bool keep_proof = false, const std::vector<char>* items = nullptr) {
        reset(keep_proof);
        query_ = &q;
        if (refuted_at_base_) return fail();
        set_preferences(q);
        for (std::uint32_t i = 0; i < q.restrictions.size(); ++i) {
            if (items != nullptr && (*items)[i] == 0) continue;
            const restriction& r = q.restrictions[i];
            if (r.allowed.size() != size(r.var)) continue;
            if (!narrow(r.var, r.allowed.words().data(), {why::restriction, i}, several)) return fail();
            if (within(r.allowed.words().data(), dom(r.var), words(r.var))) activate(r.var);
        }
        for (std::uint32_t i = 0; i < q.clauses.size(); ++i) {
            const auto index = static_cast<std::uint32_t>(q.restrictions.size()) + i;
            if (items != nullptr && (*items)[index] == 0) continue;
            if (!add_condition(q.clauses[i].any_of, index)) return false;
        }
        return propagate() || fail();
    }

    /// The lexicographic optimum over the criteria, then over the variables by id.
    verdict optimum() {
        const verdict v = descend();
        return v == verdict::gave_up ? improve() : v;
    }
    /// Any solution.
    verdict any() { return refuted_ ? verdict::refuted : free_search(); }

    [[nodiscard]] const assignment& model() const noexcept { return model_; }
    [[nodiscard]] bool refuted() const noexcept { return refuted_; }

    /// A clause that holds from now on in this query; at level 0 only. False when it refutes the query.
    bool add_query_clause(const std::vector<term>& any_of, std::uint32_t index) {
        stash_learned(learned_limit); // query clauses stand before the learned ones
        return add_condition(any_of, index) && restore_learned();
    }

    // assumptions: levels 1 .. n of a free search
    void assume(var_id x, const word* allowed) {
        assumed_.push_back({x, static_cast<std::uint32_t>(assumed_words_.size())});
        assumed_words_.insert(assumed_words_.end(), allowed, allowed + words(x));
    }
    void clear_assumptions() {
        if (level() > 0) backjump(0);
        assumed_.clear();
        assumed_words_.clear();
    }
    void retract_assumption() {
        const auto n = static_cast<std::uint32_t>(assumed_.size()) - 1;
        if (level() > n) backjump(n);
        assumed_words_.resize(assumed_.back().at);
        assumed_.pop_back();
    }
    /// Whether x = v survives propagation at level 0.
    [[nodiscard]] bool possible(var_id x, std::uint32_t v) {
        if (level() > 0) backjump(0);
        return !refuted_ && has(dom(x), v);
    }
    /// Whether x = v survives propagation under the assumptions.
    [[nodiscard]] bool possible_under_assumptions(var_id x, std::uint32_t v) {
        return settle_assumptions() && has(dom(x), v);
    }
    /// Marks the values that x may take in the last model with all else unchanged.
    void mark_variants(var_id x, bits& out) { variants(x, none, out); }
    /// Marks the pairs of values that a and b may take in the last model with all else unchanged.
    void mark_variants(var_id a, var_id b, std::vector<bits>& out) {
        bits va(size(a));
        bits vb(size(b));
        variants(a, b, va);
        variants(b, a, vb);
        const assignment kept = model_;
        for (std::uint32_t i = va.next(0); i < size(a); i = va.next(i + 1)) {
            bits row = vb;
            model_[a] = i;
            between(a, b, row);
            out[i] |= row;
        }
        model_ = kept;
    }

protected:
    void reset(bool keep_proof) {
        if (level() > 0) backjump(0);
        forget_queue();
        undo_to(base_mark_);
        clause_head_ = base_mark_;
        drop_clauses(problem_clauses_);
        query_clauses_ = 0;
        refuted_ = false;
        empty_clause_.reset();
        proof_.on = keep_proof;
        proof_.clear();
        std::fill(activated_.begin(), activated_.end(), char{0});
        if (conflicts != conflicts_seen_) {
            forget_activity();
            std::fill(phase_.begin(), phase_.end(), none);
            conflicts_seen_ = conflicts;
        }
        clear_assumptions();
        fail_at_ = 0;
    }
    bool add_condition(const std::vector<term>& any_of, std::uint32_t index) {
        const auto id = static_cast<std::uint32_t>(clauses_.size());
        clause_ref c{static_cast<std::uint32_t>(terms_.size()), 0, index, 0};
        merged_ = any_of;
        std::stable_sort(merged_.begin(), merged_.end(), [](const term& a, const term& b) { return a.var < b.var; });
        for (std::size_t i = 0; i < merged_.size(); ++i) {
            if (i + 1 < merged_.size() && merged_[i + 1].var == merged_[i].var) {
                merged_[i + 1].allowed |= merged_[i].allowed;
                continue;
            }
            if (!merged_[i].allowed.empty()) add_term(merged_[i].var, merged_[i].allowed.words().data());
        }
        c.last = static_cast<std::uint32_t>(terms_.size());
        clauses_.push_back(c);
        ++query_clauses_;
        if (c.first == c.last) {
            empty_clause_ = {true, index};
            refuted_ = true;
            return false;
        }
        return attach(id) || fail();
    }
    /// Takes the learned clauses out, at level 0; beyond `limit`, those that were no reason for longest stay out.
    /// Entries of level 0 may name them as reasons: nothing reads that unless a proof is kept.
    void stash_learned(std::size_t limit) {
        const std::uint32_t first = problem_clauses_ + query_clauses_;
        stash_.clear();
        stash_words_.clear();
        if (clauses_.size() == first) return;
        std::vector<std::uint32_t> order;
        for (std::uint32_t c = first; c < clauses_.size(); ++c) order.push_back(c);
        if (order.size() > limit) {
            std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
                return clauses_[a].last_used > clauses_[b].last_used;
            });
            order.resize(limit);
            std::sort(order.begin(), order.end());
        }
        for (const std::uint32_t c : order) {
            for (std::uint32_t t = clauses_[c].first; t < clauses_[c].last; ++t) {
                stash_.push_back({terms_[t].var, static_cast<std::uint32_t>(stash_words_.size())});
                stash_words_.insert(stash_words_.end(), term_set(terms_[t]), term_set(terms_[t]) + words(terms_[t].var));
            }
            stash_.push_back({none, clauses_[c].last_used});
        }
        drop_clauses(first);
    }
    bool restore_learned() {
        auto first = static_cast<std::uint32_t>(terms_.size());
        for (const term_ref& t : stash_) {
            if (t.var != none) {
                add_term(t.var, stash_words_.data() + t.at);
                continue;
            }
            const auto id = static_cast<std::uint32_t>(clauses_.size());
            clauses_.push_back({first, static_cast<std::uint32_t>(terms_.size()), 0, t.at});
            first = static_cast<std::uint32_t>(terms_.size());
            if (!attach(id)) return fail();
        }
        return true;
    }
    /// The conflict at the end of the trail lies on level 0: there is no solution.
    bool fail() {
        if (refuted_at_base_) empty_clause_ = base_contradiction_;
        if (!refuted_ && logging() && !empty_clause_) conclude();
        refuted_ = true;
        forget_queue();
        return false;
    }

    std::uint32_t base_mark_ = 0; ///< entries below hold for every query
    bool refuted_at_base_ = false;
    bool refuted_ = false;
    std::optional<reason> empty_clause_;

    void add_problem_clauses() {
        for (std::uint32_t i = 0; i < data_->clauses.size(); ++i) {
            const clause_range& c = data_->clauses[i];
            const auto first = static_cast<std::uint32_t>(terms_.size());
            for (std::uint32_t t = c.first; t < c.last; ++t)
                add_term(data_->clause_terms[t].var, data_->set(data_->clause_terms[t].set));
            clauses_.push_back({first, static_cast<std::uint32_t>(terms_.size()), i, 0});
        }
        problem_clauses_ = static_cast<std::uint32_t>(clauses_.size());
        reserve_watches();
    }
    /// What holds before any query: facts about single variables and what clauses make of them.
    void settle_base() {
        if (level() > 0) backjump(0);
        undo_to(0);
        forget_queue();
        clause_head_ = 0;
        refuted_at_base_ = false;
        std::fill(narrowed_.begin(), narrowed_.end(), char{0});
        drop_clauses(problem_clauses_);
        for (std::uint32_t& v : watch_value_)
            if (v != none) {
                watch_head_[v] = none;
                v = none;
            }
        for (std::uint32_t c = 0; c < problem_clauses_; ++c)
            if (clause_counts(c)) attach(c);
        if (!data_->contradictions.empty()) {
            for (const cause_id cause : data_->contradictions)
                if (keep_ == nullptr || (*keep_)[cause] != 0) {
                    base_contradiction_ = reason{false, cause};
                    refuted_at_base_ = true;
                    break;
                }
        }
        for (std::size_t i = 0; i < data_->unary.size() && !refuted_at_base_;) {
            const var_id x = data_->unary[i].var;
            std::vector<word> all(words(x), ~word{0});
            for (; i < data_->unary.size() && data_->unary[i].var == x; ++i) {
                if (keep_ != nullptr && (*keep_)[data_->unary[i].cause] == 0) continue;
                for (std::uint32_t k = 0; k < words(x); ++k) all[k] &= data_->set(data_->unary[i].set)[k];
            }
            if (!narrow(x, all.data(), {why::unary, x}, several)) refuted_at_base_ = true;
        }
        forget_queue(); // lazily: tables wait until the query comes near
        if (!refuted_at_base_ && !propagate_base()) refuted_at_base_ = true;
        base_mark_ = trail_size();
    }
    [[nodiscard]] bool clause_counts(std::uint32_t c) const {
        return keep_ == nullptr || (*keep_)[data_->clauses[c].cause] != 0;
    }
    std::optional<reason> base_contradiction_;

private:
    struct assumption {
        var_id var = 0;
        std::uint32_t at = 0;
    };

    bool propagate_base() {
        bool good = true;
        // clauses only: the queue of tables is emptied before anything is revised
        while (good && clause_head_ < trail_size()) good = propagate_clauses();
        for (std::uint32_t i = 0; i < trail_size(); ++i) narrowed_[trail_[i].var] = 1;
        forget_queue();
        std::fill(activated_.begin(), activated_.end(), char{0});
        return good;
    }

    /// Values of x in the order of preference, where that is not simply ascending.
    void set_preferences(const query& q) {
        for (const var_id x : ordered_) preference_[x] = none;
        ordered_.clear();
        orders_.clear();
        for (std::size_t i = 0; i < q.criteria.size(); ++i) {
            const criterion& c = q.criteria[i];
            if (preference_[c.var] != none) continue;
            bool ascending = true;
            for (std::size_t k = i; k < q.criteria.size(); ++k)
                if (q.criteria[k].var == c.var)
                    ascending = ascending && std::is_sorted(q.criteria[k].rank.begin(), q.criteria[k].rank.end());
            if (ascending) continue;
            const auto at = static_cast<std::uint32_t>(orders_.size());
            for (std::uint32_t v = 0; v < size(c.var); ++v) orders_.push_back(v);
            for (std::size_t k = q.criteria.size(); k-- > i;)
                if (q.criteria[k].var == c.var)
                    std::stable_sort(orders_.begin() + at, orders_.end(), [&](std::uint32_t a, std::uint32_t b) {
                        return q.criteria[k].rank[a] < q.criteria[k].rank[b];
                    });
            preference_[c.var] = at;
            ordered_.push_back(c.var);
        }
    }
    [[nodiscard]] std::uint32_t best(var_id x) const noexcept {
        if (preference_[x] == none) return lowest(x);
        const std::uint32_t* order = orders_.data() + preference_[x];
        while (!has(dom(x), *order)) ++order;
        return *order;
    }
    [[nodiscard]] std::uint32_t pick(var_id x) const noexcept {
        const std::uint32_t p = phase_[x];
        return by_phase_ && p != none && has(dom(x), p) ? p : best(x);
    }

    [[nodiscard]] bool table_holds(const table& t, std::uint32_t a, std::uint32_t b) const noexcept {
        switch (t.kind) {
        case table_kind::dense: return ((data_->masks[t.at + a] >> b) & 1U) != 0;
        case table_kind::ranges: {
            const interval s = data_->intervals[t.at + a];
            return s.lo <= b && b < s.hi;
        }
        case table_kind::sets: {
            const word* m = data_->masks.data() + t.at;
            const std::uint32_t wp = words(t.p);
            const std::uint32_t stride = wp + words(t.q);
            while (!has(m, a)) m += stride;
            return has(m + wp, b);
        }
        }
        return true;
    }
    /// First table or clause that the picked values violate, starting where the last one failed; none: a model.
    std::uint32_t violated() {
        const auto n = static_cast<std::uint32_t>(data_->tables.size());
        const std::uint32_t all = n + problem_clauses_ + query_clauses_;
        if (all == 0) return none;
        std::uint32_t i = fail_at_ < all ? fail_at_ : 0;
        for (std::uint32_t k = 0; k < all; ++k) {
            bool good = true;
            if (i < n) {
                const table& t = data_->tables[i];
                good = (!off_.empty() && off_[i] != 0) || table_holds(t, pick(t.p), pick(t.q));
            } else if (i - n >= problem_clauses_ || clause_counts(i - n)) {
                good = false;
                const clause_ref& c = clauses_[i - n];
                for (std::uint32_t t = c.first; t < c.last && !good; ++t)
                    good = has(term_set(terms_[t]), pick(terms_[t].var));
            }
            if (!good) return fail_at_ = i;
            if (++i == all) i = 0;
        }
        return none;
    }
    void take_model() {
        model_.resize(data_->variables());
        for (var_id x = 0; x < data_->variables(); ++x) model_[x] = pick(x);
    }
    /// Brings the two ends of a violated table into the propagation; false if they are already.
    bool awaken(std::uint32_t at, bool always) {
        if (at >= data_->tables.size()) return false;
        const table& t = data_->tables[at];
        bool fresh = false;
        for (const var_id x : {t.p, t.q})
            if (always || activated_[x] == 0) {
                activate(x);
                fresh = true;
            }
        return fresh;
    }
    void decide(var_id x, const word* allowed) {
        ++decisions;
        new_level();
        narrow(x, allowed, {why::decision, 0}, several);
    }
    /// Learns from the conflict; false when it refutes the query.
    bool recover() {
        for (;;) {
            ++conflicts;
            if (level() == 0) return fail();
            const lesson l = analyze();
            if (l.clause == none) {
                refuted_ = true;
                forget_queue();
                return false;
            }
            backjump(l.level);
            if (apply(l)) return true;
        }
    }

    /// Brings the domains to what follows from the assumptions; false if they cannot hold together.
    bool settle_assumptions() {
        if (level() > assumed_.size()) backjump(static_cast<std::uint32_t>(assumed_.size()));
        for (;;) {
            if (refuted_) return false;
            if (!propagate()) {
                if (!recover()) return false;
            } else if (level() == assumed_.size()) {
                return true;
            } else if (!next_assumption()) {
                return false;
            }
        }
    }
    /// out |= values v of x such that the model with x = v is a model, constraints with `except` ignored.
    void variants(var_id x, var_id except, bits& out) {
        bits fits(size(x));
        std::copy_n(root(x), words(x), fits.words().begin());
        for (std::uint32_t i = data_->link_at[x]; i < data_->link_at[x + 1]; ++i)
            if (data_->links[i].other != except) keep_supported(data_->links[i], fits);
        keep_by_clauses(x, except, fits);
        out |= fits;
    }
    void between(var_id a, var_id b, bits& out) {
        for (std::uint32_t i = data_->link_at[b]; i < data_->link_at[b + 1]; ++i)
            if (data_->links[i].other == a) keep_supported(data_->links[i], out);
        keep_by_clauses(b, none, out);
    }
    /// Of the values of the link's owner those that go with the model's value at its other end.
    void keep_supported(const link& l, bits& fits) const {
        if (!off_.empty() && off_[l.table] != 0) return;
        const table& t = data_->tables[l.table];
        const std::uint32_t other = model_[l.other];
        for (std::uint32_t v = fits.next(0); v < fits.size(); v = fits.next(v + 1))
            if (!(l.side == 0 ? table_holds(t, v, other) : table_holds(t, other, v))) fits.reset(v);
    }
    /// Clauses with x that hold by x alone bound its values; those with both x and `except` are left to between().
    void keep_by_clauses(var_id x, var_id except, bits& fits) const {
        for (std::uint32_t c = 0; c < problem_clauses_ + query_clauses_; ++c) {
            if (c < problem_clauses_ && !clause_counts(c)) continue;
            const word* own = nullptr;
            bool holds = false;
            for (std::uint32_t t = clauses_[c].first; t < clauses_[c].last; ++t) {
                if (terms_[t].var == x)
                    own = term_set(terms_[t]);
                else
                    holds = holds || terms_[t].var == except || has(term_set(terms_[t]), model_[terms_[t].var]);
            }
            if (own == nullptr || holds) continue;
            for (std::uint32_t i = 0; i < words(x); ++i) fits.words()[i] &= own[i];
        }
    }
    /// dom(x) at level 0.
    [[nodiscard]] const word* root(var_id x) {
        root_.assign(dom(x), dom(x) + words(x));
        for (std::uint32_t i = last_[x]; i != none && trail_[i].level != 0; i = trail_[i].before)
            for (std::uint32_t k = 0; k < words(x); ++k) root_[k] |= removed_by(trail_[i])[k];
        return root_.data();
    }

    // the fixed order
    verdict descend();
    bool decide_next();
    // the free order
    verdict free_search();
    verdict improve();
    bool decide_freely(std::uint32_t violated_at);
    bool next_assumption();
    [[nodiscard]] std::uint32_t sequence_length() const noexcept {
        return static_cast<std::uint32_t>(query_->criteria.size()) + data_->variables();
    }
    /// class_ = what is best of x at position i of the sequence; false when the whole domain is.
    bool best_class(std::uint32_t i);

    static constexpr std::uint64_t descend_budget = 8; ///< conflicts before the plan changes
    static constexpr std::uint64_t restart_unit = 32;
    static constexpr std::size_t learned_limit = 4000; ///< then half of the learned clauses are dropped

    const query* query_ = nullptr;
    assignment model_;
    std::vector<std::uint32_t> phase_;
    bool by_phase_ = false;
    std::vector<std::uint32_t> preference_; ///< first index in orders_, none: ascending
    std::vector<std::uint32_t> orders_;
    std::vector<var_id> ordered_;
    std::vector<assumption> assumed_;
    std::vector<word> assumed_words_;
    std::vector<std::uint32_t> position_; ///< of each level of the fixed order: where in the sequence
    std::vector<word> class_;
    std::vector<term> merged_;
    std::vector<word> root_;
    std::vector<term_ref> stash_; ///< learned clauses that are out: terms, then a mark with last_used
    std::vector<word> stash_words_;
    std::uint32_t fail_at_ = 0;
    std::uint64_t conflicts_seen_ = 0;
};

inline bool searcher::best_class(std::uint32_t i) {
    const auto k = static_cast<std::uint32_t>(query_->criteria.size());
    const var_id x = i < k ? query_->criteria[i].var : i - k;
    const std::uint32_t n = words(x);
    if (single(x)) return false;
    class_.assign(n, 0);
    if (i >= k) {
        put(class_.data(), lowest(x));
        return true;
    }
    const std::vector<std::uint32_t>& rank = query_->criteria[i].rank;
    std::uint32_t least = none;
    for (std::uint32_t v = lowest(x); v < size(x); v = next(dom(x), v + 1, size(x))) least = std::min(least, rank[v]);
    for (std::uint32_t v = lowest(x); v < size(x); v = next(dom(x), v + 1, size(x)))
        if (rank[v] == least) put(class_.data(), v);
    return !within(dom(x), class_.data(), n);
}

inline bool searcher::decide_next() {
    position_.resize(level());
    std::uint32_t i = position_.empty() ? 0 : position_.back();
    const auto k = static_cast<std::uint32_t>(query_->criteria.size());
    for (const std::uint32_t end = sequence_length(); i < end; ++i) {
        if (!best_class(i)) continue;
        position_.push_back(i);
        decide(i < k ? query_->criteria[i].var : i - k, class_.data());
        return true;
    }
    return false;
}

inline verdict searcher::descend() {
    if (refuted_) return verdict::refuted;
    by_phase_ = false;
    position_.clear();
    const std::uint64_t limit = conflicts + descend_budget;
    for (;;) {
        if (!propagate()) {
            if (!recover()) return verdict::refuted;
            if (conflicts >= limit) {
                if (level() > 0) backjump(0);
                return verdict::gave_up;
            }
            continue;
        }
        const std::uint32_t at = violated();
        if (at == none) {
            take_model();
            return verdict::solved;
        }
        if (awaken(at, false)) continue;
        if (!decide_next()) awaken(at, true);
    }
}

/// 1 1 2 1 1 2 4 ... (Luby, Sinclair, Zuckerman 1993)
[[nodiscard]] inline std::uint64_t luby(std::uint64_t i) noexcept {
    for (;;) {
        std::uint64_t k = 1;
        while ((std::uint64_t{1} << k) - 1 < i) ++k;
        if ((std::uint64_t{1} << k) - 1 == i) return std::uint64_t{1} << (k - 1);
        i -= (std::uint64_t{1} << (k - 1)) - 1;
    }
}

/// Opens the levels of the assumptions; false when one of them cannot hold any more.
inline bool searcher::next_assumption() {
    const assumption a = assumed_[level()];
    const word* allowed = assumed_words_.data() + a.at;
    if (!meet(dom(a.var), allowed, words(a.var))) return false;
    new_level();
    narrow(a.var, allowed, {why::decision, 0}, several);
    return true;
}

/// Branches on the variable with most conflicts to its name; while there is none, on an end of what is violated.
inline bool searcher::decide_freely(std::uint32_t violated_at) {
    var_id chosen = none;
    const auto consider = [&](var_id x) {
        if (single(x)) return;
        if (chosen == none || activity_[x] > activity_[chosen] ||
            (activity_[x] == activity_[chosen] && (count(dom(x), words(x)) < count(dom(chosen), words(chosen)))))
            chosen = x;
    };
    for (var_id x = 0; x < data_->variables(); ++x)
        if (activity_[x] != 0) consider(x);
    const auto n = static_cast<std::uint32_t>(data_->tables.size());
    if (chosen != none) {
    } else if (violated_at < n) {
        consider(data_->tables[violated_at].p);
        consider(data_->tables[violated_at].q);
    } else {
        const clause_ref& c = clauses_[violated_at - n];
        for (std::uint32_t t = c.first; t < c.last; ++t) consider(terms_[t].var);
    }
    if (chosen == none) return false;
    class_.assign(words(chosen), 0);
    put(class_.data(), pick(chosen));
    decide(chosen, class_.data());
    return true;
}

inline verdict searcher::free_search() {
    if (refuted_) return verdict::refuted;
    by_phase_ = true;
    std::uint64_t restart = 1;
    std::uint64_t limit = conflicts + restart_unit * luby(restart);
    for (;;) {
        if (!propagate()) {
            if (!recover()) return verdict::refuted;
            continue;
        }
        if (conflicts >= limit) {
            limit = conflicts + restart_unit * luby(++restart);
            if (level() > 0) backjump(0);
            if (!logging() && clauses_.size() - problem_clauses_ - query_clauses_ > learned_limit) {
                stash_learned(learned_limit / 2);
                if (!restore_learned()) return verdict::refuted;
            }
            continue;
        }
        if (level() < assumed_.size()) {
            if (!next_assumption()) return verdict::refuted;
            continue;
        }
        const std::uint32_t at = violated();
        if (at == none) {
            take_model();
            phase_ = model_;
            return verdict::solved;
        }
        if (awaken(at, false)) continue;
        if (!decide_freely(at)) awaken(at, true);
    }
}

/// From any solution to the optimum: each position of the sequence is raised to its best class that some
/// solution has under the classes before it. The last solution usually shows that at once.
inline verdict searcher::improve() {
    clear_assumptions();
    if (free_search() == verdict::refuted) return verdict::refuted;
    assignment found = model_;
    const auto k = static_cast<std::uint32_t>(query_->criteria.size());
    std::vector<word> allowed;
    for (std::uint32_t i = 0; i < sequence_length(); ++i) {
        const var_id x = i < k ? query_->criteria[i].var : i - k;
        for (;;) {
            settle_assumptions(); // they hold together: `found` satisfies all of them
            if (!best_class(i)) break;
            allowed = class_;
            if (has(allowed.data(), found[x])) {
                assume(x, allowed.data());
                break;
            }
            assume(x, allowed.data());
            if (free_search() == verdict::solved) {
                found = model_;
                break;
            }
            retract_assumption(); // no solution has that class
            for (word& w : allowed) w = ~w;
            assume(x, allowed.data());
        }
    }
    model_ = std::move(found);
    return verdict::solved;
}

} // namespace cudacompat::detail
