// What a learned clause was made of: causes, earlier learned clauses, and values lost at level 0.
#pragma once

#include <cudacompat/decide/detail/words.hpp>
#include <cudacompat/decide/terms.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

/// One learned clause, or the conclusion (the last item), or one loss at level 0.
struct proof_item {
    std::vector<reason> because;
    std::vector<std::uint32_t> learned; ///< earlier items
    struct root_loss {
        std::uint32_t entry = 0;
        std::vector<word> values;
    };
    std::vector<root_loss> losses;
    std::uint32_t time = 0; ///< entries of level 0 when it was learned: those come before it
    std::uint32_t clause = none;
};

/// Kept only while an explanation is being made; solving leaves it off.
class proof_log {
public:
    bool on = false;
    std::vector<proof_item> items;

    void clear() { items.clear(); }
    void begin() { items.emplace_back(); }
    std::uint32_t end(std::uint32_t time) {
        proof_item& item = items.back();
        item.time = time;
        std::sort(item.because.begin(), item.because.end());
        item.because.erase(std::unique(item.because.begin(), item.because.end()), item.because.end());
        std::sort(item.learned.begin(), item.learned.end());
        item.learned.erase(std::unique(item.learned.begin(), item.learned.end()), item.learned.end());
        return static_cast<std::uint32_t>(items.size() - 1);
    }
    [[nodiscard]] bool cited(reason r) const {
        const std::vector<reason>& b = items.back().because;
        return std::find(b.begin(), b.end(), r) != b.end();
    }
    void cite(reason r) {
        if (!cited(r)) items.back().because.push_back(r);
    }
    void use(std::uint32_t item) { items.back().learned.push_back(item); }
    void need(std::uint32_t entry, const word* removed, const word* needed, std::uint32_t n) {
        proof_item::root_loss loss{entry, {}};
        for (std::uint32_t i = 0; i < n; ++i) loss.values.push_back(removed[i] & needed[i]);
        items.back().losses.push_back(std::move(loss));
    }
};

} // namespace cudacompat::detail
