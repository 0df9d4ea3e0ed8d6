// result<T>: a T or an error. The subset of C++23's std::expected that this library needs.
#pragma once

#include <cudacompat/base/error.hpp>

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

namespace cudacompat {

/// Either a value or an error. Converts to true when it holds a value.
/// Reading the side that is not there is a programming mistake (asserted).
template <class T>
class [[nodiscard]] result {
public:
    result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    result(cudacompat::error e) : held_(std::in_place_index<1>, std::move(e)) {}

    [[nodiscard]] bool has_value() const noexcept { return held_.index() == 0; }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] T& value() & noexcept { return *get(); }
    [[nodiscard]] const T& value() const& noexcept { return *get(); }
    [[nodiscard]] T&& value() && noexcept { return std::move(*get()); }
    [[nodiscard]] T& operator*() & noexcept { return *get(); }
    [[nodiscard]] const T& operator*() const& noexcept { return *get(); }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(*get()); }
    [[nodiscard]] T* operator->() noexcept { return get(); }
    [[nodiscard]] const T* operator->() const noexcept { return get(); }

    [[nodiscard]] const cudacompat::error& error() const& noexcept {
        assert(held_.index() == 1);
        return *std::get_if<1>(&held_);
    }
    [[nodiscard]] cudacompat::error&& error() && noexcept {
        assert(held_.index() == 1);
        return std::move(*std::get_if<1>(&held_));
    }

private:
    [[nodiscard]] T* get() noexcept {
        assert(held_.index() == 0);
        return std::get_if<0>(&held_);
    }
    [[nodiscard]] const T* get() const noexcept {
        assert(held_.index() == 0);
        return std::get_if<0>(&held_);
    }

    std::variant<T, cudacompat::error> held_;
};

} // namespace cudacompat
