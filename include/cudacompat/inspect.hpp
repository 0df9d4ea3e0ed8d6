// Which device code a library or program carries, read from its file. Nothing is loaded, run or decompressed.
//
// Read: ELF and PE files and static archives with the sections in which nvcc and clang keep fat binaries, bare fat
// binaries (*.fatbin) and bare cubins. Not seen: code that a program keeps elsewhere (its own data sections, files
// beside it) or makes at run time.
#pragma once

#include <cudacompat/base/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cudacompat {

enum class device_code : unsigned char {
    sass, ///< machine code: sm_90
    ptx,  ///< compiled by the driver when it is loaded: compute_90
    lto,  ///< NVVM IR that a linker at run time takes (nvJitLink): lto_90; no program starts from it alone
};

/// One target, summed over the file.
struct code_target {
    device_code kind = device_code::sass;
    std::uint32_t arch = 0;     ///< 90 of sm_90
    char suffix = '\0';         ///< 'a' (that architecture alone), 'f' (its family), or none
    bool relocatable = false;   ///< of a separate compilation (-rdc=true): input of a device linker
    std::string ptx;            ///< PTX ISA version ("8.4") of PTX; empty: not told
    std::uint64_t images = 0;   ///< how often
    std::uint64_t modules = 0;  ///< in how many fat binaries
    std::uint64_t bytes = 0;    ///< as stored
    std::uint64_t unpacked = 0; ///< decompressed, as the headers state it

    friend bool operator==(const code_target&, const code_target&) = default;
};

/// Fat binaries with the same targets. A linked fat binary is loaded as one: each needs code for the GPU at hand, or the
/// kernels in it will not start there, whatever the others have.
struct code_set {
    std::vector<std::uint32_t> targets; ///< indices into device_code_report::targets, ascending
    std::uint64_t modules = 0;

    friend bool operator==(const code_set&, const code_set&) = default;
};

struct device_code_report {
    std::string format;        ///< "ELF", "PE", "archive", "fat binary", "cubin"
    std::uint64_t modules = 0; ///< fat binaries
    std::vector<code_target>
        targets;                ///< linked ones first; SASS, PTX, LTO; by architecture, suffix, PTX version
    std::vector<code_set> sets; ///< in the order of their targets
    std::vector<std::string>
        unread; ///< what could not be read, in words; then there may be more than `targets`
};

/// "sm_90a", "compute_120f", "lto_90"
[[nodiscard]] std::string to_string(const code_target& t);

/// The targets as `builds: {NAME: {code: [...]}}` of a stack file takes them: SASS, then PTX, each once. Relocatable
/// ones only where nothing is linked: a program that was linked starts from what the linker made of them.
[[nodiscard]] std::vector<std::string> code_list(std::span<const code_target> targets);

/// The file at `path`. An error: it cannot be read, or is of no kind that has device code. Bounds of what is read
/// (sections, images, notes) keep memory and time small for any file; what lies beyond them is told in `unread`.
[[nodiscard]] result<device_code_report> inspect_file(const std::string& path);

/// The same of a file's content; `name` is for messages.
[[nodiscard]] result<device_code_report> inspect_bytes(std::span<const std::byte> content,
                                                       const std::string& name);

} // namespace cudacompat
