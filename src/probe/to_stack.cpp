// From observations to a stack, and to a stack file.
#include <cudacompat/json_writer.hpp>
#include <cudacompat/probe.hpp>

#include <algorithm>
#include <map>

namespace cudacompat {

namespace {

constexpr std::string_view file_name = "probe";

source_region here() { return {std::string(file_name), 1, 0}; }

stack_text text_of(const observation& o) { return {o.value, here()}; }

struct plain_key {
    std::string_view name;
    stack_text stack_record::*member;
};
constexpr plain_key plain_keys[] = {{"platform", &stack_record::platform},
                                    {"arch", &stack_record::arch},
                                    {"distro", &stack_record::distro},
                                    {"glibc", &stack_record::glibc},
                                    {"musl", &stack_record::musl},
                                    {"driver", &stack_record::driver},
                                    {"driver_user", &stack_record::driver_user},
                                    {"driver_cuda", &stack_record::driver_cuda},
                                    {"driver_ptx", &stack_record::driver_ptx},
                                    {"kernel_module", &stack_record::kernel_module},
                                    {"compat_package", &stack_record::compat_package},
                                    {"jetpack", &stack_record::jetpack},
                                    {"l4t", &stack_record::l4t}};

/// From CUDA 11 on, parts of a toolkit count their builds in the third number (12.4.127), releases their updates
/// (12.4.1). Before, both were the same: 10.2.89.
std::string release_of(std::string_view component, std::string version) {
    if (component != "cuda-runtime" && component != "cuda-toolkit") return version;
    const std::size_t second = version.find('.');
    const std::size_t third = second == std::string::npos ? second : version.find('.', second + 1);
    const bool old = second < 2 || version.starts_with("10.");
    if (!old && third != std::string::npos && version.size() > third + 2) version.resize(third);
    return version;
}

struct seen_gpu {
    std::string name;
    std::string capability;
};

/// GPUs of one kind make one entry. A container may see fewer than are on the bus.
void add_gpus(const probe_report& report, stack_record& out) {
    std::map<std::string, seen_gpu> by_slot;
    for (const observation& o : report.observations) {
        if (!o.what.starts_with("gpu.")) continue;
        const std::size_t dot = o.what.rfind('.');
        if (dot < 4) continue;
        const std::string slot = o.what.substr(4, dot - 4);
        const std::string_view field = std::string_view(o.what).substr(dot + 1);
        if (field == "name") by_slot[slot].name = o.value;
        if (field == "compute_capability") by_slot[slot].capability = o.value;
    }
    for (const auto& [slot, g] : by_slot) {
        const auto same = std::find_if(out.gpus.begin(), out.gpus.end(), [&g = g](const stack_gpu& have) {
            return have.name.text == g.name && have.compute_capability.text == g.capability;
        });
        if (same != out.gpus.end()) {
            ++same->count;
            continue;
        }
        stack_gpu one;
        one.where = here();
        if (!g.name.empty()) one.name = {g.name, here()};
        if (!g.capability.empty()) one.compute_capability = {g.capability, here()};
        out.gpus.push_back(std::move(one));
    }
    if (const observation* nodes = report.find("device.gpus"); nodes != nullptr && out.gpus.size() == 1) {
        std::uint32_t count = 0;
        for (const char c : nodes->value) count = count * 10 + static_cast<std::uint32_t>(c - '0');
        if (count != 0 && count < out.gpus[0].count) out.gpus[0].count = count;
    }
    if (!out.gpus.empty() || report.find("gpu.none") != nullptr) out.gpus_at = here();
}

void put(json_writer& out, std::string_view key, const stack_text& t) { out.member_if(key, t.text); }

} // namespace

stack_record to_stack(const probe_report& report) {
    stack_record out;
    out.file = file_name;
    for (const plain_key& k : plain_keys)
        if (const observation* o = report.find(k.name)) out.*k.member = text_of(*o);
    if (out.musl.given()) out.glibc = {};
    // A compat package brings libraries of its own: theirs are not the release that has to be the kernel's.
    if (!out.driver.given()) out.driver_user = {};
    if (out.driver.text == "absent") out.kernel_module = {};
    add_gpus(report, out);
    if (const observation* o = report.find("container.require")) {
        out.container.where = here();
        out.container.require = text_of(*o);
    }
    for (const observation& o : report.observations) {
        if (o.what.starts_with("component.")) {
            const std::string name = o.what.substr(10);
            const auto same = [&](const stack_item& i) { return i.component == name; };
            if (std::none_of(out.components.begin(), out.components.end(), same))
                out.components.push_back({name, release_of(name, o.value), here(), here()});
        } else if (o.what.starts_with("copy.")) {
            const std::string name = o.what.substr(5);
            out.copies.push_back(
                {{name, here()}, {release_of(name, o.value), here()}, {o.path, here()}, here()});
        }
    }
    return out;
}

std::string to_stack_file(const stack_record& stack) {
    json_writer out;
    out.open('{');
    for (const plain_key& k : plain_keys) put(out, k.name, stack.*k.member);
    if (stack.gpus_at.line != 0 || !stack.gpus.empty()) {
        out.key("gpus");
        out.open('[');
        for (const stack_gpu& g : stack.gpus) {
            out.open('{');
            put(out, "name", g.name);
            put(out, "compute_capability", g.compute_capability);
            if (g.count != 1) out.member("count", std::uint64_t{g.count});
            out.close('}');
        }
        out.close(']');
    }
    if (stack.container.given()) {
        out.key("container");
        out.open('{');
        put(out, "image", stack.container.image);
        put(out, "require", stack.container.require);
        put(out, "toolkit", stack.container.toolkit);
        if (stack.container.cdi.given()) out.member("cdi", *stack.container.cdi.value);
        out.close('}');
    }
    const auto items = [&](std::string_view key, const std::vector<stack_item>& all) {
        if (all.empty()) return;
        out.key(key);
        out.open('{');
        for (const stack_item& i : all) out.member(i.component, i.version);
        out.close('}');
    };
    items("components", stack.components);
    if (!stack.copies.empty()) {
        out.key("copies");
        out.open('[');
        for (const stack_copy& c : stack.copies) {
            out.open('{');
            put(out, "component", c.component);
            put(out, "version", c.version);
            put(out, "path", c.path);
            out.close('}');
        }
        out.close(']');
    }
    if (!stack.builds.empty()) {
        out.key("builds");
        out.open('{');
        for (const stack_build& b : stack.builds) {
            out.key(b.component);
            out.open('{');
            put(out, "cuda", b.cuda);
            put(out, "channel", b.channel);
            std::vector<std::string> code;
            for (const stack_text& t : b.code) code.push_back(t.text);
            if (!code.empty()) out.member_list("code", code);
            items("built_with", b.built_with);
            put(out, "glibc", b.glibc);
            if (b.cxx11_abi.given()) out.member("cxx11_abi", *b.cxx11_abi.value);
            put(out, "ptx", b.ptx);
            if (b.jit.given()) out.member("jit", *b.jit.value);
            out.close('}');
        }
        out.close('}');
    }
    if (!stack.build_from_source.empty()) {
        std::vector<std::string> names;
        for (const stack_text& t : stack.build_from_source) names.push_back(t.text);
        out.member_list("build_from_source", names);
    }
    put(out, "date", stack.date);
    out.close('}');
    return out.take();
}

} // namespace cudacompat
