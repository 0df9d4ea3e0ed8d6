// The requirement string of an image that the stack gives: conditions on driver, cards and brands.
#pragma once

#include <cudacompat/decide/ask/described.hpp>
#include <cudacompat/knowledge/requirement.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class required_image : protected described {
protected:
    using described::described;

    /// A requirement string as conditions on the driver, the cards and their brands. A card that is not there has none.
    bool required(const stack_text& text) {
        const auto terms = parse_requirement(text.text);
        if (!terms) return fail(text.where, "container.require: " + terms.error().message);
        const lowered& low = out_.here->low;
        const std::uint32_t driver =
            low.instances.find(kb_.find_component("driver"), frozen::none, frozen::none);
        const std::uint32_t image = kb_.find_component("container");
        const asked said{asked_by::observation,
                         image,
                         "container requirement '" + text.text + "'" + place_of(text.where),
                         {},
                         "container-start"};
        if (driver == frozen::none || terms->empty()) return true;
        const std::uint32_t brand = kb_.find_component("gpu-brand");
        const std::uint32_t slots = context_.device_slots;
        for (std::uint32_t d = 0; d < slots; ++d) {
            const std::uint32_t gpu = low.instances.find(device_component(), frozen::none, d);
            const std::uint32_t label =
                brand == frozen::none ? frozen::none : low.instances.find(brand, frozen::none, d);
            // By distribution: from each term one of its parts; parts of one variable are joined.
            std::vector<std::vector<term>> parts;
            for (const require_term& t : *terms) parts.push_back(parts_of(t, driver, gpu, label));

            std::vector<clause> made{{}};
            for (const auto& choices : parts) {
                std::vector<clause> longer;
                for (const clause& before : made)
                    for (const term& one : choices) {
                        clause c = before;
                        join(c, one);
                        if (std::none_of(longer.begin(), longer.end(),
                                         [&](const clause& o) { return o.any_of == c.any_of; }))
                            longer.push_back(std::move(c));
                    }
                made = std::move(longer);
                if (made.size() > 512) {
                    out_.gaps.push_back("the container's own requirement string" + place_of(text.where) +
                                        " is too long to be judged");
                    return true;
                }
            }
            for (clause& c : made) clauses_.emplace_back(std::move(c), said);
        }
        if (!stack_->container.image.given() && brand != frozen::none) brands(brand, image);
        return true;
    }

private:
    static void join(clause& c, const term& one) {
        for (term& t : c.any_of)
            if (t.var == one.var) {
                t.allowed |= one.allowed;
                return;
            }
        c.any_of.push_back(one);
    }

    /// What the data says of the brands of cards in containers holds of an image of one's own too.
    void brands(std::uint32_t brand, std::uint32_t image) {
        const lowered& low = out_.here->low;
        for (const frozen::fact& f : kb_.facts()) {
            const auto groups = kb_.groups(f.then);
            if (groups.size() != 1 || !is_wall(static_cast<fact_kind>(f.kind)) || !applies(kb_, f, context_))
                continue;
            const auto then = kb_.selectors(groups[0].any_of);
            const auto conditions = kb_.selectors(f.conditions);
            if (then.size() != 1 || then[0].component != brand ||
                std::none_of(conditions.begin(), conditions.end(), [&](const frozen::selector& s) {
                    return s.component == image && kb_.str(s.spec) == "*";
                }))
                continue;
            for (std::uint32_t d = 0; d < context_.device_slots; ++d) {
                clause c;
                bool known = true;
                for (const frozen::selector& s : conditions) {
                    if (s.component == image) continue;
                    const bool device =
                        s.component != frozen::none &&
                        static_cast<multiplicity>(kb_.components()[s.component].multiplicity) ==
                            multiplicity::device;
                    const std::uint32_t var =
                        s.component == frozen::none || !context_.covers(s.component)
                            ? frozen::none
                            : low.instances.find(s.component, frozen::none, device ? d : frozen::none);
                    known = known && var != frozen::none;
                    if (known) c.any_of.push_back({var, low.instances.admitted(var, s).complement()});
                }
                const std::uint32_t var = low.instances.find(brand, frozen::none, d);
                if (!known || var == frozen::none) continue;
                c.any_of.push_back({var, low.instances.admitted(var, then[0])});
                clauses_.emplace_back(std::move(c), asked{asked_by::rule, brand, describe_fact(f), {}, {}});
            }
        }
    }
    [[nodiscard]] std::string describe_fact(const frozen::fact& f) const {
        return f.said.empty() ? "fact " + std::string(kb_.str(f.id)) : std::string(kb_.str(f.said));
    }

    /// The parts of one term as conditions of which all have to hold. `cuda` is the driver's own version, whatever a compat
    /// package reports.
    [[nodiscard]] std::vector<term> parts_of(const require_term& t, std::uint32_t driver, std::uint32_t gpu,
                                             std::uint32_t brand) {
        std::vector<term> out;
        std::string numbers, arch;
        bits own(out_.here->low.instances.domain_size(driver), true);
        bool cuda = false;
        constexpr std::string_view ops[] = {"==", "!=", "<", "<=", ">", ">="};
        for (const require_factor& f : t) {
            const std::string spec = std::string(ops[static_cast<std::size_t>(f.op)]) + f.value;
            switch (f.property) {
            case require_property::driver: numbers += (numbers.empty() ? "" : ",") + spec; break;
            case require_property::arch: arch += (arch.empty() ? "" : ",") + spec; break;
            case require_property::cuda:
                own &= drivers_of(driver, f);
                cuda = true;
                break;
            case require_property::brand:
                if (brand != frozen::none) {
                    bits b(out_.here->low.instances.domain_size(brand));
                    for (std::uint32_t i = 1; i < b.size(); ++i) {
                        const std::string_view label =
                            kb_.str(out_.here->low.instances.value(brand, i).version);
                        const std::string wanted = f.value == "unknown" ? "unknown-brand" : f.value;
                        if ((label == wanted) == (f.op == require_op::eq)) b.set(i);
                    }
                    b.set(0);
                    out.push_back({brand, std::move(b)});
                }
                break;
            }
        }
        const auto add = [&](std::uint32_t var, const std::string& spec) {
            if (spec.empty() || var == frozen::none) return;
            bits fits = values_of(var, spec);
            if (fits.size() == 0) fits = bits(out_.here->low.instances.domain_size(var));
            if (var == gpu) fits.set(0);
            out.push_back({var, std::move(fits)});
        };
        add(driver, numbers);
        add(gpu, arch);
        if (cuda) out.push_back({driver, std::move(own)});
        if (out.empty()) out.push_back({driver, bits(own.size(), true)});
        return out;
    }
    /// Drivers whose own CUDA version meets the factor, by the facts that pair the two without a compat package.
    [[nodiscard]] bits drivers_of(std::uint32_t driver, const require_factor& f) const {
        const instance_table& in = out_.here->low.instances;
        bits out(in.domain_size(driver));
        const auto wanted = require_numbers(f.value);
        for (const frozen::fact& fact : kb_.facts()) {
            const auto conditions = kb_.selectors(fact.conditions);
            const auto groups = kb_.groups(fact.then);
            if (conditions.size() != 2 || groups.size() != 1 || !applies(kb_, fact, context_) || !wanted)
                continue;
            const auto then = kb_.selectors(groups[0].any_of);
            if (then.size() != 1 || then[0].component == frozen::none ||
                kb_.name(then[0].component) != "driver-cuda" || !kb_.str(then[0].spec).starts_with("=="))
                continue;
            const frozen::selector* of = nullptr;
            bool plain = false;
            for (const frozen::selector& s : conditions) {
                if (s.component == in[driver].component && s.present != 0) of = &s;
                plain = plain || (s.component != frozen::none && s.present == 0);
            }
            const auto own = require_numbers(kb_.str(then[0].spec).substr(2));
            if (of == nullptr || !plain || !own || !holds(*own <=> *wanted, f.op)) continue;
            out |= in.admitted(driver, *of);
        }
        out.reset(0);
        return out;
    }
};

} // namespace cudacompat::detail
