#!/usr/bin/env python3
"""What the answers have to contain, read from their JSON; the wording is the matter of the golden files.

The numbers are those of the sources that data/ cites. Usage: must_show.py PROGRAM [unittest arguments]
"""

import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = None


@functools.lru_cache(maxsize=None)
def run(*args):
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    return subprocess.run([PROGRAM, *args], capture_output=True, timeout=60, check=False, env=env, stdin=subprocess.DEVNULL)


def resolve(*args):
    """(exit code, answer) of a request that can be run."""
    done = run("resolve", *args, "--format", "json")
    if not done.stdout:
        raise AssertionError(f"resolve {' '.join(args)}: exit {done.returncode}: {done.stderr.decode()}")
    return done.returncode, json.loads(done.stdout)


def number(version):
    return tuple(int(n) for n in re.findall(r"\d+", version))


def admits(text, version):
    """Does a range as answers tell it ('>=450.80.02,<581', '3.7 - 8.9, 12.0', '2.6.0 (cu124)') hold the version?"""
    if not text:
        return False
    v = number(version)

    def pad(a, b):
        n = max(len(a), len(b))
        return a + (0,) * (n - len(a)), b + (0,) * (n - len(b))

    def compare(sign, bound):
        a, b = pad(v, number(bound))
        return {">=": a >= b, "<=": a <= b, ">": a > b, "<": a < b, "": a == b, "==": a == b}[sign]

    for part in re.sub(r" \([^)]*\)$", "", text).split(", "):
        if part == "any":
            return True
        if " - " in part:
            low, high = part.split(" - ")
            if compare(">=", low) and compare("<=", high):
                return True
        elif all(compare(*re.match(r"([<>=]*)(.*)", one).groups()) for one in part.split(",")):
            return True
    return False


class Answers(unittest.TestCase):
    maxDiff = None

    def answer(self, *args, code=0):
        got, a = resolve(*args)
        self.assertEqual(got, code, f"resolve {' '.join(args)}: {a['verdict']}")
        self.assertEqual(a["verdict"], {0: "compatible", 1: "incompatible", 3: "unknown"}[code])
        self.check_sources(a)
        return a

    def check_sources(self, a):
        """Every fact that is cited is told, with a source that has a date; nothing else is told."""
        cited = {f for c in a["components"].values() for f in c["facts"]}
        if a["conflict"]:
            cited |= {f for s in a["conflict"]["steps"] for f in s["facts"]} | set(a["conflict"]["facts"])
        self.assertEqual(cited, set(a["facts"]))
        for name, fact in a["facts"].items():
            self.assertTrue(fact["text"], name)
            self.assertTrue(fact["sources"], name)
            for source in fact["sources"]:
                self.assertRegex(source["read"] or "", r"^\d{4}-\d\d-\d\d$", name)
                self.assertTrue("url" in source or "repo" in source, name)

    def version(self, a, component):
        return a["components"][component]["version"]

    def build(self, a, variant):
        found = [b for b in a["builds"] if b["variant"] == variant]
        self.assertEqual(len(found), 1, f"{variant}: {[b['variant'] for b in a['builds']]}")
        return found[0]

    def carries(self, build, component):
        return [c["version"] for c in build["carries"] if c["component"] == component]

    def rule(self, rules, name):
        """All ranges under a rule: each must admit what the rule allows."""
        return [r["range"] for r in rules if r["rule"] == name]

    def assert_floor(self, ranges, floor, below):
        self.assertTrue(ranges)
        for text in ranges:
            self.assertTrue(admits(text, floor), f"{text} has to admit {floor}")
            self.assertFalse(admits(text, below), f"{text} has to refuse {below}")

    def assert_range(self, text, inside, outside):
        for v in inside:
            self.assertTrue(admits(text, v), f"'{text}' has to admit {v}")
        for v in outside:
            self.assertFalse(admits(text, v), f"'{text}' has to refuse {v}")


class One(Answers):
    """torch:1.12, nothing else said"""

    def setUp(self):
        self.a = self.answer("torch:1.12")

    def test_components(self):
        self.assertEqual(self.version(self.a, "torch"), "1.12.1")
        self.assertRegex(self.version(self.a, "torchvision"), r"^0\.13\.")
        self.assertRegex(self.version(self.a, "torchaudio"), r"^0\.12\.")
        for c in ("torchvision", "torchaudio"):
            self.assertTrue(self.a["components"][c]["optional"])
        self.assert_range(self.a["components"]["python"]["range"], ("3.7", "3.8", "3.9", "3.10"), ("3.6", "3.11", "3.12"))
        for name, c in self.a["components"].items():
            self.assertTrue(c["facts"] or c["published"], f"{name} has no source")

    def test_builds(self):
        for variant, runtime, cudnn in (("cu102", "10.2", "7.6.5"), ("cu113", "11.3", "8.3.2"), ("cu116", "11.6", "8.3.2")):
            with self.subTest(variant):
                b = self.build(self.a, variant)
                self.assertTrue(b["works"])
                self.assertRegex(self.carries(b, "cuda-runtime")[0], rf"^{re.escape(runtime)}\.")
                self.assertRegex(self.carries(b, "cudnn")[0], rf"^{re.escape(cudnn)}\.")
                self.assertEqual(self.carries(b, "nccl"), ["2.10.3"])
                self.assert_range(b["python"], ("3.7", "3.10"), ("3.6", "3.11"))

    def test_drivers(self):
        for variant, direct, below, windows, windows_below in (
            ("cu113", "465.19.01", "460.106.00", "465.89", "462.59"),
            ("cu116", "510.39.01", "495.46", "511.23", "497.29"),
        ):
            with self.subTest(variant):
                b = self.build(self.a, variant)
                self.assert_floor(self.rule(b["drivers"], "direct"), direct, below)
                self.assert_floor(self.rule(b["drivers"], "minor-version"), "450.80.02", "450.51.06")
                self.assert_floor(self.rule(b["elsewhere"]["windows"], "direct"), windows, windows_below)
                self.assert_floor(self.rule(b["elsewhere"]["windows"], "minor-version"), "452.39", "451.82")
        old = self.build(self.a, "cu102")  # minor-version compatibility begins with CUDA 11
        self.assert_floor(self.rule(old["drivers"], "direct"), "440.33.00", "430.64")
        self.assertEqual(self.rule(old["drivers"], "minor-version"), [])

    def test_gpus(self):
        for variant in ("cu113", "cu116"):
            self.assert_range(self.build(self.a, variant)["gpus"], ("3.7", "5.0", "6.1", "7.0", "8.0", "8.6", "8.9"), ("3.5", "9.0", "10.0"))
        self.assert_range(self.build(self.a, "cu102")["gpus"], ("3.7", "7.0", "7.5"), ("8.0", "8.6"))


class Two(Answers):
    """torch:1.12 and a GPU"""

    def test_rtx_4090(self):
        a = self.answer("torch:1.12", "gpu:rtx-4090")
        self.assertEqual((self.version(a, "gpu"), self.version(a, "code")), ("8.9", "sm_86"))
        self.assertEqual(a["components"]["gpu"]["device"], "rtx-4090")
        self.assertTrue(any("8.6" in c and "8.9" in c for c in a["caveats"]), a["caveats"])
        self.assertFalse(self.build(a, "cu102")["works"])

    def test_no_wheel_for_hopper_and_blackwell(self):
        for gpu, capability in (("h100", "9.0"), ("b200", "10.0")):
            with self.subTest(gpu):
                a = self.answer("torch:1.12", f"gpu:{gpu}")
                self.assertEqual(self.version(a, "gpu"), capability)
                for variant, newest in (("cu102", "sm_70"), ("cu113", "sm_86"), ("cu116", "sm_86")):
                    b = self.build(a, variant)
                    self.assertFalse(b["works"])
                    self.assertIn(newest, b["against"] or "", f"{variant} does not say what code it has")
                # The conda builds have PTX of 3.7: it runs, at a cost that is said.
                self.assertTrue(a["components"]["torch"]["variant"].startswith("conda-"))
                self.assertTrue(self.version(a, "code").startswith("compute_"))
                self.assertTrue(a["degraded"])
                self.assertTrue(any("PTX" in c for c in a["caveats"]), a["caveats"])

    def test_b200_needs_the_open_module(self):
        a = self.answer("torch:1.12", "gpu:b200")
        self.assertEqual(a["components"]["kernel-module"]["range"], "open")
        self.assert_range(a["components"]["driver"]["range"], ("570.133.20", "580.65.06"), ("550.54.14", "565.57.01"))

    def test_gtx_1080(self):
        a = self.answer("torch:1.12", "gpu:gtx-1080")
        self.assertEqual((self.version(a, "gpu"), self.version(a, "code")), ("6.1", "sm_60"))
        self.assert_range(a["components"]["driver"]["range"], ("450.80.02", "580.65.06"), ("590.44.01", "595.58.03"))
        self.assertEqual(a["components"]["kernel-module"]["range"], "proprietary")

    def test_k80_per_build(self):
        a = self.answer("torch:1.12", "gpu:k80")
        self.assertEqual(self.version(a, "gpu"), "3.7")
        for b in a["builds"]:
            for r in b["drivers"]:
                self.assert_range(r["range"], (), ("471.11", "495.44", "510.39.01"))
        self.assertEqual(self.rule(self.build(a, "cu116")["drivers"], "direct"), [])  # 11.6's own driver is 510
        self.assertTrue(self.rule(self.build(a, "cu116")["drivers"], "minor-version"))
        self.assertTrue(self.rule(self.build(a, "cu113")["drivers"], "direct"))
        self.assertTrue(self.build(a, "cu102")["works"])


class Three(Answers):
    """torch for a GPU"""

    def test_v100(self):
        a = self.answer("torch", "gpu:v100")
        self.assertEqual((self.version(a, "gpu"), self.version(a, "code")), ("7.0", "sm_70"))
        for b in a["builds"]:
            if b["variant"] in ("cu130", "cu132"):
                self.assertFalse(b["works"], b["variant"])
        for text in [a["components"]["driver"]["range"]] + [r["range"] for b in a["builds"] for r in b["drivers"]]:
            self.assert_range(text, (), ("590.44.01", "595.58.03", "615.0"))
        self.assertEqual(a["components"]["kernel-module"]["range"], "proprietary")

    def test_rtx_5090(self):
        a = self.answer("torch", "gpu:rtx-5090")
        self.assertEqual(self.version(a, "code"), "sm_120")
        self.assertGreaterEqual(number(self.version(a, "torch")), (2, 7))
        self.assertGreaterEqual(number(self.version(a, "cuda-runtime")), (12, 8))
        self.assertEqual((self.version(a, "kernel-module"), a["components"]["kernel-module"]["range"]), ("open", "open"))
        self.assert_range(a["components"]["driver"]["range"], ("570.86.10", "580.65.06"), ("565.57.01", "550.54.14"))
        for impossible in (
            ("torch:2.6",),
            ("torch:2.7", "cuda-runtime:12.6"),
            ("torch:2.7", "cuda-runtime:11.8"),
            ("torch", "driver:565.57.01"),
            ("torch", "kernel-module:proprietary"),
        ):
            with self.subTest(impossible):
                self.answer(*impossible, "gpu:rtx-5090", code=1)

    def test_v100_and_b200(self):
        a = self.answer("gpu:v100", "gpu:b200", "os:linux", code=1)
        self.assertLessEqual(set(a["conflict"]["between"]), {"gpu", "driver", "kernel-module"})
        self.assertIn("kernel-module", a["conflict"]["between"])
        said = " ".join(s["text"] for s in a["conflict"]["steps"])
        for word in ("v100", "b200", "proprietary", "open"):
            self.assertIn(word, said)


class Four(Answers):
    """torch for a driver"""

    def check(self, driver, torch, builds, mode):
        a = self.answer("torch", f"driver:{driver}")
        self.assertEqual(self.version(a, "torch"), torch)
        self.assertIn(a["components"]["torch"]["variant"], builds)
        self.assertIn(self.version(a, "runtime-mode"), mode)
        self.assertEqual(self.version(a, "driver"), driver)
        if self.version(a, "runtime-mode") == "minor-version":
            self.assertTrue(any("minor-version" in c for c in a["caveats"]), a["caveats"])
        return a

    def test_drivers(self):
        self.check("470.82.01", "2.7.1", {"cu118"}, {"minor-version"})
        for driver in ("525.60.13", "535.104.05", "550.54.14"):
            with self.subTest(driver):
                self.check(driver, "2.14.1", {"cu126"}, {"minor-version"})
        a = self.check("580.65.06", "2.15.0", {"cu132"}, {"minor-version"})
        self.assertEqual(self.rule(self.build(a, "cu132")["drivers"], "direct"), [])  # 13.2's own driver is 595

    def test_450_36(self):
        a = self.answer("torch", "driver:450.36")
        self.assertLessEqual(number(self.version(a, "cuda-runtime"))[:2], (11, 0))
        # Beyond 11.0 there is only the compat package, on data-centre GPUs, and it has none for 11.8.
        a = self.answer("torch", "cuda-runtime:11.3", "driver:450.36")
        self.assertEqual(self.version(a, "runtime-mode"), "forward")
        self.assertIn("compat-package", a["components"])
        self.answer("torch", "cuda-runtime:11.3", "driver:450.36", "gpu:rtx-3090", code=1)
        self.answer("torch", "cuda-runtime:11.8", "driver:450.36", code=1)


class Five(Answers):
    """torch with a CUDA version of its time"""

    def test_1_7_1(self):
        a = self.answer("torch:1.7.1", "cuda-runtime:11.0")
        self.assertRegex(self.version(a, "cuda-runtime"), r"^11\.0\.")
        self.assertEqual((self.version(a, "torchvision"), self.version(a, "torchaudio")), ("0.8.2", "0.7.2"))
        self.assertEqual(a["components"]["torch"]["variant"], "cu110")

    def test_1_3_1(self):
        a = self.answer("torch:1.3.1", "cuda-runtime:10.0")
        self.assertRegex(self.version(a, "cuda-runtime"), r"^10\.0\.")
        self.assertEqual((self.version(a, "torchvision"), self.version(a, "torchaudio")), ("0.4.2", "0.3.2"))

    def test_1_0_1(self):
        a = self.answer("torch:1.0.1")
        runtimes = {number(v)[:2] for b in a["builds"] if b["works"] for v in self.carries(b, "cuda-runtime")}
        self.assertLessEqual({(9, 0), (10, 0)}, runtimes)
        for runtime in ("9.0", "10.0"):
            self.answer("torch:1.0.1", f"cuda-runtime:{runtime}")

    def test_1_12_0(self):
        a = self.answer("torch:1.12.0", "cuda-runtime:11.3", "cudnn:8")
        self.assertEqual((self.version(a, "torch"), a["components"]["torch"]["variant"]), ("1.12.0", "cu113"))
        self.assertRegex(self.version(a, "cudnn"), r"^8\.3\.2\.")
        self.answer("torch:1.12.0", "cuda-runtime:11.3", "cudnn:7", code=1)


class Six(Answers):
    def test_no_such_build(self):
        a = self.answer("torch:2.6", "cuda-runtime:12.1", code=1)
        self.assertEqual(set(a["conflict"]["between"]), {"torch", "cuda-runtime"})
        said = " ".join(s["text"] for s in a["conflict"]["steps"])
        for there in ("11.8", "12.4", "12.6"):
            self.assertIn(there, said)
        self.assertEqual(a["components"], {})


class Seven(Answers):
    """Python and glibc"""

    def test_python_3_13(self):
        a = self.answer("torch", "python:3.13")
        self.assertRegex(self.version(a, "python"), r"^3\.13")
        self.assertEqual(self.version(a, "torch"), "2.15.0")
        self.assert_range(a["components"]["torch"]["range"], ("2.5.0", "2.6.0", "2.15.0"), ("2.4.1", "2.3.0"))

    def test_too_new_and_too_old(self):
        for torch, python, there in (("1.12", "3.11", "3.10"), ("2.9", "3.9", "3.10")):
            with self.subTest(torch):
                a = self.answer(f"torch:{torch}", f"python:{python}", code=1)
                self.assertEqual(set(a["conflict"]["between"]), {"torch", "python"})
                self.answer(f"torch:{torch}", f"python:{there}")

    def test_glibc_2_17(self):
        a = self.answer("torch", "glibc:2.17")
        self.assertEqual(self.version(a, "torch"), "2.6.0")
        self.assertIn(a["components"]["torch"]["variant"], ("cu118", "cu124"))
        self.assertFalse(self.build(a, "cu126")["works"])
        self.assert_range(a["components"]["torch"]["range"], ("2.6.0", "2.5.1"), ("2.7.0", "2.14.1"))


class Options(Answers):
    def test_exit_codes(self):
        for code, args in (
            (0, ("torch:1.12",)),
            (1, ("torch:1.12", "python:3.11")),
            (2, ("tourch",)),
            (3, ("torch:99",)),
            (4, ("torch", "--stack", "/nonexistent.yaml")),
        ):
            with self.subTest(code):
                done = run("resolve", *args)
                self.assertEqual(done.returncode, code)
                self.assertEqual(bool(done.stdout), code in (0, 1, 3))
                self.assertEqual(bool(done.stderr), code in (2, 4))

    def test_as_of(self):
        a = self.answer("torch", "--as-of", "2022-07-01")
        self.assertEqual((self.version(a, "torch"), a["as_of"]), ("1.12.0", "2022-07-01"))
        self.assertNotIn("2.", a["components"]["torch"]["range"].split(" (")[0].split(" - ")[-1][:2])

    def test_set_is_a_stack(self):
        a = self.answer("torch", "--set", "driver=470.82.01", "--set", "gpu=rtx-3090", "--set", "python=3.9")
        self.assertEqual((self.version(a, "driver"), self.version(a, "gpu")), ("470.82.01", "8.6"))
        self.assertEqual(self.version(a, "torch"), "2.7.1")
        b = self.answer("torch", "driver:470.82.01", "gpu:rtx-3090", "python:3.9")
        self.assertEqual(a["components"]["torch"]["version"], b["components"]["torch"]["version"])

    def test_two_gpus_by_set(self):
        a = self.answer("torch", "--set", "gpu=v100", "--set", "gpu=rtx-3090")
        self.assertEqual({self.version(a, c) for c in a["components"] if c.startswith("gpu")}, {"7.0", "8.6"})

    def test_no_gpu_gets_the_cpu_build(self):
        a = self.answer("torch:2.4", "--set", "gpu=none")
        self.assertEqual(a["components"]["torch"]["variant"], "cpu")
        self.assertFalse({"driver", "gpu", "cuda-runtime", "cudnn"} & a["components"].keys())

    def test_windows(self):
        a = self.answer("torch:2.4", "--set", "platform=windows")
        self.assertEqual((a["platform"], a["platform_assumed"]), ("windows-x86_64", False))
        self.assertNotIn("glibc", a["components"])

    def test_policy_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            stack = Path(folder) / "host.yaml"
            stack.write_text('components: {torch: "2.1.0", python: "3.10"}\n', encoding="utf-8")
            kept = self.answer("torch", "--stack", str(stack), "--policy", "installed")
            newest = self.answer("torch", "--stack", str(stack))
        self.assertEqual(self.version(kept, "torch"), "2.1.0")
        self.assertGreater(number(self.version(newest, "torch")), (2, 1, 0))

    def test_policy_verified_rests_on_nothing_weak(self):
        a = self.answer("torch:2.4", "--policy", "verified")
        self.assertEqual([n for n, f in a["facts"].items() if f["certainty"] == "weak"], [])

    def test_all(self):
        a = self.answer("torch:2.6", "--all")
        first = a["all"][0]["torch"]
        chosen = a["components"]["torch"]
        self.assertEqual((first["version"], first["variant"]), (chosen["version"], chosen["variant"]))

    def test_repeated_runs_are_identical(self):
        args = ("resolve", "torch", "driver:535.104.05", "gpu:rtx-4090", "--format", "json")
        runs = {subprocess.run([PROGRAM, *args], capture_output=True, check=False).stdout for _ in range(5)}
        self.assertEqual(len(runs), 1)

    def test_version(self):
        self.assertRegex(run("--version").stdout.decode(), r"^cudacompat \d+\.\d+\.\d+, data \d{4}\.\d+\.\d+\n$")

    def test_text_fits_100_columns(self):
        for args in (("torch:1.12",), ("torch", "gpu:rtx-5090"), ("torch:2.6", "cuda-runtime:12.1"), ("gpu:v100", "gpu:b200")):
            for line in run("resolve", *args).stdout.decode().splitlines():
                words = line.split()
                self.assertTrue(len(line) <= 100 or max(map(len, words)) > 80, line)


class CompiledHere(Answers):
    """Builds from source: never unasked, by the rule of torch.utils.cpp_extension, without the rules of wheels."""

    def stack(self, text, *args, code=0):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "stack.yaml"
            path.write_text(text, encoding="utf-8")
            return self.answer(*args, "--stack", str(path), code=code)

    def test_never_unasked(self):
        a = self.answer("flash-attn:2.8.3", "torch:2.10")
        self.assertEqual(a["components"]["flash-attn"]["variant"], "cu13torch2.10")
        self.assertNotIn("cuda-toolkit", a["components"])
        self.answer("flash-attn", "torch:2.12", code=1)
        self.answer("flash-attn:2.8.3", "torch:2.10", "python:3.11", code=1)

    def test_asked_for(self):
        a = self.answer("flash-attn:2.8.3+source", "torch:2.10", "cuda-toolkit:12.8", "python:3.11", "glibc:2.31")
        self.assertEqual(a["components"]["flash-attn"]["variant"], "source")
        self.assertRegex(a["components"]["torch"]["variant"], "^cu12")

    def test_major_of_nvcc_and_torch(self):
        a = self.answer("flash-attn:2.8.3+source", "torch:2.10+cu130", "cuda-toolkit:12.8", code=1)
        self.assertIn("torch.extension.cu13", a["conflict"]["facts"])
        self.answer("flash-attn:2.8.3+source", "torch:2.10+cu126", "cuda-toolkit:12.8")
        for spec in ("mamba-ssm:2.3.1", "causal-conv1d:1.6", "xformers:0.0.34", "mmcv:2.2", "detectron2:0.6"):
            self.answer(spec + "+source", "torch:2.10+cu126", "cuda-toolkit:12.8")
            self.answer(spec + "+source", "torch:2.10+cu126", "cuda-toolkit:13.0", code=1)

    def test_minor_for_apex(self):
        a = self.answer("apex", "torch:2.4+cu121", "cuda-toolkit:12.4", code=1)
        self.assertIn("apex.build.cu121", a["conflict"]["facts"])
        self.answer("apex", "torch:2.4+cu121", "cuda-toolkit:12.1")

    def test_toolkit_is_needed(self):
        a = self.answer("flash-attn:2.8.3+source", "torch:2.10")
        self.assertRegex(self.version(a, "cuda-toolkit"), r"^13\.")
        self.answer("flash-attn:2.6.3+source", "torch:1.13", "cuda-toolkit:11.5", code=1)

    def test_code_of_a_source_build(self):
        self.answer("flash-attn:2.8.3+source", "torch:2.8", "gpu:t4", code=1)
        a = self.answer("flash-attn:2.7.3+source", "torch:2.8", "gpu:rtx-5090")
        self.assertGreaterEqual(number(self.version(a, "cuda-toolkit")), (12, 8))
        self.answer("flash-attn:2.7.2.post1+source", "torch:2.8", "gpu:rtx-5090", code=1)

    def test_build_from_source(self):
        a = self.stack("build_from_source: [flash-attn]\n", "torch:2.8")
        self.assertEqual(a["components"]["flash-attn"]["variant"], "source")
        self.assertEqual(self.answer("torch:2.8", "flash-attn")["components"]["flash-attn"]["variant"], "cu12torch2.8")
        a = self.stack("build_from_source:\n  - flash-attn\n", "torch:2.8+cu128", "cuda-toolkit:13.0", code=1)
        self.assertIn("flash-attn is compiled here (", "".join(s["text"] for s in a["conflict"]["steps"]))
        self.assertIn("stack.yaml:2)", "".join(s["text"] for s in a["conflict"]["steps"]))

    def test_every_build_is_compiled(self):
        a = self.stack("build_from_source: [deepspeed, pytorch3d]\n", "torch:2.4+cu121")
        self.assertRegex(self.version(a, "cuda-toolkit"), r"^12\.")
        self.assertEqual(a["components"]["pytorch3d"]["variant"], "source")
        self.assertIn("deepspeed", a["components"])

    def test_no_rules_for_it(self):
        a = self.stack("build_from_source: [pyg-lib, my-own]\n", "torch:2.4", code=3)
        told = " ".join(a["missing"])
        self.assertRegex(told, r"no rules for compiling pyg-lib \(.*stack.yaml:1\)")
        self.assertRegex(told, r"'my-own' is not in the data \(.*stack.yaml:1\)")

    def test_cxx11_abi(self):
        for torch, abi in (
            ("2.5", "pre-cxx11"),
            ("2.6+cu124", "pre-cxx11"),
            ("2.6+cu126", "cxx11"),
            ("2.7", "cxx11"),
            ("2.4+conda-cu121", "pre-cxx11"),
        ):
            self.answer(f"torch:{torch}", f"cxx11-abi:{abi}")
            a = self.answer(f"torch:{torch}", "cxx11-abi:" + {"cxx11": "pre-cxx11"}.get(abi, "cxx11"), code=1)
            self.assertTrue(any(f.startswith("torch.abi.") for f in a["conflict"]["facts"]))
        for abi in ("cxx11", "pre-cxx11"):  # of this build nobody said it
            self.answer("torch:1.12+conda-cu113", f"cxx11-abi:{abi}")
        self.assertNotIn("cxx11-abi", self.answer("torch:2.7")["components"])


class KnowledgeBase(Answers):
    def test_compiled_file_answers_like_its_directory(self):
        world = Path(__file__).resolve().parent / "cases" / "generic" / "world"
        with tempfile.TemporaryDirectory() as folder:
            block = str(Path(folder) / "world.ckb")
            done = run("kb", "compile", str(world), "-o", block)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
            self.assertEqual(os.listdir(folder), ["world.ckb"])
            for args in (("a",), ("a:1", "b:1"), ("a:2", "b:2", "c:2")):
                one = subprocess.run([PROGRAM, "resolve", *args, "--kb", block], capture_output=True, check=False)
                two = subprocess.run([PROGRAM, "resolve", *args, "--kb", str(world)], capture_output=True, check=False)
                self.assertEqual((one.returncode, one.stdout), (two.returncode, two.stdout))

    def test_generic_from_a_fresh_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "x.yaml").write_text(
                'schema: 1\ngeneric: true\ncomponent: x\nscheme: semver\nreleases:\n  - version: "1.0.0"\n    requires: {y: ">=9"}\n',
                encoding="utf-8",
            )
            done = subprocess.run([PROGRAM, "resolve", "x", "--kb", folder], capture_output=True, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)

    def test_list_show_stats(self):
        listed = json.loads(run("kb", "list", "--format", "json").stdout)
        names = [c["name"] for c in listed["components"]]
        for name in ("torch", "driver", "cuda-runtime", "cudnn", "nccl", "python", "gpu"):
            self.assertIn(name, names)
        torch = json.loads(run("kb", "show", "pytorch", "--format", "json").stdout)["component"]
        self.assertEqual(torch["name"], "torch")
        self.assertEqual(torch["releases"][0]["version"], next(c["newest"] for c in listed["components"] if c["name"] == "torch"))
        stats = json.loads(run("kb", "stats", "--format", "json").stdout)
        self.assertEqual(stats["components"], len(names))
        for by in ("by_kind", "by_evidence", "by_certainty"):
            self.assertEqual(sum(stats["facts"][by].values()), stats["facts"]["total"])
        self.assertEqual(stats["unreachable_releases"], [])

    def test_every_cited_fact_and_source_can_be_shown(self):
        a = self.answer("torch:1.12")
        for fact in list(a["facts"])[:10]:
            shown = json.loads(run("kb", "show", fact, "--format", "json").stdout)["fact"]
            self.assertEqual(shown["text"], a["facts"][fact]["text"])
            source = shown["sources"][0]["id"]
            self.assertIn(fact, json.loads(run("kb", "show", source, "--format", "json").stdout)["source"]["cited_by"])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
