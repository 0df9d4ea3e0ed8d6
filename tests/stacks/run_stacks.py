#!/usr/bin/env python3
"""Described stacks with the answer that `cudacompat check` has to give. See README.md.

Usage: run_stacks.py --program PROGRAM [--only SUBSTRING] [--jobs N] FOLDER     every *.yaml below FOLDER is a case
       run_stacks.py --self-test [FOLDER]     wrong answers of a made-up program are noticed; the files below FOLDER are read

Exit 77 (skipped) where PyYAML is not installed.
"""

import argparse
import concurrent.futures
import copy
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

if importlib.util.find_spec("yaml") is None:
    print("PyYAML is not there (Debian: python3-yaml); skipped")
    sys.exit(77)
import yaml

EXIT = {"compatible": 0, "incompatible": 1, "unknown": 3}
CASE_KEYS = {"about", "sources", "request", "stack", "expect"}
EXPECT_KEYS = {  # verdict -> keys beside it: needed, allowed
    "compatible": (set(), {"degraded"}),
    "incompatible": ({"rule", "pair"}, set()),
    "unknown": ({"decides"}, set()),
}
STACK_KEYS = {
    "platform", "arch", "distro", "glibc", "musl", "driver", "driver_user", "driver_cuda", "driver_ptx", "kernel_module", "compat_package",
    "jetpack", "l4t", "gpus", "container", "components", "copies", "builds", "build_from_source", "date",
}


class Loader(yaml.SafeLoader):
    """Dates stay text, and a key stands once."""

    def construct_mapping(self, node, deep=False):
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(n) for n in names if names.count(n) > 1})
        if twice:
            raise yaml.YAMLError(f"line {node.start_mark.line + 1}: a key twice: {', '.join(twice)}")
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if not pair[0].endswith(":timestamp")] for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def strings(value):
    return isinstance(value, list) and value and all(isinstance(v, str) and v.strip() for v in value)


def form(case):
    """What is wrong with the form of a case; empty if nothing is."""
    if not isinstance(case, dict):
        return ["not a mapping"]
    faults = [f"unknown key {key}" for key in sorted(map(str, case.keys() - CASE_KEYS))]
    if not isinstance(case.get("about"), str) or not case["about"].strip():
        faults.append("about is missing")
    if not strings(case.get("sources")):
        faults.append("sources is missing")
    if "request" in case and not strings(case["request"]):
        faults.append("request is not a list of texts")
    stack = case.get("stack")
    if not isinstance(stack, dict) or not stack:
        faults.append("stack is missing")
    else:
        faults += [f"stack: unknown key {key}" for key in sorted(map(str, stack.keys() - STACK_KEYS))]
        faults += [f"stack: {where} is not quoted" for where in numbers(stack)]
    return faults + expect_form(case.get("expect"))


def expect_form(expect):
    if not isinstance(expect, dict):
        return ["expect is missing"]
    verdict = expect.get("verdict")
    if verdict not in EXIT:
        return [f"expect: {verdict!r} is no verdict"]
    needed, allowed = EXPECT_KEYS[verdict]
    keys = expect.keys() - {"verdict"}
    faults = [f"expect: {key} is missing" for key in sorted(needed - keys)]
    faults += [f"expect: {key} does not belong to {verdict}" for key in sorted(map(str, keys - needed - allowed))]
    pair = expect.get("pair")
    two = strings(pair) and len(pair) == 2 and (len(set(pair)) == 2 or set(pair) == {"gpu"})  # two cards may clash
    if "pair" in expect and not two:
        faults.append("expect: pair is not two components")
    for key in ("rule", "decides"):
        if key in expect and not (isinstance(expect[key], str) and expect[key]):
            faults.append(f"expect: {key} is not a name")
    if "degraded" in expect and not isinstance(expect["degraded"], bool):
        faults.append("expect: degraded is not true or false")
    return faults


def numbers(value, where=""):
    """Places of numbers that are not counts: versions have to be quoted."""
    if isinstance(value, dict):
        return [n for key, v in value.items() if key != "count" for n in numbers(v, f"{where}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [n for i, v in enumerate(value) for n in numbers(v, f"{where}[{i}]")]
    return [where] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


def load(path):
    """The case, or None and what is wrong with it."""
    try:
        case = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return None, [f"cannot be read: {' '.join(str(error).split())}"]
    faults = form(case)
    return (None, faults) if faults else (case, [])


def run(program, case):
    """Exit code, standard output and standard error of one run; no code where it took too long."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Path(folder) / "stack.yaml"
        # JSON is YAML in which each text is quoted, as versions have to be.
        stack.write_text(json.dumps(case["stack"], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        env = {k: v for k, v in os.environ.items() if not k.startswith("CUDACOMPAT_KB")}
        command = [*program, "check", *case.get("request", []), "--stack", str(stack), "--format", "json"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=env, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            return None, "", "no answer within 60 s"
        return done.returncode, done.stdout, done.stderr


def names_of(entry):
    """Components that an entry of `findings` or `missing` names."""
    if isinstance(entry, str):
        return {entry, *re.split(r"[\s:,'()]+", entry)}
    if not isinstance(entry, dict):
        return set()
    found = set()
    for key in ("components", "component", "name"):
        value = entry.get(key)
        found |= {v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)}
    return found


def first_two(value):
    return set(value[:2]) if isinstance(value, list) and all(isinstance(v, str) for v in value) else set()


def compare(expect, code, out, err):
    """What is wrong with an answer; empty if nothing is."""
    faults = []
    wanted = EXIT[expect["verdict"]]
    if code != wanted:
        said = " ".join(err.split())[:200]
        faults.append(f"exit code {code}, expected {wanted}{': ' + said if said else ''}")
    try:
        answer = json.loads(out)
    except ValueError:
        return [*faults, "standard output is not JSON"]
    if not isinstance(answer, dict):
        return [*faults, "the answer is not an object"]
    verdict = answer.get("verdict")
    if verdict != expect["verdict"]:
        faults.append(f"verdict {verdict}, expected {expect['verdict']}{told(answer)}")
        return faults
    if "degraded" in expect and answer.get("degraded") is not expect["degraded"]:
        faults.append(f"degraded {answer.get('degraded')}, expected {expect['degraded']}")
    findings = [f for f in answer.get("findings") or [] if isinstance(f, dict)]
    if verdict == "incompatible":
        faults += compare_conflict(expect, findings, answer.get("conflict"))
    if verdict == "unknown":
        entries = [*(answer.get("findings") or []), *(answer.get("missing") or [])]
        if not any(expect["decides"] in names_of(entry) for entry in entries):
            named = sorted(set().union(*(first_two(f.get("components")) for f in findings))) if findings else []
            faults.append(f"nothing says that {expect['decides']} decides; named: {', '.join(named) or 'nothing'}")
    return faults


def compare_conflict(expect, findings, conflict):
    faults = []
    pair = set(expect["pair"])
    if not findings:
        faults.append("no findings")
    else:
        if findings[0].get("rule") != expect["rule"]:
            faults.append(f"rule {findings[0].get('rule')}, expected {expect['rule']}")
        got = first_two(findings[0].get("components"))
        if got != pair:
            faults.append(f"the finding names {', '.join(sorted(got)) or 'nothing'}, expected {', '.join(sorted(pair))}")
    between = first_two(conflict.get("between")) if isinstance(conflict, dict) else set()
    if between != pair:
        faults.append(f"the conflict is between {', '.join(sorted(between)) or 'nothing'}, expected {', '.join(sorted(pair))}")
    return faults


def told(answer):
    """The first finding, to say what the program took for the answer."""
    for finding in answer.get("findings") or []:
        if isinstance(finding, dict):
            return f" (first finding: {finding.get('rule')}, {', '.join(map(str, finding.get('components') or []))})"
    return ""


def run_all(program, folder, only, jobs):
    """Runs the cases; 1 if one failed or could not be read."""
    # What waits for the program to learn it is kept beside the cases, and is not judged.
    paths = [p for p in sorted(folder.rglob("*.yaml")) if "waiting" not in p.parent.name and only in p.relative_to(folder).as_posix()]
    if not paths:
        print(f"no cases in {folder}" + (f" with {only!r} in their names" if only else ""))
        return 1

    def one(path):
        case, faults = load(path)
        return faults if case is None else compare(case["expect"], *run(program, case))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = dict(zip(paths, pool.map(one, paths), strict=True))
    failed = {path.relative_to(folder).with_suffix("").as_posix(): faults for path, faults in results.items() if faults}
    width = max(map(len, failed), default=0)
    for name, faults in failed.items():
        for i, fault in enumerate(faults):
            print(f"{name if i == 0 else '':{width}}  {fault}")
    print(f"{len(paths) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


# The self-test. The program is made up: it answers what a file says, or what the case asks for.

FAKE = """
import json, sys
code, answer = json.load(open({answer!r}))
arguments = sys.argv[1:]
seen = json.load(open(arguments[arguments.index("--stack") + 1]))
if seen != {stack!r} or arguments[:-4] != ["check", *{request!r}] or arguments[-2:] != ["--format", "json"]:
    sys.exit(70)
print(answer if isinstance(answer, str) else json.dumps(answer))
sys.exit(code)
"""

GOOD = {
    "incompatible": (
        {"verdict": "incompatible", "rule": "cudnn-version", "pair": ["cudnn", "tensorflow"]},
        {
            "verdict": "incompatible",
            "degraded": False,
            "findings": [{"rule": "cudnn-version", "components": ["tensorflow", "cudnn", "gpu"]}],
            "conflict": {"between": ["cudnn", "tensorflow", "gpu"]},
        },
    ),
    "compatible": ({"verdict": "compatible", "degraded": True}, {"verdict": "compatible", "degraded": True, "findings": []}),
    "unknown": (
        {"verdict": "unknown", "decides": "torch"},
        {"verdict": "unknown", "degraded": False, "findings": [{"rule": "open-detail", "components": ["torch"]}], "missing": []},
    ),
}


def changed(value, *path_and_new):
    *path, last, new = path_and_new
    out = copy.deepcopy(value)
    inner = out
    for step in path:
        inner = inner[step]
    inner[last] = new
    return out


def wrong_answers():
    """Name, verdict expected, exit code, answer: each of them has to be noticed."""
    no, yes, maybe = (GOOD[v][1] for v in ("incompatible", "compatible", "unknown"))
    yield "exit code of a yes", "compatible", 1, yes
    yield "exit code of a no", "incompatible", 0, no
    yield "exit code of an unknown", "unknown", 1, maybe
    yield "exit code of an error", "incompatible", 70, no
    yield "another verdict", "incompatible", 1, changed(no, "verdict", "unknown")
    yield "a yes for an unknown", "unknown", 3, changed(maybe, "verdict", "compatible")
    yield "no verdict", "compatible", 0, {"degraded": True}
    yield "not degraded", "compatible", 0, changed(yes, "degraded", False)
    yield "degraded is a text", "compatible", 0, changed(yes, "degraded", "true")
    yield "another rule", "incompatible", 1, changed(no, "findings", 0, "rule", "glibc")
    yield "another pair", "incompatible", 1, changed(no, "findings", 0, "components", ["cudnn", "torch"])
    yield "the pair not first", "incompatible", 1, changed(no, "findings", 0, "components", ["gpu", "cudnn", "tensorflow"])
    yield "half of the pair", "incompatible", 1, changed(no, "findings", 0, "components", ["cudnn"])
    yield "the right finding second", "incompatible", 1, changed(no, "findings", [{"rule": "glibc", "components": ["glibc", "torch"]}, *no["findings"]])
    yield "no findings", "incompatible", 1, changed(no, "findings", [])
    yield "another conflict", "incompatible", 1, changed(no, "conflict", "between", ["tensorflow", "gpu", "cudnn"])
    yield "no conflict", "incompatible", 1, changed(no, "conflict", None)
    yield "another detail", "unknown", 3, changed(maybe, "findings", 0, "components", ["torchvision"])
    yield "no detail", "unknown", 3, changed(maybe, "findings", [])
    yield "part of a name", "unknown", 3, changed(changed(maybe, "findings", []), "missing", ["the build of torchvision"])
    yield "no JSON", "compatible", 0, "compatible"
    yield "a list", "compatible", 0, [yes]


def right_answers():
    for verdict, (_, answer) in GOOD.items():
        yield f"right: {verdict}", verdict, EXIT[verdict], answer
    maybe = changed(GOOD["unknown"][1], "findings", [])
    yield "right: named in missing, as a text", "unknown", 3, changed(maybe, "missing", ["torch: the build"])
    yield "right: named in missing, as an object", "unknown", 3, changed(maybe, "missing", [{"component": "torch", "text": "the build"}])


def bad_cases(good):
    """Name and text of files that are no cases."""
    for key in ("about", "sources", "stack", "expect"):
        yield f"no {key}", {k: v for k, v in good.items() if k != key}
    yield "an unknown key", {**good, "notes": "x"}
    yield "no sources in the list", {**good, "sources": []}
    yield "request is a text", {**good, "request": "torch"}
    yield "an unknown key of the stack", changed(good, "stack", "cudnn", "8.9")
    yield "a version that is not quoted", changed(good, "stack", "components", {"cudnn": 8.9})
    yield "a word that is no verdict", changed(good, "expect", {"verdict": "broken"})
    yield "no verdict", changed(good, "expect", {})
    yield "no rule", changed(good, "expect", {"verdict": "incompatible", "pair": ["a", "b"]})
    yield "no pair", changed(good, "expect", {"verdict": "incompatible", "rule": "glibc"})
    yield "a rule that is a number", changed(good, "expect", "rule", 35)
    yield "a pair of one", changed(good, "expect", "pair", ["cudnn"])
    yield "a pair of the same", changed(good, "expect", "pair", ["cudnn", "cudnn"])
    yield "nothing decides", changed(good, "expect", {"verdict": "unknown"})
    yield "a rule for a yes", changed(good, "expect", {"verdict": "compatible", "rule": "glibc"})
    yield "degraded is a word", changed(good, "expect", {"verdict": "compatible", "degraded": "yes"})
    yield "not a mapping", ["verdict"]
    yield "no YAML", "a: [1"
    yield "a key twice", "about: x\nabout: y\n"


def self_test(cases):
    faults = []
    count = 0

    def demand(name, condition):
        nonlocal count
        count += 1
        if not condition:
            faults.append(name)

    good = {
        "about": "A stack.",
        "sources": ["https://example.org"],
        "request": ["torch:2.7"],
        "stack": {"components": {"cudnn": "8.9"}, "date": "2024-05-01"},
        "expect": GOOD["incompatible"][0],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fake = FAKE.format(answer=str(folder / "answer.json"), stack=good["stack"], request=good["request"])
        (folder / "fake.py").write_text(fake, encoding="utf-8")
        for what, verdict, code, answer in [*right_answers(), *wrong_answers()]:
            case = {**good, "expect": GOOD[verdict][0]}
            (folder / "answer.json").write_text(json.dumps([code, answer]), encoding="utf-8")
            noticed = compare(case["expect"], *run([sys.executable, str(folder / "fake.py")], case))
            demand(what, bool(noticed) != what.startswith("right: "))

        # The stack and the request reach the program as they are; a run over a folder counts, prints and fails.
        (folder / "cases/in").mkdir(parents=True)
        (folder / "answer.json").write_text(json.dumps([1, GOOD["incompatible"][1]]), encoding="utf-8")
        (folder / "cases/in/right.yaml").write_text(yaml.safe_dump(good), encoding="utf-8")
        program = [sys.executable, str(folder / "fake.py")]
        me = [sys.executable, __file__, "--program", str(folder / "fake"), str(folder / "cases")]
        (folder / "fake").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "fake.py"}" "$@"\n', encoding="utf-8")
        (folder / "fake").chmod(0o755)
        demand("the stack reaches the program", not compare(good["expect"], *run(program, good)))
        demand("another stack is another", compare(good["expect"], *run(program, changed(good, "stack", {"glibc": "2.17"}))))
        demand("another request is another", compare(good["expect"], *run(program, changed(good, "request", ["torch:2.8"]))))
        done = subprocess.run(me, capture_output=True, text=True, check=False)
        demand("a folder that passes", done.returncode == 0 and done.stdout == "1 passed, 0 failed\n")
        (folder / "cases/in/wrong.yaml").write_text(yaml.safe_dump(changed(good, "expect", "rule", "glibc")), encoding="utf-8")
        (folder / "cases/bad.yaml").write_text(yaml.safe_dump(changed(good, "expect", "verdict", "no")), encoding="utf-8")
        done = subprocess.run(me, capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        demand("a folder that fails", done.returncode == 1 and lines[-1] == "1 passed, 2 failed" and lines[0].startswith("bad ") and "in/wrong" in lines[1])
        done = subprocess.run([*me, "--only", "right"], capture_output=True, text=True, check=False)
        demand("--only", done.returncode == 0 and done.stdout == "1 passed, 0 failed\n")
        done = subprocess.run([*me, "--only", "nowhere"], capture_output=True, text=True, check=False)
        demand("no case is a fault", done.returncode == 1)

        for what, content in bad_cases(good):
            path = folder / "case.yaml"
            path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
            case, problems = load(path)
            demand(f"no case: {what}", case is None and problems)
        path.write_text(yaml.safe_dump(good), encoding="utf-8")
        demand("a case", load(path) == (good, []))

    for path in sorted(cases.rglob("*.yaml")) if cases else []:
        problems = load(path)[1]
        demand("; ".join([path.relative_to(cases).as_posix(), *problems]), not problems)
    print(*(f"not as it has to be: {fault}" for fault in faults), f"{count - len(faults)} passed, {len(faults)} failed", sep="\n")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program")
    parser.add_argument("--only", default="", help="cases with this in their name")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("folder", nargs="?", type=Path)
    options = parser.parse_args()
    if options.self_test:
        return self_test(options.folder)
    if not options.program or not options.folder:
        parser.error("--program and a folder are needed")
    return run_all([str(Path(options.program).resolve())], options.folder, options.only, options.jobs)


if __name__ == "__main__":
    sys.exit(main())
