#include "tables.hpp"

#include "ours.hpp"

#include <cmath>
#include <cstdio>

namespace bench {

namespace {

const char* const us = "cudacompat";
const char* const us_all = "cudacompat-all";

double total(const measured& m) { return m.runs == 0 ? m.at_least_s : m.median.build_s + m.median.solve_s; }

/// Three figures, in milliseconds, "-" for a phase that a peer does not have.
std::string ms(double seconds) {
    if (seconds < 0) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", seconds * 1e3);
    return text;
}
std::string figure(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

} // namespace

void tables::bar::see(double value, const std::string& at) {
    ++rows;
    if (value > limit) ++missed;
    if (worst >= 0 && value <= worst) return;
    worst = value;
    where = at;
}

void tables::add(const row_id& id, const std::string& who, const measured& m) {
    rows_[id][who] = m;
    if (m.runs == 0 && !m.capped) mistake(id.name() + ": " + who + " ended without an answer");
    if (m.runs == 0) return;
    if (m.median.build_s <= 0) mistake(id.name() + ": the clock stands still"); // it did, under RLIMIT_CPU
    if (!m.consistent) mistake(id.name() + ": " + who + " answered differently from run to run");
    if ((m.median.sat != 0) != (id.kind == ask::sat))
        mistake(id.name() + ": " + who + " has the wrong verdict");
    for (const auto& [other, theirs] : rows_[id])
        if (theirs.runs != 0 && m.median.sat != 0 && theirs.median.sat != 0 &&
            theirs.median.best != m.median.best)
            mistake(id.name() + ": newest package 0 is " + std::to_string(m.median.best) + " by " + who +
                    ", " + std::to_string(theirs.median.best) + " by " + other);
}

void tables::add_own(const std::string& what, double value, double limit, const std::string& unit) {
    own_.push_back({what, unit, value, limit});
}

void tables::mistake(const std::string& what) { mistakes_.push_back(what); }

const measured* tables::find(const row_id& id, const std::string& who) const {
    const auto row = rows_.find(id);
    if (row == rows_.end()) return nullptr;
    const auto at = row->second.find(who);
    return at == row->second.end() || at->second.runs == 0 ? nullptr : &at->second;
}

std::vector<tables::bar> tables::bars() const {
    bar real_size{"chain 60x200: build + solve, of libsolv's", "x", 0.01, -1, {}, 0, 0};
    bar large_libsolv{"chain 500x200: build + solve, of libsolv's", "x", 0.005, -1, {}, 0, 0};
    bar large_cadical{"chain 500x200: build + solve, of CaDiCaL's", "x", 0.25, -1, {}, 0, 0};
    bar memory{"chain 500x200: heap, of libsolv's", "x", 0.1, -1, {}, 0, 0};
    bar every{"every row: build + solve, of the fastest peer's", "x", 1, -1, {}, 0, 0};
    bar every_all{
        "every row: full optimum over all packages, of the fastest peer's package 0", "x", 1, -1, {}, 0, 0};
    bar deep{"deep rows: solve alone, of CaDiCaL's", "x", 1, -1, {}, 0, 0};
    bar lines{"chain and knot, refuted: steps of the conflict", "", 25, -1, {}, 0, 0};
    bar explain_real{"60x200, refuted: explain", "ms", 2, -1, {}, 0, 0};
    bar explain_large{"500x200, refuted: explain", "ms", 15, -1, {}, 0, 0};
    for (const auto& [id, by] : rows_) {
        const measured* const ours = find(id, us);
        if (ours == nullptr) continue;
        const std::string at = id.name();
        const bool chain = id.f == family::chain;
        // A libsolv that was stopped took at least its cap and that much memory: ratios are upper bounds.
        const auto stopped = by.find("libsolv");
        const measured* libsolv = find(id, "libsolv");
        if (libsolv == nullptr && stopped != by.end() && stopped->second.at_least_s > 0)
            libsolv = &stopped->second;
        const measured* const cadical = find(id, "cadical");
        if (libsolv != nullptr && chain && id.size() == "60x200")
            real_size.see(total(*ours) / total(*libsolv), at);
        if (libsolv != nullptr && chain && id.size() == "500x200") {
            large_libsolv.see(total(*ours) / total(*libsolv), at);
            const double theirs = libsolv->runs != 0 ? libsolv->median.heap_bytes : libsolv->at_least_bytes;
            if (theirs > 0) memory.see(ours->median.heap_bytes / theirs, at);
        }
        if (cadical != nullptr && chain && id.size() == "500x200")
            large_cadical.see(total(*ours) / total(*cadical), at);
        if (cadical != nullptr && id.kind == ask::deep)
            deep.see(ours->median.solve_s / cadical->median.solve_s, at);
        double fastest = -1;
        for (const auto& [who, m] : by)
            if (who != us && who != us_all && m.runs != 0 && (fastest < 0 || total(m) < fastest))
                fastest = total(m);
        if (fastest >= 0) every.see(total(*ours) / fastest, at);
        if (const auto full = by.find(us_all); fastest >= 0 && full != by.end())
            every_all.see(total(full->second) / fastest, at);
        if (id.kind != ask::unsat || id.f == family::rand) continue;
        lines.see(ours->median.lines, at);
        if (id.size() == "60x200") explain_real.see(ours->median.explain_s * 1e3, at);
        if (id.size() == "500x200") explain_large.see(ours->median.explain_s * 1e3, at);
    }
    std::vector<bar> out{real_size, large_libsolv, large_cadical, memory,       every,
                         every_all, deep,          lines,         explain_real, explain_large};
    for (const own_figure& f : own_) {
        bar one{f.what, f.unit, f.bar, -1, {}, 0, 0};
        one.see(f.value, "");
        out.push_back(one);
    }
    return out;
}

void tables::print() const {
    std::printf(
        "\nPer group: medians over the seeds; milliseconds of CPU time, heap in MiB. \"ours\" is build + "
        "solve of\n"
        "cudacompat by the peer's, the range over the seeds. runs: the least number behind a median.\n\n"
        "| row | solver | build | solve | explain | heap | lines | ours / peer | runs | seeds, over the cap "
        "|\n"
        "|---|---|---|---|---|---|---|---|---|---|\n");
    std::map<std::tuple<family, uint32_t, uint32_t, ask>, std::vector<row_id>> groups;
    for (const auto& [id, by] : rows_) groups[{id.f, id.packages, id.versions, id.kind}].push_back(id);
    for (const auto& [key, ids] : groups)
        for (const peer& who : peers()) {
            std::vector<peer_answer> medians;
            std::vector<double> ratios;
            int runs = -1, capped = 0;
            for (const row_id& id : ids) {
                const auto& by = rows_.at(id);
                if (const auto at = by.find(who.name); at != by.end() && at->second.capped) ++capped;
                const measured* const m = find(id, who.name);
                if (m == nullptr) continue;
                medians.push_back(m->median);
                runs = runs < 0 ? m->runs : std::min(runs, m->runs);
                if (const measured* const ours = find(id, us)) ratios.push_back(total(*ours) / total(*m));
            }
            if (medians.empty() && capped == 0) continue;
            std::printf("| %s | %s |", ids[0].group().c_str(), who.name);
            if (medians.empty()) {
                const measured& m = rows_.at(ids[0]).at(who.name);
                std::printf(" - | > %s | - | > %s | - | - | 0 |", ms(m.at_least_s).c_str(),
                            figure(m.at_least_bytes / 1048576).c_str());
            } else {
                const auto by = [&](auto get) { return median_of(medians, get); };
                const double lines = by([](const peer_answer& a) { return a.lines; });
                std::printf(" %s | %s | %s | %s | %s |",
                            ms(by([](const peer_answer& a) { return a.build_s; })).c_str(),
                            ms(by([](const peer_answer& a) { return a.solve_s; })).c_str(),
                            ms(by([](const peer_answer& a) { return a.explain_s; })).c_str(),
                            figure(by([](const peer_answer& a) { return a.heap_bytes; }) / 1048576).c_str(),
                            lines < 0 ? "-" : figure(lines).c_str());
                std::sort(ratios.begin(), ratios.end());
                if (ratios.empty()) std::printf(" - |");
                else
                    std::printf(" %s .. %s |", figure(ratios.front()).c_str(), figure(ratios.back()).c_str());
                std::printf(" %d |", runs);
            }
            std::printf(" %zu, %d |\n", medians.size(), capped);
        }

    std::printf("\nOurs in more detail, medians over the seeds, microseconds.\n\n"
                "| row | conflict with its steps | all packages | same again | problem, bytes |\n"
                "|---|---|---|---|---|\n");
    for (const auto& [key, ids] : groups) {
        std::vector<peer_answer> medians, full;
        for (const row_id& id : ids) {
            if (const measured* const m = find(id, us)) medians.push_back(m->median);
            if (const measured* const m = find(id, us_all)) full.push_back(m->median);
        }
        const bool sat = std::get<ask>(key) == ask::sat;
        std::vector<peer_answer>& from = sat ? full : medians;
        if (from.empty()) continue;
        const auto by = [&](size_t i) {
            return median_of(from, [i](const peer_answer& a) { return a.extra[i]; });
        };
        const double solved = median_of(from, [](const peer_answer& a) { return a.solve_s; });
        std::printf("| %s | %s | %s | %s | %.0f |\n", ids[0].group().c_str(),
                    sat ? "-" : figure(by(ours_conflict) * 1e6).c_str(),
                    sat ? figure(solved * 1e6).c_str() : "-", figure(by(ours_again) * 1e6).c_str(),
                    by(ours_bytes));
    }

    std::printf("\n| bar | limit | worst | where | rows | missed |\n|---|---|---|---|---|---|\n");
    for (const bar& b : bars()) {
        if (b.rows == 0)
            std::printf("| %s | %s %s | not measured | | 0 | |\n", b.text.c_str(), figure(b.limit).c_str(),
                        b.unit.c_str());
        else
            std::printf("| %s | %s %s | %s%s | %s | %zu | %zu |\n", b.text.c_str(), figure(b.limit).c_str(),
                        b.unit.c_str(), figure(b.worst).c_str(), b.worst > b.limit ? " **missed**" : "",
                        b.where.c_str(), b.rows, b.missed);
    }
    for (const std::string& text : mistakes_) std::printf("MISTAKE %s\n", text.c_str());
    std::fflush(stdout);
}

} // namespace bench
