// Excel workbooks (.xlsx, ECMA-376): every row of one sheet an item, its members named by the header row. What a cell
// becomes is told in xlsx_sheet.h, columns in table.h.
//   sheet     TableRules::sheet: its name; "#2" the second; "" the first that is not hidden
//   rows      without content are no items; places keep Excel's own row numbers, so that a gap is seen. What Excel leaves
//             out at the end of a row is empty, never ragged
//   memory    parts are read as streams; shared strings beyond some MB lie in temporary files (xlsx_strings.h)
//   bombs     entries, expanded bytes and the ratio are bounded (zip_archive.h), and every XML bound holds
//   torn      an archive that is cut has lost its directory, at its end: nothing of it can be read
// The parser is gateway/xml's, not expat: one set of guards for all hostile XML is worth more than its lead in speed.
// Items are no slices of the message.
// Uses: zip_archive, xlsx_*, table, gateway/xml. Used by: decode.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

/// Errors: ManifestInvalid (neither header nor names; a sheet number that is none).
base::Result<std::shared_ptr<const Decoder>> makeXlsxDecoder(const DecodeRules& rules);

}  // namespace yht::kit
