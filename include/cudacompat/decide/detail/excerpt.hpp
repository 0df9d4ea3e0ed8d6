// The part of a problem and of a query that a set of reasons speaks of, as a problem of its own.
//
// Explanations are minimised here: it is small, and its causes are numbered 0..k-1, so that a set of
// them is an array and switching one off is cheap.
#pragma once

#include <cudacompat/decide/problem.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace cudacompat::detail {

/// Which groups a cause has rows in; made once per solver, on the first explanation.
class cause_index {
public:
    explicit cause_index(const problem_data& d) {
        for (std::uint32_t g = 0; g < d.groups.size(); ++g) {
            const row_group& group = d.groups[g];
            const std::uint32_t last = group.one_cause != 0 ? group.first + 1 : group.last;
            for (std::uint32_t i = group.first; i < last; ++i)
                if (i == group.first || d.rows[i].cause != d.rows[i - 1].cause)
                    at_.emplace_back(d.rows[i].cause, g);
        }
        if (!std::is_sorted(at_.begin(), at_.end())) std::sort(at_.begin(), at_.end());
        at_.erase(std::unique(at_.begin(), at_.end()), at_.end());
    }
    void groups_of(cause_id c, std::vector<std::uint32_t>& out) const {
        for (auto i = std::lower_bound(at_.begin(), at_.end(), std::pair{c, std::uint32_t{0}});
             i != at_.end() && i->first == c; ++i)
            out.push_back(i->second);
    }

private:
    std::vector<std::pair<cause_id, std::uint32_t>> at_;
};

class excerpt {
public:
    excerpt(const problem_data& d, const cause_index& index, const query& q,
            const std::vector<reason>& reasons)
        : reasons_(reasons), local_(d.variables(), none) {
        for (const reason& r : reasons_)
            if (!r.from_query) causes_.push_back(r.index);
        for (const cause_id c : causes_) index.groups_of(c, groups_);
        std::sort(groups_.begin(), groups_.end());
        groups_.erase(std::unique(groups_.begin(), groups_.end()), groups_.end());
        collect_variables(d, q);
        copy_rows(d);
        copy_clauses(d);
        compile(data);
        copy_query(q);
        for (std::uint32_t i = 0; i < data.tables.size(); ++i) classify(i);
        base_masks_ = data.masks.size();
        compiled_ = data.tables;
        off.assign(data.tables.size(), 0);
        for (const auto& causes : table_causes_) single.push_back(causes.size() == 1 ? 1 : 0);
    }

    /// Reasons are numbered as given: causes 0 .. k-1 first, then the query's items.
    [[nodiscard]] std::uint32_t causes() const noexcept { return static_cast<std::uint32_t>(causes_.size()); }

    /// Compiles the tables for the causes with keep != 0.
    void select(const std::vector<char>& keep) {
        data.masks.resize(base_masks_);
        for (std::uint32_t i = 0; i < data.tables.size(); ++i) {
            std::uint32_t kept = 0;
            for (const cause_id c : table_causes_[i]) kept += keep[c] != 0 ? 1U : 0U;
            off[i] = kept == 0 ? 1 : 0;
            data.tables[i] = compiled_[i];
            if (kept != 0 && kept != table_causes_[i].size()) compile_table(data, data.tables[i], &keep);
        }
    }

    [[nodiscard]] reason original(reason r) const {
        return r.from_query ? reasons_[causes() + r.index] : reasons_[r.index];
    }
    /// Steps in the words of the whole problem.
    void rename(std::vector<derivation_step>& steps) const {
        for (derivation_step& s : steps) {
            for (term& t : s.never) t.var = variables_[t.var];
            for (reason& r : s.because) r = original(r);
            std::sort(s.because.begin(), s.because.end());
        }
    }

    problem_data data;
    query local_query;
    std::vector<char> off;
    std::vector<char> single; ///< by table: all its rows have one cause, so it is kept or left out as a whole

private:
    void see(var_id v) {
        if (local_[v] != none) return;
        local_[v] = 0;
        variables_.push_back(v);
    }
    [[nodiscard]] std::uint32_t local_cause(cause_id c) const {
        const auto at = std::lower_bound(causes_.begin(), causes_.end(), c);
        return at != causes_.end() && *at == c ? static_cast<std::uint32_t>(at - causes_.begin()) : none;
    }
    void collect_variables(const problem_data& d, const query& q) {
        for (const std::uint32_t g : groups_) {
            see(d.groups[g].p);
            see(d.groups[g].q);
        }
        for (const clause_range& c : d.clauses)
            if (local_cause(c.cause) != none)
                for (std::uint32_t i = c.first; i < c.last; ++i) see(d.clause_terms[i].var);
        for (const unary_fact& u : d.unary)
            if (local_cause(u.cause) != none) see(u.var);
        for (const reason& r : reasons_) {
            if (!r.from_query) continue;
            if (r.index < q.restrictions.size()) see(q.restrictions[r.index].var);
            else
                for (const term& t : q.clauses[r.index - q.restrictions.size()].any_of) see(t.var);
        }
        std::sort(variables_.begin(), variables_.end());
        for (std::uint32_t i = 0; i < variables_.size(); ++i) local_[variables_[i]] = i;
        for (const var_id v : variables_) data.size.push_back(d.size[v]);
    }
    std::uint32_t copy_set(const problem_data& d, std::uint32_t id) {
        const set_ref& s = d.sets[id];
        data.sets.push_back({s.size, static_cast<std::uint32_t>(data.set_words.size())});
        data.set_words.insert(data.set_words.end(), d.set(id), d.set(id) + bits::words_for(s.size));
        return static_cast<std::uint32_t>(data.sets.size() - 1);
    }
    void copy_rows(const problem_data& d) {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> sets; // of the present group: original, copy
        for (const std::uint32_t id : groups_) {
            const row_group& g = d.groups[id];
            row_group copy{local_[g.p], local_[g.q], static_cast<std::uint32_t>(data.rows.size()),
                           0,           g.sets,      1};
            sets.clear();
            cause_id last_cause = 0;
            std::uint32_t last_local = none;
            for (std::uint32_t i = g.first; i < g.last; ++i) {
                row r = d.rows[i];
                if (i == g.first || r.cause != last_cause) last_local = local_cause(last_cause = r.cause);
                if (last_local == none) continue;
                r.cause = last_local;
                if (g.sets != 0) {
                    auto at = std::find_if(sets.begin(), sets.end(),
                                           [&](const auto& s) { return s.first == r.set(); });
                    if (at == sets.end()) at = sets.insert(at, {r.set(), copy_set(d, r.set())});
                    r.q_first = static_cast<std::uint16_t>(at->second & 0xFFFFU);
                    r.q_last = static_cast<std::uint16_t>(at->second >> 16U);
                }
                data.rows.push_back(r);
                if (r.cause != data.rows[copy.first].cause) copy.one_cause = 0;
            }
            copy.last = static_cast<std::uint32_t>(data.rows.size());
            if (copy.last != copy.first) data.groups.push_back(copy);
        }
    }
    void copy_clauses(const problem_data& d) {
        for (const clause_range& c : d.clauses) {
            const std::uint32_t cause = local_cause(c.cause);
            if (cause == none) continue;
            const auto first = static_cast<std::uint32_t>(data.clause_terms.size());
            for (std::uint32_t i = c.first; i < c.last; ++i)
                data.clause_terms.push_back(
                    {local_[d.clause_terms[i].var], copy_set(d, d.clause_terms[i].set)});
            data.clauses.push_back({first, static_cast<std::uint32_t>(data.clause_terms.size()), cause});
        }
        for (const unary_fact& u : d.unary)
            if (const std::uint32_t cause = local_cause(u.cause); cause != none)
                data.unary.push_back({local_[u.var], copy_set(d, u.set), cause});
        for (const cause_id c : d.contradictions)
            if (const std::uint32_t cause = local_cause(c); cause != none)
                data.contradictions.push_back(cause);
    }
    /// Restrictions come before clauses in a query, and so they do among the reasons.
    void copy_query(const query& q) {
        for (const reason& r : reasons_) {
            if (!r.from_query) continue;
            if (r.index < q.restrictions.size()) {
                const restriction& from = q.restrictions[r.index];
                local_query.restrictions.push_back({local_[from.var], from.allowed});
                continue;
            }
            clause c = q.clauses[r.index - q.restrictions.size()];
            for (term& t : c.any_of) t.var = local_[t.var];
            local_query.clauses.push_back(std::move(c));
        }
    }
    void classify(std::uint32_t table) {
        std::vector<cause_id> causes;
        for (const std::uint32_t id : {data.tables[table].forward, data.tables[table].backward}) {
            if (id == none) continue;
            const row_group& g = data.groups[id];
            for (std::uint32_t i = g.first; i < g.last; ++i)
                if (causes.empty() || causes.back() != data.rows[i].cause)
                    causes.push_back(data.rows[i].cause);
        }
        std::sort(causes.begin(), causes.end());
        causes.erase(std::unique(causes.begin(), causes.end()), causes.end());
        table_causes_.push_back(std::move(causes));
    }

    std::vector<reason> reasons_;
    std::vector<cause_id> causes_;
    std::vector<std::uint32_t> groups_;
    std::vector<std::uint32_t> local_;
    std::vector<var_id> variables_;
    std::vector<table> compiled_;
    std::vector<std::vector<cause_id>> table_causes_;
    std::size_t base_masks_ = 0;
};

} // namespace cudacompat::detail
