// The Boost.Graph view of a model.
#include <cudacompat/graph.hpp>
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

namespace {

using namespace cudacompat;

model facts(const std::string& lines) {
    load_report report = load_model_text("schema: 1\ndefaults: {kind: requires}\nfacts:\n" + lines, "f.yaml");
    for (const error& e : report.errors) FAIL_CHECK(to_string(e));
    return std::move(report.data);
}

const std::string chain = "  - {id: f1, if: {app: \"1\"}, then: {lib: \"1\", run: \"1\"}}\n"
                          "  - {id: f2, if: {lib: \"1\"}, then_any: [[{run: \"1\"}, {other: \"1\"}]]}\n"
                          "  - {id: f3, if: {lib: \"2\"}, then: {run: \"2\"}}\n"
                          "  - {id: f4, kind: excludes, if: {other: \"1\", \"q\\\"uote\": \"1\"}}\n";

} // namespace

TEST_CASE("facts become edges") {
    const component_graph g = make_component_graph(facts(chain));
    CHECK(boost::num_vertices(g.graph) == 5);
    CHECK(boost::num_edges(g.graph) == 6);
    CHECK(cycles(g).empty());
    CHECK(reachable_from(g, "lib") == std::vector<std::string>{"lib", "other", "q\"uote", "run"});
    CHECK(reachable_from(g, "nothing").empty());
    const auto order = install_order(g);
    REQUIRE(order.has_value());
    const auto at = [&](const std::string& name) {
        return std::find(order->begin(), order->end(), name) - order->begin();
    };
    CHECK(at("run") < at("lib"));
    CHECK(at("lib") < at("app"));
    const component_graph only =
        make_component_graph(facts(chain), [](const fact_record& f) { return f.id == "f3"; });
    CHECK(boost::num_edges(only.graph) == 1);
}

TEST_CASE("cycles") {
    const component_graph g =
        make_component_graph(facts(chain + "  - {id: f5, if: {run: \"1\"}, then: {app: \"1\"}}\n"
                                           "  - {id: f6, if: {self: \"1\"}, then: {self: \"1\"}}\n"));
    const std::vector<std::vector<std::string>> expected{{"app", "lib", "run"}, {"self"}};
    CHECK(cycles(g) == expected);
    CHECK_FALSE(install_order(g).has_value());
    CHECK(cycles(make_component_graph(model{})).empty());
    CHECK(install_order(make_component_graph(model{}))->empty());
}

TEST_CASE("DOT and GraphML") {
    model data = facts(chain);
    component_record c;
    c.name = "app";
    data.components.push_back(c);
    std::ostringstream dot;
    write_dot(dot, make_component_graph(data));
    CHECK(dot.str() == R"dot(digraph cudacompat {
    "app";
    "lib" [style=dashed];
    "other" [style=dashed];
    "q\"uote" [style=dashed];
    "run" [style=dashed];
    "app" -> "lib" [label="requires"];
    "app" -> "run" [label="requires"];
    "lib" -> "other" [label="requires"];
    "lib" -> "run" [label="requires (2)"];
    "other" -> "q\"uote" [label="excludes"];
}
)dot");
    std::ostringstream xml;
    write_graphml(xml, make_component_graph(data));
    CHECK(xml.str().find("<graphml") != std::string::npos);
    CHECK(xml.str().find(">q&quot;uote<") != std::string::npos);
    CHECK(xml.str().find(">f4<") != std::string::npos);
}

TEST_CASE("the order of the records does not matter") {
    model data = facts(chain);
    std::ostringstream a, b;
    write_graphml(a, make_component_graph(data));
    std::reverse(data.facts.begin(), data.facts.end());
    write_graphml(b, make_component_graph(data));
    CHECK(a.str() == b.str());
}
