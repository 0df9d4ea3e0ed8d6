// Laying an overlay over a model. The law: an overlay only adds, so that it narrows; where it takes something away, it
// names what (`overrides`). What would silently change a record below it is an error that names both places.
#include "records.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace cudacompat::yaml_impl {

std::string place(const source_region& r) {
    return r.file + ":" + std::to_string(r.line) + ":" + std::to_string(r.column);
}

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

[[nodiscard]] bool share_platform(const build_record& a, const build_record& b) {
    if (a.on.empty() || b.on.empty()) return true;
    return std::any_of(a.on.begin(), a.on.end(), [&](const std::string& p) {
        return std::find(b.on.begin(), b.on.end(), p) != b.on.end();
    });
}

class overlay_merger {
public:
    overlay_merger(model& below, std::uint32_t number, std::vector<cudacompat::error>& errors)
        : below_(below), number_(number), errors_(errors) {}

    void run(overlay_content overlay) {
        if (!check_form(overlay)) return;
        stamp(overlay.data);
        sources(overlay.data.sources);
        for (component_record& c : overlay.data.components) component(c, overlay.given[c.name]);
        facts(overlay.data.facts);
        table(below_.errors, overlay.data.errors, "error");
        table(below_.names, overlay.data.names, "name");
        chips(overlay.data.chips);
        table(below_.rules, overlay.data.rules, "rule");
        below_.version += (below_.version.empty() ? "overlay " : " + overlay ") + overlay.data.title;
        below_.overlays.push_back(std::move(overlay.data.title));
    }

private:
    void complain(const source_region& where, std::string message, std::vector<std::string> meant = {}) {
        errors_.push_back({errc::bad_data, std::move(message), where, std::move(meant)});
    }
    /// "...; the base has it in file:line:column"
    void twice(const source_region& where, const std::string& what, const source_region& first,
               const std::string& mend) {
        complain(where, what + " stands already in " + place(first) + "; " + mend);
    }

    /// Generic files over generic ones, sourced over sourced.
    [[nodiscard]] bool check_form(const overlay_content& overlay) {
        const model& data = overlay.data;
        if ((data.components.empty() && data.facts.empty()) || data.generic == below_.generic) return true;
        const source_region& where =
            !data.components.empty() ? data.components.front().where : data.facts.front().where;
        complain(where, data.generic
                            ? "a generic overlay over a knowledge base that is not generic; expected "
                              "files as data/README.md describes"
                            : "an overlay that is not generic over a generic knowledge base; expected "
                              "'generic: true' in its files");
        return false;
    }

    void stamp(model& data) const {
        for (source_record& s : data.sources) s.overlay = number_;
        for (fact_record& f : data.facts) f.overlay = number_;
        for (error_record& e : data.errors) e.overlay = number_;
        for (name_record& n : data.names) n.overlay = number_;
        for (chip_record& c : data.chips) c.overlay = number_;
        for (rule_record& r : data.rules) r.overlay = number_;
        for (component_record& c : data.components) {
            c.overlay = number_;
            for (release_record& r : c.releases) r.overlay = number_;
            for (build_record& b : c.builds) b.overlay = number_;
            for (product_record& p : c.products) p.overlay = number_;
        }
    }

    void sources(std::vector<source_record>& own) {
        std::unordered_map<std::string_view, const source_record*> known;
        for (const source_record& s : below_.sources) known.emplace(s.id, &s);
        std::vector<source_record> fresh;
        for (source_record& s : own)
            if (const auto it = known.find(s.id); it == known.end()) fresh.push_back(std::move(s));
            else
                twice(s.where, "source '" + s.id + "'", it->second->where,
                      "give the overlay's source an id of its own");
        append(below_.sources, fresh);
    }

    // -- components -----------------------------------------------------------------------------------------

    [[nodiscard]] component_record* find(const std::string& name) {
        for (component_record& c : below_.components)
            if (c.name == name) return &c;
        return nullptr;
    }

    void component(component_record& own, std::uint32_t given) {
        for (const component_record& c : below_.components) {
            if (c.name == own.name) continue;
            const auto taken = [&](const std::string& name) {
                return c.name == name ||
                       std::find(c.aliases.begin(), c.aliases.end(), name) != c.aliases.end();
            };
            if (taken(own.name))
                twice(own.where, "component '" + own.name + "' has a name that", c.where,
                      "it is an alias of '" + c.name + "', extend that one");
            for (const std::string& a : own.aliases)
                if (taken(a))
                    twice(own.where, "the alias '" + a + "' of '" + own.name + "'", c.where,
                          "it means '" + c.name + "' there, choose another");
        }
        if (component_record* base = find(own.name)) {
            extend(*base, own, given);
            return;
        }
        constexpr std::uint32_t needed = gives_scheme | gives_multiplicity;
        if (!below_.generic && (given & needed) != needed) {
            std::vector<std::string_view> names;
            for (const component_record& c : below_.components) names.push_back(c.name);
            complain(
                own.where,
                "component '" + own.name + "' lacks the key " +
                    ((given & gives_scheme) == 0 ? "'scheme'" : "'multiplicity'") +
                    "; only an extension of a component of the base may leave it out, and the base has no '" +
                    own.name + "'",
                nearest(own.name, names));
        }
        below_.components.push_back(std::move(own));
    }

    void extend(component_record& base, component_record& own, std::uint32_t given) {
        const auto same = [&](component_key key, std::string_view name, bool equal) {
            if ((given & key) == 0 || equal) return;
            complain(own.where,
                     "component '" + own.name + "' has another '" + std::string(name) + "' than in " +
                         place(base.where) +
                         "; an overlay may extend a component but not change it, leave the key out");
        };
        same(gives_title, "title", own.title == base.title);
        same(gives_scheme, "scheme", own.scheme == base.scheme);
        same(gives_multiplicity, "multiplicity", own.count == base.count);
        same(gives_role, "role", own.role == base.role);
        same(gives_line, "line", own.open_line == base.open_line);
        same(gives_device_code, "device_code", own.device_code == base.device_code);
        same(gives_free_variants, "free_variants", own.free_variants == base.free_variants);
        same(gives_companion_of, "companion_of", own.companion_of == base.companion_of);
        same(gives_prefer, "prefer", own.prefer == base.prefer);
        same(gives_assumed, "assumed", own.assumed == base.assumed);

        // What the overlay says of the component as a whole is the source of its own entries alone.
        const auto inherit = [&](std::vector<source_ref>& refs) {
            if (refs.empty()) refs = own.sources;
        };
        for (release_record& r : own.releases) inherit(r.sources);
        for (build_record& b : own.builds) inherit(b.sources);
        for (product_record& p : own.products) inherit(p.sources);

        builds(base, own);
        releases(base, own);
        for (const product_record& p : own.products)
            for (const product_record& b : base.products)
                if (b.name == p.name)
                    twice(p.where, "product '" + p.name + "'", b.where,
                          "an overlay adds products, leave it out");
        append(base.products, own.products);
        for (std::string& a : own.aliases)
            if (std::find(base.aliases.begin(), base.aliases.end(), a) == base.aliases.end())
                base.aliases.push_back(std::move(a));
    }

    void releases(component_record& base, component_record& own) {
        std::unordered_map<std::string_view, const release_record*> known;
        for (const release_record& r : base.releases) known.emplace(r.version, &r);
        std::vector<release_record> fresh;
        for (release_record& r : own.releases) {
            const auto it = known.find(r.version);
            if (it == known.end()) fresh.push_back(std::move(r));
            else if (!below_.generic) // there a release is what carries further requirements
                twice(r.where, "release '" + r.version + "' of '" + own.name + "'", it->second->where,
                      "an overlay adds releases, leave it out (its builds may stay)");
        }
        append(base.releases, fresh);
    }

    void builds(component_record& base, component_record& own) {
        std::unordered_map<std::string_view, std::vector<const build_record*>> known;
        for (const build_record& b : base.builds) known[b.version].push_back(&b);
        for (const build_record& b : own.builds) {
            const auto it = known.find(b.version);
            if (it != known.end()) {
                for (const build_record* k : it->second)
                    if (k->variant == b.variant && k->channel == b.channel && share_platform(*k, b))
                        twice(b.where, "build " + own.name + " " + b.version + " [" + b.variant + "]",
                              k->where, "an overlay adds builds, leave it out");
                continue;
            }
            for (const release_record& r : base.releases)
                if (r.version == b.version)
                    complain(b.where,
                             "release '" + b.version + "' of '" + own.name + "' in " + place(r.where) +
                                 " has no builds and so stands for one on every platform; a build in an "
                                 "overlay would take that away, add a release of its own instead");
        }
        append(base.builds, own.builds);
    }

    // -- facts ----------------------------------------------------------------------------------------------

    void facts(std::vector<fact_record>& own) {
        std::unordered_map<std::string_view, const fact_record*> known, gone, mine;
        for (const fact_record& f : below_.facts) known.emplace(f.id, &f);
        for (const fact_record& f : below_.overridden) gone.emplace(f.id, &f);
        std::unordered_map<const fact_record*, const fact_record*> replaced; // of the base -> by
        std::vector<fact_record*> fresh; // those that may stand beside what is below
        for (fact_record& f : own) {
            if (const auto [it, is_new] = mine.emplace(f.id, &f); !is_new) {
                twice(f.where, "fact '" + f.id + "'", it->second->where, "give it an id of its own");
                continue;
            }
            if (const auto it = known.find(f.id); it != known.end() && f.overrides != f.id) {
                twice(f.where, "fact '" + f.id + "'", it->second->where,
                      "give it an id of its own, or say 'overrides: " + f.id + "' to replace that one");
                continue;
            }
            fresh.push_back(&f);
            if (f.overrides.empty()) continue;
            if (const auto it = known.find(f.overrides); it != known.end()) {
                const auto [by, first] = replaced.emplace(it->second, &f);
                if (!first)
                    complain(f.where,
                             "fact '" + f.id + "' overrides '" + f.overrides + "', which '" + by->second->id +
                                 "' in " + place(by->second->where) +
                                 " overrides already; one fact takes the place, others stand beside it "
                                 "without 'overrides'");
            } else {
                not_there(f, gone, known);
            }
        }
        std::vector<fact_record> kept;
        kept.reserve(below_.facts.size() + own.size());
        for (fact_record& f : below_.facts) {
            auto& to = replaced.contains(&f) ? below_.overridden : kept;
            to.push_back(std::move(f));
        }
        for (fact_record* f : fresh) kept.push_back(std::move(*f));
        below_.facts = std::move(kept);
    }

    void not_there(const fact_record& f, const std::unordered_map<std::string_view, const fact_record*>& gone,
                   const std::unordered_map<std::string_view, const fact_record*>& known) {
        const std::string what = "fact '" + f.id + "' overrides '" + f.overrides + "', ";
        if (const auto it = gone.find(f.overrides); it != gone.end()) {
            std::vector<std::string> meant;
            for (const fact_record& by : below_.facts)
                if (by.overrides == f.overrides) meant.push_back(by.id);
            complain(f.where,
                     what + "which an earlier overlay has taken out (it stood in " +
                         place(it->second->where) + "); override the fact in its place",
                     std::move(meant));
            return;
        }
        std::vector<std::string_view> names;
        names.reserve(known.size());
        for (const auto& [id, record] : known) names.push_back(id);
        std::sort(names.begin(), names.end());
        complain(f.where, what + "which the base does not have; 'kb show' and the answers name its facts",
                 nearest(f.overrides, names));
    }

    // -- lookup tables --------------------------------------------------------------------------------------

    template <class Record>
    void table(std::vector<Record>& below, std::vector<Record>& own, const std::string& what) {
        std::unordered_map<std::string_view, const Record*> known;
        for (const Record& r : below) known.emplace(r.id, &r);
        std::vector<Record> fresh;
        for (Record& r : own)
            if (const auto it = known.find(r.id); it == known.end()) fresh.push_back(std::move(r));
            else twice(r.where, what + " '" + r.id + "'", it->second->where, "give it an id of its own");
        append(below, fresh);
    }
    /// Devices of a chip that is there already join it.
    void chips(std::vector<chip_record>& own) {
        std::unordered_map<std::string, const device_record*> known;
        for (const chip_record& c : below_.chips)
            for (const device_record& d : c.devices) known.emplace(c.vendor + d.id, &d);
        std::vector<std::pair<std::size_t, chip_record>> joining; // after the last look at `known`
        std::vector<chip_record> fresh;
        for (chip_record& c : own) {
            std::erase_if(c.devices, [&](const device_record& d) {
                const auto it = known.find(c.vendor + d.id);
                if (it == known.end()) return false;
                twice(d.where, "PCI device id '" + d.id + "'", it->second->where,
                      "an overlay adds devices, leave it out");
                return true;
            });
            const auto same =
                std::find_if(below_.chips.begin(), below_.chips.end(),
                             [&](const chip_record& b) { return b.vendor == c.vendor && b.chip == c.chip; });
            if (same == below_.chips.end()) {
                fresh.push_back(std::move(c));
            } else if (same->compute_capability != c.compute_capability) {
                complain(c.where, "chip " + c.chip + " has the compute capability " + c.compute_capability +
                                      ", and " + same->compute_capability + " in " + place(same->where) +
                                      "; an overlay adds devices but does not change their chip");
            } else {
                joining.emplace_back(same - below_.chips.begin(), std::move(c));
            }
        }
        for (auto& [at, c] : joining) {
            append(below_.chips[at].devices, c.devices);
            append(below_.chips[at].id_ranges, c.id_ranges);
            append(below_.chips[at].sources, c.sources);
        }
        append(below_.chips, fresh);
    }

    model& below_;
    std::uint32_t number_;
    std::vector<cudacompat::error>& errors_;
};

} // namespace

void lay_over(model& below, overlay_content overlay, std::vector<error>& errors) {
    overlay_merger(below, static_cast<std::uint32_t>(below.overlays.size() + 1), errors)
        .run(std::move(overlay));
}

} // namespace cudacompat::yaml_impl
