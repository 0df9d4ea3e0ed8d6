#!/usr/bin/env python3
"""Reads the include lines of the tree and says which of them point the wrong way.

The layers, lowest first; a header includes its own layer or a lower one:

    0 base   1 version   2 knowledge   3 decide   4 tell   5 everything directly in include/cudacompat

Usage: include_direction.py [ROOT]     prints file:line: [rule] message; exit 1 if there is any
"""

import re
import sys
from pathlib import Path

LAYERS = {"base": 0, "version": 1, "knowledge": 2, "decide": 3, "tell": 4}
OUTSIDE = 5
SUFFIXES = {".hpp", ".h", ".cpp", ".cc", ".cu", ".cuh", ".inc", ".ipp"}

# The decision core proper: it speaks of variables and bit sets, and knows nothing of CUDA.
BARE_CORE = re.compile(r"decide/((problem|solver|check|enumerate|refutation)[^/]*|detail/.+)$")

STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfloat charconv chrono cinttypes climits
    clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio
    cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem format forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
    strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility
    valarray variant vector version""".split()
)
# Files, clocks, the environment, the locale, chance: an answer depends on none of them.
WORLD = set(
    "chrono clocale cstdio cstdlib csignal ctime filesystem fstream iostream locale random syncstream".split()
)

CUDA = re.compile(r"(cuda|cublas|cudnn|cufft|curand|cusolver|cusparse|nccl|nvml|nvrtc|nvJitLink)\w*\.h$|(cub|thrust|cuda)/")

# rule -> what it says; each has a sample in test_style.py that breaks it.
RULES = {
    "layer": "a header includes its own layer or a lower one",
    "bare-core": "the decision core reaches base and itself only: it knows nothing of versions or CUDA",
    "standard-only": "layers 0 to 4 include the standard library and each other, nothing else",
    "no-world": "layers 0 to 4 see no file, clock, environment, locale or chance",
    "angle": "a public header includes our headers as <cudacompat/...>, so that it finds its own copy",
    "yaml-cpp": "src/yaml alone sees yaml-cpp",
    "cuda": "src/device alone sees CUDA's headers",
    "boost": "graph.hpp and src/lint alone see Boost",
    "cli11": "src/cli alone sees CLI11",
    "no-solver": "the YAML loader and the probe do not see the solver",
    "core-sees-src": "public headers include nothing from src",
}

INCLUDE = re.compile(r'^\s*#\s*include(?:_next)?\s*(<[^>]+>|"[^"]+")')


def includes(path):
    """(line number, spelling with its brackets) of each include line outside block comments."""
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if inside:
            inside = "*/" not in line
            continue
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)
        inside = "/*" in line and "*/" not in line.split("/*", 1)[1]


def layer(public):
    """Layer of a public header by its path below include/cudacompat."""
    if public == "version_info.hpp":
        return 0
    return LAYERS.get(public.split("/")[0], OUTSIDE) if "/" in public else OUTSIDE


def reached(root, public, seen):
    """All public headers that `public` includes, itself among them."""
    path = root / "include/cudacompat" / public
    if public in seen or not path.is_file():
        return seen
    seen.add(public)
    for _, spelling in includes(path):
        name = spelling[1:-1]
        if name.startswith("cudacompat/"):
            reached(root, name[len("cudacompat/"):], seen)
    return seen


def broken_rules(root, place, spelling):
    """The rules that one include line in the file at `place` breaks."""
    name = spelling[1:-1]
    ours = name[len("cudacompat/"):] if name.startswith("cudacompat/") else None
    if place.startswith("include/cudacompat/"):
        here = place[len("include/cudacompat/"):]
        level = layer(here)
        if "src/" in name or name.startswith("../"):
            yield "core-sees-src"
        elif spelling.startswith('"'):
            yield "angle"
        if ours and layer(ours) > level:
            yield "layer"
        if BARE_CORE.match(here) and ours:
            if any(layer(one) not in (0, LAYERS["decide"]) for one in {ours} | reached(root, ours, set())):
                yield "bare-core"
        if level < OUTSIDE and spelling.startswith("<") and ours is None and name not in STANDARD:
            yield "standard-only"
        if level < OUTSIDE and name in WORLD:
            yield "no-world"
    if name.startswith("yaml-cpp/") and not place.startswith("src/yaml/"):
        yield "yaml-cpp"
    if CUDA.match(name) and ours is None and not place.startswith("src/device/"):
        yield "cuda"
    if name.startswith("boost/") and not place.startswith(("src/lint/", "include/cudacompat/graph.hpp")):
        yield "boost"
    if name.startswith("CLI/") and not place.startswith("src/cli/"):
        yield "cli11"
    if place.startswith(("src/yaml/", "src/probe/")) and ours:
        if any(re.match(r"decide/|cudacompat\.hpp", one) for one in reached(root, ours, set())):
            yield "no-solver"


def check(root):
    """One line of text for each include line that breaks a rule."""
    root = Path(root)
    faults = []
    for top in ("include", "src", "examples", "bindings"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            place = path.relative_to(root).as_posix()
            for number, spelling in includes(path):
                for rule in broken_rules(root, place, spelling):
                    faults.append(f"{place}:{number}: [{rule}] {spelling}: {RULES[rule]}")
    return faults


if __name__ == "__main__":
    found = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    print("\n".join(found) or "every include line points down")
    sys.exit(1 if found else 0)
