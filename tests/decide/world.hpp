// The tests' own picture of a decision problem: a plain list of facts, a plain query.
//
// Nothing here is shared with the library: the oracles read this list, the library gets it through
// lower.hpp. Sets are written as sorted members, so that a failing case can be printed and pasted.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace decide_test {

using std::size_t;
using std::uint32_t;
using std::uint64_t;

using value_set = std::vector<uint32_t>; ///< sorted, no duplicates
using values = std::vector<uint32_t>;    ///< one value for each variable

[[nodiscard]] inline bool contains(const value_set& set, uint32_t value) {
    return std::binary_search(set.begin(), set.end(), value);
}

/// "the value of var lies in allowed".
struct plain_term {
    uint32_t var = 0;
    value_set allowed;
};

/// p in p_first..p_last -> q in q_first..q_last, both ends included; q_first > q_last allows nothing.
struct row_fact {
    uint32_t p = 0, p_first = 0, p_last = 0;
    uint32_t q = 0, q_first = 0, q_last = 0;
    uint32_t cause = 0;
};

/// p in premise -> q in consequence.
struct set_fact {
    uint32_t p = 0;
    value_set premise;
    uint32_t q = 0;
    value_set consequence;
    uint32_t cause = 0;
};

/// At least one term holds.
struct any_fact {
    std::vector<plain_term> any_of;
    uint32_t cause = 0;
};

struct world {
    std::vector<uint32_t> sizes;
    std::vector<row_fact> rows;
    std::vector<set_fact> sets;
    std::vector<any_fact> clauses;

    [[nodiscard]] std::vector<uint32_t> causes() const {
        std::vector<uint32_t> out;
        for (const row_fact& f : rows) out.push_back(f.cause);
        for (const set_fact& f : sets) out.push_back(f.cause);
        for (const any_fact& f : clauses) out.push_back(f.cause);
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return out;
    }

    /// The same world with only those facts whose cause passes the test.
    template <class Keep>
    [[nodiscard]] world only(Keep keep) const {
        world out;
        out.sizes = sizes;
        for (const row_fact& f : rows)
            if (keep(f.cause)) out.rows.push_back(f);
        for (const set_fact& f : sets)
            if (keep(f.cause)) out.sets.push_back(f);
        for (const any_fact& f : clauses)
            if (keep(f.cause)) out.clauses.push_back(f);
        return out;
    }
};

struct plain_criterion {
    uint32_t var = 0;
    std::vector<uint32_t> rank; ///< smaller is better; one entry a value
};

struct plain_query {
    std::vector<plain_term> restrictions;
    std::vector<std::vector<plain_term>> clauses;
    std::vector<plain_criterion> criteria;

    [[nodiscard]] size_t reasons() const { return restrictions.size() + clauses.size(); }
};

/// Whether one assignment keeps one fact.
[[nodiscard]] inline bool keeps(const values& a, const row_fact& f) {
    const bool asked = a[f.p] >= f.p_first && a[f.p] <= f.p_last;
    return !asked || (a[f.q] >= f.q_first && a[f.q] <= f.q_last);
}
[[nodiscard]] inline bool keeps(const values& a, const set_fact& f) {
    return !contains(f.premise, a[f.p]) || contains(f.consequence, a[f.q]);
}
[[nodiscard]] inline bool keeps(const values& a, const std::vector<plain_term>& any_of) {
    return std::any_of(any_of.begin(), any_of.end(),
                       [&](const plain_term& t) { return contains(t.allowed, a[t.var]); });
}

/// Whether the assignment is a solution, by reading every fact.
[[nodiscard]] inline bool satisfies(const world& w, const plain_query& q, const values& a) {
    if (a.size() != w.sizes.size()) return false;
    for (size_t v = 0; v < a.size(); ++v)
        if (a[v] >= w.sizes[v]) return false;
    const auto kept = [&](const auto& f) { return keeps(a, f); };
    return std::all_of(w.rows.begin(), w.rows.end(), kept) &&
           std::all_of(w.sets.begin(), w.sets.end(), kept) &&
           std::all_of(w.clauses.begin(), w.clauses.end(),
                       [&](const any_fact& f) { return keeps(a, f.any_of); }) &&
           std::all_of(q.restrictions.begin(), q.restrictions.end(),
                       [&](const plain_term& t) { return contains(t.allowed, a[t.var]); }) &&
           std::all_of(q.clauses.begin(), q.clauses.end(), kept);
}

[[nodiscard]] inline std::vector<uint32_t> rank_vector(const plain_query& q, const values& a, size_t count) {
    std::vector<uint32_t> out;
    for (size_t i = 0; i < count && i < q.criteria.size(); ++i)
        out.push_back(q.criteria[i].rank[a[q.criteria[i].var]]);
    return out;
}

// --- printing: the text is C++ that rebuilds the case ------------------------------------------------

[[nodiscard]] inline std::string to_text(const std::vector<uint32_t>& list) {
    std::string out = "{";
    for (size_t i = 0; i < list.size(); ++i) out += (i == 0 ? "" : ", ") + std::to_string(list[i]);
    return out + "}";
}
[[nodiscard]] inline std::string to_text(const std::vector<plain_term>& terms) {
    std::string out = "{";
    for (size_t i = 0; i < terms.size(); ++i)
        out += (i == 0 ? "{" : ", {") + std::to_string(terms[i].var) + ", " + to_text(terms[i].allowed) + "}";
    return out + "}";
}
[[nodiscard]] inline std::string to_text(const world& w, const plain_query& q) {
    const auto number = [](uint32_t n) { return std::to_string(n); };
    std::string out = "    world w;\n    w.sizes = " + to_text(w.sizes) + ";\n";
    for (const row_fact& f : w.rows)
        out += "    w.rows.push_back({" + number(f.p) + ", " + number(f.p_first) + ", " + number(f.p_last) +
               ", " + number(f.q) + ", " + number(f.q_first) + ", " + number(f.q_last) + ", " +
               number(f.cause) + "});\n";
    for (const set_fact& f : w.sets)
        out += "    w.sets.push_back({" + number(f.p) + ", " + to_text(f.premise) + ", " + number(f.q) +
               ", " + to_text(f.consequence) + ", " + number(f.cause) + "});\n";
    for (const any_fact& f : w.clauses)
        out += "    w.clauses.push_back({" + to_text(f.any_of) + ", " + number(f.cause) + "});\n";
    out += "    plain_query q;\n";
    for (const plain_term& t : q.restrictions)
        out += "    q.restrictions.push_back({" + number(t.var) + ", " + to_text(t.allowed) + "});\n";
    for (const std::vector<plain_term>& c : q.clauses)
        out += "    q.clauses.push_back(" + to_text(c) + ");\n";
    for (const plain_criterion& c : q.criteria)
        out += "    q.criteria.push_back({" + number(c.var) + ", " + to_text(c.rank) + "});\n";
    return out;
}

/// Smallest world and query, by leaving out facts and parts of the query one by one, for which `fails`
/// still holds. Greedy and repeated to a fixpoint: every remaining part is needed for the failure.
template <class Fails>
void minimise(world& w, plain_query& q, Fails fails) {
    const auto shrink = [&](auto& list) {
        bool smaller = false;
        for (size_t i = list.size(); i-- > 0;) {
            auto taken = list[i];
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
            if (fails(w, q)) smaller = true;
            else list.insert(list.begin() + static_cast<std::ptrdiff_t>(i), std::move(taken));
        }
        return smaller;
    };
    for (bool again = true; again;) {
        again = shrink(w.rows);
        again = shrink(w.sets) || again;
        again = shrink(w.clauses) || again;
        again = shrink(q.criteria) || again;
        again = shrink(q.restrictions) || again;
        again = shrink(q.clauses) || again;
    }
}

} // namespace decide_test
