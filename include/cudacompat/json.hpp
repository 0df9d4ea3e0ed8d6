// Answers as JSON for programs: data/schema/answer.schema.json describes the document.
//
//   std::cout << cudacompat::to_json(*answer);
//
// Written by hand, so that it needs no library. The same answer gives the same bytes: members stand in a fixed
// order, facts by id.
#pragma once

#include <cudacompat/tell/answer.hpp>
#include <cudacompat/tell/builds.hpp>
#include <cudacompat/tell/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

struct json_options {
    std::size_t indent = 2;                    ///< spaces for each level; 0: one line
    std::span<const std::string_view> request; ///< the items as they were given: member "request"
};

/// Writes one JSON document. Bytes that are no UTF-8 become U+FFFD. Commas, line ends and indentation are its
/// matter; that objects get a key before each value is the caller's.
class json_writer {
public:
    explicit json_writer(std::size_t indent = 2) : indent_(indent) {}

    void open(char bracket) {
        before_value();
        out_ += bracket;
        levels_.push_back(0);
    }
    void close(char bracket) {
        const bool empty = levels_.back() == 0;
        levels_.pop_back();
        if (!empty) line();
        out_ += bracket;
    }
    void key(std::string_view name) {
        separate();
        quote(name);
        out_ += indent_ == 0 ? ":" : ": ";
        after_key_ = true;
    }
    void text(std::string_view value) {
        before_value();
        quote(value);
    }
    void boolean(bool value) { plain(value ? "true" : "false"); }
    void number(std::uint64_t value) { plain(std::to_string(value)); }
    void null() { plain("null"); }

    void member(std::string_view name, std::string_view value) {
        key(name);
        text(value);
    }
    void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
    void member(std::string_view name, bool value) {
        key(name);
        boolean(value);
    }
    void member(std::string_view name, std::uint64_t value) {
        key(name);
        number(value);
    }
    /// null where the text is empty.
    void member_or_null(std::string_view name, std::string_view value) {
        key(name);
        if (value.empty()) null();
        else text(value);
    }
    /// Nothing where the text is empty.
    void member_if(std::string_view name, std::string_view value) {
        if (!value.empty()) member(name, value);
    }
    template <class Texts>
    void member_list(std::string_view name, const Texts& values) {
        key(name);
        open('[');
        for (const auto& v : values) text(v);
        close(']');
    }

    /// The document, with a newline at its end.
    [[nodiscard]] std::string take() {
        out_ += '\n';
        return std::move(out_);
    }

private:
    void plain(std::string_view value) {
        before_value();
        out_ += value;
    }
    void before_value() {
        if (after_key_) after_key_ = false;
        else separate();
    }
    void separate() {
        if (levels_.empty()) return;
        if (levels_.back()++ != 0) out_ += ',';
        line();
    }
    void line() {
        if (indent_ == 0) return;
        out_ += '\n';
        out_.append(indent_ * levels_.size(), ' ');
    }
    void quote(std::string_view s) {
        out_ += '"';
        for (std::size_t i = 0; i < s.size();) {
            const auto c = static_cast<unsigned char>(s[i]);
            if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
                out_ += s[i++];
            } else if (c < 0x80) {
                escape(c);
                ++i;
            } else if (const std::size_t n = sequence(s.substr(i)); n != 0) {
                out_ += s.substr(i, n);
                i += n;
            } else {
                out_ += "\xef\xbf\xbd";
                ++i;
            }
        }
        out_ += '"';
    }
    void escape(unsigned char c) {
        constexpr std::string_view digits = "0123456789abcdef";
        switch (c) {
        case '"': out_ += "\\\""; break;
        case '\\': out_ += "\\\\"; break;
        case '\n': out_ += "\\n"; break;
        case '\t': out_ += "\\t"; break;
        case '\r': out_ += "\\r"; break;
        default:
            out_ += "\\u00";
            out_ += digits[c >> 4U];
            out_ += digits[c & 15U];
        }
    }
    /// Length of the well-formed UTF-8 sequence (Unicode, table 3-7) at the start of s, or 0.
    [[nodiscard]] static std::size_t sequence(std::string_view s) noexcept {
        const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
        const auto tail = [&](std::size_t i) { return (at(i) & 0xc0U) == 0x80U; };
        const unsigned first = at(0);
        if (first >= 0xc2U && first <= 0xdfU) return tail(1) ? 2 : 0;
        if ((first & 0xf0U) == 0xe0U) {
            const bool overlong = first == 0xe0U && at(1) < 0xa0U;
            const bool surrogate = first == 0xedU && at(1) > 0x9fU;
            return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
        }
        if (first >= 0xf0U && first <= 0xf4U) {
            const bool overlong = first == 0xf0U && at(1) < 0x90U;
            const bool beyond = first == 0xf4U && at(1) > 0x8fU;
            return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
        }
        return 0;
    }

    std::string out_;
    std::vector<std::size_t> levels_; // values written so far in each open bracket
    std::size_t indent_;
    bool after_key_ = false;
};

namespace detail {

/// One place of a source: what it is, and where in it.
inline void put_source(json_writer& out, const knowledge_base& kb, const frozen::citation& c) {
    const frozen::source& s = kb.sources()[c.source];
    out.open('{');
    out.member("id", kb.str(s.id));
    out.member("kind", kb.str(s.kind));
    out.member_if("title", kb.str(s.title));
    out.member_if("url", kb.str(s.url));
    out.member_if("repo", kb.str(s.repo));
    out.member_if("commit", kb.str(s.commit));
    out.member_if("path", kb.str(s.path));
    out.member_if("at", kb.str(c.at));
    out.member_or_null("read", kb.str(s.read));
    out.close('}');
}

inline void put_sources(json_writer& out, const knowledge_base& kb, std::span<const frozen::citation> list) {
    out.open('[');
    for (const frozen::citation& c : list) put_source(out, kb, c);
    out.close(']');
}

/// The members of a fact, inside an object.
inline void put_fact(json_writer& out, const knowledge_base& kb, const frozen::fact& f) {
    out.member("text", describe(kb, f));
    out.member("kind", to_string(static_cast<fact_kind>(f.kind)));
    out.member("enforced_by", to_string(static_cast<enforcer>(f.enforced_by)));
    out.member("evidence", to_string(static_cast<evidence_level>(f.evidence)));
    out.member("certainty", to_string(static_cast<certainty>(f.certainty)));
    out.member_or_null("dispute", kb.str(f.dispute));
    std::vector<std::string_view> on;
    for (std::uint32_t p = 0; p < kb.platforms().size(); ++p)
        if (((f.platforms >> p) & 1U) != 0) on.push_back(kb.str(kb.platforms()[p]));
    out.member_list("on", on);
    out.member_if("since", kb.str(f.since));
    out.member_if("until", kb.str(f.until));
    out.member_if("note", kb.str(f.note));
    out.key("sources");
    put_sources(out, kb, kb.citations(f.sources));
}

class json_teller {
public:
    json_teller(const answer& a, const json_options& options) : answer_(a), kb_(a.kb()), options_(options), out_(options.indent) {}

    [[nodiscard]] std::string run() {
        out_.open('{');
        out_.member("schema", std::uint64_t{1});
        out_.member_or_null("data", kb_.version());
        out_.member("verdict", to_string(answer_.verdict()));
        out_.member("degraded", answer_.degraded());
        const question& asked = answer_.asked();
        out_.member_or_null("platform", kb_.platforms().size() > 1 ? std::string_view(asked.platform) : std::string_view{});
        out_.member("platform_assumed", asked.platform_assumed);
        out_.member_or_null("as_of", asked.here->low.ctx.as_of);
        out_.member_list("request", options_.request);
        components();
        builds();
        conflict();
        out_.member_list("caveats", answer_.caveats());
        out_.member_list("missing", answer_.missing());
        out_.member_list("ways_out", std::span<const std::string>{});
        all();
        facts();
        out_.close('}');
        return out_.take();
    }

private:
    [[nodiscard]] std::string_view id(std::uint32_t fact) const { return kb_.str(kb_.facts()[fact].id); }

    void cite(const std::vector<std::uint32_t>& facts) {
        out_.key("facts");
        out_.open('[');
        for (const std::uint32_t f : facts) out_.text(id(f));
        out_.close(']');
        cited_.insert(cited_.end(), facts.begin(), facts.end());
    }

    void components() {
        out_.key("components");
        out_.open('{');
        if (const solution* s = answer_.solution())
            for (const choice& c : s->choices()) {
                out_.key(c.name());
                component(*s, c);
            }
        out_.close('}');
    }
    void component(const solution& s, const choice& c) {
        const instance& in = s.instances()[c.var()];
        const auto& devices = s.asked().device_names;
        out_.open('{');
        out_.member("version", c.version());
        out_.member_or_null("variant", c.variant());
        out_.member("range", s.range(c.name()));
        out_.member("range_with_choice", s.range_with_choice(c.name()));
        out_.member_or_null("inside", c.inside());
        out_.member_or_null("device", in.device < devices.size() ? std::string_view(devices[in.device]) : std::string_view{});
        out_.member_or_null("channel", c.channel());
        out_.member("installer_default", c.installer_default());
        out_.member("optional", c.optional());
        out_.member("free", is_free(s, c));
        cite(s.facts(c.name()));
        out_.key("published");
        put_sources(out_, kb_, published(s, c));
        out_.close('}');
    }

    void rules(std::string_view name, const std::vector<driver_rule>& list) {
        out_.key(name);
        out_.open('[');
        for (const driver_rule& r : list) {
            out_.open('{');
            out_.member("rule", r.rule);
            out_.member("range", r.range);
            out_.close('}');
        }
        out_.close(']');
    }
    void builds() {
        out_.key("builds");
        out_.open('[');
        for (const build_row& b : builds_of(answer_)) {
            out_.open('{');
            out_.member("component", b.component);
            out_.member("version", b.version);
            out_.member_or_null("variant", b.variant);
            out_.member_or_null("channel", b.channel);
            out_.member("chosen", b.chosen);
            out_.member("works", b.works);
            out_.key("carries");
            out_.open('[');
            for (const auto& [name, version] : b.carries) {
                out_.open('{');
                out_.member("component", name);
                out_.member("version", version);
                out_.close('}');
            }
            out_.close(']');
            out_.member_or_null("python", b.python);
            out_.member_or_null("gpus", b.gpus);
            rules("drivers", b.drivers);
            out_.key("elsewhere");
            out_.open('{');
            for (const auto& [os, list] : b.elsewhere) rules(os, list);
            out_.close('}');
            out_.member_or_null("against", b.against);
            out_.close('}');
        }
        out_.close(']');
    }

    void conflict() {
        out_.key("conflict");
        const cudacompat::conflict* c = answer_.conflict();
        if (c == nullptr) {
            out_.null();
            return;
        }
        out_.open('{');
        out_.member_list("between", c->between());
        out_.key("steps");
        out_.open('[');
        for (const cudacompat::conflict::step& s : c->steps()) {
            out_.open('{');
            out_.member("text", s.text);
            cite(s.facts);
            out_.close('}');
        }
        out_.close(']');
        cite(c->facts());
        out_.close('}');
    }

    void all() {
        out_.key("all");
        out_.open('[');
        for (const solution& s : answer_.all()) {
            out_.open('{');
            for (const choice& c : s.choices()) {
                out_.key(c.name());
                out_.open('{');
                out_.member("version", c.version());
                out_.member_or_null("variant", c.variant());
                out_.close('}');
            }
            out_.close('}');
        }
        out_.close(']');
    }

    void facts() {
        std::sort(cited_.begin(), cited_.end(), [&](std::uint32_t a, std::uint32_t b) { return id(a) != id(b) ? id(a) < id(b) : a < b; });
        cited_.erase(std::unique(cited_.begin(), cited_.end()), cited_.end());
        out_.key("facts");
        out_.open('{');
        for (const std::uint32_t f : cited_) {
            out_.key(id(f));
            out_.open('{');
            put_fact(out_, kb_, kb_.facts()[f]);
            out_.close('}');
        }
        out_.close('}');
    }

    const answer& answer_;
    const knowledge_base kb_;
    const json_options& options_;
    json_writer out_;
    std::vector<std::uint32_t> cited_;
};

} // namespace detail

/// The whole answer as one JSON object, with a newline at its end.
[[nodiscard]] inline std::string to_json(const answer& a, const json_options& options = {}) {
    return detail::json_teller(a, options).run();
}

} // namespace cudacompat
