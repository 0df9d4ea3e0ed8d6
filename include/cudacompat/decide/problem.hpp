// A compiled decision problem over finite domains: immutable, shareable between threads.
// It knows nothing of CUDA. The words it is made of are in terms.hpp, the way in is problem_builder.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/decide/detail/compile.hpp>
#include <cudacompat/decide/detail/store.hpp>
#include <cudacompat/decide/terms.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace cudacompat {

class problem {
public:
    /// Most values that a variable may have; callers refuse larger input before they build.
    static constexpr std::uint32_t max_values = 65535;

    problem() { detail::compile(data_); }

    [[nodiscard]] std::uint32_t variable_count() const noexcept { return data_.variables(); }
    [[nodiscard]] std::uint32_t size(var_id v) const noexcept { return data_.size[v]; }

    /// The problem as bytes: versioned, independent of compiler and machine order of additions.
    [[nodiscard]] std::vector<std::byte> save() const { return detail::save(data_); }
    /// Reads what save() wrote. Everything is validated: hostile bytes give an error, never a bad problem.
    [[nodiscard]] static result<problem> load(std::span<const std::byte> bytes) {
        problem out;
        if (const char* wrong = detail::load(bytes, max_values, out.data_))
            return error{errc::bad_data, std::string("compiled problem: ") + wrong, {}, {}};
        detail::compile(out.data_);
        return out;
    }

    /// Variables that share a row or a clause with v, ascending, each once; for graph views, not for speed.
    [[nodiscard]] std::vector<var_id> neighbours(var_id v) const {
        bits near(variable_count());
        for (std::uint32_t i = data_.link_at[v]; i < data_.link_at[v + 1]; ++i)
            near.set(data_.links[i].other);
        for (const detail::clause_range& c : data_.clauses) {
            bool meets = false;
            for (std::uint32_t i = c.first; i < c.last; ++i) meets = meets || data_.clause_terms[i].var == v;
            if (!meets) continue;
            for (std::uint32_t i = c.first; i < c.last; ++i) near.set(data_.clause_terms[i].var);
        }
        if (variable_count() != 0) near.reset(v);
        std::vector<var_id> out;
        for (std::uint32_t i = near.next(0); i < near.size(); i = near.next(i + 1)) out.push_back(i);
        return out;
    }

    /// Bytes held on the heap.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        const auto held = [](const auto& v) { return v.capacity() * sizeof(v[0]); };
        const detail::problem_data& d = data_;
        return held(d.size) + held(d.word_at) + held(d.value_at) + held(d.rows) + held(d.groups) +
               held(d.sets) + held(d.set_words) + held(d.clauses) + held(d.clause_terms) + held(d.unary) +
               held(d.contradictions) + held(d.tables) + held(d.masks) + held(d.link_at) + held(d.links);
    }

    /// Calls see(p, p_first, p_last, q, allowed, cause) for each implication, clauses of two terms included.
    template <class F>
    void for_each_row(F&& see) const {
        for (const detail::row_group& g : data_.groups)
            for (std::uint32_t i = g.first; i < g.last; ++i) {
                bits allowed(size(g.q));
                data_.consequence(g, data_.rows[i], allowed.words().data());
                see(g.p, std::uint32_t{data_.rows[i].p_first}, std::uint32_t{data_.rows[i].p_last}, g.q,
                    std::as_const(allowed), data_.rows[i].cause);
            }
    }
    /// Calls see(clause) for each clause with no, one or at least three terms.
    template <class F>
    void for_each_clause(F&& see) const {
        for (const cause_id cause : data_.contradictions) see(clause{{}, cause});
        for (const detail::unary_fact& u : data_.unary) see(clause{{term{u.var, set(u.set)}}, u.cause});
        for (const detail::clause_range& c : data_.clauses) {
            clause out;
            out.cause = c.cause;
            for (std::uint32_t i = c.first; i < c.last; ++i)
                out.any_of.push_back({data_.clause_terms[i].var, set(data_.clause_terms[i].set)});
            see(std::as_const(out));
        }
    }

    /// The flat tables, for the solver.
    [[nodiscard]] const detail::problem_data& data() const noexcept { return data_; }

private:
    friend class problem_builder;
    explicit problem(detail::problem_data&& d) : data_(std::move(d)) {}

    [[nodiscard]] bits set(std::uint32_t id) const {
        bits out(data_.sets[id].size);
        for (std::uint32_t i = 0; i < out.words().size(); ++i) out.words()[i] = data_.set(id)[i];
        return out;
    }

    detail::problem_data data_;
};

} // namespace cudacompat
