// Random small worlds, every answer compared with the oracle. Seeds are fixed and printed; a failing world is
// printed as the files that reproduce it.
#include "compare.hpp"

#include <support/scale.hpp>

namespace {

using namespace worlds;

struct flavour {
    std::string name;
    std::uint64_t seed;
    std::size_t worlds;
    std::vector<std::pair<std::string, std::vector<std::string>>> lines; ///< scheme, versions to pick from
    bool star;                                                           ///< "*" as a spec
};

class generator {
public:
    generator(const flavour& f, std::uint64_t seed) : flavour_(f), random_(seed) {}

    [[nodiscard]] world make() {
        world w;
        w.name = flavour_.name + "-" + std::to_string(random_() % 1000000);
        const std::size_t n = 3 + pick(4);
        for (std::size_t c = 0; c < n; ++c) {
            const auto& [scheme, pool] = flavour_.lines[pick(flavour_.lines.size())];
            std::vector<std::string> versions = pool;
            shuffle(versions, random_);
            versions.resize(std::min<std::size_t>(1 + pick(5), versions.size()));
            pools_.push_back(&pool);
            w.add(std::string(1, static_cast<char>('a' + c)), scheme, std::move(versions));
        }
        const std::size_t density = 20 + pick(60);
        acyclic_ = chance(50);
        for (std::size_t c = 0; c < n; ++c) place_.push_back(c);
        shuffle(place_, random_); // of an acyclic world: a component needs only what has a higher place
        for (std::size_t c = 0; c < n; ++c)
            for (std::size_t r = 0; r < w.components[c].versions.size(); ++r) state(w, c, r, density);
        for (std::size_t i = 0; i < 3; ++i) w.queries.push_back(ask(w));
        return w;
    }

private:
    [[nodiscard]] std::size_t pick(std::size_t n) { return random_() % n; }
    [[nodiscard]] bool chance(std::size_t percent) { return pick(100) < percent; }
    [[nodiscard]] std::string version_of(std::size_t c) { return (*pools_[c])[pick(pools_[c]->size())]; }

    void state(world& w, std::size_t c, std::size_t r, std::size_t density) {
        const std::size_t n = w.components.size();
        for (std::size_t to = 0; to < n; ++to) {
            if (!may_need(c, to) || to == c || !chance(density)) continue;
            if (chance(25)) w.constrains(c, r, w.components[to].name, spec(to));
            else if (chance(60)) w.requires_(c, r, w.components[to].name, spec(to));
        }
        if (chance(2)) w.requires_(c, r, "nowhere", "1");
        if (chance(2)) w.requires_(c, r, w.components[c].name, spec(c));
        for (std::size_t group = 0; group < 2 && chance(25); ++group) {
            std::vector<std::pair<std::string, std::string>> any;
            for (std::size_t k = 2 + pick(2); k > 0; --k) {
                const std::size_t to = pick(n);
                if (!may_need(c, to)) continue;
                if (chance(5)) any.emplace_back("nowhere", "1");
                else any.emplace_back(w.components[to].name, chance(8) ? "absent" : spec(to));
            }
            if (!any.empty()) w.requires_any(c, r, std::move(any));
        }
    }
    [[nodiscard]] bool may_need(std::size_t c, std::size_t to) const {
        return !acyclic_ || c == to || place_[c] < place_[to];
    }
    [[nodiscard]] std::string spec(std::size_t c) {
        const std::string v = version_of(c);
        const bool local = v.find('+') != std::string::npos;
        switch (pick(flavour_.star ? 9 : 8)) {
        case 0: return "==" + v;
        case 1: return "!=" + v;
        case 2: return (local ? "==" : "<") + v;
        case 3: return (local ? "==" : ">") + v;
        case 4: return (local ? "==" : "<=") + v;
        case 5: return "==" + v + " || ==" + version_of(c);
        case 6:
        case 7: return (local ? "==" : ">=") + v;
        default: return "*";
        }
    }
    [[nodiscard]] query ask(const world& w) {
        query q;
        for (std::size_t k = 1 + pick(3); k > 0; --k) {
            const std::size_t c = pick(w.components.size());
            const std::string& name = w.components[c].name;
            q.ask.push_back(chance(50) ? name : chance(4) ? name + ":absent" : name + ":" + spec(c));
        }
        return q;
    }

    const flavour& flavour_;
    std::mt19937_64 random_;
    std::vector<const std::vector<std::string>*> pools_;
    std::vector<std::size_t> place_;
    bool acyclic_ = false;
};

/// The values of every component that some solution takes, by the solver and by the oracle.
[[nodiscard]] std::string wrong_projection(const world& w, const brute_force& oracle, const cc::answer& a,
                                           const std::vector<std::string>& items) {
    const cc::solution& s = *a.solution();
    cc::query q = a.asked().ask;
    q.criteria.clear();
    std::vector<std::pair<std::size_t, std::size_t>> outside; // components that the question cannot concern
    for (const component& k : w.components)
        if (s.instances().of(s.kb().find_component(k.name)).empty())
            outside.emplace_back(oracle.find(k.name), 0);
    if (!oracle.solvable({items, {}, outside})) return "what is out of scope is needed";
    for (const component& k : w.components) {
        const auto copies = s.instances().of(s.kb().find_component(k.name));
        if (copies.empty()) continue;
        const std::uint32_t var = copies[0];
        const cc::bits works = s.project(q, var);
        const std::size_t c = oracle.find(k.name);
        for (std::size_t value = 0; value < oracle.values(c); ++value)
            if (works.test(static_cast<std::uint32_t>(value)) != oracle.solvable({items, {}, {{c, value}}}))
                return k.name + " " + (value == 0 ? "absent" : oracle.text(c, value)) +
                       (works.test(static_cast<std::uint32_t>(value)) ? " is" : " is not") +
                       " in the projection";
    }
    return "";
}

void run(const flavour& f) {
    const std::size_t rounds = test_support::scaled(f.worlds);
    std::size_t compatible = 0, incompatible = 0, failed = 0, largest = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        const world w = generator(f, f.seed + i).make();
        const auto files = write(w);
        const auto kb = load(files);
        REQUIRE_MESSAGE(kb, f.name, " seed ", f.seed + i, ": ", kb ? "" : cc::to_string(kb.error()));
        const brute_force oracle(w);
        for (const query& q : w.queries) {
            std::string wrong;
            std::string text;
            const auto a = ask(*kb, q.ask);
            if (!a) {
                wrong = cc::to_string(a.error());
            } else {
                text = cc::to_text(*a);
                wrong = differs(w, oracle, *a, q.ask);
                if (wrong.empty() && a->solution() != nullptr) wrong = wrong_projection(w, oracle, *a, q.ask);
                ++(a->solution() != nullptr ? compatible : incompatible);
                if (a->conflict() != nullptr) largest = std::max(largest, a->conflict()->facts().size());
            }
            if (wrong.empty()) continue;
            if (++failed > 3) continue;
            std::string all;
            for (const file& part : files) all += part.text + "---\n";
            std::string items;
            for (const std::string& item : q.ask) items += " '" + item + "'";
            FAIL_CHECK(f.name, " seed ", f.seed + i, " ask", items, ": ", wrong, "\n", text, all);
        }
    }
    CHECK_MESSAGE(failed == 0, f.name, ": ", failed, " answers differ");
    MESSAGE(f.name, ": seeds ", f.seed, " to ", f.seed + rounds - 1, ", ", compatible, " compatible, ",
            incompatible, " incompatible, largest core ", largest, " facts");
    if (rounds >= 100) { // the generator makes both, and conflicts that are not trivial
        CHECK(compatible * 10 > rounds);
        CHECK(incompatible * 10 > rounds);
        CHECK(largest >= 5);
    }
}

} // namespace

TEST_CASE("worlds: random, final releases") {
    run({"finals",
         20261120,
         2000,
         {{"dotted", {"1", "1.2", "2.0.1", "3", "10.04"}},
          {"semver", {"0.1.0", "0.9.3", "1.0.0", "1.10.0", "2.0.0"}},
          {"pep440", {"0.9", "1.0", "1.0.post1", "1!0.1", "2.0"}}},
         true});
}

TEST_CASE("worlds: random, with pre-releases") {
    run({"pre-releases",
         31000000,
         700,
         {{"semver", {"1.0.0-rc.1", "1.0.0", "1.1.0-alpha", "1.1.0", "2.0.0-0"}},
          {"pep440", {"1.0a1", "1.0rc1", "1.0", "1.1.dev3", "1.1", "2.0b2"}},
          {"pep440", {"3.0a1", "3.0rc1", "3.1.dev1"}},
          {"dotted", {"1", "2"}}},
         false});
}

TEST_CASE("worlds: random, with local versions") {
    run({"locals",
         42000000,
         300,
         {{"pep440", {"1.0", "1.0+a", "1.0+b", "1.1", "2.0+a"}}, {"dotted", {"1", "2"}}},
         true});
}
