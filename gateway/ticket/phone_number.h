// Telephone numbers as they are compared (号码规整): records write one number in many ways, a search must find them all.
//   spaces, dashes, brackets        not part of it
//   +86, 0086, and 86 or 0 before a mobile number  not part of it
//   an extension                    "0731-88881234-801" is its main number; only where a whole number stands before the dash
//   000 and other zeros             a number that was withheld: none at all
// A local number without its area code stays what it is: nobody can tell which city it is of, so it is only found by itself.
// Uses: record. Used by: intake/admission, ledger/store, app.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/ticket/record.h"

namespace yht::ticket {

/// Digits only; "+" and digits for a number of another country. "" where it is no number.
std::string comparedPhone(std::string_view text);

/// What the record calls the numbers of the citizen and of the accused, as they are compared, ascending, each once; an
/// officer's own is not among them: it is printed on the answer.
std::vector<std::string> namedPhones(const Record& record);

}  // namespace yht::ticket
