#include "ours.hpp"

#include "../../decide/lower.hpp"
#include "cases.hpp"
#include "tables.hpp"

#include <cudacompat/decide/check.hpp>

#include <benchmark/benchmark.h>

#include <memory>
#include <optional>

namespace bench {

namespace {

using cudacompat::assignment;
using cudacompat::refutation;
using cudacompat::solver;

cudacompat::problem build(const peer_problem& in) {
    cudacompat::problem_builder builder;
    for (uint32_t p = 0; p < in.packages; ++p) (void)builder.add_variable(in.versions[p]);
    // A cause is a package pair. Rows come pair by pair.
    uint32_t cause = 0;
    for (size_t i = 0; i < in.rows; ++i) {
        const peer_row& r = in.row[i];
        if (i > 0 && (r.p != in.row[i - 1].p || r.q != in.row[i - 1].q)) ++cause;
        builder.add_row(r.p, r.p_first, r.p_last + 1, r.q, r.q_first, r.q_last + 1, cause);
    }
    return std::move(builder).build();
}

cudacompat::query pinned(const peer_problem& in) {
    cudacompat::query out;
    for (size_t i = 0; i < in.pins; ++i) {
        cudacompat::bits value(in.versions[in.pin[i].package]);
        value.set(in.pin[i].version);
        out.restrictions.push_back({in.pin[i].package, std::move(value)});
    }
    return out;
}

/// Median CPU time of a call, in seconds, after one that is not counted.
template <class Call>
double timed(int runs, Call call) {
    call();
    std::vector<double> all;
    for (int i = 0; i < runs; ++i) {
        const double start = peer_cpu_s();
        call();
        all.push_back(peer_cpu_s() - start);
    }
    std::nth_element(all.begin(), all.begin() + runs / 2, all.end());
    return all[static_cast<size_t>(runs / 2)];
}

} // namespace

void ours_run(const peer_problem* in, peer_answer* out) {
    const double heap = peer_heap(), start = peer_cpu_s();
    const cudacompat::problem problem = build(*in);
    const double built = peer_cpu_s();

    // The newest of package 0, by verdicts: from the best on, twice as many versions each time, then bisected.
    solver one(problem);
    cudacompat::query query = pinned(*in);
    query.restrictions.push_back({0, cudacompat::bits(in->versions[0])});
    const auto possible = [&](uint32_t first, uint32_t last) {
        cudacompat::bits range(in->versions[0]);
        range.set_range(first, last);
        query.restrictions.back().allowed = std::move(range);
        return one.satisfiable(query);
    };
    const uint32_t all = in->versions[0];
    uint32_t low = 0, high = all; // nothing below low; something below high, if there is anything
    if (possible(0, all)) {
        for (high = 1; !possible(low, high); high = std::min(all, 2 * high)) low = high;
        while (high - low > 1) {
            const uint32_t middle = low + (high - low) / 2;
            if (possible(low, middle)) high = middle;
            else low = middle;
        }
    } else {
        low = all;
    }
    const double solved = peer_cpu_s();
    out->heap_bytes = peer_heap() - heap;
    out->sat = low < all;
    out->best = low;
    out->build_s = built - start;
    out->solve_s = solved - built;
    out->explain_s = -1;
    out->lines = -1;
    out->extra[ours_bytes] = static_cast<double>(problem.memory_bytes());
    if (low < all) return;

    // With the conflict and its derivation, by a solver that has seen nothing yet; then once more.
    query.restrictions.pop_back();
    solver other(problem);
    const double asked = peer_cpu_s();
    const auto answer = other.solve(query);
    const double explained = peer_cpu_s();
    benchmark::DoNotOptimize(other.solve(query));
    out->extra[ours_again] = peer_cpu_s() - explained;
    out->extra[ours_conflict] = explained - asked;
    const auto* const why = std::get_if<refutation>(&answer);
    if (why == nullptr || !check(problem, query, *why)) {
        out->sat = -1; // caught as a wrong verdict
        return;
    }
    out->explain_s = std::max(0.0, (explained - asked) - out->solve_s);
    out->lines = static_cast<double>(why->steps.size());
}

void ours_run_all(const peer_problem* in, peer_answer* out) {
    const double heap = peer_heap(), start = peer_cpu_s();
    const cudacompat::problem problem = build(*in);
    const double built = peer_cpu_s();
    solver one(problem);
    const cudacompat::query query = pinned(*in);
    const std::optional<assignment> best = one.find(query);
    const double solved = peer_cpu_s();
    out->heap_bytes = peer_heap() - heap;
    benchmark::DoNotOptimize(one.find(query));
    out->extra[ours_again] = peer_cpu_s() - solved;
    out->extra[ours_bytes] = static_cast<double>(problem.memory_bytes());
    out->sat = best && check(problem, query, *best);
    out->best = best ? (*best)[0] : in->versions[0];
    out->build_s = built - start;
    out->solve_s = solved - built;
    out->explain_s = -1;
    out->lines = -1;
}

namespace {

struct own_row {
    std::string what, unit;
    double bar;
    bool quick; ///< also in a quick run
    double (*measure)(tables&);
};

prepared base_of(family f, uint32_t packages, uint32_t versions, ask kind) {
    if (const prepared* const p = prepare({f, packages, versions, kind, 1})) return *p;
    return {};
}

/// The saved form of 500 x 200 = 10^5 versions, read and validated.
double load_saved(tables& out) {
    const prepared row = base_of(family::chain, 500, 200, ask::sat);
    const auto saved = build(row.flat()).save();
    const double seconds = timed(20, [&] {
        const auto loaded = cudacompat::problem::load(saved);
        if (!loaded) out.mistake("the saved chain 500x200 does not load");
    });
    return seconds * 1e3;
}

/// 60 x 60 cells of two deep packages of chain 60x200 that have no fact between them.
double matrix(tables& out) {
    const prepared row = base_of(family::chain, 60, 200, ask::sat);
    const cudacompat::problem problem = build(row.flat());
    const uint32_t a = row.pins[0].var, b = row.pins[1].var;
    cudacompat::query query;
    for (const decide_test::plain_term& pin : row.pins) {
        cudacompat::bits range(200);
        const uint32_t first = pin.allowed[0] < 30 ? 0 : pin.allowed[0] - 30;
        range.set_range(first, first + 60);
        query.restrictions.push_back({pin.var, range});
    }
    size_t cells = 0, possible = 0;
    const double seconds = timed(3, [&] {
        solver one(problem);
        const std::vector<cudacompat::bits> got = one.matrix(query, a, b);
        cells = possible = 0;
        for (const cudacompat::bits& line : got) possible += line.count();
        cells = 3600;
    });
    if (possible == 0 || possible == cells) out.mistake("the matrix of chain 60x200 is trivial");
    // A sample of cells, each asked by itself.
    solver one(problem);
    const std::vector<cudacompat::bits> got = one.matrix(query, a, b);
    decide_test::rng r(1);
    for (int i = 0; i < 200; ++i) {
        cudacompat::query cell = query;
        const uint32_t x = r.below(200), y = r.below(200);
        cell.restrictions.push_back({a, cudacompat::bits(200)});
        cell.restrictions.back().allowed.set(x);
        cell.restrictions.push_back({b, cudacompat::bits(200)});
        cell.restrictions.back().allowed.set(y);
        if (one.satisfiable(cell) != got[x].test(y))
            out.mistake("a cell of the matrix of chain 60x200 is wrong");
    }
    return seconds;
}

/// Two pins that need disjoint versions of a third package: a conflict of two facts, far from package 0.
double near_conflict(tables& out, uint32_t packages, bool with_reasons) {
    const prepared row = base_of(family::chain, packages, 200, ask::sat);
    const cudacompat::problem problem = build(row.flat());
    const auto rows_of = [&](uint32_t p, uint32_t q) {
        std::vector<peer_row> found;
        for (const peer_row& r : row.rows)
            if (r.p == p && r.q == q) found.push_back(r);
        return found;
    };
    for (uint32_t q = packages - 1; q > 0; --q) {
        std::vector<uint32_t> parents;
        for (const peer_row& r : row.rows)
            if (r.q == q && (parents.empty() || parents.back() != r.p)) parents.push_back(r.p);
        for (size_t i = 0; i + 1 < parents.size(); ++i)
            for (const peer_row& x : rows_of(parents[i], q))
                for (const peer_row& y : rows_of(parents[i + 1], q)) {
                    if (x.q_last >= y.q_first && y.q_last >= x.q_first) continue;
                    const std::vector<peer_pin> pins{{x.p, x.p_first}, {y.p, y.p_first}};
                    peer_problem flat = row.flat();
                    flat.pins = pins.size();
                    flat.pin = pins.data();
                    const cudacompat::query query = pinned(flat);
                    solver one(problem);
                    const auto answer = one.solve(query);
                    const auto* const why = std::get_if<refutation>(&answer);
                    if (why == nullptr || !check(problem, query, *why))
                        out.mistake("a near conflict was not found");
                    else if (why->core.size() == 4 && with_reasons) // two facts, two pins
                        return timed(200, [&] { benchmark::DoNotOptimize(one.solve(query)); }) * 1e6;
                    else if (why->core.size() == 4)
                        return timed(200, [&] { benchmark::DoNotOptimize(one.satisfiable(query)); }) * 1e6;
                }
    }
    out.mistake("no near conflict on chain " + std::to_string(packages) + "x200");
    return 0;
}

/// Each version pins the next package to the same number: one decision a package is what there is to do.
double lock_step(tables& out, bool conflicts) {
    const decide_test::family_world base = decide_test::make_family(family::lock_step, 100, 500, 1);
    const prepared row = flatten(base, {{99, {123}}});
    const cudacompat::problem problem = build(row.flat());
    solver pinned_end(problem), free(problem);
    const std::optional<assignment> found = pinned_end.find(pinned(row.flat()));
    if (!found || *found != assignment(100, 123)) out.mistake("lock-step 100x500, pinned: wrong optimum");
    const std::optional<assignment> newest = free.find({});
    if (!newest || *newest != assignment(100, 0)) out.mistake("lock-step 100x500: wrong optimum");
    const auto done = free.statistics(), done_pinned = pinned_end.statistics();
    return static_cast<double>(conflicts ? done.conflicts + done_pinned.conflicts
                                         : std::max(done.decisions, done_pinned.decisions));
}

const own_row own_rows[] = {
    {"10^5 versions from the saved form", "ms", 2, true, load_saved},
    {"60 x 60 matrix, chain 60x200", "s", 1, true, matrix},
    {"conflict of two facts, chain 60x200, after load: verdict", "us", 20, true,
     [](tables& t) { return near_conflict(t, 60, false); }},
    {"conflict of two facts, chain 60x200, after load: core and steps", "us", 20, true,
     [](tables& t) { return near_conflict(t, 60, true); }},
    {"conflict of two facts, chain 500x200, after load: verdict", "us", 20, false,
     [](tables& t) { return near_conflict(t, 500, false); }},
    {"conflict of two facts, chain 500x200, after load: core and steps", "us", 20, false,
     [](tables& t) { return near_conflict(t, 500, true); }},
    {"lock-step 100x500: conflicts", "", 0, true, [](tables& t) { return lock_step(t, true); }},
    {"lock-step 100x500: decisions", "", 100, true, [](tables& t) { return lock_step(t, false); }},
};

} // namespace

void register_own(bool quick, tables& out) {
    for (const own_row& row : own_rows) {
        if (quick && !row.quick) continue;
        benchmark::RegisterBenchmark(("own/" + row.what).c_str(), [&row, &out](benchmark::State& state) {
            double value = 0;
            for (auto _ : state) value = row.measure(out);
            state.counters["value"] = value;
            out.add_own(row.what, value, row.bar, row.unit);
        })->Iterations(1);
    }
}

} // namespace bench
