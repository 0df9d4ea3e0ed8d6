#include "kb_tables.hpp"

#include "error_view.hpp"
#include "exit_code.hpp"
#include "kb_view.hpp"

#include <cudacompat/json_fact.hpp>
#include <cudacompat/knowledge/lookup.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudacompat::cli {

namespace {

using table = std::vector<std::vector<std::string>>;
using indices = std::vector<std::uint32_t>;

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::optional<std::uint32_t> number(std::string_view s) {
    if (s.empty() || s.size() > 9) return std::nullopt;
    std::uint32_t out = 0;
    for (const char c : s) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return out;
}

/// "2684", "0x2684", "10DE:2684"; the vendor is 10de unless it is said.
std::optional<std::pair<std::uint32_t, std::uint32_t>> pci_id(std::string_view text) {
    const auto hex = [](std::string_view s) -> std::optional<std::uint32_t> {
        if (s.starts_with("0x") || s.starts_with("0X")) s.remove_prefix(2);
        if (s.size() != 4) return std::nullopt;
        std::uint32_t out = 0;
        for (const char c : lower(s)) {
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
            out = out * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        return out;
    };
    const std::size_t colon = text.find(':');
    const auto vendor = hex(colon == std::string_view::npos ? "10de" : text.substr(0, colon));
    const auto device = hex(colon == std::string_view::npos ? text : text.substr(colon + 1));
    if (!vendor || !device) return std::nullopt;
    return std::pair(*vendor, *device);
}

std::string hex(std::uint32_t id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(4, '0');
    for (int i = 3; i >= 0; --i, id >>= 4U) out[static_cast<std::size_t>(i)] = digits[id & 15U];
    return out;
}

class tables {
public:
    tables(const kb_args& args, const knowledge_base& kb) : args_(args), kb_(kb) {}

    int list() {
        if (args_.subject == "errors") {
            indices all(kb_.errors().size());
            for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
            return put_errors(all, false);
        }
        if (args_.subject == "names") {
            indices all(kb_.names().size());
            for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
            return put_names(all, false);
        }
        return list_chips();
    }

    std::optional<int> show() {
        const std::string_view what = args_.subject;
        for (std::uint32_t i = 0; i < kb_.errors().size(); ++i)
            if (kb_.str(kb_.errors()[i].id) == what) return put_errors({i}, true);
        for (std::uint32_t i = 0; i < kb_.names().size(); ++i)
            if (kb_.str(kb_.names()[i].id) == what) return put_names({i}, true);
        if (what.starts_with("error:")) return show_error(what.substr(6));
        if (what.starts_with("name:")) return show_name(what.substr(5));
        if (what.starts_with("pci:")) return show_pci(what.substr(4));
        return std::nullopt;
    }

private:
    [[nodiscard]] std::string str(frozen::text t) const { return std::string(kb_.str(t)); }

    void begin() {
        json_.open('{');
        json_.member("schema", std::uint64_t{1});
        json_.member_or_null("data", kb_.version());
    }
    int end(const std::string& text) {
        json_.close('}');
        return put_result(args_.format == output_format::json ? json_.take() : text) ? exit_compatible
                                                                                     : exit_internal;
    }
    int unknown(const std::string& message, std::string_view given, const std::vector<std::string>& known) {
        const std::vector<std::string_view> views(known.begin(), known.end());
        put_error(message + did_you_mean(nearest(given.substr(0, 200), views)));
        return exit_usage;
    }
    void sources(std::string& text, std::span<const frozen::citation> cited) {
        if (!cited.empty()) text += "\nsources\n";
        for (const frozen::citation& c : cited) text += "  " + place(kb_, c) + "\n";
    }
    void json_sources(frozen::slice cited) {
        json_.key("sources");
        detail::put_sources(json_, kb_, kb_.citations(cited));
    }
    [[nodiscard]] std::vector<std::string_view> views(frozen::slice texts) const {
        return texts_of(kb_, texts);
    }

    // -- errors -----------------------------------------------------------------------------------------------

    [[nodiscard]] std::string_view layer_of(const frozen::error& e) const {
        return error_layer_names[e.layer];
    }

    void json_error(const frozen::error& e) {
        json_.open('{');
        put_error_members(json_, kb_, e);
        json_.close('}');
    }

    [[nodiscard]] std::string whole_error(const frozen::error& e) {
        std::string out = str(e.id) + "\n  " + str(e.says) + "\n\n";
        table rows{{"  layer", std::string(layer_of(e))}};
        if (e.code != frozen::none) rows.push_back({"  code", std::to_string(e.code)});
        if (!e.name.empty()) rows.push_back({"  name", str(e.name)});
        if (!e.driver_name.empty()) rows.push_back({"  in the driver API", str(e.driver_name)});
        rows.push_back({"  about versions", std::string(tells_of_versions(e))});
        for (const std::string_view t : views(e.texts))
            rows.push_back(
                {rows.back().front() == "  message" || rows.back().front().empty() ? "" : "  message",
                 "\"" + std::string(t) + "\""});
        for (std::size_t i = 1; i < rows.size(); ++i)
            if (rows[i].front().empty()) rows[i].front() = "  or";
        out += aligned(rows) + "\ncauses\n";
        std::size_t n = 0;
        for (const frozen::cause& c : kb_.causes(e)) {
            out += "  " + std::to_string(++n) + ". " + str(c.what) + "\n";
            if (!c.tell.empty()) out += "     tells: " + str(c.tell) + "\n";
            if (!c.advice.empty()) out += "     do: " + str(c.advice) + "\n";
        }
        sources(out, kb_.citations(e.sources));
        return out;
    }

    /// Up to three whole, more as rows; `whole` for what was named.
    int put_errors(const indices& found, bool whole) {
        begin();
        json_.key("errors");
        json_.open('[');
        std::string text;
        table rows{{"error", "layer", "code", "versions", "says"}};
        for (const std::uint32_t i : found) {
            const frozen::error& e = kb_.errors()[i];
            json_error(e);
            text += (text.empty() ? "" : "\n") + whole_error(e);
            rows.push_back({str(e.id), std::string(layer_of(e)),
                            e.code == frozen::none ? "-" : std::to_string(e.code),
                            std::string(version_tell_names[e.versions]), str(e.says)});
        }
        json_.close(']');
        return end(whole && found.size() <= 3 ? text : aligned(rows));
    }

    [[nodiscard]] std::vector<std::string> error_addresses() const {
        std::vector<std::string> out;
        for (const frozen::error& e : kb_.errors()) {
            out.push_back(str(e.id));
            if (e.code != frozen::none)
                out.push_back("error:" + std::string(layer_of(e)) + ":" + std::to_string(e.code));
            for (const frozen::text name : {e.name, e.driver_name})
                if (!name.empty()) out.push_back("error:" + str(name));
        }
        for (const std::string_view layer : error_layer_names) out.push_back("error:" + std::string(layer));
        return out;
    }

    /// LAYER, LAYER:CODE, LAYER:SYMBOL, CODE, SYMBOL, or a message.
    int show_error(std::string_view what) {
        const std::size_t colon = what.find(':');
        std::string layer = lower(what.substr(0, colon));
        std::replace(layer.begin(), layer.end(), '-', '_');
        const auto* const named = std::find(error_layer_names.begin(), error_layer_names.end(), layer);
        const bool has_layer = named != error_layer_names.end();
        const std::string_view rest = !has_layer                        ? what
                                      : colon == std::string_view::npos ? std::string_view{}
                                                                        : what.substr(colon + 1);
        const auto wanted = static_cast<std::uint8_t>(named - error_layer_names.begin());
        const std::optional<std::uint32_t> code = number(rest);
        const std::string symbol = lower(rest);

        indices found;
        if (has_layer && code) {
            if (const std::uint32_t i = find_error(kb_, static_cast<error_layer>(wanted), *code);
                i != frozen::none)
                found.push_back(i);
        } else {
            for (std::uint32_t i = 0; i < kb_.errors().size(); ++i) {
                const frozen::error& e = kb_.errors()[i];
                if (has_layer && e.layer != wanted) continue;
                const bool by_name = !symbol.empty() && (lower(kb_.str(e.name)) == symbol ||
                                                         lower(kb_.str(e.driver_name)) == symbol);
                if ((has_layer && rest.empty()) || (code && e.code == *code) || by_name) found.push_back(i);
            }
            if (found.empty() && !code && rest.size() >= 6)
                found = by_message(rest, has_layer ? wanted : 0xff);
        }
        if (!found.empty()) return put_errors(found, true);
        return unknown("no error '" + escaped(what.substr(0, 200)) +
                           "'; expected LAYER:CODE, a code, a symbol or a message; 'kb list errors' has them",
                       args_.subject, error_addresses());
    }

    /// Errors that the message tells; else those of whose message it is a part.
    [[nodiscard]] indices by_message(std::string_view message, std::uint8_t layer) const {
        indices out = errors_in(kb_, message);
        if (out.empty())
            for (std::uint32_t i = 0; i < kb_.errors().size(); ++i)
                for (const std::string_view t : views(kb_.errors()[i].texts))
                    if (lower(t).find(lower(message)) != std::string::npos) {
                        out.push_back(i);
                        break;
                    }
        if (layer != 0xff)
            std::erase_if(out, [&](std::uint32_t i) { return kb_.errors()[i].layer != layer; });
        return out;
    }

    // -- names ------------------------------------------------------------------------------------------------

    int put_names(const indices& found, bool with_sources) {
        begin();
        json_.key("names");
        json_.open('[');
        table rows{{"component", "manager", "cuda", "build", "name", "versions", "platforms"}};
        std::string notes;
        std::vector<frozen::citation> cited;
        for (const std::uint32_t i : found) {
            const frozen::package_name& n = kb_.names()[i];
            const std::vector<std::string_view> on = platforms_of(kb_, n.platforms);
            const auto cell = [](const std::string& s) { return s.empty() ? std::string("-") : s; };
            rows.push_back({str(n.component), std::string(package_manager_names[n.manager]),
                            cell(str(n.cuda)), cell(str(n.variant)), str(n.name), cell(str(n.versions)),
                            on.size() == kb_.platforms().size() ? "all" : listed(on)});
            if (const std::string note = "  " + str(n.name) + ": " + str(n.note) + "\n";
                !n.note.empty() && notes.find(note) == std::string::npos)
                notes += note;
            for (const frozen::citation& c : kb_.citations(n.sources))
                if (std::none_of(cited.begin(), cited.end(), [&](const frozen::citation& o) {
                        return o.source == c.source && kb_.str(o.at) == kb_.str(c.at);
                    }))
                    cited.push_back(c);
            json_.open('{');
            json_.member("id", kb_.str(n.id));
            json_.member("component", kb_.str(n.component));
            json_.member("manager", package_manager_names[n.manager]);
            json_.member_or_null("cuda", kb_.str(n.cuda));
            json_.member_or_null("variant", kb_.str(n.variant));
            json_.member("name", kb_.str(n.name));
            json_.member_or_null("versions", kb_.str(n.versions));
            json_.member_list("on", on);
            json_.member_or_null("note", kb_.str(n.note));
            json_sources(n.sources);
            json_.close('}');
        }
        json_.close(']');
        std::string text = aligned(rows);
        if (with_sources && !notes.empty()) text += "\nnotes\n" + notes;
        if (with_sources) sources(text, cited);
        return end(text);
    }

    /// COMPONENT[:MANAGER[:CUDA]]
    int show_name(std::string_view what) {
        std::array<std::string_view, 3> parts;
        std::string_view rest = what;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::size_t colon = i + 1 < parts.size() ? rest.find(':') : std::string_view::npos;
            parts[i] = rest.substr(0, colon);
            rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
        }
        std::optional<package_manager> manager;
        if (!parts[1].empty()) {
            const auto* const it =
                std::find(package_manager_names.begin(), package_manager_names.end(), parts[1]);
            if (it == package_manager_names.end()) {
                const std::vector<std::string> known(package_manager_names.begin(),
                                                     package_manager_names.end());
                std::string list;
                for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
                return unknown("no manager '" + escaped(parts[1].substr(0, 60)) + "'; expected one of " +
                                   list,
                               parts[1], known);
            }
            manager = static_cast<package_manager>(it - package_manager_names.begin());
        }
        std::string component(parts[0]);
        if (const std::uint32_t c = kb_.find_component(component); c != frozen::none) component = kb_.name(c);
        const indices found = find_names(kb_, component, manager, parts[2]);
        if (!found.empty()) return put_names(found, true);
        std::vector<std::string> known;
        for (const frozen::package_name& n : kb_.names()) {
            known.push_back(str(n.component));
            if (kb_.str(n.component) == component) // that much is right
                known.push_back(str(n.component) + ":" + std::string(package_manager_names[n.manager]) +
                                (n.cuda.empty() ? "" : ":" + str(n.cuda)));
        }
        return unknown(
            "no name of '" + escaped(what.substr(0, 200)) +
                "'; expected COMPONENT, COMPONENT:MANAGER or COMPONENT:MANAGER:CUDA; 'kb list names' has "
                "them",
            what, known);
    }

    // -- PCI ids ----------------------------------------------------------------------------------------------

    void json_device(const frozen::device& d) {
        json_.open('{');
        json_.member("id", hex(d.id));
        json_.member_or_null("name", kb_.str(d.name));
        json_.member_list("also", views(d.also));
        json_.member_or_null("class", kb_.str(d.category));
        json_.close('}');
    }
    /// The chip with these of its devices.
    void json_chip(const frozen::chip& c, std::span<const frozen::device> devices) {
        json_.open('{');
        json_.member("chip", kb_.str(c.name));
        json_.member("vendor", hex(c.vendor));
        json_.member("compute_capability", kb_.str(c.compute_capability));
        json_.member_or_null("basis", kb_.str(c.basis));
        std::vector<std::string> ranges;
        for (const frozen::id_range r : kb_.id_ranges(c)) ranges.push_back(hex(r.first) + "-" + hex(r.last));
        json_.member_list("id_ranges", ranges);
        json_.key("devices");
        json_.open('[');
        for (const frozen::device& d : devices) json_device(d);
        json_.close(']');
        json_sources(c.sources);
        json_.close('}');
    }
    [[nodiscard]] std::vector<std::string> device_row(const frozen::chip& c, const frozen::device& d) const {
        std::string name = d.name.empty() ? "-" : str(d.name);
        for (const std::string_view a : views(d.also)) name += "; " + std::string(a);
        return {hex(d.id), str(c.name), str(c.compute_capability), d.category.empty() ? "-" : str(d.category),
                name};
    }

    int list_chips() {
        begin();
        json_.key("chips");
        json_.open('[');
        table rows{{"device", "chip", "capability", "class", "product"}};
        for (const frozen::chip& c : kb_.chips()) {
            json_chip(c, kb_.devices(c));
            for (const frozen::device& d : kb_.devices(c)) rows.push_back(device_row(c, d));
        }
        json_.close(']');
        return end(aligned(rows));
    }

    int put_chip(const frozen::chip& c, std::span<const frozen::device> devices, std::string text) {
        begin();
        json_.key("chip");
        json_chip(c, devices);
        table rows{{"device", "chip", "capability", "class", "product"}};
        for (const frozen::device& d : devices) rows.push_back(device_row(c, d));
        if (!devices.empty()) text += aligned(rows);
        if (!c.basis.empty())
            text += "\nthe capability is that of the chip, stated for " + str(c.basis) + "\n";
        sources(text, kb_.citations(c.sources));
        return end(text);
    }

    /// A device id, VENDOR:DEVICE, or the name of a chip.
    int show_pci(std::string_view what) {
        for (const frozen::chip& c : kb_.chips())
            if (lower(kb_.str(c.name)) == lower(what)) return put_chip(c, kb_.devices(c), {});
        if (const auto id = pci_id(what)) {
            const found_device found = find_device(kb_, id->second, id->first);
            if (found.device != nullptr) return put_chip(*found.chip, {found.device, 1}, {});
            if (found.chip != nullptr)
                return put_chip(*found.chip, {},
                                "no list names " + hex(id->second) + "; its range belongs to chip " +
                                    str(found.chip->name) + ", capability " +
                                    str(found.chip->compute_capability) + "\n");
        }
        std::vector<std::string> known;
        for (const frozen::chip& c : kb_.chips()) {
            known.push_back(str(c.name));
            for (const frozen::device& d : kb_.devices(c)) known.push_back(hex(d.id));
        }
        if (pci_id(what)) known.clear(); // the neighbour of an id is another GPU
        return unknown(
            "no device or chip '" + escaped(what.substr(0, 200)) +
                "'; expected four hex digits, VENDOR:DEVICE or a chip such as AD102; 'kb list pci' has them",
            what, known);
    }

    const kb_args& args_;
    const knowledge_base& kb_;
    json_writer json_;
};

} // namespace

int list_table(const kb_args& args, const knowledge_base& kb) { return tables(args, kb).list(); }

std::optional<int> show_table(const kb_args& args, const knowledge_base& kb) {
    return tables(args, kb).show();
}

} // namespace cudacompat::cli
