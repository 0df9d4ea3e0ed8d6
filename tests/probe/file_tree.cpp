// Files below a root: links stay inside, and nothing but regular files is opened. By openat2, and by hand.
#include "file_tree.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace cudacompat;
using probe_impl::entry_kind;
using probe_impl::file_tree;

/// outside/secret, and outside/root with links of every kind.
class world {
public:
    world() {
        std::string name = (fs::temp_directory_path() / "cudacompat-probe-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        outside_ = name;
        fs::create_directories(root() / "a/b");
        fs::create_directories(root() / "etc");
        write(outside_ / "secret", "secret");
        write(root() / "secret", "inside");
        write(root() / "a/b/file", "text");
        fs::create_symlink("../../../../../../secret", root() / "a/up");
        fs::create_symlink("/secret", root() / "a/absolute");
        fs::create_symlink(outside_ / "secret", root() / "a/out");
        fs::create_symlink("b/../b/./file", root() / "a/inner");
        fs::create_symlink("two", root() / "a/one");
        fs::create_symlink("one", root() / "a/two");
        fs::create_symlink("..", root() / "a/parent");
        REQUIRE(::mkfifo((root() / "a/fifo").c_str(), 0600) == 0);
    }
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world() { fs::remove_all(outside_); }
    [[nodiscard]] fs::path root() const { return outside_ / "root"; }

    static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

private:
    fs::path outside_;
};

} // namespace

TEST_CASE("links stay inside the root") {
    const world w;
    for (const bool walk : {false, true}) {
        CAPTURE(walk);
        file_tree files(w.root().string(), walk);
        REQUIRE(files.open());
        CHECK(files.read("/a/b/file", 100).text == "text");
        CHECK(files.read("/a/up", 100).text == "inside");
        CHECK(files.read("/a/absolute", 100).text == "inside");
        CHECK(files.read("/../../secret", 100).text == "inside");
        CHECK(files.read("/a/inner", 100).text == "text");
        CHECK(files.read("/a/parent/a/parent/secret", 100).text == "inside");
        CHECK(files.read("/a/out", 100).outcome == look_outcome::absent);
        CHECK(files.read("/nothing", 100).outcome == look_outcome::absent);
        CHECK(files.read("/secret/file", 100).outcome == look_outcome::absent);
        CHECK(files.canonical("/a/inner") == "/a/b/file");
        CHECK(files.canonical("/a/parent/..") == "/");
        CHECK(files.canonical("/a/one").empty());
        CHECK(files.list("/a/parent").names == std::vector<std::string>{"a", "etc", "secret"});
    }
}

TEST_CASE("what is no regular file is not opened, and said to be blocked") {
    const world w;
    for (const bool walk : {false, true}) {
        CAPTURE(walk);
        file_tree files(w.root().string(), walk);
        const auto fifo = files.read("/a/fifo", 100); // would wait for a writer
        CHECK(fifo.outcome == look_outcome::blocked);
        CHECK(fifo.why == "is no regular file");
        CHECK(files.read("/a", 100).outcome == look_outcome::blocked);
        CHECK(files.about("/a").kind == entry_kind::folder);
        const auto loop = files.read("/a/one", 100);
        CHECK(loop.outcome == look_outcome::blocked);
        CHECK(loop.why == "links lead in a circle");
        CHECK(files.read(std::string("/a\0b", 4), 100).outcome == look_outcome::blocked);
        CHECK(files.read("/" + std::string(5000, 'x'), 100).outcome == look_outcome::blocked);
    }
    file_tree machine("", false);
    CHECK(machine.read("/dev/zero", 100).outcome == look_outcome::blocked);
    CHECK(machine.about("/dev/null").kind == entry_kind::device);
}

TEST_CASE("sizes have limits") {
    const world w;
    fs::resize_file(w.root() / "secret", std::uintmax_t{1} << 40U); // sparse
    file_tree files(w.root().string(), false);
    CHECK(files.read("/secret", 1000).text.size() == 1000);
    CHECK(files.read_at("/a/b/file", 2, 100).text == "xt");
    CHECK(files.read_at("/a/b/file", 100, 100).text.empty());
    CHECK(!files.exhausted());
    for (int i = 0; i < 40 && !files.exhausted(); ++i) (void)files.read("/secret", std::size_t{16} << 20U);
    CHECK(files.exhausted());
    CHECK(files.read("/a/b/file", 100).outcome == look_outcome::blocked);
}
