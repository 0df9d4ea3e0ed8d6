// Does a stack fit as it is stated? The verdict, what is wrong, and what would mend it.
//
// Two solves decide: with every doubt helping, and with every doubt hurting. A no is sure only if the first one fails,
// a yes only if the second one holds. Pins of installers and demands of compilers are looked at apart: what is there
// already was installed, and where nothing is compiled no compiler minds.
#pragma once

#include <cudacompat/decide/doubts.hpp>
#include <cudacompat/decide/statements.hpp>
#include <cudacompat/tell/resolver.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cudacompat {

class judge : protected resolver {
public:
    using resolver::resolver;

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
        return out;
    }

private:
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

    static constexpr std::size_t most_conflicts = 8;

    [[nodiscard]] std::shared_ptr<const question> ask(detail::asker& asker) {
        result<question> q = asker.build(how_);
        if (q) return std::make_shared<const question>(std::move(*q));
        failure_ = std::move(q).error();
        return nullptr;
    }

    /// Is something compiled here? Where a package that runs is stated, only if it or the stack says so.
    [[nodiscard]] bool compiles(const question& q) const {
        if (stack_ != nullptr && !stack_->build_from_source.empty()) return true;
        bool runs = false;
        for (const asked& a : q.says) {
            if (a.by == asked_by::rule || a.component == frozen::none) continue;
            const auto role = static_cast<component_role>(kb_.components()[a.component].role);
            runs = runs || role == component_role::framework || role == component_role::companion;
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
        return out;
    }

    /// Every conflict as a finding; those of one rule and one culprit are one, root causes first.
    [[nodiscard]] std::vector<finding> findings(const question& q,
                                                std::vector<refutation>* conflicts = nullptr) const {
        const finding_maker maker(q);
        std::vector<refutation> why = conflicts_of(q, statements_of(q), most_conflicts);
        std::vector<std::pair<finding, std::size_t>> made;
        for (std::size_t i = 0; i < why.size(); ++i) made.emplace_back(maker.make(why[i]), i);
        // A longer way round to the same contradiction says nothing new, unless it ends where the rule looks first (the
        // driver rather than a reading of it).
        const std::vector<std::pair<finding, std::size_t>> all = made;
        std::erase_if(made, [&](const auto& a) {
            return std::any_of(all.begin(), all.end(), [&](const auto& b) {
                return b.first.facts.size() < a.first.facts.size() && overlap(a.first, b.first) &&
                       !(a.first.rule == b.first.rule && place_in_rule(a.first) < place_in_rule(b.first)) &&
                       std::includes(a.first.facts.begin(), a.first.facts.end(), b.first.facts.begin(),
                                     b.first.facts.end());
            });
        });
        std::stable_sort(made.begin(), made.end(), [&](const auto& a, const auto& b) {
            const std::uint8_t one = find_rule(kb_, a.first.rule);
            const std::uint8_t two = find_rule(kb_, b.first.rule);
            return std::pair(one, place_in_rule(a.first)) < std::pair(two, place_in_rule(b.first));
        });
        std::vector<finding> out;
        std::vector<refutation> sorted;
        for (auto& [f, at] : made) {
            const auto same = std::find_if(out.begin(), out.end(), [&, &one = f](const finding& o) {
                return o.rule == one.rule && !one.components.empty() &&
                       (o.components.front() == one.components.front() ||
                        (o.components.size() > 1 && one.components.size() > 1 &&
                         o.components[1] == one.components[1]));
            });
            if (same == out.end()) {
                out.push_back(std::move(f));
                sorted.push_back(std::move(why[at]));
                continue;
            }
            for (std::string& c : f.components)
                if (std::find(same->components.begin(), same->components.end(), c) == same->components.end())
                    same->components.push_back(std::move(c));
            for (const std::uint32_t fact : f.facts)
                if (std::find(same->facts.begin(), same->facts.end(), fact) == same->facts.end())
                    same->facts.push_back(fact);
        }
        if (conflicts != nullptr) *conflicts = std::move(sorted);
        return out;
    }

    /// Where the rule names the first of the pair; what it does not name comes last.
    [[nodiscard]] std::size_t place_in_rule(const finding& f) const {
        const std::uint8_t r = find_rule(kb_, f.rule);
        if (r == frozen::no_rule || f.components.empty()) return 0;
        const auto list = kb_.texts(kb_.rules()[r].blames);
        std::size_t at = 0;
        while (at < list.size() && kb_.str(list[at]) != f.components.front()) ++at;
        return at;
    }
    [[nodiscard]] static bool overlap(const finding& a, const finding& b) {
        return std::any_of(a.components.begin(), a.components.end(), [&](const std::string& c) {
            return std::find(b.components.begin(), b.components.end(), c) != b.components.end();
        });
    }

    /// The question without the facts that only a support table states, where it is no better: then they are no reason.
    [[nodiscard]] std::shared_ptr<const question> beyond_policy(detail::asker& asker,
                                                                const std::shared_ptr<const question>& q) {
        const asking before = how_;
        for (std::uint32_t f = 0; f < kb_.facts().size(); ++f)
            if (static_cast<enforcer>(kb_.facts()[f].enforced_by) == enforcer::vendor_policy)
                how_.without.push_back(f);
        std::sort(how_.without.begin(), how_.without.end());
        how_.without.erase(std::unique(how_.without.begin(), how_.without.end()), how_.without.end());
        auto firm = ask(asker);
        if (firm == nullptr || firm->here->borrow()->satisfiable(firm->ask)) {
            how_ = before;
            return q;
        }
        how_.without = before.without; // ways out keep to support tables
        return firm;
    }

    /// The question without what the driver reports of itself, where the driver is stated and it is no better: then the
    /// driver is the cause, and not its readings.
    [[nodiscard]] std::shared_ptr<const question> beyond_readings(std::shared_ptr<const question> q) const {
        if (stack_ == nullptr || !stack_->driver.given()) return q;
        question plain = *q;
        bool any = false;
        for (std::size_t i = 0; i < plain.ask.restrictions.size(); ++i) {
            if (plain.says[i].component == frozen::none || plain.says[i].by == asked_by::rule ||
                !detail::reads_driver(kb_.name(plain.says[i].component)))
                continue;
            plain.ask.restrictions[i].allowed = bits(plain.ask.restrictions[i].allowed.size(), true);
            any = true;
        }
        if (!any || plain.here->borrow()->satisfiable(plain.ask)) return q;
        return std::make_shared<const question>(std::move(plain));
    }

    [[nodiscard]] result<answer> refused(detail::asker& asker, std::shared_ptr<const question> q) {
        q = beyond_readings(beyond_policy(asker, q));
        answer out(verdict::incompatible, question_ref{q});
        std::vector<refutation> why;
        out.findings_ = findings(*q, &why);
        out.conflict_ = conflict_teller(*q).tell(why.front());
        out.missing_ = q->gaps;
        if (halves_ == halves_state::differ) out.findings_.insert(out.findings_.begin(), halves_finding(*q));
        place_caveat(out);
        allowed_caveat(out);
        how_.strict = true;
        if (const auto strict = ask(asker)) out.ways_out_ = way_finder(*strict).find(why, *q, 5);
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
        }
        if (strict->no_device) {
            out->caveats_.emplace_back(
                "there is no GPU: nothing of this runs on one; what is said of GPUs holds "
                "for one that suits");
            out->degraded_ = true;
        }
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

    /// The kernel module and the libraries of a driver come from one release, by the fact of the data that says so; a compat
    /// package brings other libraries on purpose.
    enum class halves_state : std::uint8_t { agree, open, differ };
    [[nodiscard]] std::uint32_t halves_fact() const {
        for (std::uint32_t i = 0; i < kb_.facts().size(); ++i) {
            const frozen::fact& f = kb_.facts()[i];
            const auto c = kb_.selectors(f.conditions);
            if (static_cast<fact_kind>(f.kind) == fact_kind::agrees && c.size() == 2 &&
                c[0].component != frozen::none && c[1].component != frozen::none &&
                kb_.str(c[0].name) == "driver" && kb_.str(c[1].name) == "driver-user")
                return i;
        }
        return frozen::none;
    }
    [[nodiscard]] halves_state halves() const {
        if (stack_ == nullptr || !stack_->driver.given() || !stack_->driver_user.given() ||
            stack_->compat_package.given() || stack_->platform.text == "wsl2" ||
            stack_->platform.text == "windows" || stack_->platform.text == "jetson")
            return halves_state::agree;
        const std::uint32_t fact = halves_fact();
        if (fact == frozen::none || std::binary_search(how_.without.begin(), how_.without.end(), fact))
            return halves_state::agree;
        const auto exact = [](std::string_view t) {
            return t.find_first_not_of("0123456789.") == std::string_view::npos &&
                   std::count(t.begin(), t.end(), '.') > 0;
        };
        const std::string& kernel = stack_->driver.text;
        const std::string& user = stack_->driver_user.text;
        const auto one = version::parse(version_scheme::dotted, kernel);
        const auto two = version::parse(version_scheme::dotted, user);
        if (exact(kernel) && exact(user) && one && two)
            return *one == *two ? halves_state::agree : halves_state::differ;
        if (kernel == "absent" || user == "absent") return halves_state::agree;
        const auto a = version_spec::parse(version_scheme::dotted, kernel);
        const auto b = version_spec::parse(version_scheme::dotted, user);
        return a && b && a->set().intersects(b->set()) ? halves_state::open : halves_state::differ;
    }
    [[nodiscard]] finding halves_finding(const question& q) const {
        finding out = finding_maker(q).plain("driver-halves", {"driver", "driver-user"},
                                             "the kernel driver is " + stack_->driver.text +
                                                 " and its libraries are of " + stack_->driver_user.text);
        out.facts = {halves_fact()};
        return out;
    }
    /// All would fit, were the driver whole.
    [[nodiscard]] answer torn(answer out) const {
        answer no(verdict::incompatible, *out.asked_);
        no.findings_ = {halves_finding(out.asked())};
        no.conflict_ = conflict_teller(out.asked()).tell_fact(halves_fact(), no.findings_.front().text);
        no.missing_ = out.missing_;
        no.caveats_ = out.caveats_;
        way_out same;
        same.text = "driver " + stack_->driver_user.text +
                    " loaded in the kernel too (a restart, or its modules loaded "
                    "anew) instead of " +
                    stack_->driver.text;
        same.cost = 8;
        same.changes.push_back({"driver", stack_->driver.text, stack_->driver_user.text, {}, {}});
        no.ways_out_.push_back(std::move(same));
        return no;
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

    halves_state halves_ = halves_state::agree;
};

} // namespace cudacompat
