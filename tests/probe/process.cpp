// The probe executes and loads nothing: the process after it is the process before it.
#include <cudacompat/data.hpp>
#include <cudacompat/probe.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace {

/// Files that are mapped into this process.
std::set<std::string> mapped() {
    std::set<std::string> out;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (const std::size_t at = line.find('/'); at != std::string::npos) out.insert(line.substr(at));
    return out;
}

std::string children() {
    std::ifstream in("/proc/self/task/self/children");
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

} // namespace

TEST_CASE("nothing is mapped into the process that probes") {
    const auto& kb = cudacompat::embedded_knowledge();
    REQUIRE(kb);
    cudacompat::probe_options options;
    options.kb = &*kb;
    (void)cudacompat::probe(options); // what the C++ library brings by need is there now
    const std::set<std::string> before = mapped();
    REQUIRE(!before.empty());
    const cudacompat::probe_report report = cudacompat::probe(options);
    CHECK(mapped() == before);
    for (const std::string& file : before)
        for (const char* name : {"libcuda", "libnvidia", "libcudart", "libnccl", "libcublas", "libcudnn"})
            CHECK_MESSAGE(file.find(name) == std::string::npos, file);
    CHECK(children().empty());
    CHECK(report.complete);
    CHECK(!report.foreign);
    CHECK(report.find("arch") != nullptr);
    CHECK(report.find("platform") != nullptr);
}

TEST_CASE("probing twice says the same; links by hand say the same") {
    cudacompat::probe_options options;
    const auto& kb = cudacompat::embedded_knowledge();
    REQUIRE(kb);
    options.kb = &*kb;
    const std::string first = cudacompat::to_json(cudacompat::probe(options));
    CHECK(cudacompat::to_json(cudacompat::probe(options)) == first);
    options.walk_links = true;
    CHECK(cudacompat::to_json(cudacompat::probe(options)) == first);
}

TEST_CASE("a root that is not there is said, and nothing else") {
    cudacompat::probe_options options;
    options.root = "/nowhere/at/all";
    const cudacompat::probe_report report = cudacompat::probe(options);
    CHECK(!report.complete);
    CHECK(report.observations.empty());
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].find("cannot be opened") != std::string::npos);
    CHECK(cudacompat::to_stack_file(cudacompat::to_stack(report)) == "{}\n");
}
