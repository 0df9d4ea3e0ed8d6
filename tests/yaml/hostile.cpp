// Inputs made to hurt. Each has to end quickly, in an error, with little memory: the bound on memory is
// checked through the peak of the process after all of them.
#include "scratch.hpp"

#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>

namespace {

using namespace cudacompat;

std::string repeated(std::string_view unit, std::size_t times) {
    std::string out;
    out.reserve(unit.size() * times);
    for (std::size_t i = 0; i < times; ++i) out += unit;
    return out;
}

error refusal(std::string_view text) {
    const load_report report = load_model_text(text, "f.yaml");
    REQUIRE(report.errors.size() == 1);
    CHECK_FALSE(load_stack(text, "s.yaml").has_value());
    return report.errors.front();
}

} // namespace

TEST_CASE("an alias bomb ends at its first anchor") {
    std::string bomb = "a: &a [\"lol\", \"lol\", \"lol\", \"lol\"]\n";
    for (char c = 'b'; c <= 'z'; ++c) {
        const char before = static_cast<char>(c - 1);
        bomb += std::string{c} + ": &" + c + " [*" + before + ", *" + before + ", *" + before + ", *" +
                before + "]\n";
    }
    CHECK(to_string(refusal(bomb)) ==
          "f.yaml:1:4: found an anchor ('&name'); anchors are not allowed, write the value out");
    CHECK(refusal("&a [*a]").where.column == 1);
}

TEST_CASE("nesting a million deep") {
    const std::size_t n = 1'000'000;
    CHECK(refusal(repeated("[", n)).code == errc::too_large);
    CHECK(refusal(repeated("{a: ", n)).code == errc::too_large);
    CHECK(refusal(repeated("- ", n)).code == errc::too_large);
    CHECK(refusal(repeated("? ", n)).code == errc::too_large);
    CHECK(to_string(refusal(repeated("[\n", n))) == "f.yaml:129:1: nesting is deeper than 32 levels");
    CHECK(refusal(repeated("[{a:\n", n)).where.line == 65);
    CHECK(refusal(repeated("[{a:\n", n)).code == errc::too_large);
    CHECK(refusal(repeated("a:", n)).where.line == 1);
    CHECK(refusal(repeated("[", 1000) + repeated("]", 1000)).message == "nesting is deeper than 32 levels");
    CHECK(refusal(repeated("- ", 1000)).message == "nesting is deeper than 32 levels");
    std::string steps;
    for (std::size_t i = 0; i < 2000; ++i) steps += std::string(i, ' ') + "a:\n";
    CHECK(to_string(refusal(steps)) == "f.yaml:33:33: nesting is deeper than 32 levels");
}

TEST_CASE("a file of 100 MB is not opened") {
    const yaml_test::scratch s;
    const auto file = s.write("big.yaml", "schema: 1\n");
    std::filesystem::resize_file(file, 100'000'000);
    const result<model> m = load_model(file);
    REQUIRE_FALSE(m.has_value());
    CHECK(m.error().code == errc::too_large);
    CHECK(s.without_root(to_string(m.error())) ==
          "ROOT/big.yaml: has 100000000 bytes; the limit for a file is 8 MiB");
    CHECK(to_string(load_stack_file(file).error()) == to_string(m.error()));
    const std::string text(100'000'000, 'a'); // NOLINT(bugprone-string-constructor): large on purpose
    CHECK(refusal(text).message == "has 100000000 bytes; the limit for a file is 8 MiB");
}

TEST_CASE("wide files stop at the limit of nodes") {
    load_limits limits;
    limits.max_nodes = 10'000;
    const load_report report = load_model_text("[" + repeated("a,\n", 100'000) + "]", "f.yaml", limits);
    REQUIRE(report.errors.size() == 1);
    CHECK(report.errors[0].code == errc::too_large);
    CHECK(report.errors[0].message == "more than 10000 values in one load");
}

TEST_CASE("brackets in texts do not count") {
    const std::string many = repeated("[{", 50);
    for (const std::string& value : {"\"" + many + "\"", "'" + many + "'", "x" + many, "x # " + many,
                                     "|\n    " + many, ">-\n    a\n\n    " + many}) {
        CAPTURE(value);
        CHECK(load_model_text("schema: 1\nsources:\n- id: a\n  kind: k\n  note: " + value + "\n  title: [\n",
                              "f.yaml")
                  .errors.front()
                  .message.starts_with("not valid YAML"));
        CHECK(load_model_text("schema: 1\nsources:\n- id: a\n  kind: k\n  note: " + value + "\n  title: T\n",
                              "f.yaml")
                  .ok());
    }
    const error e = refusal("[" + repeated("a,\n", 1'000'000) + "]");
    CHECK(to_string(e) == "f.yaml:1:1: this list or mapping in brackets is longer than 2097152 bytes");
    CHECK(e.code == errc::too_large);
}

TEST_CASE("one long line") {
    const error e = refusal("a: " + std::string(1'000'000, 'x'));
    CHECK(e.code == errc::too_large);
    CHECK(e.message == "the line is longer than 262144 bytes");
    CHECK(refusal("a: \"" + std::string(250'000, 'x') + "\"\n").code == errc::bad_data); // long, but a line
}

TEST_CASE("bytes that end a text early") {
    const std::string good = "schema: 1\nsources: []\n";
    for (const std::string& bad : {std::string("\0", 1), std::string("\x04"), std::string("\xE2\x82"),
                                   std::string("\xF0\x9F\x98"), std::string("\xFF")}) {
        CHECK(load_model_text(good + bad, "f.yaml").errors.size() == 1);
        CHECK(load_model_text(bad + good, "f.yaml").errors.size() == 1);
        CHECK(load_model_text(good + "# " + bad + "\n", "f.yaml").errors.size() == 1); // in a comment too
    }
    CHECK(load_model_text(good, "f.yaml").ok());
}

TEST_CASE("a truncated file is never taken for a whole one") {
    const std::string text = "schema: 1\nsources: [{id: a, kind: \"documentation\"}]\n";
    for (std::size_t n = 0; n + 2 < text.size(); ++n) {
        CAPTURE(n);
        CHECK_FALSE(load_model_text(text.substr(0, n), "f.yaml").ok());
    }
    // yaml-cpp itself takes the end of the file for a closing quote.
    for (const std::string_view open : {"a: \"b\n", "a: 'b\n", "a: 'it''s\n", "a: \"b\\\"\n"})
        CHECK(refusal(open).message == "not valid YAML: this quote is never closed");
    CHECK(refusal("a: 'b''").message == "not valid YAML: the file ends inside a quoted text");
}

TEST_CASE("long words get no suggestions and short messages") {
    const error e = refusal("schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\n" +
                            std::string(1000, 'k') + ": 1\n");
    CHECK(e.suggestions.empty());
    CHECK(e.message.size() < 300);
}

// A sanitizer's own memory would be counted too.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define YAML_TEST_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define YAML_TEST_SANITIZED 1
#endif

TEST_CASE("all of this fitted into half a gigabyte") {
    rusage usage{};
    REQUIRE(::getrusage(RUSAGE_SELF, &usage) == 0);
#if !defined(YAML_TEST_SANITIZED)
    CHECK(usage.ru_maxrss < 512 * 1024);
#endif
}
