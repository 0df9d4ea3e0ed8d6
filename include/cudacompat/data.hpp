// The knowledge base that is linked into the program: cudacompat::data.
#pragma once

#include <cudacompat/knowledge/knowledge_base.hpp>

#include <cstddef>
#include <span>

namespace cudacompat {

/// The compiled data as constant bytes. Defined in the library cudacompat::data.
[[nodiscard]] std::span<const std::byte> embedded_block() noexcept;

/// The embedded knowledge base; checked once, on first use.
[[nodiscard]] inline const result<knowledge_base>& embedded_knowledge() {
    static const result<knowledge_base> kb = knowledge_base::open_own(embedded_block());
    return kb;
}

} // namespace cudacompat
