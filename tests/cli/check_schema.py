#!/usr/bin/env python3
"""Answers follow data/schema/answer.schema.json: the golden files, fresh runs, and spoilt answers that must not.

Usage: check_schema.py PROGRAM      exit 77 (skipped) where the package jsonschema is not installed
"""

import copy
import json
import subprocess
import sys
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("skipped: Python's package jsonschema is not installed")
    sys.exit(77)

HERE = Path(__file__).resolve().parent
SCHEMA = json.loads((HERE.parents[1] / "data/schema/answer.schema.json").read_text(encoding="utf-8"))


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a member twice: {sorted(n for n in set(names) if names.count(n) > 1)}")
    return dict(pairs)


def check(validator, where, text):
    answer = json.loads(text, object_pairs_hook=no_duplicates)
    problems = [f"{where}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(answer)]
    return answer, problems


def spoilt(answer):
    def change(name, edit):
        out = copy.deepcopy(answer)
        edit(out)
        return name, out

    first = next(iter(answer["components"]))
    yield change("a verdict of its own", lambda a: a.update(verdict="maybe"))
    yield change("no verdict", lambda a: a.pop("verdict"))
    yield change("an unknown member", lambda a: a.update(extra=1))
    yield change("another schema", lambda a: a.update(schema=2))
    yield change("a component without version", lambda a: a["components"][first].pop("version"))
    yield change("a version that is a number", lambda a: a["components"][first].update(version=1.1))
    yield change("a fact of no kind", lambda a: next(iter(a["facts"].values())).update(kind="rumour"))


def main():
    program = str(Path(sys.argv[1]).resolve())
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    problems = []
    good = None
    for path in sorted(HERE.glob("cases/*/stdout")):
        text = path.read_text(encoding="utf-8").replace('"digest": "DIGEST"', f'"digest": "{0:016x}"')  # as run_cases.py writes it
        if "resolve" in (path.parent / "case").read_text(encoding="utf-8") and text.startswith("{"):
            _, found = check(validator, path.parent.name, text)
            problems += found
    for args in (("torch",), ("torch:1.12", "gpu:h100"), ("torch:2.6", "--all"), ("torch:99",), ("torch", "python:3.6"), ("torch", "os:windows", "driver:551.61")):
        done = subprocess.run([program, "resolve", *args, "--format", "json"], capture_output=True, check=False)
        if done.returncode not in (0, 1, 3):
            problems.append(f"{' '.join(args)}: exit {done.returncode}: {done.stderr.decode()}")
            continue
        answer, found = check(validator, " ".join(args), done.stdout.decode("utf-8"))
        problems += found
        good = good or answer
    for name, bad in spoilt(good):
        if validator.is_valid(bad):
            problems.append(f"the schema accepts {name}")
    print(*(problems or ["answers follow the schema"]), sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
