// A second oracle for worlds too large for a truth table: order encoding, CaDiCaL.
//
// Literal "v >= k" for k = 1 .. size-1, with v>=k+1 -> v>=k. A set is what lies outside its gaps, so
// "p in [a,b] -> q in Q" is one clause for each gap [c,d] of Q: p<a or p>b or q<c or q>d. Every reason has
// a switch that is assumed, so subsets of reasons need no second encoding. A restriction or clause of the
// query is a reason like any other.
#pragma once

#include "world.hpp"

#include <cudacompat/decide/terms.hpp>

#include <cadical.hpp>

#include <map>
#include <optional>

namespace decide_test {

class sat_oracle {
public:
    sat_oracle(const world& w, const plain_query& q) : sizes_(w.sizes) {
        sat_.set("quiet", 1);
        for (const uint32_t size : sizes_) {
            first_.push_back(next_);
            next_ += static_cast<int>(size) - 1;
        }
        for (size_t v = 0; v < sizes_.size(); ++v)
            for (uint32_t k = 1; k + 1 < sizes_[v]; ++k) add({-at_least(v, k + 1), at_least(v, k)});
        for (const row_fact& f : w.rows) {
            const int on = switch_of({false, f.cause});
            if (f.q_first > f.q_last) forbid(on, f.p, f.p_first, f.p_last, f.q, 0, sizes_[f.q] - 1);
            else {
                if (f.q_first > 0) forbid(on, f.p, f.p_first, f.p_last, f.q, 0, f.q_first - 1);
                if (f.q_last + 1 < sizes_[f.q])
                    forbid(on, f.p, f.p_first, f.p_last, f.q, f.q_last + 1, sizes_[f.q] - 1);
            }
        }
        for (const set_fact& f : w.sets)
            for (const auto& [a, b] : ranges(f.p, f.premise, true))
                for (const auto& [c, d] : ranges(f.q, f.consequence, false))
                    forbid(switch_of({false, f.cause}), f.p, a, b, f.q, c, d);
        for (const any_fact& f : w.clauses) any_of(switch_of({false, f.cause}), f.any_of);
        for (size_t i = 0; i < q.reasons(); ++i) {
            const int on = switch_of({true, static_cast<uint32_t>(i)});
            any_of(on, i < q.restrictions.size() ? std::vector<plain_term>{q.restrictions[i]}
                                                 : q.clauses[i - q.restrictions.size()]);
        }
    }

    /// Everything that can be assumed: all causes, all parts of the query.
    [[nodiscard]] std::vector<cudacompat::reason> reasons() const {
        std::vector<cudacompat::reason> out;
        for (const auto& [reason, literal] : switches_) out.push_back(reason);
        return out;
    }

    [[nodiscard]] bool solvable() { return solvable(reasons()); }
    [[nodiscard]] bool solvable(const std::vector<cudacompat::reason>& reasons) {
        for (const cudacompat::reason& r : reasons)
            if (const auto at = switches_.find(r); at != switches_.end()) sat_.assume(at->second);
        return sat_.solve() == 10;
    }
    /// With everything on, and additionally these terms.
    [[nodiscard]] bool solvable_with(const std::vector<plain_term>& terms) {
        for (const auto& [reason, literal] : switches_) sat_.assume(literal);
        for (const plain_term& t : terms) {
            const int on = next_++;
            any_of(on, {t});
            sat_.assume(on);
        }
        return sat_.solve() == 10;
    }
    /// After a true answer.
    [[nodiscard]] values model() {
        values out;
        for (size_t v = 0; v < sizes_.size(); ++v) {
            uint32_t value = 0;
            while (value + 1 < sizes_[v] && sat_.val(at_least(v, value + 1)) > 0) ++value;
            out.push_back(value);
        }
        return out;
    }

private:
    using range = std::pair<uint32_t, uint32_t>; // both ends included

    [[nodiscard]] int at_least(size_t v, uint32_t k) const { return first_[v] + static_cast<int>(k) - 1; }
    int switch_of(const cudacompat::reason& r) {
        const auto [at, fresh] = switches_.try_emplace(r, next_);
        if (fresh) ++next_;
        return at->second;
    }
    void add(const std::vector<int>& literals) {
        for (const int literal : literals) sat_.add(literal);
        sat_.add(0);
    }
    /// Appends "v outside [a,b]".
    void outside(std::vector<int>& literals, size_t v, uint32_t a, uint32_t b) const {
        if (a > 0) literals.push_back(-at_least(v, a));
        if (b + 1 < sizes_[v]) literals.push_back(at_least(v, b + 1));
    }
    void forbid(int on, size_t p, uint32_t a, uint32_t b, size_t q, uint32_t c, uint32_t d) {
        std::vector<int> literals{-on};
        outside(literals, p, a, b);
        outside(literals, q, c, d);
        add(literals);
    }
    /// Maximal ranges of members (or of values that are not members).
    [[nodiscard]] std::vector<range> ranges(size_t v, const value_set& set, bool members) const {
        std::vector<range> out;
        for (uint32_t value = 0; value < sizes_[v]; ++value) {
            if (contains(set, value) != members) continue;
            if (!out.empty() && out.back().second + 1 == value) out.back().second = value;
            else out.emplace_back(value, value);
        }
        return out;
    }
    void any_of(int on, const std::vector<plain_term>& terms) {
        std::vector<int> literals{-on};
        for (const plain_term& t : terms) {
            const int holds = next_++;
            literals.push_back(holds);
            for (const auto& [a, b] : ranges(t.var, t.allowed, false)) {
                std::vector<int> gap{-holds};
                outside(gap, t.var, a, b);
                add(gap);
            }
        }
        add(literals);
    }

    std::vector<uint32_t> sizes_;
    std::vector<int> first_;
    int next_ = 1;
    std::map<cudacompat::reason, int> switches_;
    CaDiCaL::Solver sat_;
};

} // namespace decide_test
