// From the tests' plain world to the library's types, and the library's answers as text.
#pragma once

#include "world.hpp"

#include <cudacompat/decide/problem.hpp>
#include <cudacompat/decide/problem_builder.hpp>
#include <cudacompat/decide/solver.hpp>

#include <variant>

namespace decide_test {

using answer = std::variant<cudacompat::assignment, cudacompat::refutation>;

[[nodiscard]] inline cudacompat::bits to_bits(const world& w, uint32_t var, const value_set& set) {
    cudacompat::bits out(w.sizes[var]);
    for (const uint32_t value : set) out.set(value);
    return out;
}
[[nodiscard]] inline cudacompat::term to_term(const world& w, const plain_term& t) {
    return {t.var, to_bits(w, t.var, t.allowed)};
}
[[nodiscard]] inline cudacompat::clause to_clause(const world& w, const std::vector<plain_term>& any_of,
                                                  uint32_t cause) {
    cudacompat::clause out;
    for (const plain_term& t : any_of) out.any_of.push_back(to_term(w, t));
    out.cause = cause;
    return out;
}

[[nodiscard]] inline cudacompat::problem to_problem(const world& w) {
    cudacompat::problem_builder builder;
    for (const uint32_t size : w.sizes) (void)builder.add_variable(size);
    for (const row_fact& f : w.rows) {
        if (f.q_first > f.q_last) builder.add_row(f.p, f.p_first, f.p_last + 1, f.q, 0, 0, f.cause);
        else builder.add_row(f.p, f.p_first, f.p_last + 1, f.q, f.q_first, f.q_last + 1, f.cause);
    }
    for (const set_fact& f : w.sets)
        builder.add(cudacompat::implication{f.p, f.q, to_bits(w, f.p, f.premise),
                                            to_bits(w, f.q, f.consequence), f.cause});
    for (const any_fact& f : w.clauses) builder.add(to_clause(w, f.any_of, f.cause));
    return std::move(builder).build();
}

[[nodiscard]] inline cudacompat::query to_query(const world& w, const plain_query& q) {
    cudacompat::query out;
    for (const plain_term& t : q.restrictions) out.restrictions.push_back(to_term(w, t));
    for (const std::vector<plain_term>& c : q.clauses) out.clauses.push_back(to_clause(w, c, 0));
    for (const plain_criterion& c : q.criteria) out.criteria.push_back({c.var, c.rank});
    return out;
}

[[nodiscard]] inline value_set members(const cudacompat::bits& set) {
    value_set out;
    for (uint32_t value = set.next(0); value < set.size(); value = set.next(value + 1)) out.push_back(value);
    return out;
}

/// Every number of a refutation: two of them are equal to the byte exactly when their texts are.
[[nodiscard]] inline std::string to_text(const cudacompat::refutation& r) {
    const auto reasons = [](const std::vector<cudacompat::reason>& list) {
        std::string out;
        for (const cudacompat::reason& one : list)
            out += (one.from_query ? " q" : " f") + std::to_string(one.index);
        return out;
    };
    std::string out = "core" + reasons(r.core) + "\n";
    for (const cudacompat::derivation_step& step : r.steps) {
        out += "never";
        for (const cudacompat::term& t : step.never)
            out += " " + std::to_string(t.var) + to_text(members(t.allowed));
        out += " because" + reasons(step.because) + " from";
        for (const uint32_t from : step.from) out += " " + std::to_string(from);
        out += "\n";
    }
    return out;
}
[[nodiscard]] inline std::string to_text(const answer& a) {
    if (const auto* found = std::get_if<cudacompat::assignment>(&a)) return to_text(*found);
    return to_text(std::get<cudacompat::refutation>(a));
}

} // namespace decide_test
