// Rules over the graph of components and facts.
#include "rules.hpp"

#include <cudacompat/graph.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace cudacompat::lint_impl {

void cycle(const model& data, findings& out) {
    // Only packages are installed one after another; host quantities may well depend on each other.
    std::unordered_map<std::string_view, const component_record*> packages;
    for (const component_record& c : data.components)
        if (c.role == component_role::package || c.role == component_role::framework ||
            c.role == component_role::companion)
            packages.emplace(c.name, &c);
    const component_graph g = make_component_graph(data, [&](const fact_record& f) {
        if (f.kind != fact_kind::requires_ || f.if_.size() != 1 ||
            !packages.contains(f.if_.front().component))
            return false;
        const auto there = [](const selector_record& s) { return s.spec != "absent"; };
        return std::any_of(f.then.begin(), f.then.end(), there) || !f.then_any.empty();
    });
    for (const std::vector<std::string>& circle : cycles(g)) {
        std::string names;
        for (const std::string& n : circle) names += (names.empty() ? "" : ", ") + n;
        const auto it = packages.find(circle.front());
        say(out, it == packages.end() ? source_region{} : it->second->where,
            circle.size() == 1 ? "component " + names + " requires itself"
                               : "these components require each other: " + names,
            "see whether one direction is a constraint (constrains)");
    }
}

void orphan(const model& data, findings& out) {
    if (data.generic) return;
    std::set<std::string_view> mentioned;
    each_selector(data, [&](const fact_record&, const selector_record& s) { mentioned.insert(s.component); });
    for (const component_record& c : data.components) {
        const bool nameable = c.role == component_role::framework || c.role == component_role::host ||
                              c.role == component_role::device || !c.products.empty();
        if (!mentioned.contains(c.name) && !nameable)
            say(out, c.where, "no fact mentions component " + c.name + ", and no request would name it",
                "add its facts or remove it");
    }
}

} // namespace cudacompat::lint_impl
