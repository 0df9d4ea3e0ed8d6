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

#include <cudacompat/decide/detail/candidate.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

enum class verdict : std::uint32_t { solved, refuted, gave_up };

class searcher : public candidate {
public:
    using candidate::candidate;

    /// The lexicographic optimum over the criteria, then over the variables by id.
    verdict optimum() {
        const verdict v = descend();
        return v == verdict::gave_up ? improve() : v;
    }
    /// Any solution.
    verdict any() { return refuted_ ? verdict::refuted : free_search(); }

    /// Whether x = v survives propagation at level 0.
    [[nodiscard]] bool possible(var_id x, std::uint32_t v) {
        if (level() > 0) backjump(0);
        return !refuted_ && has(dom(x), v);
    }
    /// Whether x = v survives propagation under the assumptions.
    [[nodiscard]] bool possible_under_assumptions(var_id x, std::uint32_t v) {
        return settle_assumptions() && has(dom(x), v);
    }

private:
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

    std::vector<std::uint32_t> position_; ///< of each level of the fixed order: where in the sequence
    std::vector<word> class_;
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
    for (std::uint32_t v = lowest(x); v < size(x); v = next(dom(x), v + 1, size(x)))
        least = std::min(least, rank[v]);
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
            (activity_[x] == activity_[chosen] &&
             (count(dom(x), words(x)) < count(dom(chosen), words(chosen)))))
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
