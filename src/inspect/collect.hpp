// What the readers of the formats find, summed up within bounds.
#pragma once

#include "source.hpp"

#include <cudacompat/inspect.hpp>

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace cudacompat::inspecting {

/// Far above any real file (libraries of 2026: some thousand images), low enough for a second of work.
inline constexpr std::uint64_t most_steps = 1'000'000;
inline constexpr std::uint64_t most_sections = 1'000'000;
inline constexpr std::uint64_t most_members = 100'000;
/// Bytes between fat binaries, where nothing but a linker's padding is expected.
inline constexpr std::uint64_t most_skipped = 1U << 22U;
inline constexpr std::size_t most_sets = 4096;
inline constexpr std::size_t most_notes = 50;

class collector {
public:
    /// One image of the fat binary at hand.
    void image(const code_target& t);
    /// A fat binary is over: what image() said since the last one is its set.
    void module_ends();
    /// In words what could not be read.
    void unread(std::string what);
    /// Asked before each image and each fat binary. False: there were `most_steps`, and it was said so.
    [[nodiscard]] bool one_more();
    /// False: `most_sections` headers were read, over all members of an archive.
    [[nodiscard]] bool one_more_section();

    /// Up to `wanted` of what is left of `most_skipped`.
    [[nodiscard]] std::uint64_t may_skip(std::uint64_t wanted) const noexcept {
        return wanted < skip_left_ ? wanted : skip_left_;
    }
    void skipped(std::uint64_t bytes) noexcept { skip_left_ -= may_skip(bytes); }

    [[nodiscard]] device_code_report report(std::string format) &&;

private:
    using key = std::tuple<bool, device_code, std::uint32_t, char, std::uint32_t, std::uint32_t>;
    [[nodiscard]] static key key_of(const code_target& t);

    std::map<key, code_target> targets_;
    std::map<std::vector<key>, std::uint64_t> sets_;
    std::vector<key> open_;
    std::vector<std::string> notes_;
    std::uint64_t steps_ = 0;
    std::uint64_t skip_left_ = most_skipped;
    std::uint64_t sections_ = 0;
    std::uint64_t modules_ = 0;
    std::uint64_t more_notes_ = 0;
    bool full_ = false;
    bool sets_full_ = false;
};

/// A stretch that holds fat binaries and nothing else. `where` begins the notes.
void read_fat_binaries(const view& in, const std::string& where, bool relocatable, collector& out);

/// False: it is no such file. `where` as above, empty for the file itself. A cubin is an ELF file of its own machine.
[[nodiscard]] bool read_elf(const view& in, const std::string& where, collector& out, std::string& format);
[[nodiscard]] bool read_pe(const view& in, collector& out);
[[nodiscard]] bool read_archive(const view& in, collector& out);
[[nodiscard]] bool is_fat_binary(const view& in);

} // namespace cudacompat::inspecting
