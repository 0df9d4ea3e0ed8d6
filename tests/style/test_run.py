#!/usr/bin/env python3
"""The script `run` on machines that are not here: its tools are replaced by stubs that write down their calls.

Usage: test_run.py RUN_SCRIPT
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(sys.argv.pop(1) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "run").resolve()

# What a machine has besides the stubs.
BASE = "awk bash cat dirname env grep head id mkdir mktemp nproc printf rm sed sleep sort true".split()

DPKG_ALL = "echo installed"
DPKG_NONE = "exit 1"
TOOLS = {
    "cmake": """
        if [ "$1" = --version ]; then echo 'cmake version 3.25.1'; exit 0; fi
        if [ "$1" = --build ]; then exit 0; fi
        mkdir -p "build/$2" build/release/bin
        echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" > "build/$2/CMakeCache.txt"
        printf '#!/bin/sh\\necho "answer $*"\\n' > build/release/bin/cudacompat
        chmod +x build/release/bin/cudacompat""",
    "ctest": "echo '100% tests passed, 0 tests failed out of 1'",
    "ninja": "exit 0",
    "g++": """
        case "$*" in *-dumpversion*) echo 12.2.0 ;; *) cat > /dev/null; [ -z "$NO_HEADERS" ] ;; esac""",
}


class Machine:
    """A folder with a copy of the script, and a PATH that holds nothing but the tools given."""

    def __init__(self, stubs, folder="a tree with spaces"):
        self.top = Path(tempfile.mkdtemp())
        self.tree = self.top / folder
        self.bin = self.top / "bin"
        self.calls = self.top / "calls"
        self.tree.mkdir()
        self.bin.mkdir()
        self.calls.touch()
        shutil.copy(SCRIPT, self.tree / "run")
        for name in BASE:
            if name not in stubs:
                (self.bin / name).symlink_to(shutil.which(name))
        for name, body in stubs.items():
            path = self.bin / name
            path.write_text(f'#!/bin/bash\necho "{name} $*" >> "{self.calls}"\n{body}\n')
            path.chmod(0o755)
        (self.bin / "chmod").symlink_to(shutil.which("chmod"))

    def run(self, *arguments, cwd="/", **environment):
        return subprocess.run(
            [str(self.tree / "run"), *arguments],
            cwd=cwd,
            env={"PATH": str(self.bin), "HOME": str(self.top), "CI": "true", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def called(self, word):
        return [line for line in self.calls.read_text().splitlines() if line.startswith(word)]


class Run(unittest.TestCase):
    def machine(self, **stubs):
        made = Machine({name.replace("_", "-"): body for name, body in stubs.items()})
        self.addCleanup(shutil.rmtree, made.top)
        return made

    def complete(self, **more):
        return self.machine(**{**TOOLS, "dpkg_query": DPKG_ALL, "python3": "exit 0", **more})

    def test_usage(self):
        machine = self.machine()
        self.assertEqual(machine.run("--help").returncode, 0)
        self.assertIn("./run test", machine.run("--help").stdout)
        for wrong in (["bogus"], ["test", "more"], ["--verbose"]):
            done = machine.run(*wrong)
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)

    def test_complete_machine_installs_nothing(self):
        machine = self.complete(apt_get="exit 1", apt_cache="exit 1", sudo="exit 1", id="echo 1000")
        for _ in range(2):
            done = machine.run()
            self.assertEqual((done.returncode, done.stdout), (0, "answer resolve torch:1.12\n"), done.stderr)
        done = machine.run("test")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.endswith("100% tests passed, 0 tests failed out of 1\n"), done.stdout)
        self.assertEqual(machine.called("apt") + machine.called("sudo"), [])

    def test_missing_without_rights(self):
        stubs = {"dpkg_query": DPKG_NONE, "apt_get": "exit 1", "apt_cache": "exit 1", "id": "echo 1000"}
        for more in ({}, {"sudo": "exit 1"}):
            machine = self.machine(**stubs, **more)
            done = machine.run()
            self.assertEqual(done.returncode, 1)
            self.assertRegex(
                done.stderr,
                r"^\./run: missing: cmake ninja-build g\+\+ .*; install them with: sudo apt-get install cmake .*\n$",
            )
            self.assertEqual(machine.called("apt-get"), [])

    def test_one_header_missing(self):
        machine = self.complete(
            dpkg_query='case "$*" in *libcli11-dev*) exit 1 ;; *) echo installed ;; esac',
            apt_get="exit 1", apt_cache="exit 1", id="echo 1000",
        )
        done = machine.run(NO_HEADERS="1")
        self.assertEqual(done.stderr, "./run: missing: libcli11-dev; install them with: sudo apt-get install libcli11-dev\n")
        self.assertEqual(machine.run().returncode, 0)  # the header is found though no package owns it

    def test_extras_are_not_demanded(self):
        machine = self.complete(
            dpkg_query='case "$*" in *libcadical-dev*) exit 1 ;; *) echo installed ;; esac',
            apt_get="exit 1", apt_cache="exit 1", id="echo 1000",
        )
        done = machine.run("test", NO_HEADERS="1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("going on without libcadical-dev", done.stderr)

    def test_root_installs_with_an_empty_index(self):
        # The index is empty until `apt-get update`, the packages are missing until `apt-get install`.
        state = '"$(dirname "$0")/../'
        machine = self.complete(
            dpkg_query=f"[ -e {state}have\" ] && echo installed",
            apt_cache=f"[ -e {state}index\" ] && echo '  Candidate: 1.0' || echo 'N: Unable to locate package'",
            apt_get=f"case \"$*\" in *update) : > {state}index\" ;; *) : > {state}have\" ;; esac",
            dpkg="exit 0", id="echo 0",
        )
        done = machine.run(NO_HEADERS="1")
        self.assertEqual((done.returncode, done.stdout), (0, "answer resolve torch:1.12\n"), done.stderr)
        self.assertEqual([call.split()[-1] == "update" for call in machine.called("apt-get")], [True, False])

    def test_install_that_fails(self):
        machine = self.machine(
            dpkg_query=DPKG_NONE, dpkg="exit 1", apt_get="echo 'E: no network' >&2; exit 100",
            apt_cache="echo '  Candidate: 1.0'", id="echo 0",
        )
        done = machine.run()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.splitlines()[-1], r"^\./run: missing: cmake .*; install them with: sudo apt-get")

    def test_other_distribution(self):
        done = self.machine().run()
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (1, 1), done.stderr)
        self.assertIn("what Debian calls cmake ninja-build", done.stderr)
        machine = self.machine(**TOOLS)
        self.assertEqual(machine.run().returncode, 0)

    def test_old_tools(self):
        # Ubuntu 22.04: a newer g++ stands beside the old one; cmake comes from a venv.
        old = {
            "cmake": "echo 'cmake version 3.22.1'",
            "g++": 'case "$*" in *-dumpversion*) echo 11.4.0 ;; *) cat > /dev/null ;; esac',
            "g++-12": "exit 0",
            "python3": f"""
                [ "$1" = -c ] && exit 0
                mkdir -p "$3/bin"; printf '#!/bin/sh\\nexit 0\\n' > "$3/bin/python"
                cat > "$3/bin/cmake" <<'CMAKE'\n#!/bin/bash\n[ "$1" = --version ] || echo "CXX=$CXX" >&2\n{TOOLS["cmake"]}\nCMAKE
                chmod +x "$3/bin/python" "$3/bin/cmake" """,
        }
        machine = self.complete(**old)
        for _ in range(2):
            done = machine.run()
            self.assertEqual((done.returncode, done.stdout), (0, "answer resolve torch:1.12\n"), done.stderr)
            self.assertIn("CXX=g++-12", done.stderr)
        self.assertEqual(len(machine.called("python3 -m venv")), 1)

    def test_failing_steps_fail(self):
        machine = self.complete(ctest="exit 8")
        self.assertEqual(machine.run("test").returncode, 8)
        machine = self.complete(cmake=TOOLS["cmake"].replace("if [ \"$1\" = --build ]; then exit 0; fi", "[ \"$1\" = --build ] && exit 3"))
        self.assertEqual(machine.run().returncode, 3)

    def test_interruption(self):
        machine = self.complete(cmake=TOOLS["cmake"].replace("--build ]; then exit 0", "--build ]; then exec sleep 30"))
        process = subprocess.Popen(
            [str(machine.tree / "run")],
            env={"PATH": str(machine.bin)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for line in process.stderr:
            if machine.called("cmake --build"):
                break
            if "building" in line:
                while not machine.called("cmake --build"):
                    os.sched_yield()
                break
        process.terminate()
        _, errors = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 143)
        self.assertIn("interrupted", errors)


if __name__ == "__main__":
    unittest.main()
