#!/usr/bin/env python3
"""Checks the tree as a whole: the length of headers, a README in each room, what no tracked file may hold.

Usage: tree.py [ROOT]     prints file:line: [rule] message; exit 1 if there is any
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

HEADER_LINES = 400
LARGE_FILE = 1 << 20

# rule -> what it says; each has a sample in test_style.py that breaks it.
RULES = {
    "header-length": f"a header stays under {HEADER_LINES} lines: split it by idea",
    "readme": "a room has a README.md: what lives here, what may enter, where to start reading",
    "machine-path": "a path of the machine it was written on",
    "registry-host": "the address of a package registry: tools know their own",
    "private-key": "a private key or token",
    "conflict-marker": "a merge conflict",
    "large-file": "over 1 MiB: generated or recorded data does not belong here",
    "line-ending": "lines end in LF, and so does the file",
}

# Written in pieces, so that this file does not hold what it looks for.
FORBIDDEN = {
    "machine-path": r"/wo" r"rk/\w|/fa" r"rm/\w|/ho" r"me/[a-z]\w*/|/Us" r"ers/[A-Za-z]\w*/|/ro" r"ot/\w",
    "registry-host": r"py" r"pi\.org|python" r"hosted\.org|registry\.npm" r"js\.org|deb" r"ian\.org|crates" r"\.io",
    "private-key": r"BEGIN [A-Z ]*PRIV" r"ATE KEY|gh" r"p_[0-9A-Za-z]{30}|AK" r"IA[0-9A-Z]{16}",
    "conflict-marker": r"^(<" r"<<<<<< |>" r">>>>>> )",
}
FORBIDDEN = {rule: re.compile(pattern, re.MULTILINE) for rule, pattern in FORBIDDEN.items()}

ROOMS = ("include/cudacompat", "data", "examples", "tests", "tests/bench", "src", "src/*", "tests/bench/*", "bindings/*")
SOURCES = (".hpp", ".cpp", ".cu", ".py", ".yaml")


def files(root):
    """What belongs to the tree: git's list where there is one (new files too), else every file."""
    git = ["git", "-C", str(root)]
    names = None
    if shutil.which("git"):
        listed = subprocess.run(
            [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=False
        )
        top = subprocess.run([*git, "rev-parse", "--show-toplevel"], capture_output=True, check=False)
        if listed.returncode == 0 and Path(top.stdout.decode().strip()) == root.resolve():
            names = [name for name in listed.stdout.decode().split("\0") if name]
    if names is None:
        names = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()]
        names = [n for n in names if not n.startswith(("build/", ".git/")) and "__pycache__" not in n]
    return sorted(name for name in set(names) if (root / name).is_file() and not (root / name).is_symlink())


def check(root):
    """One line of text for each fault."""
    root = Path(root)
    names = files(root)
    faults = []

    def fault(name, line, rule, found=""):
        faults.append(f"{name}:{line}: [{rule}] {found + ': ' if found else ''}{RULES[rule]}")

    for name in names:
        raw = (root / name).read_bytes()
        if len(raw) > LARGE_FILE:
            fault(name, 0, "large-file")
        if b"\0" in raw:
            continue
        text = raw.decode("utf-8", errors="replace")
        lines = text.count("\n")
        if name.startswith("include/") and name.endswith(".hpp") and lines > HEADER_LINES:
            fault(name, lines, "header-length")
        if "\r\n" in text or (text and not text.endswith("\n")):
            fault(name, lines, "line-ending")
        for rule, pattern in FORBIDDEN.items():
            for match in pattern.finditer(text):
                fault(name, text.count("\n", 0, match.start()) + 1, rule, match.group(0).strip())

    folders = {Path(name).parent for name in names if name.endswith(SOURCES)}
    folders |= {parent for folder in folders for parent in folder.parents}
    for folder in sorted(folders):
        here = folder.as_posix()
        if any(folder.match(room) and len(folder.parts) == room.count("/") + 1 for room in ROOMS):
            if f"{here}/README.md" not in names:
                fault(here, 0, "readme")
    return faults


if __name__ == "__main__":
    found = check(sys.argv[1] if len(sys.argv) > 1 else ".")
    print("\n".join(found) or "the tree is in order")
    sys.exit(1 if found else 0)
