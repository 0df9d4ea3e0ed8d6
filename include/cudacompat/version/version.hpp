// version: a text and its place in the order of its scheme.
#pragma once

#include <cudacompat/base/result.hpp>
#include <cudacompat/version/read.hpp>

#include <compare>

namespace cudacompat {

/// Equality is equality in the order of the scheme: dotted 1.2 == 1.02.0, pep440 1.0c1 == 1.0rc1, semver
/// ignores build metadata. Versions of different schemes are unequal and unordered.
/// Texts up to some 25 bytes live inside the object.
class version {
public:
    /// dotted 0
    constexpr version() : bytes_("0"), text_size_(1), plain_(true) {}

    /// Reads `text` as a whole. pep440 ignores white space around it, as the PEP asks; others take none.
    [[nodiscard]] static result<version> parse(version_scheme scheme, std::string_view text) {
        version v;
        parse_failure failure;
        if (!try_parse(scheme, text, v, failure)) return to_error(failure, text);
        return v;
    }
    /// parse() for constant expressions and loops.
    [[nodiscard]] static constexpr bool try_parse(version_scheme scheme, std::string_view text, version& out,
                                                  parse_failure& failure) {
        detail::cursor in(text);
        if (scheme == version_scheme::pep440) {
            in.skip_space();
            while (in.end > in.at && detail::is_space(text[in.end - 1])) --in.end;
        }
        const std::size_t start = in.at;
        detail::version_parts parts;
        if (!detail::parse_parts(scheme, in, parts)) {
            failure = in.failure;
            return false;
        }
        out.assign(scheme, text.substr(start, in.end - start), parts);
        return true;
    }
    /// For layers that already hold the parts of `text`.
    constexpr version(version_scheme scheme, std::string_view text, const detail::version_parts& parts) {
        assign(scheme, text, parts);
    }

    [[nodiscard]] constexpr version_scheme scheme() const noexcept { return scheme_; }
    /// As the author wrote it: leading zeros, spelling and build metadata kept.
    [[nodiscard]] constexpr std::string_view text() const noexcept {
        return bytes_.view().substr(0, text_size_);
    }
    /// Bytes whose unsigned lexicographic order is the order of the scheme: to sort, search and hash by.
    [[nodiscard]] constexpr std::string_view key() const noexcept { return bytes_.view().substr(text_size_); }

    /// pep440: pre- or dev release; semver: has pre-release identifiers; conda: a word dev, a, alpha, b, beta,
    /// pre or rc outside the local part; dotted and label: never.
    [[nodiscard]] constexpr bool is_prerelease() const noexcept { return prerelease_; }
    /// Nothing but an epoch and numbers.
    [[nodiscard]] constexpr bool is_plain() const noexcept { return plain_; }

    /// What follows '+': pep440 and conda local version, semver build metadata. Empty if there is none.
    [[nodiscard]] constexpr std::string_view local() const noexcept {
        const std::size_t plus = scheme_ == version_scheme::label ? std::string_view::npos : text().find('+');
        return plus == std::string_view::npos ? std::string_view{} : text().substr(plus + 1);
    }
    [[nodiscard]] constexpr version without_local() const {
        const std::string_view label = local();
        if (label.empty()) return *this;
        version out;
        parse_failure unused;
        // The text before '+' is a version in each scheme that has a '+'.
        (void)try_parse(scheme_, text().substr(0, text_size_ - label.size() - 1), out, unused);
        return out;
    }

    /// How many numbers the release was written with (12.4 has 2); 0 for labels.
    [[nodiscard]] constexpr std::size_t part_count() const noexcept {
        return walk_release(~std::size_t{0}).first;
    }
    /// The i-th number of the release; 0 beyond what was written. conda: of the leading numbers.
    [[nodiscard]] constexpr std::uint64_t part(std::size_t i) const noexcept {
        return walk_release(i).second;
    }

    friend constexpr bool operator==(const version& a, const version& b) noexcept {
        return a.scheme_ == b.scheme_ && a.key() == b.key();
    }
    friend constexpr std::partial_ordering operator<=>(const version& a, const version& b) noexcept {
        if (a.scheme_ != b.scheme_) return std::partial_ordering::unordered;
        return a.key().compare(b.key()) <=> 0;
    }

private:
    struct release_walk {
        std::size_t first;    ///< numbers seen
        std::uint64_t second; ///< the wanted one
    };

    constexpr void assign(version_scheme scheme, std::string_view text, const detail::version_parts& parts) {
        bytes_.clear();
        bytes_.append(text);
        detail::append_key(scheme, parts, bytes_);
        text_size_ = static_cast<std::uint16_t>(text.size());
        scheme_ = scheme;
        prerelease_ = parts.prerelease;
        plain_ = parts.plain;
    }
    [[nodiscard]] constexpr release_walk walk_release(std::size_t wanted) const noexcept {
        if (scheme_ == version_scheme::label) return {0, 0};
        detail::cursor in(text());
        if (!in.at_digit()) ++in.at; // pep440's "v"
        const std::size_t epoch = text().find('!');
        if (epoch != std::string_view::npos) in.at = epoch + 1;
        release_walk out{0, 0};
        for (std::uint64_t v = 0; in.at_digit() && in.number(v);) {
            if (out.first++ == wanted) {
                out.second = v;
                break;
            }
            if (!in.take('.')) break;
        }
        return out;
    }

    detail::small_bytes<48> bytes_; ///< text, then key
    std::uint16_t text_size_ = 0;
    version_scheme scheme_ = version_scheme::dotted;
    bool prerelease_ = false;
    bool plain_ = false;
};

} // namespace cudacompat
