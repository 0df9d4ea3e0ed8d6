// From a conflict to a finding: its rule, its pair, one sentence, what it looks like, what can be changed.
#pragma once

#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/blame.hpp>
#include <cudacompat/tell/describe.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat {

/// Index of the rule with this id, or frozen::no_rule.
[[nodiscard]] inline std::uint8_t find_rule(const knowledge_base& kb, std::string_view id) noexcept {
    for (std::size_t i = 0; i < kb.rules().size(); ++i)
        if (kb.str(kb.rules()[i].id) == id) return static_cast<std::uint8_t>(i);
    return frozen::no_rule;
}

class finding_maker {
public:
    explicit finding_maker(const question& asked)
        : asked_(asked), low_(asked.here->low), kb_(low_.kb), all_(statements_of(asked)) {}

    [[nodiscard]] finding make(const refutation& why) const {
        blame b = detail::blamer(asked_).of(why);
        finding out;
        out.facts = b.facts;
        if (const std::uint8_t missing = library_missing(b); missing != frozen::no_rule) b.rule = missing;
        for (const blamed_part& p : b.parts)
            if (p.device != frozen::none || // two cards that clash are two
                std::find(out.components.begin(), out.components.end(), p.name) == out.components.end())
                out.components.push_back(p.name);
        if (out.components.size() == 1 && everywhere_but_here(b)) out.components.emplace_back("platform");
        const bits fits = b.parts.empty() ? bits{} : fitting(b, why);
        say(b, fits, out);
        return out;
    }

    /// A finding of a rule that no fact makes.
    [[nodiscard]] finding plain(std::string_view rule, std::vector<std::string> components,
                                std::string text) const {
        finding out;
        out.rule = std::string(rule);
        out.components = std::move(components);
        out.text = std::move(text);
        if (const std::uint8_t r = find_rule(kb_, rule); r != frozen::no_rule) {
            out.level = static_cast<severity>(kb_.rules()[r].level);
            for (const frozen::text t : kb_.texts(kb_.rules()[r].looks_like))
                if (std::string seen = look(kb_.str(t), {}, frozen::none); !seen.empty())
                    out.looks_like.push_back(std::move(seen));
            for (const frozen::text t : kb_.texts(kb_.rules()[r].change)) out.change.emplace_back(kb_.str(t));
        }
        return out;
    }

private:
    /// A library that is said not to be there is missing, whichever version would have been needed.
    [[nodiscard]] std::uint8_t library_missing(const blame& b) const {
        if (b.parts.empty() || !b.parts.front().said_absent) return frozen::no_rule;
        const frozen::component& c = kb_.components()[b.parts.front().component];
        return static_cast<multiplicity>(c.multiplicity) == multiplicity::bundled
                   ? find_rule(kb_, "library-missing")
                   : frozen::no_rule;
    }

    /// Only because of the platform is it so.
    [[nodiscard]] bool everywhere_but_here(const blame& b) const {
        const std::uint32_t all = kb_.platforms().size() >= 32 ? ~0U : (1U << kb_.platforms().size()) - 1;
        return std::any_of(b.facts.begin(), b.facts.end(),
                           [&](std::uint32_t f) { return (kb_.facts()[f].platforms & all) != all; });
    }

    [[nodiscard]] std::uint32_t variable(const blamed_part& p) const {
        return low_.instances.find(p.component, frozen::none, p.device);
    }
    /// What the first of the parts could be, with the other statements of the conflict as they are.
    [[nodiscard]] bits fitting(const blame& b, const refutation& why) const {
        const std::uint32_t var = variable(b.parts.front());
        if (var == frozen::none || b.parts.front().stated.empty()) return {};
        std::vector<const statement*> dropped;
        const auto in_core = blamed(all_, why);
        for (const statement& s : all_) {
            const bool first = s.component == b.parts.front().component && s.device == b.parts.front().device;
            if (first || std::find(in_core.begin(), in_core.end(), &s) == in_core.end())
                dropped.push_back(&s);
        }
        query q = without(asked_, dropped);
        q.criteria.clear();
        return asked_.here->borrow()->project(q, var);
    }

    void say(const blame& b, const bits& fits, finding& out) const {
        const blamed_part* one = b.parts.empty() ? nullptr : &b.parts[0];
        const blamed_part* two = b.parts.size() < 2 ? nullptr : &b.parts[1];
        const std::uint8_t r = b.rule != frozen::no_rule ? b.rule : find_rule(kb_, "versions");
        const auto name = [](const blamed_part* p) {
            if (p == nullptr) return std::string("the stack");
            return p->stated.empty() || p->stated.ends_with(" absent") ? p->name : p->stated;
        };
        std::string says = "{1} and {2} do not fit together";
        if (r != frozen::no_rule) {
            const frozen::rule& rule = kb_.rules()[r];
            out.rule = std::string(kb_.str(rule.id));
            out.level = static_cast<severity>(rule.level);
            says = kb_.str(rule.says);
            const std::uint32_t var = one == nullptr ? frozen::none : variable(*one);
            for (const frozen::text t : kb_.texts(rule.looks_like))
                if (std::string seen = look(kb_.str(t), fits, var); !seen.empty())
                    out.looks_like.push_back(std::move(seen));
            for (const frozen::text t : kb_.texts(rule.change)) out.change.emplace_back(kb_.str(t));
        }
        if (!b.decisive.empty() &&
            std::all_of(b.decisive.begin(), b.decisive.end(),
                        [&](std::uint32_t f) {
                            return static_cast<enforcer>(kb_.facts()[f].enforced_by) ==
                                   enforcer::vendor_policy;
                        }) &&
            out.level == severity::blocks)
            out.level = severity::policy_only;
        if (!b.decisive.empty() && out.level == severity::blocks &&
            std::all_of(b.decisive.begin(), b.decisive.end(), [&](std::uint32_t f) {
                return static_cast<enforcer>(kb_.facts()[f].enforced_by) == enforcer::build_time;
            }))
            out.level = severity::build_only;
        replace(says, "{1}", name(one));
        replace(says, "{2}", name(two));
        out.text = std::move(says);
        if (two == nullptr && one != nullptr && out.rule == "versions") out.text = name(one) + " cannot be";
        if (one == nullptr || fits.empty()) return;
        bits there = fits;
        there.reset(0);
        if (there.empty()) return;
        const std::string range = describe(kb_, low_.instances, variable(*one), there, true);
        if (!range.empty() && range.size() <= 100 && range != "any")
            out.text += "; it takes " + std::string(kb_.name(one->component)) + " " + range;
    }

    /// An error of the table by its id, with its code; or a text in which {component.major} is filled in.
    [[nodiscard]] std::string look(std::string_view text, const bits& fits, std::uint32_t var) const {
        if (text.starts_with("error.")) {
            for (const frozen::error& e : kb_.errors()) {
                if (kb_.str(e.id) != text) continue;
                std::string out;
                if (e.code != frozen::none)
                    out = (static_cast<error_layer>(e.layer) == error_layer::cuda_runtime
                               ? std::string("CUDA")
                               : std::string(error_layer_names[e.layer])) +
                          " error " + std::to_string(e.code);
                if (!e.name.empty()) out += (out.empty() ? "" : ", ") + std::string(kb_.str(e.name));
                const auto texts = kb_.texts(e.texts);
                if (!texts.empty())
                    out += (out.empty() ? "\"" : ": \"") + std::string(kb_.str(texts[0])) + "\"";
                return out;
            }
            return {};
        }
        std::string out(text);
        const std::size_t open = out.find('{');
        if (open == std::string::npos) return out;
        const std::size_t close = out.find(".major}", open);
        if (close == std::string::npos || var == frozen::none ||
            kb_.name(low_.instances[var].component) != out.substr(open + 1, close - open - 1))
            return {};
        const std::uint32_t best = fits.size() == 0 ? 0 : fits.next(1);
        if (best == 0 || best >= fits.size()) return {};
        const std::string_view version = kb_.str(low_.instances.value(var, best).version);
        out.replace(open, close + 7 - open, version.substr(0, version.find('.')));
        return out;
    }

    static void replace(std::string& text, std::string_view what, const std::string& with) {
        if (const std::size_t at = text.find(what); at != std::string::npos)
            text.replace(at, what.size(), with);
    }

    const question& asked_;
    const lowered& low_;
    const knowledge_base& kb_;
    std::vector<statement> all_;
};

} // namespace cudacompat
