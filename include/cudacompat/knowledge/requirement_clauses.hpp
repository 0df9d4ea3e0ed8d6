// From a requirement string to what a fact says: any-of groups over driver, driver-cuda, compat-package, gpu and gpu-brand.
//
// `cuda` in a string is the host driver's own CUDA version. The component driver-cuda is what the loaded libcuda reports, and
// a compat package raises that. So "cuda>=12.4" is two conditions: driver-cuda >=12.4, and no compat package or a driver
// whose own version, by the facts that pair the two, is >=12.4.
#pragma once

#include <cudacompat/knowledge/model.hpp>
#include <cudacompat/knowledge/names.hpp>
#include <cudacompat/knowledge/requirement.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class requirement_clauses {
public:
    using groups = std::vector<std::vector<selector_record>>;

    explicit requirement_clauses(const model& data) : data_(data) {
        for (const component_record& c : data.components)
            if (c.name == "gpu-brand")
                for (const release_record& r : c.releases) brands_.push_back(r.version);
    }

    /// The groups of a fact with this string. The error has the column in the string.
    [[nodiscard]] result<groups> expand(const fact_record& fact) const {
        const auto terms = parse_requirement(fact.require);
        if (!terms) return terms.error();
        std::map<clauses, std::vector<std::string>> by_clauses; // what each brand has to meet
        for (const std::string& brand : brands_)
            by_clauses[clauses_for(*terms, brand, fact)].push_back(brand);
        if (brands_.empty()) by_clauses[clauses_for(*terms, "", fact)] = {};
        groups out;
        for (const auto& [needed, brands] : by_clauses) {
            for (const clause& c : needed) {
                std::vector<selector_record> group;
                for (const auto& [component, spec] : c) group.push_back({component, spec, {}, fact.where});
                if (by_clauses.size() > 1) group.push_back({"gpu-brand", others(brands), {}, fact.where});
                out.push_back(std::move(group));
            }
        }
        return out;
    }

    /// The string in a sentence: "cuda>=12.4, or driver>=535,driver<536 on tesla, nvidia".
    [[nodiscard]] static std::string tell(std::string_view text) {
        const auto terms = parse_requirement(text);
        if (!terms) return std::string(text);
        std::vector<std::pair<std::string, std::vector<std::string>>>
            ranges; // the rest of a term, and its brands
        for (const require_term& t : *terms) {
            std::string rest;
            std::string brand;
            for (const require_factor& f : t) {
                if (f.property == require_property::brand && f.op == require_op::eq) brand = f.value;
                else rest += (rest.empty() ? "" : ",") + word(f);
            }
            auto at =
                std::find_if(ranges.begin(), ranges.end(), [&](const auto& r) { return r.first == rest; });
            if (at == ranges.end()) at = ranges.insert(at, {rest, {}});
            if (!brand.empty()) at->second.push_back(brand);
        }
        std::string out;
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            if (!out.empty()) out += " or ";
            out += ranges[i].first;
            while (i + 1 < ranges.size() && ranges[i + 1].second == ranges[i].second &&
                   !ranges[i].second.empty())
                out += " or " + ranges[++i].first;
            if (!ranges[i].second.empty()) out += " on " + join(ranges[i].second);
        }
        return out;
    }

private:
    using clause = std::map<std::string, std::string>; ///< any of: component, spec
    using clauses = std::vector<clause>;               ///< all of

    [[nodiscard]] static std::string join(const std::vector<std::string>& list) {
        std::string out;
        for (const std::string& s : list) out += (out.empty() ? "" : ", ") + s;
        return out;
    }
    [[nodiscard]] static std::string op_text(require_op op) {
        constexpr std::string_view names[] = {"==", "!=", "<", "<=", ">", ">="};
        return std::string(names[static_cast<std::size_t>(op)]);
    }
    [[nodiscard]] static std::string word(const require_factor& f) {
        constexpr std::string_view names[] = {"cuda", "driver", "arch", "brand"};
        return std::string(names[static_cast<std::size_t>(f.property)]) + op_text(f.op) + f.value;
    }
    [[nodiscard]] std::string others(const std::vector<std::string>& brands) const {
        std::string out;
        for (const std::string& b : brands_)
            if (std::find(brands.begin(), brands.end(), b) == brands.end())
                out += (out.empty() ? "" : " || ") + b;
        return out;
    }

    /// The clauses that a card of this brand has to meet; no clause: anything will do.
    [[nodiscard]] clauses clauses_for(const std::vector<require_term>& terms, const std::string& brand,
                                      const fact_record& fact) const {
        if (terms.empty()) return {};
        std::set<clause> all{clause{}};
        for (const require_term& t : terms) {
            const auto meets = meaning(t, brand, fact);
            if (!meets) continue; // a term for another brand
            if (meets->empty()) return {};
            std::set<clause> longer;
            for (const clause& before : all)
                for (const clause& one : *meets) {
                    clause c = before;
                    for (const auto& [component, spec] : one) {
                        std::string& at = c[component];
                        at = at.empty() || at == spec ? spec : at + " || " + spec;
                    }
                    longer.insert(std::move(c));
                }
            all = std::move(longer);
        }
        return {all.begin(), all.end()};
    }
    /// One term for this brand, as conditions of which all have to hold; nothing where the brand rules it out.
    [[nodiscard]] std::optional<clauses> meaning(const require_term& t, const std::string& brand,
                                                 const fact_record& fact) const {
        std::string cuda;
        std::string driver;
        std::string arch;
        const auto add = [](std::string& spec, const require_factor& f) {
            spec += (spec.empty() ? "" : ",") + op_text(f.op) + f.value;
        };
        for (const require_factor& f : t) switch (f.property) {
            case require_property::cuda: add(cuda, f); break;
            case require_property::driver: add(driver, f); break;
            case require_property::arch: add(arch, f); break;
            case require_property::brand:
                if (((f.value == "unknown" ? "unknown-brand" : f.value) == brand) != (f.op == require_op::eq))
                    return std::nullopt;
                break;
            }
        clauses out;
        if (!driver.empty()) out.push_back({{"driver", driver}});
        if (!arch.empty()) out.push_back({{"gpu", arch}});
        if (!cuda.empty()) {
            out.push_back({{"driver-cuda", cuda}});
            clause own{{"compat-package", "absent"}};
            if (const std::string drivers = drivers_with(t, fact); !drivers.empty()) own["driver"] = drivers;
            out.push_back(std::move(own));
        }
        return out;
    }
    /// ">=535,<536" is the branch 535, and shorter: these lists are long and many.
    [[nodiscard]] static std::string short_form(const std::string& spec) {
        const std::size_t comma = spec.find(",<");
        if (!spec.starts_with(">=") || comma == std::string::npos) return spec;
        const auto branch = [](const std::string& text) {
            unsigned out = 0;
            for (const char c : text) {
                if (c < '0' || c > '9' || out > 99999) return 0U;
                out = out * 10 + static_cast<unsigned>(c - '0');
            }
            return out;
        };
        const std::string first = spec.substr(2, comma - 2);
        return branch(first) != 0 && branch(first) + 1 == branch(spec.substr(comma + 2)) ? first : spec;
    }
    /// Drivers whose own CUDA version meets the term, by the facts "driver in S without compat package has version V".
    /// A guest system takes no compat package, so its own drivers are of no account here.
    [[nodiscard]] std::string drivers_with(const require_term& t, const fact_record& fact) const {
        std::string out;
        for (const fact_record& f : data_.facts) {
            if (f.if_.size() != 2 || f.then.size() != 1 || f.then[0].component != "driver-cuda") continue;
            const bool plain = f.if_[0].component == "driver" && f.if_[1].component == "compat-package" &&
                               f.if_[1].spec == "absent" && f.then[0].spec.starts_with("==");
            const bool here = f.on.empty() || fact.on.empty() ||
                              std::any_of(f.on.begin(), f.on.end(), [&](const std::string& p) {
                                  return !is_guest_platform(p) &&
                                         std::find(fact.on.begin(), fact.on.end(), p) != fact.on.end();
                              });
            if (!plain || !here) continue;
            const auto own = require_numbers(f.then[0].spec.substr(2));
            const bool meets = own && std::all_of(t.begin(), t.end(), [&](const require_factor& x) {
                                   return x.property != require_property::cuda ||
                                          holds(*own <=> *require_numbers(x.value), x.op);
                               });
            if (meets) out += (out.empty() ? "" : " || ") + short_form(f.if_[0].spec);
        }
        return out;
    }

    const model& data_;
    std::vector<std::string> brands_;
};

} // namespace cudacompat::detail
