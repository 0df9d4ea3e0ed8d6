// Which variables a stack has: one for each copy of a component that can be in it.
//
// The multiplicity of a component decides: a host has one driver, but every GPU is a variable of its own,
// and a library that builds bundle is one variable for the environment plus one for each bundling build.
#pragma once

#include <cudacompat/base/bits.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// A component that the question states and the data does not list: a version, or a build that the question describes.
struct described_build {
    std::uint32_t component = frozen::none;
    std::vector<std::uint32_t> carries; ///< libraries inside it, ascending
    bool code = false;                  ///< its code list is given
    std::string version;                ///< stated, and not in the data; empty: nobody says

    friend bool operator==(const described_build&, const described_build&) = default;
};

/// What a compilation of the knowledge base is for. Equal contexts give equal problems.
struct context {
    std::uint32_t platform = 0;     ///< index in knowledge_base::platforms()
    std::uint32_t device_slots = 1; ///< how many distinct GPUs the query speaks of, at least 1
    std::vector<std::uint32_t>
        opened;        ///< components of which the question names a pre-release: demands take theirs too
    std::string as_of; ///< only what was published by this date (YYYY-MM-DD); empty: everything
    bits scope;        ///< the components that become variables (scope.hpp); of size 0: all of them
    /// Libraries of which an installer's pin only says that one be there; what a loader asks for stays. Ascending.
    std::vector<std::uint32_t> loose;
    /// Nothing is compiled here: what only a compiler minds does not count.
    bool idle_build = false;
    std::vector<std::uint32_t> without; ///< facts that are set aside, ascending

    std::vector<described_build> described;

    [[nodiscard]] const described_build* describes(std::uint32_t component) const noexcept {
        for (const described_build& d : described)
            if (d.component == component) return &d;
        return nullptr;
    }
    [[nodiscard]] bool covers(std::uint32_t component) const noexcept {
        return scope.size() == 0 || scope.test(component);
    }

    friend bool operator==(const context&, const context&) = default;
};

/// One variable of the decision problem.
struct instance {
    std::uint32_t component = 0;
    std::uint32_t owner = frozen::none;  ///< component whose build carries this copy; none: shared
    std::uint32_t device = frozen::none; ///< device slot
    std::uint32_t first_value = 0;       ///< into instance_table::value_ids
    std::uint32_t value_count = 0;       ///< without "absent"
};

/// The variables of a context and their domains. Domain index 0 is "absent"; index i > 0 is the i-th value of
/// the component that exists on the platform, in the knowledge base's order of preference.
class instance_table {
public:
    instance_table(const knowledge_base& kb, const context& ctx) : kb_(kb), ctx_(ctx) { build(); }

    [[nodiscard]] std::span<const instance> all() const noexcept { return instances_; }
    [[nodiscard]] const instance& operator[](std::uint32_t var) const noexcept { return instances_[var]; }
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(instances_.size());
    }

    /// Variables of a component, shared copy first.
    [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t component) const noexcept {
        const auto& s = by_component_[component];
        return {vars_.data() + s.first, s.count};
    }
    /// The variable of this copy, or frozen::none.
    [[nodiscard]] std::uint32_t find(std::uint32_t component, std::uint32_t owner,
                                     std::uint32_t device) const noexcept {
        for (const std::uint32_t v : of(component))
            if (instances_[v].owner == owner && instances_[v].device == device) return v;
        return frozen::none;
    }
    [[nodiscard]] std::uint32_t domain_size(std::uint32_t var) const noexcept {
        return instances_[var].value_count + 1;
    }
    /// Index of the value in knowledge_base::values(component); domain > 0.
    [[nodiscard]] std::uint32_t value_id(std::uint32_t var, std::uint32_t domain) const noexcept {
        return value_ids_[instances_[var].first_value + domain - 1];
    }
    [[nodiscard]] const frozen::value& value(std::uint32_t var, std::uint32_t domain) const noexcept {
        return kb_.values(kb_.components()[instances_[var].component])[value_id(var, domain)];
    }
    /// The domain indices whose values lie in these intervals of component values.
    [[nodiscard]] bits members(std::uint32_t var, std::span<const frozen::interval> intervals) const {
        const instance& in = instances_[var];
        bits out(in.value_count + 1);
        const auto begin = value_ids_.begin() + in.first_value;
        const auto end = begin + in.value_count;
        for (const frozen::interval i : intervals) {
            const auto lo = std::lower_bound(begin, end, i.first);
            const auto hi = std::lower_bound(lo, end, i.last);
            out.set_range(static_cast<std::uint32_t>(lo - begin) + 1,
                          static_cast<std::uint32_t>(hi - begin) + 1);
        }
        return out;
    }
    /// What a selector admits of a variable, absence included where the selector says so.
    [[nodiscard]] bits admitted(std::uint32_t var, const frozen::selector& s) const {
        bits out =
            members(var, s.present != 0 ? kb_.intervals(s.values) : std::span<const frozen::interval>{});
        if (s.absent != 0) out.set(0);
        if (const std::uint32_t last = domain_size(var) - 1; is_placed(var, last) && takes(s, *placed(var)))
            out.set(last);
        return out;
    }
    /// The version that the question states and the data does not list; null where there is none.
    [[nodiscard]] const std::string* placed(std::uint32_t var) const noexcept {
        const instance& in = instances_[var];
        const described_build* own =
            in.owner == frozen::none && in.device == frozen::none ? ctx_.describes(in.component) : nullptr;
        return own == nullptr || own->version.empty() ? nullptr : &own->version;
    }
    [[nodiscard]] bool is_placed(std::uint32_t var, std::uint32_t domain) const noexcept {
        return domain > 0 && (value(var, domain).flags & frozen::is_place) != 0;
    }
    /// The version of a value as text; of a placed one what the question states.
    [[nodiscard]] std::string_view text(std::uint32_t var, std::uint32_t domain) const noexcept {
        return is_placed(var, domain) ? std::string_view(*placed(var)) : kb_.str(value(var, domain).version);
    }
    /// Components that bundle copies of others, ascending.
    [[nodiscard]] std::span<const std::uint32_t> owners() const noexcept { return owners_; }
    /// Components whose builds carry device code, ascending.
    [[nodiscard]] std::span<const std::uint32_t> coded() const noexcept { return coded_; }

private:
    /// Whether the selector means a version that is in no list.
    [[nodiscard]] bool takes(const frozen::selector& s, const std::string& number) const {
        if (s.present == 0 || s.variants.count != 0) return false;
        const std::string_view spec = kb_.str(s.spec);
        if (spec == "*" || spec == "unknown") return spec == "*";
        const auto scheme = static_cast<version_scheme>(kb_.components()[s.component].scheme);
        const auto at = version::parse(scheme, number);
        const auto set = version_spec::parse(scheme, spec);
        return at && set && set->set().contains(*at);
    }
    void build() {
        const auto components = kb_.components();
        const auto n = static_cast<std::uint32_t>(components.size());
        std::vector<bits> shipped_by(n, bits(n)); // [owner] -> bundled components
        for (const frozen::fact& f : kb_.facts()) {
            if (static_cast<fact_kind>(f.kind) != fact_kind::ships || f.conditions.count != 1) continue;
            const std::uint32_t owner = kb_.selectors(f.conditions)[0].component;
            if (owner == frozen::none) continue;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of))
                    if (s.component != frozen::none) shipped_by[owner].set(s.component);
        }
        for (const described_build& d : ctx_.described)
            for (const std::uint32_t c : d.carries) shipped_by[d.component].set(c);
        for (std::uint32_t c = 0; c < n; ++c) {
            if (!ctx_.covers(c)) continue;
            if (!shipped_by[c].empty()) owners_.push_back(c);
            if ((components[c].flags & frozen::device_code) != 0) coded_.push_back(c);
        }
        for (const std::uint32_t c : order()) {
            if (!ctx_.covers(c)) continue;
            const auto count = static_cast<multiplicity>(components[c].multiplicity);
            switch (count) {
            case multiplicity::host:
            case multiplicity::environment: push(c, frozen::none, frozen::none); break;
            case multiplicity::device:
                for (std::uint32_t d = 0; d < ctx_.device_slots; ++d) push(c, frozen::none, d);
                break;
            case multiplicity::bundled:
                push(c, frozen::none, frozen::none);
                for (const std::uint32_t o : owners_)
                    if (shipped_by[o].test(c)) push(c, o, frozen::none);
                break;
            case multiplicity::runtime:
                push(c, frozen::none, frozen::none);
                for (const std::uint32_t o : owners_) push(c, o, frozen::none);
                break;
            case multiplicity::code:
                for (const std::uint32_t o : coded_)
                    for (std::uint32_t d = 0; d < ctx_.device_slots; ++d) push(c, o, d);
                break;
            }
        }
        by_component_.assign(n, {0, 0});
        for (std::uint32_t c = 0; c < n; ++c) {
            by_component_[c].first = static_cast<std::uint32_t>(vars_.size());
            for (std::uint32_t v = 0; v < size(); ++v)
                if (instances_[v].component == c) vars_.push_back(v);
            by_component_[c].count = static_cast<std::uint32_t>(vars_.size()) - by_component_[c].first;
        }
    }

    void push(std::uint32_t component, std::uint32_t owner, std::uint32_t device) {
        instance in{component, owner, device, static_cast<std::uint32_t>(value_ids_.size()), 0};
        const frozen::component& c = kb_.components()[component];
        const auto values = kb_.values(c);
        // A shared copy is known, or restricted by an observation, or described by the question.
        const described_build* own =
            owner == frozen::none && device == frozen::none ? ctx_.describes(component) : nullptr;
        const bool may_be_unknown = owner != frozen::none || (own != nullptr && own->version.empty());
        for (std::uint32_t i = 0; i < values.size(); ++i) {
            const frozen::value& v = values[i];
            if (((v.platforms >> ctx_.platform) & 1U) == 0) continue;
            const bool place = (v.flags & frozen::is_place) != 0;
            if (place && (own == nullptr || own->version.empty())) continue;
            if (!place && (v.flags & frozen::is_unknown) != 0 && !may_be_unknown) continue;
            if (!ctx_.as_of.empty() && kb_.str(v.date) > std::string_view(ctx_.as_of) && !v.date.empty())
                continue;
            value_ids_.push_back(i);
        }
        in.value_count = static_cast<std::uint32_t>(value_ids_.size()) - in.first_value;
        instances_.push_back(in);
    }

    /// Order of decision: frameworks before what they need, the host last; a component never before one that
    /// needs it, unless they need each other. Ties by name, so that the order of files does not matter; components
    /// that the request cannot reach change nothing.
    [[nodiscard]] std::vector<std::uint32_t> order() const;

    const knowledge_base kb_;
    context ctx_;
    std::vector<instance> instances_;
    std::vector<std::uint32_t> value_ids_;
    std::vector<frozen::slice> by_component_;
    std::vector<std::uint32_t> vars_;
    std::vector<std::uint32_t> owners_;
    std::vector<std::uint32_t> coded_;
};

namespace detail {

/// For each vertex the length of the longest chain of edges below it, cycles counting as one vertex. An edge
/// a -> b that is in no cycle has height(a) > height(b); the height depends on nothing but what a can reach.
/// (Tarjan's strongly connected components, iterative.)
[[nodiscard]] inline std::vector<std::uint32_t>
heights(const std::vector<std::vector<std::uint32_t>>& edges) {
    const auto n = static_cast<std::uint32_t>(edges.size());
    constexpr std::uint32_t unseen = 0xffffffff;
    std::vector<std::uint32_t> index(n, unseen), low(n, 0), cycle(n, unseen), stack, call, next(n, 0);
    std::vector<std::uint32_t> height; // by cycle, in the order of completion: what is below is complete
    std::uint32_t counter = 0;
    for (std::uint32_t root = 0; root < n; ++root) {
        if (index[root] != unseen) continue;
        call.push_back(root);
        while (!call.empty()) {
            const std::uint32_t v = call.back();
            if (index[v] == unseen) {
                index[v] = low[v] = counter++;
                stack.push_back(v);
            }
            bool descended = false;
            for (; next[v] < edges[v].size(); ++next[v]) {
                const std::uint32_t w = edges[v][next[v]];
                if (index[w] == unseen) {
                    call.push_back(w);
                    descended = true;
                    break;
                }
                if (cycle[w] == unseen) low[v] = std::min(low[v], low[w]);
            }
            if (descended) continue;
            if (low[v] == index[v]) {
                const auto id = static_cast<std::uint32_t>(height.size());
                std::uint32_t tall = 0;
                for (std::size_t i = stack.size(); i-- > 0;) {
                    cycle[stack[i]] = id;
                    for (const std::uint32_t w : edges[stack[i]])
                        if (cycle[w] != unseen && cycle[w] != id) tall = std::max(tall, height[cycle[w]] + 1);
                    if (stack[i] == v) break;
                }
                while (stack.back() != v) stack.pop_back();
                stack.pop_back();
                height.push_back(tall);
            }
            call.pop_back();
            if (!call.empty()) low[call.back()] = std::min(low[call.back()], low[v]);
        }
    }
    std::vector<std::uint32_t> out(n);
    for (std::uint32_t v = 0; v < n; ++v) out[v] = height[cycle[v]];
    return out;
}

} // namespace detail

inline std::vector<std::uint32_t> instance_table::order() const {
    const auto components = kb_.components();
    const auto n = static_cast<std::uint32_t>(components.size());
    std::vector<std::vector<std::uint32_t>> edges(n);
    for (const frozen::fact& f : kb_.facts())
        for (const frozen::selector& from : kb_.selectors(f.conditions)) {
            if (from.component == frozen::none || !ctx_.covers(from.component)) continue;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& to : kb_.selectors(g.any_of))
                    if (to.component != frozen::none && to.component != from.component)
                        edges[from.component].push_back(to.component);
        }
    const std::vector<std::uint32_t> height = detail::heights(edges);

    const auto role_rank = [&](std::uint32_t c) -> std::uint32_t {
        switch (static_cast<component_role>(components[c].role)) {
        case component_role::framework: return 0;
        case component_role::package: return 1;
        case component_role::derived: return 2;
        case component_role::device: return 3;
        case component_role::host: return 4;
        case component_role::companion: return 5;
        }
        return 6;
    };
    std::vector<std::uint32_t> out(n);
    for (std::uint32_t i = 0; i < n; ++i) out[i] = i;
    std::sort(out.begin(), out.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (role_rank(a) != role_rank(b)) return role_rank(a) < role_rank(b);
        if (height[a] != height[b]) return height[a] > height[b];
        return kb_.name(a) < kb_.name(b);
    });
    return out;
}

} // namespace cudacompat
