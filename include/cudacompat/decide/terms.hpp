// What a decision problem is made of: terms, implications, clauses, queries and their answers.
//
// Variables are 0..n-1; variable v takes exactly one value of 0..size(v)-1. What may hold together is
// said by implications ("p in P -> q in Q") and clauses ("at least one of these terms holds"). Each of
// them names its cause, a number that the caller chose (a fact). Causes are the unit of explanation: a
// conflict is an irreducible set of causes, and all rows of one cause are taken or dropped together.
#pragma once

#include <cudacompat/base/bits.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace cudacompat {

using var_id = std::uint32_t;
using cause_id = std::uint32_t;

/// "the value of var lies in allowed".
struct term {
    var_id var = 0;
    bits allowed;

    friend bool operator==(const term&, const term&) = default;
};

/// p in premise -> q in consequence. p != q.
struct implication {
    var_id p = 0;
    var_id q = 0;
    bits premise;
    bits consequence;
    cause_id cause = 0;
};

/// At least one of the terms holds. No variable occurs twice; the empty clause is a contradiction.
struct clause {
    std::vector<term> any_of;
    cause_id cause = 0;
};

/// A condition of the query itself: a request item or an observation. Its cause is its index in the query.
using restriction = term;

/// One step of the lexicographic order of preference: smaller rank is better. rank has size(var) entries.
/// Several criteria may speak of one variable (first the version, later the build).
struct criterion {
    var_id var = 0;
    std::vector<std::uint32_t> rank;
};

/// What is asked of a problem.
struct query {
    std::vector<restriction> restrictions;
    std::vector<clause> clauses; ///< conditions over several variables; causes count on after restrictions
    std::vector<criterion> criteria; ///< most important first; variables left over: lower value first, by id
};

/// Why something holds: a cause of the problem, or a restriction or clause of the query.
struct reason {
    bool from_query = false;
    std::uint32_t index = 0; ///< cause_id, or position: restrictions first, then the query's clauses

    friend bool operator==(const reason&, const reason&) = default;
    friend auto operator<=>(const reason&, const reason&) = default;
};

/// One value for each variable, by variable id.
using assignment = std::vector<std::uint32_t>;

/// One step of a refutation: never all of `terms` at once, because of `because` and of earlier steps.
/// A single term says that the variable cannot lie in that set. The last step has no terms.
struct derivation_step {
    std::vector<term> never;
    std::vector<reason>
        because; ///< the causes that enter here, none of them twice in a row of steps needlessly
    std::vector<std::uint32_t> from; ///< indices of earlier steps
};

/// Why there is no solution. Invariants: the reasons alone are unsolvable; dropping any one makes them solvable.
struct refutation {
    std::vector<reason> core;           ///< irreducible, sorted
    std::vector<derivation_step> steps; ///< topologically ordered, uses exactly the reasons of the core
};

} // namespace cudacompat
