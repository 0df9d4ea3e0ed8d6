// From rows to tables: merges all rows of a pair into the form that revision reads.
#pragma once

#include <cudacompat/decide/detail/data.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace cudacompat::detail {

/// Causes that count; null means all. Indexed by cause, so only for sub-problems with dense causes.
using cause_filter = const std::vector<char>*;

inline void compile_ranges(const problem_data& d, table& t) {
    const row_group& g = d.groups[t.forward];
    std::uint32_t overlaps = 0;
    for (std::uint32_t i = g.first + 1; i < g.last; ++i)
        overlaps += d.rows[i - 1].p_last > d.rows[i].p_first ? 1U : 0U;
    t.count = overlaps == 0 ? 1 : 0;
}

/// masks: for each value of p the partners in q, then for each value of q the partners in p.
inline void compile_dense(problem_data& d, table& t, cause_filter keep) {
    const std::uint32_t np = d.size[t.p];
    const std::uint32_t nq = d.size[t.q];
    t.at = static_cast<std::uint32_t>(d.masks.size());
    d.masks.resize(d.masks.size() + np + nq);
    word* a = d.masks.data() + t.at;
    word* b = a + np;
    std::fill(a, b, below(nq));
    std::fill(b, b + nq, below(np));
    const auto apply = [&](std::uint32_t group, word* masks) {
        if (group == none) return;
        const row_group& g = d.groups[group];
        for (std::uint32_t i = g.first; i < g.last; ++i) {
            const row& r = d.rows[i];
            if (keep != nullptr && (*keep)[r.cause] == 0) continue;
            const word m = g.sets != 0 ? *d.set(r.set()) : below(r.q_last) & ~below(r.q_first);
            for (std::uint32_t v = r.p_first; v < r.p_last; ++v) masks[v] &= m;
        }
    };
    apply(t.forward, a);
    apply(t.backward, b);
    const auto mirror = [](const word* from, std::uint32_t n, word* to, std::uint32_t m) {
        if (n <= 12 && m <= 12) {
            for (std::uint32_t w = 0; w < m; ++w) {
                word column = 0;
                for (std::uint32_t v = 0; v < n; ++v) column |= ((from[v] >> w) & 1U) << v;
                to[w] &= column;
            }
            return;
        }
        word square[64] = {};
        std::copy(from, from + n, square);
        transpose(square);
        for (std::uint32_t w = 0; w < m; ++w) to[w] &= square[w];
    };
    if (t.backward != none) mirror(b, nq, a, np);
    mirror(a, np, b, nq);
}

/// masks: for each class its values (words of p), then what they allow (words of q).
inline void compile_sets(problem_data& d, table& t, cause_filter keep) {
    const row_group& g = d.groups[t.forward];
    const std::uint32_t n = d.size[t.p];
    const std::uint32_t wp = d.words(t.p);
    const std::uint32_t wq = d.words(t.q);
    std::vector<word> allowed(std::size_t{n} * wq);
    std::vector<std::uint32_t> order(n);
    for (std::uint32_t v = 0; v < n; ++v) {
        order[v] = v;
        fill(allowed.data() + std::size_t{v} * wq, d.size[t.q]);
    }
    std::vector<word> one(wq);
    for (std::uint32_t i = g.first; i < g.last; ++i) {
        const row& r = d.rows[i];
        if (keep != nullptr && (*keep)[r.cause] == 0) continue;
        std::fill(one.begin(), one.end(), word{0});
        d.consequence(g, r, one.data());
        for (std::uint32_t v = r.p_first; v < r.p_last; ++v)
            for (std::uint32_t k = 0; k < wq; ++k) allowed[std::size_t{v} * wq + k] &= one[k];
    }
    const auto compare = [&](std::uint32_t x, std::uint32_t y) {
        const word* a = allowed.data() + std::size_t{x} * wq;
        const word* b = allowed.data() + std::size_t{y} * wq;
        for (std::uint32_t k = 0; k < wq; ++k)
            if (a[k] != b[k]) return a[k] < b[k] ? -1 : 1;
        return 0;
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
        const int c = compare(x, y);
        return c != 0 ? c < 0 : x < y;
    });
    t.at = static_cast<std::uint32_t>(d.masks.size());
    t.count = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
        if (i == 0 || compare(order[i - 1], order[i]) != 0) {
            ++t.count;
            d.masks.resize(d.masks.size() + wp, 0);
            const word* a = allowed.data() + std::size_t{order[i]} * wq;
            d.masks.insert(d.masks.end(), a, a + wq);
        }
        put(d.masks.data() + t.at + std::size_t{t.count - 1} * (wp + wq), order[i]);
    }
}

inline void compile_table(problem_data& d, table& t, cause_filter keep = nullptr) {
    switch (t.kind) {
    case table_kind::dense: compile_dense(d, t, keep); break;
    case table_kind::ranges: compile_ranges(d, t); break;
    case table_kind::sets: compile_sets(d, t, keep); break;
    }
}

/// Derives prefix sums, tables and links from sizes and groups. The original layer is valid and sorted.
inline void compile(problem_data& d) {
    const std::uint32_t n = d.variables();
    d.word_at.assign(n + 1, 0);
    d.value_at.assign(n + 1, 0);
    for (std::uint32_t v = 0; v < n; ++v) {
        d.word_at[v + 1] = d.word_at[v] + bits::words_for(d.size[v]);
        d.value_at[v + 1] = d.value_at[v] + d.size[v];
    }
    d.tables.clear();
    d.tables.reserve(d.groups.size());
    d.masks.clear();
    const auto group_of = [&](var_id p, var_id q) {
        const auto at = std::lower_bound(d.groups.begin(), d.groups.end(), std::pair{p, q},
                                         [](const row_group& g, const std::pair<var_id, var_id>& key) {
                                             return std::pair{g.p, g.q} < key;
                                         });
        const bool found = at != d.groups.end() && at->p == p && at->q == q;
        return found ? static_cast<std::uint32_t>(at - d.groups.begin()) : none;
    };
    std::size_t dense_words = 0;
    for (std::uint32_t i = 0; i < d.groups.size(); ++i) {
        const row_group& g = d.groups[i];
        table t;
        t.p = g.p;
        t.q = g.q;
        t.forward = i;
        if (d.size[g.p] <= word_bits && d.size[g.q] <= word_bits) {
            const std::uint32_t mirror = group_of(g.q, g.p);
            if (g.p > g.q && mirror != none) continue; // merged into that one
            t.kind = table_kind::dense;
            t.backward = mirror;
            if (g.p > g.q) {
                std::swap(t.p, t.q);
                std::swap(t.forward, t.backward);
            }
            dense_words += d.size[g.p] + d.size[g.q];
        } else {
            t.kind = g.sets != 0 ? table_kind::sets : table_kind::ranges;
        }
        d.tables.push_back(t);
    }
    d.masks.reserve(dense_words);
    for (table& t : d.tables) compile_table(d, t);

    d.link_at.assign(n + 1, 0);
    for (const table& t : d.tables) {
        ++d.link_at[t.p + 1];
        ++d.link_at[t.q + 1];
    }
    for (std::uint32_t v = 0; v < n; ++v) d.link_at[v + 1] += d.link_at[v];
    d.links.resize(d.tables.size() * 2);
    std::vector<std::uint32_t> fill_at(d.link_at.begin(), d.link_at.end() - 1);
    for (std::uint32_t i = 0; i < d.tables.size(); ++i) {
        const table& t = d.tables[i];
        d.links[fill_at[t.p]++] = {i, t.q, 0};
        d.links[fill_at[t.q]++] = {i, t.p, 1};
    }
}

} // namespace cudacompat::detail
