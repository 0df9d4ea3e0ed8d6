// The lookup tables.
#include "rules.hpp"

#include <cudacompat/knowledge/names.hpp>

#include <algorithm>
#include <cstdint>
#include <map>

namespace cudacompat::lint_impl {
namespace {

[[nodiscard]] bool all_of_digits(std::string_view s) noexcept {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

[[nodiscard]] bool is_hex(std::string_view s) noexcept {
    return s.size() == 4 && std::all_of(s.begin(), s.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

[[nodiscard]] std::string place(const source_region& r) { return r.file + ":" + std::to_string(r.line); }

[[nodiscard]] std::string dashed(std::string_view s) {
    std::string out(s);
    std::replace(out.begin(), out.end(), '_', '-');
    return out;
}

/// One letter more, less, other, or two exchanged; or the same with a suffix (onnxruntime, onnxruntime-gpu).
[[nodiscard]] bool nearly(std::string_view a, std::string_view b) noexcept {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.starts_with(a) && b.substr(a.size()).starts_with('-')) return b.substr(a.size()) == "-gpu";
    if (b.size() - a.size() > 1 || a.size() < 4) return false;
    std::size_t i = 0;
    while (i < a.size() && a[i] == b[i]) ++i;
    if (a.size() != b.size()) return a.substr(i) == b.substr(i + 1);
    if (a.substr(i + 1) == b.substr(i + 1)) return true;
    return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

} // namespace

void error_shape(const model& data, findings& out) {
    std::map<std::pair<error_layer, std::uint32_t>, const error_record*> codes;
    for (const error_record& e : data.errors) {
        const std::string layer(error_layer_names[static_cast<std::size_t>(e.layer)]);
        const std::string wanted =
            "error." + (e.code ? dashed(layer) + "." + std::to_string(*e.code) : std::string());
        if (e.code ? e.id != wanted : !e.id.starts_with(wanted))
            say(out, e.where,
                "the error of layer " + layer +
                    (e.code ? " and code " + std::to_string(*e.code) : std::string()) + " has the id '" +
                    e.id + "'",
                e.code ? "its id is " + wanted : "begin its id with error.");
        if (e.code)
            if (const auto [it, is_new] = codes.emplace(std::pair(e.layer, *e.code), &e); !is_new)
                say(out, e.where,
                    "code " + std::to_string(*e.code) + " of layer " + layer + " stands before, in " +
                        place(it->second->where),
                    "make one record of the two");
        if (!e.driver_name.empty() && e.layer != error_layer::cuda_runtime)
            say(out, e.where, "error " + e.id + " is of layer " + layer + " and has a 'driver_name'",
                "only the CUDA runtime shares its codes with the driver API; use 'name'");
        for (const std::string& t : e.text)
            if (t.size() < 6)
                say(out, e.where,
                    "error " + e.id + " is told by '" + t + "', which too many messages contain",
                    "give a longer fragment");
    }
}

void rule_shape(const model& data, findings& out) {
    if (data.rules.empty()) return;
    const model_view view(data);
    const auto is_rule = [&](const std::string& id) {
        return std::any_of(data.rules.begin(), data.rules.end(),
                           [&](const rule_record& r) { return r.id == id; });
    };
    for (const rule_record& r : data.rules) {
        if (!r.otherwise.empty() && !is_rule(r.otherwise))
            say(out, r.where,
                "rule " + r.id + " hands on to '" + r.otherwise + "', which no rule has as its id");
        for (const std::string& seen : r.looks_like)
            if (seen.starts_with("error.") &&
                std::none_of(data.errors.begin(), data.errors.end(),
                             [&](const error_record& e) { return e.id == seen; }))
                say(out, r.where,
                    "rule " + r.id + " looks like '" + seen + "', which no table of errors has");
        for (const rule_match& m : r.facts)
            for (const auto* list : {&m.if_, &m.then})
                for (const std::string& c : *list)
                    if (view.find(c) == nullptr)
                        say(out, m.where, "rule " + r.id + " speaks of '" + c + "', which no file describes");
    }
}

void name_shape(const model& data, findings& out) {
    const model_view view(data);
    for (const name_record& n : data.names) {
        const std::string wanted = "name." + n.component + "." +
                                   std::string(package_manager_names[static_cast<std::size_t>(n.manager)]);
        if (n.id != wanted && !n.id.starts_with(wanted + "."))
            say(out, n.where, "the name of " + n.component + " has the id '" + n.id + "'",
                "begin it with " + wanted);
        if (!n.cuda.empty() && !all_of_digits(n.cuda))
            say(out, n.where, "name " + n.id + " is for CUDA '" + n.cuda + "'", "give the major alone");
        const component_view* c = view.find(n.component);
        if (c == nullptr) {
            for (const component_record& other : data.components) {
                const bool alias =
                    std::find(other.aliases.begin(), other.aliases.end(), n.component) != other.aliases.end();
                if (alias || nearly(n.component, other.name))
                    say(out, n.where,
                        "name " + n.id + " speaks of '" + n.component + "', which is " +
                            (alias ? "an alias of" : "nearly") + " component " + other.name,
                        "write " + other.name);
            }
            continue;
        }
        const bool of_image = n.manager == package_manager::docker; // its versions are the image's
        if (!n.versions.empty() && !of_image)
            if (const result<version_spec> spec = version_spec::parse(c->record->scheme, n.versions); !spec)
                say(out, n.where,
                    "name " + n.id + ": \"" + n.versions + "\" is no " +
                        std::string(to_string(c->record->scheme)) + " spec: " + spec.error().message);
    }
}

void pci_shape(const model& data, findings& out) {
    const model_view view(data);
    const component_view* gpu = nullptr;
    for (const component_view& c : view.components())
        if (c.record->count == multiplicity::device) gpu = &c;
    struct owner {
        const chip_record* chip;
        const source_region* where;
    };
    std::map<std::string, owner> ids, chips; // with the vendor before
    for (const chip_record& c : data.chips) {
        if (!is_hex(c.vendor))
            say(out, c.where, "the vendor id '" + c.vendor + "' is not four hex digits",
                "write it in lower case, as 10de");
        if (const auto [it, is_new] = chips.emplace(c.vendor + c.chip, owner{&c, &c.where}); !is_new)
            say(out, c.where, "chip " + c.chip + " stands before, in " + place(*it->second.where),
                "make one record of the two");
        if (gpu != nullptr && !is_release(*gpu, c.compute_capability))
            say(out, c.where,
                "chip " + c.chip + " has the compute capability " + c.compute_capability +
                    ", which component " + gpu->record->name + " does not list",
                "add the release or correct the number");
        for (const device_record& d : c.devices) {
            if (!is_hex(d.id))
                say(out, d.where,
                    "the device id '" + d.id + "' of chip " + c.chip + " is not four hex digits",
                    "write it in lower case, as 26b1");
            if (const auto [it, is_new] = ids.emplace(c.vendor + d.id, owner{&c, &d.where}); !is_new)
                say(out, d.where,
                    "the device id " + d.id + " of chip " + c.chip + " stands before, for " +
                        it->second.chip->chip + " in " + place(*it->second.where),
                    "an id belongs to one chip; further products of it go into 'also'");
        }
    }
    for (const chip_record& c : data.chips)
        for (const std::string& r : c.id_ranges) {
            const bool shaped = r.size() == 9 && r[4] == '-' && is_hex(std::string_view(r).substr(0, 4)) &&
                                is_hex(std::string_view(r).substr(5)) && r.substr(0, 4) <= r.substr(5);
            if (!shaped) {
                say(out, c.where, "the id range '" + r + "' of chip " + c.chip + " is no range",
                    "write first-last, as 2680-26ff");
                continue;
            }
            const auto last = ids.upper_bound(c.vendor + r.substr(5));
            for (auto it = ids.lower_bound(c.vendor + r.substr(0, 4)); it != last; ++it)
                if (it->second.chip != &c) {
                    say(out, c.where,
                        "the id range " + r + " of chip " + c.chip + " holds " + it->first.substr(4) +
                            " of " + it->second.chip->chip,
                        "ranges belong to one chip alone");
                    break;
                }
        }
}

} // namespace cudacompat::lint_impl
