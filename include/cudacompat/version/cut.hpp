// version_cut: a place between versions, the end of an interval.
//
// A cut is a byte string among the keys: a version lies above it if the cut <= its key. "Before v" is key(v),
// "after v" is key(v) + 00, and a floor is the key, or the beginning of one, below a whole family. Where two
// descriptions name the same place (after 1.0 and its locals = before 1.0.post0.dev0) the bytes are the same.
#pragma once

#include <cudacompat/version/version.hpp>

#include <cassert>
#include <string>

namespace cudacompat {

class version_cut {
public:
    /// Below every version of the scheme.
    [[nodiscard]] static version_cut lowest(version_scheme scheme) { return version_cut(scheme); }
    [[nodiscard]] static version_cut before(const version& v) {
        version_cut out(v.scheme());
        out.bytes_.append(v.key());
        out.normalise();
        return out;
    }
    [[nodiscard]] static version_cut after(const version& v) {
        version_cut out(v.scheme());
        out.bytes_.append(v.key());
        out.bytes_.push_back(detail::tag_after);
        return out;
    }
    /// Below every version whose release begins with these numbers (pep440: before N.dev0).
    [[nodiscard]] static version_cut floor(version_scheme scheme, std::uint64_t epoch,
                                           const detail::number_list& numbers) {
        version_cut out(scheme);
        detail::append_floor(scheme, epoch, numbers, out.bytes_);
        out.normalise();
        return out;
    }
    /// Before the version of these parts.
    [[nodiscard]] static version_cut before(version_scheme scheme, const detail::version_parts& parts) {
        version_cut out(scheme);
        detail::append_key(scheme, parts, out.bytes_);
        out.normalise();
        return out;
    }
    /// After the version of these parts.
    [[nodiscard]] static version_cut after(version_scheme scheme, const detail::version_parts& parts) {
        version_cut out(scheme);
        detail::append_key(scheme, parts, out.bytes_);
        out.bytes_.push_back(detail::tag_after);
        return out;
    }
    /// pep440, v without local label: above v and every v+local, below all else that is above v. There is always
    /// a next version: 1.0.dev1 -> 1.0.dev2, 1.0.post1 -> 1.0.post2.dev0, 1.0 -> 1.0.post0.dev0.
    [[nodiscard]] static version_cut after_locals(detail::version_parts v) {
        v.local = {};
        if (v.has_dev) {
            ++v.dev;
        } else {
            v.post = v.has_post ? v.post + 1 : 0;
            v.has_post = v.has_dev = true;
            v.dev = 0;
        }
        return before(version_scheme::pep440, v);
    }
    /// pep440, v neither a dev nor a post-release: above v and all its post-releases.
    [[nodiscard]] static version_cut after_posts(detail::version_parts v) {
        v.local = {};
        if (v.pre != detail::pre_kind::no_pre) { // 1.0a1 -> 1.0a2.dev0
            ++v.pre_number;
            v.has_dev = true;
            v.dev = 0;
            return before(version_scheme::pep440, v);
        }
        version_cut out(version_scheme::pep440);
        detail::append_number(out.bytes_, v.epoch);
        detail::append_release(out.bytes_, v.release);
        out.bytes_.push_back(detail::pep_pre_none);
        out.bytes_.push_back(detail::pep_after_posts);
        return out;
    }

    [[nodiscard]] version_scheme scheme() const noexcept { return scheme_; }
    [[nodiscard]] std::string_view key() const noexcept { return bytes_.view(); }
    [[nodiscard]] bool is_lowest() const noexcept { return bytes_.size() == 0; }

    friend bool operator==(const version_cut& a, const version_cut& b) noexcept {
        return a.scheme_ == b.scheme_ && a.key() == b.key();
    }
    friend std::partial_ordering operator<=>(const version_cut& a, const version_cut& b) noexcept {
        if (a.scheme_ != b.scheme_) return std::partial_ordering::unordered;
        return a.key().compare(b.key()) <=> 0;
    }

private:
    explicit version_cut(version_scheme scheme) : scheme_(scheme) {}
    void normalise() {
        if (bytes_.view() == detail::least_key(scheme_)) bytes_.clear();
    }

    detail::small_bytes<20> bytes_;
    version_scheme scheme_;
};

/// v < cut
[[nodiscard]] inline bool is_below(const version& v, const version_cut& cut) noexcept {
    assert(v.scheme() == cut.scheme());
    return v.key() < cut.key();
}

} // namespace cudacompat
