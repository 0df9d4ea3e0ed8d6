// check() on stacks made at random, through the loader: it answers or says what is wrong with the input, and never fails
// its own check.
#include "described.hpp"

#include <cudacompat/json.hpp>
#include <support/scale.hpp>

#include <doctest/doctest.h>

namespace {

namespace cc = cudacompat;
namespace frozen = cc::frozen;

constexpr std::uint64_t seed = 20261120;

class maker {
public:
    explicit maker(std::uint64_t from) : random_(from) {}

    /// A stack file; most are read, and some the loader refuses.
    [[nodiscard]] std::string file() {
        text_.clear();
        line(10, "platform", [&] { return one({"linux", "windows", "wsl2", "jetson"}); });
        line(10, "arch", [&] { return one({"x86_64", "aarch64", "ppc64le"}); });
        line(10, "distro", [&] { return version_of("distro"); });
        if (!line(20, "glibc", [&] { return version_of("glibc"); }))
            line(3, "musl", [&] { return one({"1.2", "1.2.4", "*"}); });
        line(60, "driver", [&] { return version_of("driver"); });
        line(10, "driver_user", [&] { return version_of("driver"); });
        line(15, "driver_cuda", [&] { return version_of("driver-cuda"); });
        line(8, "driver_ptx", [&] { return version_of("driver-ptx"); });
        line(10, "kernel_module", [&] { return one({"proprietary", "open"}); });
        line(15, "compat_package", [&] { return version_of("compat-package"); });
        line(6, "jetpack", [&] { return version_of("jetpack"); });
        line(6, "l4t", [&] { return version_of("l4t"); });
        gpus();
        container();
        components();
        builds();
        if (chance(8)) text_ += "build_from_source: [" + quoted(component()) + "]\n";
        line(10, "date", [&] { return one({"2019-03-01", "2022-06-28", "2024-05-01", "2026-11-20"}); });
        return text_.empty() ? "{}\n" : text_;
    }
    [[nodiscard]] std::vector<std::string> request() {
        std::vector<std::string> out;
        if (!chance(25)) return out;
        for (std::size_t n = 1 + pick(2); n > 0; --n) {
            const std::string name = component();
            out.push_back(chance(50) ? name : name + ":" + version_of(name));
        }
        return out;
    }

private:
    [[nodiscard]] std::size_t pick(std::size_t n) { return random_() % n; }
    [[nodiscard]] bool chance(std::size_t percent) { return pick(100) < percent; }
    [[nodiscard]] std::string one(std::initializer_list<const char*> of) {
        return of.begin()[pick(of.size())];
    }
    [[nodiscard]] static std::string quoted(const std::string& s) {
        std::string out = "\"";
        for (const char c : s) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        return out + "\"";
    }
    template <class F>
    bool line(std::size_t percent, const char* key, F&& value) {
        if (!chance(percent)) return false;
        text_ += std::string(key) + ": " + quoted(value()) + "\n";
        return true;
    }
    [[nodiscard]] std::string component() {
        const cc::knowledge_base& kb = described::kb();
        if (chance(3)) return one({"no-such-package", "Torch", "my_program", "a+b"});
        if (chance(40))
            return one({"torch", "python", "cudnn", "cuda-runtime", "cuda-toolkit", "jax", "nccl"});
        return std::string(kb.name(static_cast<std::uint32_t>(pick(kb.components().size()))));
    }
    /// A version that exists, a part of it, a spec of it, one that does not exist, or an odd text.
    [[nodiscard]] std::string version_of(const std::string& name) {
        const cc::knowledge_base& kb = described::kb();
        const std::uint32_t c = kb.find_component(name);
        std::string v = "1.0";
        if (c != frozen::none && !kb.values(kb.components()[c]).empty()) {
            const auto values = kb.values(kb.components()[c]);
            const frozen::value& of = values[pick(values.size())];
            v = kb.str(of.version);
            if ((of.flags & frozen::is_cell) != 0) {
                const auto known = kb.cell_releases(of.builds);
                if (!known.empty()) v = kb.str(known[pick(known.size())].version);
            }
            if (!of.variant.empty() && chance(60)) v += "+" + std::string(kb.str(of.variant));
        }
        switch (pick(14)) {
        case 0: return v.substr(0, v.find('+')).substr(0, v.rfind('.'));
        case 1: return v.substr(0, v.find('.'));
        case 2: return ">=" + v.substr(0, v.find('+'));
        case 3: return "*";
        case 4: return "absent";
        case 5: return v + ".7";
        case 6: return std::to_string(pick(700)) + "." + std::to_string(pick(200));
        case 7:
            return chance(20) ? one({"99999999999999999999", "1..2", "+", "2.0+", "v1", "~", "<", ">=1,<1",
                                     "0", "-1", "1.0 || 2.0", "unknown", "1.0+cu999", "==1.*", "^2"})
                              : v;
        default: return v;
        }
    }
    void gpus() {
        if (chance(30)) return;
        if (chance(5)) {
            text_ += "gpus: []\n";
            return;
        }
        text_ += "gpus:\n";
        for (std::size_t n = 1 + pick(3); n > 0; --n) {
            const auto products = described::kb().products();
            const std::string name =
                chance(90) ? std::string(described::kb().str(products[pick(products.size())].name))
                           : one({"NVIDIA Fantasy 9000", "rtx", "GeForce"});
            const std::string cc =
                one({"3.5", "5.2", "6.1", "7.0", "7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "12.0", "4.4"});
            text_ += "  - {" + (chance(70) ? "name: " + quoted(name) : "compute_capability: " + quoted(cc)) +
                     "}\n";
        }
    }
    void container() {
        if (!chance(15)) return;
        text_ += "container: {image: " + quoted(version_of("container"));
        if (chance(50))
            text_ += ", require: " + quoted(one({"cuda>=12.4 brand=tesla,driver>=470,driver<471", "cuda>=9.0",
                                                 "brand=geforce", "arch>=8.0", "cuda>=12.4,driver>=525",
                                                 "nonsense", "cuda>="}));
        if (chance(30)) text_ += std::string(", cdi: ") + one({"true", "false"});
        text_ += "}\n";
    }
    void components() {
        if (chance(5)) return;
        std::string inner;
        std::vector<std::string> seen;
        for (std::size_t n = 1 + pick(6); n > 0; --n) {
            const std::string name = component();
            if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
            seen.push_back(name);
            inner += "  " + quoted(name) + ": " + quoted(version_of(name)) + "\n";
        }
        text_ += "components:\n" + inner;
    }
    void builds() {
        if (!chance(20)) return;
        text_ += "builds:\n";
        const std::size_t n = 1 + pick(2);
        const char* const names[] = {"my-solver", "other-program"};
        for (std::size_t i = 0; i < n; ++i) {
            text_ += "  " + quoted(i == 0 && chance(50) ? component() : names[i]) + ": {";
            std::string sep;
            const auto put = [&](std::size_t percent, const std::string& part) {
                if (!chance(percent)) return;
                text_ += sep + part;
                sep = ", ";
            };
            put(70, "cuda: " + quoted(version_of("cuda-runtime")));
            put(60, std::string("code: ") + one({"[sm_80]", "[compute_80]", "[sm_50, sm_90a, compute_90]",
                                                 "[\"9.0+PTX\"]", "[\"8.6\"]", "[sm_999]"}));
            put(30, "ptx: " + quoted(one({"8.4", "7.0", "99.9", "*"})));
            put(25, "jit: true");
            put(20, "glibc: \"2.31\"");
            put(15, "cxx11_abi: false");
            put(20, "built_with: {cudnn: " + quoted(version_of("cudnn")) + "}");
            text_ += "}\n";
        }
    }

    std::mt19937_64 random_;
    std::string text_;
};

TEST_CASE("any stack has an answer, or an error of its own") {
    const std::size_t rounds = test_support::scaled(1500);
    std::size_t read = 0, answered = 0;
    std::size_t verdicts[3] = {};
    for (std::size_t i = 0; i < rounds; ++i) {
        maker m(seed + i);
        const std::string file = m.file();
        const std::vector<std::string> request = m.request();
        const auto stack = cc::load_stack(file, "stack.yaml");
        if (!stack) {
            CHECK(stack.error().code != cc::errc::internal);
            continue;
        }
        ++read;
        const auto a = described::check(*stack, request);
        std::string items;
        for (const std::string& r : request) items += " " + r;
        if (!a) {
            CHECK_MESSAGE(a.error().code != cc::errc::internal, "round ", i, ":", items, "\n", file, "\n",
                          cc::to_string(a.error()));
            continue;
        }
        ++answered;
        ++verdicts[static_cast<std::size_t>(a->verdict())];
        CHECK_MESSAGE(!cc::to_report(*a).empty(), "round ", i);
        CHECK_MESSAGE(cc::to_json(*a).ends_with("}\n"), "round ", i);
        if (a->verdict() == cc::verdict::incompatible)
            CHECK_MESSAGE((a->conflict() != nullptr && !a->findings().empty()), "round ", i, ":", items, "\n",
                          file);
        if (a->verdict() == cc::verdict::unknown)
            CHECK_MESSAGE((a->conflict() != nullptr || !a->missing().empty()), "round ", i, ":", items, "\n",
                          file);
    }
    MESSAGE(rounds, " stacks from seed ", seed, ": ", read, " read, ", answered, " answered; compatible ",
            verdicts[0], ", incompatible ", verdicts[1], ", unknown ", verdicts[2]);
    CHECK(answered * 2 > rounds);
    for (const std::size_t v : verdicts) CHECK(v * 200 > rounds); // each verdict is met
}

} // namespace
