#!/usr/bin/env python3
"""Proposes what a checkout of JAX says of itself: version.py, setup.py, and the constants of the CUDA plugin.

The files are parsed, never run. A constant that the checkout does not hold (the cuDNN that a build was made with) is told, not guessed.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import core
import pypi
from core import InputError


def parse(folder, name):
    path = Path(folder) / name
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{path}: {error}") from error


def constants(tree):
    """{name: value} of plain assignments at the top of a file."""
    return {node.targets[0].id: node.value.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)}


def text_of(node, names):
    """A string, or an f-string whose names are known; else None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append(value.value)
            elif isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Name) and names.get(value.value.id):
                parts.append(str(names[value.value.id]))
            else:
                return None
        return "".join(parts)
    return None


def setup_of(tree, names):
    """python_requires, install_requires and extras_require of the call of setup()."""
    result = {"python": None, "install": [], "extras": {}}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "setup"):
            continue
        for word in node.keywords:
            if word.arg == "python_requires":
                result["python"] = text_of(word.value, names)
            elif word.arg == "install_requires" and isinstance(word.value, ast.List):
                result["install"] = [t for t in (text_of(e, names) for e in word.value.elts) if t]
            elif word.arg == "extras_require" and isinstance(word.value, ast.Dict):
                for k, v in zip(word.value.keys, word.value.values):
                    if isinstance(v, ast.List) and text_of(k, names):
                        result["extras"][text_of(k, names)] = [t for t in (text_of(e, names) for e in v.elts) if t]
    return result


def requirements(folder, version):
    """(path, {CUDA major: requirements}): of the plugin's setup, or of the file that newer releases fill it from."""
    path = "build/nvidia-requirements.txt"
    if (Path(folder) / path).is_file():
        lines = [line.strip() for line in (Path(folder) / path).read_text(encoding="utf-8").splitlines()]
        lines = [line for line in lines if line.startswith("nvidia-")]
    else:
        path = "jax_plugins/cuda/plugin_setup.py"
        plugin = parse(folder, path)
        if not plugin:
            return None, {}
        lines = setup_of(plugin, {**constants(plugin), "__version__": version})["extras"].get("with-cuda", [])
    found = {}
    for line in lines:
        match = re.match(r"nvidia-[a-z-]+?-cu(\d+)", line)
        found.setdefault(match.group(1) if match else "13", []).append(line)
    return path, found


def checks_of(tree):
    """{library: floor or None} of the calls of _version_check."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_version_check" and node.args and isinstance(node.args[0], ast.Constant):
            floor = [w.value.value for w in node.keywords if w.arg == "min_supported_version" and isinstance(w.value, ast.Constant)]
            found[node.args[0].value] = floor[0] if floor else None
    return found


def commit_of(folder):
    done = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def options(parser):
    parser.add_argument("folder", metavar="DIR", help="checkout at the tag of a release")
    parser.add_argument("--version", help="release, where the tag says more than version.py (which counts up after a release)")
    parser.add_argument("--commit", help="commit of the checkout (default: what git says)")


def work(args, data, proposal):
    version_py, setup_py = parse(args.folder, "jax/version.py"), parse(args.folder, "setup.py")
    if not version_py or not setup_py:
        raise InputError(f"{args.folder}: jax/version.py and setup.py are not there")
    known = constants(version_py)
    version = args.version or known.get("_version")
    commit = args.commit or commit_of(args.folder)
    if not version or not commit:
        raise InputError(f"{args.folder}: " + ("no _version in jax/version.py" if not version else "no commit: --commit"))
    names = {**known, **constants(setup_py), "_jax_version": version, "__version__": version}
    main = setup_of(setup_py, names)
    component = data.component("jax")

    def cite(path, title):
        tail = re.sub(r"[^a-z]+", "-", path.lower()).strip("-")
        return proposal.source(f"jax-{version}-{tail}", "sources/jax.yaml", kind="build_file", title=title, repo="jax-ml/jax", commit=commit, path=path)

    wants = []  # (topic, variants, then, enforced_by, path)
    if main["python"]:
        wants.append(("python", None, {"python": core.written(main["python"])}, "installer", "setup.py"))
    jaxlib = pypi.active(main["install"], "linux-x86_64", "3.12", [""]).get("jaxlib")
    if jaxlib:
        wants.append(("jaxlib", None, {"jaxlib": core.written(jaxlib)}, "installer", "setup.py"))
    pins_path, pins = requirements(args.folder, version)
    if pins:
        for major, variants in (("12", ["cuda12", "cuda12-pip"]), ("13", ["cuda13", "cuda13-pip"])):
            lines = pins.get(major, [])
            found = pypi.active(lines, "linux-x86_64", "3.12", [""])
            then = {pypi.PINS[p]: core.written(s) for p, s in found.items() if pypi.PINS.get(p) not in (None, "cudart") and s}
            for package, spec in found.items():
                if pypi.PINS.get(package) == "cudart":
                    translated = pypi.release_spec(data, spec) if "cuda-runtime" in data.components else None
                    if translated:
                        then["cuda-runtime"] = core.written(translated)
                    else:
                        proposal.unknown(f"jax {version}, CUDA {major}: {package}{spec}: no single CUDA release is known by that number")
            if then:
                wants.append((f"pins-cuda{major}", variants, then, "installer", pins_path))
            else:
                proposal.unknown(f"jax {version}: no requirements for CUDA {major} in the plugin's setup")
    checks = parse(args.folder, "jax_plugins/cuda/__init__.py")
    for library, floor in sorted((checks_of(checks) if checks else {}).items()):
        if library == "CUDA" and floor:
            wants.append(("check-cuda", "cuda", {"cuda-runtime": f">={floor // 1000}.{floor % 1000 // 10}"}, "import_check",
                          "jax_plugins/cuda/__init__.py"))
        elif library == "cuDNN":
            proposal.unknown(f"jax {version}: the check of cuDNN asks for the version of the build, which the checkout does not hold"
                             if not floor else f"jax {version}: cuDNN floor {floor}")
        else:
            proposal.unknown(f"jax {version}: check of {library}" + (f", floor {floor}" if floor else ", floor of the build") + ": no component")
    if not component:
        proposal.unknown("the data has no component jax; read: " + "; ".join(
            f"{topic} " + ", ".join(f"{k} {v}" for k, v in then.items()) for topic, _, then, _, _ in wants))
        return
    if not data.has_release("jax", version):
        proposal.release("jax", {"version": version, "note": "The date was not read", "sources": [cite("jax/version.py", f"JAX {version}, version.py")]})
    have = sorted({b.get("variant") or "" for b in component.get("builds") or []} - {""})
    for topic, variants, then, enforced, path in wants:
        then = {k: v for k, v in then.items() if data.component(k)}
        if variants == "cuda":
            chosen = [v for v in have if "cuda" in v]
        elif variants:
            chosen = [v for v in have if v in variants]
        else:
            chosen = []
        if variants and have and not chosen:
            proposal.unknown(f"jax {version} {topic}: no variant of jax is known for it: " + ", ".join(f"{k} {v}" for k, v in then.items()))
            continue
        judge(data, proposal, version, topic, chosen, then, enforced, lambda p=path: cite(p, f"JAX {version}, {p}"))


def judge(data, proposal, version, topic, variants, then, enforced, cite):
    missing = {}
    for name, spec in then.items():
        old = {f["id"]: f for v in (variants or [None]) for f in data.facts
               if f.get("kind") == "requires" and list(f.get("if") or {}) == ["jax"] and name in (f.get("then") or {})
               and f.get("enforced_by") == enforced and f.get("dispute_default") is not False
               and core.contains(core.split_selector(f["if"]["jax"])[0], version)
               and (v is None or core.variant_in(core.split_selector(f["if"]["jax"])[1], v))}
        if not old:
            missing[name] = spec
        for fact in old.values():
            if core.canonical(fact["then"][name]) == core.canonical(spec):
                proposal.agree(f"{fact['id']}: {name} {spec}")
            elif core.exactly(fact, "jax"):
                proposal.change(fact, {("then", name): spec}, source=cite())
            else:
                proposal.unknown(f"{fact['id']}: {name} is {fact['then'][name]} in the data, {spec} in the checkout of {version}; "
                                 "the fact speaks of more releases")
    if missing:
        selector = f"=={version}" + (f" [{'|'.join(variants)}]" if variants else "")
        linux = {"on": ["linux-x86_64", "linux-aarch64"]} if variants else {}
        proposal.fact("facts/jax/checkout.yaml", {"id": f"jax.{topic}.{version}", "kind": "requires", "if": {"jax": selector}, **linux, "then": missing,
                      "enforced_by": enforced, "evidence": "build_file", "sources": [cite()]}, comment="What the files of a release say.")


if __name__ == "__main__":
    sys.exit(core.run("jax_table.py", __doc__.splitlines()[0], options, work))
