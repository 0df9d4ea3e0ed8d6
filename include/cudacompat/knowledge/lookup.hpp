// Searching the lookup tables: errors by code or message, names by component, GPUs by PCI id.
#pragma once

#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/knowledge/tables.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cudacompat {

/// Index in errors() of the error with this code, or frozen::none. The CUDA runtime and the driver API share one
/// numbering: what only the other one lists is found too.
[[nodiscard]] inline std::uint32_t find_error(const knowledge_base& kb, error_layer layer,
                                              std::uint32_t code) noexcept {
    const auto in = [&](error_layer wanted) {
        for (std::uint32_t i = 0; i < kb.errors().size(); ++i)
            if (const frozen::error& e = kb.errors()[i];
                e.code == code && e.layer == static_cast<std::uint8_t>(wanted))
                return i;
        return frozen::none;
    };
    if (code == frozen::none) return frozen::none;
    const std::uint32_t own = in(layer);
    if (own != frozen::none) return own;
    if (layer == error_layer::cuda_runtime) return in(error_layer::driver_api);
    if (layer == error_layer::driver_api) return in(error_layer::cuda_runtime);
    return frozen::none;
}

/// Errors of which a fragment stands in the message, byte for byte; the one with the longest fragment first.
[[nodiscard]] inline std::vector<std::uint32_t> errors_in(const knowledge_base& kb,
                                                          std::string_view message) {
    std::vector<std::pair<std::size_t, std::uint32_t>> found;
    for (std::uint32_t i = 0; i < kb.errors().size(); ++i) {
        std::size_t longest = 0;
        for (const frozen::text t : kb.texts(kb.errors()[i].texts))
            if (const std::string_view fragment = kb.str(t);
                fragment.size() > longest && message.find(fragment) != std::string_view::npos)
                longest = fragment.size();
        if (longest != 0) found.emplace_back(longest, i);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::uint32_t> out;
    for (const auto& [length, index] : found) out.push_back(index);
    return out;
}

/// Indices in names() of what the component (its name, not an alias) is called, in the order of the table. A name that
/// does not depend on the CUDA major suits every `cuda`; an empty `cuda` takes all.
[[nodiscard]] inline std::vector<std::uint32_t>
find_names(const knowledge_base& kb, std::string_view component,
           std::optional<package_manager> manager = std::nullopt, std::string_view cuda = {}) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < kb.names().size(); ++i) {
        const frozen::package_name& n = kb.names()[i];
        if (kb.str(n.component) == component &&
            (!manager || n.manager == static_cast<std::uint8_t>(*manager)) &&
            (cuda.empty() || n.cuda.empty() || kb.str(n.cuda) == cuda))
            out.push_back(i);
    }
    return out;
}

/// Both null: not known. `device` null: the id lies in a range of the chip, and no list names it.
struct found_device {
    const frozen::chip* chip = nullptr;
    const frozen::device* device = nullptr;
};

/// The GPU with this PCI device id. Valid as long as the knowledge base.
[[nodiscard]] inline found_device find_device(const knowledge_base& kb, std::uint32_t device,
                                              std::uint32_t vendor = 0x10de) noexcept {
    for (const frozen::chip& c : kb.chips())
        if (c.vendor == vendor)
            for (const frozen::device& d : kb.devices(c))
                if (d.id == device) return {&c, &d};
    for (const frozen::chip& c : kb.chips())
        if (c.vendor == vendor)
            for (const frozen::id_range r : kb.id_ranges(c))
                if (device >= r.first && device <= r.last) return {&c, nullptr};
    return {};
}

} // namespace cudacompat
