// Rows as the files that old desks export: CSV with quoted cells, a FoxPro table, a workbook. Columns are those of the first
// row; a cell that begins with "@" is a moment that is written as the format's own kind of date.
// Uses: message, trouble, libzip. Used by: main, tests.
#pragma once

#include "tools/sources-sim/trouble.h"

namespace yht::sources_sim {

/// The file's bytes. No rows: no file, "". Throws std::runtime_error where there is no such file for the shape.
std::string fileOf(const Shape& shape, const std::vector<Message>& rows, const Troubles& troubles);

/// ".csv", ".dbf", ".xlsx"; "" where the shape is none of files.
std::string extensionOf(const Shape& shape);

}  // namespace yht::sources_sim
