// Facts and sources as JSON, in answers and in `kb show`.
#pragma once

#include <cudacompat/json_writer.hpp>
#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/tell/describe.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cudacompat::detail {

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

} // namespace cudacompat::detail
