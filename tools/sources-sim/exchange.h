// The shared database (中间库) as the department's side of it: three tables of its own to write, one of results to read, whose
// answer columns it fills. Uses: odbc, trouble. Used by: main, home.
#pragma once

#include "tools/sources-sim/odbc.h"
#include "tools/sources-sim/trouble.h"

namespace yht::sources_sim {

/// Makes the tables that are not there. Throws std::runtime_error.
void prepareExchange(Odbc& database);

/// Puts rows into the tables that they name; a number's column is called what the rows call it. Troubles of bytes come over
/// each text: other bytes, or a field too short that cut a character in half. Throws std::runtime_error.
void writeRows(Odbc& database, const Shape& shape, const std::vector<Message>& rows, const Troubles& troubles);

/// A result that was put into the table for us and is not answered yet, as a message: its members are the columns.
std::vector<Message> unansweredResults(Odbc& database);
/// "1" taken, "2" not; `number`: ours.
void answerResult(Odbc& database, const std::string& result_no, bool taken, const std::string& number);

}  // namespace yht::sources_sim
