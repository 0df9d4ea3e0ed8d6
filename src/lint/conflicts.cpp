// Records that speak of the same thing: disputes, overlaps, products.
#include "rules.hpp"

#include <cudacompat/knowledge/names.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace cudacompat::lint_impl {
namespace {

struct statement {
    const fact_record* fact;
    std::string value;
};

/// What one build is said to hold: the shipped component (empty for device code) and its value.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string>> contents(const fact_record& f) {
    std::vector<std::pair<std::string_view, std::string>> out;
    if (f.kind == fact_kind::ships) {
        for (const selector_record& s : f.then) {
            std::string value = s.spec;
            for (const std::string& v : s.variants) value += " [" + v + "]";
            out.emplace_back(s.component, std::move(value));
        }
    } else {
        std::vector<std::string> code = f.code;
        std::sort(code.begin(), code.end());
        std::string value;
        for (const std::string& c : code) value += c + " ";
        out.emplace_back(std::string_view{}, value + f.ptx);
    }
    return out;
}

[[nodiscard]] bool apart_in_time(const fact_record& a, const fact_record& b) {
    return (!a.until.empty() && !b.since.empty() && a.until <= b.since) ||
           (!b.until.empty() && !a.since.empty() && b.until <= a.since);
}

} // namespace

void dispute_single(const model& data, findings& out) {
    struct sides {
        const fact_record* first = nullptr;
        std::size_t taken = 0, other = 0;
    };
    std::map<std::string_view, sides> disputes;
    for (const fact_record& f : data.facts) {
        if (f.dispute.empty()) {
            if (!f.dispute_default)
                say(out, f.where, "fact " + f.id + " has dispute_default: false and no 'dispute'",
                    "name the dispute");
            continue;
        }
        sides& s = disputes[f.dispute];
        if (s.first == nullptr) s.first = &f;
        ++(f.dispute_default ? s.taken : s.other);
    }
    // No side taken = undecided, which is a statement of its own. A side may consist of several facts.
    for (const auto& [id, s] : disputes) {
        if (s.taken + s.other < 2)
            say(out, s.first->where, "the dispute '" + std::string(id) + "' has one fact, " + s.first->id,
                "enter the other side, or drop 'dispute'");
        else if (s.other == 0)
            say(out, s.first->where,
                "all facts of the dispute '" + std::string(id) + "' are the default side",
                "mark the side that is not taken with dispute_default: false");
    }
}

void overlap(const model& data, findings& out) {
    const model_view view(data);
    // component, kind, release, build (or -1), platform, shipped component -> who says what
    using key = std::tuple<std::string_view, fact_kind, std::size_t, std::ptrdiff_t, std::string_view,
                           std::string_view>;
    std::map<key, std::vector<statement>> said;
    std::map<std::pair<std::string_view, std::string_view>, bool> reported;
    const std::vector<std::string> everywhere{""};
    for (const fact_record& f : data.facts) {
        if ((f.kind != fact_kind::ships && f.kind != fact_kind::supports) || f.if_.size() != 1) continue;
        const selector_record& s = f.if_.front();
        const component_view* c = view.find(s.component);
        if (c == nullptr) continue;
        const std::optional<version_spec> spec = spec_of(*c, s.spec);
        if (!spec) continue;
        const auto stated = contents(f);
        const auto enter = [&](std::size_t release, std::ptrdiff_t build, std::string_view platform) {
            for (const auto& [what, value] : stated) {
                std::vector<statement>& list =
                    said[{c->record->name, f.kind, release, build, platform, what}];
                for (const statement& earlier : list) {
                    const fact_record& e = *earlier.fact;
                    if (earlier.value == value || apart_in_time(e, f) || e.overlay != f.overlay ||
                        (!f.dispute.empty() && f.dispute == e.dispute))
                        continue;
                    if (!reported.try_emplace({e.id, f.id}, true).second) continue;
                    say(out, f.where,
                        "facts " + e.id + " and " + f.id + " say different things of " + c->record->name +
                            " " + c->record->releases[release].version +
                            (build < 0
                                 ? std::string()
                                 : " [" + c->record->builds[static_cast<std::size_t>(build)].variant + "]") +
                            (platform.empty() ? std::string() : " on " + std::string(platform)) + ": " +
                            (what.empty() ? "code " : std::string(what) + " ") + earlier.value + " and " +
                            value,
                        "correct one, or join them in a dispute");
                }
                list.push_back({&f, value});
            }
        };
        const std::vector<std::string>& platforms = data.platforms.empty() ? everywhere : data.platforms;
        const auto on = [](const std::vector<std::string>& list, const std::string& p) {
            return list.empty() || p.empty() || std::find(list.begin(), list.end(), p) != list.end();
        };
        for (std::size_t r = 0; r < c->releases.size(); ++r) {
            if (!c->releases[r] || !spec->set().contains(*c->releases[r])) continue;
            bool has_builds = false;
            for (std::size_t b = 0; b < c->record->builds.size(); ++b) {
                const build_record& build = c->record->builds[b];
                if (build.version != c->record->releases[r].version) continue;
                has_builds = true;
                const bool variant =
                    s.variants.empty() ||
                    std::any_of(s.variants.begin(), s.variants.end(),
                                [&](const std::string& v) { return matches_pattern(v, build.variant); });
                if (!variant) continue;
                for (const std::string& p : platforms)
                    if (on(build.on, p) && on(f.on, p)) enter(r, static_cast<std::ptrdiff_t>(b), p);
            }
            if (!has_builds && s.variants.empty())
                for (const std::string& p : platforms)
                    if (on(f.on, p)) enter(r, -1, p);
        }
    }
}

void product_duplicate(const model& data, findings& out) {
    for (const component_record& c : data.components) {
        std::map<std::string, const product_record*, std::less<>> names;
        const auto enter = [&](const product_record& p, const std::string& name) {
            std::string folded;
            for (const char ch : name)
                folded += ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
            const auto [it, is_new] = names.emplace(std::move(folded), &p);
            if (!is_new)
                say(out, p.where,
                    "the product name '" + name + "' stands already in line " +
                        std::to_string(it->second->where.line) + ", for " + c.name + " " +
                        it->second->version,
                    "keep one of them, or tell them apart by name");
        };
        for (const product_record& p : c.products) {
            enter(p, p.name);
            for (const std::string& a : p.aliases) enter(p, a);
        }
    }
}

} // namespace cudacompat::lint_impl
