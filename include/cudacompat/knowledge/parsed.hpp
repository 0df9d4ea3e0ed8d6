// Versions and specs of a knowledge base, parsed when they are first needed and then kept.
//
// Lock-free: two threads that need the same text at once may both parse it; one result is kept.
#pragma once

#include <cudacompat/knowledge/knowledge_base.hpp>
#include <cudacompat/version/version_spec.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace cudacompat {

class parsed_texts {
public:
    explicit parsed_texts(const knowledge_base& kb)
        : kb_(kb),
          specs_(kb.selectors().size()),
          versions_(kb.components().size()),
          cells_(kb.components().size()) {}
    parsed_texts(const parsed_texts&) = delete;
    parsed_texts& operator=(const parsed_texts&) = delete;
    ~parsed_texts() {
        for (auto& s : specs_) delete s.load(std::memory_order_acquire);
        for (auto& v : versions_) delete v.load(std::memory_order_acquire);
        for (auto& c : cells_) delete c.load(std::memory_order_acquire);
    }

    /// The spec of a selector; nullptr where it is a word (absent, unknown, *) or does not parse.
    [[nodiscard]] const version_spec* spec(std::uint32_t selector) const {
        if (const version_spec* kept = specs_[selector].load(std::memory_order_acquire)) return kept;
        const frozen::selector& s = kb_.selectors()[selector];
        if (s.component == frozen::none) return nullptr;
        auto parsed = version_spec::parse(static_cast<version_scheme>(kb_.components()[s.component].scheme),
                                          kb_.str(s.spec));
        if (!parsed) return nullptr;
        return keep(specs_[selector], std::make_unique<version_spec>(std::move(*parsed)));
    }
    /// The version of each value of a component, in the order of its values; of cells and "unknown" the least version.
    [[nodiscard]] const std::vector<version>& versions(std::uint32_t component) const {
        if (const auto* kept = versions_[component].load(std::memory_order_acquire)) return *kept;
        const frozen::component& c = kb_.components()[component];
        auto list = std::make_unique<std::vector<version>>();
        list->reserve(c.values.count);
        for (const frozen::value& v : kb_.values(c)) {
            version& at = list->emplace_back();
            if ((v.flags & (frozen::is_unknown | frozen::is_cell)) != 0) continue;
            if (auto parsed = version::parse(static_cast<version_scheme>(c.scheme), kb_.str(v.version)))
                at = std::move(*parsed);
        }
        return *keep(versions_[component], std::move(list));
    }

    /// The sets of an open line's cells, in the order of the component's values; empty sets for what is no cell.
    [[nodiscard]] const std::vector<version_set>& cells(std::uint32_t component) const {
        if (const auto* kept = cells_[component].load(std::memory_order_acquire)) return *kept;
        const frozen::component& c = kb_.components()[component];
        const auto scheme = static_cast<version_scheme>(c.scheme);
        auto list = std::make_unique<std::vector<version_set>>();
        list->reserve(c.values.count);
        for (const frozen::value& v : kb_.values(c)) {
            const bool is_cell = (v.flags & frozen::is_cell) != 0;
            version_set& out =
                list->emplace_back(is_cell ? version_set::all(scheme) : version_set::none(scheme));
            for (const frozen::text end : {v.low, v.high})
                if (is_cell && !end.empty())
                    if (const auto part = version_spec::parse(scheme, kb_.str(end))) out &= part->set();
        }
        return *keep(cells_[component], std::move(list));
    }

private:
    template <class T>
    static const T* keep(std::atomic<const T*>& place, std::unique_ptr<T> made) {
        const T* expected = nullptr;
        if (place.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel))
            return made.release();
        return expected;
    }

    knowledge_base kb_;
    mutable std::vector<std::atomic<const version_spec*>> specs_;
    mutable std::vector<std::atomic<const std::vector<version>*>> versions_;
    mutable std::vector<std::atomic<const std::vector<version_set>*>> cells_;
};

} // namespace cudacompat
