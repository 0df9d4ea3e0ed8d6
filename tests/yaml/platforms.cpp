// Platforms that are like others: what `on` becomes, and what kb.yaml may not say.
#include "scratch.hpp"

#include <cudacompat/knowledge/freeze.hpp>
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace {

using namespace cudacompat;
using yaml_test::scratch;
using names = std::vector<std::string>;

const std::string head = "schema: 1\ntitle: T\nversion: \"1\"\nread: \"2026-11-20\"\nplatforms: ";
const std::string list = "[lin, arm, win, {name: guest, packages_of: lin, driver_of: win}, "
                         "{name: board, packages_of: arm}]\n";

void write_base(const scratch& s) {
    s.write("base/kb.yaml", head + list);
    s.write("base/sources.yaml", "schema: 1\nsources: [{id: doc, kind: documentation, title: D}]\n");
    s.write(
        "base/components/driver.yaml",
        "schema: 1\ncomponent: driver\nscheme: dotted\nmultiplicity: host\nsources: [doc]\nreleases: "
        "[{version: \"1\"}, {version: \"2\"}]\nbuilds:\n  - {version: \"1\", variant: l, on: [lin, arm]}\n"
        "  - {version: \"2\", variant: w, on: [win]}\n");
    s.write("base/components/app.yaml",
            "schema: 1\ncomponent: app\nscheme: dotted\nmultiplicity: environment\nsources: [doc]\nreleases: "
            "[{version: \"1\"}]\nbuilds:\n  - {version: \"1\", variant: a, on: [lin]}\n"
            "  - {version: \"1\", variant: b, on: [win]}\n  - {version: \"1\", variant: c, on: [arm]}\n"
            "  - {version: \"1\", variant: d}\n");
    s.write("base/facts.yaml", R"(schema: 1
defaults: {kind: constrains, sources: [doc]}
facts:
  - {id: any, if: {app: "1"}, then: {lib: "1"}}
  - {id: any.driver, if: {app: "1"}, then: {driver: "1"}}
  - {id: arm, if: {app: "1"}, then: {lib: "1"}, on: [arm]}
  - {id: arm.driver, if: {driver: "1"}, then: {lib: "1"}, on: [arm]}
  - {id: board.driver, if: {driver: "1"}, then: {lib: "1"}, on: [arm, board]}
  - {id: guest, if: {app: "1"}, then: {lib: "1"}, on: [guest]}
  - {id: lin, if: {app: "1"}, then: {lib: "1"}, on: [lin]}
  - {id: lin.any, kind: requires, if: {app: "1"}, then_any: [[{lib: "1"}, {driver: "1"}]], on: [lin]}
  - {id: lin.module, if: {kernel-module: "*"}, then: {lib: "1"}, on: [lin]}
  - {id: win, if: {app: "1"}, then: {lib: "1"}, on: [win]}
  - {id: win.driver, if: {driver: "1"}, then: {lib: "1"}, on: [win]}
)");
}

} // namespace

TEST_CASE("packages follow one platform, facts about a driver another") {
    const scratch s;
    write_base(s);
    const load_report report = load_model_all(s.root() / "base");
    for (const error& e : report.errors) FAIL_CHECK(to_string(e));
    CHECK(report.data.platforms == names{"lin", "arm", "win", "guest", "board"});
    std::map<std::string, names> on;
    for (const fact_record& f : report.data.facts) on[f.id] = f.on;
    CHECK(on["any"].empty());
    CHECK(on["any.driver"] == names{"lin", "arm", "win", "guest"});
    CHECK(on["arm"] == names{"arm", "board"});
    CHECK(on["arm.driver"] == names{"arm"});
    CHECK(on["board.driver"] == names{"arm", "board"});
    CHECK(on["guest"] == names{"guest"});
    CHECK(on["lin"] == names{"lin", "guest"});
    CHECK(on["lin.any"] == names{"lin"});
    CHECK(on["lin.module"] == names{"lin"});
    CHECK(on["win"] == names{"win"});
    CHECK(on["win.driver"] == names{"win", "guest"});
    for (const component_record& c : report.data.components) {
        if (c.name == "driver") {
            CHECK(c.builds[0].on == names{"lin", "arm"});
            CHECK(c.builds[1].on == names{"win", "guest"});
        } else {
            CHECK(c.builds[0].on == names{"lin", "guest"});
            CHECK(c.builds[1].on == names{"win"});
            CHECK(c.builds[2].on == names{"arm", "board"});
            CHECK(c.builds[3].on.empty());
        }
    }
    CHECK(freeze(report.data).has_value());
}

TEST_CASE("an overlay speaks of the platforms of its base") {
    const scratch s;
    write_base(s);
    s.write("site/facts.yaml",
            "schema: 1\nfacts:\n  - {id: site, kind: constrains, if: {driver: \"2\"}, then: "
            "{app: \"1\"}, on: [win], sources: [doc]}\n");
    s.write("site/components/app.yaml",
            "schema: 1\ncomponent: app\nbuilds: [{version: \"1\", variant: a, on: [guest]}]\n");
    const std::filesystem::path overlay[] = {s.root() / "site"};
    const load_report report = load_with_overlays(s.root() / "base", overlay);
    REQUIRE(report.errors.size() == 1); // the build is there: Linux packages are those of the guest
    CHECK(report.errors[0].message.find("build app 1 [a] stands already in") == 0);
    REQUIRE(report.data.facts.back().id == "site");
    CHECK(report.data.facts.back().on == names{"win", "guest"});
}

TEST_CASE("what a platform may not be like") {
    const std::pair<std::string, std::string> bad[] = {
        {"[lin, {name: g}]", "f.yaml:5:18: a platform lacks the key 'packages_of'"},
        {"[lin, {packages_of: lin}]", "f.yaml:5:18: a platform lacks the key 'name'"},
        {"[lin, {name: g, packages_of: lim}]",
         "f.yaml:5:41: 'packages_of' names 'lim', which is no platform of its own in this list; expected one "
         "of: lin (did you mean 'lin'?)"},
        {"[lin, {name: g, packages_of: lin, driver_of: g}]",
         "f.yaml:5:57: 'driver_of' names 'g', which is no platform of its own in this list; expected one of: "
         "lin"},
        {"[lin, {name: g, packages_of: lin, driver: lin}]",
         "f.yaml:5:46: unknown key 'driver' in a platform"},
        {"[{name: g, packages_of: lin}, lin]", "f.yaml:5:13: the default platform, 'g', is like another; "
                                               "expected one of its own in the first place"},
        {"[lin, [win]]", "f.yaml:5:18: an entry of 'platforms' is a list; expected a text"},
    };
    for (const auto& [text, message] : bad) {
        const load_report report = load_model_text(head + text + "\n", "f.yaml");
        REQUIRE_MESSAGE(report.errors.size() == 1, text);
        CHECK_MESSAGE(to_string(report.errors[0]).starts_with(message), to_string(report.errors[0]));
    }
}
