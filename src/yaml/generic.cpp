// The generic form of DESIGN §7: versions and requirements of any packages, without sources.
//
// It becomes the same model: the requirements of a release turn into facts with ids such as
// a@1.0.requires.b, a@1.0.requires_any.1 and a@1.0.constrains.e. A component or version that nothing
// defines stays in the selectors as written; freeze() makes it a conflict that says so.
#include "records.hpp"

namespace cudacompat::yaml_impl {
namespace {

constexpr std::pair<std::string_view, version_scheme> generic_schemes[] = {
    {"semver", version_scheme::semver},
    {"pep440", version_scheme::pep440},
    {"dotted", version_scheme::dotted}};

struct release_reader {
    sink& errors;
    const std::string& component;
    version_scheme scheme;
    model& out;

    [[nodiscard]] fact_record fact(const release_record& release, fact_kind kind, std::string_view tail,
                                   source_region where) const {
        fact_record f;
        f.id = component + "@" + release.version + "." + std::string(tail);
        f.kind = kind;
        // pep440's == takes 1.0+local for 1.0; a fact of one release is about that release alone
        f.if_.push_back({component,
                         std::string(scheme == version_scheme::pep440 ? "===" : "==") + release.version,
                         {},
                         release.where});
        f.where = std::move(where);
        return f;
    }

    void each_selector(const record& fields, std::string_view key, fact_kind kind,
                       const release_record& release) const {
        const node_ref map = fields.find(key);
        if (!map || (map.is_map() && !map.first())) return; // {}: nothing is asked for
        std::vector<selector_record> selectors;
        read_selectors(errors, map, "'" + std::string(key) + "'", selectors);
        for (selector_record& s : selectors) {
            fact_record f = fact(release, kind, std::string(key) + "." + s.component, s.where);
            f.then.push_back(std::move(s));
            out.facts.push_back(std::move(f));
        }
    }

    [[nodiscard]] release_record read(node_ref item) const {
        release_record release;
        const record fields(errors, item, "a release", generic_release_keys);
        release.where = fields.where();
        fields.need({"version"});
        if (!fields.version("version", release.version)) return release;
        fields.text("date", release.date);
        fields.text("note", release.note);
        each_selector(fields, "requires", fact_kind::requires_, release);
        if (const node_ref list = fields.find("requires_any"); list && !(list.is_list() && !list.first())) {
            std::vector<std::vector<selector_record>> groups;
            read_any_of(errors, list, "'requires_any'", groups);
            for (std::size_t i = 0; i < groups.size(); ++i) {
                fact_record f = fact(release, fact_kind::requires_, "requires_any." + std::to_string(i + 1),
                                     groups[i].front().where);
                f.then_any.push_back(std::move(groups[i]));
                out.facts.push_back(std::move(f));
            }
        }
        each_selector(fields, "constrains", fact_kind::constrains, release);
        return release;
    }
};

} // namespace

std::uint32_t read_generic(sink& errors, node_ref root, model& out) {
    component_record component;
    const record fields(errors, root, "a generic component", generic_keys);
    component.where = fields.where();
    check_schema(fields);
    bool generic = true;
    if (fields.flag("generic", generic) && !generic)
        errors.add(fields.find("generic"), "'generic' is false; leave the key out");
    fields.need({"component", "scheme", "releases"});
    if (!fields.text("component", component.name)) return 0;
    fields.text("title", component.title);
    fields.choice("scheme", generic_schemes, component.scheme);
    const release_reader reader{errors, component.name, component.scheme, out};
    fields.each("releases", [&](node_ref item) {
        release_record release = reader.read(item);
        if (!release.version.empty()) component.releases.push_back(std::move(release));
    });
    out.generic = true;
    const std::uint32_t given = gives_scheme | (component.title.empty() ? 0U : gives_title);
    out.components.push_back(std::move(component));
    return given;
}

} // namespace cudacompat::yaml_impl
