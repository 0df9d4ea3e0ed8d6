// version_spec: the text of a version set (grammar: spec_grammar.hpp, meaning: spec_sets.hpp).
//
// A set is about order alone. Whether a spec wants pre-releases is a rule on top of it, the same in every scheme:
// a pre-release matches only in an alternative that names a pre-release (behind any operator but !=). So 1.12 never
// takes 1.12.0rc1, and >=2.4.0rc1 does take 2.5.0a1.
//
// pep440 is what `packaging` 26 says with prereleases=SpecifierSet.prereleases; its own default since 26.0, to let
// a lone pre-release through where no final release is offered, is a choice among candidates and not ours.
// packaging 23.0 differs: it does not count a pre-release behind < or >; <1.0.post1 excludes and >1.0a1, >1.0.post1
// exclude more of the same release than the PEP says (pre-releases, posts and locals of any part of 1.0);
// == 1.0.* compares texts after normalisation; === compares normalised texts where 26 takes the author's.
// We demand a version behind ===, and no empty items ("1.0,"), which both versions of packaging take.
//
// semver is libsv: plain order, >1.2 is >1.2.0. node's rule (a pre-release matches only beside its own x.y.z) is not
// used. libsv reads ^0, ^0.0 as ^0.0.0; here they mean <1.0.0 and <0.1.0, as in node.
#pragma once

#include <cudacompat/version/set_text.hpp>
#include <cudacompat/version/spec_sets.hpp>

#include <string>

namespace cudacompat {

class version_spec {
public:
    [[nodiscard]] static result<version_spec> parse(version_scheme scheme, std::string_view text) {
        version_spec out(scheme);
        detail::cursor in(text);
        builder sink(out);
        if (!detail::walk_spec(scheme, in, sink)) return to_error(in.failure, text);
        out.text_ = text;
        return out;
    }

    [[nodiscard]] version_scheme scheme() const noexcept { return set_.scheme(); }
    /// As the author wrote it.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    /// One spelling per item, without white space; reads back as an equal spec.
    [[nodiscard]] std::string to_string() const {
        detail::cursor in(text_);
        printer sink{scheme(), {}, true};
        (void)detail::walk_spec(scheme(), in, sink);
        return std::move(sink.out);
    }

    /// By order, pre-releases included. `===V` counts as V here; matches() also compares the text.
    [[nodiscard]] const version_set& set() const noexcept { return set_; }
    [[nodiscard]] bool admits_prereleases() const noexcept { return admits_; }
    [[nodiscard]] bool matches(const version& v) const {
        if (!set_.contains(v)) return false;
        if (v.is_prerelease() && !(admits_ && prerelease_set_.contains(v))) return false;
        return !identical_ || matches_text(v);
    }

    /// Same versions match (for ===: same items).
    friend bool operator==(const version_spec& a, const version_spec& b) {
        return a.set_ == b.set_ && a.admits_ == b.admits_ && a.prerelease_set_ == b.prerelease_set_ &&
               a.identical_ == b.identical_ && (!a.identical_ || a.to_string() == b.to_string());
    }

private:
    explicit version_spec(version_scheme s)
        : set_(version_set::none(s)), prerelease_set_(version_set::none(s)) {}

    [[nodiscard]] static bool mentions_prerelease(const detail::spec_item& item) noexcept {
        return item.parts.prerelease && item.op != detail::spec_op::ne;
    }

    struct builder {
        explicit builder(version_spec& s) : spec(s), current(s.set_) {}
        version_spec& spec;
        version_set current;
        bool first = true;
        bool mentions = false;
        bool later = false;

        void item(const detail::spec_item& i) {
            version_set s = detail::set_of(spec.scheme(), i);
            current = first ? std::move(s) : current & s;
            first = false;
            mentions = mentions || mentions_prerelease(i);
            if (i.op == detail::spec_op::identical) spec.identical_ = true;
        }
        void alternative() {
            if (mentions) {
                spec.admits_ = true;
                spec.prerelease_set_ |= current;
            }
            spec.set_ = later ? spec.set_ | current : std::move(current);
            first = true;
            mentions = false;
            later = true;
        }
    };

    struct printer {
        version_scheme scheme;
        std::string out;
        bool first;

        void item(const detail::spec_item& i) {
            using detail::spec_op;
            if (i.op == spec_op::hyphen_to) {
                (out += " - ") += i.text;
                return;
            }
            if (!first) out += ',';
            else if (!out.empty()) out += " || ";
            first = false;
            const bool pattern = scheme == version_scheme::semver && i.prefix;
            switch (i.op) {
            case spec_op::any: out += '*'; return;
            case spec_op::bare:
                if (!pattern) out += "==";
                break;
            case spec_op::eq: out += "=="; break;
            case spec_op::ne: out += "!="; break;
            case spec_op::lt: out += '<'; break;
            case spec_op::le: out += "<="; break;
            case spec_op::gt: out += '>'; break;
            case spec_op::ge: out += ">="; break;
            case spec_op::compatible: out += "~="; break;
            case spec_op::caret: out += '^'; break;
            case spec_op::tilde: out += '~'; break;
            case spec_op::identical: out += "==="; break;
            case spec_op::hyphen_from:
            case spec_op::hyphen_to: break;
            }
            out += i.text;
            if (i.op == spec_op::bare && i.prefix && !pattern && !i.text.ends_with(".*")) out += ".*";
        }
        void alternative() { first = true; }
    };

    struct text_matcher {
        const version& wanted;
        version_scheme scheme;
        bool current = true;
        bool mentions = false;
        bool found = false;

        void item(const detail::spec_item& i) {
            mentions = mentions || mentions_prerelease(i);
            if (i.op == detail::spec_op::identical) {
                const std::string_view a = wanted.text();
                bool same = a.size() == i.text.size();
                for (std::size_t k = 0; same && k < a.size(); ++k)
                    same = detail::to_lower(a[k]) == detail::to_lower(i.text[k]);
                current = current && same;
            } else {
                current = current && detail::set_of(scheme, i).contains(wanted);
            }
        }
        void alternative() {
            found = found || (current && (mentions || !wanted.is_prerelease()));
            current = true;
            mentions = false;
        }
    };
    [[nodiscard]] bool matches_text(const version& v) const {
        detail::cursor in(text_);
        text_matcher sink{v, scheme()};
        (void)detail::walk_spec(scheme(), in, sink);
        return sink.found;
    }

    std::string text_;
    version_set set_;
    version_set prerelease_set_; ///< union of the alternatives that name a pre-release
    bool admits_ = false;
    bool identical_ = false;
};

} // namespace cudacompat
