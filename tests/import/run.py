#!/usr/bin/env python3
"""The importers on recorded input, against a small base: what they propose, that it applies, that nothing is left then.

Usage: run.py [--update] [unittest arguments]     --update rewrites expected/
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOOLS = ROOT / "data" / "import"
RECORDED = HERE / "recorded"
READ = ["--read", "2026-11-20"]
UPDATE = "--update" in sys.argv

if importlib.util.find_spec("yaml") is None:
    print("PyYAML is not there (Debian: python3-yaml); skipped")
    sys.exit(77)
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOOLS))
import core  # noqa: E402
import cuda_images  # noqa: E402
import jax_table  # noqa: E402
import pypi  # noqa: E402

PLACE = ["--url", "https://example.invalid/read"]
# name -> importer and its arguments; one case each, with expected/NAME.diff and expected/NAME.notes
CASES = {
    "pypi-torch": ["pypi.py", "--from", "pypi.json", "torch==2.15.0"],
    "pypi-torch-older": ["pypi.py", "--from", "pypi.json", "torch==2.14.1"],
    "pypi-torchvision": ["pypi.py", "--from", "pypi.json", "torchvision"],
    "pypi-triton": ["pypi.py", "--from", "pypi.json", "triton"],
    "pypi-tensorflow": ["pypi.py", "--from", "pypi.json", "tensorflow"],
    "pypi-lists": ["pypi.py", "--from", "pypi.json", "nvidia-cudnn-cu13", "cuda-toolkit"],
    "tf-table": ["tf_table.py", *PLACE, "source.md"],
    "jax-table": ["jax_table.py", "--commit", "cec06d116c05f0d52adfceee3d3b730fdbcb0ce5", "jax"],
    "cuda-images": ["cuda_images.py", *PLACE, "images"],
    "driver-releases": ["driver_releases.py", *PLACE, "releases.json"],
    "supported-gpus": ["supported_gpus.py", "--driver", "595.45.04", *PLACE, "supported-gpus.json"],
}


def run(arguments, data=HERE / "data", read=tuple(READ)):
    """(exit code, stdout, stderr) of an importer, run where the recorded input lies."""
    command = [sys.executable, "-B", str(TOOLS / arguments[0]), "--data", str(data), *read, *arguments[1:]]
    done = subprocess.run(command, cwd=RECORDED, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def facts_of(folder):
    return {fact["id"]: fact for fact in core.Data(folder).facts}


class Applying(unittest.TestCase):
    maxDiff = None

    def applied(self, name):
        """A copy of the base with the proposal of a case in it."""
        if not shutil.which("git"):
            self.skipTest("git is not there")
        folder = Path(tempfile.mkdtemp(prefix="cudacompat-import-"))
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(HERE / "data", folder / "data")
        code, diff, _ = run(CASES[name])
        self.assertEqual(code, 1)
        patch = folder / "proposal.diff"
        patch.write_text(diff, encoding="utf-8")
        done = subprocess.run(["git", "apply", "--unsafe-paths", f"--directory={folder}", str(patch)], cwd=folder, capture_output=True,
                              text=True, check=False, env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return folder / "data"


class Proposals(Applying):
    def test_expected(self):
        for name, arguments in CASES.items():
            with self.subTest(name):
                code, diff, notes = run(arguments)
                if UPDATE:
                    (HERE / "expected" / f"{name}.diff").write_text(diff, encoding="utf-8")
                    (HERE / "expected" / f"{name}.notes").write_text(notes, encoding="utf-8")
                self.assertEqual(code, 1, notes)
                self.assertEqual(diff, (HERE / "expected" / f"{name}.diff").read_text(encoding="utf-8"))
                self.assertEqual(notes, (HERE / "expected" / f"{name}.notes").read_text(encoding="utf-8"))

    def test_applies_and_nothing_is_left(self):
        for name, arguments in CASES.items():
            with self.subTest(name):
                code, diff, notes = run(arguments, self.applied(name))
                self.assertEqual((code, diff), (0, ""), notes)

    def test_every_new_source_is_there_and_lines_are_short(self):
        for name in CASES:
            with self.subTest(name):
                folder = self.applied(name)
                data = core.Data(folder)
                for fact in data.facts:
                    for source in fact["sources"]:
                        self.assertIn(source if isinstance(source, str) else source["id"], data.sources)
                for file, text in data.texts.items():
                    for line in text.splitlines():
                        self.assertLessEqual(len(line), core.WIDTH, f"{file}: {line}")

    def test_a_value_is_changed_in_its_place(self):
        facts = facts_of(self.applied("pypi-torch-older"))
        self.assertEqual(facts["torch.requires.2.14.1-cu130-linux-aarch64"]["then"]["cuda-runtime"], "==13.0.3")
        self.assertNotIn("certainty", facts["torch.requires-nccl.2.14.1-cu130-linux-x86_64"])
        self.assertEqual(facts["torch.requires-doc.2.14.1-cu130"]["then"], {"cudnn": "==9.25.1.1"})
        self.assertEqual(facts["torch.triton.2.14.1"]["then"], {"triton": "==3.8.0"})

    def test_a_new_release_comes_with_what_it_wants(self):
        data = core.Data(self.applied("pypi-torch"))
        facts = {fact["id"]: fact for fact in data.facts}
        self.assertEqual(facts["torch.requires.2.15.0-cu132-linux-aarch64"]["then"],
                         {"cuda-runtime": "==13.2.2", "cudnn": "==9.26.0.51", "nccl": "==2.30.7"})
        self.assertTrue(data.has_release("cudnn", "9.26.0.51"))
        self.assertTrue(data.has_release("cuda-runtime", "13.2.2"))
        self.assertEqual({(b["variant"], *b["on"]) for b in data.components["torch"]["builds"] if b["version"] == "2.15.0"},
                         {("cu132", "linux-x86_64", "linux-aarch64"), ("cpu", "windows-x86_64")})

    def test_deterministic_and_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "proposal.diff"
            first = run([*CASES["pypi-torch"], "--output", str(output)])
            self.assertEqual((first[0], first[1]), (1, ""))
            self.assertEqual(output.read_text(encoding="utf-8"), run(CASES["pypi-torch"])[1])
            self.assertEqual(os.listdir(folder), ["proposal.diff"])

    def test_errors(self):
        bad = {
            "no day": (["pypi.py", "--from", "pypi.json"], ()),
            "a day that is none": (["pypi.py", "--from", "pypi.json"], ("--read", "today")),
            "nothing asked": (["pypi.py"], tuple(READ)),
            "an unknown package": (["pypi.py", "leftpad"], tuple(READ)),
            "not recorded": (["pypi.py", "--from", "pypi.json", "torch==9.9"], tuple(READ)),
            "not JSON": (["pypi.py", "--from", "source.md"], tuple(READ)),
            "no file": (["tf_table.py", *PLACE, "nowhere.md"], tuple(READ)),
            "no table": (["tf_table.py", *PLACE, "pypi.json"], tuple(READ)),
            "no place": (["tf_table.py", "source.md"], tuple(READ)),
            "no checkout": (["jax_table.py", "images"], tuple(READ)),
            "no Dockerfile": (["cuda_images.py", *PLACE, "jax"], tuple(READ)),
            "another form": (["driver_releases.py", *PLACE, "supported-gpus.json"], tuple(READ)),
            "another form still": (["supported_gpus.py", "--driver", "1.2", *PLACE, "releases.json"], tuple(READ)),
        }
        for name, (arguments, read) in bad.items():
            with self.subTest(name):
                code, stdout, stderr = run(arguments, read=read)
                self.assertEqual((code, stdout), (2, ""), stderr)
                self.assertNotIn("Traceback", stderr)


class Versions(unittest.TestCase):
    def test_contains(self):
        for spec, version, result in [("==13.0.3", "13.0.3", True), ("9.27", "9.27.0.42", True), ("9.2", "9.27.0.42", False), ("*", "1", True),
                                      (">=2.14,<2.15", "2.14.1", True), (">=2.14,<2.15", "2.15.0", False), ("~=3.9.0", "3.9.4", True),
                                      ("~=3.9.0", "3.10.0", False), ("~=13.0", "13.4.2", True), ("~=13.0", "14", False), ("==13.*", "13.1", True),
                                      ("2.1 || 2.3", "2.3.1", True), ("2.1 || 2.3", "2.2", False), ("!=3.14.1", "3.14.1", False),
                                      (">=2.0", "2.0rc1", False), (">=2.0", "2.0.post1", True), ("absent", "1", False), ("<581", "580.95.05", True)]:
            self.assertEqual(core.contains(spec, version), result, f"{spec} {version}")

    def test_canonical(self):
        same = [(">=9.10,<10", "<10.0,>=9.10.0"), ("~=13.0", ">=13.0,<14"), ("==13.*", "13"), ("2.3 || 2.1", "2.1 || 2.3")]
        other = [("==9.1", "9.1"), (">=9.1", ">9.1"), ("==9.10", "==9.1"), ("~=3.8.0", "==3.8.0")]
        for left, right in same:
            self.assertEqual(core.canonical(left), core.canonical(right), f"{left} {right}")
        for left, right in other:
            self.assertNotEqual(core.canonical(left), core.canonical(right), f"{left} {right}")


class Reading(Applying):
    def test_markers(self):
        linux = pypi.environment_of("linux-x86_64", "3.12", "with-cuda")
        for marker, result in [('sys_platform == "linux" and extra == "with-cuda"', True), ('platform_system == "Windows"', False),
                               ('python_version < "3.9"', False), ('python_version >= "3.9" and (extra == "x" or sys_platform != "win32")', True),
                               ('"linux" in sys_platform', True), ('platform_machine == "aarch64" or extra == "no"', False)]:
            self.assertEqual(pypi.holds(marker, linux), result, marker)

    def test_requirements(self):
        requires = ['nvidia-cudnn-cu12<10.0,>=9.3; extra == "and-cuda"', "torch (==2.14.0)", 'a[b]==1.*; sys_platform == "win32"']
        self.assertEqual(pypi.active(requires, "linux-x86_64", "3.12", [""]), {"torch": "==2.14.0"})
        self.assertEqual(pypi.active(requires, "windows-x86_64", "3.12", ["and-cuda"]),
                         {"nvidia-cudnn-cu12": "<10.0,>=9.3", "torch": "==2.14.0", "a": "==1.*"})

    def test_file_names(self):
        self.assertEqual(pypi.parse_file("torch-2.15.0-cp312-cp312-manylinux_2_28_x86_64.whl"),
                         ("2.15.0", ["cp312"], "cp312", ["manylinux_2_28_x86_64"]))
        self.assertIsNone(pypi.parse_file("torch-2.15.0.tar.gz"))
        reading = {"files": ["cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64", "cp313-cp313-manylinux_2_28_x86_64"]}
        self.assertEqual(pypi.glibc_of(reading, "linux-x86_64"), ">=2.28")
        self.assertIsNone(pypi.glibc_of(reading, "linux-aarch64"))

    def test_whole_wheels_are_refused(self):
        fake = [sys.executable, "-c", "print('Downloading torch-2.15.0-cp312-cp312-win_amd64.whl (539.2 MB)', flush=True); import time; time.sleep(60)"]
        with self.assertRaisesRegex(core.InputError, "whole wheel"):
            pypi.call(fake, [])

    def test_old_pip_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            fake = Path(folder) / "python"
            fake.write_text("#!/bin/sh\necho 'pip 23.2.1 from here (python 3.11)'\n", encoding="utf-8")
            fake.chmod(0o755)
            code, _, stderr = run(["pypi.py", "--python", str(fake), "torch"])
            self.assertEqual(code, 2)
            self.assertIn("23.3", stderr)

    def test_image_strings(self):
        text = ("FROM system AS base\nFROM base AS base-amd64\nENV NVIDIA_REQUIRE_CUDA=\"cuda>=13.0 brand=tesla,driver>=535,driver<536\"\n"
                "FROM base AS base-arm64\nENV NVIDIA_REQUIRE_CUDA \"cuda>=13.0\"\nFROM base AS base-ppc64le\nENV NVIDIA_REQUIRE_CUDA \"cuda>=1\"\n")
        self.assertEqual(cuda_images.strings(text), {"linux-x86_64": "cuda>=13.0 brand=tesla,driver>=535,driver<536", "linux-aarch64": "cuda>=13.0"})
        self.assertEqual(cuda_images.strings("FROM x\nENV NVIDIA_REQUIRE_CUDA cuda>=8.0\n"), {"linux-x86_64": "cuda>=8.0"})
        self.assertTrue(cuda_images.known_form("CUDA>=12.3 brand=geforce,driver>=535,driver<536"))
        self.assertFalse(cuda_images.known_form("cuda>=12.3 && driver>=535"))
        self.assertEqual(cuda_images.alternatives("a,b c"), cuda_images.alternatives("C  B,a"))

    def test_a_string_is_taken_verbatim(self):
        facts = facts_of(self.applied("cuda-images"))
        recorded = (RECORDED / "images/13.0.0/ubuntu2204/base/Dockerfile").read_text(encoding="utf-8")
        self.assertIn(f'"{facts["container.start.cuda-13.0.0-linux"]["require"]}"', recorded)
        self.assertEqual(facts["container.start.cuda-12.4.1-x86_64"]["require"], "cuda>=12.4 brand=tesla,driver>=470,driver<471")

    def test_jax_is_not_run(self):
        tree = jax_table.parse(RECORDED / "jax", "jax_plugins/cuda/__init__.py")
        self.assertEqual(jax_table.checks_of(tree), {"CUDA": 12010, "cuDNN": None, "cuBLAS": 120100})


class Tree(unittest.TestCase):
    def test_real_base_is_readable(self):
        data = core.Data(ROOT / "data")
        self.assertGreater(len(data.facts), 1000)

    def test_recordings_are_small_and_ours(self):
        for path in sorted(RECORDED.glob("**/*")):
            if path.is_file():
                self.assertLess(path.stat().st_size, 20000, path)
        readings = json.loads((RECORDED / "pypi.json").read_text(encoding="utf-8"))
        self.assertTrue(all(not re.search(r"https?:", json.dumps(r)) for r in readings))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *[a for a in sys.argv[1:] if a != "--update"]])
