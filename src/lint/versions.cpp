// Versions, specs and variants against the lists of releases and builds.
#include "rules.hpp"

#include <cudacompat/knowledge/names.hpp>

#include <algorithm>

namespace cudacompat::lint_impl {
namespace {

[[nodiscard]] std::string named(const selector_record& s) { return s.component + " \"" + s.spec + "\""; }

[[nodiscard]] bool share_platform(const build_record& a, const build_record& b) {
    if (a.on.empty() || b.on.empty()) return true;
    return std::any_of(a.on.begin(), a.on.end(), [&](const std::string& p) {
        return std::find(b.on.begin(), b.on.end(), p) != b.on.end();
    });
}

} // namespace

void version_unparsable(const model& data, findings& out) {
    const model_view view(data);
    for (const component_record& c : data.components) {
        const auto check = [&](const std::string& text, const source_region& where, const char* what) {
            const result<version> v = version::parse(c.scheme, text);
            if (!v)
                say(out, where,
                    std::string(what) + " " + c.name + " \"" + text + "\" is no " +
                        std::string(to_string(c.scheme)) + " version: " + v.error().message);
        };
        for (const release_record& r : c.releases) check(r.version, r.where, "release");
        for (const build_record& b : c.builds) check(b.version, b.where, "build of");
        for (const product_record& p : c.products) check(p.version, p.where, "product of");
    }
    each_selector(data, [&](const fact_record& f, const selector_record& s) {
        const component_view* c = view.find(s.component);
        if (c == nullptr || is_state(s.spec)) return;
        const result<version_spec> spec = version_spec::parse(c->record->scheme, s.spec);
        if (!spec)
            say(out, s.where,
                "fact " + f.id + ": " + named(s) + " is no " + std::string(to_string(c->record->scheme)) +
                    " spec: " + spec.error().message);
    });
    for (const fact_record& f : data.facts)
        if (!f.ptx.empty() && !version::parse(version_scheme::dotted, f.ptx))
            say(out, f.where,
                "fact " + f.id + " has the PTX version \"" + f.ptx + "\", which is no dotted version");
}

void version_missing(const model& data, findings& out) {
    const model_view view(data);
    for (const component_view& c : view.components()) {
        if (c.record->open_line) continue;
        for (const build_record& b : c.record->builds)
            if (!is_release(c, b.version))
                say(out, b.where,
                    "build " + c.record->name + " " + b.version + " [" + b.variant +
                        "] is of a version that is not among the releases",
                    "add the release or correct the version");
        for (const product_record& p : c.record->products)
            if (!is_release(c, p.version))
                say(out, p.where,
                    "product " + p.name + " is of " + c.record->name + " " + p.version +
                        ", which is not among the releases",
                    "add the release or correct the version");
    }
    if (data.generic) return; // there it is a conflict that says so
    each_selector(data, [&](const fact_record& f, const selector_record& s) {
        const component_view* c = view.find(s.component);
        if (c == nullptr || c->record->open_line) return;
        for (const std::string& v : exact_versions(s.spec))
            if (!is_release(*c, v))
                say(out, s.where,
                    "fact " + f.id + " names " + s.component + " " + v + ", which is not among the releases",
                    "add the release or correct the version");
    });
}

void release_duplicate(const model& data, findings& out) {
    const model_view view(data);
    for (const component_view& c : view.components()) {
        const auto& releases = c.record->releases;
        std::unordered_map<std::string_view, std::size_t> first;
        for (std::size_t i = 0; i < releases.size(); ++i) {
            if (!c.releases[i]) continue;
            const auto [it, is_new] = first.emplace(c.releases[i]->key(), i);
            if (is_new) continue;
            const release_record& earlier = releases[it->second];
            say(out, releases[i].where,
                "release " + c.record->name + " " + releases[i].version + " is the same version as " +
                    earlier.version + " in line " + std::to_string(earlier.where.line),
                "keep one of them");
        }
        std::unordered_map<std::string, std::vector<const build_record*>> builds;
        for (const build_record& b : c.record->builds) {
            std::vector<const build_record*>& same = builds[b.version + '\n' + b.variant + '\n' + b.channel];
            for (const build_record* earlier : same)
                if (share_platform(*earlier, b)) {
                    say(out, b.where,
                        "build " + c.record->name + " " + b.version + " [" + b.variant +
                            "] stands already in line " + std::to_string(earlier->where.line) +
                            ", for a common platform and the same channel",
                        "keep one of them");
                    break;
                }
            same.push_back(&b);
        }
    }
}

void spec_empty(const model& data, findings& out) {
    if (data.generic) return; // there it is a conflict that says so
    const model_view view(data);
    each_selector(data, [&](const fact_record& f, const selector_record& s) {
        const component_view* c = view.find(s.component);
        if (c == nullptr) return;
        const std::optional<version_spec> spec = spec_of(*c, s.spec);
        if (!spec) return;
        if (c->record->open_line) {
            if (spec->set().empty())
                say(out, s.where, "fact " + f.id + ": " + named(s) + " matches no version at all",
                    "correct the bounds");
            return;
        }
        const std::vector<std::string> exact = exact_versions(s.spec);
        if (std::any_of(exact.begin(), exact.end(), [&](const std::string& v) { return !is_release(*c, v); }))
            return; // version-missing says so
        const bool any =
            std::any_of(c->releases.begin(), c->releases.end(), [&](const std::optional<version>& r) {
                return r && (spec->set().contains(*r) || spec->matches(*r));
            });
        if (!any)
            say(out, s.where, "fact " + f.id + ": " + named(s) + " matches no release",
                "add the release or correct the spec");
    });
}

void variant_missing(const model& data, findings& out) {
    const model_view view(data);
    each_selector(data, [&](const fact_record& f, const selector_record& s) {
        if (s.variants.empty()) return;
        const component_view* c = view.find(s.component);
        if (c == nullptr) return;
        const std::optional<version_spec> spec = spec_of(*c, s.spec);
        const auto in_spec = [&](const std::string& text) {
            if (!spec) return true;
            const result<version> v = version::parse(c->record->scheme, text);
            return !v || spec->set().contains(*v);
        };
        for (const std::string& pattern : s.variants) {
            const auto has = [&](const auto& entry) {
                return matches_pattern(pattern, entry.variant) && in_spec(entry.version);
            };
            if (std::any_of(c->record->builds.begin(), c->record->builds.end(), has) ||
                std::any_of(c->record->products.begin(), c->record->products.end(), has))
                continue;
            say(out, s.where,
                "fact " + f.id + ": no build of " + named(s) + " has the variant '" + pattern + "'",
                "add the build or correct the variant");
        }
    });
}

} // namespace cudacompat::lint_impl
