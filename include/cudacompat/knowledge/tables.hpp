// The lookup tables of the authors' form: records that are found by a key and not solved.
//
// Errors: what a code or a message says about versions. Names: what a component is called by an installer. Chips: which
// GPU a PCI device id is. Rules: which facts make one kind of finding, how much it weighs, and what people see of it.
// Closed lists are enumerations, spelt in data files as their names below.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/knowledge/source.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

/// Who says the error. The CUDA runtime and the driver API share one numbering.
enum class error_layer : std::uint8_t {
    container,
    kernel_module,
    nvml,
    driver_api,
    cuda_runtime,
    nvrtc, ///< nvcc and ptxas too
    cublas,
    cudnn,
    nccl,
    tensorrt,
    loader,
    installer,
    framework,
};
inline constexpr std::array<std::string_view, 13> error_layer_names{
    "container", "kernel_module", "nvml",     "driver_api", "cuda_runtime", "nvrtc",    "cublas",
    "cudnn",     "nccl",          "tensorrt", "loader",     "installer",    "framework"};

/// Does an error tell of versions that do not fit?
enum class version_tell : std::uint8_t { yes, no, maybe };
inline constexpr std::array<std::string_view, 3> version_tell_names{"yes", "no", "maybe"};

enum class package_manager : std::uint8_t { pip, conda, apt, dnf, docker, index_url };
inline constexpr std::array<std::string_view, 6> package_manager_names{"pip", "conda",  "apt",
                                                                       "dnf", "docker", "index_url"};

/// One thing that an error may mean. The likeliest stands first in its record.
struct cause_record {
    std::string cause;
    std::string tell;   ///< the observation that separates it from the other causes; may be empty
    std::string advice; ///< may be empty
};

struct error_record {
    std::string id; ///< error.cuda-runtime.35; never changes
    error_layer layer = error_layer::container;
    std::optional<std::uint32_t> code; ///< not there where a text is all there is
    std::string name;                  ///< symbol; may be empty
    std::string driver_name;           ///< symbol of the same code in the driver API; may be empty
    std::vector<std::string> text;     ///< literal fragments of the message; any of them tells it
    version_tell versions = version_tell::maybe;
    std::string says; ///< one sentence
    std::vector<cause_record> causes;
    std::vector<source_ref> sources;
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

struct name_record {
    std::string id;        ///< name.cudnn.pip.12; never changes
    std::string component; ///< of the model, or one that has no file
    package_manager manager = package_manager::pip;
    std::string cuda;            ///< major; empty where the name does not depend on it
    std::string variant;         ///< build variant that it serves; may be empty
    std::string name;            ///< {major}, {minor}, {version}, ... are to be filled in
    std::string versions;        ///< spec of the component's versions (docker: of the image's); may be empty
    std::vector<std::string> on; ///< platforms; empty = every platform
    std::string note;
    std::vector<source_ref> sources;
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

/// A PCI device id of a chip.
struct device_record {
    std::string id;                ///< four hex digits, lower case
    std::string name;              ///< of the product; empty where no list gives one
    std::vector<std::string> also; ///< further products with this id
    std::string category;          ///< class: geforce, workstation, datacenter, tegra; may be empty
    source_region where;
};

struct chip_record {
    std::string vendor; ///< PCI vendor id: 10de
    std::string chip;   ///< AD102
    std::string compute_capability;
    std::string basis; ///< product whose capability the vendor states; may be empty
    std::vector<device_record> devices;
    std::vector<std::string> id_ranges; ///< 2680-26ff: ids that belong to this chip alone
    std::vector<source_ref> sources;
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

/// How much a finding weighs.
enum class severity : std::uint8_t {
    blocks,      ///< it does not run, or is not installed
    policy_only, ///< only a support table or a pin is against it
    build_only,  ///< it cannot be compiled here
    degrades,    ///< it runs, at a cost
};
inline constexpr std::array<std::string_view, 4> severity_names{"blocks", "policy-only", "build-only",
                                                                "degrades"};

/// Which facts belong to a rule: every list that is not empty has to fit.
struct rule_match {
    std::vector<std::string> id;          ///< patterns (*) of fact ids; one of them
    std::vector<std::string> kind;        ///< one of them
    std::vector<std::string> enforced_by; ///< one of them
    std::vector<std::string> if_;         ///< each is among the components of the condition
    std::vector<std::string> then;        ///< one of them is among the components of the consequence
    source_region where;
};

/// A kind of finding. A fact belongs to the first rule, by rank, of which an entry fits it.
struct rule_record {
    std::string id; ///< driver-floor; never changes
    severity level = severity::blocks;
    std::uint32_t rank = 0;          ///< root causes first; of the rules in one conflict the first names it
    std::string says;                ///< what is wrong, in a few words; {1} is "driver 520.61.05"
    std::vector<std::string> stated; ///< names a conflict only if one of these is stated; empty: always
    std::string otherwise;           ///< the rule that names a conflict of packages where none of `stated` is
    std::vector<std::string>
        blames; ///< components that are named first, in this order; "packages": any of them
    std::vector<std::string> looks_like; ///< ids of errors, or texts; {cudnn.major} is filled in
    std::vector<std::string> change;     ///< advice that holds for all of the kind
    std::vector<rule_match> facts;
    source_region where;
    std::uint32_t overlay = 0; ///< as in source_record
};

} // namespace cudacompat
