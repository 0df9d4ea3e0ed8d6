// Bodies of matrix.hpp: the table.
#pragma once

#include <cudacompat/decide/named.hpp>
#include <cudacompat/matrix.hpp>
#include <cudacompat/tell/describe.hpp>
#include <cudacompat/tell/resolver.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

namespace detail {

class tabulator {
public:
    tabulator(const knowledge_base& kb, const matrix_question& q) : kb_(kb), q_(q), options_(q.options) {
        options_.goal = {};
        options_.all_limit = 0;
    }

    [[nodiscard]] result<version_matrix> run() {
        if (std::optional<error> wrong = read()) return std::move(*wrong);
        const result<question> plain = ask({item(component_, {}), item(by_, {})}, true);
        if (!plain) return plain.error();
        here_ = plain->here;
        out_.component = kb_.name(component_);
        out_.by = kb_.name(by_);
        out_.ordered = !is_label(by_);
        out_.platform = kb_.platforms().size() > 1 ? plain->platform : std::string{};
        out_.platform_assumed = plain->platform_assumed;
        out_.data = kb_.version();
        out_.digest = kb_.digest();
        out_.as_of = here_->low.ctx.as_of;
        if (std::optional<error> wrong = rows()) return std::move(*wrong);
        columns();
        for (version_matrix::row& r : out_.rows)
            if (std::optional<error> wrong = fill(r)) return std::move(*wrong);
        merge_columns();
        if (!q_.all) merge_rows();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::optional<error> read() {
        const auto named = [&](const std::string& name, const char* option,
                               std::uint32_t& into) -> std::optional<error> {
            result<std::uint32_t> c = find_named(kb_, name);
            if (c) {
                into = *c;
                return std::nullopt;
            }
            error e = std::move(c).error();
            e.where.file = option;
            return e;
        };
        if (auto wrong = named(q_.component, "", component_)) return wrong;
        if (auto wrong = named(q_.by, "--by", by_)) return wrong;
        if (component_ == by_)
            return error{errc::bad_request,
                         "rows and columns are of the same component '" + std::string(kb_.name(by_)) + "'",
                         {},
                         {}};
        if (q_.request.size() + 2 > max_request_items)
            return error{errc::too_large,
                         "a request of " + std::to_string(q_.request.size()) + " items; 254 are read at most",
                         {},
                         {}};
        for (const std::string_view text : q_.request) {
            result<request_item> parsed = parse_request(text);
            if (!parsed) return std::move(parsed).error();
            base_.push_back(std::move(*parsed));
            out_.request.emplace_back(text);
        }
        if (q_.stack != nullptr) {
            stack_ = *q_.stack;
            detail::set_aside(kb_, component_, stack_, out_.set_aside);
            detail::set_aside(kb_, by_, stack_, out_.set_aside);
        }
        return std::nullopt;
    }
    [[nodiscard]] request_item item(std::uint32_t component, const std::string& spec) const {
        request_item out;
        out.name = kb_.name(component);
        out.spec = spec;
        out.text = out.name;
        if (!spec.empty() && spec.find_first_of("<>=") != 0) out.text += ':';
        out.text += spec;
        return out;
    }
    [[nodiscard]] std::vector<request_item> items(std::vector<request_item> own) const {
        own.insert(own.end(), base_.begin(), base_.end());
        return own;
    }
    [[nodiscard]] result<question> ask(std::vector<request_item> own, bool strict) const {
        const std::vector<request_item> all = items(std::move(own));
        asking how;
        how.strict = strict;
        return asker(kb_, all, q_.stack == nullptr ? nullptr : &stack_, options_).build(how);
    }

    [[nodiscard]] bool is_label(std::uint32_t c) const {
        return static_cast<version_scheme>(kb_.components()[c].scheme) == version_scheme::label;
    }
    /// "2.9" of "2.9.1"; a label is its own.
    [[nodiscard]] std::string minor_of(std::uint32_t c, std::string_view version) const {
        if (is_label(c)) return std::string(version);
        std::size_t end = 0;
        for (int dots = 0; end < version.size(); ++end) {
            const bool digit = version[end] >= '0' && version[end] <= '9';
            if (version[end] == '.' && ++dots == 2) break;
            if (version[end] != '.' && !digit) break;
        }
        while (end > 0 && version[end - 1] == '.') --end;
        return std::string(version.substr(0, end));
    }
    [[nodiscard]] static std::string interval(std::string_view low, std::string_view high) {
        if (low.starts_with(">=") && high.starts_with("<=") && low.substr(2) == high.substr(2))
            return "==" + std::string(low.substr(2));
        std::string out(low);
        if (!high.empty()) join(out, high, ",");
        return out;
    }
    [[nodiscard]] static std::string shown(const std::string& spec) {
        return spec.empty() ? "any" : spec.starts_with("==") ? spec.substr(2) : spec;
    }
    /// Values of the component on this platform, the newest first, one for each rank.
    template <class See>
    void each_release(std::uint32_t c, See see) const {
        std::uint32_t last = frozen::none;
        for (const frozen::value& v : kb_.values(kb_.components()[c])) {
            if ((v.flags & frozen::is_unknown) != 0 || v.rank == last ||
                ((v.platforms >> here_->low.ctx.platform) & 1U) == 0)
                continue;
            if (const std::string& day = here_->low.ctx.as_of;
                !day.empty() && !v.date.empty() && kb_.str(v.date) > day)
                continue;
            last = v.rank;
            see(v);
        }
    }

    [[nodiscard]] std::optional<error> rows() {
        const auto scheme = static_cast<version_scheme>(kb_.components()[component_].scheme);
        std::optional<version_spec> wanted;
        if (!q_.rows.empty()) {
            result<version_spec> parsed = version_spec::parse(scheme, q_.rows);
            if (!parsed) {
                error e{
                    errc::bad_request, "'" + q_.rows.substr(0, 200) + "': " + parsed.error().message, {}, {}};
                e.where.file = "--rows";
                return e;
            }
            wanted = std::move(*parsed);
        }
        std::string minor;
        bool any = false;
        each_release(component_, [&](const frozen::value& v) {
            any = true;
            std::string spec;
            if ((v.flags & frozen::is_cell) != 0) {
                spec = interval(kb_.str(v.low), kb_.str(v.high));
                version_set cell = version_set::all(scheme);
                if (!spec.empty())
                    if (const auto part = version_spec::parse(scheme, spec)) cell = part->set();
                if (wanted && !wanted->set().intersects(cell)) return;
            } else {
                const auto at = version::parse(scheme, kb_.str(v.version));
                if (wanted && (!at || !wanted->matches(*at))) return;
                if (!q_.all) {
                    if ((v.flags & frozen::is_prerelease) != 0) return;
                    std::string own = minor_of(component_, kb_.str(v.version));
                    if (own == minor) return;
                    minor = std::move(own);
                }
                spec = (is_label(component_) ? "" : "==") + std::string(kb_.str(v.version));
            }
            version_matrix::row row;
            row.version = shown(spec);
            row.item = spec;
            row.stretch = (v.flags & frozen::is_cell) != 0;
            if (row.stretch) {
                row.low = kb_.str(v.low);
                row.high = kb_.str(v.high);
            }
            out_.rows.push_back(std::move(row));
        });
        if (!out_.rows.empty()) return std::nullopt;
        error e{errc::bad_request,
                any ? "no release of " + out_.component + " matches '" + q_.rows.substr(0, 200) + "'"
                    : "the data lists no release of " + out_.component + " for " + out_.platform,
                {},
                {}};
        if (any) e.where.file = "--rows";
        return e;
    }
    void columns() {
        each_release(by_, [&](const frozen::value& v) {
            version_matrix::column c;
            if ((v.flags & frozen::is_cell) != 0) {
                c.low = kb_.str(v.low);
                c.high = kb_.str(v.high);
                c.item = interval(c.low, c.high);
                c.stretch = true;
            } else {
                if ((v.flags & frozen::is_prerelease) != 0) return;
                c.item = minor_of(by_, kb_.str(v.version));
                if (!out_.columns.empty() && out_.columns.back().item == c.item) {
                    ranks_.back().push_back(v.rank);
                    return;
                }
            }
            c.version = shown(c.item);
            out_.columns.push_back(std::move(c));
            ranks_.push_back({v.rank});
        });
        std::reverse(out_.columns.begin(), out_.columns.end());
        std::reverse(ranks_.begin(), ranks_.end());
    }

    [[nodiscard]] std::optional<error> fill(version_matrix::row& r) {
        const request_item own = item(component_, r.item);
        r.cells.assign(out_.columns.size(), cudacompat::verdict::incompatible);
        const result<question> strict = ask({own, item(by_, {})}, true);
        if (!strict) return strict.error();
        // A partial observation is judged for each choice of versions, and a CPU build counts where a release has nothing else:
        // both depend on the column.
        const bool by_cell = !strict->doubts.empty() || !strict->impossible.empty() ||
                             (kb_.components()[by_].flags & frozen::device_code) != 0;
        for (std::size_t i = 0; by_cell && i < r.cells.size(); ++i) {
            const result<cudacompat::verdict> one = judge({own, item(by_, out_.columns[i].item)});
            if (!one) return one.error();
            r.cells[i] = *one;
        }
        if (!by_cell) {
            works(*strict,
                  strict->gaps.empty() ? cudacompat::verdict::compatible : cudacompat::verdict::unknown,
                  false, r);
            if (std::any_of(r.cells.begin(), r.cells.end(),
                            [](cudacompat::verdict v) { return v == cudacompat::verdict::incompatible; })) {
                const result<question> kind = ask({own, item(by_, {})}, false);
                if (!kind) return kind.error();
                works(*kind, cudacompat::verdict::unknown, true, r);
            }
        }
        r.item = own.text;
        return std::nullopt;
    }
    /// One question for itself. Its answer is needed only where a partial observation has to be judged by it.
    [[nodiscard]] result<cudacompat::verdict> judge(const std::vector<request_item>& own) const {
        const result<question> strict = ask(own, true);
        if (!strict) return strict.error();
        if (!strict->impossible.empty())
            return std::all_of(strict->impossible.begin(), strict->impossible.end(),
                               [](const nothing_matches& n) { return n.beyond_data; })
                       ? cudacompat::verdict::unknown
                       : cudacompat::verdict::incompatible;
        if (strict->here->borrow()->satisfiable(strict->ask)) {
            if (strict->doubts.empty())
                return strict->gaps.empty() ? cudacompat::verdict::compatible : cudacompat::verdict::unknown;
            const std::vector<request_item> all = items(own);
            const result<answer> a =
                resolver(kb_, all, q_.stack == nullptr ? nullptr : &stack_, options_).run();
            if (!a) return a.error();
            return a->verdict();
        }
        const result<question> kind = ask(own, false);
        if (!kind) return kind.error();
        return kind->here->borrow()->satisfiable(kind->ask) ? cudacompat::verdict::unknown
                                                            : cudacompat::verdict::incompatible;
    }
    /// Marks the columns that the question has a solution for; those that are marked already stay.
    void works(const question& q, cudacompat::verdict v, bool kind, version_matrix::row& r) const {
        const instance_table& in = q.here->low.instances;
        const auto copies = in.of(by_);
        query plain = q.ask;
        plain.criteria.clear();
        auto solver = q.here->borrow();
        bits projected;
        if (copies.size() == 1) projected = solver->project(plain, copies[0]);
        for (std::size_t i = 0; i < r.cells.size(); ++i) {
            if (r.cells[i] != cudacompat::verdict::incompatible) continue;
            query one = plain;
            bool some = false;
            for (const std::uint32_t var : copies) {
                bits values(in.domain_size(var));
                for (std::uint32_t k = 1; k < values.size(); ++k) {
                    const frozen::value& at = in.value(var, k);
                    const bool unknown = (at.flags & frozen::is_unknown) != 0;
                    if (unknown ? kind : is_in(ranks_[i], at.rank)) values.set(k);
                }
                some = some || (copies.size() == 1 && values.intersects(projected));
                values.set(0); // a further copy need not be there
                one.restrictions.push_back({var, std::move(values)});
            }
            if (copies.size() == 1 ? some : solver->satisfiable(one)) r.cells[i] = v;
        }
    }
    [[nodiscard]] static bool is_in(const std::vector<std::uint32_t>& list, std::uint32_t x) {
        return std::find(list.begin(), list.end(), x) != list.end();
    }

    /// Neighbours on an open line that no row tells apart are one column.
    void merge_columns() {
        std::vector<version_matrix::column> kept;
        std::vector<std::size_t> from;
        for (std::size_t i = 0; i < out_.columns.size(); ++i) {
            const bool same =
                i > 0 && out_.columns[i].stretch &&
                std::all_of(out_.rows.begin(), out_.rows.end(),
                            [&](const version_matrix::row& r) { return r.cells[i] == r.cells[i - 1]; });
            if (same) {
                kept.back().high = out_.columns[i].high;
                continue;
            }
            kept.push_back(std::move(out_.columns[i]));
            from.push_back(i);
        }
        for (version_matrix::column& c : kept) {
            if (c.stretch) c.version = shown(c.item = interval(c.low, c.high));
            c.item = item(by_, c.item).text;
        }
        out_.columns = std::move(kept);
        for (version_matrix::row& r : out_.rows) {
            std::vector<cudacompat::verdict> cells;
            for (const std::size_t i : from) cells.push_back(r.cells[i]);
            r.cells = std::move(cells);
        }
    }
    /// Rows come newest first: the later one of two neighbours is the lower one.
    void merge_rows() {
        std::vector<version_matrix::row> kept;
        for (version_matrix::row& r : out_.rows) {
            if (!kept.empty() && r.stretch && kept.back().cells == r.cells &&
                touches(r.high, kept.back().low)) {
                kept.back().low = r.low;
                continue;
            }
            kept.push_back(std::move(r));
        }
        for (version_matrix::row& r : kept) {
            if (!r.stretch) continue;
            const std::string spec = interval(r.low, r.high);
            r.version = shown(spec);
            r.item = item(component_, spec).text;
        }
        out_.rows = std::move(kept);
    }
    /// "<530" and ">=530", "<=530" and ">530": one begins where the other ends. (A spec may have taken out what is between.)
    [[nodiscard]] static bool touches(std::string_view high, std::string_view low) {
        return bound_number(high) == bound_number(low) && !high.empty() && !low.empty() &&
               high.starts_with("<=") != low.starts_with(">=");
    }

    const knowledge_base& kb_;
    const matrix_question& q_;
    resolve_options options_;
    std::uint32_t component_ = 0;
    std::uint32_t by_ = 0;
    std::vector<request_item> base_;
    stack_record stack_;
    std::shared_ptr<const world> here_;
    std::vector<std::vector<std::uint32_t>> ranks_; ///< by column
    version_matrix out_;
};

} // namespace detail

CUDACOMPAT_BODY result<version_matrix> tabulate(const knowledge_base& kb, const matrix_question& q) {
    return detail::tabulator(kb, q).run();
}

} // namespace cudacompat
