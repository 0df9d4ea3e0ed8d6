// The solver: answers queries about one problem. Start reading here; detail/search.hpp has the loop.
#pragma once

#include <cudacompat/decide/detail/derive.hpp>
#include <cudacompat/decide/detail/excerpt.hpp>
#include <cudacompat/decide/problem.hpp>
#include <cudacompat/decide/refutation.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace cudacompat {

/// Work done so far by one solver; for tests and benchmarks.
struct statistics {
    std::uint64_t conflicts = 0;
    std::uint64_t decisions = 0;
    std::uint64_t revisions = 0;
    std::uint64_t learned = 0;
};

/// A workspace for queries over one problem, which has to outlive it. One per thread; reusable.
/// Answers depend on problem and query alone, never on earlier queries.
class solver {
public:
    explicit solver(const problem& p) : problem_(&p), engine_(p.data()) {}
    explicit solver(problem&&) = delete;

    /// The lexicographic optimum, or why there is no solution.
    [[nodiscard]] std::variant<assignment, refutation> solve(const query& q) {
        if (std::optional<assignment> found = find(q)) return *std::move(found);
        return explain(q);
    }
    /// The lexicographic optimum, or nothing.
    [[nodiscard]] std::optional<assignment> find(const query& q) {
        if (!engine_.begin(q) || engine_.optimum() != detail::verdict::solved) return std::nullopt;
        return engine_.model();
    }
    /// Whether there is any solution; criteria are ignored.
    [[nodiscard]] bool satisfiable(const query& q) {
        return engine_.begin(q) && engine_.any() == detail::verdict::solved;
    }

    /// Values of `var` that some solution takes; criteria are ignored.
    [[nodiscard]] bits project(const query& q, var_id var);
    /// The same for several variables in one pass: every solution that is found counts for each of them.
    [[nodiscard]] std::vector<bits> project(const query& q, const std::vector<var_id>& vars);
    /// matrix[i].test(j): some solution has a = i and b = j; criteria are ignored. a == b gives the diagonal.
    [[nodiscard]] std::vector<bits> matrix(const query& q, var_id a, var_id b);
    /// For each Pareto-maximal vector of ranks of the first `criteria_count` criteria the lexicographically
    /// best solution, in lexicographic order, at most `limit` of them.
    [[nodiscard]] std::vector<assignment> maximal(const query& q, std::size_t criteria_count,
                                                  std::size_t limit);

    [[nodiscard]] cudacompat::statistics statistics() const noexcept {
        return {engine_.conflicts, engine_.decisions, engine_.revisions, engine_.learned};
    }

private:
    [[nodiscard]] refutation explain(const query& q) {
        engine_.forget();
        if (engine_.begin(q, true)) static_cast<void>(engine_.any());
        std::vector<reason> core = detail::reasons_of(engine_.derive());
        if (!index_) index_ = std::make_unique<detail::cause_index>(problem_->data());
        return detail::minimiser(problem_->data(), *index_, q, core).run();
    }

    const problem* problem_;
    detail::deriver engine_;
    std::unique_ptr<detail::cause_index> index_;
};

} // namespace cudacompat

#include <cudacompat/decide/enumerate.hpp>
