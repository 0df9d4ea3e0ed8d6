// Builds that only the stack knows, as a part of the context: which they are, and what they carry.
#pragma once

#include <cudacompat/decide/ask/matching.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class own_builds : protected matching {
protected:
    using matching::matching;

    [[nodiscard]] bool has_build(std::string_view name) const {
        return std::any_of(stack_->builds.begin(), stack_->builds.end(),
                           [&](const stack_build& b) { return b.component == name; });
    }
    /// Is this component in the stack as a build that only the stack knows?
    [[nodiscard]] bool is_described(std::uint32_t c) const noexcept {
        return c != frozen::none && context_.describes(c) != nullptr;
    }

    /// A build of a component is the question's own where the data lacks the release that the stack states; a program
    /// always is. The data has one place for a program: further ones are judged after each other (judge.hpp).
    void describe_builds() {
        own_.clear();
        refined_.clear();
        if (stack_ == nullptr || !how_.judge) return;
        const std::uint32_t program = kb_.find_component("program");
        std::uint32_t programs = 0;
        for (const stack_build& b : stack_->builds) {
            std::uint32_t c = kb_.find_component(b.component);
            if (c != frozen::none && (kb_.components()[c].flags & frozen::device_code) == 0) {
                out_.gaps.push_back("builds." + b.component + place_of(b.where) +
                                    ": the data knows no builds of it with device code");
                continue;
            }
            if (c == frozen::none) {
                if (programs++ != how_.program || program == frozen::none) continue;
                c = program;
            } else if (known_release(c, b.component)) {
                refined_.emplace_back(c, &b);
                continue;
            }
            if (context_.describes(c) != nullptr) continue;
            described_build d{c, {}, !b.code.empty(), {}};
            const auto carry = [&](std::string_view name) {
                if (const std::uint32_t l = kb_.find_component(name); l != frozen::none && context_.covers(l))
                    d.carries.push_back(l);
            };
            if (b.cuda.given()) carry("cuda-runtime");
            context_.described.push_back(std::move(d));
            own_.emplace_back(c, &b);
        }
        out_.programs = programs;
        const auto by_name = [](const auto& a, const auto& b) { // not by their place in the file
            return a.second->component < b.second->component;
        };
        std::sort(own_.begin(), own_.end(), by_name);
        std::sort(refined_.begin(), refined_.end(), by_name);
    }

    /// Versions that the stack states and the data does not list get a place of their own, where no listed release is the
    /// same to every wall.
    void place_versions() {
        if (stack_ == nullptr || !how_.judge) return;
        for (const stack_item& i : stack_->components) {
            const std::uint32_t c = kb_.find_component(i.component);
            if (c == frozen::none || context_.describes(c) != nullptr || !is_closed_line(c)) continue;
            if (i.version == "absent" || i.version.find_first_of("<>=~^!|,* ") != std::string::npos) continue;
            const auto scheme = static_cast<version_scheme>(kb_.components()[c].scheme);
            if (!version::parse(scheme, i.version) ||
                lists(c, has_variants(c) ? i.version : i.version.substr(0, i.version.find('+'))) ||
                !stand_in(c, i.version).empty())
                continue;
            context_.described.push_back({c, {}, false, i.version});
        }
    }

    std::vector<std::pair<std::uint32_t, const stack_build*>> own_; ///< component, description
    std::vector<std::pair<std::uint32_t, const stack_build*>>
        refined_; ///< the same, of releases that the data lists

private:
    [[nodiscard]] bool is_closed_line(std::uint32_t c) const {
        const frozen::component& k = kb_.components()[c];
        return (k.flags & frozen::open_line) == 0 &&
               static_cast<version_scheme>(k.scheme) != version_scheme::label && !kb_.values(k).empty() &&
               (kb_.values(k).back().flags & frozen::is_place) != 0;
    }
    /// Is it a release of the data, on some platform, or the beginning of one ("12.1"), or a build of one?
    [[nodiscard]] bool lists(std::uint32_t c, const std::string& text) const {
        const frozen::component& k = kb_.components()[c];
        const auto scheme = static_cast<version_scheme>(k.scheme);
        const std::string plain = text.substr(0, text.find('+'));
        const auto spec = version_spec::parse(scheme, plain);
        for (const frozen::value& v : kb_.values(k)) {
            if ((v.flags & (frozen::is_unknown | frozen::is_cell)) != 0) continue;
            if (kb_.str(v.version) == plain || kb_.str(v.version) == text) return true;
            const auto at = version::parse(scheme, kb_.str(v.version));
            if (at && spec && (spec->matches(*at) || (v.flags & frozen::is_prerelease) != 0) &&
                spec->set().contains(*at))
                return true;
        }
        return false;
    }
    /// Does the data list the release that the stack states for it?
    [[nodiscard]] bool known_release(std::uint32_t c, const std::string& name) const {
        for (const stack_item& i : stack_->components) {
            if (kb_.find_component(i.component) != c && i.component != name) continue;
            if (i.version.find_first_of("<>=~^!|,* ") != std::string::npos || lists(c, i.version))
                return true;
            return false;
        }
        return false; // no version at all: what is described is all there is
    }
};

} // namespace cudacompat::detail
