// The decision core as one of the measured solvers, and the figures that no peer has.
#pragma once

#include "peer.h"

namespace bench {

class tables;

/// What ours_run leaves in peer_answer::extra.
enum ours_extra : unsigned char {
    ours_first_only, ///< seconds: newest version of package 0, nothing else decided by preference
    ours_full,       ///< seconds: optimum over all packages, or the conflict with its derivation
    ours_again,      ///< seconds: the same by a solver object that has answered it before
    ours_bytes,      ///< problem::memory_bytes()
};

/// solve_s is the full optimum (more than what any peer is asked for), or the verdict when refuted.
void ours_run(const peer_problem* in, peer_answer* out);

/// Loading, matrices, lock-step, near conflicts: registers them and puts their figures into the tables.
void register_own(bool quick, tables& out);

} // namespace bench
