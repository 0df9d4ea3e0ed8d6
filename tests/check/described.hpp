// The described machines of tests/stacks as stack records, and what the tests do to them.
#pragma once

#include <cudacompat/cudacompat.hpp>
#include <cudacompat/data.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/yaml.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace described {

namespace cc = cudacompat;

struct stack_case {
    std::string name; ///< path below tests/stacks, without ".yaml"
    std::vector<std::string> request;
    cc::stack_record stack;
    std::string expected; ///< the verdict
};

/// What stands under a top-level key: the rest of its line and the indented lines below it.
[[nodiscard]] inline std::string part(const std::string& file, std::string_view key) {
    std::istringstream in(file);
    std::string out, line;
    bool inside = false;
    while (std::getline(in, line)) {
        const bool top = !line.empty() && line.front() != ' ' && line.front() != '#';
        if (top) inside = line.starts_with(std::string(key) + ":");
        if (!inside) continue;
        if (top) line.erase(0, key.size() + 1);
        out += line + "\n";
    }
    return out;
}

/// The texts between double quotes.
[[nodiscard]] inline std::vector<std::string> quoted(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = text.find('"'); at != std::string::npos;) {
        const std::size_t end = text.find('"', at + 1);
        if (end == std::string::npos) break;
        out.push_back(text.substr(at + 1, end - at - 1));
        at = text.find('"', end + 1);
    }
    return out;
}

/// Every described machine, by name. A file that cannot be read ends the program: no test may pass for want of cases.
[[nodiscard]] inline const std::vector<stack_case>& all() {
    static const std::vector<stack_case> cases = [] {
        const std::filesystem::path root = std::filesystem::path(CUDACOMPAT_ROOT_DIR) / "tests/stacks";
        std::vector<stack_case> out;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
            if (entry.path().extension() != ".yaml") continue;
            std::ifstream in(entry.path());
            const std::string file{std::istreambuf_iterator<char>(in), {}};
            stack_case c;
            c.name = std::filesystem::relative(entry.path(), root).replace_extension().generic_string();
            c.request = quoted(part(file, "request"));
            const std::string expect = part(file, "expect");
            for (const std::string_view v : {"incompatible", "compatible", "unknown"})
                if (c.expected.empty() && expect.find("verdict: " + std::string(v)) != std::string::npos)
                    c.expected = v;
            auto stack = cc::load_stack(part(file, "stack"), "stack.yaml");
            if (!stack || c.expected.empty()) {
                std::cerr << entry.path() << ": " << (stack ? "no verdict" : cc::to_string(stack.error()))
                          << '\n';
                std::exit(1);
            }
            c.stack = std::move(*stack);
            out.push_back(std::move(c));
        }
        std::sort(out.begin(), out.end(),
                  [](const stack_case& a, const stack_case& b) { return a.name < b.name; });
        if (out.size() < 300) {
            std::cerr << out.size() << " described stacks below " << root << '\n';
            std::exit(1);
        }
        return out;
    }();
    return cases;
}

[[nodiscard]] inline const cc::knowledge_base& kb() {
    static const cc::knowledge_base base = *cc::embedded_knowledge();
    return base;
}

[[nodiscard]] inline cc::result<cc::answer> check(const cc::stack_record& stack,
                                                  const std::vector<std::string>& request = {},
                                                  const cc::knowledge_base& by = kb()) {
    const std::vector<std::string_view> items(request.begin(), request.end());
    return cc::check(by, items, &stack);
}

/// "compatible", ..., or the error.
[[nodiscard]] inline std::string verdict_of(const cc::result<cc::answer>& a) {
    return a ? std::string(cc::to_string(a->verdict())) : cc::to_string(a.error());
}

/// The stack in the words of a stack file, for messages.
[[nodiscard]] inline std::string told(const cc::stack_record& s,
                                      const std::vector<std::string>& request = {}) {
    std::string out;
    const auto put = [&](std::string_view name, const std::string& text) {
        if (!text.empty()) out += std::string(out.empty() ? "" : "; ") + std::string(name) + ": " + text;
    };
    for (const std::string& r : request) put("request", r);
    put("platform", s.platform.text);
    put("arch", s.arch.text);
    put("distro", s.distro.text);
    put("glibc", s.glibc.text);
    put("musl", s.musl.text);
    put("driver", s.driver.text);
    put("driver_user", s.driver_user.text);
    put("driver_cuda", s.driver_cuda.text);
    put("driver_ptx", s.driver_ptx.text);
    put("kernel_module", s.kernel_module.text);
    put("compat_package", s.compat_package.text);
    put("jetpack", s.jetpack.text);
    put("l4t", s.l4t.text);
    for (const cc::stack_gpu& g : s.gpus) put("gpu", g.name.text + " " + g.compute_capability.text);
    put("image", s.container.image.text);
    put("require", s.container.require.text);
    for (const cc::stack_item& i : s.components) put(i.component, i.version);
    for (const cc::stack_build& b : s.builds) put("builds", b.component);
    for (const cc::stack_text& b : s.build_from_source) put("build_from_source", b.text);
    put("date", s.date.text);
    return out;
}

/// The parts of a host by the name of the component.
[[nodiscard]] inline cc::stack_text* host_part(cc::stack_record& s, std::string_view component) {
    const std::pair<std::string_view, cc::stack_text*> parts[] = {
        {"driver", &s.driver},
        {"driver-user", &s.driver_user},
        {"driver-cuda", &s.driver_cuda},
        {"driver-ptx", &s.driver_ptx},
        {"kernel-module", &s.kernel_module},
        {"compat-package", &s.compat_package},
        {"glibc", &s.glibc},
        {"distro", &s.distro},
        {"jetpack", &s.jetpack},
        {"l4t", &s.l4t},
        {"container", &s.container.image},
        {"container-toolkit", &s.container.toolkit}};
    for (const auto& [name, text] : parts)
        if (name == component) return text;
    return nullptr;
}

} // namespace described
