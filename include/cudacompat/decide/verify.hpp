// A second opinion on every answer: are all facts kept by this stack?
//
// Small and slow on purpose, and it shares nothing with the search: no tables, no bit sets, no lowering. It reads
// the facts as they were written and judges each by the texts of versions and specs.
#pragma once

#include <cudacompat/decide/lowering.hpp>
#include <cudacompat/decide/wall_index.hpp>
#include <cudacompat/knowledge/names.hpp>
#include <cudacompat/knowledge/parsed.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// One copy of a component in a finished stack.
struct copy_in_stack {
    std::uint32_t component = 0;
    std::uint32_t owner = frozen::none;
    std::uint32_t device = frozen::none;
    std::string_view
        version; ///< "unknown" for a copy of unknown version; of an open line: any point of the cell
    std::string_view variant;
    bool unknown = false;
    bool placed = false; ///< stated by the question and in no list: specs take it by its place alone
};

namespace detail {

class verifier {
public:
    verifier(const lowered& low, const wall_index& walls, const parsed_texts& texts,
             std::span<const copy_in_stack> stack)
        : kb_(low.kb), ctx_(low.ctx), walls_(walls), texts_(texts), stack_(stack) {
        for (const copy_in_stack& c : stack) {
            auto v =
                version::parse(static_cast<version_scheme>(kb_.components()[c.component].scheme), c.version);
            versions_.push_back(v ? std::move(*v) : version{});
            numbers_.push_back(is_number(c.version) ? 1 : 0);
        }
    }

    /// Index of a fact that the stack breaks, or frozen::none.
    [[nodiscard]] std::uint32_t broken() {
        std::vector<std::uint32_t> owners{frozen::none};
        std::vector<std::uint32_t> coded;
        const auto note = [](std::vector<std::uint32_t>& list, std::uint32_t x) {
            if (std::find(list.begin(), list.end(), x) == list.end()) list.push_back(x);
        };
        for (const copy_in_stack& c : stack_)
            if (c.owner != frozen::none) {
                note(owners, c.owner);
                note(coded, c.owner);
            }
        if (coded.empty()) coded.push_back(frozen::none);
        std::vector<bool> seen(kb_.facts().size(), false);
        const auto broken_one = [&](std::span<const wall_index::wall> walls) {
            for (const wall_index::wall& w : walls) {
                if (seen[w.fact]) continue;
                seen[w.fact] = true;
                const frozen::fact& f = kb_.facts()[w.fact];
                if (static_cast<fact_kind>(f.kind) == fact_kind::agrees) {
                    const auto named = kb_.selectors(f.conditions);
                    if (named.size() == 1 && !majors_agree(named[0].component)) return w.fact;
                    continue;
                }
                for (std::size_t o = 0; o < (w.per_owner ? owners.size() : 1); ++o)
                    for (std::uint32_t d = 0; d < (w.per_device ? ctx_.device_slots : 1); ++d)
                        for (std::size_t c = 0; c < (w.per_code ? coded.size() : 1); ++c)
                            if (!kept(f, owners[o], w.per_device ? d : frozen::none, coded[c])) return w.fact;
            }
            return frozen::none;
        };
        std::uint32_t wrong = broken_one(walls_.unconditional());
        for (std::size_t i = 0; i < stack_.size() && wrong == frozen::none; ++i) {
            const wall_index::of_component& about = walls_.of(stack_[i].component);
            wrong = broken_one(about.others);
            if (wrong != frozen::none || about.by_key.empty()) continue;
            const auto scheme = static_cast<version_scheme>(kb_.components()[stack_[i].component].scheme);
            const std::string key =
                stack_[i].unknown ? std::string{} : wall_index::key_of(scheme, stack_[i].version);
            if (const auto at = about.by_key.find(key); at != about.by_key.end()) {
                wrong = broken_one(at->second);
            } else if (key.empty()) {
                for (auto other = about.by_key.begin(); other != about.by_key.end() && wrong == frozen::none;
                     ++other)
                    wrong = broken_one(other->second);
            }
        }
        return wrong;
    }

private:
    [[nodiscard]] bool majors_agree(std::uint32_t component) const {
        std::string_view seen;
        for (const copy_in_stack& c : stack_) {
            if (c.component != component || c.unknown) continue;
            const std::string_view major = c.version.substr(0, c.version.find('.'));
            if (!seen.empty() && seen != major) return false;
            seen = major;
        }
        return true;
    }
    [[nodiscard]] multiplicity count_of(std::uint32_t c) const {
        return static_cast<multiplicity>(kb_.components()[c].multiplicity);
    }

    [[nodiscard]] const copy_in_stack* find(std::uint32_t component, std::uint32_t owner,
                                            std::uint32_t device) const {
        for (const copy_in_stack& c : stack_)
            if (c.component == component && c.owner == owner && c.device == device) return &c;
        return nullptr;
    }
    /// The copy of the component that counts for this owner, device and build; `own` tells whether it is the owner's.
    [[nodiscard]] const copy_in_stack* in_use(std::uint32_t component, std::uint32_t owner,
                                              std::uint32_t device, std::uint32_t coded, bool ships,
                                              bool& own) const {
        own = false;
        const copy_in_stack* found = nullptr;
        switch (count_of(component)) {
        case multiplicity::host:
        case multiplicity::environment: return find(component, frozen::none, frozen::none);
        case multiplicity::device: return find(component, frozen::none, device);
        case multiplicity::code: return find(component, coded, device);
        case multiplicity::runtime: own = true; return find(component, owner, frozen::none);
        case multiplicity::bundled:
            found = find(component, owner, frozen::none);
            own = found != nullptr && owner != frozen::none;
            return found != nullptr || ships ? found : find(component, frozen::none, frozen::none);
        }
        return nullptr;
    }
    [[nodiscard]] bool matches(std::uint32_t selector, const copy_in_stack* copy, bool lenient,
                               bool condition) const {
        const frozen::selector& s = kb_.selectors()[selector];
        if (s.component == frozen::none || copy == nullptr) return s.absent != 0;
        if (s.present == 0) return false;
        if (copy->unknown && lenient) return true;
        if (s.variants.count != 0) {
            bool any = false;
            for (const frozen::text v : kb_.texts(s.variants))
                any |= matches_pattern(kb_.str(v), copy->variant);
            if (!any) return false;
        }
        const std::string_view spec = kb_.str(s.spec);
        if (spec == "*") return !copy->unknown || s.variants.count == 0;
        if (copy->unknown) return spec == "unknown";
        if (spec == "unknown") return false;
        const auto scheme = static_cast<version_scheme>(kb_.components()[s.component].scheme);
        const auto index = static_cast<std::size_t>(copy - stack_.data());
        if (numbers_[index] != 0 && spec.size() > 2 && spec[0] == '=' && spec[1] == '=' &&
            scheme != version_scheme::label && is_number(spec.substr(2)))
            return same_number(spec.substr(2), copy->version);
        const version_spec* parsed = texts_.spec(selector);
        if (parsed == nullptr) return false;
        const version& v = versions_[index];
        if (copy->placed) return parsed->set().contains(v);
        return parsed->matches(v) ||
               (v.is_prerelease() && (condition || only_prereleases(s.component) || opened(s.component)) &&
                parsed->set().contains(v));
    }
    [[nodiscard]] bool opened(std::uint32_t c) const {
        return std::find(ctx_.opened.begin(), ctx_.opened.end(), c) != ctx_.opened.end();
    }
    [[nodiscard]] bool only_prereleases(std::uint32_t c) const {
        for (const frozen::value& v : kb_.values(kb_.components()[c]))
            if ((v.flags & (frozen::is_prerelease | frozen::is_unknown)) == 0) return false;
        return true;
    }
    // "==1.12.0" against "1.12.0" is by far the most frequent question, and needs no parser.
    [[nodiscard]] static bool same_number(std::string_view a, std::string_view b) noexcept {
        while (!a.empty() || !b.empty()) {
            const auto part = [](std::string_view& s) {
                std::string_view p = s.substr(0, s.find('.'));
                s.remove_prefix(p.size() < s.size() ? p.size() + 1 : s.size());
                while (!p.empty() && p.front() == '0') p.remove_prefix(1);
                return p;
            };
            if (part(a) != part(b)) return false;
        }
        return true;
    }
    /// Is this fact kept for this owner, device and build?
    [[nodiscard]] bool kept(const frozen::fact& f, std::uint32_t owner, std::uint32_t device,
                            std::uint32_t coded) const {
        const auto kind = static_cast<fact_kind>(f.kind);
        const bool ships = kind == fact_kind::ships;
        const auto conditions = kb_.selectors(f.conditions);
        if ((ships && (conditions.empty() || conditions[0].component != owner)) ||
            (kind == fact_kind::supports && (conditions.empty() || conditions[0].component != coded)))
            return true;
        bool owner_counts = ships;
        for (std::uint32_t i = f.conditions.first; i < f.conditions.first + f.conditions.count; ++i) {
            const frozen::selector& s = kb_.selectors()[i];
            bool own = false;
            const copy_in_stack* copy =
                s.component == frozen::none ? nullptr : in_use(s.component, owner, device, coded, ships, own);
            if (!matches(i, copy, false, true)) return true;
            owner_counts |= own;
        }
        if (owner != frozen::none && !owner_counts) return true; // judged with the shared copies
        const auto groups = kb_.groups(f.then);
        if (groups.empty()) return false;
        for (const frozen::group& g : groups) {
            bool any = false;
            for (std::uint32_t i = g.any_of.first; i < g.any_of.first + g.any_of.count; ++i) {
                const frozen::selector& s = kb_.selectors()[i];
                bool own = false;
                const copy_in_stack* copy = s.component == frozen::none
                                                ? nullptr
                                                : in_use(s.component, owner, device, coded, ships, own);
                const bool lenient =
                    s.component != frozen::none && count_of(s.component) != multiplicity::code;
                any |= is_loose(kb_, f, ctx_, s.component) ? copy != nullptr || s.absent != 0
                                                           : matches(i, copy, lenient, false);
            }
            if (!any) return false;
        }
        return true;
    }

    const knowledge_base& kb_;
    const context& ctx_;
    const wall_index& walls_;
    const parsed_texts& texts_;
    std::span<const copy_in_stack> stack_;
    std::vector<version> versions_; ///< of the copies
    std::vector<char> numbers_;     ///< of the copies: digits and dots alone
};

} // namespace detail

/// Index of a fact that the stack breaks, or frozen::none where it keeps all facts of the context.
[[nodiscard]] inline std::uint32_t find_broken_fact(const lowered& low, const wall_index& walls,
                                                    const parsed_texts& texts,
                                                    std::span<const copy_in_stack> stack) {
    return detail::verifier(low, walls, texts, stack).broken();
}

} // namespace cudacompat
