#!/usr/bin/env python3
"""Answers follow data/schema/answer.schema.json, tables matrix.schema.json, explanations explanation.schema.json,
device code inspect.schema.json: the golden files, fresh runs, and spoilt documents that must not.

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
SCHEMAS = {
    command: json.loads((HERE.parents[1] / "data/schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    for command, name in (
        ("resolve", "answer"),
        ("check", "answer"),
        ("why", "reasons"),
        ("why-not", "reasons"),
        ("matrix", "matrix"),
        ("explain", "explanation"),
        ("inspect", "inspect"),
    )
}


WHAT_IF = json.loads((HERE.parents[1] / "data/schema/what-if.schema.json").read_text(encoding="utf-8"))


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


def edited(document, path, value):
    """A copy with one member changed (None: taken out)."""
    out = copy.deepcopy(document)
    at = out
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return out


RUNS = {
    "resolve": (
        ("torch",),
        ("torch:1.12", "gpu:h100"),
        ("torch:2.6", "--all"),
        ("torch:99",),
        ("torch", "python:3.6"),
        ("torch", "os:windows", "driver:551.61"),
        ("--min", "driver", "torch:2.9+cu130"),
        ("--newest", "torch", "driver:525.60.13", "gpu:t4"),
        ("--min", "torch", "python:3.4"),
        ("--newest", "glibc", "torch", "--set", "glibc=2.31"),
    ),
    "check": (
        ("torch:2.7",),
        ("--set", "driver=520.61.05", "--set", "torch=2.1.0+cu121"),
        ("--set", "driver=520.61.05", "--set", "torch=2.1.0+cu121", "--allow", "driver-floor"),
        ("--set", "torch=2.7.0", "--set", "gpu=rtx-5090"),
        ("--set", "driver=525", "--set", "torch=2.1.0+cu121"),
        ("--set", "driver=535.104.05", "--set", "driver_user=535.183.01"),
        ("--set", "platform=jetson", "--set", "torch=2.5.0+cu124", "--set", "gpu=8.7"),
        ("--set", "torch=2.5.0+cu999"),
        ("--set", "torch=2.99.0"),
        ("--set", "gpu=none", "--set", "torch=2.4.0+cu121"),
        ("torch:2.7", "--set", "python=3.8"),
        ("--set", "date=2024-05-01", "--set", "torch=2.3.0+cu121", "--set", "cudnn=8.9"),
    ),
    "matrix": (
        ("torch", "--by", "driver"),
        ("torch", "--by", "gpu", "--all"),
        ("torch", "--by", "kernel-module", "gpu:v100"),
        ("driver", "--by", "gpu"),
        ("torch", "--by", "driver", "--set", "driver=535", "--set", "python=3.10"),
    ),
    "why": (("torch:1.12",), ("torch", "gpu:h100"), ("torch:1.12.1+cu116", "gpu:rtx-5090", "driver:535")),
    "why-not": (("torch:1.12",), ("torch:1.12", "python:3.11"), ("torch:2.4.1+cu124", "tensorflow:2.18"), ("torch:99",)),
    "explain": (("803",), ("3",), ("libcudnn.so.8: cannot open shared object file",), ("nothing of the kind",), ("CUDA_ERROR_NO_DEVICE", "NVML", "18")),
    "inspect": tuple(
        (*(str(path) for path in sorted((HERE.parent / "inspect/samples").iterdir())), *asked)
        for asked in (("--for", "h100", "--for", "v100"), (), ("--for", "driver:535.104.05"), ("--for", "8.9", "--for", "driver:535.104.05"))
    ),
}


def main():
    program = str(Path(sys.argv[1]).resolve())
    problems = []
    good = {}
    for command, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for path in sorted(HERE.glob("cases/*/stdout")):
            text = path.read_text(encoding="utf-8").replace('"DIGEST"', '"0123456789abcdef"')  # golden files have no digest
            case = (path.parent / "case").read_text(encoding="utf-8")
            asked = "check --what-if" if "--what-if" in case else command
            if f"args: {command} " in case and text.startswith("{") and asked == command:
                _, found = check(validator, path.parent.name, text)
                problems += found
        for args in RUNS[command]:
            done = subprocess.run([program, command, *args, "--format", "json"], capture_output=True, check=False, stdin=subprocess.DEVNULL)
            if done.returncode not in (0, 1, 3):
                problems.append(f"{' '.join(args)}: exit {done.returncode}: {done.stderr.decode()}")
                continue
            document, found = check(validator, f"{command} {' '.join(args)}", done.stdout.decode("utf-8"))
            problems += found
            if command not in good:
                good[command] = document
            if command == "check" and document["ways_out"] and "finding" not in good:
                good["finding"] = document
            if command == "resolve" and args[0] == "--min" and "goal" not in good:
                good["goal"] = document
    what_if = jsonschema.Draft202012Validator(WHAT_IF)
    document, found = check(what_if, "what-if-json", (HERE / "cases/what-if-json/stdout").read_text(encoding="utf-8"))
    problems += found
    if what_if.is_valid(edited(document, ("then", "verdict"), "maybe")):
        problems.append("the schema of --what-if accepts a verdict of its own")
    for name, bad in spoilt(good["resolve"]):
        if jsonschema.Draft202012Validator(SCHEMAS["resolve"]).is_valid(bad):
            problems.append(f"the schema accepts {name}")
    for command, document, path, value in (
        ("resolve", good["goal"], ("goal", "goal"), "most"),
        ("resolve", good["goal"], ("goal", "version"), None),
        ("matrix", good["matrix"], ("rows", 0, "cells", 0), "perhaps"),
        ("matrix", good["matrix"], ("columns", 0, "item"), None),
        ("matrix", good["matrix"], ("extra",), 1),
        ("check", good["finding"], ("findings", 0, "severity"), "fatal"),
        ("check", good["finding"], ("findings", 0, "text"), None),
        ("check", good["finding"], ("findings", 0, "components"), "torch"),
        ("check", good["finding"], ("ways_out", 0, "changes"), None),
        ("explain", good["explain"], ("subjects", 0, "errors", 0, "versions"), "perhaps"),
        ("explain", good["explain"], ("subjects", 0, "found_by"), "luck"),
        ("explain", good["explain"], ("subjects", 0, "near"), None),
        ("inspect", good["inspect"], ("files", 0, "format"), "COFF"),
        ("inspect", good["inspect"], ("files", 0, "targets", 0, "suffix"), "x"),
        ("inspect", good["inspect"], ("files", 0, "for", 0, "verdict"), "perhaps"),
        ("inspect", good["inspect"], ("files", 0, "unread"), None),
    ):
        if jsonschema.Draft202012Validator(SCHEMAS[command]).is_valid(edited(document, path, value)):
            problems.append(f"the schema of {command} accepts {path} = {value}")
    print(*(problems or ["answers follow the schemas"]), sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
