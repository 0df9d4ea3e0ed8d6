// Every complaint of the loader, word for word: a bad input and what is said of it.
#include <cudacompat/yaml.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace cudacompat;

struct message_case {
    std::string name;
    std::string_view input;
    std::string expected; ///< the errors, one a line
};

const message_case model_cases[] = {
    {"empty file", "", "f.yaml: the file is empty; expected 'schema: 1' and the keys of data/README.md"},
    {"only comments", "# nothing\n",
     "f.yaml: the file is empty; expected 'schema: 1' and the keys of data/README.md"},
    {"a null document", "---\n...\n", "f.yaml:2:1: the file has no value; expected a mapping"},
    {"a list", "- a\n", "f.yaml:1:1: the file is a list; expected a mapping"},
    {"a text", "hello\n", "f.yaml:1:1: the file is a text; expected a mapping"},
    {"of no kind", "schema: 1\nfoo: bar\n",
     "f.yaml:1:1: cannot tell what this file holds; expected one of the keys: component, facts,"
     " sources, platforms, generic, overlay, errors, names, chips, rules"},
    {"of a misspelt kind", "schema: 1\ncomponnet: a\n",
     "f.yaml:2:1: cannot tell what this file holds; expected one of the keys: component, facts,"
     " sources, platforms, generic, overlay, errors, names, chips, rules (did you mean 'component'?)"},
    {"alias", "a: &x [1]\nb: *x\n",
     "f.yaml:1:4: found an anchor ('&name'); anchors are not allowed, write the value out"},
    {"alias without anchor", "a: *x\n",
     "f.yaml:1:4: found an alias ('*name'); aliases are not allowed, write the value out"},
    {"anchor", "a: &x 1\n",
     "f.yaml:1:4: found an anchor ('&name'); anchors are not allowed, write the value out"},
    {"cyclic alias", "&a [*a]\n",
     "f.yaml:1:1: found an anchor ('&name'); anchors are not allowed, write the value out"},
    {"anchor on a null", "a: &x\n",
     "f.yaml:1:4: found an anchor ('&name'); anchors are not allowed, write the value out"},
    {"tag", "a: !!str 3\n",
     "f.yaml:1:4: found a tag ('!name'); tags are not allowed, quote the value if it is a text"},
    {"local tag", "a: !mine 3\n",
     "f.yaml:1:4: found a tag ('!name'); tags are not allowed, quote the value if it is a text"},
    {"non-specific tag", "a: ! 3\n",
     "f.yaml:1:4: found a tag ('!name'); tags are not allowed, quote the value if it is a text"},
    {"tag on a list", "a: !!seq [x]\n",
     "f.yaml:1:4: found a tag ('!name'); tags are not allowed, quote the value if it is a text"},
    {"merge key", "<<: {a: b}\n",
     "f.yaml:1:1: found a merge key ('<<'); merge keys are not allowed, write the keys out"},
    {"duplicate key", "a: 1\nb: 2\na: 3\n", "f.yaml:3:1: key 'a' is given twice; the first is in line 1"},
    {"duplicate quoted key", "a: 1\n\"a\": 3\n",
     "f.yaml:2:1: key 'a' is given twice; the first is in line 1"},
    {"duplicate key, nested", "schema: 1\nsources:\n  - {id: a, kind: b, id: c}\n",
     "f.yaml:3:22: key 'id' is given twice; the first is in line 3"},
    {"list as key", "? [a]\n: b\n",
     "f.yaml:1:3: found a list or mapping as a key (or a bracket that is never closed); expected "
     "a key name"},
    {"empty key", ": b\n", "f.yaml:1:1: found an empty key; expected a key name"},
    {"two documents", "a: 1\n---\nb: 2\n",
     "f.yaml:2:1: found a second document; expected one document in a file"},
    {"document after end", "a: 1\n...\nb: 2\n",
     "f.yaml:3:1: found a second document; expected one document in a file"},
    {"directive", "%YAML 1.2\n---\na: 1\n",
     "f.yaml:1:1: found a directive ('%' at the start of a line); directives are not allowed"},
    {"depth", "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
     "f.yaml:1:35: nesting is deeper than 32 levels"},
    {"unclosed list", "a: [b, c\n", "f.yaml:1:4: not valid YAML: this '[' is never closed"},
    {"unclosed mapping", "a: {b: c\n", "f.yaml:1:4: not valid YAML: this '{' is never closed"},
    {"unclosed quote", "a: \"b\n", "f.yaml:1:4: not valid YAML: this quote is never closed"},
    {"text after a quote", "a: \"b\" c\n",
     "f.yaml:1:8: not valid YAML: unexpected text here; check the indentation and the quotes"},
    {"two values", "a: b: c\n", "f.yaml:1:5: not valid YAML: illegal map value"},
    {"stray bracket", "a: b\n]\n", "f.yaml:2:1: not valid YAML: illegal flow end"},
    {"bad escape", "a: \"\\q\"\n", "f.yaml:1:7: not valid YAML: unknown escape character: q"},
    {"reserved character", "a: `b\n", "f.yaml:1:4: not valid YAML: unknown token"},
    {"tab indentation", "a:\n\t- b\n", "f.yaml:2:1: found a tab in the indentation; expected spaces"},
    {"tab after spaces", "a:\n  \tb: c\n", "f.yaml:2:3: found a tab in the indentation; expected spaces"},
    {"NUL",
     std::string_view("a: b\x00"
                      "c\n",
                      7),
     "f.yaml:1:5: found a NUL byte; expected text in UTF-8"},
    {"control character",
     "a: b\x04"
     "c\n",
     "f.yaml:1:5: found the control character 0x04; expected text in UTF-8"},
    {"delete character",
     "a: b\x7f"
     "c\n",
     "f.yaml:1:5: found the control character 0x7f; expected text in UTF-8"},
    {"lone carriage return", "a: b\rc: d\n",
     "f.yaml:1:5: found a carriage return without a line feed; expected LF or CR LF line ends"},
    {"latin-1", "a: caf\xe9\n", "f.yaml:1:7: found the byte 0xe9, which is not UTF-8 here; expected UTF-8"},
    {"truncated UTF-8", "a: \xe2\x82",
     "f.yaml:1:4: found the byte 0xe2, which is not UTF-8 here; expected UTF-8"},
    {"overlong UTF-8", "a: \xc0\xaf\n",
     "f.yaml:1:4: found the byte 0xc0, which is not UTF-8 here; expected UTF-8"},
    {"surrogate in UTF-8", "a: \xed\xa0\x80\n",
     "f.yaml:1:4: found the byte 0xed, which is not UTF-8 here; expected UTF-8"},
    {"beyond Unicode", "a: \xf4\x90\x80\x80\n",
     "f.yaml:1:4: found the byte 0xf4, which is not UTF-8 here; expected UTF-8"},
    {"UTF-16",
     std::string_view("\xff\xfe"
                      "a\x00:\x00",
                      6),
     "f.yaml:1:1: found the byte 0xff, which is not UTF-8 here; expected UTF-8"},
    {"no schema", "component: a\nscheme: dotted\nmultiplicity: host\n",
     "f.yaml:1:1: the file lacks 'schema: 1'"},
    {"schema of the future", "schema: 2\ntitle: T\nversion: \"1\"\nread: 2026-11-20\nplatforms: [x]\n",
     "f.yaml:1:9: 'schema' is not 1; this program reads schema 1, without quotes"},
    {"quoted schema", "schema: \"1\"\nsources: []\n",
     "f.yaml:1:9: 'schema' is not 1; this program reads schema 1, without quotes"},
    {"kb without version", "schema: 1\ntitle: T\nread: 2026-11-20\nplatforms: [x]\n",
     "f.yaml:1:1: kb.yaml lacks the key 'version'"},
    {"kb version unquoted", "schema: 1\ntitle: T\nversion: 2026.11\nread: 2026-11-20\nplatforms: [x]\n",
     "f.yaml:3:10: 'version' is not quoted; versions are texts, write \"2026.11\" (without quotes "
     "it is a number: 3.10 would be 3.1)"},
    {"kb without platforms", "schema: 1\ntitle: T\nversion: \"1\"\nread: 2026-11-20\nplatforms: []\n",
     "f.yaml:5:12: 'platforms' is empty; expected at least the default platform"},
    {"platforms as text", "schema: 1\ntitle: T\nversion: \"1\"\nread: 2026-11-20\nplatforms: linux\n",
     "f.yaml:5:12: 'platforms' is a text; expected a list"},
    {"sources as mapping", "schema: 1\nsources: {a: b}\n",
     "f.yaml:2:10: 'sources' is a mapping; expected a list"},
    {"source as text", "schema: 1\nsources: [a]\n", "f.yaml:2:11: a source is a text; expected a mapping"},
    {"source without id", "schema: 1\nsources: [{kind: build_file}]\n",
     "f.yaml:2:11: a source lacks the key 'id'"},
    {"source with unknown key", "schema: 1\nsources: [{id: a, kind: b, uri: c}]\n",
     "f.yaml:2:28: unknown key 'uri' in a source (did you mean 'url'?)"},
    {"number as text", "schema: 1\nsources: [{id: a, kind: b, commit: 1234567}]\n",
     "f.yaml:2:36: 'commit' is the number 1234567; expected a text, write \"1234567\""},
    {"boolean as text", "schema: 1\nsources: [{id: a, kind: b, title: true}]\n",
     "f.yaml:2:35: 'title' is the boolean true; expected a text, write \"true\""},
    {"empty text", "schema: 1\nsources: [{id: a, kind: b, title: \"\"}]\n",
     "f.yaml:2:35: 'title' is empty; expected a text"},
    {"missing value", "schema: 1\nsources:\n  - id: a\n    kind:\n",
     "f.yaml:4:5: 'kind' has no value; expected a text"},
    {"misspelt key", "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nrelases: []\n",
     "f.yaml:5:1: unknown key 'relases' in a component (did you mean 'releases'?)"},
    {"unknown key", "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\ncolour: red\n",
     "f.yaml:5:1: unknown key 'colour' in a component; its keys are: schema, component, title,"
     " scheme, multiplicity, role, line, device_code, free_variants, aliases, companion_of, prefer, assumed, "
     "releases,"
     " builds, products, sources"},
    {"component without scheme", "schema: 1\ncomponent: a\nmultiplicity: host\n",
     "f.yaml:1:1: a component lacks the key 'scheme'"},
    {"component name missing", "schema: 1\ncomponent:\nscheme: dotted\nmultiplicity: host\n",
     "f.yaml:2:1: 'component' has no value; expected a text"},
    {"unknown scheme", "schema: 1\ncomponent: a\nscheme: semvar\nmultiplicity: host\n",
     "f.yaml:3:9: 'semvar' is no value of 'scheme'; expected one of: dotted, semver, pep440, "
     "conda, label (did you mean 'semver'?)"},
    {"unknown multiplicity", "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: many\n",
     "f.yaml:4:15: 'many' is no value of 'multiplicity'; expected one of: host, device, environment,"
     " bundled, runtime, code"},
    {"unknown role", "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nrole: frame-work\n",
     "f.yaml:5:7: 'frame-work' is no value of 'role'; expected one of: package, framework, companion,"
     " host, device, derived (did you mean 'framework'?)"},
    {"unknown line", "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nline: half\n",
     "f.yaml:5:7: 'half' is no value of 'line'; expected one of: open, closed"},
    {"flag as text", "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\ndevice_code: yes\n",
     "f.yaml:5:14: 'device_code' is 'yes'; expected true or false"},
    {"unquoted version",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nreleases:\n  - {version: 3.10}\n",
     "f.yaml:6:15: 'version' is not quoted; versions are texts, write \"3.10\" (without quotes "
     "it is a number: 3.10 would be 3.1)"},
    {"unquoted version of three parts",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nreleases:\n  - {version: 12.4.1}\n",
     "f.yaml:6:15: 'version' is not quoted; versions are texts, write \"12.4.1\""},
    {"unquoted version that is a boolean",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nreleases:\n  - {version: on}\n",
     "f.yaml:6:15: 'version' is not quoted; versions are texts, write \"on\""},
    {"version as list",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nreleases:\n  - {version: [1]}\n",
     "f.yaml:6:15: 'version' is a list; expected a text"},
    {"empty version",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nreleases:\n  - {version: \"\"}\n",
     "f.yaml:6:15: 'version' is empty; expected a version"},
    {"release without version",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nreleases:\n  - {date: 2026-01}\n",
     "f.yaml:6:5: a release lacks the key 'version'"},
    {"build without variant",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nbuilds:\n  - {version: \"1\"}\n",
     "f.yaml:6:5: a build lacks the key 'variant'"},
    {"product without name",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nproducts:\n  - {version: \"1\"}\n",
     "f.yaml:6:5: a product lacks the key 'name'"},
    {"platform of a build as text",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nbuilds:\n  - {version: \"1\","
     " variant: x, on: linux}\n",
     "f.yaml:6:36: 'on' is a text; expected a list"},
    {"entry of a list", "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\naliases: [b, [c], 3]\n",
     "f.yaml:5:14: an entry of 'aliases' is a list; expected a text\nf.yaml:5:19: an entry of "
     "'aliases' is the number 3; expected a text, write \"3\""},
    {"source reference without id",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nsources: [{at: x}]\n",
     "f.yaml:5:11: a source reference lacks the key 'id'"},
    {"source reference as list",
     "schema: 1\ncomponent: a\nscheme: dotted\nmultiplicity: host\nsources: [[x]]\n",
     "f.yaml:5:11: a source reference is a list; expected a text"},
    {"facts as mapping", "schema: 1\nfacts: {}\n", "f.yaml:2:8: 'facts' is a mapping; expected a list"},
    {"fact without id", "schema: 1\nfacts:\n  - {kind: excludes, if: {a: \"1\"}}\n",
     "f.yaml:3:5: a fact lacks the key 'id'"},
    {"fact without kind", "schema: 1\nfacts:\n  - {id: x, if: {a: \"1\"}}\n",
     "f.yaml:3:5: a fact lacks the key 'kind'"},
    {"fact without if", "schema: 1\nfacts:\n  - {id: x, kind: excludes}\n",
     "f.yaml:3:5: a fact lacks the key 'if'"},
    {"unknown kind", "schema: 1\nfacts:\n  - {id: x, kind: require, if: {a: \"1\"}}\n",
     "f.yaml:3:19: 'require' is no value of 'kind'; expected one of: requires, constrains, ships,"
     " supports, excludes, tested, known_bad, known_good, clashes, ends, agrees (did you mean 'requires'?)"},
    {"unknown enforcer", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1\"}, enforced_by: pip}\n",
     "f.yaml:3:56: 'pip' is no value of 'enforced_by'; expected one of: nobody, loader, driver,"
     " runtime_init, jit, import_check, installer, container_start, build_time, vendor_policy"},
    {"unknown evidence",
     "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1\"}, evidence: hearsay}\n",
     "f.yaml:3:53: 'hearsay' is no value of 'evidence'; expected one of: measured, package_metadata,"
     " build_file, release_notes, documentation, third_party"},
    {"unknown certainty", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1\"}, certainty: wek}\n",
     "f.yaml:3:54: 'wek' is no value of 'certainty'; expected one of: sure, derived, weak (did "
     "you mean 'weak'?)"},
    {"empty if", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {}}\n",
     "f.yaml:3:33: 'if' is empty; expected component: \"SPEC\""},
    {"if as list", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: [a]}\n",
     "f.yaml:3:33: 'if' is a list; expected a mapping"},
    {"unquoted spec", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: 3.10}}\n",
     "f.yaml:3:37: the version spec of 'a' is not quoted; versions are texts, write \"3.10\" "
     "(without quotes it is a number: 3.10 would be 3.1)"},
    {"spec with operator unquoted", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: ==1.0}}\n",
     "f.yaml:3:37: the version spec of 'a' is not quoted; versions are texts, write \"==1.0\""},
    {"spec missing", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: }}\n",
     "f.yaml:3:34: the version spec of 'a' has no value; expected a text"},
    {"variants without spec", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"[cu118]\"}}\n",
     "f.yaml:3:37: the version spec of 'a' has variants but no spec; write \"* [variant]\" for "
     "any version"},
    {"variants not closed", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1 [cu118\"}}\n",
     "f.yaml:3:37: the version spec of 'a' has a '[' that the text does not end with ']'; expected "
     "SPEC [variant|variant]"},
    {"text after variants", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1 [cu118] 2\"}}\n",
     "f.yaml:3:37: the version spec of 'a' has a '[' that the text does not end with ']'; expected "
     "SPEC [variant|variant]"},
    {"variants not opened", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1 cu118]\"}}\n",
     "f.yaml:3:37: the version spec of 'a' has a ']' without a '['"},
    {"empty variant", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1 [cu118|]\"}}\n",
     "f.yaml:3:37: the version spec of 'a' has an empty variant; expected SPEC [variant|variant]"},
    {"then of excludes", "schema: 1\nfacts:\n  - {id: x, kind: excludes, if: {a: \"1\"}, then: {b: \"1\"}}\n",
     "f.yaml:3:49: a fact of kind excludes takes no 'then'"},
    {"code of requires",
     "schema: 1\nfacts:\n  - {id: x, kind: requires, if: {a: \"1\"}, then: {b: \"1\"}, code: "
     "[sm_80]}\n",
     "f.yaml:3:65: a fact of kind requires takes no 'code'"},
    {"requires without then", "schema: 1\nfacts:\n  - {id: x, kind: requires, if: {a: \"1\"}}\n",
     "f.yaml:3:5: a fact of kind requires lacks the key 'then' or 'then_any'"},
    {"ships without then", "schema: 1\nfacts:\n  - {id: x, kind: ships, if: {a: \"1\"}}\n",
     "f.yaml:3:5: a fact of kind ships lacks the key 'then'"},
    {"supports without code", "schema: 1\nfacts:\n  - {id: x, kind: supports, if: {a: \"1\"}}\n",
     "f.yaml:3:5: a fact of kind supports lacks the key 'code'"},
    {"ends without until", "schema: 1\nfacts:\n  - {id: x, kind: ends, if: {a: \"1\"}}\n",
     "f.yaml:3:5: a fact of kind ends lacks the key 'until'"},
    {"then_any of texts", "schema: 1\nfacts:\n  - {id: x, kind: requires, if: {a: \"1\"}, then_any: [b]}\n",
     "f.yaml:3:54: an entry of 'then_any' is a text; expected a list"},
    {"then_any with two names",
     "schema: 1\nfacts:\n  - {id: x, kind: requires, if: {a: \"1\"}, then_any: [[{b: \"1\", c: "
     "\"2\"}]]}\n",
     "f.yaml:3:55: an alternative of 'then_any' names not exactly one component; expected {component: "
     "\"SPEC\"}"},
    {"then_any empty", "schema: 1\nfacts:\n  - {id: x, kind: requires, if: {a: \"1\"}, then_any: []}\n",
     "f.yaml:3:53: 'then_any' is empty; expected lists of {component: \"SPEC\"}"},
    {"then_any with an empty entry",
     "schema: 1\nfacts:\n  - {id: x, kind: requires, if: {a: \"1\"}, then_any: [[]]}\n",
     "f.yaml:3:54: an entry of 'then_any' is empty; expected at least one {component: \"SPEC\"}"},
    {"id in defaults", "schema: 1\ndefaults: {id: x}\nfacts: []\n",
     "f.yaml:2:16: 'defaults' has an 'id'; every fact has its own"},
    {"unknown key in defaults", "schema: 1\ndefaults: {evidnce: measured}\nfacts: []\n",
     "f.yaml:2:12: unknown key 'evidnce' in 'defaults' (did you mean 'evidence'?)"},
    {"error in defaults told once",
     "schema: 1\ndefaults: {kind: excludes, evidence: x}\nfacts:\n  - {id: p, if: {a: \"1\"}}\n"
     "  - {id: q, if: {a: \"1\"}}\n",
     "f.yaml:2:38: 'x' is no value of 'evidence'; expected one of: measured, package_metadata,"
     " build_file, release_notes, documentation, third_party"},
    {"defaults as list", "schema: 1\ndefaults: []\nfacts: []\n",
     "f.yaml:2:11: 'defaults' is a list; expected a mapping"},
    {"generic false", "schema: 1\ngeneric: false\ncomponent: a\nscheme: dotted\nreleases: []\n",
     "f.yaml:2:10: 'generic' is false; leave the key out"},
    {"generic with sources",
     "schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\nreleases: []\nsources: []\n",
     "f.yaml:6:1: unknown key 'sources' in a generic component; its keys are: schema, generic,"
     " component, title, scheme, releases"},
    {"generic with a scheme of its own",
     "schema: 1\ngeneric: true\ncomponent: a\nscheme: conda\nreleases: []\n",
     "f.yaml:4:9: 'conda' is no value of 'scheme'; expected one of: semver, pep440, dotted"},
    {"generic without releases", "schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\n",
     "f.yaml:1:1: a generic component lacks the key 'releases'"},
    {"generic requires as list",
     "schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\nreleases:\n  - {version: \"1\","
     " requires: [b]}\n",
     "f.yaml:6:30: 'requires' is a list; expected a mapping"},
    {"generic misspelt",
     "schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\nreleases:\n  - {version: \"1\","
     " require: {b: \"1\"}}\n",
     "f.yaml:6:20: unknown key 'require' in a release (did you mean 'requires'?)"},
    {"generic unquoted",
     "schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\nreleases:\n  - {version: 1.0}\n",
     "f.yaml:6:15: 'version' is not quoted; versions are texts, write \"1.0\" (without quotes "
     "it is a number: 3.10 would be 3.1)"},
    {"generic requires_any",
     "schema: 1\ngeneric: true\ncomponent: a\nscheme: dotted\nreleases:\n  - {version: \"1\","
     " requires_any: [{b: \"1\"}]}\n",
     "f.yaml:6:35: an entry of 'requires_any' is a mapping; expected a list"},
    {"an error without layer",
     "schema: 1\nerrors:\n  - {id: error.x, text: [a], versions: \"no\", says: s, causes: []}\n",
     "f.yaml:3:5: an error lacks the key 'layer'"},
    {"an error of no layer",
     "schema: 1\nerrors:\n  - {id: error.x, layer: cuda_runtim, text: [a], versions: \"no\", says: s, "
     "causes: "
     "[{cause: c}]}\n",
     "f.yaml:3:26: 'cuda_runtim' is no value of 'layer'; expected one of: container, kernel_module, nvml,"
     " driver_api, cuda_runtime, nvrtc, cublas, cudnn, nccl, tensorrt, loader, installer, framework (did you "
     "mean "
     "'cuda_runtime'?)"},
    {"an error with the boolean yes",
     "schema: 1\nerrors:\n  - {id: error.x, layer: nccl, text: [a], versions: yes, says: s, causes: [{cause: "
     "c}]}\n",
     "f.yaml:3:53: 'versions' is not quoted; write \"yes\" (other readers of YAML take it for a boolean)"},
    {"an error that tells of versions perhaps",
     "schema: 1\nerrors:\n  - {id: error.x, layer: nccl, text: [a], versions: \"perhaps\", says: s, causes: "
     "[{cause: "
     "c}]}\n",
     "f.yaml:3:53: 'perhaps' is no value of 'versions'; expected one of: yes, no, maybe"},
    {"a quoted code",
     "schema: 1\nerrors:\n  - {id: error.x, layer: nccl, code: \"35\", text: [a], versions: \"no\", says: s, "
     "causes: "
     "[{cause: c}]}\n",
     "f.yaml:3:38: 'code' is no number; expected one from 0 to 999999999, without quotes"},
    {"a code too large",
     "schema: 1\nerrors:\n  - {id: error.x, layer: nccl, code: 4294967295, text: [a], versions: \"no\", "
     "says: s, causes: "
     "[{cause: c}]}\n",
     "f.yaml:3:38: 'code' is no number; expected one from 0 to 999999999, without quotes"},
    {"an error without causes or text",
     "schema: 1\nerrors:\n  - {id: error.x, layer: nccl, text: [], versions: \"no\", says: s, causes: []}\n",
     "f.yaml:3:38: 'text' is empty; expected at least one fragment of the message\n"
     "f.yaml:3:75: 'causes' is empty; expected at least one cause"},
    {"a cause with an unknown key",
     "schema: 1\nerrors:\n  - {id: error.x, layer: nccl, text: [a], versions: \"no\", says: s, causes: "
     "[{cause: c, "
     "advise: d}]}\n",
     "f.yaml:3:88: unknown key 'advise' in a cause (did you mean 'advice'?)"},
    {"a name of no manager", "schema: 1\nnames:\n  - {id: name.x, component: x, manager: npm, name: y}\n",
     "f.yaml:3:41: 'npm' is no value of 'manager'; expected one of: pip, conda, apt, dnf, docker, index_url"},
    {"a name with an unquoted CUDA major",
     "schema: 1\nnames:\n  - {id: name.x, component: x, manager: pip, cuda: 12, name: y}\n",
     "f.yaml:3:52: 'cuda' is not quoted; versions are texts, write \"12\" (without quotes it is a number: "
     "3.10 would "
     "be 3.1)"},
    {"a name with unquoted versions",
     "schema: 1\nnames:\n  - {id: name.x, component: x, manager: pip, versions: 8.9, name: y}\n",
     "f.yaml:3:56: 'versions' is not quoted; versions are texts, write \"8.9\" (without quotes it is a "
     "number: 3.10 would be 3.1)"},
    {"a name with an unknown key",
     "schema: 1\nnames:\n  - {id: name.x, component: x, manager: pip, name: y, vesions: \"1\"}\n",
     "f.yaml:3:55: unknown key 'vesions' in a name (did you mean 'versions'?)"},
    {"chips without a vendor", "schema: 1\nchips: []\n",
     "f.yaml:1:1: a file of PCI ids lacks the key 'vendor'"},
    {"a device id that is a number",
     "schema: 1\nvendor: \"10de\"\nchips:\n  - {chip: A, compute_capability: \"8.9\", devices: [{id: "
     "2684}]}\n",
     "f.yaml:4:57: 'id' is not quoted; write \"2684\" (other readers of YAML take it for a number)"},
    {"a device of no class",
     "schema: 1\nvendor: \"10de\"\nchips:\n  - {chip: A, compute_capability: \"8.9\", devices: [{id: "
     "\"2684\", class: "
     "gamer}]}\n",
     "f.yaml:4:72: 'gamer' is no value of 'class'; expected one of: geforce, workstation, datacenter, tegra"},
    {"a chip without devices",
     "schema: 1\nvendor: \"10de\"\nchips:\n  - {chip: A, compute_capability: \"8.9\", devices: []}\n",
     "f.yaml:4:51: 'devices' is empty; expected at least one device"},
    {"an unquoted compute capability",
     "schema: 1\nvendor: \"10de\"\nchips:\n  - {chip: A, compute_capability: 8.9, devices: [{id: "
     "\"2684\"}]}\n",
     "f.yaml:4:35: 'compute_capability' is not quoted; versions are texts, write \"8.9\" (without quotes it "
     "is a "
     "number: 3.10 would be 3.1)"},
};

const message_case stack_cases[] = {
    {"misspelt key", "platfrom: linux\n",
     "f.yaml:1:1: unknown key 'platfrom' in a stack file (did you mean 'platform'?)"},
    {"unknown key", "colour: red\n",
     "f.yaml:1:1: unknown key 'colour' in a stack file; its keys are: platform, arch, distro,"
     " glibc, musl, driver, driver_user, driver_cuda, driver_ptx, kernel_module, compat_package,"
     " jetpack, l4t, gpus, container, components, copies, builds, build_from_source, date"},
    {"unknown platform", "platform: macos\n",
     "f.yaml:1:11: 'macos' is no value of 'platform'; expected one of: linux, windows, wsl2, "
     "jetson"},
    {"misspelt platform", "platform: widows\n",
     "f.yaml:1:11: 'widows' is no value of 'platform'; expected one of: linux, windows, wsl2,"
     " jetson (did you mean 'windows'?)"},
    {"unknown arch", "arch: x86-64\n",
     "f.yaml:1:7: 'x86-64' is no value of 'arch'; expected one of: x86_64, aarch64, ppc64le, "
     "amd64, arm64 (did you mean 'x86_64'?)"},
    {"kernel module", "kernel_module: closed\n",
     "f.yaml:1:16: 'closed' is no value of 'kernel_module'; expected one of: proprietary, open"},
    {"unquoted glibc", "glibc: 2.35\n",
     "f.yaml:1:8: 'glibc' is not quoted; versions are texts, write \"2.35\" (without quotes it "
     "is a number: 3.10 would be 3.1)"},
    {"unquoted driver", "driver: 535.104.05\n",
     "f.yaml:1:9: 'driver' is not quoted; versions are texts, write \"535.104.05\""},
    {"unquoted python", "components: {python: 3.10}\n",
     "f.yaml:1:22: the version of 'python' is not quoted; versions are texts, write \"3.10\" "
     "(without quotes it is a number: 3.10 would be 3.1)"},
    {"star unquoted", "components: {python: *}\n",
     "f.yaml:1:23: found an alias ('*'); aliases are not allowed, quote the value if it is a "
     "text"},
    {"component without version", "components:\n  python:\n",
     "f.yaml:2:3: the version of 'python' has no value; expected a text"},
    {"component version as mapping", "components: {torch: {version: \"1\"}}\n",
     "f.yaml:1:21: the version of 'torch' is a mapping; expected a text"},
    {"components as list", "components: [python]\n",
     "f.yaml:1:13: 'components' is a list; expected a mapping"},
    {"glibc and musl", "glibc: \"2.35\"\nmusl: \"1.2\"\n",
     "f.yaml:2:7: both 'glibc' and 'musl' are given; expected one of them"},
    {"GPU as mapping", "gpus: {name: x}\n", "f.yaml:1:7: 'gpus' is a mapping; expected a list"},
    {"GPU without name", "gpus: [{count: 2}]\n",
     "f.yaml:1:8: a GPU has neither 'name' nor 'compute_capability'"},
    {"GPU with unknown key", "gpus: [{nmae: x}]\n",
     "f.yaml:1:9: unknown key 'nmae' in a GPU (did you mean 'name'?)"},
    {"GPU capability unquoted", "gpus: [{compute_capability: 8.9}]\n",
     "f.yaml:1:29: 'compute_capability' is not quoted; versions are texts, write \"8.9\" (without "
     "quotes it is a number: 3.10 would be 3.1)"},
    {"GPU as number", "gpus: [4090]\n",
     "f.yaml:1:8: a GPU is the number 4090; expected a text, write \"4090\""},
    {"GPU count of zero", "gpus: [{name: x, count: 0}]\n",
     "f.yaml:1:25: 'count' is not a number of GPUs; expected 1 to 1024, without quotes"},
    {"GPU count as text", "gpus: [{name: x, count: \"2\"}]\n",
     "f.yaml:1:25: 'count' is not a number of GPUs; expected 1 to 1024, without quotes"},
    {"GPU count too large", "gpus: [{name: x, count: 99999999999}]\n",
     "f.yaml:1:25: 'count' is not a number of GPUs; expected 1 to 1024, without quotes"},
    {"container as text", "container: docker\n", "f.yaml:1:12: 'container' is a text; expected a mapping"},
    {"container cdi", "container: {cdi: no}\n", "f.yaml:1:18: 'cdi' is 'no'; expected true or false"},
    {"copy without component", "copies: [{version: \"1\"}]\n",
     "f.yaml:1:10: a copy lacks the key 'component'"},
    {"build as text", "builds: {torch: cu121}\n",
     "f.yaml:1:17: the build of 'torch' is a text; expected a mapping"},
    {"build with unknown key", "builds: {torch: {cudda: \"12\"}}\n",
     "f.yaml:1:18: unknown key 'cudda' in the build of 'torch' (did you mean 'cuda'?)"},
    {"code target", "builds: {torch: {code: [sm90]}}\n",
     "f.yaml:1:25: 'sm90' is no code target; expected sm_XY, compute_XY, \"X.Y\" or \"X.Y+PTX\""},
    {"code target unquoted", "builds: {torch: {code: [9.0]}}\n",
     "f.yaml:1:25: an entry of 'code' is the number 9.0; expected a text, write \"9.0\""},
    {"built_with", "builds: {torch: {built_with: {cudnn: 8.9}}}\n",
     "f.yaml:1:38: the version of 'cudnn' is not quoted; versions are texts, write \"8.9\" (without "
     "quotes it is a number: 3.10 would be 3.1)"},
    {"build_from_source as text", "build_from_source: flash-attn\n",
     "f.yaml:1:20: 'build_from_source' is a text; expected a list"},
    {"date", "date: 2024-02-30\n", "f.yaml:1:7: 'date' is '2024-02-30'; expected a day as YYYY-MM-DD"},
    {"month for a date", "date: 2024-02\n", "f.yaml:1:7: 'date' is '2024-02'; expected a day as YYYY-MM-DD"},
    {"list", "- a\n", "f.yaml:1:1: a stack file is a list; expected a mapping"},
    {"JSON with a comma too many", "{\"driver\": \"535\",, \"arch\": \"x86_64\"}",
     "f.yaml:1:18: found an empty key; expected a key name"},
    {"JSON number", "{\"driver\": 535.104}",
     "f.yaml:1:12: 'driver' is not quoted; versions are texts, write \"535.104\" (without quotes "
     "it is a number: 3.10 would be 3.1)"},
    {"JSON null", "{\"driver\": null}", "f.yaml:1:2: 'driver' has no value; expected a text"},
    {"JSON cut off", "{\"driver\": \"535\"",
     "f.yaml:1:1: found a list or mapping as a key (or a bracket that is never closed); expected "
     "a key name"},
    {"duplicate in components", "components: {torch: \"2.1\", torch: \"2.2\"}\n",
     "f.yaml:1:28: key 'torch' is given twice; the first is in line 1"},
};

} // namespace

TEST_CASE("messages of knowledge-base files") {
    for (const message_case& c : model_cases) {
        CAPTURE(c.name);
        const load_report report = load_model_text(c.input, "f.yaml");
        std::string said;
        for (const error& e : report.errors) said += (said.empty() ? "" : "\n") + to_string(e);
        CHECK(said == c.expected);
    }
}

TEST_CASE("messages of stack files") {
    for (const message_case& c : stack_cases) {
        CAPTURE(c.name);
        const result<stack_record> stack = load_stack(c.input, "f.yaml");
        REQUIRE_FALSE(stack.has_value());
        CHECK(to_string(stack.error()) == c.expected);
        CHECK(stack.error().code == errc::bad_data);
    }
}
