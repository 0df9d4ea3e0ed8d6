#!/usr/bin/env python3
"""Golden tests of the program: each folder of cases/ is one run. See README.md.

Usage: run_cases.py --program PROGRAM [--update] [NAME...]      no NAME: all of them
"""

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).resolve().parent / "cases"
KEYS = {"args", "exit", "stdin", "env"}


def read_case(folder):
    """The file `case`: lines of KEY: VALUE, '#' begins a comment line."""
    case = {"env": []}
    for number, line in enumerate((folder / "case").read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if not colon or key not in KEYS:
            sys.exit(f"{folder / 'case'}:{number}: expected one of {', '.join(sorted(KEYS))}, and a colon")
        if key == "env":
            case["env"].append(value.strip())
        elif key in case:
            sys.exit(f"{folder / 'case'}:{number}: {key} is given twice")
        else:
            case[key] = value.strip()
    if not {"args", "exit"} <= case.keys():
        sys.exit(f"{folder / 'case'}: args and exit are needed")
    return case


def run(program, folder, case):
    # Nothing of the caller's environment but the path; every case sees the same.
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update(pair.split("=", 1) for pair in case["env"])
    stdin = (folder / case["stdin"]).read_bytes() if "stdin" in case else b""
    done = subprocess.run(
        [program, *shlex.split(case["args"])], input=stdin, capture_output=True, cwd=folder, env=env, timeout=60, check=False
    )
    return done.returncode, without_digest(done.stdout), done.stderr


def without_digest(text):
    """The digest changes with every change of the data: its form is checked, its value is not."""
    text = re.sub(rb"(?m)^(.*, by data [^\n(]*)\([0-9a-f]{8}\)", rb"\1(DIGEST)", text, count=1)
    return re.sub(rb'"digest": ?"[0-9a-f]{16}"', b'"digest": "DIGEST"', text)


def compare(folder, name, got):
    """Lines of a diff, empty if equal. A file that is not there stands for no output."""
    path = folder / name
    wanted = path.read_bytes() if path.exists() else b""
    if wanted == got:
        return []
    a, b = (text.decode("utf-8", "backslashreplace").splitlines() for text in (wanted, got))
    return list(difflib.unified_diff(a, b, f"{folder.name}/{name}", "this run", lineterm=""))[:200] or ["line ends differ"]


def update(folder, name, got):
    path = folder / name
    if got:
        path.write_bytes(got)
    elif path.exists():
        path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--update", action="store_true", help="write what the program says; exit codes stay as written")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    program = str(Path(options.program).resolve())
    names = options.names or sorted(p.parent.name for p in CASES.glob("*/case"))
    if not names:
        sys.exit("no cases")
    failed = 0
    for name in names:
        folder = CASES / name
        case = read_case(folder)
        code, out, err = run(program, folder, case)
        problems = []
        if code != int(case["exit"]):
            problems.append(f"exit code {code}, expected {case['exit']}")
        for file, got in (("stdout", out), ("stderr", err)):
            if options.update:
                update(folder, file, got)
            else:
                problems += compare(folder, file, got)
        if problems:
            failed += 1
            print(f"{name}: cudacompat {case['args']}", *problems, sep="\n  ")
    print(f"{len(names) - failed} of {len(names)} cases as expected")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
