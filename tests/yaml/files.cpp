// Files and folders: what is found, in which order, and what is said when it cannot be read.
#include "scratch.hpp"

#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace {

using namespace cudacompat;
using yaml_test::scratch;
namespace fs = std::filesystem;

std::string component(const std::string& name) {
    return "schema: 1\ncomponent: " + name + "\nscheme: dotted\nmultiplicity: host\n";
}

std::string first_error(const scratch& s, const fs::path& path, const load_limits& limits = {}) {
    const result<model> m = load_model(path, limits);
    return m ? std::string("no error") : s.without_root(to_string(m.error()));
}

} // namespace

TEST_CASE("a folder is read in the order of the names, whatever the order of writing") {
    const scratch s;
    s.write("b/y.yaml", component("third"));
    s.write("a.yaml", component("first"));
    s.write("b/x.yaml", component("second"));
    s.write("b/notes.txt", "not: [yaml");
    s.write(".hidden.yaml", "not: [yaml");
    s.write(".git/x.yaml", "not: [yaml");
    const result<model> m = load_model(s.root());
    REQUIRE(m.has_value());
    REQUIRE(m->components.size() == 3);
    CHECK(m->components[0].name == "first");
    CHECK(m->components[1].name == "second");
    CHECK(m->components[2].name == "third");
    CHECK(s.without_root(m->components[1].where.file) == "ROOT/b/x.yaml");
}

TEST_CASE("a single file is a knowledge base") {
    const scratch s;
    const fs::path file = s.write("one.yml", component("a"));
    const result<model> m = load_model(file);
    REQUIRE(m.has_value());
    CHECK(m->components.size() == 1);
}

TEST_CASE("what is not there, not readable or not a file") {
    const scratch s;
    CHECK(first_error(s, s.root() / "nothing") == "ROOT/nothing: no such file or directory");
    fs::create_directories(s.root() / "empty");
    CHECK(first_error(s, s.root() / "empty") == "ROOT/empty: the folder holds no *.yaml file");
    s.write("blank/x.yaml", "");
    CHECK(first_error(s, s.root() / "blank") ==
          "ROOT/blank/x.yaml: the file is empty; expected 'schema: 1' and the keys of data/README.md");
    fs::create_directories(s.root() / "pipe");
    REQUIRE(::mkfifo((s.root() / "pipe/x.yaml").c_str(), 0600) == 0);
    CHECK(first_error(s, s.root() / "pipe") == "ROOT/pipe/x.yaml: is not a regular file");
    if (::geteuid() != 0) { // root reads everything
        fs::permissions(s.write("closed/x.yaml", component("a")), fs::perms::none);
        CHECK(first_error(s, s.root() / "closed") == "ROOT/closed/x.yaml: cannot be opened for reading");
    }
}

TEST_CASE("symbolic links") {
    const scratch s;
    s.write("real/a.yaml", component("a"));
    SUBCASE("to a file is followed") {
        fs::create_directories(s.root() / "links");
        fs::create_symlink(s.root() / "real/a.yaml", s.root() / "links/a.yaml");
        CHECK(first_error(s, s.root() / "links") == "no error");
    }
    SUBCASE("the folder named may be one") {
        fs::create_directory_symlink(s.root() / "real", s.root() / "kb");
        CHECK(first_error(s, s.root() / "kb") == "no error");
    }
    SUBCASE("to a folder above is no loop") {
        fs::create_directory_symlink(s.root() / "real", s.root() / "real/again");
        CHECK(first_error(s, s.root() / "real") ==
              "ROOT/real/again: is a symbolic link to a folder; expected a folder");
    }
    SUBCASE("to itself") {
        fs::create_symlink(s.root() / "real/me.yaml", s.root() / "real/me.yaml");
        CHECK(first_error(s, s.root() / "real") == "ROOT/real/me.yaml: is a symbolic link in a loop");
    }
    SUBCASE("to nothing") {
        fs::create_symlink(s.root() / "gone.yaml", s.root() / "real/b.yaml");
        CHECK(first_error(s, s.root() / "real") == "ROOT/real/b.yaml: is a symbolic link to nothing");
    }
}

TEST_CASE("limits on sizes and numbers") {
    const scratch s;
    s.write("kb/a.yaml", component("a"));
    s.write("kb/b.yaml", component("b"));
    load_limits limits;
    limits.max_bytes_per_file = 10;
    CHECK(first_error(s, s.root() / "kb", limits) ==
          "ROOT/kb/a.yaml: has 57 bytes; the limit for a file is 10 bytes");
    limits = {};
    limits.max_total_bytes = 100;
    CHECK(first_error(s, s.root() / "kb", limits) ==
          "ROOT/kb/b.yaml: the files so far exceed the limit of 100 bytes for a load");
    limits = {};
    limits.max_nodes = 12; // nine a file
    CHECK(first_error(s, s.root() / "kb", limits) == "ROOT/kb/b.yaml:2:1: more than 12 values in one load");
    limits = {};
    limits.max_files = 1;
    CHECK(first_error(s, s.root() / "kb", limits) == "ROOT/kb/b.yaml: more than 1 files");
    limits = {};
    limits.max_depth = 1;
    s.write("kb/c/d.yaml", component("d"));
    CHECK(first_error(s, s.root() / "kb", limits) == "ROOT/kb/c: folders are nested deeper than 1 levels");
    limits = {};
    limits.max_errors = 2;
    s.write("bad/a.yaml", "schema: 1\nsources: [1, 2, 3, 4]\n");
    CHECK(load_model_all(s.root() / "bad", limits).errors.size() == 2);
    CHECK(load_model_all(s.root() / "bad").errors.size() == 4);
}

TEST_CASE("errors of several files are all reported, and the rest is read") {
    const scratch s;
    s.write("a.yaml", component("a") + "colour: red\n");
    s.write("b.yaml", "schema: 1\nfacts: [\n");
    s.write("c.yaml", component("c"));
    const load_report report = load_model_all(s.root());
    REQUIRE(report.errors.size() == 2);
    CHECK(report.errors[0].where.line == 5);
    CHECK(s.without_root(report.errors[1].where.file) == "ROOT/b.yaml");
    CHECK(report.data.components.size() == 2);
}

TEST_CASE("what only shows between files") {
    const scratch s;
    SUBCASE("a component twice") {
        s.write("x.yaml", component("a"));
        s.write("y.yaml", component("a"));
        CHECK(first_error(s, s.root()) ==
              "ROOT/y.yaml:1:1: component 'a' is defined twice; the first is ROOT/x.yaml:1:1");
    }
    SUBCASE("a component in a file of another name") {
        s.write("components/x.yaml", component("a"));
        CHECK(first_error(s, s.root()) ==
              "ROOT/components/x.yaml:1:1: component 'a' stands in a file of another name; expected a.yaml");
    }
    SUBCASE("kb.yaml twice") {
        const std::string kb = "schema: 1\ntitle: T\nversion: \"1\"\nread: 2026-11-20\nplatforms: [p]\n";
        s.write("a.yaml", kb);
        s.write("b.yaml", kb);
        CHECK(first_error(s, s.root()) ==
              "ROOT/b.yaml:1:1: a second file with 'platforms'; the first is ROOT/a.yaml:1:1");
    }
    SUBCASE("generic among sourced") {
        s.write("a.yaml", "schema: 1\ngeneric: true\ncomponent: g\nscheme: dotted\nreleases: []\n");
        s.write("b.yaml", component("b"));
        CHECK(first_error(s, s.root()) ==
              "ROOT/a.yaml:1:1: a generic component among sourced files; the first sourced "
              "file is ROOT/b.yaml; expected all or none to be generic");
    }
}
