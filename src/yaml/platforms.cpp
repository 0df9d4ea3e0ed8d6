// Platforms that are like others: their packages are those of one, their driver is that of another.
#include "records.hpp"

#include <algorithm>

namespace cudacompat::yaml_impl {
namespace {

/// Components that belong to the machine below a guest system, or to a board, and not to its packages.
[[nodiscard]] bool is_driver(std::string_view component) noexcept {
    return component == "driver" || component == "driver-user" || component == "kernel-module";
}

/// A require string is not looked into: it is compared with what the host reports, whatever numbers that has.
[[nodiscard]] bool is_about_driver(const fact_record& f) {
    const auto any = [](const std::vector<selector_record>& list) {
        return std::any_of(list.begin(), list.end(),
                           [](const selector_record& s) { return is_driver(s.component); });
    };
    return any(f.if_) || any(f.then) || std::any_of(f.then_any.begin(), f.then_any.end(), any);
}

/// No name means all platforms, but what is said of drivers does not hold where the driver is like no other.
void settle(std::vector<std::string>& on, bool about_driver, const std::vector<std::string>& all,
            std::span<const platform_likeness> alike) {
    const auto has = [&](const std::string& name) {
        return std::find(on.begin(), on.end(), name) != on.end();
    };
    if (on.empty()) {
        const auto own = [](const platform_likeness& p) { return p.driver_of.empty(); };
        if (!about_driver || std::none_of(alike.begin(), alike.end(), own)) return;
        on = all;
        for (const platform_likeness& p : alike)
            if (own(p)) std::erase(on, p.name);
        return;
    }
    for (const platform_likeness& p : alike)
        if (!has(p.name) && has(about_driver ? p.driver_of : p.packages_of)) on.push_back(p.name);
}

} // namespace

void read_platforms(const record& file, std::vector<std::string>& names,
                    std::vector<platform_likeness>& alike) {
    struct reference {
        node_ref at;
        std::string_view key;
        std::string name;
    };
    sink& errors = file.errors();
    std::vector<reference> references;
    std::vector<std::string_view> own; // platforms that others may be like
    if (const node_ref list = file.find("platforms"); list && list.is_list() && !list.first())
        errors.add(list, "'platforms' is empty; expected at least the default platform");
    file.each("platforms", [&](node_ref item) {
        std::string name;
        if (!item.is_map()) {
            if (read_text(errors, item, "an entry of 'platforms'", name)) names.push_back(std::move(name));
            return;
        }
        const record fields(errors, item, "a platform", platform_keys);
        if (!fields.valid() || !fields.need({"name", "packages_of"})) return;
        platform_likeness like;
        if (!fields.text("name", like.name)) return;
        for (const auto& [key, out] : {std::pair{std::string_view("packages_of"), &like.packages_of},
                                       std::pair{std::string_view("driver_of"), &like.driver_of}})
            if (fields.text(key, *out)) references.push_back({fields.find(key), key, *out});
        if (names.empty())
            errors.add(item, "the default platform, '" + like.name +
                                 "', is like another; expected one of its own in the first place");
        names.push_back(like.name);
        alike.push_back(std::move(like));
    });
    for (const std::string& n : names)
        if (std::none_of(alike.begin(), alike.end(), [&](const platform_likeness& p) { return p.name == n; }))
            own.push_back(n);
    for (const reference& r : references)
        if (std::find(own.begin(), own.end(), r.name) == own.end())
            errors.add(r.at,
                       "'" + std::string(r.key) + "' names '" + r.name +
                           "', which is no platform of its own in this list; expected one of: " + join(own),
                       nearest(r.name, own));
}

void settle_platforms(model& data, const std::vector<std::string>& all,
                      std::span<const platform_likeness> alike) {
    if (alike.empty()) return;
    for (component_record& c : data.components)
        for (build_record& b : c.builds) settle(b.on, is_driver(c.name), all, alike);
    for (fact_record& f : data.facts) settle(f.on, is_about_driver(f), all, alike);
    for (name_record& n : data.names) settle(n.on, is_driver(n.component), all, alike);
}

} // namespace cudacompat::yaml_impl
