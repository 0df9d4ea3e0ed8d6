// cudacompat why, cudacompat why-not
#include "commands.hpp"
#include "exit_code.hpp"
#include "question.hpp"

#include <cudacompat/tell/reasons.hpp>

namespace cudacompat::cli {

int run_why(const resolve_args& args) {
    cli_question q;
    if (const std::optional<int> failed = open_question(args, q)) return *failed;
    result<reasons> r = find_reasons(q.kb, q.request, q.machine(), args.options);
    if (!r) return report(r.error(), q.request);
    const bool refused = r->about.verdict() == verdict::incompatible;
    if (args.command == "why-not" && !refused) r->forced.clear(); // nothing is against it: no more was asked
    std::string out;
    if (args.format == output_format::json) {
        out = to_json(*r, q.request);
    } else {
        const text_options options = text_options_of(args);
        out = to_text(*r, options);
        if (args.tree && r->about.conflict() != nullptr)
            out += "\nderivation\n" + to_tree(*r->about.conflict(), options);
    }
    return put_result(out) ? exit_of(r->about.verdict()) : exit_internal;
}

} // namespace cudacompat::cli
