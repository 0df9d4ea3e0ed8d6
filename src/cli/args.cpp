// One small CLI11 parser for each command, made only for the command that is run.
#include "args.hpp"

#include "help.hpp"

#include <cudacompat/data.hpp>
#include <cudacompat/knowledge/tables.hpp>
#include <cudacompat/version_info.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>
#include <utility>

namespace cudacompat::cli {

namespace {

constexpr std::string_view commands[] = {"resolve", "check",   "why",     "why-not", "graph",
                                         "matrix",  "explain", "inspect", "probe",   "kb"};
constexpr std::string_view kb_commands[] = {"list", "show", "lint", "stats", "compile"};
constexpr std::size_t most_solutions = 1000;

std::string version_text() {
    std::string out = "cudacompat " + std::string(library_version);
    if (const auto& kb = embedded_knowledge()) out += ", data " + std::string(kb->version());
    return out + "\n";
}

bool is_help(std::string_view arg) { return arg == "-h" || arg == "--help"; }

/// YYYY-MM-DD of a day that exists.
bool is_day(std::string_view s) {
    if (s.size() != 10 || s[4] != '-' || s[7] != '-') return false;
    const auto number = [&](std::size_t at, std::size_t n) {
        unsigned out = 0;
        for (const char c : s.substr(at, n))
            out = c >= '0' && c <= '9' ? out * 10 + static_cast<unsigned>(c - '0') : 100000U;
        return out;
    };
    const unsigned year = number(0, 4);
    const unsigned month = number(5, 2);
    const unsigned day = number(8, 2);
    if (year > 9999 || month < 1 || month > 12 || day < 1) return false;
    constexpr unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

/// An option of words: the message names them, and the one that was probably meant.
template <class Value>
struct words {
    std::string_view option;
    std::span<const std::pair<std::string_view, Value>> table;

    /// Empty, or what is wrong.
    [[nodiscard]] std::string read(const std::string& text, Value& out) const {
        std::vector<std::string_view> names;
        std::string list;
        for (const auto& [name, value] : table) {
            if (name == text) {
                out = value;
                return {};
            }
            names.push_back(name);
            list += (list.empty() ? "" : ", ") + std::string(name);
        }
        return std::string(option) + " '" + escaped(text) + "': expected one of " + list +
               did_you_mean(nearest(text, names));
    }
};

constexpr std::pair<std::string_view, output_format> formats[] = {{"text", output_format::text},
                                                                  {"json", output_format::json}};
constexpr std::pair<std::string_view, policy> policies[] = {
    {"newest", policy::newest}, {"installed", policy::installed}, {"verified", policy::verified}};
constexpr std::pair<std::string_view, colour_choice> colours[] = {
    {"auto", colour_choice::automatic}, {"always", colour_choice::always}, {"never", colour_choice::never}};

/// A CLI11 app, and the strings of the options that are checked afterwards.
class parser {
public:
    explicit parser(std::string_view command) : app_("", std::string(command)) {
        app_.set_help_flag(); // our own: read_arguments sees it first
        app_.allow_extras(false);
    }
    CLI::Option* option(const std::string& names, std::string& into) {
        return app_.add_option(names, into)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    }
    CLI::App& app() noexcept { return app_; }

    /// Empty, or what is wrong.
    [[nodiscard]] std::string parse(std::span<const char* const> args) {
        std::vector<std::string> reversed(args.begin(), args.end()); // as CLI11 wants them
        std::reverse(reversed.begin(), reversed.end());
        try {
            app_.parse(std::move(reversed));
        } catch (const CLI::ExtrasError&) {
            return extra(args);
        } catch (const CLI::ParseError& e) {
            return lower_first(e.what());
        }
        return {};
    }

private:
    [[nodiscard]] std::string extra(std::span<const char* const> args) const {
        std::vector<std::string> names{"--help"};
        for (const CLI::Option* o : app_.get_options())
            for (const std::string& l : o->get_lnames()) names.push_back("--" + l);
        const std::vector<std::string_view> views(names.begin(), names.end());
        for (const std::string& left : app_.remaining()) {
            if (!left.starts_with("-")) continue;
            const std::string name = left.substr(0, left.find('='));
            return "unknown option '" + escaped(name) + "'" + did_you_mean(nearest(name, views));
        }
        const std::vector<std::string> left = app_.remaining();
        return "unexpected argument '" + escaped(left.empty() ? std::string(args.back()) : left.front()) +
               "'";
    }
    [[nodiscard]] static std::string lower_first(std::string text) {
        if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
            text[0] = static_cast<char>(text[0] - 'A' + 'a');
        return escaped(text);
    }

    CLI::App app_;
};

/// Empty, or what is wrong.
std::string read_width(const std::string& text, std::size_t& out) {
    out = 0;
    for (const char c : text)
        out = c >= '0' && c <= '9' && out < 10000 ? out * 10 + static_cast<std::size_t>(c - '0') : 10000;
    return out < 40 || out > 1000 ? "--width '" + escaped(text) + "': expected 40 to 1000" : std::string{};
}

/// CLI11 reads "[a,b]" as a list and "{}" as an empty one; nothing of ours is written so.
const char* find_bracketed(std::span<const char* const> args) {
    for (const char* a : args)
        if (*a == '[' || *a == '{') return a;
    return nullptr;
}

std::string default_kb(const std::string& given) {
    if (!given.empty()) return given;
    const char* variable = std::getenv("CUDACOMPAT_KB");
    return variable == nullptr ? std::string{} : std::string(variable);
}

void overlay_option(parser& p, std::vector<std::string>& into) {
    p.app().add_option("--overlay", into)->expected(1)->allow_extra_args(false)->take_all();
}

/// Empty, or why the overlays have nothing to lie on. The data in the program is compiled: what its authors wrote
/// (specs before they became values, sources of releases) is no longer whole in it.
std::string check_overlays(const std::vector<std::string>& overlays, const std::string& kb) {
    for (const std::string& o : overlays)
        if (o.empty()) return "--overlay: expected a directory of YAML";
    if (overlays.empty() || !kb.empty()) return {};
    return "--overlay needs --kb DIR: an overlay extends a directory of YAML, and the data in the program is "
           "compiled; "
           "the directory 'data' of cudacompat's source is what it was compiled from";
}

arguments read_resolve(std::string_view command, std::span<const char* const> args) {
    resolve_args out;
    out.command = command;
    const bool checks = command == "check";
    const bool resolves = command == "resolve";
    const bool draws = command == "graph";
    std::string format = "text";
    std::string prefer = "newest";
    std::string colour = "auto";
    std::string stack;
    std::string width;
    std::string least;
    std::string newest;
    CLI::Option* has_root = nullptr;
    bool all = false;
    parser p(command);
    CLI::Option* request = p.app().add_option("REQUEST", out.request);
    CLI::Option* has_stack = p.option("--stack", stack);
    CLI::Option* set = p.app().add_option("--set", out.set)->expected(1)->allow_extra_args(false)->take_all();
    p.option("--kb", out.kb);
    overlay_option(p, out.overlays);
    if (!checks) p.option("--policy", prefer);
    p.app().add_option("--allow", out.options.allow)->expected(1)->allow_extra_args(false)->take_all();
    CLI::Option* has_least = nullptr;
    CLI::Option* has_newest = nullptr;
    if (resolves) {
        has_least = p.option("--min", least);
        has_newest = p.option("--newest", newest);
        p.app().add_flag("--all", all);
    }
    if (checks || resolves) {
        p.app().add_flag("--probe", out.probe);
        has_root = p.option("--root", out.root);
    }
    if (checks)
        p.app().add_option("--what-if", out.what_if)->expected(1)->allow_extra_args(false)->take_all();
    p.option("--as-of", out.options.as_of);
    p.option("--format", format);
    CLI::Option* has_width = nullptr;
    if (!draws) {
        p.option("--color,--colour", colour);
        has_width = p.option("--width", width);
        p.app().add_flag("--tree", out.tree);
        p.app().add_flag("--verbose", out.verbose);
    }

    const auto wrong = [&](std::string message) { return bad_usage{std::move(message), command}; };
    if (const char* bracketed = find_bracketed(args))
        return wrong("argument '" + escaped(bracketed) + "': no request, name or value begins so");
    if (std::string e = p.parse(args); !e.empty()) return wrong(std::move(e));
    out.request = request->results();
    out.set = set->results();
    if (out.request.empty() && !checks)
        return wrong("no request; name at least one component, such as 'torch:1.12'");
    if (has_root != nullptr && has_root->count() != 0) {
        if (out.root.empty()) return wrong("--root: expected a folder");
        out.probe = true;
    }
    if (out.probe && has_stack->count() != 0)
        return wrong("both --stack and the probe (--probe, --root); one description of the machine, give "
                     "changes by --set");
    if (out.request.empty() && has_stack->count() == 0 && out.set.empty() && !out.probe)
        return wrong("nothing to check; give --stack FILE, --probe, --set KEY=VALUE or a request");
    const bool wants_least = has_least != nullptr && has_least->count() != 0;
    const bool wants_newest = has_newest != nullptr && has_newest->count() != 0;
    if (wants_least && wants_newest) return wrong("both --min and --newest; one end at a time");
    out.options.goal = {wants_newest ? newest : least, wants_newest};
    if ((wants_least || wants_newest) && out.options.goal.component.empty())
        return wrong("--min, --newest: expected the name of a component");
    if (has_stack->count() != 0) out.stack = stack;
    static constexpr std::pair<std::string_view, bool> pictures[] = {{"dot", false}, {"graphml", true}};
    if (draws && format == "text") format = "dot";
    if (std::string e = draws ? words<bool>{"--format", pictures}.read(format, out.graphml)
                              : words<output_format>{"--format", formats}.read(format, out.format);
        !e.empty())
        return wrong(std::move(e));
    if (std::string e = words<policy>{"--policy", policies}.read(prefer, out.options.prefer); !e.empty())
        return wrong(std::move(e));
    if (std::string e = words<colour_choice>{"--color", colours}.read(colour, out.colour); !e.empty())
        return wrong(std::move(e));
    if (!out.options.as_of.empty() && !is_day(out.options.as_of))
        return wrong("--as-of '" + escaped(out.options.as_of) + "': expected a day as YYYY-MM-DD");
    if (has_width != nullptr && has_width->count() != 0)
        if (std::string e = read_width(width, out.width); !e.empty()) return wrong(std::move(e));
    if (!out.what_if.empty() && has_stack->count() == 0 && out.set.empty() && !out.probe)
        return wrong("--what-if changes a stack; give --stack FILE or --set KEY=VALUE");
    if (all) out.options.all_limit = most_solutions;
    out.kb = default_kb(out.kb);
    if (std::string e = check_overlays(out.overlays, out.kb); !e.empty()) return wrong(std::move(e));
    return out;
}

arguments read_matrix(std::span<const char* const> args) {
    static constexpr std::pair<std::string_view, matrix_format> matrix_formats[] = {
        {"text", matrix_format::text},
        {"json", matrix_format::json},
        {"csv", matrix_format::csv},
        {"html", matrix_format::html}};
    matrix_args out;
    std::string format = "text";
    std::string prefer = "newest";
    std::string stack;
    std::string width;
    std::vector<std::string> words_given;
    parser p("matrix");
    CLI::Option* positional = p.app().add_option("COMPONENT", words_given);
    p.option("--by", out.by);
    p.option("--rows", out.rows);
    p.app().add_flag("--all", out.all);
    CLI::Option* has_stack = p.option("--stack", stack);
    CLI::Option* set = p.app().add_option("--set", out.set)->expected(1)->allow_extra_args(false)->take_all();
    p.option("--kb", out.kb);
    overlay_option(p, out.overlays);
    p.option("--policy", prefer);
    p.option("--as-of", out.options.as_of);
    p.option("--format", format);
    CLI::Option* has_width = p.option("--width", width);

    const auto wrong = [](std::string message) { return bad_usage{std::move(message), "matrix"}; };
    if (const char* bracketed = find_bracketed(args))
        return wrong("argument '" + escaped(bracketed) + "': no request, name or value begins so");
    if (std::string e = p.parse(args); !e.empty()) return wrong(std::move(e));
    out.request = positional->results();
    out.set = set->results();
    if (out.request.empty() || out.request.front().empty())
        return wrong("no COMPONENT; name the one whose releases are the rows, such as 'torch'");
    out.component = out.request.front();
    out.request.erase(out.request.begin());
    if (out.by.empty()) return wrong("no --by; name the component of the columns, such as '--by driver'");
    if (has_stack->count() != 0) out.stack = stack;
    if (std::string e = words<matrix_format>{"--format", matrix_formats}.read(format, out.format); !e.empty())
        return wrong(std::move(e));
    if (std::string e = words<policy>{"--policy", policies}.read(prefer, out.options.prefer); !e.empty())
        return wrong(std::move(e));
    if (!out.options.as_of.empty() && !is_day(out.options.as_of))
        return wrong("--as-of '" + escaped(out.options.as_of) + "': expected a day as YYYY-MM-DD");
    if (has_width->count() != 0)
        if (std::string e = read_width(width, out.width); !e.empty()) return wrong(std::move(e));
    out.kb = default_kb(out.kb);
    if (std::string e = check_overlays(out.overlays, out.kb); !e.empty()) return wrong(std::move(e));
    return out;
}

arguments read_explain(std::span<const char* const> args) {
    explain_args out;
    std::string format = "text";
    std::string width;
    parser p("explain");
    CLI::Option* subjects = p.app().add_option("CODE", out.subjects);
    p.option("--layer", out.layer);
    p.option("--kb", out.kb);
    overlay_option(p, out.overlays);
    p.option("--format", format);
    CLI::Option* has_width = p.option("--width", width);

    const auto wrong = [](std::string message) { return bad_usage{std::move(message), "explain"}; };
    std::vector<const char*> plain;
    std::vector<std::string> messages; // "[rank0]: ..." is a message, whatever CLI11 would read in it
    for (const char* a : args)
        if (*a == '[' || *a == '{') messages.emplace_back(a);
        else plain.push_back(a);
    if (std::string e = p.parse(plain); !e.empty()) return wrong(std::move(e));
    out.subjects = subjects->results();
    out.subjects.insert(out.subjects.end(), messages.begin(), messages.end());
    if (out.subjects.empty()) return wrong("no CODE or MESSAGE; give one, or - for a log on standard input");
    if (std::string e = words<output_format>{"--format", formats}.read(format, out.format); !e.empty())
        return wrong(std::move(e));
    if (has_width->count() != 0)
        if (std::string e = read_width(width, out.width); !e.empty()) return wrong(std::move(e));
    if (!out.layer.empty()) {
        std::replace(out.layer.begin(), out.layer.end(), '-', '_');
        std::vector<std::pair<std::string_view, int>> layers;
        for (const std::string_view name : error_layer_names) layers.emplace_back(name, 0);
        int ignored = 0;
        if (std::string e = words<int>{"--layer", layers}.read(out.layer, ignored); !e.empty())
            return wrong(std::move(e));
    }
    out.kb = default_kb(out.kb);
    if (std::string e = check_overlays(out.overlays, out.kb); !e.empty()) return wrong(std::move(e));
    return out;
}

arguments read_inspect(std::span<const char* const> args) {
    inspect_args out;
    std::string format = "text";
    std::string width;
    parser p("inspect");
    CLI::Option* files = p.app().add_option("FILE", out.files);
    p.app().add_option("--for", out.against)->expected(1)->allow_extra_args(false)->take_all();
    p.option("--kb", out.kb);
    overlay_option(p, out.overlays);
    p.option("--format", format);
    CLI::Option* has_width = p.option("--width", width);

    const auto wrong = [](std::string message) { return bad_usage{std::move(message), "inspect"}; };
    if (const char* bracketed = find_bracketed(args))
        return wrong("argument '" + escaped(bracketed) + "': a file of that name may be given as ./NAME");
    if (std::string e = p.parse(args); !e.empty()) return wrong(std::move(e));
    out.files = files->results();
    if (out.files.empty()) return wrong("no FILE; give a library, a program or an archive");
    std::size_t drivers = 0;
    for (const std::string& a : out.against) {
        if (a.empty() || a == "gpu:" || a == "driver:")
            return wrong("--for '" + escaped(a) + "': expected a GPU or driver:VERSION");
        if (a.starts_with("driver:") || a.starts_with("driver=")) ++drivers;
    }
    if (drivers > 1) return wrong("--for driver: given twice; one driver holds for all GPUs");
    if (std::string e = words<output_format>{"--format", formats}.read(format, out.format); !e.empty())
        return wrong(std::move(e));
    if (has_width->count() != 0)
        if (std::string e = read_width(width, out.width); !e.empty()) return wrong(std::move(e));
    out.kb = default_kb(out.kb);
    if (std::string e = check_overlays(out.overlays, out.kb); !e.empty()) return wrong(std::move(e));
    return out;
}

arguments read_probe(std::span<const char* const> args) {
    static constexpr std::pair<std::string_view, probe_format> probe_formats[] = {
        {"text", probe_format::text}, {"json", probe_format::json}, {"stack", probe_format::stack}};
    probe_args out;
    std::string format = "text";
    std::string width;
    parser p("probe");
    CLI::Option* has_root = p.option("--root", out.root);
    p.app().add_option("--python", out.pythons)->expected(1)->allow_extra_args(false)->take_all();
    p.app().add_option("--env", out.environment)->expected(1)->allow_extra_args(false)->take_all();
    p.option("--kb", out.kb);
    overlay_option(p, out.overlays);
    p.option("--format", format);
    CLI::Option* has_width = p.option("--width", width);

    const auto wrong = [](std::string message) { return bad_usage{std::move(message), "probe"}; };
    if (const char* bracketed = find_bracketed(args))
        return wrong("argument '" + escaped(bracketed) +
                     "': no name begins so; a path may be given as ./NAME");
    if (std::string e = p.parse(args); !e.empty()) return wrong(std::move(e));
    if (has_root->count() != 0 && out.root.empty()) return wrong("--root: expected a folder");
    for (const std::string& one : out.environment)
        if (one.find('=') == std::string::npos || one.front() == '=')
            return wrong("--env '" + escaped(one) + "': expected NAME=VALUE");
    if (std::string e = words<probe_format>{"--format", probe_formats}.read(format, out.format); !e.empty())
        return wrong(std::move(e));
    if (has_width->count() != 0)
        if (std::string e = read_width(width, out.width); !e.empty()) return wrong(std::move(e));
    out.kb = default_kb(out.kb);
    if (std::string e = check_overlays(out.overlays, out.kb); !e.empty()) return wrong(std::move(e));
    return out;
}

arguments read_kb(std::string_view command, std::span<const char* const> args) {
    kb_args out;
    out.command = command;
    const std::string_view full =
        *std::find_if(std::begin(kb_commands), std::end(kb_commands), [&](auto c) { return c == command; });
    static constexpr std::pair<std::string_view, std::string_view> names[] = {{"list", "kb list"},
                                                                              {"show", "kb show"},
                                                                              {"lint", "kb lint"},
                                                                              {"stats", "kb stats"},
                                                                              {"compile", "kb compile"}};
    std::string_view title;
    for (const auto& [short_name, long_name] : names)
        if (short_name == full) title = long_name;
    const auto wrong = [&](std::string message) { return bad_usage{std::move(message), title}; };

    static constexpr std::pair<std::string_view, int> lists[] = {
        {"components", 0}, {"errors", 1}, {"names", 2}, {"pci", 3}, {"rules", 4}};
    int list = 0;
    std::string format = "text";
    parser p(title);
    CLI::Option* subject = nullptr;
    if (command == "list") subject = p.option("WHAT", out.subject);
    if (command == "show") subject = p.option("NAME", out.subject);
    if (command == "lint" || command == "compile") subject = p.option("DIR", out.subject);
    if (command == "compile") p.option("-o,--output", out.output);
    else p.option("--format", format);
    if (command != "compile") p.option("--kb", out.kb);
    overlay_option(p, out.overlays);

    if (const char* bracketed = find_bracketed(args))
        return wrong("argument '" + escaped(bracketed) +
                     "': no name begins so; a file may be given as ./NAME");
    if (std::string e = p.parse(args); !e.empty()) return wrong(std::move(e));
    if (std::string e = words<output_format>{"--format", formats}.read(format, out.format); !e.empty())
        return wrong(std::move(e));
    if (command == "show" && (subject->count() == 0 || out.subject.empty()))
        return wrong(
            "no NAME; give a component, the id of a fact or a source, error:CODE, name:COMPONENT or pci:ID");
    if (command == "list" && subject->count() != 0)
        if (std::string e = words<int>{"WHAT", lists}.read(out.subject, list); !e.empty())
            return wrong(std::move(e));
    if (command == "compile" && (subject->count() == 0 || out.subject.empty()))
        return wrong("no DIR; give the directory of YAML to compile");
    if (command == "compile" && out.output.empty()) return wrong("no -o FILE; say where to write");
    if (command == "lint" && !out.subject.empty() && !out.kb.empty())
        return wrong("both DIR and --kb; they mean the same, give one");
    if (command != "compile") out.kb = default_kb(out.kb);
    const bool of_folder = command == "lint" || command == "compile";
    const std::string& base = of_folder && !out.subject.empty() ? out.subject : out.kb;
    if (std::string e = check_overlays(out.overlays, base); !e.empty()) return wrong(std::move(e));
    return out;
}

std::string unknown_command(std::string_view what, std::string_view given,
                            std::span<const std::string_view> known) {
    if (given.starts_with("-")) {
        constexpr std::string_view global[] = {"--help", "--version"};
        return "unknown option '" + escaped(given) + "'" + did_you_mean(nearest(given, global));
    }
    std::string out = "unknown " + std::string(what) + " '" + escaped(given.substr(0, 60)) + "'";
    const std::vector<std::string> near = nearest(given, known);
    if (!near.empty()) return out + did_you_mean(near);
    out += "; expected";
    for (std::size_t i = 0; i < known.size(); ++i)
        out += (i == 0 ? " " : i + 1 == known.size() ? " or " : ", ") + std::string(known[i]);
    return out;
}

} // namespace

arguments read_arguments(int argc, const char* const* argv) {
    const std::span<const char* const> args(argv + (argc > 0 ? 1 : 0),
                                            static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
    if (args.empty())
        return bad_usage{
            "no command; expected resolve, check, why, why-not, graph, matrix, explain, inspect, probe or kb",
            ""};
    const std::string_view first = args[0];
    if (is_help(first)) return wants_text{std::string(help_of(""))};
    if (first == "--version") return wants_text{version_text()};
    const auto asks_help = [](std::span<const char* const> rest) {
        for (const char* a : rest) {
            if (std::string_view(a) == "--") return false;
            if (is_help(a)) return true;
        }
        return false;
    };
    static constexpr std::string_view asking[] = {"resolve", "check", "why", "why-not", "graph"};
    for (const std::string_view command : asking)
        if (first == command) {
            if (asks_help(args.subspan(1))) return wants_text{std::string(help_of(command))};
            return read_resolve(command, args.subspan(1));
        }
    if (first == "matrix") {
        if (asks_help(args.subspan(1))) return wants_text{std::string(help_of("matrix"))};
        return read_matrix(args.subspan(1));
    }
    if (first == "explain") {
        if (asks_help(args.subspan(1))) return wants_text{std::string(help_of("explain"))};
        return read_explain(args.subspan(1));
    }
    if (first == "inspect") {
        if (asks_help(args.subspan(1))) return wants_text{std::string(help_of("inspect"))};
        return read_inspect(args.subspan(1));
    }
    if (first == "probe") {
        if (asks_help(args.subspan(1))) return wants_text{std::string(help_of("probe"))};
        return read_probe(args.subspan(1));
    }
    if (first != "kb") return bad_usage{unknown_command("command", first, commands), ""};
    if (args.size() == 1)
        return bad_usage{"no command after 'kb'; expected list, show, lint, stats or compile", "kb"};
    const std::string_view second = args[1];
    if (is_help(second)) return wants_text{std::string(help_of("kb"))};
    if (std::find(std::begin(kb_commands), std::end(kb_commands), second) == std::end(kb_commands))
        return bad_usage{unknown_command("command", second, kb_commands), "kb"};
    if (asks_help(args.subspan(2))) return wants_text{std::string(help_of("kb " + std::string(second)))};
    return read_kb(second, args.subspan(2));
}

} // namespace cudacompat::cli
