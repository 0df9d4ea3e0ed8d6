// Third stage of freeze(): the lookup tables. They refer to sources and platforms only.
#pragma once

#include <cudacompat/knowledge/freeze_values.hpp>

#include <tuple>

namespace cudacompat::detail {

/// Exactly four hex digits in lower case; or frozen::none.
[[nodiscard]] inline std::uint32_t parse_pci_id(std::string_view s) noexcept {
    if (s.size() != 4) return frozen::none;
    std::uint32_t out = 0;
    for (const char c : s) {
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return frozen::none;
        out = out * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return out;
}

class freeze_lookups : protected freeze_values {
protected:
    using freeze_values::freeze_values;

    bool lookups() { return all_errors() && all_names() && all_chips() && all_rules(); }

    /// The rule of a fact, by place in the table; frozen::no_rule.
    [[nodiscard]] std::uint8_t rule_of(const fact_record& f) const {
        for (std::size_t i = 0; i < rule_order_.size(); ++i)
            for (const rule_match& m : rule_order_[i]->facts)
                if (fits(m, f)) return static_cast<std::uint8_t>(i);
        return frozen::no_rule;
    }

    std::vector<frozen::error> errors_;
    std::vector<frozen::cause> causes_;
    std::vector<frozen::package_name> package_names_;
    std::vector<frozen::chip> chips_;
    std::vector<frozen::device> devices_;
    std::vector<frozen::id_range> id_ranges_;
    std::vector<frozen::rule> rules_;

private:
    /// Pointers to the records, in the order of key(record).
    template <class Record, class Key>
    [[nodiscard]] static std::vector<const Record*> ordered(const std::vector<Record>& records, Key key) {
        std::vector<const Record*> out;
        out.reserve(records.size());
        for (const Record& r : records) out.push_back(&r);
        std::stable_sort(out.begin(), out.end(),
                         [&](const Record* a, const Record* b) { return key(*a) < key(*b); });
        return out;
    }
    /// The first of `records` whose id stands before in the list, or null.
    template <class Record>
    [[nodiscard]] const Record* repeated(const std::vector<Record>& records) const {
        std::unordered_map<std::string_view, const Record*> seen;
        for (const Record& r : records)
            if (!seen.emplace(r.id, &r).second) return &r;
        return nullptr;
    }

    [[nodiscard]] static bool fits(const rule_match& m, const fact_record& f) {
        const auto one_of = [](const std::vector<std::string>& list, std::string_view name) {
            return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
        };
        if (!one_of(m.kind, fact_kind_names[static_cast<std::size_t>(f.kind)]) ||
            !one_of(m.enforced_by, enforcer_names[static_cast<std::size_t>(f.enforced_by)]))
            return false;
        if (!m.id.empty() && std::none_of(m.id.begin(), m.id.end(), [&](const std::string& pattern) {
                return matches_pattern(pattern, f.id);
            }))
            return false;
        for (const std::string& wanted : m.if_)
            if (std::none_of(f.if_.begin(), f.if_.end(),
                             [&](const selector_record& s) { return s.component == wanted; }))
                return false;
        const auto listed = [&](const selector_record& s) { return one_of(m.then, s.component); };
        if (m.then.empty() || std::any_of(f.then.begin(), f.then.end(), listed)) return true;
        return std::any_of(f.then_any.begin(), f.then_any.end(),
                           [&](const auto& any) { return std::any_of(any.begin(), any.end(), listed); });
    }

    bool all_rules() {
        if (const rule_record* twice = repeated(data_.rules))
            return fail("rule '" + twice->id + "' is defined twice", twice->where);
        if (data_.rules.size() >= frozen::no_rule)
            return fail("more than 254 rules", data_.rules.back().where);
        rule_order_ = ordered(
            data_.rules, [](const rule_record& r) { return std::tuple(r.rank, std::string_view(r.id)); });
        for (const rule_record* r : rule_order_) {
            frozen::rule out{};
            out.id = text(r->id);
            out.says = text(r->says);
            out.otherwise = text(r->otherwise);
            out.rank = r->rank;
            out.level = static_cast<std::uint8_t>(r->level);
            out.looks_like = texts(r->looks_like);
            out.change = texts(r->change);
            out.stated = texts(r->stated);
            out.blames = texts(r->blames);
            rules_.push_back(out);
        }
        return true;
    }

    bool all_errors() {
        if (const error_record* twice = repeated(data_.errors))
            return fail("error '" + twice->id + "' is defined twice", twice->where);
        for (const error_record* e : ordered(data_.errors, [](const error_record& r) {
                 return std::tuple(r.layer, r.code.value_or(frozen::none), std::string_view(r.id));
             })) {
            frozen::error out{};
            out.id = text(e->id);
            out.name = text(e->name);
            out.driver_name = text(e->driver_name);
            out.says = text(e->says);
            out.code = e->code.value_or(frozen::none);
            out.layer = static_cast<std::uint8_t>(e->layer);
            out.versions = static_cast<std::uint8_t>(e->versions);
            out.texts = texts(e->text);
            out.causes = {count(causes_), count(e->causes)};
            for (const cause_record& c : e->causes)
                causes_.push_back({text(c.cause), text(c.tell), text(c.advice)});
            if (!cite(e->sources, e->where, out.sources)) return false;
            errors_.push_back(out);
        }
        return true;
    }

    bool all_names() {
        if (const name_record* twice = repeated(data_.names))
            return fail("name '" + twice->id + "' is defined twice", twice->where);
        for (const name_record* n : ordered(data_.names, [](const name_record& r) {
                 return std::tuple(std::string_view(r.component), r.manager, r.cuda.size(),
                                   std::string_view(r.cuda), std::string_view(r.id));
             })) {
            frozen::package_name out{};
            out.id = text(n->id);
            out.component = text(n->component);
            out.cuda = text(n->cuda);
            out.variant = text(n->variant);
            out.name = text(n->name);
            out.versions = text(n->versions);
            out.note = text(n->note);
            out.manager = static_cast<std::uint8_t>(n->manager);
            if (!mask(n->on, n->where, out.platforms) || !cite(n->sources, n->where, out.sources))
                return false;
            package_names_.push_back(out);
        }
        return true;
    }

    bool all_chips() {
        std::unordered_map<std::uint64_t, const chip_record*> owner; // vendor and device
        for (const chip_record* c : ordered(data_.chips, [](const chip_record& r) {
                 return std::tuple(std::string_view(r.chip), std::string_view(r.vendor));
             })) {
            frozen::chip out{};
            out.name = text(c->chip);
            out.compute_capability = text(c->compute_capability);
            out.basis = text(c->basis);
            out.vendor = parse_pci_id(c->vendor);
            if (out.vendor == frozen::none)
                return fail("PCI vendor id '" + c->vendor + "' of chip " + c->chip +
                                " is not four hex digits",
                            c->where);
            out.devices = {count(devices_), count(c->devices)};
            for (const device_record* d :
                 ordered(c->devices, [](const device_record& r) { return std::string_view(r.id); })) {
                frozen::device made{};
                made.id = parse_pci_id(d->id);
                if (made.id == frozen::none)
                    return fail("PCI device id '" + d->id + "' of chip " + c->chip +
                                    " is not four hex digits",
                                d->where);
                const auto [first, fresh] = owner.emplace((std::uint64_t{out.vendor} << 16U) | made.id, c);
                if (!fresh)
                    return fail("PCI device id '" + d->id + "' stands twice, for " + first->second->chip +
                                    " and for " + c->chip,
                                d->where);
                made.name = text(d->name);
                made.category = text(d->category);
                made.also = texts(d->also);
                devices_.push_back(made);
            }
            out.ranges = {count(id_ranges_), count(c->id_ranges)};
            for (const std::string& r : c->id_ranges) {
                const std::string_view all(r);
                const bool shaped = all.size() == 9 && all[4] == '-';
                const frozen::id_range made{shaped ? parse_pci_id(all.substr(0, 4)) : frozen::none,
                                            shaped ? parse_pci_id(all.substr(5)) : frozen::none};
                if (made.first == frozen::none || made.last == frozen::none || made.first > made.last)
                    return fail("id range '" + r + "' of chip " + c->chip +
                                    " is not two PCI device ids in order, such as 2680-26ff",
                                c->where);
                id_ranges_.push_back(made);
            }
            if (!cite(c->sources, c->where, out.sources)) return false;
            chips_.push_back(out);
        }
        return true;
    }

    std::vector<const rule_record*> rule_order_; ///< as in rules_
};

} // namespace cudacompat::detail
