#!/usr/bin/env python3
"""The reverse questions and the tables, against single questions: nothing lower (newer) will do, each cell is a resolve.

Usage: reverse.py PROGRAM [unittest arguments]. The sample is fixed by its seed.
"""

import csv
import functools
import html.parser
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = None
WORD = {0: "yes", 1: "no", 3: "unknown"}


@functools.lru_cache(maxsize=None)
def run(*args):
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    return subprocess.run([PROGRAM, *args], capture_output=True, timeout=120, check=False, env=env, stdin=subprocess.DEVNULL)


def document(*args):
    done = run(*args, "--format", "json")
    if not done.stdout:
        raise AssertionError(f"{' '.join(args)}: exit {done.returncode}: {done.stderr.decode()}")
    return json.loads(done.stdout)


class Goals(unittest.TestCase):
    """--min and --newest"""

    def goal(self, option, component, *request, code=0):
        done = run("resolve", option, component, *request, "--format", "json")
        self.assertEqual(done.returncode, code, f"{option} {component} {request}: {done.stderr.decode()}")
        a = json.loads(done.stdout)
        self.assertEqual(a["goal"]["found"], code != 1)
        self.assertLessEqual(set(a["goal"]["facts"]), set(a["facts"]))
        return a

    def test_numbers_of_the_sources(self):
        for option, component, request, version, bound in (
            ("--min", "driver", ("torch:2.9+cu130",), "580.65.06", ">=580.65.06"),
            ("--min", "driver", ("torch:2.4+cu121",), "525.60.13", ">=525.60.13"),
            ("--min", "driver", ("torch:2.4+cu118",), "450.80.02", ">=450.80.02"),
            ("--min", "glibc", ("torch:2.7",), "2.28", ">=2.28"),
            ("--newest", "driver", ("gpu:k80",), None, "<471"),
            ("--newest", "python", ("torch:1.12",), "3.10", "<3.11"),
            ("--newest", "torch", ("driver:525.60.13", "gpu:t4"), "2.14.1", None),
            ("--min", "cuda", ("torch:2.9", "gpu:rtx-5090"), "12.8.1", None),
        ):
            with self.subTest(option=option, component=component, request=request):
                g = self.goal(option, component, *request)["goal"]
                self.assertEqual(g["bound"], bound)
                if version:
                    self.assertEqual(g["version"], version)
                self.assertTrue(g["facts"])

    def test_answer_starts_with_it(self):
        text = run("resolve", "--min", "driver", "torch:2.9+cu130").stdout.decode()
        self.assertTrue(text.startswith("least driver: 580.65.06\n"), text[:80])
        self.assertRegex(" ".join(text.split("\n\n")[0].split()), r"requires driver >=580\.65\.06 \[1\]")

    def test_nothing_further_will_do(self):
        """The same question with everything at the answer and beyond cut off has no solution (without a compat package)."""
        questions = [
            (option, component, request)
            for option in ("--min", "--newest")
            for component, request in (
                ("driver", ("torch:2.9+cu130",)),
                ("driver", ("torch:2.1", "gpu:a100")),
                ("driver", ("gpu:v100",)),
                ("glibc", ("torch:2.4",)),
                ("python", ("torch:2.2",)),
                ("python", ("torch:1.8", "glibc:2.31")),
                ("torch", ("driver:525.60.13", "gpu:t4")),
                ("torch", ("python:3.8",)),
                ("torch", ("cuda-runtime:11.8",)),
                ("cudnn", ("tensorflow:2.15",)),
                ("cudnn", ("torch:2.4",)),
                ("nccl", ("torch:2.3", "driver:535.104.05")),
                ("cuda-runtime", ("torch:2.6",)),
                ("gpu", ("torch:2.9+cu130",)),
                ("gpu", ("torch:1.12",)),
                ("torchvision", ("torch:2.1",)),
                ("jaxlib", ("jax:0.4.30",)),
                ("torch", ("jax:0.4.30",)),
            )
        ]
        judged = 0
        for option, component, request in questions:
            with self.subTest(option=option, component=component, request=request):
                a = self.goal(option, component, *request)
                g = a["goal"]
                end = g["version"]
                if g["bound"] is None and end not in {c["version"] for n, c in a["components"].items() if n.split("@")[0].split("#")[0] == component}:
                    continue  # the line has no end on this side
                bare = ("compat-package:absent",) if g["extra"] else ()
                with_it = run("resolve", f"{component}:=={end}", *request, *bare)
                self.assertEqual(with_it.returncode, 0, f"{component} {end}")
                if option == "--min":
                    cut = f"{component}<{end}"
                else:
                    cut = f"{component}>{end}" if g["bound"] is None else f"{component}>={g['bound'].lstrip('<=')}"
                    if g["bound"] and g["bound"].startswith("<="):
                        continue
                beyond = run("resolve", cut, *request, *bare)
                if f"the newest that the data knows is {end}" in beyond.stdout.decode():
                    self.assertEqual(beyond.returncode, 3)
                else:
                    self.assertEqual(beyond.returncode, 3 if g["unsure"] else 1, cut)
                judged += 1
        self.assertGreater(judged, 25)

    def test_in_a_generic_world_by_all_single_questions(self):
        """A random world: the answer is the least (newest) release that a single question takes."""
        rng = random.Random(20261120)
        names = "abcd"
        with tempfile.TemporaryDirectory() as folder:
            for n in names:
                lines = ["schema: 1", "generic: true", f"component: {n}", "scheme: dotted", "releases:"]
                for v in range(1, 7):
                    lines.append(f'  - version: "{v}.0"')
                    for kind in ("requires", "constrains"):
                        other = rng.choice([o for o in names if o != n])
                        low = rng.randint(1, 5)
                        if rng.random() < 0.6:
                            lines.append(f'    {kind}: {{{other}: ">={low}.0,<={rng.randint(low, 6)}.0"}}')
                Path(folder, f"{n}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
            found = 0
            for component in names:
                for other in (o for o in names if o != component):
                    for v in range(1, 7):
                        fixed = f"{other}:=={v}.0"
                        works = [w for w in range(1, 7) if run("resolve", f"{component}:=={w}.0", fixed, "--kb", folder).returncode == 0]
                        for option, best in (("--min", min), ("--newest", max)):
                            done = run("resolve", option, component, fixed, "--kb", folder, "--format", "json")
                            g = json.loads(done.stdout)["goal"]
                            self.assertEqual(done.returncode, 0 if works else 1)
                            self.assertEqual(g["version"], f"{best(works)}.0" if works else None)
                            found += bool(works)
            self.assertGreater(found, 40)

    def test_stack_states_it(self):
        g = self.goal("--min", "driver", "torch:2.9+cu130", "--set", "driver=450.80.02", "--set", "python=3.12")["goal"]
        self.assertEqual(g["version"], "580.65.06")
        self.assertEqual([s.split(" (")[0] for s in g["set_aside"]], ["driver 450.80.02"])
        g = self.goal("--newest", "python", "torch:1.12", "--set", "python=3.12", "--set", "glibc=2.31")["goal"]
        self.assertEqual((g["version"], g["bound"]), ("3.10", "<3.11"))

    def test_request_cuts_the_cell(self):
        self.assertEqual(self.goal("--min", "driver", "torch:1.12", "driver>=500")["goal"]["version"], "500")
        self.assertEqual(self.goal("--newest", "driver", "torch:1.12", "driver<=500.10")["goal"]["bound"], "<=500.10")

    def test_compat_package_is_told_apart(self):
        g = self.goal("--min", "driver", "torch:2.9+cu130")["goal"]
        self.assertEqual(g["extra"], "compat-package")
        lower = g["version_with_extra"]
        self.assertLess([int(n) for n in lower.split(".")], [580])
        self.assertEqual(run("resolve", "torch:2.9+cu130", f"driver:=={lower}").returncode, 0)

    def test_none(self):
        a = self.goal("--newest", "torch", "python:3.4", code=1)
        self.assertTrue(a["conflict"]["steps"])
        self.assertTrue(run("resolve", "--newest", "torch", "python:3.4").stdout.startswith(b"newest torch: none\n"))

    def test_usage(self):
        for args, said in (
            (("--min", "drivr", "torch"), "did you mean 'driver'?"),
            (("--min", "distro", "torch"), "labels"),
            (("--min", "driver", "--newest", "torch", "torch"), "one end at a time"),
            (("--min", "", "torch"), "expected the name"),
            (("--min", "driver"), "no request"),
        ):
            with self.subTest(args):
                done = run("resolve", *args)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertIn(said, done.stderr.decode())


class Matrix(unittest.TestCase):
    def test_cells_are_single_questions(self):
        rng = random.Random(20261121)
        for args, request in (
            (("torch", "--by", "driver"), ()),
            (("torch", "--by", "gpu"), ()),
            (("torch", "--by", "python"), ("os:windows",)),
            (("torch", "--by", "glibc"), ()),
            (("torch", "--by", "cuda-runtime"), ("gpu:t4",)),
            (("torch", "--by", "cudnn"), ()),
            (("torch", "--by", "kernel-module"), ("gpu:v100",)),
            (("torchvision", "--by", "torch"), ()),
            (("jax", "--by", "jaxlib"), ()),
            (("tensorflow", "--by", "cudnn"), ("python:3.10",)),
            (("driver", "--by", "gpu"), ()),
            (("gpu", "--by", "driver"), ("torch:2.4",)),
            (("nccl", "--by", "cuda-runtime"), ()),
            (("torch", "--by", "gpu"), ("driver:470.82.01",)),
            (("torch", "--by", "python"), ("--set", "driver=535")),
            (("torch", "--by", "driver"), ("--set", "driver=535", "--set", "gpu=v100")),
        ):
            m = document("matrix", *args, *request)
            cells = [(r, c) for r in range(len(m["rows"])) for c in range(len(m["columns"]))]
            # what is named as in the table: the stack without what is set aside
            single = list(request)
            for i in range(len(single) - 1, 0, -1):
                if single[i - 1] == "--set" and any(s.startswith(single[i].split("=")[0] + " ") for s in m["set_aside"]):
                    del single[i - 1 : i + 1]
            kinds = {}
            for r, c in cells:
                kinds.setdefault(m["rows"][r]["cells"][c], []).append((r, c))
            sample = [cell for some in kinds.values() for cell in rng.sample(some, min(6, len(some)))]
            for r, c in sample:
                row, column = m["rows"][r], m["columns"][c]
                with self.subTest(args=args, request=request, row=row["item"], column=column["item"]):
                    done = run("resolve", row["item"], column["item"], *single)
                    self.assertEqual(row["cells"][c], WORD[done.returncode], done.stderr.decode())

    def test_ranges_say_what_the_cells_say(self):
        m = document("matrix", "torch", "--by", "cuda-runtime")
        names = [c["version"] for c in m["columns"]]
        for row in m["rows"]:
            told = set()
            for part in (row["works"] or "").split(", "):
                ends = part.split(" - ")
                if part:
                    told |= set(names[names.index(ends[0]) : names.index(ends[-1]) + 1])
            self.assertEqual(told, {n for n, cell in zip(names, row["cells"]) if cell == "yes"})

    def test_labels_have_no_ranges(self):
        m = document("matrix", "torch", "--by", "distro", "--rows", ">=2.8")
        for row in m["rows"]:
            self.assertEqual((row["works"] or "").split(", "), [c["version"] for c, cell in zip(m["columns"], row["cells"]) if cell == "yes"] or [""])

    def test_open_rows_are_the_line(self):
        """Each stretch of rows means what it says: the next begins where it ends, and a release in it is judged as it is."""
        m = document("matrix", "driver", "--by", "gpu", "--all")
        items = [r["item"] for r in m["rows"]]
        self.assertEqual(len(set(items)), len(items))
        for row in m["rows"]:
            self.assertEqual(run("resolve", row["item"]).returncode, 0, row["item"])

    def test_rows(self):
        all_rows = [r["version"] for r in document("matrix", "torch", "--by", "python", "--all", "--rows", ">=2.0,<2.2")["rows"]]
        minor = [r["version"] for r in document("matrix", "torch", "--by", "python", "--rows", ">=2.0,<2.2")["rows"]]
        self.assertEqual(minor, ["2.1.2", "2.0.1"])
        self.assertEqual([v for v in all_rows if re.fullmatch(r"[\d.]+", v)], ["2.1.2", "2.1.1", "2.1.0", "2.0.1", "2.0.0"])

    def test_stretches_cover_the_line_once(self):
        m = document("matrix", "torch", "--by", "driver")
        self.assertIsNone(m["columns"][0]["low"])
        self.assertIsNone(m["columns"][-1]["high"])
        for before, after in zip(m["columns"], m["columns"][1:]):
            self.assertEqual(before["high"].lstrip("<="), after["low"].lstrip(">="))
            self.assertNotEqual([r["cells"][m["columns"].index(before)] for r in m["rows"]], [r["cells"][m["columns"].index(after)] for r in m["rows"]])

    def test_formats_agree(self):
        args = ("torch", "--by", "glibc")
        m = document("matrix", *args)
        done = run("matrix", *args, "--format", "csv").stdout.decode()
        self.assertEqual(done.count("\r\n"), len(m["rows"]) + 1)
        self.assertNotIn("\n", done.replace("\r\n", ""))
        rows = list(csv.reader(io.StringIO(done, newline="")))
        self.assertEqual(rows[0], ["torch"] + [f"glibc {c['version']}" for c in m["columns"]])
        self.assertEqual(rows[1:], [[r["version"], *r["cells"]] for r in m["rows"]])

        class Page(html.parser.HTMLParser):
            def __init__(self):
                super().__init__()
                self.tags, self.cells, self.open = set(), [], None

            def handle_starttag(self, tag, attrs):
                self.tags.add(tag)
                assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)
                self.open = tag
                if tag == "tr":
                    self.cells.append([])

            def handle_data(self, data):
                if self.open in ("td", "th"):
                    self.cells[-1].append(data)
                self.open = None if self.open in ("td", "th") else self.open

        page = Page()
        page.feed(run("matrix", *args, "--format", "html").stdout.decode())
        self.assertEqual(page.tags & {"script", "link", "img", "iframe"}, set())
        self.assertEqual(page.cells, [["torch"] + [c["version"] for c in m["columns"]]] + rows[1:])

    def test_text_fits_100_columns(self):
        for args in (("torch", "--by", "driver"), ("torch", "--by", "gpu"), ("driver", "--by", "gpu"), ("tensorflow", "--by", "cudnn"), ("jax", "--by", "cuda-runtime")):
            for line in run("matrix", *args).stdout.decode().splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_html_is_escaped(self):
        with tempfile.TemporaryDirectory() as folder:
            for n, other in (("a", "b"), ("b", "a")):
                Path(folder, f"{n}.yaml").write_text(
                    f'schema: 1\ngeneric: true\ncomponent: {n}\nscheme: dotted\nreleases:\n  - version: "1.0"\n    constrains: {{{other}: ">=1"}}\n',
                    encoding="utf-8",
                )
            page = run("matrix", "a", "--by", "b", "a<2", "b>0", "--kb", folder, "--format", "html").stdout.decode()
            self.assertIn("a&lt;2 b&gt;0", page)

    def test_usage(self):
        for args, code, said in (
            (("torch",), 2, "no --by"),
            ((), 2, "no COMPONENT"),
            (("torch", "--by", "drivr"), 2, "did you mean 'driver'?"),
            (("tourch", "--by", "driver"), 2, "did you mean 'torch'?"),
            (("torch", "--by", "torch"), 2, "same component"),
            (("torch", "--by", "driver", "--rows", ">=99"), 2, "no release of torch matches"),
            (("torch", "--by", "driver", "--rows", ">=x"), 2, "--rows"),
            (("torch", "--by", "driver", "--format", "xml"), 2, "expected one of text, json, csv, html"),
            (("torch", "--by", "driver", "nosuch:1"), 2, "unknown component 'nosuch'"),
            (("torch", "--by", "driver", "--stack", "/nonexistent.yaml"), 4, "nonexistent"),
        ):
            with self.subTest(args):
                done = run("matrix", *args)
                self.assertEqual((done.returncode, done.stdout), (code, b""))
                self.assertIn(said, done.stderr.decode())


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
