// What a question states, part by part: the conditions that speak of one component, so that one can be taken back.
//
// A condition that is taken back becomes one that always holds, at its place; so the reasons of a refutation keep their
// numbers. What was said to be there stays there, at any version.
#pragma once

#include <cudacompat/decide/question.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

namespace cudacompat {

/// All that is said of one component, or of one GPU of several.
struct statement {
    std::uint32_t component = frozen::none;
    std::uint32_t device = frozen::none;
    std::vector<std::uint32_t> says; ///< indices in question::says

    [[nodiscard]] bool same_subject(const statement& o) const noexcept {
        return component == o.component && device == o.device;
    }
};

/// The statements of a question in the order in which they were made; rules of asking are none.
[[nodiscard]] inline std::vector<statement> statements_of(const question& q) {
    std::vector<statement> out;
    for (std::uint32_t i = 0; i < q.says.size(); ++i) {
        if (q.says[i].by == asked_by::rule || q.says[i].component == frozen::none) continue;
        statement s{q.says[i].component, frozen::none, {i}};
        if (i < q.ask.restrictions.size()) {
            const instance& in = q.here->low.instances[q.ask.restrictions[i].var];
            if (in.component == s.component) s.device = in.device;
        }
        const auto same =
            std::find_if(out.begin(), out.end(), [&](const statement& o) { return o.same_subject(s); });
        if (same == out.end()) out.push_back(std::move(s));
        else same->says.push_back(i);
    }
    return out;
}

/// The query without these statements.
[[nodiscard]] inline query without(const question& q, const std::vector<const statement*>& dropped) {
    query out = q.ask;
    for (const statement* s : dropped)
        for (const std::uint32_t i : s->says) {
            if (i < out.restrictions.size()) {
                term& t = out.restrictions[i];
                const bool there = !t.allowed.test(0) &&
                                   (q.here->low.kb.components()[s->component].flags & frozen::avoid) == 0;
                t.allowed = bits(t.allowed.size(), true);
                if (there) t.allowed.reset(0);
                continue;
            }
            std::vector<term>& any = out.clauses[i - out.restrictions.size()].any_of;
            if (any.empty()) any.push_back({0, bits(q.here->low.instances.domain_size(0), true)});
            any.front().allowed = bits(any.front().allowed.size(), true);
        }
    return out;
}

/// The statements that a refutation of the question rests on.
[[nodiscard]] inline std::vector<const statement*> blamed(const std::vector<statement>& all,
                                                          const refutation& why) {
    std::vector<const statement*> out;
    for (const statement& s : all)
        if (std::any_of(why.core.begin(), why.core.end(), [&](const reason& r) {
                return r.from_query && std::find(s.says.begin(), s.says.end(), r.index) != s.says.end();
            }))
            out.push_back(&s);
    return out;
}

/// Different conflicts of an unsolvable question: after each one, a statement of it is taken back and the question asked
/// again, for every statement, until nothing is left or `most` were found. The first is the question's own.
[[nodiscard]] inline std::vector<refutation>
conflicts_of(const question& q, const std::vector<statement>& all, std::size_t most) {
    std::vector<refutation> out;
    std::vector<std::vector<const statement*>> open{{}};
    std::set<std::vector<const statement*>> seen;
    auto solver = q.here->borrow();
    for (std::size_t at = 0; at < open.size() && out.size() < most && at < 4 * most; ++at) {
        const std::vector<const statement*> dropped = open[at];
        const query ask = without(q, dropped);
        if (!dropped.empty() && solver->satisfiable(ask)) continue;
        auto outcome = solver->solve(ask);
        refutation* why = std::get_if<refutation>(&outcome);
        if (why == nullptr) continue;
        for (const statement* s : blamed(all, *why)) {
            std::vector<const statement*> next = dropped;
            next.push_back(s);
            std::sort(next.begin(), next.end());
            if (seen.insert(next).second) open.push_back(std::move(next));
        }
        if (std::none_of(out.begin(), out.end(), [&](const refutation& r) { return r.core == why->core; }))
            out.push_back(std::move(*why));
    }
    return out;
}

} // namespace cudacompat
