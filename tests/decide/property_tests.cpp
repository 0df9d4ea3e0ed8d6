// Random small problems against brute force, and the laws that every answer keeps.
//
// CUDACOMPAT_SEED=n chooses the run (default 1, so that a build is reproducible), CUDACOMPAT_CASES=n how
// many problems. A failing case prints its seed and the smallest world that still fails, as C++ text.
#include "generate.hpp"
#include "lower.hpp"
#include "oracle.hpp"

#include <cudacompat/decide/check.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <thread>

using namespace decide_test;
using cudacompat::assignment;
using cudacompat::refutation;
using cudacompat::solver;

namespace {

uint64_t number_from(const char* name, uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}
uint64_t first_seed() { return number_from("CUDACOMPAT_SEED", 1); }
uint64_t cases() { return number_from("CUDACOMPAT_CASES", test_support::scaled(20000)); }

/// A case with everything that the properties read.
struct subject {
    subject(world world_in, plain_query query_in)
        : w(std::move(world_in)),
          q(std::move(query_in)),
          problem(to_problem(w)),
          query(to_query(w, q)),
          table(w),
          solutions(table.solutions(q)),
          solvable(truth_table::any(solutions)),
          answered(solver(problem).solve(query)) {}

    world w;
    plain_query q;
    cudacompat::problem problem;
    cudacompat::query query;
    truth_table table;
    truth_table::bitmap solutions;
    bool solvable;
    answer answered;
};

/// What is wrong; empty for nothing.
using property = std::function<std::string(const subject&)>;

std::string verdict_and_optimum(const subject& s) {
    const auto* found = std::get_if<assignment>(&s.answered);
    if ((found != nullptr) != s.solvable)
        return s.solvable ? "solvable, but refuted" : "unsolvable, but solved";
    if (found != nullptr && *found != *s.table.optimum(s.q, s.solutions))
        return "optimum " + to_text(*s.table.optimum(s.q, s.solutions)) + ", found " + to_text(*found);
    solver fresh(s.problem);
    if (fresh.satisfiable(s.query) != s.solvable) return "satisfiable() has another verdict";
    const std::optional<assignment> some = fresh.find(s.query);
    if (some.has_value() != s.solvable) return "find() has another verdict";
    if (some && *some != *s.table.optimum(s.q, s.solutions))
        return "find() is not the optimum: " + to_text(*some);
    return {};
}

std::string checker_accepts(const subject& s) {
    const bool accepted = std::visit([&](const auto& a) { return check(s.problem, s.query, a); }, s.answered);
    return accepted ? "" : "check() rejects\n" + to_text(s.answered);
}

std::string steps_are_implied(const subject& s) {
    const auto* r = std::get_if<refutation>(&s.answered);
    if (r == nullptr) return {};
    const std::string fault = s.table.fault_of_steps(s.q, *r);
    return fault.empty() ? fault : fault + "\n" + to_text(*r);
}

std::string core_is_irreducible(const subject& s) {
    const auto* r = std::get_if<refutation>(&s.answered);
    if (r == nullptr) return {};
    const std::string fault = s.table.fault_of_core(s.q, *r);
    return fault.empty() ? fault : fault + "\n" + to_text(*r);
}

std::string repeated_runs_are_equal(const subject& s) {
    const std::string expected = to_text(s.answered);
    solver again(s.problem);
    for (int run = 0; run < 2; ++run)
        if (const std::string text = to_text(answer(again.solve(s.query))); text != expected)
            return "run " + std::to_string(run) + ":\n" + text + "instead of\n" + expected;
    return {};
}

std::string order_of_facts_does_not_matter(const subject& s) {
    world shuffled = s.w;
    rng r(fingerprint(s.w, s.q));
    r.shuffle(shuffled.rows);
    r.shuffle(shuffled.sets);
    r.shuffle(shuffled.clauses);
    for (any_fact& f : shuffled.clauses) r.shuffle(f.any_of);
    const cudacompat::problem other = to_problem(shuffled);
    if (other.save() != s.problem.save()) return "the saved bytes differ";
    const std::string text = to_text(answer(solver(other).solve(s.query)));
    return text == to_text(s.answered) ? "" : text + "instead of\n" + to_text(s.answered);
}

std::string loading_what_was_saved_changes_nothing(const subject& s) {
    const auto saved = s.problem.save();
    const cudacompat::result<cudacompat::problem> loaded = cudacompat::problem::load(saved);
    if (!loaded) return "does not load: " + loaded.error().message;
    if (loaded->save() != saved) return "saves other bytes";
    const std::string text = to_text(answer(solver(*loaded).solve(s.query)));
    return text == to_text(s.answered) ? "" : text + "instead of\n" + to_text(s.answered);
}

std::string fewer_facts_allow_more(const subject& s) {
    if (!s.solvable) return {};
    for (const uint32_t cause : s.w.causes()) {
        const cudacompat::problem less = to_problem(s.w.only([&](uint32_t c) { return c != cause; }));
        if (!solver(less).satisfiable(s.query)) return "unsolvable without cause " + std::to_string(cause);
    }
    return {};
}

std::string projections_are_exact(const subject& s) {
    solver one(s.problem);
    for (uint32_t v = 0; v < s.w.sizes.size(); ++v)
        if (const value_set got = members(one.project(s.query, v)); got != s.table.projection(s.solutions, v))
            return "variable " + std::to_string(v) + ": " + to_text(got) + " instead of " +
                   to_text(s.table.projection(s.solutions, v));
    return {};
}

std::string maximal_solutions_are_exact(const subject& s) {
    solver one(s.problem);
    for (size_t count = 0; count <= s.q.criteria.size(); ++count) {
        const auto expected = s.table.maximal(s.q, s.solutions, count);
        for (const size_t limit : {size_t{1000000}, size_t{2}}) {
            const std::vector<assignment> got = one.maximal(s.query, count, limit);
            const std::string at = std::to_string(count) + " criteria, limit " + std::to_string(limit) + ": ";
            if (got.size() != std::min(limit, expected.size()))
                return at + std::to_string(got.size()) + " solutions of " + std::to_string(expected.size());
            for (size_t i = 0; i < got.size(); ++i) {
                if (!satisfies(s.w, s.q, got[i])) return at + "no solution: " + to_text(got[i]);
                if (rank_vector(s.q, got[i], count) != expected[i])
                    return at + to_text(rank_vector(s.q, got[i], count)) + " instead of " +
                           to_text(expected[i]);
            }
        }
    }
    return {};
}

std::string matrices_are_exact(const subject& s) {
    solver one(s.problem);
    rng r(fingerprint(s.w, s.q));
    const auto n = static_cast<uint32_t>(s.w.sizes.size());
    const uint32_t a = r.below(n), b = (a + 1 + r.below(n - 1)) % n;
    const std::vector<cudacompat::bits> got = one.matrix(s.query, a, b);
    const std::vector<value_set> expected = s.table.matrix(s.solutions, a, b);
    if (got.size() != expected.size()) return "not one row for each value";
    for (size_t value = 0; value < got.size(); ++value)
        if (members(got[value]) != expected[value])
            return "variables " + std::to_string(a) + ", " + std::to_string(b) + ", row " +
                   std::to_string(value) + ": " + to_text(members(got[value])) + " instead of " +
                   to_text(expected[value]);
    return {};
}

/// The queries of one case, answered in turn by one solver and by a new one each.
std::string one_solver_many_queries(const subject& s) {
    solver one(s.problem);
    for (uint64_t i = 0; i < 4; ++i) {
        const cudacompat::query query = to_query(s.w, random_query(fingerprint(s.w, s.q) + i, s.w));
        const std::string reused = to_text(answer(one.solve(query)));
        const std::string fresh = to_text(answer(solver(s.problem).solve(query)));
        if (reused != fresh) return "query " + std::to_string(i) + ":\n" + reused + "instead of\n" + fresh;
        if (i == 1) (void)one.project(query, 0);
    }
    return {};
}

/// check() has to see through an answer that was tampered with. Where the tampered one happens to be right
/// as well (brute force says so), nothing is asked.
std::string checker_rejects_tampered_answers(const subject& s) {
    if (const auto* found = std::get_if<assignment>(&s.answered)) {
        for (uint32_t v = 0; v < found->size(); ++v)
            for (uint32_t value = 0; value <= s.w.sizes[v]; ++value) {
                assignment other = *found;
                other[v] = value;
                if (check(s.problem, s.query, other) != satisfies(s.w, s.q, other))
                    return "wrong about " + to_text(other);
            }
        assignment shorter = *found;
        shorter.pop_back();
        if (check(s.problem, s.query, shorter)) return "accepts an assignment without its last variable";
        assignment longer = *found;
        longer.push_back(0);
        if (check(s.problem, s.query, longer)) return "accepts an assignment with a variable too many";
        refutation empty;
        if (check(s.problem, s.query, empty)) return "accepts an empty refutation of a solvable problem";
        empty.steps.push_back({});
        if (check(s.problem, s.query, empty)) return "accepts an unfounded refutation of a solvable problem";
        return {};
    }
    const auto& right = std::get<refutation>(s.answered);
    const auto rejected = [&](const refutation& r) {
        return s.table.fault_of_steps(s.q, r).empty() || !check(s.problem, s.query, r);
    };
    for (size_t i = 0; i < right.core.size(); ++i) {
        refutation r = right;
        r.core.erase(r.core.begin() + static_cast<std::ptrdiff_t>(i));
        if (check(s.problem, s.query, r)) return "accepts a core without its reason " + std::to_string(i);
        for (cudacompat::derivation_step& step : r.steps) std::erase(step.because, right.core[i]);
        if (check(s.problem, s.query, r)) return "accepts the proof without its reason " + std::to_string(i);
    }
    for (size_t i = 0; i < right.steps.size(); ++i) {
        refutation r = right;
        r.steps.erase(r.steps.begin() + static_cast<std::ptrdiff_t>(i));
        for (cudacompat::derivation_step& step : r.steps) {
            std::erase(step.from, static_cast<uint32_t>(i));
            for (uint32_t& from : step.from) from -= from > i ? 1U : 0U;
        }
        if (!rejected(r)) return "accepts the proof without its step " + std::to_string(i);
        for (size_t k = 0; k < right.steps[i].from.size(); ++k) {
            r = right;
            r.steps[i].from.erase(r.steps[i].from.begin() + static_cast<std::ptrdiff_t>(k));
            if (!rejected(r)) return "accepts step " + std::to_string(i) + " without one of its premises";
        }
        for (size_t k = 0; k < right.steps[i].never.size(); ++k)
            for (uint32_t value = 0; value < right.steps[i].never[k].allowed.size(); ++value) {
                r = right;
                r.steps[i].never[k].allowed.set(value);
                if (r.steps[i].never[k] == right.steps[i].never[k]) continue;
                if (!rejected(r)) return "accepts step " + std::to_string(i) + " with a larger term";
            }
        r = right;
        r.steps[i].from.push_back(static_cast<uint32_t>(i));
        if (check(s.problem, s.query, r)) return "accepts step " + std::to_string(i) + " that cites itself";
    }
    if (!right.steps.empty()) {
        refutation r = right;
        r.steps.pop_back();
        if (check(s.problem, s.query, r)) return "accepts a proof without its end";
    }
    // A reason that does not exist proves nothing.
    refutation r = right;
    r.core.push_back({true, static_cast<uint32_t>(s.q.reasons())});
    if (check(s.problem, s.query, r)) return "accepts a reason that the query does not have";
    // Nor does a fact that nobody stated, cited by a step and listed in the core.
    r = right;
    const cudacompat::reason invented{false, 0xFFFFFFF0U};
    r.steps.back().because.push_back(invented);
    r.core.push_back(invented);
    std::sort(r.core.begin(), r.core.end());
    if (check(s.problem, s.query, r)) return "accepts a fact that the problem does not have";
    // A true step that leads nowhere is no part of a derivation.
    r = right;
    r.steps.insert(r.steps.begin(), right.steps.front());
    for (cudacompat::derivation_step& step : r.steps)
        for (uint32_t& from : step.from) ++from;
    if (right.steps.size() > 1 && check(s.problem, s.query, r)) return "accepts a step that nothing uses";
    return {};
}

struct named_property {
    const char* name;
    property holds;
};
const std::vector<named_property>& properties() {
    static const std::vector<named_property> all{
        {"verdict and optimum", verdict_and_optimum},
        {"checker accepts", checker_accepts},
        {"steps are implied", steps_are_implied},
        {"core is irreducible", core_is_irreducible},
        {"repeated runs are equal", repeated_runs_are_equal},
        {"order of facts does not matter", order_of_facts_does_not_matter},
        {"loading what was saved changes nothing", loading_what_was_saved_changes_nothing},
        {"fewer facts allow more", fewer_facts_allow_more},
        {"projections are exact", projections_are_exact},
        {"maximal solutions are exact", maximal_solutions_are_exact},
        {"matrices are exact", matrices_are_exact},
        {"one solver, many queries", one_solver_many_queries},
        {"checker rejects tampered answers", checker_rejects_tampered_answers},
    };
    return all;
}

/// The report of a broken property: seed, and the smallest case that breaks it.
std::string report(const named_property& p, uint64_t seed, const subject& s, const std::string& wrong) {
    world w = s.w;
    plain_query q = s.q;
    minimise(w, q, [&](const world& smaller, const plain_query& asked) {
        return !p.holds(subject(smaller, asked)).empty();
    });
    return std::string(p.name) + ": " + wrong + "\nseed " + std::to_string(seed) + ", smallest case:\n" +
           to_text(w, q) + "there: " + p.holds(subject(w, q));
}

} // namespace

TEST_CASE("every answer on random problems is the one that brute force gives, with all its laws") {
    const uint64_t first = first_seed() * 1'000'000'000U, count = cases();
    MESSAGE("seed " << first_seed() << ", " << count << " problems");
    uint64_t solvable = 0, hash = 14695981039346656037U;
    std::vector<uint64_t> broken(properties().size(), 0);
    for (uint64_t seed = first; seed < first + count; ++seed) {
        const world w = random_world(seed, tiny());
        const subject s(w, random_query(seed, w));
        solvable += s.solvable ? 1 : 0;
        for (const char c : to_text(s.answered))
            hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
        for (size_t i = 0; i < properties().size(); ++i) {
            const std::string wrong = properties()[i].holds(s);
            if (wrong.empty()) continue;
            if (++broken[i] <= 2) FAIL_CHECK(report(properties()[i], seed, s, wrong)); // one is seldom alone
        }
    }
    // The same number from every compiler and build: compare it across them.
    MESSAGE(solvable << " solvable; all answers hash to " << hash);
    for (size_t i = 0; i < properties().size(); ++i)
        CHECK_MESSAGE(broken[i] == 0, std::string(properties()[i].name));
}

TEST_CASE("several threads ask one problem") {
    const uint64_t first = first_seed() * 1'000'000'000U, count = std::max<uint64_t>(1, cases() / 50);
    for (uint64_t seed = first; seed < first + count; ++seed) {
        const world w = random_world(seed, tiny());
        const cudacompat::problem problem = to_problem(w);
        std::vector<cudacompat::query> queries;
        std::vector<std::string> expected;
        for (uint64_t i = 0; i < 3; ++i) {
            queries.push_back(to_query(w, random_query(seed + i, w)));
            expected.push_back(to_text(answer(solver(problem).solve(queries.back()))));
        }
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        for (size_t t = 0; t < 3; ++t)
            threads.emplace_back([&, t] {
                solver own(problem);
                for (size_t i = 0; i < 3; ++i) {
                    const size_t at = (i + t) % 3;
                    if (to_text(answer(own.solve(queries[at]))) != expected[at]) ++wrong;
                }
            });
        for (std::thread& t : threads) t.join();
        CHECK_MESSAGE(wrong == 0, "seed ", seed);
    }
}
