// What was measured, set against the bars: one table of figures, one of ratios.
#pragma once

#include "cases.hpp"
#include "measure.hpp"

#include <map>
#include <string>
#include <vector>

namespace bench {

class tables {
public:
    /// A row of one solver. Verdict and optimum have to be the planted verdict and what the others found.
    void add(const row_id& id, const std::string& who, const measured& m);
    /// A figure of ours without a peer, and what it should not exceed.
    void add_own(const std::string& what, double value, double bar, const std::string& unit);
    /// Something that was computed wrongly; the program will exit with 1.
    void mistake(const std::string& what);

    void print() const;
    [[nodiscard]] size_t mistakes() const { return mistakes_.size(); }

private:
    struct bar {
        std::string text, unit;
        double limit = 0;
        double worst = -1; ///< -1: not measured
        std::string where;
        size_t rows = 0, missed = 0;

        void see(double value, const std::string& at);
    };
    struct own_figure {
        std::string what, unit;
        double value, bar;
    };
    [[nodiscard]] std::vector<bar> bars() const;
    [[nodiscard]] const measured* find(const row_id& id, const std::string& who) const;

    std::map<row_id, std::map<std::string, measured>> rows_;
    std::vector<own_figure> own_;
    std::vector<std::string> mistakes_;
};

} // namespace bench
