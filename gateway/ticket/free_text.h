// What in free text is somebody's by its form alone, whoever they are: numbers (telephones, papers, accounts), e-mail addresses,
// licence plates. Names and streets have no form; masking.h finds those that the ticket's own fields tell.
//   number   7 or more digits in a row, '-' and ' ' between them belonging to it, an X at its end; full-width digits (０-９) too
//   e-mail   letters, digits and ._%+- before an '@', a domain with a dot behind it
//   plate    a province's character, a letter, '·' or nothing, 5 or 6 letters and digits: 湘B·12345, 湘BD12345
// Uses: std. Used by: masking, record_json, coverage, readapting, corrections.
#pragma once

#include <string>
#include <string_view>

namespace yht::ticket {

/// Each becomes "****"; a plate keeps its province. Requires: UTF-8. Doing it twice changes nothing more.
std::string withoutTellingForms(std::string_view text);

/// What somebody typed where a field's name belongs: told as far as it looks like one, for it may be a person's. As above, and every
/// character but ASCII letters, digits and _-.* becomes "?". Requires: UTF-8.
std::string shownTyping(std::string_view name);

}  // namespace yht::ticket
