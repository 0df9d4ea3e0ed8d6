// CaDiCaL with the order encoding: literal "p >= k", two clauses for each requirement.
//
// Versions count from the newest (0), so the newest package 0 is the least value. It is found from the
// first model downwards, phases set to newer: assume "better than what was found" until that fails.
#include "peer.h"

#include <cadical.hpp>

#include <vector>

namespace {

struct encoding {
    std::vector<int> first; // literal of "p >= 1"
    std::vector<uint32_t> size;
    [[nodiscard]] int at_least(uint32_t p, uint32_t k) const { return first[p] + static_cast<int>(k) - 1; }
};

} // namespace

extern "C" void peer_cadical_run(const peer_problem* in, peer_answer* out) {
    const double heap = peer_heap(), start = peer_cpu_s();
    CaDiCaL::Solver sat;
    sat.set("quiet", 1);
    encoding e;
    int next = 1;
    for (uint32_t p = 0; p < in->packages; ++p) {
        e.first.push_back(next);
        e.size.push_back(in->versions[p]);
        next += static_cast<int>(in->versions[p]) - 1;
    }
    sat.reserve(next);
    for (uint32_t p = 0; p < in->packages; ++p)
        for (uint32_t k = 1; k + 1 < e.size[p]; ++k) {
            sat.add(-e.at_least(p, k + 1));
            sat.add(e.at_least(p, k));
            sat.add(0);
        }
    for (size_t i = 0; i < in->rows; ++i) {
        const peer_row& r = in->row[i];
        const auto outside = [&](uint32_t p, uint32_t a, uint32_t b) {
            if (a > 0) sat.add(-e.at_least(p, a));
            if (b + 1 < e.size[p]) sat.add(e.at_least(p, b + 1));
        };
        if (r.q_first > 0) {
            outside(r.p, r.p_first, r.p_last);
            sat.add(e.at_least(r.q, r.q_first));
            sat.add(0);
        }
        if (r.q_last + 1 < e.size[r.q]) {
            outside(r.p, r.p_first, r.p_last);
            sat.add(-e.at_least(r.q, r.q_last + 1));
            sat.add(0);
        }
    }
    // Newer first where the solver is free to choose.
    for (int literal = 1; literal < next; ++literal) sat.phase(-literal);
    const double built = peer_cpu_s();

    const auto solve = [&](uint32_t below) {
        for (size_t i = 0; i < in->pins; ++i) {
            const peer_pin& pin = in->pin[i];
            if (pin.version > 0) sat.assume(e.at_least(pin.package, pin.version));
            if (pin.version + 1 < e.size[pin.package]) sat.assume(-e.at_least(pin.package, pin.version + 1));
        }
        if (below < e.size[0]) sat.assume(-e.at_least(0, below));
        return sat.solve() == 10;
    };
    uint32_t best = e.size[0];
    while (best > 0 && solve(best)) {
        uint32_t value = 0;
        while (value + 1 < e.size[0] && sat.val(e.at_least(0, value + 1)) > 0) ++value;
        best = value;
    }
    const double solved = peer_cpu_s();

    out->sat = best < e.size[0];
    out->best = best;
    out->build_s = built - start;
    out->solve_s = solved - built;
    out->explain_s = -1; // a core over assumptions only
    out->lines = -1;
    out->heap_bytes = peer_heap() - heap;
}
