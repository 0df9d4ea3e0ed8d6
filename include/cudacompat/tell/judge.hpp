// Does a stack fit as it is stated? The verdict, what is wrong, and what would mend it.
//
// Two solves decide: with every doubt helping, and with every doubt hurting. A no is sure only if the first one fails,
// a yes only if the second one holds. Pins of installers and demands of compilers are looked at apart: what is there
// already was installed, and where nothing is compiled no compiler minds.
#pragma once

#include <cudacompat/decide/doubts.hpp>
#include <cudacompat/decide/statements.hpp>
#include <cudacompat/tell/apply_way.hpp>
#include <cudacompat/tell/halves.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cudacompat {

class judge : protected halves_judge {
public:
    using halves_judge::halves_judge;

    [[nodiscard]] result<answer> run() {
        if (!set_aside()) return std::move(failure_);
        result<answer> out = one();
        // Programs of one's own share the host and nothing else: each is judged beside the rest.
        const std::uint32_t programs = out ? out->asked().programs : 0;
        for (std::uint32_t p = 1; out && p < programs; ++p) {
            how_ = {};
            if (!set_aside()) return std::move(failure_);
            how_.program = p;
            result<answer> next = one();
            if (!next) return next;
            if (worse(next->verdict_, out->verdict_)) std::swap(*out, *next);
            for (finding& f : next->findings_)
                if (std::none_of(out->findings_.begin(), out->findings_.end(),
                                 [&](const finding& o) { return o.text == f.text; }))
                    out->findings_.push_back(std::move(f));
            for (std::string& m : next->missing_)
                if (std::find(out->missing_.begin(), out->missing_.end(), m) == out->missing_.end())
                    out->missing_.push_back(std::move(m));
            out->degraded_ = out->degraded_ || next->degraded_;
        }
        if (out) warn_of_allowed(*out);
        return out;
    }

private:
    /// What the allowed rules would have found stays a finding, as a warning.
    void warn_of_allowed(answer& out) const {
        if (options_.allow.empty()) return;
        resolve_options all = options_;
        all.allow.clear();
        judge before(kb_, items_, stack_, all);
        before.no_ways_ = true;
        const result<answer> with = before.run();
        if (!with) return;
        for (finding f : with->findings()) {
            if (std::find(options_.allow.begin(), options_.allow.end(), f.rule) == options_.allow.end())
                continue;
            f.allowed = true;
            out.findings_.push_back(std::move(f));
        }
    }
    [[nodiscard]] static bool worse(verdict a, verdict b) noexcept {
        const auto weight = [](verdict v) {
            return v == verdict::incompatible ? 2 : v == verdict::unknown ? 1 : 0;
        };
        return weight(a) > weight(b);
    }

    [[nodiscard]] result<answer> one() {
        detail::asker asker(kb_, items_, stack_, options_);
        how_.judge = true;
        halves_ = halves();
        how_.strict = false;
        auto all = ask(asker);
        if (all == nullptr) return std::move(failure_);
        if (!all->impossible.empty()) return no_such_build(all);
        auto outcome = all->here->borrow()->solve(all->ask);
        std::vector<finding> beside;
        if (std::holds_alternative<refutation>(outcome)) {
            as_installed(*all);
            auto firm = ask(asker);
            if (firm == nullptr) return std::move(failure_);
            auto second = firm->here->borrow()->solve(firm->ask);
            if (std::holds_alternative<refutation>(second)) return refused(asker, firm);
            beside = findings(*all);
            all = std::move(firm);
            outcome = std::move(second);
        }
        return doubted(asker, all, std::get<assignment>(std::move(outcome)), std::move(beside));
    }

    /// A library that is stated was installed, whatever pins ask for; and no compiler minds where nothing is compiled.
    void as_installed(const question& q) {
        how_.pin = asking::pins::loose_if_stated;
        how_.idle_build = !compiles(q);
    }

    /// Is something compiled here? Where a package that runs is stated, only if it or the stack says so.
    [[nodiscard]] bool compiles(const question& q) const {
        if (stack_ != nullptr && !stack_->build_from_source.empty()) return true;
        bool runs = false;
        for (const asked& a : q.says) {
            if (a.by == asked_by::rule || a.component == frozen::none) continue;
            const auto role = static_cast<component_role>(kb_.components()[a.component].role);
            runs = runs || role == component_role::framework || role == component_role::companion ||
                   kb_.name(a.component) == "container";
        }
        if (!runs) return true;
        for (std::uint32_t i = 0; i < q.ask.restrictions.size(); ++i) { // all that it can be is compiled here
            const term& t = q.ask.restrictions[i];
            if (q.says[i].by == asked_by::rule || t.allowed.test(0)) continue;
            bool source = t.allowed.count() != 0;
            for (std::uint32_t v = t.allowed.next(1); v < t.allowed.size(); v = t.allowed.next(v + 1))
                source =
                    source && kb_.str(q.here->low.instances.value(t.var, v).variant).starts_with("source");
            if (source) return true;
        }
        return false;
    }

    [[nodiscard]] answer no_such_build(const std::shared_ptr<const question>& q) const {
        answer out = impossible(q);
        for (const nothing_matches& n : q->impossible) {
            const std::string name(kb_.name(n.component));
            if (n.beyond_data) continue;
            const bool arch = stack_ != nullptr && stack_->arch.given() && !stack_->platform.given();
            out.findings_.push_back(finding_maker(*q).plain(
                n.elsewhere ? "platform" : "no-such-build", {name, arch ? "arch" : "platform"},
                n.elsewhere ? detail::without_place(n.wanted) + " has no build for " + q->platform
                            : "there is no " + detail::without_place(n.wanted) + ": " + n.known));
        }
        if (!out.findings_.empty() && out.conflict_)
            conflict_teller::name(*out.conflict_, out.findings_.front().components);
        return out;
    }

    [[nodiscard]] result<answer> refused(detail::asker& asker, std::shared_ptr<const question> q) {
        q = beyond_compat(beyond_readings(beyond_policy(asker, beyond_floor(asker, q))));
        answer out(verdict::incompatible, question_ref{q});
        std::vector<refutation> why;
        out.findings_ = findings(*q, &why);
        out.conflict_ = conflict_teller(*q).tell(why.front());
        conflict_teller::name(*out.conflict_, out.findings_.front().components);
        out.missing_ = q->gaps;
        if (halves_ == halves_state::differ) out.findings_.insert(out.findings_.begin(), halves_finding(*q));
        place_caveat(out);
        allowed_caveat(out);
        if (no_ways_) return out;
        how_.strict = true;
        if (const auto strict = ask(asker)) out.ways_out_ = way_finder(*strict).find(why, *q, 5);
        keep_what_works(out);
        if (out.ways_out_.empty() && !q->gaps.empty()) {
            how_.strict = false;
            if (const auto kind = ask(asker)) {
                way_finder finder(*kind);
                finder.take_what_is_unknown_kindly();
                out.ways_out_ = finder.find(why, *q, 5);
                keep_what_works(out);
            }
        }
        return out;
    }

    [[nodiscard]] result<answer> doubted(detail::asker& asker, const std::shared_ptr<const question>& kind,
                                         assignment values, std::vector<finding> beside) {
        how_.strict = true;
        auto strict = ask(asker);
        if (strict == nullptr) return std::move(failure_);
        auto sure = strict->here->borrow()->find(strict->ask);
        std::vector<open_detail> open_parts;
        if (sure) open_parts = undecided(*strict, strict->ask);
        if (!open_parts.empty() &&
            how_.pin == asking::pins::hold) { // is what stands against some of it a reason?
            as_installed(*strict);
            const auto firm = ask(asker);
            if (firm == nullptr) return std::move(failure_);
            if (auto holds = firm->here->borrow()->find(firm->ask);
                holds && undecided(*firm, firm->ask).empty()) {
                question worst = *strict;
                const open_detail& d = open_parts.front();
                worst.ask.restrictions[d.said].allowed = d.open;
                worst.ask.restrictions[d.said].allowed -= d.works;
                if (!d.open.subset_of(d.works)) beside = findings(worst);
                strict = firm;
                sure = std::move(holds);
                open_parts.clear();
            }
        }
        result<answer> out = sure ? solved(strict, *sure, verdict::compatible)
                                  : solved(kind, std::move(values), verdict::unknown);
        if (!out) return out;
        if (sure) {
            for (const open_detail& d : open_parts) open(*out, *strict, d);
        } else {
            auto against = strict->here->borrow()->solve(strict->ask);
            out->conflict_ = conflict_teller(*strict).tell(std::get<refutation>(against));
            if (out->missing_.empty()) {
                std::string names;
                for (const std::string& n : out->conflict_->between()) detail::join(names, n, " and ");
                out->missing_.push_back("what is on record does not say it for sure: " + names);
            }
        }
        if (strict->no_device) {
            out->caveats_.emplace_back(
                "there is no GPU: nothing of this runs on one; what is said of GPUs holds "
                "for one that suits");
            out->degraded_ = true;
        }
        idle_copies(*out, *strict);
        if (halves_ == halves_state::open) {
            out->verdict_ = verdict::unknown;
            out->missing_.push_back("which driver-user it is decides (driver-user " +
                                    stack_->driver_user.text +
                                    "): it has to be of the same release as driver " + stack_->driver.text);
        }
        if (halves_ == halves_state::differ) return torn(std::move(*out));
        for (const finding& f : beside) only_pinned(*out, f);
        std::move(beside.begin(), beside.end(), std::back_inserter(out->findings_));
        return out;
    }

    void open(answer& out, const question& q, const open_detail& d) const {
        const instance_table& in = q.here->low.instances;
        const std::string name(kb_.name(in[d.var].component));
        bits fails = d.open;
        fails -= d.works;
        out.verdict_ = verdict::unknown;
        std::string text = "which " + name + " it is decides (" + q.says[d.said].text + "): ";
        if (d.too_many) {
            text += "too many parts are open to look at every combination";
        } else if (fails.empty()) {
            text += "not every combination with the other open parts works";
        } else {
            text += works_text(in, d.var, d.works, fails);
        }
        out.missing_.push_back(std::move(text));
    }
    /// "2.7.0 (cu128) works, 2.7.0 (cu126) does not"; where the release is one, its builds alone.
    [[nodiscard]] std::string works_text(const instance_table& in, std::uint32_t var, const bits& works,
                                         const bits& fails) const {
        const auto list = [&](const bits& set) {
            std::string out;
            std::size_t told = 0;
            for (std::uint32_t i = set.next(0); i < set.size(); i = set.next(i + 1)) {
                if (i == 0) {
                    detail::join(out, "its absence", ", ");
                    continue;
                }
                const std::string_view variant = kb_.str(in.value(var, i).variant);
                if (variant.empty()) return std::string();
                if (++told <= 8) detail::join(out, variant, ", ");
            }
            return told > 8 ? out + " and " + std::to_string(told - 8) + " more" : out;
        };
        std::set<std::uint16_t> releases;
        for (const bits* set : {&works, &fails})
            for (std::uint32_t i = set->next(1); i < set->size(); i = set->next(i + 1))
                releases.insert(in.value(var, i).rank);
        std::string good = releases.size() == 1 ? list(works) : std::string();
        std::string bad = releases.size() == 1 ? list(fails) : std::string();
        if (good.empty() || bad.empty()) {
            good = describe(kb_, in, var, works, true);
            bad = describe(kb_, in, var, fails, true);
            if (fails.test(0)) detail::join(bad, "absent", " or ");
        }
        return good + " would do, " + bad + " would not";
    }

    /// What is there and plays no part: further copies, and a toolkit beside packages that bring a runtime of their own.
    void idle_copies(answer& out, const question& q) const {
        if (stack_ == nullptr) return;
        for (const stack_copy& c : stack_->copies) {
            const std::uint32_t known = kb_.find_component(c.component.text);
            const std::string name = known == frozen::none ? c.component.text : std::string(kb_.name(known));
            note(out, "irrelevant-copy", {name},
                 name + " " + c.version.text + (c.path.given() ? " (" + c.path.text + ")" : "") +
                     " is not the copy in use");
        }
        const std::uint32_t runtime = kb_.find_component("cuda-runtime");
        if (out.solution_ == std::nullopt || runtime == frozen::none || compiles(q)) return;
        for (const stack_item& i : stack_->components) {
            if (kb_.find_component(i.component) != kb_.find_component("cuda-toolkit") ||
                i.version == "absent")
                continue;
            for (const choice& c : out.solution_->choices())
                if (c.component() == runtime && !c.inside().empty())
                    return note(out, "irrelevant-copy", {"cuda-toolkit", c.inside()},
                                "cuda-toolkit " + i.version + " plays no part: " + c.inside() +
                                    " brings its own CUDA runtime " + c.version() +
                                    ", and nothing is compiled");
        }
    }

    /// Each way is made and the whole judged again. What was unknown before may stay so; then the way says that.
    void keep_what_works(answer& out) const {
        std::erase_if(out.ways_out_, [&](way_out& w) {
            stack_record changed = stack_ == nullptr ? stack_record{} : *stack_;
            std::vector<request_item> items(items_.begin(), items_.end());
            if (!detail::way_applier(kb_, changed, items).make(w)) return true;
            judge again(kb_, items, stack_ == nullptr ? nullptr : &changed, options_);
            again.no_ways_ = true;
            const result<answer> then = again.run();
            if (!then) return true;
            if (then->verdict() == verdict::compatible) {
                w.sure = true;
                return false;
            }
            w.sure = false;
            return then->verdict() != verdict::unknown || then->missing().empty() ||
                   !std::all_of(then->missing().begin(), then->missing().end(), [&](const std::string& m) {
                       return std::find(out.missing_.begin(), out.missing_.end(), m) != out.missing_.end();
                   });
        });
    }

    /// A pin that is broken is no reason for a no; but if nothing else is known of the pair, none for a yes either.
    void only_pinned(answer& out, const finding& f) const {
        const question& q = out.asked();
        for (const std::uint32_t i : f.facts) {
            const frozen::fact& pin = kb_.facts()[i];
            if (!detail::is_pin(kb_, pin)) continue;
            for (const frozen::group& g : kb_.groups(pin.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of)) {
                    if (std::find(f.components.begin(), f.components.end(), kb_.name(s.component)) ==
                        f.components.end())
                        continue;
                    const frozen::selector& owner = kb_.selectors(pin.conditions)[0];
                    if (owner.component == frozen::none || tied_otherwise(q, owner.component, s.component))
                        continue;
                    out.verdict_ = out.verdict_ == verdict::compatible ? verdict::unknown : out.verdict_;
                    out.missing_.push_back("whether " + std::string(kb_.str(owner.name)) + " runs with a " +
                                           std::string(kb_.str(s.name)) + " that its package does not pin");
                }
        }
    }
    /// Does some fact beside pins tie the library to this package as it is here?
    [[nodiscard]] bool tied_otherwise(const question& q, std::uint32_t owner, std::uint32_t library) const {
        const lowered& low = q.here->low;
        const std::uint32_t var = low.instances.find(owner, frozen::none, frozen::none);
        if (var == frozen::none) return false;
        bits stated(low.instances.domain_size(var), true);
        for (const restriction& r : q.ask.restrictions)
            if (r.var == var) stated &= r.allowed;
        for (const std::uint32_t i : kb_.facts_if(kb_.components()[owner])) {
            const frozen::fact& f = kb_.facts()[i];
            if (detail::is_pin(kb_, f) || !detail::is_wall(static_cast<fact_kind>(f.kind)) ||
                !detail::applies(kb_, f, low.ctx) ||
                !low.instances.admitted(var, kb_.selectors(f.conditions)[0]).intersects(stated))
                continue;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of))
                    if (s.component == library) return true;
        }
        return false;
    }

    bool no_ways_ = false; ///< a way out is looked at: no further ones
};

} // namespace cudacompat
