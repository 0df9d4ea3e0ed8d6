// NVIDIA_REQUIRE_*: the condition of an image on the host, read as libnvidia-container reads it (src/cli/dsl.c, configure.c).
//
// A space is OR, a comma is AND, reading stops at the first term that holds. Properties: cuda and driver (the host driver's
// own, whatever library an image brings), arch (compute capability) and brand, of each visible card. What could not be read
// holds; so do arch and brand where no card is visible. Anything else is an error, and then the container does not start.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/base/result.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

enum class require_property : std::uint8_t { cuda, driver, arch, brand };
enum class require_op : std::uint8_t { eq, ne, lt, le, gt, ge };

struct require_factor {
    require_property property = require_property::cuda;
    require_op op = require_op::eq;
    std::string value;
};

/// One visible card, as the runtime sees it.
struct require_device {
    std::string brand; ///< as the strings spell it, in any case: GeForce
    std::string arch;  ///< compute capability: 8.6
};

/// What NVML says of a host; an empty version could not be read.
struct require_host {
    std::string driver;
    std::string cuda;
    std::vector<require_device> devices;
};

namespace detail {

[[nodiscard]] inline std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Numbers of "12.2"; dots in a row count once. Nothing for what is no version.
[[nodiscard]] inline std::optional<std::vector<std::uint64_t>> require_numbers(std::string_view text) {
    constexpr std::size_t most_digits = 18;
    std::vector<std::uint64_t> out;
    if (text.empty() || text.front() == '.') return std::nullopt;
    while (!text.empty()) {
        std::size_t digits = 0;
        while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
        std::string_view number = text.substr(0, digits);
        text.remove_prefix(digits);
        if (number.empty() || (!text.empty() && text.front() != '.')) return std::nullopt;
        while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
        if (number.size() > most_digits) return std::nullopt;
        std::uint64_t n = 0;
        for (const char c : number) n = n * 10 + static_cast<std::uint64_t>(c - '0');
        out.push_back(n);
        while (!text.empty() && text.front() == '.') text.remove_prefix(1);
    }
    while (!out.empty() && out.back() == 0) out.pop_back(); // zeros at the end do not count
    return out;
}

[[nodiscard]] inline bool holds(std::strong_ordering order, require_op op) noexcept {
    switch (op) {
    case require_op::eq: return order == 0;
    case require_op::ne: return order != 0;
    case require_op::lt: return order < 0;
    case require_op::le: return order <= 0;
    case require_op::gt: return order > 0;
    case require_op::ge: return order >= 0;
    }
    return false;
}

/// One factor, such as "driver>=470"; `at` is its offset in the whole string, for the message.
[[nodiscard]] inline result<require_factor> read_factor(std::string_view text, std::size_t at) {
    const auto wrong = [&](std::size_t where, std::string message) {
        return error{errc::bad_request,
                     "requirement '" + std::string(text) + "': " + std::move(message),
                     {{}, 0, static_cast<std::uint32_t>(at + where + 1)},
                     {}};
    };
    const std::size_t op = text.find_first_of("<>=!");
    if (op == std::string_view::npos) return wrong(text.size(), "expected one of = != < <= > >=");
    const std::string name = lower(text.substr(0, op));
    require_factor out;
    if (name == "cuda") out.property = require_property::cuda;
    else if (name == "driver") out.property = require_property::driver;
    else if (name == "arch") out.property = require_property::arch;
    else if (name == "brand") out.property = require_property::brand;
    else return wrong(0, "unknown property '" + name + "'; expected cuda, driver, arch or brand");
    const bool equal = op + 1 < text.size() && text[op + 1] == '=';
    std::size_t value = op + 1;
    switch (text[op]) {
    case '<': out.op = equal ? require_op::le : require_op::lt; break;
    case '>': out.op = equal ? require_op::ge : require_op::gt; break;
    case '!': out.op = require_op::ne; break;
    default: out.op = require_op::eq; break;
    }
    if (equal && text[op] != '=') ++value;
    out.value = text.substr(value);
    if (out.value.empty()) return wrong(value, "expected a value");
    if (out.property == require_property::brand) {
        if (out.op != require_op::eq && out.op != require_op::ne)
            return wrong(op, "brands have no order; expected = or !=");
        out.value = lower(out.value);
    } else if (!require_numbers(out.value)) {
        return wrong(value, "expected a version such as 12.4, found '" + out.value + "'");
    }
    return out;
}

/// Calls term(first, last) for each stretch between spaces, while it returns true.
template <class F>
void each_part(std::string_view text, char separator, F&& part) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(separator, at), text.size());
        if (end > at && !part(at, text.substr(at, end - at))) return;
        at = end + 1;
    }
}

} // namespace detail

using require_term = std::vector<require_factor>;

/// The terms of a string in which all is well-formed: alternatives, each a list of factors. The error has the column.
[[nodiscard]] inline result<std::vector<require_term>> parse_requirement(std::string_view text) {
    std::vector<require_term> out;
    std::optional<error> wrong;
    detail::each_part(text, ' ', [&](std::size_t at, std::string_view term) {
        require_term factors;
        detail::each_part(term, ',', [&](std::size_t in, std::string_view factor) {
            auto read = detail::read_factor(factor, at + in);
            if (!read) wrong = std::move(read).error();
            else factors.push_back(std::move(*read));
            return !wrong.has_value();
        });
        if (!factors.empty()) out.push_back(std::move(factors));
        return !wrong.has_value();
    });
    if (wrong) return *std::move(wrong);
    return out;
}

/// Does a container with this string start, as far as one card goes (nullptr: none is visible)? Errors only in what is
/// read: a term behind one that holds is not.
[[nodiscard]] inline result<bool> evaluate_requirement(std::string_view text, const require_host& host,
                                                       const require_device* device) {
    constexpr std::size_t longest_message = 127; // a factor that fails is printed into a buffer, with its end
    bool result_so_far = true;
    std::optional<error> wrong;
    detail::each_part(text, ' ', [&](std::size_t at, std::string_view term) {
        bool any = false;
        bool all = true;
        detail::each_part(term, ',', [&](std::size_t in, std::string_view text_of_factor) {
            any = true;
            const std::string name =
                detail::lower(text_of_factor.substr(0, text_of_factor.find_first_of("<>=!")));
            if (device == nullptr && (name == "brand" || name == "arch")) return true;
            const auto factor = detail::read_factor(text_of_factor, at + in);
            if (!factor) {
                wrong = factor.error();
                return false;
            }
            std::strong_ordering order = std::strong_ordering::equal;
            if (factor->property == require_property::brand) {
                order = detail::lower(device->brand) <=> factor->value;
            } else {
                const std::string& seen = factor->property == require_property::cuda     ? host.cuda
                                          : factor->property == require_property::driver ? host.driver
                                                                                         : device->arch;
                const auto own = detail::require_numbers(seen);
                if (!own) return true;
                order = *own <=> *detail::require_numbers(factor->value);
            }
            all = detail::holds(order, factor->op);
            if (!all && text_of_factor.size() >= longest_message)
                wrong = error{errc::bad_request, "a factor that fails and is too long to be printed", {}, {}};
            return all;
        });
        if (!any || wrong) return false; // a term of commas alone ends the reading
        result_so_far = all;
        return !all;
    });
    if (wrong) return *std::move(wrong);
    return result_so_far;
}

/// Every visible card has to pass; all strings together do.
[[nodiscard]] inline result<bool> container_starts(const std::vector<std::string>& strings,
                                                   const require_host& host) {
    constexpr std::size_t most_strings = 32;
    bool all = true;
    if (strings.size() > most_strings)
        return error{errc::bad_request, "more than 32 requirement strings", {}, {}};
    for (const std::string& text : strings) {
        std::vector<const require_device*> cards;
        for (const require_device& d : host.devices) cards.push_back(&d);
        if (cards.empty()) cards.push_back(nullptr);
        for (const require_device* card : cards) {
            const result<bool> one = evaluate_requirement(text, host, card);
            if (!one) return one.error();
            all = all && *one;
        }
    }
    return all;
}

} // namespace cudacompat
