// Where the rows and cells of a CSV text are, in the bytes of its own charset: nothing is decoded here, and nothing
// copied. The grammar is told in decode_csv.h. Uses: charset_decode. Used by: decode_csv, draft_table.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "adapters/kit/charset_decode.h"

namespace yht::kit {

struct CsvCell {
    std::string_view bytes;  // with its quotes
    bool quoted = false;
};

struct CsvRow {
    std::size_t begin = 0, end = 0;  // [begin, end) of the text, without the line end
    std::uint64_t line = 1;          // 1-based line on which it begins
    std::vector<CsvCell> cells;      // at most cells_max; `cell_count` counts on
    std::size_t cell_count = 0;
    bool text_behind_quote = false;
    bool never_closed = false;  // a quote that began in this row is open at the end of the text
};

/// One pass over a text. Requires: charset and text outlive it; no UTF-16.
class CsvScanner {
public:
    struct Dialect {
        char delimiter = ',';
        char quote = '"';  // '\0': none
        std::size_t cells_max = 1'000;
    };

    CsvScanner(
        std::string_view text, std::size_t begin, const CharsetDecoder& charset, Dialect dialect
    );

    /// False at the end. `row` is reused, so that a million rows allocate once.
    bool next(CsvRow& row);

private:
    bool atLineEnd() const { return text_[at_] == '\n' || text_[at_] == '\r'; }
    void step();
    /// Behind the closing quote. False: there is none.
    bool passQuoted();
    void passLineEnd();

    std::string_view text_;
    std::size_t at_;
    const CharsetDecoder& charset_;
    Dialect dialect_;
    bool careful_;  // a character's second byte may look like the delimiter or the quote
    std::uint64_t line_ = 1;
};

}  // namespace yht::kit
