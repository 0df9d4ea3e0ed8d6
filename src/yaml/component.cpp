// components/*.yaml: one component, its releases, builds and products.
#include "records.hpp"

namespace cudacompat::yaml_impl {
namespace {

constexpr std::pair<std::string_view, version_scheme> schemes[] = {
    {"dotted", version_scheme::dotted}, {"semver", version_scheme::semver},
    {"pep440", version_scheme::pep440}, {"conda", version_scheme::conda},
    {"label", version_scheme::label},
};
constexpr std::pair<std::string_view, multiplicity> multiplicities[] = {
    {"host", multiplicity::host},
    {"device", multiplicity::device},
    {"environment", multiplicity::environment},
    {"bundled", multiplicity::bundled},
    {"runtime", multiplicity::runtime},
    {"code", multiplicity::code},
};
constexpr std::pair<std::string_view, component_role> roles[] = {
    {"package", component_role::package},     {"framework", component_role::framework},
    {"companion", component_role::companion}, {"host", component_role::host},
    {"device", component_role::device},       {"derived", component_role::derived},
};
constexpr std::pair<std::string_view, bool> lines[] = {{"open", true}, {"closed", false}};

[[nodiscard]] release_record read_release(sink& errors, node_ref item) {
    release_record out;
    const record fields(errors, item, "a release", release_keys);
    out.where = fields.where();
    fields.need({"version"});
    fields.version("version", out.version);
    fields.text("date", out.date);
    fields.text("note", out.note);
    fields.texts("matches", out.matches);
    read_source_refs(fields, out.sources);
    return out;
}

[[nodiscard]] build_record read_build(sink& errors, node_ref item) {
    build_record out;
    const record fields(errors, item, "a build", build_keys);
    out.where = fields.where();
    fields.need({"version", "variant"});
    fields.version("version", out.version);
    fields.text("variant", out.variant);
    fields.texts("on", out.on);
    fields.text("channel", out.channel);
    fields.flag("installer_default", out.installer_default);
    fields.text("note", out.note);
    read_source_refs(fields, out.sources);
    return out;
}

[[nodiscard]] product_record read_product(sink& errors, node_ref item) {
    product_record out;
    const record fields(errors, item, "a product", product_keys);
    out.where = fields.where();
    fields.need({"name", "version"});
    fields.text("name", out.name);
    fields.texts("aliases", out.aliases);
    fields.version("version", out.version);
    fields.text("variant", out.variant);
    read_source_refs(fields, out.sources);
    return out;
}

} // namespace

std::uint32_t read_component(sink& errors, node_ref root, layer of, model& out) {
    component_record component;
    const record fields(errors, root, "a component", component_keys);
    component.where = fields.where();
    check_schema(fields);
    if (of == layer::base) fields.need({"component", "scheme", "multiplicity"});
    if (!fields.text("component", component.name)) return 0;
    fields.text("title", component.title);
    fields.choice("scheme", schemes, component.scheme);
    fields.choice("multiplicity", multiplicities, component.count);
    fields.choice("role", roles, component.role);
    fields.choice("line", lines, component.open_line);
    fields.flag("device_code", component.device_code);
    fields.flag("free_variants", component.free_variants);
    fields.texts("aliases", component.aliases);
    fields.text("companion_of", component.companion_of);
    fields.texts("prefer", component.prefer); // labels: words
    fields.text("assumed", component.assumed);
    fields.each("releases", [&](node_ref item) { component.releases.push_back(read_release(errors, item)); });
    fields.each("builds", [&](node_ref item) { component.builds.push_back(read_build(errors, item)); });
    fields.each("products", [&](node_ref item) { component.products.push_back(read_product(errors, item)); });
    read_source_refs(fields, component.sources);
    out.components.push_back(std::move(component));
    constexpr std::pair<std::string_view, std::uint32_t> once[] = {{"title", gives_title},
                                                                   {"scheme", gives_scheme},
                                                                   {"multiplicity", gives_multiplicity},
                                                                   {"role", gives_role},
                                                                   {"line", gives_line},
                                                                   {"device_code", gives_device_code},
                                                                   {"free_variants", gives_free_variants},
                                                                   {"companion_of", gives_companion_of},
                                                                   {"prefer", gives_prefer},
                                                                   {"assumed", gives_assumed}};
    std::uint32_t given = 0;
    for (const auto& [key, bit] : once)
        if (fields.has(key)) given |= bit;
    return given;
}

} // namespace cudacompat::yaml_impl
