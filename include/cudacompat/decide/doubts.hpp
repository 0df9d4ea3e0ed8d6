// Does an answer hold whatever the doubted parts are? All for one: every combination of what the doubts leave open has
// to have a solution, each with its own choice of the rest.
#pragma once

#include <cudacompat/decide/question.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat {

/// A doubted part of which some values work and others do not.
struct open_detail {
    std::uint32_t var = 0;
    std::uint32_t said = 0; ///< index in question::says
    bits works;
    bits open;             ///< what the observation leaves open
    bool too_many = false; ///< the combinations were too many to look at each
};

/// More combinations than this are not looked at one by one; then nothing is said to hold for all of them.
inline constexpr std::uint64_t most_combinations = 4096;

namespace detail {

/// Is a release known in this part of an open line, on the platform and by the date of the question?
[[nodiscard]] inline bool has_release(const lowered& low, const frozen::value& cell) {
    if (((cell.listed >> low.ctx.platform) & 1U) == 0) return false;
    const auto known = low.kb.cell_releases(cell.builds);
    return low.ctx.as_of.empty() || known.empty() ||
           std::any_of(known.begin(), known.end(), [&](const frozen::cell_release& r) {
               return ((r.platforms >> low.ctx.platform) & 1U) != 0 &&
                      low.kb.str(r.date) <= std::string_view(low.ctx.as_of);
           });
}

/// What a doubt leaves open, as sets of values of which one is the case: single values; of a component whose variants
/// are ways to install one file, all of a release. Gaps of an open line, where no release is known, are no case if there are others.
[[nodiscard]] inline std::vector<bits> cases(const question& q, std::uint32_t var, const bits& open) {
    const lowered& low = q.here->low;
    const frozen::component& c = low.kb.components()[low.instances[var].component];
    bits real(open.size());
    for (std::uint32_t i = open.next(0); i < open.size(); i = open.next(i + 1)) {
        if (i == 0) {
            real.set(0);
            continue;
        }
        const frozen::value& v = low.instances.value(var, i);
        const bool gap = (v.flags & frozen::is_cell) != 0 && !has_release(low, v);
        if (!gap) real.set(i);
    }
    if (real.empty()) real = open;
    std::vector<bits> out;
    std::uint32_t rank = frozen::none;
    for (std::uint32_t i = real.next(0); i < real.size(); i = real.next(i + 1)) {
        // The wheel of a companion is the one that its maker has for the framework that is there.
        const bool follows = static_cast<component_role>(c.role) == component_role::companion;
        const bool joins = i != 0 && ((c.flags & frozen::free_variants) != 0 || follows) && !out.empty() &&
                           low.instances.value(var, i).rank == rank;
        if (!joins) out.emplace_back(open.size());
        out.back().set(i);
        rank = i == 0 ? frozen::none : low.instances.value(var, i).rank;
    }
    return out;
}

/// The first combination of cases without a solution, by doubt; empty: there is none.
[[nodiscard]] inline std::vector<std::size_t>
failing_combination(const question& q, query ask, const std::vector<doubt>& doubts,
                    const std::vector<std::vector<bits>>& open) {
    auto solver = q.here->borrow();
    std::vector<std::size_t> at(doubts.size(), 0);
    while (true) {
        for (std::size_t i = 0; i < doubts.size(); ++i)
            ask.restrictions[doubts[i].said].allowed = open[i][at[i]];
        if (!solver->satisfiable(ask)) return at;
        std::size_t i = 0;
        for (; i < at.size(); ++i) {
            if (++at[i] < open[i].size()) break;
            at[i] = 0;
        }
        if (i == at.size()) return {};
    }
}

[[nodiscard]] inline bits joined(const std::vector<bits>& cases, std::uint32_t size) {
    bits out(size);
    for (const bits& b : cases) out |= b;
    return out;
}
/// The cases of which a value works, whole.
[[nodiscard]] inline bits working(const std::vector<bits>& cases, const bits& works) {
    bits out(works.size());
    for (const bits& b : cases)
        if (b.intersects(works)) out |= b;
    return out;
}

} // namespace detail

/// What decides and is open; empty: the query has a solution whatever the doubted parts are. Most decisive first, that
/// is the one of which the least works. Criteria do not count.
[[nodiscard]] inline std::vector<open_detail> undecided(const question& q, query ask) {
    ask.criteria.clear();
    std::vector<open_detail> out;
    std::vector<doubt> doubts;
    std::vector<std::vector<bits>> cases;
    std::uint64_t combinations = 1;
    {
        auto solver = q.here->borrow();
        for (const doubt& d : q.doubts) {
            const bits& said = ask.restrictions[d.said].allowed;
            if (said != q.ask.restrictions[d.said].allowed) continue; // taken back
            std::vector<bits> open = detail::cases(q, d.var, said);
            if (open.size() < 2) continue;
            bits works = detail::working(open, solver->project(ask, d.var));
            bits all = detail::joined(open, said.size());
            if (!all.subset_of(works))
                out.push_back({d.var, d.said, std::move(works), std::move(all), false});
            doubts.push_back(d);
            if (combinations <= most_combinations) combinations *= open.size();
            cases.push_back(std::move(open));
        }
    }
    if (out.empty() && doubts.size() > 1) {
        if (combinations > most_combinations) {
            for (const doubt& d : doubts)
                out.push_back({d.var, d.said, ask.restrictions[d.said].allowed,
                               ask.restrictions[d.said].allowed, true});
        } else if (const auto bad = detail::failing_combination(q, ask, doubts, cases); !bad.empty()) {
            for (std::size_t i = 0; i < doubts.size(); ++i) {
                // With the others as in the bad combination: what of this one works?
                query others = ask;
                for (std::size_t k = 0; k < doubts.size(); ++k)
                    if (k != i) others.restrictions[doubts[k].said].allowed = cases[k][bad[k]];
                bits works = detail::working(cases[i], q.here->borrow()->project(others, doubts[i].var));
                if (!works.empty())
                    out.push_back({doubts[i].var, doubts[i].said, std::move(works),
                                   detail::joined(cases[i], ask.restrictions[doubts[i].said].allowed.size()),
                                   false});
            }
            if (out.empty()) // no single part saves it
                for (std::size_t i = 0; i < doubts.size(); ++i) {
                    const bits all =
                        detail::joined(cases[i], ask.restrictions[doubts[i].said].allowed.size());
                    out.push_back({doubts[i].var, doubts[i].said, all, all, false});
                }
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const open_detail& a, const open_detail& b) {
        return std::uint64_t{a.works.count()} * b.open.count() <
               std::uint64_t{b.works.count()} * a.open.count();
    });
    return out;
}

} // namespace cudacompat
