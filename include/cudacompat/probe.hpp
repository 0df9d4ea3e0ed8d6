// What is on this machine, or in an unpacked image: read from files alone.
//
// Nothing is executed and nothing is loaded, into this process or another one. A value that could not be looked at is not
// a value that is not there: probe_report::tried keeps the two apart.
#pragma once

#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/knowledge/stack.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// How much an observation proves, least first. Files alone prove the first two.
enum class observed_level : std::uint8_t {
    declared,    ///< somebody wrote it down: metadata, a setting, the name of a folder
    found,       ///< the thing itself is there
    loads,       ///< a process could load it
    initialises, ///< it answered
    runs,        ///< a computation came out right
};
inline constexpr std::array<std::string_view, 5> observed_level_names{"declared", "found", "loads",
                                                                      "initialises", "runs"};

/// One thing that was seen. `what` is a key of the stack file ("driver", "glibc"), "component.NAME" of what is used,
/// "copy.NAME" of what lies beside it, "gpu.SLOT.name", or a word of the probe's own ("kernel.driver", "toolkit").
struct observation {
    std::string what;
    std::string value;
    observed_level level = observed_level::found;
    std::string how;
    std::string path; ///< as seen inside the root; may be empty
};

enum class look_outcome : std::uint8_t {
    found,
    absent,  ///< looked, and it is not there
    blocked, ///< could not look: no permission, no regular file, a limit
};
inline constexpr std::array<std::string_view, 3> look_outcome_names{"found", "absent", "blocked"};

/// A place that was looked at.
struct probe_attempt {
    std::string what;
    std::string path;
    look_outcome outcome = look_outcome::absent;
    std::string why; ///< of blocked
};

struct probe_options {
    /// Folder that stands for "/". Links are followed inside it and never out of it. Empty: this machine.
    std::string root;
    /// Python environments or interpreters, inside the root. The first is the one in use; none: VIRTUAL_ENV,
    /// CONDA_PREFIX, then what is installed for all.
    std::vector<std::string> pythons;
    /// "NAME=VALUE". Not given: the environment of this process, and of a root none.
    std::optional<std::vector<std::string>> environment;
    /// Names GPUs by PCI id and components by package name. Null: neither is named, and the stack has fewer keys.
    const knowledge_base* kb = nullptr;
    /// Follow links by hand even where the kernel could (openat2, Linux 5.6).
    bool walk_links = false;
};

struct probe_report {
    std::vector<observation> observations; ///< in the order of the detectors
    std::vector<probe_attempt> tried;      ///< every place, once for each purpose
    std::vector<std::string> problems;     ///< what contradicts itself or cannot work, in sentences
    bool foreign = false;                  ///< of a root, not of this machine
    bool complete = true;                  ///< false: a limit ended it early, or the root could not be opened

    /// The first observation of this, or null.
    [[nodiscard]] const observation* find(std::string_view what) const noexcept;
};

/// Reads the machine or the root. Finding no GPU and no driver is a result like another.
[[nodiscard]] probe_report probe(const probe_options& options = {});

/// What the report says in the form of a stack file. What was not seen is not mentioned; "absent" is what was
/// looked for where it would be.
[[nodiscard]] stack_record to_stack(const probe_report& report);

/// The stack as a stack file: JSON, which is YAML too.
[[nodiscard]] std::string to_stack_file(const stack_record& stack);

/// Report for people, the version numbers that are all called "CUDA" side by side. Lines fit `width` where values do.
[[nodiscard]] std::string to_text(const probe_report& report, std::size_t width = 100);

/// data/schema/probe.schema.json
[[nodiscard]] std::string to_json(const probe_report& report, std::size_t indent = 2);

} // namespace cudacompat
