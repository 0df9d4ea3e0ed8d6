// Bodies of json.hpp.
#pragma once

#include <cudacompat/json.hpp>
#include <cudacompat/json_fact.hpp>
#include <cudacompat/json_writer.hpp>
#include <cudacompat/tell/answer_body.hpp>
#include <cudacompat/tell/builds.hpp>
#include <cudacompat/tell/reasons.hpp>
#include <cudacompat/tell/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat {

namespace detail {

class json_teller {
public:
    json_teller(const answer& a, const json_options& options)
        : answer_(a), kb_(a.kb()), options_(options), out_(options.indent) {}

    [[nodiscard]] std::string run() {
        out_.open('{');
        out_.member("schema", std::uint64_t{1});
        out_.member_or_null("data", kb_.version());
        out_.member("digest", kb_.digest());
        out_.member("verdict", to_string(answer_.verdict()));
        out_.member("degraded", answer_.degraded());
        const question& asked = answer_.asked();
        out_.member_or_null("platform", kb_.platforms().size() > 1 ? std::string_view(asked.platform)
                                                                   : std::string_view{});
        out_.member("platform_assumed", asked.platform_assumed);
        out_.member_or_null("as_of", asked.here->low.ctx.as_of);
        out_.member_list("request", options_.request);
        goal();
        components();
        builds();
        conflict();
        out_.member_list("caveats", answer_.caveats());
        out_.member_list("missing", answer_.missing());
        findings();
        ways_out();
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

    void goal() {
        const goal_found* g = answer_.goal();
        if (g == nullptr) return;
        out_.key("goal");
        out_.open('{');
        out_.member("component", kb_.name(g->component));
        out_.member("goal", g->newest ? "newest" : "least");
        out_.member("found", g->found);
        out_.member_or_null("version", g->version);
        out_.member_or_null("bound", g->bound);
        cite(g->facts);
        out_.member("unsure", g->unsure);
        out_.member_or_null("extra", g->extra);
        out_.member_or_null("version_with_extra", g->with_extra);
        out_.member_list("set_aside", g->set_aside);
        out_.close('}');
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
        out_.member_or_null("device", in.device < devices.size() ? std::string_view(devices[in.device])
                                                                 : std::string_view{});
        out_.member_or_null("channel", c.channel());
        out_.member("installer_default", c.installer_default());
        out_.member("optional", c.optional());
        out_.member("free", s.is_free(c));
        cite(s.facts(c.name()));
        out_.key("published");
        published(s.instances().value(c.var(), c.domain()));
        out_.close('}');
    }

    /// Where the build was seen, or else the release.
    void published(const frozen::value& v) {
        std::vector<frozen::citation> seen;
        if ((v.flags & (frozen::is_unknown | frozen::is_cell)) == 0) {
            for (const frozen::build& b : kb_.builds(v.builds))
                for (const frozen::citation& c : kb_.citations(b.sources)) seen.push_back(c);
            if (seen.empty()) seen.assign(kb_.citations(v.sources).begin(), kb_.citations(v.sources).end());
        }
        put_sources(out_, kb_, seen);
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
            out_.key("from");
            out_.open('[');
            for (const std::uint32_t f : s.from) out_.number(f);
            out_.close(']');
            out_.close('}');
        }
        out_.close(']');
        cite(c->facts());
        out_.close('}');
    }

    void findings() {
        out_.key("findings");
        out_.open('[');
        for (const finding& f : answer_.findings()) {
            out_.open('{');
            out_.member("rule", f.rule);
            out_.member("severity", severity_names[static_cast<std::size_t>(f.level)]);
            out_.member_list("components", f.components);
            out_.member("text", f.text);
            out_.member_list("looks_like", f.looks_like);
            out_.member_list("change", f.change);
            out_.member("allowed", f.allowed);
            cite(f.facts);
            out_.close('}');
        }
        out_.close(']');
    }
    void ways_out() {
        out_.key("ways_out");
        out_.open('[');
        for (const way_out& w : answer_.ways_out()) {
            out_.open('{');
            out_.member("text", w.text);
            out_.member("cost", std::uint64_t{w.cost});
            out_.member("sure", w.sure);
            out_.key("changes");
            out_.open('[');
            for (const way_out::change& c : w.changes) {
                out_.open('{');
                out_.member("component", c.component);
                out_.member("from", c.from);
                out_.member("to", c.to);
                out_.member_or_null("variant", c.variant);
                out_.member_or_null("example", c.example);
                out_.close('}');
            }
            out_.close(']');
            out_.close('}');
        }
        out_.close(']');
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
        std::sort(cited_.begin(), cited_.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return id(a) != id(b) ? id(a) < id(b) : a < b; });
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

CUDACOMPAT_BODY std::string to_json(const answer& a, const json_options& options) {
    return detail::json_teller(a, options).run();
}

namespace detail {

class json_reasons {
public:
    json_reasons(const reasons& r, std::span<const std::string_view> request, std::size_t indent)
        : reasons_(r), kb_(r.about.kb()), request_(request), out_(indent) {}

    [[nodiscard]] std::string run() {
        const answer& a = reasons_.about;
        out_.open('{');
        out_.member("schema", std::uint64_t{1});
        out_.member_or_null("data", kb_.version());
        out_.member("digest", kb_.digest());
        out_.member("verdict", to_string(a.verdict()));
        out_.member_list("request", request_);
        out_.key("forced");
        out_.open('[');
        for (const forced_range& f : reasons_.forced) {
            out_.open('{');
            out_.member("component", f.component);
            out_.member("range", f.range);
            out_.key("why");
            put(&f.why);
            out_.close('}');
        }
        out_.close(']');
        out_.key("conflict");
        put(a.verdict() == cudacompat::verdict::incompatible ? a.conflict() : nullptr);
        out_.key("smallest");
        put(reasons_.smallest ? &*reasons_.smallest : nullptr);
        out_.member_list("missing", a.missing());
        std::sort(cited_.begin(), cited_.end());
        cited_.erase(std::unique(cited_.begin(), cited_.end()), cited_.end());
        out_.key("facts");
        out_.open('{');
        for (const std::uint32_t f : cited_) { // facts are in the order of their ids
            out_.key(kb_.str(kb_.facts()[f].id));
            out_.open('{');
            put_fact(out_, kb_, kb_.facts()[f]);
            out_.close('}');
        }
        out_.close('}');
        out_.close('}');
        return out_.take();
    }

private:
    void cite(const std::vector<std::uint32_t>& facts) {
        out_.key("facts");
        out_.open('[');
        for (const std::uint32_t f : facts) out_.text(kb_.str(kb_.facts()[f].id));
        out_.close(']');
        cited_.insert(cited_.end(), facts.begin(), facts.end());
    }
    void put(const conflict* c) {
        if (c == nullptr) {
            out_.null();
            return;
        }
        out_.open('{');
        out_.member_list("between", c->between());
        out_.key("steps");
        out_.open('[');
        for (const conflict::step& s : c->steps()) {
            out_.open('{');
            out_.member("text", s.text);
            cite(s.facts);
            out_.key("from");
            out_.open('[');
            for (const std::uint32_t f : s.from) out_.number(f);
            out_.close(']');
            out_.close('}');
        }
        out_.close(']');
        cite(c->facts());
        out_.close('}');
    }
    const reasons& reasons_;
    const knowledge_base kb_;
    std::span<const std::string_view> request_;
    json_writer out_;
    std::vector<std::uint32_t> cited_;
};

} // namespace detail

CUDACOMPAT_BODY std::string to_json(const reasons& r, std::span<const std::string_view> request,
                                    std::size_t indent) {
    return detail::json_reasons(r, request, indent).run();
}

} // namespace cudacompat
