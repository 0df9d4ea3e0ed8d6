// Z3 with the order encoding over Booleans (one Int for each package and Optimize, which is what one would
// write first, is many times slower in the reference tables). Same clauses and descent as the CaDiCaL peer.
#include "peer.h"

#include <z3++.h>

#include <vector>

extern "C" void peer_z3_run(const peer_problem* in, peer_answer* out) {
    const double heap = peer_heap(), start = peer_cpu_s();
    z3::context ctx;
    z3::solver sat(ctx);
    std::vector<std::vector<z3::expr>> at_least(in->packages); // [p][k-1]: p >= k
    for (uint32_t p = 0; p < in->packages; ++p) {
        for (uint32_t k = 1; k < in->versions[p]; ++k) {
            const z3::symbol name = ctx.int_symbol(static_cast<int>(p * 100000 + k));
            at_least[p].push_back(ctx.constant(name, ctx.bool_sort()));
        }
        for (size_t k = 1; k < at_least[p].size(); ++k) sat.add(!at_least[p][k] || at_least[p][k - 1]);
    }
    const auto literal = [&](uint32_t p, uint32_t k) { return at_least[p][k - 1]; };
    for (size_t i = 0; i < in->rows; ++i) {
        const peer_row& r = in->row[i];
        const auto clause = [&](const z3::expr& then) {
            z3::expr_vector any(ctx);
            if (r.p_first > 0) any.push_back(!literal(r.p, r.p_first));
            if (r.p_last + 1 < in->versions[r.p]) any.push_back(literal(r.p, r.p_last + 1));
            any.push_back(then);
            sat.add(z3::mk_or(any));
        };
        if (r.q_first > 0) clause(literal(r.q, r.q_first));
        if (r.q_last + 1 < in->versions[r.q]) clause(!literal(r.q, r.q_last + 1));
    }
    const double built = peer_cpu_s();

    uint32_t best = in->versions[0];
    for (;;) {
        z3::expr_vector assume(ctx);
        for (size_t i = 0; i < in->pins; ++i) {
            const peer_pin& pin = in->pin[i];
            if (pin.version > 0) assume.push_back(literal(pin.package, pin.version));
            if (pin.version + 1 < in->versions[pin.package])
                assume.push_back(!literal(pin.package, pin.version + 1));
        }
        if (best == 0) break;
        if (best < in->versions[0]) assume.push_back(!literal(0, best));
        if (sat.check(assume) != z3::sat) break;
        const z3::model m = sat.get_model();
        uint32_t value = 0;
        while (value + 1 < in->versions[0] && m.eval(literal(0, value + 1), true).is_true()) ++value;
        best = value;
    }
    const double solved = peer_cpu_s();

    out->sat = best < in->versions[0];
    out->best = best;
    out->build_s = built - start;
    out->solve_s = solved - built;
    out->explain_s = -1;
    out->lines = -1;
    out->heap_bytes = peer_heap() - heap;
}
