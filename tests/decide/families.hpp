// The families of knowledge bases that the benchmark measures (chain, knot, rand, lock-step), and queries
// on them of three kinds. Package 0 is the request; value 0 of a package is its newest version.
//
// Each version requires four packages (fewer at the end of the order) in one contiguous window: narrow
// (5 % of the versions), medium (12 %) or open above; the oldest quarter of a package's versions had
// another dependency. A planted solution keeps the base satisfiable. Every package is required by all
// versions of some earlier one, so all packages are always needed, and "one version of every package" and
// "whatever the request pulls in" are the same question: package solvers and constraint solvers agree.
// The cause of a row is its package pair.
#pragma once

#include "generate.hpp"

#include <functional>
#include <map>
#include <optional>

namespace decide_test {

enum class family : unsigned char { chain, knot, rand, lock_step };
enum class ask : unsigned char { sat, unsat, deep };

[[nodiscard]] inline const char* name_of(family f) {
    switch (f) {
    case family::chain: return "chain";
    case family::knot: return "knot";
    case family::rand: return "rand";
    case family::lock_step: return "lockstep";
    }
    return "?";
}
[[nodiscard]] inline const char* name_of(ask a) {
    return a == ask::sat ? "sat" : a == ask::unsat ? "unsat" : "deep";
}

struct family_world {
    world w;
    values planted; ///< a solution
    uint32_t versions = 0;
};

class family_maker {
public:
    family_maker(family f, uint32_t packages, uint32_t versions, uint64_t seed)
        : r_(seed * 1000003 + static_cast<uint64_t>(f)), f_(f), n_(packages), versions_(versions) {}

    [[nodiscard]] family_world make() {
        out_.versions = versions_;
        out_.w.sizes.assign(n_, versions_);
        if (f_ == family::lock_step) {
            for (uint32_t p = 0; p + 1 < n_; ++p)
                for (uint32_t v = 0; v < versions_; ++v) out_.w.rows.push_back({p, v, v, p + 1, v, v, p});
            out_.planted.assign(n_, 0);
            return std::move(out_);
        }
        plant();
        for (uint32_t p = 0; p < n_; ++p) {
            const std::vector<uint32_t> needs = dependencies(p);
            for (size_t i = 0; i < needs.size(); ++i) {
                // The last dependency is the one that the oldest quarter did not have yet.
                const bool changed = i + 1 == needs.size() && needs.size() == wanted;
                pair(p, needs[i], 0, changed ? versions_ / 4 : 0);
                if (!changed) continue;
                const uint32_t other = replacement(p, needs);
                if (other != 0) pair(p, other, versions_ / 4, 0);
            }
        }
        return std::move(out_);
    }

private:
    static constexpr uint32_t wanted = 4;

    void plant() {
        // Numbers here count from the oldest version; newest() turns them into values.
        number_.resize(n_);
        for (uint32_t p = 0; p < n_; ++p) {
            const uint32_t middle = versions_ * 7 / 10;
            const uint32_t spread = f_ == family::chain ? versions_ / 20 : versions_ / 5;
            number_[p] = middle - spread / 2 + r_.below(spread + 1);
            out_.planted.push_back(newest(number_[p]));
        }
        spanning_.resize(n_);
        std::vector<uint32_t> children(n_, 0);
        for (uint32_t q = 1; q < n_; ++q) {
            uint32_t parent = 0;
            do parent = q - 1 - r_.below(std::min(q, reach()));
            while (children[parent] + 1 >= wanted);
            ++children[parent];
            spanning_[parent].push_back(q);
        }
    }
    /// How far down the order a package looks: a sixth of it in six layers, a few steps in a knot.
    [[nodiscard]] uint32_t reach() const {
        return f_ == family::chain ? std::max(6U, n_ / 6) : f_ == family::knot ? 6U : std::max(6U, n_ / 2);
    }
    [[nodiscard]] uint32_t newest(uint32_t number) const { return versions_ - 1 - number; }

    std::vector<uint32_t> dependencies(uint32_t p) {
        std::vector<uint32_t> out = spanning_[p];
        while (out.size() < std::min(wanted, n_ - 1 - p)) {
            const uint32_t q = replacement(p, out);
            if (q == 0) break;
            out.push_back(q);
        }
        return out;
    }
    /// Some further package that p may depend on, or 0.
    uint32_t replacement(uint32_t p, const std::vector<uint32_t>& taken) {
        const uint32_t room = std::min(2 * reach(), n_ - 1 - p);
        for (uint32_t tries = 0; room > 0 && tries < 50; ++tries) {
            const uint32_t q = p + 1 + r_.below(room);
            if (std::find(taken.begin(), taken.end(), q) == taken.end()) return q;
        }
        return 0;
    }

    /// Rows for the versions of p that are not among the oldest `without` and, if asked, among the oldest `only`.
    void pair(uint32_t p, uint32_t q, uint32_t only, uint32_t without) {
        const uint32_t kind = r_.below(10); // 4 narrow, 3 medium, 3 open above
        const uint32_t narrow = std::max(2U, versions_ * 5 / 100),
                       medium = std::max(3U, versions_ * 12 / 100);
        const uint32_t width = kind < 4 ? narrow : medium;
        const bool open = kind >= 7;
        const uint32_t bad = f_ == family::chain ? 1 : f_ == family::knot ? 2 : 0;
        // The centre climbs with p and passes the planted pair; how evenly is the drift.
        const std::vector<uint32_t> centre = climb(number_[p], number_[q], f_ == family::chain ? 1 : 3);
        const uint32_t below = r_.between(width / 3, width / 2 + 1);
        for (uint32_t v = 0; v < versions_; ++v) {
            if (v < without || (only != 0 && v >= only)) continue;
            uint32_t low = 0, high = 0;
            if (f_ == family::rand) {
                const uint32_t style = r_.below(10);
                const uint32_t wide = style < 2 ? narrow : style < 4 ? medium : versions_ * 36 / 100;
                low = r_.below(versions_ - wide / 2);
                high = style < 8 ? low + wide : versions_ - 1;
            } else {
                const uint32_t at = r_.chance(bad) ? r_.below(versions_) : centre[v];
                low = at > below ? at - below : 0;
                high = open ? versions_ - 1 : at + (width - below);
            }
            high = std::min(high, versions_ - 1);
            low = std::min(low, high);
            if (v == number_[p]) {
                low = std::min(low, number_[q]);
                high = std::max(high, number_[q]);
            }
            out_.w.rows.push_back({p, newest(v), newest(v), q, newest(high), newest(low), cause_});
        }
        ++cause_;
    }
    /// A walk that never falls, through (at, to): steps of 0 .. 1 + drift that average 1.
    std::vector<uint32_t> climb(uint32_t at, uint32_t to, uint32_t drift) {
        std::vector<uint32_t> out(versions_, to);
        const auto step = [&] { return r_.chance(100 / (1 + drift)) ? 1 + r_.below(2 * drift) : 0U; };
        for (uint32_t v = at + 1; v < versions_; ++v) out[v] = std::min(versions_ - 1, out[v - 1] + step());
        for (uint32_t v = at; v-- > 0;) {
            const uint32_t s = step();
            out[v] = out[v + 1] > s ? out[v + 1] - s : 0;
        }
        return out;
    }

    rng r_;
    family f_;
    uint32_t n_, versions_;
    uint32_t cause_ = 0;
    std::vector<uint32_t> number_;
    std::vector<std::vector<uint32_t>> spanning_;
    family_world out_;
};

[[nodiscard]] inline family_world make_family(family f, uint32_t packages, uint32_t versions, uint64_t seed) {
    return family_maker(f, packages, versions, seed).make();
}

/// Plain arc consistency over the rows of a family: what a solver gets without any search.
class arc_consistency {
public:
    explicit arc_consistency(const world& w) : sizes_(w.sizes), touching_(w.sizes.size()) {
        std::map<uint32_t, size_t> index;
        for (const row_fact& f : w.rows) {
            const auto [at, fresh] = index.try_emplace(f.cause, tables_.size());
            if (fresh) {
                tables_.push_back({f.p, f.q, std::vector<uint32_t>(sizes_[f.p], 0),
                                   std::vector<uint32_t>(sizes_[f.p], sizes_[f.q] - 1)});
                touching_[f.p].push_back(at->second);
                touching_[f.q].push_back(at->second);
            }
            table& t = tables_[at->second];
            for (uint32_t v = f.p_first; v <= f.p_last; ++v) {
                t.low[v] = std::max(t.low[v], f.q_first);
                t.high[v] = std::min(t.high[v], f.q_last);
            }
        }
    }
    using domains = std::vector<std::vector<char>>;

    [[nodiscard]] bool edge(uint32_t p, uint32_t q) const {
        return std::any_of(touching_[p].begin(), touching_[p].end(),
                           [&](size_t t) { return tables_[t].p == q || tables_[t].q == q; });
    }
    /// The closure under the pins; nothing when some domain runs empty.
    [[nodiscard]] std::optional<domains> close(const std::vector<plain_term>& pins) const {
        domains d;
        for (const uint32_t size : sizes_) d.emplace_back(size, char{1});
        for (const plain_term& pin : pins)
            for (uint32_t v = 0; v < sizes_[pin.var]; ++v)
                if (!contains(pin.allowed, v)) d[pin.var][v] = char{0};
        std::vector<size_t> queue(tables_.size());
        std::iota(queue.begin(), queue.end(), size_t{0});
        std::vector<char> waiting(tables_.size(), 1);
        for (size_t next = 0; next < queue.size(); ++next) {
            const size_t i = queue[next];
            waiting[i] = 0;
            for (const auto& [var, alive] : revise(tables_[i], d)) {
                if (!alive) return std::nullopt;
                for (const size_t other : touching_[var])
                    if (waiting[other] == 0) {
                        waiting[other] = 1;
                        queue.push_back(other);
                    }
            }
        }
        return d;
    }

private:
    struct table {
        uint32_t p, q;
        std::vector<uint32_t> low, high;
    };
    /// The variables that lost a value, and whether they have any left.
    [[nodiscard]] static std::vector<std::pair<uint32_t, bool>> revise(const table& t, domains& d) {
        std::vector<char>&p = d[t.p], &q = d[t.q];
        std::vector<uint32_t> live(q.size() + 1, 0);
        std::vector<int> opens(q.size() + 1, 0);
        for (size_t v = 0; v < q.size(); ++v) live[v + 1] = live[v] + (q[v] != 0 ? 1U : 0U);
        bool lost_p = false, lost_q = false, any_p = false, any_q = false;
        for (size_t v = 0; v < p.size(); ++v) {
            if (p[v] == 0) continue;
            if (t.low[v] > t.high[v] || live[t.high[v] + 1] == live[t.low[v]]) {
                p[v] = 0;
                lost_p = true;
                continue;
            }
            any_p = true;
            ++opens[t.low[v]];
            --opens[t.high[v] + 1];
        }
        int open = 0;
        for (size_t v = 0; v < q.size(); ++v) {
            open += opens[v];
            if (q[v] != 0 && open == 0) {
                q[v] = 0;
                lost_q = true;
            }
            any_q = any_q || q[v] != 0;
        }
        std::vector<std::pair<uint32_t, bool>> out;
        if (lost_p) out.emplace_back(t.p, any_p);
        if (lost_q) out.emplace_back(t.q, any_q);
        return out;
    }

    std::vector<uint32_t> sizes_;
    std::vector<table> tables_;
    std::vector<std::vector<size_t>> touching_;
};

/// Verdict of a complete solver on a base with pins; only `deep` needs one.
using referee = std::function<bool(const world&, const std::vector<plain_term>& pins)>;

/// Two pins on deep packages without a fact between them: at the planted solution (sat), at the nearest
/// pair of versions that arc consistency refutes though each alone passes (unsat), or at a pair that it
/// does not refute and the referee does (deep). Nothing when the base has no such pair.
[[nodiscard]] inline std::optional<std::vector<plain_term>>
find_pins(const family_world& base, ask kind, uint64_t seed, const referee& solvable = {}) {
    const arc_consistency ac(base.w);
    const auto n = static_cast<uint32_t>(base.w.sizes.size());
    rng r(seed ^ 0xD1CEU);
    for (uint32_t attempt = 0; attempt < 40; ++attempt) {
        const uint32_t a = n - 1 - r.below(n / 3), b = n - 1 - r.below(n / 3);
        if (a == b || ac.edge(a, b)) continue;
        const auto pins = [&](uint32_t x, uint32_t y) { return std::vector<plain_term>{{a, {x}}, {b, {y}}}; };
        if (kind == ask::sat) return pins(base.planted[a], base.planted[b]);
        std::optional<std::vector<plain_term>> best;
        uint32_t nearest = base.versions;
        const auto alone = [&](uint32_t v, uint32_t at) { return ac.close({{v, {at}}}).has_value(); };
        for (uint32_t away = 0; away < nearest && away < base.versions / 2; ++away) {
            for (const bool up : {true, false}) {
                if (away == 0 && !up) continue;
                if (up ? base.planted[a] + away >= base.versions : base.planted[a] < away) continue;
                const uint32_t x = up ? base.planted[a] + away : base.planted[a] - away;
                const auto closed = ac.close({{a, {x}}});
                if (!closed) continue;
                for (uint32_t y = 0; y < base.versions; ++y) {
                    const uint32_t off = base.planted[b] > y ? base.planted[b] - y : y - base.planted[b];
                    if (away + off >= nearest) continue;
                    if (kind == ask::unsat ? ((*closed)[b][y] == 0 && alone(b, y))
                                           : ((*closed)[b][y] != 0 && ac.close(pins(x, y)) &&
                                              !solvable(base.w, pins(x, y)))) {
                        best = pins(x, y);
                        if (kind == ask::deep)
                            return best; // a verdict is costly, and the nearest is not the point
                        nearest = away + off;
                    }
                }
            }
            if (kind == ask::deep && away > 3) break;
        }
        if (best) return best;
    }
    return std::nullopt;
}

} // namespace decide_test
