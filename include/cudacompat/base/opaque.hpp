// opaque<T>: a value on the heap whose type its users need not know.
//
// Copies copy the value. The members are defined in opaque_body.hpp and instantiated where T is complete, so that a
// header can hold a T without including it.
#pragma once

#include <cudacompat/base/body.hpp>

namespace cudacompat {

template <class T>
class opaque {
public:
    opaque() noexcept = default;
    explicit opaque(T* owned) noexcept : held_(owned) {}
    opaque(const opaque& other);
    opaque(opaque&& other) noexcept : held_(other.held_) { other.held_ = nullptr; }
    opaque& operator=(opaque other) noexcept {
        T* mine = held_;
        held_ = other.held_;
        other.held_ = mine;
        return *this;
    }
    ~opaque();

    [[nodiscard]] const T& operator*() const noexcept { return *held_; }
    [[nodiscard]] const T* operator->() const noexcept { return held_; }

private:
    T* held_ = nullptr;
};

} // namespace cudacompat
