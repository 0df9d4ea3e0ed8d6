// Differential test against libsv (Debian's C library for SemVer): parse, compare, range match.
//
// The generated texts stay clear of the places where libsv leaves the text of SemVer 2.0.0 or of node's range
// language; each such place is a named test below that shows both answers.
#include "random_source.hpp"

#include <cudacompat/version/version_spec.hpp>

#include <doctest/doctest.h>
#include <semver.h>

#include <optional>

using namespace cudacompat;
using version_tests::random_source;

namespace {

constexpr version_scheme scheme = version_scheme::semver;

/// libsv compares words with memcmp over the length of the longer one and so reads past its text (the last of the
/// exceptions below); zeros behind the text keep that within memory that is ours.
constexpr std::size_t slack = 256;

/// libsv's value of a text; none where it refuses it.
class sv_version {
public:
    explicit sv_version(const std::string& text)
        : text_(text + std::string(slack, '\0')), ok_(::semvern(&value_, text_.data(), text.size()) == 0) {}
    sv_version(const sv_version&) = delete;
    sv_version& operator=(const sv_version&) = delete;
    ~sv_version() {
        if (ok_) ::semver_dtor(&value_); // libsv leaks the identifiers of a text that it refuses
    }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] const semver_t* get() const { return &value_; }

private:
    std::string text_;
    semver_t value_{};
    bool ok_; ///< set by reading text_ into value_, hence behind them
};

std::optional<bool> sv_match(const std::string& v, const std::string& range) {
    const sv_version parsed(v);
    if (!parsed.ok()) return std::nullopt;
    const std::string padded = range + std::string(slack, '\0');
    semver_range_t r{};
    const bool ok = ::semver_rangen(&r, padded.data(), range.size()) == 0;
    const bool matched = ok && ::semver_range_pmatch(parsed.get(), &r);
    for (semver_range_t* part = &r; part != nullptr; part = part->next) ::semver_comp_dtor(&part->comp);
    ::semver_range_dtor(&r); // frees the alternatives, not the comparators in them
    if (!ok) return std::nullopt;
    return matched;
}

int sv_compare(const std::string& a, const std::string& b) {
    const sv_version x(a);
    const sv_version y(b);
    REQUIRE(x.ok());
    REQUIRE(y.ok());
    const int c = ::semver_pcmp(x.get(), y.get());
    return c < 0 ? -1 : c > 0 ? 1 : 0;
}

int our_compare(const std::string& a, const std::string& b) {
    const auto x = version::parse(scheme, a);
    const auto y = version::parse(scheme, b);
    REQUIRE(x);
    REQUIRE(y);
    const auto c = *x <=> *y;
    return c < 0 ? -1 : c > 0 ? 1 : 0;
}

bool our_parse(const std::string& text) { return version::parse(scheme, text).has_value(); }

std::optional<bool> our_match(const std::string& v, const std::string& range) {
    const auto spec = version_spec::parse(scheme, range);
    const auto parsed = version::parse(scheme, v);
    if (!spec || !parsed) return std::nullopt;
    return spec->set().contains(*parsed);
}

std::string number(random_source& r) {
    return r.pick(
        {"0", "0", "1", "1", "2", "3", "9", "10", "11", "99", "191", "192", "256", "65536", "2147483646"});
}
std::string release(random_source& r) { return number(r) + '.' + number(r) + '.' + number(r); }
std::string identifier(random_source& r) {
    return r.pick({"0", "1", "2", "10", "11", "9", "a", "b", "alpha", "beta", "rc", "rc1", "A", "Z", "q-b",
                   "x", "alpha1", "r2-"});
}
std::string identifiers(random_source& r) {
    std::string out = identifier(r);
    for (std::size_t n = r.below(3); n > 0; --n) out += '.' + identifier(r);
    return out;
}
std::string semantic_version(random_source& r) {
    std::string out = release(r);
    if (r.chance(50)) out += '-' + identifiers(r);
    if (r.chance(15)) out += '+' + identifiers(r);
    return out;
}
std::string small_version(random_source& r) {
    std::string out =
        r.pick({"0", "1", "2"}) + '.' + r.pick({"0", "1", "2", "3"}) + '.' + r.pick({"0", "1", "2", "3"});
    if (r.chance(25)) out += '-' + r.pick({"0", "a", "rc.1", "rc.2"});
    return out;
}
std::string range_item(random_source& r) {
    const std::string op = r.pick({"", "=", "<", "<=", ">", ">=", "^", "~"});
    const bool carries = op == "^" || op == "~";
    if (op == "=" || r.chance(60)) {
        std::string v = small_version(r);
        if (carries) v = v.substr(0, v.find('-'));
        if (op == "~" && v[2] == '0') v[2] = '1';
        return op + v;
    }
    const std::string major = carries ? r.pick({"1", "2"}) : r.pick({"0", "1", "2"});
    std::string out = op + major;
    if (r.chance(60)) out += '.' + r.pick({op == "~" ? "3" : "0", "1", "2", "3"});
    return out + r.pick({"", "", ".x", ".*", ".X"});
}
std::string range(random_source& r) {
    if (r.chance(10)) return small_version(r) + " - " + small_version(r);
    std::string out = range_item(r);
    if (r.chance(40)) out += ' ' + range_item(r);
    if (r.chance(30)) out += " || " + range_item(r);
    return out;
}

/// A number of the release with a leading zero, in a text that is otherwise near a version.
bool has_leading_zero(const std::string& text) {
    for (std::size_t i = 0; i + 1 < text.size() && text[i] != '-' && text[i] != '+'; ++i)
        if (text[i] == '0' && (i == 0 || text[i - 1] == '.' || text[i - 1] == 'v') && text[i + 1] >= '0' &&
            text[i + 1] <= '9')
            return true;
    return false;
}
/// An identifier such as 0a, 01-x, or 01 in the build.
bool has_word_with_leading_zero(const std::string& text) {
    for (std::size_t i = text.find_first_of("-+"); i < text.size() && i + 2 < text.size(); ++i) {
        const bool begins = text[i] == '.' || text[i] == '-' || text[i] == '+';
        if (begins && text[i + 1] == '0' && text[i + 2] != '.' && text[i + 2] != '+') return true;
    }
    return false;
}

} // namespace

TEST_CASE("libsv: parse and compare agree on 60,000 generated pairs") {
    random_source r(1);
    for (int i = 0; i < 60000; ++i) {
        const std::string a = semantic_version(r);
        std::string b = semantic_version(r);
        if (r.chance(60)) b = a.substr(0, a.find_first_of("-+")) + (r.chance(70) ? '-' + identifiers(r) : "");
        CAPTURE(a);
        CAPTURE(b);
        REQUIRE(our_compare(a, b) == sv_compare(a, b));
        REQUIRE(our_compare(b, a) == sv_compare(b, a));
    }
}

TEST_CASE("libsv: both refuse the same 60,000 damaged texts") {
    random_source r(2);
    int refused = 0;
    for (int i = 0; i < 60000; ++i) {
        std::string text = semantic_version(r);
        const std::size_t at = r.below(text.size());
        switch (r.below(3)) {
        case 0: text.erase(at, 1); break;
        case 1:
            text.insert(at, r.pick({".", "-", "+", "_", " ", "!", "a", "1", "x", "v", "*", "\xc3"}));
            break;
        default: text[at] = r.pick({".", "-", "+", "a", "1", "0"})[0]; break;
        }
        const bool ours = our_parse(text);
        const bool theirs = sv_version(text).ok();
        refused += ours ? 0 : 1;
        CAPTURE(text);
        if (has_leading_zero(text) || text[0] == 'v') {
            REQUIRE_FALSE(ours);
        } else if (has_word_with_leading_zero(text)) {
            if (theirs) REQUIRE(ours); // libsv only ever refuses more
        } else {
            REQUIRE(ours == theirs);
        }
    }
    CHECK(refused > 10000);
}

TEST_CASE("libsv: range matches agree on 60,000 generated pairs") {
    random_source r(3);
    int matched = 0;
    for (int i = 0; i < 60000; ++i) {
        const std::string v = small_version(r);
        const std::string spec = range(r);
        CAPTURE(v);
        CAPTURE(spec);
        const auto theirs = sv_match(v, spec);
        const auto ours = our_match(v, spec);
        REQUIRE(theirs.has_value());
        REQUIRE(ours.has_value());
        REQUIRE(*ours == *theirs);
        matched += *ours ? 1 : 0;
    }
    CHECK(matched > 6000);
    CHECK(matched < 54000);
}

// --------------------------------------------------------------------------------------------------------------
// Where libsv leaves the text of SemVer 2.0.0.

TEST_CASE("libsv exception: numbers with leading zeros (item 2 forbids them)") {
    for (const char* text : {"01.2.3", "1.02.3", "1.2.03"}) {
        CHECK(sv_version(text).ok());
        CHECK_FALSE(our_parse(text));
    }
}
TEST_CASE("libsv exception: a \"v\" in front (not part of a semantic version)") {
    CHECK(sv_version("v1.2.3").ok());
    CHECK_FALSE(our_parse("v1.2.3"));
}
TEST_CASE("libsv exception: words that begin with 0 are refused (item 9 forbids only numeric ones)") {
    CHECK_FALSE(sv_version("1.2.3-00a").ok());
    CHECK(our_parse("1.2.3-00a"));
    CHECK_FALSE(sv_version("1.2.3-01").ok());
    CHECK_FALSE(our_parse("1.2.3-01"));
}
TEST_CASE("libsv exception: numbers above 2^31-1 wrap around") {
    CHECK(sv_compare("4294967296.0.0", "1.0.0") == -1);
    CHECK(our_compare("4294967296.0.0", "1.0.0") == 1);
}
TEST_CASE("libsv exception: a number and a word compare by bytes (item 11.4.3: the number is lower)") {
    CHECK(sv_compare("1.0.0-0", "1.0.0---1") == 1);
    CHECK(our_compare("1.0.0-0", "1.0.0---1") == -1);
    CHECK(sv_compare("1.0.0-9", "1.0.0-10a") == 1);
    CHECK(our_compare("1.0.0-9", "1.0.0-10a") == -1);
}
TEST_CASE("libsv exception: words compare past their end, so a.x > a-b ('.' > '-')") {
    CHECK(sv_compare("1.0.0-a.x", "1.0.0-a-b") == 1);
    CHECK(our_compare("1.0.0-a.x", "1.0.0-a-b") == -1);
}

// --------------------------------------------------------------------------------------------------------------
// Where libsv leaves node's range language, which ours follows there.

TEST_CASE("libsv exception: ^0, ^0.0 and ~x.0 forget which numbers were written") {
    CHECK(sv_match("1.3.0", "~1.0.0") == true);
    CHECK(our_match("1.3.0", "~1.0.0") == false);
    CHECK(sv_match("1.3.0", "~1.0") == true);
    CHECK(our_match("1.3.0", "~1.0") == false);
    CHECK(sv_match("0.1.4", "^0") == false);
    CHECK(our_match("0.1.4", "^0") == true);
    CHECK(sv_match("0.0.4", "^0.0") == false);
    CHECK(our_match("0.0.4", "^0.0") == true);
    CHECK(sv_match("0.2.0", "~0.0.0") == true);
    CHECK(our_match("0.2.0", "~0.0.0") == false);
}
TEST_CASE("libsv exception: =1 is =1.0.0 (node: 1.x)") {
    CHECK(sv_match("1.2.0", "=1") == false);
    CHECK(our_match("1.2.0", "=1") == true);
    CHECK(our_match("1.2.0", "==1") == true);
}
TEST_CASE("libsv exception: ^1.2.3-a and ~1.2.3-a end before x.y.z-a of the next, ours before x.y.z") {
    CHECK(sv_match("2.0.0-b", "^1.2.3-a") == false);
    CHECK(our_match("2.0.0-b", "^1.2.3-a") == true);
    CHECK(sv_match("1.3.0-b", "~1.2.3-a") == false);
    CHECK(our_match("1.3.0-b", "~1.2.3-a") == true);
}
TEST_CASE("libsv exception: * leaves out 0.0.0-a") {
    CHECK(sv_match("0.0.0-a", "*") == false);
    CHECK(our_match("0.0.0-a", "*") == true);
}
TEST_CASE(
    "libsv exception: white space in front or behind an operator becomes 0, an empty alternative 0 || *") {
    CHECK(sv_match("1.2.3", " ^1.2.0") == false);
    CHECK(our_match("1.2.3", " ^1.2.0") == true);
    CHECK(sv_match("1.2.4", ">= 1.2.3") == false);
    CHECK(our_match("1.2.4", ">= 1.2.3") == true);
    CHECK(sv_match("1.2.3", "||") == true);
    CHECK_FALSE(our_match("1.2.3", "||").has_value());
    CHECK(sv_match("1.2.3", "") == true);
    CHECK_FALSE(our_match("1.2.3", "").has_value());
}
TEST_CASE("libsv exception: it has no comma, != or two spaces") {
    CHECK_FALSE(sv_match("1.2.3", ">=1.2,<1.3").has_value());
    CHECK(our_match("1.2.3", ">=1.2,<1.3") == true);
    CHECK_FALSE(sv_match("1.2.3", "!=1.2.3").has_value());
    CHECK(our_match("1.2.3", "!=1.2.3") == false);
    CHECK_FALSE(sv_match("1.2.3", ">=1.2.0  <1.3.0").has_value());
    CHECK(our_match("1.2.3", ">=1.2.0  <1.3.0") == true);
}
