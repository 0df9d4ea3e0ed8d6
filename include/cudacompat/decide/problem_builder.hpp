// The way into a problem: rows and clauses in any order, one canonical problem out.
//
// Invariant: build() depends only on the set of things added, never on their order. Rows are grouped
// by pair and sorted, equal rows are merged, sets are interned in the order of their content.
#pragma once

#include <cudacompat/decide/problem.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

namespace cudacompat {

class problem_builder {
public:
    /// size in 1 .. problem::max_values.
    [[nodiscard]] var_id add_variable(std::uint32_t size) {
        assert(size >= 1 && size <= problem::max_values);
        data_.size.push_back(size);
        return static_cast<var_id>(data_.size.size() - 1);
    }

    /// p in [p_first, p_last) -> q in [q_first, q_last); p != q. An empty premise says nothing.
    void add_row(var_id p, std::uint32_t p_first, std::uint32_t p_last, var_id q, std::uint32_t q_first,
                 std::uint32_t q_last, cause_id cause) {
        assert(p != q && p < data_.size.size() && q < data_.size.size());
        assert(p_last <= data_.size[p] && q_last <= data_.size[q]);
        if (p_first >= p_last || (q_first == 0 && q_last == data_.size[q])) return;
        if (q_first >= q_last) q_first = q_last = 0;
        rows_.push_back({p, q, 0, half(p_first), half(p_last), half(q_first), half(q_last), cause});
    }

    void add(const implication& i) {
        const std::uint32_t first = i.consequence.next(0);
        std::uint32_t last = first;
        if (first == i.consequence.size()) { // nothing of q is allowed
            each_run(i.premise,
                     [&](std::uint32_t a, std::uint32_t b) { add_row(i.p, a, b, i.q, 0, 0, i.cause); });
            return;
        }
        while (last < i.consequence.size() && i.consequence.test(last)) ++last;
        if (i.consequence.next(last) == i.consequence.size()) {
            each_run(i.premise, [&](std::uint32_t a, std::uint32_t b) {
                add_row(i.p, a, b, i.q, first, last, i.cause);
            });
            return;
        }
        const std::uint32_t id = intern(i.consequence);
        each_run(i.premise, [&](std::uint32_t a, std::uint32_t b) {
            rows_.push_back({i.p, i.q, 1, half(a), half(b), half(id & 0xFFFFU), half(id >> 16U), i.cause});
        });
    }

    /// Terms of one variable are united; a clause that always holds is dropped; two terms become a row.
    void add(const clause& c) {
        std::vector<term> terms = c.any_of;
        std::stable_sort(terms.begin(), terms.end(),
                         [](const term& a, const term& b) { return a.var < b.var; });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < terms.size(); ++i) {
            if (kept != 0 && terms[kept - 1].var == terms[i].var) {
                terms[kept - 1].allowed |= terms[i].allowed;
            } else {
                if (kept != i) terms[kept] = std::move(terms[i]);
                ++kept;
            }
        }
        terms.resize(kept);
        std::erase_if(terms, [](const term& t) { return t.allowed.empty(); });
        for (const term& t : terms)
            if (t.allowed.count() == t.allowed.size()) return;
        if (terms.empty()) {
            data_.contradictions.push_back(c.cause);
        } else if (terms.size() == 1) {
            data_.unary.push_back({terms[0].var, intern(terms[0].allowed), c.cause});
        } else if (terms.size() == 2) {
            add(implication{terms[0].var, terms[1].var, terms[0].allowed.complement(), terms[1].allowed,
                            c.cause});
        } else {
            wide_clause out{{}, c.cause};
            for (const term& t : terms) out.terms.push_back({t.var, intern(t.allowed)});
            clauses_.push_back(std::move(out));
        }
    }

    [[nodiscard]] problem build() && {
        unite_kinds();
        order_sets();
        order_rows();
        sort_unique(data_.unary);
        sort_unique(data_.contradictions);
        sort_unique(clauses_);
        for (const wide_clause& c : clauses_) {
            const auto first = static_cast<std::uint32_t>(data_.clause_terms.size());
            data_.clause_terms.insert(data_.clause_terms.end(), c.terms.begin(), c.terms.end());
            data_.clauses.push_back({first, static_cast<std::uint32_t>(data_.clause_terms.size()), c.cause});
        }
        detail::compile(data_);
        return problem(std::move(data_));
    }

private:
    struct raw_row {
        var_id p = 0;
        var_id q = 0;
        std::uint32_t set = 0; ///< 1: the consequence is a set id
        std::uint16_t p_first = 0;
        std::uint16_t p_last = 0;
        std::uint16_t q_first = 0;
        std::uint16_t q_last = 0;
        cause_id cause = 0;
    };
    struct wide_clause {
        std::vector<detail::clause_term> terms;
        cause_id cause = 0;
        friend auto operator<=>(const wide_clause&, const wide_clause&) = default;
    };

    static constexpr std::uint16_t half(std::uint32_t v) noexcept { return static_cast<std::uint16_t>(v); }

    template <class T>
    static void sort_unique(std::vector<T>& v) {
        std::sort(v.begin(), v.end());
        v.erase(std::unique(v.begin(), v.end()), v.end());
    }
    template <class F>
    static void each_run(const bits& set, F&& see) {
        for (std::uint32_t first = set.next(0); first < set.size();) {
            const std::uint32_t last = detail::next_gap(set.words().data(), first, set.size());
            see(first, last);
            first = set.next(last);
        }
    }

    std::uint32_t intern(const bits& set) {
        std::vector<detail::word> key(set.words().begin(), set.words().end());
        key.push_back(set.size());
        const auto [at, fresh] =
            interned_.try_emplace(std::move(key), static_cast<std::uint32_t>(interned_.size()));
        return at->second;
    }

    /// In a pair with at least one set, intervals become sets too.
    void unite_kinds() {
        std::vector<std::pair<var_id, var_id>> pairs;
        for (const raw_row& r : rows_)
            if (r.set != 0) pairs.emplace_back(r.p, r.q);
        if (pairs.empty()) return;
        sort_unique(pairs);
        for (raw_row& r : rows_) {
            if (r.set != 0 || !std::binary_search(pairs.begin(), pairs.end(), std::pair{r.p, r.q})) continue;
            bits set(data_.size[r.q]);
            set.set_range(r.q_first, r.q_last);
            const std::uint32_t id = intern(set);
            r.set = 1;
            r.q_first = half(id & 0xFFFFU);
            r.q_last = half(id >> 16U);
        }
    }

    /// Renumbers the sets by content: `interned_` iterates in that order.
    void order_sets() {
        std::vector<std::uint32_t> renamed(interned_.size());
        for (const auto& [key, id] : interned_) {
            renamed[id] = static_cast<std::uint32_t>(data_.sets.size());
            data_.sets.push_back(
                {static_cast<std::uint32_t>(key.back()), static_cast<std::uint32_t>(data_.set_words.size())});
            data_.set_words.insert(data_.set_words.end(), key.begin(), key.end() - 1);
        }
        for (raw_row& r : rows_) {
            if (r.set == 0) continue;
            const std::uint32_t id = renamed[r.q_first | std::uint32_t{r.q_last} << 16U];
            r.q_first = half(id & 0xFFFFU);
            r.q_last = half(id >> 16U);
        }
        for (detail::unary_fact& u : data_.unary) u.set = renamed[u.set];
        for (wide_clause& c : clauses_)
            for (detail::clause_term& t : c.terms) t.set = renamed[t.set];
    }

    /// Two stable counting passes group the rows by pair; rows usually arrive sorted within a pair.
    void order_rows() {
        const std::size_t n = data_.size.size();
        std::vector<std::uint32_t> at(n + 1);
        std::vector<std::uint32_t> by_q(rows_.size());
        for (const raw_row& r : rows_) ++at[r.q + 1];
        std::partial_sum(at.begin(), at.end(), at.begin());
        for (std::uint32_t i = 0; i < rows_.size(); ++i) by_q[at[rows_[i].q]++] = i;
        std::vector<std::uint32_t> order(rows_.size());
        at.assign(n + 1, 0);
        for (const raw_row& r : rows_) ++at[r.p + 1];
        std::partial_sum(at.begin(), at.end(), at.begin());
        for (const std::uint32_t i : by_q) order[at[rows_[i].p]++] = i;

        data_.rows.reserve(rows_.size());
        for (std::size_t first = 0; first < order.size();) {
            const raw_row& head = rows_[order[first]];
            detail::row_group g{head.p, head.q, static_cast<std::uint32_t>(data_.rows.size()), 0, 0, 1};
            std::size_t last = first;
            g.sets = head.set;
            while (last < order.size() && rows_[order[last]].p == g.p && rows_[order[last]].q == g.q) ++last;
            for (std::size_t i = first; i < last; ++i) {
                const raw_row& r = rows_[order[i]];
                data_.rows.push_back({r.p_first, r.p_last, r.q_first, r.q_last, r.cause});
            }
            finish_group(g);
            data_.groups.push_back(g);
            first = last;
        }
        data_.rows.shrink_to_fit();
    }

    void finish_group(detail::row_group& g) {
        const auto begin = data_.rows.begin() + g.first;
        if (!std::is_sorted(begin, data_.rows.end())) std::sort(begin, data_.rows.end());
        auto out = begin;
        for (auto in = begin; in != data_.rows.end(); ++in) {
            if (out != begin) {
                detail::row& before = *(out - 1);
                if (before == *in) continue;
                if (before.cause == in->cause && before.set() == in->set() && before.p_last == in->p_first) {
                    before.p_last = in->p_last;
                    continue;
                }
                if (before.cause != in->cause) g.one_cause = 0;
            }
            *out++ = *in;
        }
        data_.rows.erase(out, data_.rows.end());
        g.last = static_cast<std::uint32_t>(data_.rows.size());
    }

    detail::problem_data data_;
    std::vector<raw_row> rows_;
    std::vector<wide_clause> clauses_;
    std::map<std::vector<detail::word>, std::uint32_t> interned_;
};

} // namespace cudacompat
