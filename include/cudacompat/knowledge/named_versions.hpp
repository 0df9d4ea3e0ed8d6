// Versions that an error message names: "libcudnn.so.8", "GLIBC_2.32", "sm_86", "found version 11040".
//
// Only what stands in the text: a file's number is the one in its name (of CUDA's libraries its major, of some a number of
// their own), and a number that a library writes in its own code is told as that library reads it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat {

enum class version_role : std::uint8_t {
    named,  ///< it is spoken of
    wanted, ///< it is looked for, or demanded
    found,  ///< it is there
    built,  ///< code or a library of it is in the build, or it was built with it
};
inline constexpr std::array<std::string_view, 4> version_role_names{"named", "wanted", "found", "built with"};

struct named_version {
    std::string
        component; ///< of the data where it has one: cudnn, driver-cuda; else the library's own name: cufft
    std::string version; ///< "8", "11.4", ">=12.4"; empty where the text names none
    version_role role = version_role::named;
    std::size_t at = 0; ///< byte in the text

    friend bool operator==(const named_version& a, const named_version& b) {
        return a.component == b.component && a.version == b.version && a.role == b.role;
    }
};

namespace detail {

class version_reader {
public:
    explicit version_reader(std::string_view text) : text_(text) {}

    [[nodiscard]] std::vector<named_version> run() {
        libraries();
        for (const prefix& p : prefixes) each(p.text, [&](std::size_t after) { read(p, after); });
        architectures("sm_");
        architectures("compute_");
        pins();
        std::stable_sort(out_.begin(), out_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
        std::vector<named_version> once;
        for (const named_version& v : out_) {
            const bool told =
                std::any_of(out_.begin(), out_.end(), [&](const named_version& o) { // with a role of its own
                    return v.role == version_role::named && o.role != version_role::named &&
                           o.component == v.component && o.version == v.version;
                });
            if (!told && std::find(once.begin(), once.end(), v) == once.end()) once.push_back(v);
        }
        return once;
    }

private:
    enum class form : std::uint8_t { dotted, at_least, cuda_number, cudnn_number, jax_number, tuple };
    struct prefix {
        std::string_view text;
        std::string_view component;
        form how;
        version_role role;
    };
    static constexpr prefix prefixes[] = {
        {"GLIBC_", "glibc", form::at_least, version_role::wanted},
        {"GLIBCXX_", "libstdc++ (GLIBCXX)", form::at_least, version_role::wanted},
        {"CXXABI_", "libstdc++ (CXXABI)", form::at_least, version_role::wanted},
        {"system is too old (found version ", "driver-cuda", form::cuda_number, version_role::found},
        {"condition: cuda>=", "driver-cuda", form::at_least, version_role::wanted},
        {"condition: driver>=", "driver", form::at_least, version_role::wanted},
        {"__cuda >=", "driver-cuda", form::at_least, version_role::wanted},
        {"__cuda>=", "driver-cuda", form::at_least, version_role::wanted},
        {"Driver Version: ", "driver", form::dotted, version_role::found},
        {"CUDA Version: ", "driver-cuda", form::dotted, version_role::found},
        {"NVML library version: ", "driver (user library)", form::dotted, version_role::found},
        {"the client has the version ", "driver (user library)", form::dotted, version_role::found},
        {"NVRM: has the version ", "driver (user library)", form::dotted, version_role::found},
        {"NVRM: the version ", "driver (kernel module)", form::dotted, version_role::found},
        {"kernel module has the version ", "driver (kernel module)", form::dotted, version_role::found},
        {"driver's CUDA version is ", "driver-cuda", form::dotted, version_role::found},
        {"PTX compiler version ", "cuda-toolkit (ptxas)", form::dotted, version_role::found},
        {"Unsupported .version ", "PTX ISA", form::dotted, version_role::wanted},
        {"current version is '", "PTX ISA", form::dotted, version_role::found},
        {"detected CUDA version (", "cuda-toolkit", form::dotted, version_role::found},
        {"used to compile PyTorch (", "cuda-runtime", form::dotted, version_role::built},
        {"PyTorch was compiled  against ", "cudnn", form::tuple, version_role::built},
        {"PyTorch was compiled against ", "cudnn", form::tuple, version_role::built},
        {"but found runtime version ", "cudnn", form::tuple, version_role::found},
        {"Loaded runtime CuDNN library: ", "cudnn", form::dotted, version_role::found},
        {"but source was compiled with: ", "cudnn", form::dotted, version_role::built},
        {"Found cuDNN version ", "cudnn", form::cudnn_number, version_role::found},
        {"Found CUDA version ", "cuda-runtime", form::cuda_number, version_role::found},
        {"but JAX was built against version ", "", form::jax_number, version_role::built},
        {"gcc versions later than ", "gcc", form::dotted, version_role::wanted},
        {"of cuda capability ", "gpu", form::dotted, version_role::found},
        {"supported by this library is ", "gpu", form::at_least, version_role::wanted},
        {"requires a different Python: ", "python", form::dotted, version_role::found},
        {"expecting library version ", "tensorrt", form::dotted, version_role::wanted},
    };

    template <class See>
    void each(std::string_view what, See see) const {
        for (std::size_t at = text_.find(what); at != std::string_view::npos && out_.size() < most;
             at = text_.find(what, at + 1))
            see(at + what.size());
    }
    void add(std::string component, std::string version, version_role role, std::size_t at) {
        if (out_.size() < most) out_.push_back({std::move(component), std::move(version), role, at});
    }
    /// Digits and single dots, from `at` on.
    [[nodiscard]] std::string dotted(std::size_t at) const {
        std::string out;
        while (at < text_.size() && out.size() < 32 &&
               ((text_[at] >= '0' && text_[at] <= '9') ||
                (text_[at] == '.' && !out.empty() && out.back() != '.')))
            out += text_[at++];
        while (out.ends_with('.')) out.pop_back();
        return out;
    }
    [[nodiscard]] static std::string join(std::uint32_t a, std::uint32_t b) {
        return std::to_string(a) + "." + std::to_string(b);
    }
    /// 12040 is CUDA 12.4.
    [[nodiscard]] static std::string cuda_of(std::uint32_t n) { return join(n / 1000, n % 1000 / 10); }
    /// Until 8.x major * 1000 + minor * 100 + patch, from 9 on major * 10000.
    [[nodiscard]] static std::string cudnn_of(std::uint32_t n) {
        const std::uint32_t major = n >= 90000 ? n / 10000 : n / 1000;
        const std::uint32_t rest = n >= 90000 ? n % 10000 : n % 1000;
        return join(major, rest / 100) + "." + std::to_string(rest % 100);
    }
    void read(const prefix& p, std::size_t at) {
        if (p.how == form::tuple) {
            if (at >= text_.size() || text_[at] != '(') return;
            std::string version;
            for (++at; at < text_.size() && text_[at] != ')' && version.size() < 32; ++at)
                if (text_[at] >= '0' && text_[at] <= '9') version += text_[at];
                else if (text_[at] == ',') version += '.';
                else if (text_[at] != ' ') return;
            if (!version.empty()) add(std::string(p.component), std::move(version), p.role, at);
            return;
        }
        std::string version = dotted(at);
        if (version.empty()) return;
        std::string component(p.component);
        if (p.how != form::dotted && p.how != form::at_least) {
            if (version.size() > 6 || version.find('.') != std::string::npos) return;
            std::uint32_t n = 0;
            for (const char c : version) n = n * 10 + static_cast<std::uint32_t>(c - '0');
            if (n < 1000) return;
            bool cudnn = p.how == form::cudnn_number;
            if (p.how == form::jax_number) { // what was found, in the same sentence, says of which
                const std::string_view before = text_.substr(0, at);
                const std::size_t d = before.rfind("Found cuDNN");
                const std::size_t c = before.rfind("Found CUDA");
                if (d == std::string_view::npos && c == std::string_view::npos) return;
                cudnn = c == std::string_view::npos || (d != std::string_view::npos && d > c);
                component = cudnn ? "cudnn" : "cuda-runtime";
            }
            version = cudnn ? cudnn_of(n) : cuda_of(n);
        }
        if (p.how == form::at_least) version.insert(0, ">=");
        add(std::move(component), std::move(version), p.role, at);
    }

    /// sm_86, compute_90a: a capability. Of a list that follows "supports CUDA capabilities" the build has the code.
    void architectures(std::string_view kind) {
        each(kind, [&](std::size_t at) {
            const std::size_t first = at - kind.size();
            if (first > 0 && (is_letter(text_[first - 1]) || text_[first - 1] == '_')) return;
            std::string digits;
            while (at < text_.size() && text_[at] >= '0' && text_[at] <= '9' && digits.size() < 4)
                digits += text_[at++];
            if (digits.size() < 2 || digits.size() > 3) return;
            digits.insert(digits.size() - 1, ".");
            const std::size_t line =
                text_.rfind('\n', first) == std::string_view::npos ? 0 : text_.rfind('\n', first);
            const bool list =
                text_.substr(line, first - line).find("supports CUDA capabilities") != std::string_view::npos;
            add("gpu", std::move(digits), list ? version_role::built : version_role::named, first);
        });
    }
    [[nodiscard]] static constexpr bool is_letter(char c) noexcept {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /// "lib*.so.N" and "*64_N.dll"
    void libraries() {
        each(".so", [&](std::size_t at) {
            const std::size_t end = at - 3;
            std::size_t first = end;
            while (first > 0 && end - first < 64 && is_name(text_[first - 1])) --first;
            const std::string_view name = text_.substr(first, end - first);
            if (!name.starts_with("lib") || name.size() < 5) return;
            const std::string version =
                at < text_.size() && text_[at] == '.' ? dotted(at + 1) : std::string{};
            if (at < text_.size() && text_[at] != '.' && is_name(text_[at])) return;
            library(name.substr(3), version, first, at);
        });
        each(".dll", [&](std::size_t at) {
            const std::size_t end = at - 4;
            std::size_t first = end;
            while (first > 0 && end - first < 64 && is_name(text_[first - 1])) --first;
            std::string_view name = text_.substr(first, end - first);
            std::string version;
            if (const std::size_t cut = name.rfind('_');
                cut != std::string_view::npos && cut + 1 < name.size() &&
                name.find_first_not_of("0123456789", cut + 1) == std::string_view::npos) {
                version = name.substr(cut + 1);
                name = name.substr(0, cut);
            }
            if (name.ends_with("64")) name.remove_suffix(2);
            if (name == "cudart" && version.size() == 3) version.insert(2, "."); // cudart64_110: 11.0
            library(name, version, first, at);
        });
    }
    [[nodiscard]] static constexpr bool is_name(char c) noexcept {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
    }
    void library(std::string_view name, const std::string& version, std::size_t first, std::size_t after) {
        struct known {
            std::string_view begins;
            std::string_view component;
            bool numbered; ///< the number in the name is of the component's own versions
        };
        // The numbers of the libraries without a component are their own: libcufft.so.10 is of CUDA 11.
        constexpr known list[] = {
            {"cudart", "cuda-runtime", true},
            {"cudnn", "cudnn", true},
            {"cublas", "cublas", true},
            {"nccl", "nccl", true},
            {"nvinfer", "tensorrt", true},
            {"nvonnxparser", "tensorrt", true},
            {"cufft", "cufft", true},
            {"curand", "curand", true},
            {"cusolver", "cusolver", true},
            {"cusparse", "cusparse", true},
            {"nvJitLink", "nvjitlink", true},
            {"nvrtc", "nvrtc", true},
            {"cupti", "cupti", true},
            {"nvToolsExt", "nvtx", true},
            {"cuda", "driver", false},
            {"nvcuda", "driver", false},
            {"nvidia-", "driver", false},
            {"torch", "torch", false},
            {"c10", "torch", false},
            {"stdc++", "libstdc++", true},
            {"onnxruntime", "onnxruntime-gpu", false},
            {"nvcudart_hybrid", "cuda-runtime", false},
        };
        for (const known& k : list) {
            if (!name.starts_with(k.begins)) continue;
            if (k.begins == "cuda" && name != "cuda") continue;
            const std::string_view behind =
                text_.substr(after, 160).substr(0, text_.substr(after, 160).find('\n'));
            const std::string_view before =
                text_.substr(first > 40 ? first - 40 : 0, first > 40 ? 40 : first);
            const bool missing = behind.find("cannot open shared object file") != std::string_view::npos ||
                                 behind.find("not found") != std::string_view::npos ||
                                 before.find("Could not load") != std::string_view::npos ||
                                 before.find("Could not find") != std::string_view::npos;
            const bool other = behind.find("version `") != std::string_view::npos ||
                               behind.find("version '") != std::string_view::npos;
            add(std::string(k.component), k.numbered ? version : std::string{},
                missing && !other ? version_role::wanted : version_role::named, first);
            return;
        }
    }

    /// pip: "X 1.0 requires Y==2.0, but you have Y 2.5 which is incompatible."; "satisfies the requirement Y==1.7.1+cu110"
    void pins() {
        const auto requirement = [&](std::size_t at, version_role role, bool spaced) {
            std::string name;
            while (at < text_.size() && name.size() < 64 && (is_name(text_[at]) || text_[at] == '.'))
                name += text_[at++];
            while (spaced && at < text_.size() && text_[at] == ' ') ++at;
            std::string spec;
            while (at < text_.size() && spec.size() < 64 &&
                   (is_name(text_[at]) ||
                    std::string_view("<>=!~.*,").find(text_[at]) != std::string_view::npos))
                spec += text_[at++];
            while (spec.ends_with(',') || spec.ends_with('.')) spec.pop_back();
            const bool number = spec.find_first_of("0123456789") != std::string::npos;
            if (name.empty() || !number) return;
            for (char& c : name)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            add(name, spec.starts_with("==") ? spec.substr(2) : spec, role, at);
        };
        each("satisfies the requirement ",
             [&](std::size_t at) { requirement(at, version_role::wanted, false); });
        each("No matching distribution found for ",
             [&](std::size_t at) { requirement(at, version_role::wanted, false); });
        each("but you have ", [&](std::size_t at) {
            requirement(at, version_role::found, true);
            const std::size_t line =
                text_.rfind('\n', at) == std::string_view::npos ? 0 : text_.rfind('\n', at);
            const std::size_t asks = text_.rfind(" requires ", at);
            if (asks != std::string_view::npos && asks >= line)
                requirement(asks + 10, version_role::wanted, false);
        });
    }

    static constexpr std::size_t most = 64;
    std::string_view text_;
    std::vector<named_version> out_;
};

} // namespace detail

/// In the order of the text, each once, at most 64.
[[nodiscard]] inline std::vector<named_version> named_versions(std::string_view text) {
    return detail::version_reader(text).run();
}

} // namespace cudacompat
