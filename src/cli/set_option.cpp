// Each setting becomes a stack file of one key, so that the loader alone checks the values.
#include "set_option.hpp"

#include "report.hpp"

#include <cudacompat/json_writer.hpp>
#include <cudacompat/yaml.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::cli {

namespace {

struct plain_key {
    std::string_view name;
    stack_text stack_record::*member;
};
constexpr plain_key plain_keys[] = {
    {"platform", &stack_record::platform},
    {"arch", &stack_record::arch},
    {"distro", &stack_record::distro},
    {"glibc", &stack_record::glibc},
    {"musl", &stack_record::musl},
    {"driver", &stack_record::driver},
    {"driver_user", &stack_record::driver_user},
    {"driver_cuda", &stack_record::driver_cuda},
    {"driver_ptx", &stack_record::driver_ptx},
    {"kernel_module", &stack_record::kernel_module},
    {"compat_package", &stack_record::compat_package},
    {"jetpack", &stack_record::jetpack},
    {"l4t", &stack_record::l4t},
    {"date", &stack_record::date},
};
constexpr std::string_view keys_of_files_only[] = {"gpus",   "container",         "copies",
                                                   "builds", "build_from_source", "components"};

class setter {
public:
    setter(stack_record& stack, const knowledge_base& kb) : stack_(stack), kb_(kb) {}

    [[nodiscard]] std::optional<error> apply(const std::string& setting) {
        option_ = "--set " + escaped(setting.substr(0, 80));
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || equals == 0)
            return wrong("expected KEY=VALUE, such as driver=535.104.05");
        const std::string key = setting.substr(0, equals);
        const std::string value = setting.substr(equals + 1);
        if (value.empty()) return wrong("the value is empty; 'absent' says that there is none");
        std::string folded = key;
        std::replace(folded.begin(), folded.end(), '-', '_');
        if (folded == "gpu") return gpu(value);
        for (const plain_key& k : plain_keys)
            if (folded == k.name) return plain(k, value);
        if (key.starts_with("components.")) return component(key.substr(11), value, true);
        if (kb_.find_component(key) != frozen::none) return component(key, value, false);
        return unknown(key, folded);
    }

private:
    [[nodiscard]] error wrong(std::string message, std::vector<std::string> near = {}) const {
        return {errc::bad_request, std::move(message), {option_, 0, 0}, std::move(near)};
    }
    /// Our name for a value of the command line in messages of the loader and in answers.
    [[nodiscard]] source_region here() const { return {option_, 0, 0}; }

    [[nodiscard]] static json_writer begin() {
        json_writer out(0);
        out.open('{');
        return out;
    }
    [[nodiscard]] result<stack_record> load(json_writer& out) const {
        out.close('}');
        return load_stack(out.take(), option_);
    }
    [[nodiscard]] error told(const error& e) const { return wrong(e.message, e.suggestions); }

    [[nodiscard]] std::optional<error> plain(const plain_key& k, const std::string& value) {
        json_writer out = begin();
        out.member(k.name, value);
        result<stack_record> read = load(out);
        if (!read) return told(read.error());
        if (k.name == "glibc") stack_.musl = {};
        if (k.name == "musl") stack_.glibc = {};
        stack_.*k.member = std::move((*read).*k.member);
        (stack_.*k.member).where = here();
        return std::nullopt;
    }

    [[nodiscard]] std::optional<error> gpu(const std::string& value) {
        if (!gpus_replaced_) stack_.gpus.clear();
        gpus_replaced_ = true;
        stack_.gpus_at = {option_, 1, 0};
        if (value == "none") {
            stack_.gpus.clear();
            return std::nullopt;
        }
        const bool capability = value.find_first_not_of("0123456789.") == std::string::npos &&
                                value.find('.') != std::string::npos;
        json_writer out = begin();
        out.key("gpus");
        out.open('[');
        out.open('{');
        out.member(capability ? "compute_capability" : "name", value);
        out.close('}');
        out.close(']');
        result<stack_record> read = load(out);
        if (!read) return told(read.error());
        for (stack_gpu& g : read->gpus) {
            g.where = g.name.where = g.compute_capability.where = here();
            stack_.gpus.push_back(std::move(g));
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<error> component(const std::string& name, const std::string& value,
                                                 bool any_name) {
        const std::uint32_t known = kb_.find_component(name);
        if (known == frozen::none && any_name) {
            const std::vector<std::string_view> names = component_names();
            return wrong("unknown component '" + escaped(name) + "'", nearest(name, names));
        }
        json_writer out = begin();
        out.key("components");
        out.open('{');
        out.member(kb_.name(known), value);
        out.close('}');
        result<stack_record> read = load(out);
        if (!read) return told(read.error());
        std::erase_if(stack_.components,
                      [&](const stack_item& i) { return kb_.find_component(i.component) == known; });
        for (stack_item& i : read->components) {
            i.where = i.component_at = here();
            stack_.components.push_back(std::move(i));
        }
        return std::nullopt;
    }

    [[nodiscard]] std::vector<std::string_view> component_names() const {
        std::vector<std::string_view> out;
        for (std::uint32_t c = 0; c < kb_.components().size(); ++c) {
            out.push_back(kb_.name(c));
            for (const frozen::text alias : kb_.texts(kb_.components()[c].aliases))
                out.push_back(kb_.str(alias));
        }
        return out;
    }
    [[nodiscard]] error unknown(const std::string& key, const std::string& folded) const {
        for (const std::string_view k : keys_of_files_only)
            if (folded == k || folded.starts_with(std::string(k) + "."))
                return wrong("'" + std::string(k) + "' can be given in a stack file only" +
                             (k == "gpus"         ? "; here it is gpu=NAME"
                              : k == "components" ? "; here it is NAME=VERSION"
                                                  : ""));
        std::vector<std::string_view> names = component_names();
        names.emplace_back("gpu");
        for (const plain_key& k : plain_keys) names.push_back(k.name);
        return wrong("unknown key '" + escaped(key) + "'", nearest(key, names));
    }

    stack_record& stack_;
    const knowledge_base& kb_;
    std::string option_;
    bool gpus_replaced_ = false;
};

} // namespace

std::optional<error> apply_set(stack_record& stack, std::span<const std::string> settings,
                               const knowledge_base& kb) {
    setter set(stack, kb);
    for (const std::string& setting : settings)
        if (std::optional<error> wrong = set.apply(setting)) return wrong;
    return std::nullopt;
}

} // namespace cudacompat::cli
