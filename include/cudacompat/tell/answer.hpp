// The answer: a solution or a conflict, with everything that has to be said about it.
//
// Plain values that share the solved problem; ranges and facts are computed when they are asked for.
#pragma once

#include <cudacompat/decide/ask.hpp>
#include <cudacompat/tell/describe.hpp>

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cudacompat {

/// One component of a solution.
class choice {
public:
    choice(std::string name, std::uint32_t component, std::uint32_t var, std::uint32_t domain)
        : name_(std::move(name)), component_(component), var_(var), domain_(domain) {}

    /// "cuda-runtime", "gpu", "gpu#2", "cudnn@torch"
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The release; of an open line the newest known one that fits, or the least bound that works.
    [[nodiscard]] const std::string& version() const noexcept { return version_; }
    /// The build: "cu121"; empty where there is only one.
    [[nodiscard]] const std::string& variant() const noexcept { return variant_; }
    /// Where the build is found: "index", "pypi", "conda"; may be empty.
    [[nodiscard]] const std::string& channel() const noexcept { return channel_; }
    /// The component whose build carries this copy inside; empty for a shared one.
    [[nodiscard]] const std::string& inside() const noexcept { return inside_; }
    /// Offered beside the request, needed by nothing.
    [[nodiscard]] bool optional() const noexcept { return optional_; }
    /// What the bare installer command would take for this release.
    [[nodiscard]] bool installer_default() const noexcept { return installer_default_; }

    [[nodiscard]] std::uint32_t component() const noexcept { return component_; }
    [[nodiscard]] std::uint32_t var() const noexcept { return var_; }
    [[nodiscard]] std::uint32_t domain() const noexcept { return domain_; }

private:
    friend class solution;
    std::string name_, version_, variant_, channel_, inside_;
    bool optional_ = false;
    bool installer_default_ = false;
    std::uint32_t component_, var_, domain_;
};

class solution {
public:
    solution(std::shared_ptr<const question> asked, assignment values, assignment companions)
        : asked_(std::move(asked)), values_(std::move(values)) {
        collect(companions);
    }

    /// In order of decision: frameworks first, host last, then optional companions.
    [[nodiscard]] const std::vector<choice>& choices() const noexcept { return choices_; }
    [[nodiscard]] const choice* find(std::string_view name) const noexcept {
        for (const choice& c : choices_)
            if (c.name() == name) return &c;
        return nullptr;
    }
    /// Precondition: the component is part of the solution (find() tells).
    [[nodiscard]] const choice& at(std::string_view name) const noexcept {
        const choice* c = find(name);
        assert(c != nullptr);
        return *c;
    }
    /// Every version of the component that some solution of the question takes: ">=450.80.02". Empty if it is not part.
    /// What the answer avoids (a compat package) stays away here too.
    [[nodiscard]] std::string range(std::string_view name) const { return range_of(name, false); }
    /// The versions that work together with the requested components as chosen here.
    [[nodiscard]] std::string range_with_choice(std::string_view name) const { return range_of(name, true); }
    /// Facts that speak for this component in this solution, by index; the deciding ones first.
    [[nodiscard]] std::vector<std::uint32_t> facts(std::string_view name) const;

    /// A host part or GPU that nobody spoke of: any that fits will do.
    [[nodiscard]] bool is_free(const choice& c) const noexcept {
        const auto role = static_cast<component_role>(kb().components()[c.component()].role);
        if (role != component_role::host && role != component_role::device) return false;
        for (const restriction& r : asked_->ask.restrictions)
            if (r.var == c.var()) return false;
        return true;
    }

    [[nodiscard]] const question& asked() const noexcept { return *asked_; }
    [[nodiscard]] const assignment& values() const noexcept { return values_; }
    [[nodiscard]] const knowledge_base& kb() const noexcept { return asked_->here->low.kb; }
    [[nodiscard]] const instance_table& instances() const noexcept { return asked_->here->low.instances; }

    /// The question with the requested components as chosen here.
    [[nodiscard]] query with_choice() const {
        query q = asked_->ask;
        q.criteria.clear();
        for (const std::uint32_t c : asked_->wanted) {
            const auto role = static_cast<component_role>(kb().components()[c].role);
            if (role == component_role::host || role == component_role::device) continue;
            for (const std::uint32_t var : instances().of(c)) q.restrictions.push_back(only(var, values_[var]));
        }
        return q;
    }
    [[nodiscard]] term only(std::uint32_t var, std::uint32_t domain) const {
        bits b(instances().domain_size(var));
        b.set(domain);
        return {var, std::move(b)};
    }
    /// The values of a variable that work in a question about this world.
    [[nodiscard]] bits project(const query& q, std::uint32_t var) const { return asked_->here->borrow()->project(q, var); }

private:
    void collect(const assignment& companions);
    void add(std::uint32_t var, std::uint32_t domain, bool optional);
    [[nodiscard]] std::string range_of(std::string_view name, bool chosen) const;
    [[nodiscard]] bits project_component(const query& q, const choice& c) const;

    std::shared_ptr<const question> asked_;
    assignment values_;
    std::vector<choice> choices_;
};

/// Why there is none.
class conflict {
public:
    struct step {
        std::string text;
        std::vector<std::uint32_t> facts;
    };
    /// Names of the components in it, most blamed first.
    [[nodiscard]] const std::vector<std::string>& between() const noexcept { return between_; }
    /// From what is asked to the contradiction; each step says what it takes from the ones before.
    [[nodiscard]] const std::vector<step>& steps() const noexcept { return steps_; }
    /// Fact indices of the irreducible core.
    [[nodiscard]] const std::vector<std::uint32_t>& facts() const noexcept { return facts_; }
    [[nodiscard]] const knowledge_base& kb() const noexcept { return kb_; }

private:
    friend class conflict_teller;
    explicit conflict(knowledge_base kb) : kb_(std::move(kb)) {}
    std::vector<std::string> between_;
    std::vector<step> steps_;
    std::vector<std::uint32_t> facts_;
    knowledge_base kb_;
};

/// What resolve() returns when it could run.
class answer {
public:
    answer(cudacompat::verdict v, std::shared_ptr<const question> q) : verdict_(v), asked_(std::move(q)) {}

    [[nodiscard]] cudacompat::verdict verdict() const noexcept { return verdict_; }
    /// It runs, at a stated cost (see caveats()).
    [[nodiscard]] bool degraded() const noexcept { return degraded_; }
    /// The stack, of a compatible answer; of an unknown one the stack that would do if the missing facts are kind.
    [[nodiscard]] const cudacompat::solution* solution() const noexcept { return solution_ ? &*solution_ : nullptr; }
    /// Of an incompatible answer; of an unknown one that only kind guesses could save: what stands against it.
    [[nodiscard]] const cudacompat::conflict* conflict() const noexcept { return conflict_ ? &*conflict_ : nullptr; }
    [[nodiscard]] const std::vector<std::string>& caveats() const noexcept { return caveats_; }
    /// What would have to be known; empty unless the verdict is unknown or a part is.
    [[nodiscard]] const std::vector<std::string>& missing() const noexcept { return missing_; }
    /// All maximal solutions, best first, where they were asked for.
    [[nodiscard]] const std::vector<cudacompat::solution>& all() const noexcept { return all_; }
    [[nodiscard]] const question& asked() const noexcept { return *asked_; }
    [[nodiscard]] const knowledge_base& kb() const noexcept { return asked_->here->low.kb; }

private:
    friend class resolver;
    cudacompat::verdict verdict_;
    bool degraded_ = false;
    std::shared_ptr<const question> asked_;
    std::optional<cudacompat::solution> solution_;
    std::optional<cudacompat::conflict> conflict_;
    std::vector<std::string> caveats_;
    std::vector<std::string> missing_;
    std::vector<cudacompat::solution> all_;
};

[[nodiscard]] constexpr std::string_view to_string(verdict v) noexcept {
    constexpr std::string_view names[] = {"compatible", "incompatible", "unknown"};
    return names[static_cast<std::size_t>(v)];
}

// ------------------------------------------------------------------------------------------------------------

inline void solution::collect(const assignment& companions) {
    const instance_table& in = instances();
    for (std::uint32_t var = 0; var < in.size(); ++var)
        if (values_[var] != 0) add(var, values_[var], false);
    for (std::uint32_t var = 0; var < companions.size(); ++var)
        if (values_[var] == 0 && companions[var] != 0) add(var, companions[var], true);
}

inline void solution::add(std::uint32_t var, std::uint32_t domain, bool optional) {
    const instance_table& in = instances();
    const instance& i = in[var];
    const frozen::value& v = in.value(var, domain);
    std::string name(kb().name(i.component));
    if (find(name) != nullptr) {
        if (i.device != frozen::none && i.device != 0) name += "#" + std::to_string(i.device + 1);
        if (find(name) != nullptr && i.owner != frozen::none) name += "@" + std::string(kb().name(i.owner));
    }
    choice c(std::move(name), i.component, var, domain);
    c.optional_ = optional;
    c.version_ = representative(kb(), v, asked_->here->low.ctx.platform);
    for (const auto& [narrowed, spec] : asked_->narrowed) { // "python 3.10.4" is said, not the line's next bound
        if (narrowed != var || (v.flags & frozen::is_cell) == 0) continue;
        const auto scheme = static_cast<version_scheme>(kb().components()[i.component].scheme);
        const auto wanted = version_spec::parse(scheme, spec);
        if (!wanted) continue;
        std::string fits;
        for (const frozen::cell_release& r : kb().cell_releases(v.builds))
            if (const auto at = version::parse(scheme, kb().str(r.version)); at && fits.empty() && wanted->set().contains(*at)) fits = kb().str(r.version);
        if (fits.empty()) {
            std::string number = spec;
            while (!number.empty() && (number[0] == '=' || number[0] == '>' || number[0] == '~' || number[0] == '^')) number.erase(0, 1);
            const auto at = version::parse(scheme, number);
            if (at && wanted->set().contains(*at)) fits = number;
        }
        if (!fits.empty()) c.version_ = fits;
    }
    c.variant_ = kb().str(v.variant);
    if (i.owner != frozen::none && static_cast<multiplicity>(kb().components()[i.component].multiplicity) == multiplicity::bundled)
        c.inside_ = kb().name(i.owner);
    if ((v.flags & (frozen::is_cell | frozen::is_unknown)) == 0)
        for (const frozen::build& b : kb().builds(v.builds)) {
            if (((b.platforms >> asked_->here->low.ctx.platform) & 1U) == 0) continue;
            detail::join(c.channel_, kb().str(b.channel), ", ");
            c.installer_default_ |= b.installer_default != 0;
        }
    choices_.push_back(std::move(c));
}

inline std::string solution::range_of(std::string_view name, bool chosen) const {
    const choice* c = find(name);
    if (c == nullptr) return {};
    query q = asked_->ask;
    q.criteria.clear();
    const bool wanted = std::find(asked_->wanted.begin(), asked_->wanted.end(), c->component()) != asked_->wanted.end();
    if (c->optional() || (chosen && !wanted)) q = with_choice();
    for (const std::uint32_t extra : asked_->here->decision_order.extras)
        if (extra != c->var() && values_[extra] == 0) q.restrictions.push_back(only(extra, 0));
    if (chosen) // as good a kind of code as here: SASS is not told together with what only PTX would serve
        for (const std::uint32_t code : asked_->here->decision_order.codes) {
            if (values_[code] == 0) continue;
            const auto& rank = asked_->here->ranks[code].by_class;
            bits as_good(instances().domain_size(code));
            for (std::uint32_t i = 0; i < rank.size(); ++i)
                if (rank[i] <= rank[values_[code]]) as_good.set(i);
            q.restrictions.push_back({code, std::move(as_good)});
        }
    if (c->optional())
        if (const bits* known = asked_->here->spoken(c->component(), kb().components()[c->component()].companion_of)) q.restrictions.push_back({c->var(), *known});
    const bits works = project_component(q, *c);
    for (const auto& [var, spec] : asked_->narrowed) // one place on an open line was named: that, not the cell around it
        if (var == c->var() && works.count() == 1) return c->version();
    const bool builds = wanted && static_cast<component_role>(kb().components()[c->component()].role) == component_role::framework;
    return describe(kb(), instances(), c->var(), works, builds);
}

/// What the component can be in any copy that is in use: the shared one counts only where no build brings its own,
/// since a second copy that nothing needs could be anything.
inline bits solution::project_component(const query& q, const choice& c) const {
    const auto present = [&](std::uint32_t var) {
        bits b(instances().domain_size(var), true);
        b.reset(0);
        return term{var, std::move(b)};
    };
    bits out(instances().domain_size(c.var()));
    const bool bundled = static_cast<multiplicity>(kb().components()[c.component()].multiplicity) == multiplicity::bundled;
    for (const std::uint32_t var : instances().of(c.component())) {
        if (!bundled && var != c.var()) continue;
        query one = q;
        one.restrictions.push_back(present(var));
        for (const std::uint32_t other : instances().of(c.component()))
            if (bundled && other != var && instances()[var].owner == frozen::none) one.restrictions.push_back(only(other, 0));
        const bits values = project(one, var);
        for (std::uint32_t i = values.next(1); i < values.size(); i = values.next(i + 1))
            for (std::uint32_t k = 1; k < out.size(); ++k)
                if (instances().value_id(c.var(), k) == instances().value_id(var, i)) out.set(k);
    }
    return out;
}

inline std::vector<std::uint32_t> solution::facts(std::string_view name) const {
    const choice* c = find(name);
    std::vector<std::uint32_t> out;
    if (c == nullptr) return out;
    const lowered& low = asked_->here->low;
    struct weighed {
        std::uint32_t order; // ships, requires, supports before what only narrows; what hangs on a free part last
        std::uint32_t admits;
        std::uint32_t fact;
        auto operator<=>(const weighed&) const = default;
    };
    std::vector<weighed> found;
    const instance& self = low.instances[c->var()];
    const auto inside = [&](const frozen::selector& s, std::uint32_t value) {
        for (const frozen::interval i : kb().intervals(s.values))
            if (value >= i.first && value < i.last) return true;
        return false;
    };
    // Does the condition hold for some copy that this one can belong to?
    const auto holds = [&](const frozen::selector& s) {
        if (s.component == frozen::none) return s.absent != 0;
        bool there = false;
        for (const std::uint32_t var : low.instances.of(s.component)) {
            const instance& other = low.instances[var];
            if (values_[var] == 0 || (self.device != frozen::none && other.device != frozen::none && self.device != other.device) ||
                (self.owner != frozen::none && other.owner != frozen::none && self.owner != other.owner))
                continue;
            there = true;
            if (s.present != 0 && inside(s, low.instances.value_id(var, values_[var]))) return true;
        }
        return !there && s.absent != 0;
    };
    for (const std::uint32_t i : asked_->here->facts_about(c->component())) {
        const frozen::fact& f = kb().facts()[i];
        if (!detail::is_wall(static_cast<fact_kind>(f.kind)) || !detail::applies(kb(), f, low.ctx)) continue;
        const auto conditions = kb().selectors(f.conditions);
        if (!std::all_of(conditions.begin(), conditions.end(), holds)) continue;
        const auto kind = static_cast<fact_kind>(f.kind);
        if (kind == fact_kind::ships && (conditions.empty() || conditions[0].component != self.owner)) continue;
        std::uint32_t order = kind == fact_kind::ships ? 0 : kind == fact_kind::supports ? 1 : kind == fact_kind::requires_ ? 2 : 3;
        for (const frozen::selector& s : conditions)
            if (const choice* other = s.component == frozen::none ? nullptr : find(kb().str(s.name)); other != nullptr && is_free(*other)) order += 10;
        std::uint32_t admits = 0;
        for (const frozen::group& g : kb().groups(f.then))
            for (const frozen::selector& s : kb().selectors(g.any_of))
                if (s.component == c->component())
                    for (const frozen::interval v : kb().intervals(s.values)) admits += v.last - v.first;
        found.push_back({order, admits, i});
    }
    if (c->optional()) // a companion is tied by its own facts
        for (const std::uint32_t i : kb().facts_if(kb().components()[c->component()])) {
            const frozen::fact& f = kb().facts()[i];
            if (detail::is_wall(static_cast<fact_kind>(f.kind)) && detail::applies(kb(), f, low.ctx) &&
                low.instances.admitted(c->var(), kb().selectors(f.conditions)[0]).test(c->domain()))
                found.push_back({0, 1, i});
        }
    std::sort(found.begin(), found.end());
    for (const weighed& w : found)
        if (std::find(out.begin(), out.end(), w.fact) == out.end()) out.push_back(w.fact);
    return out;
}

} // namespace cudacompat
