// What has to be said beside an answer: costs, ends of support, weak sources, what was assumed.
#pragma once

#include <cudacompat/decide/question.hpp>
#include <cudacompat/tell/answer_body.hpp>
#include <cudacompat/tell/describe.hpp>
#include <cudacompat/tell/finding_maker.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat {

class caveat_writer {
protected:
    caveat_writer(knowledge_base kb, resolve_options options)
        : kb_(std::move(kb)), options_(std::move(options)) {}

    /// A caveat, which is a finding of its own where a stack is judged.
    void note(answer& out, std::string_view rule, std::vector<std::string> components,
              std::string text) const {
        if (std::find(out.caveats_.begin(), out.caveats_.end(), text) != out.caveats_.end()) return;
        if (how_.judge)
            out.findings_.push_back(finding_maker(out.asked()).plain(rule, std::move(components), text));
        out.caveats_.push_back(std::move(text));
    }
    /// Whose copy or code it is.
    [[nodiscard]] std::string carrier(const instance& in) const {
        return std::string(in.owner == frozen::none
                               ? kb_.name(kb_.find_component("cuda-runtime") == frozen::none
                                              ? in.component
                                              : kb_.find_component("cuda-runtime"))
                               : kb_.name(in.owner));
    }
    void allowed_caveat(answer& out) const {
        for (const std::string& name : out.asked().set_aside)
            out.caveats_.push_back("what the stack states of " + name +
                                   " is set aside: the request says what it is to be");
        for (const std::string& id : options_.allow)
            out.caveats_.push_back("overridden: what rule '" + id + "' says was set aside on request");
    }

    void place_caveat(answer& out) const {
        if (out.asked().platform_assumed && kb_.platforms().size() > 1)
            out.caveats_.push_back("for " + out.asked().platform + ", since no platform was named");
    }

    void caveats(answer& out) const {
        const question& asked = out.asked();
        const lowered& low = asked.here->low;
        const solution& s = *out.solution_;
        place_caveat(out);
        allowed_caveat(out);
        const std::string_view today = low.ctx.as_of.empty() ? kb_.read() : std::string_view(low.ctx.as_of);
        for (const choice& c : s.choices()) {
            const instance& in = low.instances[c.var()];
            const auto count = static_cast<multiplicity>(kb_.components()[in.component].multiplicity);
            if (count == multiplicity::runtime && c.version() == "minor-version")
                note(out, "minor-version-mode", {"driver", carrier(in)},
                     "CUDA runs here by minor-version compatibility: the driver is older than the toolkit's "
                     "own; PTX and features that need the newer driver do not work");
            if (count == multiplicity::runtime && c.version() == "forward")
                note(out, "forward-mode", {"compat-package", carrier(in)},
                     "CUDA runs here by forward compatibility: a cuda-compat package is needed");
            if (count == multiplicity::code && in.device < asked.device_names.size())
                code_caveat(out, s, c, in);
            for (const std::uint32_t i : asked.here->ends()) {
                const frozen::fact& f = kb_.facts()[i];
                if (kb_.selectors(f.conditions)[0].component != in.component) continue;
                if (!low.instances.admitted(c.var(), kb_.selectors(f.conditions)[0]).test(c.domain()))
                    continue;
                if (kb_.str(f.until) > today) continue;
                if (s.is_free(c)) continue;
                note(out, "end-of-life", {std::string(kb_.name(in.component))},
                     std::string(kb_.name(in.component)) + " " + c.version() + ": support ended " +
                         std::string(kb_.str(f.until)));
                out.degraded_ = true;
            }
        }
        if (how_.judge) variant_caveats(out);
        weak_caveats(out);
        old_caveat(out, today);
    }
    /// A way of loading that is not the best one of its release and of which the data says what it lacks.
    void variant_caveats(answer& out) const {
        const instance_table& in = out.solution_->instances();
        for (const choice& c : out.solution_->choices()) {
            const frozen::component& component = kb_.components()[c.component()];
            if ((component.flags & frozen::free_variants) == 0 || c.domain() < 2 || c.optional()) continue;
            const frozen::value& v = in.value(c.var(), c.domain());
            if (in.value(c.var(), c.domain() - 1).rank != v.rank) continue;
            for (const frozen::build& b : kb_.builds(v.builds)) {
                if (b.note.empty()) continue;
                note(out, "feature-off", {c.name()},
                     c.name() + " " + c.version() + " (" + c.variant() +
                         "): " + std::string(kb_.str(b.note)));
                out.degraded_ = true;
                break;
            }
        }
    }
    /// Facts that nobody read again for a year may have been overtaken.
    void old_caveat(answer& out, std::string_view today) const {
        if (today.size() < 10 || kb_.first_read().empty()) return;
        std::string year_ago(today);
        for (std::size_t i = 4; i-- > 0;) { // one year less, by its digits
            if (year_ago[i] != '0') {
                --year_ago[i];
                break;
            }
            year_ago[i] = '9';
        }
        if (kb_.first_read() >= year_ago) return;
        std::set<std::uint32_t> old;
        for (const choice& c : out.solution_->choices())
            for (const std::uint32_t f : out.solution_->facts(c.name()))
                if (const auto read = kb_.read_on(kb_.facts()[f]); !read.empty() && read < year_ago)
                    old.insert(f);
        if (!old.empty())
            out.caveats_.push_back(std::to_string(old.size()) +
                                   " of the facts behind this were read before " + year_ago +
                                   ", more than a year ago");
    }
    /// Weakly sourced walls that this answer leans on, and failures that one person met with the like of it.
    void weak_caveats(answer& out) const {
        const solution& s = *out.solution_;
        const instance_table& in = s.instances();
        const auto some_choice = [&](const frozen::selector& k) {
            return std::any_of(s.choices().begin(), s.choices().end(), [&](const choice& c) {
                return c.component() == k.component && !c.optional() && !s.is_free(c) && k.present != 0 &&
                       in.admitted(c.var(), k).test(c.domain());
            });
        };
        for (const std::uint32_t i : out.asked().here->weak_facts()) {
            const frozen::fact& f = kb_.facts()[i];
            const auto conditions = kb_.selectors(f.conditions);
            if (conditions.empty() || !std::all_of(conditions.begin(), conditions.end(), some_choice))
                continue;
            out.caveats_.push_back(detail::is_rumour(f) ? describe(kb_, f) + ", by one report"
                                                        : "weakly sourced: " + describe(kb_, f));
        }
    }
    void code_caveat(answer& out, const solution& s, const choice& c, const instance& in) const {
        const choice* gpu = nullptr;
        for (const choice& g : s.choices())
            if (s.instances()[g.var()].device == in.device &&
                static_cast<multiplicity>(kb_.components()[g.component()].multiplicity) ==
                    multiplicity::device &&
                static_cast<component_role>(kb_.components()[g.component()].role) != component_role::derived)
                gpu = &g;
        if (gpu == nullptr) return;
        const std::string device = s.asked().device_names[in.device] + " (" + gpu->version() + ")";
        if (c.version().starts_with("compute_")) {
            note(out, "ptx-jit", {"gpu", carrier(in)},
                 device + " is served by PTX only (" + c.version() +
                     "): the driver compiles it at first start, and has to be as new as the toolkit that "
                     "made it");
            out.degraded_ = true;
        } else if (c.version().starts_with("sm_")) {
            std::string number = c.version().substr(3);
            if (!number.empty() && number.back() >= 'a') number.pop_back();
            if (number.size() >= 2) number.insert(number.size() - 1, ".");
            if (number != gpu->version())
                note(out, "feature-off", {"gpu", carrier(in)},
                     device + " runs code compiled for " + number + ": the build has none for " +
                         gpu->version() + " itself" +
                         (gpu->version() == "8.9" ? ", so features that need it (FP8) are off" : ""));
        }
    }

    knowledge_base kb_;
    resolve_options options_;
    asking how_;
};

} // namespace cudacompat
