// Which values of a component a spec or a product name means, and what there is instead where it means none.
#pragma once

#include <cudacompat/decide/ask/question_maker.hpp>
#include <cudacompat/knowledge/names.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class matching : protected question_maker {
protected:
    using question_maker::question_maker;

    /// The values of a component (closed: those that match; open: the cells that meet the spec). Empty where
    /// nothing does, and then `missing` says what there is. False on a malformed spec.
    bool match(std::uint32_t c, const std::string& spec, bits& values, nothing_matches& missing,
               const request_item* item, const source_region* where) {
        const frozen::component& component = kb_.components()[c];
        const auto all = kb_.values(component);
        values = bits(component.values.count);
        if (spec == "absent") {
            values = bits(component.values.count, true);
            return true;
        }
        if (component.products.count != 0 &&
            static_cast<version_scheme>(component.scheme) == version_scheme::label) {
            values = image_values(c, spec);
            if (!values.empty()) return true;
        }
        std::string plain = spec;
        std::string variant;
        split_variant(c, plain, variant);
        const auto scheme = static_cast<version_scheme>(component.scheme);
        result<version_spec> parsed = version_spec::parse(scheme, plain);
        if (!parsed) {
            if (item != nullptr)
                return fail(*item,
                            item->spec_column +
                                (parsed.error().where.column == 0 ? 0 : parsed.error().where.column - 1),
                            parsed.error().message);
            return fail(where == nullptr ? source_region{} : *where,
                        "version spec '" + spec + "': " + parsed.error().message);
        }
        const version_set& set = parsed->set();
        const bool any = plain == "*";
        std::uint32_t judged = frozen::none; // the release of which `fits` speaks: its builds stand together
        bool fits = false;
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const frozen::value& v = all[i];
            if ((v.flags & frozen::is_unknown) != 0) continue;
            if ((v.flags & frozen::is_cell) != 0) {
                if (any ||
                    set.intersects(out_.here != nullptr ? out_.here->texts.cells(c)[i] : cell(scheme, v)))
                    values.set(i);
                continue;
            }
            if (!variant.empty() && !matches_pattern(variant, kb_.str(v.variant))) continue;
            if (any) { // "some version" means a release, unless there are only pre-releases
                if ((v.flags & frozen::is_prerelease) == 0) values.set(i);
                continue;
            }
            if (judged != v.rank) fits = parsed->matches(version_of(c, i, scheme));
            judged = v.rank;
            if (fits) values.set(i);
        }
        if (values.empty() && any)
            for (std::uint32_t i = 0; i < all.size(); ++i)
                if ((all[i].flags & frozen::is_unknown) == 0 &&
                    (variant.empty() || matches_pattern(variant, kb_.str(all[i].variant))))
                    values.set(i);
        bits here = values;
        for (std::uint32_t i = 0; i < all.size(); ++i)
            if (here.test(i) && ((all[i].platforms >> context_.platform) & 1U) == 0) here.reset(i);
        if (here.empty()) describe_missing(c, spec, set, values, missing);
        values = here;
        return true;
    }
    [[nodiscard]] bool has_variants(std::uint32_t c) const {
        const auto all = kb_.values(kb_.components()[c]);
        return std::any_of(all.begin(), all.end(), [](const frozen::value& v) { return !v.variant.empty(); });
    }
    /// A release that the data does not list, but of which every wall says the same as of a listed one.
    [[nodiscard]] bits stand_in(std::uint32_t c, const std::string& number) const {
        const frozen::component& component = kb_.components()[c];
        const auto scheme = static_cast<version_scheme>(component.scheme);
        const auto all = kb_.values(component);
        bits out(component.values.count);
        const auto at = version::parse(scheme, number);
        if (!at || scheme == version_scheme::label) return out;
        // A library is what its ranges say, and so is a package of one file if both its neighbours are alike. A package
        // with builds has other files in each release.
        const bool library = static_cast<multiplicity>(component.multiplicity) == multiplicity::bundled;
        if (!library && has_variants(c)) return out;
        std::uint32_t below = frozen::none; // neighbours; values stand newest first
        std::uint32_t above = frozen::none;
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            if ((all[i].flags & (frozen::is_unknown | frozen::is_cell)) != 0 ||
                ((all[i].platforms >> context_.platform) & 1U) == 0)
                continue;
            const version v = version_of(c, i, scheme);
            if (v > *at) above = i;
            else if (below == frozen::none) below = i;
        }
        if (below == frozen::none || above == frozen::none) return out;
        const bool one = same_to_all(c, below, *at);
        const bool two = same_to_all(c, above, *at);
        if (!library && !(one && two)) return out;
        for (const std::uint32_t near : {below, above}) {
            if (near == below ? !one : !two) continue;
            for (std::uint32_t i = 0; i < all.size(); ++i)
                if (all[i].rank == all[near].rank && (all[i].flags & frozen::is_unknown) == 0) out.set(i);
            return out;
        }
        return out;
    }
    /// Does every selector of a wall take this number and this value alike?
    [[nodiscard]] bool same_to_all(std::uint32_t c, std::uint32_t value, const version& number) const {
        const auto scheme = static_cast<version_scheme>(kb_.components()[c].scheme);
        const auto alike = [&](const frozen::selector& s) {
            if (s.component != c || s.present == 0 || kb_.str(s.spec) == "*") return true;
            if (s.variants.count != 0) return false;
            bool in = false;
            for (const frozen::interval i : kb_.intervals(s.values)) in |= value >= i.first && value < i.last;
            const auto spec = version_spec::parse(scheme, kb_.str(s.spec));
            return spec && spec->matches(number) == in;
        };
        for (const frozen::fact& f : kb_.facts()) {
            if (!is_wall(static_cast<fact_kind>(f.kind)) || ((f.platforms >> context_.platform) & 1U) == 0)
                continue;
            for (const frozen::selector& s : kb_.selectors(f.conditions))
                if (!alike(s)) return false;
            for (const frozen::group& g : kb_.groups(f.then))
                for (const frozen::selector& s : kb_.selectors(g.any_of))
                    if (!alike(s)) return false;
        }
        return true;
    }
    [[nodiscard]] version version_of(std::uint32_t c, std::uint32_t value, version_scheme scheme) const {
        if (out_.here != nullptr) return out_.here->texts.versions(c)[value];
        auto v = version::parse(scheme, kb_.str(kb_.values(kb_.components()[c])[value].version));
        return v ? std::move(*v) : version{};
    }
    /// "2.4.0+cu121": the local part names the build variant where the component has builds.
    void split_variant(std::uint32_t c, std::string& spec, std::string& variant) const {
        if (spec.find_first_of(",|<>") != std::string::npos) return;
        const std::size_t plus = spec.find('+');
        if (plus == std::string::npos) return;
        for (const frozen::value& v : kb_.values(kb_.components()[c]))
            if (!v.variant.empty()) {
                variant = spec.substr(plus + 1);
                spec.resize(plus);
                return;
            }
    }
    [[nodiscard]] version_set cell(version_scheme scheme, const frozen::value& v) const {
        version_set out = version_set::all(scheme);
        for (const frozen::text end : {v.low, v.high})
            if (!end.empty())
                if (const auto part = version_spec::parse(scheme, kb_.str(end))) out &= part->set();
        return out;
    }
    void describe_missing(std::uint32_t c, const std::string& spec, const version_set& set,
                          const bits& elsewhere, nothing_matches& out) const {
        const frozen::component& component = kb_.components()[c];
        const auto all = kb_.values(component);
        out.component = c;
        out.wanted = std::string(kb_.name(c)) + (spec == "*" ? "" : " " + spec);
        if (!elsewhere.empty()) {
            out.elsewhere = true;
            out.known = "published, but not for " + out_.platform;
            return;
        }
        const frozen::value* newest = nullptr;
        for (const frozen::value& v : all)
            if ((v.flags & frozen::is_unknown) == 0 && ((v.platforms >> context_.platform) & 1U) != 0) {
                newest = &v;
                break;
            }
        if (newest == nullptr) {
            out.known = kb_.generic() ? std::string("it has no release")
                                      : "the data lists no release of it for " + out_.platform;
            return;
        }
        const auto scheme = static_cast<version_scheme>(component.scheme);
        if (scheme == version_scheme::label && !kb_.generic()) { // an image of one's own is no contradiction
            out.beyond_data = true;
            out.known = "the data does not know it";
            return;
        }
        if (const auto top = version::parse(scheme, kb_.str(newest->version));
            top && !kb_.generic() && scheme != version_scheme::label)
            out.beyond_data = !set.intersects(version_set::at_most(*top));
        // What there is of the releases that match without their build, or else the ends of the list.
        std::vector<std::string> builds;
        for (const frozen::value& v : all) {
            if ((v.flags & (frozen::is_unknown | frozen::is_cell)) != 0 ||
                ((v.platforms >> context_.platform) & 1U) == 0)
                continue;
            const auto at = version::parse(scheme, kb_.str(v.version));
            if (at && set.contains(*at) && !v.variant.empty()) {
                std::string b(kb_.str(v.variant));
                if (std::find(builds.begin(), builds.end(), b) == builds.end())
                    builds.push_back(std::move(b));
            }
        }
        if (!builds.empty()) {
            out.known = "its builds are";
            for (std::size_t i = 0; i < builds.size(); ++i) out.known += (i == 0 ? " " : ", ") + builds[i];
            return;
        }
        for (const frozen::value& v : all) {
            const auto at = version::parse(scheme, kb_.str(v.version));
            if ((v.flags & frozen::is_prerelease) == 0 || !at || !set.contains(*at)) continue;
            out.known = "only the pre-release " + std::string(kb_.str(v.version)) +
                        " is near; a spec that names a pre-release takes one";
            return;
        }
        out.known = "the newest that the data knows is " + std::string(kb_.str(newest->version));
        if (!kb_.read().empty()) out.known += " (read " + std::string(kb_.read()) + ")";
    }

    /// Values that a word means by a pattern of the data; the most specific pattern wins. Image names lose the prefixes
    /// that every puller adds.
    [[nodiscard]] bits image_values(std::uint32_t c, std::string_view name) const {
        const frozen::component& component = kb_.components()[c];
        bits out(component.values.count);
        if (name.starts_with("==")) name.remove_prefix(2);
        for (const std::string_view prefix : {"docker://", "index.docker.io/", "docker.io/", "library/"})
            if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
        constexpr std::string_view ngc = "nvcr.io/";
        if (name.starts_with("nvcr.io/nvidia/cuda:")) name.remove_prefix(ngc.size());
        const auto all = kb_.values(component);
        for (std::uint32_t i = 0; i < all.size(); ++i)
            if (kb_.str(all[i].version) == name) out.set(i);
        if (!out.empty()) return out;
        std::size_t best = 0;
        for (const frozen::product& p : kb_.products(component.products)) {
            const std::string_view pattern = kb_.str(p.name);
            if (pattern.size() <= best || !matches_pattern(pattern, name)) continue;
            best = pattern.size();
            out = bits(component.values.count);
            for (const frozen::interval i : kb_.intervals(p.values)) out.set_range(i.first, i.last);
        }
        return out;
    }
    [[nodiscard]] bits product_values(std::uint32_t c, std::string_view name) const {
        bits out(kb_.components()[c].values.count);
        const std::string folded = fold_product(name);
        for (const frozen::product& p : kb_.products(kb_.components()[c].products))
            for (const frozen::text alias : kb_.texts(p.aliases))
                if (kb_.str(alias) == folded)
                    for (const frozen::interval i : kb_.intervals(p.values)) out.set_range(i.first, i.last);
        return out;
    }
    [[nodiscard]] std::vector<std::string> near_products(std::uint32_t c, std::string_view name) const {
        const std::string folded = fold_product(name);
        std::vector<std::pair<std::size_t, std::string>> near;
        for (const frozen::product& p : kb_.products(kb_.components()[c].products)) {
            std::size_t best = folded.size();
            for (const frozen::text alias : kb_.texts(p.aliases))
                best = std::min(best, edit_distance(folded, kb_.str(alias)));
            if (best <= 1 + folded.size() / 4) near.emplace_back(best, std::string(kb_.str(p.name)));
        }
        std::sort(near.begin(), near.end());
        std::vector<std::string> out;
        for (std::size_t i = 0; i < near.size() && i < 3; ++i) out.push_back(near[i].second);
        return out;
    }
};

} // namespace cudacompat::detail
