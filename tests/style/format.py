#!/usr/bin/env python3
"""Lays out our C++ files by .clang-format, or says which of them are not.

Usage: format.py [--fix] [--clang-format PROGRAM] [ROOT]     without --fix: exit 1 if a file would change
"""

import argparse
import subprocess
import sys
from pathlib import Path

SUFFIXES = {".hpp", ".cpp", ".cu", ".h"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fix", action="store_true", help="rewrite the files")
    parser.add_argument("--clang-format", default="clang-format-14", help="the program, of LLVM 14")
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parents[2])
    options = parser.parse_args()
    sources = sorted(
        str(path.relative_to(options.root))
        for top in ("include", "src", "examples", "tests", "bindings")
        for path in (options.root / top).rglob("*")
        if path.suffix in SUFFIXES and path.is_file()
    )
    if not sources:
        sys.exit(f"{options.root}: no C++ file found")
    mode = ["-i"] if options.fix else ["--dry-run", "-Werror", "--ferror-limit=3"]
    done = subprocess.run([options.clang_format, "--style=file", *mode, *sources], cwd=options.root, check=False)
    if done.returncode != 0 and not options.fix:
        print("mend with: tests/style/format.py --fix")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
