// The platform, the GPUs and the request items of a question.
#pragma once

#include <cudacompat/decide/ask/own_builds.hpp>
#include <cudacompat/decide/scope.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class wishes : protected own_builds {
protected:
    using own_builds::own_builds;

    std::optional<asked> jetson_; ///< the platform is a Jetson; by whom it was said, and where

    [[nodiscard]] bool has_platforms() const {
        const auto p = kb_.platforms();
        return p.size() > 1 || (p.size() == 1 && kb_.str(p[0]).find('-') != std::string_view::npos);
    }
    [[nodiscard]] static bool names_platform(const request_item& i) {
        return i.name == "os" || i.name == "arch" || i.name == "platform";
    }

    /// WSL2 and Jetson are platforms of their own; data that lack them answer for plain Linux, with a gap.
    void special_linux(std::string& os, std::string& arch, bool arch_said) {
        if (os == "wsl") os = "wsl2";
        if (os == "linux" && (arch == "aarch64" || !arch_said) && names_l4t()) {
            os = "jetson";
            out_.platform_assumed = false;
        }
        if (os != "jetson") jetson_.reset();
        if (os != "wsl2" && os != "jetson") return;
        if (os == "jetson" && !arch_said) arch = "aarch64";
        if (kb_.find_platform(os + "-" + arch) != frozen::none) return;
        out_.gaps.push_back(std::string(jetson_ ? "Jetson" : "WSL2") +
                            ": the data have no rules for its driver; those of Linux are applied");
        jetson_.reset();
        os = "linux";
    }
    /// Whether the system of a Jetson is named; jetson_ then says by whom.
    bool names_l4t() {
        if (stack_ != nullptr)
            for (const stack_text* t : {&stack_->l4t, &stack_->jetpack})
                if (t->given() && t->text != "absent") {
                    jetson_ = {asked_by::observation, frozen::none, place_of(t->where)};
                    return true;
                }
        const auto named = std::find_if(items_.begin(), items_.end(), [&](const request_item& i) {
            return i.spec != "absent" && (i.name == "l4t" || i.name == "jetpack" || i.name == "jetson-linux");
        });
        if (named == items_.end()) return false;
        jetson_ = {asked_by::request, frozen::none, {}};
        return true;
    }

    bool place() {
        const std::string_view standard = kb_.str(kb_.platforms()[0]);
        const std::size_t dash = standard.find('-');
        std::string os(standard.substr(0, dash));
        std::string arch(dash == std::string_view::npos ? std::string_view{} : standard.substr(dash + 1));
        bool arch_said = false;
        if (stack_ != nullptr && has_platforms()) {
            if (stack_->platform.given()) {
                out_.platform_assumed = false;
                os = stack_->platform.text;
                jetson_ = {asked_by::observation, frozen::none, place_of(stack_->platform.where)};
            }
            if (stack_->arch.given()) arch = stack_->arch.text;
            arch_said = stack_->arch.given();
        }
        const request_item* said = nullptr;
        for (const request_item& i : items_) {
            if (!has_platforms() || !names_platform(i)) continue;
            said = &i;
            out_.platform_assumed = false;
            std::string value;
            for (const char c : i.spec) value += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            if (value.starts_with("==")) value.erase(0, 2);
            if (value == "amd64" || value == "x64" || value == "x86-64") value = "x86_64";
            if (value == "arm64" || value == "sbsa") value = "aarch64";
            if (i.name == "platform") {
                const std::size_t d = value.find('-');
                os = value.substr(0, d);
                if (d != std::string::npos) arch = value.substr(d + 1);
                arch_said = arch_said || d != std::string::npos;
            } else {
                (i.name == "os" ? os : arch) = value;
                arch_said = arch_said || i.name == "arch";
            }
            if (i.name != "arch") jetson_ = {asked_by::request, frozen::none, {}};
        }
        if (has_platforms()) special_linux(os, arch, arch_said);
        out_.platform = arch.empty() ? os : os + "-" + arch;
        context_ = {};
        context_.loose = loosened();
        context_.idle_build = how_.idle_build;
        context_.without = how_.without;
        context_.platform = kb_.find_platform(out_.platform);
        context_.as_of = options_.as_of;
        if (context_.as_of.empty() && stack_ != nullptr && stack_->date.given())
            context_.as_of = stack_->date.text;
        if (context_.platform != frozen::none) return true;
        std::vector<std::string> known;
        for (const frozen::text p : kb_.platforms()) known.emplace_back(kb_.str(p));
        std::string message = "the data knows no platform '" + out_.platform + "'; it knows";
        for (std::size_t i = 0; i < known.size(); ++i) message += (i == 0 ? " " : ", ") + known[i];
        if (said != nullptr) return fail(*said, said->spec_column, std::move(message));
        return fail(stack_->arch.given() ? stack_->arch.where : stack_->platform.where, std::move(message));
    }

    [[nodiscard]] std::vector<std::uint32_t> loosened() const {
        std::vector<std::uint32_t> out;
        for (std::uint32_t c = 0; how_.pin != asking::pins::hold && c < kb_.components().size(); ++c) {
            if (static_cast<multiplicity>(kb_.components()[c].multiplicity) != multiplicity::bundled)
                continue;
            const bool stated =
                stack_ != nullptr &&
                std::any_of(stack_->components.begin(), stack_->components.end(),
                            [&](const stack_item& i) { return kb_.find_component(i.component) == c; });
            if (stated || how_.pin == asking::pins::loose) out.push_back(c);
        }
        return out;
    }

    [[nodiscard]] std::uint32_t device_component() const {
        for (std::uint32_t c = 0; c < kb_.components().size(); ++c)
            if (static_cast<multiplicity>(kb_.components()[c].multiplicity) == multiplicity::device &&
                static_cast<component_role>(kb_.components()[c].role) != component_role::derived)
                return c;
        return frozen::none;
    }

    /// A wish for a pre-release is a wish for it whatever else demands the component.
    void open_prereleases() {
        for (const request_item& i : items_) {
            const std::uint32_t c = kb_.find_component(i.name);
            if (c == frozen::none || i.spec.empty()) continue;
            const auto all = kb_.values(kb_.components()[c]);
            if (std::none_of(all.begin(), all.end(),
                             [](const frozen::value& v) { return (v.flags & frozen::is_prerelease) != 0; }))
                continue;
            const auto spec =
                version_spec::parse(static_cast<version_scheme>(kb_.components()[c].scheme), i.spec);
            if (spec && spec->admits_prereleases()) context_.opened.push_back(c);
        }
        std::sort(context_.opened.begin(), context_.opened.end());
        context_.opened.erase(std::unique(context_.opened.begin(), context_.opened.end()),
                              context_.opened.end());
    }

    /// Every component that the request or the stack speaks of.
    [[nodiscard]] std::vector<std::uint32_t> mentioned(std::uint32_t device) const {
        std::vector<std::uint32_t> out;
        const auto add = [&](std::string_view name) {
            if (const std::uint32_t c = kb_.find_component(name); c != frozen::none) out.push_back(c);
        };
        for (const request_item& i : items_) add(i.name);
        if (jetson_) add("l4t");
        if (stack_ == nullptr) return out;
        for (const auto& [name, value] : host_parts(*stack_))
            if (value->given()) add(name);
        for (const stack_item& i : stack_->components) add(i.component);
        for (const stack_build& b : stack_->builds) add(b.component);
        if (!stack_->builds.empty()) // whatever a description of a build can speak of
            for (const std::string_view name :
                 {"program", "cuda-runtime", "code", "runtime-mode", "driver", "driver-cuda", "driver-ptx",
                  "compat-package", "gpu", "glibc", "cxx11-abi", "cudnn", "nccl", "cublas"})
                add(name);
        if (stack_->container.require.given())
            for (const std::string_view name : {"container", "driver", "driver-cuda", "gpu", "gpu-brand"})
                add(name);
        for (const stack_text& t : stack_->build_from_source) add(t.text);
        if (device != frozen::none && (!stack_->gpus.empty() || stack_->gpus_at.line != 0))
            out.push_back(device);
        if (how_.judge) // programs of a toolkit: observations.hpp
            for (const stack_item& i : stack_->components)
                if (i.component == "cuda-toolkit") add("cuda-runtime");
        if (stack_->driver.given()) add("compat-package");
        if (stack_->container.given()) add("container-mode");
        return out;
    }

    struct device_wish {
        bits values; // of the component
        std::string name;
        asked said;
        bool observed = false;
    };

    bool devices() {
        const std::uint32_t c = device_component();
        std::vector<device_wish> found;
        const auto add = [&](device_wish w) {
            for (const device_wish& other : found)
                if (other.values == w.values && other.observed == w.observed) return;
            found.push_back(std::move(w));
        };
        for (const request_item& i : items_) {
            if (c == frozen::none || kb_.find_component(i.name) != c) continue;
            if (i.spec.empty() || i.spec == "*") {
                add({bits(kb_.components()[c].values.count, true),
                     "a GPU",
                     {asked_by::request, c, "a GPU"},
                     false});
                continue;
            }
            device_wish w{product_values(c, i.spec), i.spec, {asked_by::request, c, "GPU " + i.spec}, false};
            if (w.values.empty()) {
                const bool number = i.spec.find_first_not_of("0123456789.<>=~^!|,* ") == std::string::npos;
                if (!number)
                    return fail(i, i.spec_column,
                                "unknown GPU; give its name or its compute capability, such as gpu:8.9",
                                near_products(c, i.spec));
                nothing_matches missing;
                if (!match(c, i.spec, w.values, missing, &i, nullptr)) return false;
                if (w.values.empty()) {
                    out_.impossible.push_back(std::move(missing));
                    continue;
                }
                w.said.text = "compute capability " + i.spec;
            }
            add(std::move(w));
        }
        if (stack_ != nullptr && c != frozen::none)
            for (const stack_gpu& g : stack_->gpus) {
                device_wish w{bits(kb_.components()[c].values.count),
                              g.name.given() ? g.name.text : g.compute_capability.text,
                              {},
                              true};
                bits by_name(kb_.components()[c].values.count);
                if (g.name.given()) by_name = product_values(c, g.name.text);
                if (g.compute_capability.given()) {
                    nothing_matches missing;
                    if (!match(c, "==" + g.compute_capability.text, w.values, missing, nullptr,
                               &g.compute_capability.where))
                        return false;
                    bits both = w.values;
                    both &= by_name;
                    if (!by_name.empty() && both.empty())
                        return fail(g.where, "GPU '" + g.name.text + "' has not compute capability " +
                                                 g.compute_capability.text);
                    if (!both.empty()) w.values = both;
                } else {
                    w.values = by_name;
                }
                if (w.values.empty()) {
                    out_.gaps.emplace_back("gpu '" + w.name +
                                           "' is not in the data; give its compute capability");
                    continue;
                }
                w.said = {asked_by::observation, c, "GPU " + w.name + place_of(g.where)};
                add(std::move(w));
            }
        context_.device_slots = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(found.size()));
        open_prereleases();
        context_.scope = find_scopes(kb_)->of(mentioned(c));
        describe_builds();
        place_versions();
        out_.here = find_world(kb_, context_);
        const lowered& low = out_.here->low;
        if (const std::uint32_t l4t = kb_.find_component("l4t"); jetson_ && l4t != frozen::none)
            for (const std::uint32_t var : low.instances.of(l4t)) {
                bits present(low.instances.domain_size(var), true);
                present.reset(0);
                restrict(
                    var, std::move(present),
                    {jetson_->by,
                     l4t,
                     "a Jetson" + jetson_->text,
                     stack_ != nullptr && stack_->jetpack.given() && !stack_->l4t.given() ? "jetpack" : "",
                     {}});
            }
        for (std::uint32_t d = 0; d < found.size(); ++d) {
            const std::uint32_t var = low.instances.find(c, frozen::none, d);
            restrict(var, domain_of(var, found[d].values), std::move(found[d].said));
            out_.device_names.push_back(std::move(found[d].name));
            if (found[d].observed) note_doubt(var);
        }
        const bool no_gpu = stack_ != nullptr && stack_->gpus_at.line != 0 && stack_->gpus.empty();
        out_.no_device =
            no_gpu && how_.judge; // judged as for a GPU that suits: what is there can be there without one
        if (no_gpu && !how_.judge && c != frozen::none) {
            const std::uint32_t var = low.instances.find(c, frozen::none, 0);
            restrict(var, only_absent(var), {asked_by::observation, c, "no GPU" + place_of(stack_->gpus_at)});
        }
        return true;
    }

    bool requested() {
        for (const request_item& i : items_) {
            if (has_platforms() && names_platform(i)) continue;
            const std::uint32_t c = kb_.find_component(i.name);
            if (c == frozen::none) return unknown_name(i);
            if (c == device_component()) {
                want(c);
                continue;
            }
            want(c);
            bits values(kb_.components()[c].values.count);
            nothing_matches missing;
            const std::string spec = i.spec.empty() ? "*" : i.spec;
            if (!match(c, spec, values, missing, &i, nullptr)) return false;
            if (values.empty()) {
                out_.impossible.push_back(std::move(missing));
                continue;
            }
            const std::string said = std::string(kb_.name(c)) + (i.spec.empty() ? "" : " " + i.spec);
            if (i.spec == "absent") {
                for (const std::uint32_t var : out_.here->low.instances.of(c))
                    restrict(var, only_absent(var), {asked_by::request, c, "no " + std::string(kb_.name(c))});
                continue;
            }
            demand(c, values, {asked_by::request, c, said}, i.spec);
        }
        return true;
    }
    void want(std::uint32_t c) {
        if (std::find(out_.wanted.begin(), out_.wanted.end(), c) == out_.wanted.end())
            out_.wanted.push_back(c);
    }
    bool unknown_name(const request_item& i) {
        std::vector<std::pair<std::size_t, std::string>> near;
        for (std::uint32_t c = 0; c < kb_.components().size(); ++c) {
            const auto consider = [&](std::string_view name) {
                const std::size_t d = edit_distance(i.name, name);
                if (d <= 1 + i.name.size() / 4 || (i.name.size() > 2 && name.starts_with(i.name)))
                    near.emplace_back(d, std::string(name));
            };
            consider(kb_.name(c));
            for (const frozen::text a : kb_.texts(kb_.components()[c].aliases)) consider(kb_.str(a));
        }
        std::sort(near.begin(), near.end());
        std::vector<std::string> names;
        for (std::size_t n = 0; n < near.size() && n < 3; ++n) names.push_back(near[n].second);
        return fail(i, i.name_column, "unknown component '" + i.name + "'", std::move(names));
    }

    /// Every copy of the component has to be in the set, and at least one has to be there.
    void demand(std::uint32_t c, const bits& values, const asked& said, const std::string& spec) {
        const lowered& low = out_.here->low;
        const auto copies = low.instances.of(c);
        if (copies.size() == 1) {
            restrict(copies[0], domain_of(copies[0], values), said);
            narrow(copies[0], spec);
            return;
        }
        clause any;
        for (const std::uint32_t var : copies) {
            bits in = domain_of(var, values);
            any.any_of.push_back({var, in});
            in.set(0);
            restrict(var, std::move(in), said);
            narrow(var, spec);
        }
        clauses_.emplace_back(std::move(any), said);
    }
};

} // namespace cudacompat::detail
