// The kernel driver: which is loaded, its release, its flavour.
#include "scene.hpp"

#include <algorithm>

namespace cudacompat::probe_impl {

namespace {

/// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  ..." and
/// "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.144.03  Release Build ..."
std::string release_of(std::string_view line) {
    std::size_t at = line.find("Kernel Module");
    while (at != std::string_view::npos && at < line.size()) {
        const std::size_t word = line.find_first_not_of(' ', line.find(' ', at));
        if (word == std::string_view::npos) break;
        const std::string_view version = leading_version(line.substr(word));
        if (version.find('.') >= 2 && !version.empty()) return std::string(version);
        at = word;
    }
    return {};
}

void run(scene& s) {
    const std::string module = "/sys/module/nvidia/version";
    if (const auto text = s.read("kernel.driver", module))
        if (const std::string_view version = leading_version(trimmed(*text)); !version.empty())
            s.see("kernel.driver", std::string(version), "the loaded module", module);
    const std::string proc = "/proc/driver/nvidia/version";
    if (const auto text = s.read("kernel.driver", proc)) {
        const std::vector<std::string_view> lines = lines_of(*text);
        const std::string_view line = lines.empty() ? std::string_view{} : lines.front();
        const std::string version = release_of(line);
        if (const std::optional<observation> other = s.seen("kernel.driver"); !other) {
            if (!version.empty()) s.see("kernel.driver", version, "the loaded module", proc);
        } else if (!version.empty() && other->value != version) {
            s.problem(module + " says " + other->value + ", " + proc + " says " + version);
        }
        if (line.find("Open Kernel Module") != std::string_view::npos)
            s.see("kernel_module", "open", "the name of the loaded module", proc);
        else if (!version.empty())
            s.see("kernel_module", "proprietary", "the name of the loaded module", proc);
    }
    const std::vector<std::string> modules = s.list("kernel.modules", "/sys/module");
    const auto loaded = [&](std::string_view name) {
        return std::find(modules.begin(), modules.end(), name) != modules.end();
    };
    if (loaded("nouveau")) s.see("kernel.nouveau", "loaded", "a module of the kernel", "/sys/module/nouveau");
    if (s.seen("kernel.driver").has_value() && !modules.empty() && !loaded("nvidia_uvm"))
        s.problem("the module nvidia_uvm is not loaded: CUDA answers 999 until it is (modprobe nvidia_uvm)");
    if (!s.seen("kernel.driver").has_value() && !modules.empty() && !loaded("nvidia"))
        s.see("kernel.none", "absent", "modules are listed, and nvidia is not among them", "/sys/module");
}

} // namespace

const detector detect_kernel_module{"kernel-module", run};

} // namespace cudacompat::probe_impl
