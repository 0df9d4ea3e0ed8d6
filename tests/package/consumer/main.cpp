#include <cudacompat/cudacompat.hpp>

#include <iostream>

int main() {
    const auto answer = cudacompat::resolve({"torch:1.12"});
    if (!answer) {
        std::cerr << to_string(answer.error()) << '\n';
        return 2;
    }
    const auto* solution = answer->solution();
    if (solution == nullptr) return 1;
    std::cout << solution->at("cuda-runtime").version() << '\n';
}
