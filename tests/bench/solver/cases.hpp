// Which rows there are, and what each of them asks.
#pragma once

#include "../../decide/families.hpp"
#include "peer.h"

#include <string>
#include <tuple>
#include <vector>

namespace bench {

using decide_test::ask;
using decide_test::family;

struct row_id {
    family f = family::chain;
    uint32_t packages = 0, versions = 0;
    ask kind = ask::sat;
    uint64_t seed = 1;

    [[nodiscard]] std::string size() const {
        return std::to_string(packages) + "x" + std::to_string(versions);
    }
    [[nodiscard]] std::string group() const {
        return std::string(decide_test::name_of(f)) + "/" + size() + "/" + decide_test::name_of(kind);
    }
    [[nodiscard]] std::string name() const { return group() + "/seed" + std::to_string(seed); }
    friend auto operator<=>(const row_id&, const row_id&) = default;
};

/// A row in memory, ready for every solver.
struct prepared {
    decide_test::family_world base;
    std::vector<decide_test::plain_term> pins;
    std::vector<peer_row> rows;
    std::vector<peer_pin> flat_pins;

    [[nodiscard]] peer_problem flat() const {
        return {static_cast<uint32_t>(base.w.sizes.size()),
                base.w.sizes.data(),
                rows.size(),
                rows.data(),
                flat_pins.size(),
                flat_pins.data()};
    }
};

[[nodiscard]] inline prepared flatten(decide_test::family_world base,
                                      std::vector<decide_test::plain_term> pins) {
    prepared out{std::move(base), std::move(pins), {}, {}};
    for (const decide_test::row_fact& r : out.base.w.rows)
        out.rows.push_back({r.p, r.p_first, r.p_last, r.q, r.q_first, r.q_last});
    for (const decide_test::plain_term& t : out.pins) out.flat_pins.push_back({t.var, t.allowed[0]});
    return out;
}

[[nodiscard]] inline std::vector<row_id> all_rows(bool quick, uint32_t seeds) {
    std::vector<row_id> out;
    const auto add = [&](family f, uint32_t packages, uint32_t versions, std::initializer_list<ask> kinds) {
        if (quick && packages > 60) return;
        for (const ask kind : kinds)
            for (uint32_t seed = 1; seed <= seeds; ++seed) out.push_back({f, packages, versions, kind, seed});
    };
    for (const family f : {family::chain, family::knot})
        for (const auto& [packages, versions] :
             {std::pair{30U, 60U}, {60U, 200U}, {200U, 200U}, {500U, 200U}})
            add(f, packages, versions, {ask::sat, ask::unsat});
    for (const auto& [packages, versions] : {std::pair{30U, 60U}, {60U, 60U}, {60U, 200U}})
        add(family::rand, packages, versions, {ask::sat, ask::unsat, ask::deep});
    // No deep pins there: finding them takes too many verdicts.
    add(family::rand, 200, 200, {ask::sat, ask::unsat});
    return out;
}

/// The row, made on first use and kept until another one is asked for; null when the base has no such pins.
const prepared* prepare(const row_id& id);

struct peer {
    const char* name;
    peer_run run;
};
/// Ours first, then the peers that were there at configure time.
const std::vector<peer>& peers();

} // namespace bench
