// Rows as the files that old desks export: CSV with quoted cells, a FoxPro table, a workbook, a report's XML. Columns are those of the first
// row; a cell that begins with "@" is a moment that is written as the format's own kind of date.
// Uses: message, trouble, libzip. Used by: main, tests.
#pragma once

#include "tools/sources-sim/trouble.h"

namespace yht::sources_sim {

/// The file's bytes. No rows: no file, "". Throws std::runtime_error where there is no such file for the shape.
std::string fileOf(const Shape& shape, const std::vector<Message>& rows, const Troubles& troubles);

}  // namespace yht::sources_sim
