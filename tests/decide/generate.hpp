// Random worlds and queries, the same on every platform for the same seed.
//
// No <random> distributions: their results differ between standard libraries. A world has a flavour, since
// one mixture of everything is rarely at the edge between solvable and not, and never hard.
#pragma once

#include "world.hpp"

namespace decide_test {

/// splitmix64 (Steele, Lea, Flood 2014): one word of state, every seed good.
class rng {
public:
    explicit rng(uint64_t seed) : state_(seed) {}
    uint64_t next() {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    /// 0 .. n-1; n > 0.
    uint32_t below(uint32_t n) { return static_cast<uint32_t>(((next() >> 32) * n) >> 32); }
    /// first .. last, both included.
    uint32_t between(uint32_t first, uint32_t last) { return first + below(last - first + 1); }
    bool chance(uint32_t percent) { return below(100) < percent; }
    template <class T>
    void shuffle(std::vector<T>& list) {
        for (size_t i = list.size(); i > 1; --i)
            std::swap(list[i - 1], list[below(static_cast<uint32_t>(i))]);
    }

private:
    uint64_t state_;
};

enum class flavour : unsigned char {
    mixed,     ///< a little of everything
    staircase, ///< newer needs newer, range rows only: arc consistency almost decides it
    clauses,   ///< any-of and joint exclusions dominate
    optional,  ///< value 0 is "absent": requires, constrains, clashes
    tables,    ///< arbitrary sets at the density where search is deepest
    pigeons,   ///< all different, about as many values as variables: arc consistency says nothing
};
inline constexpr uint32_t flavours = 6;

/// Bounds of a random world.
struct shape {
    uint32_t min_variables = 3, max_variables = 6;
    uint32_t min_values = 2, max_values = 6;
    size_t max_assignments = 6000; ///< sizes are lowered until the product fits; 0: no bound
};

[[nodiscard]] inline shape tiny() { return {}; }
[[nodiscard]] inline shape large() { return {8, 60, 3, 24, 0}; }

[[nodiscard]] inline value_set interval(uint32_t first, uint32_t last) {
    value_set out;
    for (uint32_t value = first; value <= last; ++value) out.push_back(value);
    return out;
}
[[nodiscard]] inline value_set complement(uint32_t size, const value_set& set) {
    value_set out;
    for (uint32_t value = 0; value < size; ++value)
        if (!contains(set, value)) out.push_back(value);
    return out;
}
[[nodiscard]] inline value_set random_set(rng& r, uint32_t size, uint32_t percent) {
    value_set out;
    for (uint32_t value = 0; value < size; ++value)
        if (r.chance(percent)) out.push_back(value);
    return out;
}
[[nodiscard]] inline value_set random_interval(rng& r, uint32_t size) {
    const uint32_t a = r.below(size), b = r.below(size);
    return interval(std::min(a, b), std::max(a, b));
}
/// Intervals and scattered sets, never empty on purpose but now and then.
[[nodiscard]] inline value_set some_set(rng& r, uint32_t size, uint32_t percent) {
    if (r.chance(2)) return {};
    value_set out = r.chance(50) ? random_interval(r, size) : random_set(r, size, percent);
    if (out.empty()) out.push_back(r.below(size));
    return out;
}

class world_maker {
public:
    world_maker(uint64_t seed, const shape& s, flavour f) : r_(seed), shape_(s), flavour_(f) {
        // Usually causes are small and dense. They are the caller's numbers, though, so not always.
        if (r_.chance(10)) cause_step_ = 1 + r_.below(1000);
        if (r_.chance(2)) next_cause_ = 4'000'000'000U;
    }

    [[nodiscard]] world make() {
        choose_sizes();
        switch (flavour_) {
        case flavour::mixed: mixed(); break;
        case flavour::staircase: staircase(); break;
        case flavour::clauses: clauses(); break;
        case flavour::optional: optional(); break;
        case flavour::tables: tables(); break;
        case flavour::pigeons: pigeons(); break;
        }
        if (r_.chance(searched() ? 8 : 25)) unary();
        if (r_.below(400) == 0) w_.clauses.push_back({{}, cause()}); // a bare contradiction
        return w_;
    }

private:
    [[nodiscard]] uint32_t variables() const { return static_cast<uint32_t>(w_.sizes.size()); }
    [[nodiscard]] uint32_t size(uint32_t v) const { return w_.sizes[v]; }
    uint32_t any_variable() { return r_.below(variables()); }
    /// Two different variables, the first lower: facts point down the chain as data does.
    std::pair<uint32_t, uint32_t> any_pair() {
        uint32_t p = any_variable(), q = any_variable();
        while (p == q) q = any_variable();
        if (r_.chance(70) && p > q) std::swap(p, q);
        return {p, q};
    }
    /// A third of the facts share the cause of the one before, so causes own several rows.
    uint32_t cause() {
        if (used_cause_ && r_.chance(30)) return next_cause_;
        used_cause_ = true;
        return next_cause_ += cause_step_;
    }

    /// Flavours that are to be searched have many variables with few values each.
    [[nodiscard]] bool searched() const {
        return flavour_ == flavour::clauses || flavour_ == flavour::tables || flavour_ == flavour::pigeons;
    }
    void choose_sizes() {
        const uint32_t fewest =
            searched() ? (shape_.min_variables + shape_.max_variables) / 2 : shape_.min_variables;
        const uint32_t n = r_.between(fewest, shape_.max_variables);
        const uint32_t most = searched() ? std::min(shape_.max_values, 2 + r_.below(5)) : shape_.max_values;
        size_t product = 1;
        for (uint32_t v = 0; v < n; ++v) {
            w_.sizes.push_back(r_.chance(3) ? 1 : r_.between(std::min(shape_.min_values, most), most));
            product *= w_.sizes.back();
            if (shape_.max_assignments == 0) product = 1;
        }
        while (shape_.max_assignments != 0 && product > shape_.max_assignments) {
            uint32_t& largest = *std::max_element(w_.sizes.begin(), w_.sizes.end());
            product = product / largest * (largest - 1);
            --largest;
        }
    }

    void row(uint32_t p, uint32_t q, uint32_t from_cause) {
        const value_set a = random_interval(r_, size(p)), b = random_interval(r_, size(q));
        w_.rows.push_back({p, a.front(), a.back(), q, b.front(), b.back(), from_cause});
        if (r_.chance(2)) w_.rows.back().q_first = w_.rows.back().q_last + 1; // allows nothing
    }
    void table(uint32_t p, uint32_t q, uint32_t percent) {
        w_.sets.push_back({p, some_set(r_, size(p), 40), q, some_set(r_, size(q), percent), cause()});
    }
    void unary() {
        const uint32_t v = any_variable();
        w_.clauses.push_back({{{v, random_set(r_, size(v), 70)}}, cause()});
    }
    std::vector<plain_term> random_terms(uint32_t count, uint32_t percent) {
        std::vector<uint32_t> order(variables());
        std::iota(order.begin(), order.end(), 0U);
        r_.shuffle(order);
        std::vector<plain_term> out;
        for (uint32_t i = 0; i < count && i < order.size(); ++i)
            out.push_back({order[i], some_set(r_, size(order[i]), percent)});
        return out;
    }
    void any_of() { w_.clauses.push_back({random_terms(r_.between(2, 4), 30), cause()}); }
    void exclusion() {
        std::vector<plain_term> together = random_terms(r_.between(3, 4), 50);
        for (plain_term& t : together) t.allowed = complement(size(t.var), t.allowed);
        w_.clauses.push_back({std::move(together), cause()});
    }

    void mixed() {
        const uint32_t facts = r_.between(variables(), variables() * 3);
        for (uint32_t i = 0; i < facts; ++i) {
            const auto [p, q] = any_pair();
            switch (r_.below(8)) {
            case 0:
            case 1:
            case 2: row(p, q, cause()); break;
            case 3: {
                const uint32_t shared = cause();
                for (uint32_t k = r_.between(2, 4); k > 0; --k) row(p, q, shared);
                break;
            }
            case 4:
            case 5: table(p, q, 50); break;
            case 6: any_of(); break;
            default: exclusion(); break;
            }
        }
    }
    void staircase() {
        const uint32_t most =
            variables() > 8 ? variables() : variables() * 2; // long chains refute by themselves
        const uint32_t pairs = r_.between(most / 2, most);
        for (uint32_t i = 0; i < pairs; ++i) {
            const auto [p, q] = any_pair();
            const uint32_t shared = cause();
            const bool one_each = r_.chance(30);
            const uint32_t shift = r_.below(size(q));
            for (uint32_t a = 0; a < size(p); ++a) {
                const uint32_t at = std::min(size(q) - 1, (a * size(q) / size(p) + shift) * 2 / 3);
                const uint32_t width = r_.below(1 + size(q) / 2);
                uint32_t low = at, high = std::min(size(q) - 1, at + width);
                if (r_.chance(variables() > 8 ? 3 : 8)) low = high = r_.below(size(q)); // a bad release
                w_.rows.push_back({p, a, a, q, low, high, one_each ? cause() : shared});
            }
        }
    }
    void clauses() {
        const uint32_t facts = r_.between(variables() * 4, variables() * 7);
        for (uint32_t i = 0; i < facts; ++i) {
            if (r_.chance(70)) w_.clauses.push_back({random_terms(3, 35), cause()});
            else if (r_.chance(50)) any_of();
            else exclusion();
        }
        for (uint32_t i = r_.below(3); i > 0; --i) {
            const auto [p, q] = any_pair();
            table(p, q, 40);
        }
    }
    void optional() {
        const uint32_t facts = r_.between(variables() * 2, variables() * 4);
        for (uint32_t i = 0; i < facts; ++i) {
            const auto [p, q] = any_pair();
            if (size(p) < 2 || size(q) < 2) continue;
            const value_set versions = interval(r_.between(1, size(p) - 1), size(p) - 1);
            value_set wanted;
            for (const uint32_t value : random_interval(r_, size(q)))
                if (value != 0) wanted.push_back(value);
            if (r_.chance(45)) { // requires
                w_.sets.push_back({p, versions, q, wanted, cause()});
            } else if (r_.chance(70)) { // constrains: absent will do
                wanted.insert(wanted.begin(), 0);
                w_.sets.push_back({p, versions, q, wanted, cause()});
            } else { // clashes
                w_.clauses.push_back({{{p, complement(size(p), versions)}, {q, {0}}}, cause()});
            }
        }
        const uint32_t root = any_variable();
        if (size(root) > 1) w_.clauses.push_back({{{root, interval(1, size(root) - 1)}}, cause()});
    }
    void tables() {
        // Each value of p takes a scattered set of q. With d values and k pairs to a variable the expected
        // number of solutions is near one at a density of d^(-2/k): there the search is deepest.
        const uint32_t mean = std::accumulate(w_.sizes.begin(), w_.sizes.end(), 0U) / variables();
        struct density {
            uint32_t pairs_each;
            uint32_t percent[9]; // by d
        };
        static constexpr density densities[] = {{2, {80, 80, 71, 58, 50, 45, 41, 38, 35}},
                                                {3, {85, 85, 79, 69, 63, 58, 55, 52, 50}},
                                                {6, {90, 90, 89, 83, 79, 77, 74, 72, 71}},
                                                {9, {92, 92, 93, 89, 86, 84, 82, 81, 79}}};
        const density& chosen = densities[r_.below(4)];
        const uint32_t percent = chosen.percent[std::min(mean, 8U)] + r_.between(2, 9);
        for (uint32_t i = 0; i < variables() * chosen.pairs_each; ++i) {
            const auto [p, q] = any_pair();
            const uint32_t shared = cause();
            const bool one_each = r_.chance(40);
            for (uint32_t a = 0; a < size(p); ++a) {
                const value_set partners = random_set(r_, size(q), percent);
                const uint32_t from = one_each ? cause() : shared;
                w_.sets.push_back({p, {a}, q, partners, from});
            }
        }
    }
    void pigeons() {
        // Variables of one group differ pairwise, on all but a few scattered values.
        const uint32_t group = r_.between(std::min(4U, variables()), std::min(8U, variables()));
        const uint32_t holes = group - (r_.chance(35) ? 1U : 0U);
        for (uint32_t v = 0; v < group; ++v)
            if (size(v) > holes)
                w_.rows.push_back(
                    {(v + 1) % variables(), 0, size((v + 1) % variables()) - 1, v, 0, holes - 1, cause()});
        for (uint32_t p = 0; p < group; ++p)
            for (uint32_t q = p + 1; q < group; ++q) {
                if (r_.chance(4)) continue;
                const uint32_t shared = cause();
                for (uint32_t a = 0; a < std::min(size(p), size(q)); ++a)
                    w_.sets.push_back({p, {a}, q, complement(size(q), {a}), shared});
            }
        for (uint32_t i = r_.below(3); i > 0; --i) {
            const auto [p, q] = any_pair();
            table(p, q, 60);
        }
    }

    rng r_;
    shape shape_;
    flavour flavour_;
    world w_;
    bool used_cause_ = false;
    uint32_t next_cause_ = 0;
    uint32_t cause_step_ = 1;
};

[[nodiscard]] inline flavour flavour_of(uint64_t seed) {
    return static_cast<flavour>(rng(seed ^ 0x5EEDU).below(flavours));
}
[[nodiscard]] inline world random_world(uint64_t seed, const shape& s) {
    return world_maker(seed, s, flavour_of(seed)).make();
}

/// Pins, ranges, sets, clauses; criteria that are plain orders, reversed ones, or ranks with ties.
[[nodiscard]] inline plain_query random_query(uint64_t seed, const world& w) {
    rng r(seed ^ 0xC0FFEEU);
    const auto n = static_cast<uint32_t>(w.sizes.size());
    plain_query q;
    for (uint32_t i = r.below(4); i > 0; --i) {
        const uint32_t v = r.below(n);
        if (r.chance(40)) q.restrictions.push_back({v, {r.below(w.sizes[v])}});
        else q.restrictions.push_back({v, some_set(r, w.sizes[v], 60)});
    }
    for (uint32_t i = r.chance(30) ? r.between(1, 2) : 0; i > 0; --i) {
        std::vector<plain_term> any_of;
        for (uint32_t v = 0; v < n; ++v)
            if (r.chance(120 / n)) any_of.push_back({v, some_set(r, w.sizes[v], 30)});
        if (!any_of.empty()) q.clauses.push_back(std::move(any_of));
    }
    for (uint32_t i = r.below(5); i > 0; --i) {
        plain_criterion c{r.below(n), {}};
        const uint32_t kind = r.below(4);
        for (uint32_t value = 0; value < w.sizes[c.var]; ++value)
            c.rank.push_back(kind == 0   ? value
                             : kind == 1 ? w.sizes[c.var] - value
                             : kind == 2 ? value / 2
                                         : r.below(3) * 1000);
        q.criteria.push_back(std::move(c));
    }
    return q;
}

/// FNV-1a over all numbers of a world, for golden values: a changed generator must be noticed.
[[nodiscard]] inline uint64_t fingerprint(const world& w, const plain_query& q) {
    uint64_t hash = 14695981039346656037U;
    for (const char c : to_text(w, q)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return hash;
}

} // namespace decide_test
