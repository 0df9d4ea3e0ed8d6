// The distribution, by os-release.
#include "scene.hpp"

namespace cudacompat::probe_impl {

namespace {

bool known(const knowledge_base& kb, std::string_view label) {
    const std::uint32_t c = kb.find_component("distro");
    if (c == frozen::none) return false;
    for (const frozen::value& v : kb.values(kb.components()[c]))
        if (kb.str(v.version) == label) return true;
    return false;
}

void run(scene& s) {
    for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
        const auto text = s.read("distro", path);
        if (!text) continue;
        const std::string id = value_in(*text, "ID");
        const std::string version = value_in(*text, "VERSION_ID");
        if (id.empty()) continue;
        std::string label = version.empty() ? id : id + "-" + version;
        if (s.kb() != nullptr && !known(*s.kb(), label)) { // "rhel-9.4" is listed as rhel-9
            const std::string major = id + "-" + version.substr(0, version.find('.'));
            if (known(*s.kb(), major)) label = major;
        }
        const bool listed = s.kb() != nullptr && known(*s.kb(), label);
        s.see(listed ? "distro" : "distro.unlisted", label, "os-release", path, observed_level::declared);
        return;
    }
}

} // namespace

const detector detect_distro{"distro", run};

} // namespace cudacompat::probe_impl
