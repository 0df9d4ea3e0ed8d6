// What a stack itself describes: builds that the data does not know, and programs of one's own.
#pragma once

#include <cudacompat/decide/ask/wishes.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class described : protected wishes {
protected:
    using wishes::wishes;

    void builds_described() {
        for (const auto& [c, b] : own_) state(c, *b, true);
        for (const auto& [c, b] : refined_) state(c, *b, false);
    }

    /// The values of a variable that satisfy a spec, absence not among them.
    [[nodiscard]] bits values_of(std::uint32_t var, const std::string& spec) {
        bits found;
        nothing_matches unmatched;
        if (!match(out_.here->low.instances[var].component, spec, found, unmatched, nullptr, nullptr))
            return {};
        return domain_of(var, found);
    }

private:
    void state(std::uint32_t c, const stack_build& b, bool own) {
        const lowered& low = out_.here->low;
        const std::string name = "builds." + b.component;
        const auto said = [&](const std::string& what, const source_region& where, std::string rule = {}) {
            return asked{asked_by::observation, c, b.component + " " + what + place_of(where), b.component,
                         std::move(rule)};
        };
        if (own) {
            const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
            bits only(low.instances.domain_size(var));
            only.set(only.size() - 1);
            restrict(var, std::move(only), said("as described", b.where));
            out_.described.push_back(var);
            if (b.cuda.given()) {
                const std::uint32_t runtime =
                    low.instances.find(kb_.find_component("cuda-runtime"), c, frozen::none);
                bits fits = runtime == frozen::none ? bits{} : values_of(runtime, b.cuda.text);
                if (fits.size() == 0 || fits.empty())
                    out_.gaps.push_back(name + place_of(b.cuda.where) + ": CUDA " + b.cuda.text +
                                        " is not in the data");
                else restrict(runtime, std::move(fits), said("for CUDA " + b.cuda.text, b.cuda.where));
            }
            code(c, b, said);
        } else {
            as_described(c, b);
        }
        if (b.glibc.given()) {
            const std::uint32_t glibc =
                low.instances.find(kb_.find_component("glibc"), frozen::none, frozen::none);
            if (glibc != frozen::none)
                if (bits fits = values_of(glibc, ">=" + b.glibc.text); fits.size() != 0 && !fits.empty())
                    restrict(glibc, std::move(fits),
                             said("for glibc " + b.glibc.text, b.glibc.where, "glibc"));
        }
        if (b.cxx11_abi.given()) {
            const std::uint32_t abi = kb_.find_component("cxx11-abi");
            const std::uint32_t v =
                abi == frozen::none ? frozen::none : low.instances.find(abi, frozen::none, frozen::none);
            if (v != frozen::none) {
                bits one(low.instances.domain_size(v));
                for (std::uint32_t i = 1; i < one.size(); ++i)
                    if ((kb_.str(low.instances.value(v, i).version) == "cxx11") == *b.cxx11_abi.value)
                        one.set(i);
                restrict(v, std::move(one),
                         said(*b.cxx11_abi.value ? "with the C++11 ABI" : "without the C++11 ABI",
                              b.cxx11_abi.where, "cxx11-abi"));
            }
        }
        for (const stack_item& i : b.built_with) built_with(c, b, i, said);
    }

    /// Of the builds of a release that the data lists, those that are as the stack describes them.
    void as_described(std::uint32_t c, const stack_build& b) {
        const lowered& low = out_.here->low;
        const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
        bits others(low.instances.domain_size(var), true);
        others.reset(0);
        bits unlisted(others.size()); // of which the data has no code list
        for (std::uint32_t i = 1; i < others.size(); ++i)
            if (same_channel(var, i, b) && same_cuda(c, var, i, b) && same_code(c, var, i, b)) {
                others.reset(i);
                if (!b.code.empty() && !has_code(c, var, i)) unlisted.set(i);
            }
        if (!unlisted.empty() && others.complement().count() > unlisted.count() + 1) others |= unlisted;
        if (others.empty()) return;
        bool left = false;
        for (std::size_t i = 0; i < out_.ask.restrictions.size(); ++i) {
            if (out_.ask.restrictions[i].var != var || out_.says[i].by != asked_by::observation) continue;
            bits rest = out_.ask.restrictions[i].allowed;
            rest -= others;
            if (rest.empty()) continue;
            left = true;
            out_.ask.restrictions[i].allowed = std::move(rest);
        }
        if (!left)
            out_.gaps.push_back("builds." + b.component + place_of(b.where) +
                                ": the data knows no build of this release that is as described");
    }
    [[nodiscard]] bool same_channel(std::uint32_t var, std::uint32_t value, const stack_build& b) const {
        if (!b.channel.given()) return true;
        const frozen::value& v = out_.here->low.instances.value(var, value);
        if ((v.flags & (frozen::is_unknown | frozen::is_cell)) != 0) return false;
        const auto builds = kb_.builds(v.builds);
        return builds.empty() || std::any_of(builds.begin(), builds.end(), [&](const frozen::build& x) {
                   return kb_.str(x.channel) == b.channel.text || kb_.str(x.channel).empty();
               });
    }
    /// Calls with each selector of `of` in what the facts of this kind say of the value.
    template <class See>
    void each_said(std::uint32_t c, std::uint32_t var, std::uint32_t value, std::string_view of,
                   See&& see) const {
        const std::uint32_t wanted = kb_.find_component(of);
        for (const std::uint32_t i : kb_.facts_if(kb_.components()[c])) {
            const frozen::fact& f = kb_.facts()[i];
            if (f.conditions.count != 1 || !is_wall(static_cast<fact_kind>(f.kind)) ||
                !applies(kb_, f, context_) ||
                !out_.here->low.instances.admitted(var, kb_.selectors(f.conditions)[0]).test(value))
                continue;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of))
                    if (s.component == wanted) see(s);
        }
    }
    [[nodiscard]] bool same_cuda(std::uint32_t c, std::uint32_t var, std::uint32_t value,
                                 const stack_build& b) const {
        if (!b.cuda.given()) return true;
        const auto wanted = version_spec::parse(version_scheme::dotted, b.cuda.text);
        bool same = true;
        each_said(c, var, value, "cuda-runtime", [&](const frozen::selector& s) {
            const auto spec = version_spec::parse(version_scheme::dotted, kb_.str(s.spec));
            same = same && spec && wanted && spec->set().intersects(wanted->set());
        });
        return same;
    }
    [[nodiscard]] bool has_code(std::uint32_t c, std::uint32_t var, std::uint32_t value) const {
        bool any = false;
        each_said(c, var, value, "code", [&](const frozen::selector&) { any = true; });
        return any;
    }
    [[nodiscard]] bool same_code(std::uint32_t c, std::uint32_t var, std::uint32_t value,
                                 const stack_build& b) const {
        if (b.code.empty()) return true;
        std::set<std::string> ours, theirs;
        const auto [sass, ptx] = targets(b);
        ours.insert(sass.begin(), sass.end());
        ours.insert(ptx.begin(), ptx.end());
        each_said(c, var, value, "code", [&](const frozen::selector& s) {
            std::string_view rest = kb_.str(s.spec);
            while (!rest.empty()) {
                const std::size_t end = rest.find(" || ");
                theirs.emplace(rest.substr(0, end));
                rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 4);
            }
        });
        return theirs.empty() || ours == theirs;
    }

    /// The code list as SASS and PTX targets; torch's own form is read too.
    [[nodiscard]] static std::pair<std::vector<std::string>, std::vector<std::string>>
    targets(const stack_build& b) {
        std::pair<std::vector<std::string>, std::vector<std::string>> out;
        for (const stack_text& t : b.code) {
            std::string text = t.text;
            if (text.starts_with("sm_")) {
                out.first.push_back(text);
            } else if (text.starts_with("compute_")) {
                out.second.push_back(text);
            } else {
                const bool both = text.ends_with("+PTX");
                if (both) text.resize(text.size() - 4);
                std::erase(text, '.');
                out.first.push_back("sm_" + text);
                if (both) out.second.push_back("compute_" + text);
            }
        }
        return out;
    }

    /// What it was built against has to be there in the same major and not older, where the stack says what is there.
    template <class Said>
    void built_with(std::uint32_t, const stack_build&, const stack_item& i, const Said& said) {
        const std::uint32_t l = kb_.find_component(i.component);
        const bool stated =
            std::any_of(stack_->components.begin(), stack_->components.end(),
                        [&](const stack_item& o) { return kb_.find_component(o.component) == l; });
        if (l == frozen::none || !stated) return;
        const std::uint32_t var = out_.here->low.instances.find(l, frozen::none, frozen::none);
        const std::size_t dot = i.version.find('.');
        const std::string major = i.version.substr(0, dot);
        if (var == frozen::none || major.empty() ||
            major.find_first_not_of("0123456789") != std::string::npos)
            return;
        // Of the patch level nothing is demanded: minor and major make the interface.
        const std::size_t second = dot == std::string::npos ? dot : i.version.find('.', dot + 1);
        bits fits = values_of(var, ">=" + i.version.substr(0, second) + "," + major + ".*");
        if (fits.size() == 0 || fits.empty()) return;
        fits.set(0);
        restrict(var, std::move(fits),
                 said("built with " + i.component + " " + i.version, i.where, i.component + "-version"));
    }

    template <class Said>
    void code(std::uint32_t c, const stack_build& b, const Said& said) {
        const lowered& low = out_.here->low;
        const std::uint32_t target = kb_.find_component("code");
        if (target == frozen::none) return;
        const auto [sass, ptx] = targets(b);
        std::string list;
        for (const stack_text& t : b.code) list += (list.empty() ? "" : ", ") + t.text;
        // The driver has to know the PTX: its own number, or the CUDA version that came with it.
        const auto jit_by = [&]() -> std::vector<term> {
            for (const auto& [name, least] :
                 {std::pair<std::string_view, const stack_text*>{"driver-ptx", &b.ptx},
                  {"driver-cuda", &b.cuda}}) {
                if (!least->given()) continue;
                const std::uint32_t part = kb_.find_component(name);
                const std::uint32_t var = part == frozen::none
                                              ? frozen::none
                                              : low.instances.find(part, frozen::none, frozen::none);
                if (var == frozen::none) continue;
                bits fits = values_of(var, ">=" + least->text);
                if (fits.size() != 0 && !fits.empty()) return {{var, std::move(fits)}};
            }
            return {};
        };
        const std::vector<term> jit = jit_by();
        const bool makes = b.jit.given() && *b.jit.value;
        if (makes && jit.empty())
            out_.gaps.push_back("builds." + b.component + place_of(b.jit.where) +
                                ": of which CUDA its PTX is, is not stated");
        if (makes && !jit.empty())
            clauses_.emplace_back(
                clause{jit},
                said("makes PTX" + (b.ptx.given() ? " " + b.ptx.text : std::string()) + " at run time",
                     b.jit.where, "ptx-driver"));
        if (b.code.empty()) return;
        for (std::uint32_t d = 0; d < context_.device_slots; ++d) {
            const std::uint32_t var = low.instances.find(target, c, d);
            if (var == frozen::none) continue;
            bits machine(low.instances.domain_size(var));
            bits all(low.instances.domain_size(var));
            for (std::uint32_t i = 1; i < all.size(); ++i) {
                const std::string text(kb_.str(low.instances.value(var, i).version));
                if (std::find(sass.begin(), sass.end(), text) != sass.end()) machine.set(i);
                if (std::find(ptx.begin(), ptx.end(), text) != ptx.end()) all.set(i);
            }
            all |= machine;
            restrict(var, all, said("with code " + list, b.code.front().where));
            if (ptx.empty() || jit.empty()) continue;
            clause either{{{var, std::move(machine)}}};
            either.any_of.insert(either.any_of.end(), jit.begin(), jit.end());
            clauses_.emplace_back(
                std::move(either),
                said("with PTX" + (b.ptx.given() ? " " + b.ptx.text : " of CUDA " + b.cuda.text),
                     b.ptx.given() ? b.ptx.where : b.cuda.where, "ptx-driver"));
        }
        if (!ptx.empty() && jit.empty())
            out_.gaps.push_back("builds." + b.component + place_of(b.where) +
                                ": by which CUDA its PTX was made is not stated");
    }
};

} // namespace cudacompat::detail
