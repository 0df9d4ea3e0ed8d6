// freeze: from the authors' records to the immutable tables.
//
// Everything is brought into one canonical order (names, ids), so that the result does not depend on the order
// of files. Version specs are evaluated once, here: a selector becomes intervals over the values of its
// component. An open line is cut into cells at every bound that some fact mentions.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/base/result.hpp>
#include <cudacompat/knowledge/frozen.hpp>
#include <cudacompat/knowledge/model.hpp>
#include <cudacompat/knowledge/names.hpp>
#include <cudacompat/version/partition.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace cudacompat {

/// Checks the records as far as the tables need it (linters check the rest) and builds the block that
/// knowledge_base::open reads. Errors carry the region of the record.
[[nodiscard]] inline result<std::vector<std::byte>> freeze(const model& data);

namespace detail {

/// One value of a component while it is being built.
struct raw_value {
    version at;
    version_set cell; // open lines
    std::string variant;
    std::string low, high;
    std::string date;
    std::uint32_t platforms = 0;
    std::uint32_t listed = 0;
    std::uint8_t flags = 0;
    std::uint8_t prefer = 0;
    std::uint16_t rank = 0;
    std::vector<const build_record*> builds;
    std::vector<const release_record*> releases; // of a cell, newest first
    const std::vector<source_ref>* sources = nullptr;
};

class freezer {
public:
    explicit freezer(const model& data) : data_(data) {}

    [[nodiscard]] result<std::vector<std::byte>> run() {
        if (!(platforms() && sources() && index_components() && cells() && all_values() && all_products() && all_facts()))
            return std::move(failure_);
        return assemble();
    }

private:
    bool fail(std::string message, const source_region& where) {
        failure_ = error{errc::bad_data, std::move(message), where, {}};
        return false;
    }

    // -- tables -------------------------------------------------------------------------------------------

    [[nodiscard]] frozen::text text(std::string_view s) {
        if (s.empty()) return {0, 0};
        const auto [it, fresh] = strings_at_.try_emplace(std::string(s), static_cast<std::uint32_t>(strings_.size()));
        if (fresh) strings_.append(s);
        return {it->second, static_cast<std::uint32_t>(s.size())};
    }
    template <class T>
    [[nodiscard]] static std::uint32_t count(const std::vector<T>& v) noexcept {
        return static_cast<std::uint32_t>(v.size());
    }
    [[nodiscard]] frozen::slice texts(const std::vector<std::string>& list) {
        const frozen::slice s{count(texts_), count(list)};
        for (const std::string& t : list) texts_.push_back(text(t));
        return s;
    }

    bool platforms() {
        names_ = data_.platforms;
        if (names_.empty()) names_.push_back("any");
        if (names_.size() > 32) return fail("more than 32 platforms", {});
        return true;
    }
    /// Mask of the named platforms; all of them for an empty list.
    bool mask(const std::vector<std::string>& on, const source_region& where, std::uint32_t& out) {
        out = 0;
        if (on.empty()) out = names_.size() == 32 ? 0xffffffffU : (1U << names_.size()) - 1;
        for (const std::string& p : on) {
            const auto it = std::find(names_.begin(), names_.end(), p);
            if (it == names_.end()) return fail("unknown platform '" + p + "'; kb.yaml lists the known ones", where);
            out |= 1U << static_cast<std::uint32_t>(it - names_.begin());
        }
        return true;
    }

    bool sources() {
        std::vector<const source_record*> order;
        for (const source_record& s : data_.sources) order.push_back(&s);
        std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->id < b->id; });
        for (const source_record* s : order) {
            if (!source_index_.emplace(s->id, count(sources_)).second)
                return fail("source '" + s->id + "' is defined twice", s->where);
            sources_.push_back({text(s->id), text(s->kind), text(s->title), text(s->url), text(s->repo), text(s->commit),
                                text(s->path), text(s->read)});
        }
        return true;
    }
    bool cite(const std::vector<source_ref>& refs, const source_region& where, frozen::slice& out) {
        out = {count(citations_), count(refs)};
        for (const source_ref& r : refs) {
            const auto it = source_index_.find(r.id);
            if (it == source_index_.end()) return fail("unknown source '" + r.id + "'", where);
            citations_.push_back({it->second, text(r.at)});
        }
        return true;
    }

    bool index_components() {
        for (const component_record& c : data_.components) ordered_.push_back(&c);
        std::sort(ordered_.begin(), ordered_.end(), [](auto* a, auto* b) { return a->name < b->name; });
        for (std::uint32_t i = 0; i < ordered_.size(); ++i)
            if (!component_index_.emplace(ordered_[i]->name, i).second)
                return fail("component '" + ordered_[i]->name + "' is defined twice", ordered_[i]->where);
        values_.resize(ordered_.size());
        spec_cache_.resize(ordered_.size());
        return true;
    }
    [[nodiscard]] std::uint32_t component(const std::string& name) const {
        const auto it = component_index_.find(name);
        return it == component_index_.end() ? frozen::none : it->second;
    }

    template <class F>
    void each_selector(F&& call) const {
        for (const fact_record& f : data_.facts) {
            for (const selector_record& s : f.if_) call(s);
            for (const selector_record& s : f.then) call(s);
            for (const auto& group : f.then_any)
                for (const selector_record& s : group) call(s);
        }
    }
    [[nodiscard]] static bool is_word(const std::string& spec) { return spec == "absent" || spec == "unknown" || spec == "*"; }

    /// The spec parsed under the component's scheme; cached, since facts repeat themselves.
    const version_spec* spec(std::uint32_t c, const std::string& said, const source_region& where) {
        auto& cache = spec_cache_[c];
        const auto it = cache.find(said);
        if (it != cache.end()) return &it->second;
        result<version_spec> parsed = version_spec::parse(ordered_[c]->scheme, said);
        if (!parsed) {
            fail("version spec '" + said + "' of '" + ordered_[c]->name + "': " + parsed.error().message, where);
            return nullptr;
        }
        return &cache.emplace(said, std::move(*parsed)).first->second;
    }

    /// Cuts every open line at the bounds that its selectors mention.
    bool cells() {
        std::vector<std::vector<version_set>> sets(ordered_.size());
        bool ok = true;
        each_selector([&](const selector_record& s) {
            const std::uint32_t c = component(s.component);
            if (!ok || c == frozen::none || !ordered_[c]->open_line || is_word(s.spec)) return;
            const version_spec* parsed = spec(c, s.spec, s.where);
            if (parsed == nullptr) {
                ok = false;
                return;
            }
            sets[c].push_back(parsed->set());
            remember_bounds(c, s.spec);
        });
        if (!ok) return false;
        for (std::uint32_t c = 0; c < ordered_.size(); ++c) {
            if (!ordered_[c]->open_line) continue;
            std::vector<version_set> line = partition(ordered_[c]->scheme, sets[c]);
            for (auto cell = line.rbegin(); cell != line.rend(); ++cell) {
                raw_value v;
                v.cell = std::move(*cell);
                v.flags = frozen::is_cell;
                values_[c].push_back(std::move(v));
            }
        }
        return true;
    }

    /// Numbers as the authors wrote them, to print bounds with (535.183.01, not 535.183.1).
    void remember_bounds(std::uint32_t c, const std::string& spec) {
        for (std::size_t i = 0; i < spec.size();) {
            if (spec[i] < '0' || spec[i] > '9') {
                ++i;
                continue;
            }
            std::size_t end = i;
            while (end < spec.size() && (spec[end] == '.' || (spec[end] >= '0' && spec[end] <= '9'))) ++end;
            std::size_t last = end;
            while (last > i && spec[last - 1] == '.') --last;
            const std::string number = spec.substr(i, last - i);
            if (const auto v = version::parse(ordered_[c]->scheme, number)) {
                std::string& kept = bound_texts_[std::string(v->key())];
                if (kept.size() < number.size()) kept = number;
            }
            i = end;
        }
    }
    [[nodiscard]] std::string bound(const version_cut& cut, bool lower) const {
        const auto exact = bound_texts_.find(std::string(cut.key()));
        if (exact != bound_texts_.end()) return (lower ? ">=" : "<") + exact->second;
        const auto after = bound_texts_.find(std::string(cut.key().substr(0, cut.key().empty() ? 0 : cut.key().size() - 1)));
        if (after != bound_texts_.end()) return (lower ? ">" : "<=") + after->second;
        return to_string(lower ? version_set::from(cut) : version_set::up_to(cut));
    }

    bool all_values() {
        for (std::uint32_t c = 0; c < ordered_.size(); ++c)
            if (!(ordered_[c]->open_line ? fill_cells(c) : list_values(c))) return false;
        bool ok = true;
        each_selector([&](const selector_record& s) { // "unknown" is a value where somebody says so
            const std::uint32_t c = component(s.component);
            if (c != frozen::none && s.spec == "unknown") ok = ok && add_unknown(c);
        });
        for (std::uint32_t c = 0; c < ordered_.size(); ++c)
            if (ordered_[c]->count == multiplicity::code) ok = ok && add_unknown(c);
        return ok;
    }
    bool add_unknown(std::uint32_t c) {
        if (!values_[c].empty() && (values_[c].back().flags & frozen::is_unknown) != 0) return true;
        raw_value v;
        v.flags = frozen::is_unknown;
        v.prefer = 255;
        v.rank = static_cast<std::uint16_t>(values_[c].empty() ? 0 : values_[c].back().rank + 1);
        (void)mask({}, {}, v.platforms);
        values_[c].push_back(std::move(v));
        return true;
    }

    [[nodiscard]] bool parse_release(std::uint32_t c, const release_record& r, version& out) {
        result<version> v = version::parse(ordered_[c]->scheme, r.version);
        if (!v) return fail("version '" + r.version + "' of '" + ordered_[c]->name + "': " + v.error().message, r.where);
        out = std::move(*v);
        return true;
    }

    bool fill_cells(std::uint32_t c) {
        struct listed {
            version at;
            const release_record* record;
            std::uint32_t platforms;
        };
        std::vector<listed> known;
        for (const release_record& r : ordered_[c]->releases) {
            listed l{{}, &r, 0};
            if (!parse_release(c, r, l.at)) return false;
            bool has_build = false;
            for (const build_record& b : ordered_[c]->builds)
                if (b.version == r.version) {
                    std::uint32_t m = 0;
                    if (!mask(b.on, b.where, m)) return false;
                    l.platforms |= m;
                    has_build = true;
                }
            if (!has_build && !mask({}, {}, l.platforms)) return false;
            known.push_back(std::move(l));
        }
        std::stable_sort(known.begin(), known.end(), [](const listed& a, const listed& b) { return b.at < a.at; });
        std::uint16_t rank = 0;
        for (raw_value& v : values_[c]) {
            v.rank = rank++;
            (void)mask({}, {}, v.platforms);
            const version_interval i = v.cell.interval(0);
            if (i.has_lower()) v.low = bound(*i.lower, true);
            if (i.has_upper()) v.high = bound(*i.upper, false);
            for (const listed& l : known)
                if (v.cell.contains(l.at)) {
                    v.releases.push_back(l.record);
                    release_platforms_[l.record] = l.platforms;
                    v.listed |= l.platforms;
                    if (v.releases.size() == 1) v.at = l.at;
                }
        }
        return true;
    }

    /// Builds of one release: plain variants before those of another channel ("conda-..."), then the higher number.
    [[nodiscard]] static bool better_variant(const std::string& a, const std::string& b) {
        const bool a_other = a.find('-') != std::string::npos;
        const bool b_other = b.find('-') != std::string::npos;
        if (a_other != b_other) return b_other;
        return natural_less(b, a);
    }

    bool list_values(std::uint32_t c) {
        const component_record& record = *ordered_[c];
        struct listed {
            version at;
            const release_record* record;
        };
        std::vector<listed> known;
        for (const release_record& r : record.releases) {
            listed l{{}, &r};
            if (!parse_release(c, r, l.at)) return false;
            known.push_back(std::move(l));
        }
        const bool label = record.scheme == version_scheme::label;
        const auto preference = [&](const std::string& v) -> std::uint8_t {
            for (std::size_t i = 0; i < record.prefer.size(); ++i)
                if (matches_pattern(record.prefer[i], v)) return static_cast<std::uint8_t>(std::min<std::size_t>(i, 254));
            return static_cast<std::uint8_t>(std::min<std::size_t>(record.prefer.size(), 254));
        };
        std::stable_sort(known.begin(), known.end(), [&](const listed& a, const listed& b) {
            if (!label) return b.at < a.at;
            const std::uint8_t pa = preference(a.record->version);
            const std::uint8_t pb = preference(b.record->version);
            return pa != pb ? pa < pb : natural_less(b.record->version, a.record->version);
        });
        std::unordered_map<std::string, std::vector<const build_record*>> builds;
        for (const build_record& b : record.builds) builds[b.version].push_back(&b);
        std::uint16_t rank = 0;
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (i > 0 && known[i].at == known[i - 1].at)
                return fail("release '" + known[i].record->version + "' of '" + record.name + "' is listed twice (as '" +
                                known[i - 1].record->version + "')",
                            known[i].record->where);
            if (rank == 0xffff) return fail("more than 65535 releases of '" + record.name + "'", record.where);
            raw_value base;
            base.at = known[i].at;
            base.date = known[i].record->date;
            base.rank = rank++;
            base.prefer = preference(known[i].record->version);
            base.sources = &known[i].record->sources;
            if (base.at.is_prerelease()) base.flags |= frozen::is_prerelease;
            const auto found = builds.find(known[i].record->version);
            if (found == builds.end()) {
                (void)mask({}, {}, base.platforms);
                base.listed = base.platforms;
                values_[c].push_back(std::move(base));
                continue;
            }
            std::vector<raw_value> variants;
            for (const build_record* b : found->second) {
                std::uint32_t m = 0;
                if (!mask(b->on, b->where, m)) return false;
                auto it = std::find_if(variants.begin(), variants.end(), [&](const raw_value& v) { return v.variant == b->variant; });
                if (it == variants.end()) {
                    variants.push_back(base);
                    it = variants.end() - 1;
                    it->variant = b->variant;
                    if (b->variant == "cpu" || (b->variant.size() > 4 && b->variant.ends_with("-cpu"))) it->flags |= frozen::is_host_only;
                }
                it->platforms |= m;
                it->listed = it->platforms;
                it->builds.push_back(b);
            }
            std::stable_sort(variants.begin(), variants.end(),
                             [](const raw_value& a, const raw_value& b) { return better_variant(a.variant, b.variant); });
            for (raw_value& v : variants) values_[c].push_back(std::move(v));
            builds.erase(found);
        }
        for (const build_record& b : record.builds)
            if (builds.contains(b.version))
                return fail("build '" + b.variant + "' of '" + record.name + "' " + b.version + ": no such release is listed", b.where);
        return true;
    }

    // -- selectors ----------------------------------------------------------------------------------------

    /// A condition holds for pre-releases by their place in the order; a demand takes them only where it names one, or
    /// where there is nothing else.
    enum class use : std::uint8_t { condition, demand, limit };
    bool select(const selector_record& s, use how, frozen::selector& out) {
        const bool or_absent = how == use::limit;
        const std::uint32_t c = component(s.component);
        out = {};
        out.component = c;
        out.name = text(s.component);
        out.spec = text(s.spec);
        out.variants = texts(s.variants);
        out.absent = or_absent || s.spec == "absent" ? 1 : 0;
        out.present = s.spec == "absent" ? 0 : 1;
        out.values = {count(intervals_), 0};
        if (c == frozen::none || s.spec == "absent") return true;
        const version_spec* parsed = nullptr;
        if (!is_word(s.spec) && (parsed = spec(c, s.spec, s.where)) == nullptr) return false;
        const bool only = only_prereleases(c);
        const version_set* set = parsed != nullptr ? &parsed->set() : nullptr;
        const auto in = [&](const raw_value& v) {
            if (!s.variants.empty() &&
                std::none_of(s.variants.begin(), s.variants.end(), [&](const std::string& p) { return matches_pattern(p, v.variant); }))
                return false;
            if ((v.flags & frozen::is_unknown) != 0) return (s.spec == "unknown" || s.spec == "*") && s.variants.empty();
            if (s.spec == "unknown") return false;
            if (parsed == nullptr) return how != use::demand || (v.flags & frozen::is_prerelease) == 0 || only;
            if ((v.flags & frozen::is_cell) != 0) return v.cell.is_subset_of(*set);
            return parsed->matches(v.at) || ((v.flags & frozen::is_prerelease) != 0 && (how == use::condition || only) && set->contains(v.at));
        };
        append_intervals(values_[c], in);
        out.values.count = count(intervals_) - out.values.first;
        return true;
    }
    template <class In>
    void append_intervals(const std::vector<raw_value>& values, In&& in) {
        for (std::uint32_t i = 0; i < values.size();) {
            if (!in(values[i])) {
                ++i;
                continue;
            }
            const std::uint32_t first = i;
            while (i < values.size() && in(values[i])) ++i;
            intervals_.push_back({first, i});
        }
    }
    [[nodiscard]] bool only_prereleases(std::uint32_t c) const {
        if (values_[c].empty() || (values_[c].front().flags & frozen::is_prerelease) == 0) return false;
        return std::all_of(values_[c].begin(), values_[c].end(), [](const raw_value& v) {
            return (v.flags & (frozen::is_prerelease | frozen::is_unknown)) != 0;
        });
    }

    bool all_products() {
        products_of_.resize(ordered_.size());
        for (std::uint32_t c = 0; c < ordered_.size(); ++c) {
            products_of_[c] = {count(products_), count(ordered_[c]->products)};
            for (const product_record& p : ordered_[c]->products) {
                frozen::product out{};
                out.name = text(p.name);
                out.component = c;
                std::vector<std::string> names = product_spellings(p.name);
                for (const std::string& a : p.aliases) {
                    std::string folded = fold_product(a);
                    if (std::find(names.begin(), names.end(), folded) == names.end()) names.push_back(std::move(folded));
                }
                out.aliases = texts(names);
                frozen::selector s{};
                selector_record wanted{ordered_[c]->name, "==" + p.version, {}, p.where};
                if (!p.variant.empty()) wanted.variants.push_back(p.variant);
                if (!select(wanted, use::condition, s)) return false;
                if (s.values.count == 0)
                    return fail("product '" + p.name + "': '" + ordered_[c]->name + "' has no release " + p.version + " [" + p.variant + "]", p.where);
                out.values = s.values;
                if (!cite(p.sources, p.where, out.sources)) return false;
                products_.push_back(out);
            }
        }
        return true;
    }

    // -- facts --------------------------------------------------------------------------------------------

    bool all_facts() {
        std::vector<const fact_record*> order;
        for (const fact_record& f : data_.facts) order.push_back(&f);
        std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->id < b->id; });
        refs_.resize(ordered_.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i > 0 && order[i]->id == order[i - 1]->id) return fail("fact '" + order[i]->id + "' is defined twice", order[i]->where);
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

        const auto index = count(facts_);
        std::vector<std::uint32_t> seen;
        for (const frozen::selector& s : conditions)
            if (s.component != frozen::none && std::find(seen.begin(), seen.end(), s.component) == seen.end()) {
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
    [[nodiscard]] frozen::slice put(const std::vector<frozen::selector>& list) {
        const frozen::slice s{count(selectors_), count(list)};
        selectors_.insert(selectors_.end(), list.begin(), list.end());
        return s;
    }
    /// The code list of a build: one of these targets is what runs.
    bool targets(const fact_record& f, std::vector<frozen::selector>& out) {
        std::uint32_t code = frozen::none;
        for (std::uint32_t c = 0; c < ordered_.size(); ++c)
            if (ordered_[c]->count == multiplicity::code) code = c;
        if (code == frozen::none) return fail("fact '" + f.id + "' lists device code, but no component has multiplicity code", f.where);
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
                return fail("fact '" + f.id + "': no target " + t + (t.starts_with("compute_") ? " with PTX ISA '" + f.ptx + "'" : "") +
                                " in component '" + ordered_[code]->name + "'",
                            f.where);
        }
        const std::string& name = ordered_[code]->name;
        if (!sass.empty() && !select({name, sass, {}, f.where}, use::demand, out.emplace_back())) return false;
        if (!ptx.empty() && !select({name, ptx, {f.ptx}, f.where}, use::demand, out.emplace_back())) return false;
        return true;
    }

    // -- the block ----------------------------------------------------------------------------------------

    [[nodiscard]] result<std::vector<std::byte>> assemble();

    const model& data_;
    error failure_;
    std::vector<std::string> names_;
    std::vector<const component_record*> ordered_;
    std::unordered_map<std::string, std::uint32_t> component_index_, source_index_, strings_at_;
    std::vector<std::unordered_map<std::string, version_spec>> spec_cache_;
    std::vector<std::vector<raw_value>> values_;
    std::unordered_map<std::string, std::string> bound_texts_;
    std::unordered_map<const release_record*, std::uint32_t> release_platforms_;
    std::vector<frozen::slice> products_of_;
    std::vector<std::vector<std::uint32_t>> refs_;

    std::string strings_;
    std::vector<frozen::text> texts_;
    std::vector<frozen::product> products_;
    std::vector<frozen::interval> intervals_;
    std::vector<frozen::selector> selectors_;
    std::vector<frozen::group> groups_;
    std::vector<frozen::fact> facts_;
    std::vector<frozen::citation> citations_;
    std::vector<frozen::source> sources_;
};

inline result<std::vector<std::byte>> freezer::assemble() {
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
        out.flags = static_cast<std::uint8_t>((r.open_line ? frozen::open_line : 0) | (r.device_code ? frozen::device_code : 0) |
                                              (std::find(r.prefer.begin(), r.prefer.end(), "absent") != r.prefer.end() ? frozen::avoid : 0));
        out.companion_of = frozen::none;
        if (!r.companion_of.empty()) {
            out.companion_of = component(r.companion_of);
            if (out.companion_of == frozen::none) {
                fail("'" + r.name + "' is a companion of '" + r.companion_of + "', which no file describes", r.where);
                return std::move(failure_);
            }
        }
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
                                                     : std::string_view(v.low).substr(v.low.find_first_not_of("<>=") == std::string::npos
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
                    if (!mask(b->on, b->where, made.platforms) || !cite(b->sources, b->where, made.sources)) return std::move(failure_);
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
    section(std::vector<frozen::byte_range>{}, h.prepared);
    while (block.size() % 8 != 0) block.push_back(std::byte{0});
    if (block.size() > 0x7fffffff) {
        fail("the knowledge base is larger than 2 GiB", {});
        return std::move(failure_);
    }
    h.bytes = static_cast<std::uint32_t>(block.size());
    std::memcpy(block.data(), &h, sizeof h);
    return block;
}

} // namespace detail

inline result<std::vector<std::byte>> freeze(const model& data) { return detail::freezer(data).run(); }

} // namespace cudacompat
