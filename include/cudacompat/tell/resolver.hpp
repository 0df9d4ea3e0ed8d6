// From a question to an answer: solve, check, and say what has to be said.
#pragma once

#include <cudacompat/decide/ask.hpp>
#include <cudacompat/decide/verify.hpp>
#include <cudacompat/tell/answer_body.hpp>
#include <cudacompat/tell/conflict_teller.hpp>
#include <cudacompat/tell/goal.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

class resolver {
public:
    resolver(knowledge_base kb, std::span<const request_item> items, const stack_record* stack,
             resolve_options options)
        : kb_(std::move(kb)), items_(items), stack_(stack), options_(std::move(options)) {}

    [[nodiscard]] result<answer> run() {
        detail::goal_question goal(kb_, options_.goal);
        if (std::optional<error> wrong = goal.put(items_, stack_)) return std::move(*wrong);
        detail::asker asker(kb_, items_, stack_, options_);
        result<question> strict = asker.build(true);
        if (!strict) return std::move(strict).error();
        goal.pursue(*strict);
        if (goal.further())
            if (const result<question> kind = asker.build(false)) goal.doubt(*strict, *kind);
        auto asked = std::make_shared<const question>(std::move(*strict));
        if (!asked->impossible.empty()) return impossible(asked);

        auto solver = asked->here->borrow();
        auto outcome = solver->solve(asked->ask);
        if (auto* values = std::get_if<assignment>(&outcome))
            return solved(asked, std::move(*values), verdict::compatible);

        result<question> kind = asker.build(false);
        if (!kind) return std::move(kind).error();
        goal.pursue(*kind);
        auto lenient = std::make_shared<const question>(std::move(*kind));
        if (auto values = lenient->here->borrow()->find(lenient->ask)) {
            result<answer> out = solved(lenient, std::move(*values), verdict::unknown);
            if (out) out->conflict_ = conflict_teller(*asked).tell(std::get<refutation>(outcome));
            return out;
        }
        answer out(verdict::incompatible, question_ref{asked});
        out.conflict_ = conflict_teller(*asked).tell(std::get<refutation>(outcome));
        out.missing_ = asked->gaps;
        place_caveat(out);
        pins_caveat(out, asker);
        return out;
    }

private:
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
        for (const doubt& d : asked->doubts) judge_doubt(out, *asked, values, d);
        out.solution_.emplace(question_ref{asked}, values, companions(*asked, values));
        for (std::uint32_t var = 0; var < low.instances.size(); ++var) {
            if (values[var] == 0 || (low.instances.value(var, values[var]).flags & frozen::is_unknown) == 0)
                continue;
            const instance& in = low.instances[var];
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
        const result<question> loose = asker.build(true, true);
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
            copy_in_stack c{in.component,       in.owner,           in.device,
                            kb_.str(v.version), kb_.str(v.variant), (v.flags & frozen::is_unknown) != 0};
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

    void place_caveat(answer& out) const {
        if (out.asked().platform_assumed && kb_.platforms().size() > 1)
            out.caveats_.push_back("for " + out.asked().platform + ", since no platform was named");
    }

    void caveats(answer& out) const {
        const question& asked = out.asked();
        const lowered& low = asked.here->low;
        const solution& s = *out.solution_;
        place_caveat(out);
        const std::string_view today = low.ctx.as_of.empty() ? kb_.read() : std::string_view(low.ctx.as_of);
        for (const choice& c : s.choices()) {
            const instance& in = low.instances[c.var()];
            const auto count = static_cast<multiplicity>(kb_.components()[in.component].multiplicity);
            if (count == multiplicity::runtime && c.version() == "minor-version")
                out.caveats_.emplace_back(
                    "CUDA runs here by minor-version compatibility: the driver is older "
                    "than the toolkit's own; PTX and "
                    "features that need the newer driver do not work");
            if (count == multiplicity::runtime && c.version() == "forward")
                out.caveats_.emplace_back(
                    "CUDA runs here by forward compatibility: a cuda-compat package is needed");
            if (count == multiplicity::code && in.device < asked.device_names.size())
                code_caveat(out, s, c, in);
            for (const std::uint32_t i : asked.here->ends()) {
                const frozen::fact& f = kb_.facts()[i];
                if (kb_.selectors(f.conditions)[0].component != in.component) continue;
                if (!low.instances.admitted(c.var(), kb_.selectors(f.conditions)[0]).test(c.domain()))
                    continue;
                if (kb_.str(f.until) > today) continue;
                if (s.is_free(c)) continue;
                out.caveats_.push_back(std::string(kb_.name(in.component)) + " " + c.version() +
                                       ": support ended " + std::string(kb_.str(f.until)));
                out.degraded_ = true;
            }
        }
        weak_caveats(out);
        old_caveat(out, today);
    }
    /// Facts that nobody read again for a year may have been overtaken.
    void old_caveat(answer& out, std::string_view today) const {
        if (today.size() < 10 || kb_.first_read().empty()) return;
        std::string year_ago(today);
        for (std::size_t i = 4; i-- > 0;) { // one year less, by its digits
            if (year_ago[i] != '0') {
                --year_ago[i];
                break;
            }
            year_ago[i] = '9';
        }
        if (kb_.first_read() >= year_ago) return;
        std::set<std::uint32_t> old;
        for (const choice& c : out.solution_->choices())
            for (const std::uint32_t f : out.solution_->facts(c.name()))
                if (const auto read = kb_.read_on(kb_.facts()[f]); !read.empty() && read < year_ago)
                    old.insert(f);
        if (!old.empty())
            out.caveats_.push_back(std::to_string(old.size()) +
                                   " of the facts behind this were read before " + year_ago +
                                   ", more than a year ago");
    }
    /// Weakly sourced walls that this answer leans on, and failures that one person met with the like of it.
    void weak_caveats(answer& out) const {
        const solution& s = *out.solution_;
        const instance_table& in = s.instances();
        const auto some_choice = [&](const frozen::selector& k) {
            return std::any_of(s.choices().begin(), s.choices().end(), [&](const choice& c) {
                return c.component() == k.component && !c.optional() && !s.is_free(c) && k.present != 0 &&
                       in.admitted(c.var(), k).test(c.domain());
            });
        };
        for (const std::uint32_t i : out.asked().here->weak_facts()) {
            const frozen::fact& f = kb_.facts()[i];
            const auto conditions = kb_.selectors(f.conditions);
            if (conditions.empty() || !std::all_of(conditions.begin(), conditions.end(), some_choice))
                continue;
            out.caveats_.push_back(detail::is_rumour(f) ? describe(kb_, f) + ", by one report"
                                                        : "weakly sourced: " + describe(kb_, f));
        }
    }
    void code_caveat(answer& out, const solution& s, const choice& c, const instance& in) const {
        const choice* gpu = nullptr;
        for (const choice& g : s.choices())
            if (s.instances()[g.var()].device == in.device &&
                static_cast<multiplicity>(kb_.components()[g.component()].multiplicity) ==
                    multiplicity::device &&
                static_cast<component_role>(kb_.components()[g.component()].role) != component_role::derived)
                gpu = &g;
        if (gpu == nullptr) return;
        const std::string device = s.asked().device_names[in.device] + " (" + gpu->version() + ")";
        if (c.version().starts_with("compute_")) {
            out.caveats_.push_back(device + " is served by PTX only (" + c.version() +
                                   "): the driver compiles it at first start, and has to be as new "
                                   "as the toolkit that made it");
            out.degraded_ = true;
        } else if (c.version().starts_with("sm_")) {
            std::string number = c.version().substr(3);
            if (!number.empty() && number.back() >= 'a') number.pop_back();
            if (number.size() >= 2) number.insert(number.size() - 1, ".");
            if (number != gpu->version())
                out.caveats_.push_back(
                    device + " runs code compiled for " + number + ": the build has none for " +
                    gpu->version() + " itself" +
                    (gpu->version() == "8.9" ? ", so features that need it (FP8) are off" : ""));
        }
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

    knowledge_base kb_;
    std::span<const request_item> items_;
    const stack_record* stack_;
    resolve_options options_;
};

} // namespace cudacompat
