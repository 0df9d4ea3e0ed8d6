#include "error_view.hpp"

#include <cudacompat/json_fact.hpp>
#include <cudacompat/knowledge/tables.hpp>

#include <array>

namespace cudacompat::cli {

std::vector<std::string_view> texts_of(const knowledge_base& kb, frozen::slice texts) {
    std::vector<std::string_view> out;
    for (const frozen::text t : kb.texts(texts)) out.push_back(kb.str(t));
    return out;
}

void put_error_members(json_writer& out, const knowledge_base& kb, const frozen::error& e) {
    out.member("id", kb.str(e.id));
    out.member("layer", error_layer_names[e.layer]);
    if (e.code == frozen::none) out.member_or_null("code", {});
    else out.member("code", std::uint64_t{e.code});
    out.member_or_null("name", kb.str(e.name));
    out.member_or_null("driver_name", kb.str(e.driver_name));
    out.member_list("text", texts_of(kb, e.texts));
    out.member("versions", version_tell_names[e.versions]);
    out.member("says", kb.str(e.says));
    out.key("causes");
    out.open('[');
    for (const frozen::cause& c : kb.causes(e)) {
        out.open('{');
        out.member("cause", kb.str(c.what));
        out.member_or_null("tell", kb.str(c.tell));
        out.member_or_null("advice", kb.str(c.advice));
        out.close('}');
    }
    out.close(']');
    out.key("sources");
    detail::put_sources(out, kb, kb.citations(e.sources));
}

std::string_view tells_of_versions(const frozen::error& e) noexcept {
    constexpr std::array<std::string_view, 3> tells{"yes: versions do not fit", "no",
                                                    "maybe: it depends on the cause"};
    return tells[e.versions];
}

} // namespace cudacompat::cli
