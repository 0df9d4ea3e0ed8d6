// The workspace of a query: what holds before any query, the query's own conditions, learned clauses kept in
// bounds. Between queries everything returns to the base; nothing here is proportional to the rows.
#pragma once

#include <cudacompat/decide/detail/explain.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <optional>
#include <vector>

namespace cudacompat::detail {

class workspace : public analyzer {
public:
    explicit workspace(const problem_data& d)
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
            assert(r.allowed.size() == size(r.var));
            if (!narrow(r.var, r.allowed.words().data(), {why::restriction, i}, several)) return fail();
            if (narrowed_[r.var] != 0 || size(r.var) == 1) activate(r.var); // though it says nothing new
        }
        for (std::uint32_t i = 0; i < q.clauses.size(); ++i) {
            const auto index = static_cast<std::uint32_t>(q.restrictions.size()) + i;
            if (items != nullptr && (*items)[index] == 0) continue;
            if (!add_condition(q.clauses[i].any_of, index)) return false;
        }
        return propagate() || fail();
    }

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
        std::stable_sort(merged_.begin(), merged_.end(),
                         [](const term& a, const term& b) { return a.var < b.var; });
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
                stash_words_.insert(stash_words_.end(), term_set(terms_[t]),
                                    term_set(terms_[t]) + words(terms_[t].var));
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

    struct assumption {
        var_id var = 0;
        std::uint32_t at = 0;
    };
    static constexpr std::size_t learned_limit = 4000; ///< then half of the learned clauses are dropped

    const query* query_ = nullptr;
    std::vector<std::uint32_t> phase_;      ///< values of the last solution
    std::vector<std::uint32_t> preference_; ///< first index in orders_, none: ascending
    std::vector<std::uint32_t> orders_;
    std::vector<assumption> assumed_;
    std::vector<word> assumed_words_;
    std::uint32_t fail_at_ = 0; ///< constraint that was violated last

private:
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
    /// The values of each variable with criteria, best first. Queries on one world have the same criteria again and again:
    /// a variable whose ranks are those of the last time keeps its order.
    void set_preferences(const query& q) {
        for (const var_id x : ordered_) preference_[x] = none;
        ordered_.clear();
        orders_.clear();
        last_orders_.resize(data_->variables());
        std::vector<std::vector<const std::vector<std::uint32_t>*>>& ranks = ranks_of_;
        ranks.resize(data_->variables());
        for (const criterion& c : q.criteria) {
            if (ranks[c.var].empty()) with_criteria_.push_back(c.var);
            ranks[c.var].push_back(&c.rank);
        }
        for (const var_id x : with_criteria_) {
            last_order& last = last_orders_[x];
            const bool same = last.ranks.size() == ranks[x].size() &&
                              std::equal(last.ranks.begin(), last.ranks.end(), ranks[x].begin(),
                                         [](const auto& kept, const auto* now) { return kept == *now; });
            if (!same) {
                last.ranks.clear();
                for (const auto* r : ranks[x]) last.ranks.push_back(*r);
                last.make(size(x));
            }
            ranks[x].clear();
            if (last.order.empty()) continue; // ascending: the lowest value is the best
            preference_[x] = static_cast<std::uint32_t>(orders_.size());
            orders_.insert(orders_.end(), last.order.begin(), last.order.end());
            ordered_.push_back(x);
        }
        with_criteria_.clear();
    }

    /// The order of a variable's values by its criteria; none where that is the order of the values.
    struct last_order {
        std::vector<std::vector<std::uint32_t>> ranks; ///< most important first
        std::vector<std::uint32_t> order;

        void make(std::uint32_t values) {
            order.clear();
            if (std::all_of(ranks.begin(), ranks.end(),
                            [](const auto& r) { return std::is_sorted(r.begin(), r.end()); }))
                return;
            for (std::uint32_t v = 0; v < values; ++v) order.push_back(v);
            for (std::size_t k = ranks.size(); k-- > 0;)
                std::stable_sort(order.begin(), order.end(),
                                 [&](std::uint32_t a, std::uint32_t b) { return ranks[k][a] < ranks[k][b]; });
        }
    };

    std::vector<var_id> ordered_; ///< variables with a preference_
    std::vector<last_order> last_orders_;
    std::vector<std::vector<const std::vector<std::uint32_t>*>>
        ranks_of_; ///< of set_preferences, empty between calls
    std::vector<var_id> with_criteria_;
    std::vector<term> merged_;
    std::vector<term_ref> stash_; ///< learned clauses that are out: terms, then a mark with last_used
    std::vector<word> stash_words_;
    std::uint64_t conflicts_seen_ = 0;
};

} // namespace cudacompat::detail
