// Lines of fixed width: every line an item, its columns cut by bytes of the source's charset, as mainframes and old
// bank interfaces count them. Spaces and NULs at the ends of a column are padding and go; what nothing names is not
// read. Lines end with LF or CR LF, or are records of line_bytes without line ends. Empty lines are no items.
//   cut       a character that lies across the border of a column fails its line, with the byte's offset
//   too short a line that ends before its last column fails alone; with short_rows what is missing is Null
//   torn      with line_bytes, a last record that is not whole ends the message with an error
// There is no header: TableRules::header_row is not asked, first_row is.
// Uses: charset_decode. Used by: decode.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

/// Errors: ManifestInvalid (charset; UTF-16; no columns, or columns beyond line_bytes).
base::Result<std::shared_ptr<const Decoder>> makeFixedWidthDecoder(const DecodeRules& rules);

}  // namespace yht::kit
