// The grammar of version specs, read without building anything; also in constant expressions.
//
//   spec        = alternative *( "||" alternative )
//   alternative = item *( "," item )            semver also parts items by white space
//   item        = "*" | [ operator ] version | version " - " version (semver)
//   operator    = == != < <= > >= ~= ^ ~        pep440 also === ; semver also = ; label only == and !=
//   version     = a version, or numbers and ".*" behind no operator, == or != (conda: also >= and <);
//                 semver: up to three numbers, x, X or *
//
// White space may stand around operators and separators. A list may not end in a separator.
#pragma once

#include <cudacompat/version/read.hpp>

namespace cudacompat::detail {

enum class spec_op : std::uint8_t {
    bare,
    any,
    eq,
    ne,
    lt,
    le,
    gt,
    ge,
    compatible,
    caret,
    tilde,
    identical,
    hyphen_from,
    hyphen_to
};

struct spec_item {
    spec_op op = spec_op::bare;
    bool prefix = false;   ///< stands for all that begins with parts.release
    std::string_view text; ///< the version as written, ".*" included
    version_parts parts;
};

constexpr bool take_operator(version_scheme scheme, cursor& in, spec_op& op) noexcept {
    const std::size_t start = in.at;
    const char c = in.peek();
    const bool equals_next = in.peek(1) == '=';
    std::size_t length = equals_next ? 2 : 1;
    switch (c) {
    case '=':
        op = spec_op::eq;
        if (equals_next && in.peek(2) == '=') {
            op = spec_op::identical;
            length = 3;
            if (scheme != version_scheme::pep440)
                return in.refuse(start, "'===' is an operator of pep440 only");
        } else if (!equals_next && scheme != version_scheme::semver) {
            ++in.at;
            return in.expected("'=='");
        }
        break;
    case '!':
        op = spec_op::ne;
        if (!equals_next) {
            ++in.at;
            return in.expected("'!='");
        }
        break;
    case '<': op = equals_next ? spec_op::le : spec_op::lt; break;
    case '>': op = equals_next ? spec_op::ge : spec_op::gt; break;
    case '~': op = equals_next ? spec_op::compatible : spec_op::tilde; break;
    case '^':
        op = spec_op::caret;
        length = 1;
        break;
    default: op = spec_op::bare; return true;
    }
    if (scheme == version_scheme::label && op != spec_op::eq && op != spec_op::ne)
        return in.refuse(start, "a label has no order: expected '==', '!=' or a word");
    in.at += length;
    in.skip_space();
    return true;
}

[[nodiscard]] constexpr std::size_t version_end(version_scheme scheme, const cursor& in) noexcept {
    std::size_t end = in.at;
    for (; end < in.end; ++end) {
        const char c = in.text[end];
        if (is_space(c) || c == ',' || c == '|' || c == '<' || c == '>' || c == '=' || c == '~' || c == '^')
            break;
        if (c == '!' && (scheme == version_scheme::semver || scheme == version_scheme::dotted ||
                         scheme == version_scheme::label || (end + 1 < in.end && in.text[end + 1] == '=')))
            break;
    }
    return end;
}

/// Up to three numbers, from some place on x, X or *; a version once three numbers are there.
constexpr bool parse_semver_pattern(cursor& in, spec_item& item) noexcept {
    version_parts& out = item.parts;
    bool open = false;
    for (int i = 0; i < 3 && (i == 0 || in.take('.')); ++i) {
        const char c = in.peek();
        if (c == 'x' || c == 'X' || c == '*') {
            ++in.at;
            open = true;
        } else if (open) {
            return in.expected("x or *");
        } else if (!in.at_digit()) {
            return in.expected("a number, x or *");
        } else if (!parse_semver_number(in, out)) {
            return false;
        }
    }
    item.prefix = out.release.count < 3;
    out.plain = true;
    if (!item.prefix) return parse_semver_suffix(in, out);
    if (in.done()) return true;
    return in.expected(open ? "the end of the version" : "'.' or the end of the version");
}

constexpr bool parse_spec_version(version_scheme scheme, cursor& in, spec_item& item) noexcept {
    const std::size_t start = in.at;
    const std::size_t whole = in.end;
    const std::size_t end = version_end(scheme, in);
    item.text = in.text.substr(start, end - start);
    if (end == start) return in.expected(item.op == spec_op::bare ? "a version or an operator" : "a version");
    in.end = end;
    const bool ok = [&] {
        if (item.text == "*" ||
            (scheme == version_scheme::semver && (item.text == "x" || item.text == "X"))) {
            if (item.op != spec_op::bare) return in.refuse(start, "'*' stands without an operator");
            item.op = spec_op::any;
            return true;
        }
        if (scheme == version_scheme::semver) {
            if (!parse_semver_pattern(in, item)) return false;
            if (item.parts.release.count != 0) return true;
            if (item.op != spec_op::bare) return in.refuse(start, "'*' stands without an operator");
            item.op = spec_op::any;
            return true;
        }
        item.prefix = scheme != version_scheme::label && item.text.ends_with(".*");
        if (item.prefix) in.end -= 2;
        if (!parse_parts(scheme, in, item.parts)) return false;
        if (!item.prefix) {
            item.prefix = item.op == spec_op::bare && item.parts.plain;
            return true;
        }
        if (!item.parts.plain) return in.refuse(in.end, "'.*' stands only behind numbers");
        const bool floor =
            scheme == version_scheme::conda && (item.op == spec_op::ge || item.op == spec_op::lt);
        if (item.op != spec_op::bare && item.op != spec_op::eq && item.op != spec_op::ne && !floor)
            return in.refuse(in.end, "'.*' stands only behind no operator, == or !=");
        return true;
    }();
    in.end = whole;
    if (!ok) return false;
    in.at = end;

    const bool needs_numbers =
        item.op == spec_op::compatible || item.op == spec_op::caret || item.op == spec_op::tilde;
    if (needs_numbers && item.parts.release.count == 0)
        return in.refuse(start, "this operator needs a version of numbers");
    if (item.op == spec_op::compatible && item.parts.release.count < 2)
        return in.refuse(start, "'~=' needs at least two numbers");
    if (scheme == version_scheme::pep440 && !item.parts.local.empty() && item.op != spec_op::bare &&
        item.op != spec_op::eq && item.op != spec_op::ne && item.op != spec_op::identical)
        return in.refuse(start + item.text.find('+'), "a local version stands only behind == and !=");
    return true;
}

/// Calls sink.item(const spec_item&) for each item and sink.alternative() after each alternative.
template <class Sink>
constexpr bool walk_spec(version_scheme scheme, cursor& in, Sink& sink) {
    if (in.text.size() > version_text_limit)
        return in.refuse(version_text_limit, "a version spec has at most 4096 bytes", errc::too_large);
    for (;;) {
        in.skip_space();
        spec_item item;
        if (!take_operator(scheme, in, item.op) || !parse_spec_version(scheme, in, item)) return false;
        const std::size_t behind = in.at;
        in.skip_space();
        if (scheme == version_scheme::semver && item.op == spec_op::bare && in.at != behind &&
            in.peek() == '-' && is_space(in.peek(1))) {
            item.op = spec_op::hyphen_from;
            sink.item(item);
            ++in.at;
            in.skip_space();
            item = spec_item{};
            item.op = spec_op::hyphen_to;
            if (!parse_spec_version(scheme, in, item)) return false;
            in.skip_space();
        }
        sink.item(item);
        if (in.done()) {
            sink.alternative();
            return true;
        }
        if (in.take(',')) continue;
        if (in.peek() == '|') {
            ++in.at;
            if (!in.take('|')) return in.expected("'||'");
            sink.alternative();
            continue;
        }
        if (scheme != version_scheme::semver || !is_space(in.text[in.at - 1]))
            return in.expected("',' or '||'");
    }
}

struct spec_nothing {
    constexpr void item(const spec_item&) const noexcept {}
    constexpr void alternative() const noexcept {}
};

} // namespace cudacompat::detail

namespace cudacompat {

/// Whether `text` is a spec; for constant expressions (a malformed literal does not compile) and loops.
[[nodiscard]] constexpr bool check_spec(version_scheme scheme, std::string_view text,
                                        parse_failure& failure) {
    detail::cursor in(text);
    detail::spec_nothing nothing;
    if (detail::walk_spec(scheme, in, nothing)) return true;
    failure = in.failure;
    return false;
}

} // namespace cudacompat
