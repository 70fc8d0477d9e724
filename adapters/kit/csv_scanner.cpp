#include "adapters/kit/csv_scanner.h"

namespace yht::kit {
namespace {

// Below it no byte is ever the second or later byte of a character, in any charset that is taken.
constexpr unsigned char kTrailByteMin = 0x30;

bool mayBeTrail(char c) {
    return static_cast<unsigned char>(c) >= kTrailByteMin;
}

}  // namespace

CsvScanner::CsvScanner(
    std::string_view text, std::size_t begin, const CharsetDecoder& charset, Dialect dialect
)
    : text_(text), at_(begin), charset_(charset), dialect_(dialect) {
    const CharsetFamily family = charset.family();
    const bool overlaps = family == CharsetFamily::Gbk || family == CharsetFamily::Gb18030 ||
                          family == CharsetFamily::Big5;
    careful_ = overlaps && (mayBeTrail(dialect.delimiter) || mayBeTrail(dialect.quote));
}

void CsvScanner::step() {
    at_ += careful_ ? charset_.characterBytes(text_, at_) : 1;
}

bool CsvScanner::passQuoted() {
    ++at_;
    while (at_ < text_.size()) {
        if (text_[at_] == dialect_.quote) {
            ++at_;
            if (at_ == text_.size() || text_[at_] != dialect_.quote) return true;
            ++at_;
            continue;
        }
        if (atLineEnd()) {
            passLineEnd();
            continue;
        }
        step();
    }
    return false;
}

void CsvScanner::passLineEnd() {
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
}

bool CsvScanner::next(CsvRow& row) {
    if (at_ >= text_.size()) return false;
    row.cells.clear();
    row.cell_count = 0;
    row.text_behind_quote = row.never_closed = false;
    row.begin = at_;
    row.line = line_;
    for (;;) {
        const std::size_t cell_begin = at_;
        bool quoted = false;
        if (dialect_.quote != '\0' && at_ < text_.size() && text_[at_] == dialect_.quote) {
            quoted = true;
            row.never_closed = !passQuoted();
        }
        const std::size_t quoted_end = at_;
        while (at_ < text_.size() && text_[at_] != dialect_.delimiter && !atLineEnd()) step();
        row.text_behind_quote = row.text_behind_quote || (quoted && at_ > quoted_end);
        if (row.cell_count++ < dialect_.cells_max)
            row.cells.push_back({text_.substr(cell_begin, at_ - cell_begin), quoted});
        if (at_ < text_.size() && text_[at_] == dialect_.delimiter) {
            ++at_;
            continue;
        }
        break;
    }
    row.end = at_;
    if (at_ < text_.size()) passLineEnd();
    return true;
}

}  // namespace yht::kit
