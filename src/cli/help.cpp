#include "help.hpp"

#include <utility>

namespace cudacompat::cli {

namespace {

constexpr std::pair<std::string_view, std::string_view> texts[] = {
    {"", R"(usage: cudacompat COMMAND ...

Which GPU, driver, CUDA and library versions work together, with a source
behind every sentence.

commands:
  resolve REQUEST...   what fits together
  check --stack FILE   does what is there fit, which link is broken, what mends it
  why REQUEST...       what forces each component to its range
  why-not REQUEST...   what is against it: the first, and the fewest facts
  graph REQUEST...     the answer as DOT or GraphML
  matrix COMPONENT     which of its releases work with which of another
  probe                what is on this machine, or in an image, read from files
  explain ERROR...     what a code, a message or a log says about versions
  inspect FILE...      which GPUs a library or program has code for
  kb COMMAND           the knowledge base: list, show, lint, stats, compile

options:
  -h, --help           this text; 'cudacompat COMMAND --help' says more
  --version            version of the program and of its data

examples:
  cudacompat resolve torch:1.12
  cudacompat resolve torch gpu:rtx-5090
  cudacompat resolve torch driver:535.104.05 python:3.10 --format json
  cudacompat resolve torch --stack host.yaml
  cudacompat check --stack host.yaml
  cudacompat matrix torch --by driver
  cudacompat explain 803
  cudacompat kb show torch

exit code: 0 compatible, 1 incompatible, 2 usage, 3 unknown, 4 bad data or
input file, 70 internal error
)"},
    {"resolve", R"(usage: cudacompat resolve REQUEST... [options]

Answers what fits together: the newest versions that work with each other, the
range that works too, why, and the source of it.

REQUEST is NAME, NAME:SPEC or NAMESPEC:
  torch  torch:1.12  torch>=2.4,<2.6  torch:2.4.0+cu121  python:3.10
  gpu:rtx-4090  gpu:8.9  driver:535.104.05  os:windows  arch:aarch64
'torch:1.12' means 1.12.*; 'cudacompat kb list' has the names. Quote what your
shell would read itself: < > * | and spaces.

the machine (what is not mentioned is free, and the answer says what it needs):
  --stack FILE         YAML or JSON description of a machine; - is standard input
  --probe              this machine, as 'cudacompat probe' sees it
  --root DIR           an unpacked image or another root, seen the same way
  --set KEY=VALUE      a key of the stack file, over what FILE says; may repeat:
                       driver, gpu (may repeat; none), kernel_module, glibc, musl,
                       platform, arch, distro, driver_cuda, driver_ptx,
                       compat_package, components.NAME or NAME, date, ...

the answer:
  --min COMPONENT      the least version of COMPONENT with which the request can
                       be met, and what stands against less
  --newest COMPONENT   the newest one. What a stack states about COMPONENT is set
                       aside for either; a compat package is no means to it
  --policy POLICY      newest     newest releases first (default)
                       installed  change least of what the stack states
                       verified   newest, without facts of weak certainty
  --all                all maximal solutions, not only the best
  --as-of YYYY-MM-DD   judge by what was published by that day
  --kb DIR|FILE        another knowledge base: a directory of YAML, or a .ckb file
                       (default: CUDACOMPAT_KB, else the data in the program)
  --overlay DIR        a site's own facts, laid over the YAML that --kb names;
                       may repeat. Not over the data in the program, which is
                       compiled

the output:
  --format text|json   json: data/schema/answer.schema.json
  --verbose            every fact of every component
  --color WHEN         auto (a terminal, and NO_COLOR unset), always, never
  --width N            columns of the text, 40 to 1000 (default: 100, or the
                       terminal's where it has less)
  -h, --help           this text

examples:
  cudacompat resolve torch:1.12
  cudacompat resolve 'torch>=2.4' gpu:h100 os:windows
  cudacompat resolve torch --set driver=535.104.05 --set gpu=rtx-4090
  cudacompat resolve torch --stack host.yaml --policy installed
  cudacompat resolve --min driver torch:2.9+cu130
  cudacompat resolve --newest torch driver:525.60.13 gpu:t4
  echo '{"driver": "550.54.14"}' | cudacompat resolve torch --stack - --format json

exit code: 0 compatible, 1 incompatible, 2 usage, 3 unknown, 4 bad data or
input file, 70 internal error
)"},
    {"check", R"(usage: cudacompat check [REQUEST...] [options]

Says whether a stack fits as it is described: which link is broken first, why,
what people see when it happens, and which changes would mend it, each of them
solved again. A REQUEST is a wish on top of the stack, as for 'resolve'.

What the stack does not mention is free, and the answer says what it has to be.
What it mentions without every detail ("535", torch without its build, "*") has
to fit whatever the detail is; otherwise the verdict is unknown, and the detail
that decides is named.

the stack:
  --stack FILE         YAML or JSON; - is standard input
  --probe              this machine, as 'cudacompat probe' sees it
  --root DIR           an unpacked image or another root, seen the same way
  --set KEY=VALUE      a key of the stack file, over what FILE says; may repeat:
                       driver, gpu (may repeat; none), glibc, platform, arch,
                       components.NAME or NAME, date, ...

the answer:
  --what-if NAME:VER   compare with the stack so changed: what breaks, what mends,
                       which newer frameworks become possible; may repeat
  --allow RULE         set aside what this rule says; the answer tells so. The
                       findings name their rules; may repeat
  --as-of YYYY-MM-DD   judge by what was published by that day
  --kb DIR|FILE        another knowledge base: a directory of YAML, or a .ckb file
                       (default: CUDACOMPAT_KB, else the data in the program)
  --overlay DIR        a site's own facts, laid over the YAML that --kb names

the output:
  --format text|json   json: data/schema/answer.schema.json
  --verbose            every step
  --tree               the derivation as a tree, below the text
  --color WHEN         auto (a terminal, and NO_COLOR unset), always, never
  --width N            columns of the text, 40 to 1000 (default: 100, or the
                       terminal's where it has less)
  -h, --help           this text

examples:
  cudacompat check --stack host.yaml
  cudacompat check --set driver=520.61.05 --set torch=2.1.0+cu121
  cudacompat check torch:2.7 --stack host.yaml
  cudacompat check --stack host.yaml --what-if driver:590.48.01
  cudacompat check --stack host.yaml --allow driver-floor --format json

exit code: 0 compatible, 1 incompatible, 2 usage, 3 unknown, 4 bad data or
input file, 70 internal error
)"},
    {"why", R"(usage: cudacompat why REQUEST... [options]

Says what forces each component to its range: for each one the chain of facts
that contradicts anything else, with numbered sources. Of a request that cannot
be met it says what is against it.

options:
  --stack FILE         the machine; - is standard input. --set KEY=VALUE as well
  --policy POLICY      newest, installed or verified, as for 'resolve'
  --allow RULE         set aside what this rule says; may repeat
  --as-of YYYY-MM-DD   judge by what was published by that day
  --kb DIR|FILE        another knowledge base; --overlay DIR over it
  --format text|json   json: data/schema/reasons.schema.json
  --tree               the derivation as a tree, below the text
  --color WHEN, --width N, -h, --help

examples:
  cudacompat why torch:1.12
  cudacompat why torch:2.9.1+cu130 gpu:rtx-5090
  cudacompat why torch --stack host.yaml --format json

exit code: 0 compatible, 1 incompatible, 2 usage, 3 unknown, 4 bad data or
input file, 70 internal error
)"},
    {"why-not", R"(usage: cudacompat why-not REQUEST... [options]

Says what is against a request: the first contradiction that the solver meets,
and, where there is one, a contradiction of fewer facts. Each is irreducible:
without any one of its facts it would not be one.

options:
  --stack FILE         the machine; - is standard input. --set KEY=VALUE as well
  --allow RULE         set aside what this rule says; may repeat
  --as-of YYYY-MM-DD   judge by what was published by that day
  --kb DIR|FILE        another knowledge base; --overlay DIR over it
  --format text|json   json: data/schema/reasons.schema.json
  --tree               the derivation as a tree, below the text
  --color WHEN, --width N, -h, --help

examples:
  cudacompat why-not torch:2.13+cu130 driver:535.104.05 gpu:rtx-4090
  cudacompat why-not torch:1.12.1+cu116 gpu:h100 --tree
  cudacompat why-not torch:2.4.1+cu124 tensorflow:2.18

exit code: 0 nothing is against it, 1 incompatible, 2 usage, 3 unknown, 4 bad
data or input file, 70 internal error
)"},
    {"graph", R"(usage: cudacompat graph REQUEST... [--format dot|graphml] [options]

Draws the answer of 'cudacompat resolve'. Of a solution: its components, and an
edge for each pair that facts tie, with their ids. Of a refusal: the derivation,
from what is asked and the facts to the contradiction.

options:
  --format dot|graphml dot (default) is for Graphviz: ... | dot -Tsvg > answer.svg
  --stack FILE         the machine; - is standard input. --set KEY=VALUE as well
  --policy POLICY, --allow RULE, --as-of DAY, --kb DIR|FILE, --overlay DIR
                       as for 'resolve'
  -h, --help           this text

examples:
  cudacompat graph torch:1.12 | dot -Tsvg > torch.svg
  cudacompat graph torch:1.12.1+cu116 gpu:rtx-5090 driver:535 | dot -Tpng > no.png
  cudacompat graph torch gpu:h100 --format graphml

exit code: 0 compatible, 1 incompatible, 2 usage, 3 unknown, 4 bad data or
input file, 70 internal error
)"},
    {"matrix", R"(usage: cudacompat matrix COMPONENT --by OTHER [REQUEST...] [options]

A table: which releases of COMPONENT work with which versions of OTHER, where
the REQUEST holds too. A cell is the answer of one 'cudacompat resolve' with
the release and the version added to the request: yes, no or unknown.

Rows are the newest releases of each minor release, newest first. Columns are
minor releases of OTHER (gpu: compute capabilities); of an open line (driver,
python, glibc) stretches in which nothing changes.

the table:
  --by OTHER           component of the columns: driver, python, gpu,
                       cuda-runtime, glibc, cudnn, ...
  --rows SPEC          only these releases of COMPONENT: '>=2.0', '2.4 || 2.6'
  --all                every release, not only the newest of each minor one

the machine:
  --stack FILE         as for resolve. What it states about the two components
  --set KEY=VALUE      is set aside

the answers:
  --policy POLICY      newest (default), installed or verified
  --as-of YYYY-MM-DD   judge by what was published by that day
  --kb DIR|FILE        another knowledge base (default: CUDACOMPAT_KB, else the
                       data in the program)
  --overlay DIR        laid over the YAML that --kb names; may repeat

the output:
  --format FORMAT      text   a grid where it fits, else ranges for each row
                       json   data/schema/matrix.schema.json
                       csv    RFC 4180
                       html   one page, without scripts
  --width N            columns of the text, 40 to 1000 (default: 100, or the
                       terminal's where it has less)
  -h, --help           this text

examples:
  cudacompat matrix torch --by driver
  cudacompat matrix torch --by gpu --rows '>=2.0'
  cudacompat matrix torch --by cuda-runtime python:3.12
  cudacompat matrix torch --by python os:windows --format html > torch.html
  cudacompat matrix torchvision --by torch --all --format csv
  cudacompat matrix jax --by cudnn --stack host.yaml

exit code: 0 the table, whatever is in it; 2 usage, 4 bad data or input file
)"},
    {"explain", R"(usage: cudacompat explain CODE|MESSAGE... [options]

Says what an error means, whether it tells of versions that do not fit, its
causes and what tells them apart, and what to do.

CODE or MESSAGE is
  803  nvml:18  'NVML 18'     a code; without a layer, in every layer that has it
  CUDA_ERROR_NO_DEVICE        a symbol of the CUDA runtime or the driver API, ...
  'no kernel image is ...'    a message as it was printed, or a part of one; the
                              versions that it names are told
  error.cuda-runtime.35       the id of an entry
  -                           a whole log on standard input, 1 MiB at most: every
                              known message in it, with its line numbers

options:
  --layer LAYER        only what this layer says: container, kernel_module, nvml,
                       driver_api, cuda_runtime, nvrtc, cublas, cudnn, nccl,
                       tensorrt, loader, installer, framework
  --kb DIR|FILE        another knowledge base (default: CUDACOMPAT_KB, else the
                       data in the program)
  --overlay DIR        laid over the YAML that --kb names; may repeat
  --format text|json   json: data/schema/explanation.schema.json
  --width N            columns of the text, 40 to 1000 (default: 100, or the
                       terminal's where it has less)
  -h, --help           this text

examples:
  cudacompat explain 803
  cudacompat explain CUDA_ERROR_NO_DEVICE
  cudacompat explain cudaErrorInsufficientDriver
  cudacompat explain 'no kernel image is available'
  cudacompat explain 'libcudnn.so.8: cannot open shared object file'
  cudacompat explain 3 --layer nccl
  python train.py 2>&1 | cudacompat explain -

exit code: 0 known, 3 not known (or not all of it), 2 usage, 4 bad data
)"},
    {"probe", R"(usage: cudacompat probe [options]

Says what is on this machine, or in an unpacked image: GPUs, driver, CUDA
toolkits, libraries, Python packages; how each was seen, and what could not be
looked at. Only files are read: nothing is executed, nothing of CUDA is loaded.
No GPU and no driver are findings like others.

options:
  --root DIR           this folder stands for /: an unpacked image, a chroot. Links
                       are followed inside it and never out of it
  --python PATH        a Python environment, or an interpreter in it, inside the
                       root; may repeat. The first is the one in use (default:
                       VIRTUAL_ENV, CONDA_PREFIX, what is installed for all)
  --env NAME=VALUE     as if the environment said so; may repeat. With --root it
                       is all there is of one: LD_LIBRARY_PATH, PATH, CUDA_HOME
  --kb DIR|FILE        another knowledge base, for names of GPUs and packages
                       (default: CUDACOMPAT_KB, else the data in the program)
  --overlay DIR        laid over the YAML that --kb names; may repeat
  --format FORMAT      text   a report (default)
                       json   data/schema/probe.schema.json
                       stack  a stack file, which 'check --stack -' reads
  --width N            columns of the text, 40 to 1000 (default: 100, or the
                       terminal's where it has less)
  -h, --help           this text

examples:
  cudacompat probe
  cudacompat probe --format stack | cudacompat check --stack -
  cudacompat probe --root ./image --env LD_LIBRARY_PATH=/usr/local/cuda/compat
  cudacompat check --probe
  cudacompat resolve torch --root ./image --set driver=535.104.05

exit code: 0 the report, whatever is in it; 2 usage, 4 bad data or no such root
)"},
    {"inspect", R"(usage: cudacompat inspect FILE... [options]

Says which device code a library or program carries, read from its file: machine
code (sm_90), PTX (compute_90) with its version, how often and how large. The
list is as 'builds: {NAME: {code: [...]}}' of a stack file takes it.

FILE is an ELF or PE file, a static archive, a *.fatbin or a cubin. Nothing is
loaded or run. Code that a program keeps elsewhere or makes at run time is not
seen.

options:
  --for GPU            is it served: rtx-4090, gpu:h100, 8.9; may repeat
  --for driver:VERSION with this driver; alone: whether it compiles the PTX
  --kb DIR|FILE        another knowledge base (default: CUDACOMPAT_KB, else the
                       data in the program)
  --overlay DIR        laid over the YAML that --kb names; may repeat
  --format text|json   json: data/schema/inspect.schema.json
  --width N            columns of the text, 40 to 1000 (default: 100, or the
                       terminal's where it has less)
  -h, --help           this text

examples:
  cudacompat inspect libnccl.so.2
  cudacompat inspect libmine.so --for rtx-5090 --for h100
  cudacompat inspect my-program --for gpu:t4 --for driver:535.104.05
  cudacompat inspect build/*.so --format json

exit code: 0 read, and served wherever --for asks; 1 not served, 2 usage,
3 unknown, 4 a file cannot be read or holds no such code, 70 internal error
)"},
    {"kb", R"(usage: cudacompat kb COMMAND ...

Looks into the knowledge base, checks one, and compiles one.

commands:
  list [WHAT]          the components; errors, names, PCI ids or rules
  show NAME            a component, a fact, a source, an error, a name, a GPU
  lint [DIR]           every check of a directory of YAML
  stats                how much is known, and how well
  compile DIR -o FILE  a directory of YAML to one file for --kb

examples:
  cudacompat kb list
  cudacompat kb show torch
  cudacompat kb lint data
  cudacompat kb compile data -o data.ckb
)"},
    {"kb list", R"(usage: cudacompat kb list [WHAT] [--kb DIR|FILE] [--overlay DIR]...
                          [--format text|json]

Lists WHAT:
  components           name, role, number of releases, newest release, title
                       (the default)
  errors               messages and codes, and what they say about versions
  names                what components are called by pip, conda, apt, ...
  pci                  PCI device ids, their chips and compute capabilities
  rules                the kinds of findings that 'check' names

options:
  --kb DIR|FILE        another knowledge base (default: CUDACOMPAT_KB, else the
                       data in the program)
  --overlay DIR        laid over the YAML that --kb names; may repeat
  --format text|json
  -h, --help           this text

examples:
  cudacompat kb list
  cudacompat kb list errors
  cudacompat kb list --kb data --format json
)"},
    {"kb show", R"(usage: cudacompat kb show NAME [--kb DIR|FILE] [--overlay DIR]...
                          [--format text|json]

Shows one thing. NAME is
  a component          (also by an alias) its releases, builds and products, how
                       many facts speak of it
  the id of a fact     as answers cite it: its sentence, kind, who enforces it,
                       evidence, scope, sources
  the id of a source   what it is, when it was read, which facts cite it
  error:LAYER:CODE     what an error says about versions, its causes, what tells
                       them apart; also error:CODE, error:SYMBOL, error:MESSAGE
  name:COMPONENT       what it is called by installers; also
                       name:COMPONENT:MANAGER and name:COMPONENT:MANAGER:CUDA
  pci:ID               the GPU with this PCI device id; also a chip, pci:AD102

options:
  --kb DIR|FILE        another knowledge base (default: CUDACOMPAT_KB, else the
                       data in the program)
  --overlay DIR        laid over the YAML that --kb names; may repeat
  --format text|json
  -h, --help           this text

examples:
  cudacompat kb show torch
  cudacompat kb show error:cuda_runtime:35
  cudacompat kb show 'error:no kernel image is available'
  cudacompat kb show name:cudnn:pip:12
  cudacompat kb show pci:2684 --format json
  cudacompat kb show torch.code.1.0.0-conda-cu80-linux-x86_64
)"},
    {"kb lint", R"(usage: cudacompat kb lint [DIR | --kb DIR] [--overlay DIR]...
                          [--format text|json]

Reads a directory of YAML, runs every linter, and tries to compile it. A line
for each finding: file:line:column: error[rule]: message. DIR defaults to
CUDACOMPAT_KB, else to ./data.

With --overlay it also lists what the overlay does: each fact that it replaces,
and each that contradicts one below it.

options:
  --kb DIR             the same as DIR
  --overlay DIR        laid over DIR; may repeat, later ones lie on top
  --format text|json
  -h, --help           this text

examples:
  cudacompat kb lint
  cudacompat kb lint my-data
  cudacompat kb lint data --overlay our-cluster

exit code: 0 nothing found (warnings may stay), 4 errors found
)"},
    {"kb stats", R"(usage: cudacompat kb stats [--kb DIR|FILE] [--overlay DIR]...
                           [--format text|json]

Counts components, releases, builds, facts by kind, evidence and certainty,
disputes, sources by kind and by the month in which they were read, errors,
names and PCI ids, and lists the releases that no solution can reach.

options:
  --kb DIR|FILE        another knowledge base (default: CUDACOMPAT_KB, else the
                       data in the program)
  --overlay DIR        laid over the YAML that --kb names; may repeat
  --format text|json
  -h, --help           this text

examples:
  cudacompat kb stats
  cudacompat kb stats --format json
  cudacompat kb stats --kb data
)"},
    {"kb compile", R"(usage: cudacompat kb compile DIR [--overlay DIR]... -o FILE

Compiles a directory of YAML to one file, which --kb reads without parsing. The
file replaces an old one only when it is complete. It fits programs of the same
version and kind of machine.

options:
  -o, --output FILE    where to write, by custom *.ckb
  --overlay DIR        laid over DIR before it is compiled; may repeat
  -h, --help           this text

examples:
  cudacompat kb compile data -o data.ckb
  cudacompat kb compile my-world -o /tmp/my-world.ckb
  cudacompat resolve a:1 --kb /tmp/my-world.ckb

exit code: 0 written, 4 the data cannot be read or the file not written
)"},
};

} // namespace

std::string_view help_of(std::string_view command) noexcept {
    for (const auto& [name, text] : texts)
        if (name == command) return text;
    return texts[0].second;
}

} // namespace cudacompat::cli
