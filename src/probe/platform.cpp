// WSL2, Jetson, containers.
#include "scene.hpp"

#include <algorithm>

namespace cudacompat::probe_impl {

namespace {

/// "# R36 (release), REVISION: 3.0, GCID: ..." -> 36.3.0
std::string l4t_of(std::string_view text) {
    const std::size_t major = text.find("# R");
    const std::size_t revision = text.find("REVISION:");
    if (major == std::string_view::npos || revision == std::string_view::npos) return {};
    std::string_view digits = text.substr(major + 3);
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    const std::string_view minor = leading_version(trimmed(text.substr(revision + 9)));
    if (digits.empty() || digits.size() > 3 || minor.empty()) return {};
    return std::string(digits) + "." + std::string(minor);
}

void wsl(scene& s) {
    const std::optional<std::string> kernel = s.read("platform", "/proc/version");
    const entry dxg = s.look("platform", "/dev/dxg");
    const entry folder = s.look("platform", "/usr/lib/wsl/lib");
    std::string low = kernel.value_or("");
    for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (low.find("microsoft") != std::string::npos)
        s.see("platform", "wsl2", "the kernel is Microsoft's", "/proc/version");
    else if (dxg.outcome == look_outcome::found && dxg.kind == entry_kind::device)
        s.see("platform", "wsl2", "the GPU device of WSL2", "/dev/dxg");
    else if (folder.outcome == look_outcome::found && folder.kind == entry_kind::folder)
        s.see("platform", "wsl2", "the driver's folder of WSL2", "/usr/lib/wsl/lib");
    if (dxg.outcome == look_outcome::found) s.see("device.dxg", "there", "device node", "/dev/dxg");
}

void jetson(scene& s) {
    if (const auto text = s.read("platform", "/etc/nv_tegra_release")) {
        s.see("platform", "jetson", "L4T's release file", "/etc/nv_tegra_release");
        if (const std::string l4t = l4t_of(*text); !l4t.empty())
            s.see("l4t", l4t, "L4T's release file", "/etc/nv_tegra_release", observed_level::declared);
        return;
    }
    if (const auto family = s.read("platform", "/sys/devices/soc0/family"))
        if (std::string_view f = trimmed(*family); f.starts_with("tegra") || f.starts_with("Tegra"))
            s.see("platform", "jetson", "the family of the chip", "/sys/devices/soc0/family");
}

void container(scene& s) {
    for (const char* path : {"/.dockerenv", "/run/.containerenv"})
        if (s.look("container", path).outcome == look_outcome::found) {
            s.see("container.kind", std::string_view(path) == "/.dockerenv" ? "docker" : "podman",
                  "its marker file", path);
            break;
        }
    if (!s.seen("container.kind").has_value())
        if (const auto groups = s.read("container", "/proc/1/cgroup"))
            for (const char* word : {"kubepods", "docker", "containerd", "libpod", "lxc"})
                if (groups->find(word) != std::string::npos) {
                    s.see("container.kind", word, "the control group of process 1", "/proc/1/cgroup");
                    break;
                }
    if (const std::string require = s.env("NVIDIA_REQUIRE_CUDA"); !require.empty())
        s.see("container.require", require, "NVIDIA_REQUIRE_CUDA", {}, observed_level::declared);
    if (const std::string can = s.env("NVIDIA_DRIVER_CAPABILITIES"); !can.empty()) {
        s.see("container.capabilities", can, "NVIDIA_DRIVER_CAPABILITIES", {}, observed_level::declared);
        if (can != "all" && can.find("compute") == std::string::npos)
            s.problem("NVIDIA_DRIVER_CAPABILITIES is '" + can +
                      "', without compute: no libcuda is put into the container");
    }
}

void run(scene& s) {
    wsl(s);
    jetson(s);
    container(s);
}

} // namespace

const detector detect_platform{"platform", run};

} // namespace cudacompat::probe_impl
