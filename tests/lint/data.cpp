// The data of this repository passes every rule. Warnings are shown and may stay.
#include <cudacompat/lint.hpp>
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <filesystem>

TEST_CASE("the data has no finding of severity error") {
    using namespace cudacompat;
    const load_report report = load_model_all(std::filesystem::path(CUDACOMPAT_ROOT_DIR) / "data");
    for (const error& e : report.errors) FAIL_CHECK(to_string(e));
    for (const lint_finding& f : lint(report.data)) {
        if (f.severity == lint_severity::error) FAIL_CHECK(to_string(f));
        else MESSAGE(to_string(f));
    }
}
