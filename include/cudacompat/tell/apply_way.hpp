// A way out, made: the stack and the request as they are after its changes.
#pragma once

#include <cudacompat/decide/ask/question_maker.hpp>
#include <cudacompat/decide/request.hpp>
#include <cudacompat/knowledge/stack.hpp>
#include <cudacompat/tell/answer.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace cudacompat::detail {

class way_applier {
public:
    way_applier(const knowledge_base& kb, stack_record& stack, std::vector<request_item>& items)
        : kb_(kb), stack_(stack), items_(items) {}

    /// False: some change is of nothing that is stated.
    [[nodiscard]] bool make(const way_out& way) {
        return std::all_of(way.changes.begin(), way.changes.end(),
                           [&](const way_out::change& c) { return make(c); });
    }

private:
    [[nodiscard]] bool make(const way_out::change& c) {
        const std::string value =
            (c.example.empty() ? c.to : c.example) + (c.variant.empty() ? "" : "+" + c.variant);
        if (c.component == "driver") stack_.driver_cuda = stack_.driver_ptx = stack_.driver_user = {};
        if (c.component == "glibc" && stack_.musl.given()) { // another distribution
            stack_.musl = {};
            stack_.glibc.text = value;
            return true;
        }
        for (auto& [name, part] : host_parts(stack_)) {
            if (name != c.component) continue;
            auto* text = const_cast<stack_text*>(part); // of our own copy
            const bool compat = name == "compat-package";
            if (!text->given() && !compat) continue;
            text->text = value == "absent" && compat ? "" : value;
            return true;
        }
        const std::uint32_t wanted = kb_.find_component(c.component);
        for (stack_item& i : stack_.components)
            if (kb_.find_component(i.component) == wanted) {
                i.version = value;
                return true;
            }
        for (request_item& i : items_) {
            if (kb_.find_component(i.name) != wanted) continue;
            const result<request_item> other =
                parse_request(c.component + (value == "absent" ? ":absent" : ":==" + value));
            if (!other) return false;
            i = *other;
            return true;
        }
        return false;
    }

    const knowledge_base& kb_;
    stack_record& stack_;
    std::vector<request_item>& items_;
};

} // namespace cudacompat::detail
