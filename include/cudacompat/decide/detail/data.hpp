// The compiled form of a problem: flat tables, filled once, read by everything else.
//
// Two layers. The *original* layer (rows, sets, clauses, unary facts, each with its cause) is what
// the checker, the explanations and the saved form use. The *compiled* layer (tables, links) is
// derived from it and is what propagation reads.
#pragma once

#include <cudacompat/decide/detail/words.hpp>
#include <cudacompat/decide/terms.hpp>

#include <compare>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

/// p in [p_first, p_last) -> q in [q_first, q_last), or in a set where the group says so. 12 bytes:
/// rows are the bulk of a problem's memory, hence the limit of 65535 values a variable.
struct row {
    std::uint16_t p_first = 0;
    std::uint16_t p_last = 0;
    std::uint16_t q_first = 0;
    std::uint16_t q_last = 0;
    cause_id cause = 0;

    [[nodiscard]] std::uint32_t set() const noexcept { return q_first | std::uint32_t{q_last} << 16U; }
    friend auto operator<=>(const row&, const row&) = default;
};

/// All rows with premise on p and consequence on q, sorted.
struct row_group {
    var_id p = 0;
    var_id q = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t sets = 0;      ///< 1: consequences are set ids
    std::uint32_t one_cause = 0; ///< 1: every row has the same cause

    [[nodiscard]] std::uint32_t size() const noexcept { return last - first; }
};

struct set_ref {
    std::uint32_t size = 0;
    std::uint32_t at = 0; ///< first word in set_words
};
struct clause_term {
    var_id var = 0;
    std::uint32_t set = 0;
    friend auto operator<=>(const clause_term&, const clause_term&) = default;
};
struct clause_range { ///< at least three terms, sorted by variable
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    cause_id cause = 0;
};
struct unary_fact {
    var_id var = 0;
    std::uint32_t set = 0;
    cause_id cause = 0;
    friend auto operator<=>(const unary_fact&, const unary_fact&) = default;
};

enum class table_kind : std::uint32_t {
    dense, ///< p < q, both of one word: for each value the mask of its partners, both directions of rows merged
    ranges, ///< p -> q: for each value of p an interval of q; derived by each solver when it first looks at the pair
    sets, ///< p -> q: classes of values of p that allow the same set
};
/// What is known about a pair of variables, in the form that revision reads.
struct table {
    table_kind kind = table_kind::ranges;
    var_id p = 0;
    var_id q = 0;
    std::uint32_t forward = none;  ///< group p -> q
    std::uint32_t backward = none; ///< group q -> p, dense tables only
    std::uint32_t at = 0;          ///< dense, sets: first word in masks
    std::uint32_t count = 0;       ///< sets: classes; ranges: 1 if no two rows speak of one value of p
};
/// What one value of p allows of q: lo <= value < hi. All of q where no row speaks of it, 0 and 0 for nothing.
struct interval {
    std::uint16_t lo = 0;
    std::uint16_t hi = 0;
};
/// Sixteen neighbouring values of p at once: on ordered data almost all of them can be judged together.
struct interval_block {
    std::uint16_t least_lo = 0;
    std::uint16_t greatest_lo = 0;
    std::uint16_t least_hi = 0;
    std::uint16_t greatest_hi = 0;
    std::uint16_t joined = 0; ///< 1: the union of the intervals is the interval least_lo .. greatest_hi
};
inline constexpr std::uint32_t block_size = 16;

/// A table as one of its variables sees it.
struct link {
    std::uint32_t table = 0;
    var_id other = 0;
    std::uint32_t side = 0; ///< 0: this variable is p, 1: it is q
};

struct problem_data {
    // variables; the prefix sums have one entry more
    std::vector<std::uint32_t> size;
    std::vector<std::uint32_t> word_at;
    std::vector<std::uint32_t> value_at;
    // original
    std::vector<row> rows;
    std::vector<row_group> groups; ///< sorted by (p, q)
    std::vector<set_ref> sets;
    std::vector<word> set_words;
    std::vector<clause_range> clauses;
    std::vector<clause_term> clause_terms;
    std::vector<unary_fact> unary; ///< sorted by var
    std::vector<cause_id> contradictions;
    // compiled
    std::vector<table> tables;
    std::vector<word> masks;
    std::vector<std::uint32_t> link_at;
    std::vector<link> links;

    [[nodiscard]] std::uint32_t variables() const noexcept { return static_cast<std::uint32_t>(size.size()); }
    [[nodiscard]] std::uint32_t words(var_id v) const noexcept { return word_at[v + 1] - word_at[v]; }
    [[nodiscard]] const word* set(std::uint32_t id) const noexcept { return set_words.data() + sets[id].at; }
    /// Adds what a row allows of q to `out` (which is empty).
    void consequence(const row_group& g, const row& r, word* out) const noexcept {
        if (g.sets == 0) {
            put_range(out, r.q_first, r.q_last);
        } else {
            const word* s = set(r.set());
            for (std::uint32_t i = 0; i < words(g.q); ++i) out[i] |= s[i];
        }
    }
};

} // namespace cudacompat::detail
