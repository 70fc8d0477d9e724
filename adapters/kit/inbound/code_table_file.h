// A code table (native,canonical) from a list that somebody has as a workbook, CSV or DBF: a subject
// tree, the units of a city, streets and their codes. What a deployment keeps beside its sources and
// nobody types twice. Uses: decode_rules, code_table. Used by: app (yht adapters table).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace yht::kit {

struct CodeTableWish {
    std::string native;                  // column
    std::vector<std::string> canonical;  // columns; several are joined with "/"
};

struct CodeTableMade {
    std::string csv;  // "native,canonical" and a row each, in the list's order
    std::size_t rows = 0;
    std::vector<std::string> ambiguous;  // natives that stand for several things: left out
    std::size_t incomplete = 0;          // rows without native or canonical: left out
};

/// `file_name` says the format by its ending: csv (UTF-8), tsv, xlsx, dbf; the first row names the
/// columns. The same pair twice is one row, also in full and half width (folded_text.h). Errors: ManifestInvalid: another ending, a column that
/// is not there, a list that makes no code table; what its decoder says.
base::Result<CodeTableMade> codeTableFrom(
    const std::string& file_name, std::string_view list, const CodeTableWish& wish
);

}  // namespace yht::kit
