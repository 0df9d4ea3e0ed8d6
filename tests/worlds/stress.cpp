// Large and hostile generic knowledge bases, written to a folder and read back as `--kb DIR` does it.
//
// Sizes are bounds on memory, not on time: CTest's timeout ends what takes too long, and the number of bytes
// that the process has ever had in memory is read from the kernel, where it tells.
#include "compare.hpp"

#include <chrono>
#include <cstdlib>

namespace {

using namespace worlds;

/// Resident memory at its highest, in MiB; 0 where the system does not say.
[[nodiscard]] std::size_t peak_mib() {
    std::ifstream in("/proc/self/status");
    std::string line;
    while (std::getline(in, line))
        if (line.starts_with("VmHWM:")) return std::strtoul(line.c_str() + 6, nullptr, 10) / 1024;
    return 0;
}

class stopwatch {
public:
    [[nodiscard]] long long milliseconds() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                     start_)
            .count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

[[nodiscard]] std::string numbered(const char* prefix, std::size_t i) {
    std::string n = std::to_string(i);
    return prefix + std::string(n.size() < 5 ? 5 - n.size() : 0, '0') + n;
}

[[nodiscard]] cc::knowledge_base compiled(const world& w) {
    const stopwatch time;
    auto kb = load_from_disk(write(w), w.name);
    REQUIRE_MESSAGE(kb, w.name, ": ", kb ? "" : cc::to_string(kb.error()));
    MESSAGE(w.name, ": ", w.components.size(), " components, ", w.statements.size(), " facts, compiled in ",
            time.milliseconds(), " ms");
    return std::move(*kb);
}

/// Asks twice; the answers are equal to the byte.
[[nodiscard]] cc::answer answered(const cc::knowledge_base& kb, const std::vector<std::string>& items) {
    const stopwatch time;
    auto a = ask(kb, items);
    REQUIRE_MESSAGE(a, (a ? "" : cc::to_string(a.error())));
    const long long first = time.milliseconds();
    auto again = ask(kb, items);
    REQUIRE(again);
    CHECK(cc::to_text(*a) == cc::to_text(*again));
    MESSAGE(items.front(), " ...: ", std::string(cc::to_string(a->verdict())), " in ", first, " ms, text of ",
            cc::to_text(*a).size(), " bytes, peak ", peak_mib(), " MiB");
    return std::move(*a);
}

[[nodiscard]] std::string version_of(const cc::answer& a, const std::string& name) {
    const cc::choice* c = a.solution() == nullptr ? nullptr : a.solution()->find(name);
    return c == nullptr ? "absent" : c->version();
}

} // namespace

TEST_CASE("worlds: 300 components of 100 releases") {
    // A staircase with noise: each release needs four later components in a window around its own height.
    constexpr std::size_t n = 300, v = 100;
    std::mt19937_64 random(7);
    world w;
    w.name = "large";
    std::vector<std::string> versions;
    for (std::size_t r = 0; r < v; ++r)
        versions.push_back(std::to_string(r / 10) + "." + std::to_string(r % 10));
    for (std::size_t c = 0; c < n; ++c) w.add(numbered("p", c), "dotted", versions);
    const auto bound = [&](std::size_t r) { return versions[std::min(r, v - 1)]; };
    for (std::size_t c = 0; c + 1 < n; ++c) {
        std::set<std::size_t> targets{c + 1};
        while (targets.size() < std::min<std::size_t>(4, n - 1 - c))
            targets.insert(c + 1 + random() % std::min<std::size_t>(20, n - 1 - c));
        for (std::size_t r = 0; r < v; ++r)
            for (const std::size_t to : targets) {
                const std::size_t low = r > 6 ? r - 6 + random() % 4 : 0;
                w.requires_(c, r, numbered("p", to), ">=" + bound(low) + ",<=" + bound(r + 2 + random() % 4));
            }
    }
    const cc::knowledge_base kb = compiled(w);
    const cc::answer top = answered(kb, {numbered("p", 0)});
    CHECK(version_of(top, numbered("p", 0)) == "9.9");
    const cc::answer pinned = answered(kb, {numbered("p", 0), numbered("p", n - 1) + ":5.0"});
    CHECK(pinned.verdict() == cc::verdict::compatible);
    const cc::answer refused = answered(kb, {numbered("p", 0) + ":9.9", numbered("p", 1) + ":1.0"});
    REQUIRE(refused.conflict() != nullptr);
    CHECK(refused.conflict()->facts().size() <= 4);
    CHECK(peak_mib() < 2048);
}

TEST_CASE("worlds: everything needs everything") {
    // 60 components of 20 releases, each release needs every other component: one cycle, half of it in lock step.
    world w;
    w.name = "clique";
    std::vector<std::string> versions;
    for (std::size_t r = 0; r < 20; ++r) versions.push_back(std::to_string(r));
    for (std::size_t c = 0; c < 60; ++c) w.add(numbered("k", c), "dotted", versions);
    for (std::size_t c = 0; c < 60; ++c)
        for (std::size_t r = 0; r < 20; ++r)
            for (std::size_t to = 0; to < 60; ++to)
                if (to != c)
                    w.requires_(c, r, numbered("k", to),
                                (c + to) % 2 == 0 ? "==" + versions[r] : ">=" + versions[r / 2]);
    const cc::knowledge_base kb = compiled(w);
    CHECK(version_of(answered(kb, {numbered("k", 0)}), numbered("k", 59)) == "19");
    CHECK(answered(kb, {numbered("k", 0) + ":19", numbered("k", 2) + ":3"}).verdict() ==
          cc::verdict::incompatible);
    CHECK(peak_mib() < 2048);
}

TEST_CASE("worlds: a component of 20000 releases") {
    // `many` and `mirror` move in step; `pin` takes one release in the middle.
    constexpr std::size_t n = 20000;
    world w;
    w.name = "many";
    std::vector<std::string> versions;
    for (std::size_t r = 0; r < n; ++r)
        versions.push_back(std::to_string(r / 1000) + "." + std::to_string(r / 10 % 100) + "." +
                           std::to_string(r % 10));
    w.add("many", "semver", versions);
    w.add("mirror", "semver", versions);
    w.add("pin", "semver", {"1.0.0"});
    for (std::size_t r = 0; r < n; ++r) w.requires_(0, r, "mirror", "==" + versions[r]);
    w.requires_(2, 0, "mirror", "==7.77.7");
    const cc::knowledge_base kb = compiled(w);
    CHECK(version_of(answered(kb, {"many"}), "mirror") == "19.99.9");
    CHECK(version_of(answered(kb, {"pin", "many"}), "many") == "7.77.7");
    CHECK(version_of(answered(kb, {"pin"}), "many") == "absent");
    const cc::answer refused = answered(kb, {"pin", "many>=8"});
    CHECK(refused.verdict() == cc::verdict::incompatible);
    CHECK(cc::to_text(refused).size() < 20000);
    CHECK(peak_mib() < 4096);
}

TEST_CASE("worlds: a wall of alternatives") {
    // 200 choices between two components that exclude each other in a ring: an odd ring has no solution.
    for (const std::size_t n : {200U, 201U}) {
        world w;
        w.name = "ring-" + std::to_string(n);
        w.add("root", "dotted", {"1"});
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t c = w.add(numbered("n", i), "dotted", {"1", "2"});
            w.requires_(0, 0, numbered("n", i), "*");
            for (std::size_t r = 0; r < 2; ++r)
                w.requires_(c, r, numbered("n", (i + 1) % n), r == 0 ? "2" : "1");
        }
        const cc::knowledge_base kb = compiled(w);
        const cc::answer a = answered(kb, {"root"});
        CHECK((a.verdict() == cc::verdict::compatible) == (n % 2 == 0));
    }
}

TEST_CASE("worlds: pigeons") {
    // One component more than places: exponential for resolution, small enough to be finished. What is told to
    // people stays readable all the same.
    for (const std::size_t n : {5U, 6U, 7U}) {
        world w;
        w.name = "pigeons-" + std::to_string(n);
        std::vector<std::string> places;
        for (std::size_t r = 0; r < n; ++r) places.push_back(std::to_string(r));
        w.add("root", "dotted", {"1"});
        for (std::size_t i = 0; i <= n; ++i) {
            const std::size_t c = w.add(numbered("n", i), "dotted", places);
            w.requires_(0, 0, numbered("n", i), "*");
            for (std::size_t r = 0; r < n; ++r)
                for (std::size_t j = 0; j < i; ++j) w.constrains(c, r, numbered("n", j), "!=" + places[r]);
        }
        const cc::knowledge_base kb = compiled(w);
        const cc::answer a = answered(kb, {"root"});
        CHECK(a.verdict() == cc::verdict::incompatible);
        REQUIRE(a.conflict() != nullptr);
        CHECK(a.conflict()->between().size() == n + 2);
        CHECK_MESSAGE(cc::to_text(a).size() < 65536, w.name, ": ", a.conflict()->steps().size(), " steps");
    }
}
