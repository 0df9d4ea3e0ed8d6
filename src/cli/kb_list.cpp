// cudacompat kb list
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"
#include "kb_tables.hpp"
#include "kb_view.hpp"

namespace cudacompat::cli {

namespace {

/// The kinds of findings, as `check` names them.
int list_rules(const kb_args& args, const knowledge_base& kb) {
    std::vector<std::uint64_t> facts(kb.rules().size());
    for (const frozen::fact& f : kb.facts())
        if (f.rule < facts.size()) ++facts[f.rule];
    json_writer json;
    json.open('{');
    json.member("schema", std::uint64_t{1});
    json.member_or_null("data", kb.version());
    json.key("rules");
    json.open('[');
    std::vector<std::vector<std::string>> rows{{"rule", "severity", "facts", "says"}};
    for (std::size_t i = 0; i < kb.rules().size(); ++i) {
        const frozen::rule& r = kb.rules()[i];
        const std::string_view level = severity_names[r.level];
        rows.push_back({std::string(kb.str(r.id)), std::string(level),
                        facts[i] == 0 ? "-" : std::to_string(facts[i]), std::string(kb.str(r.says))});
        json.open('{');
        json.member("id", kb.str(r.id));
        json.member("severity", level);
        json.member("facts", facts[i]);
        json.member("says", kb.str(r.says));
        json.close('}');
    }
    json.close(']');
    json.close('}');
    return put_result(args.format == output_format::json ? json.take() : aligned(rows)) ? exit_compatible
                                                                                        : exit_internal;
}

} // namespace

int run_kb_list(const kb_args& args) {
    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    if (args.subject == "rules") return list_rules(args, *kb);
    if (!args.subject.empty() && args.subject != "components") return list_table(args, *kb);
    json_writer json;
    json.open('{');
    json.member("schema", std::uint64_t{1});
    json.member_or_null("data", kb->version());
    json.key("components");
    json.open('[');
    std::vector<std::vector<std::string>> rows{
        {"component", "role", "releases", "builds", "newest", "title"}};
    for (const frozen::component& c : kb->components()) {
        const std::vector<listed_release> releases = releases_of(*kb, c);
        const std::string_view newest = newest_of(*kb, c, releases);
        const std::size_t builds = builds_in(releases);
        const auto count = [](std::size_t n) { return n == 0 ? std::string("-") : std::to_string(n); };
        rows.push_back({std::string(kb->str(c.name)), std::string(role_of(c)), count(releases.size()),
                        count(builds), newest.empty() ? "-" : std::string(newest),
                        std::string(kb->str(c.title))});
        json.open('{');
        json.member("name", kb->str(c.name));
        json.member("role", role_of(c));
        json.member("scheme", scheme_of(c));
        json.member("releases", std::uint64_t{releases.size()});
        json.member("builds", std::uint64_t{builds});
        json.member_or_null("newest", newest);
        json.member_or_null("title", kb->str(c.title));
        json.close('}');
    }
    json.close(']');
    json.close('}');
    return put_result(args.format == output_format::json ? json.take() : aligned(rows)) ? exit_compatible
                                                                                        : exit_internal;
}

} // namespace cudacompat::cli
