// From facts to a decision problem: every fact is "if all of these, then these", over the copies it speaks of.
//
// A fact about a bundled library holds for every copy in use: the shared one, and the one inside each build.
// A fact about a GPU holds for every GPU. Beside the facts there are three structural rules, each a cause of
// its own, so that explanations can name them:
//   ships_nothing   a build owns a copy of a library only where a fact of kind ships says so
//   no_code_list    a build of a component with device code, whose code list nobody recorded, has code "unknown"
//   no_code         an absent build, or one without any, has no device code
//   follows         what goes with a copy of a library (the runtime mode) is absent where that copy is
#pragma once

#include <cudacompat/decide/instances.hpp>
#include <cudacompat/decide/problem.hpp>
#include <cudacompat/decide/problem_builder.hpp>

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
    lowered(knowledge_base base, context ctx);

    knowledge_base kb;
    context ctx;
    instance_table instances;
    std::vector<cause> causes; ///< by cause_id; facts first, by fact index
    problem decided;
};

namespace detail {

/// Does the fact forbid anything? Test points and ends are evidence, not walls.
[[nodiscard]] inline bool is_wall(fact_kind k) noexcept {
    switch (k) {
    case fact_kind::tested:
    case fact_kind::known_good:
    case fact_kind::ends: return false;
    default: return true;
    }
}

/// A failure that one person met: said as a caveat where it fits, never a wall.
[[nodiscard]] inline bool is_rumour(const frozen::fact& f) noexcept {
    return static_cast<fact_kind>(f.kind) == fact_kind::known_bad && static_cast<certainty>(f.certainty) == certainty::weak;
}

[[nodiscard]] inline bool applies(const knowledge_base& kb, const frozen::fact& f, const context& ctx) noexcept {
    if (((f.platforms >> ctx.platform) & 1U) == 0) return false;
    if (ctx.drop_weak && static_cast<certainty>(f.certainty) == certainty::weak) return false;
    if (f.dispute.length != 0 && f.dispute_default == 0) return false;
    if (is_rumour(f)) return false;
    if (!ctx.as_of.empty()) {
        const std::string_view now = ctx.as_of;
        if (f.since.length != 0 && kb.str(f.since) > now) return false;
        if (f.until.length != 0 && kb.str(f.until) <= now) return false;
    } else if (f.until.length != 0) {
        return false; // withdrawn
    }
    return true;
}

class lowering {
public:
    lowering(const knowledge_base& kb, const context& ctx, const instance_table& in) : kb_(kb), ctx_(ctx), in_(in) {}

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
            if (count_of(in_[v].component) == multiplicity::runtime) out.push_back({cause_kind::follows, in_[v].component});
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
    using literals = std::vector<term>;

    [[nodiscard]] multiplicity count_of(std::uint32_t component) const noexcept {
        return static_cast<multiplicity>(kb_.components()[component].multiplicity);
    }

    /// The dimensions over which a fact is repeated.
    struct binding {
        std::uint32_t owner = frozen::none;
        std::uint32_t device = frozen::none;
        std::uint32_t coded = frozen::none;
    };

    [[nodiscard]] std::uint32_t variable(std::uint32_t component, const binding& b) const noexcept {
        switch (count_of(component)) {
        case multiplicity::host:
        case multiplicity::environment: return in_.find(component, frozen::none, frozen::none);
        case multiplicity::device: return in_.find(component, frozen::none, b.device);
        case multiplicity::bundled:
        case multiplicity::runtime: return in_.find(component, b.owner, frozen::none);
        case multiplicity::code: return in_.find(component, b.coded, b.device);
        }
        return frozen::none;
    }

    void add_fact(const frozen::fact& f, cause_id id) {
        const auto conditions = kb_.selectors(f.conditions);
        const auto kind = static_cast<fact_kind>(f.kind);
        bool device = false, coded = false, owned = false;
        const auto look = [&](const frozen::selector& s, bool condition) {
            if (s.component == frozen::none) return;
            const multiplicity m = count_of(s.component);
            device |= m == multiplicity::device || m == multiplicity::code;
            coded |= m == multiplicity::code;
            owned |= condition && (m == multiplicity::bundled || m == multiplicity::runtime);
        };
        for (const frozen::selector& s : conditions) look(s, true);
        for (const frozen::group& g : kb_.groups(f.then))
            for (const frozen::selector& s : kb_.selectors(g.any_of)) look(s, false);

        std::vector<std::uint32_t> owners{frozen::none};
        std::vector<std::uint32_t> codes{frozen::none};
        if (kind == fact_kind::ships) {
            owners = {conditions.empty() ? frozen::none : conditions[0].component};
        } else if (owned) {
            owners.insert(owners.end(), in_.owners().begin(), in_.owners().end());
        }
        if (kind == fact_kind::supports) {
            codes = {conditions.empty() ? frozen::none : conditions[0].component};
        } else if (coded) {
            codes.assign(in_.coded().begin(), in_.coded().end());
        }
        for (const std::uint32_t o : owners)
            for (const std::uint32_t c : codes)
                for (std::uint32_t d = 0; d < (device ? ctx_.device_slots : 1); ++d)
                    add_bound(f, id, {o, device ? d : frozen::none, c});
    }

    /// Turns the conditions into negated literals, one alternative at a time: a bundled library may be the
    /// owner's copy, or, where the owner has none, the shared one.
    void add_bound(const frozen::fact& f, cause_id id, const binding& b) {
        literals premise;
        add_conditions(f, id, b, kb_.selectors(f.conditions), 0, premise, false);
    }

    void add_conditions(const frozen::fact& f, cause_id id, const binding& b, std::span<const frozen::selector> rest,
                        std::size_t at, literals& premise, bool uses_owner) {
        if (at == rest.size()) {
            const bool owner_bound = b.owner != frozen::none && static_cast<fact_kind>(f.kind) != fact_kind::ships;
            if (owner_bound && !uses_owner) return; // that is the fact of the shared copies, added on its own
            add_consequences(f, id, b, premise);
            return;
        }
        const frozen::selector& s = rest[at];
        if (s.component == frozen::none) {
            if (s.absent != 0) add_conditions(f, id, b, rest, at + 1, premise, uses_owner);
            return; // a component that nobody knows is never there
        }
        const auto with = [&](std::uint32_t var, bits holds, bool owner) {
            if (holds.empty()) return;
            premise.push_back({var, holds.complement()});
            add_conditions(f, id, b, rest, at + 1, premise, uses_owner || owner);
            premise.pop_back();
        };
        const std::uint32_t own = variable(s.component, b);
        const bool bundled = count_of(s.component) == multiplicity::bundled && b.owner != frozen::none;
        if (own != frozen::none)
            with(own, in_.admitted(own, s), count_of(s.component) == multiplicity::bundled || count_of(s.component) == multiplicity::runtime);
        if (bundled && static_cast<fact_kind>(f.kind) != fact_kind::ships) {
            const std::uint32_t shared = in_.find(s.component, frozen::none, frozen::none);
            if (own == frozen::none) {
                with(shared, in_.admitted(shared, s), false);
            } else {
                bits present(in_.domain_size(own), true);
                present.reset(0);
                premise.push_back({own, std::move(present)});
                with(shared, in_.admitted(shared, s), false);
                premise.pop_back();
            }
        }
    }

    void add_consequences(const frozen::fact& f, cause_id id, const binding& b, const literals& premise) {
        const auto groups = kb_.groups(f.then);
        if (groups.empty()) {
            emit(premise, id);
            return;
        }
        for (const frozen::group& g : groups) {
            literals clause = premise;
            add_alternatives(f, id, b, kb_.selectors(g.any_of), 0, clause);
        }
    }

    void add_alternatives(const frozen::fact& f, cause_id id, const binding& b, std::span<const frozen::selector> rest,
                          std::size_t at, literals& clause) {
        if (at == rest.size()) {
            emit(clause, id);
            return;
        }
        const frozen::selector& s = rest[at];
        if (s.component == frozen::none) {
            if (s.absent != 0) return; // holds: the component is never there
            add_alternatives(f, id, b, rest, at + 1, clause);
            return;
        }
        const auto with = [&](std::uint32_t var, bits holds) {
            clause.push_back({var, std::move(holds)});
            add_alternatives(f, id, b, rest, at + 1, clause);
            clause.pop_back();
        };
        const std::uint32_t own = variable(s.component, b);
        const bool falls_back = count_of(s.component) == multiplicity::bundled && b.owner != frozen::none &&
                                static_cast<fact_kind>(f.kind) != fact_kind::ships;
        if (!falls_back) {
            const bool states = static_cast<fact_kind>(f.kind) == fact_kind::ships; // what a build carries is known by this
            if (own == frozen::none) {
                add_alternatives(f, id, b, rest, at + 1, clause);
            } else {
                with(own, states ? in_.admitted(own, s) : with_unknown(own, in_.admitted(own, s)));
            }
            return;
        }
        // The copy in use: the owner's where it has one, else the shared one.
        const std::uint32_t shared = in_.find(s.component, frozen::none, frozen::none);
        if (own != frozen::none) {
            bits holds = with_unknown(own, in_.admitted(own, s));
            holds.set(0);
            with(own, std::move(holds));
            bits present(in_.domain_size(own), true);
            present.reset(0);
            clause.push_back({own, std::move(present)});
            with(shared, in_.admitted(shared, s));
            clause.pop_back();
        } else {
            with(shared, in_.admitted(shared, s));
        }
    }

    /// A demand on a copy whose version nobody knows is not refuted by that; the answer names the gap.
    [[nodiscard]] bits with_unknown(std::uint32_t var, bits holds) const {
        if (count_of(in_[var].component) == multiplicity::code) return holds;
        const std::uint32_t last = in_.domain_size(var) - 1;
        if (last > 0 && (in_.value(var, last).flags & frozen::is_unknown) != 0) holds.set(last);
        return holds;
    }

    /// Adds the clause: literals of one variable are joined; a clause that always holds is dropped.
    void emit(const literals& raw, cause_id id) {
        std::vector<term> out;
        for (const term& t : raw) {
            bool joined = false;
            for (term& u : out)
                if (u.var == t.var) {
                    u.allowed |= t.allowed;
                    joined = true;
                }
            if (!joined) out.push_back(t);
        }
        for (const term& t : out)
            if (t.allowed.count() == t.allowed.size()) return;
        std::erase_if(out, [](const term& t) { return t.allowed.empty(); });
        if (out.size() == 2) {
            builder_.add(implication{out[0].var, out[1].var, out[0].allowed.complement(), out[1].allowed, id});
        } else {
            builder_.add(clause{std::move(out), id});
        }
    }

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
                each_fact(fact_kind::ships, owner, in_[v].component, [&](const frozen::selector& s) { ships |= in_.admitted(build, s); });
                only_absent(build, ships.complement(), v, id);
            }
        }
        for (std::uint32_t v = 0; v < in_.size(); ++v) {
            if (count_of(in_[v].component) != multiplicity::runtime) continue;
            const std::uint32_t library = followed_by(in_[v].component);
            const std::uint32_t copy = library == frozen::none ? frozen::none : in_.find(library, in_[v].owner, frozen::none);
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
            each_fact(fact_kind::supports, owner, frozen::none, [&](const frozen::selector& s) { listed |= in_.admitted(build, s); });
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
                    if (count_of(in_[g].component) == multiplicity::device && in_[g].device == in_[v].device) {
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

    const knowledge_base& kb_;
    const context& ctx_;
    const instance_table& in_;
    problem_builder builder_;
};

/// The problem of the plain context of a platform comes with the compiled data (prepare.hpp); others are made here.
[[nodiscard]] inline problem prepared_or_new(const knowledge_base& kb, const context& ctx, const instance_table& in) {
    const bool plain = ctx.device_slots == 1 && ctx.as_of.empty() && !ctx.drop_weak;
    if (const auto bytes = kb.prepared(ctx.platform); plain && !bytes.empty())
        if (result<problem> made = problem::load(bytes)) {
            bool fits = made->variable_count() == in.size();
            for (std::uint32_t v = 0; fits && v < in.size(); ++v) fits = made->size(v) == in.domain_size(v);
            if (fits) return std::move(*made);
        }
    return lowering(kb, ctx, in).run();
}

} // namespace detail

inline lowered::lowered(knowledge_base base, context c)
    : kb(std::move(base)), ctx(std::move(c)), instances(kb, ctx), causes(detail::lowering(kb, ctx, instances).causes()),
      decided(detail::prepared_or_new(kb, ctx, instances)) {}

} // namespace cudacompat
