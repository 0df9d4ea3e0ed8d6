// Releases that no solution can take, because their own facts leave no partner: arc consistency over pairs.
//
// Only what is beyond doubt counts: facts of kind requires and constrains with one condition, sure, on the
// taken side of their dispute, without dates, and of the base: what a site shuts out, it shuts out on purpose. A
// selector that matches nothing is another rule's matter.
#include "rules.hpp"

#include <cudacompat/base/bits.hpp>
#include <cudacompat/knowledge/names.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace cudacompat::lint_impl {
namespace {

/// A release with one of its variants, on the platform at hand.
struct build_node {
    std::size_t release = 0;
    std::string_view variant;
};

struct domain {
    const component_view* component = nullptr;
    std::vector<build_node> nodes;
    bits alive;
};

/// "a node of `from` in `nodes` allows of `to` only `allowed`", from one fact.
struct pair_rule {
    std::size_t from = 0, to = 0;
    bits nodes;
    bits allowed;         ///< of a closed line
    version_set open_set; ///< of an open line
    bool open = false;
    bool present = false; ///< requires
    bool absent = false;  ///< must not be there
    const fact_record* fact = nullptr;
};

class platform_check {
public:
    platform_check(const model& data, const model_view& view, std::string_view platform) {
        for (const component_view& c : view.components()) add_domain(c, platform);
        for (const fact_record& f : data.facts)
            if (counts(f, platform)) add_rules(view, f);
        for (std::size_t r = 0; r < rules_.size(); ++r) by_from_[rules_[r].from].push_back(r);
    }

    void run() {
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t d = 0; d < domains_.size(); ++d)
                for (std::uint32_t n = domains_[d].alive.next(0); n < domains_[d].alive.size();
                     n = domains_[d].alive.next(n + 1))
                    if (!survives(d, n)) {
                        domains_[d].alive.reset(n);
                        changed = true;
                    }
        }
    }

    [[nodiscard]] const std::vector<domain>& domains() const noexcept { return domains_; }
    [[nodiscard]] std::string reason(std::size_t d, std::size_t release) const {
        const auto it = reasons_.find({d, release});
        return it == reasons_.end() ? std::string() : it->second;
    }

private:
    [[nodiscard]] static bool on(const std::vector<std::string>& list, std::string_view platform) {
        return list.empty() || platform.empty() ||
               std::find(list.begin(), list.end(), platform) != list.end();
    }
    [[nodiscard]] static bool counts(const fact_record& f, std::string_view platform) {
        return (f.kind == fact_kind::requires_ || f.kind == fact_kind::constrains) && f.if_.size() == 1 &&
               f.sure == certainty::sure && (f.dispute.empty() || f.dispute_default) && f.since.empty() &&
               f.until.empty() && f.overlay == 0 && on(f.on, platform);
    }

    void add_domain(const component_view& c, std::string_view platform) {
        domain d;
        d.component = &c;
        for (std::size_t r = 0; r < c.releases.size(); ++r) {
            bool has_builds = false;
            for (const build_record& b : c.record->builds) {
                if (b.version != c.record->releases[r].version) continue;
                has_builds = true;
                const bool known = std::any_of(d.nodes.begin(), d.nodes.end(), [&](const build_node& n) {
                    return n.release == r && n.variant == b.variant;
                });
                if (on(b.on, platform) && !known) d.nodes.push_back({r, b.variant});
            }
            if (!has_builds) d.nodes.push_back({r, {}});
        }
        d.alive = bits(static_cast<std::uint32_t>(d.nodes.size()), true);
        index_.emplace(c.record->name, domains_.size());
        domains_.push_back(std::move(d));
    }

    /// The nodes of a domain that a selector takes; nothing where it cannot be told. A variant of a release
    /// without builds (the class of a GPU) is taken `if_unnamed`: never by a condition, always as a partner.
    [[nodiscard]] static std::optional<bits> match(const domain& d, const selector_record& s,
                                                   bool if_unnamed) {
        const std::optional<version_spec> spec = spec_of(*d.component, s.spec);
        if (!spec) return std::nullopt;
        bits out(static_cast<std::uint32_t>(d.nodes.size()));
        for (std::uint32_t n = 0; n < d.nodes.size(); ++n) {
            const std::optional<version>& v = d.component->releases[d.nodes[n].release];
            const bool variant = s.variants.empty() || (if_unnamed && d.nodes[n].variant.empty()) ||
                                 std::any_of(s.variants.begin(), s.variants.end(), [&](const std::string& p) {
                                     return matches_pattern(p, d.nodes[n].variant);
                                 });
            if (v && variant && spec->set().contains(*v)) out.set(n);
        }
        return out;
    }

    void add_rules(const model_view& view, const fact_record& f) {
        const auto from = index_.find(f.if_.front().component);
        if (from == index_.end()) return;
        std::optional<bits> nodes = match(domains_[from->second], f.if_.front(), false);
        if (!nodes || nodes->empty()) return;
        for (const selector_record& s : f.then) {
            const auto to = index_.find(s.component);
            if (to == index_.end() || to->second == from->second || s.spec == "unknown") continue;
            const domain& target = domains_[to->second];
            pair_rule rule;
            rule.from = from->second;
            rule.to = to->second;
            rule.nodes = *nodes;
            rule.fact = &f;
            rule.absent = s.spec == "absent";
            rule.present = !rule.absent && f.kind == fact_kind::requires_;
            rule.open = target.component->record->open_line;
            if (!rule.absent) {
                const std::optional<version_spec> spec = spec_of(*view.find(s.component), s.spec);
                const std::optional<bits> allowed = match(target, s, true);
                if (!spec || !allowed) continue;
                if (rule.open ? spec->set().empty() : allowed->empty()) continue;
                rule.allowed = *allowed;
                rule.open_set = spec->set();
            }
            rules_.push_back(std::move(rule));
        }
    }

    struct demand {
        bool present = false, absent = false, open = false, first = true;
        bits allowed;
        version_set open_set;
        std::string facts;
    };

    [[nodiscard]] bool survives(std::size_t d, std::uint32_t n) {
        std::map<std::size_t, demand> demands;
        const auto own = by_from_.find(d);
        if (own == by_from_.end()) return true;
        for (const std::size_t r : own->second) {
            const pair_rule& rule = rules_[r];
            if (!rule.nodes.test(n)) continue;
            demand& want = demands[rule.to];
            want.present = want.present || rule.present;
            want.absent = want.absent || rule.absent;
            want.facts += (want.facts.empty() ? "" : ", ") + rule.fact->id;
            if (rule.absent) continue;
            want.open = rule.open;
            if (want.first) {
                want.allowed = rule.allowed;
                want.open_set = rule.open_set;
            } else {
                want.allowed &= rule.allowed;
                want.open_set &= rule.open_set;
            }
            want.first = false;
        }
        for (auto& [to, want] : demands) {
            if (!want.present) continue;
            const bool possible =
                !want.absent && (want.open ? !want.open_set.empty() : partner(d, n, to, want));
            if (possible) continue;
            reasons_[{d, domains_[d].nodes[n].release}] =
                "no " + domains_[to].component->record->name + " suits its facts (" + want.facts + ")";
            return false;
        }
        return true;
    }

    /// Is there a node of `to` that still lives, is allowed, and allows this one?
    [[nodiscard]] bool partner(std::size_t d, std::uint32_t n, std::size_t to, demand& want) {
        bits candidates = want.allowed;
        candidates &= domains_[to].alive;
        const auto back = by_from_.find(to);
        for (std::uint32_t m = candidates.next(0); m < candidates.size(); m = candidates.next(m + 1)) {
            bool accepts = true;
            if (back != by_from_.end())
                for (const std::size_t r : back->second) {
                    const pair_rule& rule = rules_[r];
                    if (rule.to != d || !rule.nodes.test(m)) continue;
                    if (!rule.absent && rule.allowed.test(n)) continue;
                    accepts = false;
                    if (want.facts.find(rule.fact->id) == std::string::npos && want.facts.size() < 300)
                        want.facts += ", " + rule.fact->id;
                    break;
                }
            if (accepts) return true;
        }
        return false;
    }

    std::vector<domain> domains_;
    std::unordered_map<std::string_view, std::size_t> index_;
    std::vector<pair_rule> rules_;
    std::unordered_map<std::size_t, std::vector<std::size_t>> by_from_;
    std::map<std::pair<std::size_t, std::size_t>, std::string> reasons_;
};

} // namespace

void unreachable_release(const model& data, findings& out) {
    const model_view view(data);
    std::vector<std::string> platforms = data.platforms;
    if (platforms.empty()) platforms.emplace_back();
    // For each component and release: does it exist, and does it live, on some platform?
    std::vector<std::vector<char>> exists, lives;
    std::vector<std::vector<std::string>> why;
    for (const component_view& c : view.components()) {
        exists.emplace_back(c.releases.size(), 0);
        lives.emplace_back(c.releases.size(), 0);
        why.emplace_back(c.releases.size());
    }
    for (const std::string& platform : platforms) {
        platform_check check(data, view, platform);
        check.run();
        for (std::size_t d = 0; d < check.domains().size(); ++d) {
            const domain& dom = check.domains()[d];
            for (std::uint32_t n = 0; n < dom.nodes.size(); ++n) {
                const std::size_t r = dom.nodes[n].release;
                exists[d][r] = 1;
                if (dom.alive.test(n)) lives[d][r] = 1;
                if (why[d][r].empty()) why[d][r] = check.reason(d, r);
            }
        }
    }
    for (std::size_t d = 0; d < view.components().size(); ++d) {
        const component_record& c = *view.components()[d].record;
        for (std::size_t r = 0; r < c.releases.size(); ++r)
            if (exists[d][r] != 0 && lives[d][r] == 0)
                say(out, c.releases[r].where,
                    "no solution can take " + c.name + " " + c.releases[r].version + ": " + why[d][r],
                    "correct one of the facts");
    }
}

} // namespace cudacompat::lint_impl
