// Laws of version sets, specs and parsers on random cases of every scheme (PubGrub's list, and ours).
#include "generators.hpp"

#include <cudacompat/version/partition.hpp>
#include <support/scale.hpp>

using namespace version_tests;

namespace {

const int cases_per_scheme = static_cast<int>(test_support::scaled(20000));

/// A set built by constructors and operations, and the same as a predicate over the plain order of versions.
struct expression {
    enum class kind {
        at_least,
        above,
        at_most,
        below,
        exactly,
        all,
        none,
        unite,
        intersect,
        subtract,
        complement
    };
    kind what = kind::none;
    version at;
    std::vector<expression> of;

    [[nodiscard]] bool holds(const version& v) const {
        switch (what) {
        case kind::at_least: return v >= at;
        case kind::above: return v > at;
        case kind::at_most: return v <= at;
        case kind::below: return v < at;
        case kind::exactly: return v == at;
        case kind::all: return true;
        case kind::none: return false;
        case kind::unite: return of[0].holds(v) || of[1].holds(v);
        case kind::intersect: return of[0].holds(v) && of[1].holds(v);
        case kind::subtract: return of[0].holds(v) && !of[1].holds(v);
        case kind::complement: return !of[0].holds(v);
        }
        return false;
    }
    [[nodiscard]] version_set set(version_scheme s) const {
        switch (what) {
        case kind::at_least: return version_set::at_least(at);
        case kind::above: return version_set::above(at);
        case kind::at_most: return version_set::at_most(at);
        case kind::below: return version_set::below(at);
        case kind::exactly: return version_set::exactly(at);
        case kind::all: return version_set::all(s);
        case kind::none: return version_set::none(s);
        case kind::unite: return of[0].set(s) | of[1].set(s);
        case kind::intersect: return of[0].set(s) & of[1].set(s);
        case kind::subtract: return of[0].set(s) - of[1].set(s);
        case kind::complement: return of[0].set(s).complement();
        }
        return version_set::none(s);
    }
};

expression random_expression(version_scheme s, random_source& r, int depth) {
    using kind = expression::kind;
    expression e;
    if (depth > 0 && r.chance(65)) {
        e.what = static_cast<kind>(static_cast<int>(kind::unite) + static_cast<int>(r.below(4)));
        e.of.push_back(random_expression(s, r, depth - 1));
        if (e.what != kind::complement) e.of.push_back(random_expression(s, r, depth - 1));
        return e;
    }
    e.what = static_cast<kind>(r.below(r.chance(20) ? 7 : 5));
    e.at = must_parse(s, version_text(s, r));
    return e;
}

/// Strictly ascending cuts: the form that makes equality of sets equality of bytes.
void check_canonical(const version_set& s) {
    const auto cuts = s.boundaries();
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        REQUIRE(cuts[i].scheme() == s.scheme());
        if (i != 0) REQUIRE(cuts[i - 1] < cuts[i]);
    }
}

std::vector<version> pool_of(version_scheme s, random_source& r, std::size_t n) {
    std::vector<version> pool;
    for (std::size_t i = 0; i < n; ++i) pool.push_back(must_parse(s, version_text(s, r)));
    return pool;
}

} // namespace

TEST_CASE("set laws: algebra") {
    for (const version_scheme s : all_schemes) {
        random_source r(10 + static_cast<unsigned>(s));
        const version_set all = version_set::all(s);
        const version_set none = version_set::none(s);
        CHECK(all.complement() == none);
        CHECK(none.complement() == all);
        for (int i = 0; i < cases_per_scheme; ++i) {
            const version_set a = random_expression(s, r, 3).set(s);
            const version_set b = random_expression(s, r, 3).set(s);
            const version_set c = random_expression(s, r, 2).set(s);
            CAPTURE(to_string(a));
            CAPTURE(to_string(b));
            CAPTURE(to_string(c));
            check_canonical(a);
            check_canonical(a | b);
            REQUIRE(a.complement().complement() == a);
            REQUIRE((a | b).complement() == (a.complement() & b.complement()));
            REQUIRE((a & b).complement() == (a.complement() | b.complement()));
            REQUIRE((a & (b | c)) == ((a & b) | (a & c)));
            REQUIRE((a | (b & c)) == ((a | b) & (a | c)));
            REQUIRE((a | (a & b)) == a);
            REQUIRE((a & (a | b)) == a);
            REQUIRE((a | b) == (b | a));
            REQUIRE(((a & b) & c) == (a & (b & c)));
            REQUIRE((a - b) == (a & b.complement()));
            REQUIRE((a | a.complement()) == all);
            REQUIRE((a & a.complement()).empty());
            REQUIRE((a | none) == a);
            REQUIRE((a & all) == a);
            REQUIRE(a.is_subset_of(b) == (a - b).empty());
            REQUIRE(a.intersects(b) == !(a & b).empty());
            // equal sets <=> equal bytes
            REQUIRE(((a - b).empty() && (b - a).empty()) == (a == b));
        }
    }
}

TEST_CASE("set laws: membership is the predicate the set was built from") {
    for (const version_scheme s : all_schemes) {
        random_source r(20 + static_cast<unsigned>(s));
        const auto pool = pool_of(s, r, 150);
        for (int i = 0; i < cases_per_scheme; ++i) {
            const expression e = random_expression(s, r, 3);
            const version_set set = e.set(s);
            CAPTURE(to_string(set));
            for (int k = 0; k < 12; ++k) {
                const version& v = pool[r.below(pool.size())];
                CAPTURE(v.text());
                REQUIRE(set.contains(v) == e.holds(v));
            }
        }
    }
}

TEST_CASE("set laws: partition cells are disjoint, cover the line and refine every set") {
    for (const version_scheme s : all_schemes) {
        random_source r(30 + static_cast<unsigned>(s));
        const auto pool = pool_of(s, r, 60);
        for (int i = 0; i < cases_per_scheme / 4; ++i) {
            std::vector<version_set> sets;
            for (std::size_t n = r.below(6); n > 0; --n) {
                if (r.chance(50)) sets.push_back(random_expression(s, r, 2).set(s));
                else sets.push_back(must_spec(s, spec_text(s, r)).set());
            }
            const auto cells = partition(s, sets);
            version_set covered = version_set::none(s);
            for (const version_set& cell : cells) {
                REQUIRE_FALSE(cell.empty());
                REQUIRE(cell.interval_count() == 1);
                if (const auto first = first_version(cell.interval(0))) {
                    REQUIRE(cell.contains(*first));
                    REQUIRE_FALSE(cell.intersects(version_set::below(*first)));
                }
                REQUIRE_FALSE(cell.intersects(covered));
                covered |= cell;
                for (const version_set& x : sets) REQUIRE((cell.is_subset_of(x) || !cell.intersects(x)));
            }
            REQUIRE(covered == version_set::all(s));
            for (std::size_t k = 1; k < cells.size();
                 ++k) { // coarsest: a set tells each two neighbours apart
                bool apart = false;
                for (const version_set& x : sets)
                    apart = apart || cells[k - 1].is_subset_of(x) != cells[k].is_subset_of(x);
                REQUIRE(apart);
            }
            const version& v = pool[r.below(pool.size())];
            int in = 0;
            for (const version_set& cell : cells) in += cell.contains(v) ? 1 : 0;
            REQUIRE(in == 1);
        }
    }
}

TEST_CASE("spec laws: a printed spec reads back as the same spec, and so does its set") {
    for (const version_scheme s : all_schemes) {
        random_source r(40 + static_cast<unsigned>(s));
        const auto pool = pool_of(s, r, 150);
        for (int i = 0; i < cases_per_scheme; ++i) {
            const std::string text = spec_text(s, r);
            CAPTURE(text);
            const version_spec spec = must_spec(s, text);
            REQUIRE(spec.text() == text);
            const std::string printed = spec.to_string();
            CAPTURE(printed);
            const version_spec again = must_spec(s, printed);
            REQUIRE(again == spec);
            REQUIRE(again.to_string() == printed);
            check_canonical(spec.set());
            for (int k = 0; k < 4; ++k) {
                const version& v = pool[r.below(pool.size())];
                REQUIRE(again.matches(v) == spec.matches(v));
                if (spec.matches(v)) REQUIRE(spec.set().contains(v));
            }
            const std::string set_text = to_string(spec.set());
            CAPTURE(set_text);
            if (!spec.set().empty() && set_text.find("with") == std::string::npos &&
                set_text.find(" or a local") == std::string::npos) {
                const auto from_set = version_spec::parse(s, set_text);
                // Ends at a local label (>=1+cu118) are order, not PEP 440; they come from complements only.
                if (from_set) REQUIRE(from_set->set() == spec.set());
                else REQUIRE(set_text.find('+') != std::string::npos);
            }
        }
    }
}

TEST_CASE("order laws: total within a scheme, keys agree, schemes stay apart") {
    for (const version_scheme s : all_schemes) {
        random_source r(50 + static_cast<unsigned>(s));
        const auto pool = pool_of(s, r, 120);
        for (const version& a : pool) {
            REQUIRE((a <=> a) == 0);
            for (const version& b : pool) {
                REQUIRE((a == b) == ((a <=> b) == 0));
                REQUIRE((a < b) == (b > a));
                REQUIRE((a == b) == (a.key() == b.key()));
            }
        }
        // A key never goes on with the mark "just after" of another.
        for (const version& a : pool) {
            const std::string after = std::string(a.key()) + '\0';
            for (const version& b : pool) {
                const bool goes_on = b.key().substr(0, after.size()) == after;
                REQUIRE_FALSE(goes_on);
            }
        }
        for (const version_scheme other : all_schemes)
            if (other != s) {
                const version b = must_parse(other, version_text(other, r));
                REQUIRE((pool[0] <=> b) == std::partial_ordering::unordered);
                REQUIRE_FALSE(pool[0] == b);
                REQUIRE_FALSE(version_set::all(s).contains(b));
            }
    }
}

TEST_CASE("parsers: random bytes give a version or an error with a column, nothing else") {
    random_source r(60);
    const std::string_view alphabet = "0123456789.....**--++__!!==<>~^|| ,,abcdevrxptVX\t\n\x80\xff";
    for (std::size_t i = 0; i < test_support::scaled(200000); ++i) {
        std::string text;
        const bool raw = r.chance(10);
        for (std::size_t n = r.below(i % 50 == 0 ? 300 : 14); n > 0; --n)
            text += raw ? static_cast<char>(r.below(256)) : alphabet[r.below(alphabet.size())];
        const version_scheme s = all_schemes[r.below(all_schemes.size())];
        if (const auto v = version::parse(s, text)) {
            REQUIRE(*v == must_parse(s, v->text()));
            (void)v->part(0);
            REQUIRE((v->without_local() <=> *v) != std::partial_ordering::unordered);
            (void)to_string(version_set::exactly(*v));
            (void)to_string(version_set::above(*v));
        } else {
            REQUIRE(v.error().where.column >= 1);
            REQUIRE(v.error().where.column <= text.size() + 1);
            REQUIRE_FALSE(v.error().message.empty());
        }
        parse_failure failure;
        const auto spec = version_spec::parse(s, text);
        REQUIRE(check_spec(s, text, failure) == spec.has_value());
        if (spec) {
            REQUIRE(must_spec(s, spec->to_string()) == *spec);
            (void)to_string(spec->set().complement());
        } else {
            REQUIRE(spec.error().where.column >= 1);
            REQUIRE(spec.error().where.column <= text.size() + 1);
        }
    }
}
