// Unit tests of sets and specs: what each operator takes, how it prints, what a mistake is called.
#include "generators.hpp"

#include <cudacompat/version/partition.hpp>

using namespace version_tests;

namespace {

constexpr version_scheme dotted = version_scheme::dotted;
constexpr version_scheme semantic = version_scheme::semver;
constexpr version_scheme pep = version_scheme::pep440;
constexpr version_scheme conda = version_scheme::conda;
constexpr version_scheme label = version_scheme::label;

bool matches(version_scheme s, std::string_view spec, std::string_view v) {
    return must_spec(s, spec).matches(must_parse(s, v));
}
std::string error_of(version_scheme s, std::string_view text) {
    const auto spec = version_spec::parse(s, text);
    return spec ? "none" : to_string(spec.error());
}
void check_takes(version_scheme s, const char* spec, std::initializer_list<const char*> in,
                 std::initializer_list<const char*> out) {
    CAPTURE(std::string(spec));
    for (const char* v : in) {
        CAPTURE(std::string(v));
        CHECK(matches(s, spec, v));
    }
    for (const char* v : out) {
        CAPTURE(std::string(v));
        CHECK_FALSE(matches(s, spec, v));
    }
}

} // namespace

TEST_CASE("dotted specs") {
    check_takes(dotted, "1.12", {"1.12", "1.12.0", "1.12.5.1", "01.12"}, {"1.1", "1.13", "1.120", "1"});
    check_takes(dotted, "==2.0", {"2", "2.0.0"}, {"2.0.1", "2.1"});
    check_takes(dotted, "==1.2.*", {"1.2", "1.2.9"}, {"1.3", "1"});
    check_takes(dotted, "2.0.*", {"2", "2.0.5"}, {"2.1"});
    check_takes(dotted, "!=12.7.*", {"12.6.9", "12.8"}, {"12.7", "12.7.1"});
    check_takes(dotted, ">=2.1,<2.4", {"2.1", "2.3.9"}, {"2.0.9", "2.4"});
    check_takes(dotted, ">470,<=580", {"470.0.1", "580"}, {"470", "580.1"});
    check_takes(dotted, "~=2.1", {"2.1", "2.9"}, {"2.0", "3"});
    check_takes(dotted, "~=2.1.3", {"2.1.3", "2.1.9"}, {"2.1.2", "2.2"});
    check_takes(dotted, "^2.1", {"2.1", "2.9"}, {"2.0", "3.0"});
    check_takes(dotted, "^0.2.1", {"0.2.1", "0.2.9"}, {"0.3", "0.2"});
    check_takes(dotted, "~2.1", {"2.1", "2.1.9"}, {"2.2"});
    check_takes(dotted, "~2", {"2", "2.9"}, {"3"});
    check_takes(dotted, "1 || 3.*", {"1.5", "3"}, {"2"});
    check_takes(dotted, " >= 525.60.13 , < 580 ", {"535.183.01"}, {"580"});
    check_takes(dotted, "*", {"0", "9"}, {});
    check_takes(dotted, "4294967295", {"4294967295.1"}, {"4294967294"});
    CHECK_FALSE(must_spec(dotted, ">=1").matches(must_parse(pep, "2")));
}

TEST_CASE("pep440 specs: local labels and post-releases") {
    check_takes(pep, "==2.9.1", {"2.9.1", "2.9.1+cu130", "2.9.1.0"}, {"2.9.1.post1", "2.9.1rc1", "2.9.2"});
    check_takes(pep, "==2.9.1+cu130", {"2.9.1+cu130", "2.9.1+CU130"},
                {"2.9.1", "2.9.1+cu128", "2.9.1+cu130.1"});
    check_takes(pep, "!=2.9.1", {"2.9.1.post1", "2.9.0"}, {"2.9.1", "2.9.1+cu130"});
    check_takes(pep, "!=2.9.1+cu130", {"2.9.1", "2.9.1+cu131"}, {"2.9.1+cu130"});
    check_takes(pep, "<=2.9.1", {"2.9.1", "2.9.1+cu130", "2.9.0"}, {"2.9.1.post1"});
    check_takes(pep, ">2.9.1", {"2.9.2", "2.9.1.1"},
                {"2.9.1", "2.9.1+cu130", "2.9.1.post1", "2.9.1.post1+x"});
    check_takes(pep, ">2.9.1.post1", {"2.9.1.post2"}, {"2.9.1.post1", "2.9.1.post1+x"});
    check_takes(pep, ">=2.9.1", {"2.9.1", "2.9.1+cu130", "2.9.1.post1"}, {"2.9.0"});
    check_takes(pep, "2.4.0+cu121", {"2.4.0+cu121"}, {"2.4.0", "2.4.0+cu124"});
}

TEST_CASE("pep440 specs: pre-releases") {
    check_takes(pep, "1.12", {"1.12", "1.12.1", "1.12.1+cu113", "1.12.post1"},
                {"1.12rc1", "1.12.0.dev1", "1.13"});
    CHECK(must_spec(pep, "1.12").set().contains(must_parse(pep, "1.12rc1")));
    check_takes(pep, "<2.0", {"1.9"}, {"2.0rc1", "2.0", "1.9rc1"});
    CHECK_FALSE(must_spec(pep, "<2.0").set().contains(must_parse(pep, "2.0.dev0")));
    check_takes(pep, "<2.0rc2", {"2.0rc1", "1.9b1"}, {"2.0rc2", "2.0"});
    check_takes(pep, ">=2.4.0rc1", {"2.4.0rc1", "2.4.0", "2.5.0a1"}, {"2.4.0b1"});
    check_takes(pep, "!=1.0rc1", {"1.0"}, {"1.1rc1"});
    check_takes(pep, "1.12 || >=2.0rc1", {"1.12", "2.1a1"}, {"1.12rc1"}); // each alternative for itself
    CHECK(must_spec(pep, ">=1,<2.0rc1").admits_prereleases());
    CHECK_FALSE(must_spec(pep, ">=1,!=2.0rc1").admits_prereleases());
    CHECK(must_spec(pep, "2.4.0rc1").matches(must_parse(pep, "2.4.0c1")));
}

TEST_CASE("pep440 specs: examples of the PEP") {
    check_takes(pep, "~=2.2", {"2.2", "2.9", "2.2.post3"}, {"2.1", "3.0"});
    check_takes(pep, "~=1.4.5", {"1.4.5", "1.4.9"}, {"1.5", "1.4.4"});
    check_takes(pep, "~=2.2.post3", {"2.2.post3", "2.3"}, {"2.2", "3"});
    check_takes(pep, "~=1.4.5a4", {"1.4.5a4", "1.4.5"}, {"1.5"});
    check_takes(pep, "~=2.2.0", {"2.2.5"}, {"2.3"});
    check_takes(pep, "==1.1", {"1.1"}, {"1.1.post1"});
    check_takes(pep, "==1.1.post1", {"1.1.post1"}, {"1.1"});
    check_takes(pep, "==1.1.*", {"1.1", "1.1.post1", "1.1.2"}, {"1.2"});
    check_takes(pep, "!=1.1.*", {"1.2"}, {"1.1", "1.1.post1"});
    check_takes(pep, ">1.7", {"1.7.1"}, {"1.7.0.post1"});
    check_takes(pep, ">1.7.post2", {"1.7.1", "1.7.0.post3"}, {"1.7.0"});
    check_takes(pep, "===1.0", {"1.0"}, {"1.0.0", "1"});
    check_takes(pep, "===1.0RC1", {"1.0rc1"}, {"1.0c1"});
    check_takes(pep, "==1!1.*", {"1!1.5"}, {"1.5"});
    check_takes(pep, "~= 0.9, >= 1.0, != 1.3.4.*, < 2.0", {}, {"1.3.4", "1.5"});
}

TEST_CASE("semver specs: node's range language in plain order") {
    check_takes(semantic, "^1.2.3", {"1.2.3", "1.9.9"}, {"2.0.0", "1.2.2", "1.3.0-a"});
    check_takes(semantic, "^0.2.3", {"0.2.9"}, {"0.3.0"});
    check_takes(semantic, "^0.0.3", {"0.0.3"}, {"0.0.4"});
    check_takes(semantic, "^0.0", {"0.0.9"}, {"0.1.0"});
    check_takes(semantic, "^0", {"0.9.9"}, {"1.0.0"});
    check_takes(semantic, "~1.2.3", {"1.2.9"}, {"1.3.0"});
    check_takes(semantic, "~1", {"1.9.0"}, {"2.0.0"});
    check_takes(semantic, "1.2", {"1.2.0", "1.2.9"}, {"1.3.0"});
    check_takes(semantic, "1.x.x", {"1.2.0"}, {"2.0.0"});
    check_takes(semantic, "1.2.3", {"1.2.3", "1.2.3+b"}, {"1.2.4"});
    check_takes(semantic, "1.2 - 2.3", {"1.2.0", "2.3.9"}, {"2.4.0", "1.1.9"});
    check_takes(semantic, "1.2.3 - 2.3.4", {"2.3.4"}, {"2.3.5"});
    check_takes(semantic, ">=1.2.7 <1.3.0 || >=2.0.0", {"1.2.8", "2.5.0"}, {"1.3.0"});
    check_takes(semantic, "!=1.2", {"1.3.0"}, {"1.2.5"});
    check_takes(semantic, "~=1.2", {"1.9.0"}, {"2.0.0"});
    check_takes(semantic, "*", {"0.0.0"}, {"0.0.0-a"});
    check_takes(semantic, ">=1.2.3-rc.1", {"1.2.3-rc.2", "1.3.0-a"}, {"1.2.3-beta"});
    CHECK(must_spec(semantic, "^1.2.3")
              .set()
              .contains(must_parse(semantic, "2.0.0-a"))); // plain order, as libsv
}

TEST_CASE("conda and label specs") {
    check_takes(conda, "1.12", {"1.12", "1.12.3", "1.12post1"}, {"1.13", "1.1", "1.120", "1.12rc1"});
    CHECK(must_spec(conda, "1.12").set().contains(must_parse(conda, "1.12rc1")));
    CHECK(must_spec(conda, "1.0.*").set().contains(must_parse(conda, "1.0a")));
    CHECK_FALSE(must_spec(conda, "1.0.*").set().contains(must_parse(conda, "1a")));
    CHECK_FALSE(must_spec(conda, "1.0.0.*").set().contains(must_parse(conda, "1.0a")));
    check_takes(conda, ">=1.2,<2.0a0", {"1.2", "1.9"}, {"2.0"});
    check_takes(label, "sm_86 || sm_90", {"sm_86", "sm_90"}, {"sm_80"});
    check_takes(label, "==open", {"open"}, {"proprietary"});
    check_takes(label, "!=a, !=b", {"c"}, {"a", "b"});
    check_takes(label, "*", {"x"}, {});
}

TEST_CASE("specs print in one spelling, sets for the reader") {
    CHECK(must_spec(pep, " >= 2.1 ,<2.4").to_string() == ">=2.1,<2.4");
    CHECK(must_spec(pep, "1.12||2.4.0rc1").to_string() == "==1.12.* || ==2.4.0rc1");
    CHECK(must_spec(semantic, "1.2 - 2.3||^1").to_string() == "1.2 - 2.3 || ^1");
    CHECK(to_string(must_spec(dotted, ">=525.60.13,<580").set()) == ">=525.60.13,<580");
    CHECK(to_string(must_spec(pep, "1.12").set()) == "==1.12.*");
    CHECK(to_string(must_spec(pep, "==1.0.*").set()) == "==1.0.*");
    CHECK(to_string(must_spec(pep, "==0.*").set()) == "==0.*");
    CHECK(to_string(must_spec(pep, "<=2.9.1").set()) == "<=2.9.1");
    CHECK(to_string(must_spec(pep, "!=2.9.1,>=2").set()) == ">=2,!=2.9.1");
    CHECK(to_string(must_spec(pep, "<2,!=1.5.*,!=1.7").set()) == "<2,!=1.5.*,!=1.7");
    CHECK(to_string(must_spec(pep, ">2.9.1").set()) == ">2.9.1");
    CHECK(to_string(must_spec(pep, ">2.9.1").set().complement()) == "<=2.9.1 with its posts");
    CHECK(to_string(must_spec(pep, ">=2").set().complement()) == "<2 with its pre-releases");
    CHECK(to_string(version_set::none(pep)) == "none");
    CHECK(to_string(version_set::all(pep)) == "*");
    CHECK(to_string(must_spec(pep, ">=1.0,<0.9").set()) == "none");
}

TEST_CASE("specs that mean the same have the same set, byte for byte") {
    const auto equal = [](version_scheme s, const char* a, const char* b) {
        return must_spec(s, a).set() == must_spec(s, b).set();
    };
    CHECK(equal(pep, "~=2.2", ">=2.2,==2.*"));
    CHECK(equal(pep, "<=1.0", "<1.0.post0.dev0"));
    CHECK(equal(pep, "==1.2.*", ">=1.2.dev0,<1.3"));
    CHECK(equal(pep, "<2", "<2.dev0"));
    CHECK(equal(pep, ">1.0.post1", ">=1.0.post2.dev0"));
    CHECK(equal(pep, ">=0.dev0", "*"));
    CHECK(equal(pep, "1.0", "1.0.*"));
    CHECK(equal(dotted, ">=0", "*"));
    CHECK(equal(dotted, "!=1.5", "<1.5 || >1.5"));
    CHECK(equal(semantic, ">=0.0.0-0", "*"));
    CHECK(equal(semantic, "^1.2", ">=1.2.0 <2.0.0"));
    CHECK(equal(conda, "==1.2.*", ">=1.2.*,<1.3.*"));
}

TEST_CASE("specs: messages") {
    CHECK(error_of(dotted, "") == "column 1: expected a version or an operator, found the end");
    CHECK(error_of(dotted, "   ") == "column 4: expected a version or an operator, found the end");
    CHECK(error_of(dotted, ">=") == "column 3: expected a version, found the end");
    CHECK(error_of(dotted, ">=1,") == "column 5: expected a version or an operator, found the end");
    CHECK(error_of(dotted, ">=1 || ") == "column 8: expected a version or an operator, found the end");
    CHECK(error_of(dotted, ">=1 | 2") == "column 6: expected '||', found ' '");
    CHECK(error_of(dotted, ">=1 <2") == "column 5: expected ',' or '||', found '<'");
    CHECK(error_of(dotted, ">=1<2") == "column 4: expected ',' or '||', found '<'");
    CHECK(error_of(dotted, "=1") == "column 2: expected '==', found '1'");
    CHECK(error_of(dotted, "!1") == "column 2: expected '!=', found '1'");
    CHECK(error_of(dotted, ">=1.*") == "column 4: '.*' stands only behind no operator, == or !=");
    CHECK(error_of(dotted, ">=*") == "column 3: '*' stands without an operator");
    CHECK(error_of(dotted, "~=2") == "column 3: '~=' needs at least two numbers");
    CHECK(error_of(dotted, "===2") == "column 1: '===' is an operator of pep440 only");
    CHECK(error_of(dotted, "1.2,abc") == "column 5: expected a number, found 'a'");
    CHECK(error_of(dotted, "1.2.*.3") == "column 5: expected a number, found '*'");
    CHECK(error_of(pep, "==1.0rc1.*") == "column 9: '.*' stands only behind numbers");
    CHECK(error_of(pep, ">=1.0+cu121") == "column 6: a local version stands only behind == and !=");
    CHECK(error_of(pep, "===foobar") == "column 4: expected a number, found 'f'");
    CHECK(error_of(conda, "^1.2a") == "column 2: this operator needs a version of numbers");
    CHECK(error_of(semantic, "1.x.3") == "column 5: expected x or *, found '3'");
    CHECK(error_of(semantic, "1.2-a") == "column 4: expected '.' or the end of the version, found '-'");
    CHECK(error_of(semantic, "01.2") == "column 1: a number of a semantic version has no leading zero");
    CHECK(error_of(label, ">=a") == "column 1: a label has no order: expected '==', '!=' or a word");
    CHECK(error_of(label, "a b") == "column 3: expected ',' or '||', found 'b'");

    const auto large = version_spec::parse(dotted, std::string(version_text_limit, ' ') + '1');
    CHECK(large.error().code == errc::too_large);
    CHECK(large.error().where.column == version_text_limit + 1);
    CHECK(version_spec::parse(dotted, std::string(version_text_limit - 1, ' ') + '1').has_value());
}

TEST_CASE("sets: ends and boundaries can be read") {
    const version_set s = must_spec(dotted, ">=450.80.02,<525 || >=525.60.13").set();
    REQUIRE(s.interval_count() == 2);
    CHECK(to_string(s.interval(0)) == ">=450.80.2,<525");
    CHECK(to_string(s.interval(1)) == ">=525.60.13");
    CHECK(s.interval(0).has_lower());
    CHECK_FALSE(s.interval(1).has_upper());
    CHECK(s.boundaries().size() == 3);
    CHECK(first_version(s.interval(0)) == must_parse(dotted, "450.80.02"));
    CHECK(first_version(must_spec(dotted, "<2").set().interval(0)) == must_parse(dotted, "0"));
    CHECK(first_version(must_spec(pep, "1.12").set().interval(0)) == must_parse(pep, "1.12.dev0"));
    CHECK(first_version(must_spec(semantic, "*").set().interval(0)) == must_parse(semantic, "0.0.0-0"));
    CHECK_FALSE(first_version(must_spec(dotted, ">470").set().interval(0)).has_value());
    CHECK_FALSE(first_version(must_spec(pep, ">1").set().interval(0)).has_value());
    CHECK_FALSE(first_version(must_spec(label, "!=a").set().interval(0)).has_value());
    CHECK(first_version(must_spec(label, "a").set().interval(0)) == must_parse(label, "a"));
    const std::array sets{s, must_spec(dotted, ">=470").set()};
    const auto cells = partition(dotted, sets);
    REQUIRE(cells.size() == 5);
    CHECK(to_string(cells[0]) == "<450.80.2");
    CHECK(to_string(cells[1]) == ">=450.80.2,<470");
    CHECK(to_string(cells[4]) == ">=525.60.13");
    CHECK(partition(dotted, {}).size() == 1);
    CHECK(partition(dotted, {})[0].is_all());
}

namespace {
constexpr bool is_spec(version_scheme s, std::string_view text) {
    parse_failure failure;
    return check_spec(s, text, failure);
}
static_assert(is_spec(version_scheme::pep440, ">=2.1,<2.4 || 2.9.1+cu130"));
static_assert(!is_spec(version_scheme::pep440, ">=2.1,<"));
static_assert(is_spec(version_scheme::semver, "1.2 - 2.3 || ^0.1 >=1.x"));
} // namespace
