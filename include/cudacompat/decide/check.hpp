// The checker: small, slow, obvious. Shares no code with the search; reads the original rows and clauses.
#pragma once

#include <cudacompat/decide/problem.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace cudacompat {

/// Whether the assignment gives every variable a value and satisfies every row, clause and restriction.
[[nodiscard]] inline bool check(const problem& p, const query& q, const assignment& a) {
    if (a.size() != p.variable_count()) return false;
    for (var_id v = 0; v < a.size(); ++v)
        if (a[v] >= p.size(v)) return false;
    const auto holds = [&](const clause& c) {
        return std::any_of(c.any_of.begin(), c.any_of.end(),
                           [&](const term& t) { return t.allowed.test(a[t.var]); });
    };
    bool good = true;
    p.for_each_row(
        [&](var_id x, std::uint32_t first, std::uint32_t last, var_id y, const bits& allowed, cause_id) {
            if (first <= a[x] && a[x] < last && !allowed.test(a[y])) good = false;
        });
    p.for_each_clause([&](const clause& c) { good = good && holds(c); });
    for (const clause& c : q.clauses) good = good && holds(c);
    for (const restriction& r : q.restrictions) good = good && r.allowed.test(a[r.var]);
    return good;
}

namespace detail {

/// One step of a derivation, checked by value-by-value propagation over what it cites and nothing else.
class step_checker {
public:
    explicit step_checker(const problem& p) {
        for (var_id v = 0; v < p.variable_count(); ++v) domains_.emplace_back(p.size(v), true);
    }

    void restrict(const term& t) { domains_[t.var] &= t.allowed; }
    void add(const clause& c) { clauses_.push_back(c); }
    void add_row(var_id x, std::uint32_t first, std::uint32_t last, var_id y, const bits& allowed) {
        const auto key = std::minmax(x, y);
        auto [at, fresh] = pairs_.try_emplace(key);
        if (fresh) at->second.assign(domains_[key.first].size(), bits(domains_[key.second].size(), true));
        for (std::uint32_t v = first; v < last; ++v)
            for (std::uint32_t w = 0; w < allowed.size(); ++w)
                if (!allowed.test(w)) (x < y ? at->second[v] : at->second[w]).reset(x < y ? w : v);
    }

    /// Whether propagation empties a domain.
    [[nodiscard]] bool contradiction() {
        for (bool changed = true; changed;) {
            changed = false;
            for (const bits& d : domains_)
                if (d.empty()) return true;
            for (const auto& [key, compatible] : pairs_) changed |= revise(key.first, key.second, compatible);
            for (const clause& c : clauses_) {
                const term* open = nullptr;
                int n = 0;
                for (const term& t : c.any_of)
                    if (domains_[t.var].intersects(t.allowed)) {
                        open = &t;
                        ++n;
                    }
                if (n == 0) return true;
                if (n == 1 && !domains_[open->var].subset_of(open->allowed)) {
                    domains_[open->var] &= open->allowed;
                    changed = true;
                }
            }
        }
        return false;
    }

private:
    bool revise(var_id x, var_id y, const std::vector<bits>& compatible) {
        bits supported(domains_[y].size());
        bool changed = false;
        for (std::uint32_t v = 0; v < domains_[x].size(); ++v) {
            if (!domains_[x].test(v)) continue;
            if (compatible[v].intersects(domains_[y])) {
                supported |= compatible[v];
            } else {
                domains_[x].reset(v);
                changed = true;
            }
        }
        if (domains_[y].subset_of(supported)) return changed;
        domains_[y] &= supported;
        return true;
    }

    std::vector<bits> domains_;
    std::vector<clause> clauses_;
    std::map<std::pair<var_id, var_id>, std::vector<bits>> pairs_;
};

/// Whether the words of the query are words of the problem.
[[nodiscard]] inline bool speaks_of(const problem& p, const query& q) {
    const auto known = [&](const term& t) {
        return t.var < p.variable_count() && t.allowed.size() == p.size(t.var);
    };
    return std::ranges::all_of(q.restrictions, known) && std::ranges::all_of(q.clauses, [&](const clause& c) {
               return std::ranges::all_of(c.any_of, known);
           });
}

} // namespace detail

/// Whether every step follows from what it cites, each thing cited is there, each step but the last is
/// used by a later one, the last is the contradiction, and together they cite exactly the core. (That the
/// core is irreducible takes a solver to see; tests do that.)
[[nodiscard]] inline bool check(const problem& p, const query& q, const refutation& r) {
    if (r.steps.empty() || !r.steps.back().never.empty() || !detail::speaks_of(p, q)) return false;
    std::set<reason> cited;
    std::set<std::uint32_t> used;
    for (std::size_t i = 0; i < r.steps.size(); ++i) {
        const derivation_step& s = r.steps[i];
        detail::step_checker step(p);
        for (const term& t : s.never) {
            if (t.var >= p.variable_count() || t.allowed.size() != p.size(t.var)) return false;
            step.restrict(t);
        }
        std::set<cause_id> causes;
        for (const reason& b : s.because) {
            cited.insert(b);
            if (!b.from_query) {
                causes.insert(b.index);
            } else if (b.index < q.restrictions.size()) {
                step.restrict(q.restrictions[b.index]);
            } else if (b.index - q.restrictions.size() < q.clauses.size()) {
                step.add(q.clauses[b.index - q.restrictions.size()]);
            } else {
                return false;
            }
        }
        std::set<cause_id> found;
        p.for_each_row([&](var_id x, std::uint32_t first, std::uint32_t last, var_id y, const bits& allowed,
                           cause_id c) {
            if (!causes.contains(c)) return;
            found.insert(c);
            step.add_row(x, first, last, y, allowed);
        });
        p.for_each_clause([&](const clause& c) {
            if (!causes.contains(c.cause)) return;
            found.insert(c.cause);
            step.add(c);
        });
        if (found != causes) return false;
        for (const std::uint32_t f : s.from) {
            if (f >= i) return false;
            used.insert(f);
            clause not_all;
            for (const term& t : r.steps[f].never) not_all.any_of.push_back({t.var, t.allowed.complement()});
            step.add(not_all);
        }
        if (!step.contradiction()) return false;
    }
    return used.size() + 1 == r.steps.size() && std::vector<reason>(cited.begin(), cited.end()) == r.core;
}

} // namespace cudacompat
