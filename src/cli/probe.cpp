// cudacompat probe
#include "probe.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"

#include <cudacompat/probe.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cudacompat::cli {

namespace {

/// The root cannot be used: said with its name, before anything is read.
std::optional<error> check_root(const std::string& root) {
    if (root.empty() || ::access((root + "/.").c_str(), X_OK) == 0) return std::nullopt;
    return error{
        errc::bad_data, std::string("cannot be read as a root: ") + std::strerror(errno), {root, 0, 0}, {}};
}

/// The environment of the process, with the settings first: the first of a name counts.
std::vector<std::string> environment_of(const probe_args& args) {
    std::vector<std::string> out(args.environment.rbegin(), args.environment.rend());
    if (args.root.empty())
        for (char** one = environ; one != nullptr && *one != nullptr; ++one) out.emplace_back(*one);
    return out;
}

} // namespace

result<stack_record> probe_stack(const std::string& root, const knowledge_base& kb) {
    if (std::optional<error> wrong = check_root(root)) return std::move(*wrong);
    probe_options options;
    options.root = root;
    options.kb = &kb;
    const probe_report seen = probe(options);
    for (const std::string& p : seen.problems) put_error("the probe: " + p);
    return to_stack(seen);
}

int run_probe(const probe_args& args) {
    const result<knowledge_base> kb = open_kb(args.kb, args.overlays);
    if (!kb) return report(kb.error());
    if (const std::optional<error> wrong = check_root(args.root)) return report(*wrong);
    probe_options options;
    options.root = args.root;
    options.pythons = args.pythons;
    options.environment = environment_of(args);
    options.kb = &*kb;
    const probe_report seen = probe(options);
    if (args.format != probe_format::text)
        for (const std::string& p : seen.problems) put_error("the probe: " + p);
    const std::string out = args.format == probe_format::json ? to_json(seen)
                            : args.format == probe_format::stack
                                ? to_stack_file(to_stack(seen))
                                : to_text(seen, args.width != 0 ? args.width : terminal_width(100));
    return put_result(out) ? 0 : exit_internal;
}

} // namespace cudacompat::cli
