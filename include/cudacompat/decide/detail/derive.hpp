// From the proof of a refuted query to its reasons and its derivation.
//
// Walks back from the conclusion: each learned clause that was used and each loss at level 0 that was
// needed becomes a step, with only those values in it that some later step needs. A step whose only
// reason is one condition, and which serves one later step, is told together with that one.
#pragma once

#include <cudacompat/decide/detail/search.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

class deriver : public searcher {
public:
    using searcher::searcher;

    /// Sub-problems: only causes with keep[cause] != 0 count; tables were compiled accordingly.
    void restrict_to(cause_filter keep, const std::vector<char>& off, const std::vector<char>& single) {
        keep_ = keep;
        intervals_.forget(single);
        off_ = off;
        base_contradiction_.reset();
        settle_base();
    }
    /// Makes what follows independent of earlier queries.
    void forget() { settle_base(); }

    /// The query was refuted with its proof kept. Steps in order, the last one empty.
    [[nodiscard]] std::vector<derivation_step> derive() {
        if (empty_clause_) return {derivation_step{{}, {*empty_clause_}, {}}};
        if (level() > 0) backjump(0);
        drafts_.clear();
        root_need_.assign(removed_.size(), 0);
        std::vector<char> used(proof_.items.size(), 0);
        used.back() = 1;
        step_of_item_.assign(proof_.items.size(), none);
        step_of_entry_.assign(trail_size(), none);
        auto item = static_cast<std::uint32_t>(proof_.items.size());
        std::uint32_t entry = trail_size();
        while (item != 0 || entry != 0) {
            if (item != 0 && (entry == 0 || proof_.items[item - 1].time >= entry)) {
                if (used[--item] != 0) from_item(item, used);
            } else {
                from_entry(--entry, used);
            }
        }
        return finish();
    }

private:
    struct draft {
        std::vector<term> never;
        std::vector<reason> because;
        std::vector<std::uint32_t> items;   ///< learned clauses it rests on
        std::vector<std::uint32_t> entries; ///< losses it rests on
        bool alias = false;                 ///< says what its only item says
        bool lemma = false;                 ///< learned: propagation alone would not find it again
    };

    void from_item(std::uint32_t id, std::vector<char>& used) {
        proof_item& item = proof_.items[id];
        draft out;
        if (item.clause != none) {
            const clause_ref& c = clauses_[item.clause];
            for (std::uint32_t t = c.first; t < c.last; ++t) out.never.push_back(outside(terms_[t]));
            std::sort(out.never.begin(), out.never.end(),
                      [](const term& a, const term& b) { return a.var < b.var; });
        }
        out.lemma = item.clause != none;
        out.because = item.because;
        out.items = item.learned;
        for (const std::uint32_t i : item.learned) used[i] = 1;
        for (const proof_item::root_loss& loss : item.losses) {
            out.entries.push_back(loss.entry);
            for (std::size_t i = 0; i < loss.values.size(); ++i)
                root_need_[trail_[loss.entry].removed + i] |= loss.values[i];
        }
        step_of_item_[id] = static_cast<std::uint32_t>(drafts_.size());
        drafts_.push_back(std::move(out));
    }
    void from_entry(std::uint32_t at, std::vector<char>& used) {
        const trail_entry e = trail_[at];
        const word* lost = root_need_.data() + e.removed;
        if (is_empty(lost, words(e.var))) return;
        draft out;
        out.never.push_back({e.var, bits(size(e.var))});
        std::copy_n(lost, words(e.var), out.never[0].allowed.words().begin());
        proof_.begin();
        ask_nothing_yet();
        explain(at, lost);
        proof_.end(0);
        out.because = proof_.items.back().because;
        out.items = proof_.items.back().learned;
        proof_.items.pop_back();
        for (const std::uint32_t i : out.items) used[i] = 1;
        for (const var_id y : touched()) {
            for (std::uint32_t i = last_[y]; i != none; i = trail_[i].before) {
                if (i >= at || !meet(removed_by(trail_[i]), need(y), words(y))) continue;
                out.entries.push_back(i);
                for (std::uint32_t k = 0; k < words(y); ++k)
                    root_need_[trail_[i].removed + k] |= removed_by(trail_[i])[k] & need(y)[k];
            }
        }
        clean();
        out.alias = out.because.empty() && out.entries.empty() && out.items.size() == 1;
        step_of_entry_[at] = static_cast<std::uint32_t>(drafts_.size());
        drafts_.push_back(std::move(out));
    }
    [[nodiscard]] term outside(const term_ref& t) const {
        term out{t.var, bits(size(t.var), true)};
        for (std::uint32_t i = 0; i < words(t.var); ++i) out.allowed.words()[i] &= ~term_set(t)[i];
        return out;
    }

    /// Drafts are in reverse order: merges what reads better as one, then numbers the rest forward.
    std::vector<derivation_step> finish() {
        const auto n = static_cast<std::uint32_t>(drafts_.size());
        std::vector<std::vector<std::uint32_t>> from(n);
        const auto resolve_alias = [&](std::uint32_t d) {
            while (drafts_[d].alias) d = step_of_item_[drafts_[d].items[0]];
            return d;
        };
        for (std::uint32_t d = 0; d < n; ++d) {
            for (const std::uint32_t i : drafts_[d].items) from[d].push_back(resolve_alias(step_of_item_[i]));
            for (const std::uint32_t i : drafts_[d].entries)
                from[d].push_back(resolve_alias(step_of_entry_[i]));
            sort_unique(from[d]);
        }
        std::vector<std::uint32_t> users(n, 0);
        for (std::uint32_t d = 0; d < n; ++d)
            if (!drafts_[d].alias)
                for (const std::uint32_t f : from[d]) ++users[f];
        std::vector<char> gone(n, 0);
        for (std::uint32_t d = n; d-- > 0;) { // earliest steps first
            if (drafts_[d].alias) {
                gone[d] = 1;
                continue;
            }
            std::vector<std::uint32_t> kept;
            for (const std::uint32_t f : from[d]) {
                const bool alone = users[f] == 1 && !drafts_[f].lemma;
                const bool leaf = from[f].empty() && drafts_[f].because.size() == 1;
                const bool last =
                    d == 0 && f == 1 && drafts_[f].because.size() + drafts_[d].because.size() <= 3;
                if (!alone || (!leaf && !last)) {
                    kept.push_back(f);
                    continue;
                }
                gone[f] = 1;
                drafts_[d].because.insert(drafts_[d].because.end(), drafts_[f].because.begin(),
                                          drafts_[f].because.end());
                kept.insert(kept.end(), from[f].begin(), from[f].end());
            }
            sort_unique(kept);
            sort_unique(drafts_[d].because);
            from[d] = std::move(kept);
        }
        std::vector<derivation_step> out;
        std::vector<std::uint32_t> number(n, none);
        for (std::uint32_t d = n; d-- > 0;) {
            if (gone[d] != 0) continue;
            derivation_step s{std::move(drafts_[d].never), std::move(drafts_[d].because), {}};
            for (const std::uint32_t f : from[d]) s.from.push_back(number[f]);
            std::sort(s.from.begin(), s.from.end());
            number[d] = static_cast<std::uint32_t>(out.size());
            out.push_back(std::move(s));
        }
        return out;
    }
    template <class T>
    static void sort_unique(std::vector<T>& v) {
        std::sort(v.begin(), v.end());
        v.erase(std::unique(v.begin(), v.end()), v.end());
    }

    std::vector<draft> drafts_;
    std::vector<word> root_need_; ///< like removed_: what of each loss is needed later
    std::vector<std::uint32_t> step_of_item_;
    std::vector<std::uint32_t> step_of_entry_;
};

/// All reasons of a derivation, sorted.
[[nodiscard]] inline std::vector<reason> reasons_of(const std::vector<derivation_step>& steps) {
    std::vector<reason> out;
    for (const derivation_step& s : steps) out.insert(out.end(), s.because.begin(), s.because.end());
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace cudacompat::detail
