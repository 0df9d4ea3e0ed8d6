// One case, one solver, in a process of its own: repeated runs, medians, a cap on time and memory.
//
// The child writes each finished run to a pipe, so that a solver that is killed half-way leaves what it
// has; its heap starts clean, and nothing that it does to memory reaches the next one. The cap counts CPU
// time, as the figures do: on a busy machine a wall clock would stop whoever runs at the wrong moment.
#pragma once

#include "peer.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace bench {

struct limits {
    int runs = 20;             ///< after the first, which is dropped
    double cpu_s = 5;          ///< no new run is started past this
    double cap_s = 60;         ///< CPU time; then the child is killed
    double wall_factor = 20;   ///< a child that does not even run is killed after this many caps
    size_t bytes = 6UL << 30U; ///< address space
};

struct measured {
    int runs = 0; ///< behind the medians; 0: nothing finished
    bool capped = false;
    bool consistent = true;    ///< all runs gave one verdict and one optimum
    double at_least_s = 0;     ///< capped before its first answer: what build + solve took at least
    double at_least_bytes = 0; ///< and how far its memory had grown by then
    peer_answer median{};      ///< of the runs; sat and best are those of all
};

inline double wall_s() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// Resident memory of its own, in bytes: what can be seen of a heap from outside.
inline double resident(pid_t process) {
    char line[256];
    std::snprintf(line, sizeof line, "/proc/%d/status", static_cast<int>(process));
    double kilobytes = 0;
    if (std::FILE* const status = std::fopen(line, "r")) {
        while (std::fgets(line, sizeof line, status) != nullptr)
            if (std::strncmp(line, "RssAnon:", 8) == 0) kilobytes = std::strtod(line + 8, nullptr);
        std::fclose(status);
    }
    return kilobytes * 1024;
}

template <class Get>
double median_of(std::vector<peer_answer>& runs, Get get) {
    std::vector<double> all;
    for (const peer_answer& a : runs) all.push_back(get(a));
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
    return all[all.size() / 2];
}

inline measured measure(peer_run run, const peer_problem& problem, const limits& lim) {
    int ends[2];
    if (pipe(ends) != 0) return {};
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        const rlimit memory{lim.bytes, lim.bytes};
        setrlimit(RLIMIT_AS, &memory);
        const double start = peer_cpu_s();
        for (int i = 0; i <= lim.runs && (i == 0 || peer_cpu_s() - start < lim.cpu_s); ++i) {
            peer_answer a{};
            run(&problem, &a);
            if (write(ends[1], &a, sizeof a) != static_cast<ssize_t>(sizeof a)) break;
        }
        _exit(0);
    }
    close(ends[1]);
    measured out;
    std::vector<peer_answer> runs;
    const double until = wall_s() + lim.cap_s * lim.wall_factor;
    clockid_t used{};
    if (child <= 0 || clock_getcpuclockid(child, &used) != 0) return out;
    for (;;) {
        pollfd ready{ends[0], POLLIN, 0};
        if (poll(&ready, 1, 200) == 0) {
            // Asked from outside: RLIMIT_CPU would make the child's own clock advance in whole ticks.
            timespec t{};
            const bool spent = clock_gettime(used, &t) == 0 && static_cast<double>(t.tv_sec) >= lim.cap_s;
            if (!spent && wall_s() < until) continue;
            if (runs.empty()) out.at_least_bytes = resident(child) - resident(getpid());
            kill(child, SIGKILL);
            out.capped = true;
            if (spent && runs.empty()) out.at_least_s = lim.cap_s;
            break;
        }
        peer_answer a;
        const ssize_t got = read(ends[0], &a, sizeof a); // a write this small is never split
        if (got != static_cast<ssize_t>(sizeof a)) break;
        runs.push_back(a);
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status)) out.capped = true; // also when its memory ran out
    if (runs.empty()) return out;
    for (const peer_answer& a : runs)
        if (a.sat != runs[0].sat || a.best != runs[0].best) out.consistent = false;
    if (runs.size() > 1) runs.erase(runs.begin());
    out.runs = static_cast<int>(runs.size());
    out.median = runs[0];
    out.median.build_s = median_of(runs, [](const peer_answer& a) { return a.build_s; });
    out.median.solve_s = median_of(runs, [](const peer_answer& a) { return a.solve_s; });
    out.median.explain_s = median_of(runs, [](const peer_answer& a) { return a.explain_s; });
    out.median.heap_bytes = median_of(runs, [](const peer_answer& a) { return a.heap_bytes; });
    for (size_t i = 0; i < std::size(out.median.extra); ++i)
        out.median.extra[i] = median_of(runs, [i](const peer_answer& a) { return a.extra[i]; });
    return out;
}

} // namespace bench
