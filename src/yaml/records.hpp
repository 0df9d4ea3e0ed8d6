// The readers of the five kinds of knowledge-base file, and the pieces that they share.
#pragma once

#include "record.hpp"

#include <cudacompat/knowledge/model.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::yaml_impl {

/// What one file added; merged into the model in the order of the files.
struct file_content {
    enum class kind { none, kb, sources, component, generic, facts };

    kind what = kind::none;
    model data; ///< kb: title, version, read, platforms; else the records
    source_region where;
};

/// Tells the kind of file by its top-level keys and reads it.
[[nodiscard]] file_content read_file(sink& errors, node_ref root);

void read_kb(sink& errors, node_ref root, model& out);
void read_sources(sink& errors, node_ref root, model& out);
void read_component(sink& errors, node_ref root, model& out);
void read_generic(sink& errors, node_ref root, model& out);
void read_facts(sink& errors, node_ref root, model& out);

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
inline constexpr auto sources_file_keys = std::to_array<std::string_view>({"schema", "sources"});
inline constexpr auto source_keys =
    std::to_array<std::string_view>({"id", "kind", "title", "url", "repo", "commit", "path", "read", "note"});
inline constexpr auto source_ref_keys = std::to_array<std::string_view>({"id", "at"});
inline constexpr auto component_keys = std::to_array<std::string_view>(
    {"schema", "component", "title", "scheme", "multiplicity", "role", "line", "device_code", "aliases",
     "companion_of", "prefer", "assumed", "releases", "builds", "products", "sources"});
inline constexpr auto release_keys =
    std::to_array<std::string_view>({"version", "date", "note", "matches", "sources"});
inline constexpr auto build_keys = std::to_array<std::string_view>(
    {"version", "variant", "on", "channel", "installer_default", "note", "sources"});
inline constexpr auto product_keys =
    std::to_array<std::string_view>({"name", "aliases", "version", "variant", "sources"});
inline constexpr auto facts_file_keys = std::to_array<std::string_view>({"schema", "defaults", "facts"});
inline constexpr auto fact_keys = std::to_array<std::string_view>(
    {"id", "kind", "if", "then", "then_any", "code", "ptx", "require", "on", "enforced_by", "evidence",
     "certainty", "since", "until", "dispute", "dispute_default", "text", "note", "sources"});
inline constexpr auto generic_keys =
    std::to_array<std::string_view>({"schema", "generic", "component", "title", "scheme", "releases"});
inline constexpr auto generic_release_keys =
    std::to_array<std::string_view>({"version", "date", "note", "requires", "requires_any", "constrains"});

} // namespace cudacompat::yaml_impl
