#!/usr/bin/env python3
"""manifest.py and sample.py find each fault that they are there for, and a base without faults passes."""

import contextlib
import importlib.util
import io
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

if importlib.util.find_spec("yaml") is None:
    print("PyYAML is not there (Debian: python3-yaml); skipped")
    sys.exit(77)
HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
import manifest  # noqa: E402
import sample  # noqa: E402

FAMILIES = "schema: 1\nfamilies:\n  - {family: a.one, records: 3}\n  - {family: a.two.x, records: 2}\n  - {family: a.two.y, records: 1}\n"
ONE = '  - {family: a.one, read: 3, entered: 1, merged: 1, left_out: 1, as: ["t.*", "component:torch", "source:s", "file:kb.yaml"], why: "W"}\n'
TWO = '  - {family: a.two, read: 3, entered: 3, merged: 0, left_out: 0, as: ["t.fact"], why: ""}\n'
FACTS = 'schema: 1\ndefaults: {kind: requires}\nfacts:\n  - {id: t.fact, if: {torch: "==1"}, on: [linux-x86_64], then: {cudnn: "8"}, sources: [s]}\n'
SOURCES = 'schema: 1\nsources:\n  - {id: s, kind: documentation, title: "T", url: "https://example.invalid/", read: "2026-01-01"}\n'


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.put("families.yaml", FAMILIES)
        self.put("data/kb.yaml", "schema: 1\n")
        self.put("data/components/torch.yaml", "schema: 1\ncomponent: torch\n")
        self.put("data/facts/t/t.yaml", FACTS)
        self.put("data/sources/s.yaml", SOURCES)
        self.put("data/manifest/a.yaml", "schema: 1\nfamilies:\n" + ONE + TWO)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def faults(self):
        return manifest.check(self.root / "data", self.root / "families.yaml")[0]


class Manifest(Base):
    def test_good(self):
        self.assertEqual(self.faults(), [])

    def test_each_fault(self):
        for old, new, words in [
            (TWO, "", "stands in no manifest"), (TWO, TWO + TWO, "stands in a.yaml too"), ("read: 3, entered: 1", "read: 4, entered: 2", "the list has 3"),
            ("merged: 1", "merged: 2", "are not 3"), ('why: "W"', 'why: ""', "no reason"), ('"t.*"', '"u.*"', "nothing in the data is called u.*"),
            ("component:torch", "component:torch2", "called component:torch2"), ("source:s", "source:t", "called source:t"),
            ("file:kb.yaml", "file:kc.yaml", "called file:kc.yaml"), ("a.one", "a.three", "no family of that name"),
            ('as: ["t.fact"], ', "", "no `as`"), ("left_out: 1", "left_out: true", "no whole number"), ("left_out: 1", "lost: 1", "keys"),
            ("schema: 1", "schema: 2", "not `schema: 1`"), ("left_out: 1", "left_out: 1, corrected: 2", "more corrected"),
        ]:
            with self.subTest(words):
                self.put("data/manifest/a.yaml", ("schema: 1\nfamilies:\n" + ONE + TWO).replace(old, new, 1))
                self.assertTrue(any(words in fault for fault in self.faults()), self.faults())


class Sample(Base):
    def run_it(self, *arguments):
        done = subprocess.run([sys.executable, "-B", str(HERE / "sample.py"), "--seed", "1", *arguments, str(self.root / "data")],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_good(self):
        code, text, _ = self.run_it()
        self.assertEqual(code, 0)
        self.assertIn("requires: torch ==1 requires cudnn 8 on linux-x86_64", text)
        self.assertIn("https://example.invalid/", text)

    def test_output(self):
        self.assertEqual(self.run_it("--output", str(self.root / "out.txt"))[:2], (0, ""))
        self.assertEqual((self.root / "out.txt").read_text(encoding="utf-8"), self.run_it()[1])

    def test_a_source_that_is_not_there(self):
        for old, new, words in [("sources: [s]", "sources: [other]", "is not in data/sources"), (", sources: [s]", "", "no source")]:
            with self.subTest(words), contextlib.redirect_stderr(io.StringIO()):
                self.put("data/facts/t/t.yaml", FACTS.replace(old, new))
                code, _, notes = self.run_it()
                self.assertEqual(code, 1)
                self.assertIn(words, notes)

    def test_the_draw(self):
        ids = [f"f.{i}" for i in range(1000)]
        first = sample.draw(ids, 5, 200)
        self.assertEqual((len(first), first), (200, sample.draw(reversed(ids), 5, 200)))
        self.assertNotEqual(first, sample.draw(ids, 6, 200))
        self.assertLessEqual(len(set(first) - set(sample.draw([*ids, "new"], 5, 200))), 1)


if __name__ == "__main__":
    unittest.main()
