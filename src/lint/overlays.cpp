// What an overlay does to what lies below it.
#include "rules.hpp"

#include <cudacompat/knowledge/names.hpp>

#include <algorithm>
#include <unordered_map>

namespace cudacompat::lint_impl {
namespace {

[[nodiscard]] std::string place(const source_region& r) { return r.file + ":" + std::to_string(r.line); }

[[nodiscard]] bool share(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return a.empty() || b.empty() || std::any_of(a.begin(), a.end(), [&](const std::string& p) {
               return std::find(b.begin(), b.end(), p) != b.end();
           });
}

[[nodiscard]] bool share_time(const fact_record& a, const fact_record& b) {
    return (a.until.empty() || b.since.empty() || a.until > b.since) &&
           (b.until.empty() || a.since.empty() || b.until > a.since);
}

[[nodiscard]] bool takes(const selector_record& s, const std::string& variant) {
    return s.variants.empty() || std::any_of(s.variants.begin(), s.variants.end(), [&](const std::string& p) {
               return matches_pattern(p, variant);
           });
}

/// Is there a release (and build) that both selectors take? What cannot be told counts as yes.
[[nodiscard]] bool meet(const component_view& c, const selector_record& a, const selector_record& b) {
    if (a.spec == "absent" || b.spec == "absent") return a.spec == b.spec;
    const std::optional<version_spec> sa = spec_of(c, a.spec);
    const std::optional<version_spec> sb = spec_of(c, b.spec);
    if (!sa || !sb) return true;
    if (c.record->open_line) return sa->set().intersects(sb->set());
    const auto in = [](const version_spec& s, const version& v) {
        return s.set().contains(v) || s.matches(v);
    };
    for (std::size_t r = 0; r < c.releases.size(); ++r) {
        if (!c.releases[r] || !in(*sa, *c.releases[r]) || !in(*sb, *c.releases[r])) continue;
        bool has_builds = false;
        for (const build_record& build : c.record->builds) {
            if (build.version != c.record->releases[r].version) continue;
            has_builds = true;
            if (takes(a, build.variant) && takes(b, build.variant)) return true;
        }
        if (!has_builds) return true; // variants that are no builds: the class of a GPU
    }
    return false;
}

/// The same components in both conditions, and something that meets both.
[[nodiscard]] bool same_condition(const model_view& view, const fact_record& a, const fact_record& b) {
    if (a.if_.size() != b.if_.size() || !share(a.on, b.on) || !share_time(a, b)) return false;
    for (const selector_record& s : a.if_) {
        const auto other = std::find_if(b.if_.begin(), b.if_.end(),
                                        [&](const selector_record& o) { return o.component == s.component; });
        const component_view* c = view.find(s.component);
        if (other == b.if_.end() || c == nullptr || !meet(*c, s, *other)) return false;
    }
    return true;
}

[[nodiscard]] bool is_demand(fact_kind k) { return k == fact_kind::requires_ || k == fact_kind::constrains; }

/// The component of which the two facts leave no common value; empty if there is none.
[[nodiscard]] std::string torn(const model_view& view, const fact_record& a, const fact_record& b) {
    if (a.kind == fact_kind::supports && b.kind == fact_kind::supports) {
        const bool common = std::any_of(a.code.begin(), a.code.end(), [&](const std::string& t) {
            return std::find(b.code.begin(), b.code.end(), t) != b.code.end();
        });
        return common ? std::string() : "device code";
    }
    const bool comparable = (is_demand(a.kind) && is_demand(b.kind)) ||
                            (a.kind == fact_kind::ships && b.kind == fact_kind::ships);
    if (!comparable) return {};
    for (const selector_record& s : a.then)
        for (const selector_record& o : b.then) {
            const component_view* c = view.find(s.component);
            if (s.component != o.component || c == nullptr) continue;
            const bool absent_suits = (s.spec == "absent" && b.kind == fact_kind::constrains) ||
                                      (o.spec == "absent" && a.kind == fact_kind::constrains);
            if (!absent_suits && !meet(*c, s, o)) return s.component;
        }
    return {};
}

} // namespace

void overlay_override(const model& data, findings& out) {
    std::unordered_map<std::string_view, const fact_record*> gone;
    for (const fact_record& f : data.overridden) gone.emplace(f.id, &f);
    const auto check = [&](const fact_record& f) {
        if (f.overrides.empty()) return;
        const auto it = gone.find(f.overrides);
        if (it != gone.end())
            say(out, f.where,
                "fact " + f.id + " stands in the place of " + f.overrides + " (" + place(it->second->where) +
                    ")");
    };
    for (const fact_record& f : data.facts) check(f);
    for (const fact_record& f : data.overridden) check(f); // by a later overlay in turn
}

void overlay_conflict(const model& data, findings& out) {
    if (data.overlays.empty()) return;
    const model_view view(data);
    std::unordered_map<std::string_view, std::vector<const fact_record*>> by_component;
    for (const fact_record& f : data.facts)
        if (!f.if_.empty()) by_component[f.if_.front().component].push_back(&f);
    for (const fact_record& f : data.facts) {
        if (f.overlay == 0) continue;
        for (const selector_record& s : f.if_) // the other's first component is one of ours
            if (const auto it = by_component.find(s.component); it != by_component.end())
                for (const fact_record* below : it->second) {
                    if (below->overlay >= f.overlay || (!f.dispute.empty() && f.dispute == below->dispute) ||
                        !same_condition(view, f, *below))
                        continue;
                    const std::string what = torn(view, f, *below);
                    if (what.empty()) continue;
                    say(out, f.where,
                        "fact " + f.id + " and fact " + below->id + " (" + place(below->where) +
                            ") leave no common value of " + what + " where both apply",
                        "if the overlay is right, say 'overrides: " + below->id + "'");
                }
    }
}

} // namespace cudacompat::lint_impl
