// Build step: reads the YAML of a knowledge base and writes the frozen block, as bytes or as a C++ source.
//
//   cudacompat-freeze DATA_DIRECTORY OUTPUT.cpp|OUTPUT.ckb
#include <cudacompat/decide/prepare.hpp>
#include <cudacompat/knowledge/freeze.hpp>
#include <cudacompat/yaml.hpp>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

namespace {

void write_source(std::ostream& out, const std::vector<std::byte>& block) {
    out << "// Made by cudacompat-freeze from data/. Do not edit.\n"
           "#include <cudacompat/data.hpp>\n\n"
           "namespace {\n"
           "alignas(8) constexpr unsigned long long block[] = {";
    char word[24];
    for (std::size_t i = 0; i < block.size(); i += 8) {
        std::uint64_t w = 0;
        std::memcpy(&w, block.data() + i, 8);
        std::snprintf(word, sizeof word, "%s0x%llxU,", i % 64 == 0 ? "\n" : "",
                      static_cast<unsigned long long>(w));
        out << word;
    }
    out << "\n};\n} // namespace\n\n"
           "std::span<const std::byte> cudacompat::embedded_block() noexcept {\n"
           "    return std::as_bytes(std::span(block));\n"
           "}\n";
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: cudacompat-freeze DATA_DIRECTORY OUTPUT.cpp|OUTPUT.ckb\n";
        return 2;
    }
    auto data = cudacompat::load_model(argv[1]);
    if (!data) {
        std::cerr << cudacompat::to_string(data.error()) << '\n';
        return 4;
    }
    // The block must not depend on where it was built.
    const std::string folder = std::string(argv[1]) + (std::string(argv[1]).ends_with('/') ? "" : "/");
    for (cudacompat::fact_record& f : data->facts)
        if (f.where.file.starts_with(folder)) f.where.file.erase(0, folder.size());
    auto block = cudacompat::freeze(*data);
    constexpr std::string_view asked_most[] = {"torch"};
    if (block) block = cudacompat::prepare(std::move(*block), asked_most);
    if (!block) {
        std::cerr << cudacompat::to_string(block.error()) << '\n';
        return 4;
    }
    const std::string path = argv[2];
    const std::string fresh = path + ".new";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        if (path.ends_with(".cpp")) write_source(out, *block);
        else
            out.write(reinterpret_cast<const char*>(block->data()),
                      static_cast<std::streamsize>(block->size()));
        if (!out.flush()) {
            std::cerr << fresh << ": cannot write\n";
            return 4;
        }
    }
    if (std::rename(fresh.c_str(), path.c_str()) != 0) {
        std::cerr << path << ": cannot replace\n";
        return 4;
    }
}
