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
    void begin() {
        items.emplace_back();
        if (++stamp_ == 0) {
            std::fill(stamps_.begin(), stamps_.end(), 0U);
            stamp_ = 1;
        }
    }
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
        if (!r.from_query && r.index < stamped) return r.index < stamps_.size() && stamps_[r.index] == stamp_;
        const std::vector<reason>& b = items.back().because;
        return std::find(b.begin(), b.end(), r) != b.end();
    }
    void cite(reason r) {
        if (cited(r)) return;
        items.back().because.push_back(r);
        if (r.from_query || r.index >= stamped) return;
        if (r.index >= stamps_.size()) stamps_.resize(r.index + 1, 0);
        stamps_[r.index] = stamp_;
    }
    void use(std::uint32_t item) { items.back().learned.push_back(item); }
    void need(std::uint32_t entry, const word* removed, const word* needed, std::uint32_t n) {
        proof_item::root_loss loss{entry, {}};
        for (std::uint32_t i = 0; i < n; ++i) loss.values.push_back(removed[i] & needed[i]);
        items.back().losses.push_back(std::move(loss));
    }

private:
    static constexpr std::uint32_t stamped = 1U
                                             << 22U; ///< causes below are found by a stamp, others by looking
    std::vector<std::uint32_t> stamps_;              ///< by cause: the item that cited it last
    std::uint32_t stamp_ = 0;
};

} // namespace cudacompat::detail
