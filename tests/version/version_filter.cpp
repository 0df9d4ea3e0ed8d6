// Answers questions about versions, one a line, for a test in another language to compare with its own answers.
//   cmp TAB a TAB b          < = > or "error"          (pep440)
//   spec TAB spec TAB v      contains, matches, admits as three digits; "spec" or "version" names what is malformed
//   set TAB spec TAB spec    subset, intersects as two digits
#include <cudacompat/version/version_spec.hpp>

#include <cstdio>
#include <string>
#include <string_view>

using namespace cudacompat;

namespace {

constexpr version_scheme scheme = version_scheme::pep440;

std::string answer(std::string_view op, std::string_view a, std::string_view b) {
    if (op == "cmp") {
        const auto x = version::parse(scheme, a);
        const auto y = version::parse(scheme, b);
        if (!x || !y) return "error";
        const auto order = *x <=> *y;
        return order < 0 ? "<" : order > 0 ? ">" : "=";
    }
    const auto spec = version_spec::parse(scheme, a);
    if (!spec) return "spec";
    const auto digit = [](bool v) { return v ? '1' : '0'; };
    if (op == "set") {
        const auto other = version_spec::parse(scheme, b);
        if (!other) return "spec";
        return {digit(spec->set().is_subset_of(other->set())), digit(spec->set().intersects(other->set()))};
    }
    const auto v = version::parse(scheme, b);
    if (!v) return "version";
    return {digit(spec->set().contains(*v)), digit(spec->matches(*v)), digit(spec->admits_prereleases())};
}

bool read_line(std::string& line) {
    line.clear();
    int c = 0;
    while ((c = std::getc(stdin)) != EOF && c != '\n') line += static_cast<char>(c);
    return c != EOF || !line.empty();
}

} // namespace

int main() {
    std::string line;
    while (read_line(line)) {
        const std::size_t first = line.find('\t');
        const std::size_t second = first == std::string::npos ? first : line.find('\t', first + 1);
        if (second == std::string::npos) {
            std::fputs("malformed question\n", stderr);
            return 2;
        }
        const std::string_view all = line;
        std::puts(
            answer(all.substr(0, first), all.substr(first + 1, second - first - 1), all.substr(second + 1))
                .c_str());
    }
    return 0;
}
