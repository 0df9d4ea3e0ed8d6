// Bodies of the calls that read the embedded data; they live in cudacompat::data.
#pragma once

#include <cudacompat/cudacompat.hpp>
#include <cudacompat/data.hpp>

namespace cudacompat {

CUDACOMPAT_BODY result<answer> resolve(std::initializer_list<std::string_view> request,
                                       const resolve_options& options) {
    const auto& kb = embedded_knowledge();
    if (!kb) return kb.error();
    return resolve(*kb, {request.begin(), request.size()}, nullptr, options);
}

CUDACOMPAT_BODY result<answer> resolve(std::initializer_list<std::string_view> request,
                                       const stack_record& stack, const resolve_options& options) {
    const auto& kb = embedded_knowledge();
    if (!kb) return kb.error();
    return resolve(*kb, {request.begin(), request.size()}, &stack, options);
}

CUDACOMPAT_BODY result<answer> check(const stack_record& stack, const resolve_options& options) {
    const auto& kb = embedded_knowledge();
    if (!kb) return kb.error();
    return check(*kb, {}, &stack, options);
}

} // namespace cudacompat
