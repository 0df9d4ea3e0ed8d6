// The container of device code. NVIDIA does not describe it. The layout was learnt from descriptions
// (GrigoryEvko/nvopen-tools, fatbin/FORMAT_SPECIFICATION.md; n-eiling/cuda-fatbin-decompression; the headers that
// vosen/ZLUDA and CUDA-emulating runtimes declare) and measured: on files made with nvcc 13.0 for each target, suffix
// and --compress-mode, and against what cuobjdump 13.5 lists of libraries built with CUDA 11.8 to 13.x.
//
//   fat binary, at a multiple of 8, any number in a row:
//      0 u32 0xba55ed50   4 u16 version, 1   6 u16 size of this header, 16   8 u64 size of the images
//   image:
//      0 u16 kind: 1 PTX, 2 SASS (a cubin), 8 NVVM IR for link-time optimisation
//      2 u16 0x101   4 u32 size of this header, 64 and more   8 u64 size of the payload, padded to 8
//     16 u32 its size where it is compressed   24 u16 minor, 26 u16 major: of PTX its ISA version, whatever the
//        compression   28 u32 architecture
//     40 u64 flags: 0x2000 LZ4, 0x8000 zstd, 0x100000 suffix a, 0x200000 suffix f
//     56 u64 decompressed size, 0 where it is not compressed
#include "collect.hpp"

#include <algorithm>
#include <vector>

namespace cudacompat::inspecting {

namespace {

constexpr std::uint32_t magic = 0xba55ed50;
constexpr std::size_t container_header = 16;
constexpr std::size_t image_header = 64;
constexpr std::uint64_t arch_specific = 0x100000;
constexpr std::uint64_t family_specific = 0x200000;

std::string at_text(const std::string& where, std::uint64_t at) {
    return where + "at byte " + std::to_string(at) + ": ";
}

class reader {
public:
    reader(const view& in, const std::string& where, bool relocatable, collector& out)
        : in_(in), where_(where), relocatable_(relocatable), out_(out) {}

    void run() {
        std::uint64_t at = 0;
        while (at < in_.size() && out_.one_more()) {
            const auto h = in_.get<container_header>(at);
            if (!h || h->u32(0) != magic) {
                if (!resync(at)) return;
                continue;
            }
            at = container(at, *h);
        }
    }

private:
    /// Reads the one at `at`; returns where to go on.
    std::uint64_t container(std::uint64_t at, const header<container_header>& h) {
        const std::uint64_t first = h.u16(6);
        if (h.u16(4) != 1 || first < container_header) {
            out_.unread(at_text(where_, at) + "a fat binary of version " + std::to_string(h.u16(4)) +
                        " with a header of " + std::to_string(first) + " bytes");
            return at + container_header;
        }
        std::uint64_t size = h.u64(8);
        const std::uint64_t left = in_.size() - at;
        const bool cut = first > left || size > left - first;
        if (cut) {
            out_.unread(at_text(where_, at) + "a fat binary that ends beyond its section");
            size = first > left ? 0 : left - first;
        }
        const std::uint64_t start = at + std::min(first, left);
        const std::uint64_t end = start + size;
        const bool whole = images(start, end);
        out_.module_ends();
        if (cut && !whole) return at + container_header; // its size is not to be trusted
        return end;
    }

    bool images(std::uint64_t at, std::uint64_t end) {
        while (end - at >= image_header) {
            if (!out_.one_more()) return false;
            const auto h = in_.get<image_header>(at);
            if (!h) {
                out_.unread(at_text(where_, at) + "the file ends or cannot be read");
                return false;
            }
            const std::uint64_t head = h->u32(4);
            const std::uint64_t payload = h->u64(8);
            if (head < image_header || head > end - at || payload > end - at - head) {
                out_.unread(at_text(where_, at) + "an image whose size does not fit into its fat binary");
                // What it is stands before its size: of a file that was cut off the last image still counts.
                if (head >= image_header && head <= 65536)
                    image(at, *h, end - at < head ? 0 : end - at - head);
                return false;
            }
            image(at, *h, payload);
            at += head + payload;
        }
        if (at != end) out_.unread(at_text(where_, at) + "bytes after the last image of a fat binary");
        return true;
    }

    void image(std::uint64_t at, const header<image_header>& h, std::uint64_t stored) {
        code_target t;
        switch (h.u16(0)) {
        case 1: t.kind = device_code::ptx; break;
        case 2: t.kind = device_code::sass; break;
        case 8: t.kind = device_code::lto; break;
        default:
            out_.unread(where_ + "images of kind " + std::to_string(h.u16(0)) +
                        ", which this version does not know");
            return;
        }
        t.relocatable = relocatable_;
        t.arch = h.u32(28);
        if (t.arch < 10 || t.arch > 999) {
            out_.unread(at_text(where_, at) + "an image for architecture " + std::to_string(t.arch));
            return;
        }
        const std::uint64_t flags = h.u64(40);
        if ((flags & family_specific) != 0) t.suffix = 'f';
        if ((flags & arch_specific) != 0) t.suffix = 'a';
        if (t.kind == device_code::ptx && h.u16(26) > 0 && h.u16(26) < 100 && h.u16(24) < 100)
            t.ptx = std::to_string(h.u16(26)) + "." + std::to_string(h.u16(24));
        const std::uint64_t unpacked = h.u64(56);
        const std::uint64_t packed = h.u32(16);
        t.bytes = packed != 0 && packed <= stored ? packed : stored;
        t.unpacked = unpacked != 0 ? unpacked : stored;
        out_.image(t);
    }

    /// Moves `at` to the next fat binary. Zero bytes are padding; anything else is told.
    bool resync(std::uint64_t& at) {
        const std::uint64_t from = at;
        const std::uint64_t until = at + out_.may_skip(in_.size() - at);
        bool zeros = true;
        bool found = false;
        while (at < until) {
            const auto h = in_.get<4>(at);
            if (h && h->u32(0) == magic && at != from) {
                found = true;
                break;
            }
            const auto one = in_.get<1>(at);
            zeros = zeros && one && one->u8(0) == 0;
            ++at;
        }
        out_.skipped(at - from);
        if (!zeros) out_.unread(at_text(where_, from) + "bytes that are no fat binary");
        if (!found && at < in_.size())
            out_.unread(at_text(where_, at) + std::to_string(in_.size() - at) +
                        " bytes that were not searched");
        return found;
    }

    const view& in_;
    const std::string& where_;
    bool relocatable_;
    collector& out_;
};

} // namespace

bool is_fat_binary(const view& in) {
    const auto h = in.get<4>(0);
    return h && h->u32(0) == magic;
}

void read_fat_binaries(const view& in, const std::string& where, bool relocatable, collector& out) {
    reader(in, where, relocatable, out).run();
}

} // namespace cudacompat::inspecting
