// Bodies of reasons.hpp.
#pragma once

#include <cudacompat/decide/statements.hpp>
#include <cudacompat/tell/reasons.hpp>
#include <cudacompat/tell/resolver.hpp>
#include <cudacompat/tell/text_body.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cudacompat {

namespace detail {

class reason_finder {
public:
    reason_finder(const knowledge_base& kb, std::span<const request_item> items, const stack_record* stack,
                  resolve_options options)
        : kb_(kb), items_(items), stack_(stack), options_(std::move(options)) {}

    [[nodiscard]] result<reasons> run() {
        result<answer> a = resolver(kb_, items_, stack_, options_).run();
        if (!a) return std::move(a).error();
        reasons out{std::move(*a), {}, {}};
        if (out.about.verdict() == cudacompat::verdict::incompatible) {
            out.smallest = smaller(out.about);
        } else if (out.about.solution() != nullptr) {
            out.forced = forced(*out.about.solution());
        }
        return out;
    }

private:
    /// The question with the requested components as chosen.
    [[nodiscard]] static question pinned(const solution& s) {
        question q = s.asked();
        q.ask.criteria.clear();
        for (const choice& c : s.choices()) {
            const auto role = static_cast<component_role>(s.kb().components()[c.component()].role);
            const bool wanted = std::find(q.wanted.begin(), q.wanted.end(), c.component()) != q.wanted.end();
            if (!wanted || c.optional() || role == component_role::host || role == component_role::device ||
                role == component_role::derived)
                continue;
            bits one(s.instances().domain_size(c.var()));
            one.set(c.domain());
            std::string text = c.name() + " " + c.version();
            if (!c.variant().empty()) text += " (" + c.variant() + ")";
            add(q, c.var(), std::move(one), {asked_by::request, c.component(), std::move(text), {}, {}});
        }
        for (const std::uint32_t extra : q.here->decision_order.extras) { // what the answer avoids stays away
            if (s.values()[extra] != 0) continue;
            const std::uint32_t c = s.instances()[extra].component;
            bits gone(s.instances().domain_size(extra));
            gone.set(0);
            add(q, extra, std::move(gone),
                {asked_by::rule, c, "without a " + std::string(s.kb().name(c)), {}, {}});
        }
        return q;
    }
    static void add(question& q, std::uint32_t var, bits allowed, asked said) {
        q.says.insert(q.says.begin() + static_cast<std::ptrdiff_t>(q.ask.restrictions.size()),
                      std::move(said));
        q.ask.restrictions.push_back({var, std::move(allowed)});
    }

    [[nodiscard]] std::vector<forced_range> forced(const solution& s) const {
        std::vector<forced_range> out;
        const question base = pinned(s);
        for (const choice& c : s.choices()) {
            const auto role = static_cast<component_role>(kb_.components()[c.component()].role);
            if (role == component_role::derived || c.optional()) continue;
            if (std::any_of(base.ask.restrictions.begin(), base.ask.restrictions.end(),
                            [&](const restriction& r) { return r.var == c.var() && r.allowed.count() == 1; }))
                continue; // asked for as it is
            const bits works = base.here->borrow()->project(base.ask, c.var());
            bits beyond = works.complement();
            if (beyond.empty()) continue;
            question other = base;
            std::string range = describe(kb_, s.instances(), c.var(), works);
            add(other, c.var(), std::move(beyond),
                {asked_by::rule,
                 c.component(),
                 "suppose that " + c.name() + " were outside " + (range.empty() ? "it" : range),
                 {},
                 {}});
            auto outcome = other.here->borrow()->solve(other.ask);
            if (const auto* why = std::get_if<refutation>(&outcome))
                out.push_back({c.name(), std::move(range), conflict_teller(other).tell(*why)});
        }
        return out;
    }

    /// Leaves out one fact of the core after the other; what still contradicts does so by other facts.
    [[nodiscard]] std::optional<conflict> smaller(const answer& a) const {
        const conflict* first = a.conflict();
        if (first == nullptr || first->facts().empty()) return std::nullopt;
        std::optional<conflict> best;
        std::size_t size = first->facts().size();
        std::size_t looked = 0;
        for (const std::uint32_t f : first->facts()) {
            if (++looked > 16) break;
            asker asker(kb_, items_, stack_, options_);
            asking how;
            how.strict = false;
            how.without = {f};
            const result<question> q = asker.build(how);
            if (!q || !q->impossible.empty()) continue;
            for (const refutation& why : conflicts_of(*q, statements_of(*q), 4)) {
                conflict told = conflict_teller(*q).tell(why);
                if (told.facts().size() >= size) continue;
                size = told.facts().size();
                best = std::move(told);
            }
        }
        return best;
    }

    const knowledge_base& kb_;
    std::span<const request_item> items_;
    const stack_record* stack_;
    resolve_options options_;
};

/// Numbered steps, with numbers of sources that run on.
inline void put_steps(std::string& out, const conflict& c, source_list& sources,
                      const text_options& options) {
    for (std::size_t i = 0; i < c.steps().size(); ++i) {
        std::vector<frozen::citation> all;
        for (const std::uint32_t f : c.steps()[i].facts) {
            const auto list = c.kb().citations(c.kb().facts()[f].sources);
            if (all.size() < 6) all.insert(all.end(), list.begin(), list.end());
        }
        const std::string mark = "  " + std::to_string(i + 1) + ". ";
        std::string text = c.steps()[i].text;
        if (const std::string cited = sources.cite(all); !cited.empty()) text += " " + cited;
        put_wrapped(out, mark, std::string(mark.size(), ' '), text, options.width);
    }
}

class tree_printer {
public:
    tree_printer(const conflict& c, const text_options& options) : conflict_(c), options_(options) {}
    [[nodiscard]] std::string run() {
        if (conflict_.steps().empty()) return {};
        told_.assign(conflict_.steps().size(), 0);
        std::vector<char> used(conflict_.steps().size(), 0);
        for (const conflict::step& s : conflict_.steps())
            for (const std::uint32_t f : s.from) used[f] = 1;
        for (std::size_t i = conflict_.steps().size(); i-- > 0;)
            if (used[i] == 0) put(i, "", "");
        return std::move(out_);
    }

private:
    void put(std::size_t at, const std::string& before, const std::string& below) {
        const conflict::step& s = conflict_.steps()[at];
        const std::string mark = std::to_string(at + 1) + ". ";
        if (told_[at] != 0) {
            out_ += before + mark + "(as above)\n";
            return;
        }
        told_[at] = 1;
        put_wrapped(out_, before + mark, below + std::string(mark.size(), ' '), s.text, options_.width);
        for (std::size_t i = 0; i < s.from.size(); ++i) {
            const bool last = i + 1 == s.from.size();
            put(s.from[i], below + (last ? "`- " : "|- "), below + (last ? "   " : "|  "));
        }
    }
    const conflict& conflict_;
    const text_options& options_;
    std::vector<char> told_;
    std::string out_;
};

} // namespace detail

CUDACOMPAT_BODY std::string to_tree(const conflict& c, const text_options& options) {
    return detail::tree_printer(c, options).run();
}

CUDACOMPAT_BODY std::string to_text(const reasons& r, const text_options& options) {
    const answer& a = r.about;
    const knowledge_base& kb = a.kb();
    std::string out(to_string(a.verdict()));
    if (!a.asked().platform.empty() && kb.platforms().size() > 1) out += " on " + a.asked().platform;
    if (!kb.version().empty())
        out += ", by data " + std::string(kb.version()) + " (" + kb.digest().substr(0, 8) + ")";
    out += "\n";
    detail::source_list sources(kb);
    if (a.verdict() == cudacompat::verdict::incompatible && a.conflict() != nullptr) {
        std::string names;
        for (const std::string& n : a.conflict()->between()) detail::join(names, n, ", ");
        out += "\nagainst it: " + names + "\n";
        detail::put_steps(out, *a.conflict(), sources, options);
        if (r.smallest) {
            out += "\nagainst it with the fewest facts (" + std::to_string(r.smallest->facts().size()) +
                   " instead of " + std::to_string(a.conflict()->facts().size()) + ")\n";
            detail::put_steps(out, *r.smallest, sources, options);
        }
    } else {
        std::string chosen;
        if (const solution* s = a.solution())
            for (const choice& c : s->choices())
                if (std::find(a.asked().wanted.begin(), a.asked().wanted.end(), c.component()) !=
                    a.asked().wanted.end())
                    detail::join(chosen,
                                 c.name() + " " + c.version() +
                                     (c.variant().empty() ? "" : " (" + c.variant() + ")"),
                                 ", ");
        if (!chosen.empty()) out += "nothing is against it; with " + chosen + ":\n";
        for (const forced_range& f : r.forced) {
            out += "\n" + f.component + " " + (f.range.empty() ? "absent" : f.range) + "\n";
            detail::put_steps(out, f.why, sources, options);
        }
    }
    if (!a.missing().empty()) {
        out += "\nunknown\n";
        for (const std::string& m : a.missing()) detail::put_wrapped(out, "  - ", "    ", m, options.width);
    }
    if (!sources.empty()) out += "\nsources\n" + sources.print(options.width);
    return out;
}

} // namespace cudacompat
