// The province's code tables (schemas/profiles/xiang-province/README.md, section 7), typed in from
// that page: the simulator shares no table with the gateway. Uses: std. Used by: field_table,
// checker.
#pragma once

#include <string_view>

namespace yht::province_sim {

/// Whether `code` stands in the table called `table` ("XZ01"). An unknown table holds nothing.
bool inCodeTable(std::string_view table, std::string_view code);

}  // namespace yht::province_sim
