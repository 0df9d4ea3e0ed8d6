// prepare: adds to a frozen block the lowered problem of each platform, so that programs start with it.
#pragma once

#include <cudacompat/decide/lowering.hpp>

#include <cstddef>
#include <cstring>
#include <vector>

namespace cudacompat {

/// The block with a prepared problem for each platform; nothing else changes, and a block without them gives the
/// same answers, later. The input is a block that freeze() made.
[[nodiscard]] inline result<std::vector<std::byte>> prepare(std::vector<std::byte> block) {
    std::vector<std::vector<std::byte>> problems;
    {
        const result<knowledge_base> kb = knowledge_base::open(block);
        if (!kb) return kb.error();
        for (std::uint32_t p = 0; p < kb->platforms().size(); ++p) {
            context ctx;
            ctx.platform = p;
            const instance_table in(*kb, ctx);
            problems.push_back(detail::lowering(*kb, ctx, in).run().save());
        }
    }
    std::vector<frozen::byte_range> ranges;
    const auto align = [&block] {
        while (block.size() % 8 != 0) block.push_back(std::byte{0});
    };
    for (std::uint32_t p = 0; p < problems.size(); ++p) {
        align();
        ranges.push_back(
            {p, static_cast<std::uint32_t>(block.size()), static_cast<std::uint32_t>(problems[p].size()), 0});
        block.insert(block.end(), problems[p].begin(), problems[p].end());
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
