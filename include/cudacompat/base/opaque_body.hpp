// Bodies of opaque.hpp, for where T is complete.
#pragma once

#include <cudacompat/base/opaque.hpp>

namespace cudacompat {

template <class T>
opaque<T>::opaque(const opaque& other) : held_(other.held_ == nullptr ? nullptr : new T(*other.held_)) {}

template <class T>
opaque<T>::~opaque() {
    delete held_;
}

} // namespace cudacompat
