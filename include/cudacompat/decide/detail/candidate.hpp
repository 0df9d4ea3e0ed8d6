// The candidate: the best value of each domain, taken together, and which constraint it violates first.
//
// If it violates nothing it is a solution, and the best one within the domains. The scan starts where the last
// one failed, so a candidate that is still bad is rejected at once.
#pragma once

#include <cudacompat/decide/detail/workspace.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

class candidate : public workspace {
public:
    using workspace::workspace;

    [[nodiscard]] const assignment& model() const noexcept { return model_; }
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

    [[nodiscard]] bool table_holds(std::uint32_t id, std::uint32_t a, std::uint32_t b) const noexcept {
        const table& t = data_->tables[id];
        switch (t.kind) {
        case table_kind::dense: return ((data_->masks[t.at + a] >> b) & 1U) != 0;
        case table_kind::ranges: return intervals_.holds(*data_, id, a, b, keep_);
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
        if (!holds(i, [&](var_id x) { return pick(x); })) return fail_at_ = i; // often still the same one
        picked_.resize(data_->variables());
        for (var_id x = 0; x < data_->variables(); ++x) picked_[x] = pick(x);
        witness_.resize(clauses_.size(), 0);
        for (std::uint32_t k = 1; k < all; ++k) {
            if (++i == all) i = 0;
            if (!holds(i, [&](var_id x) { return picked_[x]; })) return fail_at_ = i;
        }
        return none;
    }
    void take_model() {
        model_.resize(data_->variables());
        for (var_id x = 0; x < data_->variables(); ++x) model_[x] = pick(x);
    }

    assignment model_;
    bool by_phase_ = false; ///< prefer the values of the last solution

private:
    template <class Value>
    [[nodiscard]] bool holds(std::uint32_t i, Value value) {
        const auto n = static_cast<std::uint32_t>(data_->tables.size());
        if (i < n) {
            const table& t = data_->tables[i];
            return (!off_.empty() && off_[i] != 0) || table_holds(i, value(t.p), value(t.q));
        }
        if (i - n < problem_clauses_ && !clause_counts(i - n)) return true;
        const clause_ref& c = clauses_[i - n];
        const auto meets = [&](std::uint32_t t) { return has(term_set(terms_[t]), value(terms_[t].var)); };
        if (i - n < witness_.size()) { // what met the clause the last time often does again
            const std::uint32_t last = c.first + witness_[i - n];
            if (last < c.last && meets(last)) return true;
        }
        for (std::uint32_t t = c.first; t < c.last; ++t)
            if (meets(t)) {
                if (i - n < witness_.size()) witness_[i - n] = t - c.first;
                return true;
            }
        return false;
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
    void keep_supported(const link& l, bits& fits) {
        if (!off_.empty() && off_[l.table] != 0) return;
        const std::uint32_t other = model_[l.other];
        const table& t = data_->tables[l.table];
        if (t.kind == table_kind::sets) {
            keep_by_sets(t, l.side == 0, other, fits);
            return;
        }
        if (t.kind == table_kind::ranges) {
            const interval* spans = intervals_.of(*data_, l.table, keep_).values;
            const auto near = [&](std::uint32_t p, std::uint32_t q) {
                return spans[p].lo <= q && q < spans[p].hi;
            };
            for (std::uint32_t v = fits.next(0); v < fits.size(); v = fits.next(v + 1))
                if (!(l.side == 0 ? near(v, other) : near(other, v))) fits.reset(v);
            return;
        }
        for (std::uint32_t v = fits.next(0); v < fits.size(); v = fits.next(v + 1))
            if (!(l.side == 0 ? table_holds(l.table, v, other) : table_holds(l.table, other, v)))
                fits.reset(v);
    }
    /// A table of sets is a list of blocks: values of p, then the values of q that go with each of them.
    void keep_by_sets(const table& t, bool p_varies, std::uint32_t other, bits& fits) {
        const std::uint32_t wp = words(t.p);
        const std::uint32_t stride = wp + words(t.q);
        const word* m = data_->masks.data() + t.at;
        if (!p_varies) {
            while (!has(m, other)) m += stride;
            for (std::uint32_t i = 0; i < fits.words().size(); ++i) fits.words()[i] &= m[wp + i];
            return;
        }
        allowed_.assign(wp, 0);
        for (std::uint32_t k = 0; k < t.count; ++k, m += stride)
            if (has(m + wp, other))
                for (std::uint32_t i = 0; i < wp; ++i) allowed_[i] |= m[i];
        for (std::uint32_t i = 0; i < wp; ++i) fits.words()[i] &= allowed_[i];
    }
    /// Clauses with x that hold by x alone bound its values; those with both x and `except` are left to between().
    void keep_by_clauses(var_id x, var_id except, bits& fits) {
        if (with_.empty()) index_clauses();
        for (const std::uint32_t c : with_[x])
            if (clause_counts(c)) keep_by_clause(c, x, except, fits);
        for (std::uint32_t c = problem_clauses_; c < problem_clauses_ + query_clauses_; ++c)
            keep_by_clause(c, x, except, fits);
    }
    void keep_by_clause(std::uint32_t c, var_id x, var_id except, bits& fits) const {
        const word* own = nullptr;
        for (std::uint32_t t = clauses_[c].first; t < clauses_[c].last; ++t) {
            if (terms_[t].var == x) own = term_set(terms_[t]);
            else if (terms_[t].var == except || has(term_set(terms_[t]), model_[terms_[t].var])) return;
        }
        if (own == nullptr) return;
        for (std::uint32_t i = 0; i < words(x); ++i) fits.words()[i] &= own[i];
    }
    void index_clauses() {
        with_.resize(data_->variables());
        for (std::uint32_t c = 0; c < problem_clauses_; ++c)
            for (std::uint32_t t = clauses_[c].first; t < clauses_[c].last; ++t)
                if (with_[terms_[t].var].empty() || with_[terms_[t].var].back() != c)
                    with_[terms_[t].var].push_back(c);
    }
    /// dom(x) at level 0.
    [[nodiscard]] const word* root(var_id x) {
        root_.assign(dom(x), dom(x) + words(x));
        for (std::uint32_t i = last_[x]; i != none && trail_[i].level != 0; i = trail_[i].before)
            for (std::uint32_t k = 0; k < words(x); ++k) root_[k] |= removed_by(trail_[i])[k];
        return root_.data();
    }

    std::vector<word> root_, allowed_;
    std::vector<std::vector<std::uint32_t>>
        with_;                           ///< by variable: the problem's clauses with it; made when needed
    assignment picked_;                  ///< of the scan of violated()
    std::vector<std::uint32_t> witness_; ///< by clause: its term that was met last
};

} // namespace cudacompat::detail
