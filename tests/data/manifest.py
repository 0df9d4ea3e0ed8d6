#!/usr/bin/env python3
"""Checks data/manifest: nothing of what was read got lost on the way into the data.

Each family of families.yaml stands in exactly one manifest, with the number of records read there, and every record is entered, merged
or left out, with a reason for the last two. Each `as` finds something: an id of a fact or of a table row (with * and ?), or
"component:NAME", "source:ID", "file:PATH under data". A row may name a family or a section over several; then it stands for all of them.

Usage: manifest.py [--list] [DATA]     one line for each fault, exit 1; --list prints what became of each family
"""

import argparse
import fnmatch
import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("yaml") is None:
    print("PyYAML is not there (Debian: python3-yaml); skipped")
    sys.exit(77)
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KEYS = {"family", "read", "entered", "merged", "left_out", "as", "why", "corrected", "added", "note"}
NEEDED = {"family", "read", "entered", "merged", "left_out"}


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class Names:
    """What an `as` may point at."""

    def __init__(self, data):
        self.data = data
        self.ids, self.components, self.sources = set(), set(), set()
        for folder in ("facts", "tables"):
            for path in sorted(data.glob(f"{folder}/**/*.yaml")):
                self.ids |= {str(row["id"]) for rows in (load(path) or {}).values() if isinstance(rows, list) for row in rows
                             if isinstance(row, dict) and "id" in row}
        for path in sorted(data.glob("components/*.yaml")):
            self.components.add(load(path)["component"])
        for path in sorted(data.glob("sources/*.yaml")):
            self.sources |= {row["id"] for row in load(path)["sources"]}

    def found(self, pattern):
        kind, colon, rest = pattern.partition(":")
        if colon and kind == "component":
            return any(fnmatch.fnmatchcase(name, rest) for name in self.components)
        if colon and kind == "source":
            return any(fnmatch.fnmatchcase(name, rest) for name in self.sources)
        if colon and kind == "file":
            return rest and any(self.data.glob(rest))
        return any(fnmatch.fnmatchcase(name, pattern) for name in self.ids)


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def check(data, families):
    """(faults, rows): one line of text for each fault."""
    faults, rows, taken = [], [], {}
    wanted = {row["family"]: row["records"] for row in load(families)["families"]}
    paths = sorted(data.glob("manifest/*.yaml"))
    if not paths:
        return ["data/manifest: no manifest there"], rows
    names = Names(data)
    for path in paths:
        content = load(path)
        if not isinstance(content, dict) or content.get("schema") != 1 or not isinstance(content.get("families"), list):
            faults.append(f"{path.name}: not `schema: 1` with a list `families`")
            continue
        for row in content["families"]:
            where = f"{path.name}: {row.get('family', '?') if isinstance(row, dict) else row}"
            if not isinstance(row, dict) or not NEEDED <= set(row) <= KEYS:
                faults.append(f"{where}: the keys are not those of a row")
                continue
            if not all(whole(row.get(k, 0)) for k in ("read", "entered", "merged", "left_out", "corrected", "added")):
                faults.append(f"{where}: a number is no whole number")
                continue
            family = row["family"]
            covered = [family] if family in wanted else [name for name in wanted if name.startswith(family + ".")]
            if not covered:
                faults.append(f"{where}: no family of that name was read")
                continue
            for name in covered:
                if name in taken:
                    faults.append(f"{where}: {name} stands in {taken[name]} too")
                taken[name] = path.name
            rows.append(row)
            expected = sum(wanted[name] for name in covered)
            if row["read"] != expected:
                faults.append(f"{where}: {row['read']} read, the list has {expected}")
            if row["read"] != row["entered"] + row["merged"] + row["left_out"]:
                faults.append(f"{where}: {row['entered']} entered, {row['merged']} merged and {row['left_out']} left out are not {row['read']}")
            if row["merged"] + row["left_out"] and not str(row.get("why") or "").strip():
                faults.append(f"{where}: no reason for what was merged or left out")
            if row.get("corrected", 0) > row["entered"]:
                faults.append(f"{where}: more corrected than entered")
            patterns = row.get("as") or []
            if row["entered"] + row["merged"] and not patterns:
                faults.append(f"{where}: no `as` for what was entered")
            for pattern in patterns:
                if not names.found(str(pattern)):
                    faults.append(f"{where}: nothing in the data is called {pattern}")
    faults += [f"families.yaml: {name} ({count} records) stands in no manifest" for name, count in wanted.items() if name not in taken]
    return faults, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", default=str(ROOT / "data"))
    parser.add_argument("--families", default=str(HERE / "families.yaml"))
    parser.add_argument("--list", action="store_true", help="print each family and what became of it")
    args = parser.parse_args()
    faults, rows = check(Path(args.data), args.families)
    if args.list:
        for row in rows:
            print(f"{row['family']:50} {row['read']:5} read {row['entered']:5} entered {row['merged']:4} merged {row['left_out']:4} left out")
    for fault in faults:
        print(fault)
    total = {key: sum(row[key] for row in rows) for key in ("read", "entered", "merged", "left_out")}
    print(f"{len(rows)} rows: {total['read']} read, {total['entered']} entered, {total['merged']} merged, {total['left_out']} left out; "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
