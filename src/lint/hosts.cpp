// Addresses of package registries do not belong into the data: a source is a page or a file in a repository.
// The names are put together here, so that a search for them does not find this file.
#include "rules.hpp"

#include <algorithm>

namespace cudacompat::lint_impl {
namespace {

[[nodiscard]] const std::vector<std::string>& hosts() {
    static const std::vector<std::string> names{
        std::string("py") + "pi.org", std::string("pythonhos") + "ted.org",
        std::string("registry.npm") + "js.org", std::string("deb") + "ian.org",
        std::string("crates") + ".io"};
    return names;
}

} // namespace

void registry_host(const model& data, findings& out) {
    const auto check = [&](std::string_view text, const source_region& where, const std::string& what) {
        std::string lower(text);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        for (const std::string& host : hosts())
            if (lower.find(host) != std::string::npos)
                say(out, where, what + " names the registry " + host,
                    "cite a page or a file of a repository that shows it");
    };
    for (const source_record& s : data.sources)
        for (const std::string* text : {&s.url, &s.title, &s.repo, &s.path, &s.note})
            check(*text, s.where, "source '" + s.id + "'");
    for (const component_record& c : data.components) {
        check(c.title, c.where, "component " + c.name);
        for (const release_record& r : c.releases)
            check(r.note, r.where, "release " + c.name + " " + r.version);
        for (const build_record& b : c.builds) check(b.note, b.where, "build " + c.name + " " + b.version);
    }
    for (const error_record& e : data.errors)
        for (const cause_record& c : e.causes)
            for (const std::string* text : {&c.cause, &c.tell, &c.advice})
                check(*text, e.where, "error " + e.id);
    for (const name_record& n : data.names)
        for (const std::string* text : {&n.name, &n.note}) check(*text, n.where, "name " + n.id);
    for (const fact_record& f : data.facts) {
        for (const std::string* text : {&f.text, &f.note}) check(*text, f.where, "fact " + f.id);
        for (const source_ref& r : f.sources) check(r.at, f.where, "fact " + f.id);
    }
}

} // namespace cudacompat::lint_impl
