#!/usr/bin/env python3
"""Proposes driver releases out of NVIDIA's releases.json of the data-center drivers: {branch: {type, driver_info: [...]}}."""

import json
import re
import sys

import core
from core import InputError

ARCHITECTURES = {"x86_64": "linux-x86_64", "aarch64": "linux-aarch64", "arm64": "linux-aarch64", "sbsa": "linux-aarch64"}


def options(parser):
    parser.add_argument("file", metavar="FILE", help="releases.json")
    core.place(parser)


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        found = []
        for branch, entry in content.items():
            for info in entry["driver_info"]:
                found.append((branch, str(entry.get("type", "")), str(info["release_version"]), str(info.get("release_date") or ""),
                              [str(a) for a in info.get("architectures") or []]))
        return found
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not of the form of releases.json: {error!r}") from error


def work(args, data, proposal):
    found = load(args.file)
    if not found:
        raise InputError(f"{args.file}: no release in it")
    where = core.placed(args)
    component = data.component("driver")
    if not component:
        raise InputError("the data has no component driver")
    name = component["component"]
    built = {(core.key(b["version"]), b.get("variant")) for b in component.get("builds") or []}

    def cite():
        return proposal.source(f"nv-driver-releases-{proposal.read}", "sources/driver.yaml", kind="package_metadata",
                               title="Data-center driver releases of NVIDIA, releases.json", **where)

    seen, types = set(), {}
    for branch, kind, version, date, architectures in sorted(found, key=lambda row: (core.key(row[2]), row[0])):
        number = re.match(r"[rR]?(\d+)", branch)
        if not re.fullmatch(r"\d+\.\d+(\.\d+)?", version) or not number:
            proposal.unknown(f"branch {branch}: '{version}' is no driver release")
            continue
        if version in seen:
            continue
        seen.add(version)
        types.setdefault(number.group(1), set()).add(kind)
        date = date if re.fullmatch(r"\d{4}-\d{2}-\d{2}", date) else None
        platforms = sorted({ARCHITECTURES[a] for a in architectures if a in ARCHITECTURES}, key=core.PLATFORMS.index)
        windows = any("windows" in a.lower() for a in architectures) or "windows" in branch.lower()
        variant = "windows" if windows and not platforms else "linux" if platforms and not windows else None
        on = ["windows-x86_64"] if variant == "windows" else platforms
        if not variant:
            proposal.unknown(f"{version} (branch {branch}): the architectures {architectures} do not say which system")
        old = [r for r in component["releases"] if core.key(r["version"]) == core.key(version)]
        if old:
            if date and old[0].get("date") and old[0]["date"] != date:
                proposal.unknown(f"{version}: date {old[0]['date']} in the data, {date} in the file")
            elif date and not old[0].get("date"):
                index = component["releases"].index(old[0])
                proposal.row_add(component["file"], "releases", index, "version", "date", date, cite())
            else:
                proposal.agree(version)
            if variant and (core.key(version), variant) not in built:
                proposal.unknown(f"{version}: the data has it, but not built for {variant}")
            continue
        if not variant:
            continue
        content = {"version": version, "note": f"data-center list, branch {number.group(1)}", "sources": [cite()]}
        if date:
            content["date"] = date
        proposal.release(name, content)
        proposal.build_row(name, {"version": version, "variant": variant, "on": on})
    for branch, kinds in sorted(types.items()):
        notes = " ".join(f.get("note", "") for f in data.facts if f.get("kind") == "ends" and f["if"].get("driver", "").startswith(f">={branch},"))
        short = {"lts": "LTS", "production": "PB", "new feature": "NFB"}
        for kind in sorted(kinds):
            mark = next((v for k, v in short.items() if k in kind.lower()), None)
            if notes and mark and mark not in notes:
                proposal.unknown(f"branch {branch}: '{kind}' in the file, the data's note on its end says '{notes.strip()}'")


if __name__ == "__main__":
    sys.exit(core.run("driver_releases.py", __doc__.splitlines()[0], options, work))
