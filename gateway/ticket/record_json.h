// Records as JSON: the wire form in, the canonical form (RFC 8785) out.
// Uses: base, json. Used by: admission, ledger payloads, kit, delivery, schemas.
#pragma once

#include "gateway/json/json.h"
#include "gateway/ticket/record.h"

namespace yht::ticket {

/// Reads one JSON object and checks it against the catalogue and the code lists of the record's
/// event date. All errors come back at once in Error::fields (code RecordInvalid), each with
/// `pointer_prefix` before its pointer. Unknown members are errors that name the nearest right
/// name. Derived fields can't be given.
base::Result<Record> readRecord(
    const rapidjson::Value& object, std::string_view pointer_prefix = {}
);

/// RFC 8785 text of the fields, scalars as strings, arrays and maps as such. Equal records, equal
/// bytes: SHA-256 of this text is what "the same content" means.
std::string canonicalText(const Record& record);

/// The reverse of canonicalText, for payloads read back from the ledger. Errors: RecordInvalid.
base::Result<Record> fromCanonicalText(std::string_view text);

/// Names of the fields in which two records differ, never their values.
std::vector<std::string> differingFields(const Record& a, const Record& b);

}  // namespace yht::ticket
