// Stack files: DESIGN §7. Every value keeps its place, so that an answer can point at it.
#include "record.hpp"

#include <cudacompat/yaml.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>

namespace cudacompat {
namespace {

using namespace yaml_impl;

constexpr auto stack_keys = std::to_array<std::string_view>({"platform",
                                                             "arch",
                                                             "distro",
                                                             "glibc",
                                                             "musl",
                                                             "driver",
                                                             "driver_user",
                                                             "driver_cuda",
                                                             "driver_ptx",
                                                             "kernel_module",
                                                             "compat_package",
                                                             "jetpack",
                                                             "l4t",
                                                             "gpus",
                                                             "container",
                                                             "components",
                                                             "copies",
                                                             "builds",
                                                             "build_from_source",
                                                             "date"});
constexpr auto gpu_keys = std::to_array<std::string_view>({"name", "compute_capability", "count"});
constexpr auto container_keys = std::to_array<std::string_view>({"image", "require", "toolkit", "cdi"});
constexpr auto copy_keys = std::to_array<std::string_view>({"component", "version", "path"});
constexpr auto stack_build_keys = std::to_array<std::string_view>(
    {"cuda", "channel", "code", "built_with", "glibc", "cxx11_abi", "ptx", "jit"});

constexpr std::pair<std::string_view, std::string_view> platforms[] = {
    {"linux", "linux"}, {"windows", "windows"}, {"wsl2", "wsl2"}, {"jetson", "jetson"}};
constexpr std::pair<std::string_view, std::string_view> arches[] = {{"x86_64", "x86_64"},
                                                                    {"aarch64", "aarch64"},
                                                                    {"ppc64le", "ppc64le"},
                                                                    {"amd64", "x86_64"},
                                                                    {"arm64", "aarch64"}};
constexpr std::pair<std::string_view, std::string_view> modules[] = {{"proprietary", "proprietary"},
                                                                     {"open", "open"}};

[[nodiscard]] bool all_digits(std::string_view s) noexcept {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// YYYY-MM-DD of a day that exists.
[[nodiscard]] bool is_day(std::string_view s) noexcept {
    if (s.size() != 10 || s[4] != '-' || s[7] != '-') return false;
    if (!all_digits(s.substr(0, 4)) || !all_digits(s.substr(5, 2)) || !all_digits(s.substr(8, 2)))
        return false;
    const auto two = [&](std::size_t i) { return (s[i] - '0') * 10 + (s[i + 1] - '0'); };
    const int year = two(0) * 100 + two(2), month = two(5), day = two(8);
    if (month < 1 || month > 12 || day < 1) return false;
    constexpr std::array<int, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= lengths[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// sm_86, sm_90a, compute_100f; torch's form: 9.0, 9.0a, 9.0+PTX.
[[nodiscard]] bool is_code(std::string_view s) noexcept {
    const auto drop_suffix = [](std::string_view t) {
        if (!t.empty() && (t.back() == 'a' || t.back() == 'f')) t.remove_suffix(1);
        return t;
    };
    for (const std::string_view head : {"sm_", "compute_"})
        if (s.starts_with(head)) {
            const std::string_view digits = drop_suffix(s.substr(head.size()));
            return all_digits(digits) && (digits.size() == 2 || digits.size() == 3);
        }
    if (s.ends_with("+PTX")) s.remove_suffix(4);
    s = drop_suffix(s);
    const std::size_t dot = s.find('.');
    return dot != std::string_view::npos && all_digits(s.substr(0, dot)) && dot <= 2 &&
           all_digits(s.substr(dot + 1)) && s.size() - dot == 2;
}

class stack_reader {
public:
    explicit stack_reader(sink& errors) : errors_(errors) {}

    [[nodiscard]] stack_record read(node_ref root) {
        stack_record out;
        out.file = errors_.file();
        if (!root || root.kind() == node_kind::null) return out; // nothing is stated
        const record top(errors_, root, "a stack file", stack_keys);
        if (!top.valid()) return out;
        word(top, "platform", platforms, out.platform);
        word(top, "arch", arches, out.arch);
        text(top, "distro", out.distro);
        version(top, "glibc", out.glibc);
        version(top, "musl", out.musl);
        if (out.glibc.given() && out.musl.given())
            errors_.add(top.find("musl"), "both 'glibc' and 'musl' are given; expected one of them");
        version(top, "driver", out.driver);
        version(top, "driver_user", out.driver_user);
        version(top, "driver_cuda", out.driver_cuda);
        version(top, "driver_ptx", out.driver_ptx);
        word(top, "kernel_module", modules, out.kernel_module);
        version(top, "compat_package", out.compat_package);
        version(top, "jetpack", out.jetpack);
        version(top, "l4t", out.l4t);
        if (const node_ref n = top.find("gpus"); n && n.is_list()) out.gpus_at = errors_.region(n);
        top.each("gpus", [&](node_ref item) { gpu(item, out.gpus); });
        if (const node_ref n = top.find("container")) container(n, out.container);
        if (const node_ref n = top.find("components")) items(n, "'components'", out.components);
        top.each("copies", [&](node_ref item) { copy(item, out.copies); });
        if (const node_ref n = top.find("builds"); n && expect_kind(errors_, n, node_kind::map, "'builds'"))
            for (node_ref name = n.first(); name; name = name.next().next()) build(name, out.builds);
        top.each("build_from_source", [&](node_ref item) {
            stack_text t;
            if (read_text(errors_, item, "an entry of 'build_from_source'", t.text)) {
                t.where = errors_.region(item);
                out.build_from_source.push_back(std::move(t));
            }
        });
        text(top, "date", out.date);
        if (out.date.given() && !is_day(out.date.text))
            errors_.add(top.find("date"), "'date' is '" + out.date.text + "'; expected a day as YYYY-MM-DD");
        return out;
    }

private:
    void text(const record& from, std::string_view key, stack_text& out) {
        if (from.text(key, out.text)) out.where = errors_.region(from.find(key));
    }
    void version(const record& from, std::string_view key, stack_text& out) {
        if (from.version(key, out.text)) out.where = errors_.region(from.find(key));
    }
    void flag(const record& from, std::string_view key, stack_flag& out) {
        bool value = false;
        if (!from.flag(key, value)) return;
        out.value = value;
        out.where = errors_.region(from.find(key));
    }
    template <std::size_t N>
    void word(const record& from, std::string_view key,
              const std::pair<std::string_view, std::string_view> (&table)[N], stack_text& out) {
        std::string_view meaning;
        if (!from.choice(key, table, meaning)) return;
        out.text = meaning;
        out.where = errors_.region(from.find(key));
    }

    void gpu(node_ref item, std::vector<stack_gpu>& out) {
        stack_gpu g;
        g.where = errors_.region(item);
        if (item.is_scalar()) {
            if (!read_text(errors_, item, "a GPU", g.name.text)) return;
            g.name.where = g.where;
            out.push_back(std::move(g));
            return;
        }
        const std::size_t errors_before = errors_.errors().size();
        const record fields(errors_, item, "a GPU", gpu_keys);
        if (!fields.valid() || errors_.errors().size() != errors_before) return;
        text(fields, "name", g.name);
        version(fields, "compute_capability", g.compute_capability);
        if (!fields.has("name") && !fields.has("compute_capability"))
            errors_.add(item, "a GPU has neither 'name' nor 'compute_capability'");
        if (const node_ref n = fields.find("count"); n) {
            const bool number = n.is_scalar() && !n.quoted() && all_digits(n.text()) && n.text().size() <= 4;
            std::uint32_t count = 0;
            if (number)
                for (const char c : n.text()) count = count * 10 + static_cast<std::uint32_t>(c - '0');
            if (count == 0 || count > 1024)
                errors_.add(n, "'count' is not a number of GPUs; expected 1 to 1024, without quotes");
            else g.count = count;
        }
        out.push_back(std::move(g));
    }

    void container(node_ref n, stack_container& out) {
        const record fields(errors_, n, "'container'", container_keys);
        if (!fields.valid()) return;
        out.where = fields.where();
        text(fields, "image", out.image);
        text(fields, "require", out.require);
        version(fields, "toolkit", out.toolkit);
        flag(fields, "cdi", out.cdi);
    }

    void items(node_ref map, std::string_view what, std::vector<stack_item>& out) {
        if (!expect_kind(errors_, map, node_kind::map, what)) return;
        for (node_ref name = map.first(); name; name = name.next().next()) {
            stack_item item;
            item.component = name.text();
            item.component_at = errors_.region(name);
            if (!read_version(errors_, name.next(), "the version of '" + item.component + "'", item.version))
                continue;
            item.where = errors_.region(name.next());
            out.push_back(std::move(item));
        }
    }

    void copy(node_ref item, std::vector<stack_copy>& out) {
        const record fields(errors_, item, "a copy", copy_keys);
        if (!fields.valid()) return;
        fields.need({"component"});
        stack_copy c;
        c.where = fields.where();
        text(fields, "component", c.component);
        version(fields, "version", c.version);
        text(fields, "path", c.path);
        out.push_back(std::move(c));
    }

    void build(node_ref name, std::vector<stack_build>& out) {
        const std::string what = "the build of '" + std::string(name.text()) + "'";
        const record fields(errors_, name.next(), what, stack_build_keys);
        if (!fields.valid()) return;
        stack_build b;
        b.component = name.text();
        b.where = errors_.region(name);
        version(fields, "cuda", b.cuda);
        text(fields, "channel", b.channel);
        fields.each("code", [&](node_ref item) {
            stack_text t;
            if (!read_text(errors_, item, "an entry of 'code'", t.text)) return;
            if (!is_code(t.text)) {
                errors_.add(item,
                            "'" + t.text +
                                R"(' is no code target; expected sm_XY, compute_XY, "X.Y" or "X.Y+PTX")");
                return;
            }
            t.where = errors_.region(item);
            b.code.push_back(std::move(t));
        });
        if (const node_ref n = fields.find("built_with")) items(n, "'built_with'", b.built_with);
        version(fields, "glibc", b.glibc);
        flag(fields, "cxx11_abi", b.cxx11_abi);
        version(fields, "ptx", b.ptx);
        flag(fields, "jit", b.jit);
        out.push_back(std::move(b));
    }

    sink& errors_;
};

} // namespace

result<stack_record> load_stack(std::string_view text, std::string file_name) {
    try {
        const load_limits limits;
        if (text.size() > limits.max_bytes_per_file)
            return cudacompat::error{errc::too_large,
                                     "has " + std::to_string(text.size()) +
                                         " bytes; the limit for a file is " +
                                         std::to_string(limits.max_bytes_per_file >> 20U) + " MiB",
                                     {std::move(file_name), 0, 0},
                                     {}};
        budget left{limits.max_total_bytes, limits.max_nodes};
        const result<tree> parsed = parse_tree(text, file_name, limits, left);
        if (!parsed) return parsed.error();
        sink errors(std::move(file_name));
        stack_record out = stack_reader(errors).read(parsed->root());
        std::vector<cudacompat::error> found = errors.take();
        if (!found.empty()) return std::move(found.front());
        return out;
    } catch (const std::exception& e) {
        return cudacompat::error{
            errc::internal, std::string("cannot be read: ") + e.what(), {std::move(file_name), 0, 0}, {}};
    }
}

} // namespace cudacompat
