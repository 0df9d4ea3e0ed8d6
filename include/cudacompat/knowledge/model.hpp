// The authors' form of the knowledge: plain records, one for each entry of the YAML files.
//
// The YAML loader fills a model; so can a program. freeze() (freeze.hpp) checks it and turns it into the
// immutable knowledge_base that the solver reads. Texts of versions and specs are kept as written; they
// are parsed by freeze(), which reports the region of the record.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/knowledge/source.hpp>
#include <cudacompat/knowledge/tables.hpp>
#include <cudacompat/version/scheme.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// How many there are of a component in one stack.
enum class multiplicity : std::uint8_t {
    host,        ///< one for each machine: driver, kernel module, glibc
    device,      ///< a set: every GPU of the machine has to be served
    environment, ///< one for each Python environment: torch, python, triton
    bundled,     ///< one shared by the environment, and one inside each build that ships its own: cudnn, nccl
    runtime,     ///< one for each copy of the CUDA runtime in use: the runtime mode
    code,        ///< one for each pair of a build with compiled device code and a GPU
};

/// How a component takes part.
enum class component_role : std::uint8_t { package, framework, companion, host, device, derived };

/// What a statement is. DESIGN §3; data/README.md gives an example of each.
enum class fact_kind : std::uint8_t {
    requires_,
    constrains,
    ships,
    supports,
    excludes,
    tested,
    known_bad,
    known_good,
    clashes,
    ends,
    agrees,
};

/// Names of the kinds as data files spell them, in the order of the enumerators.
inline constexpr std::array<std::string_view, 11> fact_kind_names{
    "requires",  "constrains", "ships",   "supports", "excludes", "tested",
    "known_bad", "known_good", "clashes", "ends",     "agrees"};

/// Who says no when a fact is violated.
enum class enforcer : std::uint8_t {
    nobody,
    loader,
    driver,
    runtime_init,
    jit,
    import_check,
    installer,
    container_start,
    build_time,
    vendor_policy,
};

/// Names as data files spell them, in the order of the enumerators.
inline constexpr std::array<std::string_view, 10> enforcer_names{
    "nobody",       "loader",    "driver",          "runtime_init", "jit",
    "import_check", "installer", "container_start", "build_time",   "vendor_policy"};

/// How a fact is known, strongest first.
enum class evidence_level : std::uint8_t {
    measured,
    package_metadata,
    build_file,
    release_notes,
    documentation,
    third_party,
};

/// How sure we are that it is true as written.
enum class certainty : std::uint8_t {
    sure,
    derived, ///< follows from a neighbour record by the rule in the note
    weak,    ///< one third party, or unverified; policies may leave it out
};

struct release_record {
    std::string version;
    std::string date; ///< of publication, YYYY-MM-DD or YYYY-MM, may be empty
    std::string note;
    std::vector<std::string> matches; ///< label scheme: patterns (*) of other words that mean this release
    std::vector<source_ref> sources;
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

/// A build variant of a release. A release without builds has one unnamed variant on every platform.
struct build_record {
    std::string version;
    std::string variant;            ///< cu121, cpu, conda-cu113
    std::vector<std::string> on;    ///< platforms: linux-x86_64
    std::string channel;            ///< index, pypi, conda
    bool installer_default = false; ///< what the bare installer command takes
    std::string note;
    std::vector<source_ref> sources;
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

/// A marketing name of a GPU.
struct product_record {
    std::string name;                 ///< NVIDIA GeForce RTX 4090
    std::vector<std::string> aliases; ///< further spellings; the usual short ones are computed
    std::string version;              ///< compute capability
    std::string variant;              ///< class: geforce, workstation, datacenter, tegra
    std::vector<source_ref> sources;
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

struct component_record {
    std::string name;
    std::string title;
    version_scheme scheme = version_scheme::dotted;
    multiplicity count = multiplicity::environment;
    component_role role = component_role::package;
    bool open_line = false;     ///< versions beyond the listed releases may exist between and above them
    bool device_code = false;   ///< its builds carry compiled device code (facts of kind supports)
    bool free_variants = false; ///< a variant is a way to install or to load, and no file of its own
    std::vector<std::string> aliases;
    std::string companion_of;        ///< offered beside this component though nothing requires it
    std::vector<std::string> prefer; ///< label scheme: values from most to least preferred
    std::string assumed;             ///< label scheme: the value that holds where nothing names another
    std::vector<release_record> releases;
    std::vector<build_record> builds;
    std::vector<product_record> products;
    std::vector<source_ref> sources;
    source_region where;
    std::uint32_t overlay = 0; ///< of the layer that brought it; others may have extended it
};

/// "component in SPEC [variant|variant]". Text forms of the spec: data/README.md.
struct selector_record {
    std::string component;
    std::string spec;                  ///< version spec; "*" any version; "absent"; "unknown"
    std::vector<std::string> variants; ///< empty = any; a trailing * matches any rest
    source_region where;
};

struct fact_record {
    std::string id; ///< never changes once published
    fact_kind kind = fact_kind::requires_;
    std::vector<selector_record> if_;                   ///< all of them
    std::vector<selector_record> then;                  ///< all of them
    std::vector<std::vector<selector_record>> then_any; ///< each entry: at least one of the selectors
    std::vector<std::string> code;                      ///< supports: sm_86, compute_90
    std::string ptx;                                    ///< supports: PTX ISA version of the compute_ entries
    std::string require;         ///< requires: an NVIDIA_REQUIRE_* string instead of then
    std::vector<std::string> on; ///< platforms; empty = every platform
    enforcer enforced_by = enforcer::nobody;
    evidence_level evidence = evidence_level::documentation;
    certainty sure = certainty::sure;
    std::string since;           ///< holds for what was published from this date on
    std::string until;           ///< withdrawn at this date
    std::string dispute;         ///< id shared by the facts that contradict each other
    bool dispute_default = true; ///< of a dispute: the side that the default policy takes
    std::string text; ///< what the author wants said instead of the computed sentence; may be empty
    std::string note;
    std::vector<source_ref> sources;
    std::string overrides; ///< in an overlay: the fact that this one replaces
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

struct model {
    std::string title;
    std::string version; ///< of the data, e.g. 2026.11.20
    std::string read;    ///< newest date on which sources were read
    bool generic = false;
    std::vector<std::string> platforms; ///< first is the default
    std::vector<component_record> components;
    std::vector<source_record> sources;
    std::vector<fact_record> facts;
    std::vector<error_record> errors; ///< tables: looked up, not solved
    std::vector<name_record> names;
    std::vector<chip_record> chips;
    std::vector<rule_record> rules;
    std::vector<std::string> overlays;   ///< titles, in the order in which they were laid over
    std::vector<fact_record> overridden; ///< what overlays took out of `facts`
};

} // namespace cudacompat
