// cudacompat: which versions of the NVIDIA stack fit together. Start here.
//
//   #include <cudacompat/cudacompat.hpp>
//   auto answer = cudacompat::resolve({"torch:1.12"});
//   if (answer)
//       if (auto* s = answer->solution()) use(s->at("cuda-runtime").version(), s->range("driver"));
//       else std::cerr << cudacompat::explain(*answer->conflict());
//   else std::cerr << cudacompat::to_string(answer.error());
#pragma once

#include <cudacompat/data.hpp>
#include <cudacompat/tell/resolver.hpp>
#include <cudacompat/tell/text.hpp>
#include <cudacompat/version_info.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace cudacompat {

/// Answers a request from this knowledge base. The error says where the request is wrong; "no" is an answer.
/// Reads no clock, no file and no environment. Safe to call from many threads.
[[nodiscard]] inline result<answer> resolve(const knowledge_base& kb, std::span<const std::string_view> request,
                                            const stack_record* stack = nullptr, const resolve_options& options = {}) {
    if (request.empty()) return error{errc::bad_request, "empty request; name at least one component, such as 'torch:1.12'", {}, {}};
    if (request.size() > max_request_items)
        return error{errc::too_large, "a request of " + std::to_string(request.size()) + " items; 256 are read at most", {}, {}};
    std::vector<request_item> items;
    items.reserve(request.size());
    for (const std::string_view text : request) {
        result<request_item> item = parse_request(text);
        if (!item) return std::move(item).error();
        items.push_back(std::move(*item));
    }
    return resolver(kb, items, stack, options).run();
}

/// From the embedded data, for any machine.
[[nodiscard]] inline result<answer> resolve(std::initializer_list<std::string_view> request, const resolve_options& options = {}) {
    const auto& kb = embedded_knowledge();
    if (!kb) return kb.error();
    return resolve(*kb, {request.begin(), request.size()}, nullptr, options);
}

/// For the machine that `stack` describes.
[[nodiscard]] inline result<answer> resolve(std::initializer_list<std::string_view> request, const stack_record& stack,
                                            const resolve_options& options = {}) {
    const auto& kb = embedded_knowledge();
    if (!kb) return kb.error();
    return resolve(*kb, {request.begin(), request.size()}, &stack, options);
}

/// A text as a template argument.
template <std::size_t N>
struct literal {
    char text[N]{};
    constexpr literal(const char (&from)[N]) { std::copy_n(from, N, text); }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

/// resolve<"torch:1.12", "gpu:h100">(): a malformed request does not compile.
template <literal... Items>
[[nodiscard]] result<answer> resolve(const resolve_options& options = {}) {
    static_assert(sizeof...(Items) > 0, "name at least one component, such as \"torch:1.12\"");
    static_assert((is_request(Items.view()) && ...), "malformed request item: NAME, NAME:SPEC or NAMESPEC, such as \"torch:1.12\" or \"torch>=2.4\"");
    return resolve({Items.view()...}, options);
}

} // namespace cudacompat
