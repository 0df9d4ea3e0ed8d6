// All that is wrong with a question, as findings: the different conflicts, one for each cause, root causes first.
#pragma once

#include <cudacompat/decide/statements.hpp>
#include <cudacompat/tell/resolver.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

class finding_lister : protected resolver {
protected:
    using resolver::resolver;

    static constexpr std::size_t most_conflicts = 8;

    [[nodiscard]] std::shared_ptr<const question> ask(detail::asker& asker) {
        result<question> q = asker.build(how_);
        if (q) return std::make_shared<const question>(std::move(*q));
        failure_ = std::move(q).error();
        return nullptr;
    }

    /// Every conflict as a finding; those of one rule and one culprit are one, root causes first.
    [[nodiscard]] std::vector<finding> findings(const question& q,
                                                std::vector<refutation>* conflicts = nullptr) const {
        const finding_maker maker(q);
        std::vector<refutation> why = conflicts_of(q, statements_of(q), most_conflicts);
        // What fewer statements contradict needs no more of them.
        const std::vector<statement> all_said = statements_of(q);
        std::vector<std::vector<const statement*>> said;
        for (const refutation& r : why) said.push_back(blamed(all_said, r));
        std::vector<refutation> least;
        for (std::size_t i = 0; i < why.size(); ++i)
            if (std::none_of(said.begin(), said.end(), [&](const auto& other) {
                    return other.size() < said[i].size() &&
                           std::includes(said[i].begin(), said[i].end(), other.begin(), other.end());
                }))
                least.push_back(std::move(why[i]));
        why = std::move(least);
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

    /// An image that refuses to start is never asked what its CUDA needs.
    [[nodiscard]] std::shared_ptr<const question> beyond_floor(detail::asker& asker,
                                                               const std::shared_ptr<const question>& q) {
        const std::uint8_t floor = find_rule(kb_, "driver-floor");
        if (stack_ == nullptr || !stack_->container.image.given() || floor == frozen::no_rule) return q;
        const asking before = how_;
        for (std::uint32_t f = 0; f < kb_.facts().size(); ++f)
            if (kb_.facts()[f].rule == floor) how_.without.push_back(f);
        std::sort(how_.without.begin(), how_.without.end());
        how_.without.erase(std::unique(how_.without.begin(), how_.without.end()), how_.without.end());
        auto starts = ask(asker);
        how_.without = before.without;
        if (starts == nullptr) return q;
        const auto outcome = starts->here->borrow()->solve(starts->ask);
        const auto* why = std::get_if<refutation>(&outcome);
        if (why == nullptr) return q;
        const blame b = detail::blamer(*starts).of(*why);
        const bool image_alone = std::none_of(b.parts.begin(), b.parts.end(), [&](const blamed_part& p) {
            return !p.stated.empty() && p.name != "container" && detail::blame_order(kb_, p.component) < 3;
        });
        const bool refuses =
            b.rule != frozen::no_rule && kb_.str(kb_.rules()[b.rule].id) == "container-start";
        return image_alone && refuses ? starts : q;
    }
    /// Where no compat package is stated and none would help, it is left out of the explanation.
    [[nodiscard]] std::shared_ptr<const question> beyond_compat(std::shared_ptr<const question> q) const {
        const std::uint32_t c = kb_.find_component("compat-package");
        if (c == frozen::none ||
            std::any_of(q->says.begin(), q->says.end(), [&](const asked& a) { return a.component == c; }))
            return q;
        question plain = *q;
        for (const std::uint32_t var : q->here->low.instances.of(c)) {
            bits gone(q->here->low.instances.domain_size(var));
            gone.set(0);
            plain.says.insert(plain.says.begin() + static_cast<std::ptrdiff_t>(plain.ask.restrictions.size()),
                              {asked_by::rule, c, "a compat package would not help", {}, {}});
            plain.ask.restrictions.push_back({var, std::move(gone)});
        }
        return std::make_shared<const question>(std::move(plain));
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
};

} // namespace cudacompat
