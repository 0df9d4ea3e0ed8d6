#include "reach.hpp"

#include <cudacompat/decide/world_cache.hpp>

#include <algorithm>
#include <string_view>

namespace cudacompat::cli {

std::vector<std::string> unreachable_releases(const knowledge_base& kb) {
    std::vector<std::vector<bool>> reached(kb.components().size());
    for (std::uint32_t c = 0; c < reached.size(); ++c)
        reached[c].assign(kb.components()[c].values.count, false);
    for (std::uint32_t p = 0; p < kb.platforms().size(); ++p) {
        context ctx;
        ctx.platform = p;
        ctx.device_slots = 1;
        const auto here = find_world(kb, ctx);
        const instance_table& in = here->low.instances;
        auto solver = here->borrow();
        for (std::uint32_t var = 0; var < in.size(); ++var) {
            const bits works = solver->project(query{}, var);
            for (std::uint32_t i = 1; i < in.domain_size(var); ++i)
                if (works.test(i)) reached[in[var].component][in.value_id(var, i)] = true;
        }
    }
    std::vector<std::string> out;
    for (std::uint32_t c = 0; c < reached.size(); ++c) {
        if (static_cast<component_role>(kb.components()[c].role) == component_role::derived)
            continue; // no releases
        const auto values = kb.values(kb.components()[c]);
        for (std::uint32_t i = 0; i < values.size();) { // the builds of one release stand together
            std::uint32_t end = i;
            bool any = false;
            bool counts = true;
            for (; end < values.size() && values[end].rank == values[i].rank; ++end) {
                any = any || reached[c][end];
                counts = counts && (values[end].flags & (frozen::is_unknown | frozen::is_cell)) == 0;
            }
            if (counts && !any)
                out.push_back(std::string(kb.name(c)) + " " + std::string(kb.str(values[i].version)));
            i = end;
        }
    }
    return out;
}

} // namespace cudacompat::cli
