// The layout of a frozen knowledge base: flat tables of plain records in one block of bytes.
//
// The block is linked into programs as a constant or read from a file; nothing in it is parsed at start.
// Every record refers to others by index. Byte order and alignment are those of the machine that froze it;
// a block from another kind of machine is refused by its header.
#pragma once

#include <cstdint>
#include <type_traits>

namespace cudacompat::frozen {

inline constexpr std::uint32_t magic = 0x424b4343; // "CCKB" in little endian
inline constexpr std::uint32_t format = 4;         // raised whenever a record changes
inline constexpr std::uint32_t none = 0xffffffff;

/// A text: place in the string section of its length (16 bits) and its bytes. 0: the empty text.
struct text {
    std::uint32_t at;
    [[nodiscard]] bool empty() const noexcept { return at == 0; }
};

/// `count` records of another section, from `first` on.
struct slice {
    std::uint32_t first;
    std::uint32_t count;
};

struct component {
    text name;
    text title;
    text assumed;              // the label that holds where nothing names another
    std::uint8_t scheme;       // version_scheme
    std::uint8_t multiplicity; // multiplicity
    std::uint8_t role;         // component_role
    std::uint8_t flags;        // component_flag
    std::uint32_t companion_of;
    slice values;  // preferred first
    slice aliases; // of texts
    slice products;
    slice sources;
    slice facts_if; // of fact_refs: facts in whose condition it occurs
};
enum component_flag : std::uint8_t {
    open_line = 1,
    device_code = 2,
    avoid = 4,
    has_source = 8,
    free_variants = 16
}; // avoid: absent is preferred, whatever it costs; has_source: a build of it is compiled on the machine;
   // free_variants: a variant is a way to install or to load, and no file that one could look at

/// One value that a variable of this component can take: a release and build, a cell of an open line, or "unknown".
struct value {
    text version; // display text; of a cell: its representative
    text variant;
    text low;  // of a cell: its lower end as a spec part (">=525.60.13"), may be empty
    text high; // of a cell: its upper end ("<530.30.02"), may be empty
    text date;
    std::uint32_t platforms; // bit i: platform i
    std::uint32_t listed;    // bit i: a release known on platform i lies here
    std::uint16_t rank;      // equal for the builds of one release; smaller is newer
    std::uint8_t flags;      // value_flag
    std::uint8_t prefer;     // class of preference, 0 is best
    slice builds;
    slice sources;
};
enum value_flag : std::uint8_t {
    is_unknown = 1,
    is_cell = 2,
    is_prerelease = 4,
    is_host_only = 8,
    is_source = 16, // compiled on the machine
    is_place = 32   // with is_unknown: for a version that a question states and the data does not list
};

/// A published file kind of a value: platform, channel.
struct build {
    text channel;
    text note;
    std::uint32_t platforms : 31;
    std::uint32_t installer_default : 1; // in one word with the platforms: there are thousands of builds
    slice sources;
};

/// A release inside a cell, newest first: representatives for display, by platform.
struct cell_release {
    text version;
    text date;
    std::uint32_t platforms;
};

struct product {
    text name;
    std::uint32_t component;
    slice aliases; // of texts, normalised
    slice values;  // of interval
    slice sources;
};

/// Values first .. last-1 of a component.
struct interval {
    std::uint32_t first;
    std::uint32_t last;
};

struct selector {
    std::uint32_t component; // none: the data does not know this name
    text name;
    text spec;            // as written, without the variants
    slice variants;       // of texts
    slice values;         // of intervals
    std::uint8_t absent;  // the component may be absent
    std::uint8_t present; // it may be present (in values)
    std::uint16_t pad;
};

struct fact {
    text id;
    text note;
    text said; // the author's own sentence, may be empty
    text since;
    text until;
    text dispute;
    text file;
    std::uint32_t line;
    std::uint32_t platforms;
    std::uint8_t kind;
    std::uint8_t enforced_by;
    std::uint8_t evidence;
    std::uint8_t certainty;
    std::uint8_t dispute_default;
    std::uint8_t rule; // of the table of rules; no_rule
    std::uint8_t pad[2];
    slice conditions; // of selectors: all of them
    slice then;       // of groups: each of them; a group holds if one of its selectors does
    slice sources;    // of citations
};

/// Selectors of which one has to hold.
struct group {
    slice any_of;
};

struct citation {
    std::uint32_t source;
    text at;
};

struct source {
    text id;
    text kind;
    text title;
    text url;
    text repo;
    text commit;
    text path;
    text read;
};

/// An entry of the table of errors. Order: layer, those with a code first, code, id.
struct error {
    text id;
    text name;
    text driver_name;
    text says;
    std::uint32_t code;    // none: a text is all there is
    std::uint8_t layer;    // error_layer
    std::uint8_t versions; // version_tell
    std::uint16_t pad;
    slice texts;
    slice causes;
    slice sources;
};

struct cause {
    text what;
    text tell;
    text advice;
};

/// What a component is called by an installer. Order: component, manager, CUDA major, id.
struct package_name {
    text id;
    text component; // of `components`, or one that is not there
    text cuda;
    text variant;
    text name;
    text versions;
    text note;
    std::uint32_t platforms;
    std::uint8_t manager; // package_manager
    std::uint8_t pad[3];
    slice sources;
};

/// A GPU chip and its PCI device ids. Order: name.
struct chip {
    text name;
    text compute_capability;
    text basis;
    std::uint32_t vendor;
    slice devices; // by id
    slice ranges;  // of id_ranges
    slice sources;
};

struct device {
    std::uint32_t id;
    text name;
    text category;
    slice also; // of texts
};

/// A kind of finding. Order: rank, id.
struct rule {
    text id;
    text says;
    text otherwise; // id of a rule; may be empty
    std::uint32_t rank;
    std::uint8_t level; // severity
    std::uint8_t pad[3];
    slice looks_like; // of texts
    slice change;     // of texts
    slice stated;     // of texts: names a conflict only if one of these components is stated
    slice blames;     // of texts: components in the order in which they are named
};
inline constexpr std::uint8_t no_rule = 0xff;

/// Ids first to last, both in it.
struct id_range {
    std::uint32_t first;
    std::uint32_t last;
};

/// Bytes of the block that a later layer understands. Offset from the start of the block.
struct byte_range {
    std::uint32_t platform;
    std::uint32_t first;
    std::uint32_t bytes;
    std::uint32_t component;
};

struct header {
    std::uint32_t magic;
    std::uint32_t format;
    std::uint32_t bytes;       // of the whole block
    std::uint32_t record_hash; // of the record sizes: guards against another layout
    text title;
    text version;
    text read;
    text first_read; // the oldest date of reading of a source; may be empty
    std::uint32_t generic;
    std::uint32_t pad;
    std::uint64_t digest; // FNV-1a of the block as freeze() made it, this field zero
    // sections: offset in bytes from the start of the block, number of records
    slice strings, platforms, components, values, builds, cell_releases, products, intervals, selectors,
        groups, facts, citations, sources, texts, fact_refs, errors, causes, names, chips, devices, id_ranges,
        rules;
    slice prepared; // byte_ranges: problems of the plain context, by platform
};

inline constexpr std::uint32_t record_hash =
    sizeof(component) + 131 * sizeof(value) + 17161 * sizeof(fact) + 7 * sizeof(selector) +
    31 * sizeof(build) + 3 * sizeof(product) + 13 * sizeof(error) + 19 * sizeof(package_name) +
    37 * sizeof(chip) + 41 * sizeof(device) + 43 * sizeof(rule) + 1000003 * sizeof(header);

static_assert(std::is_trivially_copyable_v<component> && std::is_trivially_copyable_v<fact> &&
              std::is_trivially_copyable_v<header>);

} // namespace cudacompat::frozen
