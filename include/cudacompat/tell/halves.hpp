// The two halves of a driver, kernel module and libraries: a comparison of what the stack states of them.
#pragma once

#include <cudacompat/tell/finding_lister.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cudacompat {

class halves_judge : protected finding_lister {
protected:
    using finding_lister::finding_lister;

    /// The kernel module and the libraries of a driver come from one release, by the fact of the data that says so; a compat
    /// package brings other libraries on purpose.
    enum class halves_state : std::uint8_t { agree, open, differ };
    [[nodiscard]] std::uint32_t halves_fact() const {
        for (std::uint32_t i = 0; i < kb_.facts().size(); ++i) {
            const frozen::fact& f = kb_.facts()[i];
            const auto c = kb_.selectors(f.conditions);
            if (static_cast<fact_kind>(f.kind) == fact_kind::agrees && c.size() == 2 &&
                c[0].component != frozen::none && c[1].component != frozen::none &&
                kb_.str(c[0].name) == "driver" && kb_.str(c[1].name) == "driver-user")
                return i;
        }
        return frozen::none;
    }
    [[nodiscard]] halves_state halves() const {
        if (stack_ == nullptr || !stack_->driver.given() || !stack_->driver_user.given() ||
            stack_->compat_package.given() || stack_->platform.text == "wsl2" ||
            stack_->platform.text == "windows" || stack_->platform.text == "jetson")
            return halves_state::agree;
        const std::uint32_t fact = halves_fact();
        if (fact == frozen::none || std::binary_search(how_.without.begin(), how_.without.end(), fact))
            return halves_state::agree;
        const auto exact = [](std::string_view t) {
            return t.find_first_not_of("0123456789.") == std::string_view::npos &&
                   std::count(t.begin(), t.end(), '.') > 0;
        };
        const std::string& kernel = stack_->driver.text;
        const std::string& user = stack_->driver_user.text;
        const auto one = version::parse(version_scheme::dotted, kernel);
        const auto two = version::parse(version_scheme::dotted, user);
        if (exact(kernel) && exact(user) && one && two)
            return *one == *two ? halves_state::agree : halves_state::differ;
        if (kernel == "absent" || user == "absent") return halves_state::agree;
        const auto a = version_spec::parse(version_scheme::dotted, kernel);
        const auto b = version_spec::parse(version_scheme::dotted, user);
        return a && b && a->set().intersects(b->set()) ? halves_state::open : halves_state::differ;
    }
    [[nodiscard]] finding halves_finding(const question& q) const {
        finding out = finding_maker(q).plain("driver-halves", {"driver", "driver-user"},
                                             "the kernel driver is " + stack_->driver.text +
                                                 " and its libraries are of " + stack_->driver_user.text);
        out.facts = {halves_fact()};
        return out;
    }
    /// All would fit, were the driver whole.
    [[nodiscard]] answer torn(answer out) const {
        answer no(verdict::incompatible, *out.asked_);
        no.findings_ = {halves_finding(out.asked())};
        no.conflict_ = conflict_teller(out.asked()).tell_fact(halves_fact(), no.findings_.front().text);
        no.missing_ = out.missing_;
        no.caveats_ = out.caveats_;
        const auto kernel = version::parse(version_scheme::dotted, stack_->driver.text);
        const auto user = version::parse(version_scheme::dotted, stack_->driver_user.text);
        const bool newer = kernel && user && *kernel < *user;
        way_out same;
        same.text =
            newer ? "driver " + stack_->driver_user.text +
                        " loaded in the kernel too (a restart, or its modules loaded anew) instead of " +
                        stack_->driver.text
                  : "driver-user " + stack_->driver.text +
                        ", the libraries of the kernel driver's release, instead of " +
                        stack_->driver_user.text;
        same.cost = 8;
        if (newer) same.changes.push_back({"driver", stack_->driver.text, stack_->driver_user.text, {}, {}});
        else same.changes.push_back({"driver-user", stack_->driver_user.text, stack_->driver.text, {}, {}});
        no.ways_out_.push_back(std::move(same));
        return no;
    }

    halves_state halves_ = halves_state::agree;
};

} // namespace cudacompat
