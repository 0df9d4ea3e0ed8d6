// cudacompat resolve, cudacompat check
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"
#include "set_option.hpp"

#include <cudacompat/cudacompat.hpp>
#include <cudacompat/decide/named.hpp>
#include <cudacompat/decide/request.hpp>
#include <cudacompat/json.hpp>

namespace cudacompat::cli {

int run_resolve(const resolve_args& args) {
    const std::vector<std::string_view> request(args.request.begin(), args.request.end());
    for (const std::string_view item : request) // what needs no data first: the item with its column
        if (const auto parsed = parse_request(item); !parsed) {
            error e = parsed.error();
            const std::string head = "request item '" + std::string(item) + "': ";
            if (const std::size_t colon = e.message.rfind(": "); colon != std::string::npos)
                e.message = head + e.message.substr(colon + 2);
            return report(e, request);
        }

    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    if (const objective& goal = args.options.goal; !goal.component.empty())
        if (auto named = find_named(*kb, goal.component); !named) {
            error e = std::move(named).error();
            e.where.file = goal.newest ? "--newest" : "--min";
            return report(e);
        }

    stack_record stack;
    const bool has_stack = args.stack || !args.set.empty();
    if (args.stack) {
        result<stack_record> read = open_stack(*args.stack);
        if (!read) return report(read.error());
        stack = std::move(*read);
    }
    if (const std::optional<error> wrong = apply_set(stack, args.set, *kb)) return report(*wrong);

    const bool checks = args.command == "check";
    const stack_record* machine = has_stack ? &stack : nullptr;
    const result<answer> a =
        checks ? check(*kb, request, machine, args.options) : resolve(*kb, request, machine, args.options);
    if (!a) return report(a.error(), request);
    std::string out;
    if (args.format == output_format::json) {
        out = to_json(*a, {.indent = 2, .request = request});
    } else {
        text_options options;
        options.width = args.width != 0 ? args.width : terminal_width(100);
        options.colour = wants_colour(args.colour);
        options.verbose = args.verbose;
        out = checks ? to_report(*a, options) : to_text(*a, options);
    }
    if (args.options.all_limit != 0 && a->all().size() == args.options.all_limit)
        put_error("stopped after " + std::to_string(args.options.all_limit) +
                  " maximal solutions; there may be more");
    return put_result(out) ? exit_of(a->verdict()) : exit_internal;
}

} // namespace cudacompat::cli
