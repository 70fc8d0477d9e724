// DBF tables of dBase III/IV and (Visual) FoxPro: every record an item, its fields the members.
//   charset   the manifest's; where it gives none, the table's language byte (936: GBK, 950: Big5, 1252); a table that
//             says nothing then can't be read. Byte order marks mean nothing here
//   deleted   a record marked as deleted is ignored by the rule dbf.deleted_row, and counted like any other item
//   C         Text without the padding at its end; nothing but padding: Null. A character cut in half by the field's width
//             fails its record, with the offset
//   N F       Number as written; blanks: Null. What FoxPro puts there when a number did not fit ("****") is Text
//   I B Y     Number; currency with its four decimals, exactly
//   D T       Text: 20260131, 2026-01-31 08:30:00; blanks or zero: Null
//   L         Flag; blank or "?": Null
//   M G P     text that stands in a second file (.fpt, .dbt; dbf_memo.h). A message that is the table alone does not carry
//             it: a record that has such a text fails and says so; one without has Null
//   ZIP       a message that is an archive of one table, its memo file and, for all that matters, its indexes (.cdx, .idx,
//             .ndx, .mdx, .ntx), in any folder. Anything else in it is refused: it would go unread
//   torn      fewer records than the header says: an error after the records that are whole
// Layout (little-endian): 0 version, 4 records u32, 8 header bytes u16, 10 record bytes u16, 29 language; fields of 32
// bytes from 32 on, until 0x0D: 0 name[11], 11 type, 16 width, 17 decimals. A record: "*" or " ", then its fields.
// Uses: charset_decode, zip_archive, dbf_memo. Used by: decode.
#pragma once

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/decoder.h"

namespace yht::kit {

inline constexpr const char* kDbfDeletedRule = "dbf.deleted_row";

/// Errors: ManifestInvalid (charset).
base::Result<std::shared_ptr<const Decoder>> makeDbfDecoder(const DecodeRules& rules);

}  // namespace yht::kit
