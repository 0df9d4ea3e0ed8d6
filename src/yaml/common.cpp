// What several kinds of file share: the schema number, references to sources, selectors.
#include "records.hpp"

namespace cudacompat::yaml_impl {
namespace {

[[nodiscard]] std::string_view trimmed(std::string_view s) noexcept {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
    return s;
}

/// Splits "SPEC [a|b]" into spec and variants.
void read_selector(sink& errors, node_ref name, node_ref value, std::vector<selector_record>& out) {
    selector_record selector;
    selector.component = name.text();
    selector.where = errors.region(value.is_scalar() ? value : name);
    const std::string what = "the version spec of '" + selector.component + "'";
    std::string whole;
    if (!read_version(errors, value, what, whole)) return;
    std::string_view spec = trimmed(whole);
    const std::size_t bracket = spec.find('[');
    if (bracket == std::string_view::npos && spec.find(']') != std::string_view::npos) {
        errors.add(value, what + " has a ']' without a '['");
        return;
    }
    if (bracket != std::string_view::npos) {
        std::string_view list = spec.substr(bracket + 1);
        spec = trimmed(spec.substr(0, bracket));
        const std::size_t close = list.find(']');
        if (close == std::string_view::npos || close + 1 != list.size()) {
            errors.add(value,
                       what +
                           " has a '[' that the text does not end with ']'; expected SPEC [variant|variant]");
            return;
        }
        list = list.substr(0, close);
        for (;;) {
            const std::size_t bar = list.find('|');
            const std::string_view variant = trimmed(list.substr(0, bar));
            if (variant.empty()) {
                errors.add(value, what + " has an empty variant; expected SPEC [variant|variant]");
                return;
            }
            selector.variants.emplace_back(variant);
            if (bar == std::string_view::npos) break;
            list.remove_prefix(bar + 1);
        }
    }
    if (spec.empty()) {
        errors.add(value, what + " has variants but no spec; write \"* [variant]\" for any version");
        return;
    }
    selector.spec = spec;
    out.push_back(std::move(selector));
}

} // namespace

void check_schema(const record& file) {
    if (!file.valid()) return;
    const node_ref value = file.find("schema");
    if (!value) {
        file.errors().add(file.self(), "the file lacks 'schema: 1'");
        return;
    }
    if (!value.is_scalar() || value.quoted() || value.text() != "1")
        file.errors().add(value, "'schema' is not 1; this program reads schema 1, without quotes");
}

void read_source_refs(const record& owner, std::vector<source_ref>& out) {
    owner.each("sources", [&](node_ref item) {
        source_ref ref;
        if (item.is_map()) {
            const record fields(owner.errors(), item, "a source reference", source_ref_keys);
            fields.need({"id"});
            fields.text("id", ref.id);
            fields.text("at", ref.at);
        } else if (!read_text(owner.errors(), item, "a source reference", ref.id)) {
            return;
        }
        if (!ref.id.empty()) out.push_back(std::move(ref));
    });
}

void read_selectors(sink& errors, node_ref map, std::string_view what, std::vector<selector_record>& out) {
    if (!expect_kind(errors, map, node_kind::map, what)) return;
    if (!map.first()) errors.add(map, std::string(what) + " is empty; expected component: \"SPEC\"");
    for (node_ref name = map.first(); name; name = name.next().next())
        read_selector(errors, name, name.next(), out);
}

void read_any_of(sink& errors, node_ref list, std::string_view what,
                 std::vector<std::vector<selector_record>>& out) {
    if (!expect_kind(errors, list, node_kind::list, what)) return;
    for (node_ref group = list.first(); group; group = group.next()) {
        if (!expect_kind(errors, group, node_kind::list, "an entry of " + std::string(what))) continue;
        std::vector<selector_record> any;
        for (node_ref item = group.first(); item; item = item.next()) {
            if (!expect_kind(errors, item, node_kind::map, "an alternative of " + std::string(what)))
                continue;
            if (!item.first() || item.first().next().next()) {
                errors.add(item, "an alternative of " + std::string(what) +
                                     " names not exactly one component; expected {component: \"SPEC\"}");
                continue;
            }
            read_selector(errors, item.first(), item.first().next(), any);
        }
        if (!group.first())
            errors.add(group, "an entry of " + std::string(what) +
                                  " is empty; expected at least one {component: \"SPEC\"}");
        if (!any.empty()) out.push_back(std::move(any));
    }
    if (!list.first())
        errors.add(list, std::string(what) + " is empty; expected lists of {component: \"SPEC\"}");
}

} // namespace cudacompat::yaml_impl
