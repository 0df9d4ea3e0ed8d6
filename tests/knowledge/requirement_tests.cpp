// NVIDIA_REQUIRE_*: each line of requirement_cases.txt, and the column of an error.
#include <cudacompat/knowledge/requirement.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

namespace cc = cudacompat;

namespace {

[[nodiscard]] std::vector<std::string> split(const std::string& line, const std::string& separator) {
    std::vector<std::string> out{""};
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = line.find(separator, at);
        out.back() = line.substr(at, end - at);
        if (end == std::string::npos) return out;
        out.emplace_back();
        at = end + separator.size();
    }
    return out;
}

} // namespace

TEST_CASE("requirement strings: the recorded cases") {
    std::ifstream file(CUDACOMPAT_TEST_FOLDER "/requirement_cases.txt");
    REQUIRE(file.good());
    std::size_t cases = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        const std::vector<std::string> f = split(line, " ; ");
        REQUIRE(f.size() == 6);
        CAPTURE(line);
        std::vector<std::string> strings = split(f[1], "&&");
        for (std::string& s : strings)
            if (const std::size_t tab = s.find("\\t"); tab != std::string::npos) s.replace(tab, 2, "\t");
        cc::require_host host{f[2] == "-" ? "" : f[2], f[3] == "-" ? "" : f[3], {}};
        if (f[4] != "-")
            for (const std::string& card : split(f[4], " ")) {
                const std::vector<std::string> parts = split(card, ":");
                REQUIRE(parts.size() == 2);
                host.devices.push_back({parts[0], parts[1]});
            }
        const auto starts = cc::container_starts(strings, host);
        const std::string got = !starts ? "error" : *starts ? "yes" : "no";
        CHECK(got == (f[5] == "invalid" || f[5] == "input" ? "error" : f[5]));
        ++cases;
    }
    CHECK(cases == 158);
}

TEST_CASE("requirement strings: an error names the column and what was expected") {
    const auto at = [](std::string_view text) {
        const auto parsed = cc::parse_requirement(text);
        REQUIRE(!parsed);
        return std::to_string(parsed.error().where.column) + ": " + parsed.error().message;
    };
    CHECK(at("cuda>=12.4 gpu=1") ==
          "12: requirement 'gpu=1': unknown property 'gpu'; expected cuda, driver, arch or brand");
    CHECK(at("cuda>=12.4 brand=tesla,driver>=x") ==
          "32: requirement 'driver>=x': expected a version such as 12.4, found 'x'");
    CHECK(at("cuda") == "5: requirement 'cuda': expected one of = != < <= > >=");
    CHECK(at("brand>=tesla") == "6: requirement 'brand>=tesla': brands have no order; expected = or !=");
    CHECK(at("driver>=") == "9: requirement 'driver>=': expected a value");
    CHECK(cc::parse_requirement("cuda>=12.4 brand=tesla,driver>=470,driver<471")->size() == 2);
    CHECK(cc::parse_requirement("")->empty());
}
