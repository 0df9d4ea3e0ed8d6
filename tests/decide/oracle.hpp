// Brute force over small worlds: every assignment there is, one bit each.
//
// A set of assignments is a bit map over the whole table. The map of what a fact forbids is read off the
// fact's own words, so the verdict of any subset of facts is one OR, and "this step follows from what it
// cites" is one subset test. Slow, obvious, and it shares nothing with the search.
#pragma once

#include "world.hpp"

#include <cudacompat/decide/terms.hpp> // the plain records `reason` and `refutation`

#include <cassert>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace decide_test {

class truth_table {
public:
    using bitmap = std::vector<uint64_t>;
    static constexpr size_t max_assignments = size_t{1} << 20;

    explicit truth_table(const world& w) : sizes_(w.sizes) {
        // The last variable turns fastest, so ascending index is ascending order by variable id.
        stride_.assign(sizes_.size(), 1);
        for (size_t v = sizes_.size(); v-- > 0;) {
            stride_[v] = count_;
            count_ *= sizes_[v];
            assert(count_ <= max_assignments);
        }
        words_ = (count_ + 63) / 64;
        for (size_t v = 0; v < sizes_.size(); ++v) {
            takes_.emplace_back(sizes_[v], bitmap(words_, 0));
            for (size_t i = 0; i < count_; ++i) set(takes_[v][value_at(i, v)], i);
        }
        for (const row_fact& f : w.rows) {
            bitmap broken = none();
            for (uint32_t a = f.p_first; a <= f.p_last; ++a) unite(broken, takes_[f.p][a]);
            for (uint32_t b = f.q_first; b <= f.q_last && f.q_first <= f.q_last; ++b)
                remove(broken, takes_[f.q][b]);
            add(f.cause, broken);
        }
        for (const set_fact& f : w.sets) {
            bitmap broken = where({f.p, f.premise});
            remove(broken, where({f.q, f.consequence}));
            add(f.cause, broken);
        }
        for (const any_fact& f : w.clauses) add(f.cause, broken_by(f.any_of));
    }

    [[nodiscard]] size_t assignments() const { return count_; }

    /// The assignments in which the term holds.
    [[nodiscard]] bitmap where(const plain_term& t) const {
        bitmap out = none();
        for (const uint32_t value : t.allowed) unite(out, takes_[t.var][value]);
        return out;
    }

    /// The assignments that keep all facts and the whole query.
    [[nodiscard]] bitmap solutions(const plain_query& q) const {
        bitmap out = all();
        for (const auto& [cause, broken] : broken_) remove(out, broken);
        for (size_t i = 0; i < q.reasons(); ++i) remove(out, broken_by_query(q, i));
        return out;
    }
    [[nodiscard]] static bool any(const bitmap& map) {
        return std::any_of(map.begin(), map.end(), [](uint64_t word) { return word != 0; });
    }

    /// Whether these reasons alone, all others dropped, have a solution.
    [[nodiscard]] bool solvable(const plain_query& q, const std::vector<cudacompat::reason>& reasons) const {
        bitmap out = all();
        for (const cudacompat::reason& r : reasons) remove(out, broken(q, r));
        return any(out);
    }

    /// Best by the criteria, then by lower value in order of variable id.
    [[nodiscard]] std::optional<values> optimum(const plain_query& q, const bitmap& solutions) const {
        std::optional<values> best;
        std::vector<uint32_t> best_rank;
        for_each(solutions, [&](const values& a) {
            std::vector<uint32_t> rank = rank_vector(q, a, q.criteria.size());
            if (best && !(rank < best_rank)) return; // equal ranks: the earlier index is the lower assignment
            best = a;
            best_rank = std::move(rank);
        });
        return best;
    }

    [[nodiscard]] value_set projection(const bitmap& solutions, uint32_t var) const {
        value_set out;
        for (uint32_t value = 0; value < sizes_[var]; ++value)
            if (intersects(solutions, takes_[var][value])) out.push_back(value);
        return out;
    }

    /// For each value of a, the values of b that some solution joins with it.
    [[nodiscard]] std::vector<value_set> matrix(const bitmap& solutions, uint32_t a, uint32_t b) const {
        std::vector<value_set> out;
        for (uint32_t value = 0; value < sizes_[a]; ++value) {
            bitmap rest = solutions;
            for (size_t i = 0; i < words_; ++i) rest[i] &= takes_[a][value][i];
            out.push_back(projection(rest, b));
        }
        return out;
    }

    /// Every rank vector of the first `count` criteria that no other solution's vector dominates, in
    /// lexicographic order.
    [[nodiscard]] std::vector<std::vector<uint32_t>> maximal(const plain_query& q, const bitmap& solutions,
                                                             size_t count) const {
        std::vector<std::vector<uint32_t>> seen;
        for_each(solutions, [&](const values& a) { seen.push_back(rank_vector(q, a, count)); });
        std::sort(seen.begin(), seen.end());
        seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
        const auto dominates = [](const auto& x, const auto& y) {
            return x != y &&
                   std::equal(x.begin(), x.end(), y.begin(), [](uint32_t i, uint32_t j) { return i <= j; });
        };
        std::vector<std::vector<uint32_t>> out;
        for (const auto& y : seen)
            if (std::none_of(seen.begin(), seen.end(), [&](const auto& x) { return dominates(x, y); }))
                out.push_back(y);
        return out;
    }

    /// What is wrong with a refutation, empty if nothing: shape, steps implied by what they cite, core
    /// used exactly, core unsolvable, each of its proper subsets by one solvable.
    [[nodiscard]] std::string fault_of_steps(const plain_query& q, const cudacompat::refutation& r) const {
        std::vector<cudacompat::reason> used;
        std::vector<bitmap> never;
        if (r.steps.empty()) return "no steps";
        for (size_t i = 0; i < r.steps.size(); ++i) {
            const cudacompat::derivation_step& step = r.steps[i];
            const std::string at = "step " + std::to_string(i) + ": ";
            bitmap left = all();
            for (size_t t = 0; t < step.never.size(); ++t) {
                const cudacompat::term& term = step.never[t];
                if (term.var >= sizes_.size() || term.allowed.size() != sizes_[term.var])
                    return at + "not a term";
                for (size_t u = 0; u < t; ++u)
                    if (step.never[u].var == term.var) return at + "a variable occurs twice";
                bitmap holds = none();
                for (uint32_t value = 0; value < sizes_[term.var]; ++value)
                    if (term.allowed.test(value)) unite(holds, takes_[term.var][value]);
                for (size_t k = 0; k < words_; ++k) left[k] &= holds[k];
            }
            never.push_back(left);
            for (const cudacompat::reason& because : step.because) {
                if (!known(q, because)) return at + "an unknown reason";
                remove(left, broken(q, because));
                used.push_back(because);
            }
            for (const uint32_t from : step.from) {
                if (from >= i) return at + "cites a later step";
                remove(left, never[from]);
            }
            if (any(left)) return at + "not implied by what it cites";
        }
        if (!r.steps.back().never.empty()) return "the last step is not empty";
        std::sort(used.begin(), used.end());
        used.erase(std::unique(used.begin(), used.end()), used.end());
        if (used != r.core) return "the steps use other reasons than the core (or the core is not sorted)";
        return {};
    }
    [[nodiscard]] std::string fault_of_core(const plain_query& q, const cudacompat::refutation& r) const {
        if (solvable(q, r.core)) return "the core has a solution";
        for (size_t i = 0; i < r.core.size(); ++i) {
            std::vector<cudacompat::reason> rest = r.core;
            rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
            if (!solvable(q, rest)) return "the core stays unsolvable without reason " + std::to_string(i);
        }
        return {};
    }

    template <class Visit>
    void for_each(const bitmap& map, Visit visit) const {
        values a(sizes_.size());
        for (size_t i = 0; i < count_; ++i) {
            if (((map[i / 64] >> (i % 64)) & 1U) == 0) continue;
            for (size_t v = 0; v < sizes_.size(); ++v) a[v] = value_at(i, v);
            visit(std::as_const(a));
        }
    }

private:
    [[nodiscard]] uint32_t value_at(size_t i, size_t v) const {
        return static_cast<uint32_t>((i / stride_[v]) % sizes_[v]);
    }
    [[nodiscard]] bitmap none() const {
        bitmap out(words_, 0);
        return out;
    }
    [[nodiscard]] bitmap all() const {
        bitmap out(words_, ~uint64_t{0});
        if (count_ % 64 != 0) out.back() = (uint64_t{1} << (count_ % 64)) - 1;
        if (count_ == 0) out.clear();
        return out;
    }
    static void set(bitmap& map, size_t i) { map[i / 64] |= uint64_t{1} << (i % 64); }
    static void unite(bitmap& map, const bitmap& other) {
        for (size_t i = 0; i < map.size(); ++i) map[i] |= other[i];
    }
    static void remove(bitmap& map, const bitmap& other) {
        for (size_t i = 0; i < map.size(); ++i) map[i] &= ~other[i];
    }
    [[nodiscard]] static bool intersects(const bitmap& x, const bitmap& y) {
        for (size_t i = 0; i < x.size(); ++i)
            if ((x[i] & y[i]) != 0) return true;
        return false;
    }
    void add(uint32_t cause, const bitmap& broken) {
        const auto [at, fresh] = broken_.try_emplace(cause, broken);
        if (!fresh) unite(at->second, broken);
    }
    [[nodiscard]] bitmap broken_by(const std::vector<plain_term>& any_of) const {
        bitmap out = all();
        for (const plain_term& t : any_of) remove(out, where(t));
        return out;
    }
    [[nodiscard]] bitmap broken_by_query(const plain_query& q, size_t i) const {
        if (i < q.restrictions.size()) return broken_by({q.restrictions[i]});
        return broken_by(q.clauses[i - q.restrictions.size()]);
    }
    [[nodiscard]] bool known(const plain_query& q, const cudacompat::reason& r) const {
        return r.from_query ? r.index < q.reasons() : broken_.count(r.index) != 0;
    }
    [[nodiscard]] bitmap broken(const plain_query& q, const cudacompat::reason& r) const {
        if (r.from_query) return broken_by_query(q, r.index);
        const auto at = broken_.find(r.index);
        return at == broken_.end() ? none() : at->second;
    }

    std::vector<uint32_t> sizes_;
    std::vector<size_t> stride_;
    size_t count_ = 1;
    size_t words_ = 0;
    std::vector<std::vector<bitmap>> takes_; ///< [variable][value]
    std::map<uint32_t, bitmap> broken_;      ///< by cause: the assignments that break one of its facts
};

} // namespace decide_test
