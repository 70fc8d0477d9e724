// A FoxPro table as a desk copies it out: header, fields of fixed width, rows. Memo fields point nowhere.
// Uses: charset, message. Used by: sheet_files.
#pragma once

#include "tools/sources-sim/message.h"

namespace yht::sources_sim {

/// Texts in GBK, or in UTF-8 where the desk got that wrong. What does not fit its field is cut, as the desk does.
/// Requires: rows of a FoxPro desk's columns, one at least.
std::string dbfOf(const std::vector<Message>& rows, bool gbk);

}  // namespace yht::sources_sim
