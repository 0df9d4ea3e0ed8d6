// The oracle: tries the values of one component after the other and takes the first complete assignment.
//
// No propagation, no learning, no tables: a statement is looked at when the last component that it names has a
// value. Since components are tried in the documented order of preference, and the values of each from best to
// worst, the first answer is the best one. Only the parsing and the order of versions are the library's.
//
// The order: the requested components as requested; then the others, each before what it needs: a longer chain of
// needs below first, then by name. A requested component takes its newest release; of the others absence is
// preferred, then the newest. What nothing requested can reach does not take part.
#pragma once

#include "world.hpp"

#include <cudacompat/version/version_spec.hpp>

#include <functional>
#include <optional>

namespace worlds {

class brute_force {
public:
    static constexpr std::size_t absent = 0; ///< value i > 0: the i-th newest release
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    explicit brute_force(const world& w) : world_(w) {
        for (std::size_t c = 0; c < w.components.size(); ++c) {
            index_.emplace(w.components[c].name, c);
            sort_releases(w.components[c]);
        }
        for (const statement& s : w.statements) translate(s);
        measure_heights();
    }

    struct problem {
        std::vector<std::string> ask;
        std::vector<bool> holds;                                 ///< by statement; empty: all
        std::vector<std::pair<std::size_t, std::size_t>> pinned; ///< component, value
    };
    using assignment = std::vector<std::size_t>; ///< value by component

    [[nodiscard]] std::size_t find(const std::string& name) const {
        const auto it = index_.find(name);
        return it == index_.end() ? none : it->second;
    }
    [[nodiscard]] std::size_t values(std::size_t component) const {
        return newest_first_[component].size() + 1;
    }
    [[nodiscard]] const std::string& text(std::size_t component, std::size_t value) const {
        return world_.components[component].versions[newest_first_[component][value - 1].release];
    }
    [[nodiscard]] std::map<std::string, std::string> told(const assignment& a) const {
        std::map<std::string, std::string> out;
        for (std::size_t c = 0; c < a.size(); ++c)
            if (a[c] != absent) out[world_.components[c].name] = text(c, a[c]);
        return out;
    }
    /// Values that a request item allows; empty: nothing published does.
    [[nodiscard]] std::pair<std::size_t, std::vector<bool>> allowed(const std::string& item) const {
        const std::size_t end = item.find_first_of(":=<>~^!");
        std::string name = item.substr(0, end);
        for (char& ch : name)
            ch = ch == '_' ? '-' : ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
        const std::size_t c = find(name);
        if (c == none) throw std::runtime_error("no component '" + name + "' in world " + world_.name);
        std::string spec = end == std::string::npos ? "*" : item.substr(item[end] == ':' ? end + 1 : end);
        return {c, spec == "absent" ? only(c, absent) : matching(c, spec, false)};
    }

    [[nodiscard]] std::optional<assignment> best(const problem& p) const {
        std::vector<std::size_t> order;
        std::vector<std::vector<bool>> may(newest_first_.size());
        std::vector<bool> wanted(newest_first_.size());
        std::vector<bool> opened(newest_first_.size());
        for (std::size_t c = 0; c < may.size(); ++c) may[c].assign(values(c), true);
        for (const std::string& item : p.ask) {
            const auto [c, in] = allowed(item);
            for (std::size_t v = 0; v < in.size(); ++v) may[c][v] = may[c][v] && in[v];
            if (!wanted[c]) order.push_back(c);
            wanted[c] = true;
            opened[c] = opened[c] || names_prerelease(c, item);
        }
        for (const auto& [c, value] : p.pinned)
            for (std::size_t v = 0; v < may[c].size(); ++v) may[c][v] = may[c][v] && v == value;
        add_reachable(order, p);
        return first(order, may, wanted, opened, p);
    }
    [[nodiscard]] bool solvable(const problem& p) const { return best(p).has_value(); }

private:
    struct release {
        cudacompat::version at;
        std::size_t release;
    };
    struct rule {
        std::size_t component, value;
        std::vector<std::pair<std::size_t, std::vector<bool>>> any_of;
        std::vector<std::vector<bool>>
            opened; ///< what counts instead where the request names a pre-release of it
        bool always = false;
    };

    [[nodiscard]] cudacompat::version_scheme scheme(std::size_t c) const {
        return scheme(world_.components[c]);
    }
    [[nodiscard]] static cudacompat::version_scheme scheme(const component& c) {
        return c.scheme == "semver"   ? cudacompat::version_scheme::semver
               : c.scheme == "pep440" ? cudacompat::version_scheme::pep440
                                      : cudacompat::version_scheme::dotted;
    }
    void sort_releases(const component& c) {
        std::vector<release> list;
        for (std::size_t r = 0; r < c.versions.size(); ++r) {
            auto v = cudacompat::version::parse(scheme(c), c.versions[r]);
            if (!v) throw std::runtime_error("version " + c.versions[r] + " of " + c.name);
            list.push_back({std::move(*v), r});
        }
        std::sort(list.begin(), list.end(), [](const release& a, const release& b) { return b.at < a.at; });
        newest_first_.push_back(std::move(list));
    }
    /// A request item whose spec names a pre-release opens its component: demands take its pre-releases too.
    [[nodiscard]] bool names_prerelease(std::size_t c, const std::string& item) const {
        const std::size_t end = item.find_first_of(":=<>~^!");
        if (end == std::string::npos) return false;
        const auto read =
            cudacompat::version_spec::parse(scheme(c), item.substr(item[end] == ':' ? end + 1 : end));
        return read && read->admits_prereleases();
    }
    [[nodiscard]] std::vector<bool> only(std::size_t c, std::size_t value) const {
        std::vector<bool> out(values(c));
        out[value] = true;
        return out;
    }
    /// A pre-release matches where the spec names one. Where nothing but pre-releases was published, "*" (and any
    /// requirement of a release, but no request item with a spec) takes them too.
    [[nodiscard]] std::vector<bool> matching(std::size_t c, const std::string& spec, bool requirement) const {
        std::vector<bool> out(values(c));
        const auto& list = newest_first_[c];
        const bool only_pre =
            std::all_of(list.begin(), list.end(), [](const release& r) { return r.at.is_prerelease(); });
        std::optional<cudacompat::version_spec> parsed;
        if (spec != "*") {
            auto read = cudacompat::version_spec::parse(scheme(c), spec);
            if (!read) throw std::runtime_error("spec " + spec);
            parsed = std::move(*read);
        }
        for (std::size_t i = 0; i < list.size(); ++i) {
            const bool pre = list[i].at.is_prerelease();
            if (!parsed) out[i + 1] = only_pre || !pre;
            else
                out[i + 1] = parsed->matches(list[i].at) ||
                             (requirement && only_pre && parsed->set().contains(list[i].at));
        }
        return out;
    }
    void translate(const statement& s) {
        rule out{s.component, none, {}, {}, false};
        const auto& list = newest_first_[s.component];
        for (std::size_t i = 0; i < list.size(); ++i)
            if (list[i].release == s.release) out.value = i + 1;
        for (const auto& [name, spec] : s.any_of) {
            const std::size_t c = find(name);
            if (c == none) { // never there
                out.always = out.always || s.kind == demand::constrains || spec == "absent";
                continue;
            }
            std::vector<bool> in = spec == "absent" ? only(c, absent) : matching(c, spec, true);
            if (s.kind == demand::constrains) in[absent] = true;
            std::vector<bool> wide = in;
            if (spec != "absent") {
                const auto read = cudacompat::version_spec::parse(scheme(c), spec);
                for (std::size_t i = 0; read && i < newest_first_[c].size(); ++i)
                    if (newest_first_[c][i].at.is_prerelease() &&
                        read->set().contains(newest_first_[c][i].at))
                        wide[i + 1] = true;
            }
            out.any_of.emplace_back(c, std::move(in));
            out.opened.push_back(std::move(wide));
        }
        rules_.push_back(std::move(out));
    }

    /// Height: the longest chain of needs below; the members of a cycle count as one.
    void measure_heights() {
        const std::size_t n = newest_first_.size();
        std::vector<std::vector<std::size_t>> needs(n);
        for (const rule& r : rules_)
            for (const auto& [c, in] : r.any_of) needs[r.component].push_back(c);
        for (auto& list : needs) {
            std::sort(list.begin(), list.end());
            list.erase(std::unique(list.begin(), list.end()), list.end());
        }
        std::vector<std::vector<bool>> reach(n, std::vector<bool>(n));
        for (std::size_t from = 0; from < n; ++from) {
            std::vector<std::size_t> stack{from};
            while (!stack.empty()) {
                const std::size_t at = stack.back();
                stack.pop_back();
                for (const std::size_t to : needs[at])
                    if (!reach[from][to]) {
                        reach[from][to] = true;
                        stack.push_back(to);
                    }
            }
        }
        height_.assign(n, 0);
        for (bool changed = true; changed;) { // to a fixpoint; nothing subtle
            changed = false;
            for (std::size_t a = 0; a < n; ++a)
                for (const std::size_t b : needs[a]) {
                    const std::size_t least = height_[b] + (reach[b][a] ? 0 : 1);
                    if (height_[a] >= least) continue;
                    height_[a] = least;
                    changed = true;
                }
        }
    }

    void add_reachable(std::vector<std::size_t>& order, const problem& p) const {
        std::vector<bool> seen(newest_first_.size());
        std::vector<std::size_t> stack = order;
        for (const std::size_t c : order) seen[c] = true;
        for (const auto& [c, value] : p.pinned) {
            if (!seen[c]) stack.push_back(c);
            seen[c] = true;
        }
        while (!stack.empty()) {
            const std::size_t at = stack.back();
            stack.pop_back();
            for (const rule& r : rules_)
                if (r.component == at)
                    for (const auto& [c, in] : r.any_of)
                        if (!seen[c]) {
                            seen[c] = true;
                            stack.push_back(c);
                        }
        }
        const std::size_t requested = order.size();
        for (std::size_t c = 0; c < seen.size(); ++c)
            if (seen[c] && std::find(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(requested),
                                     c) == order.begin() + static_cast<std::ptrdiff_t>(requested))
                order.push_back(c);
        std::sort(order.begin() + static_cast<std::ptrdiff_t>(requested), order.end(),
                  [&](std::size_t a, std::size_t b) {
                      if (height_[a] != height_[b]) return height_[a] > height_[b];
                      return world_.components[a].name < world_.components[b].name;
                  });
    }

    [[nodiscard]] std::optional<assignment> first(const std::vector<std::size_t>& order,
                                                  const std::vector<std::vector<bool>>& may,
                                                  const std::vector<bool>& wanted,
                                                  const std::vector<bool>& opened, const problem& p) const {
        std::vector<std::size_t> place(newest_first_.size(), none);
        for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
        std::vector<std::vector<const rule*>> due(order.size());
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            const rule& r = rules_[i];
            if (r.always || place[r.component] == none || (!p.holds.empty() && !p.holds[i])) continue;
            std::size_t last = place[r.component];
            for (const auto& [c, in] : r.any_of) last = std::max(last, place[c]);
            due[last].push_back(&r);
        }
        assignment now(newest_first_.size(), absent);
        std::size_t tried = 0;
        const std::function<bool(std::size_t)> go = [&](std::size_t at) -> bool {
            if (at == order.size()) return true;
            const std::size_t c = order[at];
            const std::size_t n = values(c);
            for (std::size_t k = 0; k < n; ++k) {
                const std::size_t value = wanted[c] ? (k + 1) % n : k; // absent last of what is requested
                if (!may[c][value]) continue;
                if (++tried > 30'000'000)
                    throw std::runtime_error("world " + world_.name + " is too large for the oracle");
                now[c] = value;
                const bool fits = std::all_of(due[at].begin(), due[at].end(), [&](const rule* r) {
                    if (now[r->component] != r->value) return true;
                    for (std::size_t i = 0; i < r->any_of.size(); ++i) {
                        const auto& [other, in] = r->any_of[i];
                        if (opened[other] ? r->opened[i][now[other]] : in[now[other]]) return true;
                    }
                    return false;
                });
                if (fits && go(at + 1)) return true;
            }
            now[c] = absent;
            return false;
        };
        if (go(0)) return now;
        return std::nullopt;
    }

    const world& world_;
    std::map<std::string, std::size_t> index_;
    std::vector<std::vector<release>> newest_first_;
    std::vector<rule> rules_;
    std::vector<std::size_t> height_;
};

} // namespace worlds
