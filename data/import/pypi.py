#!/usr/bin/env python3
"""Proposes what the metadata of PyPI packages says and the data does not.

pip itself is asked, so nothing here knows an address. Wheels are not fetched: pip reads the metadata out of a remote wheel in pieces
(`--use-feature=fast-deps`), and the call is stopped where pip starts to fetch a whole one. The names of all files of a package come
from one look at its list.
"""

import json
import re
import subprocess
import sys

import core
from core import InputError, canonical, contains, exactly, key, split_selector, variant_in, written

PIP_NEEDED = (23, 3)  # the first that fetches nothing more in a dry run

# package -> how it stands in the data: names of the component, extras -> names of the variant that they make
FRAMEWORKS = {
    "torch": (["torch"], {}),
    "torchvision": (["torchvision"], {}),
    "torchaudio": (["torchaudio"], {}),
    "triton": (["triton"], {}),
    "tensorflow": (["tensorflow"], {"": [], "and-cuda": ["and-cuda"]}),
    "jax": (["jax"], {}),
    "jaxlib": (["jaxlib"], {}),
    "jax-cuda12-plugin": (["jax-cuda12-plugin", "jax"], {"with-cuda": ["cuda12", "cuda12-pip"]}),
    "jax-cuda13-plugin": (["jax-cuda13-plugin", "jax"], {"with-cuda": ["cuda13", "cuda13-pip"]}),
    "onnxruntime-gpu": (["onnxruntime-gpu", "onnxruntime"], {"cuda,cudnn": ["cuda", "cuda-cudnn", "cuda13"]}),
    "cupy-cuda12x": (["cupy-cuda12x", "cupy"], {"": ["cuda12x"], "ctk": ["cuda12x-ctk"]}),
    "cupy-cuda13x": (["cupy-cuda13x", "cupy"], {"": ["cuda13x"], "ctk": ["cuda13x-ctk"]}),
    "vllm": (["vllm"], {}),
    "xformers": (["xformers"], {}),
}
# package -> component whose releases its list of versions shows
LISTS = {
    "nvidia-cudnn-cu11": ["cudnn"], "nvidia-cudnn-cu12": ["cudnn"], "nvidia-cudnn-cu13": ["cudnn"],
    "nvidia-nccl-cu11": ["nccl"], "nvidia-nccl-cu12": ["nccl"], "nvidia-nccl-cu13": ["nccl"],
    "cuda-toolkit": ["cuda-runtime", "cuda-toolkit"],
}
# package in Requires-Dist -> component; a number of cudart is translated into its release
PINS = {**{package: names[0] for package, names in LISTS.items()},
        "nvidia-cuda-runtime-cu11": "cudart", "nvidia-cuda-runtime-cu12": "cudart", "nvidia-cuda-runtime": "cudart",
        "torch": "torch", "torchvision": "torchvision", "torchaudio": "torchaudio", "triton": "triton", "jaxlib": "jaxlib", "jax": "jax",
        "nvidia-cublas-cu11": "cublas", "nvidia-cublas-cu12": "cublas", "nvidia-cublas": "cublas",
        "xformers": "xformers", "tensorrt-cu12": "tensorrt", "tensorrt-cu13": "tensorrt", "tensorrt": "tensorrt"}
KEPT = re.compile(r"^(nvidia|cuda|torch|triton|jax|xformers|tensorrt|flashinfer|cupy|tensorflow)")


# --- reading -----------------------------------------------------------------------------------------------------------------------

def call(pip, arguments):
    """Lines that pip prints; stopped when it begins to fetch a wheel."""
    lines = []
    with subprocess.Popen([*pip, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        for line in process.stdout:
            lines.append(line)
            if re.search(r"Downloading \S+\.whl \([\d.]+ [MG]B\)", line):
                process.kill()
                raise InputError("pip began to fetch a whole wheel; stopped (the place of the files does not serve parts of them)")
    return lines


def pip_arguments(requirement, platforms, python, report):
    return ["install", "--dry-run", "--quiet" if report == "-" else "-vv", "--report", report, "--use-feature=fast-deps", "--no-deps",
            "--ignore-installed", "--only-binary=:all:", "--target", "unused", "--implementation", "cp", "--python-version", python,
            *[part for name in platforms for part in ("--platform", name)], requirement]


def parse_file(name):
    """(version, python tags, abi, platform tags) of a wheel's name."""
    match = re.match(r"^[A-Za-z0-9_.]+?-(\d[^-]*)(?:-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl$", name)
    return match and (match.group(1), match.group(2).split("."), match.group(3), match.group(4).split("."))


def platform_of(tag):
    if tag == "any":
        return list(core.PLATFORMS)
    if tag == "win_amd64":
        return ["windows-x86_64"]
    if re.match(r"(many)?linux", tag) and tag.endswith(("_x86_64", "_aarch64")):
        return ["linux-x86_64" if tag.endswith("x86_64") else "linux-aarch64"]
    return []


def list_files(pip, package):
    """The parsed names of all wheels of a package: a version that does not exist makes pip tell what it passes over."""
    stem = package.replace("-", "[-_.]")
    lines = call(pip, pip_arguments(f"{package}==0.0.dev0", ["manylinux2014_x86_64"], "3.12", "/dev/null"))
    names = sorted({m for line in lines for m in re.findall(rf"(?i)(?<=/){stem}-[^/ #]+\.whl", line.replace("%2B", "+"))})
    files = [parse_file(name) for name in names if parse_file(name)]
    if not files:
        raise InputError(f"{package}: pip lists no wheel: {lines[-1].strip() if lines else 'no output'}")
    return files


def read_package(pip, package, version, files, platforms):
    """One package from the index, as what --record writes."""
    versions = sorted({parsed[0] for parsed in files}, key=key)
    if version is None:
        final = [v for v in versions if not re.search(r"[a-z]", v.split("+")[0].replace("post", ""))]
        version = (final or versions)[-1]
    mine = [parsed for parsed in files if key(parsed[0]) == key(version)]
    if not mine:
        raise InputError(f"{package}: no wheel of {version} in the list")
    reading = {"package": package, "version": version, "versions": versions,
               "files": sorted("-".join([".".join(p[1]), p[2], ".".join(p[3])]) for p in mine), "metadata": {}, "unread": {}}
    if package in LISTS:
        return reading
    for platform in platforms:
        fitting = [p for p in mine if any(platform in platform_of(tag) for tag in p[3]) and not p[2].endswith("t")]
        if not fitting:
            continue
        pythons = sorted({py for p in fitting for tag in p[1] for py in [python_of(tag)] if py}, key=key)
        own = [p for p in fitting if p[2].startswith("cp")]
        python = "3.12" if "3.12" in pythons or not own else pythons[-1]
        chosen = [p for p in own if python in [python_of(t) for t in p[1]]] or fitting
        tags = ["manylinux2014_x86_64"] if chosen[0][3] == ["any"] else [t for t in chosen[0][3] if platform in platform_of(t)]
        output = "".join(call(pip, pip_arguments(f"{package}=={version}", tags, python, "-")))
        start = output.find("{")
        try:
            metadata = json.loads(output[start:output.rindex("}") + 1])["install"][0]["metadata"]
        except (ValueError, KeyError, IndexError):
            reading["unread"][platform] = "pip gave no metadata"
            continue
        kept = [r for r in metadata.get("requires_dist") or [] if KEPT.match(normal(r))]
        reading["metadata"][platform] = {"requires_python": metadata.get("requires_python"), "requires_dist": kept}
    return reading


def python_of(tag):
    match = re.match(r"cp(\d)(\d+)$", tag)
    return f"{match.group(1)}.{match.group(2)}" if match else None


def normal(requirement):
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement).group(0)).lower()


# --- markers -----------------------------------------------------------------------------------------------------------------------

def holds(marker, environment):
    """The value of an environment marker; unknown names are empty strings."""
    tokens = re.findall(r"\(|\)|\band\b|\bor\b|\bnot in\b|\bin\b|[<>=!~]=?=?|'[^']*'|\"[^\"]*\"|[a-z_]+", marker)

    def value(token):
        return token[1:-1] if token[0] in "'\"" else environment.get(token, "")

    def term():
        if tokens[0] == "(":
            tokens.pop(0)
            result = either()
            tokens.pop(0)
            return result
        left, op, right = tokens.pop(0), tokens.pop(0), tokens.pop(0)
        if "version" in left or "version" in right:
            bound, version = (right, left) if left[0] not in "'\"" else (left, right)
            return contains(op + value(bound), value(version))
        a, b = value(left), value(right)
        return {"==": a == b, "!=": a != b, "in": a in b, "not in": a not in b}.get(op, False)

    def both():
        result = term()
        while tokens and tokens[0] == "and":
            tokens.pop(0)
            result = term() and result
        return result

    def either():
        result = both()
        while tokens and tokens[0] == "or":
            tokens.pop(0)
            result = both() or result
        return result

    return either()


def environment_of(platform, python, extra=""):
    linux = platform.startswith("linux")
    return {"sys_platform": "linux" if linux else "win32", "platform_system": "Linux" if linux else "Windows", "extra": extra,
            "os_name": "posix" if linux else "nt", "platform_machine": "AMD64" if not linux else platform.split("-")[1],
            "python_version": python, "python_full_version": python + ".0", "implementation_name": "cpython",
            "platform_python_implementation": "CPython"}


def active(requires, platform, python, extras):
    """{package: spec} of the requirements that bind there; a package named twice has its specs joined."""
    found = {}
    for requirement in requires:
        body, _, marker = requirement.partition(";")
        if marker.strip() and not any(holds(marker, environment_of(platform, python, extra)) for extra in (extras or [""])):
            continue
        match = re.match(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^)]*)\)?\s*$", body)
        if match:
            name, spec = normal(match.group(1)), match.group(2).strip()
            found[name] = ",".join(s for s in (found.get(name), spec) if s)
    return found


# --- judging -----------------------------------------------------------------------------------------------------------------------

def cudart_releases(data):
    """{cudart number: [releases]} as the notes of cuda-runtime give them."""
    table = {}
    for release in data.components.get("cuda-runtime", {}).get("releases", []):
        for number in re.findall(r"cudart (\d+\.\d+\.\d+)", release.get("note", "")):
            table.setdefault(number, []).append(release["version"])
    return table


def release_spec(data, spec):
    """A spec on the number of cudart as one on the release of CUDA; None where a number is not known."""
    table, terms = cudart_releases(data), []
    for term in spec.split(","):
        op, bound = re.match(r"([<>=!~]*)\s*(.+)$", term.strip()).groups()
        if bound.count(".") < 2 or bound.endswith(".*"):
            terms.append(op + bound)
        elif len(table.get(bound, [])) == 1:
            terms.append(op + table[bound][0])
        else:
            return None
    return ",".join(terms)


def wanted(data, proposal, reading, platform, extras):
    """{component: spec in our form} that the metadata demands there."""
    metadata = reading["metadata"][platform]
    label = f"{reading['package']} {reading['version']} ({platform}{', [' + ','.join(extras) + ']' if any(extras) else ''})"
    python = (pythons_of(reading, platform) or ["3.12"])[0]
    found, strange = {}, []
    for package, spec in active(metadata["requires_dist"], platform, python, extras).items():
        name = PINS.get(package)
        if not name:
            if package.startswith(("nvidia-", "cuda-")):
                strange.append(package)
            continue
        if name == "cudart":
            name, translated = "cuda-runtime", release_spec(data, spec)
            if not translated:
                proposal.unknown(f"{label}: {package}{spec}: no single CUDA release is known by that number")
                continue
            spec = translated
        if not spec:
            proposal.unknown(f"{label}: {package} without a version")
        elif not data.component(name):
            proposal.unknown(f"{label}: {package}{spec}: the data has no component {name}")
        else:
            found[name] = written(spec)
    if strange:
        proposal.unknown(f"{label}: no components for {', '.join(sorted(strange))}")
    return found


def pythons_of(reading, platform, free_threaded=False):
    """The Pythons that have a file of their own there."""
    found = set()
    for name in reading["files"]:
        python, abi, tags = name.split("-")
        if abi.endswith("t") == free_threaded and abi.startswith("cp") and any(platform in platform_of(t) for t in tags.split(".")):
            found |= {python_of(tag) for tag in python.split(".") if python_of(tag)}
    return sorted(found, key=key)


def python_spec(proposal, reading, platform):
    """The Pythons that a file serves: its own tags; a file for many of them serves what Requires-Python lets in."""
    own = pythons_of(reading, platform)
    many = [name.split("-") for name in reading["files"] if name.split("-")[1] in ("abi3", "none")
            and any(platform in platform_of(tag) for tag in name.split("-")[2].split("."))]
    if not many:
        minors = [int(p.split(".")[1]) for p in own]
        if minors and minors == list(range(minors[0], minors[-1] + 1)):
            return f">=3.{minors[0]},<3.{minors[-1] + 1}"
        return " || ".join(own) or None
    said = [term.strip() for term in (reading["metadata"][platform].get("requires_python") or "").split(",") if term.strip()]
    left = [term for term in said if term.startswith("!=")]
    if left:
        proposal.unknown(f"{reading['package']} {reading['version']}: Requires-Python also says {', '.join(left)}")
    low = [python_of(tag) for python, _, _ in many for tag in python.split(".") if python_of(tag)] + own
    floors = [term[2:].strip() for term in said if term.startswith(">=")] + sorted(low, key=key)[:1]
    terms = [f">={floor}" for floor in sorted(floors, key=key)[-1:]] + [term for term in said if term[0] in "<=~"]
    return written(",".join(terms)) if terms else None


def glibc_of(reading, platform):
    """The floor that the platform tags promise: the lowest of each file, the highest over the files."""
    old = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
    floors = []
    for name in reading["files"]:
        here = [t for t in name.split("-")[2].split(".") if platform in platform_of(t) and t.startswith("manylinux")]
        values = [tuple(map(int, m.groups())) for t in here for m in [re.match(r"manylinux_(\d+)_(\d+)_", t)] if m]
        values += [old[t.split("_")[0]] for t in here if t.split("_")[0] in old]
        if values:
            floors.append(min(values))
    return ">=%d.%d" % max(floors) if floors else None


def default_variant(component, version, platform):
    """Variant of the build that a bare pip command takes, of this release or of the newest before it."""
    rows = [b for b in component.get("builds") or [] if platform in b.get("on", core.PLATFORMS)
            and (b.get("installer_default") or b.get("channel") == "pypi") and key(b["version"]) <= key(version)]
    if not rows:
        return None
    newest = max(key(b["version"]) for b in rows)
    rows = [b for b in rows if key(b["version"]) == newest]
    return (next((b for b in rows if b.get("installer_default")), rows[0])).get("variant")


def variant_for(component, names, version, platform, want, extras):
    """The name of the variant in the data, or None where nothing says it."""
    have = {b.get("variant") for b in component.get("builds") or []}
    for name in names:
        if name in have:
            return name
    if any(extras):
        return None
    cuda = re.match(r"==(\d+)\.(\d+)", want.get("cuda-runtime", ""))
    if component["component"] == "torch" and cuda:
        return f"cu{cuda.group(1)}{cuda.group(2)}"
    return default_variant(component, version, platform)


def judge_list(data, proposal, reading):
    """Releases that the list of a library's package shows and the component lacks."""
    package = reading["package"]
    final = [v for v in reading["versions"] if not re.search(r"[a-z]", v) and not v.startswith("0.0")]
    if package == "cuda-toolkit":
        final = [".".join(v.split(".")[:3]) for v in final]  # 13.4.1.0 is the release 13.4.1
    for name in LISTS[package]:
        component = data.component(name)
        if not component:
            proposal.unknown(f"{package}: the data has no component {name}")
            continue
        missing = [v for v in final if not data.has_release(component["component"], v)]
        if not missing:
            proposal.agree(f"{package}: all {len(final)} releases are in {name}")
            continue
        source = f"pypi-{package.replace('nvidia-', '')}"
        if data.sources.get(source, {}).get("read") != proposal.read:
            source += f"-{proposal.read}" if source in data.sources else ""
            proposal.source(source, "sources/pypi.yaml", kind="package_metadata", title=f"Releases of {package} on PyPI, as pip lists them",
                            url=f"pkg:pypi/{package}")
        for version in missing:
            near = [r["version"] for r in component["releases"] if contains(r["version"], version) or contains(version, r["version"])]
            if near:
                proposal.unknown(f"{package} {version}: {name} has {', '.join(near)}, which may be the same release")
            else:
                proposal.release(component["component"], {"version": version, "sources": [source]})
                if component["component"] == "cuda-runtime":
                    proposal.unknown(f"cuda-runtime {version}: without driver floors (driver.floor.direct.*) nothing holds an old driver back; "
                                     "add them with it")


def precedent(data, subject, version, other, platform):
    """The installer fact of the newest release up to this one that names the same component: new facts stand behind it."""
    return nearest(data, subject, version, other, platform) or nearest(data, subject, version, other, None)


def nearest(data, subject, version, other, platform):
    best = None
    for fact in data.facts:
        if fact.get("kind") != "requires" or list(fact.get("if") or {}) != [subject] or other not in (fact.get("then") or {}):
            continue
        if fact.get("enforced_by") == "import_check" or fact.get("dispute_default") is False:
            continue
        if platform and fact.get("on") and platform not in fact["on"]:
            continue
        old = exactly(fact, subject)
        if old and key(old) <= key(version):
            rank = (key(old), fact["index"])
            if best is None or rank > best[0]:
                best = (rank, fact)
    return best[1] if best else None


def judge(data, proposal, reading):
    """One release of a framework against the data."""
    package, version = reading["package"], reading["version"]
    if package in LISTS:
        return judge_list(data, proposal, reading)
    names, extras = FRAMEWORKS[package]
    component = data.component(*names)
    for platform, why in sorted(reading.get("unread", {}).items()):
        proposal.unknown(f"{package} {version} ({platform}): {why}")
    if not component:
        proposal.unknown(f"{package} {version}: the data has no component {names[0]}")
        return None
    subject = component["component"]
    # what holds at each build: {(variant, platform): {component: spec}}
    builds, default = {}, set()
    for platform in sorted(reading["metadata"], key=core.PLATFORMS.index):
        common = {}
        pythons = python_spec(proposal, reading, platform)
        if pythons:
            common["python"] = pythons
        if glibc_of(reading, platform):
            common["glibc"] = glibc_of(reading, platform)
        for extra, variants in (extras or {"": []}).items():
            chosen = extra.split(",")
            want = wanted(data, proposal, reading, platform, chosen)
            variant = variant_for(component, variants, version, platform, want, chosen)
            if component.get("builds") and variant is None:
                proposal.unknown(f"{package} {version} ({platform}, extra '{extra}'): no variant of {subject} is known for it"
                                 + "".join(f"; {k} {v}" for k, v in sorted(want.items())))
                continue
            rows = [b for b in component.get("builds") or [] if key(b["version"]) == key(version)]
            if rows and not any(b.get("variant") == variant and platform in b.get("on", core.PLATFORMS) for b in rows):
                proposal.unknown(f"{package} {version}: there are files for {platform}, the data has no build {variant} there")
                continue
            builds.setdefault((variant, platform), {}).update({**common, **want})
            if not any(chosen):
                default.add(variant)
    source = f"pypi-{package}-{version.lower()}"

    def cite():
        return proposal.source(source, "sources/pypi.yaml", kind="package_metadata", title=f"PyPI metadata of {package} {version}",
                               url=f"pkg:pypi/{package}@{version}")

    newer = [v for v in reading["versions"] if key(v) > key(version) and not re.search(r"[a-z]", v) and not data.has_release(subject, v)]
    if newer:
        proposal.unknown(f"{package}: newer releases that the data lacks: {', '.join(newer)}")
    if not data.has_release(subject, version):
        free = sorted({p for platform in core.PLATFORMS for p in pythons_of(reading, platform, True)}, key=key)
        note = "The date was not read" + (f". Also for free-threaded {', '.join(free)}" if free else "")
        proposal.release(subject, {"version": version, "note": note, "sources": [cite()]})
        if component.get("builds"):
            by_variant = {}
            for variant, platform in builds:
                by_variant.setdefault(variant, []).append(platform)
            rows = []
            for variant, on in by_variant.items():
                content = {"version": version, "on": on, "variant": variant, "channel": "pypi", "sources": [cite()]}
                if variant in default:
                    content["installer_default"] = True
                if variant in default and all("cuda-runtime" not in builds[(variant, platform)] for platform in on):
                    content["note"] = "Variant as in the release before; the metadata does not say it"
                rows.append(content)
            proposal.builds(subject, rows)
            proposal.unknown(f"{subject} {version}: only what PyPI has was read; builds on other channels are not in the proposal")
    # releases that an exact requirement names and the data lacks
    for want in builds.values():
        for name, spec in sorted(want.items()):
            exact = re.fullmatch(r"==([^,|*]+)", spec)
            if exact and data.components[name].get("line") == "closed" and not data.has_release(name, exact.group(1)):
                proposal.release(name, {"version": exact.group(1), "sources": [cite()]})
            elif not exact and data.components[name].get("line") == "closed":
                if not any(contains(spec, r["version"]) for r in data.components[name]["releases"]):
                    proposal.unknown(f"{subject} {version} wants {name} {spec}: the data has no such release")
    compare(data, proposal, subject, version, builds, cite)
    return None


def compare(data, proposal, subject, version, builds, cite):
    covered, touched = set(), {}
    for (variant, platform), want in builds.items():
        for fact in data.about(subject, version, variant, platform, ("requires",)):
            if fact.get("enforced_by") != "installer" or fact.get("dispute_default") is False:
                continue
            for name in fact["then"]:
                if name in want and split_selector(fact["then"][name])[0] != "*":
                    covered.add((variant, platform, name))
                    touched.setdefault(fact["id"], (fact, {}))[1].setdefault(name, {})[(variant, platform)] = want[name]
    for fact_id, (fact, names) in sorted(touched.items()):
        variants = split_selector(fact["if"][subject])[1]
        platforms = fact.get("on") or list(core.PLATFORMS)
        others = {b.get("variant") for b in data.components[subject].get("builds") or [] if key(b["version"]) == key(version)
                  and variant_in(variants, b.get("variant"))}
        whole = exactly(fact, subject) and others <= {v for v, _ in builds}
        sure, changes = True, {}
        for name in fact["then"]:
            values = {canonical(v) for v in names.get(name, {}).values()}
            seen = {p for _, p in names.get(name, {})}
            have, of = split_selector(fact["then"][name])
            if values == {canonical(have)} and set(platforms) <= seen:
                continue
            if not values or values == {canonical(have)}:
                sure = False
                continue
            value = sorted(set(names[name].values()))
            if whole and len(value) == 1 and set(platforms) <= seen:
                changes[("then", name)] = value[0] + (f" [{'|'.join(of)}]" if of else "")
            else:
                sure = False
                proposal.unknown(f"{fact_id}: {name} is {fact['then'][name]} in the data, {' and '.join(value)} in the metadata; "
                                 "the fact speaks of more than was read")
        drop = []
        if sure and (changes or (whole and fact.get("certainty") in ("derived", "weak"))):
            drop = [k for k in ("certainty", "note") if k in fact["own"]]
            if "evidence" in fact["own"] and fact["evidence"] != "package_metadata":
                if data.headers[fact["file"]].get("evidence") == "package_metadata":
                    drop.append("evidence")
                else:
                    changes[("evidence",)] = "package_metadata"
        if changes or drop:
            proposal.change(fact, changes, drop, cite())
        elif sure:
            proposal.agree(f"{fact_id}" + (" (stays derived: it speaks of more than was read)" if fact.get("certainty") else ""))
    # nothing says it yet: equal values on several platforms are one fact
    groups = {}
    for (variant, platform), want in builds.items():
        for name, spec in want.items():
            if (variant, platform, name) in covered:
                continue
            before = precedent(data, subject, version, name, platform)
            place = (before["file"], ".".join(before["id"].split(".")[:2])) if before else (f"facts/{subject}/pypi.yaml", f"{subject}.{name}")
            groups.setdefault((place, variant), {}).setdefault(platform, ({}, []))[0][name] = spec
            groups[(place, variant)][platform][1].append(before)
    anchors = {}
    for ((file, _), _), found in groups.items():
        for _, before in found.values():
            for fact in before:
                if fact and fact["index"] >= anchors.get(file, fact)["index"]:
                    anchors[file] = fact
    facts = {}  # (place, what is wanted, where) -> variants
    for (place, variant), found in groups.items():
        sets = {}
        for platform, (then, _) in found.items():
            sets.setdefault(tuple(sorted(then.items())), []).append(platform)
        for then, platforms in sets.items():
            facts.setdefault((place, then, tuple(platforms)), []).append(variant)
    for ((file, prefix), then, platforms), variants in facts.items():
        last = anchors.get(file)
        named = [v for v in variants if v]
        fact_id = f"{prefix}.{version}" + "".join(f"-{v}" for v in named[:1] if len(variants) == 1)
        if len(platforms) == 1 or sum(p[0] == (file, prefix) for p in facts) > 1 and fact_id in proposal.new_ids:
            fact_id += f"-{platforms[0]}"
        content = {"id": fact_id, "kind": "requires", "if": {subject: f"=={version}" + (f" [{'|'.join(named)}]" if named else "")},
                   "then": dict(then), "enforced_by": "installer", "evidence": "package_metadata", "sources": [cite()]}
        if len(platforms) < len(core.PLATFORMS):
            content["on"] = list(platforms)
        heading = None
        if last and (file, version) not in proposal.headings and key(exactly(last, subject)) < key(version):
            heading = version if f"  # {exactly(last, subject)}\n" in data.texts[file] else None
        proposal.headings.add((file, version))
        proposal.fact(file, content, behind=last, heading=heading, comment="What the metadata on PyPI demands.")


# --- call --------------------------------------------------------------------------------------------------------------------------

def options(parser):
    parser.add_argument("packages", nargs="*", metavar="PACKAGE[==VERSION]", help="without a version: the newest release")
    parser.add_argument("--from", dest="recorded", metavar="FILE", help="read what --record wrote instead of asking pip")
    parser.add_argument("--record", metavar="FILE", help="also write what was read, reduced to the fields used")
    parser.add_argument("--on", action="append", choices=core.PLATFORMS, help="read the metadata for this platform alone (may be repeated)")
    parser.add_argument("--python", default=sys.executable, help="the Python whose pip is asked; pip 23.3 or later")


def read_all(args):
    known = {**FRAMEWORKS, **LISTS}
    asked = [re.fullmatch(r"([A-Za-z0-9._-]+?)(?:==([^=]+))?", text) for text in args.packages]
    for text, match in zip(args.packages, asked):
        if not match or match.group(1) not in known:
            raise InputError(f"{text}: not a package that this importer knows: {', '.join(sorted(known))}")
    wishes = [(m.group(1), m.group(2)) for m in asked]
    if args.recorded:
        with open(args.recorded, encoding="utf-8") as file:
            try:
                readings = json.load(file)
                chosen = [r for r in readings if not wishes or any(n == r["package"] and v in (None, r["version"]) for n, v in wishes)]
                if not chosen or not all(r["package"] in known and r["files"] and "metadata" in r and "versions" in r for r in chosen):
                    raise InputError(f"{args.recorded}: no reading of what was asked")
                return chosen
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{args.recorded}: not a file of --record: {error}") from error
    if not wishes:
        raise InputError("name a package, or a file with --from")
    pip = [args.python, "-m", "pip"]
    line = "".join(call(pip, ["--version"]))
    match = re.match(r"pip (\d+)\.(\d+)", line)
    if not match or tuple(map(int, match.groups())) < PIP_NEEDED:
        raise InputError(f"pip 23.3 or later is needed (an older one fetches whole wheels), found: {line.strip() or 'none'}; see --python")
    files = {name: list_files(pip, name) for name in dict.fromkeys(name for name, _ in wishes)}
    return [read_package(pip, name, version, files[name], args.on or core.PLATFORMS) for name, version in wishes]


def work(args, data, proposal):
    proposal.headings = set()
    readings = read_all(args)
    if args.record:
        core.write(args.record, json.dumps(readings, indent=1, sort_keys=True) + "\n")
    for reading in readings:
        judge(data, proposal, reading)


if __name__ == "__main__":
    sys.exit(core.run("pypi.py", __doc__.splitlines()[0], options, work))
