// partition: the cells of a version line between all the bounds that somebody mentions.
#pragma once

#include <cudacompat/version/version_set.hpp>

namespace cudacompat {

namespace detail {

/// Sorts and drops repetitions (a merge sort, as <algorithm> costs every user of this header compile time).
inline void sort_cuts(std::vector<const version_cut*>& cuts) {
    std::vector<const version_cut*> merged(cuts.size());
    for (std::size_t width = 1; width < cuts.size(); width *= 2) {
        for (std::size_t low = 0; low < cuts.size(); low += 2 * width) {
            const std::size_t middle = low + width < cuts.size() ? low + width : cuts.size();
            const std::size_t high = low + 2 * width < cuts.size() ? low + 2 * width : cuts.size();
            std::size_t i = low;
            std::size_t j = middle;
            for (std::size_t k = low; k < high; ++k) {
                const bool left = j == high || (i < middle && cuts[i]->key() <= cuts[j]->key());
                merged[k] = left ? cuts[i++] : cuts[j++];
            }
        }
        cuts.swap(merged);
    }
    std::size_t kept = 0;
    for (const version_cut* c : cuts)
        if (kept == 0 || *cuts[kept - 1] != *c) cuts[kept++] = c;
    cuts.resize(kept);
}

} // namespace detail

/// The coarsest division of the line into intervals, ascending, in which each of the sets (all of this scheme)
/// is a union of cells. The cells are disjoint and cover the line; without a bound there is one.
[[nodiscard]] inline std::vector<version_set> partition(version_scheme scheme,
                                                        std::span<const version_set> sets) {
    std::vector<const version_cut*> cuts;
    const version_cut lowest = version_cut::lowest(scheme);
    cuts.push_back(&lowest);
    for (const version_set& s : sets) {
        assert(s.scheme() == scheme);
        for (const version_cut& c : s.boundaries()) cuts.push_back(&c);
    }
    detail::sort_cuts(cuts);
    std::vector<version_set> cells;
    cells.reserve(cuts.size());
    for (std::size_t i = 0; i < cuts.size(); ++i)
        cells.push_back(i + 1 < cuts.size() ? version_set::between(*cuts[i], *cuts[i + 1])
                                            : version_set::from(*cuts[i]));
    return cells;
}

} // namespace cudacompat
