// glibc or musl, and the kind of machine, by the bytes of the loader and of libc. Neither is executed.
#include "scene.hpp"

namespace cudacompat::probe_impl {

namespace {

constexpr std::size_t most_libc_bytes = std::size_t{16} << 20U;

/// "... stable release version 2.36." after "GNU C Library".
std::string glibc_of(std::string_view bytes) {
    const std::size_t at = bytes.find("GNU C Library");
    if (at == std::string_view::npos) return {};
    const std::string_view banner = bytes.substr(at, 200);
    const std::size_t word = banner.find("release version ");
    if (word == std::string_view::npos) return {};
    return std::string(leading_version(banner.substr(word + 16)));
}

/// musl keeps its version as a string of its own: the only one of the form 1.N.N, or 0.N.N.
std::string musl_of(std::string_view bytes) {
    if (bytes.find("musl libc") == std::string_view::npos) return {};
    std::string out;
    for (std::size_t at = bytes.find('\0'); at != std::string_view::npos && at + 1 < bytes.size();
         at = bytes.find('\0', at + 1)) {
        const std::string_view version = leading_version(bytes.substr(at + 1, 40));
        if ((!version.starts_with("1.") && !version.starts_with("0.")) || version.size() > 8 ||
            version.find('.') == version.rfind('.'))
            continue;
        const std::size_t end = at + 1 + version.size();
        if (end >= bytes.size() || (bytes[end] != '\0' && bytes[end] != '-')) continue;
        if (!out.empty() && out != version) return {}; // two of them: none is sure
        out = version;
    }
    return out;
}

/// The version of musl in Alpine's list of packages.
std::string musl_of_apk(std::string_view text) {
    const std::size_t at = text.find("\nP:musl\n");
    if (at == std::string_view::npos) return {};
    const std::size_t version = text.find("\nV:", at);
    return version == std::string_view::npos || version > text.find("\n\n", at)
               ? std::string{}
               : std::string(leading_version(text.substr(version + 3)));
}

void arch(scene& s, const std::string& path, const file_text& head) {
    if (s.seen("arch").has_value()) return;
    if (const std::string_view machine = elf_machine(head.text); !machine.empty())
        s.see("arch", std::string(machine), "ELF header", path);
}

void run(scene& s) {
    for (const char* path : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib64/ld64.so.2",
                             "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"}) {
        const bool musl = std::string_view(path).find("musl") != std::string_view::npos;
        const file_text got = s.files().read(path, musl ? most_libc_bytes : 64);
        s.tried("libc", path, got.outcome, got.why);
        if (got.outcome != look_outcome::found) continue;
        arch(s, path, got);
        if (!musl) continue;
        if (const std::string version = musl_of(got.text); !version.empty()) {
            s.see("musl", version, "the text in musl's own file", path);
        } else if (const auto apk = s.read("libc", "/lib/apk/db/installed", std::size_t{4} << 20U)) {
            if (const std::string listed = musl_of_apk("\n" + *apk); !listed.empty())
                s.see("musl", listed, "the package list", "/lib/apk/db/installed", observed_level::declared);
        }
        if (!s.seen("musl").has_value()) s.see("musl.loader", "there", "the loader of musl", path);
    }
    for (const char* folder : {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
                               "/usr/lib/aarch64-linux-gnu", "/lib/powerpc64le-linux-gnu", "/lib64",
                               "/usr/lib64", "/lib", "/usr/lib"}) {
        const std::string path = std::string(folder) + "/libc.so.6";
        const file_text got = s.files().read(path, most_libc_bytes);
        s.tried("libc", path, got.outcome, got.why);
        if (got.outcome != look_outcome::found) continue;
        arch(s, path, got);
        const std::string version = glibc_of(got.text);
        if (version.empty()) continue;
        // gcompat and the like bring a second libc; the system's own is the one whose loader is musl's.
        s.see(s.seen("musl").has_value() ? "glibc.beside" : "glibc", version, "the text in libc's own file",
              path);
        return;
    }
}

} // namespace

const detector detect_libc{"libc", run};

} // namespace cudacompat::probe_impl
