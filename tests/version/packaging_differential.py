#!/usr/bin/env python3
"""Compares version_filter (this library) with Python's `packaging`: order, specifiers, set relations.

Works with packaging 23.0 up to 26.x. Where 23.0 differs from 26, the difference is named in `old_packaging_says`
and its verdict is *computed*, so that a deviation of ours inside it would still show.
"""

import argparse
import functools
import random
import re
import subprocess
import sys

import packaging
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion
from packaging.version import Version as UncachedVersion

Version = functools.lru_cache(maxsize=None)(UncachedVersion)
MAJOR = int(packaging.__version__.split(".")[0])
INTERVALS = MAJOR >= 26  # operators are intervals, a lone pre-release passes by default
RELATIONS = hasattr(SpecifierSet, "is_subset")  # 26.3


# ------------------------------------------------------------------------------------------------ generator
def number(r):
    return r.choice(("0", "0", "1", "1", "2", "3", "9", "10", "12", "00", "01", "007", "118", "191", "192", "255", "256",
                     "535", "2024", "65535", "65536", "20240601", "4294967296"))


def release(r, most=4):
    return ".".join(number(r) for _ in range(r.randint(1, most)))


def separated(r, letters):
    text = r.choice(letters)
    if r.random() < 0.2:
        text = text.upper()
    return r.choice(("", "", ".", "-", "_")) + text + r.choice(("", "", ".", "-", "_")) + r.choice(("", number(r), number(r)))


def public(r, most=4):
    text = r.choice(("", "", "", "", "v", "V")) + r.choice(("", "", "", "", "0!", "1!")) + release(r, most)
    if r.random() < 0.35:
        text += separated(r, ("a", "alpha", "b", "beta", "c", "rc", "pre", "preview"))
    if r.random() < 0.25:
        text += separated(r, ("post", "rev", "r")) if r.random() < 0.7 else "-" + number(r)
    if r.random() < 0.25:
        text += separated(r, ("dev",))
    return text


def local(r):
    part = lambda: r.choice(("cu121", "cu130", "CU118", "cpu", "0", "1", "10", "01", "a", "ab", "0a", "abc123", "99999999999999999999999"))
    return "+" + "".join((part() if i == 0 else r.choice(".-_") + part()) for i in range(r.randint(1, 3)))


def version(r, most=4):
    text = public(r, most)
    return text + local(r) if r.random() < 0.25 else text


def near(r, text):
    """A version that lies close to the one in `text`."""
    try:
        v = Version(text)
    except InvalidVersion:
        return version(r)
    numbers = list(v.release)
    if r.random() < 0.3:
        numbers[-1] = max(0, numbers[-1] + r.choice((-1, 1)))
    if r.random() < 0.2:
        numbers.append(r.choice((0, 0, 1)))
    out = (f"{v.epoch}!" if v.epoch else "") + ".".join(map(str, numbers))
    pre = v.pre if r.random() < 0.6 else r.choice((None, None, ("a", 0), ("a", 1), ("rc", 1), ("rc", 2)))
    post = v.post if r.random() < 0.6 else r.choice((None, None, 0, 1, 2))
    dev = v.dev if r.random() < 0.6 else r.choice((None, None, 0, 1))
    out += (f"{pre[0]}{pre[1]}" if pre else "") + (f".post{post}" if post is not None else "")
    out += f".dev{dev}" if dev is not None else ""
    loc = ("+" + v.local if v.local else "") if r.random() < 0.6 else r.choice(("", "", local(r)))
    return out + loc


def broken(r, text):
    i = r.randint(0, len(text))
    kind = r.random()
    if kind < 0.5:
        return text[:i] + r.choice("!+-._*axv 0\x0b\u0661") + text[i:]
    return text[:i] + text[i + 1:] if kind < 0.8 else text[:i]


def specifier(r):
    operator = r.choice(("==", "==", "!=", "<", "<=", ">", ">=", "~=", "===", "==.*", "!=.*"))
    space = r.choice(("", "", " "))
    if operator.endswith(".*"):
        return operator[:2] + space + r.choice(("", "1!", "v")) + release(r, 3) + ".*"
    if operator == "~=":
        while True:
            text = public(r)
            if "." in Version(text).base_version.split("!")[-1]:
                return operator + space + text
    if operator in ("==", "!=", "==="):
        return operator + space + version(r)
    return operator + space + public(r)


def operand(spec):
    return spec.split(",")[0].lstrip("=<>!~ ").removesuffix(".*").rstrip()


# --------------------------------------------------------------------------------------- what packaging says
def order(a, b):
    if any(re.search(r"[1-9]\d{19}", text.split("+")[0]) for text in (a, b)):
        return "error"  # our limit: 19 digits outside the local label
    try:
        x, y = Version(a), Version(b)
    except InvalidVersion:
        return "error"
    return "<" if x < y else ">" if x > y else "="


def padded(numbers, length):
    return (tuple(numbers) + (0,) * length)[:length]


def rule_of_26(op, text, v, raw):
    """One operator by packaging 26, in plain comparisons, for the operators in which an older one differs."""
    if op == "===":
        return raw.lower() == text.lower()
    spec = Version(text.removesuffix(".*"))
    public_v = Version(v.public)
    if op == "<":
        if spec.is_prerelease:
            return v < spec
        post = f".post{spec.post}" if spec.is_postrelease else ""
        return v < Version(f"{spec.base_version}{post}.dev0")
    if op == ">":
        if spec.is_devrelease or spec.is_postrelease:
            return public_v > spec
        same = (Version(v.base_version), v.pre) == (Version(spec.base_version), spec.pre)
        return v > spec and not (same and (v.is_postrelease or public_v == spec))
    length = len(spec.release) - (op == "~=")
    prefix = v.epoch == spec.epoch and padded(v.release, length) == padded(spec.release, length)
    return not prefix if op == "!=" else prefix and (op == "==" or v >= spec)


def packaging_says(spec_text, v_text):
    """(contains, matches, admits) as digits, by the installed packaging."""
    try:
        specs = SpecifierSet(spec_text)
    except InvalidSpecifier:
        return "spec"
    try:
        v = Version(v_text)
    except InvalidVersion:
        return "version"
    raw = v_text.strip()
    if INTERVALS:
        contains = specs.contains(raw, prereleases=True)
        admits = bool(specs.prereleases)
    else:
        contains, admits = old_packaging_says(specs, v, raw)
    in_order = contains
    if "===" in spec_text:  # `===V` is V in the order for our set; the text counts in matches only
        ordered = SpecifierSet(",".join(s for s in map(str, specs) if not s.startswith("===")))
        in_order = ordered.contains(v, prereleases=True) if INTERVALS else old_packaging_says(ordered, v, raw)[0]
        in_order = in_order and all(v == Version(s.version) for s in specs if s.operator == "===")
    matches = contains and (admits or not v.is_prerelease)
    return "".join("01"[x] for x in (in_order, matches, admits))


def old_packaging_says(specs, v, raw):
    """packaging < 26: its verdict, but for these named differences the rule of 26.

    1. <V, >V (V no pre- or post-release of its own) leave out pre-releases, posts and locals of all of V's base
       release, more than PEP 440 says. Only ever excludes, and only within the same release.
    2. === compares with the normal form of the version, not with its text.
    3. A pre-release behind < or > does not let pre-releases in.
    4. ==V.*, !=V.* and ~= compare texts: they go wrong with an epoch and with spellings that are not normal.
    """
    contains = True
    admits = False
    for s in specs:
        prefix = s.operator == "~=" or s.version.endswith(".*")
        if s.operator not in ("<", ">", "===") and not prefix:
            contains &= s.contains(v, prereleases=True)
            admits |= bool(s.prereleases)
            continue
        rule = rule_of_26(s.operator, s.version, v, raw)
        spec = Version(s.version.removesuffix(".*"))
        contains &= rule
        admits |= spec.is_prerelease
        if s.operator == "===":
            continue
        old = s.contains(v, prereleases=True)
        if prefix:
            excused = spec.epoch != 0 or v.epoch != 0 or str(spec) != s.version.removesuffix(".*")
        else:
            excused = rule and Version(v.base_version) == Version(spec.base_version)
        assert old == rule or excused, (str(s), str(v), old, rule)
    return contains, admits


def relation_says(a, b):
    x, y = SpecifierSet(a), SpecifierSet(b)
    # Pre-releases forced in, so that the relation is one of sets as ours is.
    x.prereleases = y.prereleases = True
    return "01"[x.is_subset(y)] + "01"[not x.is_disjoint(y)]


# ------------------------------------------------------------------------------------------------------ main
def ask(program, questions):
    text = "".join("\t".join(q) + "\n" for q in questions)
    done = subprocess.run([program], input=text.encode(), stdout=subprocess.PIPE, check=True)
    answers = done.stdout.decode().split("\n")[:-1]
    assert len(answers) == len(questions), (len(answers), len(questions))
    return answers


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="path of version_filter")
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--count", type=int, default=100_000, help="pairs of each kind")
    arguments = parser.parse_args()
    r = random.Random(arguments.seed)
    print(f"packaging {packaging.__version__}, seed {arguments.seed}, {arguments.count} pairs of each kind")

    questions, expected = [], []
    for _ in range(arguments.count):
        a = version(r)
        b = near(r, a) if r.random() < 0.7 else version(r)
        if r.random() < 0.1:
            a = broken(r, a)
        questions.append(("cmp", a, b))
        expected.append(order(a, b))
    for _ in range(arguments.count):
        spec = ",".join(specifier(r) for _ in range(r.choice((1, 1, 1, 2, 3))))
        v = near(r, operand(spec)) if r.random() < 0.8 else version(r)
        questions.append(("spec", spec, v))
        expected.append(packaging_says(spec, v))
    if RELATIONS:
        for _ in range(arguments.count // 5):
            a, b = (",".join(s for s in (specifier(r) for _ in range(2)) if not s.startswith("===")) for _ in "ab")
            if r.random() < 0.5 and operand(a):
                b = r.choice(("<", ">=", "<=", ">", "==", "!=")) + near(r, operand(a)).split("+")[0]
            if a and b:
                questions.append(("set", a, b))
                expected.append(relation_says(a, b))

    failures = 0
    for question, want, got in zip(questions, expected, ask(arguments.program, questions)):
        if want != got:
            failures += 1
            if failures <= 20:
                print("differs:", question, "packaging:", want, "ours:", got)
    # A mutated specifier that packaging takes, ours takes, within our limits (no empty items, 19 digits).
    mutated = [broken(r, specifier(r)) for _ in range(arguments.count // 10)]
    for spec, got in zip(mutated, ask(arguments.program, [("spec", s, "1") for s in mutated])):
        try:
            taken = all(s.operator != "===" for s in SpecifierSet(spec)) and spec.strip() != ""
            taken = taken and not re.search(r"[1-9]\d{19}", spec)
        except InvalidSpecifier:
            taken = False
        if taken and got == "spec":
            failures += 1
            print("refused:", repr(spec))
    print(f"{len(questions) + len(mutated)} questions, {failures} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
