// The immutable knowledge base: a checked view of one frozen block.
//
// Cheap to copy (it shares the block), safe to read from any number of threads. Open checks every index
// once, so that the accessors need no checks and a damaged file is an error, not undefined behaviour.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/base/result.hpp>
#include <cudacompat/knowledge/frozen.hpp>
#include <cudacompat/knowledge/model.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace cudacompat {

class knowledge_base {
public:
    /// Views a block that outlives every copy of the result (the embedded data).
    [[nodiscard]] static result<knowledge_base> open(std::span<const std::byte> block);
    /// A block that the library's own build made and linked in: only what ties it to this build is looked at.
    [[nodiscard]] static result<knowledge_base> open_own(std::span<const std::byte> block);
    /// Takes ownership of a block.
    [[nodiscard]] static result<knowledge_base> adopt(std::vector<std::byte> block);

    [[nodiscard]] std::string_view title() const noexcept { return str(head().title); }
    [[nodiscard]] std::string_view version() const noexcept { return str(head().version); }
    /// The oldest date on which a source was read; may be empty.
    [[nodiscard]] std::string_view first_read() const noexcept { return str(head().first_read); }
    /// The newest date on which a source of the fact was read; empty where none says.
    [[nodiscard]] std::string_view read_on(const frozen::fact& f) const noexcept {
        std::string_view out;
        for (const frozen::citation& c : citations(f.sources))
            out = std::max(out, str(sources()[c.source].read));
        return out;
    }
    /// 16 hexadecimal digits that change with any change of the data.
    [[nodiscard]] std::string digest() const {
        std::string out(16, '0');
        std::uint64_t rest = head().digest;
        for (std::size_t i = out.size(); i-- > 0; rest >>= 4U) out[i] = "0123456789abcdef"[rest & 15U];
        return out;
    }
    /// Newest date on which a source was read.
    [[nodiscard]] std::string_view read() const noexcept { return str(head().read); }
    [[nodiscard]] bool generic() const noexcept { return head().generic != 0; }

    [[nodiscard]] std::span<const frozen::text> platforms() const noexcept {
        return rows<frozen::text>(head().platforms);
    }
    [[nodiscard]] std::span<const frozen::component> components() const noexcept {
        return rows<frozen::component>(head().components);
    }
    [[nodiscard]] std::span<const frozen::value> values() const noexcept {
        return rows<frozen::value>(head().values);
    }
    [[nodiscard]] std::span<const frozen::fact> facts() const noexcept {
        return rows<frozen::fact>(head().facts);
    }
    [[nodiscard]] std::span<const frozen::source> sources() const noexcept {
        return rows<frozen::source>(head().sources);
    }
    [[nodiscard]] std::span<const frozen::product> products() const noexcept {
        return rows<frozen::product>(head().products);
    }
    [[nodiscard]] std::span<const frozen::selector> selectors() const noexcept {
        return rows<frozen::selector>(head().selectors);
    }

    // The lookup tables; lookup.hpp searches them.
    [[nodiscard]] std::span<const frozen::error> errors() const noexcept {
        return rows<frozen::error>(head().errors);
    }
    [[nodiscard]] std::span<const frozen::package_name> names() const noexcept {
        return rows<frozen::package_name>(head().names);
    }
    [[nodiscard]] std::span<const frozen::chip> chips() const noexcept {
        return rows<frozen::chip>(head().chips);
    }
    /// Kinds of findings, root causes first.
    [[nodiscard]] std::span<const frozen::rule> rules() const noexcept {
        return rows<frozen::rule>(head().rules);
    }
    [[nodiscard]] std::span<const frozen::cause> causes(const frozen::error& e) const noexcept {
        return rows<frozen::cause>(head().causes).subspan(e.causes.first, e.causes.count);
    }
    [[nodiscard]] std::span<const frozen::device> devices(const frozen::chip& c) const noexcept {
        return rows<frozen::device>(head().devices).subspan(c.devices.first, c.devices.count);
    }
    [[nodiscard]] std::span<const frozen::id_range> id_ranges(const frozen::chip& c) const noexcept {
        return rows<frozen::id_range>(head().id_ranges).subspan(c.ranges.first, c.ranges.count);
    }

    [[nodiscard]] std::span<const frozen::value> values(const frozen::component& c) const noexcept {
        return values().subspan(c.values.first, c.values.count);
    }
    [[nodiscard]] std::span<const frozen::text> texts(frozen::slice s) const noexcept {
        return rows<frozen::text>(head().texts).subspan(s.first, s.count);
    }
    [[nodiscard]] std::span<const frozen::build> builds(frozen::slice s) const noexcept {
        return rows<frozen::build>(head().builds).subspan(s.first, s.count);
    }
    /// The known releases inside a cell of an open line, newest first.
    [[nodiscard]] std::span<const frozen::cell_release> cell_releases(frozen::slice s) const noexcept {
        return rows<frozen::cell_release>(head().cell_releases).subspan(s.first, s.count);
    }
    [[nodiscard]] std::span<const frozen::interval> intervals(frozen::slice s) const noexcept {
        return rows<frozen::interval>(head().intervals).subspan(s.first, s.count);
    }
    [[nodiscard]] std::span<const frozen::selector> selectors(frozen::slice s) const noexcept {
        return selectors().subspan(s.first, s.count);
    }
    [[nodiscard]] std::span<const frozen::group> groups(frozen::slice s) const noexcept {
        return rows<frozen::group>(head().groups).subspan(s.first, s.count);
    }
    [[nodiscard]] std::span<const frozen::citation> citations(frozen::slice s) const noexcept {
        return rows<frozen::citation>(head().citations).subspan(s.first, s.count);
    }
    [[nodiscard]] std::span<const frozen::product> products(frozen::slice s) const noexcept {
        return products().subspan(s.first, s.count);
    }
    /// Facts (by index) in whose condition the component occurs.
    [[nodiscard]] std::span<const std::uint32_t> facts_if(const frozen::component& c) const noexcept {
        return rows<std::uint32_t>(head().fact_refs).subspan(c.facts_if.first, c.facts_if.count);
    }
    [[nodiscard]] std::string_view str(frozen::text t) const noexcept {
        const std::byte* at = block_.data() + head().strings.first + t.at;
        std::uint16_t length = 0;
        std::memcpy(&length, at, sizeof length);
        return {reinterpret_cast<const char*>(at) + sizeof length, length};
    }

    /// What a later layer stored for questions about one component on one platform; may be none.
    [[nodiscard]] std::span<const frozen::byte_range> prepared() const noexcept {
        return rows<frozen::byte_range>(head().prepared);
    }
    [[nodiscard]] std::span<const std::byte> bytes(const frozen::byte_range& r) const noexcept {
        return block_.subspan(r.first, r.bytes);
    }

    /// Index of the component with this name or alias, or frozen::none. As in Python's package names, letter case
    /// does not count and '_' is '-'.
    [[nodiscard]] std::uint32_t find_component(std::string_view name) const noexcept {
        const auto same = [name](std::string_view other) {
            const auto fold = [](char c) {
                return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            };
            if (name.size() != other.size()) return false;
            for (std::size_t i = 0; i < name.size(); ++i)
                if (fold(name[i]) != fold(other[i])) return false;
            return true;
        };
        for (std::uint32_t i = 0; i < components().size(); ++i) {
            if (same(str(components()[i].name))) return i;
            for (const frozen::text alias : texts(components()[i].aliases))
                if (same(str(alias))) return i;
        }
        return frozen::none;
    }
    /// Index of the platform, or frozen::none.
    [[nodiscard]] std::uint32_t find_platform(std::string_view name) const noexcept {
        for (std::uint32_t i = 0; i < platforms().size(); ++i)
            if (str(platforms()[i]) == name) return i;
        return frozen::none;
    }
    [[nodiscard]] std::string_view name(std::uint32_t component) const noexcept {
        return str(components()[component].name);
    }
    /// Same block, same knowledge: the key of caches.
    [[nodiscard]] const void* identity() const noexcept { return block_.data(); }
    [[nodiscard]] std::span<const std::byte> block() const noexcept { return block_; }

private:
    [[nodiscard]] const frozen::header& head() const noexcept {
        return *reinterpret_cast<const frozen::header*>(block_.data());
    }
    template <class T>
    [[nodiscard]] std::span<const T> rows(frozen::slice s) const noexcept {
        return {reinterpret_cast<const T*>(block_.data() + s.first), s.count};
    }
    [[nodiscard]] bool of_this_build() const noexcept;
    [[nodiscard]] bool valid() const noexcept;

    std::span<const std::byte> block_;
    std::shared_ptr<const std::vector<std::byte>> owner_;
};

// ------------------------------------------------------------------------------------------------------------

inline bool knowledge_base::of_this_build() const noexcept {
    namespace fz = frozen;
    return block_.size() >= sizeof(fz::header) &&
           reinterpret_cast<std::uintptr_t>(block_.data()) % alignof(std::uint64_t) == 0 &&
           head().magic == fz::magic && head().format == fz::format &&
           head().record_hash == fz::record_hash && head().bytes == block_.size();
}

inline bool knowledge_base::valid() const noexcept {
    namespace fz = frozen;
    if (!of_this_build()) return false;
    const fz::header& h = head();
    const auto section = [&](fz::slice s, std::size_t size) {
        return s.first % 4 == 0 && s.first <= h.bytes && s.count <= (h.bytes - s.first) / size;
    };
    if (!(section(h.strings, 1) && section(h.platforms, sizeof(fz::text)) &&
          section(h.components, sizeof(fz::component)) && section(h.values, sizeof(fz::value)) &&
          section(h.builds, sizeof(fz::build)) && section(h.cell_releases, sizeof(fz::cell_release)) &&
          section(h.products, sizeof(fz::product)) && section(h.intervals, sizeof(fz::interval)) &&
          section(h.selectors, sizeof(fz::selector)) && section(h.groups, sizeof(fz::group)) &&
          section(h.facts, sizeof(fz::fact)) && section(h.citations, sizeof(fz::citation)) &&
          section(h.sources, sizeof(fz::source)) && section(h.texts, sizeof(fz::text)) &&
          section(h.fact_refs, sizeof(std::uint32_t)) && section(h.errors, sizeof(fz::error)) &&
          section(h.causes, sizeof(fz::cause)) && section(h.names, sizeof(fz::package_name)) &&
          section(h.chips, sizeof(fz::chip)) && section(h.devices, sizeof(fz::device)) &&
          section(h.id_ranges, sizeof(fz::id_range)) && section(h.rules, sizeof(fz::rule)) &&
          section(h.prepared, sizeof(fz::byte_range))))
        return false;

    for (const fz::byte_range& r : rows<fz::byte_range>(h.prepared))
        if (r.first > h.bytes || r.bytes > h.bytes - r.first || r.component >= h.components.count)
            return false;
    const auto within = [](fz::slice s, fz::slice in) {
        return s.first <= in.count && s.count <= in.count - s.first;
    };
    const auto text_ok = [&](std::uint32_t at) {
        std::uint16_t length = 0;
        if (h.strings.count < sizeof length || at > h.strings.count - sizeof length) return false;
        std::memcpy(&length, block_.data() + h.strings.first + at, sizeof length);
        return length <= h.strings.count - sizeof length - at;
    };
    const auto texts_ok = [&](auto... t) { return (text_ok(t.at) && ...); };
    if (!texts_ok(h.title, h.version, h.read, h.first_read) || h.platforms.count == 0 ||
        h.platforms.count > 31)
        return false;
    for (const fz::text t : platforms())
        if (!texts_ok(t)) return false;
    for (const fz::text t : rows<fz::text>(h.texts))
        if (!texts_ok(t)) return false;
    for (const fz::component& c : components())
        if (!texts_ok(c.name, c.title, c.assumed) || c.scheme > 4 || c.multiplicity > 5 || c.role > 5 ||
            !within(c.values, h.values) || !within(c.aliases, h.texts) || !within(c.products, h.products) ||
            !within(c.sources, h.citations) || !within(c.facts_if, h.fact_refs) ||
            (c.companion_of != fz::none && c.companion_of >= h.components.count))
            return false;
    for (const fz::value& v : values())
        if (!texts_ok(v.version, v.variant, v.low, v.high, v.date) || !within(v.sources, h.citations) ||
            !within(v.builds, (v.flags & fz::is_cell) != 0 ? h.cell_releases : h.builds))
            return false;
    for (const fz::build& b : rows<fz::build>(h.builds))
        if (!texts_ok(b.channel, b.note) || !within(b.sources, h.citations)) return false;
    for (const fz::cell_release& r : rows<fz::cell_release>(h.cell_releases))
        if (!texts_ok(r.version, r.date)) return false;
    for (const fz::product& p : products())
        if (!texts_ok(p.name) || p.component >= h.components.count || !within(p.aliases, h.texts) ||
            !within(p.values, h.intervals) || !within(p.sources, h.citations))
            return false;
    for (const fz::selector& s : selectors()) {
        if (!texts_ok(s.name, s.spec) || !within(s.variants, h.texts) || !within(s.values, h.intervals))
            return false;
        if (s.component == fz::none) continue;
        if (s.component >= h.components.count) return false;
        for (const fz::interval i : intervals(s.values))
            if (i.first > i.last || i.last > components()[s.component].values.count) return false;
    }
    for (const fz::product& p : products())
        for (const fz::interval i : intervals(p.values))
            if (i.first > i.last || i.last > components()[p.component].values.count) return false;
    for (const fz::group& g : rows<fz::group>(h.groups))
        if (!within(g.any_of, h.selectors)) return false;
    for (const fz::fact& f : facts())
        if (!texts_ok(f.id, f.note, f.said, f.since, f.until, f.dispute, f.file) ||
            f.kind >= fact_kind_names.size() || f.enforced_by > 9 || f.evidence > 5 || f.certainty > 2 ||
            (f.rule != fz::no_rule && f.rule >= h.rules.count) || !within(f.conditions, h.selectors) ||
            !within(f.then, h.groups) || !within(f.sources, h.citations))
            return false;
    for (const fz::citation& c : rows<fz::citation>(h.citations))
        if (!texts_ok(c.at) || c.source >= h.sources.count) return false;
    for (const fz::source& s : sources())
        if (!texts_ok(s.id, s.kind, s.title, s.url, s.repo, s.commit, s.path, s.read)) return false;
    for (const std::uint32_t f : rows<std::uint32_t>(h.fact_refs))
        if (f >= h.facts.count) return false;

    for (const fz::error& e : errors())
        if (!texts_ok(e.id, e.name, e.driver_name, e.says) || e.layer >= error_layer_names.size() ||
            e.versions >= version_tell_names.size() || !within(e.texts, h.texts) ||
            !within(e.causes, h.causes) || !within(e.sources, h.citations))
            return false;
    for (const fz::cause& c : rows<fz::cause>(h.causes))
        if (!texts_ok(c.what, c.tell, c.advice)) return false;
    for (const fz::package_name& n : names())
        if (!texts_ok(n.id, n.component, n.cuda, n.variant, n.name, n.versions, n.note) ||
            n.manager >= package_manager_names.size() || !within(n.sources, h.citations))
            return false;
    for (const fz::chip& c : chips())
        if (!texts_ok(c.name, c.compute_capability, c.basis) || !within(c.devices, h.devices) ||
            !within(c.ranges, h.id_ranges) || !within(c.sources, h.citations))
            return false;
    for (const fz::rule& r : rules())
        if (!texts_ok(r.id, r.says, r.otherwise) || r.level >= severity_names.size() ||
            !within(r.looks_like, h.texts) || !within(r.change, h.texts) || !within(r.stated, h.texts) ||
            !within(r.blames, h.texts))
            return false;
    for (const fz::device& d : rows<fz::device>(h.devices))
        if (!texts_ok(d.name, d.category) || !within(d.also, h.texts)) return false;
    return true;
}

inline result<knowledge_base> knowledge_base::open_own(std::span<const std::byte> block) {
    knowledge_base kb;
    kb.block_ = block;
    if (!kb.of_this_build())
        return error{errc::bad_data, "the embedded data belong to another build of the library", {}, {}};
    return kb;
}

inline result<knowledge_base> knowledge_base::open(std::span<const std::byte> block) {
    knowledge_base kb;
    kb.block_ = block;
    if (!kb.valid())
        return error{errc::bad_data,
                     "not a compiled knowledge base of this version and machine; compile it again with "
                     "'cudacompat kb compile'",
                     {},
                     {}};
    return kb;
}

inline result<knowledge_base> knowledge_base::adopt(std::vector<std::byte> block) {
    auto owner = std::make_shared<const std::vector<std::byte>>(std::move(block));
    result<knowledge_base> kb = open(*owner);
    if (kb) kb->owner_ = std::move(owner);
    return kb;
}

} // namespace cudacompat
