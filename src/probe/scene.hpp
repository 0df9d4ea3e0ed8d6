// What a detector works with: the files, the environment, and the report that it adds to.
#pragma once

#include "file_tree.hpp"

#include <cudacompat/probe.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::probe_impl {

/// A folder in which the loader looks, and why.
struct loader_folder {
    std::string path;
    std::string why;
};

class scene {
public:
    scene(const probe_options& options, probe_report& report);

    [[nodiscard]] file_tree& files() noexcept { return files_; }
    [[nodiscard]] const knowledge_base* kb() const noexcept { return options_.kb; }
    [[nodiscard]] const probe_options& options() const noexcept { return options_; }
    [[nodiscard]] probe_report& report() noexcept { return report_; }

    /// Empty: not set.
    [[nodiscard]] std::string env(std::string_view name) const;

    void see(std::string what, std::string value, std::string how, std::string path = {},
             observed_level level = observed_level::found);
    void problem(std::string text);
    /// A copy: the report grows.
    [[nodiscard]] std::optional<observation> seen(std::string_view what) const {
        const observation* found = report_.find(what);
        return found == nullptr ? std::nullopt : std::optional<observation>(*found);
    }

    // These record what became of the look.
    [[nodiscard]] std::optional<std::string> read(std::string_view what, const std::string& path,
                                                  std::size_t most = std::size_t{64} << 10U);
    [[nodiscard]] std::vector<std::string> list(std::string_view what, const std::string& path);
    [[nodiscard]] entry look(std::string_view what, const std::string& path);
    void tried(std::string_view what, const std::string& path, look_outcome outcome, std::string why = {});

    /// Where the loader searches, in its order: LD_LIBRARY_PATH, ld.so.conf, its own folders.
    [[nodiscard]] const std::vector<loader_folder>& loader_folders();

    // What one detector leaves for a later one: folders, links resolved.
    std::vector<std::string> toolkit_folders;
    std::vector<std::string> site_folders;
    std::vector<std::string> prefixes; ///< of Python environments

private:
    void read_loader_conf(const std::string& path, int depth);
    void add_loader_folder(const std::string& path, std::string why);

    const probe_options& options_;
    probe_report& report_;
    file_tree files_;
    std::vector<loader_folder> loader_;
    std::vector<std::string> loader_real_;
    bool loader_read_ = false;
};

/// One way of finding something out.
struct detector {
    std::string_view name;
    void (*run)(scene&);
};

extern const detector detect_platform, detect_distro, detect_libc, detect_kernel_module, detect_gpus,
    detect_driver_files, detect_device_nodes, detect_toolkits, detect_python, detect_libraries;

// --- texts ---------------------------------------------------------------------------------------------------

[[nodiscard]] std::string_view trimmed(std::string_view s) noexcept;
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);
/// The longest "1.2.3" (digits and dots, at least one dot) at the start of the text; may be empty.
[[nodiscard]] std::string_view leading_version(std::string_view text) noexcept;
/// "12.4.127" of "libcudart.so.12.4.127" with stem "libcudart.so."; empty where the rest is no number with dots.
[[nodiscard]] std::string file_version(std::string_view name, std::string_view stem);
[[nodiscard]] std::string_view last_part(std::string_view path) noexcept;
[[nodiscard]] std::string_view folder_of(std::string_view path) noexcept;
/// KEY=VALUE lines as in os-release, quotes taken off; empty where there is none.
[[nodiscard]] std::string value_in(std::string_view text, std::string_view key);
/// The string at a path of keys in a JSON text; empty where there is none. For small, foreign documents.
[[nodiscard]] std::string json_text_at(std::string_view json, const std::vector<std::string_view>& keys);
/// A section of an ELF file by name; empty where there is none.
[[nodiscard]] std::string elf_section(file_tree& files, const std::string& path, std::string_view name);
/// x86_64, aarch64, ppc64le by an ELF header, or empty.
[[nodiscard]] std::string_view elf_machine(std::string_view header) noexcept;
/// The release that "12.4.127" and "12.4.1" belong to: "12.4".
[[nodiscard]] std::string minor_of(std::string_view version);

} // namespace cudacompat::probe_impl
