// The authors' form of a stack: what a stack file states, value by value, each with its place.
//
// Nothing is interpreted here beyond the shape: versions and specs stay texts. A version text may be exact
// ("535.104.05"), partial ("535"), a spec (">=2.1,<2.3"), "*" (there, version unknown) or "absent".
// DESIGN §7 "Stack file" lists the keys.
#pragma once

#include <cudacompat/base/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cudacompat {

/// A text with its place. Empty text = the key was not given (a given text is never empty).
struct stack_text {
    std::string text;
    source_region where;

    [[nodiscard]] bool given() const noexcept { return !text.empty(); }
};

struct stack_flag {
    std::optional<bool> value;
    source_region where;

    [[nodiscard]] bool given() const noexcept { return value.has_value(); }
};

/// "component: version" of `components` and of `built_with`.
struct stack_item {
    std::string component;
    std::string version;
    source_region where;        ///< of the version
    source_region component_at; ///< of the name
};

/// One kind of GPU. At least one of name and compute_capability is given.
struct stack_gpu {
    stack_text name;               ///< as the driver or the user spells it
    stack_text compute_capability; ///< "8.9"
    std::uint32_t count = 1;
    source_region where;
};

struct stack_container {
    stack_text image;
    stack_text require; ///< NVIDIA_REQUIRE_CUDA of the image
    stack_text toolkit; ///< version of the container toolkit
    stack_flag cdi;
    source_region where; ///< line 0: not given

    [[nodiscard]] bool given() const noexcept { return where.line != 0; }
};

/// A further copy of a component on the machine that is not the one loaded.
struct stack_copy {
    stack_text component;
    stack_text version;
    stack_text path;
    source_region where;
};

/// What is known of one build: of a component, or of a program of the user's own.
struct stack_build {
    std::string component;
    stack_text cuda;
    stack_text channel;           ///< index, pypi, conda, source
    std::vector<stack_text> code; ///< sm_86, compute_90, or torch's form "9.0", "9.0+PTX"
    std::vector<stack_item> built_with;
    stack_text glibc;
    stack_flag cxx11_abi;
    stack_text ptx; ///< PTX ISA version of the compute_ entries
    stack_flag jit; ///< makes PTX at run time
    source_region where;
};

struct stack_record {
    stack_text platform; ///< linux, windows, wsl2, jetson
    stack_text arch;     ///< x86_64, aarch64, ppc64le
    stack_text distro;
    stack_text glibc;
    stack_text musl; ///< never together with glibc
    stack_text driver;
    stack_text driver_user;
    stack_text driver_cuda;
    stack_text driver_ptx;
    stack_text kernel_module; ///< proprietary, open
    stack_text compat_package;
    stack_text jetpack;
    stack_text l4t;
    std::vector<stack_gpu> gpus;
    source_region gpus_at; ///< line 0: the key was not given; given and empty = no GPU
    stack_container container;
    std::vector<stack_item> components; ///< in the order of the file; no name twice
    std::vector<stack_copy> copies;
    std::vector<stack_build> builds;
    std::vector<stack_text> build_from_source;
    stack_text date; ///< YYYY-MM-DD
    std::string file;
};

} // namespace cudacompat
