// prepare: adds to a frozen block the lowered problems of the questions that are asked most, so that programs start
// with them: for each component that is asked most, on each system of the default platform's processor, but guests.
#pragma once

#include <cudacompat/decide/lowering.hpp>
#include <cudacompat/decide/scope.hpp>
#include <cudacompat/knowledge/names.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace cudacompat {

/// The block with prepared problems for questions about one of `asked_most`; nothing else changes, and a block without
/// them gives the same answers, later. The input is a block that freeze() made; unknown names are left out.
[[nodiscard]] inline result<std::vector<std::byte>> prepare(std::vector<std::byte> block,
                                                            std::span<const std::string_view> asked_most) {
    struct ready {
        std::uint32_t platform;
        std::uint32_t component;
        std::vector<std::byte> problem;
    };
    std::vector<ready> problems;
    {
        const result<knowledge_base> kb = knowledge_base::open(block);
        if (!kb) return kb.error();
        const scope_table scopes(*kb);
        const auto processor = [&](std::uint32_t p) {
            const std::string_view name = kb->str(kb->platforms()[p]);
            return name.substr(std::min(name.find('-'), name.size()));
        };
        for (std::uint32_t p = 0; p < kb->platforms().size(); ++p) {
            if (processor(p) != processor(0)) continue; // answers tell of other systems on the same processor
            if (is_guest_platform(kb->str(kb->platforms()[p]))) continue;
            for (const std::string_view name : asked_most) {
                const std::uint32_t c = kb->find_component(name);
                if (c == frozen::none) continue;
                context ctx;
                ctx.platform = p;
                ctx.scope = scopes.of({&c, 1});
                const instance_table in(*kb, ctx);
                problems.push_back({p, c, detail::lowering(*kb, ctx, in).run().save()});
            }
        }
    }
    std::vector<frozen::byte_range> ranges;
    const auto align = [&block] {
        while (block.size() % 8 != 0) block.push_back(std::byte{0});
    };
    for (const ready& r : problems) {
        align();
        ranges.push_back({r.platform, static_cast<std::uint32_t>(block.size()),
                          static_cast<std::uint32_t>(r.problem.size()), r.component});
        block.insert(block.end(), r.problem.begin(), r.problem.end());
    }
    align();
    frozen::header h{};
    std::memcpy(&h, block.data(), sizeof h);
    h.prepared = {static_cast<std::uint32_t>(block.size()), static_cast<std::uint32_t>(ranges.size())};
    const auto* bytes = reinterpret_cast<const std::byte*>(ranges.data());
    block.insert(block.end(), bytes, bytes + ranges.size() * sizeof(frozen::byte_range));
    h.bytes = static_cast<std::uint32_t>(block.size());
    std::memcpy(block.data(), &h, sizeof h);
    return block;
}

} // namespace cudacompat
