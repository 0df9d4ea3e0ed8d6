// Every rule has a folder under bad/ that fails with it and nothing else, and one under good/ that passes.
#include <cudacompat/lint.hpp>
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace cudacompat;
namespace fs = std::filesystem;

const fs::path here = CUDACOMPAT_TEST_DIR;

model loaded(const fs::path& folder) {
    const fs::path overlay[] = {folder / "overlay"};
    load_report report =
        fs::exists(overlay[0]) ? load_with_overlays(folder / "base", overlay) : load_model_all(folder);
    for (const error& e : report.errors) FAIL_CHECK(to_string(e));
    return std::move(report.data);
}

std::set<std::string> folders(const fs::path& in) {
    std::set<std::string> out;
    for (const fs::directory_entry& e : fs::directory_iterator(in)) out.insert(e.path().filename().string());
    return out;
}

} // namespace

TEST_CASE("every rule has its samples, and every sample its rule") {
    std::set<std::string> names;
    for (const lint_rule& r : all_rules()) {
        names.insert(std::string(r.name));
        CHECK_FALSE(r.description.empty());
    }
    CHECK(names.size() == all_rules().size());
    CHECK(std::is_sorted(all_rules().begin(), all_rules().end(),
                         [](const lint_rule& a, const lint_rule& b) { return a.name < b.name; }));
    CHECK(folders(here / "bad") == names);
    CHECK(folders(here / "good") == names);
}

TEST_CASE("bad samples fail with exactly their rule") {
    for (const lint_rule& rule : all_rules()) {
        const std::string name(rule.name);
        CAPTURE(name);
        const std::vector<lint_finding> found = lint(loaded(here / "bad" / name));
        CHECK_FALSE(found.empty());
        for (const lint_finding& f : found) {
            CAPTURE(to_string(f));
            CHECK(f.rule == rule.name);
            CHECK(f.severity == rule.severity);
            CHECK(f.where.line > 0);
            CHECK(f.where.column > 0);
            CHECK(f.where.file.find("bad/" + name) != std::string::npos);
            CHECK_FALSE(f.message.empty());
        }
        const std::string_view only[] = {rule.name};
        CHECK(lint(loaded(here / "bad" / name), only).size() == found.size());
    }
}

TEST_CASE("good samples pass all rules") {
    for (const std::string& name : folders(here / "good")) {
        CAPTURE(name);
        for (const lint_finding& f : lint(loaded(here / "good" / name))) FAIL_CHECK(to_string(f));
    }
}

TEST_CASE("findings do not depend on the order of the records") {
    for (const lint_rule& rule : all_rules()) {
        model data = loaded(here / "bad" / rule.name);
        const auto text = [](const model& m) {
            std::string out;
            for (const lint_finding& f : lint(m))
                out += std::string(f.rule) + " " + (f.where.line != 0 ? "at" : "?") + "\n";
            return out;
        };
        const std::string before = text(data);
        std::reverse(data.facts.begin(), data.facts.end());
        std::reverse(data.components.begin(), data.components.end());
        for (component_record& c : data.components) std::reverse(c.releases.begin(), c.releases.end());
        CHECK(text(data) == before);
    }
}

TEST_CASE("messages") {
    const auto message = [](const std::string& rule) {
        const std::vector<lint_finding> found = lint(loaded(here / "bad" / rule));
        std::string out;
        for (lint_finding f : found) {
            f.where.file = fs::path(f.where.file).filename().string();
            out += (out.empty() ? "" : "\n") + to_string(f);
        }
        const std::string folder = (here / "bad" / rule).generic_string() + "/";
        for (std::size_t at = out.find(folder); at != std::string::npos; at = out.find(folder))
            out.erase(at, folder.size());
        return out;
    };
    CHECK(message("component-unknown") ==
          "facts.yaml:6:46: error[component-unknown]: fact x names the component 'libb', which is "
          "not in components/; add components/libb.yaml or correct the name");
    CHECK(message("cycle") ==
          "app.yaml:1:1: warning[cycle]: these components require each other: app, lib; see whether "
          "one direction is a constraint (constrains)");
    CHECK(message("date-shape") ==
          "app.yaml:8:5: error[date-shape]: the date of release app 1.0 is '2025-02-30'; write "
          "YYYY-MM-DD, or YYYY-MM where the day is not known");
    CHECK(message("dispute-single") ==
          "facts.yaml:6:5: error[dispute-single]: the dispute 'd' has one fact, x; enter the other "
          "side, or drop 'dispute'");
    CHECK(message("ends-shape") ==
          "facts.yaml:6:5: error[ends-shape]: fact x of kind ends has 2 components in 'if'; one "
          "fact for each component that ends");
    CHECK(message("error-shape") ==
          "errors.yaml:12:5: error[error-shape]: the error of layer cuda_runtime and code 36 has the id "
          "'error.cuda-runtime.old-driver'; its id is error.cuda-runtime.36");
    CHECK(message("id-duplicate") ==
          "facts.yaml:6:5: error[id-duplicate]: fact id 'app.lib.1' is used before, in "
          "facts.yaml:4; give it an id of its own");
    CHECK(message("id-shape") ==
          "facts.yaml:6:5: error[id-shape]: fact id 'App.Lib' is not [a-z0-9][a-z0-9._+-]*; use "
          "lower case, digits and . _ + -");
    CHECK(message("name-shape") ==
          "names.yaml:4:5: error[name-shape]: name name.lib.conda: \">=two\" is no dotted spec: expected a "
          "number, found 't'");
    CHECK(message("note-demanded") ==
          "facts.yaml:6:5: error[note-demanded]: fact x is derived and has no note; say in 'note' "
          "by which rule it follows");
    CHECK(message("orphan") ==
          "extra.yaml:1:1: warning[orphan]: no fact mentions component extra, and no request would "
          "name it; add its facts or remove it");
    CHECK(message("overlap") ==
          "facts.yaml:7:5: error[overlap]: facts x and y say different things of app 1.0 [cu11] on "
          "linux-x86_64: lib ==1.0 and ==2.0; correct one, or join them in a dispute");
    CHECK(message("overlay-conflict") ==
          "facts.yaml:4:5: warning[overlay-conflict]: fact site.app.lib and fact app.lib.2 "
          "(base/facts.yaml:5) leave no common value of lib where both apply; if the overlay is right, "
          "say 'overrides: app.lib.2'");
    CHECK(message("overlay-override") ==
          "facts.yaml:4:5: note[overlay-override]: fact site.app.lib stands in the place of app.lib.2 "
          "(base/facts.yaml:5)");
    CHECK(message("pci-shape") ==
          "pci.yaml:5:56: error[pci-shape]: the device id 2684 of chip AD103 stands before, for AD102 in "
          "tables/pci.yaml:4; an id belongs to one chip; further products of it go into 'also'");
    CHECK(message("platform-unknown") ==
          "facts.yaml:6:5: error[platform-unknown]: fact x is on 'linux-amd64', which is no "
          "platform of kb.yaml; correct the name or add the platform");
    CHECK(message("product-duplicate") ==
          "lib.yaml:11:5: error[product-duplicate]: the product name 'CARD' stands already in line "
          "10, for lib 1.0; keep one of them, or tell them apart by name");
    CHECK(message("registry-host") ==
          "sources.yaml:3:5: error[registry-host]: source 'doc' names the registry py"
          "pi.org; cite "
          "a page or a file of a repository that shows it");
    CHECK(message("release-duplicate") ==
          "lib.yaml:9:5: error[release-duplicate]: release lib 2.00 is the same version as 2.0 in "
          "line 8; keep one of them");
    CHECK(message("agrees-shape") ==
          "facts.yaml:6:5: error[agrees-shape]: fact x of kind agrees names neither one library that "
          "builds carry nor two parts of the host; write if: {NAME: \"*\"} with a component of "
          "multiplicity bundled, or if: {A: \"*\", B: \"*\"} with two of multiplicity host; neither has "
          "labels for versions");
    CHECK(message("ships-shape") ==
          "facts.yaml:6:5: error[ships-shape]: fact x of kind ships has 2 components in 'if'; a "
          "build is of one component; use 'on' for the platform");
    CHECK(message("single-third-party") ==
          "facts.yaml:6:5: error[single-third-party]: fact x rests on one third party and is sure; "
          "add a second source, or certainty: weak");
    CHECK(message("source-missing") ==
          "facts.yaml:6:5: error[source-missing]: fact x has no source; name at least one source in "
          "'sources'");
    CHECK(message("source-shape") ==
          "sources.yaml:3:5: error[source-shape]: source 'doc' has an incomplete place; give 'url', "
          "or 'repo', 'commit' and 'path'");
    CHECK(message("source-unresolved") ==
          "facts.yaml:6:5: error[source-unresolved]: fact x refers to the source 'book', which is "
          "not in sources/; add it there or correct the id");
    CHECK(message("source-unused") ==
          "sources.yaml:4:5: warning[source-unused]: nothing refers to the source 'book'; use it or "
          "remove it");
    CHECK(message("spec-empty") ==
          "facts.yaml:6:45: error[spec-empty]: fact x: lib \">=3\" matches no release; add the "
          "release or correct the spec");
    CHECK(message("supports-shape") ==
          "facts.yaml:6:5: error[supports-shape]: fact x has a compute_ target and no 'ptx'; give "
          "the PTX ISA version that it is written in");
    CHECK(message("unreachable-release") ==
          "app.yaml:9:5: error[unreachable-release]: no solution can take app 2.0: no lib suits its "
          "facts (app.lib.2, x); correct one of the facts");
    CHECK(message("variant-missing") ==
          "facts.yaml:6:23: error[variant-missing]: fact x: no build of app \"==1.0\" has the "
          "variant 'cu12'; add the build or correct the variant");
    CHECK(message("version-missing") ==
          "facts.yaml:6:45: error[version-missing]: fact x names lib 1.5, which is not among the "
          "releases; add the release or correct the version");
    CHECK(message("version-unparsable") ==
          "facts.yaml:6:45: error[version-unparsable]: fact x: lib \">=one\" is no dotted spec: "
          "expected a number, found 'o'");
}

TEST_CASE("what is wrong in the lookup tables") {
    const auto found = [](const std::string& text) {
        const load_report report = load_model_text("schema: 1\n" + text, "f.yaml");
        for (const error& e : report.errors) FAIL_CHECK(to_string(e));
        model data = report.data;
        component_record c;
        c.name = "tensorflow";
        c.aliases = {"tf"};
        c.scheme = version_scheme::pep440;
        data.components.push_back(c);
        data.sources.push_back({});
        data.sources.back().id = "s";
        const std::string_view only[] = {"error-shape",       "name-shape",       "pci-shape",
                                         "id-shape",          "id-duplicate",     "source-missing",
                                         "source-unresolved", "platform-unknown", "registry-host"};
        data.platforms = {"linux-x86_64"};
        std::string out;
        for (const lint_finding& f : lint(data, only))
            if (f.where.line != 0) out += std::string(f.rule) + ": " + f.message + "\n";
        return out;
    };
    const auto one_error = [&](const std::string& keys) {
        return found("errors:\n  - {" + keys + ", versions: \"no\", says: x, causes: [{cause: y}]}\n");
    };
    CHECK(one_error("id: error.nccl.x, layer: nccl, text: [something], sources: [s]") == "");
    CHECK(one_error("id: nccl.x, layer: nccl, text: [something], sources: [s]") ==
          "error-shape: the error of layer nccl has the id 'nccl.x'\n");
    CHECK(one_error("id: error.X, layer: nccl, text: [something], sources: [s]") ==
          "id-shape: error id 'error.X' is not [a-z0-9][a-z0-9._+-]*\n");
    CHECK(one_error("id: error.nccl.x, layer: nccl, text: [cuda], sources: [s]") ==
          "error-shape: error error.nccl.x is told by 'cuda', which too many messages contain\n");
    CHECK(one_error(
              "id: error.nccl.2, layer: nccl, code: 2, driver_name: D, text: [something], sources: [s]") ==
          "error-shape: error error.nccl.2 is of layer nccl and has a 'driver_name'\n");
    CHECK(one_error("id: error.nccl.x, layer: nccl, text: [something]") ==
          "source-missing: error error.nccl.x has no source\n");
    CHECK(one_error("id: error.nccl.x, layer: nccl, text: [something], sources: [t]") ==
          "source-unresolved: error error.nccl.x refers to the source 't', which is not in sources/\n");
    const std::string same =
        "  - {id: error.nccl.2, layer: nccl, code: 2, text: [something], versions: \"no\", "
        "says: x, causes: [{cause: y}], sources: [s]}\n";
    CHECK(found("errors:\n" + same + same) ==
          "error-shape: code 2 of layer nccl stands before, in f.yaml:3\n"
          "id-duplicate: error id 'error.nccl.2' is used before, in f.yaml:3\n");
    const auto one_name = [&](const std::string& keys) {
        return found("names:\n  - {" + keys + ", sources: [s]}\n");
    };
    CHECK(one_name("id: name.tensorflow.pip, component: tensorflow, manager: pip, name: tensorflow") == "");
    CHECK(one_name("id: name.tf.pip, component: tf, manager: pip, name: tensorflow") ==
          "name-shape: name name.tf.pip speaks of 'tf', which is an alias of component tensorflow\n");
    for (const char* typo : {"tensorflwo", "tensrflow", "tensorfloww", "tensorfiow", "tensorflow-gpu"}) {
        const std::string name(typo);
        CHECK(one_name("id: name." + name + ".pip, component: " + name + ", manager: pip, name: x") ==
              "name-shape: name name." + name + ".pip speaks of '" + name +
                  "', which is nearly component "
                  "tensorflow\n");
    }
    CHECK(one_name("id: name.cufft.pip, component: cufft, manager: pip, name: x") == "");
    CHECK(one_name("id: name.cufft.pip, component: cufft, manager: apt, name: x") ==
          "name-shape: the name of cufft has the id 'name.cufft.pip'\n");
    CHECK(one_name("id: name.cufft.pip, component: cufft, manager: pip, cuda: \"12.1\", name: x") ==
          "name-shape: name name.cufft.pip is for CUDA '12.1'\n");
    CHECK(one_name("id: name.cufft.pip, component: cufft, manager: pip, name: x, on: [win]") ==
          "platform-unknown: name name.cufft.pip is on 'win', which is no platform of kb.yaml\n");
    CHECK(one_name("id: name.cufft.pip, component: cufft, manager: pip, name: \"https://py"
                   "pi.org/x\"") == "registry-host: name name.cufft.pip names the registry py"
                                    "pi.org\n");
    const auto chips = [&](const std::string& list) {
        return found("vendor: \"10de\"\nchips: [" + list + "]\n");
    };
    const auto chip = [](const std::string& keys) {
        return "{" + keys + ", compute_capability: \"8.9\", sources: [s]}";
    };
    CHECK(chips(chip("chip: A, devices: [{id: \"26B1\"}]")) ==
          "pci-shape: the device id '26B1' of chip A is not four hex digits\n");
    CHECK(chips(chip("chip: A, devices: [{id: \"26b\"}]")) ==
          "pci-shape: the device id '26b' of chip A is not four hex digits\n");
    CHECK(chips(chip("chip: A, devices: [{id: \"26b1\"}, {id: \"26b1\"}]")) ==
          "pci-shape: the device id 26b1 of chip A stands before, for A in f.yaml:3\n");
    CHECK(chips(chip("chip: A, devices: [{id: \"26b1\"}]") + ", " +
                chip("chip: A, devices: [{id: \"26b2\"}]")) ==
          "pci-shape: chip A stands before, in f.yaml:3\n");
    for (const char* range : {"26b1", "26b2-26b1", "26B1-26b2", "26b1_26b2"})
        CHECK(
            chips(chip("chip: A, devices: [{id: \"26b1\"}], id_ranges: [\"" + std::string(range) + "\"]")) ==
            "pci-shape: the id range '" + std::string(range) + "' of chip A is no range\n");
    CHECK(chips(chip("chip: A, devices: [{id: \"26b1\"}], id_ranges: [\"26b0-26b2\"]") + ", " +
                chip("chip: B, devices: [{id: \"26b2\"}]")) ==
          "pci-shape: the id range 26b0-26b2 of chip A holds 26b2 of B\n");
    CHECK(found("vendor: \"nvidia\"\nchips: [" + chip("chip: A, devices: [{id: \"26b1\"}]") + "]\n") ==
          "pci-shape: the vendor id 'nvidia' is not four hex digits\n");
}

TEST_CASE("a generic knowledge base needs no sources, and may ask for what is not there") {
    const load_report report = load_model_text(R"(schema: 1
generic: true
component: a
scheme: dotted
releases:
  - {version: "1.0", requires: {nothing: ">=1", a: "==7"}}
)",
                                               "f.yaml");
    REQUIRE(report.ok());
    for (const lint_finding& f : lint(report.data)) {
        CAPTURE(to_string(f));
        CHECK(f.rule == "cycle"); // a requires a
    }
}

TEST_CASE("unreachable releases are found over chains, and only for sure facts") {
    const auto count = [](const std::string& facts) {
        const load_report report = load_model_text("schema: 1\nfacts:\n" + facts, "f.yaml");
        for (const error& e : report.errors) FAIL_CHECK(to_string(e));
        model data = report.data;
        for (const char* name : {"a", "b", "c"}) {
            component_record c;
            c.name = name;
            for (const char* v : {"1", "2"}) {
                release_record r;
                r.version = v;
                c.releases.push_back(r);
            }
            data.components.push_back(c);
        }
        const std::string_view only[] = {"unreachable-release"};
        return lint(data, only).size();
    };
    // a 1 needs b 1, b 1 needs c 1, c 1 has a constraint against b 1: all three are dead.
    const std::string chain = "  - {id: x, kind: requires, if: {a: \"==1\"}, then: {b: \"==1\"}}\n"
                              "  - {id: y, kind: requires, if: {b: \"==1\"}, then: {c: \"==1\"}}\n";
    CHECK(count(chain) == 0);
    CHECK(count(chain + "  - {id: z, kind: constrains, if: {c: \"==1\"}, then: {b: \"==2\"}}\n") == 2);
    CHECK(count(chain +
                "  - {id: z, kind: constrains, if: {c: \"==1\"}, then: {b: \"==2\"}, certainty: weak}\n") ==
          0);
    CHECK(count(chain + "  - {id: z, kind: requires, if: {a: \"==1\"}, then: {b: absent}}\n") == 1);
    CHECK(count(chain + "  - {id: z, kind: requires, if: {a: \"==1\"}, then: {b: \"==2\"}}\n") == 1);
}

TEST_CASE("what may agree: the copies of one library, or two parts of the host") {
    model data;
    for (const auto& [name, count, scheme] :
         {std::tuple{"lib", multiplicity::bundled, version_scheme::dotted},
          std::tuple{"kernel", multiplicity::host, version_scheme::dotted},
          std::tuple{"user", multiplicity::host, version_scheme::dotted},
          std::tuple{"flavour", multiplicity::host, version_scheme::label},
          std::tuple{"app", multiplicity::environment, version_scheme::dotted}}) {
        component_record& c = data.components.emplace_back();
        c.name = name;
        c.count = count;
        c.scheme = scheme;
    }
    const auto says = [&](std::vector<selector_record> parts) {
        data.facts.assign(1, {});
        data.facts[0].id = "x";
        data.facts[0].kind = fact_kind::agrees;
        data.facts[0].if_ = std::move(parts);
        std::size_t found = 0;
        for (const lint_finding& f : lint(data))
            if (f.rule == "agrees-shape") ++found;
        return found;
    };
    CHECK(says({{"lib", "*", {}, {}}}) == 0);
    CHECK(says({{"kernel", "*", {}, {}}, {"user", "*", {}, {}}}) == 0);
    CHECK(says({{"kernel", "*", {}, {}}}) == 1);
    CHECK(says({{"lib", "*", {}, {}}, {"user", "*", {}, {}}}) == 1);
    CHECK(says({{"kernel", ">=1", {}, {}}, {"user", "*", {}, {}}}) == 1);
    CHECK(says({{"kernel", "*", {}, {}}, {"flavour", "*", {}, {}}}) == 1);
    CHECK(says({{"kernel", "*", {}, {}}, {"app", "*", {}, {}}}) == 1);
    CHECK(says({{"kernel", "*", {}, {}}, {"user", "*", {}, {}}, {"lib", "*", {}, {}}}) == 1);
}
