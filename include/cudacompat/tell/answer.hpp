// The answer: a solution or a conflict, with everything that has to be said about it.
//
// Plain values that share the solved problem; ranges and facts are computed when they are asked for.
#pragma once

#include <cudacompat/base/opaque.hpp>
#include <cudacompat/decide/policy.hpp>
#include <cudacompat/knowledge/tables.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

// Known by name alone here, which keeps this header light: their headers are for those who look behind an answer.
class bits;           // base/bits.hpp
struct term;          // decide/terms.hpp
struct query;         // decide/terms.hpp
struct question;      // decide/question.hpp
struct goal_found;    // decide/question.hpp
struct question_ref;  // tell/answer_body.hpp
class instance_table; // decide/instances.hpp
class knowledge_base; // knowledge/knowledge_base.hpp

/// One component of a solution.
class choice {
public:
    choice(std::string name, std::uint32_t component, std::uint32_t var, std::uint32_t domain);
    choice(const choice&);
    choice(choice&&) noexcept;
    choice& operator=(const choice&);
    choice& operator=(choice&&) noexcept;
    ~choice();

    /// "cuda-runtime", "gpu", "gpu#2", "cudnn@torch"
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The release; of an open line the newest known one that fits, or the least bound that works.
    [[nodiscard]] const std::string& version() const noexcept { return version_; }
    /// The build: "cu121"; empty where there is only one.
    [[nodiscard]] const std::string& variant() const noexcept { return variant_; }
    /// Where the build is found: "index", "pypi", "conda"; may be empty.
    [[nodiscard]] const std::string& channel() const noexcept { return channel_; }
    /// The component whose build carries this copy inside; empty for a shared one.
    [[nodiscard]] const std::string& inside() const noexcept { return inside_; }
    /// Offered beside the request, needed by nothing.
    [[nodiscard]] bool optional() const noexcept { return optional_; }
    /// What the bare installer command would take for this release.
    [[nodiscard]] bool installer_default() const noexcept { return installer_default_; }

    [[nodiscard]] std::uint32_t component() const noexcept { return component_; }
    [[nodiscard]] std::uint32_t var() const noexcept { return var_; }
    [[nodiscard]] std::uint32_t domain() const noexcept { return domain_; }

private:
    friend class solution;
    std::string name_, version_, variant_, channel_, inside_;
    bool optional_ = false;
    bool installer_default_ = false;
    std::uint32_t component_, var_, domain_;
};

class solution {
public:
    solution(question_ref asked, std::vector<std::uint32_t> values,
             const std::vector<std::uint32_t>& companions);
    solution(const solution&);
    solution(solution&&) noexcept;
    solution& operator=(const solution&);
    solution& operator=(solution&&) noexcept;
    ~solution();

    /// In order of decision: frameworks first, host last, then optional companions.
    [[nodiscard]] const std::vector<choice>& choices() const noexcept { return choices_; }
    [[nodiscard]] const choice* find(std::string_view name) const noexcept;
    /// Precondition: the component is part of the solution (find() tells).
    [[nodiscard]] const choice& at(std::string_view name) const noexcept;
    /// Every version of the component that some solution of the question takes: ">=450.80.02". Empty if it is not part.
    /// What the answer avoids (a compat package) stays away here too.
    [[nodiscard]] std::string range(std::string_view name) const { return range_of(name, false); }
    /// The versions that work together with the requested components as chosen here.
    [[nodiscard]] std::string range_with_choice(std::string_view name) const { return range_of(name, true); }
    /// Facts that speak for this component in this solution, by index; the deciding ones first.
    [[nodiscard]] std::vector<std::uint32_t> facts(std::string_view name) const;

    /// A host part or GPU that nobody spoke of: any that fits will do.
    [[nodiscard]] bool is_free(const choice& c) const noexcept;

    [[nodiscard]] const question& asked() const noexcept;
    /// By variable: the index in its domain.
    [[nodiscard]] const std::vector<std::uint32_t>& values() const noexcept { return values_; }
    [[nodiscard]] const knowledge_base& kb() const noexcept;
    [[nodiscard]] const instance_table& instances() const noexcept;

    /// The question with the requested components as chosen here.
    [[nodiscard]] query with_choice() const;
    [[nodiscard]] term only(std::uint32_t var, std::uint32_t domain) const;
    /// The values of a variable that work in a question about this world.
    [[nodiscard]] bits project(const query& q, std::uint32_t var) const;

private:
    void collect(const std::vector<std::uint32_t>& companions);
    void add(std::uint32_t var, std::uint32_t domain, bool optional);
    [[nodiscard]] std::string range_of(std::string_view name, bool chosen) const;
    [[nodiscard]] bits project_component(const query& q, const choice& c) const;

    opaque<question_ref> asked_;
    std::vector<std::uint32_t> values_;
    std::vector<choice> choices_;
};

/// Why there is none.
class conflict {
public:
    conflict(const conflict&);
    conflict(conflict&&) noexcept;
    conflict& operator=(const conflict&);
    conflict& operator=(conflict&&) noexcept;
    ~conflict();
    struct step {
        std::string text;
        std::vector<std::uint32_t> facts;
        std::vector<std::uint32_t> from = {}; ///< indices of the steps that it builds on
    };
    /// Names of the components in it, most blamed first.
    [[nodiscard]] const std::vector<std::string>& between() const noexcept { return between_; }
    /// From what is asked to the contradiction; each step says what it takes from the ones before.
    [[nodiscard]] const std::vector<step>& steps() const noexcept { return steps_; }
    /// Fact indices of the irreducible core.
    [[nodiscard]] const std::vector<std::uint32_t>& facts() const noexcept { return facts_; }
    [[nodiscard]] const knowledge_base& kb() const noexcept { return *kb_; }

private:
    friend class conflict_teller;
    explicit conflict(const knowledge_base& kb);
    std::vector<std::string> between_;
    std::vector<step> steps_;
    std::vector<std::uint32_t> facts_;
    opaque<knowledge_base> kb_;
};

/// One thing that check() has to say of a stack.
struct finding {
    std::string rule;                    ///< id of its kind, of the data's table of rules: "driver-floor"
    severity level = severity::blocks;   ///< how much it weighs
    std::vector<std::string> components; ///< the pair that clashes first, then what else has part in it
    std::string text;                    ///< one sentence
    std::vector<std::string> looks_like; ///< what people see when it happens
    std::vector<std::string> change;     ///< what can be done about all of its kind
    std::vector<std::uint32_t> facts;    ///< indices
    bool allowed = false;                ///< overridden by the options
};

/// A set of changes after which the question has the answer "compatible"; it was asked again.
struct way_out {
    struct change {
        std::string component;
        std::string from; ///< as it was stated
        std::string to;   ///< the version to take; of an open line the range that will do
        std::string variant;
        std::string example; ///< of a range: a release in it
    };
    std::string text;
    std::vector<change> changes;
    std::uint32_t cost = 0; ///< of the policy: smaller is less to change
    bool sure = true;       ///< otherwise only as far as is known: something else that is stated is unknown
};

/// What resolve() and check() return when they could run.
class answer {
public:
    answer(cudacompat::verdict v, question_ref asked);
    answer(const answer&);
    answer(answer&&) noexcept;
    answer& operator=(const answer&);
    answer& operator=(answer&&) noexcept;
    ~answer();

    [[nodiscard]] cudacompat::verdict verdict() const noexcept { return verdict_; }
    /// It runs, at a stated cost (see caveats()).
    [[nodiscard]] bool degraded() const noexcept { return degraded_; }
    /// The stack, of a compatible answer; of an unknown one the stack that would do if the missing facts are kind.
    [[nodiscard]] const cudacompat::solution* solution() const noexcept {
        return solution_ ? &*solution_ : nullptr;
    }
    /// Of an incompatible answer; of an unknown one that only kind guesses could save: what stands against it.
    [[nodiscard]] const cudacompat::conflict* conflict() const noexcept {
        return conflict_ ? &*conflict_ : nullptr;
    }
    [[nodiscard]] const std::vector<std::string>& caveats() const noexcept { return caveats_; }
    /// What check() found, root causes first; resolve() leaves it empty.
    [[nodiscard]] const std::vector<finding>& findings() const noexcept { return findings_; }
    /// Of an incompatible answer: changes that would make it compatible, cheapest first.
    [[nodiscard]] const std::vector<way_out>& ways_out() const noexcept { return ways_out_; }
    /// What would have to be known; empty unless the verdict is unknown or a part is.
    [[nodiscard]] const std::vector<std::string>& missing() const noexcept { return missing_; }
    /// All maximal solutions, best first, where they were asked for.
    [[nodiscard]] const std::vector<cudacompat::solution>& all() const noexcept { return all_; }
    /// How the question of resolve_options::goal came out; nullptr where none was put.
    [[nodiscard]] const goal_found* goal() const noexcept;
    [[nodiscard]] const question& asked() const noexcept;
    [[nodiscard]] const knowledge_base& kb() const noexcept;

private:
    friend class caveat_writer;
    friend class resolver;
    friend class judge;
    friend class halves_judge;
    cudacompat::verdict verdict_;
    bool degraded_ = false;
    opaque<question_ref> asked_;
    std::optional<cudacompat::solution> solution_;
    std::optional<cudacompat::conflict> conflict_;
    std::vector<std::string> caveats_;
    std::vector<finding> findings_;
    std::vector<way_out> ways_out_;
    std::vector<std::string> missing_;
    std::vector<cudacompat::solution> all_;
};

[[nodiscard]] constexpr std::string_view to_string(verdict v) noexcept {
    constexpr std::string_view names[] = {"compatible", "incompatible", "unknown"};
    return names[static_cast<std::size_t>(v)];
}

} // namespace cudacompat
