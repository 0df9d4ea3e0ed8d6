// Which walls can concern a copy of a component. Each wall is filed once: under a condition that names one release or
// label if it has such a one, else under its first condition.
//
// For the check of every answer (verify.hpp). Made from the texts of the facts alone; the search does not read it.
#pragma once

#include <cudacompat/decide/lowering.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

namespace detail {

[[nodiscard]] inline bool is_number(std::string_view text) noexcept {
    if (text.empty()) return false;
    for (const char c : text)
        if (c != '.' && (c < '0' || c > '9')) return false;
    return true;
}

/// "1.012.0" -> "1.12": equal numbers have equal keys, whatever zeros they are written with.
[[nodiscard]] inline std::string number_key(std::string_view text) {
    std::string out;
    std::size_t kept = 0;
    while (!text.empty()) {
        std::string_view part = text.substr(0, text.find('.'));
        text.remove_prefix(part.size() < text.size() ? part.size() + 1 : text.size());
        while (!part.empty() && part.front() == '0') part.remove_prefix(1);
        if (!out.empty() || kept != 0) out += '.';
        out += part;
        ++kept;
        if (kept == 1 && part.empty()) out += '0';
    }
    while (out.ends_with('.')) out.pop_back();
    return out;
}

} // namespace detail

class wall_index {
public:
    struct wall {
        std::uint32_t fact = 0;
        bool per_owner = false;  ///< its condition may hold for the copy inside one build and not for another
        bool per_device = false; ///< it speaks of GPUs, one by one
        bool per_code = false;   ///< it speaks of the device code of one build
    };
    /// The walls that are filed under a component.
    struct of_component {
        std::map<std::string, std::vector<wall>, std::less<>> by_key; ///< by key_of
        std::vector<wall> others;
    };

    /// Key of a copy of this version; empty where any key may mean it.
    [[nodiscard]] static std::string key_of(version_scheme scheme, std::string_view version) {
        if (scheme == version_scheme::label) return std::string(version);
        return detail::is_number(version) ? detail::number_key(version) : std::string{};
    }

    explicit wall_index(const lowered& low) : low_(&low), kept_(low.kb.components().size()) {
        for (std::uint32_t i = 0; i < low.kb.facts().size(); ++i)
            if (without_presence(low.kb.facts()[i]) && stands(i)) unconditional_.push_back(look_at(i));
    }
    wall_index(const wall_index&) = delete;
    wall_index& operator=(const wall_index&) = delete;
    ~wall_index() {
        for (auto& k : kept_) delete k.load(std::memory_order_acquire);
    }

    /// Walls that hold without a condition, or by the absence of something.
    [[nodiscard]] std::span<const wall> unconditional() const noexcept { return unconditional_; }

    [[nodiscard]] const of_component& of(std::uint32_t component) const {
        if (const of_component* kept = kept_[component].load(std::memory_order_acquire)) return *kept;
        auto made = std::make_unique<const of_component>(make(component));
        const of_component* expected = nullptr;
        if (kept_[component].compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel))
            return *made.release();
        return *expected;
    }

private:
    [[nodiscard]] bool stands(std::uint32_t fact) const {
        const frozen::fact& f = low_->kb.facts()[fact];
        return detail::is_wall(static_cast<fact_kind>(f.kind)) && detail::applies(low_->kb, f, low_->ctx);
    }
    [[nodiscard]] bool without_presence(const frozen::fact& f) const {
        for (const frozen::selector& s : low_->kb.selectors(f.conditions))
            if (s.present != 0) return false;
        return true;
    }
    [[nodiscard]] wall look_at(std::uint32_t fact) const {
        const knowledge_base& kb = low_->kb;
        const frozen::fact& f = kb.facts()[fact];
        const auto is = [&](const frozen::selector& s, multiplicity m) {
            return s.component != frozen::none &&
                   static_cast<multiplicity>(kb.components()[s.component].multiplicity) == m;
        };
        wall w{fact, static_cast<fact_kind>(f.kind) == fact_kind::ships, false,
               static_cast<fact_kind>(f.kind) == fact_kind::supports};
        const auto note = [&](const frozen::selector& s) {
            w.per_code = w.per_code || is(s, multiplicity::code);
            w.per_device = w.per_device || is(s, multiplicity::device) || is(s, multiplicity::code);
        };
        for (const frozen::selector& s : kb.selectors(f.conditions)) {
            note(s);
            w.per_owner = w.per_owner || is(s, multiplicity::runtime) || is(s, multiplicity::bundled);
        }
        for (const frozen::group& g : kb.groups(f.then))
            for (const frozen::selector& s : kb.selectors(g.any_of)) note(s);
        return w;
    }
    /// The one release or label that the selector names; empty where it names more.
    [[nodiscard]] std::string key_of(const frozen::selector& s) const {
        if (s.component == frozen::none || s.present == 0) return {};
        const auto scheme = static_cast<version_scheme>(low_->kb.components()[s.component].scheme);
        const std::string_view spec = low_->kb.str(s.spec);
        if (scheme != version_scheme::label)
            return spec.starts_with("==") && detail::is_number(spec.substr(2))
                       ? detail::number_key(spec.substr(2))
                       : std::string{};
        const bool word = spec.find_first_of(" |*!=<>~^,") == std::string_view::npos;
        return word && spec != "unknown" && spec != "absent" ? std::string(spec) : std::string{};
    }
    [[nodiscard]] of_component make(std::uint32_t component) const {
        const knowledge_base& kb = low_->kb;
        of_component out;
        for (const std::uint32_t i : kb.facts_if(kb.components()[component])) {
            if (!stands(i)) continue;
            std::uint32_t under = frozen::none;
            std::string key;
            for (const frozen::selector& s : kb.selectors(kb.facts()[i].conditions)) {
                if (s.component == frozen::none || s.present == 0) continue;
                if (under == frozen::none) under = s.component;
                key = key_of(s);
                if (key.empty()) continue;
                under = s.component;
                break;
            }
            if (under != component) continue;
            (key.empty() ? out.others : out.by_key[key]).push_back(look_at(i));
        }
        return out;
    }

    const lowered* low_;
    std::vector<wall> unconditional_;
    mutable std::vector<std::atomic<const of_component*>> kept_;
};

} // namespace cudacompat
