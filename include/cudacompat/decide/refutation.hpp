// Why a query has no solution: an irreducible set of reasons and its derivation.
//
// 1. The query is refuted once more with the proof kept; the reasons in it are a first core.
// 2. In the excerpt of the problem that these reasons make up, one after the other is left out. If the
//    rest is still refuted, the reasons of that proof are the new core; otherwise the reason is needed.
// 3. The derivation is made anew from the final core alone, so it mentions nothing else.
#pragma once

#include <cudacompat/decide/detail/derive.hpp>
#include <cudacompat/decide/detail/excerpt.hpp>
#include <cudacompat/decide/problem.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cudacompat::detail {

class minimiser {
public:
    minimiser(const problem_data& d, const cause_index& index, const query& q,
              const std::vector<reason>& core)
        : part_(d, index, q, core), engine_(part_.data), kept_(core.size(), 1) {}

    [[nodiscard]] refutation run() {
        shrink_while_it_helps();
        const std::vector<char> start = kept_;
        refutation out = reduce(false);
        if (out.steps.size() <= long_story) return out;
        kept_ = start; // another order may end in a core that is told in fewer steps
        refutation other = reduce(true);
        return other.steps.size() < out.steps.size() ? other : out;
    }

private:
    [[nodiscard]] std::uint32_t total() const noexcept { return static_cast<std::uint32_t>(kept_.size()); }

    /// Whether these reasons alone are unsolvable; then steps_ says why.
    bool refuted(const std::vector<char>& keep) {
        part_.select(keep);
        engine_.restrict_to(&keep, part_.off, part_.single);
        const std::vector<char> items(keep.begin() + part_.causes(), keep.end());
        if (engine_.begin(part_.local_query, true, &items) && engine_.any() == verdict::solved) return false;
        steps_ = engine_.derive();
        proved_ = keep;
        return true;
    }
    [[nodiscard]] std::vector<char> cited() const {
        std::vector<char> out(total(), 0);
        for (const reason& r : reasons_of(steps_)) out[r.from_query ? part_.causes() + r.index : r.index] = 1;
        return out;
    }
    void shrink_while_it_helps() {
        for (int round = 0; round < 3; ++round) {
            refuted(kept_);
            std::vector<char> smaller = cited();
            const bool same = smaller == kept_;
            kept_ = std::move(smaller);
            if (same) break;
        }
    }
    /// Leaves out one reason after the other: facts before what the query says, so that its words stay if they can.
    refutation reduce(bool last_first) {
        for (std::uint32_t k = 0; k < total(); ++k) {
            const std::uint32_t i = last_first && k < part_.causes() ? part_.causes() - 1 - k : k;
            if (kept_[i] == 0) continue;
            std::vector<char> without = kept_;
            without[i] = 0;
            if (refuted(without)) kept_ = cited();
        }
        if (proved_ != kept_) refuted(kept_);
        proved_.clear();
        refutation out;
        out.steps = std::move(steps_);
        part_.rename(out.steps);
        out.core = reasons_of(out.steps);
        return out;
    }

    static constexpr std::size_t long_story = 24;

    excerpt part_;
    deriver engine_;
    std::vector<char> kept_;
    std::vector<derivation_step> steps_;
    std::vector<char> proved_; ///< the reasons that steps_ was made from
};

} // namespace cudacompat::detail
