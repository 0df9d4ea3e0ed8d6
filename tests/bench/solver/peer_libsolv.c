/* libsolv, as a package manager would use it: one solvable a version, one rich dependency
 * "(q >= low with q <= high)" a requirement (two separate requires are slower in the reference tables),
 * pins first, then package 0. Its first decision is package 0's best candidate, so that candidate is the
 * optimum. Rule creation is part of solving: its API does it there. */
#include "peer.h"

#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/solver.h>

#include <stdio.h>
#include <stdlib.h>

void peer_libsolv_run(const struct peer_problem* in, struct peer_answer* out) {
    const double heap = peer_heap(), start = peer_cpu_s();
    Pool* pool = pool_create();
    pool_setdisttype(pool, DISTTYPE_RPM); /* Debian's build has another default and knows no "noarch" */
    Repo* repo = repo_create(pool, "bench");
    const Id noarch = pool_str2id(pool, "noarch", 1);
    pool_setarch(pool, "x86_64");
    char text[32];

    Id* name = malloc(in->packages * sizeof(Id));
    Id* first = malloc(in->packages * sizeof(Id)); /* solvable of version 0; the next ones follow */
    uint32_t most = 0;
    for (uint32_t p = 0; p < in->packages; ++p)
        if (in->versions[p] > most) most = in->versions[p];
    Id* evr = malloc(most * sizeof(Id)); /* the newest has the largest number */
    for (uint32_t v = 0; v < most; ++v) {
        snprintf(text, sizeof text, "%u", most - v);
        evr[v] = pool_str2id(pool, text, 1);
    }
    for (uint32_t p = 0; p < in->packages; ++p) {
        snprintf(text, sizeof text, "p%u", p);
        name[p] = pool_str2id(pool, text, 1);
        first[p] = repo_add_solvable_block(repo, (int)in->versions[p]);
        for (uint32_t v = 0; v < in->versions[p]; ++v) {
            Solvable* s = pool_id2solvable(pool, first[p] + (Id)v);
            s->name = name[p];
            s->evr = evr[v];
            s->arch = noarch;
            s->provides = repo_addid_dep(repo, s->provides, pool_rel2id(pool, s->name, s->evr, REL_EQ, 1), 0);
        }
    }
    for (size_t i = 0; i < in->rows; ++i) {
        const struct peer_row* r = &in->row[i];
        Id need;
        if (r->q_first == r->q_last) {
            need = pool_rel2id(pool, name[r->q], evr[r->q_first], REL_EQ, 1);
        } else {
            const Id low = pool_rel2id(pool, name[r->q], evr[r->q_last], REL_GT | REL_EQ, 1);
            const Id high = pool_rel2id(pool, name[r->q], evr[r->q_first], REL_LT | REL_EQ, 1);
            need = r->q_first == 0 ? low : pool_rel2id(pool, low, high, REL_WITH, 1);
        }
        for (uint32_t v = r->p_first; v <= r->p_last; ++v) {
            Solvable* s = pool_id2solvable(pool, first[r->p] + (Id)v);
            s->requires = repo_addid_dep(repo, s->requires, need, 0);
        }
    }
    repo_internalize(repo);
    pool_createwhatprovides(pool);
    const double built = peer_cpu_s();

    Queue job;
    queue_init(&job);
    for (size_t i = 0; i < in->pins; ++i) {
        const struct peer_pin* pin = &in->pin[i];
        queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, first[pin->package] + (Id)pin->version);
    }
    queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE_NAME, name[0]);
    Solver* solver = solver_create(pool);
    solver_set_flag(solver, SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
    const int problems = solver_solve(solver, &job);
    const double solved = peer_cpu_s();

    out->sat = problems == 0;
    out->best = in->versions[0];
    out->heap_bytes = peer_heap() - heap;
    out->explain_s = -1;
    out->lines = -1;
    if (problems == 0) {
        for (uint32_t v = 0; v < in->versions[0]; ++v)
            if (solver_get_decisionlevel(solver, first[0] + (Id)v) > 0) out->best = v;
    } else {
        Queue rules;
        queue_init(&rules);
        double lines = 0;
        for (Id p = 1; p <= problems; ++p) {
            queue_empty(&rules);
            solver_findallproblemrules(solver, p, &rules);
            for (int i = 0; i < rules.count; ++i) {
                const Id rule = rules.elements[i];
                Id source = 0, target = 0, dep = 0;
                const SolverRuleinfo type = solver_ruleinfo(solver, rule, &source, &target, &dep);
                const char* line = solver_problemruleinfo2str(solver, type, source, target, dep);
                if (line != NULL && line[0] != '\0') lines += 1;
            }
        }
        queue_free(&rules);
        out->explain_s = peer_cpu_s() - solved;
        out->lines = lines;
    }
    out->build_s = built - start;
    out->solve_s = solved - built;
    solver_free(solver);
    queue_free(&job);
    pool_free(pool);
    free(name);
    free(first);
    free(evr);
}
