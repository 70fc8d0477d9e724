#include "adapters/kit/inbound/draft_table.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/table.h"

namespace yht::kit {
namespace {

constexpr std::size_t kLinesLookedAt = 50;
constexpr char kDelimiters[] = {'\t', ',', ';', '|'};

/// The first ones; of the last line nothing is known that the first ones do not tell.
std::vector<std::string_view> linesOf(std::string_view sample) {
    std::vector<std::string_view> lines;
    while (!sample.empty() && lines.size() < kLinesLookedAt) {
        const std::size_t end = std::min(sample.find('\n'), sample.size());
        lines.push_back(sample.substr(0, end));
        sample.remove_prefix(std::min(end + 1, sample.size()));
    }
    return lines;
}

std::size_t countOf(std::string_view line, char delimiter) {
    return static_cast<std::size_t>(std::count(line.begin(), line.end(), delimiter));
}

/// How many of a character most lines have, of two counts the greater, and how many lines those are.
struct Width {
    std::size_t count = 0, lines = 0;
    bool operator<(const Width& other) const { return std::pair(lines, count) < std::pair(other.lines, other.count); }
};

Width widthOf(const std::vector<std::string_view>& lines, char delimiter) {
    std::map<std::size_t, std::size_t> times;
    for (const auto line : lines) {
        if (const std::size_t count = countOf(line, delimiter); count > 0) ++times[count];
    }
    Width width;
    for (const auto& [count, how_often] : times) width = std::max(width, Width{count, how_often});
    return width;
}

std::vector<std::string_view> cellsOf(std::string_view line, char delimiter) {
    std::vector<std::string_view> cells;
    for (;;) {
        const std::size_t end = line.find(delimiter);
        cells.push_back(line.substr(0, end));
        if (end == line.npos) return cells;
        line.remove_prefix(end + 1);
    }
}

bool isNumber(std::string_view cell) {
    return !cell.empty() && std::all_of(cell.begin(), cell.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void guessColumns(std::string_view sample, DecodeRules& rules) {
    const auto lines = linesOf(sample);
    Width width;
    for (const char delimiter : kDelimiters) {
        const Width found = widthOf(lines, delimiter);
        if (!(width < found)) continue;
        width = found;
        rules.format = delimiter == '\t' ? Format::Tsv : Format::Csv;
        rules.table.delimiter = delimiter;
    }
    if (width.lines == 0) return;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (countOf(lines[i], rules.table.delimiter) != width.count) continue;
        rules.table.header_row = static_cast<std::uint32_t>(i + 1);
        return;
    }
}

void guessTotalRow(std::string_view sample, DecodeRules& rules) {
    const std::size_t width = widthOf(linesOf(sample), rules.table.delimiter).count;
    while (!sample.empty() && (sample.back() == '\n' || sample.back() == '\r' || sample.back() == ' ')) sample.remove_suffix(1);
    const std::string_view last = sample.substr(sample.rfind('\n') + 1);
    const auto cells = cellsOf(last, rules.table.delimiter);
    auto charset = CharsetDecoder::open(rules.charset);
    std::string begins;
    if (cells.size() > width || isNumber(cells.front()) || !charset || charset->appendWhole(cells.front(), begins)) return;
    begins = std::string(trimmed(begins));
    // What begins with a number or a letter is a row that was cut off.
    if (begins.empty() || static_cast<unsigned char>(begins.front()) < 0x80) return;
    rules.table.total_row.begins = begins;
    for (std::size_t i = 1; i < cells.size(); ++i) {
        if (!isNumber(trimmed(cells[i]))) continue;
        rules.table.total_row.count_column = static_cast<std::uint32_t>(i + 1);
        return;
    }
}

}  // namespace yht::kit
