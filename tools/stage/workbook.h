// A large workbook as office programs write one, the hard shape for who reads it: parts deflated, every text a shared string and
// most of them unique Chinese, times now as a cell's date and now as a text. Streamed to disk part by part; of one size and number
// always the same bytes within.
// Uses: libzip. Used by: bench, tests/scenarios.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace yht::stage {

struct WorkbookCell {
    std::string name;  // of the column
    std::string text;
    bool is_time = false;  // "2019-04-18 09:30:00": of every second row a date cell
};
using WorkbookRow = std::vector<WorkbookCell>;

struct WorkbookSize {
    std::size_t rows = 0, xml_bytes = 0, strings_bytes = 0;  // unpacked; of sheet and strings, of the strings alone
};

/// Writes the workbook to `path`: rows until sheet and strings have `xml_bytes`. Throws std::runtime_error.
WorkbookSize writeWorkbook(const std::string& path, std::size_t xml_bytes, const std::function<WorkbookRow(std::size_t)>& rowOf);

/// `characters` of the commoner 3000 Chinese characters, without a pattern that packing could use; of one number always the same.
std::string chineseText(std::size_t number, std::size_t characters);

}  // namespace yht::stage
