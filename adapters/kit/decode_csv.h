// CSV and TSV: every row an item, column by column as the header names them. RFC 4180, and what is met in the field:
//   rows         end with LF, CR LF or CR; line ends inside quotes belong to the cell; rows without content are no items
//   quotes       count only at the start of a cell; anywhere else they are plain characters (5"水管). Text behind a
//                closing quote fails its row alone
//   ragged       a row with too few or too many cells fails alone (TableRules::short_rows allows too few)
//   charset      rows and cells are found in the source's own bytes, so that a bad byte costs one row; only UTF-16 is
//                brought to UTF-8 as a whole, and its items have no slice of the message
//   never closed a quote that is open at the end of the message ends it with an error, after every row before it
// Cells are Text; empty ones Null.
// Uses: charset_decode, table. Used by: decode.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

/// Also for Format::Tsv. Errors: ManifestInvalid (charset, delimiter, neither header nor names).
base::Result<std::shared_ptr<const Decoder>> makeCsvDecoder(const DecodeRules& rules);

}  // namespace yht::kit
