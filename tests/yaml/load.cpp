// What good files become.
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <filesystem>

namespace {

using namespace cudacompat;

model loaded(std::string_view text) {
    load_report report = load_model_text(text, "f.yaml");
    for (const error& e : report.errors) FAIL_CHECK(to_string(e));
    return std::move(report.data);
}

const std::filesystem::path data_folder = std::filesystem::path(CUDACOMPAT_ROOT_DIR) / "data";

} // namespace

TEST_CASE("a component, with every key") {
    const model m = loaded(R"(schema: 1
component: torch
title: PyTorch
scheme: pep440
multiplicity: environment
role: framework
line: closed
device_code: true
aliases: [pytorch]
companion_of: python
prefer: [open, "proprietary"]
sources: [s0]
releases:
  - {version: "1.12.0", date: "2022-06-28", note: first, sources: [s1, {id: s2, at: "row 3"}]}
builds:
  - {version: "1.12.0", variant: cu113, on: [linux-x86_64, windows-x86_64], channel: index, sources: [s1]}
  - {version: "1.12.0", variant: cu102, on: [linux-x86_64], channel: pypi, installer_default: true, note: n}
products:
  - {name: NVIDIA X, aliases: ["x 1"], version: "8.9", variant: geforce, sources: [s1]}
)");
    REQUIRE(m.components.size() == 1);
    const component_record& c = m.components[0];
    CHECK(c.name == "torch");
    CHECK(c.title == "PyTorch");
    CHECK(c.scheme == version_scheme::pep440);
    CHECK(c.count == multiplicity::environment);
    CHECK(c.role == component_role::framework);
    CHECK_FALSE(c.open_line);
    CHECK(c.device_code);
    CHECK(c.aliases == std::vector<std::string>{"pytorch"});
    CHECK(c.companion_of == "python");
    CHECK(c.prefer == std::vector<std::string>{"open", "proprietary"});
    CHECK(c.sources.size() == 1);
    REQUIRE(c.releases.size() == 1);
    CHECK(c.releases[0].version == "1.12.0");
    CHECK(c.releases[0].date == "2022-06-28");
    CHECK(c.releases[0].note == "first");
    REQUIRE(c.releases[0].sources.size() == 2);
    CHECK(c.releases[0].sources[1].id == "s2");
    CHECK(c.releases[0].sources[1].at == "row 3");
    CHECK(c.releases[0].where == source_region{"f.yaml", 14, 5});
    REQUIRE(c.builds.size() == 2);
    CHECK(c.builds[0].on.size() == 2);
    CHECK(c.builds[0].channel == "index");
    CHECK_FALSE(c.builds[0].installer_default);
    CHECK(c.builds[1].installer_default);
    CHECK(c.builds[1].note == "n");
    CHECK(c.builds[1].where == source_region{"f.yaml", 17, 5});
    REQUIRE(c.products.size() == 1);
    CHECK(c.products[0].name == "NVIDIA X");
    CHECK(c.products[0].aliases == std::vector<std::string>{"x 1"});
    CHECK(c.products[0].version == "8.9");
    CHECK(c.products[0].variant == "geforce");
}

TEST_CASE("facts, with defaults and every key") {
    const model m = loaded(R"(schema: 1
defaults: {kind: ships, enforced_by: loader, evidence: build_file, sources: [s1]}
facts:
  - id: torch.ships
    if: {torch: "==1.12.0 [cu113|cu102*]"}
    on: [linux-x86_64]
    then: {cuda-runtime: "==11.3.1", cudnn: absent}
  - id: torch.code
    kind: supports
    if: {torch: " ==1.12.0  [ cu113 ] "}
    code: [sm_37, compute_80]
    ptx: "7.3"
    evidence: measured
    certainty: weak
    since: 2022-06
    until: 2023-01-01
    dispute: d1
    dispute_default: false
    text: T
    note: |
      two
      lines
    sources: [{id: s2, at: there}]
  - id: x.any
    kind: requires
    if: {a: "*", b: unknown}
    then_any: [[{c: "2"}, {d: ">=1"}], [{e: sm_86}]]
)");
    REQUIRE(m.facts.size() == 3);
    const fact_record& ships = m.facts[0];
    CHECK(ships.id == "torch.ships");
    CHECK(ships.kind == fact_kind::ships);
    CHECK(ships.enforced_by == enforcer::loader);
    CHECK(ships.evidence == evidence_level::build_file);
    CHECK(ships.sure == certainty::sure);
    CHECK(ships.on == std::vector<std::string>{"linux-x86_64"});
    CHECK(ships.sources[0].id == "s1");
    REQUIRE(ships.if_.size() == 1);
    CHECK(ships.if_[0].component == "torch");
    CHECK(ships.if_[0].spec == "==1.12.0");
    CHECK(ships.if_[0].variants == std::vector<std::string>{"cu113", "cu102*"});
    CHECK(ships.if_[0].where == source_region{"f.yaml", 5, 17});
    REQUIRE(ships.then.size() == 2);
    CHECK(ships.then[0].component == "cuda-runtime");
    CHECK(ships.then[1].spec == "absent");
    CHECK(ships.where == source_region{"f.yaml", 4, 5});

    const fact_record& code = m.facts[1];
    CHECK(code.kind == fact_kind::supports);
    CHECK(code.enforced_by == enforcer::loader); // from the defaults
    CHECK(code.evidence == evidence_level::measured);
    CHECK(code.if_[0].spec == "==1.12.0");
    CHECK(code.if_[0].variants == std::vector<std::string>{"cu113"});
    CHECK(code.code == std::vector<std::string>{"sm_37", "compute_80"});
    CHECK(code.ptx == "7.3");
    CHECK(code.sure == certainty::weak);
    CHECK(code.since == "2022-06");
    CHECK(code.until == "2023-01-01");
    CHECK(code.dispute == "d1");
    CHECK_FALSE(code.dispute_default);
    CHECK(code.text == "T");
    CHECK(code.note == "two\nlines\n");
    CHECK(code.sources[0].at == "there");

    const fact_record& any = m.facts[2];
    REQUIRE(any.then_any.size() == 2);
    REQUIRE(any.then_any[0].size() == 2);
    CHECK(any.then_any[0][1].component == "d");
    CHECK(any.then_any[0][1].spec == ">=1");
    CHECK(any.then_any[1][0].spec == "sm_86");
    CHECK(any.if_[1].spec == "unknown");
}

TEST_CASE("kb.yaml and sources") {
    const model kb =
        loaded("schema: 1\ntitle: T\nversion: \"2026.11.20\"\nread: 2026-11-20\nplatforms: [a, b]\n");
    CHECK(kb.title == "T");
    CHECK(kb.version == "2026.11.20");
    CHECK(kb.read == "2026-11-20");
    CHECK(kb.platforms == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(kb.generic);
    const model m = loaded(R"(schema: 1
sources:
  - {id: a, kind: documentation, title: T, url: "https://example.org", read: 2026-11-20, note: N}
  - {id: b, kind: build_file, repo: o/n, commit: "0123abc", path: p/q, read: "2026-11-20"}
)");
    REQUIRE(m.sources.size() == 2);
    CHECK(m.sources[0].url == "https://example.org");
    CHECK(m.sources[0].note == "N");
    CHECK(m.sources[1].repo == "o/n");
    CHECK(m.sources[1].commit == "0123abc");
    CHECK(m.sources[1].path == "p/q");
    CHECK(m.sources[1].where == source_region{"f.yaml", 4, 5});
}

TEST_CASE("lookup tables, with every key") {
    const model errors = loaded(R"(schema: 1
errors:
  - id: error.cuda-runtime.35
    layer: cuda_runtime
    code: 35
    name: cudaErrorInsufficientDriver
    driver_name: CUDA_ERROR_X
    text: ["driver version is insufficient", "second"]
    versions: "yes"
    says: "Too old"
    causes: [{cause: C, tell: T, advice: A}, {cause: D}]
    sources: [s1, {id: s2, at: row}]
)");
    REQUIRE(errors.errors.size() == 1);
    const error_record& e = errors.errors[0];
    CHECK(e.id == "error.cuda-runtime.35");
    CHECK(e.layer == error_layer::cuda_runtime);
    CHECK(e.code == 35U);
    CHECK(e.name == "cudaErrorInsufficientDriver");
    CHECK(e.driver_name == "CUDA_ERROR_X");
    CHECK(e.text.size() == 2);
    CHECK(e.versions == version_tell::yes);
    CHECK(e.says == "Too old");
    REQUIRE(e.causes.size() == 2);
    CHECK(e.causes[0].tell == "T");
    CHECK(e.causes[0].advice == "A");
    CHECK(e.causes[1].cause == "D");
    CHECK(e.sources.size() == 2);
    CHECK(e.where == source_region{"f.yaml", 3, 5});
    const model names = loaded(R"(schema: 1
names:
  - {id: name.a.index_url, component: a, manager: index_url, cuda: "12", variant: cu121, name: whl/cu121,
     versions: ">=2", on: [linux-x86_64], note: N, sources: [s1]}
)");
    REQUIRE(names.names.size() == 1);
    const name_record& n = names.names[0];
    CHECK(n.component == "a");
    CHECK(n.manager == package_manager::index_url);
    CHECK(n.cuda == "12");
    CHECK(n.variant == "cu121");
    CHECK(n.name == "whl/cu121");
    CHECK(n.versions == ">=2");
    CHECK(n.on.size() == 1);
    CHECK(n.note == "N");
    CHECK(n.sources.size() == 1);
    const model pci = loaded(R"(schema: 1
vendor: "10de"
chips:
  - chip: AD102
    compute_capability: "8.9"
    basis: NVIDIA GeForce RTX 4090
    devices: [{id: "2684", name: GeForce RTX 4090, also: [Other], class: geforce}, {id: "26e0"}]
    id_ranges: ["2680-26ff"]
    sources: [s1]
)");
    REQUIRE(pci.chips.size() == 1);
    const chip_record& c = pci.chips[0];
    CHECK(c.vendor == "10de");
    CHECK(c.chip == "AD102");
    CHECK(c.compute_capability == "8.9");
    CHECK(c.basis == "NVIDIA GeForce RTX 4090");
    CHECK(c.id_ranges.size() == 1);
    REQUIRE(c.devices.size() == 2);
    CHECK(c.devices[0].id == "2684");
    CHECK(c.devices[0].also.size() == 1);
    CHECK(c.devices[0].category == "geforce");
    CHECK(c.devices[1].name == "");
}

TEST_CASE("the generic form becomes facts") {
    const model m = loaded(R"(schema: 1
generic: true
component: a
scheme: dotted                 # semver | pep440 | dotted
releases:
  - version: "1.0"
    requires:   {b: ">=1,<3", c: "1.*"}          # some b in the set is needed
    requires_any: [[{b: "2"}, {d: ">=1"}]]       # at least one of each inner list
    constrains: {e: "<2"}                        # if e is there
  - version: "2.0"
    requires: {b: "==1.0 || ==2.0"}
  - version: "3.0"
    requires: {}
    requires_any: []
)");
    CHECK(m.generic);
    REQUIRE(m.components.size() == 1);
    CHECK(m.components[0].name == "a");
    CHECK(m.components[0].scheme == version_scheme::dotted);
    CHECK(m.components[0].count == multiplicity::environment);
    CHECK(m.components[0].role == component_role::package);
    CHECK_FALSE(m.components[0].open_line);
    CHECK(m.components[0].releases.size() == 3);
    std::vector<std::string> ids;
    for (const fact_record& f : m.facts) ids.push_back(f.id);
    CHECK(ids == std::vector<std::string>{"a@1.0.requires.b", "a@1.0.requires.c", "a@1.0.requires_any.1",
                                          "a@1.0.constrains.e", "a@2.0.requires.b"});
    for (const fact_record& f : m.facts) {
        REQUIRE(f.if_.size() == 1);
        CHECK(f.if_[0].component == "a");
        CHECK(f.if_[0].spec == (f.id.starts_with("a@1.0") ? "==1.0" : "==2.0"));
        CHECK(f.sources.empty());
    }
    CHECK(m.facts[0].kind == fact_kind::requires_);
    CHECK(m.facts[0].then[0].spec == ">=1,<3");
    REQUIRE(m.facts[2].then_any.size() == 1);
    CHECK(m.facts[2].then_any[0][1].component == "d");
    CHECK(m.facts[3].kind == fact_kind::constrains);
    CHECK(m.facts[4].then[0].spec == "==1.0 || ==2.0");
    CHECK(m.facts[4].where == source_region{"f.yaml", 11, 19});
}

TEST_CASE("line ends, byte order marks, comments, quotes") {
    const std::string lf = "schema: 1\n# c\ncomponent: 'a'\nscheme: \"dotted\"\nmultiplicity: host\n";
    std::string crlf;
    for (const char c : lf) {
        if (c == '\n') crlf += '\r';
        crlf += c;
    }
    for (const std::string& text :
         {lf, crlf, "\xEF\xBB\xBF" + lf, "\xEF\xBB\xBF" + crlf, "---\n" + lf, lf + "...\n"}) {
        const model m = loaded(text);
        REQUIRE(m.components.size() == 1);
        CHECK(m.components[0].name == "a");
    }
    CHECK(loaded("schema: 1\nsources: [{id: \"p\\x79\", kind: x, title: \"\xC3\xA9\"}]\n").sources[0].id ==
          "py");
}

TEST_CASE("columns count bytes") {
    const model m =
        loaded("schema: 1\nsources: [{note: \"\xC3\xA9\xE2\x82\xAC\", id: a, kind: x}, {id: b, kind: x}]\n");
    CHECK(m.sources[1].where == source_region{"f.yaml", 2, 44});
    const model bom = loaded("\xEF\xBB\xBFschema: 1\nsources: [{id: b, kind: x}]\n");
    CHECK(bom.sources[0].where == source_region{"f.yaml", 2, 11});
}

TEST_CASE("the data of this repository loads") {
    const load_report report = load_model_all(data_folder);
    for (const error& e : report.errors) FAIL_CHECK(to_string(e));
    CHECK_FALSE(report.data.generic);
    CHECK(report.data.components.size() > 10);
    CHECK(report.data.facts.size() > 100);
    // Every record knows its place.
    for (const fact_record& f : report.data.facts) {
        if (f.where.line == 0) FAIL_CHECK(f.id);
        for (const selector_record& s : f.if_)
            if (s.where.line == 0 || s.where.file.empty()) FAIL_CHECK(f.id);
    }
}
