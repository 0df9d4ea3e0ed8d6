// The decision core against libsolv, CaDiCaL and Z3 on the families of tests/decide/families.hpp.
//
// Every row is one base, one query, all solvers, in one run: build, solve, explain and heap, each the median
// of repeated runs in CPU time. A wrong verdict or optimum ends the program with exit code 1. What is
// measured and how to read the tables is in README.md.
#include "cases.hpp"
#include "measure.hpp"
#include "ours.hpp"
#include "tables.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

using namespace bench;

struct options {
    bool quick = false;
    uint32_t seeds = 3;
    double cap_s = 0; ///< 0: by the size of the row
    limits lim;

    [[nodiscard]] limits of(const row_id& id) const {
        limits out = lim;
        out.cap_s = cap_s != 0 ? cap_s : id.packages >= 200 ? 60 : 20;
        return out;
    }
};

/// Takes our own options out of the command line; the rest belongs to google-benchmark.
options parse(int& argc, char** argv) {
    options out;
    int kept = 1;
    for (int i = 1; i < argc; ++i) {
        const char* const text = argv[i];
        if (std::strcmp(text, "--quick") == 0) {
            out.quick = true;
            out.seeds = 1;
            out.lim.runs = 10;
            out.lim.cpu_s = 3;
            out.cap_s = 10;
        } else if (std::strncmp(text, "--seeds=", 8) == 0) {
            out.seeds = static_cast<uint32_t>(std::strtoul(text + 8, nullptr, 10));
        } else if (std::strncmp(text, "--cap=", 6) == 0) {
            out.cap_s = std::strtod(text + 6, nullptr);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argc = kept;
    return out;
}

/// One row of one solver. google-benchmark gets the medians as manual time and counters.
void run_row(benchmark::State& state, const row_id& id, const peer& who, const limits& lim, tables& out) {
    const prepared* const row = prepare(id);
    if (row == nullptr) {
        for (auto _ : state) state.SetIterationTime(0);
        state.SetLabel("no such pins on this base");
        return;
    }
    const measured m = measure(who.run, row->flat(), lim);
    for (auto _ : state)
        state.SetIterationTime(m.runs == 0 ? lim.cap_s : m.median.build_s + m.median.solve_s);
    state.counters["build_us"] = m.median.build_s * 1e6;
    state.counters["solve_us"] = m.median.solve_s * 1e6;
    if (m.median.explain_s >= 0) state.counters["explain_us"] = m.median.explain_s * 1e6;
    state.counters["heap_MiB"] = m.median.heap_bytes / 1048576;
    state.counters["runs"] = m.runs;
    if (m.capped) state.SetLabel("over the cap");
    out.add(id, who.name, m);
}

} // namespace

int main(int argc, char** argv) {
    const options opt = parse(argc, argv);
    tables out;
    for (const row_id& id : all_rows(opt.quick, opt.seeds))
        for (const peer& who : peers()) {
            if (who.run == ours_run_all && id.kind != ask::sat) continue; // nothing to optimise
            benchmark::RegisterBenchmark(
                (id.name() + "/" + who.name).c_str(),
                [=, &out](benchmark::State& s) { run_row(s, id, who, opt.of(id), out); })
                ->UseManualTime()
                ->Iterations(1)
                ->Unit(benchmark::kMicrosecond);
        }
    register_own(opt.quick, out);

    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    out.print();
    return out.mistakes() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
