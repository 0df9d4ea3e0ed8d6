// What holds of check() on every described machine: conflicts are irreducible, ways out lead out, nothing depends on order,
// and less in a stack is never worse.
#include "core.hpp"
#include "described.hpp"

#include <cudacompat/json.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

#include <set>

namespace {

using described::stack_case;
namespace cc = cudacompat;

constexpr std::uint64_t seed = 20261120;

TEST_CASE("the first conflict of every refused machine is irreducible") {
    std::size_t looked_at = 0, other = 0;
    for (const stack_case& c : described::all()) {
        const auto a = described::check(c.stack, c.request);
        if (!a || a->verdict() != cc::verdict::incompatible) continue;
        CAPTURE(c.name);
        REQUIRE(a->conflict() != nullptr);
        const cc::question& q = a->asked();
        if (!q.impossible.empty() ||
            (!a->findings().empty() && a->findings().front().rule == "driver-halves")) {
            ++other; // no such build; or two texts that differ: nothing was solved
            continue;
        }
        const auto why = cc::conflicts_of(q, cc::statements_of(q), 8);
        const auto told = std::find_if(why.begin(), why.end(), [&](const cc::refutation& r) {
            return described::facts_of(q, r) == a->conflict()->facts();
        });
        REQUIRE(told != why.end());
        ++looked_at;
        CHECK(described::wrong_core(q, *told) == "");
    }
    MESSAGE(looked_at, " conflicts, ", other, " of another kind");
    CHECK(looked_at > 100);
}

/// The stack with a change of a way out made; false: the change is of something that the stack does not state.
[[nodiscard]] bool make(const cc::way_out::change& change, cc::stack_record& s,
                        std::vector<std::string>& request) {
    const std::string value = (change.example.empty() ? change.to : change.example) +
                              (change.variant.empty() ? "" : "+" + change.variant);
    if (change.component == "driver") { // what the driver reports of itself changes with it
        s.driver_cuda = s.driver_ptx = s.driver_user = {};
    }
    if (change.component == "glibc" && s.musl.given()) {
        s.glibc.text = value; // another distribution
        s.musl = {};
        return true;
    }
    if (change.component == "code" || change.component == "cxx11-abi") { // a described build, made otherwise
        for (cc::stack_build& b : s.builds) {
            if (!change.from.starts_with(b.component + " ")) continue;
            if (change.component == "code") b.code.push_back({value, {}});
            else b.cxx11_abi.value = value == "cxx11";
            return true;
        }
    }
    if (cc::stack_text* part = described::host_part(s, change.component)) {
        if (part->given() || change.component == "compat-package") {
            const bool gone = value == "absent" && change.component == "compat-package";
            part->text = gone ? "" : value;
            return true;
        }
    }
    const auto same = [&](std::string_view name) {
        return described::kb().find_component(name) == described::kb().find_component(change.component);
    };
    for (cc::stack_item& i : s.components)
        if (same(i.component)) {
            i.version = value;
            return true;
        }
    for (std::string& item : request)
        if (same(item.substr(0, item.find_first_of(":=<>~^!")))) {
            item = change.component + (value == "absent" ? ":absent" : ":==" + value);
            return true;
        }
    return false;
}

TEST_CASE("every way out leads to a compatible machine") {
    std::size_t ways = 0, refused = 0, without = 0, still_unknown = 0;
    for (const stack_case& c : described::all()) {
        const auto a = described::check(c.stack, c.request);
        if (!a || a->verdict() != cc::verdict::incompatible) continue;
        ++refused;
        without += a->ways_out().empty() ? 1U : 0U;
        for (const cc::way_out& w : a->ways_out()) {
            ++ways;
            cc::stack_record changed = c.stack;
            std::vector<std::string> request = c.request;
            bool made = true;
            for (const cc::way_out::change& change : w.changes) made = make(change, changed, request) && made;
            CHECK_MESSAGE(made, c.name, ": nothing to change for: ", w.text);
            const auto again = described::check(changed, request);
            // What nobody can say of the machine as it is, nobody can say of the changed one.
            if (again && again->verdict() == cc::verdict::unknown && !again->missing().empty() &&
                std::all_of(again->missing().begin(), again->missing().end(), [&](const std::string& m) {
                    return std::find(a->missing().begin(), a->missing().end(), m) != a->missing().end();
                })) {
                ++still_unknown;
                continue;
            }
            CHECK_MESSAGE(described::verdict_of(again) == "compatible", c.name, ": ", w.text, "\n    ",
                          described::told(changed, request), "\n    ",
                          again && !again->missing().empty() ? again->missing().front() : "", " ",
                          again && !again->findings().empty() ? again->findings().front().text : "");
        }
    }
    MESSAGE(refused, " refused machines, ", ways, " ways out, ", without, " machines without any, ",
            still_unknown, " ways after which what was unknown is unknown still");
    CHECK(ways > 100);
}

[[nodiscard]] bool runs(const cc::stack_record& s) {
    const cc::knowledge_base& kb = described::kb();
    return std::any_of(s.components.begin(), s.components.end(), [&](const cc::stack_item& i) {
        const std::uint32_t c = kb.find_component(i.component);
        if (c == cc::frozen::none) return false;
        const auto role = static_cast<cc::component_role>(kb.components()[c].role);
        return role == cc::component_role::framework || role == cc::component_role::companion;
    });
}

/// Known exceptions. A library that nobody states has the version of its pins; of two packages with pins that contradict
/// each other it is not asked whether one version serves both past a pin, as it is where the library is stated.
[[nodiscard]] bool pinned_apart(std::string_view name, std::string_view left_out) {
    return name == "soft/torch-2.5-tf-2.18" && left_out == "cudnn";
}

TEST_CASE("a part less is never worse, and an unknown part never good") {
    std::size_t dropped = 0, added = 0;
    for (const stack_case& c : described::all()) {
        const std::string before = described::verdict_of(described::check(c.stack, c.request));
        cc::stack_record more = c.stack;
        more.components.push_back({"no-such-package", "1.0", {}, {}});
        const std::string after = described::verdict_of(described::check(more, c.request));
        ++added;
        CHECK_MESSAGE(after == (before == "compatible" ? "unknown" : before), c.name, ": ", before,
                      ", with a package that nobody knows ", after);
        if (before != "compatible") continue;
        for (std::size_t i = 0; i < c.stack.components.size(); ++i) {
            cc::stack_record less = c.stack;
            less.components.erase(less.components.begin() + static_cast<std::ptrdiff_t>(i));
            const auto rest = described::check(less, c.request);
            const std::string v = described::verdict_of(rest);
            ++dropped;
            if (v == "incompatible" && pinned_apart(c.name, c.stack.components[i].component)) continue;
            // Where nothing is left that runs, the toolkit is there to compile, and what only compilers mind counts.
            // and so do its programs beside the driver that is stated.
            const auto toolkit = [](const cc::stack_item& k) { return k.component == "cuda-toolkit"; };
            if (rest && v == "incompatible" && !runs(less) &&
                (rest->findings().front().level == cc::severity::build_only ||
                 std::any_of(less.components.begin(), less.components.end(), toolkit)))
                continue;
            CHECK_MESSAGE((v == "compatible" || v == "unknown"), c.name, ": without ",
                          c.stack.components[i].component, " ", v);
        }
    }
    MESSAGE(dropped, " parts left out, ", added, " added");
}

template <class T>
void shuffle(std::vector<T>& list, std::mt19937_64& random) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random() % i]);
}

/// What an answer says, without what follows the order of the GPUs: which is gpu#2, and which of two that clash is named
/// first.
[[nodiscard]] std::string without_order(const cc::answer& a, bool gpus) {
    std::string out = std::string(cc::to_string(a.verdict())) + (a.degraded() ? ", degraded" : "") + "\n";
    const auto put = [&](std::string_view title, std::vector<std::string> list, bool sorted) {
        if (sorted) std::sort(list.begin(), list.end());
        for (const std::string& text : list) out += std::string(title) + ": " + text + "\n";
    };
    for (const cc::finding& f : a.findings()) {
        put("finding", {gpus ? f.rule : f.rule + ", " + f.text}, false);
        put("of", f.components, gpus);
        for (const std::uint32_t fact : f.facts) out += std::to_string(fact) + " ";
    }
    if (a.conflict() != nullptr) {
        put("between", a.conflict()->between(), gpus);
        for (const std::uint32_t fact : a.conflict()->facts()) out += std::to_string(fact) + " ";
    }
    std::vector<std::string> ways;
    for (const cc::way_out& w : a.ways_out()) ways.push_back(w.text);
    put("way", ways, false);
    put("missing", a.missing(), gpus);
    put("caveat", a.caveats(), gpus);
    return out;
}

TEST_CASE("the order of a stack does not matter") {
    std::size_t looked_at = 0;
    for (std::uint64_t round = 0; round < 3; ++round) {
        std::mt19937_64 random(seed + round);
        for (const stack_case& c : described::all()) {
            cc::stack_record other = c.stack;
            shuffle(other.components, random);
            shuffle(other.gpus, random);
            shuffle(other.copies, random);
            shuffle(other.builds, random);
            for (cc::stack_build& b : other.builds) shuffle(b.built_with, random);
            shuffle(other.build_from_source, random);
            const auto a = described::check(c.stack, c.request);
            const auto b = described::check(other, c.request);
            REQUIRE(a);
            REQUIRE(b);
            const bool gpus = c.stack.gpus.size() > 1;
            CHECK_MESSAGE(without_order(*a, gpus) == without_order(*b, gpus), c.name);
            if (gpus) continue;
            ++looked_at;
            CHECK_MESSAGE(cc::to_json(*a) == cc::to_json(*b), c.name);
        }
    }
    MESSAGE(looked_at, " answers compared as JSON, seed ", seed);
}

} // namespace
