// The hand-written worlds of cases/, and the long ones that are easier to compute than to write.
#include "compare.hpp"

namespace {

using namespace worlds;

/// Every check of a world; the messages name the query.
void examine(const world& w) {
    const auto files = write(w);
    const auto kb = load_from_disk(files, w.name);
    REQUIRE_MESSAGE(kb, w.name, ": ", kb ? "" : cc::to_string(kb.error()));
    std::vector<cc::knowledge_base> reordered;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        std::mt19937_64 random(seed);
        auto again = load(write(w, &random));
        REQUIRE_MESSAGE(again, w.name, ": ", again ? "" : cc::to_string(again.error()));
        reordered.push_back(std::move(*again));
    }
    const brute_force oracle(w);
    for (const query& q : w.queries) {
        std::string items;
        for (const std::string& item : q.ask) items += " " + item;
        const std::string where = w.name + ":" + std::to_string(q.line) + ":" + items;
        const auto a = ask(*kb, q.ask);
        if (q.verdict == "error") {
            CHECK_MESSAGE(!a, where, ": an answer, expected an error");
            if (!a)
                CHECK_MESSAGE(a.error().message.find(q.says) != std::string::npos, where, ": ",
                              cc::to_string(a.error()));
            continue;
        }
        CHECK_MESSAGE(a, where, ": ", a ? "" : cc::to_string(a.error()));
        if (!a) continue;
        const std::string text = cc::to_text(*a);
        CHECK_MESSAGE(cc::to_string(a->verdict()) == q.verdict, where, "\n", text);
        if (q.verdict == "compatible" && a->solution() != nullptr)
            CHECK_MESSAGE(told(chosen(*a->solution())) == told(q.chosen), where);
        if (q.verdict == "incompatible" && a->conflict() != nullptr) {
            const std::set<std::string> between(a->conflict()->between().begin(),
                                                a->conflict()->between().end());
            CHECK_MESSAGE(told(between) == told(q.between), where, "\n", text);
        }
        if (!q.says.empty()) {
            std::string flat; // a phrase may be wrapped
            for (const char c : text)
                if (c != '\n' && c != ' ') flat += c;
                else if (!flat.empty() && flat.back() != ' ') flat += ' ';
            CHECK_MESSAGE(flat.find(q.says) != std::string::npos, where, ": expected \"", q.says, "\" in\n",
                          text);
        }
        CHECK_MESSAGE(differs(w, oracle, *a, q.ask) == "", where, "\n", text);
        for (const cc::knowledge_base& other : reordered) {
            const auto b = ask(other, q.ask);
            CHECK_MESSAGE(b, where, ": reordered");
            if (b) CHECK_MESSAGE(cc::to_text(*b) == text, where, ": another text after reordering");
        }
    }
}

[[nodiscard]] query wants(std::vector<std::string> ask_, std::map<std::string, std::string> chosen_) {
    query q;
    q.ask = std::move(ask_);
    q.verdict = "compatible";
    q.chosen = std::move(chosen_);
    return q;
}
[[nodiscard]] query refuses(std::vector<std::string> ask_, std::set<std::string> between) {
    query q;
    q.ask = std::move(ask_);
    q.verdict = "incompatible";
    q.between = std::move(between);
    return q;
}
[[nodiscard]] std::string numbered(const char* prefix, std::size_t i) {
    std::string n = std::to_string(i);
    return prefix + std::string(n.size() < 4 ? 4 - n.size() : 0, '0') + n;
}

} // namespace

TEST_CASE("worlds: hand-written cases") {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(CUDACOMPAT_TEST_DIR "/cases"))
        if (entry.path().extension() == ".yaml") paths.push_back(entry.path().generic_string());
    std::sort(paths.begin(), paths.end());
    REQUIRE(paths.size() >= 45);
    std::size_t queries = 0;
    for (const std::string& path : paths) {
        const world w = read_case(path);
        queries += w.queries.size();
        examine(w);
    }
    MESSAGE(paths.size(), " worlds, ", queries, " queries");
}

TEST_CASE("worlds: a chain of 200 components") {
    // Each needs the next at its own version: the end of the chain decides the beginning.
    world w;
    w.name = "chain-200";
    std::map<std::string, std::string> low, high;
    for (std::size_t i = 0; i < 200; ++i) {
        w.add(numbered("c", i), "dotted", {"1", "2"});
        low[numbered("c", i)] = "1";
        high[numbered("c", i)] = "2";
        for (std::size_t r = 0; r < 2 && i + 1 < 200; ++r)
            w.requires_(i, r, numbered("c", i + 1), std::to_string(r + 1));
    }
    w.queries = {wants({"c0000"}, high), wants({"c0199:1", "c0000"}, low), wants({"c0000", "c0199:1"}, low)};
    std::set<std::string> all;
    for (const auto& [name, version] : low) all.insert(name);
    w.queries.push_back(refuses({"c0000:2", "c0199:1"}, all));
    w.queries.push_back(wants({"c0198"}, {{"c0198", "2"}, {"c0199", "2"}}));
    examine(w);
}

TEST_CASE("worlds: one component needs a hundred") {
    world w;
    w.name = "fan-100";
    const std::size_t hub = w.add("hub", "semver", {"1.0.0", "2.0.0"});
    std::map<std::string, std::string> newest{{"hub", "2.0.0"}};
    for (std::size_t i = 0; i < 100; ++i) {
        w.add(numbered("d", i), "semver", {"1.0.0", "1.1.0", "2.0.0"});
        w.requires_(hub, 1, numbered("d", i), "^1.0.0");
        newest[numbered("d", i)] = "1.1.0";
    }
    w.queries = {wants({"hub"}, newest), wants({"hub", "d0042:2"}, {{"hub", "1.0.0"}, {"d0042", "2.0.0"}}),
                 refuses({"hub:2", "d0042:2"}, {"hub", "d0042"})};
    examine(w);
}

TEST_CASE("worlds: a component of 2000 releases") {
    // Every release of `many` pins `base`; base 7 is the only one that `user` takes.
    world w;
    w.name = "releases-2000";
    std::vector<std::string> versions, bases;
    for (std::size_t i = 0; i < 2000; ++i)
        versions.push_back(std::to_string(i / 100) + "." + std::to_string(i % 100));
    for (std::size_t i = 0; i < 20; ++i) bases.push_back(std::to_string(i));
    const std::size_t many = w.add("many", "dotted", versions);
    w.add("base", "dotted", bases);
    const std::size_t user = w.add("user", "dotted", {"1"});
    for (std::size_t i = 0; i < 2000; ++i) w.requires_(many, i, "base", std::to_string(i / 100));
    w.requires_(user, 0, "base", "7");
    w.requires_(user, 0, "many", "!=7.99,!=7.98");
    w.queries = {wants({"many"}, {{"many", "19.99"}, {"base", "19"}}),
                 wants({"user"}, {{"user", "1"}, {"base", "7"}, {"many", "7.97"}}),
                 wants({"many<3"}, {{"many", "2.99"}, {"base", "2"}}),
                 refuses({"user", "many:8.5"}, {"user", "many", "base"}), refuses({"many:20"}, {"many"})};
    examine(w);
}
