// A report tool's export: a grid of rows in XML, their number in the root; each cell is named. And what comes home to it, a row a
// file. Written from the page of district-grid-xml alone. Uses: message, soap_text. Used by: sheet_files, home.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/sources-sim/message.h"

namespace yht::sources_sim {

/// UTF-8, whose prolog says GB18030: the file is written in that.
std::string gridOf(const std::vector<Message>& rows);

/// The members that a result may have, of the one row of such a file; none where it has no row.
Message resultOfGrid(std::string_view utf8);

}  // namespace yht::sources_sim
