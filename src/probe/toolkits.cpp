// CUDA toolkits: every one that is there, and which of them nvcc is.
#include "scene.hpp"

#include <algorithm>
#include <charconv>

namespace cudacompat::probe_impl {

namespace {

struct toolkit {
    std::string real;
    std::string version;
    bool nvcc = false;
};

/// "#define CUDA_VERSION 12040" -> 12.4
std::string header_version(std::string_view text) {
    const std::size_t at = text.find("#define CUDA_VERSION ");
    if (at == std::string_view::npos) return {};
    const std::string_view digits = trimmed(text.substr(at + 21, 12));
    unsigned number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number < 1000 || number > 1'000'000) return {};
    return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

/// The first of version.json, version.txt, cuda.h that tells.
std::string version_of(scene& s, const std::string& real, std::string& how, std::string& from) {
    from = real + "/version.json";
    if (const auto json = s.read("toolkit", from, std::size_t{256} << 10U))
        if (const std::string text = json_text_at(*json, {"cuda", "version"});
            !leading_version(text).empty()) {
            how = "version.json";
            return std::string(leading_version(text));
        }
    from = real + "/version.txt";
    if (const auto text = s.read("toolkit", from))
        if (const std::size_t at = text->find("CUDA Version "); at != std::string::npos)
            if (const std::string_view v = leading_version(std::string_view(*text).substr(at + 13));
                !v.empty()) {
                how = "version.txt";
                return std::string(v);
            }
    for (const char* header : {"/include/cuda.h", "/targets/x86_64-linux/include/cuda.h"}) {
        from = real + header;
        if (const auto text = s.read("toolkit", from, std::size_t{256} << 10U))
            if (std::string v = header_version(*text); !v.empty()) {
                how = "cuda.h";
                return v;
            }
    }
    how = "the name of its folder";
    from = real;
    if (const std::size_t at = real.rfind("cuda-"); at != std::string::npos)
        return std::string(leading_version(std::string_view(real).substr(at + 5)));
    return {};
}

class finder {
public:
    explicit finder(scene& s) : s_(s) {}

    /// The toolkit whose folder this is, seen once; null where it is none.
    const toolkit* add(const std::string& folder) {
        const std::string real = s_.files().canonical(folder);
        if (real.empty() || real == "/") return nullptr;
        for (const toolkit& t : all_)
            if (t.real == real) return &t;
        if (s_.files().about(real).kind != entry_kind::folder) return nullptr;
        const entry nvcc = s_.look("toolkit.nvcc", real + "/bin/nvcc");
        std::string how;
        std::string from;
        const std::string version = version_of(s_, real, how, from);
        if (version.empty()) return nullptr;
        const bool has = nvcc.outcome == look_outcome::found && nvcc.kind == entry_kind::file;
        s_.see(has ? "toolkit" : "toolkit.runtime", version, how + (has ? "" : "; without nvcc"), from,
               how == "the name of its folder" ? observed_level::declared : observed_level::found);
        all_.push_back({real, version, has});
        s_.toolkit_folders.push_back(real);
        return &all_.back();
    }
    /// "/usr/local/cuda-12.4/bin/nvcc" belongs to "/usr/local/cuda-12.4".
    const toolkit* of_nvcc(const std::string& folder) {
        const std::string real = s_.files().canonical(folder + "/nvcc");
        if (real.empty() || s_.files().about(real).kind != entry_kind::file) return nullptr;
        const std::string_view bin = folder_of(real);
        return last_part(bin) == "bin" ? add(std::string(folder_of(bin))) : nullptr;
    }
    [[nodiscard]] bool any() const noexcept { return !all_.empty(); }

private:
    scene& s_;
    std::vector<toolkit> all_;
};

void run(scene& s) {
    finder find(s);
    // Pointers of add() last until the next one: what is needed of a toolkit is copied.
    std::vector<std::pair<std::string, std::string>> active; // way, version
    const auto note = [&](const std::string& way, const toolkit* t) {
        if (t == nullptr || !t->nvcc) return;
        s.see("toolkit.by." + way, t->version, "where " + way + " leads", t->real);
        active.emplace_back(way, t->version);
    };
    const std::string path = s.env("PATH");
    for (std::size_t at = 0; at < path.size() && active.empty();) {
        const std::size_t end = std::min(path.find(':', at), path.size());
        if (end > at && path[at] == '/') note("PATH", find.of_nvcc(path.substr(at, end - at)));
        at = end + 1;
    }
    for (const char* name : {"CUDA_HOME", "CUDA_PATH"})
        if (const std::string folder = s.env(name); folder.starts_with("/")) note(name, find.add(folder));
    const std::string link = "/usr/local/cuda";
    if (s.look("toolkit", link).outcome == look_outcome::found) note(link, find.add(link));
    for (const std::string& name : s.list("toolkit", "/usr/local"))
        if (name.starts_with("cuda-")) (void)find.add("/usr/local/" + name);
    if (s.look("toolkit", "/opt/cuda").outcome == look_outcome::found) (void)find.add("/opt/cuda");
    for (const auto& [way, version] : active)
        if (version != active.front().second)
            s.problem(active.front().first + " leads to the toolkit " + active.front().second + ", " + way +
                      " to " + version);
    if (!active.empty())
        s.see("component.cuda-toolkit", active.front().second, "nvcc by " + active.front().first, {});
}

} // namespace

const detector detect_toolkits{"toolkits", run};

} // namespace cudacompat::probe_impl
