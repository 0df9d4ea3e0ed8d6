// Partial statements: check() says of them what it says of everything they may mean, taken together.
#include "described.hpp"

#include <cudacompat/decide/question.hpp>
#include <cudacompat/version/version_spec.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>

namespace {

using described::stack_case;
namespace cc = cudacompat;
namespace frozen = cc::frozen;

constexpr std::uint64_t seed = 20261120;
constexpr std::size_t most_meanings = 60;

/// The texts that a partial one may stand for, by the data alone; nothing where the data cannot say.
[[nodiscard]] std::optional<std::vector<std::string>> meanings(std::uint32_t component,
                                                               const std::string& partial,
                                                               std::uint32_t platform,
                                                               const std::string& date, bool with_conda) {
    const cc::knowledge_base& kb = described::kb();
    const frozen::component& c = kb.components()[component];
    const auto scheme = static_cast<cc::version_scheme>(c.scheme);
    if (scheme == cc::version_scheme::label || partial.find('+') != std::string::npos) return std::nullopt;
    const auto spec = cc::version_spec::parse(scheme, partial);
    if (!spec) return std::nullopt;
    const auto fits = [&](std::string_view text) {
        const auto v = cc::version::parse(scheme, text);
        return v && (partial == "*" || spec->matches(*v));
    };
    const auto here = [&](std::uint32_t platforms) { return ((platforms >> platform) & 1U) != 0; };
    const auto in_time = [&](frozen::text t) {
        return date.empty() || kb.str(t).empty() || kb.str(t) <= date;
    };
    std::vector<std::string> out;
    std::map<std::uint16_t, std::vector<const frozen::value*>> releases;
    for (const frozen::value& v : kb.values(c)) {
        if ((v.flags & frozen::is_unknown) != 0) continue;
        if ((v.flags & frozen::is_cell) != 0) {
            for (const frozen::cell_release& r : kb.cell_releases(v.builds))
                if (here(r.platforms) && in_time(r.date) && fits(kb.str(r.version)))
                    out.emplace_back(kb.str(r.version));
            continue;
        }
        if (!here(v.platforms) || !in_time(v.date) || !fits(kb.str(v.version)) ||
            (partial == "*" && (v.flags & frozen::is_prerelease) != 0))
            continue;
        releases[v.rank].push_back(&v);
    }
    // What nobody names is not meant: a build without device code, where there are others.
    const auto host = [](const frozen::value* v) { return (v->flags & frozen::is_host_only) != 0; };
    if (std::any_of(releases.begin(), releases.end(),
                    [&](const auto& r) { return !std::all_of(r.second.begin(), r.second.end(), host); }))
        for (auto& [rank, builds] : releases) std::erase_if(builds, host);
    // Nor a package of conda, where there are others and nothing of conda is stated.
    const auto conda = [](const frozen::value* v) {
        return described::kb().str(v->variant).starts_with("conda");
    };
    bool elsewhere = false;
    for (const auto& [rank, builds] : releases)
        for (const frozen::value* v : builds) elsewhere |= !conda(v);
    if (elsewhere && !with_conda)
        for (auto& [rank, builds] : releases) std::erase_if(builds, conda);
    for (auto& [rank, builds] : releases) {
        if (builds.empty()) continue;
        const std::string version(kb.str(builds.front()->version));
        // A companion's wheel is the one for the framework that is there.
        if ((c.flags & frozen::free_variants) != 0 ||
            static_cast<cc::component_role>(c.role) == cc::component_role::companion ||
            (builds.size() == 1 && builds[0]->variant.empty())) {
            out.push_back(version);
            continue;
        }
        // Nor is a build from source, where the release has files.
        const auto source = [](const frozen::value* v) { return (v->flags & frozen::is_source) != 0; };
        if (std::any_of(builds.begin(), builds.end(), [&](const frozen::value* v) {
                return !source(v) && !described::kb().str(v->variant).starts_with("conda-");
            }))
            std::erase_if(builds, source);
        for (const frozen::value* v : builds) {
            if (v->variant.empty()) return std::nullopt; // its text would be partial again
            out.push_back(version + "+" + std::string(kb.str(v->variant)));
        }
    }
    if (out.empty() || out.size() > most_meanings) return std::nullopt;
    return out;
}

/// Ever less of a version: "2.1.0+cu118", "2.1.0", "2.1", "2", "*".
[[nodiscard]] std::vector<std::string> cuts(std::string text) {
    std::vector<std::string> out;
    if (text.empty() || text.find_first_not_of("0123456789.") == 0) return out;
    if (const std::size_t plus = text.find('+'); plus != std::string::npos) {
        text.resize(plus);
        out.push_back(text);
    }
    if (text.find_first_not_of("0123456789.") != std::string::npos) return out;
    for (std::size_t dot = text.rfind('.'); dot != std::string::npos; dot = text.rfind('.')) {
        text.resize(dot);
        out.push_back(text);
    }
    out.emplace_back("*");
    return out;
}

[[nodiscard]] std::string together(const std::vector<std::string>& verdicts) {
    const std::set<std::string> all(verdicts.begin(), verdicts.end());
    return all.size() == 1 ? *all.begin() : "unknown";
}

/// One part of one machine, said with less.
struct doubted {
    const stack_case* machine;
    std::string component;
    std::size_t item; ///< of the components; npos: a part of the host
    std::string partial;
};
constexpr std::size_t host = static_cast<std::size_t>(-1);

[[nodiscard]] cc::stack_record with(const doubted& d, const std::string& text) {
    cc::stack_record s = d.machine->stack;
    if (d.item != host) s.components[d.item].version = text;
    else described::host_part(s, d.component)->text = text;
    return s;
}

TEST_CASE("a partial statement is judged as all that it may mean together") {
    std::vector<doubted> every;
    for (const stack_case& c : described::all()) {
        for (std::size_t i = 0; i < c.stack.components.size(); ++i)
            for (std::string& text : cuts(c.stack.components[i].version))
                every.push_back({&c, c.stack.components[i].component, i, std::move(text)});
        cc::stack_record s = c.stack;
        for (const std::string_view part : {"driver", "glibc", "l4t"})
            for (std::string& text : cuts(described::host_part(s, part)->text))
                every.push_back({&c, std::string(part), host, std::move(text)});
    }
    std::mt19937_64 random(seed);
    for (std::size_t i = every.size(); i > 1; --i) std::swap(every[i - 1], every[random() % i]);
    std::size_t looked_at = 0, asked = 0;
    std::map<std::string, std::size_t> verdicts;
    const std::size_t rounds = test_support::scaled(300);
    for (const doubted& d : every) {
        if (looked_at == rounds) break;
        const std::uint32_t c = described::kb().find_component(d.component);
        if (c == cc::frozen::none) continue;
        const auto& request = d.machine->request;
        const auto partial = described::check(with(d, d.partial), request);
        REQUIRE(partial);
        const cc::context& ctx = partial->asked().here->low.ctx;
        // The halves of a driver are compared as texts: a branch may be the other half's, whatever releases are known.
        if (d.component == "driver" && d.machine->stack.driver_user.given()) continue;
        const auto& stack = d.machine->stack;
        const bool with_conda =
            std::any_of(stack.components.begin(), stack.components.end(),
                        [](const cc::stack_item& i) {
                            return i.component == "cudatoolkit" || i.component == "pytorch-cuda" ||
                                   i.component == "cuda-version";
                        }) ||
            std::any_of(stack.builds.begin(), stack.builds.end(),
                        [](const cc::stack_build& b) { return b.channel.text == "conda"; });
        const auto means = meanings(c, d.partial, ctx.platform, ctx.as_of, with_conda);
        if (!means || means->size() < 2) continue;
        ++looked_at;
        std::vector<std::string> each;
        for (const std::string& text : *means)
            each.push_back(described::verdict_of(described::check(with(d, text), request)));
        asked += each.size();
        const std::string got = described::verdict_of(partial);
        ++verdicts[got];
        if (got == together(each)) continue;
        std::string list;
        for (std::size_t i = 0; i < each.size(); ++i) list += "\n      " + (*means)[i] + ": " + each[i];
        FAIL_CHECK(d.machine->name, ": ", d.component, " ", d.partial, " is ", got, list, "\n    ",
                   described::told(with(d, d.partial), request), "\n    ",
                   partial->missing().empty() ? "" : partial->missing().front());
    }
    MESSAGE(looked_at, " partial statements, ", asked, " meanings; compatible ", verdicts["compatible"],
            ", incompatible ", verdicts["incompatible"], ", unknown ", verdicts["unknown"]);
    CHECK(looked_at == rounds);
}

} // namespace
