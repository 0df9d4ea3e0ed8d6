// Finding, reading and merging the files of a knowledge base.
#include "records.hpp"

#include <cudacompat/yaml.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <optional>
#include <system_error>

namespace cudacompat {
namespace {

namespace fs = std::filesystem;
using namespace yaml_impl;

[[nodiscard]] std::string mebibytes(std::uint64_t bytes) {
    constexpr std::uint64_t mib = 1ULL << 20U;
    return bytes % mib == 0 ? std::to_string(bytes / mib) + " MiB" : std::to_string(bytes) + " bytes";
}

[[nodiscard]] cudacompat::error plain_error(const fs::path& path, std::string message,
                                            errc code = errc::bad_data) {
    return {code, std::move(message), {path.generic_string(), 0, 0}, {}};
}

/// The whole file, never more of it than the limits allow.
[[nodiscard]] result<std::string> read_bytes(const fs::path& path, const load_limits& limits, budget& left) {
    std::error_code ec;
    const fs::file_status status = fs::status(path, ec);
    if (status.type() == fs::file_type::not_found) return plain_error(path, "no such file or directory");
    if (ec) return plain_error(path, "cannot be read: " + ec.message());
    if (status.type() != fs::file_type::regular) return plain_error(path, "is not a regular file");
    const std::uintmax_t size = fs::file_size(path, ec);
    if (ec) return plain_error(path, "cannot be read: " + ec.message());
    const auto too_large = [&](std::string text) {
        return plain_error(path, std::move(text), errc::too_large);
    };
    if (size > limits.max_bytes_per_file)
        return too_large("has " + std::to_string(size) + " bytes; the limit for a file is " +
                         mebibytes(limits.max_bytes_per_file));
    if (size > left.bytes)
        return too_large("the files so far exceed the limit of " + mebibytes(limits.max_total_bytes) +
                         " for a load");
    std::ifstream in(path, std::ios::binary);
    if (!in) return plain_error(path, "cannot be opened for reading");
    std::string text(static_cast<std::size_t>(size), '\0');
    in.read(text.data(), static_cast<std::streamsize>(size));
    if (in.bad() || static_cast<std::uintmax_t>(in.gcount()) != size)
        return plain_error(path, "cannot be read to its end");
    left.bytes -= size;
    return text;
}

/// Collects *.yaml below a folder. Links to folders are not followed, so that there are no loops.
class finder {
public:
    finder(const load_limits& limits, std::vector<cudacompat::error>& errors)
        : limits_(limits), errors_(errors) {}

    void walk(const fs::path& folder, std::uint32_t depth) {
        if (depth > limits_.max_depth) {
            errors_.push_back(plain_error(
                folder, "folders are nested deeper than " + std::to_string(limits_.max_depth) + " levels",
                errc::too_large));
            return;
        }
        std::error_code ec;
        fs::directory_iterator it(folder, ec);
        if (ec) {
            errors_.push_back(plain_error(folder, "cannot be listed: " + ec.message()));
            return;
        }
        std::vector<fs::path> entries;
        for (const fs::directory_iterator end; it != end; it.increment(ec)) {
            if (ec) break;
            if (++seen_ > 16ULL * limits_.max_files) break;
            entries.push_back(it->path());
        }
        if (ec) errors_.push_back(plain_error(folder, "cannot be listed: " + ec.message()));
        std::sort(entries.begin(), entries.end(), [](const fs::path& a, const fs::path& b) {
            return a.filename().native() < b.filename().native();
        });
        for (const fs::path& entry : entries) {
            if (full_) return;
            visit(entry, depth);
        }
    }

    std::vector<fs::path> found;

private:
    void visit(const fs::path& entry, std::uint32_t depth) {
        const std::string name = entry.filename().string();
        if (name.empty() || name.front() == '.') return;
        if (depth == 1 && (name == "manifest" || name == "import")) return; // about the data, not of it
        std::error_code ec;
        const bool link = fs::is_symlink(entry, ec);
        const fs::file_status target = fs::status(entry, ec);
        const bool yaml = entry.extension() == ".yaml";
        if (link && (ec == std::errc::too_many_symbolic_link_levels ||
                     (yaml && target.type() == fs::file_type::not_found))) {
            const bool loop = ec == std::errc::too_many_symbolic_link_levels;
            errors_.push_back(
                plain_error(entry, loop ? "is a symbolic link in a loop" : "is a symbolic link to nothing"));
            return;
        }
        if (target.type() == fs::file_type::directory) {
            if (link)
                errors_.push_back(plain_error(entry, "is a symbolic link to a folder; expected a folder"));
            else walk(entry, depth + 1);
            return;
        }
        if (!yaml) return;
        if (found.size() >= limits_.max_files) {
            full_ = true;
            errors_.push_back(plain_error(entry, "more than " + std::to_string(limits_.max_files) + " files",
                                          errc::too_large));
            return;
        }
        found.push_back(entry);
    }

    const load_limits& limits_;
    std::vector<cudacompat::error>& errors_;
    std::uint64_t seen_ = 0;
    bool full_ = false;
};

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

struct known_platforms {
    std::vector<std::string> names;
    std::vector<platform_likeness> alike;
};

/// Brings the files together and checks what only shows between them.
class merger {
public:
    explicit merger(load_report& out) : out_(out) {}

    void add(file_content content) {
        using kind = file_content::kind;
        if (content.what == kind::kb || content.what == kind::overlay) {
            if (kb_) {
                complain(content.where, std::string("a second file with ") +
                                            (content.what == kind::kb ? "'platforms'" : "'overlay'") +
                                            "; the first is " + place(*kb_));
                return;
            }
            kb_ = content.where;
            out_.data.title = std::move(content.data.title);
            out_.data.version = std::move(content.data.version);
            out_.data.read = std::move(content.data.read);
            out_.data.platforms = std::move(content.data.platforms);
            if (content.what == kind::kb) platforms = {out_.data.platforms, std::move(content.alike)};
        }
        if (content.what == kind::generic && !generic_) generic_ = content.where;
        if ((content.what == kind::component || content.what == kind::facts) && !sourced_)
            sourced_ = content.where;
        for (const component_record& c : content.data.components) {
            const auto [at, is_new] = components_.emplace(c.name, c.where);
            if (!is_new) {
                complain(c.where,
                         "component '" + c.name + "' is defined twice; the first is " + place(at->second));
                return;
            }
            given_[c.name] = content.given;
            const fs::path path(c.where.file);
            if (path.parent_path().filename() == "components" && path.stem() != c.name)
                complain(c.where, "component '" + c.name + "' stands in a file of another name; expected " +
                                      c.name + ".yaml");
        }
        append(out_.data.components, content.data.components);
        append(out_.data.sources, content.data.sources);
        append(out_.data.facts, content.data.facts);
        append(out_.data.errors, content.data.errors);
        append(out_.data.names, content.data.names);
        append(out_.data.chips, content.data.chips);
        append(out_.data.rules, content.data.rules);
    }

    [[nodiscard]] std::map<std::string, std::uint32_t, std::less<>> take_given() { return std::move(given_); }

    /// The platforms of the base, and what they are like; for its overlays too.
    known_platforms platforms;

    void finish() {
        settle_platforms(out_.data, platforms.names, platforms.alike);
        out_.data.generic = generic_.has_value();
        if (generic_ && sourced_)
            complain(*generic_, "a generic component among sourced files; the first sourced file is " +
                                    sourced_->file + "; expected all or none to be generic");
    }

private:
    void complain(source_region where, std::string message) {
        out_.errors.push_back({errc::bad_data, std::move(message), std::move(where), {}});
    }

    load_report& out_;
    std::map<std::string, source_region> components_;
    std::map<std::string, std::uint32_t, std::less<>> given_;
    std::optional<source_region> kb_, generic_, sourced_;
};

void load_text(std::string_view text, const std::string& name, layer of, const load_limits& limits,
               budget& left, merger& merge, load_report& out) {
    const result<tree> parsed = parse_tree(text, name, limits, left);
    if (!parsed) {
        out.errors.push_back(parsed.error());
        return;
    }
    sink errors(name);
    file_content content = read_file(errors, parsed->root(), of);
    for (cudacompat::error& e : errors.take()) out.errors.push_back(std::move(e));
    merge.add(std::move(content));
}

/// What a component file of an overlay gave, by component (component_key).
using given_keys = std::map<std::string, std::uint32_t, std::less<>>;

/// `platforms`: of the base; read from it, and given to its overlays.
given_keys load_all(const fs::path& path, layer of, const load_limits& limits, budget& left,
                    bool stop_at_first, known_platforms& platforms, load_report& out) {
    std::vector<fs::path> files;
    std::error_code ec;
    const fs::file_status status = fs::status(path, ec);
    if (status.type() == fs::file_type::directory) {
        finder find(limits, out.errors);
        find.walk(path, 1);
        files = std::move(find.found);
        if (files.empty() && out.errors.empty())
            out.errors.push_back(plain_error(path, "the folder holds no *.yaml file"));
    } else {
        files.push_back(path);
    }
    merger merge(out);
    if (of == layer::overlay) merge.platforms = platforms;
    for (const fs::path& file : files) {
        if (!out.errors.empty() && (stop_at_first || out.errors.size() >= limits.max_errors)) break;
        const result<std::string> text = read_bytes(file, limits, left);
        if (text) load_text(*text, file.generic_string(), of, limits, left, merge, out);
        else out.errors.push_back(text.error());
        const bool spent = !out.errors.empty() && out.errors.back().code == errc::too_large &&
                           (left.nodes == 0 || (!text && files.size() > 1 && left.bytes == 0));
        if (spent) break;
    }
    merge.finish();
    if (out.errors.size() > limits.max_errors) out.errors.resize(limits.max_errors);
    platforms = std::move(merge.platforms);
    return merge.take_given();
}

/// The name of the folder or file, where an overlay has no header of its own.
[[nodiscard]] std::string title_of(const fs::path& path) {
    fs::path name = path.lexically_normal();
    if (name.filename().empty()) name = name.parent_path(); // "site/"
    if (name.filename() == "." || name.filename() == "..") {
        std::error_code ec;
        const fs::path whole = fs::weakly_canonical(path, ec);
        if (!ec) name = whole;
    }
    std::string out = name.filename().string();
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
    if (out.size() > 80) out.resize(80);
    return out.empty() ? "unnamed" : out;
}

void load_base(const fs::path& path, const load_limits& limits, bool stop_at_first, load_report& out) {
    budget left{limits.max_total_bytes, limits.max_nodes};
    known_platforms platforms;
    static_cast<void>(load_all(path, layer::base, limits, left, stop_at_first, platforms, out));
}

/// The last net: nothing that the standard library throws leaves this room.
template <class Work>
void guarded(const std::string& name, std::vector<cudacompat::error>& errors, Work work) {
    try {
        work();
    } catch (const std::bad_alloc&) {
        errors.push_back({errc::too_large, "not enough memory to read this", {name, 0, 0}, {}});
    } catch (const std::exception& e) {
        errors.push_back({errc::internal, std::string("cannot be read: ") + e.what(), {name, 0, 0}, {}});
    }
}

} // namespace

load_report load_model_all(const std::filesystem::path& directory_or_file, const load_limits& limits) {
    load_report out;
    guarded(directory_or_file.generic_string(), out.errors,
            [&] { load_base(directory_or_file, limits, false, out); });
    return out;
}

load_report load_with_overlays(const std::filesystem::path& base,
                               std::span<const std::filesystem::path> overlays, const load_limits& limits) {
    load_report out;
    guarded(base.generic_string(), out.errors, [&] {
        budget left{limits.max_total_bytes, limits.max_nodes};
        known_platforms platforms;
        static_cast<void>(load_all(base, layer::base, limits, left, false, platforms, out));
        for (const fs::path& path : overlays) {
            load_report own;
            overlay_content content;
            content.given = load_all(path, layer::overlay, limits, left, false, platforms, own);
            append(out.errors, own.errors);
            content.data = std::move(own.data);
            if (content.data.title.empty()) content.data.title = title_of(path);
            if (out.ok()) lay_over(out.data, std::move(content), out.errors);
        }
        if (out.errors.size() > limits.max_errors) out.errors.resize(limits.max_errors);
    });
    return out;
}

result<model> load_model(const std::filesystem::path& directory_or_file, const load_limits& limits) {
    load_report out;
    guarded(directory_or_file.generic_string(), out.errors,
            [&] { load_base(directory_or_file, limits, true, out); });
    if (!out.ok()) return std::move(out.errors.front());
    return std::move(out.data);
}

load_report load_model_text(std::string_view text, std::string file_name, const load_limits& limits) {
    load_report out;
    guarded(file_name, out.errors, [&] {
        if (text.size() > limits.max_bytes_per_file) {
            out.errors.push_back(plain_error(file_name,
                                             "has " + std::to_string(text.size()) +
                                                 " bytes; the limit for a file is " +
                                                 mebibytes(limits.max_bytes_per_file),
                                             errc::too_large));
            return;
        }
        budget left{limits.max_total_bytes, limits.max_nodes};
        merger merge(out);
        load_text(text, file_name, layer::base, limits, left, merge, out);
        merge.finish();
    });
    return out;
}

result<stack_record> load_stack_file(const std::filesystem::path& file) {
    std::vector<cudacompat::error> errors;
    std::string text;
    guarded(file.generic_string(), errors, [&] {
        const load_limits limits;
        budget left{limits.max_total_bytes, limits.max_nodes};
        result<std::string> bytes = read_bytes(file, limits, left);
        if (bytes) text = *std::move(bytes);
        else errors.push_back(bytes.error());
    });
    if (!errors.empty()) return std::move(errors.front());
    return load_stack(text, file.generic_string());
}

} // namespace cudacompat
