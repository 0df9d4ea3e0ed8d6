// From request items and a stack to a query of the decision core.
//
// Everything that the query asks is kept with its words (`asked`), index by index as the core's reasons count,
// so that a conflict can say "you ask for torch 1.12" or "host.yaml:4: the stack has driver 535".
#pragma once

#include <cudacompat/decide/lowering.hpp>
#include <cudacompat/decide/policy.hpp>
#include <cudacompat/decide/request.hpp>
#include <cudacompat/decide/world_cache.hpp>
#include <cudacompat/knowledge/names.hpp>
#include <cudacompat/knowledge/stack.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

/// Where a condition of the query comes from.
enum class asked_by : std::uint8_t {
    request,     ///< an item of the request
    observation, ///< a value of the stack
    rule,        ///< the rules of asking (no CPU build unless asked for, ...)
};

struct asked {
    asked_by by = asked_by::request;
    std::uint32_t component = frozen::none;
    std::string text; ///< "torch 1.12", "driver 535 (host.yaml:4:9)"
};

/// A component value that the question cannot be put with: nothing on the platform matches.
struct nothing_matches {
    std::uint32_t component = frozen::none;
    bool beyond_data = false; ///< newer than everything known: nobody can say
    bool from_stack = false;
    std::string wanted;
    std::string known; ///< what there is instead
};

/// A variable of which an observation leaves several values open.
struct doubt {
    std::uint32_t var = 0;
    std::uint32_t said = 0; ///< index in `says`
};

/// Something that makes a yes impossible, in words.
using gap = std::string;

struct question {
    std::shared_ptr<const world> here;
    query ask;
    std::vector<asked> says;                 ///< by reason index: restrictions, then clauses
    std::vector<std::uint32_t> wanted;       ///< components that the request names, in order
    std::vector<std::pair<std::uint32_t, std::string>> narrowed; ///< open lines: the spec asked for, by variable
    std::vector<std::string> device_names;   ///< by slot; empty: no GPU was named
    std::vector<doubt> doubts;
    std::vector<nothing_matches> impossible;
    std::vector<gap> gaps;
    std::string platform;
    bool platform_assumed = true;
};

namespace detail {

class asker {
public:
    asker(const knowledge_base& kb, std::span<const request_item> items, const stack_record* stack, const resolve_options& options)
        : kb_(kb), items_(items), stack_(stack), options_(options) {}

    /// strict: what nobody recorded counts against; otherwise it counts for.
    [[nodiscard]] result<question> build(bool strict) {
        out_ = {};
        if (!place() || !devices() || !requested() || !observed()) return std::move(failure_);
        rules(strict);
        preferences();
        return std::move(out_);
    }

private:
    // -- errors ---------------------------------------------------------------------------------------------

    bool fail(const request_item& item, std::uint32_t column, std::string message, std::vector<std::string> near = {}) {
        failure_ = error{errc::bad_request, "request item '" + item.text + "': " + std::move(message), {{}, 0, column}, std::move(near)};
        return false;
    }
    bool fail(const source_region& where, std::string message, std::vector<std::string> near = {}) {
        failure_ = error{errc::bad_data, std::move(message), where, std::move(near)};
        return false;
    }

    // -- platform -------------------------------------------------------------------------------------------

    [[nodiscard]] bool has_platforms() const {
        const auto p = kb_.platforms();
        return p.size() > 1 || (p.size() == 1 && kb_.str(p[0]).find('-') != std::string_view::npos);
    }
    [[nodiscard]] static bool names_platform(const request_item& i) { return i.name == "os" || i.name == "arch" || i.name == "platform"; }

    bool place() {
        const std::string_view standard = kb_.str(kb_.platforms()[0]);
        const std::size_t dash = standard.find('-');
        std::string os(standard.substr(0, dash));
        std::string arch(dash == std::string_view::npos ? std::string_view{} : standard.substr(dash + 1));
        if (stack_ != nullptr && has_platforms()) {
            if (stack_->platform.given()) {
                out_.platform_assumed = false;
                os = stack_->platform.text;
                if (os == "wsl2") {
                    os = "linux";
                    out_.gaps.push_back("WSL2: the Windows driver's own rules are not in the data; Linux rules are applied");
                } else if (os == "jetson") {
                    os = "linux";
                    if (!stack_->arch.given()) arch = "aarch64";
                    out_.gaps.push_back("Jetson: the L4T driver's rules are not in the data; aarch64 Linux rules are applied");
                }
            }
            if (stack_->arch.given()) arch = stack_->arch.text;
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
            } else {
                (i.name == "os" ? os : arch) = value;
            }
        }
        out_.platform = arch.empty() ? os : os + "-" + arch;
        context_.platform = kb_.find_platform(out_.platform);
        context_.as_of = options_.as_of;
        if (context_.as_of.empty() && stack_ != nullptr && stack_->date.given()) context_.as_of = stack_->date.text;
        context_.drop_weak = options_.prefer == policy::verified;
        if (context_.platform != frozen::none) return true;
        std::vector<std::string> known;
        for (const frozen::text p : kb_.platforms()) known.emplace_back(kb_.str(p));
        std::string message = "the data knows no platform '" + out_.platform + "'; it knows";
        for (std::size_t i = 0; i < known.size(); ++i) message += (i == 0 ? " " : ", ") + known[i];
        if (said != nullptr) return fail(*said, said->spec_column, std::move(message));
        return fail(stack_->arch.given() ? stack_->arch.where : stack_->platform.where, std::move(message));
    }

    // -- GPUs -----------------------------------------------------------------------------------------------

    [[nodiscard]] std::uint32_t device_component() const {
        for (std::uint32_t c = 0; c < kb_.components().size(); ++c)
            if (static_cast<multiplicity>(kb_.components()[c].multiplicity) == multiplicity::device) return c;
        return frozen::none;
    }

    struct device_wish {
        bits values; // of the component
        std::string name;
        asked said;
        bool observed = false;
    };

    [[nodiscard]] bits product_values(std::uint32_t c, std::string_view name, bool prefixes) const {
        bits out(kb_.components()[c].values.count);
        std::string folded = fold_product(name);
        const auto take = [&](std::string_view wanted) {
            for (const frozen::product& p : kb_.products(kb_.components()[c].products))
                for (const frozen::text alias : kb_.texts(p.aliases))
                    if (kb_.str(alias) == wanted)
                        for (const frozen::interval i : kb_.intervals(p.values)) out.set_range(i.first, i.last);
        };
        take(folded);
        // "NVIDIA H100 NVL": the longest known beginning counts where the whole is not known and an observation said it.
        for (std::size_t n = folded.size(); prefixes && out.empty() && n-- > 3;) take(std::string_view(folded).substr(0, n));
        return out;
    }
    [[nodiscard]] std::vector<std::string> near_products(std::uint32_t c, std::string_view name) const {
        const std::string folded = fold_product(name);
        std::vector<std::pair<std::size_t, std::string>> near;
        for (const frozen::product& p : kb_.products(kb_.components()[c].products)) {
            std::size_t best = folded.size();
            for (const frozen::text alias : kb_.texts(p.aliases)) best = std::min(best, edit_distance(folded, kb_.str(alias)));
            if (best <= 1 + folded.size() / 4) near.emplace_back(best, std::string(kb_.str(p.name)));
        }
        std::sort(near.begin(), near.end());
        std::vector<std::string> out;
        for (std::size_t i = 0; i < near.size() && i < 3; ++i) out.push_back(near[i].second);
        return out;
    }

    bool devices() {
        const std::uint32_t c = device_component();
        std::vector<device_wish> wishes;
        const auto add = [&](device_wish w) {
            for (const device_wish& other : wishes)
                if (other.values == w.values && other.observed == w.observed) return;
            wishes.push_back(std::move(w));
        };
        for (const request_item& i : items_) {
            if (c == frozen::none || kb_.find_component(i.name) != c) continue;
            if (i.spec.empty() || i.spec == "*") {
                add({bits(kb_.components()[c].values.count, true), "a GPU", {asked_by::request, c, "a GPU"}, false});
                continue;
            }
            device_wish w{product_values(c, i.spec, false), i.spec, {asked_by::request, c, "GPU " + i.spec}, false};
            if (w.values.empty()) {
                const bool number = i.spec.find_first_not_of("0123456789.<>=~^!|,* ") == std::string::npos;
                if (!number)
                    return fail(i, i.spec_column, "unknown GPU; give its name or its compute capability, such as gpu:8.9",
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
                device_wish w{bits(kb_.components()[c].values.count), g.name.given() ? g.name.text : g.compute_capability.text, {}, true};
                bits by_name(kb_.components()[c].values.count);
                if (g.name.given()) by_name = product_values(c, g.name.text, true);
                if (g.compute_capability.given()) {
                    nothing_matches missing;
                    if (!match(c, "==" + g.compute_capability.text, w.values, missing, nullptr, &g.compute_capability.where)) return false;
                    bits both = w.values;
                    both &= by_name;
                    if (!by_name.empty() && both.empty())
                        return fail(g.where, "GPU '" + g.name.text + "' has not compute capability " + g.compute_capability.text);
                    if (!both.empty()) w.values = both;
                } else {
                    w.values = by_name;
                }
                if (w.values.empty()) {
                    out_.gaps.push_back("GPU '" + w.name + "' is not in the data; give its compute capability");
                    continue;
                }
                w.said = {asked_by::observation, c, "GPU " + w.name + place_of(g.where)};
                add(std::move(w));
            }
        context_.device_slots = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(wishes.size()));
        out_.here = find_world(kb_, context_);
        const lowered& low = out_.here->low;
        for (std::uint32_t d = 0; d < wishes.size(); ++d) {
            const std::uint32_t var = low.instances.find(c, frozen::none, d);
            restrict(var, domain_of(var, wishes[d].values), std::move(wishes[d].said));
            out_.device_names.push_back(std::move(wishes[d].name));
            if (wishes[d].observed) note_doubt(var);
        }
        if (stack_ != nullptr && c != frozen::none && stack_->gpus_at.line != 0 && stack_->gpus.empty()) {
            const std::uint32_t var = low.instances.find(c, frozen::none, 0);
            restrict(var, only_absent(var), {asked_by::observation, c, "no GPU" + place_of(stack_->gpus_at)});
        }
        return true;
    }

    // -- the request ----------------------------------------------------------------------------------------

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
                for (const std::uint32_t var : out_.here->low.instances.of(c)) restrict(var, only_absent(var), {asked_by::request, c, "no " + std::string(kb_.name(c))});
                continue;
            }
            demand(c, values, {asked_by::request, c, said}, i.spec);
        }
        return true;
    }
    void want(std::uint32_t c) {
        if (std::find(out_.wanted.begin(), out_.wanted.end(), c) == out_.wanted.end()) out_.wanted.push_back(c);
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
    void narrow(std::uint32_t var, const std::string& spec) {
        const frozen::component& c = kb_.components()[out_.here->low.instances[var].component];
        if ((c.flags & frozen::open_line) != 0 && !spec.empty()) out_.narrowed.emplace_back(var, spec);
    }

    /// The values of a component (closed: those that match; open: the cells that meet the spec). Empty where
    /// nothing does, and then `missing` says what there is. False on a malformed spec.
    bool match(std::uint32_t c, const std::string& spec, bits& values, nothing_matches& missing, const request_item* item,
               const source_region* where) {
        const frozen::component& component = kb_.components()[c];
        const auto all = kb_.values(component);
        values = bits(component.values.count);
        if (spec == "absent") {
            values = bits(component.values.count, true);
            return true;
        }
        std::string plain = spec;
        std::string variant;
        split_variant(c, plain, variant);
        const auto scheme = static_cast<version_scheme>(component.scheme);
        result<version_spec> parsed = version_spec::parse(scheme, plain);
        if (!parsed) {
            if (item != nullptr)
                return fail(*item, item->spec_column + (parsed.error().where.column == 0 ? 0 : parsed.error().where.column - 1),
                            parsed.error().message);
            return fail(where == nullptr ? source_region{} : *where, "version spec '" + spec + "': " + parsed.error().message);
        }
        const version_set& set = parsed->set();
        const bool any = plain == "*";
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const frozen::value& v = all[i];
            if ((v.flags & frozen::is_unknown) != 0) continue;
            if ((v.flags & frozen::is_cell) != 0) {
                if (any || set.intersects(cell(scheme, v))) values.set(i);
                continue;
            }
            if (!variant.empty() && !matches_pattern(variant, kb_.str(v.variant))) continue;
            if (any) { // "some version" means a release, unless there are only pre-releases
                if ((v.flags & frozen::is_prerelease) == 0) values.set(i);
                continue;
            }
            if (parsed->matches(version_of(c, i, scheme))) values.set(i);
        }
        if (values.empty() && any)
            for (std::uint32_t i = 0; i < all.size(); ++i)
                if ((all[i].flags & frozen::is_unknown) == 0 && (variant.empty() || matches_pattern(variant, kb_.str(all[i].variant)))) values.set(i);
        bits here = values;
        for (std::uint32_t i = 0; i < all.size(); ++i)
            if (here.test(i) && ((all[i].platforms >> context_.platform) & 1U) == 0) here.reset(i);
        if (here.empty()) describe_missing(c, spec, set, values, missing);
        values = here;
        return true;
    }
    [[nodiscard]] version version_of(std::uint32_t c, std::uint32_t value, version_scheme scheme) const {
        if (out_.here != nullptr) return out_.here->texts.versions(c)[value];
        auto v = version::parse(scheme, kb_.str(kb_.values(kb_.components()[c])[value].version));
        return v ? std::move(*v) : version{};
    }
    /// "2.4.0+cu121": the local part names the build variant where the component has builds.
    void split_variant(std::uint32_t c, std::string& spec, std::string& variant) const {
        if (spec.find_first_of(",|<>") != std::string::npos) return;
        const std::size_t plus = spec.find('+');
        if (plus == std::string::npos) return;
        for (const frozen::value& v : kb_.values(kb_.components()[c]))
            if (v.variant.length != 0) {
                variant = spec.substr(plus + 1);
                spec.resize(plus);
                return;
            }
    }
    [[nodiscard]] version_set cell(version_scheme scheme, const frozen::value& v) const {
        version_set out = version_set::all(scheme);
        for (const frozen::text end : {v.low, v.high})
            if (end.length != 0)
                if (const auto part = version_spec::parse(scheme, kb_.str(end))) out &= part->set();
        return out;
    }
    void describe_missing(std::uint32_t c, const std::string& spec, const version_set& set, const bits& elsewhere, nothing_matches& out) const {
        const frozen::component& component = kb_.components()[c];
        const auto all = kb_.values(component);
        out.component = c;
        out.wanted = std::string(kb_.name(c)) + (spec == "*" ? "" : " " + spec);
        if (!elsewhere.empty()) {
            out.known = "published, but not for " + out_.platform;
            return;
        }
        const frozen::value* newest = nullptr;
        for (const frozen::value& v : all)
            if ((v.flags & frozen::is_unknown) == 0 && ((v.platforms >> context_.platform) & 1U) != 0) {
                newest = &v;
                break;
            }
        if (newest == nullptr) {
            out.known = kb_.generic() ? std::string("it has no release") : "the data lists no release of it for " + out_.platform;
            return;
        }
        const auto scheme = static_cast<version_scheme>(component.scheme);
        if (const auto top = version::parse(scheme, kb_.str(newest->version)); top && !kb_.generic() && scheme != version_scheme::label)
            out.beyond_data = !set.intersects(version_set::at_most(*top));
        // What there is of the releases that match without their build, or else the ends of the list.
        std::vector<std::string> builds;
        for (const frozen::value& v : all) {
            if ((v.flags & (frozen::is_unknown | frozen::is_cell)) != 0 || ((v.platforms >> context_.platform) & 1U) == 0) continue;
            const auto at = version::parse(scheme, kb_.str(v.version));
            if (at && set.contains(*at) && v.variant.length != 0) {
                std::string b(kb_.str(v.variant));
                if (std::find(builds.begin(), builds.end(), b) == builds.end()) builds.push_back(std::move(b));
            }
        }
        if (!builds.empty()) {
            out.known = "its builds are";
            for (std::size_t i = 0; i < builds.size(); ++i) out.known += (i == 0 ? " " : ", ") + builds[i];
            return;
        }
        for (const frozen::value& v : all) {
            const auto at = version::parse(scheme, kb_.str(v.version));
            if ((v.flags & frozen::is_prerelease) == 0 || !at || !set.contains(*at)) continue;
            out.known = "only the pre-release " + std::string(kb_.str(v.version)) + " is near; a spec that names a pre-release takes one";
            return;
        }
        out.known = "the newest that the data knows is " + std::string(kb_.str(newest->version));
        if (kb_.read().size() != 0) out.known += " (read " + std::string(kb_.read()) + ")";
    }

    // -- the stack ------------------------------------------------------------------------------------------

    [[nodiscard]] static std::string place_of(const source_region& where) {
        if (where.line == 0) return {};
        return " (" + where.file + ":" + std::to_string(where.line) + ")";
    }
    bool observed() {
        if (stack_ == nullptr) return true;
        const auto host = [&](const char* name, const stack_text& value) { return !value.given() || observe(name, value.text, value.where, true); };
        if (!(host("driver", stack_->driver) && host("driver-cuda", stack_->driver_cuda) && host("driver-ptx", stack_->driver_ptx) &&
              host("kernel-module", stack_->kernel_module) && host("compat-package", stack_->compat_package) &&
              host("glibc", stack_->glibc) && host("distro", stack_->distro)))
            return false;
        const std::uint32_t compat = kb_.find_component("compat-package");
        const bool asks_compat = std::find(out_.wanted.begin(), out_.wanted.end(), compat) != out_.wanted.end();
        if (compat != frozen::none && !stack_->compat_package.given() && stack_->driver.given() && !asks_compat)
            for (const std::uint32_t var : out_.here->low.instances.of(compat))
                restrict(var, only_absent(var), {asked_by::observation, compat, "no compat package in use"});
        for (const stack_item& i : stack_->components) {
            const std::uint32_t c = kb_.find_component(i.component);
            if (c == frozen::none) {
                out_.gaps.push_back("'" + i.component + "' is not in the data" + place_of(i.component_at));
                continue;
            }
            const auto count = static_cast<multiplicity>(kb_.components()[c].multiplicity);
            const bool fixed = count == multiplicity::host || kb_.name(c) == "python";
            if (!observe(i.component, i.version, i.where, fixed)) return false;
        }
        return true;
    }
    bool observe(std::string_view name, const std::string& text, const source_region& where, bool fixed) {
        const std::uint32_t c = kb_.find_component(name);
        if (c == frozen::none) return true;
        const lowered& low = out_.here->low;
        const std::string said = std::string(kb_.name(c)) + " " + text + place_of(where);
        if (text == "absent") {
            if (fixed)
                for (const std::uint32_t var : low.instances.of(c)) restrict(var, only_absent(var), {asked_by::observation, c, said});
            return true;
        }
        bits values;
        nothing_matches missing;
        const bool number = !text.empty() && text.find_first_of("<>=~^!|,* ") == std::string::npos;
        const bool open = (kb_.components()[c].flags & frozen::open_line) != 0;
        // An exact release of the line is exact; a shorter number is a branch: partial.
        const bool exact = number && (!open || is_listed(c, text) || dots(text) >= 2);
        if (!match(c, exact && number ? "==" + text : text, values, missing, nullptr, &where)) return false;
        if (values.empty() && exact && !match(c, text, values, missing, nullptr, &where)) return false;
        if (values.empty()) {
            out_.gaps.push_back(missing.wanted + place_of(where) + ": " + missing.known);
            return true;
        }
        for (const std::uint32_t var : low.instances.of(c)) {
            if (low.instances[var].owner != frozen::none) continue;
            bits in = domain_of(var, values);
            if (!fixed) {
                installed_.emplace_back(var, in);
                bits present(low.instances.domain_size(var), true);
                present.reset(0);
                restrict(var, std::move(present), {asked_by::observation, c, std::string(kb_.name(c)) + place_of(where)});
                continue;
            }
            restrict(var, std::move(in), {asked_by::observation, c, said});
            narrow(var, exact ? "==" + text : text);
            note_doubt(var);
        }
        return true;
    }
    [[nodiscard]] static std::size_t dots(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '.')); }
    [[nodiscard]] bool is_listed(std::uint32_t c, const std::string& text) const {
        for (const frozen::value& v : kb_.values(kb_.components()[c]))
            if ((v.flags & frozen::is_cell) != 0)
                for (const frozen::cell_release& r : kb_.cell_releases(v.builds))
                    if (kb_.str(r.version) == text) return true;
        return false;
    }
    void note_doubt(std::uint32_t var) {
        const auto last = static_cast<std::uint32_t>(out_.ask.restrictions.size() - 1);
        if (out_.ask.restrictions[last].allowed.count() > 1) out_.doubts.push_back({var, last});
    }

    // -- rules and preferences --------------------------------------------------------------------------------

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

    void rules(bool strict) {
        const lowered& low = out_.here->low;
        for (const std::uint32_t c : low.instances.coded()) { // a CPU build only where it is asked for or all there is
            const std::uint32_t var = low.instances.find(c, frozen::none, frozen::none);
            bits host(low.instances.domain_size(var));
            for (std::uint32_t i = 1; i < host.size(); ++i)
                if ((low.instances.value(var, i).flags & frozen::is_host_only) != 0) host.set(i);
            if (host.empty()) continue;
            bits open(low.instances.domain_size(var), true);
            for (const restriction& r : out_.ask.restrictions)
                if (r.var == var) open &= r.allowed;
            open -= host;
            open.reset(0);
            if (!open.empty()) restrict(var, host.complement(), {asked_by::rule, c, "no CPU-only build of " + std::string(kb_.name(c)) + " unless it is asked for"});
        }
        for (std::uint32_t var = 0; strict && var < low.instances.size(); ++var) {
            const instance& in = low.instances[var];
            const auto count = static_cast<multiplicity>(kb_.components()[in.component].multiplicity);
            const std::uint32_t last = low.instances.domain_size(var) - 1;
            if (last == 0 || (low.instances.value(var, last).flags & frozen::is_unknown) == 0) continue;
            if (count == multiplicity::code && (out_.device_names.empty() || in.device >= out_.device_names.size())) continue;
            if (count != multiplicity::code && std::find(out_.wanted.begin(), out_.wanted.end(), in.component) == out_.wanted.end()) continue;
            bits known(low.instances.domain_size(var), true);
            known.reset(last);
            restrict(var, std::move(known),
                     {asked_by::rule, in.component,
                      count == multiplicity::code ? "a build whose code list is known, since a GPU is named"
                                                  : "a known version of " + std::string(kb_.name(in.component)) + ", since it is named"});
        }
        if (strict) only_recorded();
        if (!strict) // the request's sets were built without "unknown"; here it may satisfy them
            for (restriction& r : out_.ask.restrictions) allow_unknown(r);
        for (auto& [c, said] : clauses_) {
            if (!strict)
                for (term& t : c.any_of) allow_unknown(t);
            out_.ask.clauses.push_back(std::move(c));
            out_.says.push_back(std::move(said));
        }
        clauses_.clear();
    }
    /// Where a question names python and most builds of torch say theirs, a build that does not is no sure answer.
    void only_recorded() {
        const lowered& low = out_.here->low;
        std::vector<std::uint32_t> named = out_.wanted;
        for (const asked& a : out_.says)
            if (a.by == asked_by::observation && a.component != frozen::none) named.push_back(a.component);
        std::sort(named.begin(), named.end());
        named.erase(std::unique(named.begin(), named.end()), named.end());
        for (const std::uint32_t about : named) {
            const std::uint32_t var = low.instances.find(about, frozen::none, frozen::none);
            for (const std::uint32_t of : named) {
                const bits* known = about == of ? nullptr : out_.here->spoken(about, of);
                if (known == nullptr || var == frozen::none || known->count() == known->size()) continue;
                restrict(var, *known,
                         {asked_by::rule, about, "a release of " + std::string(kb_.name(about)) + " whose " + std::string(kb_.name(of)) + " is on record, since it is named"});
            }
        }
    }
    void allow_unknown(term& t) const {
        const instance_table& in = out_.here->low.instances;
        const std::uint32_t last = in.domain_size(t.var) - 1;
        bits rest = t.allowed;
        rest.reset(0);
        if (!rest.empty() && last > 0 && (in.value(t.var, last).flags & frozen::is_unknown) != 0) t.allowed.set(last);
    }

    void preferences() {
        const lowered& low = out_.here->low;
        const auto& ranks = out_.here->ranks;
        const auto installed = [&] {
            for (const auto& [var, values] : installed_) {
                std::vector<std::uint32_t> rank(low.instances.domain_size(var), 1);
                for (std::uint32_t i = 0; i < rank.size(); ++i)
                    if (values.test(i)) rank[i] = 0;
                out_.ask.criteria.push_back({var, std::move(rank)});
            }
        };
        for (const std::uint32_t var : out_.here->decision_order.extras)
            if (std::find(out_.wanted.begin(), out_.wanted.end(), low.instances[var].component) == out_.wanted.end())
                out_.ask.criteria.push_back({var, ranks[var].by_presence});
        if (options_.prefer == policy::installed) installed();
        for (const std::uint32_t c : out_.wanted) {
            const auto copies = low.instances.of(c);
            const auto count = static_cast<multiplicity>(kb_.components()[c].multiplicity);
            if (count == multiplicity::bundled) { // the copy that a build brings will do: no second one without need
                out_.ask.criteria.push_back({copies[0], ranks[copies[0]].by_presence});
                for (const std::uint32_t var : copies) out_.ask.criteria.push_back({var, ranks[var].by_release_or_absence});
            } else {
                for (const std::uint32_t var : copies) out_.ask.criteria.push_back({var, ranks[var].by_release});
            }
        }
        if (options_.prefer != policy::installed) installed();
        for (const std::uint32_t var : out_.here->decision_order.codes) out_.ask.criteria.push_back({var, ranks[var].by_class});
        for (const std::uint32_t var : out_.here->decision_order.frameworks) out_.ask.criteria.push_back({var, ranks[var].by_choice});
        for (const std::uint32_t var : out_.here->decision_order.modes) out_.ask.criteria.push_back({var, ranks[var].by_class});
        for (const std::uint32_t var : out_.here->decision_order.rest) out_.ask.criteria.push_back({var, ranks[var].by_choice});
    }

    const knowledge_base& kb_;
    std::span<const request_item> items_;
    const stack_record* stack_;
    const resolve_options& options_;
    context context_;
    question out_;
    error failure_;
    std::vector<std::pair<clause, asked>> clauses_;
    std::vector<std::pair<std::uint32_t, bits>> installed_;
};

} // namespace detail
} // namespace cudacompat
