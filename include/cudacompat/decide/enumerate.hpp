// Many answers to one query: projection, compatibility matrix, all maximal solutions.
#pragma once

#include <cudacompat/decide/solver.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cudacompat {

inline bits solver::project(const query& q, var_id var) {
    return std::move(project(q, std::vector<var_id>{var}).front());
}

inline std::vector<bits> solver::project(const query& q, const std::vector<var_id>& vars) {
    std::vector<bits> out;
    out.reserve(vars.size());
    for (const var_id var : vars) out.emplace_back(problem_->size(var));
    if (!engine_.begin(q)) return out;
    for (std::size_t k = 0; k < vars.size(); ++k) {
        const var_id var = vars[k];
        const std::uint32_t n = problem_->size(var);
        bits one(n);
        for (std::uint32_t v = 0; v < n; ++v) {
            if (out[k].test(v) || !engine_.possible(var, v)) continue;
            one.set(v);
            engine_.assume(var, one.words().data());
            if (engine_.any() == detail::verdict::solved)
                for (std::size_t other = k; other < vars.size(); ++other)
                    engine_.mark_variants(vars[other], out[other]);
            engine_.clear_assumptions();
            one.reset(v);
            if (engine_.refuted()) return out;
        }
    }
    return out;
}

inline std::vector<bits> solver::matrix(const query& q, var_id a, var_id b) {
    const std::uint32_t na = problem_->size(a);
    std::vector<bits> out(na, bits(problem_->size(b)));
    if (a == b) {
        const bits values = project(q, a);
        for (std::uint32_t i = 0; i < na; ++i)
            if (values.test(i)) out[i].set(i);
        return out;
    }
    if (!engine_.begin(q)) return out;
    bits one(na);
    bits other(problem_->size(b));
    for (std::uint32_t i = 0; i < na; ++i) {
        if (!engine_.possible(a, i)) continue;
        one.set(i);
        engine_.assume(a, one.words().data());
        for (std::uint32_t j = 0; j < problem_->size(b); ++j) {
            if (out[i].test(j)) continue;
            if (!engine_.possible_under_assumptions(b, j)) continue;
            other.set(j);
            engine_.assume(b, other.words().data());
            if (engine_.any() == detail::verdict::solved) engine_.mark_variants(a, b, out);
            engine_.retract_assumption();
            other.reset(j);
            if (engine_.refuted()) return out;
        }
        engine_.clear_assumptions();
        one.reset(i);
    }
    return out;
}

/// Each solution found forbids all rank vectors that are no better anywhere. The next optimum is again
/// maximal: whatever dominated it would come earlier in the order and be forbidden, hence forbid it too.
inline std::vector<assignment> solver::maximal(const query& q, std::size_t criteria_count,
                                               std::size_t limit) {
    std::vector<assignment> out;
    const std::size_t k = std::min(criteria_count, q.criteria.size());
    if (limit == 0 || !engine_.begin(q)) return out;
    while (engine_.optimum() == detail::verdict::solved) {
        out.push_back(engine_.model());
        if (out.size() == limit) break;
        std::vector<term> better;
        for (std::size_t i = 0; i < k; ++i) {
            const criterion& c = q.criteria[i];
            bits set(problem_->size(c.var));
            for (std::uint32_t v = 0; v < set.size(); ++v)
                if (c.rank[v] < c.rank[out.back()[c.var]]) set.set(v);
            if (!set.empty()) better.push_back({c.var, std::move(set)});
        }
        engine_.clear_assumptions();
        if (better.empty() || !engine_.add_query_clause(better, detail::none)) break;
    }
    return out;
}

} // namespace cudacompat
