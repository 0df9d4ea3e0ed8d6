// tables/{errors,names,pci,rules}/*.yaml: records that are looked up.
#include "records.hpp"

#include <algorithm>

namespace cudacompat::yaml_impl {
namespace {

/// The value of the closed list whose names these are.
template <class Value, std::size_t N>
bool choose(const record& fields, std::string_view key, const std::array<std::string_view, N>& names,
            Value& out) {
    std::pair<std::string_view, Value> table[N];
    for (std::size_t i = 0; i < N; ++i) table[i] = {names[i], static_cast<Value>(i)};
    return fields.choice(key, table, out);
}

/// A text that other readers of YAML would take for something else unless it is in quotes: yes, 1e30, 0012.
bool in_quotes(const record& fields, std::string_view key, std::string_view taken_for) {
    const node_ref value = fields.find(key);
    if (!value || !value.is_scalar() || value.quoted()) return true;
    fields.errors().add(value, "'" + std::string(key) + "' is not quoted; write \"" +
                                   std::string(value.text()) + "\" (other readers of YAML take it for a " +
                                   std::string(taken_for) + ")");
    return false;
}

/// A number without sign and quotes, up to 999999999.
void read_code(const record& fields, std::optional<std::uint32_t>& out) {
    const node_ref value = fields.find("code");
    if (!value) return;
    const std::string_view text = value.is_scalar() && !value.quoted() ? value.text() : std::string_view{};
    const bool number = !text.empty() && text.size() <= 9 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
                        (text.size() == 1 || text.front() != '0');
    if (!number) {
        fields.errors().add(value, "'code' is no number; expected one from 0 to 999999999, without quotes");
        return;
    }
    std::uint32_t code = 0;
    for (const char c : text) code = code * 10 + static_cast<std::uint32_t>(c - '0');
    out = code;
}

/// The list is there and has an entry.
void need_entries(const record& fields, std::string_view key, std::string_view what) {
    if (const node_ref list = fields.find(key); list && list.is_list() && !list.first())
        fields.errors().add(list, "'" + std::string(key) + "' is empty; expected at least one " +
                                      std::string(what));
}

[[nodiscard]] error_record read_error(const record& fields) {
    error_record out;
    sink& errors = fields.errors();
    out.where = fields.where();
    fields.text("id", out.id);
    choose(fields, "layer", error_layer_names, out.layer);
    read_code(fields, out.code);
    fields.text("name", out.name);
    fields.text("driver_name", out.driver_name);
    fields.texts("text", out.text);
    need_entries(fields, "text", "fragment of the message");
    if (in_quotes(fields, "versions", "boolean"))
        choose(fields, "versions", version_tell_names, out.versions);
    fields.text("says", out.says);
    fields.each("causes", [&](node_ref item) {
        cause_record cause;
        const record one(errors, item, "a cause", cause_keys);
        if (!one.valid() || !one.need({"cause"})) return;
        one.text("cause", cause.cause);
        one.text("tell", cause.tell);
        one.text("advice", cause.advice);
        out.causes.push_back(std::move(cause));
    });
    need_entries(fields, "causes", "cause");
    read_source_refs(fields, out.sources);
    return out;
}

[[nodiscard]] name_record read_name(const record& fields) {
    name_record out;
    out.where = fields.where();
    fields.text("id", out.id);
    fields.text("component", out.component);
    choose(fields, "manager", package_manager_names, out.manager);
    fields.version("cuda", out.cuda);
    fields.text("variant", out.variant);
    fields.text("name", out.name);
    fields.version("versions", out.versions);
    fields.texts("on", out.on);
    fields.text("note", out.note);
    read_source_refs(fields, out.sources);
    return out;
}

[[nodiscard]] chip_record read_chip(const record& fields, const std::string& vendor) {
    chip_record out;
    sink& errors = fields.errors();
    out.where = fields.where();
    out.vendor = vendor;
    fields.text("chip", out.chip);
    fields.version("compute_capability", out.compute_capability);
    fields.text("basis", out.basis);
    fields.each("devices", [&](node_ref item) {
        device_record device;
        const record one(errors, item, "a device", device_keys);
        if (!one.valid() || !one.need({"id"})) return;
        device.where = one.where();
        if (in_quotes(one, "id", "number")) one.text("id", device.id);
        one.text("name", device.name);
        one.texts("also", device.also);
        constexpr std::pair<std::string_view, int> classes[] = {
            {"geforce", 0}, {"workstation", 1}, {"datacenter", 2}, {"tegra", 3}};
        int known = 0;
        if (one.choice("class", classes, known)) device.category = one.find("class").text();
        if (!device.id.empty()) out.devices.push_back(std::move(device));
    });
    need_entries(fields, "devices", "device");
    fields.texts("id_ranges", out.id_ranges);
    read_source_refs(fields, out.sources);
    return out;
}

[[nodiscard]] rule_record read_rule(const record& fields) {
    rule_record out;
    sink& errors = fields.errors();
    out.where = fields.where();
    fields.text("id", out.id);
    choose(fields, "severity", severity_names, out.level);
    fields.text("says", out.says);
    if (const node_ref value = fields.find("rank")) {
        const std::string_view text =
            value.is_scalar() && !value.quoted() ? value.text() : std::string_view{};
        if (text.empty() || text.size() > 4 || text.find_first_not_of("0123456789") != std::string_view::npos)
            errors.add(value, "'rank' is no number; expected one from 0 to 9999, without quotes");
        else
            for (const char c : text) out.rank = out.rank * 10 + static_cast<std::uint32_t>(c - '0');
    }
    fields.texts("stated", out.stated);
    fields.text("otherwise", out.otherwise);
    fields.texts("blames", out.blames);
    fields.texts("looks_like", out.looks_like);
    fields.texts("change", out.change);
    fields.each("facts", [&](node_ref item) {
        rule_match match;
        const record one(errors, item, "a description of facts", rule_match_keys);
        if (!one.valid()) return;
        match.where = one.where();
        one.texts("id", match.id);
        one.texts("kind", match.kind);
        one.texts("enforced_by", match.enforced_by);
        one.texts("if", match.if_);
        one.texts("then", match.then);
        out.facts.push_back(std::move(match));
    });
    return out;
}

} // namespace

void read_errors(sink& errors, node_ref root, model& out) {
    const record file(errors, root, "a file of errors", errors_file_keys);
    check_schema(file);
    file.each("errors", [&](node_ref item) {
        const record fields(errors, item, "an error", error_keys);
        if (fields.valid() && fields.need({"id", "layer", "text", "versions", "says", "causes"}))
            out.errors.push_back(read_error(fields));
    });
}

void read_names(sink& errors, node_ref root, model& out) {
    const record file(errors, root, "a file of names", names_file_keys);
    check_schema(file);
    file.each("names", [&](node_ref item) {
        const record fields(errors, item, "a name", name_keys);
        if (fields.valid() && fields.need({"id", "component", "manager", "name"}))
            out.names.push_back(read_name(fields));
    });
}

void read_chips(sink& errors, node_ref root, model& out) {
    const record file(errors, root, "a file of PCI ids", chips_file_keys);
    check_schema(file);
    file.need({"vendor"});
    std::string vendor;
    if (in_quotes(file, "vendor", "number")) file.text("vendor", vendor);
    file.each("chips", [&](node_ref item) {
        const record fields(errors, item, "a chip", chip_keys);
        if (fields.valid() && fields.need({"chip", "compute_capability", "devices"}))
            out.chips.push_back(read_chip(fields, vendor));
    });
}

void read_rules(sink& errors, node_ref root, model& out) {
    const record file(errors, root, "a file of rules", rules_file_keys);
    check_schema(file);
    file.each("rules", [&](node_ref item) {
        const record fields(errors, item, "a rule", rule_keys);
        if (fields.valid() && fields.need({"id", "severity", "rank", "says"}))
            out.rules.push_back(read_rule(fields));
    });
}

} // namespace cudacompat::yaml_impl
