// Why an entry of the trail took the values it took: the least that must have been lost before, and, when
// a proof is kept, the causes.
//
// Two forms. Solving reads the compiled tables (all causes of a pair at once). A proof chooses causes row
// by row: first those that it cites anyway, then as few others as the living values demand.
#pragma once

#include <cudacompat/decide/detail/analyze.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

inline void analyzer::explain(std::uint32_t at, const word* lost) {
    const trail_entry& e = trail_[at];
    switch (e.reason.kind) {
    case why::decision: return;
    case why::restriction:
        if (logging()) proof_.cite({true, e.reason.index});
        return;
    case why::unary:
        if (logging()) cite_unary(e.var, lost);
        return;
    case why::clause: {
        clause_ref& c = clauses_[e.reason.index];
        c.last_used = static_cast<std::uint32_t>(learned);
        if (logging()) cite_clause(e.reason.index);
        for (std::uint32_t t = c.first; t < c.last; ++t)
            if (terms_[t].var != e.var) ask(terms_[t].var, term_set(terms_[t]), at);
        return;
    }
    case why::table_p:
    case why::table_q: {
        const table& t = data_->tables[e.reason.index];
        const bool at_p = e.reason.kind == why::table_p;
        const var_id y = at_p ? t.q : t.p;
        must_.assign(words(y), 0);
        if (logging() && !cite_whole(t)) {
            find_living(y, at);
            if (at_p && t.backward == none) choose_rows_of_p(t, lost);
            else choose_rows(t, e.var, y, lost);
        } else if (at_p) partners_of_p(e.reason.index, lost);
        else partners_of_q(e.reason.index, lost);
        ask(y, must_.data(), at);
        return;
    }
    }
}

/// must_ = values of q that some lost value of p would allow.
inline void analyzer::partners_of_p(std::uint32_t id, const word* lost) {
    const table& t = data_->tables[id];
    const std::uint32_t n = size(t.p);
    const std::uint32_t wp = words(t.p);
    const std::uint32_t wq = words(t.q);
    const word* m = data_->masks.data() + t.at;
    switch (t.kind) {
    case table_kind::dense:
        for (word v = *lost; v != 0; v &= v - 1) must_[0] |= m[std::countr_zero(v)];
        return;
    case table_kind::ranges: {
        const interval* spans = intervals_.of(*data_, id, keep_).values;
        std::uint32_t lo = 0;
        std::uint32_t hi = 0;
        for (std::uint32_t v = next(lost, 0, n); v < n; v = next(lost, v + 1, n)) {
            if (spans[v].lo > hi || spans[v].hi < lo) {
                put_range(must_.data(), lo, hi);
                lo = spans[v].lo;
                hi = spans[v].hi;
            } else {
                lo = hi == 0 ? spans[v].lo : std::min<std::uint32_t>(lo, spans[v].lo);
                hi = std::max<std::uint32_t>(hi, spans[v].hi);
            }
        }
        put_range(must_.data(), lo, hi);
        return;
    }
    case table_kind::sets:
        for (std::uint32_t c = 0; c < t.count; ++c, m += wp + wq)
            if (meet(m, lost, wp))
                for (std::uint32_t i = 0; i < wq; ++i) must_[i] |= m[wp + i];
        return;
    }
}

/// must_ = values of p that would allow some lost value of q.
inline void analyzer::partners_of_q(std::uint32_t id, const word* lost) {
    const table& t = data_->tables[id];
    const std::uint32_t wp = words(t.p);
    const std::uint32_t wq = words(t.q);
    const word* m = data_->masks.data() + t.at;
    switch (t.kind) {
    case table_kind::dense:
        m += size(t.p);
        for (word v = *lost; v != 0; v &= v - 1) must_[0] |= m[std::countr_zero(v)];
        return;
    case table_kind::ranges: {
        const interval* spans = intervals_.of(*data_, id, keep_).values;
        const std::uint32_t lo = next(lost, 0, size(t.q));
        const std::uint32_t hi = largest(lost, wq) + 1;
        const bool solid = next_gap(lost, lo, size(t.q)) >= hi;
        for (std::uint32_t v = 0; v < size(t.p); ++v) {
            const std::uint32_t a = std::max<std::uint32_t>(lo, spans[v].lo);
            const std::uint32_t b = std::min<std::uint32_t>(hi, spans[v].hi);
            if (a < b && (solid || any_within(lost, a, b))) put(must_.data(), v);
        }
        return;
    }
    case table_kind::sets:
        for (std::uint32_t c = 0; c < t.count; ++c, m += wp + wq)
            if (meet(m + wp, lost, wq))
                for (std::uint32_t i = 0; i < wp; ++i) must_[i] |= m[i];
        return;
    }
}

/// Cites the one cause of a table; false when there are several to choose from.
inline bool analyzer::cite_whole(const table& t) {
    if (t.forward != none && t.backward != none) return false;
    const row_group& g = data_->groups[t.forward != none ? t.forward : t.backward];
    if (g.one_cause == 0) return false;
    proof_.cite({false, data_->rows[g.first].cause});
    return true;
}

inline void analyzer::cite_clause(std::uint32_t id) {
    const clause_ref& c = clauses_[id];
    if (id < problem_clauses_) proof_.cite({false, data_->clauses[c.origin].cause});
    else if (id < problem_clauses_ + query_clauses_) proof_.cite({true, c.origin});
    else proof_.use(c.origin);
}

inline void analyzer::cite_unary(var_id x, const word* lost) {
    lost_left_.assign(lost, lost + words(x));
    for (int pass = 0; pass < 2; ++pass) // what is cited anyway first
        for (const unary_fact& u : data_->unary) {
            if (u.var != x || (keep_ != nullptr && (*keep_)[u.cause] == 0)) continue;
            const word* s = data_->set(u.set);
            if (within(lost_left_.data(), s, words(x))) continue;
            if (pass == 0 && !proof_.cited({false, u.cause})) continue;
            proof_.cite({false, u.cause});
            for (std::uint32_t i = 0; i < words(x); ++i) lost_left_[i] &= s[i];
        }
}

/// living_ = dom(y) before entry `at`.
inline void analyzer::find_living(var_id y, std::uint32_t at) {
    living_.assign(dom(y), dom(y) + words(y));
    for (std::uint32_t i = last_[y]; i != none && i >= at; i = trail_[i].before)
        for (std::uint32_t k = 0; k < words(y); ++k) living_[k] |= removed_by(trail_[i])[k];
}

/// The common case of choose_rows, premise on p only: open_[v] = what the causes chosen so far leave of q to the
/// lost value v. Chooses until nothing living is left; must_ = what is left then.
inline void analyzer::choose_rows_of_p(const table& t, const word* lost) {
    const std::uint32_t n = size(t.p);
    const std::uint32_t wq = words(t.q);
    const row_group& g = data_->groups[t.forward];
    lost_left_.assign(lost, lost + words(t.p));
    open_.resize(std::size_t{n} * wq);
    const auto open_of = [&](std::uint32_t v) { return open_.data() + std::size_t{v} * wq; };
    for (std::uint32_t v = next(lost_left_.data(), 0, n); v < n; v = next(lost_left_.data(), v + 1, n))
        fill(open_of(v), size(t.q));
    for (int pass = 0; pass < 4;
         ++pass) // what is cited anyway; rows that settle a value alone; any that help; all of those
        for (std::uint32_t i = g.first; i < g.last; ++i) {
            const row& r = data_->rows[i];
            if (!any_within(lost_left_.data(), r.p_first, r.p_last)) continue;
            if (keep_ != nullptr && (*keep_)[r.cause] == 0) continue;
            const bool cited = proof_.cited({false, r.cause});
            if (!cited && (pass == 0 || pass == 3)) continue;
            allowed_.assign(wq, 0);
            data_->consequence(g, r, allowed_.data());
            if (!cited && pass == 1 && meet(allowed_.data(), living_.data(), wq)) continue;
            for (std::uint32_t v = r.p_first; v < r.p_last; ++v) {
                if (!has(lost_left_.data(), v)) continue;
                word* o = open_of(v);
                if (!cited && !proof_.cited({false, r.cause})) {
                    bool helps = false;
                    for (std::uint32_t k = 0; k < wq; ++k)
                        helps = helps || (o[k] & living_[k] & ~allowed_[k]) != 0;
                    if (!helps) continue;
                    proof_.cite({false, r.cause});
                }
                for (std::uint32_t k = 0; k < wq; ++k) o[k] &= allowed_[k];
            }
        }
    for (std::uint32_t v = next(lost_left_.data(), 0, n); v < n; v = next(lost_left_.data(), v + 1, n))
        for (std::uint32_t k = 0; k < wq; ++k) must_[k] |= open_of(v)[k];
}

/// open_[v]: lost values of x that value v of y would still allow under the causes chosen so far.
/// Chooses causes until every living v is closed; must_ = the dead ones that are not.
inline void analyzer::choose_rows(const table& t, var_id x, var_id y, const word* lost) {
    const std::uint32_t wx = words(x);
    const std::uint32_t ny = size(y);
    lost_left_.assign(lost, lost + wx); // `lost` may alias a buffer that is reused
    open_.resize(std::size_t{ny} * wx);
    for (std::uint32_t v = 0; v < ny; ++v)
        std::copy_n(lost_left_.begin(), wx, open_.begin() + std::ptrdiff_t{v} * wx);

    const auto open_of = [&](std::uint32_t v) { return open_.data() + std::size_t{v} * wx; };
    // sees each row of the pair as (v, what of x it leaves open at v)
    const auto each = [&](const row_group& g, const row& r, auto&& see) {
        if (g.p == x && !any_within(lost_left_.data(), r.p_first, r.p_last))
            return; // says nothing of what was lost
        allowed_.assign(words(g.q), 0);
        data_->consequence(g, r, allowed_.data());
        if (g.p == y) {
            for (std::uint32_t v = r.p_first; v < r.p_last; ++v) see(v, allowed_.data());
            return;
        }
        premise_.assign(wx, ~word{0});
        clear_range(premise_.data(), r.p_first, r.p_last);
        for (std::uint32_t v = next_gap(allowed_.data(), 0, ny); v < ny;
             v = next_gap(allowed_.data(), v + 1, ny))
            see(v, premise_.data());
    };
    const auto rows = [&](auto&& see) {
        for (const std::uint32_t id : {t.forward, t.backward}) {
            if (id == none) continue;
            const row_group& g = data_->groups[id];
            for (std::uint32_t i = g.first; i < g.last; ++i)
                if (keep_ == nullptr || (*keep_)[data_->rows[i].cause] != 0) see(g, data_->rows[i]);
        }
    };
    const auto apply = [&](const row_group& g, const row& r) {
        each(g, r, [&](std::uint32_t v, const word* m) {
            for (std::uint32_t k = 0; k < wx; ++k) open_of(v)[k] &= m[k];
        });
    };
    const auto apply_cited = [&] {
        rows([&](const row_group& g, const row& r) {
            if (proof_.cited({false, r.cause})) apply(g, r);
        });
    };
    const auto all_closed = [&] {
        for (std::uint32_t v = next(living_.data(), 0, ny); v < ny; v = next(living_.data(), v + 1, ny))
            if (!is_empty(open_of(v), wx)) return false;
        return true;
    };
    apply_cited();
    for (int pass = 0; pass < 2 && !all_closed();
         ++pass) // rows that close a living value alone, then any that help
        rows([&](const row_group& g, const row& r) {
            bool helps = false;
            each(g, r, [&](std::uint32_t v, const word* m) {
                if (helps || !has(living_.data(), v)) return;
                const word* o = open_of(v);
                helps = !is_empty(o, wx) && (pass == 0 ? !meet(o, m, wx) : !within(o, m, wx));
            });
            if (!helps) return;
            proof_.cite({false, r.cause});
            apply(g, r);
        });
    apply_cited();
    for (std::uint32_t v = 0; v < ny; ++v)
        if (!is_empty(open_of(v), wx)) put(must_.data(), v);
}

} // namespace cudacompat::detail
