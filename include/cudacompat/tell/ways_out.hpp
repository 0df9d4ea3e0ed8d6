// Ways out of a conflict: the fewest and cheapest changes of what was stated, each asked again before it is offered.
//
// What stands above the driver is changed before the driver, the driver before the rest of the host, and a GPU never.
#pragma once

#include <cudacompat/decide/doubts.hpp>
#include <cudacompat/decide/statements.hpp>
#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/blame.hpp>
#include <cudacompat/tell/describe.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

class way_finder {
public:
    /// `strict`: the question with what nobody recorded against it; a way out is sure.
    explicit way_finder(const question& strict)
        : asked_(strict), low_(strict.here->low), kb_(low_.kb), all_(statements_of(strict)) {
        // Of changes that cost the same the first by name, not the first in the stack file.
        std::stable_sort(all_.begin(), all_.end(), [&](const statement& a, const statement& b) {
            return kb_.name(a.component) < kb_.name(b.component);
        });
    }

    /// What it finds then holds as far as is known.
    void take_what_is_unknown_kindly() noexcept { sure_ = false; }

    /// `conflicts`: of a question with the same statements. At most `most`, cheapest first.
    [[nodiscard]] std::vector<way_out> find(const std::vector<refutation>& conflicts, const question& of,
                                            std::size_t most) {
        const std::vector<statement> theirs = statements_of(of);
        std::vector<const statement*> may;
        for (const refutation& r : conflicts)
            for (const statement* s : blamed(theirs, r))
                for (const statement& own : all_)
                    if ((own.same_subject(*s) || (reading(*s) && kb_.name(own.component) == "driver")) &&
                        cost(own) != never && std::find(may.begin(), may.end(), &own) == may.end())
                        may.push_back(&own);
        std::stable_sort(may.begin(), may.end(), [&](const statement* a, const statement* b) {
            return std::pair(cost(*a), a) < std::pair(cost(*b), b); // all_ is in order
        });
        for (const statement* s : may) attempt({s}, s);
        for (const statement* s : may)
            if (software(*s)) attempt(with_software(s), s);
        for (std::size_t a = 0; a < may.size() && found_.size() < most; ++a)
            for (std::size_t b = a + 1; b < may.size() && b < 8; ++b)
                if (!alone(may[a]) && !alone(may[b])) attempt({may[a], may[b]}, may[a]);
        if (found_.empty() && may.size() > 2) attempt(may, may.front());
        std::stable_sort(found_.begin(), found_.end(),
                         [](const way_out& a, const way_out& b) { return a.cost < b.cost; });
        if (found_.size() > most) found_.resize(most);
        return std::move(found_);
    }

private:
    static constexpr std::uint32_t never = 0xffffffff;

    [[nodiscard]] const frozen::component& component(const statement& s) const {
        return kb_.components()[s.component];
    }
    [[nodiscard]] bool software(const statement& s) const {
        const auto role = static_cast<component_role>(component(s).role);
        return role != component_role::host && role != component_role::device &&
               role != component_role::derived;
    }
    /// What the driver reports of itself changes with it.
    [[nodiscard]] bool reading(const statement& s) const { return is_reading(s.component); }
    [[nodiscard]] bool states_driver() const {
        return std::any_of(all_.begin(), all_.end(),
                           [&](const statement& s) { return kb_.name(s.component) == "driver"; });
    }
    [[nodiscard]] bool is_reading(std::uint32_t c) const { return detail::reads_driver(kb_.name(c)); }
    [[nodiscard]] std::vector<const statement*> with_readings(std::vector<const statement*> changed) const {
        if (std::any_of(changed.begin(), changed.end(),
                        [&](const statement* s) { return kb_.name(s->component) == "driver"; }))
            for (const statement& s : all_)
                if (reading(s)) changed.push_back(&s);
        return changed;
    }
    [[nodiscard]] std::uint32_t cost(const statement& s) const {
        if ((component(s).flags & frozen::avoid) != 0) return 7; // a compat package
        const std::string_view name = kb_.name(s.component);
        if (reading(s)) return states_driver() ? never : 8;
        if (name == "container-mode") return 12;
        switch (static_cast<component_role>(component(s).role)) {
        case component_role::companion: return 3;
        case component_role::package: return name == "python" ? 6 : 4;
        case component_role::framework: return 5;
        case component_role::derived: return 6;
        case component_role::host: return name == "driver" || name == "driver-cuda" ? 8 : 12;
        case component_role::device: return never;
        }
        return never;
    }
    [[nodiscard]] std::vector<const statement*> with_software(const statement* first) const {
        std::vector<const statement*> out{first};
        for (const statement& s : all_)
            if (&s != first && software(s) && cost(s) != never && kb_.name(s.component) != "python")
                out.push_back(&s);
        return out;
    }
    /// It mends the conflict on its own: a pair with it would only change more.
    [[nodiscard]] bool alone(const statement* s) const {
        return std::any_of(found_.begin(), found_.end(), [&](const way_out& w) {
            return w.changes.size() == 1 && w.changes[0].component == kb_.name(s->component);
        });
    }

    /// The variables that the statement restricts, with what it leaves of them.
    struct stated_var {
        std::uint32_t var;
        bits allowed;
        const asked* said;
    };
    [[nodiscard]] std::vector<stated_var> variables(const statement& s) const {
        std::vector<stated_var> out;
        for (const std::uint32_t i : s.says)
            if (i < asked_.ask.restrictions.size())
                out.push_back(
                    {asked_.ask.restrictions[i].var, asked_.ask.restrictions[i].allowed, &asked_.says[i]});
        return out;
    }

    void attempt(const std::vector<const statement*>& asked_for, const statement* first) {
        const std::vector<const statement*> changed = with_readings(asked_for);
        query q = without(asked_, changed);
        q.criteria.clear();
        for (const std::uint32_t extra :
             asked_.here->decision_order.extras) // never a compat package without need
            q.criteria.push_back({extra, asked_.here->ranks[extra].by_presence});
        for (const statement* s : changed)
            for (const stated_var& v : variables(*s)) q.restrictions.push_back({v.var, of_a_kind(v)});
        for (const statement* s : changed) // what need not change stays
            if (asked_for.size() > 1 && !reading(*s))
                for (const stated_var& v : variables(*s)) {
                    std::vector<std::uint32_t> rank(v.allowed.size(), 1);
                    for (std::uint32_t i = 0; i < rank.size(); ++i)
                        if (v.allowed.test(i)) rank[i] = 0;
                    if (s != first) q.criteria.push_back({v.var, std::move(rank)});
                }
        for (const statement* s : changed)
            for (const stated_var& v : variables(*s)) {
                q.criteria.push_back({v.var, nearest_first(v)});
                q.criteria.push_back({v.var, asked_.here->ranks[v.var].by_choice});
            }
        for (const std::uint32_t code : asked_.here->decision_order.codes)
            q.criteria.push_back({code, asked_.here->ranks[code].by_class});
        const auto values = asked_.here->borrow()->find(q);
        if (!values) return;
        // What keeps to its statement stays as it was stated, with the doubt that it leaves; if that doubt decides, the
        // way out says more precisely what it has to be.
        for (const bool precisely : {false, true}) {
            std::vector<const statement*> moved;
            for (const statement* s : changed)
                for (const stated_var& v : variables(*s))
                    if (moves(v, (*values)[v.var], precisely) && (moved.empty() || moved.back() != s))
                        moved.push_back(s);
            const auto is_told = [&](const statement* s) { return !reading(*s) || !states_driver(); };
            if (std::none_of(moved.begin(), moved.end(), is_told)) return;
            const std::vector<const statement*> dropped = with_readings(moved);
            query pinned = without(asked_, dropped);
            for (const statement* s : dropped)
                for (const stated_var& v : variables(*s)) {
                    bits one(v.allowed.size());
                    one.set((*values)[v.var]);
                    pinned.restrictions.push_back({v.var, std::move(one)});
                }
            pinned.criteria.clear();
            if (!undecided(asked_, pinned).empty()) continue;
            way_out out;
            out.sure = sure_;
            for (const statement* s : moved)
                if (is_told(s)) tell(*s, *values, pinned, precisely, out);
            if (out.changes.empty() || more_than_needed(out)) return;
            found_.push_back(std::move(out));
            return;
        }
    }
    /// The same release, then the nearest one, of two the newer; of an open line the newest.
    [[nodiscard]] std::vector<std::uint32_t> nearest_first(const stated_var& v) const {
        const std::vector<std::uint32_t>& newest = asked_.here->ranks[v.var].by_release;
        const instance& in = low_.instances[v.var];
        if ((kb_.components()[in.component].flags & frozen::open_line) != 0 &&
            kb_.name(in.component) != "python")
            return newest;
        std::vector<std::uint32_t> releases;
        for (std::uint32_t i = v.allowed.next(1); i < v.allowed.size(); i = v.allowed.next(i + 1))
            releases.push_back(newest[i]);
        std::vector<std::uint32_t> rank(newest.size(), 0xffffff);
        for (std::uint32_t i = 1; i < rank.size(); ++i) {
            if (releases.empty()) rank[i] = newest[i];
            for (const std::uint32_t r : releases) {
                const std::uint32_t far = newest[i] <= r ? 2 * (r - newest[i]) : 2 * (newest[i] - r) + 1;
                rank[i] = std::min(rank[i], far);
            }
        }
        return rank;
    }
    /// What may stand in for it: an image of the same name, no build of conda for one that is not, no older C library.
    [[nodiscard]] bits of_a_kind(const stated_var& v) const {
        bits out(v.allowed.size(), true);
        const instance& in = low_.instances[v.var];
        if (!v.allowed.test(0) && (kb_.components()[in.component].flags & frozen::avoid) == 0) out.reset(0);
        const std::string_view component = kb_.name(in.component);
        if (component == "container") out.reset(0); // to start none is no way of starting one
        std::string_view product;
        bool conda = false;
        std::uint32_t oldest = 0;
        for (std::uint32_t i = v.allowed.next(1); i < v.allowed.size(); i = v.allowed.next(i + 1)) {
            const frozen::value& value = low_.instances.value(v.var, i);
            product = kb_.str(value.version).substr(0, kb_.str(value.version).find(':'));
            conda = conda || kb_.str(value.variant).starts_with("conda");
            oldest = i;
        }
        for (std::uint32_t i = 1; i < out.size(); ++i) {
            const frozen::value& value = low_.instances.value(v.var, i);
            const bool other_image =
                component == "container" && oldest != 0 && !kb_.str(value.version).starts_with(product);
            const bool other_channel = !conda && oldest != 0 && kb_.str(value.variant).starts_with("conda");
            const bool older = component == "glibc" && oldest != 0 && i > oldest;
            const bool host_only = (value.flags & frozen::is_host_only) != 0 && !v.allowed.test(i);
            if (other_image || other_channel || older || host_only) out.reset(i);
        }
        return out;
    }

    /// A way that is known changes the same parts or fewer of them.
    [[nodiscard]] bool more_than_needed(const way_out& way) const {
        const auto changes = [&](const way_out::change& c) {
            return std::any_of(way.changes.begin(), way.changes.end(),
                               [&](const way_out::change& o) { return o.component == c.component; });
        };
        return std::any_of(found_.begin(), found_.end(), [&](const way_out& w) {
            return w.text == way.text || (w.changes.size() < way.changes.size() &&
                                          std::all_of(w.changes.begin(), w.changes.end(), changes));
        });
    }
    /// Does the value say something else than the statement, or more?
    [[nodiscard]] bool moves(const stated_var& v, std::uint32_t value, bool precisely) const {
        const auto role = static_cast<component_role>(kb_.components()[low_.instances[v.var].component].role);
        return !v.allowed.test(value) || (precisely && role != component_role::host &&
                                          role != component_role::derived && v.allowed.count() > 1);
    }
    void tell(const statement& s, const assignment& values, const query& pinned, bool precisely,
              way_out& out) const {
        for (const stated_var& v : variables(s)) {
            if (!moves(v, values[v.var], precisely)) continue;
            const instance& in = low_.instances[v.var];
            way_out::change c;
            c.component = kb_.name(in.component);
            c.from = detail::without_place(v.said->text);
            if (c.from.starts_with(c.component + " ")) c.from.erase(0, c.component.size() + 1);
            if (values[v.var] == 0) {
                c.to = "absent";
            } else {
                const frozen::value& value = low_.instances.value(v.var, values[v.var]);
                c.to = representative(kb_, value, low_.ctx.platform);
                const auto role = static_cast<component_role>(kb_.components()[in.component].role);
                if (role != component_role::host) c.variant = kb_.str(value.variant);
                const bool label = static_cast<version_scheme>(kb_.components()[in.component].scheme) ==
                                   version_scheme::label;
                if (!label && ((value.flags & frozen::is_cell) != 0 || role == component_role::host ||
                               (component(s).flags & frozen::avoid) != 0)) {
                    query free = pinned;
                    for (std::size_t i = free.restrictions.size(); i-- > asked_.ask.restrictions.size();)
                        if (free.restrictions[i].var == v.var ||
                            is_reading(low_.instances[free.restrictions[i].var].component))
                            free.restrictions[i].allowed = bits(free.restrictions[i].allowed.size(), true);
                    bits works = asked_.here->borrow()->project(free, v.var);
                    works.reset(0);
                    std::string range = describe(kb_, low_.instances, v.var, works);
                    if (!range.empty() && range != c.to) {
                        c.example = c.to;
                        c.to = std::move(range);
                    }
                }
            }
            // A copy inside a build goes with the shared one.
            if (std::any_of(out.changes.begin(), out.changes.end(), [&](const way_out::change& o) {
                    return o.component == c.component && (in.owner != frozen::none || o.to == c.to);
                }))
                continue;
            std::string text = in.component == s.component || v.said->called.empty()
                                   ? std::string()
                                   : v.said->called + " with ";
            if (c.to == "absent") {
                text += "no " + c.component;
            } else if (c.from.starts_with("no ")) {
                text += c.component + " " + c.to + " in use";
            } else {
                text += c.component + " " + c.to + (c.variant.empty() ? "" : " (" + c.variant + ")") +
                        (c.example.empty() ? "" : ", such as " + c.example + ",") + " instead of " + c.from;
            }
            detail::join(out.text, text, " and ");
            out.cost += c.variant.empty() || !same_release(v, values[v.var]) ? cost(s) : 2;
            out.changes.push_back(std::move(c));
        }
    }
    /// Only the build changes.
    [[nodiscard]] bool same_release(const stated_var& v, std::uint32_t value) const {
        const auto& rank = asked_.here->ranks[v.var].by_release;
        for (std::uint32_t i = v.allowed.next(1); i < v.allowed.size(); i = v.allowed.next(i + 1))
            if (rank[i] == rank[value]) return true;
        return false;
    }

    const question& asked_;
    const lowered& low_;
    const knowledge_base& kb_;
    std::vector<statement> all_;
    std::vector<way_out> found_;
    bool sure_ = true;
};

} // namespace cudacompat
