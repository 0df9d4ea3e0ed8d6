// check() on small knowledge bases made at random, against the words of data/README.md by brute force over what a
// partial statement may mean, and its conflicts for being irreducible.
#include "core.hpp"
#include "described.hpp"

#include <cudacompat/knowledge/freeze.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

#include <set>

namespace {

namespace cc = cudacompat;

constexpr std::uint64_t seed = 20261120;
const std::vector<std::string> versions{"1.0", "1.1", "2.0", "2.1", "3.0"};

class maker {
public:
    explicit maker(std::uint64_t from) : random_(from), count_(3 + pick(3)) {}

    [[nodiscard]] std::string file(std::size_t c) {
        std::string out = "schema: 1\ngeneric: true\ncomponent: " + name(c) + "\nscheme: dotted\nreleases:\n";
        for (const std::string& v : versions) {
            std::string inner[2];
            for (std::size_t to = 0; to < count_; ++to)
                if (to != c && pick(100) < 35) {
                    std::string& list = inner[pick(2)];
                    list += (list.empty() ? "" : ", ") + name(to) + ": \"" + spec() + "\"";
                }
            out += "  - {version: \"" + v + "\"";
            if (!inner[0].empty()) out += ", requires: {" + inner[0] + "}";
            if (!inner[1].empty()) out += ", constrains: {" + inner[1] + "}";
            out += "}\n";
        }
        return out;
    }
    [[nodiscard]] cc::result<cc::knowledge_base> base() {
        cc::model all;
        all.generic = true;
        for (std::size_t c = 0; c < count_; ++c) {
            cc::load_report report = cc::load_model_text(file(c), name(c) + ".yaml");
            if (!report.ok()) return report.errors.front();
            for (auto& k : report.data.components) all.components.push_back(std::move(k));
            for (auto& f : report.data.facts) all.facts.push_back(std::move(f));
        }
        auto block = cc::freeze(all);
        if (!block) return block.error();
        return cc::knowledge_base::adopt(std::move(*block));
    }
    [[nodiscard]] cc::stack_record stack() {
        cc::stack_record out;
        for (std::size_t c = 0; c < count_; ++c) {
            const std::size_t kind = pick(10);
            if (kind == 0) continue;
            std::string v = versions[pick(versions.size())];
            if (kind == 1) v = "*";
            else if (kind < 4) v.resize(1);
            out.components.push_back({name(c), v, {}, {}});
        }
        return out;
    }

private:
    [[nodiscard]] std::size_t pick(std::size_t n) { return random_() % n; }
    [[nodiscard]] static std::string name(std::size_t c) {
        return std::string(1, static_cast<char>('a' + c));
    }
    [[nodiscard]] std::string spec() {
        const std::string& v = versions[pick(versions.size())];
        switch (pick(4)) {
        case 0: return ">=" + v;
        case 1: return "<=" + v;
        case 2: return v.substr(0, 1);
        default: return "!=" + v;
        }
    }

    std::mt19937_64 random_;
    std::size_t count_;
};

/// The verdict of a stack by those of everything that it may mean.
[[nodiscard]] std::string by_meanings(cc::stack_record s, const cc::knowledge_base& kb, std::size_t at = 0) {
    for (; at < s.components.size(); ++at) {
        const std::string text = s.components[at].version;
        if (text.size() > 1) continue;
        std::set<std::string> all;
        for (const std::string& v : versions) {
            if (text != "*" && !v.starts_with(text)) continue;
            s.components[at].version = v;
            all.insert(by_meanings(s, kb, at + 1));
        }
        return all.size() == 1 ? *all.begin() : "unknown";
    }
    return described::verdict_of(described::check(s, {}, kb));
}

TEST_CASE("random stacks by random data") {
    const std::size_t rounds = test_support::scaled(600);
    std::size_t seen[3] = {};
    std::size_t ways = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        CAPTURE(seed + round);
        maker m(seed + round);
        const auto kb = m.base();
        REQUIRE_MESSAGE(kb, (kb ? "" : cc::to_string(kb.error())));
        for (int i = 0; i < 4; ++i) {
            const cc::stack_record s = m.stack();
            if (s.components.empty()) continue;
            const auto a = described::check(s, {}, *kb);
            REQUIRE_MESSAGE(a, (a ? "" : cc::to_string(a.error())));
            CHECK_MESSAGE(described::verdict_of(a) == by_meanings(s, *kb), described::told(s));
            ++seen[static_cast<std::size_t>(a->verdict())];
            if (a->verdict() != cc::verdict::incompatible) continue;
            const auto why = cc::conflicts_of(a->asked(), cc::statements_of(a->asked()), 8);
            const auto told = std::find_if(why.begin(), why.end(), [&](const cc::refutation& r) {
                return described::facts_of(a->asked(), r) == a->conflict()->facts();
            });
            REQUIRE(told != why.end());
            CHECK_MESSAGE(described::wrong_core(a->asked(), *told) == "", described::told(s));
            for (const cc::way_out& w : a->ways_out()) {
                ++ways;
                cc::stack_record changed = s;
                for (const cc::way_out::change& c : w.changes) {
                    const auto at = std::find_if(
                        changed.components.begin(), changed.components.end(),
                        [&](const cc::stack_item& item) { return item.component == c.component; });
                    REQUIRE(at != changed.components.end());
                    at->version = c.example.empty() ? c.to : c.example;
                }
                CHECK_MESSAGE(described::verdict_of(described::check(changed, {}, *kb)) == "compatible",
                              described::told(s), ": ", w.text);
            }
        }
    }
    MESSAGE(rounds, " bases from seed ", seed, ": compatible ", seen[0], ", incompatible ", seen[1],
            ", unknown ", seen[2], ", ways out ", ways);
    for (const std::size_t n : seen) CHECK(n * 50 > rounds);
    CHECK(ways * 2 > rounds);
}

} // namespace
