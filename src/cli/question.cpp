#include "question.hpp"

#include "exit_code.hpp"
#include "input.hpp"
#include "probe.hpp"
#include "set_option.hpp"

#include <cudacompat/decide/named.hpp>
#include <cudacompat/decide/request.hpp>

namespace cudacompat::cli {

std::optional<int> open_question(const resolve_args& args, cli_question& out) {
    out.request.assign(args.request.begin(), args.request.end());
    for (const std::string_view item : out.request) // what needs no data first: the item with its column
        if (const auto parsed = parse_request(item); !parsed) {
            error e = parsed.error();
            const std::string head = "request item '" + std::string(item) + "': ";
            if (const std::size_t colon = e.message.rfind(": "); colon != std::string::npos)
                e.message = head + e.message.substr(colon + 2);
            return report(e, out.request);
        }
    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    out.kb = *kb;
    if (const objective& goal = args.options.goal; !goal.component.empty())
        if (auto named = find_named(out.kb, goal.component); !named) {
            error e = std::move(named).error();
            e.where.file = goal.newest ? "--newest" : "--min";
            return report(e);
        }
    out.has_stack = args.stack || !args.set.empty() || args.probe;
    if (args.stack) {
        result<stack_record> read = open_stack(*args.stack);
        if (!read) return report(read.error());
        out.stack = std::move(*read);
    }
    if (args.probe) {
        result<stack_record> seen = probe_stack(args.root, out.kb);
        if (!seen) return report(seen.error());
        out.stack = std::move(*seen);
    }
    if (const std::optional<error> wrong = apply_set(out.stack, args.set, out.kb)) return report(*wrong);
    return std::nullopt;
}

text_options text_options_of(const resolve_args& args) {
    text_options options;
    options.width = args.width != 0 ? args.width : terminal_width(100);
    options.colour = wants_colour(args.colour);
    options.verbose = args.verbose;
    return options;
}

} // namespace cudacompat::cli
