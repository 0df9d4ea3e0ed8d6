// Bodies of answer.hpp.
#pragma once

#include <cudacompat/base/opaque_body.hpp>
#include <cudacompat/decide/question.hpp>
#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/describe.hpp>

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

/// A question that several answers share.
struct question_ref {
    std::shared_ptr<const question> held;
};

CUDACOMPAT_BODY choice::choice(const choice&) = default;
CUDACOMPAT_BODY choice::choice(choice&&) noexcept = default;
CUDACOMPAT_BODY choice& choice::operator=(const choice&) = default;
CUDACOMPAT_BODY choice& choice::operator=(choice&&) noexcept = default;
CUDACOMPAT_BODY choice::~choice() = default;
CUDACOMPAT_BODY solution::solution(const solution&) = default;
CUDACOMPAT_BODY solution::solution(solution&&) noexcept = default;
CUDACOMPAT_BODY solution& solution::operator=(const solution&) = default;
CUDACOMPAT_BODY solution& solution::operator=(solution&&) noexcept = default;
CUDACOMPAT_BODY solution::~solution() = default;
CUDACOMPAT_BODY conflict::conflict(const conflict&) = default;
CUDACOMPAT_BODY conflict::conflict(conflict&&) noexcept = default;
CUDACOMPAT_BODY conflict& conflict::operator=(const conflict&) = default;
CUDACOMPAT_BODY conflict& conflict::operator=(conflict&&) noexcept = default;
CUDACOMPAT_BODY conflict::~conflict() = default;
CUDACOMPAT_BODY answer::answer(const answer&) = default;
CUDACOMPAT_BODY answer::answer(answer&&) noexcept = default;
CUDACOMPAT_BODY answer& answer::operator=(const answer&) = default;
CUDACOMPAT_BODY answer& answer::operator=(answer&&) noexcept = default;
CUDACOMPAT_BODY answer::~answer() = default;

CUDACOMPAT_BODY choice::choice(std::string name, std::uint32_t component, std::uint32_t var,
                               std::uint32_t domain)
    : name_(std::move(name)), component_(component), var_(var), domain_(domain) {}
CUDACOMPAT_BODY conflict::conflict(const knowledge_base& kb) : kb_(new knowledge_base(kb)) {}
CUDACOMPAT_BODY solution::solution(question_ref asked, assignment values, const assignment& companions)
    : asked_(new question_ref(std::move(asked))), values_(std::move(values)) {
    collect(companions);
}
CUDACOMPAT_BODY const question& solution::asked() const noexcept { return *asked_->held; }
CUDACOMPAT_BODY const question& answer::asked() const noexcept { return *asked_->held; }
CUDACOMPAT_BODY const goal_found* answer::goal() const noexcept {
    return asked().goal ? &*asked().goal : nullptr;
}
CUDACOMPAT_BODY const choice* solution::find(std::string_view name) const noexcept {
    for (const choice& c : choices_)
        if (c.name() == name) return &c;
    return nullptr;
}
CUDACOMPAT_BODY const choice& solution::at(std::string_view name) const noexcept {
    const choice* c = find(name);
    assert(c != nullptr);
    return *c;
}

CUDACOMPAT_BODY bool solution::is_free(const choice& c) const noexcept {
    const auto role = static_cast<component_role>(kb().components()[c.component()].role);
    if (role != component_role::host && role != component_role::device) return false;
    for (const restriction& r : asked().ask.restrictions)
        if (r.var == c.var()) return false;
    return true;
}

CUDACOMPAT_BODY const knowledge_base& solution::kb() const noexcept { return asked().here->low.kb; }
CUDACOMPAT_BODY const instance_table& solution::instances() const noexcept {
    return asked().here->low.instances;
}

CUDACOMPAT_BODY query solution::with_choice() const {
    query q = asked().ask;
    q.criteria.clear();
    for (const std::uint32_t c : asked().wanted) {
        const auto role = static_cast<component_role>(kb().components()[c].role);
        if (role == component_role::host || role == component_role::device) continue;
        for (const std::uint32_t var : instances().of(c)) q.restrictions.push_back(only(var, values_[var]));
    }
    return q;
}

CUDACOMPAT_BODY term solution::only(std::uint32_t var, std::uint32_t domain) const {
    bits b(instances().domain_size(var));
    b.set(domain);
    return {var, std::move(b)};
}

CUDACOMPAT_BODY bits solution::project(const query& q, std::uint32_t var) const {
    return asked().here->borrow()->project(q, var);
}

CUDACOMPAT_BODY answer::answer(cudacompat::verdict v, question_ref asked)
    : verdict_(v), asked_(new question_ref(std::move(asked))) {}

CUDACOMPAT_BODY const knowledge_base& answer::kb() const noexcept { return asked().here->low.kb; }

CUDACOMPAT_BODY void solution::collect(const assignment& companions) {
    const instance_table& in = instances();
    for (std::uint32_t var = 0; var < in.size(); ++var)
        if (values_[var] != 0) add(var, values_[var], false);
    for (std::uint32_t var = 0; var < companions.size(); ++var)
        if (values_[var] == 0 && companions[var] != 0) add(var, companions[var], true);
}

CUDACOMPAT_BODY void solution::add(std::uint32_t var, std::uint32_t domain, bool optional) {
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
    c.version_ = in.is_placed(var, domain) ? std::string(in.text(var, domain))
                                           : representative(kb(), v, asked().here->low.ctx.platform);
    for (const auto& [narrowed, spec] :
         asked().narrowed) { // "python 3.10.4" is said, not the line's next bound
        if (narrowed != var || (v.flags & frozen::is_cell) == 0) continue;
        const auto scheme = static_cast<version_scheme>(kb().components()[i.component].scheme);
        const auto wanted = version_spec::parse(scheme, spec);
        if (!wanted) continue;
        std::string fits;
        for (const frozen::cell_release& r : kb().cell_releases(v.builds))
            if (const auto at = version::parse(scheme, kb().str(r.version));
                at && fits.empty() && wanted->set().contains(*at))
                fits = kb().str(r.version);
        if (fits.empty()) {
            std::string number = spec;
            while (!number.empty() &&
                   (number[0] == '=' || number[0] == '>' || number[0] == '~' || number[0] == '^'))
                number.erase(0, 1);
            const auto at = version::parse(scheme, number);
            if (at && wanted->set().contains(*at)) fits = number;
        }
        if (!fits.empty()) c.version_ = fits;
    }
    if (const auto& goal =
            asked().goal; // the end of the line that was asked for, not a release somewhere in its cell
        goal && goal->found && goal->component == i.component && (v.flags & frozen::is_cell) != 0 &&
        goal->bound == kb().str(goal->newest ? v.high : v.low) && !goal->version.empty())
        c.version_ = goal->version;
    c.variant_ = kb().str(v.variant);
    if (i.owner != frozen::none &&
        static_cast<multiplicity>(kb().components()[i.component].multiplicity) == multiplicity::bundled)
        c.inside_ = kb().name(i.owner);
    if ((v.flags & (frozen::is_cell | frozen::is_unknown)) == 0)
        for (const frozen::build& b : kb().builds(v.builds)) {
            if (((b.platforms >> asked().here->low.ctx.platform) & 1U) == 0) continue;
            detail::join(c.channel_, kb().str(b.channel), ", ");
            c.installer_default_ |= b.installer_default != 0;
        }
    choices_.push_back(std::move(c));
}

CUDACOMPAT_BODY std::string solution::range_of(std::string_view name, bool chosen) const {
    const choice* c = find(name);
    if (c == nullptr) return {};
    query q = asked().ask;
    q.criteria.clear();
    const bool wanted =
        std::find(asked().wanted.begin(), asked().wanted.end(), c->component()) != asked().wanted.end();
    if (c->optional() || (chosen && !wanted)) q = with_choice();
    for (const std::uint32_t extra : asked().here->decision_order.extras)
        if (extra != c->var() && values_[extra] == 0) q.restrictions.push_back(only(extra, 0));
    if (chosen) // as good a kind of code as here: SASS is not told together with what only PTX would serve
        for (const std::uint32_t code : asked().here->decision_order.codes) {
            if (values_[code] == 0) continue;
            const auto& rank = asked().here->ranks[code].by_class;
            bits as_good(instances().domain_size(code));
            for (std::uint32_t i = 0; i < rank.size(); ++i)
                if (rank[i] <= rank[values_[code]]) as_good.set(i);
            q.restrictions.push_back({code, std::move(as_good)});
        }
    if (c->optional())
        if (const bits* known =
                asked().here->spoken(c->component(), kb().components()[c->component()].companion_of))
            q.restrictions.push_back({c->var(), *known});
    if (is_free(*c) &&
        static_cast<multiplicity>(kb().components()[c->component()].multiplicity) == multiplicity::device)
        for (const std::uint32_t code : asked().here->decision_order.codes)
            if (values_[code] != 0 &&
                (instances().value(code, values_[code]).flags & frozen::is_unknown) != 0)
                return "not recorded";
    const bits works = project_component(q, *c);
    for (const auto& [var, spec] :
         asked().narrowed) // one place on an open line was named: that, not the cell around it
        if (var == c->var() && works.count() == 1) return c->version();
    const bool builds = wanted && static_cast<component_role>(kb().components()[c->component()].role) ==
                                      component_role::framework;
    return describe(kb(), instances(), c->var(), works, builds);
}

/// What the component can be in any copy that is in use: the shared one counts only where no build brings its own,
/// since a second copy that nothing needs could be anything.
CUDACOMPAT_BODY bits solution::project_component(const query& q, const choice& c) const {
    const auto present = [&](std::uint32_t var) {
        bits b(instances().domain_size(var), true);
        b.reset(0);
        return term{var, std::move(b)};
    };
    bits out(instances().domain_size(c.var()));
    const bool bundled =
        static_cast<multiplicity>(kb().components()[c.component()].multiplicity) == multiplicity::bundled;
    const auto copies = instances().of(c.component());
    const bool several =
        std::count_if(copies.begin(), copies.end(), [&](std::uint32_t v) { return values_[v] != 0; }) > 1;
    for (const std::uint32_t var : copies) {
        if ((!bundled || several) && var != c.var()) continue; // each copy has a line of its own
        if (const std::uint32_t owner = instances()[var].owner; owner != frozen::none) {
            const std::uint32_t build = instances().find(owner, frozen::none, frozen::none);
            if (build != frozen::none && values_[build] == 0) continue; // nobody asked for that build
        }
        query one = q;
        one.restrictions.push_back(present(var));
        for (const std::uint32_t other : instances().of(c.component()))
            if (bundled && !several && other != var && instances()[var].owner == frozen::none)
                one.restrictions.push_back(only(other, 0));
        const bits values = project(one, var);
        for (std::uint32_t i = values.next(1); i < values.size(); i = values.next(i + 1))
            for (std::uint32_t k = 1; k < out.size(); ++k)
                if (instances().value_id(c.var(), k) == instances().value_id(var, i)) out.set(k);
    }
    return out;
}

CUDACOMPAT_BODY std::vector<std::uint32_t> solution::facts(std::string_view name) const {
    const choice* c = find(name);
    std::vector<std::uint32_t> out;
    if (c == nullptr) return out;
    const lowered& low = asked().here->low;
    struct weighed {
        std::uint32_t
            order; // ships, requires, supports before what only narrows; what hangs on a free part last
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
            if (values_[var] == 0 ||
                (self.device != frozen::none && other.device != frozen::none &&
                 self.device != other.device) ||
                (self.owner != frozen::none && other.owner != frozen::none && self.owner != other.owner))
                continue;
            there = true;
            if (s.present != 0 && inside(s, low.instances.value_id(var, values_[var]))) return true;
        }
        return !there && s.absent != 0;
    };
    for (const std::uint32_t i : asked().here->facts_about(c->component())) {
        const frozen::fact& f = kb().facts()[i];
        if (!detail::is_wall(static_cast<fact_kind>(f.kind)) || !detail::applies(kb(), f, low.ctx)) continue;
        const auto conditions = kb().selectors(f.conditions);
        if (!std::all_of(conditions.begin(), conditions.end(), holds)) continue;
        const auto kind = static_cast<fact_kind>(f.kind);
        if (kind == fact_kind::ships && (conditions.empty() || conditions[0].component != self.owner))
            continue;
        std::uint32_t order = kind == fact_kind::ships       ? 0
                              : kind == fact_kind::supports  ? 1
                              : kind == fact_kind::requires_ ? 2
                                                             : 3;
        for (const frozen::selector& s : conditions)
            if (const choice* other = s.component == frozen::none ? nullptr : find(kb().str(s.name));
                other != nullptr && is_free(*other))
                order += 10;
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
