// Device nodes: whether this system, or this container, may touch the GPUs at all. None is opened.
#include "scene.hpp"

#include <algorithm>

namespace cudacompat::probe_impl {

namespace {

void run(scene& s) {
    const std::vector<std::string> names = s.list("device", "/dev");
    std::size_t gpus = 0;
    for (const std::string& name : names) {
        if (!name.starts_with("nvidia") && name != "nvhost-gpu") continue;
        const entry e = s.files().about("/dev/" + name);
        if (e.outcome != look_outcome::found || e.kind != entry_kind::device) continue;
        std::string mode;
        for (unsigned shift = 9; shift != 0; shift -= 3)
            mode += static_cast<char>('0' + (e.mode >> (shift - 3) & 7U));
        s.see("device." + name, "0" + mode, "device node, its permissions", "/dev/" + name);
        const std::string_view number = std::string_view(name).substr(6);
        if (!number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos) ++gpus;
        if ((e.mode & 0006U) != 0006U && (name == "nvidiactl" || name == "nvidia-uvm"))
            s.problem("/dev/" + name + " has the permissions 0" + mode +
                      ": users outside its group cannot use a GPU");
    }
    const bool driver = s.seen("kernel.driver").has_value();
    const bool listed = std::find(names.begin(), names.end(), "null") != names.end(); // a /dev that is in use
    if (driver && listed && std::find(names.begin(), names.end(), "nvidiactl") == names.end())
        s.problem(
            s.seen("container.kind").has_value()
                ? "the driver is loaded and the container has no device nodes: it was started without GPUs"
                : "the driver is loaded and /dev/nvidiactl is not there: nvidia-modprobe makes the nodes");
    if (gpus != 0) s.see("device.gpus", std::to_string(gpus), "device nodes of GPUs", "/dev");
    const std::string mig = "/proc/driver/nvidia/capabilities";
    for (const std::string& gpu : s.list("mig", mig)) {
        if (!gpu.starts_with("gpu")) continue;
        std::size_t instances = 0;
        for (const std::string& gi : s.files().list(mig + "/" + gpu + "/mig").names)
            if (gi.starts_with("gi")) ++instances;
        if (instances != 0)
            s.see("mig." + gpu, std::to_string(instances), "GPU instances of MIG", mig + "/" + gpu + "/mig");
    }
}

} // namespace

const detector detect_device_nodes{"device-nodes", run};

} // namespace cudacompat::probe_impl
