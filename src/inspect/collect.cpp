#include "collect.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace cudacompat::inspecting {

namespace {

std::uint64_t sum(std::uint64_t a, std::uint64_t b) { // headers may state any size
    return b > std::numeric_limits<std::uint64_t>::max() - a ? std::numeric_limits<std::uint64_t>::max()
                                                             : a + b;
}

} // namespace

collector::key collector::key_of(const code_target& t) {
    std::uint32_t part[2] = {0, 0};
    std::size_t i = 0;
    for (const char c : t.ptx)
        if (c == '.') i = 1;
        else part[i] = part[i] * 10 + static_cast<std::uint32_t>(c - '0');
    return {t.relocatable, t.kind, t.arch, t.suffix, part[0], part[1]};
}

void collector::image(const code_target& t) {
    const key k = key_of(t);
    code_target& into = targets_.try_emplace(k, t).first->second;
    if (into.images == 0) into.bytes = into.unpacked = 0;
    ++into.images;
    into.bytes = sum(into.bytes, t.bytes);
    into.unpacked = sum(into.unpacked, t.unpacked);
    if (std::find(open_.begin(), open_.end(), k) == open_.end()) open_.push_back(k);
}

void collector::module_ends() {
    ++modules_;
    std::sort(open_.begin(), open_.end());
    for (const key& k : open_) ++targets_.at(k).modules;
    if (sets_.size() < most_sets || sets_.contains(open_)) {
        ++sets_[open_];
    } else if (!std::exchange(sets_full_, true)) {
        unread("more than " + std::to_string(most_sets) + " different sets of targets: not all are listed");
    }
    open_.clear();
}

void collector::unread(std::string what) {
    if (std::find(notes_.begin(), notes_.end(), what) != notes_.end()) return;
    if (notes_.size() < most_notes) notes_.push_back(std::move(what));
    else ++more_notes_;
}

bool collector::one_more() {
    if (steps_++ < most_steps) return true;
    if (!std::exchange(full_, true))
        unread("what follows after " + std::to_string(most_steps) + " images, the limit");
    return false;
}

bool collector::one_more_section() {
    if (sections_++ < most_sections) return true;
    unread("sections after the first " + std::to_string(most_sections) + ", the limit");
    return false;
}

device_code_report collector::report(std::string format) && {
    device_code_report out;
    out.format = std::move(format);
    out.modules = modules_;
    std::map<key, std::uint32_t> index;
    for (auto& [k, t] : targets_) {
        index.emplace(k, static_cast<std::uint32_t>(out.targets.size()));
        out.targets.push_back(std::move(t));
    }
    for (const auto& [keys, modules] : sets_) {
        code_set set;
        set.modules = modules;
        for (const key& k : keys) set.targets.push_back(index.at(k));
        out.sets.push_back(std::move(set));
    }
    out.unread = std::move(notes_);
    if (more_notes_ != 0) out.unread.push_back(std::to_string(more_notes_) + " further faults");
    return out;
}

} // namespace cudacompat::inspecting
