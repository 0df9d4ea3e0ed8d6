// What the command line says, as plain data.
#pragma once

#include "report.hpp"

#include <cudacompat/decide/policy.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cudacompat::cli {

enum class output_format : unsigned char { text, json };

struct resolve_args {
    std::string command = "resolve"; ///< resolve, check, why, why-not, graph
    std::vector<std::string> request;
    std::optional<std::string> stack;  ///< a path, or "-"
    std::vector<std::string> set;      ///< KEY=VALUE, in order
    bool probe = false;                ///< the stack is what the probe sees
    std::string root;                  ///< ... below this folder; empty: on this machine
    std::string kb;                    ///< directory, .yaml or .ckb; empty: the embedded data
    std::vector<std::string> overlays; ///< directories over kb, in order; then kb is not empty
    resolve_options options;
    output_format format = output_format::text;
    colour_choice colour = colour_choice::automatic;
    bool verbose = false;
    bool tree = false;                ///< the derivation as a tree
    bool graphml = false;             ///< graph: instead of DOT
    std::vector<std::string> what_if; ///< check: NAME:VERSION, as changes of the stack
    std::size_t width = 0;            ///< 0: by the terminal
};

enum class matrix_format : unsigned char { text, json, csv, html };

struct matrix_args {
    std::string component;
    std::string by;
    std::vector<std::string> request;
    std::string rows;
    bool all = false;
    std::optional<std::string> stack;
    std::vector<std::string> set;
    std::string kb;
    std::vector<std::string> overlays;
    resolve_options options;
    matrix_format format = matrix_format::text;
    std::size_t width = 0;
};

struct explain_args {
    std::vector<std::string> subjects; ///< codes and messages; "-": a log on standard input
    std::string layer;                 ///< of the table; empty: all
    std::string kb;
    std::vector<std::string> overlays;
    output_format format = output_format::text;
    std::size_t width = 0;
};

struct inspect_args {
    std::vector<std::string> files;
    std::vector<std::string> against; ///< --for: GPU or driver:VERSION, in order
    std::string kb;
    std::vector<std::string> overlays;
    output_format format = output_format::text;
    std::size_t width = 0;
};

enum class probe_format : unsigned char { text, json, stack };

struct probe_args {
    std::string root;
    std::vector<std::string> pythons;
    std::vector<std::string> environment; ///< NAME=VALUE, over that of the process; of a root, all there is
    std::string kb;
    std::vector<std::string> overlays;
    probe_format format = probe_format::text;
    std::size_t width = 0;
};

struct kb_args {
    std::string command; ///< list, show, lint, stats, compile
    std::string subject; ///< list: WHAT; show: NAME; lint, compile: DIR
    std::string output;  ///< compile
    std::string kb;
    std::vector<std::string> overlays; ///< as in resolve_args; compile: over subject
    output_format format = output_format::text;
};

/// The command line asks for a text: --help or --version.
struct wants_text {
    std::string text;
};
/// The command line is wrong.
struct bad_usage {
    std::string message;
    std::string_view
        command; ///< whose --help is worth reading: "", "resolve", "matrix", "kb", "kb list", ...
};

using arguments = std::variant<resolve_args, matrix_args, explain_args, probe_args, inspect_args, kb_args,
                               wants_text, bad_usage>;

/// Reads argv[1] .. argv[argc-1]. Reads the environment for CUDACOMPAT_KB only.
[[nodiscard]] arguments read_arguments(int argc, const char* const* argv);

} // namespace cudacompat::cli
