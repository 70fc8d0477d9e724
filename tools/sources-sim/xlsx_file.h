// A workbook as a hotline's desk exports it: a title line, headings, a row a ticket; dates as text, or as the bare number of a
// cell that lost its format. Uses: message, libzip. Used by: sheet_files.
#pragma once

#include "tools/sources-sim/message.h"

namespace yht::sources_sim {

/// Requires: one row at least. Throws std::runtime_error where libzip fails.
std::string xlsxOf(const std::vector<Message>& rows);

}  // namespace yht::sources_sim
