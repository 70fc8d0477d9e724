#include "adapters/kit/inbound/draft_table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/csv_scanner.h"
#include "adapters/kit/table.h"
#include "gateway/base/text.h"

namespace yht::kit {
namespace {

constexpr std::size_t kRowsLookedAt = 50;
constexpr char kDelimiters[] = {'\t', ',', ';', '|'};
constexpr const char* kTotalWords[] = {"合计", "总计", "共计", "总数", "小计"};

bool isEmpty(const CsvCell& cell) { return trimmed(cell.bytes).empty() || cell.bytes == "\"\""; }

/// Cells up to the last with content.
std::size_t widthOf(const CsvRow& row) {
    std::size_t width = row.cells.size();
    while (width > 0 && isEmpty(row.cells[width - 1])) --width;
    return width;
}

/// Rows as the decoder will see them.
class Rows {
public:
    Rows(std::string_view sample, char delimiter)
        : start_(openMessageText(sample, base::countCodePoints(sample) ? "UTF-8" : "GBK")) {
        if (!start_.ok()) return;
        const CsvScanner::Dialect dialect{delimiter, '"'};
        if (start_->charset.family() != CharsetFamily::Utf16) {
            scanner_.emplace(sample, start_->begin, start_->charset, dialect);
            return;
        }
        utf8_.emplace(CharsetDecoder::open("UTF-8"));
        if (start_->charset.appendWhole(sample.substr(start_->begin), text_) || !utf8_->ok()) return;
        scanner_.emplace(text_, 0, **utf8_, dialect);
    }
    Rows(const Rows&) = delete;
    /// False at the end, or where it is no such text.
    bool next() { return scanner_ && scanner_->next(row_) && !row_.never_closed; }
    const CsvRow& row() const { return row_; }

private:
    base::Result<MessageText> start_;
    std::string text_;  // of UTF-16, which the scanner does not read
    std::optional<base::Result<CharsetDecoder>> utf8_;
    std::optional<CsvScanner> scanner_;
    CsvRow row_;
};

/// The width that most of the first rows have, of two the earlier, and how many those are.
struct Width {
    std::size_t cells = 0, rows = 0;
    std::uint32_t first_row = 0;  // 1-based, that is so wide
    bool operator<(const Width& other) const { return std::pair(rows, cells) < std::pair(other.rows, other.cells); }
};

Width widthWith(std::string_view sample, char delimiter) {
    std::map<std::size_t, Width> seen;
    Rows rows(sample, delimiter);
    for (std::uint32_t number = 1; number <= kRowsLookedAt && rows.next(); ++number) {
        const std::size_t cells = widthOf(rows.row());
        if (cells < 2) continue;
        Width& width = seen.try_emplace(cells, Width{cells, 0, number}).first->second;
        ++width.rows;
    }
    Width most;
    for (const auto& [cells, width] : seen) {
        const bool more = width.rows > most.rows || (width.rows == most.rows && width.first_row < most.first_row);
        if (more) most = width;
    }
    return most;
}

/// The word that the cell begins with, "" none.
std::string_view totalWord(const CsvCell& cell, const std::string& charset_name) {
    std::string text;
    auto charset = CharsetDecoder::open(charset_name);
    if (!charset || charset->appendWhole(cell.bytes, text)) return "";
    for (const std::string_view word : kTotalWords) {
        if (trimmed(text).starts_with(word)) return word;
    }
    return "";
}

}  // namespace

std::size_t guessColumns(std::string_view sample, DecodeRules& rules) {
    Width width;
    for (const char delimiter : kDelimiters) {
        const Width found = widthWith(sample, delimiter);
        if (!(width < found)) continue;
        width = found;
        rules.format = delimiter == '\t' ? Format::Tsv : Format::Csv;
        rules.table.delimiter = delimiter;
        rules.table.header_row = found.first_row;
    }
    return width.rows;
}

void guessTotalRow(std::string_view sample, DecodeRules& rules) {
    Rows rows(sample, rules.table.delimiter);
    std::size_t items = 0;  // below the header, the last row not among them
    std::string_view word;
    std::vector<std::string> cells;
    for (std::uint32_t number = 1; rows.next(); ++number) {
        if (number <= rules.table.header_row || widthOf(rows.row()) == 0) continue;
        ++items;
        word = totalWord(rows.row().cells.front(), rules.charset);
        if (word.empty()) continue;
        cells.clear();
        for (const CsvCell& cell : rows.row().cells) cells.emplace_back(trimmed(cell.bytes));
    }
    if (word.empty()) return;
    rules.table.total_row.begins = word;
    const auto count = std::find(cells.begin(), cells.end(), std::to_string(items - 1));
    if (count != cells.end()) rules.table.total_row.count_column = static_cast<std::uint32_t>(count - cells.begin() + 1);
}

}  // namespace yht::kit
