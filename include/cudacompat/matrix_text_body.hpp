// Bodies of matrix.hpp: the table as text, JSON, CSV and HTML.
#pragma once

#include <cudacompat/json_writer.hpp>
#include <cudacompat/matrix.hpp>
#include <cudacompat/tell/text_body.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cudacompat {

namespace detail {

[[nodiscard]] constexpr std::string_view cell_word(cudacompat::verdict v) noexcept {
    return v == cudacompat::verdict::compatible     ? "yes"
           : v == cudacompat::verdict::incompatible ? "no"
                                                    : "unknown";
}

[[nodiscard]] inline std::string html_escaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t n = static_cast<unsigned char>(text[i]) < 0x80 ? 1 : utf8_sequence(text.substr(i));
        switch (text[i]) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default:
            if (n == 0 || (n == 1 && static_cast<unsigned char>(text[i]) < 0x20)) out += "\xef\xbf\xbd";
            else out += text.substr(i, n);
        }
        i += std::max<std::size_t>(n, 1);
    }
    return out;
}

/// RFC 4180, section 2: quoted where it holds a comma, a quote or a line end; a quote inside is doubled.
[[nodiscard]] inline std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

/// "torch by driver on linux-x86_64, by data 2026.11.20"
[[nodiscard]] inline std::string matrix_title(const version_matrix& m) {
    std::string out = m.component + " by " + m.by;
    for (std::size_t i = 0; i < m.request.size(); ++i) out += (i == 0 ? ", with " : " ") + m.request[i];
    if (!m.platform.empty()) out += ", on " + m.platform;
    if (!m.data.empty()) out += ", by data " + m.data;
    if (!m.as_of.empty()) out += " as of " + m.as_of;
    return out;
}

} // namespace detail

CUDACOMPAT_BODY std::string version_matrix::ranges(const row& r, verdict v) const {
    std::string out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (r.cells[i] != v) continue;
        std::size_t last = i;
        while (ordered && last + 1 < columns.size() && r.cells[last + 1] == v) ++last;
        std::string part = columns[i].version;
        if (columns[i].stretch) {
            part = columns[i].low;
            if (!columns[last].high.empty()) detail::join(part, columns[last].high, ",");
            if (columns[i].version.find_first_of("<>") == std::string::npos && last == i)
                part = columns[i].version;
            if (part.empty()) part = "any";
        } else if (last > i) {
            part += (last == i + 1 ? ", " : " - ") + columns[last].version;
        }
        detail::join(out, part, ", ");
        i = last;
    }
    return out;
}

CUDACOMPAT_BODY std::string to_text(const version_matrix& m, std::size_t width) {
    std::string out;
    detail::put_wrapped(out, "", "  ", detail::matrix_title(m), width);
    for (const std::string& s : m.set_aside)
        detail::put_wrapped(out, "  ", "  ", "set aside: the stack's " + s, width);
    out += "\n";
    std::size_t wide = m.component.size();
    for (const version_matrix::row& r : m.rows) wide = std::max(wide, r.version.size());
    bool grid = !m.columns.empty();
    for (const version_matrix::column& c : m.columns) {
        wide += 2 + std::max<std::size_t>(c.version.size(), 7);
        grid = grid && !c.stretch;
    }
    if (grid && wide <= width) {
        std::vector<std::string> head{m.component};
        for (const version_matrix::column& c : m.columns) head.push_back(c.version);
        detail::text_table t(std::move(head));
        for (const version_matrix::row& r : m.rows) {
            std::vector<std::string> cells{r.version};
            for (const verdict v : r.cells) cells.emplace_back(detail::cell_word(v));
            t.add(std::move(cells));
        }
        out += t.print(width, false);
    } else {
        bool unknown = false;
        for (const version_matrix::row& r : m.rows)
            unknown = unknown || !m.ranges(r, verdict::unknown).empty();
        std::vector<std::string> head{m.component, "works with " + m.by};
        if (unknown) head.emplace_back("unknown for");
        detail::text_table t(std::move(head));
        for (const version_matrix::row& r : m.rows) {
            const std::string works = m.ranges(r, verdict::compatible);
            std::vector<std::string> cells{r.version, works.empty() ? "none" : works};
            if (unknown) cells.push_back(m.ranges(r, verdict::unknown));
            t.add(std::move(cells));
        }
        out += t.print(width, false);
    }
    if (m.platform_assumed && !m.platform.empty())
        out += "\nfor " + m.platform + ", since no platform was named\n";
    return out;
}

CUDACOMPAT_BODY std::string to_json(const version_matrix& m, std::size_t indent) {
    json_writer out(indent);
    out.open('{');
    out.member("schema", std::uint64_t{1});
    out.member_or_null("data", m.data);
    out.member("digest", m.digest);
    out.member("component", m.component);
    out.member("by", m.by);
    out.member_or_null("platform", m.platform);
    out.member("platform_assumed", m.platform_assumed);
    out.member_or_null("as_of", m.as_of);
    out.member_list("request", m.request);
    out.member_list("set_aside", m.set_aside);
    out.key("columns");
    out.open('[');
    for (const version_matrix::column& c : m.columns) {
        out.open('{');
        out.member("version", c.version);
        out.member("item", c.item);
        out.member_or_null("low", c.low);
        out.member_or_null("high", c.high);
        out.close('}');
    }
    out.close(']');
    out.key("rows");
    out.open('[');
    for (const version_matrix::row& r : m.rows) {
        out.open('{');
        out.member("version", r.version);
        out.member("item", r.item);
        out.member_or_null("works", m.ranges(r, verdict::compatible));
        out.member_or_null("unknown", m.ranges(r, verdict::unknown));
        out.key("cells");
        out.open('[');
        for (const verdict v : r.cells) out.text(detail::cell_word(v));
        out.close(']');
        out.close('}');
    }
    out.close(']');
    out.close('}');
    return out.take();
}

CUDACOMPAT_BODY std::string to_csv(const version_matrix& m) {
    std::string out = detail::csv_field(m.component);
    for (const version_matrix::column& c : m.columns) out += "," + detail::csv_field(m.by + " " + c.version);
    out += "\r\n";
    for (const version_matrix::row& r : m.rows) {
        out += detail::csv_field(r.version);
        for (const verdict v : r.cells) out += "," + std::string(detail::cell_word(v));
        out += "\r\n";
    }
    return out;
}

CUDACOMPAT_BODY std::string to_html(const version_matrix& m) {
    const std::string title = detail::html_escaped(detail::matrix_title(m));
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
                      title +
                      "</title>\n<style>\n"
                      "body { font-family: sans-serif; }\n"
                      "table { border-collapse: collapse; }\n"
                      "th, td { border: 1px solid #999; padding: 0.2em 0.5em; text-align: center; }\n"
                      ".yes { background: #d5f0d5; }\n"
                      ".no { background: #f3d6d6; }\n"
                      ".unknown { background: #f6efc8; }\n"
                      "</style>\n</head>\n<body>\n<h1>" +
                      title + "</h1>\n";
    for (const std::string& s : m.set_aside)
        out += "<p>Set aside: the stack's " + detail::html_escaped(s) + "</p>\n";
    out += "<table>\n<thead>\n<tr><th scope=\"col\">" + detail::html_escaped(m.component) + "</th>";
    for (const version_matrix::column& c : m.columns)
        out += "<th scope=\"col\">" + detail::html_escaped(c.version) + "</th>";
    out += "</tr>\n</thead>\n<tbody>\n";
    for (const version_matrix::row& r : m.rows) {
        out += "<tr><th scope=\"row\">" + detail::html_escaped(r.version) + "</th>";
        for (const verdict v : r.cells) {
            const std::string word(detail::cell_word(v));
            out += "<td class=\"" + word + "\">" + word + "</td>";
        }
        out += "</tr>\n";
    }
    return out + "</tbody>\n</table>\n</body>\n</html>\n";
}

} // namespace cudacompat
