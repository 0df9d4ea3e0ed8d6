#!/usr/bin/env python3
"""Proposes test points out of TensorFlow's tables of tested configurations (site/en/install/source.md, source_windows.md)."""

import re
import sys

import core
from core import InputError, canonical, exactly

SYSTEMS = {"linux": "linux-x86_64", "windows": "windows-x86_64"}


def rows(text, system):
    """[(platform, {heading: cell})] of the tables under the headings of a system."""
    found, platform, columns = [], SYSTEMS.get(system), []
    for line in text.splitlines():
        heading = re.match(r"#{2,3}\s+(\S+)\s*$", line)
        if heading and not line.startswith("####"):
            platform = SYSTEMS.get(heading.group(1).lower(), SYSTEMS.get(system) if not system == "auto" else None)
            if heading.group(1).lower() == "macos":
                platform = None
        for row in re.findall(r"<tr>(.*?)(?:</tr>|$)", line):
            if "<th>" in row:
                columns = [c.strip().lower() for c in re.findall(r"<th>(.*?)(?=</th>|<th>|$)", row)]
                continue
            cells = [c.strip() for c in re.findall(r"<td>(.*?)(?=</td>|<td>|$)", row)]
            if platform and columns and len(cells) == len(columns):
                found.append((platform, dict(zip(columns, cells))))
    return found


def options(parser):
    parser.add_argument("file", metavar="FILE", help="the page as Markdown")
    parser.add_argument("--system", choices=["auto", "linux", "windows"], default="auto", help="system of tables that stand under no heading of one")
    core.place(parser)


def work(args, data, proposal):
    with open(args.file, encoding="utf-8") as file:
        found = rows(file.read(), args.system)
    points = {}
    for platform, row in found:
        match = re.fullmatch(r"tensorflow([_-]gpu)?-(\d[\w.]*)", row.get("version", ""))
        if not match:
            proposal.unknown(f"{platform}: row '{row.get('version', '')}' names no version")
            continue
        then = {}
        for column, name in (("cuda", "cuda-runtime"), ("cudnn", "cudnn")):
            value = row.get(column, "N/A")
            if re.fullmatch(r"\d+(\.\d+)*", value):
                then[name] = value
            elif value not in ("N/A", "-", ""):
                proposal.unknown(f"tensorflow {match.group(2)} ({platform}): {column} is '{value}'")
        if then:
            before = points.setdefault((match.group(2), platform), then)
            if before != then:
                proposal.unknown(f"tensorflow {match.group(2)} ({platform}): two rows, {before} and {then}")
    if not points:
        raise InputError(f"{args.file}: no row with CUDA in a table of tested configurations")
    where = core.placed(args)
    component = data.component("tensorflow")
    if not component:
        proposal.unknown(f"the data has no component tensorflow; {len(points)} test points read")
        return
    for (version, platform), then in sorted(points.items(), key=lambda item: (core.key(item[0][0]), item[0][1])):
        judge(data, proposal, version, platform, then, where)


def judge(data, proposal, version, platform, then, where):
    label = f"tensorflow {version} ({platform})"

    def cite():
        return proposal.source(f"tf-source-{(where['commit'] or proposal.read)[:10]}", "sources/tensorflow.yaml", kind="documentation",
                               title="TensorFlow, tested build configurations", **where)

    if not data.has_release("tensorflow", version):
        proposal.unknown(f"{label}: the data lacks this release; CUDA {then.get('cuda-runtime')}, cuDNN {then.get('cudnn')}")
        return
    old = [f for f in data.facts if f.get("kind") == "tested" and "tensorflow" in f.get("if", {}) and f.get("dispute_default") is not False
           and (not f.get("on") or platform in f["on"]) and core.contains(core.split_selector(f["if"]["tensorflow"])[0], version)]
    said = set()
    for fact in old:
        values = {**fact["if"], **(fact.get("then") or {})}
        for name, value in then.items():
            if name not in values:
                continue
            said.add(name)
            have = core.split_selector(values[name])[0]
            if canonical(have) == canonical(value) or have.lstrip("=").startswith(value + "."):
                proposal.agree(f"{fact['id']}: {name} {value}")
            elif exactly(fact, "tensorflow") and name in (fact.get("then") or {}) and fact.get("on") == [platform]:
                proposal.change(fact, {("then", name): value}, source=cite())
            else:
                proposal.unknown(f"{fact['id']}: {name} is {have} in the data, {value} in the table; the fact speaks of more than the row")
    missing = {name: value for name, value in then.items() if name not in said}
    if missing:
        system = platform.split("-")[0]
        proposal.fact("facts/tensorflow/tested.yaml", {"id": f"tensorflow.tested.{version}-{system}" + ("" if len(missing) == len(then) else "-more"),
                      "kind": "tested", "if": {"tensorflow": f"=={version}"}, "on": [platform], "then": missing, "enforced_by": "nobody",
                      "evidence": "documentation", "sources": [{"id": cite(), "at": f"row {version}"}]},
                      comment="Test points of the vendor's table.")


if __name__ == "__main__":
    sys.exit(core.run("tf_table.py", __doc__.splitlines()[0], options, work))
