// Who is to blame in a refutation: the rule that names the conflict, and the components, the pair that clashes first.
//
// The pair is told in what the user stated: torch and driver, not the CUDA runtime inside torch. Parts that nobody
// stated are named after those.
#pragma once

#include <cudacompat/decide/statements.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// One component with part in a conflict.
struct blamed_part {
    std::uint32_t component = frozen::none;
    std::uint32_t device = frozen::none;
    std::string name;         ///< as the user calls it
    std::string stated;       ///< "torch 2.1.0+cu121"; empty: nobody stated it
    bool said_absent = false; ///< the user says that it is not there
};

struct blame {
    std::uint8_t rule = frozen::no_rule; ///< index in knowledge_base::rules()
    std::vector<blamed_part> parts;      ///< the pair first
    std::vector<std::uint32_t> facts;    ///< of the core, ascending
    std::vector<std::uint32_t> decisive; ///< those of the rule
};

namespace detail {

/// What a driver reports of itself: it changes with the driver.
[[nodiscard]] inline bool reads_driver(std::string_view component) noexcept {
    return component == "driver-cuda" || component == "driver-ptx" || component == "driver-user";
}

/// Packages before what carries them: of what else is in a conflict, the framework is named first.
[[nodiscard]] inline int blame_order(const knowledge_base& kb, std::uint32_t component) noexcept {
    switch (static_cast<component_role>(kb.components()[component].role)) {
    case component_role::framework: return 0;
    case component_role::companion: return 1;
    case component_role::package: return 2;
    case component_role::device: return 3;
    case component_role::host: return 4;
    case component_role::derived: return 5;
    }
    return 6;
}

/// "driver 520.61.05" from "driver 520.61.05 (host.yaml:4)".
[[nodiscard]] inline std::string without_place(std::string_view said) {
    const std::size_t at = said.rfind(" (");
    if (at != std::string_view::npos && said.ends_with(')') && said.find(':', at) != std::string_view::npos)
        said = said.substr(0, at);
    return std::string(said);
}

class blamer {
public:
    explicit blamer(const question& asked) : asked_(asked), low_(asked.here->low), kb_(low_.kb) {}

    [[nodiscard]] blame of(const refutation& why) const {
        blame out;
        collect(why, out);
        name_rule(out);
        for (const std::uint32_t f : out.facts)
            if (out.rule != frozen::no_rule && rule_in(out, f) == out.rule) out.decisive.push_back(f);
        if (out.decisive.empty()) out.decisive = out.facts;
        order(why, out);
        return out;
    }

private:
    void collect(const refutation& why, blame& out) const {
        for (const reason& r : why.core) {
            if (!r.from_query) {
                if (low_.causes[r.index].kind == cause_kind::fact)
                    out.facts.push_back(low_.causes[r.index].index);
                continue;
            }
            if (r.index >= asked_.says.size()) continue;
            const asked& a = asked_.says[r.index];
            if (a.by == asked_by::rule || a.component == frozen::none) continue;
            if (!a.rule.empty()) out.rule = rule_called(a.rule);
            blamed_part p{a.component, frozen::none,
                          a.called.empty() ? std::string(kb_.name(a.component)) : a.called,
                          a.called.empty() || a.called == "musl" ? without_place(a.text) : a.called, false};
            if (r.index < asked_.ask.restrictions.size()) {
                const term& t = asked_.ask.restrictions[r.index];
                const instance& in = low_.instances[t.var];
                if (in.component == p.component) p.device = in.device;
                p.said_absent = t.allowed.count() == 1 && t.allowed.test(0);
            }
            const auto same = std::find_if(out.parts.begin(), out.parts.end(), [&](const blamed_part& o) {
                return o.component == p.component && o.device == p.device;
            });
            if (same == out.parts.end()) out.parts.push_back(std::move(p));
        }
        std::sort(out.facts.begin(), out.facts.end());
        out.facts.erase(std::unique(out.facts.begin(), out.facts.end()), out.facts.end());
    }

    [[nodiscard]] bool is_stated(const blame& b, std::string_view name) const {
        return std::any_of(b.parts.begin(), b.parts.end(), [&](const blamed_part& p) {
            return !assumed(p) && (p.name == name || kb_.name(p.component) == name);
        });
    }
    /// Only its not being mentioned says that it is not there.
    [[nodiscard]] bool assumed(const blamed_part& p) const noexcept {
        return p.said_absent && (kb_.components()[p.component].flags & frozen::avoid) != 0;
    }
    void name_rule(blame& out) const {
        if (out.rule != frozen::no_rule) return;
        std::uint8_t instead = frozen::no_rule;
        for (const std::uint32_t f : out.facts) {
            const std::uint8_t r = rule_in(out, f);
            if (r == frozen::no_rule || r >= out.rule) continue;
            const frozen::rule& rule = kb_.rules()[r];
            const auto needs = kb_.texts(rule.stated);
            if (needs.empty() || std::any_of(needs.begin(), needs.end(),
                                             [&](frozen::text t) { return is_stated(out, kb_.str(t)); }))
                out.rule = r;
            else if (instead == frozen::no_rule && !rule.otherwise.empty() && packages(out) > 1)
                instead = rule_called(kb_.str(rule.otherwise));
        }
        leave_the_chain(out);
        if (instead < out.rule) {
            out.rule = instead;
            out.decisive = out.facts;
        }
    }
    /// Of a fact with several consequences the one counts that is stated: "carries CUDA, cuDNN and NCCL" against a stated NCCL.
    [[nodiscard]] std::uint8_t rule_in(const blame& b, std::uint32_t fact) const {
        const frozen::fact& f = kb_.facts()[fact];
        const auto groups = kb_.groups(f.then);
        if (groups.size() < 2) return f.rule;
        for (const frozen::group& g : groups)
            for (const frozen::selector& s : kb_.selectors(g.any_of)) {
                if (s.component == frozen::none || !is_stated(b, kb_.name(s.component))) continue;
                if (const std::uint8_t r = rule_called(std::string(kb_.name(s.component)) + "-version");
                    r != frozen::no_rule)
                    return r;
            }
        return f.rule;
    }
    /// Packages that pull each other along are the way to a conflict, not the conflict: the fact about a stated library, host
    /// part or GPU names it, where there is one.
    void leave_the_chain(blame& b) const {
        if (b.rule == frozen::no_rule || kb_.str(kb_.rules()[b.rule].id) != "package-pin") return;
        std::uint8_t other = frozen::no_rule;
        for (const std::uint32_t f : b.facts) {
            const std::uint8_t r = rule_in(b, f);
            if (r == frozen::no_rule || r == b.rule || r >= other) continue;
            const auto needs = kb_.texts(kb_.rules()[r].stated);
            const bool speaks = std::any_of(needs.begin(), needs.end(),
                                            [&](frozen::text t) { return is_stated(b, kb_.str(t)); });
            if (speaks && kb_.str(kb_.rules()[r].id) != "python-version") other = r;
        }
        if (other != frozen::no_rule) b.rule = other;
    }
    [[nodiscard]] std::uint8_t rule_called(std::string_view id) const {
        for (std::size_t k = 0; k < kb_.rules().size(); ++k)
            if (kb_.str(kb_.rules()[k].id) == id) return static_cast<std::uint8_t>(k);
        return frozen::no_rule;
    }
    [[nodiscard]] std::size_t packages(const blame& b) const {
        return static_cast<std::size_t>(
            std::count_if(b.parts.begin(), b.parts.end(), [&](const blamed_part& p) {
                const int order = detail::blame_order(kb_, p.component);
                return order < 3 && kb_.name(p.component) != "python";
            }));
    }

    [[nodiscard]] bool in_decisive(const blame& b, std::uint32_t component) const {
        const auto speaks = [&](const frozen::selector& s) { return s.component == component; };
        return std::any_of(b.decisive.begin(), b.decisive.end(), [&](std::uint32_t i) {
            const frozen::fact& f = kb_.facts()[i];
            const auto conditions = kb_.selectors(f.conditions);
            if (std::any_of(conditions.begin(), conditions.end(), speaks)) return true;
            const auto groups = kb_.groups(f.then);
            // What a fact of several consequences says of others has no part in this conflict.
            return groups.size() == 1 &&
                   std::any_of(groups.begin(), groups.end(), [&](const frozen::group& g) {
                       const auto any = kb_.selectors(g.any_of);
                       return std::any_of(any.begin(), any.end(), speaks);
                   });
        });
    }

    /// The rule's own order, then who takes part in its facts, then the rest; then what nobody stated.
    void order(const refutation& why, blame& out) const {
        std::vector<std::string_view> first;
        if (out.rule != frozen::no_rule)
            for (const frozen::text t : kb_.texts(kb_.rules()[out.rule].blames)) first.push_back(kb_.str(t));
        const auto place = [&](const blamed_part& p) {
            auto at = std::find(first.begin(), first.end(), p.name);
            if (at == first.end()) at = std::find(first.begin(), first.end(), kb_.name(p.component));
            if (at == first.end() && detail::blame_order(kb_, p.component) < 3 &&
                (kb_.components()[p.component].flags & frozen::avoid) == 0)
                at = std::find(first.begin(), first.end(), "packages");
            return static_cast<int>(at - first.begin());
        };
        const auto key = [&](const blamed_part& p) {
            const int listed = place(p);
            const bool last = listed == static_cast<int>(first.size());
            if (assumed(p)) return std::tuple(static_cast<int>(first.size()) + 1, 0, 0, 0);
            return std::tuple(listed, last && !in_decisive(out, p.component) ? 1 : 0,
                              blame_order(kb_, p.component),
                              kb_.name(p.component).starts_with("cuda-") ? 1 : 0);
        };
        std::stable_sort(out.parts.begin(), out.parts.end(),
                         [&](const blamed_part& a, const blamed_part& b) { return key(a) < key(b); });
        // Inner parts: most often touched first.
        std::map<std::uint32_t, int> touched;
        for (const derivation_step& s : why.steps)
            for (const term& t : s.never) ++touched[low_.instances[t.var].component];
        for (const std::uint32_t f : out.facts)
            for (const frozen::selector& s : kb_.selectors(kb_.facts()[f].conditions))
                if (s.component != frozen::none) touched[s.component] += 0;
        std::vector<std::pair<int, std::uint32_t>> inner;
        for (const auto& touch : touched) {
            const std::uint32_t c = touch.first;
            const int n = touch.second;
            if (std::none_of(out.parts.begin(), out.parts.end(),
                             [&](const blamed_part& p) { return p.component == c; }) &&
                static_cast<component_role>(kb_.components()[c].role) != component_role::derived)
                inner.emplace_back(-n - (in_decisive(out, c) ? 1000 : 0), c);
        }
        std::stable_sort(inner.begin(), inner.end(), [&](const auto& a, const auto& b) {
            return std::tuple(a.first, kb_.name(a.second)) < std::tuple(b.first, kb_.name(b.second));
        });
        for (const auto& [weight, c] : inner)
            out.parts.push_back({c, frozen::none, std::string(kb_.name(c)), {}, false});
    }

    const question& asked_;
    const lowered& low_;
    const knowledge_base& kb_;
};

} // namespace detail
} // namespace cudacompat
