// The probe as a source of stacks.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/knowledge/stack.hpp>

#include <string>

namespace cudacompat::cli {

/// The stack of this machine, or of what lies below `root`. What the probe found wrong is said on standard error.
[[nodiscard]] result<stack_record> probe_stack(const std::string& root, const knowledge_base& kb);

} // namespace cudacompat::cli
