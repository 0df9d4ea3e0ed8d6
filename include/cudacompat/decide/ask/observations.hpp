// What a stack states, as conditions (the host, Python) or as what is installed (the rest of the environment).
#pragma once

#include <cudacompat/decide/ask/required.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::detail {

class observations : protected required_image {
protected:
    using required_image::required_image;

    bool observed() {
        if (stack_ == nullptr) return true;
        for (const auto& [name, value] : host_parts(*stack_))
            if (value->given() && !observe(name, value->text, value->where, true)) return false;
        const stack_container& box = stack_->container;
        if (box.cdi.given() &&
            !observe("container-mode", box.cdi.value ? "cdi" : "legacy", box.cdi.where, true))
            return false;
        if (box.require.given() && !(box.cdi.given() && *box.cdi.value) && !required(box.require))
            return false;
        const std::uint32_t compat = kb_.find_component("compat-package");
        const bool asks_compat =
            std::find(out_.wanted.begin(), out_.wanted.end(), compat) != out_.wanted.end();
        // An image may bring a compat package, which its start-up puts in place by itself.
        const bool may_be_there = how_.judge && stack_->container.image.given();
        if (compat != frozen::none && !stack_->compat_package.given() && stack_->driver.given() &&
            !asks_compat && !may_be_there)
            for (const std::uint32_t var : out_.here->low.instances.of(compat))
                restrict(var, only_absent(var), {asked_by::observation, compat, "no compat package in use"});
        if (const std::uint32_t c = kb_.find_component("glibc"); stack_->musl.given() && c != frozen::none)
            for (const std::uint32_t var : out_.here->low.instances.of(c))
                restrict(var, only_absent(var),
                         {asked_by::observation, c,
                          "musl " + stack_->musl.text + place_of(stack_->musl.where), "musl"});
        for (const stack_item* item : in_order()) {
            const stack_item& i = *item;
            const std::uint32_t c = kb_.find_component(i.component);
            if (overridden(c)) continue;
            if (is_described(c)) {
                if (!context_.describes(c)->version.empty()) in_its_place(c, i);
                continue;
            }
            if (c == frozen::none && has_build(i.component)) continue; // a program of one's own
            if (c == frozen::none) {
                out_.gaps.push_back("'" + i.component + "' is not in the data" + place_of(i.component_at));
                continue;
            }
            const auto count = static_cast<multiplicity>(kb_.components()[c].multiplicity);
            const bool fixed = how_.judge || count == multiplicity::host || kb_.name(c) == "python";
            if (!observe(i.component, i.version, i.where, fixed)) return false;
        }
        builds_described();
        if (!toolkit_runs()) return false;
        return true;
    }
    /// Where a component has no builds, a local part ("0.13.1+cu113") names none.
    [[nodiscard]] std::string without_local(std::uint32_t c, const std::string& text) const {
        if (!how_.judge || text.find_first_of("<>=~^!|,* ") != std::string::npos) return text;
        return has_variants(c) ? text : text.substr(0, text.find('+'));
    }
    /// Of a stack that is judged: frameworks first, then by name. Which of several conflicts is told must not depend on
    /// the order of the file.
    [[nodiscard]] std::vector<const stack_item*> in_order() const {
        std::vector<const stack_item*> out;
        for (const stack_item& i : stack_->components) out.push_back(&i);
        const auto place = [&](const stack_item* i) {
            const std::uint32_t c = kb_.find_component(i->component);
            if (c == frozen::none) return 4;
            switch (static_cast<component_role>(kb_.components()[c].role)) {
            case component_role::framework: return 0;
            case component_role::companion: return 1;
            case component_role::package: return 2;
            default: return 3;
            }
        };
        if (how_.judge)
            std::sort(out.begin(), out.end(), [&](const stack_item* a, const stack_item* b) {
                return std::pair(place(a), std::string_view(a->component)) <
                       std::pair(place(b), std::string_view(b->component));
            });
        return out;
    }
    bool observe(std::string_view name, const std::string& stated, const source_region& where, bool fixed) {
        const std::uint32_t c = kb_.find_component(name);
        if (c == frozen::none) return true;
        if (overridden(c)) return true;
        const std::string text = without_local(c, stated);
        const lowered& low = out_.here->low;
        const std::string said = std::string(kb_.name(c)) + " " + text + place_of(where);
        if (text == "absent" && out_.no_device) return true; // nothing is asked of a driver
        if (text == "absent") {
            if (fixed || how_.judge)
                for (const std::uint32_t var : low.instances.of(c))
                    restrict(var, only_absent(var), {asked_by::observation, c, said});
            return true;
        }
        bits values;
        nothing_matches missing;
        const bool number = !text.empty() && text.find_first_of("<>=~^!|,* ") == std::string::npos;
        const bool open = (kb_.components()[c].flags & frozen::open_line) != 0;
        // An exact release of the line is exact; a shorter number is a branch: partial.
        const bool exact = number && (open ? is_listed(c, text) || dots(text) >= 2 : is_release(c, text));
        if (!match(c, exact && number ? "==" + text : text, values, missing, nullptr, &where)) return false;
        if (values.empty() && exact && !match(c, text, values, missing, nullptr, &where)) return false;
        if (values.empty() && how_.judge && number && !missing.elsewhere) values = stand_in(c, text);
        if (values.empty() && how_.judge && missing.elsewhere) {
            missing.wanted += place_of(where);
            out_.impossible.push_back(std::move(missing));
            return true;
        }
        if (values.empty()) {
            out_.gaps.push_back(missing.wanted + place_of(where) + ": " + missing.known);
            if (how_.judge && missing.known.find("builds are") == std::string::npos) there(c, said);
            return true;
        }
        for (const std::uint32_t var : low.instances.of(c)) {
            if (low.instances[var].owner != frozen::none) continue;
            bits in = domain_of(var, values);
            if (!fixed) {
                installed_.emplace_back(var, in);
                bits present(low.instances.domain_size(var), true);
                present.reset(0);
                restrict(var, std::move(present),
                         {asked_by::observation, c, std::string(kb_.name(c)) + place_of(where)});
                continue;
            }
            restrict(var, std::move(in), {asked_by::observation, c, said});
            narrow(var, exact ? "==" + text : text);
            note_doubt(var);
        }
        return true;
    }
    /// A version that is in no list: walls take it by its number. A package whose releases have facts of their own is not
    /// known by that alone; of a library between listed releases the ranges say all.
    void in_its_place(std::uint32_t c, const stack_item& i) {
        const lowered& low = out_.here->low;
        const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
        const std::string said = std::string(kb_.name(c)) + " " + i.version + place_of(i.where);
        if (var == frozen::none) return;
        bits only(low.instances.domain_size(var));
        only.set(only.size() - 1);
        restrict(var, std::move(only), {asked_by::observation, c, said});
        const auto role = static_cast<component_role>(kb_.components()[c].role);
        const auto scheme = static_cast<version_scheme>(kb_.components()[c].scheme);
        const auto at = version::parse(scheme, i.version);
        bool below = false;
        bool above = false;
        std::string newest;
        for (const frozen::value& v : kb_.values(kb_.components()[c])) {
            if ((v.flags & frozen::is_unknown) != 0) continue;
            const auto other = version::parse(scheme, kb_.str(v.version));
            if (newest.empty()) newest = kb_.str(v.version);
            below = below || (other && *other < *at);
            above = above || (other && *at < *other);
        }
        const bool library =
            static_cast<multiplicity>(kb_.components()[c].multiplicity) == multiplicity::bundled ||
            role == component_role::host;
        if (library && below && above) return;
        out_.gaps.push_back(
            said + " is not in the data" +
            (above ? std::string()
                   : ", of which the newest is " + newest + " (read " + std::string(kb_.read()) + ")"));
    }
    /// A toolkit beside a driver and no package that runs: what it is there for are programs of its own runtime.
    bool toolkit_runs() {
        const std::uint32_t runtime = kb_.find_component("cuda-runtime");
        if (!how_.judge || runtime == frozen::none || !stack_->builds.empty() ||
            !(stack_->driver.given() || stack_->driver_cuda.given()) || stack_->driver.text == "absent")
            return true;
        const stack_item* toolkit = nullptr;
        for (const stack_item& i : stack_->components) {
            const std::uint32_t c = kb_.find_component(i.component);
            if (c == frozen::none) return true;
            const auto role = static_cast<component_role>(kb_.components()[c].role);
            if (role == component_role::framework || role == component_role::companion || c == runtime ||
                (kb_.components()[c].flags & frozen::device_code) != 0)
                return true;
            const std::string_view called = kb_.name(c);
            if (role == component_role::package && called != "cuda-toolkit" && called != "python" &&
                called != "gcc" && called != "clang" && called != "msvc")
                return true; // it is that package which the stack is about
            if (kb_.name(c) == "cuda-toolkit") toolkit = &i;
        }
        const std::uint32_t var = out_.here->low.instances.find(runtime, frozen::none, frozen::none);
        if (toolkit == nullptr || var == frozen::none || toolkit->version == "absent" ||
            toolkit->version == "*" || stack_->container.given())
            return true;
        for (const request_item& i : items_)
            if (const std::uint32_t c = kb_.find_component(i.name);
                c != frozen::none && kb_.name(c) != "cuda-toolkit" && kb_.name(c) != "driver")
                return true;
        std::string spec = toolkit->version;
        if (spec.find_first_of("<>=~^!|,* ") ==
            std::string::npos) { // 12.4.131 is nvcc's number: the minor counts
            std::size_t dot = spec.find('.');
            if (dot != std::string::npos) dot = spec.find('.', dot + 1);
            spec.resize(std::min(dot, spec.size()));
        }
        bits values;
        nothing_matches missing;
        if (!match(runtime, spec, values, missing, nullptr, &toolkit->where)) return false;
        bits in = domain_of(var, values);
        if (!in.empty())
            restrict(var, std::move(in),
                     {asked_by::observation,
                      kb_.find_component("cuda-toolkit"),
                      "cuda-toolkit " + toolkit->version + place_of(toolkit->where),
                      {},
                      {}});
        return true;
    }
    /// What a request wishes of a component that the stack states too is a change of it.
    bool overridden(std::uint32_t c) {
        if (!how_.judge || std::find(out_.wanted.begin(), out_.wanted.end(), c) == out_.wanted.end())
            return false;
        for (const asked& a : out_.says)
            if (a.by == asked_by::request && a.component == c) {
                out_.set_aside.emplace_back(kb_.name(c));
                return true;
            }
        return false;
    }
    /// It is there at a version that nobody can place: what holds of every version holds of it.
    void there(std::uint32_t c, const std::string& said) {
        const lowered& low = out_.here->low;
        const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
        if (var == frozen::none) return;
        bits present(low.instances.domain_size(var), true);
        present.reset(0);
        if (!present.empty()) restrict(var, std::move(present), {asked_by::observation, c, said});
    }
    /// The text of a release, with or without one of its builds behind a '+'.
    [[nodiscard]] bool is_release(std::uint32_t c, const std::string& text) const {
        const std::string_view plain = std::string_view(text).substr(0, text.find('+'));
        for (const frozen::value& v : kb_.values(kb_.components()[c]))
            if (kb_.str(v.version) == text ||
                (kb_.str(v.version) == plain && (v.flags & frozen::is_cell) == 0))
                return true;
        return false;
    }
    [[nodiscard]] static std::size_t dots(const std::string& text) {
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '.'));
    }
    [[nodiscard]] bool is_listed(std::uint32_t c, const std::string& text) const {
        for (const frozen::value& v : kb_.values(kb_.components()[c]))
            if ((v.flags & frozen::is_cell) != 0)
                for (const frozen::cell_release& r : kb_.cell_releases(v.builds))
                    if (kb_.str(r.version) == text) return true;
        return false;
    }
};

} // namespace cudacompat::detail
