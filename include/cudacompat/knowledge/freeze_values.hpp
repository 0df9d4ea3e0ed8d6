// Second stage of freeze(): the values of each component, and what selectors mean among them.
#pragma once

#include <cudacompat/knowledge/freeze_tables.hpp>

namespace cudacompat::detail {

class freeze_values : protected freeze_tables {
protected:
    using freeze_tables::freeze_tables;

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
        // "Just after v" ends in a mark; a floor (before 545.23.9) without its last byte may be another key.
        if (!cut.key().empty() && cut.key().back() == tag_after)
            if (const auto after = bound_texts_.find(std::string(cut.key().substr(0, cut.key().size() - 1)));
                after != bound_texts_.end())
                return (lower ? ">" : "<=") + after->second;
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
            if (ordered_[c]->count == multiplicity::code ||
                ordered_[c]->device_code) // a question may describe a build
                ok = ok && add_unknown(c);
        for (std::uint32_t c = 0; c < ordered_.size(); ++c)
            if (!ordered_[c]->open_line && ordered_[c]->scheme != version_scheme::label && !data_.generic)
                add_place(c);
        return ok;
    }
    /// The last value of a closed line: no release, but where one is put that only a question knows.
    void add_place(std::uint32_t c) {
        raw_value v;
        v.flags = frozen::is_unknown | frozen::is_place;
        v.prefer = 255;
        v.rank = static_cast<std::uint16_t>(values_[c].empty() ? 0 : values_[c].back().rank + 1);
        (void)mask({}, {}, v.platforms);
        values_[c].push_back(std::move(v));
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
        if (!v)
            return fail("version '" + r.version + "' of '" + ordered_[c]->name + "': " + v.error().message,
                        r.where);
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
        std::stable_sort(known.begin(), known.end(),
                         [](const listed& a, const listed& b) { return b.at < a.at; });
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
                if (matches_pattern(record.prefer[i], v))
                    return static_cast<std::uint8_t>(std::min<std::size_t>(i, 254));
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
                return fail("release '" + known[i].record->version + "' of '" + record.name +
                                "' is listed twice (as '" + known[i - 1].record->version + "')",
                            known[i].record->where);
            if (rank == 0xffff)
                return fail("more than 65535 releases of '" + record.name + "'", record.where);
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
                auto it = std::find_if(variants.begin(), variants.end(),
                                       [&](const raw_value& v) { return v.variant == b->variant; });
                if (it == variants.end()) {
                    variants.push_back(base);
                    it = variants.end() - 1;
                    it->variant = b->variant;
                    if (b->variant == "cpu" || (b->variant.size() > 4 && b->variant.ends_with("-cpu")))
                        it->flags |= frozen::is_host_only;
                    if (b->variant == "source") it->flags |= frozen::is_source;
                }
                it->platforms |= m;
                it->listed = it->platforms;
                it->builds.push_back(b);
            }
            std::stable_sort(variants.begin(), variants.end(), [](const raw_value& a, const raw_value& b) {
                return better_variant(a.variant, b.variant);
            });
            for (raw_value& v : variants) values_[c].push_back(std::move(v));
            builds.erase(found);
        }
        for (const build_record& b : record.builds)
            if (builds.contains(b.version))
                return fail("build '" + b.variant + "' of '" + record.name + "' " + b.version +
                                ": no such release is listed",
                            b.where);
        return true;
    }

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
        out.values = {0, 0};
        if (c == frozen::none || s.spec == "absent") return true;
        const version_spec* parsed = nullptr;
        if (!is_word(s.spec) && (parsed = spec(c, s.spec, s.where)) == nullptr) return false;
        const bool only = only_prereleases(c);
        const version_set* set = parsed != nullptr ? &parsed->set() : nullptr;
        const auto in = [&](const raw_value& v) {
            if (!s.variants.empty() &&
                std::none_of(s.variants.begin(), s.variants.end(),
                             [&](const std::string& p) { return matches_pattern(p, v.variant); }))
                return false;
            if ((v.flags & frozen::is_unknown) != 0)
                return (s.spec == "unknown" || s.spec == "*") && s.variants.empty();
            if (s.spec == "unknown") return false;
            if (parsed == nullptr)
                return how != use::demand || (v.flags & frozen::is_prerelease) == 0 || only;
            if ((v.flags & frozen::is_cell) != 0) return v.cell.is_subset_of(*set);
            return parsed->matches(v.at) || ((v.flags & frozen::is_prerelease) != 0 &&
                                             (how == use::condition || only) && set->contains(v.at));
        };
        std::vector<frozen::interval> found;
        const bool ordered =
            set != nullptr && !ordered_[c]->open_line && ordered_[c]->scheme != version_scheme::label;
        if (!ordered) {
            append_intervals(found, values_[c], 0, count(values_[c]), in);
        } else { // newest first: the values of an interval of versions are neighbours
            const auto from = [&](const version_cut& cut) { // first value below the cut
                auto known_end = values_[c].end();
                while (known_end != values_[c].begin() && ((known_end - 1)->flags & frozen::is_unknown) != 0)
                    --known_end;
                return static_cast<std::uint32_t>(
                    std::partition_point(values_[c].begin(), known_end,
                                         [&](const raw_value& v) { return !is_below(v.at, cut); }) -
                    values_[c].begin());
            };
            for (std::size_t i = set->interval_count(); i-- > 0;) {
                const version_interval part = set->interval(i);
                append_intervals(found, values_[c], part.has_upper() ? from(*part.upper) : 0,
                                 from(*part.lower), in);
            }
        }
        out.values = put_once(intervals_, interval_lists_, found);
        return true;
    }
    template <class In>
    static void append_intervals(std::vector<frozen::interval>& out, const std::vector<raw_value>& values,
                                 std::uint32_t begin, std::uint32_t end, In&& in) {
        for (std::uint32_t i = begin; i < end;) {
            if (!in(values[i])) {
                ++i;
                continue;
            }
            const std::uint32_t first = i;
            while (i < end && in(values[i])) ++i;
            out.push_back({first, i});
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
            const std::uint32_t first = count(products_);
            for (const product_record& p : ordered_[c]->products)
                if (!add_product(c, p, true)) return false;
            for (const release_record& r : ordered_[c]->releases)
                for (const std::string& pattern : r.matches)
                    if (!add_product(c, {pattern, {}, r.version, {}, r.sources, r.where}, false))
                        return false;
            products_of_[c] = {first, count(products_) - first};
        }
        return true;
    }
    /// A name for some values of a component: of a GPU in every usual spelling, or a pattern, as it stands.
    bool add_product(std::uint32_t c, const product_record& p, bool spell) {
        frozen::product out{};
        out.name = text(p.name);
        out.component = c;
        if (spell) {
            std::vector<std::string> names = product_spellings(p.name);
            for (const std::string& a : p.aliases) {
                std::string folded = fold_product(a);
                if (std::find(names.begin(), names.end(), folded) == names.end())
                    names.push_back(std::move(folded));
            }
            out.aliases = texts(names);
        }
        frozen::selector s{};
        selector_record wanted{ordered_[c]->name, "==" + p.version, {}, p.where};
        if (!p.variant.empty()) wanted.variants.push_back(p.variant);
        if (!select(wanted, use::condition, s)) return false;
        if (s.values.count == 0)
            return fail("product '" + p.name + "': '" + ordered_[c]->name + "' has no release " + p.version +
                            " [" + p.variant + "]",
                        p.where);
        out.values = s.values;
        if (!cite(p.sources, p.where, out.sources)) return false;
        products_.push_back(out);
        return true;
    }
};

} // namespace cudacompat::detail
