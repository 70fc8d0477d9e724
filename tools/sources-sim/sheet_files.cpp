#include "tools/sources-sim/sheet_files.h"

#include <stdexcept>

#include "tools/sources-sim/dbf_file.h"
#include "tools/sources-sim/grid_file.h"
#include "tools/sources-sim/xlsx_file.h"

namespace yht::sources_sim {
namespace {

std::string csvCell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string cell = "\"";
    for (const char c : text) cell.append(c == '"' ? 2 : 1, c);
    return cell + '"';
}

std::string csvOf(const std::vector<Message>& rows) {
    std::string text;
    const auto line = [&](const Message& row, std::string Member::* part) {
        for (std::size_t i = 0; i < row.members.size(); ++i) text += (i > 0 ? "," : "") + csvCell(row.members[i].*part);
        text += "\r\n";
    };
    line(rows.front(), &Member::name);
    for (const Message& row : rows) line(row, &Member::text);
    return text;
}

std::string torn(std::string bytes, const Troubles& troubles) {
    if (has(troubles, Trouble::Torn)) bytes.resize(bytes.size() / 2);
    return bytes;
}

}  // namespace

std::string fileOf(const Shape& shape, const std::vector<Message>& rows, const Troubles& troubles) {
    if (rows.empty()) return "";
    const std::string_view extension = shape.extension;
    if (extension == ".csv") return written(shape, csvOf(rows), troubles);
    if (extension == ".dbf") return torn(dbfOf(rows, !has(troubles, Trouble::WrongCharset)), troubles);
    if (extension == ".xlsx") return torn(xlsxOf(rows), troubles);
    if (extension == ".xml") return written(shape, gridOf(rows), troubles);
    throw std::runtime_error(std::string(shape.name) + " is no shape of files");
}

}  // namespace yht::sources_sim
