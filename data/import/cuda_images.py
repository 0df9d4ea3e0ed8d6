#!/usr/bin/env python3
"""Proposes what NVIDIA_REQUIRE_CUDA in the Dockerfiles of a checkout demands of the host.

The string is taken over verbatim (a space means "or", a comma "and"): what it means for a host is the program's business. Dockerfiles
change in place, so a string that differs from the data's newest one is told and not overwritten: the old one ends on a day (`until`),
which the checkout does not say.
"""

import re
import sys
from pathlib import Path

import core
from core import InputError

ARCHITECTURES = {"amd64": "linux-x86_64", "x86_64": "linux-x86_64", "arm64": "linux-aarch64", "sbsa": "linux-aarch64"}
PLACE = re.compile(r"(?:^|/)(\d+\.\d+(?:\.\d+)?)/([^/]+)/(base|runtime|devel)(?:/(cudnn\d*))?/Dockerfile$")


def strings(text):
    """{platform: requirement string} of one Dockerfile; a file without stages by architecture speaks of x86_64."""
    stage, found = None, {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if re.match(r"\s*FROM\s", line, re.IGNORECASE):
            match = re.match(r"\s*FROM\s+\S+\s+as\s+\S*?-(\w+)\s*$", line, re.IGNORECASE)
            stage = match.group(1).lower() if match else None
        match = re.match(r"\s*ENV\s+NVIDIA_REQUIRE_CUDA[ =]\s*(.+?)\s*$", line)
        if match:
            platform = ARCHITECTURES.get(stage) if stage else "linux-x86_64"
            if platform:
                found[platform] = " ".join(match.group(1).strip("\"'").split())
    return found


def known_form(string):
    """Whether a string has nothing but terms on cuda, brand, driver and arch."""
    return all(re.fullmatch(r"(?i)(cuda|brand|driver|arch)(>=|<=|!=|=|>|<)[\w.]+", term) for part in string.split() for term in part.split(","))


def alternatives(string):
    return {frozenset(part.lower().split(",")) for part in string.split()}


def read(folder):
    """({(version, platform): {string: [systems]}}, {version: {flavours}})"""
    found, flavours = {}, {}
    for path in sorted(folder.glob("**/Dockerfile")):
        match = PLACE.search("/" + path.relative_to(folder).as_posix())
        if not match:
            continue
        version, system, flavour, cudnn = match.groups()
        flavours.setdefault(version, set()).add((flavour, cudnn))
        if flavour == "base":
            for platform, string in strings(path.read_text(encoding="utf-8", errors="replace")).items():
                found.setdefault((version, platform), {}).setdefault(string, []).append(system)
    return found, flavours


def releases(version, flavours):
    """{release: patterns of its tags}; base and runtime of one kind are one release, as the data has it."""
    rows = {}
    for flavour, cudnn in sorted(flavours, key=lambda f: (f[1] or "", {"base": 0, "runtime": 1, "devel": 2}[f[0]])):
        name = f"nvidia/cuda:{version}" + (f"-{cudnn}" if cudnn else "") + ("-devel" if flavour == "devel" else "")
        rows.setdefault(name, []).append(f"nvidia/cuda:{version}" + (f"-{cudnn}" if cudnn else "") + f"-{flavour}-*")
    return rows


def options(parser):
    parser.add_argument("folder", metavar="DIR", help="checkout with VERSION/SYSTEM/base/Dockerfile in it")
    parser.add_argument("--component", default="container", help="component that the facts speak of (default: container)")
    core.place(parser)


def work(args, data, proposal):
    folder = Path(args.folder)
    found, flavours = read(folder)
    if not found:
        raise InputError(f"{args.folder}: no VERSION/SYSTEM/base/Dockerfile with NVIDIA_REQUIRE_CUDA")
    where = core.placed(args)
    component = data.component(args.component)
    if not component:
        proposal.unknown(f"the data has no component {args.component}; strings of {len(found)} images by CPU were read")
        return
    name = component["component"]
    there = {row["version"] for row in component.get("releases") or []}
    new = {}

    def cite():
        return proposal.source(f"cuda-images-{(where['commit'] or proposal.read)[:10]}", "sources/images.yaml", kind="build_file",
                               title="Dockerfiles of the CUDA images: NVIDIA_REQUIRE_CUDA", **where)

    for (version, platform), by_string in sorted(found.items(), key=lambda item: (core.key(item[0][0]), item[0][1])):
        label = f"nvidia/cuda:{version} ({platform})"
        about = [f for f in data.facts if f.get("require") and platform in f.get("on", core.PLATFORMS) and "until" not in f
                 and any(re.match(rf"nvidia/cuda:{re.escape(version)}(-|$)", n) for n in re.split(r"\s*\|\|\s*", f.get("if", {}).get(name, "")))]
        if len(by_string) > 1:
            if all(any(alternatives(f["require"]) == alternatives(string) for f in about) for string in by_string):
                proposal.agree(f"{label}: the {len(by_string)} strings of its systems")
                continue
            proposal.unknown(f"{label}: the systems differ: " + "; ".join(f"{', '.join(s)}: {shortened(t)}" for t, s in sorted(by_string.items())))
            continue
        string = next(iter(by_string))
        if not known_form(string):
            proposal.unknown(f"{label}: a form that is not known: {shortened(string)}")
            continue
        old = [f for f in data.facts if f.get("require") and platform in f.get("on", core.PLATFORMS)
               and f"nvidia/cuda:{version}" in re.split(r"\s*\|\|\s*", f.get("if", {}).get(name, ""))]
        newest = [f for f in old if "until" not in f] or old
        if any(alternatives(f["require"]) == alternatives(string) for f in newest):
            proposal.agree(f"{', '.join(f['id'] for f in newest)} ({platform})")
        elif old:
            proposal.unknown(f"{label}: {newest[-1]['id']} says {shortened(newest[-1]['require'])}, the checkout {shortened(string)}; "
                             "the old string needs the day on which it ended")
        else:
            new.setdefault((version, string), []).append(platform)
    for version in dict.fromkeys(version for version, _ in new):
        missing = {k: v for k, v in releases(version, flavours[version]).items() if k not in there}
        if missing:
            text = f"  # CUDA {version}\n" + "".join(
                core.row({"version": k, "matches": v, "sources": [cite()]}, core.ROW_KEYS) for k, v in missing.items())
            proposal.insert_item(component["file"], "releases", place(component, version), text)
    for (version, string), platforms in new.items():
        names = [n for n in releases(version, flavours[version])]
        platforms = [p for p in core.PLATFORMS if p in platforms]
        cpu = "linux" if len(platforms) > 1 else platforms[0].split("-")[1]
        proposal.fact(f"facts/{name}/start.yaml", {
            "id": f"{name}.start.cuda-{version}-{cpu}", "kind": "requires", "if": {name: " || ".join(names), "container-mode": "legacy"},
            "on": platforms, "require": string, "enforced_by": "container_start", "evidence": "build_file",
            "sources": [{"id": cite(), "at": version}]}, comment="What an image asks of the host when it starts.")


def place(component, version):
    """Index of the last release of an older CUDA image."""
    older = -1
    for index, release in enumerate(component.get("releases") or []):
        match = re.match(r"nvidia/cuda:([\d.]+)", release["version"])
        if match and core.key(match.group(1)) <= core.key(version):
            older = index
    return older


def shortened(string):
    return string if len(string) <= 90 else string[:80] + f"... ({len(string.split())} alternatives)"


if __name__ == "__main__":
    sys.exit(core.run("cuda_images.py", __doc__.splitlines()[0], options, work))
