// The commands. Each returns the exit code.
#pragma once

#include "args.hpp"

namespace cudacompat::cli {

[[nodiscard]] int run_resolve(const resolve_args& args);
[[nodiscard]] int run_why(const resolve_args& args);
[[nodiscard]] int run_graph(const resolve_args& args);
[[nodiscard]] int run_what_if(const resolve_args& args);
[[nodiscard]] int run_matrix(const matrix_args& args);
[[nodiscard]] int run_explain(const explain_args& args);
[[nodiscard]] int run_probe(const probe_args& args);
[[nodiscard]] int run_inspect(const inspect_args& args);
[[nodiscard]] int run_kb_list(const kb_args& args);
[[nodiscard]] int run_kb_show(const kb_args& args);
[[nodiscard]] int run_kb_lint(const kb_args& args);
[[nodiscard]] int run_kb_stats(const kb_args& args);
[[nodiscard]] int run_kb_compile(const kb_args& args);

} // namespace cudacompat::cli
