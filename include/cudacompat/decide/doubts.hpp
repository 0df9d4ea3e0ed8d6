// Does an answer hold whatever the doubted parts are? All for one: every combination of what the doubts leave open has
// to have a solution, each with its own choice of the rest.
#pragma once

#include <cudacompat/decide/question.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace cudacompat {

/// A doubted part of which some values work and others do not.
struct open_detail {
    std::uint32_t var = 0;
    std::uint32_t said = 0; ///< index in question::says
    bits works;
    bits open;                      ///< what the observation leaves open
    bool too_many = false;          ///< the combinations were too many to look at each
};

/// More combinations than this are not looked at one by one; then nothing is said to hold for all of them.
inline constexpr std::uint64_t most_combinations = 4096;

namespace detail {

/// The first combination without a solution, as domain indices by doubt; empty: there is none.
[[nodiscard]] inline std::vector<std::uint32_t> failing_combination(const question& q, query ask,
                                                                    const std::vector<doubt>& doubts) {
    auto solver = q.here->borrow();
    std::vector<bits> open;
    open.reserve(doubts.size());
    for (const doubt& d : doubts) open.push_back(ask.restrictions[d.said].allowed);
    std::vector<std::uint32_t> at;
    at.reserve(open.size());
    for (const bits& b : open) at.push_back(b.next(0));
    while (true) {
        for (std::size_t i = 0; i < doubts.size(); ++i) {
            bits one(open[i].size());
            one.set(at[i]);
            ask.restrictions[doubts[i].said].allowed = std::move(one);
        }
        if (!solver->satisfiable(ask)) return at;
        std::size_t i = 0;
        for (; i < at.size(); ++i) {
            at[i] = open[i].next(at[i] + 1);
            if (at[i] < open[i].size()) break;
            at[i] = open[i].next(0);
        }
        if (i == at.size()) return {};
    }
}

} // namespace detail

/// What decides and is open; empty: the query has a solution whatever the doubted parts are. Most decisive first, that
/// is the one of which the least works. Criteria do not count.
[[nodiscard]] inline std::vector<open_detail> undecided(const question& q, query ask) {
    ask.criteria.clear();
    std::vector<open_detail> out;
    std::vector<doubt> doubts;
    std::uint64_t combinations = 1;
    {
        auto solver = q.here->borrow();
        for (const doubt& d : q.doubts) {
            const bits& open = ask.restrictions[d.said].allowed;
            if (open.count() < 2 || open.count() + 1 >= open.size()) continue; // taken back, or decided since
            bits works = solver->project(ask, d.var);
            works &= open;
            if (!open.subset_of(works)) out.push_back({d.var, d.said, std::move(works), open, false});
            doubts.push_back(d);
            if (combinations <= most_combinations) combinations *= open.count();
        }
    }
    if (out.empty() && doubts.size() > 1) {
        if (combinations > most_combinations) {
            for (const doubt& d : doubts)
                out.push_back({d.var, d.said, ask.restrictions[d.said].allowed,
                               ask.restrictions[d.said].allowed, true});
        } else if (const auto bad = detail::failing_combination(q, ask, doubts); !bad.empty()) {
            for (std::size_t i = 0; i < doubts.size(); ++i) {
                // With the others as in the bad combination: what of this one works?
                query others = ask;
                for (std::size_t k = 0; k < doubts.size(); ++k) {
                    if (k == i) continue;
                    bits one(others.restrictions[doubts[k].said].allowed.size());
                    one.set(bad[k]);
                    others.restrictions[doubts[k].said].allowed = std::move(one);
                }
                bits works = q.here->borrow()->project(others, doubts[i].var);
                const bits& open = ask.restrictions[doubts[i].said].allowed;
                works &= open;
                if (!works.empty()) out.push_back({doubts[i].var, doubts[i].said, std::move(works), open, false});
            }
            if (out.empty()) // no single part saves it
                for (const doubt& d : doubts) {
                    const bits& open = ask.restrictions[d.said].allowed;
                    out.push_back({d.var, d.said, open, open, false});
                }
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const open_detail& a, const open_detail& b) {
        return std::uint64_t{a.works.count()} * b.open.count() < std::uint64_t{b.works.count()} * a.open.count();
    });
    return out;
}

} // namespace cudacompat
