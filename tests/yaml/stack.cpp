// Stack files: the whole of DESIGN §7's example, as YAML and as JSON, and small ones.
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

namespace {

using namespace cudacompat;

stack_record loaded(std::string_view text) {
    const result<stack_record> r = load_stack(text, "s.yaml");
    if (!r) {
        FAIL_CHECK(to_string(r.error()));
        return {};
    }
    return *r;
}

constexpr std::string_view whole = R"(platform: linux            # linux | windows | wsl2 | jetson
arch: x86_64
distro: ubuntu-22.04
glibc: "2.35"              # or musl: "1.2"
driver: "535.104.05"
driver_user: "535.104.05"
driver_cuda: "12.2"
driver_ptx: "8.2"
kernel_module: proprietary
compat_package: "12.4"
jetpack: "6.0"
l4t: "36.3"
gpus: [{name: "NVIDIA GeForce RTX 4090", compute_capability: "8.9", count: 2}]
container: {image: "nvidia/cuda:12.4.1-runtime-ubuntu22.04", require: "cuda>=12.4 brand=tesla,driver>=470,driver<471", toolkit: "1.14", cdi: false}
components:
  python: "3.10"
  torch: "2.1.0+cu121"
  cudnn: absent
  nccl: "*"
copies:
  - {component: cudnn, version: "9.1.0", path: /usr/lib/x86_64-linux-gnu/libcudnn.so.9}
builds:
  torch: {cuda: "12.1", channel: index, code: [sm_50, sm_90a, compute_90, "9.0", "12.0f", "8.6+PTX"], built_with: {cudnn: "8.9.2"}, glibc: "2.17", cxx11_abi: false}
  my-solver: {cuda: "12.4", code: [compute_80], ptx: "8.4", jit: true}
build_from_source: [flash-attn]
date: 2024-05-01
)";

} // namespace

TEST_CASE("every key of a stack file") {
    const stack_record s = loaded(whole);
    CHECK(s.file == "s.yaml");
    CHECK(s.platform.text == "linux");
    CHECK(s.platform.where == source_region{"s.yaml", 1, 11});
    CHECK(s.arch.text == "x86_64");
    CHECK(s.distro.text == "ubuntu-22.04");
    CHECK(s.glibc.text == "2.35");
    CHECK_FALSE(s.musl.given());
    CHECK(s.driver.text == "535.104.05");
    CHECK(s.driver.where == source_region{"s.yaml", 5, 9});
    CHECK(s.driver_user.text == "535.104.05");
    CHECK(s.driver_cuda.text == "12.2");
    CHECK(s.driver_ptx.text == "8.2");
    CHECK(s.kernel_module.text == "proprietary");
    CHECK(s.compat_package.text == "12.4");
    CHECK(s.jetpack.text == "6.0");
    CHECK(s.l4t.text == "36.3");
    REQUIRE(s.gpus.size() == 1);
    CHECK(s.gpus_at.line == 13);
    CHECK(s.gpus[0].name.text == "NVIDIA GeForce RTX 4090");
    CHECK(s.gpus[0].compute_capability.text == "8.9");
    CHECK(s.gpus[0].count == 2);
    REQUIRE(s.container.given());
    CHECK(s.container.image.text == "nvidia/cuda:12.4.1-runtime-ubuntu22.04");
    CHECK(s.container.require.text == "cuda>=12.4 brand=tesla,driver>=470,driver<471");
    CHECK(s.container.toolkit.text == "1.14");
    CHECK(s.container.cdi.value == false);
    REQUIRE(s.components.size() == 4);
    CHECK(s.components[1].component == "torch");
    CHECK(s.components[1].version == "2.1.0+cu121");
    CHECK(s.components[1].component_at == source_region{"s.yaml", 17, 3});
    CHECK(s.components[1].where == source_region{"s.yaml", 17, 10});
    CHECK(s.components[2].version == "absent");
    CHECK(s.components[3].version == "*");
    REQUIRE(s.copies.size() == 1);
    CHECK(s.copies[0].component.text == "cudnn");
    CHECK(s.copies[0].version.text == "9.1.0");
    CHECK(s.copies[0].path.text == "/usr/lib/x86_64-linux-gnu/libcudnn.so.9");
    REQUIRE(s.builds.size() == 2);
    const stack_build& torch = s.builds[0];
    CHECK(torch.component == "torch");
    CHECK(torch.cuda.text == "12.1");
    CHECK(torch.channel.text == "index");
    REQUIRE(torch.code.size() == 6);
    CHECK(torch.code[5].text == "8.6+PTX");
    REQUIRE(torch.built_with.size() == 1);
    CHECK(torch.built_with[0].component == "cudnn");
    CHECK(torch.built_with[0].version == "8.9.2");
    CHECK(torch.glibc.text == "2.17");
    CHECK(torch.cxx11_abi.value == false);
    CHECK_FALSE(torch.jit.given());
    CHECK(s.builds[1].ptx.text == "8.4");
    CHECK(s.builds[1].jit.value == true);
    REQUIRE(s.build_from_source.size() == 1);
    CHECK(s.build_from_source[0].text == "flash-attn");
    CHECK(s.date.text == "2024-05-01");
}

TEST_CASE("JSON, pretty and packed") {
    const stack_record pretty =
        loaded("{\n\t\"driver\": \"535.104.05\",\n\t\"gpus\": [\n\t\t{\"name\": \"NVIDIA A100\", "
               "\"count\": 8}\n\t],\n\t\"components\": {\"python\": \"3.10\"}\n}\n");
    CHECK(pretty.driver.text == "535.104.05");
    CHECK(pretty.driver.where == source_region{"s.yaml", 2, 12});
    REQUIRE(pretty.gpus.size() == 1);
    CHECK(pretty.gpus[0].count == 8);
    const stack_record packed = loaded(
        R"({"driver":"535","gpus":["RTX 4090",{"compute_capability":"8.9"}],"components":{"torch":"2.1.0+cu121",)"
        R"("nccl":"*"},"container":{"cdi":true,"image":"a\/b"},"date":"2024-02-29"})");
    CHECK(packed.driver.text == "535");
    REQUIRE(packed.gpus.size() == 2);
    CHECK(packed.gpus[0].name.text == "RTX 4090");
    CHECK(packed.gpus[1].compute_capability.text == "8.9");
    CHECK(packed.components.size() == 2);
    CHECK(packed.container.cdi.value == true);
    CHECK(packed.container.image.text == "a/b");
    CHECK(packed.date.text == "2024-02-29");
}

TEST_CASE("little is said, or nothing") {
    for (const std::string_view text : {"", "# nothing\n", "{}", "---\n"}) {
        CAPTURE(text);
        const stack_record s = loaded(text);
        CHECK_FALSE(s.driver.given());
        CHECK(s.components.empty());
        CHECK(s.gpus_at.line == 0);
    }
    CHECK(loaded("gpus: []\n").gpus_at.line == 1); // no GPU is a statement
    CHECK(loaded("arch: arm64\n").arch.text == "aarch64");
    CHECK(loaded("arch: amd64\n").arch.text == "x86_64");
    CHECK(loaded("gpus: [RTX 4090, RTX 4090]\n").gpus.size() == 2);
}

TEST_CASE("a file that is not there") {
    const result<stack_record> r = load_stack_file("/nonexistent/stack.yaml");
    REQUIRE_FALSE(r.has_value());
    CHECK(to_string(r.error()) == "/nonexistent/stack.yaml: no such file or directory");
}
