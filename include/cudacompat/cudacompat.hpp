// cudacompat: which versions of the NVIDIA stack fit together. Start here.
//
//   #include <cudacompat/cudacompat.hpp>
//   auto answer = cudacompat::resolve({"torch:1.12"});
//   if (answer)
//       if (auto* s = answer->solution()) use(s->at("cuda-runtime").version(), s->range("driver"));
//       else std::cerr << cudacompat::explain(*answer->conflict());
//   else std::cerr << cudacompat::to_string(answer.error());
//
// This header declares; link cudacompat::data (which brings cudacompat::engine and the embedded data), or define
// CUDACOMPAT_HEADER_ONLY for the whole program to have everything inline.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/decide/request_shape.hpp>
#include <cudacompat/knowledge/stack.hpp>
#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/text.hpp>
#include <cudacompat/version_info.hpp>

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace cudacompat {

/// Answers a request from this knowledge base. The error says where the request is wrong; "no" is an answer.
/// Reads no clock, no file and no environment. Safe to call from many threads.
[[nodiscard]] result<answer> resolve(const knowledge_base& kb, std::span<const std::string_view> request,
                                     const stack_record* stack = nullptr,
                                     const resolve_options& options = {});

/// From the embedded data, for any machine.
[[nodiscard]] result<answer> resolve(std::initializer_list<std::string_view> request,
                                     const resolve_options& options = {});

/// For the machine that `stack` describes.
[[nodiscard]] result<answer> resolve(std::initializer_list<std::string_view> request,
                                     const stack_record& stack, const resolve_options& options = {});

/// Does this stack fit, all that it states staying as it is? What it does not mention is assumed to be suitable; what
/// it mentions without every detail has to fit whatever the detail is, or the verdict is unknown. Items of the request
/// are wishes on top of the stack. answer::findings() says what is wrong, answer::ways_out() what would mend it.
[[nodiscard]] result<answer> check(const knowledge_base& kb, std::span<const std::string_view> request,
                                   const stack_record* stack, const resolve_options& options = {});

/// By the embedded data.
[[nodiscard]] result<answer> check(const stack_record& stack, const resolve_options& options = {});

/// A text as a template argument.
template <std::size_t N>
struct literal {
    char text[N]{};
    constexpr literal(const char (&from)[N]) {
        for (std::size_t i = 0; i < N; ++i) text[i] = from[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

/// resolve<"torch:1.12", "gpu:h100">(): a malformed request does not compile.
template <literal... Items>
[[nodiscard]] result<answer> resolve(const resolve_options& options = {}) {
    static_assert(sizeof...(Items) > 0, "name at least one component, such as \"torch:1.12\"");
    static_assert(
        (is_request(Items.view()) && ...),
        "malformed request item: NAME, NAME:SPEC or NAMESPEC, such as 'torch:1.12' or 'torch>=2.4'");
    return resolve({Items.view()...}, options);
}

} // namespace cudacompat

#if defined(CUDACOMPAT_HEADER_ONLY)
#include <cudacompat/embedded.hpp>
#include <cudacompat/engine.hpp>
#endif
