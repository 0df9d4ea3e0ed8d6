// The lookup tables in frozen form: what is found, what freeze() refuses, and that no byte of a block can crash a reader.
#include <cudacompat/knowledge/freeze.hpp>
#include <cudacompat/knowledge/lookup.hpp>
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace {

using namespace cudacompat;

constexpr std::string_view errors_yaml = R"(schema: 1
errors:
  - {id: error.cuda-runtime.35, layer: cuda_runtime, code: 35, name: cudaErrorInsufficientDriver,
     text: [driver version is insufficient, is insufficient for CUDA], versions: "yes", says: "Too old",
     causes: [{cause: C, tell: T, advice: A}, {cause: D}], sources: [doc, {id: doc, at: row 2}]}
  - {id: error.driver-api.709, layer: driver_api, code: 709, text: [context is destroyed], versions: "no", says: S,
     causes: [{cause: C}], sources: [doc]}
  - {id: error.nccl.0, layer: nccl, code: 0, text: [nccl nothing], versions: "maybe", says: S, causes: [{cause: C}], sources: [doc]}
  - {id: error.loader.glibc, layer: loader, text: ["version `GLIBC_2."], versions: "yes", says: S, causes: [{cause: C}], sources: [doc]}
  - {id: error.loader.libcuda, layer: loader, text: [libcuda.so.1], versions: "maybe", says: S, causes: [{cause: C}], sources: [doc]}
)";
constexpr std::string_view names_yaml = R"(schema: 1
names:
  - {id: name.lib.pip.12, component: lib, manager: pip, cuda: "12", name: nvidia-lib-cu12, versions: ">=1", sources: [doc]}
  - {id: name.lib.pip.9, component: lib, manager: pip, cuda: "9", name: nvidia-lib-cu9, sources: [doc]}
  - {id: name.lib.conda, component: lib, manager: conda, name: lib, on: [windows-x86_64], note: N, variant: v, sources: [doc]}
  - {id: name.part.apt, component: part, manager: apt, name: "part-{major}", sources: [doc]}
)";
constexpr std::string_view chips_yaml = R"(schema: 1
vendor: "10de"
chips:
  - {chip: AD102, compute_capability: "8.9", basis: B, devices: [{id: "26b1", name: P, also: [Q], class: workstation}, {id: "2684"}],
     id_ranges: ["2680-2690"], sources: [doc]}
  - {chip: GA100, compute_capability: "8.0", devices: [{id: "20b0"}], sources: [doc]}
)";
constexpr std::string_view rest_yaml[] = {
    "schema: 1\nsources: [{id: doc, kind: documentation, url: \"https://x.org\", read: \"2026-11-20\"}]\n",
    "schema: 1\ncomponent: lib\nscheme: dotted\nmultiplicity: environment\naliases: [library]\nsources: "
    "[doc]\n"
    "releases: [{version: \"1\"}, {version: \"2\"}]\n",
    "schema: 1\nfacts: [{id: f, kind: excludes, if: {lib: \"1\"}, sources: [doc]}]\n",
    "schema: 1\ntitle: T\nversion: \"1\"\nread: \"2026-11-20\"\nplatforms: [linux-x86_64, windows-x86_64]\n"};

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

model sample(std::string_view more = {}) {
    model out;
    std::vector<std::string_view> files{errors_yaml, names_yaml, chips_yaml};
    files.insert(files.end(), std::begin(rest_yaml), std::end(rest_yaml));
    if (!more.empty()) files.push_back(more);
    for (const std::string_view text : files) {
        const load_report r = load_model_text(text, "f.yaml");
        for (const error& e : r.errors) FAIL_CHECK(to_string(e));
        append(out.sources, r.data.sources);
        append(out.components, r.data.components);
        append(out.facts, r.data.facts);
        append(out.errors, r.data.errors);
        append(out.names, r.data.names);
        append(out.chips, r.data.chips);
        if (!r.data.platforms.empty()) out.platforms = r.data.platforms;
    }
    return out;
}

knowledge_base frozen_sample() {
    auto block = freeze(sample());
    REQUIRE(block.has_value());
    auto kb = knowledge_base::adopt(std::move(*block));
    REQUIRE(kb.has_value());
    return *kb;
}

std::string refusal(std::string_view more) {
    const auto block = freeze(sample(more));
    return block ? std::string("taken") : to_string(block.error());
}

std::vector<std::string> ids(const knowledge_base& kb, const std::vector<std::uint32_t>& names) {
    std::vector<std::string> out;
    for (const std::uint32_t i : names) out.emplace_back(kb.str(kb.names()[i].id));
    return out;
}

/// Reads all that the tables lead to.
std::size_t walk(const knowledge_base& kb) {
    std::size_t n = 0;
    const auto texts = [&](auto... t) { n += (kb.str(t).size() + ...); };
    const auto list = [&](frozen::slice s) {
        for (const frozen::text t : kb.texts(s)) texts(t);
    };
    const auto cited = [&](frozen::slice s) {
        for (const frozen::citation& c : kb.citations(s)) texts(c.at, kb.sources()[c.source].id);
    };
    for (const frozen::error& e : kb.errors()) {
        texts(e.id, e.name, e.driver_name, e.says);
        n += error_layer_names[e.layer].size() + version_tell_names[e.versions].size();
        list(e.texts);
        cited(e.sources);
        for (const frozen::cause& c : kb.causes(e)) texts(c.what, c.tell, c.advice);
    }
    for (const frozen::package_name& p : kb.names()) {
        texts(p.id, p.component, p.cuda, p.variant, p.name, p.versions, p.note);
        n += package_manager_names[p.manager].size();
        cited(p.sources);
    }
    for (const frozen::chip& c : kb.chips()) {
        texts(c.name, c.compute_capability, c.basis);
        cited(c.sources);
        for (const frozen::device& d : kb.devices(c)) {
            texts(d.name, d.category);
            list(d.also);
        }
        for (const frozen::id_range r : kb.id_ranges(c)) n += r.last != 0 ? 1U : 0U;
    }
    n += errors_in(kb, "driver version is insufficient").size() + find_names(kb, "lib").size();
    n += find_device(kb, 0x2684).chip != nullptr ? 1U : 0U;
    return n + (find_error(kb, error_layer::nccl, 0) != frozen::none ? 1U : 0U);
}

} // namespace

TEST_CASE("errors are found by code, and the runtime shares the codes of the driver API") {
    const knowledge_base kb = frozen_sample();
    REQUIRE(kb.errors().size() == 5);
    const auto id = [&](error_layer layer, std::uint32_t code) {
        const std::uint32_t i = find_error(kb, layer, code);
        return i == frozen::none ? std::string_view("none") : kb.str(kb.errors()[i].id);
    };
    CHECK(id(error_layer::cuda_runtime, 35) == "error.cuda-runtime.35");
    CHECK(id(error_layer::driver_api, 35) == "error.cuda-runtime.35");
    CHECK(id(error_layer::cuda_runtime, 709) == "error.driver-api.709");
    CHECK(id(error_layer::nccl, 35) == "none");
    CHECK(id(error_layer::nccl, 0) == "error.nccl.0");
    CHECK(id(error_layer::loader, 0) == "none"); // has no codes
    CHECK(id(error_layer::loader, frozen::none) == "none");
    const frozen::error& e = kb.errors()[find_error(kb, error_layer::cuda_runtime, 35)];
    CHECK(kb.str(e.name) == "cudaErrorInsufficientDriver");
    CHECK(kb.str(e.says) == "Too old");
    CHECK(version_tell_names[e.versions] == "yes");
    REQUIRE(kb.causes(e).size() == 2);
    CHECK(kb.str(kb.causes(e)[0].advice) == "A");
    CHECK(kb.str(kb.causes(e)[1].tell) == "");
    REQUIRE(kb.citations(e.sources).size() == 2);
    CHECK(kb.str(kb.citations(e.sources)[1].at) == "row 2");
}

TEST_CASE("errors are found in a message, the longest fragment first") {
    const knowledge_base kb = frozen_sample();
    const auto found = [&](std::string_view message) {
        std::vector<std::string> out;
        for (const std::uint32_t i : errors_in(kb, message)) out.emplace_back(kb.str(kb.errors()[i].id));
        return out;
    };
    using strings = std::vector<std::string>;
    CHECK(found("x: CUDA driver version is insufficient for CUDA runtime version\n") ==
          strings{"error.cuda-runtime.35"});
    CHECK(found("libcuda.so.1: version `GLIBC_2.34' not found") ==
          strings{"error.loader.glibc", "error.loader.libcuda"});
    CHECK(found("Driver Version is insufficient") == strings{}); // letter case counts
    CHECK(found("") == strings{});
}

TEST_CASE("names are found by component, manager and CUDA major") {
    const knowledge_base kb = frozen_sample();
    using strings = std::vector<std::string>;
    CHECK(ids(kb, find_names(kb, "lib")) == strings{"name.lib.pip.9", "name.lib.pip.12", "name.lib.conda"});
    CHECK(ids(kb, find_names(kb, "lib", package_manager::pip)) ==
          strings{"name.lib.pip.9", "name.lib.pip.12"});
    CHECK(ids(kb, find_names(kb, "lib", std::nullopt, "12")) == strings{"name.lib.pip.12", "name.lib.conda"});
    CHECK(ids(kb, find_names(kb, "lib", package_manager::pip, "12")) == strings{"name.lib.pip.12"});
    CHECK(ids(kb, find_names(kb, "lib", package_manager::pip, "1")) == strings{});
    CHECK(ids(kb, find_names(kb, "part")) == strings{"name.part.apt"}); // no component of that name
    CHECK(ids(kb, find_names(kb, "library")) == strings{});             // an alias is the caller's matter
    const frozen::package_name& conda = kb.names()[find_names(kb, "lib", package_manager::conda).at(0)];
    CHECK(conda.platforms == 2U);
    CHECK(kb.str(conda.variant) == "v");
    CHECK(kb.str(conda.note) == "N");
}

TEST_CASE("GPUs are found by PCI id, listed ones before ranges") {
    const knowledge_base kb = frozen_sample();
    const found_device d = find_device(kb, 0x26b1);
    REQUIRE(d.device != nullptr);
    CHECK(kb.str(d.chip->name) == "AD102");
    CHECK(kb.str(d.chip->compute_capability) == "8.9");
    CHECK(kb.str(d.device->name) == "P");
    CHECK(kb.str(d.device->category) == "workstation");
    CHECK(kb.str(kb.texts(d.device->also)[0]) == "Q");
    CHECK(find_device(kb, 0x2684).device != nullptr);
    CHECK(find_device(kb, 0x2680).chip == d.chip);
    CHECK(find_device(kb, 0x2690).chip == d.chip);
    CHECK(find_device(kb, 0x2690).device == nullptr);
    CHECK(find_device(kb, 0x2691).chip == nullptr);
    CHECK(find_device(kb, 0x26b1, 0x1002).chip == nullptr);
    CHECK(kb.devices(*d.chip).front().id == 0x2684); // in order
}

TEST_CASE("the block does not depend on the order of the records") {
    model one = sample();
    model two = one;
    std::reverse(two.errors.begin(), two.errors.end());
    std::reverse(two.names.begin(), two.names.end());
    std::reverse(two.chips.begin(), two.chips.end());
    for (chip_record& c : two.chips) std::reverse(c.devices.begin(), c.devices.end());
    const auto a = freeze(one);
    const auto b = freeze(two);
    REQUIRE(a.has_value());
    REQUIRE(b.has_value());
    CHECK(*a == *b);
}

TEST_CASE("what freeze refuses") {
    const auto an_error = [](const std::string& keys) {
        return "schema: 1\nerrors:\n  - {" + keys + ", versions: \"no\", says: S, causes: [{cause: C}]}\n";
    };
    CHECK(refusal(an_error("id: error.nccl.0, layer: nccl, text: [a], sources: [doc]")) ==
          "f.yaml:3:5: error 'error.nccl.0' is defined twice");
    CHECK(refusal(an_error("id: error.nccl.1, layer: nccl, text: [a], sources: [book]")) ==
          "f.yaml:3:5: unknown source 'book'");
    const auto a_name = [](const std::string& keys) {
        return "schema: 1\nnames:\n  - {" + keys + ", component: lib, manager: apt, name: n}\n";
    };
    CHECK(refusal(a_name("id: name.lib.conda")) == "f.yaml:3:5: name 'name.lib.conda' is defined twice");
    CHECK(refusal(a_name("id: name.lib.apt, on: [linux-amd64]")) ==
          "f.yaml:3:5: unknown platform 'linux-amd64'; kb.yaml lists the known ones");
    const auto a_chip = [](const std::string& vendor, const std::string& keys) {
        return "schema: 1\nvendor: \"" + vendor + "\"\nchips:\n  - {chip: X, compute_capability: \"9.0\", " +
               keys + "}\n";
    };
    CHECK(refusal(a_chip("10de", "devices: [{id: \"20B1\"}]")) ==
          "f.yaml:4:52: PCI device id '20B1' of chip X is not four hex digits");
    CHECK(refusal(a_chip("10de", "devices: [{id: \"20b0\"}]"))
              .find("PCI device id '20b0' stands twice, for GA100 and for X") != std::string::npos);
    CHECK(refusal(a_chip("1002", "devices: [{id: \"20b0\"}]")) == "taken"); // of another vendor
    CHECK(refusal(a_chip("nvda", "devices: [{id: \"20b1\"}]")) ==
          "f.yaml:4:5: PCI vendor id 'nvda' of chip X is not four hex digits");
    for (const char* range : {"20b1", "20b2-20b1", "20b1-20B2"})
        CHECK(refusal(
                  a_chip("10de", "devices: [{id: \"20b1\"}], id_ranges: [\"" + std::string(range) + "\"]")) ==
              "f.yaml:4:5: id range '" + std::string(range) +
                  "' of chip X is not two PCI device ids in order, such as 2680-26ff");
}

TEST_CASE("no byte of a block crashes a reader") {
    const auto block = freeze(sample());
    REQUIRE(block.has_value());
    const std::size_t all = walk(*knowledge_base::open(*block));
    CHECK(all > 500);
    std::size_t opened = 0;
    for (std::size_t i = 0; i < block->size(); ++i)
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            std::vector<std::byte> broken = *block;
            if (broken[i] == static_cast<std::byte>(value)) continue;
            broken[i] = static_cast<std::byte>(value);
            const auto kb = knowledge_base::adopt(std::move(broken));
            if (!kb) continue;
            ++opened;
            CHECK(walk(*kb) < 1'000'000);
        }
    CHECK(opened > 0); // a changed letter is not seen
    for (std::size_t size = 0; size < block->size(); size += 7)
        CHECK_FALSE(knowledge_base::adopt(
                        std::vector<std::byte>(block->begin(), block->begin() + static_cast<long>(size)))
                        .has_value());
}
