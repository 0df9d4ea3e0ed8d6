// Names: of facts, sources, components, disputes.
#include "rules.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace cudacompat::lint_impl {
namespace {

[[nodiscard]] bool is_id(std::string_view s) noexcept {
    const auto head = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !s.empty() && head(s.front()) && std::all_of(s.begin(), s.end(), [&](char c) {
        return head(c) || c == '.' || c == '_' || c == '+' || c == '-';
    });
}

} // namespace

void id_shape(const model& data, findings& out) {
    const auto check = [&](std::string_view id, const source_region& where, const char* what) {
        if (!is_id(id))
            say(out, where, std::string(what) + " '" + std::string(id) + "' is not [a-z0-9][a-z0-9._+-]*",
                "use lower case, digits and . _ + -");
    };
    for (const source_record& s : data.sources) check(s.id, s.where, "source id");
    for (const error_record& e : data.errors) check(e.id, e.where, "error id");
    for (const name_record& n : data.names) {
        check(n.id, n.where, "name id");
        check(n.component, n.where, "component name");
    }
    if (data.generic) return; // its names are the user's, its fact ids are made by the loader
    for (const component_record& c : data.components) check(c.name, c.where, "component name");
    for (const fact_record& f : data.facts) {
        check(f.id, f.where, "fact id");
        if (!f.dispute.empty()) check(f.dispute, f.where, "dispute id");
    }
}

void id_duplicate(const model& data, findings& out) {
    const auto check = [&](const auto& records, const char* what) {
        std::unordered_map<std::string_view, const source_region*> first;
        for (const auto& r : records) {
            const auto [it, is_new] = first.emplace(r.id, &r.where);
            if (!is_new)
                say(out, r.where,
                    std::string(what) + " id '" + r.id + "' is used before, in " + it->second->file + ":" +
                        std::to_string(it->second->line),
                    "give it an id of its own");
        }
    };
    check(data.sources, "source");
    check(data.facts, "fact");
    check(data.errors, "error");
    check(data.names, "name");
}

void component_unknown(const model& data, findings& out) {
    if (data.generic) return; // there it is a conflict that says so
    std::unordered_set<std::string_view> known;
    for (const component_record& c : data.components) known.insert(c.name);
    each_selector(data, [&](const fact_record& f, const selector_record& s) {
        if (!known.contains(s.component))
            say(out, s.where,
                "fact " + f.id + " names the component '" + s.component + "', which is not in components/",
                "add components/" + s.component + ".yaml or correct the name");
    });
    for (const component_record& c : data.components)
        if (!c.companion_of.empty() && !known.contains(c.companion_of))
            say(out, c.where,
                "component " + c.name + " is companion_of '" + c.companion_of +
                    "', which is not in components/",
                "correct the name");
}

} // namespace cudacompat::lint_impl
