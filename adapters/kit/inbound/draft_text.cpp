#include "adapters/kit/inbound/draft_text.h"

#include <sstream>

namespace yht::kit {
namespace {

/// What differs from a comma, or a tab, and a header in the first line.
std::string tableText(const DecodeRules& rules) {
    const TableRules& table = rules.table;
    std::string text;
    if (rules.format == Format::Csv && table.delimiter != ',') text += "  delimiter: " + inQuotes(std::string(1, table.delimiter)) + "\n";
    if (table.header_row != 1) text += "  header_row: " + std::to_string(table.header_row) + "  # CHECK\n";
    if (table.total_row.begins.empty()) return text;
    text += "  # CHECK. A file without this line, or of another number, is one that was cut off.\n  total_row: { begins: " + inQuotes(table.total_row.begins);
    if (table.total_row.count_column > 0) text += ", count_column: " + std::to_string(table.total_row.count_column);
    return text + " }\n";
}

std::string listText(const char* key, const std::vector<std::string>& texts) {
    std::string text;
    for (const auto& one : texts) text += (text.empty() ? "" : ", ") + inQuotes(one);
    return texts.empty() ? "" : std::string("  ") + key + ": [" + text + "]\n";
}

std::string columnsText(const TableRules& table) {
    if (table.columns.empty()) return "";
    std::string text = "  # CHECK against the description of the interface: what no space parts in this sample is one column here.\n  columns:\n";
    for (const auto& column : table.columns)
        text += "    - { name: " + column.name + ", width: " + std::to_string(column.width_bytes) + ", offset: " + std::to_string(column.offset_bytes) + " }\n";
    return text;
}

/// The keys of a section `decode`, or of `inner` in it.
std::string decodeKeys(const DecodeRules& rules) {
    std::string text = "  format: " + std::string(formatName(rules.format)) + "\n";
    if (!rules.charset.empty()) text += "  charset: " + rules.charset + "\n";
    if (!rules.items.empty()) text += "  items: " + inQuotes(rules.items) + "\n";
    if (rules.lines) text += "  lines: true\n";
    if (isTextTable(rules)) text += tableText(rules);
    text += columnsText(rules.table) + listText("array_paths", rules.array_paths);
    if (!rules.inner.operation.empty()) text += "  operation: " + inQuotes(rules.inner.operation) + "\n";
    if (!rules.inner.element.empty()) text += std::string(rules.format == Format::Multipart ? "  part: " : "  element: ") + inQuotes(rules.inner.element) + "\n";
    text += listText("beside", rules.inner.beside);
    if (!rules.inner_rules) return text;
    std::istringstream inner(decodeKeys(*rules.inner_rules));
    text += "  inner:\n";
    for (std::string line; std::getline(inner, line);) text += "  " + line + "\n";
    return text;
}

}  // namespace

bool isTextTable(const DecodeRules& rules) { return rules.format == Format::Csv || rules.format == Format::Tsv; }

std::string inQuotes(const std::string& text) {
    std::string escaped;
    for (const char c : text)
        escaped += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return "\"" + escaped + "\"";
}

std::string decodeSection(const DecodeRules& rules) { return "decode:\n" + decodeKeys(rules); }

}  // namespace yht::kit
