// The order of the files and entries of the data does not change what check() says.
#include "described.hpp"

#include <cudacompat/json.hpp>
#include <cudacompat/knowledge/freeze.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

namespace {

using described::stack_case;
namespace cc = cudacompat;

constexpr std::uint64_t seed = 20261120;

template <class T>
void shuffle(std::vector<T>& list, std::mt19937_64& random) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random() % i]);
}

[[nodiscard]] cc::knowledge_base frozen(const cc::model& data) {
    auto block = cc::freeze(data);
    REQUIRE_MESSAGE(block, (block ? "" : cc::to_string(block.error())));
    auto kb = cc::knowledge_base::adopt(std::move(*block));
    REQUIRE(kb);
    return *kb;
}

/// Without the digest of the data.
[[nodiscard]] std::string words(std::string json) {
    if (const std::size_t at = json.find("\"digest\""); at != std::string::npos)
        json.erase(at, json.find('\n', at) - at);
    return json;
}

TEST_CASE("the order of the data does not matter") {
    const std::filesystem::path root = std::filesystem::path(CUDACOMPAT_ROOT_DIR) / "data";
    auto data = cc::load_model(root);
    REQUIRE_MESSAGE(data, (data ? "" : cc::to_string(data.error())));
    const cc::knowledge_base plain = frozen(*data);
    std::mt19937_64 random(seed);
    // The entries of one component stand in one file: their sources are cited in its order.
    shuffle(data->components, random);
    shuffle(data->facts, random);
    shuffle(data->sources, random);
    shuffle(data->errors, random);
    shuffle(data->names, random);
    shuffle(data->chips, random);
    const cc::knowledge_base other = frozen(*data);
    const auto& cases = described::all();
    const std::size_t rounds = std::min(cases.size(), test_support::scaled(cases.size()));
    for (std::size_t i = 0; i < rounds; ++i) {
        const stack_case& c = cases[i * cases.size() / rounds];
        const auto a = described::check(c.stack, c.request, plain);
        const auto b = described::check(c.stack, c.request, other);
        REQUIRE(a);
        REQUIRE(b);
        CHECK_MESSAGE(words(cc::to_json(*a)) == words(cc::to_json(*b)), c.name, "\n", cc::to_report(*a),
                      "\n---\n", cc::to_report(*b));
    }
}

} // namespace
