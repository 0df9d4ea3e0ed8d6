// check() of a full stack against one resolve() of its framework on the same stack, in the same run: the counter `ratio`.
#include <cudacompat/cudacompat.hpp>
#include <cudacompat/data.hpp>
#include <cudacompat/yaml.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

/// 25 components and 8 GPUs of two kinds, everything exact; compatible.
constexpr std::string_view full = R"(
driver_cuda: "12.4"
kernel_module: open
glibc: "2.35"
distro: ubuntu-22.04
gpus:
  - {name: "NVIDIA H100 80GB HBM3", compute_capability: "9.0", count: 4}
  - {name: "NVIDIA A100-SXM4-80GB", compute_capability: "8.0", count: 4}
components:
  python: "3.11"
  torch: "2.4.0+cu121"
  torchvision: "0.19.0"
  torchaudio: "2.4.0"
  triton: "3.0.0"
  cudnn: "9.1.0.70"
  nccl: "2.20.5"
  cublas: "12.1.3.1"
  cuda-runtime: "12.1.1"
  xformers: "0.0.27.post2+cu121"
  flash-attn: "2.8.3.post1+cu12torch2.4"
  numba: "0.67.0"
  deepspeed: "0.19.5"
  bitsandbytes: "0.50.1+cuda121"
  onnxruntime-gpu: "1.26.0+cuda12"
  torchdata: "0.11.0"
  spacy: "3.8.18+plain"
  thinc: "9.1.1+plain"
  mamba-ssm: "2.3.0+cu12torch2.4"
  causal-conv1d: "1.5.4+cu12torch2.4"
  fastai: "2.7.16"
  pip: "20.3"
  keras: "3.15.1"
  gcc: "11.4"
  cuda-toolkit: "12.1"
)";

constexpr std::string_view refused = R"(
driver: "535.104.05"
glibc: "2.35"
gpus: [{name: "NVIDIA A100-SXM4-80GB", compute_capability: "8.0", count: 8}]
components: {python: "3.11", torch: "2.11.0+cu130"}
)";

[[nodiscard]] cudacompat::stack_record machine(std::string_view driver) {
    auto stack =
        cudacompat::load_stack("driver: \"" + std::string(driver) + "\"" + std::string(full), "stack.yaml");
    if (!stack) {
        std::cerr << cudacompat::to_string(stack.error()) << '\n';
        std::exit(1);
    }
    return std::move(*stack);
}

/// check() of `stack`, and beside it, round by round, resolve() of torch on `peer`; the counter is the quotient.
void against_resolve(benchmark::State& state, const cudacompat::stack_record& stack,
                     const cudacompat::stack_record& peer, cudacompat::verdict expected, std::size_t ways) {
    using clock = std::chrono::steady_clock;
    const auto warm = cudacompat::check(stack);
    if (!warm || warm->verdict() != expected || warm->ways_out().size() < ways) {
        state.SkipWithError("the answer is not what is measured");
        return;
    }
    (void)cudacompat::resolve({"torch"}, peer);
    clock::duration ours{}, theirs{};
    for (auto _ : state) {
        const auto start = clock::now();
        auto answer = cudacompat::check(stack);
        benchmark::DoNotOptimize(answer);
        const auto between = clock::now();
        auto other = cudacompat::resolve({"torch"}, peer);
        benchmark::DoNotOptimize(other);
        const auto end = clock::now();
        ours += between - start;
        theirs += end - between;
        state.SetIterationTime(std::chrono::duration<double>(between - start).count());
    }
    state.counters["ratio"] = static_cast<double>(ours.count()) / static_cast<double>(theirs.count());
}

void check_full_stack(benchmark::State& state) {
    const auto stack = machine("550.54.15");
    against_resolve(state, stack, stack, cudacompat::verdict::compatible, 0);
}
/// The conflict, its minimisation and three ways out, against the resolve() of the full stack.
void check_refused_stack(benchmark::State& state) {
    const auto stack = cudacompat::load_stack(refused, "stack.yaml");
    if (!stack) {
        state.SkipWithError("the stack cannot be read");
        return;
    }
    against_resolve(state, *stack, machine("550.54.15"), cudacompat::verdict::incompatible, 3);
}

BENCHMARK(check_full_stack)->UseManualTime();
BENCHMARK(check_refused_stack)->UseManualTime();

} // namespace

BENCHMARK_MAIN();
