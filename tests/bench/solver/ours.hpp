// The decision core as one of the measured solvers, and the figures that no peer has.
#pragma once

#include "peer.h"

namespace bench {

class tables;

/// What ours_run and ours_run_all leave in peer_answer::extra.
enum ours_extra : unsigned char {
    ours_conflict, ///< seconds: verdict, irreducible conflict and derivation; refuted queries only
    ours_again,    ///< seconds: conflict or optimum by a solver object that has given it before
    ours_bytes,    ///< problem::memory_bytes()
};

/// What the peers are asked: the newest of package 0, or the refutation (with its explanation).
void ours_run(const peer_problem* in, peer_answer* out);
/// What no peer is asked: the lexicographic optimum over all packages.
void ours_run_all(const peer_problem* in, peer_answer* out);

/// Loading, matrices, lock-step, near conflicts: registers them and puts their figures into the tables.
void register_own(bool quick, tables& out);

} // namespace bench
