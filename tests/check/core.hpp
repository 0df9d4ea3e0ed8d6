// Is a conflict irreducible? Asked of a problem that is built anew from its reasons.
#pragma once

#include <cudacompat/decide/problem_builder.hpp>
#include <cudacompat/decide/statements.hpp>

#include <set>
#include <string>
#include <vector>

namespace described {

namespace cc = cudacompat;

/// The problem of a question with some of its causes alone, and the query with some of its conditions alone. Built anew:
/// nothing of the search's own minimiser takes part.
class excerpt {
public:
    excerpt(const cc::question& q, const std::set<cc::reason>& kept) {
        const cc::lowered& low = q.here->low;
        cc::problem_builder builder;
        for (std::uint32_t v = 0; v < low.decided.variable_count(); ++v)
            (void)builder.add_variable(low.decided.size(v));
        low.decided.for_each_row([&](std::uint32_t p, std::uint32_t first, std::uint32_t last,
                                     std::uint32_t to, const cc::bits& allowed, cc::cause_id cause) {
            if (!kept.contains({false, cause})) return;
            cc::bits premise(low.decided.size(p));
            for (std::uint32_t i = first; i < last; ++i) premise.set(i);
            builder.add(cc::implication{p, to, std::move(premise), allowed, cause});
        });
        low.decided.for_each_clause([&](const cc::clause& c) {
            if (kept.contains({false, c.cause})) builder.add(c);
        });
        problem_ = std::move(builder).build();
        const auto count = static_cast<std::uint32_t>(q.ask.restrictions.size());
        for (std::uint32_t i = 0; i < count; ++i)
            if (kept.contains({true, i})) ask_.restrictions.push_back(q.ask.restrictions[i]);
        for (std::uint32_t i = 0; i < q.ask.clauses.size(); ++i)
            if (kept.contains({true, count + i})) ask_.clauses.push_back(q.ask.clauses[i]);
    }
    [[nodiscard]] bool solvable() const { return cc::solver(problem_).satisfiable(ask_); }

private:
    cc::problem problem_;
    cc::query ask_;
};

[[nodiscard]] inline std::vector<std::uint32_t> facts_of(const cc::question& q, const cc::refutation& why) {
    std::set<std::uint32_t> out;
    for (const cc::reason& r : why.core)
        if (!r.from_query && q.here->low.causes[r.index].kind == cc::cause_kind::fact)
            out.insert(q.here->low.causes[r.index].index);
    return {out.begin(), out.end()};
}

[[nodiscard]] inline std::string name_of(const cc::question& q, const cc::reason& r) {
    if (r.from_query) return r.index < q.says.size() ? q.says[r.index].text : "a condition";
    const cc::cause& c = q.here->low.causes[r.index];
    const cc::knowledge_base& kb = q.here->low.kb;
    return c.kind == cc::cause_kind::fact ? std::string(kb.str(kb.facts()[c.index].id)) : "structure";
}

/// What is wrong with a conflict; empty if its reasons alone are unsolvable, and solvable without any one of them. With
/// the rules of structure as they always are, they are unsolvable too.
[[nodiscard]] inline std::string wrong_core(const cc::question& q, const cc::refutation& why) {
    const std::set<cc::reason> core(why.core.begin(), why.core.end());
    if (excerpt(q, core).solvable()) return "the reasons of the conflict alone are solvable";
    for (const cc::reason& r : why.core) {
        std::set<cc::reason> less = core;
        less.erase(r);
        if (!excerpt(q, less).solvable()) return "superfluous: " + name_of(q, r);
    }
    return {};
}

} // namespace described
