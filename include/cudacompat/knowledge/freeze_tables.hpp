// First stage of freeze(): strings, platforms, sources and the order of components.
#pragma once

#include <cudacompat/base/error.hpp>
#include <cudacompat/base/result.hpp>
#include <cudacompat/knowledge/frozen.hpp>
#include <cudacompat/knowledge/model.hpp>
#include <cudacompat/knowledge/names.hpp>
#include <cudacompat/version/partition.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace cudacompat::detail {

/// One value of a component while it is being built.
struct raw_value {
    version at;
    version_set cell; // open lines
    std::string variant;
    std::string low, high;
    std::string date;
    std::uint32_t platforms = 0;
    std::uint32_t listed = 0;
    std::uint8_t flags = 0;
    std::uint8_t prefer = 0;
    std::uint16_t rank = 0;
    std::vector<const build_record*> builds;
    std::vector<const release_record*> releases; // of a cell, newest first
    const std::vector<source_ref>* sources = nullptr;
};

class freeze_tables {
protected:
    explicit freeze_tables(const model& data) : data_(data) {}

    bool fail(std::string message, const source_region& where) {
        failure_ = error{errc::bad_data, std::move(message), where, {}};
        return false;
    }

    // -- tables -------------------------------------------------------------------------------------------

    [[nodiscard]] frozen::text text(std::string_view s) {
        constexpr std::size_t most = 0xffff;
        if (s.empty()) return {0};
        if (s.size() > most) {
            fail("a text of " + std::to_string(s.size()) + " bytes; at most 65535 fit", {});
            return {0};
        }
        const auto [it, fresh] =
            strings_at_.try_emplace(std::string(s), static_cast<std::uint32_t>(strings_.size()));
        if (fresh) add_string(s);
        return {it->second};
    }
    void add_string(std::string_view s) {
        const auto length = static_cast<std::uint16_t>(s.size());
        char bytes[sizeof length];
        std::memcpy(bytes, &length, sizeof length);
        strings_.append(bytes, sizeof length).append(s);
    }
    /// The list at the end of a table; or, where the same list stands already, that one.
    template <class T>
    [[nodiscard]] static frozen::slice
    put_once(std::vector<T>& table, std::map<std::string, frozen::slice>& seen, const std::vector<T>& list) {
        if (list.empty()) return {0, 0};
        std::string key(list.size() * sizeof(T), '\0');
        std::memcpy(key.data(), list.data(), key.size());
        const auto [it, fresh] = seen.try_emplace(std::move(key), frozen::slice{count(table), count(list)});
        if (fresh) table.insert(table.end(), list.begin(), list.end());
        return it->second;
    }
    template <class T>
    [[nodiscard]] static std::uint32_t count(const std::vector<T>& v) noexcept {
        return static_cast<std::uint32_t>(v.size());
    }
    [[nodiscard]] frozen::slice texts(const std::vector<std::string>& list) {
        std::vector<frozen::text> made;
        for (const std::string& t : list) made.push_back(text(t));
        return put_once(texts_, text_lists_, made);
    }

    bool platforms() {
        names_ = data_.platforms;
        if (names_.empty()) names_.emplace_back("any");
        if (names_.size() > 31) return fail("more than 31 platforms", {});
        return true;
    }
    /// Mask of the named platforms; all of them for an empty list.
    bool mask(const std::vector<std::string>& on, const source_region& where, std::uint32_t& out) {
        out = 0;
        if (on.empty()) out = names_.size() == 32 ? 0xffffffffU : (1U << names_.size()) - 1;
        for (const std::string& p : on) {
            const auto it = std::find(names_.begin(), names_.end(), p);
            if (it == names_.end())
                return fail("unknown platform '" + p + "'; kb.yaml lists the known ones", where);
            out |= 1U << static_cast<std::uint32_t>(it - names_.begin());
        }
        return true;
    }

    bool sources() {
        std::vector<const source_record*> order;
        for (const source_record& s : data_.sources) order.push_back(&s);
        std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->id < b->id; });
        for (const source_record* s : order) {
            if (!source_index_.emplace(s->id, count(sources_)).second)
                return fail("source '" + s->id + "' is defined twice", s->where);
            sources_.push_back({text(s->id), text(s->kind), text(s->title), text(s->url), text(s->repo),
                                text(s->commit), text(s->path), text(s->read)});
        }
        return true;
    }
    bool cite(const std::vector<source_ref>& refs, const source_region& where, frozen::slice& out) {
        std::vector<frozen::citation> list;
        for (const source_ref& r : refs) {
            const auto it = source_index_.find(r.id);
            if (it == source_index_.end()) return fail("unknown source '" + r.id + "'", where);
            list.push_back({it->second, text(r.at)});
        }
        out = put_once(citations_, citation_lists_, list);
        return true;
    }

    bool index_components() {
        for (const component_record& c : data_.components) ordered_.push_back(&c);
        std::sort(ordered_.begin(), ordered_.end(), [](auto* a, auto* b) { return a->name < b->name; });
        for (std::uint32_t i = 0; i < ordered_.size(); ++i)
            if (!component_index_.emplace(ordered_[i]->name, i).second)
                return fail("component '" + ordered_[i]->name + "' is defined twice", ordered_[i]->where);
        values_.resize(ordered_.size());
        spec_cache_.resize(ordered_.size());
        return true;
    }
    [[nodiscard]] std::uint32_t component(const std::string& name) const {
        const auto it = component_index_.find(name);
        return it == component_index_.end() ? frozen::none : it->second;
    }

    template <class F>
    void each_selector(F&& call) const {
        for (const fact_record& f : data_.facts) {
            for (const selector_record& s : f.if_) call(s);
            for (const selector_record& s : f.then) call(s);
            for (const auto& group : f.then_any)
                for (const selector_record& s : group) call(s);
        }
    }
    [[nodiscard]] static bool is_word(const std::string& spec) {
        return spec == "absent" || spec == "unknown" || spec == "*";
    }

    /// The spec parsed under the component's scheme; cached, since facts repeat themselves.
    const version_spec* spec(std::uint32_t c, const std::string& said, const source_region& where) {
        auto& cache = spec_cache_[c];
        const auto it = cache.find(said);
        if (it != cache.end()) return &it->second;
        result<version_spec> parsed = version_spec::parse(ordered_[c]->scheme, said);
        if (!parsed) {
            fail("version spec '" + said + "' of '" + ordered_[c]->name + "': " + parsed.error().message,
                 where);
            return nullptr;
        }
        return &cache.emplace(said, std::move(*parsed)).first->second;
    }

    const model& data_;
    error failure_;
    std::vector<std::string> names_;
    std::vector<const component_record*> ordered_;
    std::unordered_map<std::string, std::uint32_t> component_index_, source_index_, strings_at_;
    std::vector<std::unordered_map<std::string, version_spec>> spec_cache_;
    std::vector<std::vector<raw_value>> values_;
    std::unordered_map<std::string, std::string> bound_texts_;
    std::unordered_map<const release_record*, std::uint32_t> release_platforms_;
    std::vector<frozen::slice> products_of_;
    std::vector<std::vector<std::uint32_t>> refs_;

    std::string strings_ = std::string(sizeof(std::uint16_t), '\0'); ///< begins with the empty text
    std::map<std::string, frozen::slice> citation_lists_, text_lists_, interval_lists_, selector_lists_;
    std::vector<frozen::text> texts_;
    std::vector<frozen::product> products_;
    std::vector<frozen::interval> intervals_;
    std::vector<frozen::selector> selectors_;
    std::vector<frozen::group> groups_;
    std::vector<frozen::fact> facts_;
    std::vector<frozen::citation> citations_;
    std::vector<frozen::source> sources_;
};

} // namespace cudacompat::detail
