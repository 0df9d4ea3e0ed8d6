// What the samples hold, as make_samples.py wrote it.
#include "support.hpp"

namespace {

using namespace inspect_test;
using cudacompat::code_target;
using cudacompat::device_code;
using cudacompat::device_code_report;

device_code_report read(const std::string& sample) {
    const auto from_file = cudacompat::inspect_file(path_of(sample));
    REQUIRE_MESSAGE(from_file.has_value(), sample);
    const auto from_bytes = cudacompat::inspect_bytes(content_of(sample), sample);
    REQUIRE(from_bytes.has_value());
    CHECK(equal(*from_file, *from_bytes));
    return *from_file;
}

const code_target& find(const device_code_report& r, const std::string& name, const std::string& ptx = "",
                        bool relocatable = false) {
    for (const code_target& t : r.targets)
        if (to_string(t) == name && t.ptx == ptx && t.relocatable == relocatable) return t;
    REQUIRE_MESSAGE(false, name << " is not in it");
    return r.targets.front();
}

using words = std::vector<std::string>;

} // namespace

TEST_CASE("a linked library: sums over its fat binaries, and their sets") {
    const device_code_report r = read("linked.elf");
    CHECK(r.format == "ELF");
    CHECK(r.modules == 3);
    CHECK(r.unread.empty());
    CHECK(code_list(r.targets) == words{"sm_80", "sm_90a", "sm_100f", "compute_90"});
    CHECK(r.targets.size() == 5);

    const code_target& sm_80 = find(r, "sm_80");
    CHECK(sm_80.kind == device_code::sass);
    CHECK(sm_80.arch == 80);
    CHECK(sm_80.suffix == '\0');
    CHECK(sm_80.images == 2);
    CHECK(sm_80.modules == 2);
    CHECK(sm_80.bytes == 40 + 50);     // one as it is, one in LZ4
    CHECK(sm_80.unpacked == 40 + 900); // as its header states it
    CHECK(find(r, "sm_90a").bytes == 40 + 16);
    CHECK(find(r, "sm_100f").suffix == 'f');
    CHECK(find(r, "compute_90", "8.4").bytes == 33);
    CHECK(find(r, "compute_90", "8.10").unpacked == 300);
    CHECK(r.targets.back().ptx == "8.10"); // after 8.4

    REQUIRE(r.sets.size() == 3);
    std::uint64_t modules = 0;
    for (const auto& s : r.sets) modules += s.modules;
    CHECK(modules == 3);
    CHECK(std::any_of(r.sets.begin(), r.sets.end(), [&](const auto& s) {
        return s.targets.size() == 1 && to_string(r.targets[s.targets[0]]) == "sm_90a";
    }));
}

TEST_CASE("relocatable code stands apart, and counts where nothing is linked") {
    const device_code_report both = read("both.elf");
    CHECK(both.modules == 2);
    CHECK(code_list(both.targets) == words{"sm_80"});
    CHECK(find(both, "sm_80").images == 1);
    CHECK(find(both, "sm_80", "", true).images == 1);
    CHECK(find(both, "compute_90", "8.4", true).images == 1);
    CHECK(find(both, "lto_90", "", true).kind == device_code::lto);

    const device_code_report object = read("object.elf");
    CHECK(object.modules == 1);
    CHECK(code_list(object.targets) == words{"sm_80", "compute_90"}); // lto_90 is for no stack file
}

TEST_CASE("archives and Windows files") {
    const device_code_report archive = read("library.ar");
    CHECK(archive.format == "archive");
    CHECK(archive.modules == 4);
    CHECK(archive.unread.empty());
    CHECK(find(archive, "sm_80").images == 2);
    CHECK(find(archive, "sm_80", "", true).images == 1);

    const device_code_report windows = read("windows.pe");
    CHECK(windows.format == "PE");
    CHECK(windows.modules == 3);
    CHECK(windows.unread.empty());
    CHECK(find(windows, "sm_80").bytes == 90);
    CHECK(find(windows, "lto_90", "", true).unpacked == 90);
}

TEST_CASE("bare fat binaries and cubins") {
    const device_code_report fat = read("bare.fatbin");
    CHECK(fat.format == "fat binary");
    CHECK(code_list(fat.targets) == words{"sm_80", "sm_90a", "sm_100f", "compute_90"});
    const device_code_report cubin = read("bare.cubin");
    CHECK(cubin.format == "cubin");
    CHECK(code_list(cubin.targets) == words{"sm_90"});
    CHECK(cubin.unread.size() == 1); // the suffix
    const device_code_report old = read("old.cubin");
    CHECK(code_list(old.targets) == words{"sm_86"});
    CHECK(old.unread.empty()); // there were no suffixes yet
}

TEST_CASE("what cannot be read is told, and the rest is read") {
    const device_code_report host = read("host.elf");
    CHECK(host.targets.empty());
    CHECK(host.unread.empty());
    CHECK(read("debug.elf").unread == words{".nv_fatbin: its content is not in this file"});
    const device_code_report kind = read("unknown-kind.fatbin");
    CHECK(code_list(kind.targets) == words{"sm_80"});
    CHECK(kind.unread == words{"images of kind 77, which this version does not know"});
    const device_code_report cut = read("cut-off.elf");
    CHECK(cut.targets.empty());
    CHECK(!cut.unread.empty());

    bytes shortened = content_of("bare.fatbin");
    shortened.resize(shortened.size() - 20);
    const auto r = cudacompat::inspect_bytes(shortened, "shortened");
    REQUIRE(r.has_value());
    CHECK(code_list(r->targets) == words{"sm_80", "sm_90a", "sm_100f", "compute_90"});
    CHECK(!r->unread.empty());
}

TEST_CASE("what is no such file is an error with its name") {
    const auto text = cudacompat::inspect_file(path_of("../README.md"));
    REQUIRE(!text.has_value());
    CHECK(text.error().message.starts_with("is no ELF or PE file"));
    const auto folder = cudacompat::inspect_file(path_of(""));
    REQUIRE(!folder.has_value());
    CHECK(folder.error().message == "is a directory; expected a file");
    const auto missing = cudacompat::inspect_file("no/such/file");
    REQUIRE(!missing.has_value());
    CHECK(missing.error().where.file == "no/such/file");
    const auto device = cudacompat::inspect_file("/dev/null");
    REQUIRE(!device.has_value());
    CHECK(device.error().message == "is no regular file");
    CHECK(!cudacompat::inspect_bytes({}, "empty").has_value());
}
