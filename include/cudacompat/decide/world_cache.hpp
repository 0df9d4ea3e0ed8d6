// Lowered problems, kept for the next question: one for each knowledge base and context.
#pragma once

#include <cudacompat/decide/lowering.hpp>
#include <cudacompat/decide/solver.hpp>
#include <cudacompat/decide/wall_index.hpp>
#include <cudacompat/knowledge/parsed.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cudacompat {

/// Orders of preference of one variable, by domain index; smaller is better.
struct preference_ranks {
    std::vector<std::uint32_t> by_release;            ///< newest release; its builds are equal; absent last
    std::vector<std::uint32_t> by_release_or_absence; ///< as by_release, absent first
    std::vector<std::uint32_t> by_presence;           ///< absent before present
    std::vector<std::uint32_t> by_class;              ///< the component's classes of preference; absent first
    std::vector<std::uint32_t>
        by_choice; ///< the full order: known releases of an open line before gaps in it
};

/// A lowered problem with what every question about it needs. Immutable; shared between threads.
struct world {
    world(knowledge_base kb, context ctx) : low(std::move(kb), std::move(ctx)), texts(low.kb), walls(low) {
        prepare();
    }

    lowered low;
    parsed_texts texts;
    wall_index walls;
    std::vector<preference_ranks> ranks;
    struct {
        std::vector<std::uint32_t> extras;     ///< what nobody wants without need: a compat package
        std::vector<std::uint32_t> codes;      ///< device code: SASS before PTX
        std::vector<std::uint32_t> frameworks; ///< then the newest build
        std::vector<std::uint32_t> modes;      ///< then direct before minor-version before forward
        std::vector<std::uint32_t> rest;       ///< everything but companions, in the order of decision
    } decision_order;

    /// Values of component `about` (domain indices of its shared copy) of which some fact speaks that has `of` in its
    /// consequence; nullptr where no fact of the pair exists. What a value's facts leave out, nobody recorded.
    [[nodiscard]] const bits* spoken(std::uint32_t about, std::uint32_t of) const noexcept {
        for (const pair_knowledge& k : known_)
            if (k.about == about && k.of == of) return &k.values;
        return nullptr;
    }

    /// Facts (by index, ascending) that have the component in their consequence.
    [[nodiscard]] std::span<const std::uint32_t> facts_about(std::uint32_t component) const noexcept {
        return std::span(about_).subspan(about_at_[component],
                                         about_at_[component + 1] - about_at_[component]);
    }

    /// Walls of certainty weak, and weak reports of failures, that hold on this platform; by index.
    [[nodiscard]] std::span<const std::uint32_t> weak_facts() const noexcept { return weak_; }
    /// Ends of support of one component, on this platform; by index.
    [[nodiscard]] std::span<const std::uint32_t> ends() const noexcept { return ends_; }

    /// A solver for this problem; returned to the pool by the handle's destructor.
    class lease {
    public:
        lease(const world& w, std::unique_ptr<solver> s) : world_(&w), solver_(std::move(s)) {}
        lease(lease&&) noexcept = default;
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (solver_ != nullptr) world_->give_back(std::move(solver_));
        }
        [[nodiscard]] solver* operator->() const noexcept { return solver_.get(); }

    private:
        const world* world_;
        std::unique_ptr<solver> solver_;
    };
    [[nodiscard]] lease borrow() const {
        {
            const std::lock_guard lock(pool_mutex_);
            if (!pool_.empty()) {
                std::unique_ptr<solver> s = std::move(pool_.back());
                pool_.pop_back();
                return {*this, std::move(s)};
            }
        }
        return {*this, std::make_unique<solver>(low.decided)};
    }

private:
    struct pair_knowledge {
        std::uint32_t about;
        std::uint32_t of;
        bits values;
    };
    /// Can what it speaks of be in this world at all?
    [[nodiscard]] bool in_scope(const frozen::fact& f) const noexcept {
        for (const frozen::selector& s : low.kb.selectors(f.conditions))
            if (s.present != 0 && s.absent == 0 &&
                (s.component == frozen::none || !low.ctx.covers(s.component)))
                return false;
        return true;
    }
    void index_facts() {
        const knowledge_base& kb = low.kb;
        const auto each =
            [&](auto&& see) { // each component of a consequence once for each fact, facts ascending
                std::vector<std::uint32_t> last(kb.components().size(), frozen::none);
                for (std::uint32_t i = 0; i < kb.facts().size(); ++i) {
                    if (!in_scope(kb.facts()[i])) continue;
                    for (const frozen::group& g : kb.groups(kb.facts()[i].then))
                        for (const frozen::selector& s : kb.selectors(g.any_of)) {
                            if (s.component == frozen::none || last[s.component] == i) continue;
                            last[s.component] = i;
                            see(s.component, i);
                        }
                }
            };
        about_at_.assign(kb.components().size() + 1, 0);
        each([&](std::uint32_t component, std::uint32_t) { ++about_at_[component + 1]; });
        for (std::size_t i = 1; i < about_at_.size(); ++i) about_at_[i] += about_at_[i - 1];
        about_.resize(about_at_.back());
        std::vector<std::uint32_t> next(about_at_.begin(), about_at_.end() - 1);
        each([&](std::uint32_t component, std::uint32_t fact) { about_[next[component]++] = fact; });
    }
    void collect_knowledge() {
        const knowledge_base& kb = low.kb;
        for (std::uint32_t i = 0; i < kb.facts().size(); ++i) {
            const frozen::fact& f = kb.facts()[i];
            if (!in_scope(f)) continue;
            const bool here = ((f.platforms >> low.ctx.platform) & 1U) != 0;
            const bool wall =
                detail::is_wall(static_cast<fact_kind>(f.kind)) && detail::applies(kb, f, low.ctx);
            if (here && static_cast<fact_kind>(f.kind) == fact_kind::ends && f.conditions.count == 1 &&
                !(!f.dispute.empty() && f.dispute_default == 0))
                ends_.push_back(i);
            if (here && static_cast<certainty>(f.certainty) == certainty::weak &&
                (wall || detail::is_rumour(f)))
                weak_.push_back(i);
        }
        for (std::uint32_t c = 0; c < kb.components().size(); ++c) {
            const auto role = static_cast<component_role>(kb.components()[c].role);
            if (role != component_role::framework && role != component_role::companion) continue;
            const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
            if (var == frozen::none) continue;
            for (const std::uint32_t i : kb.facts_if(kb.components()[c])) {
                const frozen::fact& f = kb.facts()[i];
                if (f.conditions.count != 1 || !detail::is_wall(static_cast<fact_kind>(f.kind)) ||
                    !detail::applies(kb, f, low.ctx))
                    continue;
                const bits holds = low.instances.admitted(var, kb.selectors(f.conditions)[0]);
                for (const frozen::group& g : kb.groups(f.then))
                    for (const frozen::selector& s : kb.selectors(g.any_of)) {
                        if (s.component == frozen::none || s.component == c) continue;
                        auto at = std::find_if(known_.begin(), known_.end(), [&](const pair_knowledge& k) {
                            return k.about == c && k.of == s.component;
                        });
                        if (at == known_.end())
                            at = known_.insert(known_.end(),
                                               {c, s.component, bits(low.instances.domain_size(var))});
                        at->values |= holds;
                    }
            }
        }
        for (pair_knowledge& k : known_) k.values.set(0);
    }

    void give_back(std::unique_ptr<solver> s) const {
        const std::lock_guard lock(pool_mutex_);
        if (pool_.size() < 16) pool_.push_back(std::move(s));
    }

    void prepare() {
        collect_knowledge();
        index_facts();
        const instance_table& in = low.instances;
        const auto components = low.kb.components();
        constexpr std::uint32_t last = 0x00ffffff;
        ranks.resize(in.size());
        for (std::uint32_t v = 0; v < in.size(); ++v) {
            const std::uint32_t n = in.domain_size(v);
            preference_ranks& r = ranks[v];
            r.by_release.assign(n, last);
            r.by_presence.assign(n, 1);
            r.by_class.assign(n, 0);
            r.by_choice.assign(n, 0);
            r.by_presence[0] = 0;
            for (std::uint32_t i = 1; i < n; ++i) {
                const frozen::value& value = in.value(v, i);
                r.by_release[i] = value.rank;
                r.by_class[i] = value.prefer;
                const bool gap =
                    (value.flags & frozen::is_cell) != 0 && ((value.listed >> low.ctx.platform) & 1U) == 0;
                if (gap) r.by_release[i] += 0x10000;
                r.by_choice[i] = i + (gap ? 0x10000 : 0);
            }
            r.by_release_or_absence = r.by_release;
            for (std::uint32_t& rank : r.by_release_or_absence) ++rank;
            r.by_release_or_absence[0] = 0;
            const frozen::component& c = components[in[v].component];
            const auto role = static_cast<component_role>(c.role);
            if (role == component_role::companion) continue;
            decision_order.rest.push_back(v);
            const auto count = static_cast<multiplicity>(c.multiplicity);
            if (count == multiplicity::code) decision_order.codes.push_back(v);
            if (count == multiplicity::runtime) decision_order.modes.push_back(v);
            if (role == component_role::framework) decision_order.frameworks.push_back(v);
            if ((c.flags & frozen::avoid) != 0) decision_order.extras.push_back(v);
        }
    }

    std::vector<pair_knowledge> known_;
    std::vector<std::uint32_t> about_, about_at_, weak_, ends_;
    mutable std::mutex pool_mutex_;
    mutable std::vector<std::unique_ptr<solver>> pool_;
};

/// The world of this context: made once, then shared. Holds the few most recent ones.
[[nodiscard]] inline std::shared_ptr<const world> find_world(const knowledge_base& kb, const context& ctx) {
    struct entry {
        const void* kb;
        context ctx;
        std::shared_ptr<const world> made;
    };
    static std::mutex mutex;
    static std::vector<entry> recent;
    constexpr std::size_t kept = 16;
    {
        const std::lock_guard lock(mutex);
        for (const entry& e : recent)
            if (e.kb == kb.identity() && e.ctx == ctx) return e.made;
    }
    auto made = std::make_shared<const world>(kb, ctx);
    const std::lock_guard lock(mutex);
    if (recent.size() == kept) recent.erase(recent.begin());
    recent.push_back({kb.identity(), ctx, made});
    return made;
}

} // namespace cudacompat
