// Damaged and lying files: no crash, no endless work, no endless notes.
#include "support.hpp"

#include <support/scale.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>

namespace {

using namespace inspect_test;
using cudacompat::device_code_report;

/// What holds of every report, whatever the file.
void check_sound(const device_code_report& r) {
    std::uint64_t modules = 0;
    std::vector<std::uint64_t> of_target(r.targets.size());
    for (const auto& s : r.sets) {
        modules += s.modules;
        CHECK(s.modules > 0);
        CHECK(std::is_sorted(s.targets.begin(), s.targets.end()));
        for (const std::uint32_t t : s.targets) {
            REQUIRE(t < r.targets.size());
            of_target[t] += s.modules;
        }
    }
    CHECK(modules == r.modules);
    for (std::size_t i = 0; i < r.targets.size(); ++i) {
        CHECK(r.targets[i].modules == of_target[i]);
        CHECK(r.targets[i].images >= r.targets[i].modules);
        CHECK(r.targets[i].arch >= 10);
    }
    CHECK(r.unread.size() <= 51);
    for (const std::string& u : r.unread) CHECK(u.size() < 1000);
}

void put(bytes& to, std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width && at + i < to.size(); ++i, value >>= 8U)
        to[at + i] = static_cast<std::byte>(value & 0xffU);
}

/// A header of a fat binary, or of an image of this kind.
bytes fat_header(std::uint64_t size) {
    bytes out(16);
    put(out, 0, 0xba55ed50, 4);
    put(out, 4, 1, 2);
    put(out, 6, 16, 2);
    put(out, 8, size, 8);
    return out;
}
bytes image_header(std::uint64_t kind, std::uint64_t payload) {
    bytes out(64);
    put(out, 0, kind, 2);
    put(out, 2, 0x101, 2);
    put(out, 4, 64, 4);
    put(out, 8, payload, 8);
    put(out, 28, 90, 4);
    return out;
}

} // namespace

TEST_CASE("every truncation of every sample") {
    std::size_t read = 0;
    for (const std::string& sample : all_samples()) {
        const bytes whole = content_of(sample);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            // A copy of its own size, so that a read beyond the end is seen by the sanitizer.
            const bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const auto r = cudacompat::inspect_bytes(part, sample);
            if (!r) continue;
            ++read;
            check_sound(*r);
        }
    }
    CHECK(read > 1000);
}

TEST_CASE("random damage") {
    const std::vector<std::string> samples = all_samples();
    std::vector<bytes> corpus;
    for (const std::string& s : samples) corpus.push_back(content_of(s));
    const char* given = std::getenv("CUDACOMPAT_TEST_SEED");
    const unsigned seed =
        given == nullptr ? 20261120U : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    constexpr std::array<std::uint64_t, 14> telling{
        0, 1, 2, 7, 8, 15, 16, 63, 64, 0xffff, 1U << 31U, 0xffffffff, ~0ULL >> 1U, ~0ULL};
    const std::size_t rounds = test_support::scaled(60000);
    std::size_t read = 0, faults = 0, found = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        bytes b = corpus[random() % corpus.size()];
        for (std::size_t n = 1 + random() % 6; n != 0; --n) {
            if (b.empty()) break;
            const std::size_t at = random() % b.size();
            switch (random() % 6) {
            case 0: b[at] = static_cast<std::byte>(random() & 0xffU); break;
            case 1: put(b, at & ~std::size_t{1}, telling[random() % telling.size()], 2); break;
            case 2: put(b, at & ~std::size_t{3}, telling[random() % telling.size()], 4); break;
            case 3: put(b, at & ~std::size_t{7}, telling[random() % telling.size()] - random() % 3, 8); break;
            case 4: b.resize(at); break;
            default: { // a stretch of another file
                const bytes& from = corpus[random() % corpus.size()];
                const std::size_t first = random() % from.size();
                const std::size_t size =
                    std::min(random() % 128, std::min(from.size() - first, b.size() - at));
                std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(first), size,
                            b.begin() + static_cast<std::ptrdiff_t>(at));
            }
            }
        }
        const auto r = cudacompat::inspect_bytes(b, "damaged");
        if (!r) continue;
        ++read;
        faults += r->unread.empty() ? 0U : 1U;
        found += r->targets.empty() ? 0U : 1U;
        check_sound(*r);
        const auto again = cudacompat::inspect_bytes(b, "damaged");
        REQUIRE(again.has_value());
        CHECK(equal(*r, *again));
    }
    // The damage is of a kind that matters, and leaves something to read.
    CHECK(read > rounds / 2);
    CHECK(faults > rounds / 10);
    CHECK(found > rounds / 10);
}

TEST_CASE("sizes that lie") {
    for (const std::uint64_t size : {~0ULL, ~0ULL - 15, ~0ULL - 16, 1ULL << 63U, 65ULL, 1ULL}) {
        bytes b = fat_header(size);
        const bytes image = image_header(2, size);
        b.insert(b.end(), image.begin(), image.end());
        const auto r = cudacompat::inspect_bytes(b, "lie");
        REQUIRE(r.has_value());
        check_sound(*r);
        CHECK(!r->unread.empty());
    }
    bytes b = fat_header(64 * 2); // sums do not wrap around
    for (int i = 0; i < 2; ++i) {
        bytes image = image_header(2, 0);
        put(image, 56, ~0ULL, 8);
        b.insert(b.end(), image.begin(), image.end());
    }
    const auto r = cudacompat::inspect_bytes(b, "large");
    REQUIRE(r.has_value());
    REQUIRE(r->targets.size() == 1);
    CHECK(r->targets[0].unpacked == ~0ULL);
    CHECK(r->targets[0].images == 2);
}

TEST_CASE("more images than the limit") {
    constexpr std::size_t images = 1'100'000;
    bytes b = fat_header(images * 64);
    b.reserve(16 + images * 64);
    const bytes image = image_header(2, 0);
    for (std::size_t i = 0; i < images; ++i) b.insert(b.end(), image.begin(), image.end());
    const auto r = cudacompat::inspect_bytes(b, "many");
    REQUIRE(r.has_value());
    check_sound(*r);
    REQUIRE(r->targets.size() == 1);
    CHECK(r->targets[0].images < 1'000'001);
    CHECK(r->targets[0].images > 900'000);
    REQUIRE(r->unread.size() == 1);
    CHECK(r->unread[0] == "what follows after 1000000 images, the limit");
}

TEST_CASE("a file larger than the disk: its holes are not searched to the end") {
    const std::string path = "inspect-hostile-sparse.tmp";
    bytes b = content_of("linked.elf");
    // The section of fat binaries reaches to the end of a file of a tebibyte; sections are at the end of the sample.
    constexpr std::uint64_t huge = 1ULL << 40U;
    const std::size_t table = b.size() - 5 * 64;
    put(b, table + 2 * 64 + 32, huge - 4096, 8);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, b.data(), b.size()) == static_cast<ssize_t>(b.size()));
    const bool large = ::ftruncate(fd, static_cast<off_t>(huge)) == 0;
    ::close(fd);
    const auto r = cudacompat::inspect_file(path);
    ::unlink(path.c_str());
    if (!large) {
        MESSAGE("the file system has no files of this size");
        return;
    }
    REQUIRE(r.has_value());
    check_sound(*r);
    CHECK(r->modules == 3);
    CHECK(std::any_of(r->unread.begin(), r->unread.end(),
                      [](const std::string& u) { return u.ends_with("bytes that were not searched"); }));
}
