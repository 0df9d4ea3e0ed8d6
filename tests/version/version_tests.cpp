// Unit tests of versions: the examples of the standards, and every message with its column.
#include "generators.hpp"

#include <support/scale.hpp>

using namespace version_tests;

namespace {

constexpr version_scheme dotted = version_scheme::dotted;
constexpr version_scheme semantic = version_scheme::semver;
constexpr version_scheme pep = version_scheme::pep440;
constexpr version_scheme conda = version_scheme::conda;
constexpr version_scheme label = version_scheme::label;

bool less(version_scheme s, std::string_view a, std::string_view b) {
    return must_parse(s, a) < must_parse(s, b);
}
bool same(version_scheme s, std::string_view a, std::string_view b) {
    return must_parse(s, a) == must_parse(s, b);
}
std::string error_of(version_scheme s, std::string_view text) {
    const auto v = version::parse(s, text);
    return v ? "none" : to_string(v.error());
}
void check_ascending(version_scheme s, std::initializer_list<std::string_view> texts) {
    for (std::size_t i = 0; i < texts.size(); ++i)
        for (std::size_t k = 0; k < texts.size(); ++k) {
            const std::string a(texts.begin()[i]);
            const std::string b(texts.begin()[k]);
            CAPTURE(a);
            CAPTURE(b);
            const auto wanted = i <=> k;
            const auto order = must_parse(s, a) <=> must_parse(s, b);
            CHECK(((order < 0) == (wanted < 0) && (order > 0) == (wanted > 0)));
        }
}

// ---- conda's VersionOrder, written as its documentation tells it: lists of lists, padded with zeros
struct conda_item {
    int rank = 2; ///< 0 dev, 1 word, 2 number, 3 post
    unsigned long long number = 0;
    std::string word;
};
using conda_list = std::vector<std::vector<conda_item>>;

conda_list conda_components(std::string_view text) {
    conda_list out;
    std::string part;
    const auto flush = [&] {
        std::vector<conda_item> items;
        for (std::size_t i = 0; i < part.size();) {
            const bool digits = part[i] >= '0' && part[i] <= '9';
            if (i == 0 && !digits) items.push_back({});
            conda_item item;
            for (; i < part.size() && (part[i] >= '0' && part[i] <= '9') == digits; ++i) {
                if (digits) item.number = item.number * 10 + static_cast<unsigned long long>(part[i] - '0');
                else item.word += part[i];
            }
            if (!digits) item.rank = item.word == "dev" ? 0 : item.word == "post" ? 3 : 1;
            if (item.rank != 1) item.word.clear();
            items.push_back(item);
        }
        out.push_back(items);
        part.clear();
    };
    for (const char c : text) {
        if (c == '.' || c == '_' || c == '-') flush();
        else part += detail::to_lower(c);
    }
    flush();
    return out;
}
int conda_compare(const conda_item& a, const conda_item& b) {
    if (a.rank != b.rank) return a.rank < b.rank ? -1 : 1;
    if (a.number != b.number) return a.number < b.number ? -1 : 1;
    const int c = a.word.compare(b.word);
    return c < 0 ? -1 : c > 0 ? 1 : 0;
}
int conda_compare(const conda_list& a, const conda_list& b) {
    const std::vector<conda_item> zero_component{conda_item{}};
    const conda_item zero{};
    for (std::size_t i = 0; i < a.size() || i < b.size(); ++i) {
        const auto& x = i < a.size() ? a[i] : zero_component;
        const auto& y = i < b.size() ? b[i] : zero_component;
        for (std::size_t k = 0; k < x.size() || k < y.size(); ++k)
            if (const int c = conda_compare(k < x.size() ? x[k] : zero, k < y.size() ? y[k] : zero); c != 0)
                return c;
    }
    return 0;
}
int conda_reference(std::string_view a, std::string_view b) {
    struct parsed {
        int epoch = 0;
        conda_list release, local;
        explicit parsed(std::string_view text) {
            if (const auto bang = text.find('!'); bang != std::string_view::npos) {
                epoch = std::atoi(std::string(text.substr(0, bang)).c_str());
                text.remove_prefix(bang + 1);
            }
            const auto plus = text.find('+');
            if (plus != std::string_view::npos) local = conda_components(text.substr(plus + 1));
            release = conda_components(text.substr(0, plus));
        }
    };
    const parsed x(a);
    const parsed y(b);
    if (x.epoch != y.epoch) return x.epoch < y.epoch ? -1 : 1;
    if (const int c = conda_compare(x.release, y.release); c != 0) return c;
    return conda_compare(x.local, y.local);
}

} // namespace

TEST_CASE("scheme names") {
    for (const version_scheme s : all_schemes) CHECK(scheme_from_name(to_string(s)) == s);
    CHECK_FALSE(scheme_from_name("driver").has_value());
    CHECK_FALSE(scheme_from_name("").has_value());
}

TEST_CASE("dotted: parts, zeros, text") {
    const version v = must_parse(dotted, "535.183.01");
    CHECK(v.text() == "535.183.01");
    CHECK(v.part_count() == 3);
    CHECK(v.part(0) == 535);
    CHECK(v.part(2) == 1);
    CHECK(v.part(3) == 0);
    CHECK(v == must_parse(dotted, "535.183.1"));
    CHECK(same(dotted, "12", "12.0.0.0.0.0"));
    check_ascending(dotted, {"0", "0.0.0.0.0.1", "9.1.0", "9.1.0.70", "12.4", "12.4.127", "12.10",
                             "450.80.02", "525.60.13", "535.54.03", "535.183.01", "4294967295"});
    CHECK_FALSE(v.is_prerelease());
    CHECK(v.without_local() == v);
    CHECK(version{} == must_parse(dotted, "0"));
}

TEST_CASE("dotted: messages") {
    CHECK(error_of(dotted, "") == "column 1: expected a number, found the end");
    CHECK(error_of(dotted, "12.x") == "column 4: expected a number, found 'x'");
    CHECK(error_of(dotted, "12.") == "column 4: expected a number, found the end");
    CHECK(error_of(dotted, "12..4") == "column 4: expected a number, found '.'");
    CHECK(error_of(dotted, "2.4.0rc1") == "column 6: expected a digit or '.', found 'r'");
    CHECK(error_of(dotted, " 1") == "column 1: expected a number, found ' '");
    CHECK(error_of(dotted, "1\x80") == "column 2: expected a digit or '.', found byte 0x80");
    CHECK(error_of(dotted, "1.4294967296") == "column 3: a part of a dotted version is at most 4294967295");
    CHECK(error_of(dotted, "1.2.3.4.5.6.7") == "column 13: a dotted version has at most 6 parts");
    CHECK(error_of(dotted, "99999999999999999999") == "column 1: the number has more than 19 digits");
    const auto large = version::parse(dotted, "1.4294967296");
    CHECK(large.error().code == errc::too_large);
    const auto longer = version::parse(dotted, std::string(version_text_limit + 1, '1'));
    CHECK(longer.error().code == errc::too_large);
    CHECK(longer.error().where.column == version_text_limit + 1);
}

TEST_CASE("semver: precedence of the text of SemVer 2.0.0, item 11") {
    check_ascending(semantic, {"1.0.0", "2.0.0", "2.1.0", "2.1.1"});
    check_ascending(semantic, {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                               "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"});
    check_ascending(semantic, {"1.9.0", "1.10.0", "1.11.0"});
    check_ascending(semantic, {"0.0.0-0", "0.0.0-99999999999999999998", "0.0.0-99999999999999999999",
                               "0.0.0-100000000000000000000", "0.0.0--", "0.0.0-A", "0.0.0-a", "0.0.0"});
}

TEST_CASE("semver: the examples that are versions, and those that are not") {
    for (const char* text :
         {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0.3.7", "1.0.0-x.7.z.92", "1.0.0-x-y-z.--",
          "1.0.0-alpha+001", "1.0.0+20130313144700", "1.0.0-beta+exp.sha.5114f85",
          "1.0.0+21AF26D3----117B344092BD", "9999999999999999999.0.0"})
        CHECK(must_parse(semantic, text).text() == text);
    CHECK(same(semantic, "1.0.0+a", "1.0.0+b"));
    CHECK(must_parse(semantic, "1.0.0-alpha+001").is_prerelease());
    CHECK_FALSE(must_parse(semantic, "1.0.0+-").is_prerelease());
    CHECK(must_parse(semantic, "1.0.0-alpha+001").local() == "001");
    CHECK(must_parse(semantic, "1.0.0-alpha+001").without_local().text() == "1.0.0-alpha");

    CHECK(error_of(semantic, "1.2") ==
          "column 4: expected '.' (a semantic version has three numbers), found the end");
    CHECK(error_of(semantic, "1.2.3.4") == "column 6: expected '-', '+' or the end, found '.'");
    CHECK(error_of(semantic, "01.2.3") == "column 1: a number of a semantic version has no leading zero");
    CHECK(error_of(semantic, "1.2.3-01") == "column 7: a numeric identifier has no leading zero");
    CHECK(error_of(semantic, "1.2.3-a..b") == "column 9: expected a letter, a digit or '-', found '.'");
    CHECK(error_of(semantic, "1.2.3-a_b") ==
          "column 8: expected a letter, a digit, '-', '.' or '+', found '_'");
    CHECK(error_of(semantic, "1.2.3+") == "column 7: expected a letter, a digit or '-', found the end");
    CHECK(error_of(semantic, "v1.2.3") == "column 1: expected a number, found 'v'");
}

TEST_CASE("pep440: the summary of permitted suffixes and their order") {
    check_ascending(pep, {"1.dev0",
                          "1.0.dev456",
                          "1.0a1",
                          "1.0a2.dev456",
                          "1.0a12.dev456",
                          "1.0a12",
                          "1.0b1.dev456",
                          "1.0b2",
                          "1.0b2.post345.dev456",
                          "1.0b2.post345",
                          "1.0rc1.dev456",
                          "1.0rc1",
                          "1.0",
                          "1.0+abc.5",
                          "1.0+abc.7",
                          "1.0+5",
                          "1.0.post456.dev34",
                          "1.0.post456",
                          "1.0.15",
                          "1.1.dev1"});
    check_ascending(pep, {"2013.10", "2014.04", "1!1.0", "1!1.1", "1!2.0"});
    check_ascending(pep, {"1.0+a", "1.0+a.a", "1.0+b", "1.0+1", "1.0+1.a", "1.0+1.1", "1.0+2", "1.0+10"});
}

TEST_CASE("pep440: normalisation") {
    for (const auto& [a, b] :
         std::initializer_list<std::pair<const char*, const char*>>{{"1.1RC1", "1.1rc1"},
                                                                    {"00", "0"},
                                                                    {"09000", "9000"},
                                                                    {"1.0+foo0100", "1.0+foo0100"},
                                                                    {"1.1.a1", "1.1a1"},
                                                                    {"1.1-a1", "1.1a1"},
                                                                    {"1.1_a_1", "1.1a1"},
                                                                    {"1.1alpha1", "1.1a1"},
                                                                    {"1.1beta2", "1.1b2"},
                                                                    {"1.1c3", "1.1rc3"},
                                                                    {"1.1pre3", "1.1rc3"},
                                                                    {"1.1preview3", "1.1rc3"},
                                                                    {"1.2a", "1.2a0"},
                                                                    {"1.2-post2", "1.2.post2"},
                                                                    {"1.2post2", "1.2.post2"},
                                                                    {"1.2.post-2", "1.2.post2"},
                                                                    {"1.0-r4", "1.0.post4"},
                                                                    {"1.0rev4", "1.0.post4"},
                                                                    {"1.2.post", "1.2.post0"},
                                                                    {"1.0-1", "1.0.post1"},
                                                                    {"1.2-dev2", "1.2.dev2"},
                                                                    {"1.2dev2", "1.2.dev2"},
                                                                    {"1.2.dev", "1.2.dev0"},
                                                                    {"1.0+ubuntu-1", "1.0+ubuntu.1"},
                                                                    {"1.0+ubuntu_1", "1.0+ubuntu.1"},
                                                                    {"v1.0", "1.0"},
                                                                    {" 1.0\n", "1.0"},
                                                                    {"1.0", "1.0.0"},
                                                                    {"0!1.0", "1"},
                                                                    {"1.0+01", "1.0+1"}}) {
        const std::string spelling = a;
        CAPTURE(spelling);
        CHECK(same(pep, a, b));
    }
    CHECK(must_parse(pep, " 1.0c1\n").text() == "1.0c1");
}

TEST_CASE("pep440: parts and messages") {
    const version v = must_parse(pep, "v1!2.9.1rc1.post2.dev3+CU130.x");
    CHECK(v.part(0) == 2);
    CHECK(v.part(2) == 1);
    CHECK(v.part_count() == 3);
    CHECK(v.is_prerelease());
    CHECK(v.local() == "CU130.x");
    CHECK(v.without_local().text() == "v1!2.9.1rc1.post2.dev3");
    CHECK(must_parse(pep, "1.0.dev1").is_prerelease());
    CHECK(must_parse(pep, "1.0.post1.dev1").is_prerelease());
    CHECK_FALSE(must_parse(pep, "1.0.post1").is_prerelease());
    CHECK(must_parse(pep, "2.9.1").local().empty());

    CHECK(error_of(pep, "") == "column 1: expected a number, found the end");
    CHECK(error_of(pep, "1.0x") == "column 4: expected '.', a, b, rc, post, dev, '+' or the end, found 'x'");
    CHECK(error_of(pep, "1.0+") ==
          "column 5: expected a letter or a digit of a local version, found the end");
    CHECK(error_of(pep, "1.0+a_") ==
          "column 7: expected a letter or a digit of a local version, found the end");
    CHECK(error_of(pep, "1.0+a!") == "column 6: expected a letter, a digit or one of . - _, found '!'");
    CHECK(error_of(pep, "1.0rc1b2") ==
          "column 7: expected a digit, a post or dev release, '+' or the end, found 'b'");
    CHECK(error_of(pep, "1.0.dev1.post2") == "column 9: expected a digit, '+' or the end, found '.'");
    CHECK(error_of(pep, "1.2!3") == "column 1: an epoch is one number");
    CHECK(error_of(pep, "==1.0") == "column 1: expected a number, found '='");
}

TEST_CASE("conda: the list of VersionOrder's documentation") {
    check_ascending(conda, {"0.4",        "0.4.1.rc", "0.4.1",     "0.5a1",  "0.5b3",      "0.5C1",
                            "0.5",        "0.9.6",    "0.960923",  "1.0",    "1.1dev1",    "1.1a1",
                            "1.1.0dev1",  "1.1.a1",   "1.1.0rc1",  "1.1.0",  "1.1.0post1", "1.1post1",
                            "1996.07.12", "1!0.4.1",  "1!3.1.1.6", "2!0.4.1"});
    CHECK(same(conda, "0.4", "0.4.0"));
    CHECK(same(conda, "0.4.1.rc", "0.4.1.RC"));
    CHECK(same(conda, "1.1.0dev1", "1.1.dev1"));
    CHECK(same(conda, "1.1.0post1", "1.1.post1"));
    CHECK(same(conda, "1_2-3", "1.2.3"));
    CHECK(must_parse(conda, "1.0rc1").is_prerelease());
    CHECK_FALSE(must_parse(conda, "1.0post1").is_prerelease());
    CHECK(error_of(conda, "1.") == "column 3: expected a letter or a digit, found the end");
    CHECK(error_of(conda, "a1") == "column 1: expected a number, found 'a'");
    CHECK(error_of(conda, "1.1_") == "column 5: expected a letter or a digit, found the end");
    CHECK(error_of(conda, "1*") == "column 2: expected a letter, a digit or one of . _ - +, found '*'");
}

TEST_CASE("conda: the order is that of padded lists of lists, on 40,000 random pairs") {
    random_source r(70);
    const auto text = [&r] {
        std::string out = r.pick({"", "", "", "", "1!"}) + r.pick({"0", "1", "1", "2"});
        for (std::size_t n = r.below(6); n > 0; --n)
            out += r.pick({".", ".", "_", ""}) +
                   r.pick({"0", "0", "0", "1", "2", "a", "b", "dev", "post", "rc", "00", "0a", "a0"});
        if (r.chance(10)) out += '+' + r.pick({"0", "1", "a", "0.0.a", "dev"});
        return out;
    };
    const std::size_t pairs = test_support::scaled(40000);
    std::size_t equal = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
        const std::string a = text();
        const std::string b =
            r.chance(30) ? a + r.pick({".0", "a", ".a", "0", ".0.0a", ".0post", "dev"}) : text();
        CAPTURE(a);
        CAPTURE(b);
        const auto order = must_parse(conda, a) <=> must_parse(conda, b);
        const int wanted = conda_reference(a, b);
        REQUIRE((order < 0 ? -1 : order > 0 ? 1 : 0) == wanted);
        equal += wanted == 0 ? 1U : 0U;
    }
    CHECK(equal * 100 > pairs);
}

TEST_CASE("label: a word and nothing else") {
    CHECK(must_parse(label, "ubuntu-22.04").text() == "ubuntu-22.04");
    CHECK(less(label, "sm_86", "sm_90"));
    CHECK_FALSE(same(label, "Open", "open"));
    CHECK(must_parse(label, "a+b").local().empty());
    CHECK(error_of(label, "") ==
          "column 1: expected a letter, a digit or one of . _ - + : / @, found the end");
    CHECK(error_of(label, "a b") ==
          "column 2: expected a letter, a digit or one of . _ - + : / @, found ' '");
}

TEST_CASE("long versions keep their value through copies, moves and self-assignment") {
    const std::string text = "1.0.0-" + std::string(500, 'a') + '.' + std::string(400, '9') + "+build";
    version v = must_parse(semantic, text);
    version copy = v;
    version moved = std::move(copy);
    CHECK(moved == v);
    CHECK(moved.text() == text);
    copy = must_parse(semantic, "1.0.0");
    CHECK(copy < must_parse(semantic, "1.0.1"));
    copy = moved;
    const version& alias = copy;
    copy = alias;
    CHECK(copy == v);
    copy = version{};
    moved = std::move(copy);
    CHECK(moved == version{});
    CHECK(version_set::exactly(v).contains(v));
    CHECK(to_string(version_set::exactly(v)) == "==" + text.substr(0, text.find('+')));
}

namespace {
constexpr bool is_version(version_scheme s, std::string_view text) {
    version v;
    parse_failure failure;
    return version::try_parse(s, text, v, failure);
}
constexpr bool ordered(version_scheme s, std::string_view a, std::string_view b) {
    version x;
    version y;
    parse_failure failure;
    return version::try_parse(s, a, x, failure) && version::try_parse(s, b, y, failure) && x < y;
}
static_assert(is_version(version_scheme::pep440, "2.9.1+cu130"));
static_assert(!is_version(version_scheme::semver, "12.4"));
static_assert(ordered(version_scheme::dotted, "525.60.13", "535.183.01"));
static_assert(ordered(version_scheme::pep440,
                      "1!2.9.1.2.3.4.5.6a1.post123456.dev12345678+cu130.abcdefgh.12345678", "2!0"));
static_assert(ordered(version_scheme::conda, "1.0a", "1"));
} // namespace
