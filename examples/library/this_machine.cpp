// An installer's question: which build of torch for the machine described here, and what follows for pip?
#include <cudacompat/cudacompat.hpp>

#include <iostream>

int main() {
    cudacompat::stack_record machine;
    machine.platform.text = "linux";
    machine.driver.text = "535.104.05";
    machine.glibc.text = "2.35";
    machine.components.push_back({"python", "3.11", {}, {}});
    cudacompat::stack_gpu gpu;
    gpu.compute_capability.text = "8.6";
    machine.gpus.push_back(gpu);

    const auto answer = cudacompat::resolve({"torch"}, machine);
    if (!answer) return std::cerr << to_string(answer.error()) << '\n', 2;
    const auto* s = answer->solution();
    if (s == nullptr || answer->verdict() != cudacompat::verdict::compatible) {
        std::cout << to_text(*answer);
        return 1;
    }
    const auto& torch = s->at("torch");
    std::cout << "pip install torch==" << torch.version() << " --index-url https://download.pytorch.org/whl/"
              << torch.variant() << '\n';
    for (const std::string& caveat : answer->caveats()) std::cout << "# " << caveat << '\n';
}
