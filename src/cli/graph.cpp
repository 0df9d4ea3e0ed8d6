// cudacompat graph: the answer as a picture. Of a solution its components and what ties them; of a refusal the derivation.
#include "commands.hpp"
#include "exit_code.hpp"
#include "question.hpp"

#ifdef CUDACOMPAT_HAS_LINT // then Boost.Graph is there
#include <cudacompat/decide/question.hpp>
#include <cudacompat/graph.hpp>
#include <cudacompat/tell/describe.hpp>
#include <cudacompat/tell/reasons.hpp>

#include <locale>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace cudacompat::cli {
namespace {

/// Long labels in lines of about 40 characters.
std::string folded(std::string_view text) {
    std::string out;
    std::size_t line = 0;
    for (const char c : text) {
        if (c == ' ' && line > 40) {
            out += '\n';
            line = 0;
            continue;
        }
        out += c;
        ++line;
    }
    return out;
}

/// Components as boxes; an edge for each pair that a fact of the solution ties, with the ids of the facts.
picture of_solution(const solution& s) {
    const knowledge_base& kb = s.kb();
    picture g;
    std::map<std::string, std::size_t> at;
    for (const choice& c : s.choices()) {
        if (c.optional() ||
            static_cast<component_role>(kb.components()[c.component()].role) == component_role::derived)
            continue;
        std::string label = c.name() + "\n" + (s.is_free(c) ? s.range_with_choice(c.name()) : c.version());
        if (!c.variant().empty() && !s.is_free(c)) label += " (" + c.variant() + ")";
        at[c.name()] = boost::add_vertex(picture_node{std::move(label), s.is_free(c) ? "ellipse" : "box"}, g);
    }
    std::map<std::pair<std::size_t, std::size_t>, std::string> ties;
    for (const choice& c : s.choices()) {
        const auto to = at.find(c.name());
        if (to == at.end()) continue;
        for (const std::uint32_t i : s.facts(c.name()))
            for (const frozen::selector& k : kb.selectors(kb.facts()[i].conditions)) {
                const auto from = at.find(std::string(kb.str(k.name)));
                if (from == at.end() || from->second == to->second || k.present == 0) continue;
                std::string& label = ties[{from->second, to->second}];
                if (label.size() < 120)
                    label += (label.empty() ? "" : "\n") + std::string(kb.str(kb.facts()[i].id));
            }
    }
    for (auto& [ends, label] : ties)
        boost::add_edge(ends.first, ends.second, picture_edge{std::move(label)}, g);
    return g;
}

/// Steps as boxes, each with an arrow from what it builds on; the facts that enter as ellipses.
picture of_conflict(const conflict& c) {
    picture g;
    std::vector<std::size_t> steps;
    for (const conflict::step& s : c.steps())
        steps.push_back(boost::add_vertex(picture_node{folded(s.text), "box"}, g));
    std::map<std::uint32_t, std::size_t> facts;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        for (const std::uint32_t from : c.steps()[i].from)
            boost::add_edge(steps[from], steps[i], picture_edge{}, g);
        for (const std::uint32_t f : c.steps()[i].facts) {
            auto it = facts.find(f);
            if (it == facts.end())
                it =
                    facts
                        .emplace(
                            f, boost::add_vertex(
                                   picture_node{std::string(c.kb().str(c.kb().facts()[f].id)), "ellipse"}, g))
                        .first;
            boost::add_edge(it->second, steps[i], picture_edge{}, g);
        }
    }
    return g;
}

} // namespace

int run_graph(const resolve_args& args) {
    cli_question q;
    if (const std::optional<int> failed = open_question(args, q)) return *failed;
    const result<answer> a = resolve(q.kb, q.request, q.machine(), args.options);
    if (!a) return report(a.error(), q.request);
    const bool refused = a->verdict() == verdict::incompatible;
    const picture g = refused && a->conflict() != nullptr ? of_conflict(*a->conflict())
                      : a->solution() != nullptr          ? of_solution(*a->solution())
                                                          : picture{};
    std::ostringstream out;
    out.imbue(std::locale::classic());
    if (args.graphml) write_graphml(out, g);
    else write_dot(out, g);
    return put_result(out.str()) ? exit_of(a->verdict()) : exit_internal;
}

} // namespace cudacompat::cli

#else

namespace cudacompat::cli {

int run_graph(const resolve_args&) {
    put_error("this program was built without Boost.Graph, which 'graph' needs");
    return exit_usage;
}

} // namespace cudacompat::cli
#endif
