"""Cold start: the whole program against a hello-world, interleaved; medians, and instructions where valgrind is.

usage: cold.py HELLO CUDACOMPAT
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import time


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def instructions(command):
    out = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + os.devnull, *command],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True).stderr
    return int(re.search(r"Collected : (\d+)", out).group(1))


def main():
    hello, program = [sys.argv[1]], [sys.argv[2], "resolve", "torch:1.12"]
    rounds = [(seconds(hello), seconds(program)) for _ in range(60)][10:]
    a = statistics.median(r[0] for r in rounds) * 1e3
    b = statistics.median(r[1] for r in rounds) * 1e3
    print(f"hello {a:.2f} ms, resolve torch:1.12 {b:.2f} ms, difference {b - a:.2f} ms (bar: 4 ms)")
    if shutil.which("valgrind"):
        print(f"instructions: hello {instructions(hello):,}, resolve {instructions(program):,}")


main()
