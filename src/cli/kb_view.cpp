#include "kb_view.hpp"

#include <cudacompat/tell/describe.hpp>
#include <cudacompat/version/scheme.hpp>

#include <algorithm>

namespace cudacompat::cli {

std::string_view role_of(const frozen::component& c) noexcept {
    constexpr std::string_view names[] = {"package", "framework", "companion", "host", "device", "derived"};
    return names[c.role];
}

std::string_view scheme_of(const frozen::component& c) noexcept {
    return to_string(static_cast<version_scheme>(c.scheme));
}

std::vector<std::string_view> platforms_of(const knowledge_base& kb, std::uint32_t mask) {
    std::vector<std::string_view> out;
    for (std::uint32_t p = 0; p < kb.platforms().size(); ++p)
        if (((mask >> p) & 1U) != 0) out.push_back(kb.str(kb.platforms()[p]));
    return out;
}

std::vector<listed_release> releases_of(const knowledge_base& kb, const frozen::component& c) {
    struct open_release {
        listed_release seen;
        std::uint32_t platforms;
        std::uint32_t rank;
    };
    std::vector<open_release> found;
    for (const frozen::value& v : kb.values(c)) {
        if ((v.flags & frozen::is_unknown) != 0) continue;
        if ((v.flags & frozen::is_cell) != 0) {
            for (const frozen::cell_release& r : kb.cell_releases(v.builds))
                found.push_back({{kb.str(r.version), kb.str(r.date), {}, {}}, r.platforms, v.rank});
            continue;
        }
        const std::string_view version = kb.str(v.version);
        if (found.empty() || found.back().seen.version != version || found.back().rank != v.rank)
            found.push_back({{version, kb.str(v.date), {}, {}}, 0, v.rank});
        found.back().platforms |= v.platforms;
        if (!v.variant.empty()) found.back().seen.builds.push_back(kb.str(v.variant));
    }
    std::vector<listed_release> out;
    out.reserve(found.size());
    for (open_release& f : found) {
        f.seen.on = platforms_of(kb, f.platforms);
        out.push_back(std::move(f.seen));
    }
    return out;
}

std::size_t builds_in(const std::vector<listed_release>& releases) noexcept {
    std::size_t n = 0;
    for (const listed_release& r : releases) n += r.builds.size();
    return n;
}

std::string_view newest_of(const knowledge_base& kb, const frozen::component& c,
                           const std::vector<listed_release>& releases) {
    if (static_cast<version_scheme>(c.scheme) == version_scheme::label) return {};
    for (const frozen::value& v : kb.values(c))
        if ((v.flags & (frozen::is_unknown | frozen::is_prerelease | frozen::is_cell)) == 0)
            return kb.str(v.version);
    return releases.empty() ? std::string_view{} : releases.front().version;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> wide;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i == wide.size()) wide.push_back(0);
            wide[i] = std::max(wide[i], row[i].size());
        }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            line.append(wide[i] - row[i].size() + 2, ' ');
        }
        while (!line.empty() && line.back() == ' ') line.pop_back();
        out += line;
        out += '\n';
    }
    return out;
}

std::string place(const knowledge_base& kb, const frozen::citation& c) {
    std::string out = std::string(kb.str(kb.sources()[c.source].id)) + ": " + describe(kb, c);
    if (const std::string_view read = kb.str(kb.sources()[c.source].read); !read.empty())
        out += ", read " + std::string(read);
    return out;
}

std::string listed(std::span<const std::string_view> words) {
    std::string out;
    for (const std::string_view w : words) {
        if (!out.empty()) out += ", ";
        out += w;
    }
    return out;
}

} // namespace cudacompat::cli
