// version_set: a set of versions of one scheme in its only form.
//
// The line of versions is cut at places c0 < c1 < ...; the set is [c0, c1), [c2, c3), ..., and with an odd number
// of cuts the last interval has no upper end. So c0 = "lowest" starts a set without a lower end, a version is in
// the set if an odd number of cuts lies at or below it, and two sets are equal exactly if their cuts are.
//
// The line counts as dense: (dotted) 1.2 < v < 1.2.0.0.0.1 is not the empty set although no version of six
// parts lies there. Where a next version exists in pep440, version_cut uses it, as PEP 440 operators need it.
#pragma once

#include <cudacompat/version/cut.hpp>

#include <optional>
#include <span>
#include <vector>

namespace cudacompat {

/// One interval [lower, upper) between two cuts; no upper means no end.
struct version_interval {
    const version_cut* lower;
    const version_cut* upper;

    [[nodiscard]] bool has_lower() const noexcept { return !lower->is_lowest(); }
    [[nodiscard]] bool has_upper() const noexcept { return upper != nullptr; }
};

class version_set {
public:
    /// No version of no matter which scheme; dotted, to have one.
    version_set() = default;

    [[nodiscard]] static version_set none(version_scheme s) { return version_set(s); }
    [[nodiscard]] static version_set all(version_scheme s) { return from(version_cut::lowest(s)); }
    /// lower <= v < upper; empty unless lower < upper.
    [[nodiscard]] static version_set between(version_cut lower, version_cut upper) {
        version_set out(lower.scheme());
        if (!(lower < upper)) return out;
        out.cuts_.reserve(2);
        out.cuts_.push_back(std::move(lower));
        out.cuts_.push_back(std::move(upper));
        return out;
    }
    [[nodiscard]] static version_set from(version_cut lower) {
        version_set out(lower.scheme());
        out.cuts_.push_back(std::move(lower));
        return out;
    }
    [[nodiscard]] static version_set up_to(version_cut upper) {
        version_cut lowest = version_cut::lowest(upper.scheme());
        return between(std::move(lowest), std::move(upper));
    }

    // By the order alone: pep440's operators, which know local labels and post-releases, are in version_spec.
    [[nodiscard]] static version_set exactly(const version& v) {
        return between(version_cut::before(v), version_cut::after(v));
    }
    [[nodiscard]] static version_set at_least(const version& v) { return from(version_cut::before(v)); }
    [[nodiscard]] static version_set above(const version& v) { return from(version_cut::after(v)); }
    [[nodiscard]] static version_set at_most(const version& v) { return up_to(version_cut::after(v)); }
    [[nodiscard]] static version_set below(const version& v) { return up_to(version_cut::before(v)); }

    [[nodiscard]] version_scheme scheme() const noexcept { return scheme_; }
    [[nodiscard]] bool empty() const noexcept { return cuts_.empty(); }
    [[nodiscard]] bool is_all() const noexcept { return cuts_.size() == 1 && cuts_[0].is_lowest(); }
    /// The places where membership changes, ascending.
    [[nodiscard]] std::span<const version_cut> boundaries() const noexcept { return cuts_; }
    [[nodiscard]] std::size_t interval_count() const noexcept { return (cuts_.size() + 1) / 2; }
    [[nodiscard]] version_interval interval(std::size_t i) const noexcept {
        return {&cuts_[2 * i], 2 * i + 1 < cuts_.size() ? &cuts_[2 * i + 1] : nullptr};
    }

    /// A version of another scheme is in no set.
    [[nodiscard]] bool contains(const version& v) const noexcept {
        return v.scheme() == scheme_ && contains_key(v.key());
    }
    [[nodiscard]] bool contains_key(std::string_view key) const noexcept {
        std::size_t low = 0;
        std::size_t high = cuts_.size();
        while (low < high) { // how many cuts lie at or below the key
            const std::size_t middle = (low + high) / 2;
            if (cuts_[middle].key() <= key) low = middle + 1;
            else high = middle;
        }
        return low % 2 != 0;
    }

    [[nodiscard]] version_set complement() const {
        version_set out(scheme_);
        out.cuts_.reserve(cuts_.size() + 1);
        const bool starts = !cuts_.empty() && cuts_[0].is_lowest();
        if (!starts) out.cuts_.push_back(version_cut::lowest(scheme_));
        out.cuts_.insert(out.cuts_.end(), cuts_.begin() + (starts ? 1 : 0), cuts_.end());
        return out;
    }
    /// The operands of |, & and - have the same scheme; the sets of two schemes have no common line.
    friend version_set operator|(const version_set& a, const version_set& b) {
        return merge(a, b, [](bool x, bool y) { return x || y; });
    }
    friend version_set operator&(const version_set& a, const version_set& b) {
        return merge(a, b, [](bool x, bool y) { return x && y; });
    }
    friend version_set operator-(const version_set& a, const version_set& b) {
        return merge(a, b, [](bool x, bool y) { return x && !y; });
    }
    version_set& operator|=(const version_set& b) { return *this = *this | b; }
    version_set& operator&=(const version_set& b) { return *this = *this & b; }
    version_set& operator-=(const version_set& b) { return *this = *this - b; }

    [[nodiscard]] bool is_subset_of(const version_set& b) const noexcept {
        return !any(*this, b, [](bool x, bool y) { return x && !y; });
    }
    [[nodiscard]] bool intersects(const version_set& b) const noexcept {
        return any(*this, b, [](bool x, bool y) { return x && y; });
    }

    friend bool operator==(const version_set&, const version_set&) = default;

private:
    explicit version_set(version_scheme s) : scheme_(s) {}

    /// Walks the cuts of both sets upward; visit(cut, in a, in b) tells what holds from that cut on.
    template <class Visit>
    static void sweep(const version_set& a, const version_set& b, Visit visit) {
        assert(a.scheme_ == b.scheme_);
        std::size_t i = 0;
        std::size_t j = 0;
        while (i < a.cuts_.size() || j < b.cuts_.size()) {
            int side = i == a.cuts_.size() ? 1 : -1;
            if (i < a.cuts_.size() && j < b.cuts_.size()) side = a.cuts_[i].key().compare(b.cuts_[j].key());
            const version_cut& at = side <= 0 ? a.cuts_[i] : b.cuts_[j];
            if (side <= 0) ++i;
            if (side >= 0) ++j;
            if (!visit(at, i % 2 != 0, j % 2 != 0)) return;
        }
    }
    template <class Op>
    static version_set merge(const version_set& a, const version_set& b, Op op) {
        version_set out(a.scheme_);
        out.cuts_.reserve(a.cuts_.size() + b.cuts_.size());
        sweep(a, b, [&](const version_cut& at, bool in_a, bool in_b) {
            if (op(in_a, in_b) != (out.cuts_.size() % 2 != 0)) out.cuts_.push_back(at);
            return true;
        });
        return out;
    }
    template <class Op>
    static bool any(const version_set& a, const version_set& b, Op op) noexcept {
        bool found = false;
        sweep(a, b, [&](const version_cut&, bool in_a, bool in_b) { return !(found = op(in_a, in_b)); });
        return found;
    }

    version_scheme scheme_ = version_scheme::dotted;
    std::vector<version_cut> cuts_; ///< strictly ascending
};

} // namespace cudacompat
