// A request that no machine can meet, written as a literal: a typing error in it would not compile.
#include <cudacompat/cudacompat.hpp>

#include <iostream>

int main() {
    const auto answer = cudacompat::resolve<"gpu:v100", "gpu:b200", "os:linux">();
    if (!answer) return std::cerr << to_string(answer.error()) << '\n', 2;
    std::cout << to_string(answer->verdict()) << '\n';
    if (const auto* why = answer->conflict()) std::cout << explain(*why);
}
