// The decision core at the level of integers: small worlds whose answers can be seen by eye.
#include <cudacompat/decide/check.hpp>
#include <cudacompat/decide/problem_builder.hpp>
#include <cudacompat/decide/solver.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <variant>
#include <vector>

using namespace cudacompat;

namespace {

bits set_of(std::uint32_t size, std::initializer_list<std::uint32_t> members) {
    bits out(size);
    for (const std::uint32_t m : members) out.set(m);
    return out;
}

restriction pin(var_id v, std::uint32_t size, std::uint32_t value) { return {v, set_of(size, {value})}; }

criterion newest(var_id v, std::uint32_t size) {
    criterion out{v, {}};
    for (std::uint32_t i = 0; i < size; ++i) out.rank.push_back(i);
    return out;
}

/// `length` variables of `values` values; each value pins the next variable to the same value.
problem lock_step(std::uint32_t length, std::uint32_t values) {
    problem_builder b;
    for (std::uint32_t i = 0; i < length; ++i) static_cast<void>(b.add_variable(values));
    for (var_id v = 0; v + 1 < length; ++v)
        for (std::uint32_t k = 0; k < values; ++k) b.add_row(v, k, k + 1, v + 1, k, k + 1, v);
    return std::move(b).build();
}

const refutation& refuted(const std::variant<assignment, refutation>& answer) {
    REQUIRE(std::holds_alternative<refutation>(answer));
    return *std::get_if<refutation>(&answer);
}
const assignment& solved(const std::variant<assignment, refutation>& answer) {
    REQUIRE(std::holds_alternative<assignment>(answer));
    return *std::get_if<assignment>(&answer);
}

} // namespace

TEST_CASE("a problem without variables has the empty solution") {
    const problem p = problem_builder().build();
    solver s(p);
    CHECK(solved(s.solve({})).empty());
}

TEST_CASE("without rows every variable takes its lowest value") {
    problem_builder b;
    for (const std::uint32_t size : {1U, 3U, 64U, 65U, 500U}) static_cast<void>(b.add_variable(size));
    const problem p = std::move(b).build();
    solver s(p);
    CHECK(solved(s.solve({})) == assignment{0, 0, 0, 0, 0});
    CHECK(s.statistics().decisions == 0);
}

TEST_CASE("criteria come in order, and several may speak of one variable") {
    problem_builder b;
    const var_id x = b.add_variable(4);
    const var_id y = b.add_variable(4);
    for (std::uint32_t v = 0; v < 4; ++v) b.add_row(x, v, v + 1, y, 3 - v, 4 - v, 1); // x + y = 3
    const problem p = std::move(b).build();
    solver s(p);
    CHECK(solved(s.solve({})) == assignment{0, 3});
    CHECK(solved(s.solve({{}, {}, {newest(y, 4)}})) == assignment{3, 0});
    const query by_class{{}, {}, {{x, {1, 1, 0, 0}}, newest(y, 4), newest(x, 4)}};
    CHECK(solved(s.solve(by_class)) == assignment{3, 0});
    const query split{{}, {}, {{x, {1, 0, 0, 1}}, {x, {0, 1, 0, 0}}}};
    CHECK(solved(s.solve(split)) == assignment{2, 1});
}

TEST_CASE("rows of one pair from several causes intersect; values without a row are free") {
    problem_builder b;
    const var_id x = b.add_variable(3);
    const var_id y = b.add_variable(100);
    b.add_row(x, 0, 2, y, 0, 60, 1);
    b.add_row(x, 0, 1, y, 50, 100, 2);
    const problem p = std::move(b).build();
    solver s(p);
    CHECK(solved(s.solve({{pin(x, 3, 0)}, {}, {}}))[y] == 50);
    CHECK(s.project({{pin(x, 3, 0)}, {}, {}}, y).count() == 10);
    CHECK(s.project({{pin(x, 3, 1)}, {}, {}}, y).count() == 60);
    CHECK(s.project({{pin(x, 3, 2)}, {}, {}}, y).count() == 100);
    CHECK(s.project({{pin(y, 100, 70)}, {}, {}}, x) == set_of(3, {2}));
}

TEST_CASE("consequences may be any set, at any size of domain") {
    for (const std::uint32_t size : {5U, 70U}) {
        problem_builder b;
        const var_id x = b.add_variable(size);
        const var_id y = b.add_variable(size);
        bits odd(size);
        for (std::uint32_t v = 1; v < size; v += 2) odd.set(v);
        b.add(implication{x, y, odd, odd, 1});
        b.add_row(x, 0, 1, y, size - 1, size, 2);
        const problem p = std::move(b).build();
        solver s(p);
        CHECK(s.project({{pin(y, size, 2)}, {}, {}}, x).intersects(odd) == false);
        CHECK(solved(s.solve({{pin(x, size, 3)}, {}, {}}))[y] == 1);
        CHECK(solved(s.solve({{pin(x, size, 0)}, {}, {}}))[y] == size - 1);
    }
}

TEST_CASE("clauses of no, one, two and more terms") {
    problem_builder b;
    const var_id x = b.add_variable(3);
    const var_id y = b.add_variable(3);
    const var_id z = b.add_variable(3);
    b.add(clause{{{x, set_of(3, {1, 2})}}, 1});
    b.add(clause{{{x, set_of(3, {2})}, {y, set_of(3, {2})}}, 2});
    b.add(clause{{{x, set_of(3, {2})}, {y, set_of(3, {0, 1})}, {z, set_of(3, {1})}}, 3});
    const problem p = std::move(b).build();
    solver s(p);
    CHECK(solved(s.solve({})) == assignment{1, 2, 1});
    const query no_z{{pin(x, 3, 1), pin(z, 3, 0)}, {}, {}};
    const auto answer = s.solve(no_z);
    CHECK(check(p, no_z, refuted(answer)));
    CHECK(refuted(answer).core == std::vector<reason>{{false, 2}, {false, 3}, {true, 0}, {true, 1}});

    problem_builder never;
    static_cast<void>(never.add_variable(2));
    never.add(clause{{}, 7});
    const problem impossible = std::move(never).build();
    solver t(impossible);
    CHECK(refuted(t.solve({})).core == std::vector<reason>{{false, 7}});
}

TEST_CASE("conditions of the query take part and are cited by position, clauses after restrictions") {
    problem_builder b;
    const var_id x = b.add_variable(2);
    const var_id y = b.add_variable(2);
    b.add_row(x, 0, 1, y, 0, 1, 5);
    const problem p = std::move(b).build();
    query q;
    q.restrictions = {pin(x, 2, 0)};
    q.clauses = {clause{{{x, set_of(2, {1})}, {y, set_of(2, {1})}}, 0}};
    solver s(p);
    const auto answer = s.solve(q);
    CHECK(refuted(answer).core == std::vector<reason>{{false, 5}, {true, 0}, {true, 1}});
    CHECK(check(p, q, refuted(answer)));
}

TEST_CASE("a conflict names only what decides it, and its steps follow from what they cite") {
    problem_builder b;
    std::vector<var_id> v;
    for (int i = 0; i < 6; ++i) v.push_back(b.add_variable(10));
    b.add_row(v[0], 0, 10, v[1], 0, 5, 10); // 0 needs 1 below 5
    b.add_row(v[1], 0, 5, v[2], 0, 3, 11);  // 1 below 5 needs 2 below 3
    b.add_row(v[3], 4, 5, v[2], 3, 10, 12); // 3 at 4 needs 2 from 3 on
    b.add_row(v[4], 0, 10, v[5], 2, 4, 13); // unrelated
    const problem p = std::move(b).build();
    const query q{{pin(v[4], 10, 1), pin(v[3], 10, 4)}, {}, {}};
    solver s(p);
    const auto answer = s.solve(q);
    const refutation& r = refuted(answer);
    CHECK(r.core == std::vector<reason>{{false, 10}, {false, 11}, {false, 12}, {true, 1}});
    CHECK(check(p, q, r));
    CHECK(r.steps.size() <= 3);
    CHECK_FALSE(check(p, {{}, {}, {}}, r));
}

TEST_CASE("a refutation that needs search: four variables, three values, all different") {
    problem_builder b;
    for (int i = 0; i < 4; ++i) static_cast<void>(b.add_variable(3));
    cause_id cause = 0;
    for (var_id x = 0; x < 4; ++x)
        for (var_id y = x + 1; y < 4; ++y, ++cause)
            for (std::uint32_t v = 0; v < 3; ++v)
                b.add(implication{x, y, set_of(3, {v}), set_of(3, {v}).complement(), cause});
    const problem p = std::move(b).build();
    solver s(p);
    const auto answer = s.solve({});
    CHECK(refuted(answer).core.size() == 6);
    CHECK(check(p, {}, refuted(answer)));
}

TEST_CASE("the lock-step chain needs no backtracking") {
    const problem p = lock_step(100, 500);
    solver s(p);
    CHECK(solved(s.solve({{pin(99, 500, 321)}, {}, {}})) == assignment(100, 321));
    CHECK(solved(s.solve({})) == assignment(100, 0));
    CHECK(s.statistics().conflicts == 0);
    const query apart{{pin(0, 500, 3), pin(99, 500, 4)}, {}, {}};
    const auto answer = s.solve(apart);
    CHECK(refuted(answer).core.size() == 101);
    CHECK(check(p, apart, refuted(answer)));
}

TEST_CASE("matrix and projection are exact") {
    problem_builder b;
    const var_id x = b.add_variable(5);
    const var_id y = b.add_variable(5);
    const var_id z = b.add_variable(5);
    for (std::uint32_t v = 0; v < 5; ++v) {
        b.add_row(x, v, v + 1, z, v, 5, 1);     // z >= x
        b.add_row(y, v, v + 1, z, 0, v + 1, 2); // z <= y
    }
    const problem p = std::move(b).build();
    solver s(p);
    const std::vector<bits> m = s.matrix({}, x, y);
    for (std::uint32_t i = 0; i < 5; ++i)
        for (std::uint32_t j = 0; j < 5; ++j) CHECK(m[i].test(j) == (i <= j));
    CHECK(s.project({{pin(z, 5, 2)}, {}, {}}, x) == set_of(5, {0, 1, 2}));
}

TEST_CASE("maximal solutions: one for each rank vector that nothing dominates") {
    problem_builder b;
    const var_id x = b.add_variable(3);
    const var_id y = b.add_variable(3);
    static_cast<void>(b.add_variable(2));
    for (std::uint32_t v = 0; v < 3; ++v) b.add_row(x, v, v + 1, y, 2 - v, 3, 1); // x + y >= 2
    const problem p = std::move(b).build();
    solver s(p);
    const query q{{}, {}, {newest(x, 3), newest(y, 3)}};
    CHECK(s.maximal(q, 2, 10) == std::vector<assignment>{{0, 2, 0}, {1, 1, 0}, {2, 0, 0}});
    CHECK(s.maximal(q, 2, 2).size() == 2);
    CHECK(s.maximal(q, 1, 10).size() == 1);
}

TEST_CASE("the saved form is canonical and survives hostile bytes") {
    const auto make = [](bool reversed) {
        problem_builder b;
        const var_id x = b.add_variable(4);
        const var_id y = b.add_variable(80);
        const var_id z = b.add_variable(3);
        std::vector<implication> rows{{x, y, set_of(4, {0, 2}), set_of(80, {1, 5}), 3},
                                      {x, y, set_of(4, {1}), set_of(80, {7}), 2},
                                      {y, z, set_of(80, {3, 4, 5}), set_of(3, {1}), 1}};
        if (reversed) std::reverse(rows.begin(), rows.end());
        for (const implication& i : rows) b.add(i);
        b.add(clause{{{x, set_of(4, {0})}, {y, set_of(80, {9})}, {z, set_of(3, {0})}}, 4});
        b.add(clause{{{z, set_of(3, {0, 1})}}, 5});
        return std::move(b).build();
    };
    const std::vector<std::byte> bytes = make(false).save();
    CHECK(make(true).save() == bytes);
    const auto again = problem::load(bytes);
    REQUIRE(again);
    CHECK(again->save() == bytes);
    for (std::size_t n = 0; n < bytes.size(); ++n)
        CHECK_FALSE(problem::load(std::span<const std::byte>(bytes.data(), n)).has_value());
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
        std::vector<std::byte> bad = bytes;
        bad[i / 8] ^= static_cast<std::byte>(1U << (i % 8));
        if (const auto read = problem::load(bad)) { // still a problem: it must be safe to use
            solver s(*read);
            const query q;
            if (const auto found = s.find(q)) CHECK(check(*read, q, *found));
        }
    }
}

TEST_CASE("answers do not depend on what the solver was asked before") {
    const problem p = lock_step(12, 40);
    const query q{{pin(3, 40, 5), pin(7, 40, 9)}, {}, {}};
    solver fresh(p);
    solver used(p);
    static_cast<void>(used.solve({{pin(7, 40, 9)}, {}, {}}));
    static_cast<void>(used.matrix({}, 0, 11));
    const auto a = fresh.solve(q);
    const auto b = used.solve(q);
    CHECK(refuted(a).core == refuted(b).core);
    REQUIRE(refuted(a).steps.size() == refuted(b).steps.size());
    for (std::size_t i = 0; i < refuted(a).steps.size(); ++i)
        CHECK(refuted(a).steps[i].never == refuted(b).steps[i].never);
}

TEST_CASE("neighbours are the variables that share a row or a clause") {
    problem_builder b;
    for (int i = 0; i < 5; ++i) static_cast<void>(b.add_variable(2));
    b.add_row(3, 0, 1, 1, 0, 1, 1);
    b.add(clause{{{0, set_of(2, {0})}, {1, set_of(2, {0})}, {4, set_of(2, {1})}}, 2});
    const problem p = std::move(b).build();
    CHECK(p.neighbours(1) == std::vector<var_id>{0, 3, 4});
    CHECK(p.neighbours(2).empty());
}
