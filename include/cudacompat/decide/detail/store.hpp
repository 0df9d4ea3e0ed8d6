// The saved form of a problem: a header, the counts, then the original layer as flat little-endian arrays.
//
// Only what the builder decided is stored; tables are derived again on loading, so that there is nothing
// in the bytes whose agreement with the rest would have to be trusted.
#pragma once

#include <cudacompat/decide/detail/data.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace cudacompat::detail {

static_assert(std::endian::native == std::endian::little, "the saved form is written as the machine has it");
static_assert(sizeof(row) == 12 && sizeof(row_group) == 24 && sizeof(set_ref) == 8 &&
              sizeof(clause_term) == 8 && sizeof(clause_range) == 12 && sizeof(unary_fact) == 12);

/// "CCDP", the version of the format, the counts of the nine arrays.
using store_header = std::array<std::uint32_t, 12>;
inline constexpr std::uint32_t store_magic = 0x50444343U;
inline constexpr std::uint32_t store_version = 1;

template <class Data, class F>
void each_array(Data& d, F&& see) {
    see(d.set_words);
    see(d.size);
    see(d.rows);
    see(d.groups);
    see(d.sets);
    see(d.clauses);
    see(d.clause_terms);
    see(d.unary);
    see(d.contradictions);
}

[[nodiscard]] inline std::vector<std::byte> save(const problem_data& d) {
    store_header header{store_magic, store_version};
    std::size_t bytes = sizeof header;
    std::size_t i = 2;
    each_array(d, [&](const auto& v) {
        header[i++] = static_cast<std::uint32_t>(v.size());
        bytes += v.size() * sizeof(v[0]);
    });
    std::vector<std::byte> out(bytes);
    std::memcpy(out.data(), header.data(), sizeof header);
    std::size_t at = sizeof header;
    each_array(d, [&](const auto& v) {
        if (!v.empty()) std::memcpy(out.data() + at, v.data(), v.size() * sizeof(v[0]));
        at += v.size() * sizeof(v[0]);
    });
    return out;
}

[[nodiscard]] inline const char* check_sets(const problem_data& d, std::uint32_t max_values) {
    std::uint64_t at = 0;
    for (const set_ref& s : d.sets) {
        if (s.size == 0 || s.size > max_values || s.at != at) return "bad set";
        at += bits::words_for(s.size);
        if (at > d.set_words.size()) return "set past its words";
        if ((d.set_words[at - 1] & ~below(s.size - (bits::words_for(s.size) - 1) * word_bits)) != 0)
            return "set with members past its size";
    }
    return at == d.set_words.size() ? nullptr : "words without a set";
}

/// Also recomputes one_cause, which is derived.
[[nodiscard]] inline const char* check_group(problem_data& d, row_group& g) {
    if (g.p >= d.size.size() || g.q >= d.size.size() || g.p == g.q) return "row of unknown variables";
    if (g.sets > 1) return "bad group";
    const std::uint32_t np = d.size[g.p];
    const std::uint32_t nq = d.size[g.q];
    bool one = true;
    bool good = true;
    const row* r = d.rows.data() + g.first;
    const row* end = d.rows.data() + g.last;
    if (g.sets == 0) {
        for (const row* i = r; i != end; ++i)
            good = good && (i->q_first < i->q_last || (i->q_first | i->q_last) == 0) && i->q_last <= nq;
    } else {
        for (const row* i = r; i != end; ++i)
            good = good && i->set() < d.sets.size() && d.sets[i->set()].size == nq;
    }
    if (!good) return "bad consequence";
    for (const row* i = r; i != end; ++i) {
        good = good && i->p_first < i->p_last && i->p_last <= np;
        one = one && i->cause == r->cause;
        if (i != r) good = good && (i[-1].p_first < i->p_first || i[-1] < *i);
    }
    g.one_cause = one ? 1 : 0;
    return good ? nullptr : "bad premise";
}

[[nodiscard]] inline const char* check_all(problem_data& d, std::uint32_t max_values) {
    std::uint64_t values = 0;
    for (const std::uint32_t s : d.size) {
        if (s == 0 || s > max_values) return "bad size of a variable";
        values += s;
    }
    if (values > (1U << 26U) || d.size.size() > (1U << 26U) || d.groups.size() > (1U << 26U))
        return "too large";
    if (const char* wrong = check_sets(d, max_values)) return wrong;
    std::uint32_t at = 0;
    const row_group* before = nullptr;
    for (row_group& g : d.groups) {
        if (g.first != at || g.last <= g.first || g.last > d.rows.size()) return "rows out of place";
        at = g.last;
        if (before != nullptr && std::pair{before->p, before->q} >= std::pair{g.p, g.q})
            return "groups out of order";
        if (const char* wrong = check_group(d, g)) return wrong;
        before = &g;
    }
    if (at != d.rows.size()) return "rows without a group";
    const auto fits = [&](var_id v, std::uint32_t set) {
        return v < d.size.size() && set < d.sets.size() && d.sets[set].size == d.size[v];
    };
    at = 0;
    for (const clause_range& c : d.clauses) {
        if (c.first != at || c.last < c.first || c.last - c.first < 3 || c.last > d.clause_terms.size())
            return "clause out of place";
        at = c.last;
        for (std::uint32_t i = c.first; i < c.last; ++i) {
            const clause_term& t = d.clause_terms[i];
            if (!fits(t.var, t.set)) return "bad term";
            if (is_empty(d.set(t.set), bits::words_for(d.size[t.var]))) return "term that never holds";
            if (i != c.first && d.clause_terms[i - 1].var >= t.var) return "terms out of order";
        }
    }
    if (at != d.clause_terms.size()) return "terms without a clause";
    for (std::size_t i = 0; i < d.unary.size(); ++i) {
        if (!fits(d.unary[i].var, d.unary[i].set)) return "bad condition on one variable";
        if (i != 0 && !(d.unary[i - 1] < d.unary[i])) return "conditions out of order";
    }
    for (std::size_t i = 1; i < d.contradictions.size(); ++i)
        if (d.contradictions[i - 1] >= d.contradictions[i]) return "contradictions out of order";
    return nullptr;
}

/// Fills the original layer of `d`; returns what is wrong with the bytes, or null.
[[nodiscard]] inline const char* load(std::span<const std::byte> bytes, std::uint32_t max_values,
                                      problem_data& d) {
    store_header header{};
    if (bytes.size() < sizeof header) return "shorter than its header";
    std::memcpy(header.data(), bytes.data(), sizeof header);
    if (header[0] != store_magic) return "not a compiled problem";
    if (header[1] != store_version) return "another version of the format";
    if (header[11] != 0) return "bad header";
    std::uint64_t expected = sizeof header;
    std::size_t i = 2;
    each_array(d, [&](const auto& v) { expected += std::uint64_t{header[i++]} * sizeof(v[0]); });
    if (expected != bytes.size()) return "wrong length";
    std::size_t at = sizeof header;
    i = 2;
    each_array(d, [&](auto& v) {
        using element = std::remove_cvref_t<decltype(v[0])>;
        static_assert(std::is_trivially_copyable_v<element>);
        const std::size_t n = header[i++];
        v.resize(n);
        if (n != 0) std::memcpy(static_cast<void*>(v.data()), bytes.data() + at, n * sizeof(element));
        at += n * sizeof(element);
    });
    return check_all(d, max_values);
}

} // namespace cudacompat::detail
