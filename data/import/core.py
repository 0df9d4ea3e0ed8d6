"""What the importers share: the data read with places, versions, edits in place, the proposal as a diff.

An importer collects edits of the text (a value replaced, a row inserted) and never writes into data/: the result is a
unified diff that `git apply` takes after a reader has looked at it. Same input, same `--read`: same bytes.
"""

import argparse
import difflib
import fnmatch
import os
import re
import sys
import tempfile
import textwrap
from pathlib import Path

import yaml

WIDTH = 150
FACT_KEYS = ("id", "kind", "if", "on", "then", "then_any", "require", "code", "ptx", "enforced_by", "evidence", "certainty", "since", "until",
             "dispute", "dispute_default", "text", "note", "sources")
PRODUCT_KEYS = ("name", "version", "variant", "sources")
BUILD_KEYS = ("version", "variant", "on", "channel", "installer_default", "note", "sources")
ROW_KEYS = ("version", "matches", "date", "on", "variant", "channel", "installer_default", "note", "sources")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML where only true and false are truth values (`on` is a key here) and everything else that is plain is text."""


Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), "tf")
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^[0-9]+$"), "0123456789")


class InputError(Exception):
    """The input cannot be read, or the call makes no sense: exit code 2."""


# --- versions --------------------------------------------------------------------------------------------------------------------

def key(version):
    """A key that orders the versions met here: numbers, then pre-releases before and post-releases behind their release."""
    text = version.strip().lower().lstrip("v").split("+")[0]
    match = re.match(r"\d+(?:\.\d+)*", text)
    if not match:
        return ((-1,), 0, text)
    numbers = [int(part) for part in match.group(0).split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    rest = text[match.end():].lstrip(".-_")
    stage = 0 if not rest else 1 if rest.startswith(("post", "rev")) else -1
    if rest.startswith("dev"):
        stage = -2
    number = re.search(r"\d+", rest)
    return (tuple(numbers), stage, int(number.group(0)) if number else 0)


def pad(version, length):
    numbers = list(key(version)[0])
    return tuple(numbers + [0] * (length - len(numbers)))


def _one(term, version):
    match = re.match(r"(===|==|!=|>=|<=|~=|>|<)?\s*(.+)$", term)
    op, bound = match.group(1), match.group(2).strip()
    if bound == "*":
        return True
    if op in (None, "==", "===", "!=") and (op is None or bound.endswith(".*")):
        parts = bound.removesuffix(".*").split(".")
        inside = pad(version, len(parts))[:len(parts)] == pad(".".join(parts), len(parts))
        return inside != (op == "!=")
    have, want = key(version), key(bound)
    if op == "~=":
        parts = bound.split(".")[:-1]
        return have >= want and pad(version, len(parts))[:len(parts)] == pad(".".join(parts), len(parts))
    return {"==": have == want, "===": have == want, "!=": have != want, ">=": have >= want, "<=": have <= want,
            ">": have > want, "<": have < want}[op]


def split_selector(selector):
    """("SPEC", [variants]) of "SPEC [a|b]"."""
    match = re.match(r"^(.*?)\s*(?:\[([^\]]*)\])?$", selector.strip())
    return match.group(1).strip() or "*", [v.strip() for v in match.group(2).split("|")] if match.group(2) else []


def contains(spec, version):
    """Whether a spec, without its variants, takes a version."""
    if spec in ("absent", "unknown"):
        return False
    return any(all(_one(term.strip(), version) for term in side.split(",")) for side in spec.split("||"))


def variant_in(patterns, variant):
    return not patterns or any(fnmatch.fnmatchcase(variant or "", pattern) for pattern in patterns)


def canonical(spec):
    """A spec in the way the data writes it, for comparison: bounds from below first, `==1.*` as prefix, no zero at the end."""
    sides = []
    for side in spec.split("||"):
        terms = []
        for term in side.split(","):
            op, bound = re.match(r"(===|==|!=|>=|<=|~=|>|<)?\s*(.+)$", term.strip()).groups()
            bound = bound.strip()
            if op in ("==", None) and bound.endswith(".*"):
                op, bound = None, bound[:-2]
            if op == "~=" and bound.count("."):
                low, high = bound, bound.split(".")[:-1]
                high[-1] = str(int(high[-1]) + 1)
                terms += [(">=", low), ("<", ".".join(high))]
                continue
            terms.append((op, bound))
        order = {None: 0, "==": 0, ">=": 1, ">": 1, "<": 2, "<=": 2, "!=": 3}
        sides.append(tuple(sorted((order[op], op or "", key(bound) if op else bound) for op, bound in terms)))
    return tuple(sorted(sides, key=repr))


def written(spec):
    """A spec of package metadata in the form of the data."""
    terms = []
    for term in spec.split(","):
        op, bound = re.match(r"(===|==|!=|>=|<=|~=|>|<)?\s*(.+)$", term.strip()).groups()
        if op in ("==", None) and bound.endswith(".*"):
            op, bound = "", bound[:-2]
        terms.append(((op or ""), bound.strip()))
    order = {"": 0, "==": 0, "===": 0, "~=": 0, ">=": 1, ">": 1, "<": 2, "<=": 2, "!=": 3}
    return ",".join(op + bound for op, bound in sorted(terms, key=lambda t: (order[t[0]], key(t[1]))))


# --- the data --------------------------------------------------------------------------------------------------------------------

class Data:
    """data/ as read: facts with defaults filled in, components, sources; and the texts, for edits."""

    def __init__(self, folder):
        self.folder = Path(folder)
        if not (self.folder / "kb.yaml").is_file():
            raise InputError(f"{folder}: no knowledge base (kb.yaml is missing)")
        self.texts, self.components, self.facts, self.sources, self.headers = {}, {}, [], {}, {}
        for path in sorted(self.folder.glob("sources/*.yaml")):
            for row in self._read(path).get("sources") or []:
                self.sources[row["id"]] = dict(row, file=self.name(path))
        for path in sorted(self.folder.glob("components/*.yaml")):
            content = self._read(path)
            self.components[content["component"]] = dict(content, file=self.name(path))
        for path in sorted(self.folder.glob("facts/**/*.yaml")):
            content = self._read(path)
            defaults = content.get("defaults") or {}
            self.headers[self.name(path)] = defaults
            for index, fact in enumerate(content["facts"]):
                self.facts.append(dict(defaults, **fact, file=self.name(path), index=index, own=tuple(fact)))
        self.ids = {fact["id"] for fact in self.facts}

    def name(self, path):
        return path.relative_to(self.folder).as_posix()

    def _read(self, path):
        text = path.read_text(encoding="utf-8")
        self.texts[self.name(path)] = text
        try:
            return yaml.load(text, Loader)  # noqa: S506, a SafeLoader
        except yaml.YAMLError as error:
            raise InputError(f"{path}: {error}") from error

    def component(self, *names):
        """The component of one of these names or aliases, or None."""
        for name in names:
            for component in self.components.values():
                if name == component["component"] or name in component.get("aliases", []):
                    return component
        return None

    def has_release(self, name, version):
        return any(key(row["version"]) == key(version) for row in self.components[name].get("releases") or [])

    def about(self, subject, version, variant, platform, kinds, other=None):
        """Facts whose `if` names only this subject at this version, variant and platform; with `other` in their `then`."""
        found = []
        for fact in self.facts:
            if fact.get("kind") not in kinds or list(fact.get("if") or {}) != [subject]:
                continue
            if other and other not in (fact.get("then") or {}):
                continue
            spec, variants = split_selector(fact["if"][subject])
            if fact.get("on") and platform not in fact["on"]:
                continue
            if contains(spec, version) and variant_in(variants, variant):
                found.append(fact)
        return found


def exactly(fact, subject):
    """The one version that a fact's selector names, or None if it names more or a range."""
    spec, _ = split_selector(fact["if"][subject])
    return spec[2:] if re.fullmatch(r"==[^,|*]+", spec) else None


# --- writing -----------------------------------------------------------------------------------------------------------------------

def scalar(value, quote=True):
    if isinstance(value, bool):
        return "true" if value else "false"
    if not quote and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.+-]*", str(value)):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def flow(name, value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {scalar(v, v not in ('absent', 'unknown'))}" for k, v in value.items()) + "}"
    if name == "then_any":
        return "[" + ", ".join("[" + ", ".join(flow("", selector) for selector in clause) + "]" for clause in value) + "]"
    if name == "matches":
        return "[" + ", ".join(scalar(pattern) for pattern in value) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(f"{{id: {v['id']}, at: {scalar(v['at'])}}}" if isinstance(v, dict) else scalar(v, False) for v in value) + "]"
    plain = ("id", "kind", "variant", "channel", "enforced_by", "evidence", "certainty", "dispute", "installer_default")
    return scalar(value, name not in plain)


def folded(name, value, text, indent):
    """A value that is too long for a line: clauses one below the other, text folded (its lines are joined by spaces again)."""
    if name == "then_any":
        return "\n" + "\n".join(indent + "- [" + ", ".join(flow("", selector) for selector in clause) + "]" for clause in value)
    if name == "if":
        return "\n" + "\n".join(f"{indent}{k}: {folded(k, v, scalar(v), indent + '  ') if len(indent + k + v) + 4 > WIDTH else scalar(v)}"
                                 for k, v in value.items())
    if isinstance(value, str):
        lines = textwrap.wrap(value, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
        return ">-\n" + "\n".join(indent + line for line in lines)
    return text


def row(content, keys, defaults=None, indent="  "):
    """One list item: on one line where it fits, else one key a line."""
    shown = [(k, flow(k, content[k])) for k in keys if k in content and (defaults or {}).get(k) != content[k]]
    line = indent + "- {" + ", ".join(f"{k}: {v}" for k, v in shown) + "}"
    if len(line) <= WIDTH:
        return line + "\n"
    lines = []
    for k, v in shown:
        if len(indent) + 4 + len(k) + len(v) > WIDTH:
            v = folded(k, content[k], v, indent + "    ")
        lines.append(f"{k}: {v}")
    return indent + "- " + ("\n" + indent + "  ").join(lines) + "\n"


class Proposal:
    """Edits of texts under data/, and what could not be judged."""

    def __init__(self, data, read):
        self.data, self.read = data, read
        self.edits, self.new_files, self.unjudged, self.said, self.nodes = {}, {}, [], [], {}
        self.new_sources, self.new_releases, self.new_ids = {}, set(), set()

    # what a reader is told beside the diff
    def unknown(self, text):
        if text not in self.unjudged:
            self.unjudged.append(text)

    def agree(self, text):
        if text not in self.said:
            self.said.append(text)

    # places
    def node(self, file, *path):
        """The node at path (keys and indexes) of a file."""
        if file not in self.nodes:
            self.nodes[file] = yaml.compose(self.data.texts[file], yaml.SafeLoader)
        node = self.nodes[file]
        for step in path:
            if isinstance(step, int):
                node = node.value[step]
            else:
                node = next((v for k, v in node.value if k.value == step), None)
            if node is None:
                return None
        return node

    def _edit(self, file, start, end, text):
        self.edits.setdefault(file, []).append((start, end, len(self.edits.get(file, [])), text))

    def _behind(self, file, node):
        """Start of the line behind a list item."""
        text, at = self.data.texts[file], node.end_mark.index
        # a block mapping ends where the next token starts; go back over blank and comment lines
        head = text[:at].rstrip()
        while True:
            begin = head.rfind("\n") + 1
            if head[begin:].lstrip().startswith("#"):
                head = head[:begin].rstrip()
            else:
                break
        at = len(head)
        stop = text.find("\n", at)
        return len(text) if stop < 0 else stop + 1

    def change(self, fact, values, drop=(), source=None):
        """Other values in a fact ({("then", "cudnn"): "==9"}), keys taken out, a source more. A fact in braces is laid out anew."""
        mapping = self.node(fact["file"], "facts", fact["index"])
        if not mapping.flow_style:
            for path, value in values.items():
                self.replace(fact, path, scalar(value, len(path) > 1))
            for name in drop:
                self.drop(fact, name)
            if source:
                self.add_source_ref(fact, source)
            return
        content = {k: fact[k] for k in fact["own"] if k not in drop}
        for path, value in values.items():
            if len(path) == 1:
                content[path[0]] = value
            else:
                content[path[0]] = dict(content[path[0]], **{path[1]: value})
        if source and source not in [s if isinstance(s, str) else s["id"] for s in content["sources"]]:
            content["sources"] = content["sources"] + [source]
        text, start = self.data.texts[fact["file"]], mapping.start_mark.index
        begin = text.rindex("\n", 0, start) + 1
        laid = row(content, FACT_KEYS)[:-1]
        self._edit(fact["file"], begin, mapping.end_mark.index, laid)

    def replace(self, fact, path, value):
        """Another text for the scalar or flow collection at path of a fact."""
        node = self.node(fact["file"], "facts", fact["index"], *path)
        self._edit(fact["file"], node.start_mark.index, node.end_mark.index, value)

    def drop(self, fact, name):
        """Takes a key with its lines out of a fact in block form."""
        mapping = self.node(fact["file"], "facts", fact["index"])
        text = self.data.texts[fact["file"]]
        for k, v in mapping.value:
            if k.value == name:
                start = text.rindex("\n", 0, k.start_mark.index) + 1
                self._edit(fact["file"], start, text.index("\n", v.end_mark.index) + 1, "")

    def add_source_ref(self, fact, source):
        node = self.node(fact["file"], "facts", fact["index"], "sources")
        if node is None or any(getattr(item, "value", None) == source for item in node.value):
            return
        self._edit(fact["file"], node.value[-1].end_mark.index, node.value[-1].end_mark.index, f", {source}")

    def insert_item(self, file, section, index, text):
        """A list item behind item `index` of a section; -1: before the first."""
        items = self.node(file, section)
        if index < 0:
            start = self.data.texts[file].rindex("\n", 0, items.value[0].start_mark.index) + 1
        else:
            start = self._behind(file, items.value[index])
        self._edit(file, start, start, text)

    # content
    def source(self, source_id, file, **fields):
        """A row of sources/; nothing if there is one of that id already."""
        if source_id in self.data.sources or source_id in self.new_sources:
            return source_id
        content = dict(id=source_id, **{k: v for k, v in fields.items() if v is not None}, read=self.read)
        keys = ("id", "kind", "title", "url", "repo", "commit", "path", "read", "note")
        if not ("url" in content or all(k in content for k in ("repo", "commit", "path"))):
            raise InputError(f"source {source_id}: needs an address, or repository, commit and path")
        self.new_sources[source_id] = content
        text = row(content, keys).replace("id: \"", "id: \"")
        if file in self.data.texts:
            body = self.data.texts[file]
            at = len(body)
            self._edit(file, at, at, ("" if body.endswith("\n") else "\n") + text)
        else:
            head = self.new_files.setdefault(file, ["schema: 1\nsources:\n"])
            head.append(text)
        return source_id

    def release(self, name, content):
        """A release of a component, in the order of versions."""
        mark = (name, key(content["version"]))
        if mark in self.new_releases or self.data.has_release(name, content["version"]):
            return False
        self.new_releases.add(mark)
        component = self.data.components[name]
        older = [i for i, r in enumerate(component["releases"]) if key(r["version"]) < key(content["version"])]
        self.insert_item(component["file"], "releases", older[-1] if older else -1, row(content, ROW_KEYS))
        return True

    def builds(self, name, rows):
        """Build rows of a new release, behind the last builds of the release before it."""
        component = self.data.components[name]
        old = component.get("builds") or []
        older = [i for i, r in enumerate(old) if key(r["version"]) < key(rows[0]["version"])]
        if not older:
            self.unknown(f"{name} {rows[0]['version']}: no builds of an older release to stand behind; rows: "
                         + "; ".join(row(r, ROW_KEYS, indent="").strip() for r in rows))
            return
        last = max(older, key=lambda i: (key(old[i]["version"]), i))
        header = f"  # {old[last]['version']}\n" in self.data.texts[component["file"]]
        text = (f"  # {rows[0]['version']}\n" if header else "") + "".join(row(r, ROW_KEYS) for r in rows)
        self.insert_item(component["file"], "builds", last, text)

    def build_row(self, name, content):
        """A build behind those of the older releases."""
        component = self.data.components[name]
        older = [i for i, r in enumerate(component.get("builds") or []) if key(r["version"]) < key(content["version"])]
        if component.get("builds"):
            self.insert_item(component["file"], "builds", max(older, default=-1), row(content, BUILD_KEYS))

    def row_add(self, file, section, index, behind, name, value, source):
        """One more key in a row of a list, behind another key, and one more source."""
        mapping = self.node(file, section, index)
        node = self.node(file, section, index, behind)
        text = self.data.texts[file]
        gap = ", " if mapping.flow_style else "\n" + " " * mapping.value[0][0].start_mark.column
        self._edit(file, node.end_mark.index, node.end_mark.index, f"{gap}{name}: {scalar(value)}")
        sources = self.node(file, section, index, "sources")
        if sources is not None:
            self._edit(file, sources.value[-1].end_mark.index, sources.value[-1].end_mark.index, f", {source}")
        elif mapping.flow_style:
            at = text.rindex("}", 0, mapping.end_mark.index)
            self._edit(file, at, at, f", sources: [{source}]")

    def fact(self, file, content, behind=None, heading=None, comment=None):
        """A new fact: behind a fact of that file, or at its end, or in a new file."""
        if content["id"] in self.data.ids or content["id"] in self.new_ids:
            self.unknown(f"{content['id']}: the id is taken, the value read is {content.get('then')}")
            return
        self.new_ids.add(content["id"])
        defaults = self.data.headers.get(file, {})
        if "on" in defaults and "on" not in content:
            content = dict(content, on=list(PLATFORMS))
        text = (f"  # {heading}\n" if heading else "") + row(content, FACT_KEYS, defaults)
        if file in self.data.texts:
            if behind is None:
                body = self.data.texts[file]
                self._edit(file, len(body), len(body), ("" if body.endswith("\n") else "\n") + text)
            else:
                self.insert_item(file, "facts", behind["index"], text)
        else:
            start = "schema: 1\n" + (f"# {comment}\n" if comment else "") + "facts:\n"
            self.new_files.setdefault(file, [start]).append(text)

    # result
    def diff(self):
        result = []
        for file in sorted(set(self.edits) | set(self.new_files)):
            before = self.data.texts.get(file, "")
            after, at = [], 0
            for start, end, _, text in sorted(self.edits.get(file, []), key=lambda e: (e[0], e[2])):
                if start < at:
                    raise InputError(f"{file}: two edits of one place; run the importer for one release at a time")
                after += [before[at:start], text]
                at = end
            after.append(before[at:])
            text = "".join(after) if file in self.data.texts else "".join(self.new_files[file])
            old, new = before.splitlines(True), text.splitlines(True)
            origin = f"a/data/{file}" if file in self.data.texts else "/dev/null"
            result += difflib.unified_diff(old, new, origin, f"b/data/{file}")
        return "".join(result)


PLATFORMS = ("linux-x86_64", "linux-aarch64", "windows-x86_64")


# --- call --------------------------------------------------------------------------------------------------------------------------

def write(path, text):
    """The whole file or none of it."""
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=path.name + ".", dir=str(path.parent or "."))
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def place(parser):
    """Options of an importer that reads a file which does not say itself where it comes from."""
    parser.add_argument("--url", help="address of the file, for its row in sources/")
    parser.add_argument("--repo", help="OWNER/NAME of the repository, with --commit and --path, instead of --url")
    parser.add_argument("--commit", help="commit that was read")
    parser.add_argument("--path", help="path in the repository")


def placed(args):
    if args.url or (args.repo and args.commit and args.path):
        return dict(url=args.url, repo=args.repo, commit=args.commit, path=args.path)
    raise InputError("say where the input comes from: --url, or --repo, --commit and --path")


def run(name, text, options, work, argv=None):
    """Parses the call, lets work(args, data, proposal) collect, prints. 0 nothing new, 1 a proposal, 2 an error."""
    parser = argparse.ArgumentParser(prog=name, description=text)
    parser.add_argument("--data", default=str(Path(__file__).resolve().parent.parent), help="folder of the knowledge base (default: this one)")
    parser.add_argument("--read", required=True, metavar="DATE", help="day of reading, YYYY-MM-DD, for the sources")
    parser.add_argument("--output", metavar="FILE", help="write the proposal there, not to stdout")
    options(parser)
    args = parser.parse_args(argv)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", args.read):
            raise InputError("--read takes YYYY-MM-DD")
        proposal = Proposal(Data(args.data), args.read)
        work(args, proposal.data, proposal)
        diff = proposal.diff()
        for line in sorted(proposal.said):
            print(f"same: {line}", file=sys.stderr)
        for line in sorted(proposal.unjudged):
            print(f"not judged: {line}", file=sys.stderr)
        if args.output:
            if diff:
                write(args.output, diff)
        else:
            sys.stdout.write(diff)
        return 1 if diff else 0
    except (InputError, OSError, UnicodeDecodeError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
