// cudacompat resolve, cudacompat check
#include "commands.hpp"
#include "exit_code.hpp"
#include "question.hpp"

#include <cudacompat/json.hpp>
#include <cudacompat/tell/reasons.hpp>

namespace cudacompat::cli {

int run_resolve(const resolve_args& args) {
    cli_question q;
    if (const std::optional<int> failed = open_question(args, q)) return *failed;
    const bool checks = args.command == "check";
    const result<answer> a = checks ? check(q.kb, q.request, q.machine(), args.options)
                                    : resolve(q.kb, q.request, q.machine(), args.options);
    if (!a) return report(a.error(), q.request);
    std::string out;
    if (args.format == output_format::json) {
        out = to_json(*a, {.indent = 2, .request = q.request});
    } else {
        const text_options options = text_options_of(args);
        out = checks ? to_report(*a, options) : to_text(*a, options);
        if (args.tree && a->conflict() != nullptr) out += "\nderivation\n" + to_tree(*a->conflict(), options);
    }
    if (args.options.all_limit != 0 && a->all().size() == args.options.all_limit)
        put_error("stopped after " + std::to_string(args.options.all_limit) +
                  " maximal solutions; there may be more");
    return put_result(out) ? exit_of(a->verdict()) : exit_internal;
}

} // namespace cudacompat::cli
