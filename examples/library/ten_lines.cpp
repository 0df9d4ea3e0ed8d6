// The ten-line use: one request, three outcomes.
#include <cudacompat/cudacompat.hpp>

#include <iostream>

int main() {
    const auto answer = cudacompat::resolve({"torch:1.12", "gpu:rtx-4090"});
    if (!answer) return std::cerr << to_string(answer.error()) << '\n', 2;
    if (const auto* s = answer->solution())
        std::cout << "torch " << s->at("torch").version() << " (" << s->at("torch").variant() << "), CUDA "
                  << s->at("cuda-runtime").version() << ", driver " << s->range("driver") << '\n';
    else std::cout << explain(*answer->conflict());
}
