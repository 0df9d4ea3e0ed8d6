// facts/**/*.yaml: statements, with defaults for the file.
#include "records.hpp"

#include <cudacompat/knowledge/requirement.hpp>

#include <algorithm>

namespace cudacompat::yaml_impl {
namespace {

constexpr std::pair<std::string_view, fact_kind> kinds[] = {
    {"requires", fact_kind::requires_},  {"constrains", fact_kind::constrains},
    {"ships", fact_kind::ships},         {"supports", fact_kind::supports},
    {"excludes", fact_kind::excludes},   {"tested", fact_kind::tested},
    {"known_bad", fact_kind::known_bad}, {"known_good", fact_kind::known_good},
    {"clashes", fact_kind::clashes},     {"ends", fact_kind::ends},
    {"agrees", fact_kind::agrees},
};
constexpr std::pair<std::string_view, enforcer> enforcers[] = {
    {"nobody", enforcer::nobody},
    {"loader", enforcer::loader},
    {"driver", enforcer::driver},
    {"runtime_init", enforcer::runtime_init},
    {"jit", enforcer::jit},
    {"import_check", enforcer::import_check},
    {"installer", enforcer::installer},
    {"container_start", enforcer::container_start},
    {"build_time", enforcer::build_time},
    {"vendor_policy", enforcer::vendor_policy},
};
constexpr std::pair<std::string_view, evidence_level> evidences[] = {
    {"measured", evidence_level::measured},           {"package_metadata", evidence_level::package_metadata},
    {"build_file", evidence_level::build_file},       {"release_notes", evidence_level::release_notes},
    {"documentation", evidence_level::documentation}, {"third_party", evidence_level::third_party},
};
constexpr std::pair<std::string_view, certainty> certainties[] = {
    {"sure", certainty::sure}, {"derived", certainty::derived}, {"weak", certainty::weak}};

/// Which of the keys that belong to some kinds only a kind takes (data/README.md, "Kinds").
struct kind_rule {
    fact_kind kind;
    std::initializer_list<std::string_view> takes; ///< of then, then_any, require, code, ptx
    std::string_view needs_one_of_1;               ///< at least one of the two; empty: none
    std::string_view needs_one_of_2;
};

[[nodiscard]] const kind_rule& rule_of(fact_kind kind) {
    static const kind_rule rules[] = {
        {fact_kind::requires_, {"then", "then_any", "require"}, "then", "then_any"},
        {fact_kind::constrains, {"then"}, "then", ""},
        {fact_kind::ships, {"then"}, "then", ""},
        {fact_kind::supports, {"code", "ptx"}, "code", ""},
        {fact_kind::excludes, {}, "", ""},
        {fact_kind::tested, {"then"}, "then", ""},
        {fact_kind::known_bad, {}, "", ""},
        {fact_kind::known_good, {}, "", ""},
        {fact_kind::clashes, {}, "", ""},
        {fact_kind::ends, {}, "until", ""},
        {fact_kind::agrees, {}, "", ""},
    };
    return *std::find_if(std::begin(rules), std::end(rules),
                         [&](const kind_rule& r) { return r.kind == kind; });
}

void check_kind_keys(const record& fields, fact_kind kind) {
    const kind_rule& rule = rule_of(kind);
    std::string name;
    for (const auto& [word, meaning] : kinds)
        if (meaning == kind) name = word;
    for (const std::string_view key : {"then", "then_any", "require", "code", "ptx"}) {
        const bool taken = std::find(rule.takes.begin(), rule.takes.end(), key) != rule.takes.end();
        if (!taken && fields.has(key))
            fields.errors().add(fields.find(key),
                                "a fact of kind " + name + " takes no '" + std::string(key) + "'");
    }
    if (fields.has("require")) {
        if (fields.has("then") || fields.has("then_any"))
            fields.errors().add(fields.find("require"),
                                "a fact has 'require' or 'then' and 'then_any', not both");
        return;
    }
    if (!rule.needs_one_of_1.empty() && !fields.has(rule.needs_one_of_1) &&
        (rule.needs_one_of_2.empty() || !fields.has(rule.needs_one_of_2))) {
        std::string wanted = "'" + std::string(rule.needs_one_of_1) + "'";
        if (!rule.needs_one_of_2.empty()) wanted += " or '" + std::string(rule.needs_one_of_2) + "'";
        fields.errors().add(fields.self(), "a fact of kind " + name + " lacks the key " + wanted);
    }
}

[[nodiscard]] fact_record read_fact(const record& fields) {
    fact_record out;
    sink& errors = fields.errors();
    out.where = fields.where();
    fields.text("id", out.id);
    fields.text("overrides", out.overrides);
    const bool kind_known = fields.choice("kind", kinds, out.kind);
    if (const node_ref n = fields.find("if")) read_selectors(errors, n, "'if'", out.if_);
    if (const node_ref n = fields.find("then")) read_selectors(errors, n, "'then'", out.then);
    if (const node_ref n = fields.find("then_any")) read_any_of(errors, n, "'then_any'", out.then_any);
    fields.texts("code", out.code);
    fields.version("ptx", out.ptx);
    if (fields.text("require", out.require))
        if (const auto terms = parse_requirement(out.require); !terms)
            errors.add(fields.find("require"), terms.error().message + " (column " +
                                                   std::to_string(terms.error().where.column) + " of it)");
    fields.texts("on", out.on);
    fields.choice("enforced_by", enforcers, out.enforced_by);
    fields.choice("evidence", evidences, out.evidence);
    fields.choice("certainty", certainties, out.sure);
    fields.text("since", out.since);
    fields.text("until", out.until);
    fields.text("dispute", out.dispute);
    fields.flag("dispute_default", out.dispute_default);
    fields.text("text", out.text);
    fields.text("note", out.note);
    read_source_refs(fields, out.sources);
    if (kind_known && fields.has("id")) check_kind_keys(fields, out.kind);
    return out;
}

} // namespace

void read_facts(sink& errors, node_ref root, layer of, model& out) {
    const record fields(errors, root, "a facts file", facts_file_keys);
    check_schema(fields);
    fields.need({"facts"});
    const std::span<const std::string_view> all(fact_keys);
    const auto enter = [&](const record& fact) {
        if (!fact.valid() || !fact.need({"id", "kind", "if"})) return;
        if (const node_ref o = fact.find("overrides"); o && of == layer::base)
            errors.add(o, "'overrides' stands in a knowledge base; only a fact of an overlay (--overlay DIR) "
                          "replaces another; correct the fact itself");
        out.facts.push_back(read_fact(fact));
    };
    const node_ref defaults_node = fields.find("defaults");
    if (defaults_node && !defaults_node.is_map()) {
        static_cast<void>(expect_kind(errors, defaults_node, node_kind::map, "'defaults'"));
        return;
    }
    if (!defaults_node) {
        fields.each("facts", [&](node_ref item) { enter(record(errors, item, "a fact", all)); });
        return;
    }
    for (const std::string_view own : all.first(2))
        if (const node_ref value = defaults_node.find(own)) {
            errors.add(value, "'defaults' has " + std::string(own == "id" ? "an 'id'" : "'overrides'") +
                                  "; every fact has its own");
            return;
        }
    const record defaults(errors, defaults_node, "'defaults'", all.subspan(2));
    static_cast<void>(read_fact(defaults)); // its own errors, once
    fields.each("facts", [&](node_ref item) { enter(record(errors, item, "a fact", all, &defaults)); });
}

} // namespace cudacompat::yaml_impl
