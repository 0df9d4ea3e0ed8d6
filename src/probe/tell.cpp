// The report as text and as JSON.
#include <cudacompat/json_writer.hpp>
#include <cudacompat/probe.hpp>

#include <algorithm>

namespace cudacompat {

namespace {

/// Foreign texts may hold anything: control bytes would reach the terminal.
std::string shown(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        const std::size_t n = c < 0x80 ? std::size_t{1} : detail::utf8_sequence(text.substr(i));
        const bool control =
            c < 0x20 || c == 0x7f || (c == 0xc2 && n == 2 && static_cast<unsigned char>(text[i + 1]) < 0xa0);
        if (n == 0 || control) out += '?';
        else out += text.substr(i, n);
        i += std::max<std::size_t>(n, 1);
    }
    return out;
}

/// The numbers that are all called "the CUDA version", and what each is.
struct cuda_number {
    std::string_view what;
    std::string_view name;
    std::string_view means;
    bool each = false; ///< every one of them, with its path
};
constexpr cuda_number cuda_numbers[] = {
    {"driver", "driver", "release of the kernel driver: it bounds every CUDA below"},
    {"driver_user", "driver libraries", "release of libcuda: has to be the kernel driver's"},
    {"compat_package", "compat package", "CUDA of the libcuda that stands before the driver's own"},
    {"component.cuda-toolkit", "nvcc", "the toolkit that compiles; nothing that runs asks for it"},
    {"toolkit", "toolkit", "an installed toolkit", true},
    {"toolkit.runtime", "CUDA libraries", "libraries of a toolkit without nvcc", true},
    {"library.cudart", "libcudart file", "a copy of the CUDA runtime", true},
    {"component.cuda-runtime", "CUDA runtime", "libcudart in use; it needs a driver that is new enough"},
    {"bundled.cuda-runtime", "CUDA runtime", "the libcudart that came with torch"},
    {"torch.cuda", "torch", "the CUDA that torch was built for, and brings"},
    {"tensorflow.cuda_version", "tensorflow", "the CUDA that TensorFlow was built for"},
};

constexpr std::pair<std::string_view, std::string_view> sections[] = {
    {"platform", "system"},
    {"arch", "system"},
    {"distro", "system"},
    {"glibc", "system"},
    {"musl", "system"},
    {"l4t", "system"},
    {"container", "system"},
    {"gpu", "GPUs"},
    {"mig", "GPUs"},
    {"device", "device nodes"},
    {"driver", "driver"},
    {"driver_user", "driver"},
    {"kernel", "driver"},
    {"kernel_module", "driver"},
    {"libcuda", "driver"},
    {"nvml", "driver"},
    {"compat_package", "driver"},
    {"toolkit", "toolkits"},
    {"python", "Python"},
    {"component", "in use"},
    {"bundled", "in use"},
    {"elsewhere", "in other environments"},
    {"package", "further packages"},
    {"torch", "frameworks"},
    {"tensorflow", "frameworks"},
    {"library", "library files"},
    {"copy", ""},
};
constexpr std::string_view section_order[] = {
    "system",     "GPUs",          "device nodes",          "driver",          "toolkits", "Python", "in use",
    "frameworks", "library files", "in other environments", "further packages"};

std::string_view section_of(const observation& o) {
    const std::string_view head = std::string_view(o.what).substr(0, o.what.find('.'));
    for (const auto& [key, section] : sections)
        if (key == head) return section;
    return "system";
}

class text_writer {
public:
    explicit text_writer(std::size_t width) : width_(width) {}

    void line(std::string_view text) { out_ += std::string(text) + "\n"; }
    void title(std::string_view text) { out_ += (out_.empty() ? "" : "\n") + std::string(text) + "\n"; }
    /// A first part of fixed width, then words that wrap below themselves.
    void entry(const std::string& head, std::string_view rest) {
        const std::size_t indent = 4;
        std::string now = "  " + head;
        for (std::size_t at = 0; at < rest.size();) {
            const std::size_t end = std::min(rest.find(' ', at), rest.size());
            const std::string_view word = rest.substr(at, end - at);
            if (now.size() > indent && now.size() + 1 + word.size() > width_) {
                while (!now.empty() && now.back() == ' ') now.pop_back();
                line(now);
                now = std::string(indent, ' ') + std::string(word);
            } else {
                if (!now.empty() && now.back() != ' ') now += ' ';
                now += word;
            }
            at = end + 1;
        }
        while (!now.empty() && now.back() == ' ') now.pop_back();
        line(now);
    }
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    std::string out_;
    std::size_t width_;
};

std::string padded(std::string text, std::size_t to) {
    if (text.size() < to) text.resize(to, ' ');
    return text;
}

} // namespace

std::string to_text(const probe_report& report, std::size_t width) {
    text_writer out(std::max<std::size_t>(width, 40));
    out.title("the numbers that are called CUDA");
    bool any = false;
    for (const cuda_number& n : cuda_numbers)
        for (const observation& o : report.observations) {
            if (o.what != n.what) continue;
            any = true;
            out.entry(padded(std::string(n.name), 16) + "  " + padded(shown(o.value), 12),
                      std::string(n.means) + (n.each ? ": " + shown(o.path) : std::string{}));
            if (!n.each) break;
        }
    if (!any) out.line("  none: no driver, toolkit or framework was found");
    for (const std::string_view section : section_order) {
        bool titled = false;
        for (const observation& o : report.observations) {
            if (section_of(o) != section) continue;
            if (!titled) out.title(section);
            titled = true;
            const std::string about =
                "(" + std::string(observed_level_names[static_cast<std::size_t>(o.level)]) + ": " +
                shown(o.how) + (o.path.empty() ? "" : ", " + shown(o.path)) + ")";
            out.entry(shown(o.what) + "  " + shown(o.value), about);
        }
    }
    if (!report.problems.empty()) {
        out.title("what cannot work, or contradicts itself");
        for (const std::string& p : report.problems) out.entry("-", shown(p));
    }
    const auto blocked = [](const probe_attempt& a) { return a.outcome == look_outcome::blocked; };
    if (std::any_of(report.tried.begin(), report.tried.end(), blocked)) {
        out.title("could not look");
        for (const probe_attempt& a : report.tried)
            if (blocked(a)) out.entry("-", shown(a.path) + " (" + shown(a.what) + "): " + shown(a.why));
    }
    const auto absent = std::count_if(report.tried.begin(), report.tried.end(), [](const probe_attempt& a) {
        return a.outcome == look_outcome::absent;
    });
    out.title("read from files alone: nothing was executed or loaded");
    out.entry(std::to_string(report.tried.size()) + " places,",
              std::to_string(absent) + " of them not there; --format json lists them");
    return out.take();
}

std::string to_json(const probe_report& report, std::size_t indent) {
    json_writer out(indent);
    out.open('{');
    out.member("schema", std::uint64_t{1});
    out.member("foreign", report.foreign);
    out.member("complete", report.complete);
    out.key("observations");
    out.open('[');
    for (const observation& o : report.observations) {
        out.open('{');
        out.member("what", o.what);
        out.member("value", o.value);
        out.member("level", observed_level_names[static_cast<std::size_t>(o.level)]);
        out.member("how", o.how);
        out.member_or_null("path", o.path);
        out.close('}');
    }
    out.close(']');
    out.member_list("problems", report.problems);
    out.key("tried");
    out.open('[');
    for (const probe_attempt& a : report.tried) {
        out.open('{');
        out.member("what", a.what);
        out.member("path", a.path);
        out.member("outcome", look_outcome_names[static_cast<std::size_t>(a.outcome)]);
        out.member_or_null("why", a.why);
        out.close('}');
    }
    out.close(']');
    out.close('}');
    return out.take();
}

} // namespace cudacompat
