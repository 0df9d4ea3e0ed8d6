#!/usr/bin/env python3
"""How long a translation unit takes that calls cudacompat::resolve, against one that includes <regex>.

User CPU time, the median of interleaved rounds, for each compiler and optimisation level. The bar is 2.

Usage: compile_time.py [--compiler CXX]... [--rounds N] [--include FOLDER]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

UNITS = {
    "regex": "#include <regex>\nint main() {}\n",
    "cudacompat": """#include <cudacompat/cudacompat.hpp>
int main() {
    const auto answer = cudacompat::resolve({"torch:1.12"});
    return answer && answer->solution() != nullptr ? 0 : 1;
}
""",
}


def user_seconds(command):
    """User CPU time of one command and its children; its failure ends the program."""
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return usage.ru_utime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", action="append", help="may be repeated; default: g++ and clang++ if there")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--include", type=Path, default=Path(__file__).resolve().parents[3] / "include")
    options = parser.parse_args()
    compilers = options.compiler or [one for one in ("g++", "clang++") if shutil.which(one)]
    print(f"{'compiler':<12} {'level':<5} {'<regex>':>9} {'resolve':>9} {'ratio':>6}   (user seconds, bar 2.00)")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in UNITS.items():
            Path(folder, name + ".cpp").write_text(text, encoding="utf-8")
        for compiler in compilers:
            for level in ("-O0", "-O2"):
                times = {name: [] for name in UNITS}
                for number in range(options.rounds + 1):
                    for name in UNITS:
                        spent = user_seconds(
                            [compiler, "-std=c++20", level, "-c", "-I", str(options.include)]
                            + [str(Path(folder, name + ".cpp")), "-o", str(Path(folder, name + ".o"))]
                        )
                        if number > 0:  # the first round fills the caches
                            times[name].append(spent)
                regex, ours = (statistics.median(times[name]) for name in UNITS)
                label = os.path.basename(compiler)
                print(f"{label:<12} {level:<5} {regex:9.2f} {ours:9.2f} {ours / regex:6.2f}", flush=True)


if __name__ == "__main__":
    main()
