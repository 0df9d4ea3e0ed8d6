// kb.yaml and sources/*.yaml, and telling the kinds of file apart.
#include "records.hpp"

#include <algorithm>

namespace cudacompat::yaml_impl {

void read_kb(sink& errors, node_ref root, model& out, std::vector<platform_likeness>& alike) {
    const record fields(errors, root, "kb.yaml", kb_keys);
    check_schema(fields);
    fields.need({"title", "version", "read", "platforms"});
    fields.text("title", out.title);
    fields.version("version", out.version);
    fields.text("read", out.read);
    read_platforms(fields, out.platforms, alike);
}

void read_overlay(sink& errors, node_ref root, model& out) {
    const record fields(errors, root, "the header of an overlay", overlay_keys);
    check_schema(fields);
    bool overlay = true;
    if (fields.flag("overlay", overlay) && !overlay)
        errors.add(fields.find("overlay"), "'overlay' is false; leave the file out");
    constexpr std::size_t longest = 80; // it stands in the line of every answer that names the data
    if (!fields.text("title", out.title)) return;
    const bool one_line = std::all_of(out.title.begin(), out.title.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    });
    if (one_line && out.title.size() <= longest) return;
    errors.add(fields.find("title"), one_line ? "'title' has " + std::to_string(out.title.size()) +
                                                    " bytes; expected at most 80, it stands in every answer"
                                              : "'title' has a line break; expected one line");
    out.title.clear();
}

void read_sources(sink& errors, node_ref root, model& out) {
    const record file(errors, root, "a sources file", sources_file_keys);
    check_schema(file);
    file.each("sources", [&](node_ref item) {
        source_record source;
        const record fields(errors, item, "a source", source_keys);
        if (!fields.valid() || !fields.need({"id", "kind"})) return;
        source.where = fields.where();
        fields.text("id", source.id);
        fields.text("kind", source.kind);
        fields.text("title", source.title);
        fields.text("url", source.url);
        fields.text("repo", source.repo);
        fields.text("commit", source.commit);
        fields.text("path", source.path);
        fields.text("read", source.read);
        fields.text("note", source.note);
        if (!source.id.empty()) out.sources.push_back(std::move(source));
    });
}

file_content read_file(sink& errors, node_ref root, layer of) {
    using kind = file_content::kind;
    file_content out;
    out.where = {errors.file(), 1, 1};
    if (!root) {
        errors.add(source_region{errors.file(), 0, 0},
                   "the file is empty; expected 'schema: 1' and the keys of data/README.md");
        return out;
    }
    if (!expect_kind(errors, root, node_kind::map, "the file")) return out;
    out.where = errors.region(root);
    if (root.find("generic")) {
        out.what = kind::generic;
        out.given = read_generic(errors, root, out.data);
    } else if (root.find("component")) {
        out.what = kind::component;
        out.given = read_component(errors, root, of, out.data);
    } else if (root.find("facts")) {
        out.what = kind::facts;
        read_facts(errors, root, of, out.data);
    } else if (const node_ref mark = root.find("overlay")) {
        out.what = kind::overlay;
        read_overlay(errors, root, out.data);
        if (of == layer::base)
            errors.add(mark, "this is the header of an overlay; lay its folder over a knowledge base with "
                             "--overlay");
    } else if (const node_ref list = root.find("platforms")) {
        out.what = kind::kb;
        read_kb(errors, root, out.data, out.alike);
        if (of == layer::overlay)
            errors.add(list, "an overlay has no 'platforms', it takes those of its base; expected "
                             "'overlay: true' and a 'title', or give the folder with --kb");
    } else if (root.find("errors")) {
        out.what = kind::table;
        read_errors(errors, root, out.data);
    } else if (root.find("names")) {
        out.what = kind::table;
        read_names(errors, root, out.data);
    } else if (root.find("chips")) {
        out.what = kind::table;
        read_chips(errors, root, out.data);
    } else if (root.find("rules")) {
        out.what = kind::table;
        read_rules(errors, root, out.data);
    } else if (root.find("sources")) {
        out.what = kind::sources;
        read_sources(errors, root, out.data);
    } else {
        constexpr auto marks =
            std::to_array<std::string_view>({"component", "facts", "sources", "platforms", "generic",
                                             "overlay", "errors", "names", "chips", "rules"});
        std::string message = "cannot tell what this file holds; expected one of the keys: " + join(marks);
        for (node_ref key = root.first(); key; key = key.next().next()) {
            std::vector<std::string> close = nearest(key.text(), marks);
            if (close.empty()) continue;
            errors.add(key, std::move(message), std::move(close));
            return out;
        }
        errors.add(root, std::move(message));
    }
    return out;
}

} // namespace cudacompat::yaml_impl
