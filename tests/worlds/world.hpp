// A world in the test's own words: components, releases, what they ask of each other, and requests with their
// expected answers. Read from a case file, written as generic YAML in any order. Shares the tree of nodes with
// the loader, and nothing that gives it a meaning.
#pragma once

#include <tree.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace worlds {

enum class demand { requires_, requires_any, constrains };

/// One statement about one release: some alternative holds (constrains: or the component is absent).
struct statement {
    demand kind = demand::requires_;
    std::size_t component = 0;                               ///< index in world::components
    std::size_t release = 0;                                 ///< index in component::versions
    std::vector<std::pair<std::string, std::string>> any_of; ///< name, spec
    std::string id;                                          ///< as src/yaml/generic.cpp composes it
};

struct component {
    std::string name;
    std::string scheme = "dotted";
    std::vector<std::string> versions; ///< as listed
};

struct query {
    std::vector<std::string> ask;
    std::string verdict;                       ///< empty in random worlds: the oracle says
    std::map<std::string, std::string> chosen; ///< everything else is absent
    std::set<std::string> between;
    std::string says; ///< a phrase of the explanation
    std::uint32_t line = 0;
};

struct world {
    std::string name;
    std::vector<component> components;
    std::vector<statement> statements;
    std::vector<query> queries;

    /// Adds a component and gives its index.
    std::size_t add(std::string of, std::string scheme, std::vector<std::string> versions) {
        components.push_back({std::move(of), std::move(scheme), std::move(versions)});
        return components.size() - 1;
    }
    void requires_(std::size_t c, std::size_t r, std::string name_, std::string spec) {
        say(demand::requires_, c, r, {{name_, std::move(spec)}}, "requires." + name_);
    }
    void constrains(std::size_t c, std::size_t r, std::string name_, std::string spec) {
        say(demand::constrains, c, r, {{name_, std::move(spec)}}, "constrains." + name_);
    }
    void requires_any(std::size_t c, std::size_t r, std::vector<std::pair<std::string, std::string>> any_of) {
        std::size_t n = 1;
        for (const statement& s : statements)
            if (s.kind == demand::requires_any && s.component == c && s.release == r) ++n;
        say(demand::requires_any, c, r, std::move(any_of), "requires_any." + std::to_string(n));
    }

private:
    void say(demand kind, std::size_t c, std::size_t r,
             std::vector<std::pair<std::string, std::string>> any_of, const std::string& tail) {
        std::string id = components[c].name + "@" + components[c].versions[r] + "." + tail;
        statements.push_back({kind, c, r, std::move(any_of), std::move(id)});
    }
};

// -- reading ---------------------------------------------------------------------------------------------------

using cudacompat::yaml_impl::node_ref;

[[noreturn]] inline void bad_case(const std::string& file, node_ref at, const std::string& what) {
    throw std::runtime_error(file + ":" + std::to_string(at ? at.get().line : 0U) + ": " + what);
}

/// Calls with each key and value of a mapping.
template <class F>
void each_pair(node_ref map, F&& call) {
    if (!map || !map.is_map()) return;
    for (node_ref key = map.first(); key; key = key.next().next()) call(std::string(key.text()), key.next());
}
template <class F>
void each_item(node_ref list, F&& call) {
    if (!list || !list.is_list()) return;
    for (node_ref item = list.first(); item; item = item.next()) call(item);
}

inline void read_component(world& out, node_ref root) {
    const std::size_t c =
        out.add(std::string(root.find("component").text()), std::string(root.find("scheme").text()), {});
    each_item(root.find("releases"), [&](node_ref release) {
        const std::size_t r = out.components[c].versions.size();
        out.components[c].versions.emplace_back(release.find("version").text());
        each_pair(release.find("requires"),
                  [&](const std::string& n, node_ref s) { out.requires_(c, r, n, std::string(s.text())); });
        each_pair(release.find("constrains"),
                  [&](const std::string& n, node_ref s) { out.constrains(c, r, n, std::string(s.text())); });
        each_item(release.find("requires_any"), [&](node_ref group) {
            std::vector<std::pair<std::string, std::string>> any;
            each_item(group, [&](node_ref one) {
                each_pair(one, [&](const std::string& n, node_ref s) {
                    any.emplace_back(n, std::string(s.text()));
                });
            });
            out.requires_any(c, r, std::move(any));
        });
    });
}

inline void read_queries(world& out, node_ref root, const std::string& file) {
    each_item(root.find("queries"), [&](node_ref q) {
        query made;
        made.line = q.get().line;
        each_pair(q, [&](const std::string& key, node_ref value) {
            if (key == "ask") {
                each_item(value, [&](node_ref one) { made.ask.emplace_back(one.text()); });
            } else if (key == "chosen") {
                made.verdict = "compatible";
                each_pair(value,
                          [&](const std::string& n, node_ref v) { made.chosen[n] = std::string(v.text()); });
            } else if (key == "between") {
                made.verdict = "incompatible";
                each_item(value, [&](node_ref one) { made.between.emplace(one.text()); });
            } else if (key == "says") {
                made.says = std::string(value.text());
            } else if (key == "error") {
                made.verdict = "error";
                made.says = std::string(value.text());
            } else {
                bad_case(file, value, "unknown key '" + key + "' of a query");
            }
        });
        if (made.ask.empty() || made.verdict.empty())
            bad_case(file, q, "a query has 'ask' and one of 'chosen', 'between', 'error'");
        out.queries.push_back(std::move(made));
    });
    if (out.queries.empty()) bad_case(file, root, "no queries");
}

/// Documents of a case file: the queries, then one generic component each.
inline world read_case(const std::string& path) {
    std::ifstream in(path);
    std::stringstream all;
    all << in.rdbuf();
    world out;
    const std::size_t slash = path.rfind('/') + 1;
    out.name = path.substr(slash, path.rfind('.') - slash);
    std::string text;
    std::size_t document = 0;
    std::string line;
    const auto take = [&] {
        cudacompat::yaml_impl::budget left{1U << 24U, 1U << 20U};
        const auto tree = cudacompat::yaml_impl::parse_tree(text, path, {}, left);
        if (!tree) throw std::runtime_error(cudacompat::to_string(tree.error()));
        if (document++ == 0) read_queries(out, tree->root(), path);
        else read_component(out, tree->root());
        text.assign(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1,
                    '\n'); // keeps line numbers
    };
    while (std::getline(all, line)) {
        if (line == "---") take();
        else text += line + "\n";
    }
    take();
    return out;
}

// -- writing ---------------------------------------------------------------------------------------------------

/// The same order on every platform, unlike std::shuffle.
template <class T>
void shuffle(std::vector<T>& list, std::mt19937_64& random) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random() % i]);
}

struct file {
    std::string name;
    std::string text;
};

/// One generic YAML file for each component; with a source of randomness all that has no order is reordered.
inline std::vector<file> write(const world& w, std::mt19937_64* random = nullptr) {
    const auto quoted = [](const std::string& s) { return "\"" + s + "\""; };
    std::vector<std::vector<std::vector<const statement*>>> of(w.components.size());
    for (std::size_t c = 0; c < of.size(); ++c) of[c].resize(w.components[c].versions.size());
    for (const statement& s : w.statements) of[s.component][s.release].push_back(&s);
    std::vector<file> out;
    for (std::size_t c = 0; c < w.components.size(); ++c) {
        const component& k = w.components[c];
        std::string text =
            "schema: 1\ngeneric: true\ncomponent: " + quoted(k.name) + "\nscheme: " + k.scheme + "\n";
        text += k.versions.empty() ? "releases: []\n" : "releases:\n";
        std::vector<std::size_t> order(k.versions.size());
        for (std::size_t r = 0; r < order.size(); ++r) order[r] = r;
        if (random != nullptr) shuffle(order, *random);
        for (const std::size_t r : order) {
            text += "  - {version: " + quoted(k.versions[r]);
            for (const demand kind : {demand::requires_, demand::requires_any, demand::constrains}) {
                std::vector<std::string> parts;
                for (const statement* s : of[c][r]) {
                    if (s->kind != kind) continue;
                    std::string part;
                    for (const auto& [name, spec] : s->any_of) {
                        const std::string one = quoted(name) + ": " + quoted(spec);
                        if (kind != demand::requires_any) part = one;
                        else part += (part.empty() ? "[{" : ", {") + one + "}";
                    }
                    parts.push_back(kind == demand::requires_any ? part + "]" : part);
                }
                if (parts.empty()) continue;
                const bool any = kind == demand::requires_any;
                if (random != nullptr && !any) shuffle(parts, *random);
                text += kind == demand::requires_ ? ", requires: {"
                        : any                     ? ", requires_any: ["
                                                  : ", constrains: {";
                for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : ", ") + parts[i];
                text += any ? "]" : "}";
            }
            text += "}\n";
        }
        out.push_back({"c" + std::to_string(c) + ".yaml", std::move(text)});
    }
    if (random != nullptr) {
        shuffle(out, *random);
        for (std::size_t i = 0; i < out.size(); ++i) out[i].name = "f" + std::to_string(i) + ".yaml";
    }
    return out;
}

} // namespace worlds
