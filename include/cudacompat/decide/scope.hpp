// Which components a question can concern at all: those that are named, and whatever some fact may bring in with them.
//
// Only these become variables. A component outside is absent in every answer, and that loses none: take any solution and
// remove what is outside. A fact that then applies newly, by an absence, has all its present conditions inside, so
// what it asks for and whose absence it waits for is inside too; it was settled with them.
#pragma once

#include <cudacompat/base/bits.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cudacompat {

class scope_table {
public:
    explicit scope_table(const knowledge_base& kb) : kb_(kb), next_(kb.components().size()) {
        for (const frozen::fact& f : kb.facts()) {
            std::uint32_t subject = frozen::none; // the first component that has to be there for it
            bool idle = false;                    // it waits for a component that nobody knows
            for (const frozen::selector& s : kb.selectors(f.conditions)) {
                if (s.present == 0) continue;
                idle = idle || s.component == frozen::none;
                if (subject == frozen::none) subject = s.component;
            }
            if (idle) continue;
            std::vector<std::uint32_t>& out = subject == frozen::none ? always_ : next_[subject];
            for (const frozen::selector& s : kb.selectors(f.conditions))
                if (s.component != frozen::none && s.present == 0) out.push_back(s.component);
            for (const frozen::group& g : kb.groups(f.then))
                for (const frozen::selector& s : kb.selectors(g.any_of))
                    if (s.component != frozen::none) out.push_back(s.component);
        }
        for (std::uint32_t c = 0; c < next_.size(); ++c) {
            const frozen::component& k = kb.components()[c];
            if (k.companion_of != frozen::none) next_[k.companion_of].push_back(c);
            if (static_cast<multiplicity>(k.multiplicity) == multiplicity::runtime) always_.push_back(c);
        }
        for (std::vector<std::uint32_t>& list : next_) {
            std::sort(list.begin(), list.end());
            list.erase(std::unique(list.begin(), list.end()), list.end());
        }
    }

    /// The scope of a question that names these components.
    [[nodiscard]] bits of(std::span<const std::uint32_t> named) const {
        bits out(static_cast<std::uint32_t>(next_.size()));
        std::vector<std::uint32_t> open;
        const auto reach = [&](std::span<const std::uint32_t> list) {
            for (const std::uint32_t c : list)
                if (!out.test(c)) {
                    out.set(c);
                    open.push_back(c);
                }
        };
        reach(always_);
        reach(named);
        while (!open.empty()) {
            const std::uint32_t c = open.back();
            open.pop_back();
            reach(next_[c]);
        }
        return out;
    }

private:
    knowledge_base kb_;                            ///< keeps its block, whose address is the key of the cache
    std::vector<std::vector<std::uint32_t>> next_; ///< by component: what may come with it, ascending
    std::vector<std::uint32_t> always_;            ///< what is needed whatever is named
};

/// The table of this knowledge base; made once for each of the few most recent ones.
[[nodiscard]] inline std::shared_ptr<const scope_table> find_scopes(const knowledge_base& kb) {
    static std::mutex mutex;
    static std::vector<std::pair<const void*, std::shared_ptr<const scope_table>>> recent;
    constexpr std::size_t kept = 8;
    const std::lock_guard lock(mutex);
    for (const auto& [identity, table] : recent)
        if (identity == kb.identity()) return table;
    if (recent.size() == kept) recent.erase(recent.begin());
    recent.emplace_back(kb.identity(), std::make_shared<const scope_table>(kb));
    return recent.back().second;
}

} // namespace cudacompat
