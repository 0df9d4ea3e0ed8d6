#!/usr/bin/env python3
"""Draws facts for a reader to hold against their sources: kind, sentence, sources with their places.

The draw depends on the seed and the ids alone, so a fact that is added does not change what else is drawn. Exit 1 where a drawn fact has
no source, or one that data/sources does not have, or a source without a place.

Usage: sample.py --seed N [--count 200] [--output FILE] [--program cudacompat] [DATA]
"""

import argparse
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

if importlib.util.find_spec("yaml") is None:
    print("PyYAML is not there (Debian: python3-yaml); skipped")
    sys.exit(77)
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
SAYS = {"requires": "requires", "constrains": "goes only with", "ships": "ships", "supports": "has code", "excludes": "exclude each other",
        "tested": "was tested with", "known_bad": "is known to fail", "known_good": "is known to work", "clashes": "write the same files",
        "ends": "ends", "agrees": "agree"}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Plain scalars are text, but for true, false and whole numbers: `on` is a key."""


Loader.yaml_implicit_resolvers = {first: [pair for pair in pairs if pair[0].endswith(":int")]
                                  for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def read(data):
    """(facts with defaults filled in and their file, sources by id)"""
    facts, sources = {}, {}
    for path in sorted(data.glob("facts/**/*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)
        for fact in content["facts"]:
            facts[fact["id"]] = dict(content.get("defaults") or {}, **fact, file=path.relative_to(data).as_posix())
    for path in sorted(data.glob("sources/*.yaml")):
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader)["sources"]:
            sources[row["id"]] = row
    return facts, sources


def draw(ids, seed, count):
    return sorted(sorted(ids, key=lambda i: hashlib.sha256(f"{seed}:{i}".encode()).digest())[:count])


def side(selectors):
    return ", ".join(f"{name} {spec}" for name, spec in selectors.items())


def sentence(fact):
    parts = [side(fact.get("if") or {}), SAYS.get(fact.get("kind"), str(fact.get("kind")))]
    if fact.get("then"):
        parts.append(side(fact["then"]))
    if fact.get("then_any"):
        parts.append(" and ".join("(" + " or ".join(side(choice) for choice in clause) + ")" for clause in fact["then_any"]))
    if fact.get("code"):
        parts.append(" ".join(fact["code"]) + (f" (PTX {fact['ptx']})" if "ptx" in fact else ""))
    if fact.get("until"):
        parts.append(str(fact["until"]))
    if fact.get("on"):
        parts.append("on " + ", ".join(fact["on"]))
    return " ".join(parts)


def place(row):
    return row.get("url") or f"{row.get('repo')}@{row.get('commit')}:{row.get('path')}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", default=str(ROOT / "data"))
    parser.add_argument("--seed", required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--output", help="write the sample there")
    parser.add_argument("--program", help="take the sentences of `PROGRAM kb show FACT` instead")
    args = parser.parse_args()
    data = Path(args.data)
    facts, sources = read(data)
    chosen, faults, lines = draw(facts, args.seed, args.count), [], []
    for number, fact_id in enumerate(chosen, 1):
        fact = facts[fact_id]
        lines.append(f"{number}. {fact_id}  ({fact['file']})")
        if args.program:
            shown = subprocess.run([args.program, "kb", "show", fact_id, "--kb", str(data)], capture_output=True, text=True, check=False)
            if shown.returncode:
                faults.append(f"{fact_id}: kb show failed: {shown.stderr.strip()}")
            lines += ["   " + line for line in shown.stdout.splitlines()]
        else:
            weight = " ".join(str(fact[k]) for k in ("enforced_by", "evidence", "certainty", "dispute") if k in fact)
            lines.append(f"   {fact.get('kind')}: {sentence(fact)}")
            lines.append(f"   {weight}" + (" (not taken by default)" if fact.get("dispute_default") == "false" else ""))
            if "note" in fact:
                lines.append(f"   note: {fact['note']}")
        references = fact.get("sources") or []
        if not references:
            faults.append(f"{fact_id}: no source")
        for reference in references:
            source, at = (reference, None) if isinstance(reference, str) else (reference.get("id"), reference.get("at"))
            if source not in sources:
                faults.append(f"{fact_id}: source {source} is not in data/sources")
                continue
            found = sources[source]
            if not (found.get("url") or all(found.get(k) for k in ("repo", "commit", "path"))):
                faults.append(f"{fact_id}: source {source} has no place")
            lines.append(f"   - {source}: {found.get('title', '')} [{found.get('kind')}, read {found.get('read')}] {place(found)}" + (f" at {at}" if at else ""))
        lines.append("")
    text = f"Sample of {len(chosen)} of {len(facts)} facts, seed {args.seed}\n\n" + "\n".join(lines) + "\n"
    if args.output:
        handle, name = tempfile.mkstemp(dir=str(Path(args.output).resolve().parent))
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(name, 0o644)
        os.replace(name, args.output)
    else:
        sys.stdout.write(text)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(chosen)} facts drawn, {len(faults)} faults", file=sys.stderr)
    return 1 if faults or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
