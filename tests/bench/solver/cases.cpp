#include "cases.hpp"

#include "ours.hpp"

#include <optional>

namespace bench {

namespace {

/// Only the search for deep pins needs a verdict; CaDiCaL gives it where it is there, so that the rows do
/// not depend on the solver that is measured.
bool solvable(const decide_test::world& w, const std::vector<decide_test::plain_term>& pins) {
    decide_test::family_world base;
    base.w = w;
    const prepared p = flatten(std::move(base), pins);
    peer_answer a{};
    const peer_problem problem = p.flat();
#ifdef CUDACOMPAT_BENCH_CADICAL
    peer_cadical_run(&problem, &a);
#else
    ours_run(&problem, &a);
#endif
    return a.sat != 0;
}

} // namespace

const prepared* prepare(const row_id& id) {
    static std::optional<row_id> current;
    static std::optional<prepared> kept;
    if (current == id) return kept ? &*kept : nullptr;
    current = id;
    kept.reset();
    decide_test::family_world base = decide_test::make_family(id.f, id.packages, id.versions, id.seed);
    auto pins = decide_test::find_pins(base, id.kind, id.seed, solvable);
    if (pins) kept = flatten(std::move(base), std::move(*pins));
    return kept ? &*kept : nullptr;
}

const std::vector<peer>& peers() {
    static const std::vector<peer> all{
        {"cudacompat", ours_run},      {"cudacompat-all", ours_run_all},
#ifdef CUDACOMPAT_BENCH_LIBSOLV
        {"libsolv", peer_libsolv_run},
#endif
#ifdef CUDACOMPAT_BENCH_CADICAL
        {"cadical", peer_cadical_run},
#endif
#ifdef CUDACOMPAT_BENCH_Z3
        {"z3", peer_z3_run},
#endif
    };
    return all;
}

} // namespace bench
