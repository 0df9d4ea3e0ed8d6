// The driver's user-mode libraries: which libcuda and NVML the loader takes, and what lies beside them.
#include "scene.hpp"

#include <algorithm>

namespace cudacompat::probe_impl {

namespace {

struct copy {
    std::string path;
    std::string real;
    std::string why; ///< empty: not where the loader looks
    std::string version;
    bool stub = false;
    bool compat = false;
};

bool has_part(std::string_view path, std::string_view part) {
    return ("/" + std::string(path) + "/").find("/" + std::string(part) + "/") != std::string::npos;
}

/// "1" and "1.1" (WSL2) are no releases of the driver; those begin with a branch of two digits or more.
std::string release_in(std::string_view real, std::string_view stem) {
    const std::string version = file_version(last_part(real), stem);
    return version.find('.') >= 2 ? version : std::string{};
}

std::vector<copy> copies_of(scene& s, const std::string& soname, std::string_view stem,
                            const std::vector<std::string>& beside) {
    std::vector<copy> out;
    const auto add = [&](const std::string& folder, const std::string& why) {
        const std::string path = folder + "/" + soname;
        const entry e = s.look("driver.user", path);
        if (e.outcome != look_outcome::found || e.kind != entry_kind::file) return;
        copy c{path, s.files().canonical(path), why, {}, false, false};
        for (const copy& other : out)
            if (other.real == c.real) return;
        c.version = release_in(c.real, stem);
        c.compat = has_part(folder_of(c.real), "compat") || has_part(folder, "compat");
        // The driver's file carries its release in its name; the toolkit's stub is called libcuda.so and lies in stubs.
        c.stub =
            has_part(folder_of(c.real), "stubs") || (c.version.empty() && last_part(c.real) == "libcuda.so");
        out.push_back(std::move(c));
    };
    for (const loader_folder& f : s.loader_folders()) add(f.path, f.why);
    for (const std::string& folder : beside) add(folder, "");
    return out;
}

/// What the compat library says of itself, else what its folder is called.
std::string cuda_of_compat(scene& s, const copy& c, std::string& how) {
    const std::string note = elf_section(s.files(), c.real, ".note.cuda.fwd_compatibility");
    if (const std::size_t at = note.find("\"CUDA Version\""); at != std::string::npos) {
        const std::size_t digit = note.find_first_of("0123456789", at);
        if (digit != std::string::npos && digit < at + 24)
            if (const std::string_view v = leading_version(std::string_view(note).substr(digit));
                !v.empty()) {
                how = "the note in the library";
                return minor_of(v);
            }
    }
    for (const std::string& path : {c.real, c.path})
        if (const std::size_t at = path.find("/cuda-"); at != std::string::npos)
            if (const std::string_view v = leading_version(std::string_view(path).substr(at + 6));
                !v.empty()) {
                how = "the name of its folder";
                return minor_of(v);
            }
    return {};
}

std::string worded(const copy& c, const copy* winner) {
    std::string out = c.compat ? "compat package, " : "";
    if (c.why.empty()) return out + "not where the loader looks";
    return out + (&c == winner ? "the loader's first, by " : "behind another, by ") + c.why;
}

void run(scene& s) {
    std::vector<std::string> beside{"/usr/lib/wsl/lib",
                                    "/usr/local/nvidia/lib64",
                                    "/usr/local/nvidia/lib",
                                    "/run/opengl-driver/lib",
                                    "/usr/lib/x86_64-linux-gnu/nvidia/current",
                                    "/usr/lib/aarch64-linux-gnu/nvidia",
                                    "/usr/lib/aarch64-linux-gnu/tegra",
                                    "/run/nvidia/driver/usr/lib/x86_64-linux-gnu"};
    for (const std::string& name : s.list("driver.user", "/usr/local"))
        if (name.starts_with("cuda")) beside.push_back("/usr/local/" + name + "/compat");
    const std::vector<copy> cuda = copies_of(s, "libcuda.so.1", "libcuda.so.", beside);
    const std::vector<copy> nvml = copies_of(s, "libnvidia-ml.so.1", "libnvidia-ml.so.", beside);
    const auto first = [](const std::vector<copy>& all, auto&& wanted) -> const copy* {
        const auto found = std::find_if(all.begin(), all.end(), wanted);
        return found == all.end() ? nullptr : &*found;
    };
    const copy* winner = first(cuda, [](const copy& c) { return !c.why.empty(); });
    for (const copy& c : cuda)
        s.see(c.stub     ? "libcuda.stub"
              : c.compat ? "libcuda.compat"
                         : "libcuda",
              c.version.empty() ? "no release in its name" : c.version, worded(c, winner), c.real);
    const copy* ml = first(nvml, [](const copy& c) { return !c.why.empty(); });
    for (const copy& c : nvml)
        s.see("nvml", c.version.empty() ? "no release in its name" : c.version, worded(c, ml), c.real);

    if (winner != nullptr && winner->stub)
        s.problem("the loader's first libcuda.so.1 is a stub, " + winner->real + " (by " + winner->why +
                  "): programs that load it get CUDA error 34");
    if (winner != nullptr && winner->compat) {
        std::string how;
        if (const std::string version = cuda_of_compat(s, *winner, how); !version.empty())
            s.see("compat_package", version, how + "; first by " + winner->why, winner->real);
        else s.problem("a compat package is in use, and its CUDA version is not to be seen: " + winner->real);
    }
    const auto own = [](const copy& c) { return !c.stub && !c.compat && !c.version.empty(); };
    const copy* user = first(cuda, own);
    if (user == nullptr) user = first(nvml, own);
    if (user != nullptr) s.see("driver_user", user->version, "the release in its file name", user->real);
    const copy* own_ml = first(nvml, own);
    if (user != nullptr && own_ml != nullptr && own_ml->version != user->version)
        s.problem("libcuda is of " + user->version + " and NVML of " + own_ml->version +
                  ": two driver packages, or half an upgrade");
    const bool wsl = s.seen("platform").has_value() && s.seen("platform")->value == "wsl2";
    if (wsl && user != nullptr)
        s.problem("a Linux driver (" + user->version +
                  ") is installed inside WSL2, where the driver comes from Windows: " + user->real);
    const std::optional<observation> kernel = s.seen("kernel.driver");
    if (kernel) {
        s.see("driver", kernel->value, kernel->how, kernel->path);
        if (user != nullptr && user->version != kernel->value)
            s.problem("the loaded kernel module is of " + kernel->value + ", the libraries are of " +
                      user->version + ": reboot, or unload and load the modules");
    } else if (user != nullptr && !wsl) {
        s.see("driver", user->version, "its libraries; the kernel module was not to be seen", user->real,
              observed_level::declared);
    } else if (s.seen("kernel.none").has_value() && cuda.empty() && nvml.empty() &&
               !s.seen("platform").has_value()) {
        s.see("driver", "absent", "neither a kernel module nor a library", {});
    }
    if (kernel && cuda.empty())
        s.problem("the kernel module is loaded, and no libcuda.so.1 is to be found: in a container, "
                  "NVIDIA_DRIVER_CAPABILITIES has to name compute");
}

} // namespace

const detector detect_driver_files{"driver-files", run};

} // namespace cudacompat::probe_impl
