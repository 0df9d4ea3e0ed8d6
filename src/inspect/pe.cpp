// Windows' executables and DLLs (Microsoft, "PE Format"). Names of sections have eight bytes.
#include "collect.hpp"

#include <algorithm>

namespace cudacompat::inspecting {

bool read_pe(const view& in, collector& out) {
    const auto dos = in.get<64>(0);
    if (!dos || dos->text(0, 2) != "MZ") return false;
    const std::uint64_t pe = dos->u32(60);
    const auto h = in.get<24>(pe);
    if (!h || h->text(0, 4) != std::string("PE\0\0", 4)) return false;
    const std::uint64_t table = pe + 24 + h->u16(20);
    for (std::uint64_t i = 0; i < h->u16(6) && out.one_more_section(); ++i) {
        const auto s = in.get<40>(table + i * 40);
        if (!s) {
            out.unread("section headers that are not in the file: it was cut off, or is damaged");
            break;
        }
        const std::string name = s->text(0, 8);
        if (name != ".nv_fatb" && name != "__nv_rel") continue;
        const std::uint64_t at = s->u32(20);
        std::uint64_t bytes = s->u32(8) != 0 ? std::min(s->u32(8), s->u32(16)) : s->u32(16);
        if (!in.holds(at, bytes)) {
            out.unread(name + ": ends beyond the end of the file");
            bytes = at < in.size() ? in.size() - at : 0;
        }
        if (const auto body = in.part(at, bytes))
            read_fat_binaries(*body, name + ": ", name == "__nv_rel", out);
    }
    return true;
}

} // namespace cudacompat::inspecting
