// Whole answers on the embedded data, warm and in process; and what a resolve allocates.
#include <cudacompat/cudacompat.hpp>

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocated{0}; // bytes since the last reset; frees are not counted back

void run(benchmark::State& state, std::initializer_list<std::string_view> request) {
    (void)cudacompat::resolve(request); // the first question makes the world
    for (auto _ : state) {
        auto answer = cudacompat::resolve(request);
        benchmark::DoNotOptimize(answer);
    }
    allocated = 0;
    (void)cudacompat::resolve(request);
    state.counters["bytes_allocated"] = static_cast<double>(allocated.load());
}

void torch_1_12(benchmark::State& state) { run(state, {"torch:1.12"}); }
void torch_full_stack(benchmark::State& state) {
    run(state, {"torch", "driver:535.104.05", "gpu:rtx-4090", "python:3.11", "glibc:2.35"});
}
void torch_refused(benchmark::State& state) { run(state, {"torch:2.6", "cuda-runtime:12.1"}); }
void two_gpus_refused(benchmark::State& state) { run(state, {"gpu:v100", "gpu:b200"}); }
void text_of_torch_1_12(benchmark::State& state) {
    const auto answer = cudacompat::resolve({"torch:1.12"});
    for (auto _ : state) {
        auto text = cudacompat::to_text(*answer);
        benchmark::DoNotOptimize(text);
    }
}

BENCHMARK(torch_1_12);
BENCHMARK(torch_1_12)->Threads(4)->UseRealTime();
BENCHMARK(torch_full_stack);
BENCHMARK(torch_refused);
BENCHMARK(two_gpus_refused);
BENCHMARK(text_of_torch_1_12);

} // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    allocated += size;
    if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

BENCHMARK_MAIN();
