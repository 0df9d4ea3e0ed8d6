// Worlds too large for a truth table, against CaDiCaL: verdict, optimum, cores.
#include "families.hpp"
#include "generate.hpp"
#include "lower.hpp"
#include "sat_oracle.hpp"

#include <cudacompat/decide/check.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

#include <cstdlib>

using namespace decide_test;
using cudacompat::assignment;
using cudacompat::refutation;
using cudacompat::solver;

namespace {

uint64_t first_seed() {
    const char* const text = std::getenv("CUDACOMPAT_SEED");
    return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

/// The core alone is unsolvable and loses that with any of its reasons.
std::string fault_of_core(sat_oracle& sat, const refutation& r) {
    if (sat.solvable(r.core)) return "the core has a solution";
    for (size_t i = 0; i < r.core.size(); ++i) {
        std::vector<cudacompat::reason> rest = r.core;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
        if (!sat.solvable(rest)) return "the core stays unsolvable without reason " + std::to_string(i);
    }
    return {};
}

/// No solution is better: for each step of the order (criteria, then variables by id), what came before
/// held fixed, nothing below the rank that was found.
std::string fault_of_optimum(sat_oracle& sat, const world& w, const plain_query& q, const assignment& found) {
    std::vector<plain_criterion> order = q.criteria;
    for (uint32_t v = 0; v < w.sizes.size(); ++v) {
        order.push_back({v, std::vector<uint32_t>(w.sizes[v])});
        std::iota(order.back().rank.begin(), order.back().rank.end(), 0U);
    }
    std::vector<plain_term> held;
    for (size_t i = 0; i < order.size(); ++i) {
        const auto& [var, rank] = order[i];
        value_set better, equal;
        for (uint32_t value = 0; value < w.sizes[var]; ++value) {
            if (rank[value] < rank[found[var]]) better.push_back(value);
            if (rank[value] == rank[found[var]]) equal.push_back(value);
        }
        if (!better.empty()) {
            held.push_back({var, better});
            if (sat.solvable_with(held))
                return "better in step " + std::to_string(i) + ": " + to_text(sat.model());
            held.pop_back();
        }
        if (equal.size() < w.sizes[var]) held.push_back({var, equal});
    }
    return {};
}

/// Everything that is wrong with the answer, empty for nothing.
std::string fault_of_answer(const world& w, const plain_query& q) {
    const cudacompat::problem problem = to_problem(w);
    const cudacompat::query query = to_query(w, q);
    const answer got = solver(problem).solve(query);
    sat_oracle sat(w, q);
    const bool solvable = sat.solvable();
    if (const auto* found = std::get_if<assignment>(&got)) {
        if (!solvable) return "unsolvable, but solved";
        if (!check(problem, query, *found)) return "check() rejects the solution";
        if (!satisfies(w, q, *found)) return "not a solution: " + to_text(*found);
        return fault_of_optimum(sat, w, q, *found);
    }
    const auto& r = std::get<refutation>(got);
    if (solvable) return "solvable, but refuted";
    if (!check(problem, query, r)) return "check() rejects the refutation\n" + to_text(r);
    return fault_of_core(sat, r);
}

} // namespace

TEST_CASE("larger random worlds: verdict, optimum and cores are CaDiCaL's") {
    const uint64_t first = first_seed() * 1'000'000'000U, count = test_support::scaled(1500);
    MESSAGE("seed " << first_seed() << ", " << count << " worlds");
    int failures = 0;
    for (uint64_t seed = first; seed < first + count && failures < 5; ++seed) {
        world w = random_world(seed, large());
        plain_query q = random_query(seed, w);
        const std::string wrong = fault_of_answer(w, q);
        if (wrong.empty()) continue;
        ++failures;
        minimise(w, q, [](const world& smaller, const plain_query& asked) {
            return !fault_of_answer(smaller, asked).empty();
        });
        FAIL_CHECK(wrong << "\nseed " << seed << ", smallest case:\n"
                         << to_text(w, q) << "there: " << fault_of_answer(w, q));
    }
}

TEST_CASE("families: verdict, optimum and cores are CaDiCaL's") {
    size_t asked = 0;
    for (const family f : {family::chain, family::knot, family::rand})
        for (uint64_t seed = 1; seed <= test_support::scaled(20); ++seed) {
            const family_world base = make_family(f, 24, 24, seed);
            const referee solvable = [](const world& w, const std::vector<plain_term>& pins) {
                return sat_oracle(w, {pins, {}, {}}).solvable();
            };
            for (const ask kind : {ask::sat, ask::unsat, ask::deep}) {
                if (kind == ask::deep && f != family::rand) continue;
                const auto pins = find_pins(base, kind, seed, solvable);
                if (!pins) continue; // some bases have none
                ++asked;
                const plain_query q{*pins, {}, {}};
                CAPTURE(name_of(f));
                CAPTURE(seed);
                CAPTURE(name_of(kind));
                CHECK(fault_of_answer(base.w, q) == "");
                const cudacompat::problem problem = to_problem(base.w);
                CHECK(solver(problem).satisfiable(to_query(base.w, q)) == (kind == ask::sat));
            }
        }
    CHECK(asked >= test_support::scaled(20) * 3);
}
