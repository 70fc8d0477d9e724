// Figures: percentiles of one run, medians of several, and the rows that a bench prints.
// Uses: json. Used by: everything in this folder.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <vector>

namespace yht::bench {

/// A run that can't count: an answer was wrong, missing or never came. Ends the program with exit
/// code 4; no figure of it is printed.
struct Invalid : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The p-th part (0 to 1) of sorted values, nearest rank. Requires: not empty.
double percentile(const std::vector<std::uint32_t>& sorted, double p);

/// Three digits that count, no more: 4213.7 is "4214", 0.0213 is "0.0213".
std::string figureText(double value);

/// One figure, a value per run.
struct Row {
    std::string name;
    std::string unit;
    std::vector<double> values;
    std::string floor{};  // what the project asks of it, "" nothing

    double median() const;
    double lowest() const;
    double highest() const;
};

/// What a command measured. Rows of the same name from several runs become one.
class Report {
public:
    explicit Report(std::string title) : title_(std::move(title)) {}
    void add(
        const std::string& name, const std::string& unit, double value,
        const std::string& floor = {}
    );
    /// A remark that belongs under the table.
    void note(const std::string& text) { notes_.push_back(text); }
    /// Every value and remark of another report of the same scenario.
    void take(const Report& other);
    const std::vector<Row>& rows() const { return rows_; }
    void print(std::ostream& out) const;
    void printJson(std::ostream& out) const;

private:
    std::string title_;
    std::vector<Row> rows_;
    std::vector<std::string> notes_;
};

}  // namespace yht::bench
