#!/usr/bin/env python3
"""explain: every entry of the table is found by all that tells it; logs with line numbers; what texts name; hostile input.

Usage: explain.py PROGRAM [unittest arguments]
"""

import json
import os
import random
import subprocess
import sys
import time
import unittest
from pathlib import Path

PROGRAM = None
ORDER = {"yes": 0, "maybe": 1, "no": 2}


def run(*args, stdin=b""):
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    return subprocess.run([PROGRAM, *args], input=stdin, capture_output=True, timeout=120, check=False, env=env)


def explain(*args, stdin=b"", code=0):
    done = run("explain", "--format", "json", *args, stdin=stdin)
    if done.returncode != code:
        raise AssertionError(f"explain {args}: exit {done.returncode}, expected {code}: {done.stderr.decode()} {done.stdout.decode()[:500]}")
    return json.loads(done.stdout)["subjects"]


def ids(subject):
    return [e["id"] for e in subject["errors"]]


def named(subject):
    return {(n["component"], n["version"], n["role"]) for n in subject["named"]}


class Table(unittest.TestCase):
    entries = ()

    @classmethod
    def setUpClass(cls):
        cls.entries = json.loads(run("kb", "list", "errors", "--format", "json").stdout)["errors"]

    def test_by_code_symbol_and_id(self):
        self.assertGreater(len(self.entries), 100)
        subjects = []
        for e in self.entries:
            subjects += [(e["id"], e["id"])]
            subjects += [(name, e["id"]) for name in (e["name"], e["driver_name"]) if name]
            if e["code"] is not None:
                subjects += [(f"{e['layer']}:{e['code']}", e["id"]), (str(e["code"]), e["id"])]
        found = explain(*(s for s, _ in subjects))
        for (subject, wanted), got in zip(subjects, found, strict=True):
            self.assertIn(wanted, ids(got), subject)

    def test_a_number_is_every_layer_that_has_it(self):
        for code in {e["code"] for e in self.entries if e["code"] is not None}:
            wanted = {e["id"] for e in self.entries if e["code"] == code}
            self.assertEqual(set(ids(explain(str(code))[0])), wanted)

    def test_layers(self):
        self.assertEqual(ids(explain("3", "--layer", "nccl")[0]), ["error.nccl.3"])
        self.assertEqual(ids(explain("100", "--layer", "driver_api")[0]), ["error.cuda-runtime.100"])  # one numbering
        self.assertEqual(ids(explain("NVML", "18")[0]), ["error.nvml.18"])
        self.assertEqual(ids(explain("NVML 18")[0]), ["error.nvml.18"])
        self.assertIn("error.nvml.3", ids(explain("3")[0]))

    def test_every_message(self):
        texts = [(t, e["id"]) for e in self.entries for t in e["text"]]
        found = explain(*("[rank0]: " + t for t, _ in texts))
        for (text, wanted), got in zip(texts, found, strict=True):
            self.assertIn(wanted, ids(got), text)

    def test_parts_and_letter_case(self):
        self.assertEqual(ids(explain("no kernel image is available")[0]), ["error.cuda-runtime.209"])
        self.assertEqual(ids(explain("NO KERNEL IMAGE IS AVAILABLE for execution on the device")[0]), ["error.cuda-runtime.209"])
        self.assertEqual(ids(explain("Unexpected error from cuInit: error 803")[0]), ["error.cuda-runtime.803"])

    def test_a_log_of_all_messages(self):
        """Each fragment on a line of its own between others: found with its line."""
        rng = random.Random(20261120)
        texts = [(t, e["id"]) for e in self.entries for t in e["text"]]
        rng.shuffle(texts)
        lines = []
        where = {}
        for text, entry in texts:
            lines += ["2026-11-20 12:00:00 loading"] * rng.randint(0, 3)
            lines.append(f"CUDA: {text} <<")
            where.setdefault(entry, []).append(len(lines))
        got = explain("-", stdin="\n".join(lines).encode())[0]
        for e in got["errors"]:
            self.assertLessEqual(set(where[e["id"]]) & set(e["lines"]), set(e["lines"]))
            self.assertEqual(e["lines"], sorted(set(e["lines"])))
            for n in e["lines"]:
                self.assertTrue(any(t.lower() in lines[n - 1].lower() for t in e["text"]) or (e["name"] or "-") in lines[n - 1])
        lost = set(where) - set(ids(got))
        for entry in lost:  # only what lies inside a longer message of another entry may be left out
            own = next(e for e in self.entries if e["id"] == entry)
            others = [t for e in self.entries if e["id"] != entry for t in e["text"]]
            self.assertTrue(all(any(t in o and t != o for o in others) for t in own["text"]), entry)
        self.assertEqual([ORDER[e["versions"]] for e in got["errors"]], sorted(ORDER[e["versions"]] for e in got["errors"]))


class Texts(unittest.TestCase):
    def test_what_a_message_names(self):
        for text, wanted in (
            ("libcudnn.so.8: cannot open shared object file: No such file or directory", {("cudnn", "8", "wanted")}),
            ("Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open", {("cuda-runtime", "11.0", "wanted")}),
            ("ImportError: libcufft.so.10: cannot open shared object file", {("cufft", "10", "wanted")}),
            ("libcuda.so.1: cannot open shared object file", {("driver", None, "wanted")}),
            ("Could not load dynamic library 'cudart64_110.dll'; dlerror: cudart64_110.dll not found", {("cuda-runtime", "11.0", "wanted")}),
            ("Successfully opened dynamic library libcublas.so.11", {("cublas", "11", "named")}),
            ("GLIBC_2.32 not found", {("glibc", ">=2.32", "wanted")}),
            ("/lib/libc.so.6: version `GLIBC_2.28' not found (required by x)", {("glibc", ">=2.28", "wanted")}),
            ("RTX 3090 with CUDA capability sm_86 is not compatible with the current PyTorch installation", {("gpu", "8.6", "named")}),
            ("The current PyTorch install supports CUDA capabilities sm_37 sm_120", {("gpu", "3.7", "built with"), ("gpu", "12.0", "built with")}),
            ("The NVIDIA driver on your system is too old (found version 11040).", {("driver-cuda", "11.4", "found")}),
            ("unsatisfied condition: cuda>=12.4, please update your driver", {("driver-cuda", ">=12.4", "wanted")}),
            ("NVRM: API mismatch: the client has the version 535.54.03, but NVRM: this kernel module has the version 530.30.02.  Please",
             {("driver (user library)", "535.54.03", "found"), ("driver (kernel module)", "530.30.02", "found")}),
            ("The detected CUDA version (11.8) mismatches the version that was used to compile PyTorch (12.1).",
             {("cuda-toolkit", "11.8", "found"), ("cuda-runtime", "12.1", "built with")}),
            ("cuDNN version incompatibility: PyTorch was compiled  against (8, 5, 0) but found runtime version (8, 4, 1).",
             {("cudnn", "8.5.0", "built with"), ("cudnn", "8.4.1", "found")}),
            ("Loaded runtime CuDNN library: 8.1.1 but source was compiled with: 8.6.0.", {("cudnn", "8.1.1", "found"), ("cudnn", "8.6.0", "built with")}),
            ("Found cuDNN version 8600, but JAX was built against version 8904,", {("cudnn", "8.6.0", "found"), ("cudnn", "8.9.4", "built with")}),
            ("Found CUDA version 12010, but JAX was built against version 12020", {("cuda-runtime", "12.1", "found"), ("cuda-runtime", "12.2", "built with")}),
            ("Found cuDNN version 90100, but JAX was built against version 91002", {("cudnn", "9.1.0", "found"), ("cudnn", "9.10.2", "built with")}),
            ("torchvision 0.17.0 requires torch==2.2.0, but you have torch 2.1.0 which is incompatible.",
             {("torch", "2.2.0", "wanted"), ("torch", "2.1.0", "found")}),
            ("Could not find a version that satisfies the requirement torch==1.7.1+cu110 (from versions: 2.0.0)", {("torch", "1.7.1+cu110", "wanted")}),
            ("ptxas fatal : Unsupported .version 7.8; current version is '7.4'", {("PTX ISA", "7.8", "wanted"), ("PTX ISA", "7.4", "found")}),
            ("found no plasma_120 and no compute_x, libfoo.so.3, 12 apples", set()),
        ):
            with self.subTest(text):
                done = run("explain", "--format", "json", text)
                self.assertEqual(named(json.loads(done.stdout)["subjects"][0]), wanted)

    def test_library_messages_are_known(self):
        for text, entry in (
            ("libcudnn.so.8: cannot open shared object file", "error.loader.cudnn-so"),
            ("GLIBC_2.32 not found", "error.loader.glibc"),
            ("GLIBCXX_3.4.29 not found", "error.loader.glibcxx"),
            ("libcublas.so.11: cannot open shared object file", "error.loader.cublas-so"),
            ("libcusolver.so.10: cannot open shared object file", "error.loader.cuda-math-so"),
            ("libnccl.so.2: cannot open shared object file", "error.loader.nccl-so"),
            ("libnvinfer.so.8: cannot open shared object file", "error.loader.tensorrt-so"),
            ("sm_86 is not compatible with the current PyTorch installation", "error.framework.torch-sm"),
            ("Failed to initialize NVML: Driver/library version mismatch", "error.nvml.18"),
        ):
            with self.subTest(text):
                self.assertEqual(ids(explain(text)[0])[0], entry)

    def test_unknown(self):
        got = explain("cudaErrorNoDevise", code=3)[0]
        self.assertEqual((got["found_by"], got["errors"], got["near"][0]), ("nothing", [], "error.cuda-runtime.100"))
        self.assertIn("error.cuda-runtime.811", explain("810", code=3)[0]["near"])
        text = run("explain", "libcublas.so.99: cannot open").stdout.decode()
        self.assertIn("the text names: cublas 99", text)
        both = explain("803", "zorg blub", code=3)
        self.assertEqual([bool(b["errors"]) for b in both], [True, False])

    def test_fits_a_screen(self):
        for subject in ("803", "3", "999", "CUDA_ERROR_NO_DEVICE", "cudaErrorInsufficientDriver", "nonsense"):
            lines = run("explain", subject).stdout.decode().splitlines()
            self.assertLessEqual(len(lines), 50, subject)
            for line in lines:
                self.assertTrue(len(line) <= 100 or max(map(len, line.split())) > 80, line)

    def test_order_of_the_text(self):
        text = run("explain", "803").stdout.decode()
        at = [text.index(word) for word in ("libcuda and the kernel module", "about versions: yes", "causes", "tells:", "do:", "sources")]
        self.assertEqual(at, sorted(at))


class Logs(unittest.TestCase):
    def test_order_and_lines(self):
        log = b"\n".join((
            b"starting",
            b"RuntimeError: CUDA error: out of memory",
            b"E1120 failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected",
            b"RuntimeError: CUDA error: no kernel image is available for execution on the device",
            b"again: no kernel image is available for execution on the device",
        ))
        got = explain("-", stdin=log)[0]
        self.assertEqual(
            [(e["id"], e["lines"]) for e in got["errors"]],
            [("error.cuda-runtime.209", [4, 5]), ("error.cuda-runtime.100", [3]), ("error.cuda-runtime.2", [2])],
        )

    def test_versions_stand_with_their_message(self):
        log = (b"NVRM: API mismatch: the client 'x' (pid 1)\n               NVRM: has the version 595.84, but this kernel module has\n"
               b"               NVRM: the version 595.80.  Please make sure\nlibcudnn.so.8: cannot open shared object file\n")
        got = {e["id"]: named(e) for e in explain("-", stdin=log)[0]["errors"]}
        self.assertEqual(got["error.kernel-module.api-mismatch"],
                         {("driver (user library)", "595.84", "found"), ("driver (kernel module)", "595.80", "found")})
        self.assertEqual(got["error.loader.cudnn-so"], {("cudnn", "8", "wanted")})

    def test_everyday_words_are_no_message(self):
        self.assertEqual(explain("-", stdin=b"cp: invalid argument\nfile not found\nmalloc: out of memory\n", code=3)[0]["errors"], [])
        self.assertEqual(ids(explain("-", stdin=b"CUDA: invalid argument\n")[0]), ["error.cuda-runtime.1"])
        pip = b"torchvision 0.17.0 requires torch==2.2.0, but you have torch 2.1.0 which is incompatible.\n"
        self.assertEqual(ids(explain("-", stdin=pip)[0]), ["error.installer.pip-conflict"])

    def test_long_lines_show_the_match(self):
        message = "libcudnn.so.8: cannot open shared object file"
        for before, after in ((0, 5000), (5000, 0), (5000, 5000), (100, 60)):
            text = run("explain", "-", "--width", "80", stdin=("x " * before + message + " y" * after + "\n").encode()).stdout.decode()
            self.assertIn(message, " ".join(text.split()))
            self.assertLess(len(text), 2500)

    def test_symbols_are_whole_words(self):
        self.assertEqual(explain("-", stdin=b"XCUDA_ERROR_NO_DEVICEX cudaErrorNoDevices\n", code=3)[0]["errors"], [])

    def test_garbage_survives(self):
        rng = random.Random(1)
        noise = bytes(rng.randrange(256) for _ in range(200_000)).replace(b"\n", b"\0")
        log = noise + b"\nCUDA driver version is insufficient for CUDA runtime version\n" + noise
        got = explain("-", stdin=log)[0]
        self.assertIn(("error.cuda-runtime.35", [2]), [(e["id"], e["lines"]) for e in got["errors"]])
        text = run("explain", "-", stdin=b"\xff\xfe CUDA driver version is insufficient for CUDA runtime version \x1b[31m\0\n").stdout
        self.assertTrue(all(b == 10 or 32 <= b < 127 for b in text))

    def test_long_input_is_cut(self):
        line = b"CUDA error: no kernel image is available for execution on the device\n"
        mebibyte = 1 << 20
        got = explain("-", stdin=b"x" * (mebibyte - len(line) - 1) + b"\n" + line + b"libcudnn.so.8: cannot open shared object file\n" * 3)[0]
        self.assertTrue(got["cut"])
        self.assertEqual(ids(got), ["error.cuda-runtime.209"])
        self.assertIn("longer than 1 MiB", run("explain", "-", stdin=b"y" * (2 * mebibyte)).stdout.decode())
        self.assertFalse(explain("-", stdin=line)[0]["cut"])
        started = time.monotonic()
        run("explain", "-", stdin=line * (mebibyte // len(line)))
        run("explain", "-", stdin=b"libcu" * (mebibyte // 5))
        run("explain", "-", stdin=b"out of memory " * (mebibyte // 14))
        self.assertLess(time.monotonic() - started, 60)

    def test_empty_and_closed(self):
        self.assertEqual(explain("-", stdin=b"", code=3)[0]["errors"], [])
        self.assertEqual(run("explain", "").returncode, 3)
        self.assertEqual(run("explain", "--layer", "nosuch", "3").returncode, 2)
        self.assertEqual(run("explain").returncode, 2)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
