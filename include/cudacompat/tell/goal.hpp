// "The least driver for torch 2.9", "the newest torch under driver 525": one component's end, before all else.
//
// The least version is the least v such that the request can be met with every copy of the component at v or below; the
// newest one is the mirror of it. So "nothing lower will do" is the conflict of the request with "below v", and its facts
// are the reason. What the answer avoids anyway (a compat package) is no means to the end; it is told apart.
#pragma once

#include <cudacompat/decide/ask.hpp>
#include <cudacompat/decide/named.hpp>
#include <cudacompat/tell/conflict_teller.hpp>
#include <cudacompat/tell/describe.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat::detail {

/// Takes out of the stack what it states about the component, and says what that was.
inline void set_aside(const knowledge_base& kb, std::uint32_t component, stack_record& stack,
                      std::vector<std::string>& out) {
    const auto note = [&](const std::string& what, const source_region& where) {
        out.push_back(what +
                      (where.line == 0 ? "" : " (" + where.file + ":" + std::to_string(where.line) + ")"));
    };
    const auto drop = [&](std::string_view name, stack_text& value) {
        if (!value.given()) return;
        note(std::string(name) + " " + value.text, value.where);
        value = {};
    };
    const std::string_view name = kb.name(component);
    if (name == "driver") { // what the loaded driver reports is the same observation
        drop("driver-user", stack.driver_user);
        drop("driver-cuda", stack.driver_cuda);
        drop("driver-ptx", stack.driver_ptx);
    }
    if (name == "glibc") drop("musl", stack.musl);
    if (name == "container") drop("container", stack.container.image);
    if (name == "container-toolkit") drop("container-toolkit", stack.container.toolkit);
    for (const auto& [part, value] : std::initializer_list<std::pair<std::string_view, stack_text*>>{
             {"driver", &stack.driver},
             {"driver-cuda", &stack.driver_cuda},
             {"driver-ptx", &stack.driver_ptx},
             {"kernel-module", &stack.kernel_module},
             {"compat-package", &stack.compat_package},
             {"glibc", &stack.glibc},
             {"distro", &stack.distro},
             {"jetpack", &stack.jetpack},
             {"l4t", &stack.l4t}})
        if (part == name) drop(part, *value);
    if (static_cast<multiplicity>(kb.components()[component].multiplicity) == multiplicity::device &&
        static_cast<component_role>(kb.components()[component].role) != component_role::derived) {
        for (const stack_gpu& g : stack.gpus)
            note("GPU " + (g.name.given() ? g.name.text : g.compute_capability.text), g.where);
        stack.gpus.clear();
        stack.gpus_at = {};
    }
    for (const stack_item& i : stack.components)
        if (kb.find_component(i.component) == component) note(i.component + " " + i.version, i.where);
    std::erase_if(stack.components,
                  [&](const stack_item& i) { return kb.find_component(i.component) == component; });
}

class goal_question {
public:
    goal_question(const knowledge_base& kb, const objective& goal) : kb_(kb), goal_(goal) {}

    /// The component becomes part of the request, and the stack loses what it states about it.
    [[nodiscard]] std::optional<error> put(std::span<const request_item>& items, const stack_record*& stack) {
        if (goal_.component.empty()) return std::nullopt;
        const result<std::uint32_t> named = find_named(kb_, goal_.component);
        if (!named) return named.error();
        component_ = *named;
        if (static_cast<version_scheme>(kb_.components()[component_].scheme) == version_scheme::label)
            return error{errc::bad_request,
                         "the versions of '" + std::string(kb_.name(component_)) +
                             "' are labels, which have no order",
                         {},
                         {}};
        if (std::none_of(items.begin(), items.end(),
                         [&](const request_item& i) { return kb_.find_component(i.name) == component_; })) {
            items_.assign(items.begin(), items.end());
            request_item own;
            own.text = own.name = kb_.name(component_);
            items_.push_back(std::move(own));
            items = items_;
        }
        if (stack != nullptr) {
            stack_ = *stack;
            detail::set_aside(kb_, component_, stack_, set_aside_);
            stack = &stack_;
        }
        return std::nullopt;
    }

    /// Finds the end and makes it the first criterion of the question.
    void pursue(question& q) {
        if (component_ == frozen::none) return;
        goal_found& out = q.goal.emplace();
        out.component = component_;
        out.newest = goal_.newest;
        out.set_aside = set_aside_;
        if (!q.impossible.empty()) return;
        const instance_table& in = q.here->low.instances;
        const auto copies = in.of(component_);
        auto solver = q.here->borrow();
        query plain = q.ask;
        plain.criteria.clear();
        const query with_extras = plain;
        std::vector<std::uint32_t> extras; // a compat package is no means to the end
        for (const std::uint32_t var : q.here->decision_order.extras)
            if (in[var].component != component_) {
                bits absent(in.domain_size(var));
                absent.set(0);
                plain.restrictions.push_back({var, std::move(absent)});
                extras.push_back(var);
            }
        const bool without = solver->satisfiable(plain);
        if (!without) {
            if (extras.empty() || !solver->satisfiable(with_extras)) return;
            plain = with_extras;
        }
        out.found = true;
        const std::vector<std::uint32_t> line = ranks(in, copies);
        const std::size_t at = end_of(*q.here, plain, copies, line);
        tell_end(q, line[at], out.version, out.bound);
        for (std::size_t i = copies.size(); i-- > 0;) {
            std::vector<std::uint32_t> rank(in.domain_size(copies[i]), 1);
            const bits good = within(in, copies[i], line[at]);
            for (std::uint32_t k = 0; k < rank.size(); ++k)
                if (good.test(k)) rank[k] = 0;
            q.ask.criteria.insert(q.ask.criteria.begin(), {copies[i], std::move(rank)});
        }
        if (at + 1 < line.size()) {
            further_ = line[at + 1];
            out.facts = why_not_further(q, plain, *further_);
        }
        if (!without || extras.empty()) return;
        const std::size_t further = end_of(*q.here, with_extras, copies, line);
        if (further <= at) return;
        std::string bound;
        for (const std::uint32_t var : extras) join(out.extra, kb_.name(in[var].component), ", ");
        tell_end(q, line[further], out.with_extra, bound);
        if (out.with_extra.empty()) out.with_extra = "any";
    }

    /// Would the kind question, where what nobody recorded counts for, go one place further than the strict one did?
    [[nodiscard]] bool further() const noexcept { return further_.has_value(); }
    void doubt(question& strict, const question& kind) const {
        const instance_table& in = kind.here->low.instances;
        query q = kind.ask;
        q.criteria.clear();
        for (const std::uint32_t var : kind.here->decision_order.extras)
            if (in[var].component != component_) {
                bits absent(in.domain_size(var));
                absent.set(0);
                q.restrictions.push_back({var, std::move(absent)});
            }
        for (const std::uint32_t var : in.of(component_))
            q.restrictions.push_back({var, within(in, var, *further_)});
        strict.goal->unsure = kind.here->borrow()->satisfiable(q);
    }

private:
    /// The ranks of all known values, from where every solution is to where the goal points.
    [[nodiscard]] std::vector<std::uint32_t> ranks(const instance_table& in,
                                                   std::span<const std::uint32_t> copies) const {
        std::vector<std::uint32_t> out;
        for (const std::uint32_t var : copies)
            for (std::uint32_t i = 1; i < in.domain_size(var); ++i)
                if ((in.value(var, i).flags & frozen::is_unknown) == 0) out.push_back(in.value(var, i).rank);
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        if (goal_.newest) std::reverse(out.begin(), out.end());
        return out;
    }
    /// Absent, unknown, or as far as this rank at least. A smaller rank is newer.
    [[nodiscard]] bits within(const instance_table& in, std::uint32_t var, std::uint32_t rank) const {
        bits out(in.domain_size(var));
        out.set(0);
        for (std::uint32_t i = 1; i < out.size(); ++i) {
            const frozen::value& v = in.value(var, i);
            if ((v.flags & frozen::is_unknown) != 0 || (goal_.newest ? v.rank <= rank : v.rank >= rank))
                out.set(i);
        }
        return out;
    }
    /// The last place of the line that can be reached. Precondition: q has a solution. What a place admits shrinks along
    /// the line, so the places that can be reached come first.
    [[nodiscard]] std::size_t end_of(const world& here, const query& q, std::span<const std::uint32_t> copies,
                                     const std::vector<std::uint32_t>& line) const {
        auto solver = here.borrow();
        std::size_t good = 0;
        std::size_t bad = line.size();
        while (good + 1 < bad) {
            const std::size_t middle = (good + bad) / 2;
            query one = q;
            for (const std::uint32_t var : copies)
                one.restrictions.push_back({var, within(here.low.instances, var, line[middle])});
            (solver->satisfiable(one) ? good : bad) = middle;
        }
        return good;
    }
    /// The release of this rank; of a cell its end, where the request does not cut it nearer.
    void tell_end(const question& q, std::uint32_t rank, std::string& version, std::string& bound) const {
        const instance_table& in = q.here->low.instances;
        for (const std::uint32_t var : in.of(component_))
            for (std::uint32_t i = 1; i < in.domain_size(var); ++i) {
                const frozen::value& v = in.value(var, i);
                if (v.rank != rank || (v.flags & frozen::is_unknown) != 0) continue;
                version = kb_.str(v.version);
                if ((v.flags & frozen::is_cell) != 0) tell_cell(q, var, i, version, bound);
                return;
            }
    }
    void tell_cell(const question& q, std::uint32_t var, std::uint32_t domain, std::string& version,
                   std::string& bound) const {
        const instance_table& in = q.here->low.instances;
        const frozen::value& v = in.value(var, domain);
        const auto scheme = static_cast<version_scheme>(kb_.components()[component_].scheme);
        const version_set& cell = q.here->texts.cells(component_)[in.value_id(var, domain)];
        version_set wanted = cell;
        for (const auto& [narrowed, spec] : q.narrowed)
            if (narrowed == var)
                if (const auto parsed = version_spec::parse(scheme, spec)) wanted &= parsed->set();
        if (wanted.empty()) wanted = cell;
        bound.clear();
        if (goal_.newest) {
            const version_interval last = wanted.interval(wanted.interval_count() - 1);
            if (last.has_upper()) {
                const version_interval own = cell.interval(0);
                bound = own.has_upper() && *own.upper == *last.upper
                            ? std::string(kb_.str(v.high))
                            : to_string(version_set::up_to(*last.upper));
            }
            version = bound.starts_with("<=") ? bound.substr(2) : std::string{};
            for (const frozen::cell_release& r : kb_.cell_releases(v.builds))
                if (const auto at = cudacompat::version::parse(scheme, kb_.str(r.version));
                    version.empty() && at && wanted.contains(*at))
                    version = kb_.str(r.version);
            return;
        }
        const version_interval first = wanted.interval(0);
        if (first.has_lower())
            bound = *cell.interval(0).lower == *first.lower ? std::string(kb_.str(v.low))
                                                            : to_string(version_set::from(*first.lower));
        version = bound.starts_with(">=") ? bound.substr(2) : std::string{};
    }
    /// The facts of the conflict between the question and going one place further; those on the component first.
    [[nodiscard]] std::vector<std::uint32_t> why_not_further(const question& q, const query& plain,
                                                             std::uint32_t rank) const {
        question with = q;
        with.ask = plain;
        const std::size_t before = q.ask.restrictions.size();
        for (const std::uint32_t var : q.here->low.instances.of(component_))
            with.ask.restrictions.push_back({var, within(q.here->low.instances, var, rank)});
        const cudacompat::asked by{asked_by::request, component_,
                                   std::string(goal_.newest ? "a newer " : "an older ") +
                                       std::string(kb_.name(component_))};
        with.says.insert(with.says.begin() + static_cast<std::ptrdiff_t>(before),
                         with.ask.restrictions.size() - before, by);
        const auto outcome = q.here->borrow()->solve(with.ask);
        const auto* why = std::get_if<refutation>(&outcome);
        if (why == nullptr) return {};
        std::vector<std::uint32_t> out = conflict_teller(with).tell(*why).facts();
        std::stable_partition(out.begin(), out.end(), [&](std::uint32_t i) {
            for (const frozen::group& g : kb_.groups(kb_.facts()[i].then))
                for (const frozen::selector& s : kb_.selectors(g.any_of))
                    if (s.component == component_) return true;
            return false;
        });
        return out;
    }

    const knowledge_base& kb_;
    const objective& goal_;
    std::uint32_t component_ = frozen::none;
    std::optional<std::uint32_t> further_; ///< the rank that the strict question cannot reach
    std::vector<request_item> items_;
    stack_record stack_;
    std::vector<std::string> set_aside_;
};

} // namespace cudacompat::detail
