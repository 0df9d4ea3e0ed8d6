// From a question to an answer: solve, check, and say what has to be said.
#pragma once

#include <cudacompat/decide/ask.hpp>
#include <cudacompat/decide/verify.hpp>
#include <cudacompat/tell/answer_body.hpp>
#include <cudacompat/tell/caveats.hpp>
#include <cudacompat/tell/conflict_teller.hpp>
#include <cudacompat/tell/goal.hpp>
#include <cudacompat/tell/ways_out.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

class resolver : protected caveat_writer {
public:
    resolver(knowledge_base kb, std::span<const request_item> items, const stack_record* stack,
             resolve_options options)
        : caveat_writer(std::move(kb), std::move(options)), items_(items), stack_(stack) {}

    [[nodiscard]] result<answer> run() {
        if (!set_aside()) return std::move(failure_);
        detail::goal_question goal(kb_, options_.goal);
        if (std::optional<error> wrong = goal.put(items_, stack_)) return std::move(*wrong);
        detail::asker asker(kb_, items_, stack_, options_);
        result<question> strict = asker.build(how_);
        if (!strict) return std::move(strict).error();
        goal.pursue(*strict);
        if (goal.further()) {
            asking kindly = how_;
            kindly.strict = false;
            if (const result<question> kind = asker.build(kindly)) goal.doubt(*strict, *kind);
        }
        auto asked = std::make_shared<const question>(std::move(*strict));
        if (!asked->impossible.empty()) return impossible(asked);

        if (auto values = asked->here->borrow()->find(asked->ask))
            return solved(asked, std::move(*values), verdict::compatible);

        how_.strict = false;
        result<question> kind = asker.build(how_);
        if (!kind) return std::move(kind).error();
        goal.pursue(*kind);
        auto lenient = std::make_shared<const question>(std::move(*kind));
        auto outcome = lenient->here->borrow()->solve(lenient->ask);
        if (auto* values = std::get_if<assignment>(&outcome)) {
            result<answer> out = solved(lenient, std::move(*values), verdict::unknown);
            auto against = asked->here->borrow()->solve(asked->ask);
            if (out) out->conflict_ = conflict_teller(*asked).tell(std::get<refutation>(against));
            return out;
        }
        const refutation& why = std::get<refutation>(outcome);
        answer out(verdict::incompatible, question_ref{lenient});
        out.conflict_ = conflict_teller(*lenient).tell(why);
        out.missing_ = lenient->gaps;
        out.ways_out_ =
            way_finder(*asked).find(conflicts_of(*lenient, statements_of(*lenient), 4), *lenient, 4);
        place_caveat(out);
        pins_caveat(out, asker);
        allowed_caveat(out);
        return out;
    }

protected:
    /// The facts of the rules that the options allow.
    [[nodiscard]] bool set_aside() {
        for (const std::string& id : options_.allow) {
            const std::uint8_t rule = find_rule(kb_, id);
            if (rule == frozen::no_rule) {
                std::vector<std::pair<std::size_t, std::string>> near;
                for (const frozen::rule& r : kb_.rules())
                    near.emplace_back(edit_distance(id, kb_.str(r.id)), kb_.str(r.id));
                std::sort(near.begin(), near.end());
                failure_ = {errc::bad_request, "there is no rule '" + id + "' to allow", {}, {}};
                for (std::size_t i = 0; i < near.size() && i < 3 && near[i].first <= 4; ++i)
                    failure_.suggestions.push_back(near[i].second);
                return false;
            }
            for (std::uint32_t f = 0; f < kb_.facts().size(); ++f)
                if (kb_.facts()[f].rule == rule) how_.without.push_back(f);
        }
        std::sort(how_.without.begin(), how_.without.end());
        return true;
    }
    [[nodiscard]] answer impossible(const std::shared_ptr<const question>& asked) const {
        bool unknowable = true;
        for (const nothing_matches& n : asked->impossible) unknowable = unknowable && n.beyond_data;
        answer out(unknowable ? verdict::unknown : verdict::incompatible, question_ref{asked});
        out.conflict_ = conflict_teller(*asked).tell(asked->impossible);
        for (const nothing_matches& n : asked->impossible)
            if (n.beyond_data) out.missing_.push_back(n.wanted + ": " + n.known);
        for (const gap& g : asked->gaps) out.missing_.push_back(g);
        place_caveat(out);
        return out;
    }

    [[nodiscard]] result<answer> solved(const std::shared_ptr<const question>& asked, assignment values,
                                        verdict v) {
        if (auto wrong = wrong_by_check(*asked, values); !wrong.empty())
            return error{
                errc::internal, "the answer failed its own check: " + wrong + "; please report this", {}, {}};
        answer out(asked->gaps.empty() ? v : verdict::unknown, question_ref{asked});
        out.missing_ = asked->gaps;
        const lowered& low = asked->here->low;
        if (!how_.judge)
            for (const doubt& d : asked->doubts) judge_doubt(out, *asked, values, d);
        out.solution_.emplace(question_ref{asked}, values, companions(*asked, values));
        for (std::uint32_t var = 0; var < low.instances.size(); ++var) {
            if (values[var] == 0 || (low.instances.value(var, values[var]).flags & frozen::is_unknown) == 0)
                continue;
            const instance& in = low.instances[var];
            if (in.owner == frozen::none) continue; // described by the question
            if (static_cast<multiplicity>(kb_.components()[in.component].multiplicity) ==
                    multiplicity::code &&
                asked->device_names.empty() && how_.judge)
                continue; // no GPU is spoken of
            std::string what =
                static_cast<multiplicity>(kb_.components()[in.component].multiplicity) == multiplicity::code
                    ? "the code list of " + build_name(low, in.owner, values) + " is not in the data"
                    : "which " + std::string(kb_.name(in.component)) + " " +
                          build_name(low, in.owner, values) + " carries is not in the data";
            out.missing_.push_back(std::move(what));
        }
        caveats(out);
        if (options_.all_limit != 0) enumerate(out);
        return out;
    }

    [[nodiscard]] std::string build_name(const lowered& low, std::uint32_t owner,
                                         const assignment& values) const {
        std::string out(kb_.name(owner));
        const std::uint32_t var = low.instances.find(owner, frozen::none, frozen::none);
        if (var == frozen::none || values[var] == 0) return out;
        const frozen::value& v = low.instances.value(var, values[var]);
        out += " " + std::string(kb_.str(v.version));
        if (!v.variant.empty()) out += " (" + std::string(kb_.str(v.variant)) + ")";
        return out;
    }

    /// Where a pin is in the conflict: would the libraries themselves do? Two facts about one pair, told apart.
    void pins_caveat(answer& out, detail::asker& asker) const {
        std::set<std::uint32_t> pinned; // libraries
        for (const std::uint32_t i : out.conflict_->facts()) {
            const frozen::fact& f = kb_.facts()[i];
            if (!detail::is_pin(kb_, f)) continue;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of)) pinned.insert(s.component);
        }
        if (pinned.empty()) return;
        asking how = how_;
        how.strict = true;
        how.pin = asking::pins::loose;
        const result<question> loose = asker.build(how);
        if (!loose || !loose->impossible.empty() || !loose->here->borrow()->satisfiable(loose->ask)) return;
        std::string ranges;
        for (const std::uint32_t c : pinned) {
            const std::uint32_t var = loose->here->low.instances.find(c, frozen::none, frozen::none);
            if (var == frozen::none) continue;
            const bits works = loose->here->borrow()->project(loose->ask, var);
            if (works.empty() || (works.count() == 1 && works.test(0))) continue;
            ranges += (ranges.empty() ? "" : ", ") + std::string(kb_.name(c)) + " " +
                      describe(kb_, loose->here->low.instances, var, works);
        }
        out.caveats_.push_back("only the pins of the packages stand against it, which the installer "
                               "enforces; by what is known of loading, " +
                               ranges +
                               " would serve all of them (installed past the pins, and nobody tested that)");
    }

    /// What was asked, and every fact as it was written; nothing of the search is used.
    [[nodiscard]] std::string wrong_by_check(const question& asked, const assignment& values) const {
        const lowered& low = asked.here->low;
        for (const restriction& r : asked.ask.restrictions)
            if (!r.allowed.test(values[r.var])) return "a condition of the question is broken";
        for (const clause& c : asked.ask.clauses)
            if (std::none_of(c.any_of.begin(), c.any_of.end(),
                             [&](const term& t) { return t.allowed.test(values[t.var]); }))
                return "a condition of the question is broken";
        std::vector<copy_in_stack> stack;
        for (std::uint32_t var = 0; var < low.instances.size(); ++var) {
            if (values[var] == 0) continue;
            const instance& in = low.instances[var];
            const frozen::value& v = low.instances.value(var, values[var]);
            copy_in_stack c{in.component,
                            in.owner,
                            in.device,
                            low.instances.text(var, values[var]),
                            kb_.str(v.variant),
                            (v.flags & frozen::is_unknown) != 0 && !low.instances.is_placed(var, values[var]),
                            low.instances.is_placed(var, values[var])};
            if ((v.flags & frozen::is_cell) != 0 && c.version.empty())
                c.version = !v.low.empty() ? bound_number(kb_.str(v.low)) : std::string_view("0");
            stack.push_back(c);
        }
        const std::uint32_t broken = find_broken_fact(low, asked.here->walls, asked.here->texts, stack);
        return broken == frozen::none ? std::string{}
                                      : "fact " + std::string(kb_.str(kb_.facts()[broken].id)) + " is broken";
    }

    /// An observation that leaves several values open: the answer stands only if it stands for each of them.
    void judge_doubt(answer& out, const question& asked, const assignment& values, const doubt& d) const {
        const lowered& low = asked.here->low;
        query q = asked.ask;
        q.criteria.clear();
        for (const std::uint32_t c : asked.wanted) {
            const auto role = static_cast<component_role>(kb_.components()[c].role);
            if (role == component_role::host || role == component_role::device) continue;
            for (const std::uint32_t var : low.instances.of(c)) {
                bits one(low.instances.domain_size(var));
                one.set(values[var]);
                q.restrictions.push_back({var, std::move(one)});
            }
        }
        bits works = asked.here->borrow()->project(q, d.var);
        bits open = asked.ask.restrictions[d.said].allowed;
        if (open.subset_of(works)) return;
        out.verdict_ = verdict::unknown;
        out.missing_.push_back("which " + std::string(kb_.name(low.instances[d.var].component)) +
                               " it is: the answer holds for " + describe(kb_, low.instances, d.var, works) +
                               ", and " + asked.says[d.said].text + " leaves more open");
    }

    /// What can be installed beside it: the newest companions that fit everything chosen.
    [[nodiscard]] assignment companions(const question& asked, const assignment& values) const {
        const lowered& low = asked.here->low;
        query q;
        bool any = false;
        for (std::uint32_t var = 0; var < low.instances.size(); ++var) {
            const frozen::component& c = kb_.components()[low.instances[var].component];
            bool offered = c.companion_of != frozen::none && values[var] == 0;
            if (offered) {
                const std::uint32_t main = low.instances.find(c.companion_of, frozen::none, frozen::none);
                offered = main != frozen::none && values[main] != 0;
            }
            if (offered) {
                any = true;
                q.criteria.push_back({var, asked.here->ranks[var].by_release});
                bits recorded(low.instances.domain_size(var));
                if (const bits* known = asked.here->spoken(low.instances[var].component, c.companion_of))
                    recorded = *known;
                recorded.set(0);
                q.restrictions.push_back({var, std::move(recorded)});
            } else {
                bits one(low.instances.domain_size(var));
                one.set(values[var]);
                q.restrictions.push_back({var, std::move(one)});
            }
        }
        if (!any) return {};
        auto found = asked.here->borrow()->find(q);
        return found ? std::move(*found) : assignment{};
    }

    void enumerate(answer& out) const {
        const question& asked = out.asked();
        auto solver = asked.here->borrow();
        query q = asked.ask;
        // Maximal in what the request names and in the builds that carry it.
        std::vector<criterion> named;
        for (const std::uint32_t c : asked.wanted)
            for (const std::uint32_t var : asked.here->low.instances.of(c))
                named.push_back({var, asked.here->ranks[var].by_choice});
        const std::size_t count = named.size();
        named.insert(named.end(), q.criteria.begin(), q.criteria.end());
        q.criteria = std::move(named);
        const question_ref shared = *out.asked_;
        for (assignment& a : solver->maximal(q, count, options_.all_limit))
            out.all_.emplace_back(shared, std::move(a), assignment{});
    }

    std::span<const request_item> items_;
    const stack_record* stack_;
    error failure_;
};

} // namespace cudacompat
