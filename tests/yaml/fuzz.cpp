// Mutations of good files: the loader may refuse them, it may not crash, hang or let an exception out.
// The seed is fixed, so that a failure repeats; CUDACOMPAT_TEST_SCALE changes the number of cases.
#include <cudacompat/yaml.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace {

using namespace cudacompat;

const std::array<std::string, 8> seeds{
    R"(schema: 1
component: torch
title: PyTorch
scheme: pep440
multiplicity: environment
aliases: [pytorch, "p t"]
releases:
  - {version: "1.12.0", date: "2022-06-28", sources: [s1, {id: s2, at: "row 3"}]}
builds:
  - {version: "1.12.0", variant: cu113, on: [linux-x86_64], channel: index, installer_default: true}
)",
    R"(schema: 1
defaults: {kind: ships, enforced_by: loader, evidence: build_file}
facts:
  - id: torch.ships
    if: {torch: "==1.12.0 [cu113|cu102*]"}
    then: {cuda-runtime: "==11.3.1", cudnn: absent}   # comment
  - id: x.any
    kind: requires
    if: {a: "*"}
    then_any: [[{c: "2"}, {d: ">=1"}], [{e: 'x'}]]
    note: |
      two
      lines
)",
    R"(schema: 1
generic: true
component: a
scheme: dotted
releases:
  - version: "1.0"
    requires: {b: ">=1,<3", c: "1.*"}
    requires_any: [[{b: "2"}, {d: ">=1"}]]
)",
    R"(schema: 1
errors:
  - {id: error.nccl.2, layer: nccl, code: 2, text: [one, "two"], versions: "no", says: S, causes: [{cause: C, tell: T}]}
)",
    R"(schema: 1
names:
  - {id: name.a.pip.12, component: a, manager: pip, cuda: "12", name: n, versions: ">=1", on: [linux-x86_64]}
)",
    R"(schema: 1
vendor: "10de"
chips:
  - {chip: AD102, compute_capability: "8.9", devices: [{id: "2684", also: [x], class: geforce}], id_ranges: ["2680-26ff"]}
)",
    R"(platform: linux
driver: "535.104.05"
gpus: [{name: "NVIDIA GeForce RTX 4090", compute_capability: "8.9", count: 2}, RTX 3090]
components: {python: "3.10", nccl: "*"}
builds:
  torch: {cuda: "12.1", code: [sm_50, "9.0+PTX"], built_with: {cudnn: "8.9.2"}, cxx11_abi: false}
date: 2024-05-01
)",
    R"({"driver": "535", "gpus": ["A", {"count": 1, "name": "\u00e9\n"}], "copies": [{"component": "x"}]})",
};

const std::array<std::string, 28> spices{"\n", " ",     "  ",    "\t",   ":",           ": ",   "- ",
                                         "[",  "]",     "{",     "}",    ",",           "\"",   "'",
                                         "#",  " #",    "&a ",   "*a",   "!!str ",      "|",    ">",
                                         "? ", "---\n", "...\n", "<<: ", "%YAML 1.2\n", "\r\n", "\\u0000"};

class mutator {
public:
    explicit mutator(std::uint32_t seed) : random_(seed) {}

    std::string operator()() {
        std::string text = seeds[pick(seeds.size())];
        const std::size_t changes = 1 + pick(6);
        for (std::size_t i = 0; i < changes; ++i) change(text);
        return text;
    }

private:
    std::size_t pick(std::size_t n) { return n == 0 ? 0 : random_() % n; }
    void change(std::string& t) {
        const std::size_t at = pick(t.size() + 1);
        switch (pick(8)) {
        case 0: t.insert(at, spices[pick(spices.size())]); break;
        case 1: t.erase(at, 1 + pick(8)); break;
        case 2: t.insert(at, 1, static_cast<char>(pick(256))); break;
        case 3:
            if (at < t.size()) t[at] = static_cast<char>(t[at] ^ (1 << pick(8)));
            break;
        case 4: t.insert(at, t.substr(pick(t.size()), pick(60))); break;
        case 5: t.resize(at); break;
        case 6: t.insert(at, std::string(pick(200), "[{ -?\n:\"'"[pick(9)])); break;
        default: {
            const std::string& other = seeds[pick(seeds.size())];
            const std::size_t from = pick(other.size());
            t.insert(at, other.substr(from, pick(80)));
        }
        }
    }

    std::mt19937 random_; // the standard fixes its numbers
};

} // namespace

TEST_CASE("mutated files do not crash the loader") {
    const std::size_t cases = test_support::scaled(5'000);
    mutator next(20261120);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < cases; ++i) {
        const std::string text = next();
        const load_report report = load_model_text(text, "f.yaml");
        const result<stack_record> stack = load_stack(text, "s.yaml");
        for (const error& e : report.errors) {
            if (e.message.empty() || e.where.file != "f.yaml" || e.code == errc::internal) FAIL_CHECK(text);
        }
        if (!stack && (stack.error().message.empty() || stack.error().code == errc::internal))
            FAIL_CHECK(text);
        if (!report.ok()) ++refused;
        // The same text gives the same answer.
        if (i % 50 == 0) CHECK(load_model_text(text, "f.yaml").errors.size() == report.errors.size());
    }
    // Most mutations spoil a file; were all of them refused, or none, the generator would be at fault.
    CHECK(refused > cases / 2);
    CHECK(refused < cases);
}
