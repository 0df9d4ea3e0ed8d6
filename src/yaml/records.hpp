// The readers of the kinds of knowledge-base file, and the pieces that they share.
#pragma once

#include "record.hpp"

#include <cudacompat/knowledge/model.hpp>

#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::yaml_impl {

/// Which layer a file belongs to. Only an overlay may override facts and extend components.
enum class layer : std::uint8_t { base, overlay };

/// What a component file of an overlay states of the keys that a component has once; the others are the base's.
enum component_key : std::uint32_t {
    gives_title = 1,
    gives_scheme = 2,
    gives_multiplicity = 4,
    gives_role = 8,
    gives_line = 16,
    gives_device_code = 32,
    gives_companion_of = 64,
    gives_prefer = 128,
    gives_assumed = 256,
    gives_free_variants = 512,
};

/// A platform that has its packages from one platform and its driver from another, or from none: data/README.md.
struct platform_likeness {
    std::string name;
    std::string packages_of;
    std::string driver_of;
};

/// What one file added; merged into the model in the order of the files.
struct file_content {
    enum class kind { none, kb, overlay, sources, component, generic, facts, table };

    kind what = kind::none;
    model data;                           ///< kb: title, version, read, platforms; else the records
    std::uint32_t given = 0;              ///< component: bits of component_key
    std::vector<platform_likeness> alike; ///< kb
    source_region where;
};

/// Tells the kind of file by its top-level keys and reads it.
[[nodiscard]] file_content read_file(sink& errors, node_ref root, layer of);

void read_kb(sink& errors, node_ref root, model& out, std::vector<platform_likeness>& alike);
/// Names in order, and which of them are like others.
void read_platforms(const record& file, std::vector<std::string>& names,
                    std::vector<platform_likeness>& alike);
/// Writes into each `on` the platforms that are like a platform named there; what names none holds on all already.
void settle_platforms(model& data, const std::vector<std::string>& all,
                      std::span<const platform_likeness> alike);
void read_overlay(sink& errors, node_ref root, model& out);
void read_sources(sink& errors, node_ref root, model& out);
/// Bits of component_key. An overlay may leave out what the base says.
std::uint32_t read_component(sink& errors, node_ref root, layer of, model& out);
std::uint32_t read_generic(sink& errors, node_ref root, model& out);
void read_facts(sink& errors, node_ref root, layer of, model& out);

void read_errors(sink& errors, node_ref root, model& out);
void read_names(sink& errors, node_ref root, model& out);
void read_chips(sink& errors, node_ref root, model& out);
void read_rules(sink& errors, node_ref root, model& out);

/// One overlay as it was read, before it meets its base.
struct overlay_content {
    model data;                                              ///< title: of the overlay, never empty
    std::map<std::string, std::uint32_t, std::less<>> given; ///< by component: bits of component_key
};

/// Merges an overlay into the model below it and stamps its records with their layer. What may not be is an error
/// that names both places; the model is then only good for linting.
void lay_over(model& below, overlay_content overlay, std::vector<error>& errors);

/// "file:line:column"
[[nodiscard]] std::string place(const source_region& r);

/// `schema: 1`.
void check_schema(const record& file);
/// [id, {id: .., at: ..}].
void read_source_refs(const record& owner, std::vector<source_ref>& out);
/// {component: "SPEC [variant|variant]", ...}.
void read_selectors(sink& errors, node_ref map, std::string_view what, std::vector<selector_record>& out);
/// [[{b: "2"}, {d: ">=1"}], ...]: one component in each mapping.
void read_any_of(sink& errors, node_ref list, std::string_view what,
                 std::vector<std::vector<selector_record>>& out);

// The closed tables of keys. data/schema/*.schema.json says the same to other programs; a test compares them.
inline constexpr auto kb_keys =
    std::to_array<std::string_view>({"schema", "title", "version", "read", "platforms"});
inline constexpr auto platform_keys = std::to_array<std::string_view>({"name", "packages_of", "driver_of"});
inline constexpr auto overlay_keys = std::to_array<std::string_view>({"schema", "overlay", "title"});
inline constexpr auto sources_file_keys = std::to_array<std::string_view>({"schema", "sources"});
inline constexpr auto source_keys =
    std::to_array<std::string_view>({"id", "kind", "title", "url", "repo", "commit", "path", "read", "note"});
inline constexpr auto source_ref_keys = std::to_array<std::string_view>({"id", "at"});
inline constexpr auto component_keys = std::to_array<std::string_view>(
    {"schema", "component", "title", "scheme", "multiplicity", "role", "line", "device_code", "free_variants",
     "aliases", "companion_of", "prefer", "assumed", "releases", "builds", "products", "sources"});
inline constexpr auto release_keys =
    std::to_array<std::string_view>({"version", "date", "note", "matches", "sources"});
inline constexpr auto build_keys = std::to_array<std::string_view>(
    {"version", "variant", "on", "channel", "installer_default", "note", "sources"});
inline constexpr auto product_keys =
    std::to_array<std::string_view>({"name", "aliases", "version", "variant", "sources"});
inline constexpr auto facts_file_keys = std::to_array<std::string_view>({"schema", "defaults", "facts"});
inline constexpr auto fact_keys = std::to_array<std::string_view>({"id",
                                                                   "overrides",
                                                                   "kind",
                                                                   "if",
                                                                   "then",
                                                                   "then_any",
                                                                   "code",
                                                                   "ptx",
                                                                   "require",
                                                                   "on",
                                                                   "enforced_by",
                                                                   "evidence",
                                                                   "certainty",
                                                                   "since",
                                                                   "until",
                                                                   "dispute",
                                                                   "dispute_default",
                                                                   "text",
                                                                   "note",
                                                                   "sources"});
inline constexpr auto generic_keys =
    std::to_array<std::string_view>({"schema", "generic", "component", "title", "scheme", "releases"});
inline constexpr auto generic_release_keys =
    std::to_array<std::string_view>({"version", "date", "note", "requires", "requires_any", "constrains"});
inline constexpr auto errors_file_keys = std::to_array<std::string_view>({"schema", "errors"});
inline constexpr auto error_keys = std::to_array<std::string_view>(
    {"id", "layer", "code", "name", "driver_name", "text", "versions", "says", "causes", "sources"});
inline constexpr auto cause_keys = std::to_array<std::string_view>({"cause", "tell", "advice"});
inline constexpr auto names_file_keys = std::to_array<std::string_view>({"schema", "names"});
inline constexpr auto name_keys = std::to_array<std::string_view>(
    {"id", "component", "manager", "cuda", "variant", "name", "versions", "on", "note", "sources"});
inline constexpr auto chips_file_keys = std::to_array<std::string_view>({"schema", "vendor", "chips"});
inline constexpr auto chip_keys = std::to_array<std::string_view>(
    {"chip", "compute_capability", "basis", "devices", "id_ranges", "sources"});
inline constexpr auto rules_file_keys = std::to_array<std::string_view>({"schema", "rules"});
inline constexpr auto rule_keys = std::to_array<std::string_view>(
    {"id", "severity", "rank", "says", "stated", "otherwise", "blames", "looks_like", "change", "facts"});
inline constexpr auto rule_match_keys =
    std::to_array<std::string_view>({"id", "kind", "enforced_by", "if", "then"});
inline constexpr auto device_keys = std::to_array<std::string_view>({"id", "name", "also", "class"});

} // namespace cudacompat::yaml_impl
