// cudacompat matrix
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"
#include "set_option.hpp"

#include <cudacompat/matrix.hpp>

namespace cudacompat::cli {

int run_matrix(const matrix_args& args) {
    const std::vector<std::string_view> request(args.request.begin(), args.request.end());
    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    stack_record stack;
    if (args.stack) {
        result<stack_record> read = open_stack(*args.stack);
        if (!read) return report(read.error());
        stack = std::move(*read);
    }
    if (const std::optional<error> wrong = apply_set(stack, args.set, *kb)) return report(*wrong);

    matrix_question q;
    q.component = args.component;
    q.by = args.by;
    q.request = request;
    q.rows = args.rows;
    q.all = args.all;
    if (args.stack || !args.set.empty()) q.stack = &stack;
    q.options = args.options;
    const result<version_matrix> m = tabulate(*kb, q);
    if (!m) return report(m.error(), request);
    const std::string out = args.format == matrix_format::json  ? to_json(*m)
                            : args.format == matrix_format::csv ? to_csv(*m)
                            : args.format == matrix_format::html
                                ? to_html(*m)
                                : to_text(*m, args.width != 0 ? args.width : terminal_width(100));
    return put_result(out) ? exit_compatible : exit_internal;
}

} // namespace cudacompat::cli
