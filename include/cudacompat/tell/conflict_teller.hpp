// A refutation of the core, told in the words of the facts.
#pragma once

#include <cudacompat/decide/question.hpp>
#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/blame.hpp>
#include <cudacompat/tell/describe.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace cudacompat {

class conflict_teller {
public:
    conflict_teller(const question& asked) : asked_(asked), low_(asked.here->low) {}

    /// A question that could not even be put: a wish that nothing published can meet.
    [[nodiscard]] conflict tell(const std::vector<nothing_matches>& impossible) const {
        conflict out(low_.kb);
        for (const nothing_matches& n : impossible) {
            out.between_.emplace_back(low_.kb.name(n.component));
            out.steps_.push_back({"there is no " + n.wanted + (low_.kb.generic() ? "" : " in the data") +
                                      (n.known.empty() ? "" : ": " + n.known),
                                  {}});
        }
        return out;
    }

    /// Names its components as a finding does.
    static void name(conflict& c, const std::vector<std::string>& components) { c.between_ = components; }

    /// One fact, broken by what was stated.
    [[nodiscard]] conflict tell_fact(std::uint32_t fact, const std::string& stated) const {
        conflict out(low_.kb);
        for (const frozen::selector& s : low_.kb.selectors(low_.kb.facts()[fact].conditions))
            out.between_.emplace_back(low_.kb.str(s.name));
        out.facts_ = {fact};
        out.steps_.push_back({stated + "; " + describe(low_.kb, low_.kb.facts()[fact]), {fact}});
        return out;
    }

    [[nodiscard]] conflict tell(const refutation& why) const {
        conflict out(low_.kb);
        std::map<std::uint32_t, int> blame;
        for (const reason& r : why.core) {
            if (r.from_query) {
                if (r.index < asked_.says.size() && asked_.says[r.index].component != frozen::none)
                    blame[asked_.says[r.index].component] += 3;
                continue;
            }
            if (low_.causes[r.index].kind != cause_kind::fact) {
                blame[low_.causes[r.index].index] += 1;
                continue;
            }
            const std::uint32_t fact = low_.causes[r.index].index;
            out.facts_.push_back(fact);
            // A fact of several consequences ("carries cuDNN and NCCL") is in the core for one of them; the steps tell which.
            const frozen::fact& f = low_.kb.facts()[fact];
            for (const frozen::selector& s : low_.kb.selectors(f.conditions))
                if (s.component != frozen::none) blame[s.component] += 0;
            if (f.then.count == 1)
                for (const frozen::selector& s : low_.kb.selectors(low_.kb.groups(f.then)[0].any_of))
                    if (s.component != frozen::none) blame[s.component] += 0;
        }
        std::sort(out.facts_.begin(), out.facts_.end());
        out.facts_.erase(std::unique(out.facts_.begin(), out.facts_.end()), out.facts_.end());
        for (const derivation_step& s : why.steps)
            for (const term& t : s.never) ++blame[low_.instances[t.var].component];
        name_parts(why, blame, out);
        for (const std::uint32_t i : out.facts_) // what nobody describes has no number, but is to blame
            for (const frozen::group& g : low_.kb.groups(low_.kb.facts()[i].then))
                for (const frozen::selector& s : low_.kb.selectors(g.any_of))
                    if (s.component == frozen::none && std::find(out.between_.begin(), out.between_.end(),
                                                                 low_.kb.str(s.name)) == out.between_.end())
                        out.between_.emplace_back(low_.kb.str(s.name));
        if (why.steps.size() > most_steps) {
            tell_summary(why, out);
            return out;
        }
        std::vector<bits> left; // what the steps so far leave of each variable
        for (std::uint32_t v = 0; v < low_.instances.size(); ++v)
            left.emplace_back(low_.instances.domain_size(v), true);
        std::vector<std::uint32_t> place; // of each step of the proof among those that are told
        for (const derivation_step& s : why.steps) {
            narrow(s, left);
            conflict::step told = tell_step(s, left);
            for (const std::uint32_t f : s.from)
                if (f < place.size() && place[f] != frozen::none) told.from.push_back(place[f]);
            place.push_back(told.text.empty() ? frozen::none : static_cast<std::uint32_t>(out.steps_.size()));
            if (!told.text.empty()) out.steps_.push_back(std::move(told));
        }
        return out;
    }

private:
    /// Where the data has rules they say who is named first; elsewhere whoever is touched most.
    void name_parts(const refutation& why, const std::map<std::uint32_t, int>& blame, conflict& out) const {
        if (!low_.kb.rules().empty()) {
            for (const blamed_part& p : detail::blamer(asked_).of(why).parts)
                if (p.device != frozen::none || // two cards that clash are two
                    std::find(out.between_.begin(), out.between_.end(), p.name) == out.between_.end())
                    out.between_.push_back(p.name);
            return;
        }
        std::vector<std::pair<std::uint32_t, int>> order(blame.begin(), blame.end());
        const auto derived = [&](std::uint32_t c) {
            return static_cast<component_role>(low_.kb.components()[c].role) == component_role::derived;
        };
        std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
            if (derived(a.first) != derived(b.first)) return derived(b.first);
            if (a.second != b.second) return a.second > b.second;
            return low_.kb.name(a.first) < low_.kb.name(b.first);
        });
        for (const auto& [c, n] : order) out.between_.emplace_back(low_.kb.name(c));
    }

    /// Longer proofs are case distinctions that nobody reads; then the core itself is told.
    static constexpr std::size_t most_steps = 60;

    void tell_summary(const refutation& why, conflict& out) const {
        derivation_step asks;
        derivation_step facts;
        for (const reason& r : why.core) (r.from_query ? asks : facts).because.push_back(r);
        std::vector<bits> nothing;
        for (const derivation_step* s : {&asks, &facts}) {
            if (s->because.empty()) continue;
            conflict::step told = tell_step(*s, nothing);
            const std::size_t end = told.text.rfind(", so there is no solution");
            if (end != std::string::npos) told.text.erase(end);
            out.steps_.push_back(std::move(told));
        }
        out.steps_.push_back({"each of these is needed, and no choice of versions satisfies them all (" +
                                  std::to_string(why.steps.size()) + " steps by cases)",
                              {}});
    }

    /// Derivations keep only as much as the proof needs ("anything but 12.1"); people want all that the cited facts
    /// say ("11.8, 12.4 or 12.6"). So the reasons of a step are propagated here, one after the other, to the end.
    void narrow(const derivation_step& s, std::vector<bits>& left) const {
        if (s.never.size() > 1) return;
        std::vector<std::uint32_t> touched;
        for (const reason& r : s.because) {
            if (!r.from_query || r.index >= asked_.ask.restrictions.size()) continue;
            left[asked_.ask.restrictions[r.index].var] &= asked_.ask.restrictions[r.index].allowed;
        }
        const auto cited = [&](cause_id cause) {
            return std::any_of(s.because.begin(), s.because.end(),
                               [&](const reason& r) { return !r.from_query && r.index == cause; });
        };
        std::vector<clause> clauses;
        low_.decided.for_each_row([&](std::uint32_t p, std::uint32_t first, std::uint32_t last,
                                      std::uint32_t q, const bits& allowed, std::uint32_t cause) {
            if (!cited(cause)) return;
            bits other(low_.instances.domain_size(p), true);
            for (std::uint32_t i = first; i < last; ++i) other.reset(i);
            clauses.push_back({{{p, std::move(other)}, {q, allowed}}, cause});
        });
        low_.decided.for_each_clause([&](const clause& c) {
            if (cited(c.cause)) clauses.push_back(c);
        });
        for (const reason& r : s.because)
            if (r.from_query && r.index >= asked_.ask.restrictions.size())
                clauses.push_back(asked_.ask.clauses[r.index - asked_.ask.restrictions.size()]);
        for (bool changed = true; changed;) {
            changed = unions(clauses, left);
            for (const clause& c : clauses) {
                const term* open = nullptr;
                std::size_t alive = 0;
                for (const term& t : c.any_of)
                    if (t.allowed.intersects(left[t.var])) {
                        open = &t;
                        ++alive;
                    }
                if (alive != 1 || left[open->var].subset_of(open->allowed)) continue;
                left[open->var] &= open->allowed;
                changed = true;
            }
        }
        if (s.never.size() == 1) left[s.never[0].var] &= s.never[0].allowed.complement();
    }
    /// Whatever value of p is left, q lies in the union of what those values allow.
    [[nodiscard]] bool unions(const std::vector<clause>& clauses, std::vector<bits>& left) const {
        bool changed = false;
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const clause*>> pairs;
        for (const clause& c : clauses)
            if (c.any_of.size() == 2) pairs[{c.any_of[0].var, c.any_of[1].var}].push_back(&c);
        for (const auto& [pair, rows] : pairs) {
            bits reach(low_.instances.domain_size(pair.second));
            for (std::uint32_t i = left[pair.first].next(0); i < left[pair.first].size();
                 i = left[pair.first].next(i + 1)) {
                bits allowed(reach.size(), true);
                for (const clause* c : rows)
                    if (!c->any_of[0].allowed.test(i)) allowed &= c->any_of[1].allowed;
                reach |= allowed;
            }
            if (left[pair.second].subset_of(reach)) continue;
            left[pair.second] &= reach;
            changed = true;
        }
        return changed;
    }

    [[nodiscard]] conflict::step tell_step(const derivation_step& s, const std::vector<bits>& left) const {
        conflict::step out;
        std::vector<std::string> because;
        std::vector<std::string> rules;
        std::vector<std::uint32_t> facts;
        for (const reason& r : s.because) {
            if (r.from_query) {
                const asked& a = asked_.says[r.index];
                std::string said = a.by == asked_by::request       ? "you ask for " + a.text
                                   : a.by == asked_by::observation ? "the stack has " + a.text
                                                                   : a.text;
                auto& list = a.by == asked_by::rule ? rules : because;
                if (std::find(list.begin(), list.end(), said) == list.end()) list.push_back(std::move(said));
            } else if (low_.causes[r.index].kind == cause_kind::fact) {
                facts.push_back(low_.causes[r.index].index);
            } else {
                because.push_back(structural(low_.causes[r.index]));
            }
        }
        for (std::string& told : tell_facts(facts)) because.push_back(std::move(told));
        std::sort(facts.begin(), facts.end());
        facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
        out.facts = std::move(facts);
        for (const std::string& r : rules) because.push_back(because.empty() ? r : "(" + r + ")");
        for (const std::string& b : because) detail::join(out.text, b, b.starts_with("(") ? " " : "; ");
        const std::string so =
            s.never.size() == 1 ? state({s.never[0].var, left[s.never[0].var]}, false) : conclusion(s.never);
        if (!so.empty()) out.text += out.text.empty() ? so : ", so " + so;
        return out;
    }

    [[nodiscard]] std::string structural(const cause& c) const {
        const std::string name(low_.kb.name(c.index));
        switch (c.kind) {
        case cause_kind::ships_nothing:
            return "no build of " + name + " carries another copy of its own than the listed ones";
        case cause_kind::no_code_list:
            return "the code list of this build of " + name + " is not in the data";
        case cause_kind::no_code: return "without " + name + " there is no device code of it";
        case cause_kind::follows: return name + " belongs to a copy of its library";
        case cause_kind::fact: break;
        }
        return {};
    }

    /// One sentence a fact; facts of one shape (kind and components) are told together by ranges.
    [[nodiscard]] std::vector<std::string> tell_facts(const std::vector<std::uint32_t>& facts) const {
        struct family {
            std::vector<std::uint32_t> members;
        };
        std::map<std::vector<std::uint32_t>, family> families;
        for (const std::uint32_t i : facts) {
            const frozen::fact& f = low_.kb.facts()[i];
            std::vector<std::uint32_t> shape{f.kind};
            for (const frozen::selector& s : low_.kb.selectors(f.conditions)) shape.push_back(s.component);
            shape.push_back(frozen::none);
            for (const frozen::group& g : low_.kb.groups(f.then))
                for (const frozen::selector& s : low_.kb.selectors(g.any_of)) shape.push_back(s.component);
            families[shape].members.push_back(i);
        }
        std::vector<std::string> out;
        for (auto& [shape, fam] : families) {
            std::sort(fam.members.begin(), fam.members.end());
            fam.members.erase(std::unique(fam.members.begin(), fam.members.end()), fam.members.end());
            if (fam.members.size() <= 3) {
                for (const std::uint32_t i : fam.members)
                    out.push_back(describe(low_.kb, low_.kb.facts()[i]) + nothing_there(low_.kb.facts()[i]));
            } else {
                out.push_back(tell_family(fam.members));
            }
        }
        return out;
    }
    /// ", and there is no b >=9": a demand that nothing can meet says so.
    [[nodiscard]] std::string nothing_there(const frozen::fact& f) const {
        for (const frozen::group& g : low_.kb.groups(f.then)) {
            std::string none;
            bool met = false;
            for (const frozen::selector& s : low_.kb.selectors(g.any_of)) {
                met = met || s.absent != 0 || (s.component != frozen::none && s.values.count != 0);
                detail::join(none, describe(low_.kb, s), " or ");
                if (s.component == frozen::none) continue;
                const auto all = low_.kb.values(low_.kb.components()[s.component]);
                none += all.empty()
                            ? std::string(", which has no release")
                            : " (the newest is " + std::string(low_.kb.str(all.front().version)) + ")";
            }
            if (!met && !none.empty()) return ", and there is no " + none;
        }
        return {};
    }
    [[nodiscard]] std::string tell_family(const std::vector<std::uint32_t>& members) const {
        const frozen::fact& first = low_.kb.facts()[members.front()];
        std::string subject;
        for (std::uint32_t k = 0; k < first.conditions.count; ++k)
            detail::join(subject, unite(members, k), " with ");
        std::string object;
        std::vector<std::uint32_t> named;
        for (const frozen::group& g : low_.kb.groups(first.then))
            for (const frozen::selector& s : low_.kb.selectors(g.any_of)) {
                if (s.component == frozen::none ||
                    std::find(named.begin(), named.end(), s.component) != named.end())
                    continue;
                named.push_back(s.component);
                detail::join(object, low_.kb.name(s.component), ", ");
            }
        const auto kind = static_cast<fact_kind>(first.kind);
        std::string out = subject;
        switch (kind) {
        case fact_kind::ships: out += " carry " + object + " of their own"; break;
        case fact_kind::supports: out += " have their lists of device code"; break;
        case fact_kind::constrains: out += " limit " + object; break;
        case fact_kind::excludes: out += " exclude each other"; break;
        default: out += " each require " + object; break;
        }
        return out + " (" + std::to_string(members.size()) + " facts)";
    }
    /// The k-th condition of all these facts, as one range.
    [[nodiscard]] std::string unite(const std::vector<std::uint32_t>& members, std::uint32_t k) const {
        const frozen::selector& first = low_.kb.selectors(low_.kb.facts()[members.front()].conditions)[k];
        if (first.component == frozen::none || low_.instances.of(first.component).empty())
            return std::string(low_.kb.str(first.name));
        const std::uint32_t var = low_.instances.of(first.component).front();
        bits all(low_.instances.domain_size(var));
        for (const std::uint32_t i : members) {
            const auto conditions = low_.kb.selectors(low_.kb.facts()[i].conditions);
            if (k < conditions.size()) all |= low_.instances.admitted(var, conditions[k]);
        }
        return std::string(low_.kb.name(first.component)) + " " +
               describe(low_.kb, low_.instances, var, all, false);
    }

    [[nodiscard]] std::string state(const term& t, bool negate) const {
        const bits set = negate ? t.allowed.complement() : t.allowed;
        const instance& in = low_.instances[t.var];
        std::string name(low_.kb.name(in.component));
        if (in.owner != frozen::none &&
            static_cast<multiplicity>(low_.kb.components()[in.component].multiplicity) ==
                multiplicity::bundled)
            name += " inside " + std::string(low_.kb.name(in.owner));
        if (in.device != frozen::none && in.device < asked_.device_names.size() &&
            asked_.device_names.size() > 1)
            name += " for " + asked_.device_names[in.device];
        if (set.empty()) return "nothing is left for " + name;
        std::string range = describe(low_.kb, low_.instances, t.var, set, true);
        if (range.size() > 160)
            range = std::to_string(set.count()) + " of " + std::to_string(set.size() - 1) + " values";
        if (!set.test(0)) return name + " must be " + range;
        return range.empty() ? "there can be no " + name : name + " must be absent or " + range;
    }
    [[nodiscard]] std::string conclusion(const std::vector<term>& never) const {
        if (never.empty()) return "there is no solution";
        if (never.size() == 1) return state(never[0], true);
        std::string out = "never all of: ";
        std::string list;
        for (const term& t : never) {
            const instance& in = low_.instances[t.var];
            std::string range = describe(low_.kb, low_.instances, t.var, t.allowed, true);
            if (range.size() > 80) range = std::to_string(t.allowed.count()) + " of its values";
            if (t.allowed.test(0)) range = range.empty() ? "absent" : "absent or " + range;
            detail::join(list, std::string(low_.kb.name(in.component)) + " " + range, "; ");
        }
        return out + list;
    }

    const question& asked_;
    const lowered& low_;
};

} // namespace cudacompat
