#!/usr/bin/env python3
"""Builds each recorded root, and asks `cudacompat probe --root` and `cudacompat check --root` of it.

Usage: run_roots.py PROGRAM [--update]     --update rewrites the golden texts
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from roots import ROOTS, UBUNTU, elf, wheel

HERE = Path(__file__).resolve().parent
GOLDEN = ("ubuntu-535-proprietary", "pip-torch", "no-driver")
SECONDS = 60
PROGRAM = ""


def build(where, root):
    for path, content in root.get("files", {}).items():
        target = where / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    for path, to in root.get("links", {}).items():
        target = where / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(to)


def run(*args, stdin=b""):
    # Nothing of this machine's environment may count.
    env = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
    env.update(PATH="/usr/local/cuda/bin:/usr/bin", VIRTUAL_ENV="/nowhere", LD_LIBRARY_PATH="")
    done = subprocess.run([PROGRAM, *map(str, args)], input=stdin, capture_output=True, check=False, timeout=SECONDS, env=env)
    return done.returncode, done.stdout, done.stderr.decode()


def probe(where, root, form, *more):
    code, out, err = run("probe", "--root", where, *root.get("args", ()), *more, "--format", form)
    assert code == 0, f"exit {code}: {err}"
    return out.decode()


def check_root(name, root, update):
    faults = []

    def expect(what, want, got):
        if want != got:
            faults.append(f"{name}: {what}\n  expected {json.dumps(want)}\n  got      {json.dumps(got)}")

    with tempfile.TemporaryDirectory(prefix="machine-path-of-the-test-") as folder:
        where = Path(folder)
        build(where, root)
        stack_text = probe(where, root, "stack")
        expect("stack", root["stack"], json.loads(stack_text))
        text = probe(where, root, "json")
        seen = json.loads(text)
        pairs = [(o["what"], o["value"]) for o in seen["observations"]]
        for pair in root["sees"]:
            if tuple(pair) not in pairs:
                faults.append(f"{name}: does not see {pair}; it sees {[p for p in pairs if p[0].split('.')[0] == pair[0].split('.')[0]]}")
        for what, how in root.get("how", {}).items():
            expect(f"how of {what}", how, next((o["how"] for o in seen["observations"] if o["what"] == what), None))
        wanted = root.get("problems", [])
        if len(wanted) != len(seen["problems"]) or not all(any(w in p for p in seen["problems"]) for w in wanted):
            faults.append(f"{name}: problems\n  expected {wanted}\n  got      {seen['problems']}")
        plain = probe(where, root, "text", "--width", "100")
        for form, got in (("stack", stack_text), ("json", text), ("text", plain)):
            if folder in got:
                faults.append(f"{name}: the path of the root is in the {form}")
        if name in GOLDEN:
            for ending, got in (("txt", plain), ("json", text)):
                golden = HERE / "expected" / f"{name}.{ending}"
                if update:
                    golden.parent.mkdir(exist_ok=True)
                    golden.write_text(got, encoding="utf-8")
                elif golden.read_text(encoding="utf-8") != got:
                    faults.append(f"{name}: differs from {golden.name}; run_roots.py --update rewrites it\n{got}")
        # What check reads is what the probe says; an environment of its own it does not take.
        code, out, err = run("check", "--stack", "-", stdin=stack_text.encode())
        if code not in (0, 1, 3):
            faults.append(f"{name}: check cannot read the stack: {err}")
        if "verdict" in root:
            expect("verdict", root["verdict"], code)
        if not root.get("args"):
            direct = run("check", "--root", where)
            if (direct[0], direct[1].split(b"\n")[0].replace(b"(probe:1)", b"")) != (code, out.split(b"\n")[0].replace(b"(-:1)", b"")):
                faults.append(f"{name}: check --root says {direct[1][:300]}, check of the stack file {out[:300]}")
            if root.get("problems") and root["problems"][0] not in direct[2]:
                faults.append(f"{name}: check --root does not tell the problem: {direct[2]}")
    return faults


def hostile(outer):
    """A root that does what it can: the probe ends, reads nothing outside, and says what it could not look at."""
    faults = []
    where = outer / "root"
    (outer / "secret").write_text("ID=secret-outside\nVERSION_ID=1\n")
    (outer / "535.99.99").write_text("535.99.99\n")
    build(where, {"files": UBUNTU})
    deep = '{"a":' * 200_000
    build(where, {
        "files": {
            "usr/local/cuda-1.1/version.json": deep,
            "usr/local/cuda-1.2/version.json": '{"cuda": {"version": "12.' + "1" * 100_000 + '"}}',
            "usr/local/cuda-12.9/compat/libcuda.so.575.1.1": elf()[:58] + b"\x40\0\xff\xff\xfe\xff" + b"\xff" * 200,
            "etc/ld.so.conf.d/self.conf": "include /etc/ld.so.conf.d/*.conf\n/usr/local/cuda-12.9/compat\n" + "/nowhere\n" * 50_000,
            f"opt/venv/lib/python3.10/site-packages/torch-2.dist-info/METADATA": b"\0\xff\x1b[31mVersion: 2\nVersion: \x1b[31m\xff\n",
            "opt/venv/lib/python3.10/site-packages/tensorflow/python/platform/build_info.py": "cuda_version",
            **wheel("opt/venv/lib/python3.10/site-packages", "tensorflow", "2.16.1"),
            "usr/lib/x86_64-linux-gnu/libcuda.so.1/here": "a folder",
            "sys/bus/pci/devices/\x1b[31mslot\n/vendor": "0x10de", "sys/bus/pci/devices/\x1b[31mslot\n/class": "0x030000",
            "sys/bus/pci/devices/\x1b[31mslot\n/device": "0xffffffffffffffffffff",
            **{f"usr/local/cuda-3.{n}/version.txt": "CUDA Version 1.1" for n in range(300)},
        },
        "links": {
            "usr/lib/os-release": f"{'../' * 30}{str(outer / 'secret').lstrip('/')}",
            "sys/module/nvidia/version": str(outer / "535.99.99"),
            "proc/driver/nvidia/version": "version", "proc/version": "loop-a", "proc/loop-a": "loop-b", "proc/loop-b": "version",
            "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1": str(outer / "secret"),
            "usr/local/cuda-12.9/compat/libcuda.so.1": "libcuda.so.575.1.1",
            "usr/local/cuda-2.2": ".", "usr/local/cuda": "cuda-2.2/cuda-2.2/cuda-2.2/../../..",
            "opt/conda": "/opt/conda/conda", "usr/lib/x86_64-linux-gnu/libcudart.so.12": "/dev/zero",
        },
    })
    (where / "etc/os-release").unlink()
    os.mkfifo(where / "etc/os-release")
    os.mkfifo(where / "etc/ld.so.conf.d/fifo.conf")
    os.mkfifo(where / "usr/lib/x86_64-linux-gnu/libcudnn.so.9.1.0")
    libc = where / "usr/lib/x86_64-linux-gnu/libc.so.6"
    os.truncate(libc, 1 << 40)  # sparse: costs nothing, and would cost a reader of all of it everything
    (where / "etc/nv_tegra_release").write_bytes(b"# R36 (release), REVISION: ")
    old = os.getcwd()
    os.chdir(where / "proc")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind("cgroup")
        os.makedirs("1", exist_ok=True)
        os.rename("cgroup", "1/cgroup")
    os.chdir(old)
    seen = json.loads(probe(where, {}, "json"))
    told = json.dumps(seen)
    for word in ("secret-outside", "535.99.99"):
        if word in told.replace(str(outer), ""):
            faults.append(f"hostile: {word} was read through a link out of the root")
    blocked = {(a["path"], a["why"]) for a in seen["tried"] if a["outcome"] == "blocked"}
    for path, why in (
        ("/etc/os-release", "is no regular file"), ("/etc/ld.so.conf.d/fifo.conf", "is no regular file"), ("/proc/1/cgroup", "is no regular file"),
        ("/proc/version", "links lead in a circle"), ("/proc/driver/nvidia/version", "links lead in a circle"), ("/opt/conda", "links lead in a circle"),
    ):
        if (path, why) not in blocked:
            faults.append(f"hostile: {path} should be blocked ({why}); blocked are {sorted(blocked)}")
    whats = {(o["what"], o["value"]) for o in seen["observations"]}
    for pair in (("glibc", "2.35"), ("component.tensorflow", "2.16.1"), ("compat_package", "12.9")):
        if pair not in whats:
            faults.append(f"hostile: {pair} is there all the same, and was not seen")
    text = probe(where, {}, "text")
    if "\x1b" in text or any(ord(c) < 32 and c != "\n" for c in text):
        faults.append("hostile: control bytes reach the terminal")
    code, _, err = run("check", "--stack", "-", stdin=probe(where, {}, "stack").encode())
    if code not in (0, 1, 3, 4):
        faults.append(f"hostile: check of its stack ends with {code}: {err}")
    # A root that is none.
    for bad in (outer / "secret", outer / "nothing"):
        code, out, err = run("probe", "--root", bad)
        if (code, out) != (4, b"") or str(bad) not in err:
            faults.append(f"hostile: --root {bad.name}: exit {code}, {err}")
    return faults


def schema():
    try:
        import jsonschema
    except ImportError:
        return []
    form = json.loads((HERE.parents[1] / "data/schema/probe.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(form)
    valid = jsonschema.Draft202012Validator(form)
    faults = []
    for name in GOLDEN:
        report = json.loads((HERE / "expected" / f"{name}.json").read_text(encoding="utf-8"))
        faults += [f"{name}.json: {e.message[:200]}" for e in valid.iter_errors(report)]
    for change in ({"schema": 2}, {"extra": 1}, {"observations": [{"what": "x"}]}, {"complete": "yes"}):
        if valid.is_valid({**report, **change}):
            faults.append(f"the schema accepts {change}")
    return faults


def main():
    global PROGRAM
    PROGRAM = str(Path(sys.argv[1]).resolve())
    update = "--update" in sys.argv[2:]
    faults = []
    for name, root in ROOTS.items():
        faults += check_root(name, root, update)
    with tempfile.TemporaryDirectory() as folder:
        faults += hostile(Path(folder))
    faults += schema()
    print(*(faults or [f"{len(ROOTS)} roots and a hostile one are seen as they are"]), sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
