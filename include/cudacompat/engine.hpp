// Every body: compiled once in cudacompat::engine, or inline with CUDACOMPAT_HEADER_ONLY.
#pragma once

#include <cudacompat/cudacompat.hpp>
#include <cudacompat/decide/request.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/tell/answer_body.hpp>
#include <cudacompat/tell/judge.hpp>
#include <cudacompat/tell/reasons_body.hpp>
#include <cudacompat/tell/report_body.hpp>
#include <cudacompat/tell/resolver.hpp>
#include <cudacompat/tell/text_body.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

namespace detail {

[[nodiscard]] inline result<std::vector<request_item>>
parse_items(std::span<const std::string_view> request) {
    if (request.size() > max_request_items)
        return error{errc::too_large,
                     "a request of " + std::to_string(request.size()) + " items; 256 are read at most",
                     {},
                     {}};
    std::vector<request_item> items;
    items.reserve(request.size());
    for (const std::string_view text : request) {
        result<request_item> item = parse_request(text);
        if (!item) return std::move(item).error();
        items.push_back(std::move(*item));
    }
    return items;
}

} // namespace detail

CUDACOMPAT_BODY result<answer> resolve(const knowledge_base& kb, std::span<const std::string_view> request,
                                       const stack_record* stack, const resolve_options& options) {
    if (request.empty())
        return error{
            errc::bad_request, "empty request; name at least one component, such as 'torch:1.12'", {}, {}};
    const auto items = detail::parse_items(request);
    if (!items) return items.error();
    return resolver(kb, *items, stack, options).run();
}

CUDACOMPAT_BODY result<answer> check(const knowledge_base& kb, std::span<const std::string_view> request,
                                     const stack_record* stack, const resolve_options& options) {
    if (request.empty() && stack == nullptr)
        return error{errc::bad_request, "nothing to check; give a stack, a request or both", {}, {}};
    const auto items = detail::parse_items(request);
    if (!items) return items.error();
    return judge(kb, *items, stack, options).run();
}

CUDACOMPAT_BODY result<reasons> find_reasons(const knowledge_base& kb,
                                             std::span<const std::string_view> request,
                                             const stack_record* stack, const resolve_options& options) {
    if (request.empty())
        return error{
            errc::bad_request, "empty request; name at least one component, such as 'torch:1.12'", {}, {}};
    const auto items = detail::parse_items(request);
    if (!items) return items.error();
    return detail::reason_finder(kb, *items, stack, options).run();
}

} // namespace cudacompat
