// What the makers of a question share: its state, its errors, and the terms that go into it.
#pragma once

#include <cudacompat/decide/policy.hpp>
#include <cudacompat/decide/question.hpp>
#include <cudacompat/decide/request.hpp>
#include <cudacompat/knowledge/stack.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cudacompat::detail {

/// The parts of a host that a stack states by a key of its own, with the component that each means.
[[nodiscard]] inline std::vector<std::pair<std::string_view, const stack_text*>>
host_parts(const stack_record& s) {
    return {{"driver", &s.driver},
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
}

class question_maker {
protected:
    question_maker(const knowledge_base& kb, std::span<const request_item> items, const stack_record* stack,
                   const resolve_options& options)
        : kb_(kb), items_(items), stack_(stack), options_(options) {}

    bool fail(const request_item& item, std::uint32_t column, std::string message,
              std::vector<std::string> near = {}) {
        failure_ = error{errc::bad_request,
                         "request item '" + item.text + "': " + std::move(message),
                         {{}, 0, column},
                         std::move(near)};
        return false;
    }
    bool fail(const source_region& where, std::string message, std::vector<std::string> near = {}) {
        failure_ = error{errc::bad_data, std::move(message), where, std::move(near)};
        return false;
    }

    void restrict(std::uint32_t var, bits allowed, asked said) {
        out_.ask.restrictions.push_back({var, std::move(allowed)});
        out_.says.push_back(std::move(said));
    }
    [[nodiscard]] bits only_absent(std::uint32_t var) const {
        bits out(out_.here->low.instances.domain_size(var));
        out.set(0);
        return out;
    }
    /// Component values to domain indices; absence is not among them.
    [[nodiscard]] bits domain_of(std::uint32_t var, const bits& values) const {
        const instance_table& in = out_.here->low.instances;
        bits out(in.domain_size(var));
        for (std::uint32_t i = 1; i < in.domain_size(var); ++i)
            if (values.test(in.value_id(var, i))) out.set(i);
        return out;
    }
    void narrow(std::uint32_t var, const std::string& spec) {
        const frozen::component& c = kb_.components()[out_.here->low.instances[var].component];
        if ((c.flags & frozen::open_line) != 0 && !spec.empty()) out_.narrowed.emplace_back(var, spec);
    }
    void note_doubt(std::uint32_t var) {
        const auto last = static_cast<std::uint32_t>(out_.ask.restrictions.size() - 1);
        if (out_.ask.restrictions[last].allowed.count() > 1) out_.doubts.push_back({var, last});
    }
    [[nodiscard]] static std::string place_of(const source_region& where) {
        if (where.line == 0) return {};
        return " (" + where.file + ":" + std::to_string(where.line) + ")";
    }

    const knowledge_base& kb_;
    std::span<const request_item> items_;
    const stack_record* stack_;
    const resolve_options& options_;
    context context_;
    asking how_;
    question out_;
    error failure_;
    std::vector<std::pair<clause, asked>> clauses_; ///< conditions over several copies of a component
    std::vector<std::pair<std::uint32_t, bits>>
        installed_; ///< what the stack states and the answer may change
};

} // namespace cudacompat::detail
