// The form of single facts.
#include "rules.hpp"

#include <algorithm>
#include <unordered_set>

namespace cudacompat::lint_impl {
namespace {

enum class target { none, sass, ptx };

/// sm_86, sm_90a, compute_100f.
[[nodiscard]] target kind_of_target(std::string_view s) noexcept {
    target kind = target::none;
    if (s.starts_with("sm_")) {
        kind = target::sass;
        s.remove_prefix(3);
    } else if (s.starts_with("compute_")) {
        kind = target::ptx;
        s.remove_prefix(8);
    }
    if (!s.empty() && (s.back() == 'a' || s.back() == 'f')) s.remove_suffix(1);
    const bool digits = (s.size() == 2 || s.size() == 3) && s.front() != '0' &&
                        std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? kind : target::none;
}

} // namespace

void platform_unknown(const model& data, findings& out) {
    if (data.platforms.empty()) return; // an overlay without kb.yaml
    const auto check = [&](const std::vector<std::string>& on, const source_region& where,
                           const std::string& what) {
        for (const std::string& p : on)
            if (std::find(data.platforms.begin(), data.platforms.end(), p) == data.platforms.end())
                say(out, where, what + " is on '" + p + "', which is no platform of kb.yaml",
                    "correct the name or add the platform");
    };
    for (const component_record& c : data.components)
        for (const build_record& b : c.builds)
            check(b.on, b.where, "build " + c.name + " " + b.version + " [" + b.variant + "]");
    for (const fact_record& f : data.facts) check(f.on, f.where, "fact " + f.id);
    for (const name_record& n : data.names) check(n.on, n.where, "name " + n.id);
}

void date_shape(const model& data, findings& out) {
    const auto check = [&](const std::string& date, const source_region& where, const std::string& what) {
        if (!date.empty() && !is_date(date, false))
            say(out, where, what + " is '" + date + "'",
                "write YYYY-MM-DD, or YYYY-MM where the day is not known");
    };
    for (const component_record& c : data.components)
        for (const release_record& r : c.releases)
            check(r.date, r.where, "the date of release " + c.name + " " + r.version);
    for (const fact_record& f : data.facts) {
        check(f.since, f.where, "'since' of fact " + f.id);
        check(f.until, f.where, "'until' of fact " + f.id);
    }
    check(data.read, {}, "'read' of kb.yaml");
}

void ships_shape(const model& data, findings& out) {
    for (const fact_record& f : data.facts)
        if (f.kind == fact_kind::ships && f.if_.size() != 1)
            say(out, f.where,
                "fact " + f.id + " of kind ships has " + std::to_string(f.if_.size()) + " components in 'if'",
                "a build is of one component; use 'on' for the platform");
}

void agrees_shape(const model& data, findings& out) {
    for (const fact_record& f : data.facts) {
        if (f.kind != fact_kind::agrees) continue;
        const bool one = f.if_.size() == 1;
        const bool right = (one || f.if_.size() == 2) &&
                           std::all_of(f.if_.begin(), f.if_.end(), [&](const selector_record& s) {
                               const auto c =
                                   std::find_if(data.components.begin(), data.components.end(),
                                                [&](const auto& known) { return known.name == s.component; });
                               return c != data.components.end() && s.spec == "*" && s.variants.empty() &&
                                      c->count == (one ? multiplicity::bundled : multiplicity::host) &&
                                      c->scheme != version_scheme::label;
                           });
        if (!right)
            say(out, f.where,
                "fact " + f.id +
                    " of kind agrees names neither one library that builds carry nor two parts of the host",
                "write if: {NAME: \"*\"} with a component of multiplicity bundled, or if: {A: \"*\", B: "
                "\"*\"} with two of multiplicity host; neither has labels for versions");
    }
}

void supports_shape(const model& data, findings& out) {
    for (const fact_record& f : data.facts) {
        if (f.kind != fact_kind::supports) continue;
        if (f.if_.size() != 1)
            say(out, f.where,
                "fact " + f.id + " of kind supports has " + std::to_string(f.if_.size()) +
                    " components in 'if'",
                "a build is of one component; use 'on' for the platform");
        bool ptx = false;
        std::unordered_set<std::string_view> seen;
        for (const std::string& code : f.code) {
            const target kind = kind_of_target(code);
            if (kind == target::none)
                say(out, f.where, "fact " + f.id + " has the code target '" + code + "'",
                    "write sm_XY or compute_XY");
            if (!seen.insert(code).second)
                say(out, f.where, "fact " + f.id + " has the code target '" + code + "' twice",
                    "keep one of them");
            ptx = ptx || kind == target::ptx;
        }
        if (f.code.empty())
            say(out, f.where, "fact " + f.id + " has no code target", "list what the build carries");
        if (ptx && f.ptx.empty())
            say(out, f.where, "fact " + f.id + " has a compute_ target and no 'ptx'",
                "give the PTX ISA version that it is written in");
        if (!ptx && !f.ptx.empty())
            say(out, f.where, "fact " + f.id + " has 'ptx' and no compute_ target", "leave 'ptx' out");
    }
}

void ends_shape(const model& data, findings& out) {
    for (const fact_record& f : data.facts) {
        if (f.kind != fact_kind::ends) continue;
        if (f.if_.size() != 1)
            say(out, f.where,
                "fact " + f.id + " of kind ends has " + std::to_string(f.if_.size()) + " components in 'if'",
                "one fact for each component that ends");
        if (f.until.empty())
            say(out, f.where, "fact " + f.id + " of kind ends has no 'until'", "give the date of the end");
        if (!f.since.empty() && f.until < f.since)
            say(out, f.where, "fact " + f.id + " ends on " + f.until + ", before " + f.since,
                "exchange 'since' and 'until'");
    }
}

void note_demanded(const model& data, findings& out) {
    for (const fact_record& f : data.facts)
        if (f.sure != certainty::sure && f.note.empty())
            say(out, f.where,
                "fact " + f.id + " is " + (f.sure == certainty::weak ? "weak" : "derived") +
                    " and has no note",
                f.sure == certainty::weak ? "say in 'note' why it is weak"
                                          : "say in 'note' by which rule it follows");
}

void single_third_party(const model& data, findings& out) {
    for (const fact_record& f : data.facts)
        if (f.evidence == evidence_level::third_party && f.sources.size() < 2 && f.sure == certainty::sure)
            say(out, f.where, "fact " + f.id + " rests on one third party and is sure",
                "add a second source, or certainty: weak");
}

} // namespace cudacompat::lint_impl
