// The data as a Boost.Graph: components are vertices, facts are edges. Opt-in; the solver does not use it.
//
// An edge leads from each component of a fact's `if` to each component of its `then` and `then_any`. A fact
// without them that joins several components (excludes, clashes, known_bad) has an edge from each component of
// `if` to each later one. Vertices are in the order of their names and edges in the order of the fact ids, so
// equal models give equal graphs, whatever the order of the files.
#pragma once

#include <cudacompat/knowledge/model.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>
#include <boost/property_map/dynamic_property_map.hpp>
#include <boost/property_map/function_property_map.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace cudacompat {

struct graph_component {
    std::string name;
    component_role role = component_role::package;
    bool declared = false; ///< has a component record; false: only named by facts
};

struct graph_fact {
    std::string id;
    fact_kind kind = fact_kind::requires_;
};

using component_graph_type =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, graph_component, graph_fact>;

/// The graph with its vertices by name.
struct component_graph {
    component_graph_type graph;
    std::map<std::string, std::size_t, std::less<>> vertices;

    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const {
        const auto it = vertices.find(name);
        if (it == vertices.end()) return std::nullopt;
        return it->second;
    }
    [[nodiscard]] const std::string& name(std::size_t vertex) const { return graph[vertex].name; }
};

/// Which facts become edges.
using graph_filter = std::function<bool(const fact_record&)>;

[[nodiscard]] inline component_graph make_component_graph(const model& data,
                                                          const graph_filter& wanted = {}) {
    component_graph out;
    std::map<std::string, graph_component, std::less<>> components;
    const auto mention = [&](const std::string& name) {
        components.try_emplace(name, graph_component{name, component_role::package, false});
    };
    for (const component_record& c : data.components) components[c.name] = {c.name, c.role, true};
    using edge = std::tuple<std::string, fact_kind, std::string, std::string>; // id, kind, from, to
    std::set<edge> edges;
    for (const fact_record& f : data.facts) {
        if (wanted && !wanted(f)) continue;
        std::vector<std::string> targets;
        for (const selector_record& s : f.then) targets.push_back(s.component);
        for (const auto& any : f.then_any)
            for (const selector_record& s : any) targets.push_back(s.component);
        for (const std::string& t : targets) mention(t);
        for (std::size_t i = 0; i < f.if_.size(); ++i) {
            mention(f.if_[i].component);
            for (const std::string& t : targets) edges.emplace(f.id, f.kind, f.if_[i].component, t);
            for (std::size_t j = i + 1; targets.empty() && j < f.if_.size(); ++j)
                edges.emplace(f.id, f.kind, f.if_[i].component, f.if_[j].component);
        }
    }
    out.graph = component_graph_type(components.size());
    std::size_t next = 0;
    for (auto& [name, component] : components) {
        out.vertices.emplace(name, next);
        out.graph[next++] = std::move(component);
    }
    for (const auto& [id, kind, from, to] : edges)
        boost::add_edge(out.vertices.find(from)->second, out.vertices.find(to)->second, graph_fact{id, kind},
                        out.graph);
    return out;
}

/// Strongly connected components of more than one vertex, or of one with an edge to itself. Names in order.
[[nodiscard]] inline std::vector<std::vector<std::string>> cycles(const component_graph& g) {
    const std::size_t n = boost::num_vertices(g.graph);
    std::vector<std::size_t> group(n);
    const auto index = boost::get(boost::vertex_index, g.graph);
    const std::size_t count =
        n == 0 ? 0
               : boost::strong_components(g.graph, boost::make_iterator_property_map(group.begin(), index));
    std::vector<std::vector<std::string>> members(count);
    for (std::size_t v = 0; v < n; ++v) members[group[v]].push_back(g.name(v));
    std::vector<std::vector<std::string>> out;
    for (std::vector<std::string>& m : members) {
        const std::size_t v = g.vertices.find(m.front())->second;
        if (m.size() > 1 || boost::edge(v, v, g.graph).second) out.push_back(std::move(m));
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Names with everything that they point at before them; nothing where there is a cycle.
[[nodiscard]] inline std::optional<std::vector<std::string>> install_order(const component_graph& g) {
    if (!cycles(g).empty()) return std::nullopt;
    std::vector<std::size_t> order;
    boost::topological_sort(g.graph, std::back_inserter(order));
    std::vector<std::string> out;
    for (const std::size_t v : order) out.push_back(g.name(v));
    return out;
}

/// Names that can be reached from one, itself included, in order; empty where it is not in the graph.
[[nodiscard]] inline std::vector<std::string> reachable_from(const component_graph& g,
                                                             std::string_view name) {
    const std::optional<std::size_t> start = g.find(name);
    if (!start) return {};
    std::vector<boost::default_color_type> colors(boost::num_vertices(g.graph), boost::white_color);
    const auto color =
        boost::make_iterator_property_map(colors.begin(), boost::get(boost::vertex_index, g.graph));
    boost::queue<std::size_t> buffer;
    boost::breadth_first_visit(g.graph, *start, buffer, boost::default_bfs_visitor(), color);
    std::vector<std::string> out;
    for (const auto& [n, v] : g.vertices)
        if (colors[v] != boost::white_color) out.push_back(n);
    return out;
}

namespace detail {

inline void write_dot_text(std::ostream& out, std::string_view text) {
    out << '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out << '\\';
        out << c;
    }
    out << '"';
}

} // namespace detail

/// Graphviz, with one line for all facts of a kind between two components: "requires (12)".
inline void write_dot(std::ostream& out, const component_graph& g) {
    std::map<std::tuple<std::size_t, std::size_t, fact_kind>, std::size_t> lines;
    for (auto [it, end] = boost::edges(g.graph); it != end; ++it)
        ++lines[{boost::source(*it, g.graph), boost::target(*it, g.graph), g.graph[*it].kind}];
    out << "digraph cudacompat {\n";
    for (const auto& [name, v] : g.vertices) {
        out << "    ";
        detail::write_dot_text(out, name);
        out << (g.graph[v].declared ? ";\n" : " [style=dashed];\n");
    }
    for (const auto& [line, count] : lines) {
        const auto& [from, to, kind] = line;
        out << "    ";
        detail::write_dot_text(out, g.name(from));
        out << " -> ";
        detail::write_dot_text(out, g.name(to));
        out << " [label=\"" << fact_kind_names[static_cast<std::size_t>(kind)];
        if (count > 1) out << " (" << count << ')';
        out << "\"];\n";
    }
    out << "}\n";
}

/// GraphML, with one edge for each fact.
inline void write_graphml(std::ostream& out, const component_graph& g) {
    using vertex = boost::graph_traits<component_graph_type>::vertex_descriptor;
    using edge = boost::graph_traits<component_graph_type>::edge_descriptor;
    const component_graph_type& graph = g.graph;
    boost::dynamic_properties properties;
    properties.property(
        "name", boost::make_function_property_map<vertex>([&graph](vertex v) { return graph[v].name; }));
    properties.property(
        "fact", boost::make_function_property_map<edge>([&graph](const edge& e) { return graph[e].id; }));
    properties.property("kind", boost::make_function_property_map<edge>([&graph](const edge& e) {
                            return std::string(fact_kind_names[static_cast<std::size_t>(graph[e].kind)]);
                        }));
    boost::write_graphml(out, graph, properties, true);
}

/// A drawing of an answer: what the vertices say, and the edges between them.
struct picture_node {
    std::string label;
    std::string shape; ///< as Graphviz names it
};
struct picture_edge {
    std::string label;
};
using picture =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, picture_node, picture_edge>;

inline void write_dot(std::ostream& out, const picture& g) {
    boost::write_graphviz(
        out, g,
        [&](std::ostream& o, std::size_t v) {
            o << "[label=" << boost::escape_dot_string(g[v].label) << ", shape=" << g[v].shape << "]";
        },
        [&](std::ostream& o, const auto& e) {
            if (!g[e].label.empty()) o << "[label=" << boost::escape_dot_string(g[e].label) << "]";
        },
        [](std::ostream& o) {
            o << "node [fontname=\"sans-serif\"];\nedge [fontname=\"sans-serif\", fontsize=9];\n";
        });
}

inline void write_graphml(std::ostream& out, const picture& g) {
    picture copy = g; // property maps of Boost want it writable
    boost::dynamic_properties properties;
    properties.property("label", boost::get(&picture_node::label, copy));
    properties.property("shape", boost::get(&picture_node::shape, copy));
    properties.property("by", boost::get(&picture_edge::label, copy));
    boost::write_graphml(out, copy, properties, true);
}

} // namespace cudacompat
