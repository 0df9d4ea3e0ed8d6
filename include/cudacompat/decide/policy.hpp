// What is preferred among valid answers, and under which conditions the question is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cudacompat {

enum class policy : std::uint8_t {
    newest,    ///< newest releases first, in the order of the request
    installed, ///< change as little as possible of what the stack states
    verified,  ///< as newest, without releases of which a weak fact speaks (one third party, unverified)
};

/// A question before all others: the least or the newest version of one component with which the request can be met.
/// What a stack states about that component is set aside.
struct objective {
    std::string component; ///< a name or an alias; empty: no such question
    bool newest = false;
};

struct resolve_options {
    policy prefer = policy::newest;
    std::string as_of;              ///< judge by what was published by this date, YYYY-MM-DD; empty: all
    std::size_t all_limit = 0;      ///< enumerate this many maximal solutions; 0: only the best
    std::vector<std::string> allow; ///< rules whose facts are set aside, by id; the answer says so
    objective goal;
};

/// The three answers, and never a guess between them.
enum class verdict : std::uint8_t { compatible, incompatible, unknown };

} // namespace cudacompat
