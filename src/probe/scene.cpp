#include "scene.hpp"

#include <algorithm>
#include <cstdlib>

namespace cudacompat::probe_impl {

namespace {

constexpr std::size_t most_loader_folders = 256;
constexpr int most_includes_deep = 4;

/// "*.conf" against a name: one star at most, as ld.so.conf is written.
bool matches(std::string_view pattern, std::string_view name) noexcept {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == name;
    const std::string_view head = pattern.substr(0, star);
    const std::string_view tail = pattern.substr(star + 1);
    return name.size() >= head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail) &&
           !name.starts_with(".");
}

} // namespace

scene::scene(const probe_options& options, probe_report& report)
    : options_(options), report_(report), files_(options.root, options.walk_links) {}

std::string scene::env(std::string_view name) const {
    if (options_.environment) {
        for (const std::string& one : *options_.environment)
            if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
                return one.substr(name.size() + 1);
        return {};
    }
    if (!options_.root.empty()) return {};
    const char* value = std::getenv(std::string(name).c_str()); // NOLINT(concurrency-mt-unsafe): read only
    return value == nullptr ? std::string{} : std::string(value);
}

void scene::see(std::string what, std::string value, std::string how, std::string path,
                observed_level level) {
    report_.observations.push_back(
        {std::move(what), std::move(value), level, std::move(how), std::move(path)});
}

void scene::problem(std::string text) {
    auto& all = report_.problems;
    if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(std::move(text));
}

void scene::tried(std::string_view what, const std::string& path, look_outcome outcome, std::string why) {
    for (const probe_attempt& a : report_.tried)
        if (a.path == path && a.what == what) return;
    report_.tried.push_back({std::string(what), path, outcome, std::move(why)});
}

std::optional<std::string> scene::read(std::string_view what, const std::string& path, std::size_t most) {
    file_text got = files_.read(path, most);
    tried(what, path, got.outcome, std::move(got.why));
    if (got.outcome != look_outcome::found) return std::nullopt;
    return std::move(got.text);
}

std::vector<std::string> scene::list(std::string_view what, const std::string& path) {
    folder_names got = files_.list(path);
    tried(what, path, got.outcome, std::move(got.why));
    return std::move(got.names);
}

entry scene::look(std::string_view what, const std::string& path) {
    entry got = files_.about(path);
    tried(what, path, got.outcome, got.why);
    return got;
}

void scene::add_loader_folder(const std::string& path, std::string why) {
    if (path.empty() || path.front() != '/' || loader_.size() == most_loader_folders) return;
    const std::string real = files_.canonical(path);
    if (real.empty() || std::find(loader_real_.begin(), loader_real_.end(), real) != loader_real_.end())
        return;
    loader_real_.push_back(real);
    loader_.push_back({path, std::move(why)});
}

void scene::read_loader_conf(const std::string& path, int depth) {
    const std::optional<std::string> text = read("loader", path);
    if (!text || depth > most_includes_deep) return;
    for (std::string_view line : lines_of(*text)) {
        line = trimmed(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        if (!line.starts_with("include ") && !line.starts_with("include\t")) {
            add_loader_folder(std::string(line), std::string(path));
            continue;
        }
        std::string pattern(trimmed(line.substr(8)));
        if (!pattern.starts_with("/")) pattern = "/etc/" + pattern;
        const std::string folder(folder_of(pattern));
        for (const std::string& name : list("loader", folder))
            if (matches(last_part(pattern), name)) read_loader_conf(folder + "/" + name, depth + 1);
    }
}

const std::vector<loader_folder>& scene::loader_folders() {
    if (loader_read_) return loader_;
    loader_read_ = true;
    const std::string path = env("LD_LIBRARY_PATH");
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find_first_of(":;", at), path.size());
        add_loader_folder(path.substr(at, end - at), "LD_LIBRARY_PATH");
        at = end + 1;
    }
    read_loader_conf("/etc/ld.so.conf", 0);
    for (const char* folder :
         {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"})
        if (std::string_view(folder) != "/usr/local/lib" || seen("musl").has_value())
            add_loader_folder(folder, "the loader's own folders");
    return loader_;
}

} // namespace cudacompat::probe_impl
