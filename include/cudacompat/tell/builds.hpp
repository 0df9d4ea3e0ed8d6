// What each published build of the chosen release would bring and need: the table below an answer.
#pragma once

#include <cudacompat/decide/question.hpp>
#include <cudacompat/knowledge/names.hpp>
#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/conflict_teller.hpp>
#include <cudacompat/tell/describe.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

/// A driver range and the rule that gives it.
struct driver_rule {
    std::string rule;  ///< direct, minor-version, forward
    std::string range; ///< ">=450.80.02"
};

struct build_row {
    std::string component;
    std::string version;
    std::string variant;
    std::string channel;
    bool chosen = false;
    bool works = false;
    std::vector<std::pair<std::string, std::string>>
        carries; ///< cuda-runtime, cudnn, nccl, ...: name, version
    std::string python;
    std::string gpus;                 ///< compute capabilities that its code serves
    std::vector<driver_rule> drivers; ///< on the platform of the question
    std::vector<std::pair<std::string, std::vector<driver_rule>>> elsewhere; ///< other operating systems
    std::string against; ///< why it does not work here, in short
};

namespace detail {

class build_lister {
public:
    explicit build_lister(const answer& a) : answer_(a), solution_(*a.solution()), kb_(a.kb()) {}

    [[nodiscard]] std::vector<build_row> run() const {
        std::vector<build_row> out;
        for (const std::uint32_t c : answer_.asked().wanted) {
            if (static_cast<component_role>(kb_.components()[c].role) != component_role::framework) continue;
            const std::uint32_t var = in().find(c, frozen::none, frozen::none);
            if (var == frozen::none || solution_.values()[var] == 0) continue;
            const frozen::value& chosen = in().value(var, solution_.values()[var]);
            for (std::uint32_t i = 1; i < in().domain_size(var); ++i) {
                const frozen::value& v = in().value(var, i);
                if (v.rank != chosen.rank || (v.flags & frozen::is_unknown) != 0) continue;
                out.push_back(row(c, var, i));
            }
        }
        return out;
    }

private:
    [[nodiscard]] const instance_table& in() const noexcept { return solution_.instances(); }

    [[nodiscard]] build_row row(std::uint32_t c, std::uint32_t var, std::uint32_t value) const {
        build_row out;
        const frozen::value& v = in().value(var, value);
        out.component = kb_.name(c);
        out.version = kb_.str(v.version);
        out.variant = kb_.str(v.variant);
        for (const frozen::build& b : kb_.builds(v.builds))
            if (((b.platforms >> answer_.asked().here->low.ctx.platform) & 1U) != 0)
                join(out.channel, kb_.str(b.channel), ", ");
        out.chosen = solution_.values()[var] == value;
        query q = answer_.asked().ask;
        q.restrictions.push_back(solution_.only(var, value));
        auto solver = answer_.asked().here->borrow();
        const auto best = solver->find(q);
        out.works = best.has_value();
        if (!out.works) {
            if ((v.flags & frozen::is_host_only) == 0) out.against = reason_against(c, var, value);
            return out;
        }
        for (std::uint32_t other = 0; other < in().size(); ++other) {
            const frozen::component& k = kb_.components()[in()[other].component];
            if (static_cast<multiplicity>(k.multiplicity) != multiplicity::bundled || (*best)[other] == 0)
                continue;
            if (in()[other].owner != frozen::none && in()[other].owner != c) continue;
            out.carries.emplace_back(kb_.name(in()[other].component),
                                     representative(kb_, in().value(other, (*best)[other]),
                                                    answer_.asked().here->low.ctx.platform));
        }
        q.criteria.clear();
        std::vector<std::uint32_t> vars;
        std::vector<std::string*> told;
        const auto ask_range = [&](std::string_view name, std::string& where) {
            const std::uint32_t k = kb_.find_component(name);
            if (k == frozen::none || in().of(k).empty()) return;
            const std::uint32_t w = in().of(k).front();
            if ((*best)[w] == 0) return;
            vars.push_back(w);
            told.push_back(&where);
        };
        ask_range("python", out.python);
        bool listed = true;
        for (std::uint32_t code = 0; code < in().size(); ++code)
            if ((*best)[code] != 0 &&
                static_cast<multiplicity>(kb_.components()[in()[code].component].multiplicity) ==
                    multiplicity::code &&
                (in().value(code, (*best)[code]).flags & frozen::is_unknown) != 0)
                listed = false;
        if (listed) ask_range("gpu", out.gpus);
        else out.gpus = "not recorded";
        const std::vector<bits> ranges = solver->project(q, vars);
        for (std::size_t i = 0; i < vars.size(); ++i) *told[i] = describe(kb_, in(), vars[i], ranges[i]);
        out.drivers = drivers(answer_.asked(), q, *best);
        for (std::uint32_t p = 0; p < kb_.platforms().size() && plain_question(); ++p)
            elsewhere(out, p, c, v);
        return out;
    }

    /// Why this build does not fit, in one line: its code list where a GPU is the matter, else the last of the facts.
    [[nodiscard]] std::string reason_against(std::uint32_t c, std::uint32_t var, std::uint32_t value) const {
        question with = answer_.asked();
        const auto at = static_cast<std::ptrdiff_t>(with.ask.restrictions.size());
        with.ask.restrictions.push_back(solution_.only(var, value));
        with.says.insert(with.says.begin() + at, {asked_by::request, c, "this build"});
        with.ask.criteria.clear();
        const auto outcome = with.here->borrow()->solve(with.ask);
        const auto* why = std::get_if<refutation>(&outcome);
        if (why == nullptr) return "another build is preferred";
        const conflict told = conflict_teller(with).tell(*why);
        for (const std::uint32_t i : told.facts()) {
            const frozen::fact& f = kb_.facts()[i];
            if (static_cast<fact_kind>(f.kind) != fact_kind::supports) continue;
            std::string targets = describe(kb_, f);
            const std::size_t has = targets.find("has code for ");
            return "has code only for " + (has == std::string::npos ? targets : targets.substr(has + 13));
        }
        for (auto i = told.facts().rbegin(); i != told.facts().rend(); ++i) {
            const frozen::fact& f = kb_.facts()[*i];
            if (f.conditions.count != 0)
                return describe(kb_, f) + (is_pin(kb_, f) ? ", a pin that the installer enforces" : "");
        }
        return "does not fit what is asked";
    }

    /// The driver's range under each mode of the runtime that `best` uses.
    [[nodiscard]] std::vector<driver_rule> drivers(const question& asked, const query& q,
                                                   const assignment& best) const {
        std::vector<driver_rule> out;
        const instance_table& table = asked.here->low.instances;
        const std::uint32_t driver = kb_.find_component("driver");
        if (driver == frozen::none || table.of(driver).empty()) return out;
        const std::uint32_t driver_var = table.of(driver).front();
        auto solver = asked.here->borrow();
        for (std::uint32_t mode = 0; mode < table.size(); ++mode) {
            if (static_cast<multiplicity>(kb_.components()[table[mode].component].multiplicity) !=
                multiplicity::runtime)
                continue;
            if (best[mode] == 0) continue;
            for (std::uint32_t i = 1; i < table.domain_size(mode); ++i) {
                if (i > 2 && !out.empty())
                    break; // a compat package is of interest where nothing else does it
                query by = q;
                bits one(table.domain_size(mode));
                one.set(i);
                by.restrictions.push_back({mode, std::move(one)});
                bits there(table.domain_size(driver_var), true);
                there.reset(0);
                by.restrictions.push_back({driver_var, std::move(there)});
                const bits works = solver->project(by, driver_var);
                if (works.empty()) continue;
                out.push_back({std::string(kb_.str(table.value(mode, i).version)),
                               describe(kb_, table, driver_var, works)});
            }
        }
        return out;
    }

    /// Nothing but frameworks is asked for, for no particular machine: then other systems are of interest too.
    [[nodiscard]] bool plain_question() const {
        if (!answer_.asked().platform_assumed) return false;
        for (const asked& a : answer_.asked().says)
            if (a.by == asked_by::observation ||
                (a.by == asked_by::request &&
                 static_cast<component_role>(kb_.components()[a.component].role) !=
                     component_role::framework))
                return false;
        return true;
    }

    /// The same build on another operating system of the same processor.
    void elsewhere(build_row& out, std::uint32_t platform, std::uint32_t c, const frozen::value& v) const {
        const std::string_view name = kb_.str(kb_.platforms()[platform]);
        const std::string_view here = answer_.asked().platform;
        const std::size_t dash = name.find('-');
        if (name == here || dash == std::string_view::npos || here.find('-') == std::string_view::npos ||
            name.substr(dash) != here.substr(here.find('-')))
            return;
        if (((v.platforms >> platform) & 1U) == 0 || is_guest_platform(name)) return;
        context ctx = answer_.asked().here->low.ctx;
        ctx.platform = platform;
        question other;
        other.here = find_world(kb_, ctx);
        const instance_table& table = other.here->low.instances;
        const std::uint32_t var = table.find(c, frozen::none, frozen::none);
        for (std::uint32_t i = 1; i < table.domain_size(var); ++i)
            if (table.value(var, i).rank == v.rank &&
                kb_.str(table.value(var, i).variant) == kb_.str(v.variant)) {
                query q;
                bits one(table.domain_size(var));
                one.set(i);
                q.restrictions.push_back({var, std::move(one)});
                const auto best = other.here->borrow()->find(q);
                if (best) out.elsewhere.emplace_back(name.substr(0, dash), drivers(other, q, *best));
            }
    }

    const answer& answer_;
    const solution& solution_;
    const knowledge_base kb_;
};

} // namespace detail

/// Rows for the builds of the requested frameworks' chosen releases; empty unless there is a solution.
[[nodiscard]] inline std::vector<build_row> builds_of(const answer& a) {
    return a.solution() == nullptr ? std::vector<build_row>{} : detail::build_lister(a).run();
}

} // namespace cudacompat
