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

    // What a caller does who only asks: a new solver, the optimum; or no more than the verdict.
    const cudacompat::query query = pinned(*in);
    const double asked = peer_cpu_s();
    auto one = std::make_unique<solver>(problem);
    const std::optional<assignment> best = one->find(query);
    const double solved = peer_cpu_s();
    out->heap_bytes = peer_heap() - heap;

    // With the reasons of a refutation.
    const double again = peer_cpu_s();
    solver other(problem);
    const auto answer = other.solve(query);
    const double explained = peer_cpu_s();
    (void)one->solve(query);
    const double repeated = peer_cpu_s();
    benchmark::DoNotOptimize(one->solve(query));
    const double repeated_twice = peer_cpu_s();
    (void)repeated;

    out->sat = best.has_value();
    out->best = best ? (*best)[0] : in->versions[0];
    out->build_s = built - start;
    out->solve_s = solved - asked;
    out->explain_s = -1;
    out->lines = -1;
    if (const auto* why = std::get_if<refutation>(&answer)) {
        out->explain_s = std::max(0.0, (explained - again) - (solved - asked));
        out->lines = static_cast<double>(why->steps.size());
    }
    out->extra[ours_full] = explained - again;
    out->extra[ours_again] = repeated_twice - repeated;
    out->extra[ours_bytes] = static_cast<double>(problem.memory_bytes());

    solver first(problem);
    const double before = peer_cpu_s();
    benchmark::DoNotOptimize(first.satisfiable(query));
    out->extra[ours_first_only] = peer_cpu_s() - before;
}

} // namespace bench
