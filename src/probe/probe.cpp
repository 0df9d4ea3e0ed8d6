// The detectors in their order: a later one may read what an earlier one saw.
#include "scene.hpp"

#include <exception>

namespace cudacompat {

namespace {

using namespace probe_impl;

constexpr const detector* detectors[] = {
    &detect_platform,     &detect_distro,       &detect_libc,     &detect_kernel_module, &detect_gpus,
    &detect_driver_files, &detect_device_nodes, &detect_toolkits, &detect_python,        &detect_libraries};

} // namespace

const observation* probe_report::find(std::string_view what) const noexcept {
    for (const observation& o : observations)
        if (o.what == what) return &o;
    return nullptr;
}

probe_report probe(const probe_options& options) {
    probe_report report;
    report.foreign = !options.root.empty();
    scene s(options, report);
    if (!s.files().open()) {
        report.complete = false;
        report.problems.push_back("the root cannot be opened: " + s.files().why_closed());
        return report;
    }
    for (const detector* d : detectors) d->run(s);
    if (s.files().exhausted()) {
        report.complete = false;
        report.problems.emplace_back("the probe stopped at the limit of what it reads: the report has gaps");
    }
    if (report.find("platform") == nullptr)
        report.observations.push_back(
            {"platform", "linux", observed_level::found, "no sign of WSL2 or Jetson", {}});
    return report;
}

} // namespace cudacompat
