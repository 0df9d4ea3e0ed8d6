// Asks the library about a world and holds the answer against the case and against the oracle.
#pragma once

#include "brute_force.hpp"

#include <cudacompat/cudacompat.hpp>
#include <cudacompat/decide/instances.hpp>
#include <cudacompat/decide/question.hpp>
#include <cudacompat/knowledge/freeze.hpp>
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <filesystem>

namespace worlds {

namespace cc = cudacompat;

[[nodiscard]] inline cc::result<cc::knowledge_base> compile(const cc::model& data) {
    auto block = cc::freeze(data);
    if (!block) return block.error();
    return cc::knowledge_base::adopt(std::move(*block));
}

/// The files of a world through the loader, from memory.
[[nodiscard]] inline cc::result<cc::knowledge_base> load(const std::vector<file>& files) {
    cc::model all;
    all.generic = true;
    for (const file& f : files) {
        cc::load_report report = cc::load_model_text(f.text, f.name);
        if (!report.ok()) return report.errors.front();
        for (auto& c : report.data.components) all.components.push_back(std::move(c));
        for (auto& s : report.data.facts) all.facts.push_back(std::move(s));
    }
    return compile(all);
}

/// The same through a directory, as `--kb DIR` does it.
[[nodiscard]] inline cc::result<cc::knowledge_base> load_from_disk(const std::vector<file>& files,
                                                                   const std::string& name) {
    const std::filesystem::path dir = std::filesystem::temp_directory_path() / ("cudacompat-worlds-" + name);
    std::filesystem::remove_all(dir);
    std::filesystem::create_directories(dir);
    for (const file& f : files) std::ofstream(dir / f.name) << f.text;
    const auto data = cc::load_model(dir);
    std::filesystem::remove_all(dir);
    if (!data) return data.error();
    return compile(*data);
}

[[nodiscard]] inline cc::result<cc::answer> ask(const cc::knowledge_base& kb,
                                                const std::vector<std::string>& items) {
    const std::vector<std::string_view> request(items.begin(), items.end());
    return cc::resolve(kb, request);
}

[[nodiscard]] inline std::map<std::string, std::string> chosen(const cc::solution& s) {
    std::map<std::string, std::string> out;
    for (const cc::choice& c : s.choices()) out[c.name()] = c.version();
    return out;
}

[[nodiscard]] inline std::string told(const std::map<std::string, std::string>& list) {
    std::string out;
    for (const auto& [name, version] : list) out += (out.empty() ? "" : ", ") + name + " " + version;
    return out.empty() ? "nothing" : out;
}
[[nodiscard]] inline std::string told(const std::set<std::string>& list) {
    std::string out;
    for (const std::string& name : list) out += (out.empty() ? "" : ", ") + name;
    return out;
}

/// What is wrong with a conflict, by the oracle: its facts and some of the request items must be unsolvable, and
/// solvable as soon as any one of them is gone. Empty if nothing is.
[[nodiscard]] inline std::string wrong_core(const world& w, const brute_force& oracle,
                                            const std::vector<std::string>& items, const cc::conflict& why) {
    for (const std::string& item : items) { // nothing published meets this item: it is a conflict on its own
        const auto in = oracle.allowed(item).second;
        if (std::none_of(in.begin(), in.end(), [](bool b) { return b; }))
            return why.facts().empty() ? "" : "facts in a conflict of an item that nothing can meet";
    }
    brute_force::problem core;
    core.holds.assign(w.statements.size(), false);
    std::vector<std::size_t> facts;
    std::set<std::string> named;
    const std::set<std::string> between(why.between().begin(), why.between().end());
    for (const std::uint32_t f : why.facts()) {
        const std::string id(why.kb().str(why.kb().facts()[f].id));
        const auto it = std::find_if(w.statements.begin(), w.statements.end(),
                                     [&](const statement& s) { return s.id == id; });
        if (it == w.statements.end()) return "fact '" + id + "' is not of this world";
        facts.push_back(static_cast<std::size_t>(it - w.statements.begin()));
        core.holds[facts.back()] = true;
        named.insert(w.components[it->component].name);
    }
    const auto named_all = [&]() -> std::string {
        for (const std::string& name : named)
            if (!between.contains(name))
                return "'" + name + "' has a fact in the core and is not in 'between'";
        return "";
    };
    if (items.size() > 8) return named_all();
    for (std::size_t mask = 1; mask < (std::size_t{1} << items.size()); ++mask) {
        const auto some = [&](std::size_t m) {
            core.ask.clear();
            for (std::size_t i = 0; i < items.size(); ++i)
                if ((m >> i & 1U) != 0) core.ask.push_back(items[i]);
        };
        some(mask);
        if (oracle.solvable(core)) continue;
        bool minimal = true;
        for (const std::size_t f : facts) {
            core.holds[f] = false;
            minimal = minimal && oracle.solvable(core);
            core.holds[f] = true;
        }
        for (std::size_t i = 0; minimal && i < items.size(); ++i)
            if ((mask >> i & 1U) != 0) {
                some(mask & ~(std::size_t{1} << i));
                minimal = core.ask.empty() || oracle.solvable(core);
            }
        if (minimal) return named_all();
    }
    core.ask = items;
    return oracle.solvable(core) ? "the facts of the core alone are solvable"
                                 : "a fact of the core is superfluous";
}

/// What the library says that the oracle does not, in one line; empty if they agree.
[[nodiscard]] inline std::string differs(const world& w, const brute_force& oracle, const cc::answer& a,
                                         const std::vector<std::string>& items) {
    const auto best = oracle.best({items, {}, {}});
    const std::string verdict(cc::to_string(a.verdict()));
    if (verdict != (best ? "compatible" : "incompatible"))
        return "says " + verdict + ", the oracle: " + (best ? told(oracle.told(*best)) : "no solution");
    if (best) {
        if (a.solution() == nullptr) return "compatible without a solution";
        const auto got = chosen(*a.solution());
        return got == oracle.told(*best)
                   ? ""
                   : "chooses " + told(got) + "; the oracle: " + told(oracle.told(*best));
    }
    if (a.conflict() == nullptr) return "incompatible without a conflict";
    if (a.conflict()->between().empty() || a.conflict()->steps().empty()) return "an empty conflict";
    return wrong_core(w, oracle, items, *a.conflict());
}

} // namespace worlds
