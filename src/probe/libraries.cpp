// Every copy of the CUDA libraries, by its file name, and which of them the loader takes.
#include "scene.hpp"

#include <algorithm>

namespace cudacompat::probe_impl {

namespace {

struct library {
    std::string_view stem;
    std::string_view name;
    std::string_view component; ///< empty: the data have none
};
constexpr library libraries[] = {{"libcudart.so.", "cudart", "cuda-runtime"},
                                 {"libcudnn.so.", "cudnn", "cudnn"},
                                 {"libnccl.so.", "nccl", "nccl"},
                                 {"libcublas.so.", "cublas", "cublas"},
                                 {"libnvrtc.so.", "nvrtc", ""}};

struct folder {
    std::string path;
    std::string why; ///< why the loader looks there; empty: it does not
    std::string of;  ///< whose folder it is
};

struct copy {
    std::string version; ///< the major alone where the file name has no more
    std::string path;
    const folder* in;
};

std::vector<folder> folders_of(scene& s) {
    std::vector<folder> out;
    const auto add = [&](const std::string& path, const std::string& why, const std::string& of) {
        const std::string real = s.files().canonical(path);
        if (real.empty()) return;
        for (const folder& f : out)
            if (f.path == real) return;
        out.push_back({real, why, of});
    };
    for (const loader_folder& f : s.loader_folders()) add(f.path, f.why, "the loader's");
    for (const std::string& t : s.toolkit_folders)
        for (const char* lib : {"/lib64", "/targets/x86_64-linux/lib", "/targets/sbsa-linux/lib", "/lib"})
            add(t + lib, {}, "a toolkit's");
    for (const std::string& prefix : s.prefixes)
        if (prefix != "/usr") add(prefix + "/lib", {}, "an environment's");
    for (const std::string& site : s.site_folders) {
        for (const std::string& one : s.list("library", site + "/nvidia"))
            add(site + "/nvidia/" + one + "/lib", {}, "a wheel's");
        add(site + "/torch/lib", {}, "torch's");
    }
    return out;
}

void run(scene& s) {
    const std::vector<folder> folders = folders_of(s);
    std::vector<std::vector<copy>> found(std::size(libraries));
    for (const folder& f : folders)
        for (const std::string& name : s.list("library", f.path))
            for (std::size_t i = 0; i < std::size(libraries); ++i) {
                const std::string_view stem = libraries[i].stem;
                if (!name.starts_with(stem)) continue;
                const std::string real = s.files().canonical(f.path + "/" + name);
                if (real.empty() || s.files().about(real).kind != entry_kind::file) continue;
                std::string version = file_version(last_part(real), stem);
                if (version.empty()) { // libcudnn.so.9: the major, or no number at all
                    version = last_part(real).substr(std::min(stem.size(), last_part(real).size()));
                    if (version.empty() || version.find_first_not_of("0123456789") != std::string::npos)
                        continue;
                }
                const auto same = [&](const copy& c) { return c.path == real; };
                if (std::none_of(found[i].begin(), found[i].end(), same))
                    found[i].push_back({version, real, &f});
            }
    for (std::size_t i = 0; i < std::size(libraries); ++i) {
        const std::string component(libraries[i].component);
        const auto winner =
            std::find_if(found[i].begin(), found[i].end(), [](const copy& c) { return !c.in->why.empty(); });
        std::optional<observation> named = s.seen("component." + component);
        if (!named) named = s.seen("bundled." + component);
        const std::string packaged = named ? named->value : std::string{};
        if (winner != found[i].end() && !named && !component.empty() &&
            winner->version.find('.') != std::string::npos)
            s.see("component." + component, winner->version, "the loader's first, by " + winner->in->why,
                  winner->path);
        for (auto c = found[i].begin(); c != found[i].end(); ++c) {
            const std::string how = c == winner           ? "the loader's first, by " + c->in->why
                                    : !c->in->why.empty() ? "behind another, by " + c->in->why
                                                          : "in " + c->in->of + " folder";
            s.see("library." + std::string(libraries[i].name), c->version, how, c->path);
            const bool exact = c->version.find('.') != std::string::npos;
            const bool used = packaged.empty() ? c == winner : (packaged + ".").starts_with(c->version + ".");
            if (!component.empty() && exact && !used) s.see("copy." + component, c->version, how, c->path);
        }
    }
}

} // namespace

const detector detect_libraries{"libraries", run};

} // namespace cudacompat::probe_impl
