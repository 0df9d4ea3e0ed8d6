#!/usr/bin/env python3
"""Writes samples/: small files with fat binaries, laid out as src/inspect/fat_binary.cpp describes them.

The payloads are not code. Headers, flags and sizes of headers are those that nvcc 13.0 writes for the same targets.

Usage: make_samples.py [--check]      --check: writes nothing, exit 1 if a sample is not as this script makes it
"""

import struct
import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent / "samples"
PTX, SASS, LTO = 1, 2, 8
LZ4, ZSTD, A, F = 0x2000, 0x8000, 0x100000, 0x200000


def image(kind, arch, flags=0, ptx=(0, 0), size=40, unpacked=0, head=64):
    """One image; `size` bytes as stored, `unpacked` of them decompressed (0: not compressed)."""
    major, minor = ptx if kind == PTX else (1, 8)
    payload = bytes(i % 251 for i in range(size))
    padded = payload + bytes(-size % 8)
    out = struct.pack("<HHIQIIHHIIIQQQ", kind, 0x101, head, len(padded), size if unpacked else 0, 0, minor, major, arch, 0, 0, 0x11 | flags, 0, unpacked)
    return out + bytes(head - len(out)) + padded


def fat(*images):
    return struct.pack("<IHHQ", 0xBA55ED50, 1, 16, sum(map(len, images))) + b"".join(images)


def elf(*sections, machine=62, osabi=0, flags=0):
    """An ELF file of sections (name, content) or (name, content, type)."""
    names = b"\0"
    body = b""
    table = [bytes(64)]
    for name, content, *kind in (*sections, (".shstrtab", None, 3)):
        at = len(names)
        names += name.encode() + b"\0"
        if content is None:
            content = names
        body += bytes(-len(body) % 8)
        table.append(struct.pack("<IIQQQQIIQQ", at, *(kind or [1]), 2, 0, 64 + len(body), len(content), 0, 0, 8, 0))
        body += content
    body += bytes(-len(body) % 8)
    ident = b"\x7fELF\2\1\1" + bytes([osabi]) + bytes(8)
    head = ident + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 0, 64 + len(body), flags, 64, 0, 0, 64, len(table), len(table) - 1)
    return head + body + b"".join(table)


def member(name, content):
    return f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(content):<10}`\n".encode() + content + b"\n" * (len(content) % 2)


def archive(*members):
    return b"!<arch>\n" + b"".join(members)


def pe(*sections):
    """A PE file that has headers and sections and nothing else."""
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, 0, 0x2022)
    at = len(head) + 40 * len(sections)
    body = b""
    for name, content in sections:
        padded = content + bytes(-len(content) % 512)
        head += struct.pack("<8sIIIIIIHHI", name, len(content), 0, len(padded), at + len(body), 0, 0, 0, 0, 0)
        body += padded
    return head + body


def samples():
    full = fat(image(SASS, 80), image(SASS, 90, A), image(SASS, 100, F | 0x1000000, head=112), image(PTX, 90, ZSTD, (8, 4), 33, 400, 80))
    small = fat(image(SASS, 80, LZ4, size=50, unpacked=900), image(PTX, 90, LZ4, (8, 10), 30, 300, 96))
    special = fat(image(SASS, 90, A, size=16))
    relocatable = fat(image(SASS, 80), image(PTX, 90, 0, (8, 4), 48, 0, 96), image(LTO, 90, ZSTD, size=24, unpacked=90, head=120))
    text = (".text", b"\x90" * 32)
    linked = elf(text, (".nv_fatbin", full + bytes(8) + small + special), (".nvFatBinSegment", bytes(24)))
    both = elf(text, (".nv_fatbin", fat(image(SASS, 80))), ("__nv_relfatbin", relocatable))
    object_file = elf(text, ("__nv_relfatbin", relocatable))
    yield "linked.elf", linked
    yield "both.elf", both
    yield "object.elf", object_file
    yield "host.elf", elf(text)
    yield "debug.elf", elf(text, (".nv_fatbin", bytes(64), 8))
    yield "library.ar", archive(
        member("/", bytes(6)), member("//", b"a_file_with_a_long_name.o/\n"), member("/0", object_file), member("short.o/", linked), member("notes.txt/", b"text\n")
    )
    yield "partial.elf", elf(text, (".nv_fatbin", fat(image(SASS, 80)) + fat(image(SASS, 80), image(SASS, 90)) + fat(image(SASS, 80), image(SASS, 90))))
    yield "windows.pe", pe((b".text", bytes(16)), (b".nv_fatb", full + small), (b"__nv_rel", relocatable))
    yield "bare.fatbin", full
    yield "bare.cubin", elf(text, machine=190, osabi=0x41, flags=0x6005A04)
    yield "old.cubin", elf(text, machine=190, osabi=0x33, flags=0x560556)
    yield "unknown-kind.fatbin", fat(image(SASS, 80), image(77, 80))
    yield "cut-off.elf", linked[: len(linked) - 100]


def main():
    wrong = []
    for name, content in samples():
        path = SAMPLES / name
        if "--check" not in sys.argv[1:]:
            path.write_bytes(content)
        elif not path.is_file() or path.read_bytes() != content:
            wrong.append(f"{name}: not as make_samples.py makes it")
    left = {p.name for p in SAMPLES.iterdir()} - {name for name, _ in samples()}
    wrong += [f"{name}: not made by make_samples.py" for name in sorted(left)]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
