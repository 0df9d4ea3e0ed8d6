// Random versions and specs of each scheme, small enough that they often meet.
#pragma once

#include "random_source.hpp"

#include <cudacompat/version/version_spec.hpp>

#include <doctest/doctest.h>

#include <array>

namespace version_tests {

using namespace cudacompat;

inline constexpr std::array<version_scheme, 5> all_schemes{version_scheme::dotted, version_scheme::semver,
                                                           version_scheme::pep440, version_scheme::conda,
                                                           version_scheme::label};

inline version must_parse(version_scheme s, std::string_view text) {
    auto v = version::parse(s, text);
    const std::string shown(text);
    CAPTURE(shown);
    REQUIRE(v);
    return *v;
}
inline version_spec must_spec(version_scheme s, std::string_view text) {
    auto v = version_spec::parse(s, text);
    const std::string shown(text);
    CAPTURE(shown);
    if (!v) MESSAGE(to_string(v.error()));
    REQUIRE(v);
    return *v;
}

inline std::string numbers(random_source& r, std::size_t most) {
    std::string out = r.pick({"0", "1", "1", "2", "3"});
    for (std::size_t n = r.below(most); n > 0; --n)
        out += '.' + r.pick({"0", "0", "1", "2", "03", "10", "300"});
    return out;
}

inline std::string version_text(version_scheme s, random_source& r, bool local = true) {
    switch (s) {
    case version_scheme::dotted: return numbers(r, 4);
    case version_scheme::semver: {
        std::string out =
            r.pick({"0", "1", "2"}) + '.' + r.pick({"0", "1", "10"}) + '.' + r.pick({"0", "1", "300"});
        if (r.chance(40)) out += '-' + r.pick({"0", "1", "a", "a.0", "a.b", "rc.1", "rc.2", "rc-1", "1a"});
        if (r.chance(10)) out += '+' + r.pick({"b", "001"});
        return out;
    }
    case version_scheme::pep440: {
        std::string out = r.pick({"", "", "", "", "1!"}) + numbers(r, 3);
        if (r.chance(30)) out += r.pick({"a0", "a1", "b1", "rc1", "c2", ".alpha-1"});
        if (r.chance(25)) out += r.pick({".post0", ".post1", "-1", ".post2", "rev300"});
        if (r.chance(20)) out += r.pick({".dev0", ".dev1", "dev2"});
        if (local && r.chance(15)) out += '+' + r.pick({"cu118", "cu121", "1", "2", "a.1", "CU118"});
        return out;
    }
    case version_scheme::conda: {
        std::string out = r.pick({"", "", "", "1!"}) + numbers(r, 3);
        if (r.chance(35))
            out += r.pick({"a", "a1", "rc1", "dev", "post1", ".post", "_1", ".dev1", ".a.0", "a0b", "post0"});
        if (local && r.chance(10)) out += '+' + r.pick({"0", "1", "a", "1.2"});
        return out;
    }
    case version_scheme::label:
        return r.pick({"a", "ab", "b", "open", "proprietary", "sm_86", "sm_90", "ubuntu-22.04"});
    }
    return {};
}

inline std::string spec_item_text(version_scheme s, random_source& r) {
    if (s == version_scheme::label) return r.pick({"", "==", "!=", "!="}) + version_text(s, r);
    if (r.chance(4)) return "*";
    const std::string op = r.pick({"", "==", "!=", "<", "<=", ">", ">=", "~=", "^", "~", "", "!="});
    if ((op.empty() || op == "==" || op == "!=") && r.chance(40)) {
        if (s == version_scheme::semver) return op + r.pick({"1", "1.0", "0.1", "2.x", "0.0.*", "1.10.X"});
        return op + r.pick({"", "", "", s == version_scheme::dotted ? "" : "1!"}) + numbers(r, 3) + ".*";
    }
    if (op == "~=" || op == "^" || op == "~") {
        if (s == version_scheme::semver) return op + r.pick({"1.0", "0.0", "0.1.0", "1.10.1-rc.1", "2.0.1"});
        if (s == version_scheme::dotted || s == version_scheme::conda) return op + "1." + numbers(r, 2);
        return op + numbers(r, 2) + '.' + numbers(r, 1) + r.pick({"", "", "a1", ".post1", ".dev0"});
    }
    const bool local = op.empty() || op == "==" || op == "!=" || s != version_scheme::pep440;
    return op + r.pick({"", "", " "}) + version_text(s, r, local);
}

inline std::string spec_text(version_scheme s, random_source& r) {
    if (s == version_scheme::semver && r.chance(8))
        return r.pick({"0.1 - 1", "1.0.0 - 2.0.0-a", "1.x - 2.1.x"});
    if (s == version_scheme::pep440 && r.chance(3)) return "===" + version_text(s, r);
    std::string out = spec_item_text(s, r);
    for (int more = 0; more < 2 && r.chance(35); ++more)
        out += r.chance(70) ? r.pick({",", ", ", " ,"}) + spec_item_text(s, r)
                            : r.pick({" || ", "||"}) + spec_item_text(s, r);
    return out;
}

} // namespace version_tests
