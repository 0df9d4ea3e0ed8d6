// A component by the name that a person gave.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/decide/request.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

/// A component by name or alias, or an error that says what was probably meant.
[[nodiscard]] inline result<std::uint32_t> find_named(const knowledge_base& kb, std::string_view given) {
    std::string name;
    for (const char c : given.substr(0, max_request_bytes))
        name += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (const std::uint32_t c = kb.find_component(name); c != frozen::none) return c;
    std::vector<std::pair<std::size_t, std::string>> near;
    for (std::uint32_t c = 0; name.size() <= 60 && c < kb.components().size(); ++c) {
        const auto consider = [&](std::string_view known) {
            const std::size_t d = edit_distance(name, known);
            if (d <= 1 + name.size() / 4 || (name.size() > 2 && known.starts_with(name)))
                near.emplace_back(d, std::string(known));
        };
        consider(kb.name(c));
        for (const frozen::text a : kb.texts(kb.components()[c].aliases)) consider(kb.str(a));
    }
    std::sort(near.begin(), near.end());
    error e{errc::bad_request, "unknown component '" + std::string(given.substr(0, 60)) + "'", {}, {}};
    for (std::size_t i = 0; i < near.size() && i < 3; ++i) e.suggestions.push_back(near[i].second);
    return e;
}

} // namespace cudacompat
