"""The schemas, the loader's tables of keys and the data agree.

usage: check_schemas.py REPOSITORY. Exit 77: PyYAML or jsonschema is not there.
"""
import json
import pathlib
import re
import sys

try:
    import yaml
    from jsonschema import Draft202012Validator
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

ROOT = pathlib.Path(sys.argv[1])
FAILED = []


class Yaml12Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Only what YAML 1.2 resolves: `on` is a key, 2024-05-01 a text, 3.10 a number."""


Yaml12Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
):
    Yaml12Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first) + ([""] if tag == "null" else []))


def fail(message):
    FAILED.append(message)
    print(message)


def load(text):
    return yaml.load(text, Loader=Yaml12Loader)


def validator(name):
    schema = json.loads((ROOT / "data/schema" / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


KINDS = {  # the key that tells the kind of a file -> its schema
    "generic": "generic",
    "component": "component",
    "facts": "facts",
    "overlay": "overlay",
    "platforms": "kb",
    "sources": "sources",
    "families": "manifest",
    "errors": "errors",
    "names": "names",
    "chips": "pci",
    "rules": "rules",
}
SCHEMAS = {name: validator(name) for name in (*KINDS.values(), "stack")}


def kind_of(document):
    for key, name in KINDS.items():
        if isinstance(document, dict) and key in document:
            return name
    return None


def check_keys():
    """The tables of the loader against the properties of the schemas."""
    tables = {}
    for file in ("src/yaml/records.hpp", "src/yaml/stack.cpp"):
        text = (ROOT / file).read_text()
        for name, body in re.findall(r"constexpr auto (\w+)_keys\s*=\s*std::to_array<std::string_view>\(\s*\{(.*?)\}\)", text, re.S):
            tables[name] = re.findall(r'"(\w+)"', body)
    properties = lambda schema, *path: dig(SCHEMAS[schema].schema, path)["properties"]
    pairs = {
        "kb": properties("kb"),
        "platform": properties("kb", "properties", "platforms", "items", "oneOf", 1),
        "overlay": properties("overlay"),
        "sources_file": properties("sources"),
        "source": properties("sources", "properties", "sources", "items"),
        "source_ref": properties("facts", "$defs", "source_refs", "items", "oneOf", 1),
        "component": properties("component"),
        "release": properties("component", "properties", "releases", "items"),
        "build": properties("component", "properties", "builds", "items"),
        "product": properties("component", "properties", "products", "items"),
        "facts_file": properties("facts"),
        "fact": properties("facts", "properties", "facts", "items"),
        "errors_file": properties("errors"),
        "error": properties("errors", "properties", "errors", "items"),
        "cause": properties("errors", "properties", "errors", "items", "properties", "causes", "items"),
        "names_file": properties("names"),
        "name": properties("names", "properties", "names", "items"),
        "chips_file": properties("pci"),
        "chip": properties("pci", "properties", "chips", "items"),
        "device": properties("pci", "properties", "chips", "items", "properties", "devices", "items"),
        "rules_file": properties("rules"),
        "rule": properties("rules", "properties", "rules", "items"),
        "rule_match": properties("rules", "properties", "rules", "items", "properties", "facts", "items"),
        "generic": properties("generic"),
        "generic_release": properties("generic", "properties", "releases", "items"),
        "stack": properties("stack"),
        "gpu": properties("stack", "properties", "gpus", "items", "oneOf", 1),
        "container": properties("stack", "properties", "container"),
        "copy": properties("stack", "properties", "copies", "items"),
        "stack_build": properties("stack", "properties", "builds", "additionalProperties"),
    }
    if set(tables) != set(pairs):
        fail(f"tables of keys: loader has {sorted(tables)}, this test knows {sorted(pairs)}")
    for name in sorted(set(tables) & set(pairs)):
        if set(tables[name]) != set(pairs[name]):
            fail(f"keys of {name}: only in one place: {sorted(set(tables[name]) ^ set(pairs[name]))}")


def dig(value, path):
    for step in path:
        value = value[step]
    return value


def check_data():
    files = sorted((ROOT / "data").rglob("*.yaml"))
    for file in files:
        document = load(file.read_text(encoding="utf-8"))
        name = kind_of(document)
        if name is None:
            fail(f"{file}: of no known kind")
            continue
        for problem in list(SCHEMAS[name].iter_errors(document))[:5]:
            fail(f"{file}: {'/'.join(map(str, problem.absolute_path))}: {problem.message[:200]}")
    print(f"{len(files)} files of data/ checked")


SAMPLES = {
    "kb": ('schema: 1\ntitle: T\nversion: "1"\nread: "2026-11-20"\nplatforms: [linux-x86_64]', "platforms:", "platform:"),
    "overlay": ("schema: 1\noverlay: true\ntitle: Our cluster", "title: Our cluster", "title: []"),
    "sources": ('schema: 1\nsources: [{id: a, kind: build_file, url: "https://x.org", read: "2026-11-20"}]', "build_file", "rumour"),
    "component": ('schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nreleases: [{version: "3.10"}]', '"3.10"', "3.10"),
    "facts": ('schema: 1\nfacts: [{id: a.b, kind: ends, if: {a: "1"}, until: "2026-01"}]', "until", "til"),
    "generic": ('schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\nreleases: [{version: "1.0", requires: {b: ">=1"}}]', "dotted", "conda"),
    "errors": ('schema: 1\nerrors: [{id: error.nccl.2, layer: nccl, code: 2, text: [t], versions: "no", says: s, causes: [{cause: c}], sources: [a]}]', "nccl, code", "nickel, code"),
    "names": ('schema: 1\nnames: [{id: name.a.pip, component: a, manager: pip, cuda: "12", name: n, sources: [a]}]', '"12"', "12"),
    "pci": ('schema: 1\nvendor: "10de"\nchips: [{chip: AD102, compute_capability: "8.9", devices: [{id: "2684"}], sources: [a]}]', '"2684"', "2684"),
    "rules": ('schema: 1\nrules: [{id: driver-floor, severity: blocks, rank: 35, says: s, facts: [{if: [driver]}]}]', "blocks", "stops"),
    "manifest": ('schema: 1\nfamilies: [{family: a.b, read: 1, entered: 1, merged: 0, left_out: 0}]', "left_out", "lost"),
    "stack": ('driver: "535.104.05"\ngpus: [RTX 4090, {compute_capability: "8.9"}]\nbuilds: {torch: {code: [sm_90, "9.0+PTX"]}}', '"8.9"', "8.9"),
}


def check_samples():
    """Each schema takes a good file and refuses it with one thing changed."""
    if set(SAMPLES) != set(SCHEMAS):
        fail(f"schemas and samples: only in one place: {sorted(set(SCHEMAS) ^ set(SAMPLES))}")
    for name, (text, good, bad) in SAMPLES.items():
        for problem in SCHEMAS[name].iter_errors(load(text)):
            fail(f"good sample of {name}: {problem.message}")
        if SCHEMAS[name].is_valid(load(text.replace(good, bad, 1))):
            fail(f"spoilt sample of {name} is valid: {bad}")


check_keys()
check_data()
check_samples()
sys.exit(1 if FAILED else 0)
