// One fact, every copy it speaks of: the clauses that a fact becomes.
//
// Every fact is "if all of these, then these". A fact about a bundled library holds for every copy in use: the
// shared one, and the one inside each build. A fact about a GPU holds for every GPU.
#pragma once

#include <cudacompat/decide/instances.hpp>
#include <cudacompat/decide/problem.hpp>
#include <cudacompat/decide/problem_builder.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace cudacompat::detail {

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
    return static_cast<fact_kind>(f.kind) == fact_kind::known_bad &&
           static_cast<certainty>(f.certainty) == certainty::weak;
}

[[nodiscard]] inline bool applies(const knowledge_base& kb, const frozen::fact& f,
                                  const context& ctx) noexcept {
    if (((f.platforms >> ctx.platform) & 1U) == 0) return false;
    if (!f.dispute.empty() && f.dispute_default == 0) return false;
    if (is_rumour(f)) return false;
    if (ctx.idle_build && static_cast<enforcer>(f.enforced_by) == enforcer::build_time) return false;
    if (!ctx.without.empty() && std::binary_search(ctx.without.begin(), ctx.without.end(),
                                                   static_cast<std::uint32_t>(&f - kb.facts().data())))
        return false;
    if (!ctx.as_of.empty()) {
        const std::string_view now = ctx.as_of;
        // Of a day on which the data were being read, what was read later is not known yet. A day before all
        // reading is a question about the past: then the dates of the facts themselves decide.
        if (now >= kb.first_read() && kb.read_on(f) > now) return false;
        if (!f.since.empty() && kb.str(f.since) > now) return false;
        if (!f.until.empty() && kb.str(f.until) <= now) return false;
    } else if (!f.until.empty()) {
        return false; // withdrawn
    }
    return true;
}

/// An installer's demand for libraries that are shared by an environment and nothing else.
[[nodiscard]] inline bool is_pin(const knowledge_base& kb, const frozen::fact& f) noexcept {
    if (static_cast<fact_kind>(f.kind) != fact_kind::requires_ ||
        static_cast<enforcer>(f.enforced_by) != enforcer::installer || kb.groups(f.then).empty())
        return false;
    for (const frozen::group& g : kb.groups(f.then))
        for (const frozen::selector& s : kb.selectors(g.any_of))
            if (s.component == frozen::none ||
                static_cast<multiplicity>(kb.components()[s.component].multiplicity) != multiplicity::bundled)
                return false;
    return true;
}

/// What the fact says of this library is a pin, and pins of it do not count.
[[nodiscard]] inline bool is_loose(const knowledge_base& kb, const frozen::fact& f, const context& ctx,
                                   std::uint32_t library) noexcept {
    return !ctx.loose.empty() && std::binary_search(ctx.loose.begin(), ctx.loose.end(), library) &&
           is_pin(kb, f);
}

class fact_clauses {
protected:
    fact_clauses(const knowledge_base& kb, const context& ctx, const instance_table& in)
        : kb_(kb), ctx_(ctx), in_(in) {}

    using literals = std::vector<term>;

    [[nodiscard]] multiplicity count_of(std::uint32_t component) const noexcept {
        return static_cast<multiplicity>(kb_.components()[component].multiplicity);
    }

    /// Whether it speaks of something that can be in the stack; nothing else ever is.
    [[nodiscard]] bool can_be(const frozen::selector& s) const noexcept {
        return s.component != frozen::none && ctx_.covers(s.component);
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
        for (const frozen::selector& s : conditions)
            if (s.absent == 0 && !can_be(s)) return;
        if (kind == fact_kind::agrees) {
            // Two components of the host agree in their release: compared as a stack states them, no part of a solution.
            if (conditions.size() == 1 && conditions[0].component != frozen::none)
                add_agreement(conditions[0].component, id);
            return;
        }
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

    /// Each two copies of the component have one major, where both are there and known.
    void add_agreement(std::uint32_t component, cause_id id) {
        const auto copies = in_.of(component);
        const auto major = [&](std::uint32_t var, std::uint32_t i) {
            const std::string_view text = in_.text(var, i);
            return text.substr(0, text.find('.'));
        };
        const auto free = [&](std::uint32_t var, std::uint32_t i) {
            return i == 0 || (!in_.is_placed(var, i) && (in_.value(var, i).flags & frozen::is_unknown) != 0);
        };
        for (std::size_t a = 0; a < copies.size(); ++a)
            for (std::size_t b = a + 1; b < copies.size(); ++b) {
                bits done(in_.domain_size(copies[a]));
                for (std::uint32_t i = 1; i < done.size(); ++i) {
                    if (done.test(i) || free(copies[a], i)) continue;
                    bits same(done.size());
                    for (std::uint32_t k = i; k < done.size(); ++k)
                        if (!free(copies[a], k) && major(copies[a], k) == major(copies[a], i)) same.set(k);
                    bits fits(in_.domain_size(copies[b]));
                    for (std::uint32_t k = 0; k < fits.size(); ++k)
                        if (free(copies[b], k) || major(copies[b], k) == major(copies[a], i)) fits.set(k);
                    done |= same;
                    if (fits.count() != fits.size())
                        builder_.add(implication{copies[a], copies[b], std::move(same), std::move(fits), id});
                }
            }
    }

    /// Turns the conditions into negated literals, one alternative at a time: a bundled library may be the
    /// owner's copy, or, where the owner has none, the shared one.
    void add_bound(const frozen::fact& f, cause_id id, const binding& b) {
        literals premise;
        add_conditions(f, id, b, kb_.selectors(f.conditions), 0, premise, false);
    }

    void add_conditions(const frozen::fact& f, cause_id id, const binding& b,
                        std::span<const frozen::selector> rest, std::size_t at, literals& premise,
                        bool uses_owner) {
        if (at == rest.size()) {
            const bool owner_bound =
                b.owner != frozen::none && static_cast<fact_kind>(f.kind) != fact_kind::ships;
            if (owner_bound && !uses_owner) return; // that is the fact of the shared copies, added on its own
            add_consequences(f, id, b, premise);
            return;
        }
        const frozen::selector& s = rest[at];
        if (!can_be(s)) {
            if (s.absent != 0) add_conditions(f, id, b, rest, at + 1, premise, uses_owner);
            return; // a component that nobody knows is never there
        }
        const auto with = [&](std::uint32_t var, const bits& holds, bool owner) {
            if (holds.empty()) return;
            premise.push_back({var, holds.complement()});
            add_conditions(f, id, b, rest, at + 1, premise, uses_owner || owner);
            premise.pop_back();
        };
        const std::uint32_t own = variable(s.component, b);
        const bool bundled = count_of(s.component) == multiplicity::bundled && b.owner != frozen::none;
        if (own != frozen::none)
            with(own, in_.admitted(own, s),
                 count_of(s.component) == multiplicity::bundled ||
                     count_of(s.component) == multiplicity::runtime);
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

    void add_alternatives(const frozen::fact& f, cause_id id, const binding& b,
                          std::span<const frozen::selector> rest, std::size_t at, literals& clause) {
        if (at == rest.size()) {
            emit(clause, id);
            return;
        }
        const frozen::selector& s = rest[at];
        if (!can_be(s)) {
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
            const bool states =
                static_cast<fact_kind>(f.kind) == fact_kind::ships; // what a build carries is known by this
            if (own == frozen::none) {
                add_alternatives(f, id, b, rest, at + 1, clause);
            } else {
                with(own, states ? asked_of(f, own, s) : with_unknown(own, asked_of(f, own, s)));
            }
            return;
        }
        // The copy in use: the owner's where it has one, else the shared one.
        const std::uint32_t shared = in_.find(s.component, frozen::none, frozen::none);
        if (own != frozen::none) {
            bits holds = with_unknown(own, asked_of(f, own, s));
            holds.set(0);
            with(own, std::move(holds));
            bits present(in_.domain_size(own), true);
            present.reset(0);
            clause.push_back({own, std::move(present)});
            with(shared, asked_of(f, shared, s));
            clause.pop_back();
        } else {
            with(shared, asked_of(f, shared, s));
        }
    }

    [[nodiscard]] bits asked_of(const frozen::fact& f, std::uint32_t var, const frozen::selector& s) const {
        if (!is_loose(kb_, f, ctx_, s.component)) return demanded(var, s);
        bits present(in_.domain_size(var), true);
        present.reset(0);
        return present;
    }
    /// What a demand admits. Pre-releases count by their place in the order where the question opened the component.
    [[nodiscard]] bits demanded(std::uint32_t var, const frozen::selector& s) const {
        bits out = in_.admitted(var, s);
        if (std::find(ctx_.opened.begin(), ctx_.opened.end(), s.component) == ctx_.opened.end() ||
            s.present == 0)
            return out;
        const auto scheme = static_cast<version_scheme>(kb_.components()[s.component].scheme);
        const auto spec = version_spec::parse(scheme, kb_.str(s.spec));
        for (std::uint32_t i = 1; spec && i < out.size(); ++i) {
            const frozen::value& v = in_.value(var, i);
            if ((v.flags & frozen::is_prerelease) == 0) continue;
            if (const auto at = version::parse(scheme, kb_.str(v.version)); at && spec->set().contains(*at))
                out.set(i);
        }
        return out;
    }
    /// A demand on a copy whose version nobody knows is not refuted by that; the answer names the gap.
    [[nodiscard]] bits with_unknown(std::uint32_t var, bits holds) const {
        if (count_of(in_[var].component) == multiplicity::code) return holds;
        const std::uint32_t last = in_.domain_size(var) - 1;
        if (last > 0 && !in_.is_placed(var, last) && (in_.value(var, last).flags & frozen::is_unknown) != 0)
            holds.set(last);
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
            builder_.add(
                implication{out[0].var, out[1].var, out[0].allowed.complement(), out[1].allowed, id});
        } else {
            builder_.add(clause{std::move(out), id});
        }
    }

    const knowledge_base& kb_;
    const context& ctx_;
    const instance_table& in_;
    problem_builder builder_;
};

} // namespace cudacompat::detail
