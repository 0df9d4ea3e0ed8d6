// GPUs on the PCI bus; they are there without any driver.
#include "scene.hpp"

#include <cudacompat/knowledge/lookup.hpp>

#include <charconv>

namespace cudacompat::probe_impl {

namespace {

constexpr std::string_view bus = "/sys/bus/pci/devices";
constexpr std::size_t most_devices = 4096;

std::uint32_t hex_of(std::string_view text) noexcept {
    text = trimmed(text);
    if (text.starts_with("0x")) text.remove_prefix(2);
    std::uint32_t out = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), out, 16);
    return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? out : 0;
}

std::string hex4(std::uint32_t value) {
    std::string out;
    for (unsigned shift = 16; shift != 0; shift -= 4) out += "0123456789abcdef"[value >> (shift - 4) & 15U];
    return out;
}

void device(scene& s, const std::string& slot) {
    const std::string folder = std::string(bus) + "/" + slot;
    const auto number = [&](const char* name) {
        const file_text got = s.files().read(folder + "/" + name, 32);
        if (got.outcome == look_outcome::blocked) s.tried("gpu", folder + "/" + name, got.outcome, got.why);
        return hex_of(got.text);
    };
    const std::uint32_t kind = number("class") >> 8U;
    if (number("vendor") != 0x10de || (kind != 0x0300 && kind != 0x0302)) return; // VGA, 3D
    const std::uint32_t id = number("device");
    s.see("gpu." + slot + ".pci", "10de:" + hex4(id), "the PCI bus", folder);
    if (const std::string driver(last_part(s.files().canonical(folder + "/driver"))); !driver.empty()) {
        s.see("gpu." + slot + ".driver", driver, "what the device is bound to", folder + "/driver");
        if (driver == "nouveau")
            s.problem("GPU " + slot + " is bound to nouveau: CUDA needs NVIDIA's own driver");
        if (driver == "vfio-pci")
            s.problem("GPU " + slot +
                      " is bound to vfio-pci, for a virtual machine: CUDA cannot use it here");
    }
    const std::string information = "/proc/driver/nvidia/gpus/" + slot + "/information";
    std::string model;
    if (const file_text got = s.files().read(information, 4096); got.outcome == look_outcome::found)
        for (const std::string_view line : lines_of(got.text))
            if (line.starts_with("Model:")) model = trimmed(line.substr(6));
    if (model == "Unknown") model.clear();
    if (!model.empty()) s.see("gpu." + slot + ".name", model, "the driver's list of GPUs", information);
    if (s.kb() == nullptr) return;
    const found_device found = find_device(*s.kb(), id);
    if (found.chip == nullptr) {
        s.problem("GPU " + slot + ": the data does not know the PCI id 10de:" + hex4(id));
        return;
    }
    const std::string chip(s.kb()->str(found.chip->name));
    if (model.empty() && found.device != nullptr)
        if (const std::string_view name = s.kb()->str(found.device->name); !name.empty())
            s.see("gpu." + slot + ".name", std::string(name), "PCI id 10de:" + hex4(id), folder);
    s.see("gpu." + slot + ".compute_capability", std::string(s.kb()->str(found.chip->compute_capability)),
          "PCI id 10de:" + hex4(id) + ", chip " + chip, folder);
}

void run(scene& s) {
    const std::vector<std::string> slots = s.list("gpu", std::string(bus));
    std::size_t looked = 0;
    for (const std::string& slot : slots)
        if (++looked <= most_devices) device(s, slot);
    bool any = false;
    for (const observation& o : s.report().observations) any = any || o.what.starts_with("gpu.");
    // WSL2 and Jetson have their GPU elsewhere than on this bus.
    if (!any && !slots.empty() && !s.seen("platform").has_value())
        s.see("gpu.none", "absent", "the PCI bus is listed, and no GPU of NVIDIA is on it", std::string(bus));
}

} // namespace

const detector detect_gpus{"gpus", run};

} // namespace cudacompat::probe_impl
