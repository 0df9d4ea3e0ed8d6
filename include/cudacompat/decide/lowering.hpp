// From facts to a decision problem. Beside the clauses of the facts there are structural rules, each a cause of its
// own, so that explanations can name them:
//   ships_nothing   a build owns a copy of a library only where a fact of kind ships says so
//   no_code_list    a build of a component with device code, whose code list nobody recorded, has code "unknown"
//   no_code         an absent build, or one without any, has no device code
//   follows         what goes with a copy of a library (the runtime mode) is absent where that copy is
#pragma once

#include <cudacompat/decide/fact_clauses.hpp>
#include <cudacompat/decide/scope.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace cudacompat {

enum class cause_kind : std::uint8_t { fact, ships_nothing, no_code_list, no_code, follows };

struct cause {
    cause_kind kind = cause_kind::fact;
    std::uint32_t index = 0; ///< fact index, or component of the build
};

/// The decision problem of a context, and what its variables and causes mean.
struct lowered {
    lowered(knowledge_base base, context c);

    knowledge_base kb;
    context ctx;
    instance_table instances;
    std::vector<cause> causes; ///< by cause_id; facts first, by fact index
    problem decided;
};

namespace detail {

class lowering : protected fact_clauses {
public:
    lowering(const knowledge_base& kb, const context& ctx, const instance_table& in)
        : fact_clauses(kb, ctx, in) {}

    /// Facts by index, then the structural rules.
    [[nodiscard]] std::vector<cause> causes() const {
        std::vector<cause> out;
        out.reserve(kb_.facts().size() + 16);
        for (std::uint32_t f = 0; f < kb_.facts().size(); ++f) out.push_back({cause_kind::fact, f});
        for (const std::uint32_t owner : in_.owners()) out.push_back({cause_kind::ships_nothing, owner});
        for (const std::uint32_t owner : in_.coded()) {
            out.push_back({cause_kind::no_code_list, owner});
            out.push_back({cause_kind::no_code, owner});
        }
        for (std::uint32_t v = 0; v < in_.size(); ++v)
            if (count_of(in_[v].component) == multiplicity::runtime)
                out.push_back({cause_kind::follows, in_[v].component});
        return out;
    }

    [[nodiscard]] problem run() {
        for (std::uint32_t v = 0; v < in_.size(); ++v) (void)builder_.add_variable(in_.domain_size(v));
        const auto facts = kb_.facts();
        for (std::uint32_t f = 0; f < facts.size(); ++f) {
            if (!is_wall(static_cast<fact_kind>(facts[f].kind)) || !applies(kb_, facts[f], ctx_)) continue;
            add_fact(facts[f], f);
        }
        add_structure();
        return std::move(builder_).build();
    }

private:
    void add_structure() {
        const std::vector<cause> known = causes();
        const auto add_cause = [&](cause_kind kind, std::uint32_t component) {
            for (std::size_t i = kb_.facts().size(); i < known.size(); ++i)
                if (known[i].kind == kind && known[i].index == component) return static_cast<cause_id>(i);
            return static_cast<cause_id>(known.size());
        };
        for (const std::uint32_t owner : in_.owners()) {
            const cause_id id = add_cause(cause_kind::ships_nothing, owner);
            const std::uint32_t build = shared_of(owner);
            for (std::uint32_t v = 0; v < in_.size(); ++v) {
                if (in_[v].owner != owner || count_of(in_[v].component) != multiplicity::bundled) continue;
                bits ships(in_.domain_size(build));
                each_fact(fact_kind::ships, owner, in_[v].component,
                          [&](const frozen::selector& s) { ships |= in_.admitted(build, s); });
                if (const described_build* d = ctx_.describes(owner);
                    d != nullptr &&
                    std::find(d->carries.begin(), d->carries.end(), in_[v].component) != d->carries.end())
                    ships.set(in_.domain_size(build) - 1);
                only_absent(build, ships.complement(), v, id);
            }
        }
        for (std::uint32_t v = 0; v < in_.size(); ++v) {
            if (count_of(in_[v].component) != multiplicity::runtime) continue;
            const std::uint32_t library = followed_by(in_[v].component);
            const std::uint32_t copy =
                library == frozen::none ? frozen::none : in_.find(library, in_[v].owner, frozen::none);
            const cause_id id = add_cause(cause_kind::follows, in_[v].component);
            bits gone(in_.domain_size(v));
            gone.set(0);
            if (copy == frozen::none) {
                builder_.add(clause{{{v, gone}}, id});
            } else {
                bits without(in_.domain_size(copy));
                without.set(0);
                only_absent(copy, without, v, id);
            }
        }
        for (const std::uint32_t owner : in_.coded()) {
            const cause_id unlisted = add_cause(cause_kind::no_code_list, owner);
            const cause_id codeless = add_cause(cause_kind::no_code, owner);
            const std::uint32_t build = shared_of(owner);
            bits without(in_.domain_size(build));
            without.set(0);
            for (std::uint32_t i = 1; i < in_.domain_size(build); ++i)
                if ((in_.value(build, i).flags & frozen::is_host_only) != 0) without.set(i);
            bits listed(in_.domain_size(build));
            each_fact(fact_kind::supports, owner, frozen::none,
                      [&](const frozen::selector& s) { listed |= in_.admitted(build, s); });
            if (const described_build* d = ctx_.describes(owner); d != nullptr && d->code)
                listed.set(in_.domain_size(build) - 1);
            for (std::uint32_t v = 0; v < in_.size(); ++v) {
                if (in_[v].owner != owner || count_of(in_[v].component) != multiplicity::code) continue;
                only_absent(build, without, v, codeless);
                bits unknown(in_.domain_size(v));
                const std::uint32_t last = in_.domain_size(v) - 1;
                const bool has_unknown = last > 0 && (in_.value(v, last).flags & frozen::is_unknown) != 0;
                if (has_unknown) unknown.set(last);
                bits no_list = listed.complement();
                no_list -= without;
                if (!no_list.empty()) builder_.add(implication{build, v, no_list, unknown, unlisted});
                // Whatever the code is, it runs on a GPU.
                for (std::uint32_t g = 0; has_unknown && g < in_.size(); ++g)
                    if (count_of(in_[g].component) == multiplicity::device &&
                        static_cast<component_role>(kb_.components()[in_[g].component].role) !=
                            component_role::derived &&
                        in_[g].device == in_[v].device) {
                        bits some(in_.domain_size(g), true);
                        some.reset(0);
                        builder_.add(implication{v, g, unknown, some, unlisted});
                    }
            }
        }
    }

    [[nodiscard]] std::uint32_t shared_of(std::uint32_t component) const noexcept {
        return in_.find(component, frozen::none, frozen::none);
    }

    /// The bundled library that a component of multiplicity runtime goes with: the one its facts speak of.
    [[nodiscard]] std::uint32_t followed_by(std::uint32_t component) const {
        for (const frozen::fact& f : kb_.facts()) {
            std::uint32_t library = frozen::none;
            bool speaks = false;
            const auto look = [&](const frozen::selector& s) {
                if (s.component == frozen::none) return;
                if (count_of(s.component) == multiplicity::bundled) library = s.component;
                speaks |= s.component == component;
            };
            for (const frozen::selector& s : kb_.selectors(f.conditions)) look(s);
            if (library == frozen::none) continue;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of))
                    if (s.component == component) speaks = true;
            if (speaks) return library;
        }
        return frozen::none;
    }

    void only_absent(std::uint32_t from, const bits& when, std::uint32_t var, cause_id id) {
        if (when.empty()) return;
        bits gone(in_.domain_size(var));
        gone.set(0);
        builder_.add(implication{from, var, when, gone, id});
    }

    /// Calls with the condition of each applicable fact of this kind about `owner` that speaks of `then`.
    template <class F>
    void each_fact(fact_kind kind, std::uint32_t owner, std::uint32_t then, F&& call) const {
        for (const std::uint32_t i : kb_.facts_if(kb_.components()[owner])) {
            const frozen::fact& f = kb_.facts()[i];
            if (static_cast<fact_kind>(f.kind) != kind || !applies(kb_, f, ctx_)) continue;
            bool speaks = then == frozen::none;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of)) speaks |= s.component == then;
            if (speaks) call(kb_.selectors(f.conditions)[0]);
        }
    }
};

/// The problem of a plain context about what is asked most comes with the compiled data (prepare.hpp); others are
/// made here.
[[nodiscard]] inline problem prepared_or_new(const knowledge_base& kb, const context& ctx,
                                             const instance_table& in) {
    const bool plain = ctx.device_slots == 1 && ctx.as_of.empty() && ctx.opened.empty() &&
                       ctx.loose.empty() && !ctx.idle_build && ctx.without.empty() && ctx.described.empty();
    for (const frozen::byte_range& r : plain ? kb.prepared() : std::span<const frozen::byte_range>{}) {
        if (r.platform != ctx.platform || find_scopes(kb)->of({&r.component, 1}) != ctx.scope) continue;
        if (result<problem> made = problem::load(kb.bytes(r))) {
            bool fits = made->variable_count() == in.size();
            for (std::uint32_t v = 0; fits && v < in.size(); ++v) fits = made->size(v) == in.domain_size(v);
            if (fits) return std::move(*made);
        }
    }
    return lowering(kb, ctx, in).run();
}

} // namespace detail

inline lowered::lowered(knowledge_base base, context c)
    : kb(std::move(base)),
      ctx(std::move(c)),
      instances(kb, ctx),
      causes(detail::lowering(kb, ctx, instances).causes()),
      decided(detail::prepared_or_new(kb, ctx, instances)) {}

} // namespace cudacompat
