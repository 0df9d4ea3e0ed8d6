// Overlays: what they may add, what they have to name, and what is said of the rest.
#include "scratch.hpp"

#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using namespace cudacompat;
using yaml_test::scratch;
namespace fs = std::filesystem;

/// A base of two components, with what an overlay says in `files`.
class layers {
public:
    layers() {
        s_.write("base/kb.yaml", "schema: 1\ntitle: T\nversion: \"1\"\nread: \"2026-11-20\"\n"
                                 "platforms: [linux-x86_64, windows-x86_64]\n");
        s_.write("base/sources.yaml",
                 "schema: 1\nsources:\n  - {id: doc, kind: documentation, url: \"https://x.org\"}\n");
        s_.write(
            "base/components/app.yaml",
            "schema: 1\ncomponent: app\nscheme: pep440\nmultiplicity: environment\nrole: framework\n"
            "aliases: [application]\nsources: [doc]\nreleases:\n  - {version: \"1.0\"}\n"
            "  - {version: \"2.0\"}\nbuilds:\n  - {version: \"1.0\", variant: cu11, on: [linux-x86_64]}\n");
        s_.write("base/components/lib.yaml", "schema: 1\ncomponent: lib\nscheme: dotted\nmultiplicity: host\n"
                                             "releases:\n  - {version: \"1\"}\n"
                                             "products:\n  - {name: Card, version: \"1\"}\n");
        s_.write("base/facts.yaml", "schema: 1\nfacts:\n"
                                    "  - {id: f1, kind: requires, if: {app: \"1\"}, then: {lib: \"1\"}}\n"
                                    "  - {id: f2, kind: requires, if: {app: \"2\"}, then: {lib: \"1\"}}\n");
    }
    void write(const std::string& file, std::string_view text) { s_.write(file, text); }

    [[nodiscard]] load_report load(std::initializer_list<const char*> overlays = {"site"}) const {
        std::vector<fs::path> paths;
        for (const char* o : overlays) paths.push_back(s_.root() / o);
        return load_with_overlays(s_.root() / "base", paths);
    }
    /// All messages, one in a line.
    [[nodiscard]] std::string says(std::initializer_list<const char*> overlays = {"site"}) const {
        std::string out;
        for (const error& e : load(overlays).errors) out += s_.without_root(to_string(e)) + "\n";
        return out;
    }
    /// What is said of one facts file, or one component file, as the overlay.
    [[nodiscard]] std::string of_file(std::string_view text) {
        write("site/x.yaml", text);
        return says();
    }

private:
    scratch s_;
};

std::vector<std::string> ids(const std::vector<fact_record>& facts) {
    std::vector<std::string> out;
    for (const fact_record& f : facts) out.push_back(f.id);
    std::sort(out.begin(), out.end());
    return out;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("an overlay adds, and says whose it is") {
    layers l;
    l.write("site/overlay.yaml", "schema: 1\noverlay: true\ntitle: Our cluster\n");
    l.write("site/s.yaml",
            "schema: 1\nsources: [{id: ops, kind: site, title: Mail, read: \"2026-11-20\"}]\n");
    l.write("site/components/app.yaml",
            "schema: 1\ncomponent: app\naliases: [application, ours]\nsources: [ops]\n"
            "releases: [{version: \"2.1\"}]\nbuilds:\n  - {version: \"2.1\", variant: site}\n"
            "  - {version: \"1.0\", variant: cu11, on: [windows-x86_64], sources: [doc]}\n"
            "products: [{name: Board, version: \"1.0\"}]\n");
    l.write("site/components/tool.yaml", "schema: 1\ncomponent: tool\nscheme: dotted\nmultiplicity: host\n");
    l.write(
        "site/facts.yaml",
        "schema: 1\nfacts:\n  - {id: s1, kind: excludes, if: {app: \"1\", lib: \"1\"}, sources: [ops]}\n");
    const load_report r = l.load();
    for (const error& e : r.errors) FAIL_CHECK(to_string(e));
    const model& m = r.data;
    CHECK(m.title == "T");
    CHECK(m.version == "1 + overlay Our cluster");
    CHECK(m.overlays == strings{"Our cluster"});
    REQUIRE(m.components.size() == 3);
    const component_record& app = m.components[0];
    CHECK(app.name == "app");
    CHECK(app.overlay == 0);
    CHECK(app.scheme == version_scheme::pep440);
    CHECK(app.role == component_role::framework);
    CHECK(app.aliases == strings{"application", "ours"});
    REQUIRE(app.releases.size() == 3);
    CHECK(app.releases[2].version == "2.1");
    CHECK(app.releases[2].overlay == 1);
    CHECK(app.releases[2].sources.front().id == "ops"); // of the overlay's component
    CHECK(app.sources.size() == 1);
    REQUIRE(app.builds.size() == 3);
    CHECK(app.builds[1].sources.front().id == "ops");
    CHECK(app.builds[2].sources.front().id == "doc");
    CHECK(app.products.size() == 1);
    CHECK(m.components[2].overlay == 1);
    CHECK(ids(m.facts) == strings{"f1", "f2", "s1"});
    CHECK(m.facts[2].overlay == 1);
    CHECK(m.sources[1].overlay == 1);
    CHECK(m.overridden.empty());
}

TEST_CASE("a fact is replaced by name") {
    layers l;
    l.write("site/f.yaml",
            "schema: 1\nfacts:\n"
            "  - {id: s1, overrides: f1, kind: requires, if: {app: \"1\"}, then: {lib: \"*\"}}\n"
            "  - {id: f2, overrides: f2, kind: excludes, if: {app: \"2\"}}\n");
    l.write("more/f.yaml",
            "schema: 1\nfacts:\n  - {id: m1, overrides: s1, kind: excludes, if: {app: \"1\"}}\n");
    const load_report one = l.load();
    CHECK(l.says() == "");
    CHECK(ids(one.data.facts) == strings{"f2", "s1"});
    CHECK(ids(one.data.overridden) == strings{"f1", "f2"});
    CHECK(one.data.version == "1 + overlay site"); // without a header: the name of the folder
    const load_report two = l.load({"site", "more"});
    CHECK(l.says({"site", "more"}) == "");
    CHECK(ids(two.data.facts) == strings{"f2", "m1"});
    CHECK(ids(two.data.overridden) == strings{"f1", "f2", "s1"});
    CHECK(two.data.version == "1 + overlay site + overlay more");
    CHECK(l.says({"more"}) ==
          "ROOT/more/f.yaml:3:5: fact 'm1' overrides 's1', which the base does not have; 'kb show' and the "
          "answers name its facts (did you mean 'f1'?)\n");
    CHECK(l.says({"site", "site"}).find("fact 's1' stands already in ROOT/site/f.yaml:3:5;") !=
          std::string::npos);
}

TEST_CASE("what an overlay may not do to a fact") {
    layers l;
    const auto fact = [&](const std::string& keys) {
        return l.of_file("schema: 1\nfacts:\n  - {" + keys + ", kind: excludes, if: {app: \"1\"}}\n");
    };
    CHECK(fact("id: f1") ==
          "ROOT/site/x.yaml:3:5: fact 'f1' stands already in ROOT/base/facts.yaml:3:5; give it an id of its "
          "own, or say 'overrides: f1' to replace that one\n");
    CHECK(fact("id: f1, overrides: f2") ==
          "ROOT/site/x.yaml:3:5: fact 'f1' stands already in ROOT/base/facts.yaml:3:5; give it an id of its "
          "own, or say 'overrides: f1' to replace that one\n");
    CHECK(fact("id: s1, overrides: f3") ==
          "ROOT/site/x.yaml:3:5: fact 's1' overrides 'f3', which the base does not have; 'kb show' and the "
          "answers name its facts (did you mean 'f1', 'f2'?)\n");
    CHECK(fact("id: s1, overrides: s1") ==
          "ROOT/site/x.yaml:3:5: fact 's1' overrides 's1', which the base does not have; 'kb show' and the "
          "answers name its facts (did you mean 'f1'?)\n");
    CHECK(fact("id: s1, overrides: 7") ==
          "ROOT/site/x.yaml:3:25: 'overrides' is the number 7; expected a text, write \"7\"\n");
    CHECK(l.of_file("schema: 1\nfacts:\n  - {id: s1, overrides: f1, kind: excludes, if: {app: \"1\"}}\n"
                    "  - {id: s2, overrides: f1, kind: excludes, if: {app: \"2\"}}\n") ==
          "ROOT/site/x.yaml:4:5: fact 's2' overrides 'f1', which 's1' in ROOT/site/x.yaml:3:5 overrides "
          "already; one fact takes the place, others stand beside it without 'overrides'\n");
    CHECK(
        l.of_file("schema: 1\nfacts:\n  - {id: s1, kind: excludes, if: {app: \"1\"}}\n"
                  "  - {id: s1, kind: excludes, if: {app: \"2\"}}\n") ==
        "ROOT/site/x.yaml:4:5: fact 's1' stands already in ROOT/site/x.yaml:3:5; give it an id of its own\n");
    CHECK(l.of_file("schema: 1\ndefaults: {overrides: f1}\nfacts: []\n") ==
          "ROOT/site/x.yaml:2:23: 'defaults' has 'overrides'; every fact has its own\n");
    CHECK(fact("id: s1, overides: f1") ==
          "ROOT/site/x.yaml:3:14: unknown key 'overides' in a fact (did you mean 'overrides'?)\n");
    l.write("base/more.yaml",
            "schema: 1\nfacts:\n  - {id: b, overrides: f1, kind: excludes, if: {app: \"1\"}}\n");
    CHECK(l.says({}) ==
          "ROOT/base/more.yaml:3:24: 'overrides' stands in a knowledge base; only a fact of an overlay "
          "(--overlay DIR) replaces another; correct the fact itself\n");
}

TEST_CASE("what an overlay took out is gone for the next one") {
    layers l;
    l.write("a/f.yaml", "schema: 1\nfacts: [{id: a1, overrides: f1, kind: excludes, if: {app: \"1\"}}]\n");
    l.write("b/f.yaml", "schema: 1\nfacts: [{id: b1, overrides: f1, kind: excludes, if: {app: \"1\"}}]\n");
    CHECK(l.says({"a", "b"}) ==
          "ROOT/b/f.yaml:2:9: fact 'b1' overrides 'f1', which an earlier overlay has taken out (it stood in "
          "ROOT/base/facts.yaml:3:5); override the fact in its place (did you mean 'a1'?)\n");
}

TEST_CASE("what an overlay may not do to a component") {
    layers l;
    const auto app = [&](const std::string& keys) {
        return l.of_file("schema: 1\ncomponent: app\n" + keys + "\n");
    };
    for (const char* key :
         {"scheme: dotted", "multiplicity: host", "role: package", "line: open", "title: Other",
          "device_code: true", "companion_of: lib", "prefer: [a]", "assumed: x"}) {
        const std::string name = std::string(key).substr(0, std::string(key).find(':'));
        CHECK(app(key) ==
              "ROOT/site/x.yaml:1:1: component 'app' has another '" + name +
                  "' than in ROOT/base/components/app.yaml:1:1; an overlay may extend a component "
                  "but not change it, leave the key out\n");
    }
    CHECK(app("scheme: pep440\nmultiplicity: environment\nrole: framework\nline: closed") == "");
    CHECK(
        app("releases: [{version: \"1.0\"}]") ==
        "ROOT/site/x.yaml:3:12: release '1.0' of 'app' stands already in ROOT/base/components/app.yaml:9:5; "
        "an overlay adds releases, leave it out (its builds may stay)\n");
    CHECK(app("releases: [{version: 3.0}]") ==
          "ROOT/site/x.yaml:3:22: 'version' is not quoted; versions are texts, write \"3.0\" (without quotes "
          "it is a number: 3.10 would be 3.1)\n");
    CHECK(app("builds: [{version: \"1.0\", variant: cu11}]") ==
          "ROOT/site/x.yaml:3:10: build app 1.0 [cu11] stands already in ROOT/base/components/app.yaml:12:5; "
          "an overlay adds builds, leave it out\n");
    CHECK(
        app("builds: [{version: \"2.0\", variant: cu11}]") ==
        "ROOT/site/x.yaml:3:10: release '2.0' of 'app' in ROOT/base/components/app.yaml:10:5 has no builds "
        "and so stands for one on every platform; a build in an overlay would take that away, add a release "
        "of its own instead\n");
    CHECK(
        app("aliases: [lib]") ==
        "ROOT/site/x.yaml:1:1: the alias 'lib' of 'app' stands already in ROOT/base/components/lib.yaml:1:1; "
        "it means 'lib' there, choose another\n");
    CHECK(l.of_file("schema: 1\ncomponent: lib\nproducts: [{name: Card, version: \"1\"}]\n") ==
          "ROOT/site/x.yaml:3:12: product 'Card' stands already in ROOT/base/components/lib.yaml:8:5; an "
          "overlay adds products, leave it out\n");
    CHECK(l.of_file("schema: 1\ncomponent: application\nscheme: dotted\nmultiplicity: host\n") ==
          "ROOT/site/x.yaml:1:1: component 'application' has a name that stands already in "
          "ROOT/base/components/app.yaml:1:1; it is an alias of 'app', extend that one\n");
    CHECK(l.of_file("schema: 1\ncomponent: apq\nreleases: [{version: \"3.0\"}]\n") ==
          "ROOT/site/x.yaml:1:1: component 'apq' lacks the key 'scheme'; only an extension of a component of "
          "the base may leave it out, and the base has no 'apq' (did you mean 'app'?)\n");
    CHECK(l.of_file("schema: 1\nsources: [{id: doc, kind: site, title: T}]\n") ==
          "ROOT/site/x.yaml:2:11: source 'doc' stands already in ROOT/base/sources.yaml:3:5; give the "
          "overlay's source an id of its own\n");
}

TEST_CASE("an overlay adds to the lookup tables") {
    layers l;
    const std::string chips = "schema: 1\nvendor: \"10de\"\nchips:\n";
    const std::string ad102 = "  - {chip: AD102, compute_capability: \"8.9\", devices: [{id: \"";
    const std::string error =
        "schema: 1\nerrors:\n  - {layer: nccl, text: [x], versions: \"no\", says: s, causes: "
        "[{cause: c}], id: error.nccl.";
    const std::string name =
        "schema: 1\nnames:\n  - {component: lib, manager: pip, name: n, id: name.lib.pip";
    l.write("base/pci.yaml", chips + ad102 + "2684\"}], sources: [doc]}\n");
    l.write("base/errors.yaml", error + "a}\n");
    l.write("base/names.yaml", name + "}\n");
    l.write("site/pci.yaml", chips + ad102 +
                                 "26ff\"}], sources: [doc]}\n  - {chip: ZZ100, compute_capability: "
                                 "\"8.9\", devices: [{id: \"ffff\"}]}\n");
    l.write("site/errors.yaml", error + "b}\n");
    l.write("site/names.yaml", name + ".site}\n");
    const load_report r = l.load();
    CHECK(l.says() == "");
    REQUIRE(r.data.chips.size() == 2);
    CHECK(r.data.chips[0].devices.size() == 2);
    CHECK(r.data.chips[0].sources.size() == 2);
    CHECK(r.data.chips[1].overlay == 1);
    CHECK(r.data.errors.size() == 2);
    CHECK(r.data.errors[1].overlay == 1);
    CHECK(r.data.names.size() == 2);
    l.write("site/pci.yaml", chips + ad102 + "2684\"}]}\n");
    l.write("site/errors.yaml", error + "a}\n");
    l.write("site/names.yaml", name + "}\n");
    CHECK(l.says() == "ROOT/site/errors.yaml:3:5: error 'error.nccl.a' stands already in "
                      "ROOT/base/errors.yaml:3:5; give it an "
                      "id of its own\n"
                      "ROOT/site/names.yaml:3:5: name 'name.lib.pip' stands already in "
                      "ROOT/base/names.yaml:3:5; give it an id "
                      "of its own\n"
                      "ROOT/site/pci.yaml:4:56: PCI device id '2684' stands already in "
                      "ROOT/base/pci.yaml:4:56; an overlay adds "
                      "devices, leave it out\n");
    l.write("site/errors.yaml", error + "b}\n");
    l.write("site/names.yaml", name + ".site}\n");
    l.write("site/pci.yaml",
            chips + "  - {chip: AD102, compute_capability: \"9.0\", devices: [{id: \"26ff\"}]}\n");
    CHECK(l.says() == "ROOT/site/pci.yaml:4:5: chip AD102 has the compute capability 9.0, and 8.9 in "
                      "ROOT/base/pci.yaml:4:5; an overlay adds devices but does not change their chip\n");
}

TEST_CASE("headers of overlays and of bases are told apart") {
    layers l;
    CHECK(l.of_file("schema: 1\noverlay: true\n") == "");
    CHECK(l.load().data.overlays == strings{"site"});
    CHECK(l.of_file("schema: 1\noverlay: false\n") ==
          "ROOT/site/x.yaml:2:10: 'overlay' is false; leave the file out\n");
    CHECK(l.of_file("schema: 1\noverlay: true\ntitel: X\n") ==
          "ROOT/site/x.yaml:3:1: unknown key 'titel' in the header of an overlay (did you mean 'title'?)\n");
    CHECK(l.of_file("schema: 1\noverlay: true\ntitle: \"a\\nb\"\n") ==
          "ROOT/site/x.yaml:3:8: 'title' has a line break; expected one line\n");
    CHECK(l.of_file("schema: 1\noverlay: true\ntitle: " + std::string(81, 'x') + "\n") ==
          "ROOT/site/x.yaml:3:8: 'title' has 81 bytes; expected at most 80, it stands in every answer\n");
    CHECK(l.says({"base"}) ==
          "ROOT/base/kb.yaml:5:12: an overlay has no 'platforms', it takes those of its base; expected "
          "'overlay: true' and a 'title', or give the folder with --kb\n");
    l.write("base/x.yaml", "schema: 1\noverlay: true\n");
    CHECK(l.says({}).find("ROOT/base/x.yaml:2:10: this is the header of an overlay; lay its folder over a "
                          "knowledge base with --overlay\n") != std::string::npos);
    CHECK(l.says({"nothing"}).find("ROOT/nothing: no such file or directory\n") != std::string::npos);
}

TEST_CASE("generic overlays extend generic bases, and only those") {
    layers l;
    CHECK(l.of_file("schema: 1\ngeneric: true\ncomponent: z\nscheme: dotted\nreleases: []\n") ==
          "ROOT/site/x.yaml:1:1: a generic overlay over a knowledge base that is not generic; expected files "
          "as data/README.md describes\n");
    scratch s;
    const std::string head = "schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\nreleases:\n";
    s.write("base/a.yaml", head + "  - {version: \"1\", requires: {b: \"1\"}}\n");
    s.write("site/a.yaml", head + "  - {version: \"1\", constrains: {c: \"1\"}}\n  - {version: \"2\"}\n");
    const fs::path overlay[] = {s.root() / "site"};
    const load_report r = load_with_overlays(s.root() / "base", overlay);
    for (const error& e : r.errors) FAIL_CHECK(to_string(e));
    REQUIRE(r.data.components.size() == 1);
    CHECK(r.data.components[0].releases.size() == 2);
    CHECK(ids(r.data.facts) == strings{"a@1.constrains.c", "a@1.requires.b"});
    CHECK(r.data.version == "overlay site");
    s.write("site/a.yaml", head + "  - {version: \"1\", requires: {b: \"2\"}}\n");
    CHECK(load_with_overlays(s.root() / "base", overlay).errors.size() == 1);
}
