// A question, ready for the decision core: the query and the words of each of its conditions.
//
// What the query asks is kept with its words (`asked`), index by index as the core's reasons count, so that a
// conflict can say "you ask for torch 1.12" or "host.yaml:4: the stack has driver 535".
#pragma once

#include <cudacompat/decide/world_cache.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

/// Where a condition of the query comes from.
enum class asked_by : std::uint8_t {
    request,     ///< an item of the request
    observation, ///< a value of the stack
    rule,        ///< the rules of asking (no CPU build unless asked for, ...)
};

struct asked {
    asked_by by = asked_by::request;
    std::uint32_t component = frozen::none;
    std::string text;        ///< "torch 1.12", "driver 535 (host.yaml:4)"
    std::string called = {}; ///< what the user calls the component, where that is not its name: "musl"
    std::string rule = {};   ///< the rule of a condition that no fact makes: "container-start"
};

/// A component value that the question cannot be put with: nothing on the platform matches.
struct nothing_matches {
    std::uint32_t component = frozen::none;
    bool beyond_data = false; ///< newer than everything known: nobody can say
    bool elsewhere = false;   ///< published, but not for this platform
    std::string wanted;
    std::string known; ///< what there is instead
};

/// A variable of which an observation leaves several values open.
struct doubt {
    std::uint32_t var = 0;
    std::uint32_t said = 0; ///< index in `says`
};

/// How the question of an objective came out.
struct goal_found {
    std::uint32_t component = frozen::none;
    bool newest = false;
    bool found = false; ///< false: the request cannot be met with any version
    std::string
        version; ///< a release, or the end of an open line; empty where the line has no end on this side
    std::string bound; ///< of an open line: ">=580.65.06", "<590"; empty: none, or a list of releases
    std::vector<std::uint32_t> facts;   ///< irreducible: by these nothing lower (higher) will do
    bool unsure = false;                ///< going further may do: what would tell is not all on record
    std::string extra;                  ///< what could be added to go further (a compat package), and ...
    std::string with_extra;             ///< ... how far; both empty: nothing
    std::vector<std::string> set_aside; ///< what the stack states about the component, with its place
};

/// Something that makes a yes impossible, in words.
using gap = std::string;

/// How a question is asked.
struct asking {
    bool strict = true; ///< what nobody recorded counts against; otherwise it counts for
    bool judge = false; ///< all that the stack states is there and stays; otherwise packages may change
    /// Libraries that installers only ask to be there, at any version.
    enum class pins : std::uint8_t { hold, loose_if_stated, loose } pin = pins::hold;
    bool idle_build = false;            ///< nothing is compiled
    std::vector<std::uint32_t> without; ///< facts that are set aside, ascending
    std::uint32_t program = 0;          ///< which of the programs that only the stack knows is judged
};

struct question {
    std::shared_ptr<const world> here;
    query ask;
    std::vector<asked> says;           ///< by reason index: restrictions, then clauses
    std::vector<std::uint32_t> wanted; ///< components that the request names, in order
    std::vector<std::pair<std::uint32_t, std::string>>
        narrowed;                          ///< open lines: the spec asked for, by variable
    std::vector<std::string> device_names; ///< by slot; empty: no GPU was named
    std::vector<doubt> doubts;
    std::vector<nothing_matches> impossible;
    std::vector<gap> gaps;
    std::optional<goal_found> goal;
    std::string platform;
    bool platform_assumed = true;
    std::vector<std::uint32_t> described; ///< variables of builds that the stack itself describes
    std::uint32_t programs = 0;           ///< programs that only the stack knows
    std::vector<std::string>
        set_aside;          ///< components of which the stack speaks and the request wishes otherwise
    bool no_device = false; ///< the stack says that there is no GPU
};

} // namespace cudacompat
