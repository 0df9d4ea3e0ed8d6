/* One question to one solver, measured. C, because libsolv's headers do not compile as C++20 and its peer
 * is a C file; each peer is one function in one file and sees nothing of the library or of other peers. */
#ifndef CUDACOMPAT_BENCH_PEER_H
#define CUDACOMPAT_BENCH_PEER_H

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
#define PEER_DOUBLE(number) static_cast<double>(number)
extern "C" {
#else
#define PEER_DOUBLE(number) ((double)(number))
#endif

/* versions p_first..p_last of p need q in q_first..q_last; both ends included; version 0 is the newest. */
struct peer_row {
    uint32_t p, p_first, p_last, q, q_first, q_last;
};
struct peer_pin {
    uint32_t package, version;
};
struct peer_problem {
    uint32_t packages;
    const uint32_t* versions; /* how many versions each package has */
    size_t rows;
    const struct peer_row* row;
    size_t pins;
    const struct peer_pin* pin;
};
/* build: from arrays in memory to a loaded problem. solve: one query to the newest of package 0.
 * explain: the whole list of facts or rules that the peer would print; -1 where it has none. */
struct peer_answer {
    int sat;
    uint32_t best; /* newest version of package 0 that some solution takes */
    double build_s, solve_s, explain_s;
    double heap_bytes; /* growth of the allocated heap, after solving */
    double lines;      /* of the explanation */
    double extra[4];   /* by peer; see row.hpp */
};
typedef void (*peer_run)(const struct peer_problem*, struct peer_answer*);

static inline double peer_cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return PEER_DOUBLE(t.tv_sec) + PEER_DOUBLE(t.tv_nsec) * 1e-9;
}
static inline double peer_heap(void) {
    struct mallinfo2 m = mallinfo2();
    return PEER_DOUBLE(m.uordblks) + PEER_DOUBLE(m.hblkhd);
}

void peer_cadical_run(const struct peer_problem*, struct peer_answer*);
void peer_libsolv_run(const struct peer_problem*, struct peer_answer*);
void peer_z3_run(const struct peer_problem*, struct peer_answer*);

#ifdef __cplusplus
}
#endif
#endif
