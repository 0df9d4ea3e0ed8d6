// cudacompat kb lint: what the loader refuses, what the linters find, and whether the data compiles.
#include "commands.hpp"
#include "exit_code.hpp"

#include <cudacompat/json_writer.hpp>
#include <cudacompat/knowledge/freeze.hpp>
#ifdef CUDACOMPAT_HAS_LINT
#include <cudacompat/lint.hpp>
#endif
#include <cudacompat/yaml.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::cli {

namespace {

struct finding {
    std::string rule;
    bool is_error = true;
    std::string message;
    source_region where;
};

std::string text_of(const finding& f) {
    std::string out = f.where.file;
    if (f.where.line != 0) out += ":" + std::to_string(f.where.line);
    if (f.where.column != 0) out += ":" + std::to_string(f.where.column);
    return out + ": " + (f.is_error ? "error[" : "warning[") + f.rule + "]: " + f.message + "\n";
}

std::vector<finding> findings_in(const std::string& directory) {
    std::vector<finding> out;
    const load_report read = load_model_all(directory);
    for (const error& e : read.errors)
        out.push_back({"load", true, e.message + did_you_mean(e.suggestions), e.where});
#ifdef CUDACOMPAT_HAS_LINT
    for (const lint_finding& f : lint(read.data))
        out.push_back({std::string(f.rule), f.severity == lint_severity::error,
                       f.message + (f.hint.empty() ? "" : "; " + f.hint), f.where});
#endif
    const bool broken = std::any_of(out.begin(), out.end(), [](const finding& f) { return f.is_error; });
    if (!broken)
        if (const auto block = freeze(read.data); !block)
            out.push_back({"compile", true, block.error().message, block.error().where});
    for (finding& f : out)
        if (f.where.file.empty()) f.where.file = directory;
    return out;
}

} // namespace

int run_kb_lint(const kb_args& args) {
    std::string directory = !args.subject.empty() ? args.subject : args.kb;
    if (directory.empty()) {
        struct stat about {};
        if (::stat("data/kb.yaml", &about) != 0) {
            put_error("no DIR, CUDACOMPAT_KB is not set, and there is no ./data/kb.yaml; say which directory "
                      "to check");
            return exit_usage;
        }
        directory = "data";
    }
    const std::vector<finding> found = findings_in(directory);
    std::size_t errors = 0;
    for (const finding& f : found) errors += f.is_error ? 1U : 0U;
    std::string out;
    if (args.format == output_format::json) {
        json_writer json;
        json.open('{');
        json.member("schema", std::uint64_t{1});
        json.member("errors", std::uint64_t{errors});
        json.member("warnings", std::uint64_t{found.size() - errors});
        json.key("findings");
        json.open('[');
        for (const finding& f : found) {
            json.open('{');
            json.member("file", f.where.file);
            json.member("line", std::uint64_t{f.where.line});
            json.member("column", std::uint64_t{f.where.column});
            json.member("severity", f.is_error ? "error" : "warning");
            json.member("rule", f.rule);
            json.member("message", f.message);
            json.close('}');
        }
        json.close(']');
        json.close('}');
        out = json.take();
    } else {
        for (const finding& f : found) out += text_of(f);
        out += std::to_string(errors) + " errors, " + std::to_string(found.size() - errors) + " warnings\n";
    }
    if (!put_result(out)) return exit_internal;
    return errors == 0 ? exit_compatible : exit_bad_input;
}

} // namespace cudacompat::cli
