// Python environments and what is installed in them, by their metadata. Nothing is imported.
#include "scene.hpp"

#include <cudacompat/knowledge/lookup.hpp>

#include <algorithm>

namespace cudacompat::probe_impl {

namespace {

constexpr std::size_t most_packages = 5'000; // of one environment

struct environment {
    std::string prefix;
    std::string why;
    std::string python;               ///< version, as exact as it is told
    std::vector<std::string> folders; ///< site-packages
};

std::string folded(std::string_view name) {
    std::string out(name);
    for (char& c : out)
        if (c == '_' || c == '.') c = '-';
        else if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool has_variant(const knowledge_base& kb, std::string_view component, std::string_view version,
                 std::string_view variant) {
    const std::uint32_t c = kb.find_component(component);
    if (c == frozen::none) return false;
    for (const frozen::value& v : kb.values(kb.components()[c]))
        if (kb.str(v.version) == version && kb.str(v.variant) == variant) return true;
    return false;
}

struct named_package {
    std::string component; ///< empty: none of ours
    std::string variant;
};

/// The component that an installer calls so. Names with {holes} stand for many packages, and are not met here.
named_package component_of(const knowledge_base* kb, package_manager manager, std::string_view package) {
    if (kb == nullptr) return {};
    const frozen::package_name* row = nullptr;
    for (const frozen::package_name& n : kb->names())
        if (n.manager == static_cast<std::uint8_t>(manager) && folded(kb->str(n.name)) == package) row = &n;
    if (row != nullptr && !row->variant.empty())
        return {std::string(kb->str(row->component)), std::string(kb->str(row->variant))};
    // PyPI has more under these names than NVIDIA's stack ("distro", "code"): packages and frameworks only.
    if (const std::uint32_t c = kb->find_component(package); c != frozen::none) {
        const auto role = static_cast<component_role>(kb->components()[c].role);
        static constexpr std::string_view others[] = {"program", "python", "pip", "manylinux",
                                                      "compat-package"};
        const bool installed = role == component_role::framework || role == component_role::package ||
                               role == component_role::companion;
        if (installed && std::find(std::begin(others), std::end(others), package) == std::end(others))
            return {std::string(kb->name(c)), {}};
    }
    // The table names parts of the toolkit too that are no component of the data (nvrtc): a stack cannot hold them.
    if (row == nullptr || kb->find_component(kb->str(row->component)) == frozen::none) return {};
    return {std::string(kb->str(row->component)), {}};
}

class reader {
public:
    explicit reader(scene& s) : s_(s) {}

    /// A prefix, or an interpreter in it; the link of an environment's interpreter leads out of it and is not followed.
    void add(const std::string& given, const std::string& why) {
        std::string prefix = given;
        while (prefix.size() > 1 && prefix.ends_with("/")) prefix.pop_back();
        const bool interpreter =
            last_part(prefix).starts_with("python") && s_.files().about(prefix).kind != entry_kind::folder;
        if (interpreter) prefix = std::string(folder_of(folder_of(prefix)));
        if (s_.look("python", prefix).kind != entry_kind::folder) return;
        environment env{prefix, why, {}, {}};
        site_folders(env, prefix + "/lib", {"site-packages"});
        site_folders(env, prefix + "/lib64", {"site-packages"});
        version(env);
        if (!env.folders.empty() || !env.python.empty()) all_.push_back(std::move(env));
    }
    void add_system() {
        environment env{"/usr", "what is installed for all", {}, {}};
        const std::string real = s_.files().canonical("/usr/bin/python3");
        const std::string minor(leading_version(
            real.empty() ? "" : last_part(real).substr(std::min<std::size_t>(last_part(real).size(), 6))));
        site_folders(env, "/usr/local/lib", {"dist-packages", "site-packages"}, minor);
        site_folders(env, "/usr/lib", {"dist-packages", "site-packages"});
        site_folders(env, "/usr/lib64", {"site-packages"});
        if (!minor.empty()) {
            env.python = minor;
            s_.see("python.interpreter", minor, "where python3 leads", real);
        }
        if (!env.folders.empty() || !env.python.empty()) all_.push_back(std::move(env));
    }
    [[nodiscard]] bool none() const noexcept { return all_.empty(); }

    /// The first environment is the one in use.
    void tell() {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            const environment& env = all_[i];
            used_ = i == 0;
            s_.see("python.environment", env.python.empty() ? "version unknown" : env.python, env.why,
                   env.prefix);
            if (used_ && !env.python.empty())
                s_.see("component.python", env.python, env.why, env.prefix, observed_level::declared);
            s_.prefixes.push_back(env.prefix);
            of_conda_.clear();
            conda(env);
            for (const std::string& folder : env.folders) packages(folder);
            if (used_) bundled();
        }
    }

private:
    /// The runtime that torch's own pins brought is torch's: a stack names the one in use where the framework does not
    /// bring it. Of another minor release it is a finding, and stays.
    void bundled() {
        const std::optional<observation> torch = s_.seen("torch.cuda");
        if (!torch || !s_.seen("component.torch").has_value()) return;
        const std::string cuda = minor_of(torch->value);
        for (observation& o : s_.report().observations)
            if (o.what == "component.cuda-runtime" && minor_of(o.value) == cuda)
                o.what = "bundled.cuda-runtime";
    }
    void site_folders(environment& env, const std::string& lib, const std::vector<std::string>& names,
                      const std::string& only = {}) {
        for (const std::string& name : s_.list("python", lib)) {
            if (!name.starts_with("python3") || (!only.empty() && name != "python" + only)) continue;
            for (const std::string& last : names) {
                const std::string folder = lib + "/" + name + "/" + last;
                if (s_.files().about(folder).kind != entry_kind::folder) continue;
                const std::string real = s_.files().canonical(folder);
                if (std::find(real_.begin(), real_.end(), real) != real_.end()) continue;
                real_.push_back(real);
                s_.site_folders.push_back(real);
                env.folders.push_back(folder);
                if (env.python.empty() && name.size() > 7) env.python = name.substr(6);
            }
        }
    }
    void version(environment& env) {
        if (const auto text = s_.read("python", env.prefix + "/pyvenv.cfg"))
            for (const char* key : {"version_info", "version"})
                if (const std::string v(leading_version(value_in(*text, key))); !v.empty()) {
                    env.python = v;
                    break;
                }
    }

    void conda(const environment& env) {
        const std::string folder = env.prefix + "/conda-meta";
        for (const std::string& name : s_.list("python", folder)) {
            if (!name.ends_with(".json")) continue;
            // NAME-VERSION-BUILD.json; NAME may have dashes of its own.
            const std::string_view stem = std::string_view(name).substr(0, name.size() - 5);
            const std::size_t build = stem.rfind('-');
            const std::size_t at =
                build == std::string_view::npos || build == 0 ? build : stem.rfind('-', build - 1);
            if (at == std::string_view::npos || at == 0) continue;
            const std::string package = folded(stem.substr(0, at));
            const std::string given(stem.substr(at + 1, build - at - 1));
            const std::string_view kind = stem.substr(build + 1);
            if (package == "python") {
                if (used_)
                    for (observation& o : s_.report().observations)
                        if (o.what == "component.python") o.value = given;
                continue;
            }
            if (package == "cpuonly") continue; // a switch, no package
            const named_package named = component_of(s_.kb(), package_manager::conda, package);
            std::string version = given;
            if (named.component == "torch") version += variant_of_conda(given, kind);
            if (!named.component.empty()) of_conda_.push_back(named.component);
            installed(named.component, package, version, "conda-meta", folder + "/" + name);
        }
    }
    /// "py3.10_cuda12.1_cudnn8.9.2_0" -> +conda-cu121, where the data have such a build.
    [[nodiscard]] std::string variant_of_conda(std::string_view version, std::string_view build) const {
        const std::size_t at = build.find("cuda");
        std::string variant = "conda-cpu";
        if (at != std::string_view::npos) {
            variant = "conda-cu";
            for (const char c : leading_version(build.substr(at + 4)))
                if (c != '.') variant += c;
        }
        return s_.kb() != nullptr && has_variant(*s_.kb(), "torch", version, variant) ? "+" + variant
                                                                                      : std::string{};
    }

    void packages(const std::string& folder) {
        std::size_t count = 0;
        for (const std::string& name : s_.list("python", folder)) {
            const bool dist = name.ends_with(".dist-info");
            if (!dist && !name.ends_with(".egg-info")) continue;
            if (++count > most_packages) return;
            const std::string_view stem = std::string_view(name).substr(0, name.rfind('.'));
            const std::string package = folded(stem.substr(0, stem.find('-')));
            const named_package named = component_of(s_.kb(), package_manager::pip, package);
            const std::string& component = named.component;
            const bool library = package.starts_with("nvidia-");
            if (component.empty() && !library) continue;
            const std::string path = folder + "/" + name + (dist ? "/METADATA" : "/PKG-INFO");
            const auto text = s_.read("python.package", path, std::size_t{64} << 10U);
            if (!text) continue;
            std::string version;
            for (const std::string_view line : lines_of(*text)) {
                if (trimmed(line).empty()) break; // the description begins
                if (line.starts_with("Version:")) version = trimmed(line.substr(8));
            }
            if (version.empty()) continue;
            if (component == "torch") torch(folder, version);
            if (component == "tensorflow") tensorflow(folder);
            // conda's packages bring pip's metadata with them.
            if (std::find(of_conda_.begin(), of_conda_.end(), component) != of_conda_.end()) continue;
            if (!named.variant.empty() && has_variant(*s_.kb(), component, version, named.variant))
                version += "+" + named.variant;
            installed(component, package, version, "metadata", path);
        }
    }
    void installed(const std::string& component, const std::string& package, const std::string& version,
                   const std::string& how, const std::string& path) {
        if (component.empty()) {
            if (package.starts_with("nvidia-") || package.starts_with("cuda"))
                s_.see("package." + package, version, how, path, observed_level::declared);
            return;
        }
        const std::string what = "component." + component;
        const bool taken = s_.seen(what).has_value();
        if (taken && s_.seen(what)->value == version) return; // conda lists what pip's metadata list too
        s_.see((used_ && !taken ? "component." : "elsewhere.") + component, version, how + " of " + package,
               path, observed_level::declared);
    }

    /// torch/version.py is Python that is read as text: NAME = 'VALUE' or None, with or without an annotation.
    void torch(const std::string& folder, std::string& version) {
        const std::string path = folder + "/torch/version.py";
        const auto text = s_.read("python.package", path);
        if (!text) return;
        std::string cuda;
        bool none = false;
        for (const std::string_view line : lines_of(*text)) {
            const std::size_t equal = line.find('=');
            if (equal == std::string_view::npos) continue;
            const std::string_view name = trimmed(line.substr(0, std::min(line.find(':'), equal)));
            const std::string_view value = trimmed(line.substr(equal + 1));
            const bool quoted = value.size() >= 2 && (value.front() == '\'' || value.front() == '"') &&
                                value.find(value.front(), 1) != std::string_view::npos;
            const std::string inner(quoted ? value.substr(1, value.find(value.front(), 1) - 1)
                                           : std::string_view{});
            if (name == "cuda") {
                cuda = leading_version(inner);
                none = value == "None";
            }
            if (name == "__version__" && inner.starts_with(version + "+")) version = inner;
        }
        s_.see("torch.cuda",
               none           ? "none"
               : cuda.empty() ? "unreadable"
                              : cuda,
               "cuda in torch/version.py", path, observed_level::declared);
        if (version.find('+') != std::string::npos || s_.kb() == nullptr) return;
        std::string variant = none ? "cpu" : "cu";
        for (const char c : cuda)
            if (c != '.') variant += c;
        if (has_variant(*s_.kb(), "torch", version, variant))
            version += "+" + variant; // PyPI names no variant
    }
    void tensorflow(const std::string& folder) {
        const std::string path = folder + "/tensorflow/python/platform/build_info.py";
        const auto text = s_.read("python.package", path);
        if (!text) return;
        for (const char* key : {"cuda_version", "cudnn_version"}) {
            const std::size_t at = text->find(key);
            if (at == std::string::npos) continue;
            const std::size_t from = text->find_first_of("0123456789\n", at + std::string_view(key).size());
            if (from == std::string::npos || (*text)[from] == '\n' || from > at + 40) continue;
            const std::size_t end = text->find_first_not_of("0123456789.", from);
            s_.see(std::string("tensorflow.") + key,
                   text->substr(from, std::min<std::size_t>(end - from, 20)), "tensorflow's build_info", path,
                   observed_level::declared);
        }
    }

    scene& s_;
    std::vector<environment> all_;
    std::vector<std::string> real_;
    std::vector<std::string> of_conda_; ///< components of this environment that conda installed
    bool used_ = false;
};

void run(scene& s) {
    reader r(s);
    for (const std::string& given : s.options().pythons) r.add(given, "asked for");
    if (!s.options().pythons.empty() && r.none())
        s.problem("no Python environment at " + s.options().pythons.front());
    for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"})
        if (const std::string prefix = s.env(name); prefix.starts_with("/")) r.add(prefix, name);
    if (r.none())
        for (const char* prefix : {"/opt/conda", "/opt/venv", "/venv"})
            r.add(prefix, "a usual place in images");
    r.add_system();
    r.tell();
}

} // namespace

const detector detect_python{"python", run};

} // namespace cudacompat::probe_impl
