#!/usr/bin/env python3
"""Proposes what NVIDIA_REQUIRE_CUDA in the Dockerfiles of a checkout demands of the host.

In the variable a space means "or" and a comma "and": `cuda>=12.0 brand=tesla,driver>=450,driver<451`. The data takes it as clauses of
`then_any`. A brand that NVML prints is no class of products; a class counts only where all brands that its products print are listed,
so that nothing becomes a yes by the translation.
"""

import itertools
import re
import sys
from pathlib import Path

import core
from core import InputError

ARCHITECTURES = {"amd64": "linux-x86_64", "x86_64": "linux-x86_64", "arm64": "linux-aarch64", "sbsa": "linux-aarch64"}
CLASSES = {"datacenter": {"tesla", "nvidia"}, "geforce": {"geforce", "geforcertx", "nvidia"},
           "workstation": {"quadro", "quadrortx", "nvidiartx", "nvidia"}}


def strings(text):
    """{platform: requirement string} of one Dockerfile; a file without stages by architecture speaks of x86_64."""
    stage, found = None, {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        match = re.match(r"\s*FROM\s+\S+\s+as\s+\S*?-(\w+)\s*$", line, re.IGNORECASE)
        if re.match(r"\s*FROM\s", line, re.IGNORECASE):
            stage = match.group(1).lower() if match else None
        match = re.match(r"\s*ENV\s+NVIDIA_REQUIRE_CUDA[ =]\s*(.+?)\s*$", line)
        if match:
            platform = ARCHITECTURES.get(stage) if stage else "linux-x86_64"
            if platform:
                found[platform] = match.group(1).strip("\"'")
    return found


def parse(string):
    """(CUDA floor, {driver range: brands}); None for a form that is not known."""
    floor, branches = None, {}
    for alternative in string.split():
        terms = [re.fullmatch(r"(cuda|brand|driver)(>=|<|=)([\w.]+)", term) for term in alternative.split(",")]
        if not all(terms):
            return None
        parts = [t.groups() for t in terms]
        if len(parts) == 1 and parts[0][:2] == ("cuda", ">=") and floor is None:
            floor = parts[0][2]
            continue
        low = [v for n, o, v in parts if n == "driver" and o == ">="]
        high = [v for n, o, v in parts if n == "driver" and o == "<"]
        brands = [v for n, o, v in parts if n == "brand"]
        if len(low) != 1 or len(high) > 1 or len(brands) > 1 or len(low + high + brands) != len(parts):
            return None
        spec = f">={low[0]}" + (f",<{high[0]}" if high else "")
        branches.setdefault(spec, set()).update(brands or {"*"})
    return (floor, branches) if floor else None


def clauses(floor, branches):
    """The string as clauses: (cuda) or (class and branch) or ..., multiplied out."""
    groups = {}
    for spec, brands in branches.items():
        classes = None if "*" in brands else tuple(sorted(c for c, all_of in CLASSES.items() if all_of <= brands))
        if classes == ():
            continue
        groups.setdefault(classes, []).append(spec)
    base = {"driver-cuda": f">={floor}"}
    sides = []
    for classes, specs in sorted(groups.items(), key=repr):
        ordered = sorted(specs, key=lambda s: core.key(s[2:].split(",")[0]))
        side = [{"driver": " || ".join(ordered)}]
        if classes is not None:
            side.append({"gpu": f"* [{'|'.join(classes)}]"})
        sides.append(side)
    return [[base, *choice] for choice in itertools.product(*sides)] if sides else None


def written(any_of):
    return "[" + ", ".join("[" + ", ".join(core.flow("", selector) for selector in clause) + "]" for clause in any_of) + "]"


def read(folder):
    """{(version, platform): {string: [places]}}"""
    found = {}
    for path in sorted(folder.glob("**/Dockerfile*")):
        match = re.search(r"(?:^|/)(\d+\.\d+(?:\.\d+)?)/([^/]+)/(?:[^/]+/)*base/Dockerfile[^/]*$", "/" + path.relative_to(folder).as_posix())
        if not match:
            continue
        for platform, string in strings(path.read_text(encoding="utf-8", errors="replace")).items():
            found.setdefault((match.group(1), platform), {}).setdefault(string, []).append(path.relative_to(folder).as_posix())
    return found


def options(parser):
    parser.add_argument("folder", metavar="DIR", help="checkout with VERSION/SYSTEM/base/Dockerfile in it")
    parser.add_argument("--component", default="cuda-image", help="component that the facts speak of (default: cuda-image)")
    core.place(parser)


def work(args, data, proposal):
    folder = Path(args.folder)
    found = read(folder)
    if not found:
        raise InputError(f"{args.folder}: no VERSION/SYSTEM/base/Dockerfile with NVIDIA_REQUIRE_CUDA")
    where = core.placed(args)
    component = data.component(args.component)
    facts = {}
    for (version, platform), places in sorted(found.items(), key=lambda item: (core.key(item[0][0]), item[0][1])):
        label = f"{args.component} {version} ({platform})"
        if len(places) > 1:
            proposal.unknown(f"{label}: the images differ: " + "; ".join(f"{s} in {', '.join(p)}" for s, p in sorted(places.items())))
            continue
        string = next(iter(places))
        parsed = parse(string)
        if not parsed:
            proposal.unknown(f"{label}: a form that is not known: {string}")
            continue
        floor, branches = parsed
        any_of = clauses(floor, branches)
        left = sorted(s for s, brands in branches.items() if "*" not in brands and not any(c <= brands for c in CLASSES.values()))
        if left:
            proposal.unknown(f"{label}: the brands of driver {' || '.join(left)} are no whole class of products; left out, so the answer is stricter")
        if not component:
            proposal.unknown(f"{label}: the data has no component {args.component}: " + (written(any_of) if any_of else f"driver-cuda >={floor}"))
            continue
        facts.setdefault((version, repr(any_of), floor), (any_of, []))[1].append(platform)
    for (version, _, floor), (any_of, platforms) in sorted(facts.items(), key=lambda item: (core.key(item[0][0]), item[1][1])):
        name = component["component"]
        judge(data, proposal, name, version, platforms, floor, any_of, where)


def judge(data, proposal, name, version, platforms, floor, any_of, where):
    old = {}
    for platform in platforms:
        for fact in data.about(name, version, None, platform, ("requires",)):
            if fact.get("enforced_by") == "container_start" and fact.get("dispute_default") is not False:
                old[fact["id"]] = fact
    wanted = any_of or [[{"driver-cuda": f">={floor}"}]]

    def canonical(clause_list):
        return sorted(sorted((k, core.canonical(core.split_selector(v)[0]), tuple(sorted(core.split_selector(v)[1])))
                             for selector in clause for k, v in selector.items()) for clause in clause_list)

    for fact in old.values():
        have = fact.get("then_any") or [[{k: v}] for k, v in (fact.get("then") or {}).items()]
        if canonical(have) == canonical(wanted):
            proposal.agree(fact["id"])
        else:
            proposal.unknown(f"{fact['id']}: the data says {written(have)}, the Dockerfile {written(wanted)}")
    if old:
        return
    source = proposal.source(f"cuda-images-{(where['commit'] or proposal.read)[:10]}", "sources/images.yaml", kind="build_file",
                             title="Dockerfiles of the CUDA images: NVIDIA_REQUIRE_CUDA", **where)
    if not data.has_release(name, version):
        proposal.release(name, {"version": version, "sources": [source]})
    content = {"id": f"{name}.start.{version}" + (f"-{platforms[0]}" if len(platforms) == 1 else ""), "kind": "requires",
               "if": {name: f"=={version}"}, "on": platforms, "enforced_by": "container_start", "evidence": "build_file",
               "sources": [{"id": source, "at": version}]}
    if any_of:
        content["then_any"] = any_of
    else:
        content["then"] = {"driver-cuda": f">={floor}"}
    proposal.fact(f"facts/{name}/start.yaml", content, comment="What an image asks of the host when it starts.")


if __name__ == "__main__":
    sys.exit(core.run("cuda_images.py", __doc__.splitlines()[0], options, work))
