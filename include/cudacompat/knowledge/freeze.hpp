// freeze: from the authors' records to the immutable tables.
//
// Everything is brought into one canonical order (names, ids), so that the result does not depend on the order
// of files. Version specs are evaluated once, here: a selector becomes intervals over the values of its
// component. An open line is cut into cells at every bound that some fact mentions.
#pragma once

#include <cudacompat/knowledge/freeze_lookups.hpp>
#include <cudacompat/knowledge/requirement_clauses.hpp>

namespace cudacompat {

/// Checks the records as far as the tables need it (linters check the rest) and builds the block that
/// knowledge_base::open reads. Errors carry the region of the record.
[[nodiscard]] inline result<std::vector<std::byte>> freeze(const model& data);

namespace detail {

class freezer : protected freeze_lookups {
public:
    explicit freezer(const model& data) : freeze_lookups(data) {}

    [[nodiscard]] result<std::vector<std::byte>> run() {
        if (!(platforms() && sources() && index_components() && cells() && all_values() && all_products() &&
              lookups() && all_facts()))
            return std::move(failure_);
        return assemble();
    }

private:
    bool all_facts() {
        std::vector<const fact_record*> order;
        for (const fact_record& f : data_.facts) order.push_back(&f);
        std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->id < b->id; });
        refs_.resize(ordered_.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i > 0 && order[i]->id == order[i - 1]->id)
                return fail("fact '" + order[i]->id + "' is defined twice", order[i]->where);
            if (!add_fact(*order[i])) return false;
        }
        return true;
    }

    bool add_fact(const fact_record& f) {
        frozen::fact out{};
        out.id = text(f.id);
        out.note = text(f.note);
        out.said = text(f.text);
        out.since = text(f.since);
        out.until = text(f.until);
        out.dispute = text(f.dispute);
        out.file = text(f.where.file);
        out.line = f.where.line;
        out.kind = static_cast<std::uint8_t>(f.kind);
        out.enforced_by = static_cast<std::uint8_t>(f.enforced_by);
        out.evidence = static_cast<std::uint8_t>(f.evidence);
        out.certainty = static_cast<std::uint8_t>(f.sure);
        out.dispute_default = f.dispute_default ? 1 : 0;
        out.rule = rule_of(f);
        if (!mask(f.on, f.where, out.platforms) || !cite(f.sources, f.where, out.sources)) return false;

        std::vector<frozen::selector> conditions;
        for (const selector_record& s : f.if_)
            if (!select(s, use::condition, conditions.emplace_back())) return false;
        const use then = f.kind == fact_kind::constrains ? use::limit : use::demand;
        std::vector<std::vector<frozen::selector>> groups;
        for (const selector_record& s : f.then)
            if (!select(s, then, groups.emplace_back().emplace_back())) return false;
        for (const auto& any : f.then_any) {
            groups.emplace_back();
            for (const selector_record& s : any)
                if (!select(s, then, groups.back().emplace_back())) return false;
        }
        if (f.kind == fact_kind::supports && !targets(f, groups.emplace_back())) return false;
        if (!f.require.empty()) {
            const auto needed = requirement_clauses(data_).expand(f);
            if (!needed) return fail("fact '" + f.id + "': " + needed.error().message, f.where);
            for (const auto& any : *needed) {
                groups.emplace_back();
                for (const selector_record& s : any)
                    if (!select(s, then, groups.back().emplace_back())) return false;
            }
            if (f.text.empty())
                out.said =
                    text((f.if_.empty() ? std::string("the container") : first_word(f.if_.front().spec)) +
                         " starts only with " + requirement_clauses::tell(f.require));
        }

        const auto index = count(facts_);
        std::vector<std::uint32_t> seen;
        for (const frozen::selector& s : conditions)
            if (s.component != frozen::none &&
                std::find(seen.begin(), seen.end(), s.component) == seen.end()) {
                refs_[s.component].push_back(index);
                seen.push_back(s.component);
            }
        out.conditions = put(conditions);
        std::vector<frozen::group> made;
        for (const auto& g : groups) made.push_back({put(g)});
        out.then = {count(groups_), count(made)};
        groups_.insert(groups_.end(), made.begin(), made.end());
        facts_.push_back(out);
        return true;
    }
    [[nodiscard]] static std::string first_word(const std::string& spec) {
        return spec.substr(0, spec.find(" ||"));
    }
    [[nodiscard]] frozen::slice put(const std::vector<frozen::selector>& list) {
        return put_once(selectors_, selector_lists_, list);
    }
    /// The code list of a build: one of these targets is what runs.
    bool targets(const fact_record& f, std::vector<frozen::selector>& out) {
        std::uint32_t code = frozen::none;
        for (std::uint32_t c = 0; c < ordered_.size(); ++c)
            if (ordered_[c]->count == multiplicity::code) code = c;
        if (code == frozen::none)
            return fail("fact '" + f.id + "' lists device code, but no component has multiplicity code",
                        f.where);
        std::string sass;
        std::string ptx;
        for (const std::string& t : f.code) {
            std::string& list = t.starts_with("compute_") ? ptx : sass;
            if (!list.empty()) list += " || ";
            list += t;
            const auto& values = values_[code];
            if (std::none_of(values.begin(), values.end(), [&](const raw_value& v) {
                    return v.at.text() == t && (!t.starts_with("compute_") || v.variant == f.ptx);
                }))
                return fail("fact '" + f.id + "': no target " + t +
                                (t.starts_with("compute_") ? " with PTX ISA '" + f.ptx + "'" : "") +
                                " in component '" + ordered_[code]->name + "'",
                            f.where);
        }
        const std::string& name = ordered_[code]->name;
        if (!sass.empty() && !select({name, sass, {}, f.where}, use::demand, out.emplace_back()))
            return false;
        if (!ptx.empty() && !select({name, ptx, {f.ptx}, f.where}, use::demand, out.emplace_back()))
            return false;
        return true;
    }

    [[nodiscard]] result<std::vector<std::byte>> assemble();
};

inline result<std::vector<std::byte>> freezer::assemble() {
    if (!failure_.message.empty()) return std::move(failure_); // a text that is too long
    std::vector<frozen::component> components;
    std::vector<frozen::value> values;
    std::vector<frozen::build> builds;
    std::vector<frozen::cell_release> releases;
    std::vector<std::uint32_t> refs;
    std::vector<frozen::text> platform_names;
    for (const std::string& p : names_) platform_names.push_back(text(p));

    for (std::uint32_t c = 0; c < ordered_.size(); ++c) {
        const component_record& r = *ordered_[c];
        frozen::component out{};
        out.name = text(r.name);
        out.title = text(r.title);
        out.scheme = static_cast<std::uint8_t>(r.scheme);
        out.multiplicity = static_cast<std::uint8_t>(r.count);
        out.role = static_cast<std::uint8_t>(r.role);
        out.flags = static_cast<std::uint8_t>(
            (r.open_line ? frozen::open_line : 0) | (r.device_code ? frozen::device_code : 0) |
            (std::find(r.prefer.begin(), r.prefer.end(), "absent") != r.prefer.end() ? frozen::avoid : 0) |
            (std::any_of(r.builds.begin(), r.builds.end(),
                         [](const build_record& b) { return b.variant == "source"; })
                 ? frozen::has_source
                 : 0) |
            (r.free_variants ? frozen::free_variants : 0));
        out.companion_of = frozen::none;
        if (!r.companion_of.empty()) {
            out.companion_of = component(r.companion_of);
            if (out.companion_of == frozen::none) {
                fail("'" + r.name + "' is a companion of '" + r.companion_of + "', which no file describes",
                     r.where);
                return std::move(failure_);
            }
        }
        out.assumed = text(r.assumed);
        out.aliases = texts(r.aliases);
        out.products = products_of_[c];
        if (!cite(r.sources, r.where, out.sources)) return std::move(failure_);
        out.facts_if = {count(refs), count(refs_[c])};
        refs.insert(refs.end(), refs_[c].begin(), refs_[c].end());
        out.values = {count(values), count(values_[c])};
        for (const raw_value& v : values_[c]) {
            frozen::value o{};
            o.variant = text(v.variant);
            o.low = text(v.low);
            o.high = text(v.high);
            o.date = text(v.date);
            o.platforms = v.platforms;
            o.listed = v.listed;
            o.rank = v.rank;
            o.flags = v.flags;
            o.prefer = v.prefer;
            if ((v.flags & frozen::is_unknown) != 0) {
                o.version = text("unknown");
            } else if ((v.flags & frozen::is_cell) != 0) {
                o.version = text(!v.releases.empty() ? std::string_view(v.releases.front()->version)
                                                     : std::string_view(v.low).substr(
                                                           v.low.find_first_not_of("<>=") == std::string::npos
                                                               ? v.low.size()
                                                               : v.low.find_first_not_of("<>=")));
                o.builds = {count(releases), count(v.releases)};
                for (const release_record* l : v.releases)
                    releases.push_back({text(l->version), text(l->date), release_platforms_[l]});
            } else {
                o.version = text(v.at.text());
                o.builds = {count(builds), count(v.builds)};
                for (const build_record* b : v.builds) {
                    frozen::build made{};
                    made.channel = text(b->channel);
                    made.note = text(b->note);
                    std::uint32_t on = 0;
                    if (!mask(b->on, b->where, on) || !cite(b->sources, b->where, made.sources))
                        return std::move(failure_);
                    made.platforms = on & 0x7fffffffU;
                    made.installer_default = b->installer_default ? 1 : 0;
                    builds.push_back(made);
                }
            }
            if (v.sources != nullptr && !cite(*v.sources, r.where, o.sources)) return std::move(failure_);
            values.push_back(o);
        }
        components.push_back(out);
    }

    frozen::header h{};
    h.magic = frozen::magic;
    h.format = frozen::format;
    h.record_hash = frozen::record_hash;
    h.title = text(data_.title);
    h.version = text(data_.version);
    h.read = text(data_.read);
    std::string first;
    for (const source_record& s : data_.sources)
        if (!s.read.empty() && (first.empty() || s.read < first)) first = s.read;
    h.first_read = text(first);
    h.generic = data_.generic ? 1 : 0;
    std::vector<std::byte> block(sizeof h);
    const auto section = [&block](const auto& rows, frozen::slice& where) {
        while (block.size() % 8 != 0) block.push_back(std::byte{0});
        where = {static_cast<std::uint32_t>(block.size()), static_cast<std::uint32_t>(rows.size())};
        const auto* bytes = reinterpret_cast<const std::byte*>(rows.data());
        block.insert(block.end(), bytes, bytes + rows.size() * sizeof(*rows.data()));
    };
    section(strings_, h.strings);
    section(platform_names, h.platforms);
    section(components, h.components);
    section(values, h.values);
    section(builds, h.builds);
    section(releases, h.cell_releases);
    section(products_, h.products);
    section(intervals_, h.intervals);
    section(selectors_, h.selectors);
    section(groups_, h.groups);
    section(facts_, h.facts);
    section(citations_, h.citations);
    section(sources_, h.sources);
    section(texts_, h.texts);
    section(refs, h.fact_refs);
    section(errors_, h.errors);
    section(causes_, h.causes);
    section(package_names_, h.names);
    section(chips_, h.chips);
    section(devices_, h.devices);
    section(id_ranges_, h.id_ranges);
    section(rules_, h.rules);
    section(std::vector<frozen::byte_range>{}, h.prepared);
    while (block.size() % 8 != 0) block.push_back(std::byte{0});
    if (block.size() > 0x7fffffff) {
        fail("the knowledge base is larger than 2 GiB", {});
        return std::move(failure_);
    }
    h.bytes = static_cast<std::uint32_t>(block.size());
    std::memcpy(block.data(), &h, sizeof h);
    h.digest = 0xcbf29ce484222325U;
    for (const std::byte b : block)
        h.digest = (h.digest ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3U;
    std::memcpy(block.data(), &h, sizeof h);
    return block;
}

} // namespace detail

inline result<std::vector<std::byte>> freeze(const model& data) { return detail::freezer(data).run(); }

} // namespace cudacompat
