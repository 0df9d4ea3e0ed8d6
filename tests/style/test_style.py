#!/usr/bin/env python3
"""The checks of this folder can fail: for each rule a small tree that breaks it, and one that does not."""

import tempfile
import unittest
from pathlib import Path

import include_direction
import tree

C = "include/cudacompat/"

# rule, the file that breaks it, its text, further files that the text needs
BAD_INCLUDES = [
    ("layer", C + "base/a.hpp", "#include <cudacompat/version/version.hpp>", {}),
    ("layer", C + "version/a.hpp", "#include <cudacompat/knowledge/model.hpp>", {}),
    ("layer", C + "knowledge/a.hpp", "  #  include <cudacompat/decide/request.hpp>", {}),
    ("layer", C + "decide/lower.hpp", "#include <cudacompat/tell/text.hpp>", {}),
    ("layer", C + "tell/a.hpp", "#include <cudacompat/cudacompat.hpp>", {}),
    ("bare-core", C + "decide/solver.hpp", "#include <cudacompat/version/version.hpp>", {}),
    ("bare-core", C + "decide/problem_builder.hpp", "#include <cudacompat/knowledge/model.hpp>", {}),
    (
        "bare-core",
        C + "decide/detail/trail.hpp",
        "#include <cudacompat/decide/lower.hpp>",
        {
            C + "decide/lower.hpp": "#include <cudacompat/decide/request.hpp>",
            C + "decide/request.hpp": "#include <cudacompat/version/version.hpp>",
            C + "version/version.hpp": "",
        },
    ),
    ("standard-only", C + "tell/a.hpp", "#include <fmt/format.h>", {}),
    ("standard-only", C + "base/a.hpp", "#include <unistd.h>", {}),
    ("no-world", C + "decide/lower.hpp", "#include <chrono>", {}),
    ("no-world", C + "knowledge/a.hpp", "#include <fstream>", {}),
    ("angle", C + "base/a.hpp", '#include "error.hpp"', {}),
    ("core-sees-src", C + "yaml.hpp", '#include "../../src/yaml/load.hpp"', {}),
    ("yaml-cpp", "src/cli/main.cpp", "#include <yaml-cpp/yaml.h>", {}),
    ("yaml-cpp", C + "yaml.hpp", "#include <yaml-cpp/yaml.h>", {}),
    ("cuda", "src/probe/a.cpp", "#include <cuda_runtime.h>", {}),
    ("cuda", "src/probe/a.cpp", "#include <nvml.h>", {}),
    ("boost", "src/cli/main.cpp", "#include <boost/graph/adjacency_list.hpp>", {}),
    ("cli11", "src/lint/a.cpp", "#include <CLI/CLI.hpp>", {}),
    ("no-solver", "src/yaml/a.cpp", "#include <cudacompat/cudacompat.hpp>", {C + "cudacompat.hpp": ""}),
    (
        "no-solver",
        "src/probe/a.cpp",
        "#include <cudacompat/probe.hpp>",
        {C + "probe.hpp": "#include <cudacompat/decide/request.hpp>", C + "decide/request.hpp": ""},
    ),
]

GOOD_INCLUDES = {
    C + "version_info.hpp": "#include <string_view>",
    C + "base/a.hpp": "#include <cudacompat/version_info.hpp>\n#include <vector>\n",
    C + "decide/solver.hpp": "#include <cudacompat/base/a.hpp>\n#include <cudacompat/decide/detail/trail.hpp>\n",
    C + "decide/detail/trail.hpp": "#include <cudacompat/decide/problem.hpp>\n",
    C + "decide/terms.hpp": "#include <cudacompat/base/a.hpp>\n",
    C + "decide/enumerate.hpp": "#include <cudacompat/decide/terms.hpp>\n",
    C + "decide/problem.hpp": "/*\n#include <fstream>\n*/\n// #include <chrono>\n#include <bit>\n",
    C + "decide/lower.hpp": "#include <cudacompat/knowledge/a.hpp>\n#include <cudacompat/decide/solver.hpp>\n",
    C + "knowledge/a.hpp": "#include <cudacompat/base/a.hpp>\n",
    C + "tell/a.hpp": "#include <cudacompat/decide/lower.hpp>\n",
    C + "cudacompat.hpp": "#include <cudacompat/tell/a.hpp>\n",
    C + "graph.hpp": "#include <boost/graph/adjacency_list.hpp>\n",
    "src/yaml/a.cpp": "#include <yaml-cpp/yaml.h>\n#include <cudacompat/knowledge/a.hpp>\n#include <fstream>\n",
    "src/lint/a.cpp": "#include <boost/graph/adjacency_list.hpp>\n",
    "src/device/a.cu": "#include <cuda_runtime.h>\n",
    "src/cli/main.cpp": '#include "a.hpp"\n#include <CLI/CLI.hpp>\n#include <cudacompat/cudacompat.hpp>\n',
}

BAD_TREES = [
    ("header-length", {C + "base/a.hpp": "//\n" * (tree.HEADER_LINES + 1), C + "README.md": "x\n"}),
    ("readme", {"src/yaml/a.cpp": "//\n", "src/README.md": "x\n"}),
    ("machine-path", {"a.txt": "see /wo" "rk/main/data\n"}),
    ("machine-path", {"a.txt": "-I/ho" "me/ann/include\n"}),
    ("registry-host", {"a.txt": "https://py" "pi.org/simple\n"}),
    ("private-key", {"a.txt": "-----BEGIN RSA PRIV" "ATE KEY-----\n"}),
    ("conflict-marker", {"a.txt": "a\n<" "<<<<<< ours\n"}),
    ("large-file", {"a.txt": "x" * tree.LARGE_FILE + "\n"}),
    ("line-ending", {"a.txt": "x\r\n"}),
    ("line-ending", {"b.txt": "no newline at the end"}),
]

GOOD_TREE = {
    C + "base/a.hpp": "//\n" * tree.HEADER_LINES,
    C + "README.md": "x\n",
    "src/README.md": "x\n",
    "src/yaml/a.cpp": "// network and framework are words\n",
    "src/yaml/README.md": "x\n",
    "tests/style/a.py": "",
    "tests/README.md": "x\n",
}


def faults_of(check, texts):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return check(folder)


class Samples(unittest.TestCase):
    def test_every_rule_has_a_sample(self):
        self.assertEqual({sample[0] for sample in BAD_INCLUDES}, set(include_direction.RULES))
        self.assertEqual({sample[0] for sample in BAD_TREES}, set(tree.RULES))

    def test_bad_includes(self):
        for rule, name, text, more in BAD_INCLUDES:
            with self.subTest(rule=rule, name=name, text=text):
                faults = faults_of(include_direction.check, {**more, name: text})
                self.assertTrue(any(f"[{rule}]" in fault and fault.startswith(f"{name}:1:") for fault in faults), faults)

    def test_good_includes(self):
        self.assertEqual(faults_of(include_direction.check, GOOD_INCLUDES), [])

    def test_bad_trees(self):
        for rule, texts in BAD_TREES:
            with self.subTest(rule=rule):
                faults = faults_of(tree.check, texts)
                self.assertTrue(faults and all(f"[{rule}]" in fault for fault in faults), faults)

    def test_good_tree(self):
        self.assertEqual(faults_of(tree.check, GOOD_TREE), [])


if __name__ == "__main__":
    unittest.main()
