// Tables of ranges, value by value: derived from the rows when a solver first revises the pair.
//
// So loading a problem does not pay for pairs that no query comes near, and one lookup before that reads the rows.
#pragma once

#include <cudacompat/decide/detail/compile.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

/// joined is decided by neighbours alone: each interval touches the next.
[[nodiscard]] inline interval_block summarise(const interval* first, const interval* last) {
    std::uint32_t least_lo = first->lo;
    std::uint32_t greatest_lo = first->lo;
    std::uint32_t least_hi = first->hi;
    std::uint32_t greatest_hi = first->hi;
    std::uint32_t lo = first->lo;
    std::uint32_t hi = first->hi;
    std::uint32_t apart = 0; // its sign bit: a difference went below zero
    for (const interval* i = first + 1; i < last; ++i) {
        const std::uint32_t a = i->lo;
        const std::uint32_t b = i->hi;
        apart |= (hi - a) | (b - lo);
        lo = a;
        hi = b;
        least_lo = a < least_lo ? a : least_lo;
        greatest_lo = a > greatest_lo ? a : greatest_lo;
        least_hi = b < least_hi ? b : least_hi;
        greatest_hi = b > greatest_hi ? b : greatest_hi;
    }
    const bool joined = least_hi != 0 && (apart >> 31U) == 0;
    return {static_cast<std::uint16_t>(least_lo), static_cast<std::uint16_t>(greatest_lo),
            static_cast<std::uint16_t>(least_hi), static_cast<std::uint16_t>(greatest_hi),
            static_cast<std::uint16_t>(joined ? 1 : 0)};
}

/// The intervals of all values of p, appended; those of one value intersect.
inline void derive_intervals(const problem_data& d, const table& t, cause_filter keep,
                             std::vector<interval>& out, std::vector<interval_block>& blocks) {
    const row_group& g = d.groups[t.forward];
    const std::uint32_t n = d.size[t.p];
    const std::size_t at = out.size();
    out.resize(at + n, interval{0, static_cast<std::uint16_t>(d.size[t.q])});
    interval* spans = out.data() + at;
    for (std::uint32_t i = g.first; i < g.last; ++i) {
        const row& r = d.rows[i];
        if (keep != nullptr && (*keep)[r.cause] == 0) continue;
        for (std::uint32_t v = r.p_first; v < r.p_last; ++v) {
            interval& s = spans[v];
            s.lo = std::max(s.lo, r.q_first);
            s.hi = std::min(s.hi, r.q_last);
            if (s.lo >= s.hi) s = {0, 0};
        }
    }
    for (std::uint32_t v = 0; v < n; v += block_size)
        blocks.push_back(summarise(spans + v, spans + std::min(n, v + block_size)));
}

class interval_cache {
public:
    struct view {
        const interval* values = nullptr; ///< by value of p
        const interval_block* blocks = nullptr;
    };

    explicit interval_cache(std::size_t tables) : at_(tables) {}

    /// The intervals of a table of ranges. Valid until the next call.
    [[nodiscard]] view of(const problem_data& d, std::uint32_t id, cause_filter keep) {
        place& at = at_[id];
        if (at.values == none) {
            at = {static_cast<std::uint32_t>(values_.size()), static_cast<std::uint32_t>(blocks_.size())};
            derive_intervals(d, d.tables[id], keep, values_, blocks_);
        }
        return {values_.data() + at.values, blocks_.data() + at.blocks};
    }
    /// After a change of the filter; a table that is kept or left out as a whole (single) stays as it is.
    void forget(const std::vector<char>& single) noexcept {
        constexpr std::size_t enough = 1U << 16U; // what is forgotten keeps its place until all is
        if (values_.size() > enough || single.size() != at_.size()) {
            std::fill(at_.begin(), at_.end(), place{});
            values_.clear();
            blocks_.clear();
            return;
        }
        for (std::size_t i = 0; i < at_.size(); ++i)
            if (single[i] == 0) at_[i] = place{};
    }
    /// Whether p = a allows q = b.
    [[nodiscard]] bool holds(const problem_data& d, std::uint32_t id, std::uint32_t a, std::uint32_t b,
                             cause_filter keep) const noexcept {
        if (at_[id].values != none) {
            const interval s = values_[at_[id].values + a];
            return s.lo <= b && b < s.hi;
        }
        const table& t = d.tables[id];
        const row_group& g = d.groups[t.forward];
        const row* r = d.rows.data() + g.first;
        const row* end = d.rows.data() + g.last;
        if (t.count != 0) // disjoint premises, hence sorted ends
            r = std::upper_bound(r, end, a, [](std::uint32_t v, const row& x) { return v < x.p_last; });
        for (; r != end && r->p_first <= a; ++r) {
            if (a >= r->p_last || (r->q_first <= b && b < r->q_last)) continue;
            if (keep == nullptr || (*keep)[r->cause] != 0) return false;
        }
        return true;
    }

private:
    struct place {
        std::uint32_t values = none;
        std::uint32_t blocks = none;
    };
    std::vector<place> at_; ///< by table
    std::vector<interval> values_;
    std::vector<interval_block> blocks_;
};

} // namespace cudacompat::detail
