// Named checks of the data, beyond what the loader and freeze() refuse. Each rule has a sample that must fail
// under tests/lint/bad/<rule>/ and one that must pass under tests/lint/good/<rule>/.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/knowledge/model.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

enum class lint_severity : std::uint8_t {
    error,   ///< the data says something wrong, or something that nobody can check
    warning, ///< worth a look; may stay
    note,    ///< nothing to mend: it tells what is so
};

struct lint_finding {
    std::string_view rule; ///< name of a rule of all_rules()
    lint_severity severity = lint_severity::error;
    std::string message; ///< what was found
    std::string hint;    ///< how to mend it; may be empty
    source_region where;
};

/// A rule sees the whole model and appends what it finds, in any order.
struct lint_rule {
    std::string_view name;        ///< kebab-case, never changes
    std::string_view description; ///< what holds for data that passes
    lint_severity severity;
    void (*check)(const model&, std::vector<lint_finding>&);
};

/// Every rule, by name.
[[nodiscard]] std::span<const lint_rule> all_rules();

/// Findings of all rules, by file, line, column and rule. `only` restricts to these names; unknown ones match none.
[[nodiscard]] std::vector<lint_finding> lint(const model& data, std::span<const std::string_view> only = {});

/// "file:line:column: error[rule]: message; hint"
[[nodiscard]] std::string to_string(const lint_finding& f);

} // namespace cudacompat
