#!/usr/bin/env python3
"""Hostile and oversized input: a clear error, the right exit code, bounded memory and time. Nothing may crash.

Usage: bad_input.py PROGRAM [unittest arguments]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = None
SECONDS = 20  # far above what any of these takes, for slow machines and sanitizers
MEGABYTES = 384  # resident; a stack file of 8 MiB with 400,000 keys takes 257. Not asked of sanitizer builds


def run(*args, stdin=b"", env=None):
    """(exit code, stdout, stderr)"""
    begin = time.monotonic()
    child = subprocess.Popen(
        [os.fsencode(PROGRAM), *(os.fsencode(a) if isinstance(a, str) else a for a in args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    try:
        out, err = child.communicate(stdin, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        raise AssertionError(f"no answer within {SECONDS} s") from None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    if "ASAN_OPTIONS" not in os.environ and peak > MEGABYTES:
        raise AssertionError(f"{peak} MiB resident, in {time.monotonic() - begin:.1f} s")
    return child.returncode, out, err


class Hostile(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)

    def refused(self, code, says, *args, **more):
        got, out, err = run(*args, **more)
        text = err.decode("utf-8", "strict")  # whatever comes in, UTF-8 goes out
        self.assertEqual((got, out), (code, b""), text[:400])
        self.assertIn(says, text)
        self.assertLess(len(text), 4000, "an error is no dump of its input")
        self.assertTrue(text.startswith("cudacompat: "), text[:100])

    def stack(self, content, name="stack.yaml"):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    # requests

    def test_empty(self):
        self.refused(2, "no request", "resolve")
        self.refused(2, "expected a component name", "resolve", "")
        self.refused(2, "expected a component name", "resolve", "   ")

    def test_long_item(self):
        self.refused(2, "4096 bytes", "resolve", "torch:" + "1" * 100_000)
        self.refused(2, "unknown component", "resolve", "x" * 4000)

    def test_one_megabyte(self):
        items = ["torch:" + "9" * 4000] * 250  # more than execve takes in one argument
        self.refused(2, "", "resolve", *items)
        self.refused(2, "", "resolve", *["x" * 100_000] * 10)

    def test_300_items(self):
        self.refused(2, "256", "resolve", *["torch"] * 300)

    def test_256_items_are_answered(self):
        code, out, err = run("resolve", *["torch"] * 256)
        self.assertEqual((code, err), (0, b""))
        self.assertTrue(out)

    def test_invalid_utf8_and_control_bytes(self):
        for item in (b"torch:\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"torch:\x1b[31m", b"torch\n", b"\x7f"):
            with self.subTest(item):
                self.refused(2, "request", "resolve", item)
                code, _, err = run("kb", "show", item)
                self.assertEqual(code, 2)
                self.assertNotIn(b"\x1b", err)

    def test_deep_specs(self):
        self.refused(2, "", "resolve", "torch:" + ">=1," * 1000)
        code, _, _ = run("resolve", "torch:" + "||".join(["1.12"] * 500))
        self.assertIn(code, (0, 1, 2))
        self.assertEqual(run("resolve", "torch:" + "9" * 3000 + ".1")[0] in (1, 2, 3), True)

    def test_options(self):
        for args in (
            ("--set", "x" * 100_000),
            ("--set", b"driver=\xff"),
            ("--set", "driver=" + "1" * 100_000),
            ("--width", "9" * 1000),
            ("--as-of", "0000-00-00"),
            ("--policy", ""),
            ("--kb",),
        ):
            with self.subTest(args[0]):
                self.refused(2, "", "resolve", "torch", *args)

    # stack files

    def test_files_that_are_none(self):
        self.refused(4, "No such file", "resolve", "torch", "--stack", str(self.folder / "none"))
        self.refused(4, "directory", "resolve", "torch", "--stack", str(self.folder))
        self.refused(4, "", "resolve", "torch", "--stack", self.stack(os.urandom(100_000)))
        self.refused(4, "", "resolve", "torch", "--stack", self.stack(b"\x00" * 1000))
        self.refused(4, "", "resolve", "torch", "--stack", self.stack(b"\xff\xfe" + "driver: x".encode("utf-16-le")))
        if os.geteuid() != 0:
            path = self.stack("{}")
            os.chmod(path, 0)
            self.refused(4, "ermission", "resolve", "torch", "--stack", path)

    def test_100_megabytes(self):
        path = self.folder / "big.yaml"
        with open(path, "wb") as f:
            f.truncate(100 << 20)
        self.refused(4, "8 MiB", "resolve", "torch", "--stack", str(path))
        self.refused(4, "8 MiB", "resolve", "torch", "--stack", "/dev/zero")
        self.refused(4, "8 MiB", "resolve", "torch", "--stack", "-", stdin=b"# text\n" * (15 << 20))

    def test_bombs(self):
        bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20)
        )
        for name, text in (
            ("aliases", bomb),
            ("a cycle", "gpus: &a [*a]\n"),
            ("depth", "gpus: " + "[" * 100_000),
            ("depth of mappings", "".join(" " * i + "a:\n" for i in range(2000))),
            ("one line", "driver: \"" + "1" * 5_000_000 + "\"\n"),
            ("many keys", "components:\n" + "".join(f"  c{i}: \"1\"\n" for i in range(400_000))),
            ("tags", "driver: !!python/object:os.system x\n"),
            ("two documents", "driver: \"535\"\n---\ndriver: \"550\"\n"),
            ("duplicate", "driver: \"535\"\ndriver: \"550\"\n"),
        ):
            with self.subTest(name):
                code, _, err = run("resolve", "torch", "--stack", self.stack(text))
                self.assertIn(code, (3, 4) if name == "many keys" else (4,), err[:300])

    # knowledge bases

    def test_damaged_block(self):
        good = self.folder / "good.ckb"
        world = Path(__file__).resolve().parent / "cases" / "generic" / "world"
        self.assertEqual(run("kb", "compile", str(world), "-o", str(good))[0], 0)
        block = good.read_bytes()
        for name, content in (
            ("cut", block[: len(block) // 2]),
            ("longer", block + b"\0" * 8),
            ("head only", block[:16]),
            ("counts", block[:40] + b"\xff" * 64 + block[104:]),
            ("other bytes", block[:4] + bytes(reversed(block[4:]))),
        ):
            with self.subTest(name):
                path = self.stack(content, "bad.ckb")
                self.refused(4, "compiled knowledge base", "resolve", "a", "--kb", path)

    def test_flipped_bytes_do_not_crash(self):
        good = self.folder / "good.ckb"
        world = Path(__file__).resolve().parent / "cases" / "generic" / "world"
        run("kb", "compile", str(world), "-o", str(good))
        block = bytearray(good.read_bytes())
        for i in range(0, len(block), max(1, len(block) // 60)):
            broken = bytearray(block)
            broken[i] ^= 0xFF
            path = self.stack(bytes(broken), "flipped.ckb")
            code, _, _ = run("resolve", "a", "--kb", path)
            self.assertIn(code, (0, 1, 2, 3, 4, 70), f"byte {i}")

    def test_overlay_on_a_compiled_file(self):
        cases = Path(__file__).resolve().parent / "cases" / "overlay"
        world, site, one = str(cases / "world"), str(cases / "site"), str(self.folder / "one.ckb")
        self.assertEqual(run("kb", "compile", world, "--overlay", site, "-o", one)[0], 0)
        code, out, _ = run("resolve", "our-app", "--kb", one)
        self.assertEqual(code, 0)
        self.assertIn(b"data 2026.11.20 + overlay Our cluster", out)
        self.refused(2, "an overlay extends a directory of YAML", "resolve", "app", "--kb", one, "--overlay", site)

    def test_outputs(self):
        world = Path(__file__).resolve().parent / "cases" / "generic" / "world"
        self.refused(4, "No such file", "kb", "compile", str(world), "-o", str(self.folder / "no" / "where.ckb"))
        self.refused(4, "", "kb", "compile", str(world), "-o", str(self.folder))
        self.assertEqual(os.listdir(self.folder), [], "nothing half-written stays")

    # standard output

    def test_broken_pipe_is_no_error(self):
        child = subprocess.Popen([PROGRAM, "resolve", "torch:1.12", "--verbose"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdout.close()
        self.assertEqual((child.wait(SECONDS), child.stderr.read()), (0, b""))
        child.stderr.close()

    def test_full_disk_is_said(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "resolve", "torch:1.12"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 70)
        self.assertIn(b"cannot write", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
