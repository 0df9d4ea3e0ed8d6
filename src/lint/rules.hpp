// The rules, one function each, and what they share.
#pragma once

#include <cudacompat/lint.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cudacompat::lint_impl {

using findings = std::vector<lint_finding>;

void source_missing(const model&, findings&);
void source_unresolved(const model&, findings&);
void source_unused(const model&, findings&);
void source_shape(const model&, findings&);
void error_shape(const model&, findings&);
void id_shape(const model&, findings&);
void id_duplicate(const model&, findings&);
void component_unknown(const model&, findings&);
void version_unparsable(const model&, findings&);
void version_missing(const model&, findings&);
void release_duplicate(const model&, findings&);
void spec_empty(const model&, findings&);
void variant_missing(const model&, findings&);
void platform_unknown(const model&, findings&);
void date_shape(const model&, findings&);
void agrees_shape(const model&, findings&);
void ships_shape(const model&, findings&);
void supports_shape(const model&, findings&);
void ends_shape(const model&, findings&);
void name_shape(const model&, findings&);
void note_demanded(const model&, findings&);
void dispute_single(const model&, findings&);
void overlap(const model&, findings&);
void overlay_conflict(const model&, findings&);
void overlay_override(const model&, findings&);
void registry_host(const model&, findings&);
void single_third_party(const model&, findings&);
void pci_shape(const model&, findings&);
void rule_shape(const model&, findings&);
void product_duplicate(const model&, findings&);
void cycle(const model&, findings&);
void orphan(const model&, findings&);
void unreachable_release(const model&, findings&);

/// Appends a finding; lint() fills in rule and severity.
inline void say(findings& out, const source_region& where, std::string message, std::string hint = {}) {
    out.push_back({{}, lint_severity::error, std::move(message), std::move(hint), where});
}

/// A component with its releases parsed; a release that does not parse is nothing.
struct component_view {
    const component_record* record = nullptr;
    std::vector<std::optional<version>> releases;
};

class model_view {
public:
    explicit model_view(const model& data);

    [[nodiscard]] const component_view* find(std::string_view name) const {
        const auto it = by_name_.find(name);
        return it == by_name_.end() ? nullptr : &components_[it->second];
    }
    [[nodiscard]] const std::vector<component_view>& components() const noexcept { return components_; }

private:
    std::vector<component_view> components_;
    std::unordered_map<std::string_view, std::size_t> by_name_;
};

/// absent and unknown are states, not version specs.
[[nodiscard]] inline bool is_state(std::string_view spec) noexcept {
    return spec == "absent" || spec == "unknown";
}

/// The parsed spec of a selector; nothing for a state and for what does not parse.
[[nodiscard]] inline std::optional<version_spec> spec_of(const component_view& c, std::string_view text) {
    if (is_state(text)) return std::nullopt;
    result<version_spec> parsed = version_spec::parse(c.record->scheme, text);
    if (!parsed) return std::nullopt;
    return *std::move(parsed);
}

/// Calls visit(fact, selector) for every selector of every fact.
template <class Visit>
void each_selector(const model& data, Visit visit) {
    for (const fact_record& f : data.facts) {
        for (const selector_record& s : f.if_) visit(f, s);
        for (const selector_record& s : f.then) visit(f, s);
        for (const auto& any : f.then_any)
            for (const selector_record& s : any) visit(f, s);
    }
}

/// Calls visit(references, region, what) for everything that can have sources. `what` names it.
template <class Visit>
void each_sourced(const model& data, Visit visit) {
    for (const component_record& c : data.components) {
        visit(c.sources, c.where, "component " + c.name);
        for (const release_record& r : c.releases)
            visit(r.sources, r.where, "release " + c.name + " " + r.version);
        for (const build_record& b : c.builds)
            visit(b.sources, b.where, "build " + c.name + " " + b.version + " [" + b.variant + "]");
        for (const product_record& p : c.products) visit(p.sources, p.where, "product " + p.name);
    }
    for (const fact_record& f : data.facts) visit(f.sources, f.where, "fact " + f.id);
    for (const fact_record& f : data.overridden) visit(f.sources, f.where, "fact " + f.id);
    for (const error_record& e : data.errors) visit(e.sources, e.where, "error " + e.id);
    for (const name_record& n : data.names) visit(n.sources, n.where, "name " + n.id);
    for (const chip_record& c : data.chips) visit(c.sources, c.where, "chip " + c.chip);
}

/// YYYY-MM-DD, or YYYY-MM where `day_needed` is false, of a month or day that exists.
[[nodiscard]] bool is_date(std::string_view s, bool day_needed) noexcept;

/// The version X of an item "==X" without a star, for each of a spec.
[[nodiscard]] std::vector<std::string> exact_versions(std::string_view spec);

/// Is X, or X without its local part, a release?
[[nodiscard]] bool is_release(const component_view& c, std::string_view text);

} // namespace cudacompat::lint_impl
