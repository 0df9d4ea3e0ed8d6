// What the exit codes mean: docs/exit-codes.md.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/decide/policy.hpp>

namespace cudacompat::cli {

enum exit_code : int {
    exit_compatible = 0,
    exit_incompatible = 1,
    exit_usage = 2,
    exit_unknown = 3,
    exit_bad_input = 4,
    exit_internal = 70,
};

[[nodiscard]] constexpr int exit_of(verdict v) noexcept {
    return v == verdict::compatible     ? exit_compatible
           : v == verdict::incompatible ? exit_incompatible
                                        : exit_unknown;
}

/// `from_file`: the input that was wrong is a file, not the command line.
[[nodiscard]] constexpr int exit_of(errc code, bool from_file) noexcept {
    if (code == errc::internal) return exit_internal;
    return from_file ? exit_bad_input : exit_usage;
}

} // namespace cudacompat::cli
