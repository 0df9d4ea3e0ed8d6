// cudacompat check --what-if: the stack as it is against the stack with something changed.
#include "commands.hpp"
#include "exit_code.hpp"
#include "question.hpp"
#include "set_option.hpp"

#include <cudacompat/decide/question.hpp>
#include <cudacompat/decide/request.hpp>
#include <cudacompat/json.hpp>
#include <cudacompat/json_writer.hpp>
#include <cudacompat/tell/describe.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace cudacompat::cli {
namespace {

/// The newest release of a framework that fits the machine, all other packages being free to change.
struct reach_of {
    std::string component;
    std::string now;
    std::string then;
};

std::string newest(const knowledge_base& kb, std::string_view component, stack_record stack) {
    std::erase_if(stack.components, [&](const stack_item& i) { // the host stays, packages may change
        const std::uint32_t c = kb.find_component(i.component);
        return c == frozen::none ||
               (static_cast<component_role>(kb.components()[c].role) != component_role::host &&
                kb.name(c) != "python");
    });
    stack.builds.clear();
    stack.build_from_source.clear();
    const std::vector<std::string_view> request{component};
    const result<answer> a = resolve(kb, request, &stack);
    if (!a || a->verdict() != verdict::compatible || a->solution() == nullptr) return {};
    const choice* c = a->solution()->find(component);
    if (c == nullptr) return {};
    return c->version() + (c->variant().empty() ? "" : " (" + c->variant() + ")");
}

std::vector<reach_of> reach(const knowledge_base& kb, const stack_record& before, const stack_record& after) {
    std::vector<std::string> names;
    for (const stack_item& i : before.components) {
        const std::uint32_t c = kb.find_component(i.component);
        if (c != frozen::none &&
            static_cast<component_role>(kb.components()[c].role) == component_role::framework)
            names.emplace_back(kb.name(c));
    }
    if (names.empty())
        for (const std::string_view usual : {"torch", "tensorflow", "jax"})
            if (kb.find_component(usual) != frozen::none) names.emplace_back(usual);
    std::vector<reach_of> out;
    for (const std::string& n : names) out.push_back({n, newest(kb, n, before), newest(kb, n, after)});
    return out;
}

/// What is found in one and not in the other: by its rule and pair.
std::vector<const finding*> only_in(const answer& a, const answer& b) {
    const auto same = [](const finding& x, const finding& y) {
        return x.rule == y.rule && x.level == y.level && x.components == y.components;
    };
    std::vector<const finding*> out;
    for (const finding& f : a.findings())
        if (std::none_of(b.findings().begin(), b.findings().end(),
                         [&](const finding& o) { return same(f, o); }))
            out.push_back(&f);
    return out;
}

std::string headline(const answer& a) {
    std::string out(to_string(a.verdict()));
    if (a.degraded()) out += " (degraded)";
    if (a.verdict() == verdict::incompatible && !a.findings().empty())
        out += ": " + a.findings().front().text;
    if (a.verdict() == verdict::unknown && !a.missing().empty()) out += ": " + a.missing().front();
    return out;
}

} // namespace

int run_what_if(const resolve_args& args) {
    cli_question q;
    if (const std::optional<int> failed = open_question(args, q)) return *failed;
    stack_record then = q.stack;
    std::vector<std::string> settings;
    for (const std::string& item : args.what_if) { // NAME:VERSION, or KEY=VALUE as for --set
        const std::size_t at = item.find_first_of(":=");
        if (at == std::string::npos || at == 0 || at + 1 == item.size()) {
            put_error("--what-if '" + escaped(item) + "': expected NAME:VERSION, such as driver:590.48.01");
            return exit_usage;
        }
        settings.push_back(item.substr(0, at) + "=" + item.substr(at + 1));
    }
    if (std::optional<error> wrong = apply_set(then, settings, q.kb)) {
        if (wrong->where.file.starts_with("--set")) wrong->where.file.replace(0, 5, "--what-if");
        return report(*wrong);
    }
    const auto set_to = [&](std::string_view key) {
        return std::any_of(settings.begin(), settings.end(), [&](const std::string& s) {
            return std::string_view(s).starts_with(key) && s[key.size()] == '=';
        });
    };
    if (set_to("driver")) { // what the driver reports of itself changes with it
        if (!set_to("driver_cuda")) then.driver_cuda = {};
        if (!set_to("driver_ptx")) then.driver_ptx = {};
        if (!set_to("driver_user")) then.driver_user = {};
    }
    const result<answer> now = check(q.kb, q.request, &q.stack, args.options);
    if (!now) return report(now.error(), q.request);
    const result<answer> changed = check(q.kb, q.request, &then, args.options);
    if (!changed) return report(changed.error(), q.request);
    const auto breaks = only_in(*changed, *now);
    const auto mends = only_in(*now, *changed);
    const std::vector<reach_of> newest_of = reach(q.kb, q.stack, then);

    std::string out;
    if (args.format == output_format::json) {
        json_writer w(2);
        w.open('{');
        w.member("schema", std::uint64_t{1});
        w.member_list("what_if", args.what_if);
        const auto put = [&](std::string_view name, const answer& a) {
            w.key(name);
            w.open('{');
            w.member("verdict", to_string(a.verdict()));
            w.member("degraded", a.degraded());
            w.member("text", headline(a));
            w.close('}');
        };
        put("now", *now);
        put("then", *changed);
        const auto list = [&](std::string_view name, const std::vector<const finding*>& findings) {
            w.key(name);
            w.open('[');
            for (const finding* f : findings) {
                w.open('{');
                w.member("rule", f->rule);
                w.member("severity", severity_names[static_cast<std::size_t>(f->level)]);
                w.member_list("components", f->components);
                w.member("text", f->text);
                w.close('}');
            }
            w.close(']');
        };
        list("breaks", breaks);
        list("mends", mends);
        w.key("newest");
        w.open('[');
        for (const reach_of& r : newest_of) {
            w.open('{');
            w.member("component", r.component);
            w.member_or_null("now", r.now);
            w.member_or_null("then", r.then);
            w.close('}');
        }
        w.close(']');
        w.close('}');
        out = w.take();
    } else {
        std::string what;
        for (const std::string& s : args.what_if) what += (what.empty() ? "" : ", ") + s;
        out = "what if " + what + "\n\nnow   " + headline(*now) + "\nthen  " + headline(*changed) + "\n";
        const auto list = [&](std::string_view title, const std::vector<const finding*>& findings) {
            if (findings.empty()) return;
            out += "\n" + std::string(title) + "\n";
            for (const finding* f : findings)
                out += "  - " + f->text + " (" + f->rule + ", " +
                       std::string(severity_names[static_cast<std::size_t>(f->level)]) + ")\n";
        };
        list("new", breaks);
        list("gone", mends);
        out += "\nnewest that this machine runs, other packages being free\n";
        for (const reach_of& r : newest_of)
            out += "  " + r.component + ": " + (r.now.empty() ? "none for sure" : r.now) +
                   (r.now == r.then ? ", as before"
                                    : " -> " + (r.then.empty() ? std::string("none for sure") : r.then)) +
                   "\n";
        if (changed->verdict() == verdict::incompatible && !changed->ways_out().empty()) {
            out += "\nways out then\n";
            for (const way_out& way : changed->ways_out()) out += "  - " + way.text + "\n";
        }
    }
    return put_result(out) ? exit_of(changed->verdict()) : exit_internal;
}

} // namespace cudacompat::cli
