// ELF, 64 bits, little-endian (System V ABI, chapters 4 and 5): the sections in which fat binaries are kept. Cubins
// are ELF files too, of machine 190.
#include "collect.hpp"

#include <string_view>

namespace cudacompat::inspecting {

namespace {

constexpr std::uint32_t machine_cuda = 190;
constexpr std::uint32_t type_nobits = 8;
constexpr std::uint64_t flag_compressed = 0x800;
constexpr std::uint32_t index_elsewhere = 0xffff;
constexpr std::string_view linked = ".nv_fatbin";
/// Of a separate compilation (-rdc=true). It stays in the program beside what was linked of it.
constexpr std::string_view relocatable = "__nv_relfatbin";

/// Measured: OS ABI 0x41 (all of nvcc 13, sm_100 and up of 12.8) has the architecture in bits 8 to 15 of the flags,
/// OS ABI 0x33 in bits 0 to 7. The suffix is not told.
void read_cubin(const header<64>& h, const view& in, const std::string& where, collector& out) {
    code_target t;
    t.arch = h.u8(7) == 0x41 ? h.u32(48) >> 8U & 0xffU : h.u32(48) & 0xffU;
    if (t.arch < 10) {
        out.unread(where + "a cubin for architecture " + std::to_string(t.arch));
        return;
    }
    t.bytes = t.unpacked = in.size();
    out.image(t);
    out.module_ends();
    if (t.arch >= 90) // the first that has suffixes
        out.unread(where + "whether the cubin is for sm_" + std::to_string(t.arch) +
                   ", its suffix a or f: a cubin does not say");
}

} // namespace

bool read_elf(const view& in, const std::string& where, collector& out, std::string& format) {
    const auto h = in.get<64>(0);
    if (!h || h->text(0, 4) != "\177ELF") return false;
    format = "ELF";
    if (h->u8(4) != 2 || h->u8(5) != 1) {
        out.unread(where + "an ELF file that is not of 64 bits and little-endian");
        return true;
    }
    if (h->u16(18) == machine_cuda) {
        format = "cubin";
        read_cubin(*h, in, where, out);
        return true;
    }
    const std::uint64_t table = h->u64(40);
    const std::uint64_t size = h->u16(58);
    std::uint64_t count = h->u16(60);
    std::uint64_t names_at = h->u16(62);
    if (table == 0) {
        out.unread(where + "an ELF file without section headers");
        return true;
    }
    const auto first = in.get<64>(table);
    if (size < 64 || !first) {
        out.unread(where + "section headers that are not in the file: it was cut off, or is damaged");
        return true;
    }
    if (count == 0) count = first->u64(32);
    if (names_at == index_elsewhere) names_at = first->u32(40);
    const std::uint64_t there = (in.size() - table) / size;
    if (count > there) {
        out.unread(where + "section headers that are not in the file: it was cut off, or is damaged");
        count = there;
    }
    const auto strings = names_at < count ? in.get<64>(table + names_at * size) : first;
    const auto text = strings ? in.part(strings->u64(24), strings->u64(32)) : std::nullopt;
    if (!text || names_at >= count) {
        out.unread(where + "the names of the sections are not in the file");
        return true;
    }
    for (std::uint64_t i = 0; i < count && out.one_more_section(); ++i) {
        const auto s = in.get<64>(table + i * size);
        if (!s) break;
        const std::string name = text->name(s->u32(0), 32);
        if (name != linked && name != relocatable) continue;
        if (s->u32(4) == type_nobits) { // debug files keep the headers alone
            out.unread(where + name + ": its content is not in this file");
            continue;
        }
        if ((s->u64(8) & flag_compressed) != 0) {
            out.unread(where + name + ": a compressed section");
            continue;
        }
        const std::uint64_t at = s->u64(24);
        std::uint64_t bytes = s->u64(32);
        if (!in.holds(at, bytes)) {
            out.unread(where + name + ": ends beyond the end of the file");
            bytes = at < in.size() ? in.size() - at : 0;
        }
        if (const auto body = in.part(at, bytes))
            read_fat_binaries(*body, where + name + ": ", name == relocatable, out);
    }
    return true;
}

} // namespace cudacompat::inspecting
