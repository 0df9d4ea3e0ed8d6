// cudacompat kb lint: what the loader refuses, what the linters find, and whether the data compiles.
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"

#include <cudacompat/json_writer.hpp>
#include <cudacompat/knowledge/freeze.hpp>
#ifdef CUDACOMPAT_HAS_LINT
#include <cudacompat/lint.hpp>
#endif
#include <cudacompat/yaml.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::cli {

namespace {

struct finding {
    std::string rule;
    std::string_view severity; ///< error, warning, note
    std::string message;
    source_region where;
};

std::string text_of(const finding& f) {
    std::string out = f.where.file;
    if (f.where.line != 0) out += ":" + std::to_string(f.where.line);
    if (f.where.column != 0) out += ":" + std::to_string(f.where.column);
    return out + ": " + std::string(f.severity) + "[" + f.rule + "]: " + f.message + "\n";
}

constexpr std::string_view severities[] = {"error", "warning", "note"};

std::size_t count(const std::vector<finding>& found, std::string_view severity) {
    return static_cast<std::size_t>(
        std::count_if(found.begin(), found.end(), [&](const finding& f) { return f.severity == severity; }));
}

std::vector<finding> findings_in(const std::string& directory, std::span<const std::string> overlays) {
    std::vector<finding> out;
    const load_report read = read_kb(directory, overlays);
    for (const error& e : read.errors)
        out.push_back({"load", severities[0], e.message + did_you_mean(e.suggestions), e.where});
#ifdef CUDACOMPAT_HAS_LINT
    for (const lint_finding& f : lint(read.data))
        out.push_back({std::string(f.rule), severities[static_cast<std::size_t>(f.severity)],
                       f.message + (f.hint.empty() ? "" : "; " + f.hint), f.where});
#endif
    if (count(out, severities[0]) == 0)
        if (const auto block = freeze(read.data); !block)
            out.push_back({"compile", severities[0], block.error().message, block.error().where});
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
    const std::vector<finding> found = findings_in(directory, args.overlays);
    const std::size_t errors = count(found, severities[0]);
    const std::size_t warnings = count(found, severities[1]);
    const std::size_t notes = count(found, severities[2]);
    std::string out;
    if (args.format == output_format::json) {
        json_writer json;
        json.open('{');
        json.member("schema", std::uint64_t{1});
        json.member("errors", std::uint64_t{errors});
        json.member("warnings", std::uint64_t{warnings});
        json.member("notes", std::uint64_t{notes});
        json.key("findings");
        json.open('[');
        for (const finding& f : found) {
            json.open('{');
            json.member("file", f.where.file);
            json.member("line", std::uint64_t{f.where.line});
            json.member("column", std::uint64_t{f.where.column});
            json.member("severity", f.severity);
            json.member("rule", f.rule);
            json.member("message", f.message);
            json.close('}');
        }
        json.close(']');
        json.close('}');
        out = json.take();
    } else {
        for (const finding& f : found) out += text_of(f);
        out += std::to_string(errors) + " errors, " + std::to_string(warnings) + " warnings" +
               (notes == 0 ? "" : ", " + std::to_string(notes) + " notes") + "\n";
    }
    if (!put_result(out)) return exit_internal;
    return errors == 0 ? exit_compatible : exit_bad_input;
}

} // namespace cudacompat::cli
