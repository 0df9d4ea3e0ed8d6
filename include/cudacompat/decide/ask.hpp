// From request items and a stack to a question: wishes, observations, the rules of asking, and preferences.
#pragma once

#include <cudacompat/decide/ask/observations.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class asker : protected observations {
public:
    asker(const knowledge_base& kb, std::span<const request_item> items, const stack_record* stack,
          const resolve_options& options)
        : observations(kb, items, stack, options) {}

    [[nodiscard]] result<question> build(const asking& how) {
        out_ = {};
        how_ = how;
        clauses_.clear();
        installed_.clear();
        if (!place() || !devices() || !requested() || !observed()) return std::move(failure_);
        compiled_here();
        rules(how.strict);
        preferences();
        return std::move(out_);
    }

private:
    [[nodiscard]] bool is_device(std::uint32_t c) const {
        return static_cast<component_role>(kb_.components()[c].role) != component_role::derived;
    }
    /// What holds where nothing names another: the runtime's legacy mode.
    void assumptions() {
        const lowered& low = out_.here->low;
        for (std::uint32_t c = 0; c < kb_.components().size(); ++c) {
            const std::string_view assumed = kb_.str(kb_.components()[c].assumed);
            const bool stated = std::any_of(out_.says.begin(), out_.says.end(),
                                            [&](const asked& a) { return a.component == c; });
            if (assumed.empty() || stated) continue;
            for (const std::uint32_t var : low.instances.of(c)) {
                bits only(low.instances.domain_size(var));
                only.set(0);
                for (std::uint32_t i = 1; i < only.size(); ++i)
                    if (kb_.str(low.instances.value(var, i).version) == assumed) only.set(i);
                restrict(var, std::move(only),
                         {asked_by::rule, c,
                          std::string(kb_.name(c)) + " " + std::string(assumed) +
                              ", since nothing names another"});
            }
        }
    }
    /// What the stack has to be compiled on the machine: it has to be there, and from source.
    void compiled_here() {
        if (stack_ == nullptr) return;
        const lowered& low = out_.here->low;
        for (const stack_text& t : stack_->build_from_source) {
            const std::uint32_t c = kb_.find_component(t.text);
            const std::uint32_t var =
                c == frozen::none ? frozen::none : low.instances.find(c, frozen::none, frozen::none);
            if (var == frozen::none) {
                out_.gaps.push_back("'" + t.text + "' is not in the data" + place_of(t.where));
                continue;
            }
            bits from_source = sources_of(var);
            if (from_source.empty() && (kb_.components()[c].flags & frozen::has_source) == 0 &&
                has_build_rules(c)) { // every build of it is compiled on the machine
                from_source = bits(low.instances.domain_size(var), true);
                from_source.reset(0);
            }
            if (from_source.empty()) {
                out_.gaps.push_back("the data has no rules for compiling " + std::string(kb_.name(c)) +
                                    place_of(t.where));
                continue;
            }
            want(c);
            not_seen(var, from_source.complement());
            restrict(var, std::move(from_source),
                     {asked_by::rule, c, std::string(kb_.name(c)) + " is compiled here" + place_of(t.where)});
        }
    }
    [[nodiscard]] bool of_conda() const {
        if (stack_ == nullptr) return false;
        const auto conda = [&](std::string_view name) {
            return name == "cudatoolkit" || name == "pytorch-cuda" || name == "cuda-version" ||
                   name == "conda";
        };
        return std::any_of(stack_->components.begin(), stack_->components.end(),
                           [&](const stack_item& i) { return conda(i.component); }) ||
               std::any_of(stack_->builds.begin(), stack_->builds.end(),
                           [](const stack_build& b) { return b.channel.text == "conda"; });
    }
    /// A stack that names a GPU asks for work on it: a framework built for the CPU alone does none.
    void device_work(std::uint32_t c, std::uint32_t var, const bits& host) {
        const bool stated = std::any_of(out_.says.begin(), out_.says.end(), [&](const asked& a) {
            return a.by == asked_by::observation && a.component == c;
        });
        if (!how_.judge || !stated || out_.device_names.empty() ||
            static_cast<component_role>(kb_.components()[c].role) != component_role::framework)
            return;
        const instance_table& in = out_.here->low.instances;
        bits open(host.size(), true);
        for (const restriction& r : out_.ask.restrictions)
            if (r.var == var) open &= r.allowed;
        bool built_for_devices = false; // here, in one of these releases
        for (std::uint32_t i = open.next(1); i < open.size(); i = open.next(i + 1))
            for (std::uint32_t k = 1; k < open.size(); ++k)
                built_for_devices |= !host.test(k) && in.value(var, k).rank == in.value(var, i).rank;
        clauses_.emplace_back(clause{{{var, host.complement()}}, 0},
                              asked{asked_by::observation,
                                    device_component(),
                                    "GPU " + out_.device_names.front(),
                                    {},
                                    built_for_devices ? "device-code" : "platform"});
    }
    /// Of a stack that is judged: what is there without a word of its build is none of these.
    void not_seen(std::uint32_t var, const bits& these) {
        if (!how_.judge) return;
        for (std::size_t i = 0; i < out_.ask.restrictions.size(); ++i)
            if (out_.ask.restrictions[i].var == var && out_.says[i].by == asked_by::observation)
                out_.ask.restrictions[i].allowed -= these;
    }
    [[nodiscard]] bits sources_of(std::uint32_t var) const {
        const instance_table& in = out_.here->low.instances;
        bits out(in.domain_size(var));
        for (std::uint32_t i = 1; i < out.size(); ++i)
            if ((in.value(var, i).flags & frozen::is_source) != 0) out.set(i);
        return out;
    }
    [[nodiscard]] bool has_build_rules(std::uint32_t c) const {
        const auto facts = kb_.facts_if(kb_.components()[c]);
        return std::any_of(facts.begin(), facts.end(), [&](std::uint32_t i) {
            const frozen::fact& f = kb_.facts()[i];
            return static_cast<enforcer>(f.enforced_by) == enforcer::build_time && f.conditions.count != 0 &&
                   kb_.selectors(f.conditions)[0].component == c;
        });
    }
    /// Nothing is compiled unasked: a build from source stands back where its release is published built. A package
    /// of another channel ("conda-...") is no such file: who installs wheels compiles beside it.
    void published_builds() {
        const instance_table& in = out_.here->low.instances;
        if (how_.judge && !of_conda()) // packages of conda are there only if something of conda is
            for (std::uint32_t var = 0; var < in.size(); ++var) {
                if (in[var].owner != frozen::none || in[var].device != frozen::none) continue;
                bits conda(in.domain_size(var));
                bits other(in.domain_size(var));
                for (std::uint32_t i = 1; i < conda.size(); ++i)
                    (kb_.str(in.value(var, i).variant).starts_with("conda") ? conda : other).set(i);
                if (conda.empty()) continue;
                for (std::size_t k = 0; k < out_.ask.restrictions.size(); ++k) {
                    bits& allowed = out_.ask.restrictions[k].allowed;
                    if (out_.ask.restrictions[k].var == var && out_.says[k].by == asked_by::observation &&
                        allowed.intersects(other))
                        allowed -= conda;
                }
            }
        for (std::uint32_t c = 0; c < kb_.components().size(); ++c) {
            if ((kb_.components()[c].flags & frozen::has_source) == 0) continue;
            const std::uint32_t var = in.find(c, frozen::none, frozen::none);
            if (var == frozen::none) continue;
            bits spare = sources_of(var);
            for (std::uint32_t i = spare.next(0); i < spare.size(); i = spare.next(i + 1)) {
                bool built = false;
                for (std::uint32_t k = 1; k < spare.size() && !built; ++k)
                    built = in.value(var, k).rank == in.value(var, i).rank && !spare.test(k) &&
                            kb_.str(in.value(var, k).variant).find('-') == std::string_view::npos;
                if (!built) spare.reset(i);
            }
            const auto leaves_others = [&](bits open) {
                open -= spare;
                open.reset(0);
                return !open.empty();
            };
            bits open(spare.size(), true);
            for (const restriction& r : out_.ask.restrictions)
                if (r.var == var) open &= r.allowed;
            bool stated = !leaves_others(std::move(open));
            for (const auto& [of, values] : installed_) stated |= of == var && !leaves_others(values);
            if (!spare.empty() && !stated) not_seen(var, spare);
            if (!spare.empty() && !stated)
                restrict(var, spare.complement(),
                         {asked_by::rule, c,
                          std::string(kb_.name(c)) + " is not compiled here unless that is asked for"});
        }
    }
    void rules(bool strict) {
        assumptions();
        published_builds();
        const lowered& low = out_.here->low;
        const auto no_device =
            [&](const restriction&
                    r) { // the stack says that there is no GPU: a CPU build is all there can be
                const auto count =
                    static_cast<multiplicity>(kb_.components()[low.instances[r.var].component].multiplicity);
                return count == multiplicity::device && is_device(low.instances[r.var].component) &&
                       r.allowed.test(0) && r.allowed.count() == 1;
            };
        const bool cpu_only =
            std::any_of(out_.ask.restrictions.begin(), out_.ask.restrictions.end(), no_device);
        for (const std::uint32_t c :
             low.instances.coded()) { // a CPU build only where it is asked for or all there is
            const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
            bits host(low.instances.domain_size(var));
            for (std::uint32_t i = 1; i < host.size(); ++i)
                if ((low.instances.value(var, i).flags & frozen::is_host_only) != 0) host.set(i);
            if (host.empty() || cpu_only) continue;
            device_work(c, var, host);
            bits open(low.instances.domain_size(var), true);
            for (const restriction& r : out_.ask.restrictions)
                if (r.var == var) open &= r.allowed;
            open -= host;
            open.reset(0);
            if (open.empty()) continue;
            not_seen(var, host);
            restrict(var, host.complement(),
                     {asked_by::rule, c,
                      "no CPU-only build of " + std::string(kb_.name(c)) + " unless it is asked for"});
        }
        for (std::uint32_t var = 0; strict && var < low.instances.size(); ++var) {
            const instance& in = low.instances[var];
            const auto count = static_cast<multiplicity>(kb_.components()[in.component].multiplicity);
            const std::uint32_t last = low.instances.domain_size(var) - 1;
            if (last == 0 || (low.instances.value(var, last).flags & frozen::is_unknown) == 0) continue;
            if (in.owner == frozen::none && is_described(in.component)) continue;
            if (count == multiplicity::code &&
                (out_.device_names.empty() || in.device >= out_.device_names.size()))
                continue;
            if (count != multiplicity::code &&
                std::find(out_.wanted.begin(), out_.wanted.end(), in.component) == out_.wanted.end())
                continue;
            bits known(low.instances.domain_size(var), true);
            known.reset(last);
            restrict(
                var, std::move(known),
                {asked_by::rule, in.component,
                 count == multiplicity::code
                     ? "a build whose code list is known, since a GPU is named"
                     : "a known version of " + std::string(kb_.name(in.component)) + ", since it is named"});
        }
        if (options_.prefer == policy::verified) only_verified();
        if (strict) only_recorded();
        if (!strict) // the request's sets were built without "unknown"; here it may satisfy them
            for (restriction& r : out_.ask.restrictions) allow_unknown(r);
        for (auto& [c, said] : clauses_) {
            if (!strict)
                for (term& t : c.any_of) allow_unknown(t);
            out_.ask.clauses.push_back(std::move(c));
            out_.says.push_back(std::move(said));
        }
        clauses_.clear();
    }
    /// A release of which a weak fact speaks is not taken; to drop the fact itself would only make it look better.
    void only_verified() {
        const lowered& low = out_.here->low;
        for (std::uint32_t c = 0; c < kb_.components().size(); ++c) {
            const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
            const auto role = static_cast<component_role>(kb_.components()[c].role);
            if (var == frozen::none ||
                (role != component_role::framework && role != component_role::companion))
                continue;
            bits weak(low.instances.domain_size(var));
            for (const std::uint32_t i : kb_.facts_if(kb_.components()[c])) {
                const frozen::fact& f = kb_.facts()[i];
                if (f.conditions.count == 1 && static_cast<certainty>(f.certainty) == certainty::weak &&
                    is_wall(static_cast<fact_kind>(f.kind)) && applies(kb_, f, context_))
                    weak |= low.instances.admitted(var, kb_.selectors(f.conditions)[0]);
            }
            if (!weak.empty())
                restrict(var, weak.complement(),
                         {asked_by::rule, c,
                          "no release of " + std::string(kb_.name(c)) + " that rests on a weak source"});
        }
    }
    /// Where a question names python and most builds of torch say theirs, a build that does not is no sure answer.
    void only_recorded() {
        const lowered& low = out_.here->low;
        std::vector<std::uint32_t> named = out_.wanted;
        for (const asked& a : out_.says)
            if (a.by == asked_by::observation && a.component != frozen::none) named.push_back(a.component);
        std::sort(named.begin(), named.end());
        named.erase(std::unique(named.begin(), named.end()), named.end());
        for (const std::uint32_t about : named) {
            const std::uint32_t var = low.instances.find(about, frozen::none, frozen::none);
            for (const std::uint32_t of : named) {
                const bits* known =
                    about == of || is_described(about) ? nullptr : out_.here->spoken(about, of);
                if (known == nullptr || var == frozen::none || known->count() == known->size()) continue;
                restrict(var, *known,
                         {asked_by::rule, about,
                          "a release of " + std::string(kb_.name(about)) + " whose " +
                              std::string(kb_.name(of)) + " is on record, since it is named"});
            }
        }
    }
    void allow_unknown(term& t) const {
        const instance_table& in = out_.here->low.instances;
        const std::uint32_t last = in.domain_size(t.var) - 1;
        if (in[t.var].owner != frozen::none && context_.describes(in[t.var].owner) != nullptr)
            return; // what the stack describes is known
        bits rest = t.allowed;
        rest.reset(0);
        if (!rest.empty() && last > 0 && !in.is_placed(t.var, last) &&
            (in.value(t.var, last).flags & frozen::is_unknown) != 0)
            t.allowed.set(last);
    }

    [[nodiscard]] bool named(std::uint32_t component) const {
        return std::find(out_.wanted.begin(), out_.wanted.end(), component) != out_.wanted.end() ||
               std::any_of(installed_.begin(), installed_.end(), [&](const auto& i) {
                   return out_.here->low.instances[i.first].component == component;
               });
    }

    void preferences() {
        const lowered& low = out_.here->low;
        const auto& ranks = out_.here->ranks;
        const auto installed = [&] {
            for (const auto& [var, values] : installed_) {
                std::vector<std::uint32_t> rank(low.instances.domain_size(var), 1);
                for (std::uint32_t i = 0; i < rank.size(); ++i)
                    if (values.test(i)) rank[i] = 0;
                out_.ask.criteria.push_back({var, std::move(rank)});
            }
        };
        for (const std::uint32_t var :
             out_.here->decision_order.frameworks) // one that nobody asks for is no means to an end
            if (!named(low.instances[var].component))
                out_.ask.criteria.push_back({var, ranks[var].by_presence});
        for (const std::uint32_t var : out_.here->decision_order.extras)
            if (std::find(out_.wanted.begin(), out_.wanted.end(), low.instances[var].component) ==
                out_.wanted.end())
                out_.ask.criteria.push_back({var, ranks[var].by_presence});
        if (options_.prefer == policy::installed) installed();
        for (const std::uint32_t c : out_.wanted) {
            const auto copies = low.instances.of(c);
            const auto count = static_cast<multiplicity>(kb_.components()[c].multiplicity);
            if (count ==
                multiplicity::bundled) { // the copy that a build brings will do: no second one without need
                out_.ask.criteria.push_back({copies[0], ranks[copies[0]].by_presence});
                for (const std::uint32_t var : copies)
                    out_.ask.criteria.push_back({var, ranks[var].by_release_or_absence});
            } else {
                for (const std::uint32_t var : copies)
                    out_.ask.criteria.push_back(
                        {var, ranks[var].by_release_or_absence}); // it is there: no choice of absence
            }
        }
        if (options_.prefer != policy::installed) installed();
        for (const std::uint32_t var : out_.here->decision_order.codes)
            out_.ask.criteria.push_back({var, ranks[var].by_class});
        for (const std::uint32_t var : out_.here->decision_order.frameworks)
            out_.ask.criteria.push_back({var, ranks[var].by_choice});
        for (const std::uint32_t var : out_.here->decision_order.modes)
            out_.ask.criteria.push_back({var, ranks[var].by_class});
        for (const std::uint32_t var : out_.here->decision_order.rest)
            out_.ask.criteria.push_back({var, ranks[var].by_choice});
    }
};

} // namespace cudacompat::detail
