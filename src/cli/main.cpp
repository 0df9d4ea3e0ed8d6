// The program `cudacompat`: reads the command line, runs one command, says the verdict in its exit code.
#include "args.hpp"
#include "commands.hpp"
#include "exit_code.hpp"

#include <csignal>
#include <exception>
#include <new>
#include <variant>

namespace {

namespace cli = cudacompat::cli;

int run(int argc, char** argv) {
    const cli::arguments args = cli::read_arguments(argc, argv);
    if (const auto* resolve = std::get_if<cli::resolve_args>(&args)) {
        if (resolve->command.starts_with("why")) return cli::run_why(*resolve);
        if (resolve->command == "graph") return cli::run_graph(*resolve);
        if (!resolve->what_if.empty()) return cli::run_what_if(*resolve);
        return cli::run_resolve(*resolve);
    }
    if (const auto* matrix = std::get_if<cli::matrix_args>(&args)) return cli::run_matrix(*matrix);
    if (const auto* explain = std::get_if<cli::explain_args>(&args)) return cli::run_explain(*explain);
    if (const auto* probe = std::get_if<cli::probe_args>(&args)) return cli::run_probe(*probe);
    if (const auto* inspect = std::get_if<cli::inspect_args>(&args)) return cli::run_inspect(*inspect);
    if (const auto* text = std::get_if<cli::wants_text>(&args))
        return cli::put_result(text->text) ? 0 : cli::exit_internal;
    if (const auto* wrong = std::get_if<cli::bad_usage>(&args)) {
        cli::put_error(wrong->message);
        cli::put_error("try 'cudacompat " + std::string(wrong->command) +
                       (wrong->command.empty() ? "" : " ") + "--help'");
        return cli::exit_usage;
    }
    const auto& kb = std::get<cli::kb_args>(args);
    if (kb.command == "list") return cli::run_kb_list(kb);
    if (kb.command == "show") return cli::run_kb_show(kb);
    if (kb.command == "lint") return cli::run_kb_lint(kb);
    if (kb.command == "stats") return cli::run_kb_stats(kb);
    return cli::run_kb_compile(kb);
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // a reader that goes away is no error
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc&) {
        cli::put_error("out of memory");
    } catch (const std::exception& e) {
        cli::put_error(std::string("internal error: ") + e.what() + "; please report this");
    }
    return cli::exit_internal;
}
