// cudacompat inspect
#include "commands.hpp"
#include "exit_code.hpp"
#include "input.hpp"
#include "kb_view.hpp"
#include "set_option.hpp"

#include <cudacompat/cudacompat.hpp>
#include <cudacompat/inspect.hpp>
#include <cudacompat/json_writer.hpp>
#include <cudacompat/tell/text_table.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace cudacompat::cli {

namespace {

/// Each set is a question of its own; a library has a handful.
constexpr std::size_t most_questions = 200;
/// The name under which the file is described to check(); no component is called so.
constexpr std::string_view program = "this file";

struct asked_gpu {
    std::string text; ///< as it was given; empty: the driver alone
    stack_record machine;
};

struct gpu_answer {
    cudacompat::verdict verdict = verdict::unknown;
    bool degraded = false;
    std::vector<std::string> by; ///< targets that would run
    std::string driver;          ///< range, where none was given
    std::vector<std::string> says;
    std::uint64_t served = 0, not_served = 0, special = 0, undecided = 0;
};

bool is_special(const code_target& t) { return t.suffix != '\0'; }

std::string size_text(std::uint64_t bytes) {
    constexpr std::string_view units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    std::size_t unit = 0;
    std::uint64_t rest = 0;
    while (bytes >= 1024 && unit + 1 < std::size(units)) {
        rest = bytes % 1024;
        bytes /= 1024;
        ++unit;
    }
    return std::to_string(bytes) + (unit == 0 ? "" : "." + std::to_string(rest * 10 / 1024)) +
           std::string(units[unit]);
}

std::string joined(const std::vector<std::string>& list) {
    std::string out;
    for (const std::string& s : list) out += (out.empty() ? "" : ", ") + s;
    return out;
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
    return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

/// "8.10" is newer than "8.9".
bool older(const std::string& a, const std::string& b) {
    const auto parts = [](const std::string& s) {
        const std::size_t dot = s.find('.');
        return std::pair(std::stoul("0" + s.substr(0, dot)),
                         dot == std::string::npos ? 0UL : std::stoul("0" + s.substr(dot + 1)));
    };
    return parts(a) < parts(b);
}

class inspector {
public:
    explicit inspector(const inspect_args& args)
        : args_(args), width_(args.width != 0 ? args.width : terminal_width(100)) {}

    int run() {
        if (!args_.against.empty())
            if (const std::optional<int> failed = open_question()) return *failed;
        json_.open('{');
        json_.member("schema", std::uint64_t{1});
        json_.member_or_null("data", args_.against.empty() ? std::string_view() : kb_.version());
        json_.key("files");
        json_.open('[');
        for (const std::string& file : args_.files) {
            const result<device_code_report> found = inspect_file(file);
            if (!found) {
                wrong_ = std::max(wrong_, report(found.error()));
                continue;
            }
            any_ = true;
            tell(file, *found);
        }
        json_.close(']');
        json_.close('}');
        if (!any_) return wrong_;
        if (!put_result(args_.format == output_format::json ? json_.take() : text_)) return exit_internal;
        if (wrong_ != 0) return wrong_;
        return incompatible_ ? exit_incompatible : unknown_ ? exit_unknown : exit_compatible;
    }

private:
    // -- the machines -------------------------------------------------------------------------------------------

    std::optional<int> open_question() {
        const result<knowledge_base> kb = open_kb(args_.kb, args_.overlays);
        if (!kb) return report(kb.error());
        kb_ = *kb;
        std::vector<std::string> settings;
        std::vector<std::string> gpus;
        for (const std::string& item : args_.against) {
            if (item.starts_with("driver:") || item.starts_with("driver=")) {
                settings.push_back("driver=" + item.substr(7));
                driver_ = item.substr(7);
            } else {
                gpus.push_back(item.starts_with("gpu:") || item.starts_with("gpu=") ? item.substr(4) : item);
            }
        }
        if (gpus.empty()) gpus.emplace_back();
        for (const std::string& gpu : gpus) {
            asked_gpu a{gpu, {}};
            std::vector<std::string> all = settings;
            if (!gpu.empty()) all.push_back("gpu=" + gpu);
            std::optional<error> wrong = apply_set(a.machine, all, kb_);
            if (!wrong) // a name that the data does not have is told before any file is opened
                if (auto tried = check(kb_, {}, &a.machine); !tried) wrong = std::move(tried).error();
            if (wrong) {
                wrong->where = {"--for " + escaped(gpu.empty() ? "driver:" + driver_ : gpu), 0, 0};
                return report(*wrong);
            }
            asked_.push_back(std::move(a));
        }
        const std::uint32_t code = kb_.find_component("code");
        if (code != frozen::none)
            for (const listed_release& r : releases_of(kb_, kb_.components()[code]))
                known_.emplace(r.version);
        return std::nullopt;
    }

    /// What check() says of a program with these targets on that machine.
    result<answer> ask(const asked_gpu& a, const std::vector<const code_target*>& targets) const {
        stack_record stack = a.machine;
        stack_build build;
        build.component = program;
        build.where = {"", 0, 0};
        std::vector<code_target> copy;
        for (const code_target* t : targets) copy.push_back(*t);
        std::string newest;
        bool all_told = true;
        for (const code_target& t : copy) {
            if (t.kind != device_code::ptx) continue;
            all_told = all_told && !t.ptx.empty();
            if (newest.empty() || older(newest, t.ptx)) newest = t.ptx;
        }
        for (std::string& text : code_list(copy)) build.code.push_back({std::move(text), {}});
        if (all_told) build.ptx.text = newest; // the strictest: which of them is taken depends on the GPU
        if (a.text.empty()) build.jit.value = true;
        stack.builds.push_back(std::move(build));
        return check(kb_, {}, &stack);
    }

    [[nodiscard]] gpu_answer judge(const asked_gpu& a, const device_code_report& r) const {
        gpu_answer out;
        std::vector<const code_target*> loadable;
        std::vector<std::string> strange;
        for (const code_target& t : r.targets) {
            if (t.kind == device_code::lto) continue;
            loadable.push_back(&t);
            if (std::string name = to_string(t);
                !known_.contains(name) && std::find(strange.begin(), strange.end(), name) == strange.end())
                strange.push_back(std::move(name));
        }
        if (a.text.empty()) std::erase_if(loadable, [](auto* t) { return t->kind != device_code::ptx; });
        // What was linked is what starts; its relocatable sources are judged where there is nothing else.
        const auto is_linked = [](const code_target* t) { return !t->relocatable; };
        std::vector<const code_target*> sources = loadable;
        std::erase_if(sources, is_linked);
        const bool both = !sources.empty() && sources.size() != loadable.size();
        if (both) std::erase_if(loadable, [&](auto* t) { return !is_linked(t); });
        if (loadable.empty()) {
            if (a.text.empty() && r.unread.empty()) {
                out.verdict = verdict::compatible;
                out.says.emplace_back("no PTX in it that a driver would have to compile");
            } else {
                out.says.emplace_back("no code in it was found that could be judged");
            }
            return out;
        }
        const result<answer> whole = ask(a, loadable);
        if (!whole) {
            out.says.push_back(whole.error().message);
            return out;
        }
        take(*whole, out);
        if (a.text.empty() && out.verdict == verdict::incompatible) {
            out.says = {"driver " + driver_ + " does not compile all the PTX in it"};
            const result<answer> free = ask({}, loadable);
            if (free && free->solution() != nullptr && free->solution()->find("driver") != nullptr)
                out.says[0] += "; it takes driver " + free->solution()->range("driver");
            return out;
        }
        if (!a.text.empty()) parts(a, r, both, out);
        if (both && out.verdict == verdict::incompatible)
            if (const result<answer> linked = ask(a, sources);
                linked && linked->verdict() == verdict::compatible) {
                out.verdict = verdict::unknown;
                out.says.emplace_back("only the relocatable code beside the linked one would serve it: "
                                      "whether the program lets "
                                      "the driver link that anew, the file does not say");
            }
        if (out.verdict == verdict::incompatible && !(strange.empty() && r.unread.empty())) {
            out.verdict = verdict::unknown;
            out.says.emplace_back("there may be more in it than was read or is known");
        }
        if (!strange.empty()) out.says.push_back("not in the data, so not judged: " + joined(strange));
        return out;
    }
    void take(const answer& a, gpu_answer& out) const {
        out.verdict = a.verdict();
        out.degraded = a.degraded();
        if (const solution* s = a.solution(); s != nullptr && a.verdict() == verdict::compatible) {
            for (const choice& c : s->choices())
                if (c.component() == kb_.find_component("code") && !c.version().empty() &&
                    std::find(out.by.begin(), out.by.end(), c.version()) == out.by.end())
                    out.by.push_back(c.version());
            if (driver_.empty() && s->find("driver") != nullptr) out.driver = s->range("driver");
        }
        if (a.verdict() == verdict::incompatible)
            for (const finding& f : a.findings()) out.says.push_back(f.text);
        if (a.verdict() == verdict::unknown)
            for (const std::string& m : a.missing()) out.says.push_back(m);
        if (a.verdict() == verdict::compatible)
            for (const std::string& c : a.caveats())
                if (c.find("no platform was named") == std::string::npos) out.says.push_back(c);
    }
    /// Fat binary by fat binary.
    void parts(const asked_gpu& a, const device_code_report& r, bool linked_only, gpu_answer& out) const {
        std::size_t questions = 0;
        std::uint64_t by_ptx = 0;
        std::string ptx_driver;
        for (const code_set& set : r.sets) {
            std::vector<const code_target*> targets;
            for (const std::uint32_t i : set.targets)
                if (r.targets[i].kind != device_code::lto && !(linked_only && r.targets[i].relocatable))
                    targets.push_back(&r.targets[i]);
            if (targets.empty()) continue;
            if (++questions > most_questions) {
                out.undecided += set.modules;
                continue;
            }
            const result<answer> one = ask(a, targets);
            if (!one || one->verdict() == verdict::unknown) out.undecided += set.modules;
            else if (one->verdict() == verdict::compatible)
                by_ptx += served(*one, set.modules, out, ptx_driver);
            else if (std::all_of(targets.begin(), targets.end(), [](auto* t) { return is_special(*t); }))
                out.special += set.modules;
            else out.not_served += set.modules;
        }
        if (out.verdict != verdict::compatible) return;
        const std::uint64_t all = out.served + out.not_served + out.special + out.undecided;
        if (by_ptx != 0 && by_ptx != out.served)
            out.says.push_back(
                std::to_string(by_ptx) + " of " + std::to_string(all) +
                " fat binaries serve it by PTX alone, which the driver compiles at first start" +
                (ptx_driver.empty() ? "" : "; that takes driver " + ptx_driver));
        if (out.special != 0)
            out.says.push_back(std::to_string(out.special) + " of " + std::to_string(all) +
                               " fat binaries are for particular other GPUs (suffix a or f) alone");
        if (out.not_served + out.undecided != 0) {
            out.verdict = verdict::unknown;
            out.says.push_back(std::to_string(out.not_served + out.undecided) + " of " + std::to_string(all) +
                               " fat binaries have no code for it: whether it needs the kernels in them, the "
                               "file does not say");
        }
    }

    /// Counts them; returns the number again where it is PTX that serves.
    std::uint64_t served(const answer& a, std::uint64_t modules, gpu_answer& out,
                         std::string& ptx_driver) const {
        out.served += modules;
        gpu_answer one;
        take(a, one);
        if (one.by.empty() || !one.by.front().starts_with("compute_")) return 0;
        out.degraded = true;
        ptx_driver = one.driver;
        return modules;
    }

    // -- what is said -------------------------------------------------------------------------------------------

    void tell(const std::string& file, const device_code_report& r) {
        std::vector<gpu_answer> answers;
        for (const asked_gpu& a : asked_) {
            answers.push_back(judge(a, r));
            incompatible_ = incompatible_ || answers.back().verdict == verdict::incompatible;
            unknown_ = unknown_ || answers.back().verdict == verdict::unknown;
        }
        if (args_.format == output_format::json) tell_json(file, r, answers);
        else tell_text(file, r, answers);
    }

    static std::vector<std::string> names(const device_code_report& r, const code_set& set) {
        std::vector<std::string> out;
        for (const std::uint32_t i : set.targets)
            if (std::string name = to_string(r.targets[i]); out.empty() || out.back() != name)
                out.push_back(std::move(name));
        return out;
    }

    void put(std::string_view first, std::string_view indent, std::string_view text) {
        detail::put_wrapped(text_, first, indent, text, width_);
    }

    void tell_text(const std::string& file, const device_code_report& r,
                   const std::vector<gpu_answer>& answers) {
        if (!text_.empty()) text_ += "\n";
        text_ += escaped(file) + ": " + r.format + ", " +
                 (r.modules == 0        ? std::string("no device code")
                  : r.format == "cubin" ? std::string("device code")
                                        : counted(r.modules, "fat binary", "fat binaries")) +
                 "\n";
        if (!r.targets.empty()) {
            if (const std::vector<std::string> code = code_list(r.targets); !code.empty())
                put("  ", "         ", "code: [" + joined(code) + "]");
            text_ += "\n";
            std::vector<std::vector<std::string>> rows{
                {"  target", "PTX", "images", "fat binaries", "stored", "unpacked"}};
            for (const code_target& t : r.targets)
                rows.push_back({"  " + to_string(t) + (t.relocatable ? " *" : ""),
                                t.kind == device_code::ptx && t.ptx.empty() ? "?" : t.ptx,
                                std::to_string(t.images), std::to_string(t.modules), size_text(t.bytes),
                                size_text(t.unpacked)});
            text_ += aligned(rows);
            if (std::any_of(r.targets.begin(), r.targets.end(),
                            [](const code_target& t) { return t.relocatable; }))
                put("  ", "  ", "* relocatable (-rdc=true): input of a device linker");
            if (std::any_of(r.targets.begin(), r.targets.end(),
                            [](const code_target& t) { return t.kind == device_code::lto; }))
                put("  ", "  ", "lto: for a linker at run time (nvJitLink); no GPU runs it as it is");
        }
        if (r.sets.size() > 1) {
            text_ += "\n  fat binaries with the same targets\n";
            std::vector<const code_set*> order;
            for (const code_set& s : r.sets) order.push_back(&s);
            std::stable_sort(order.begin(), order.end(),
                             [](const code_set* a, const code_set* b) { return a->modules > b->modules; });
            constexpr std::size_t most = 10;
            for (std::size_t i = 0; i < order.size() && i < most; ++i) {
                const std::string list = joined(names(r, *order[i]));
                const bool sources = !list.empty() && r.targets[order[i]->targets[0]].relocatable;
                put("  - ", "    ",
                    std::to_string(order[i]->modules) + (sources ? " relocatable: " : ": ") +
                        (list.empty() ? "none" : list));
            }
            if (order.size() > most)
                text_ += "  - and " + std::to_string(order.size() - most) + " further sets (--format json)\n";
        }
        if (!r.unread.empty()) text_ += "\n  not read\n";
        for (const std::string& u : r.unread) put("  - ", "    ", u);
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const gpu_answer& a = answers[i];
            std::string head = "for " + title(i) + ": " + std::string(to_string(a.verdict));
            if (a.verdict == verdict::compatible && a.degraded) head += " (degraded)";
            if (!a.by.empty()) head += ", runs " + joined(a.by);
            if (!a.driver.empty()) head += ", driver " + a.driver;
            text_ += "\n";
            put("  ", "    ", head);
            for (const std::string& s : a.says) put("  - ", "    ", s);
        }
    }
    [[nodiscard]] std::string title(std::size_t i) const {
        const std::string& gpu = asked_[i].text;
        if (gpu.empty()) return "driver " + driver_;
        return gpu + (driver_.empty() ? "" : " with driver " + driver_);
    }

    void tell_json(const std::string& file, const device_code_report& r,
                   const std::vector<gpu_answer>& answers) {
        json_.open('{');
        json_.member("file", file);
        json_.member("format", r.format);
        json_.member("modules", r.modules);
        json_.member_list("code", code_list(r.targets));
        json_.key("targets");
        json_.open('[');
        constexpr std::string_view kinds[] = {"sass", "ptx", "lto"};
        for (const code_target& t : r.targets) {
            json_.open('{');
            json_.member("target", to_string(t));
            json_.member("kind", kinds[static_cast<std::size_t>(t.kind)]);
            json_.member("arch", std::uint64_t{t.arch});
            json_.member_or_null("suffix", t.suffix == '\0' ? std::string() : std::string(1, t.suffix));
            json_.member_or_null("ptx", t.ptx);
            json_.member("relocatable", t.relocatable);
            json_.member("images", t.images);
            json_.member("modules", t.modules);
            json_.member("bytes", t.bytes);
            json_.member("unpacked", t.unpacked);
            json_.close('}');
        }
        json_.close(']');
        json_.key("sets");
        json_.open('[');
        for (const code_set& s : r.sets) {
            json_.open('{');
            json_.member_list("targets", names(r, s));
            json_.member("relocatable", !s.targets.empty() && r.targets[s.targets[0]].relocatable);
            json_.member("modules", s.modules);
            json_.close('}');
        }
        json_.close(']');
        json_.member_list("unread", r.unread);
        json_.key("for");
        json_.open('[');
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const gpu_answer& a = answers[i];
            json_.open('{');
            json_.member_or_null("gpu", asked_[i].text);
            json_.member_or_null("driver", driver_);
            json_.member("verdict", to_string(a.verdict));
            json_.member("degraded", a.degraded);
            json_.member_list("by", a.by);
            json_.member_or_null("driver_range", a.driver);
            json_.member_list("says", a.says);
            json_.key("modules");
            json_.open('{');
            json_.member("served", a.served);
            json_.member("not_served", a.not_served);
            json_.member("special", a.special);
            json_.member("undecided", a.undecided);
            json_.close('}');
            json_.close('}');
        }
        json_.close(']');
        json_.close('}');
    }

    const inspect_args& args_;
    std::size_t width_;
    knowledge_base kb_;
    std::string driver_;
    std::vector<asked_gpu> asked_;
    std::set<std::string, std::less<>> known_;
    std::string text_;
    json_writer json_{2};
    int wrong_ = 0;
    bool any_ = false;
    bool incompatible_ = false;
    bool unknown_ = false;
};

} // namespace

int run_inspect(const inspect_args& args) { return inspector(args).run(); }

} // namespace cudacompat::cli
