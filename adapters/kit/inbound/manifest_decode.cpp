// The `decode` section: format and the keys that this format has. A key of another format is a
// mistake.
#include <algorithm>
#include <set>

#include "adapters/kit/inbound/manifest_reader.h"
#include "adapters/kit/table.h"

namespace yht::kit {
namespace {

constexpr Format kFormats[] = {Format::Json,       Format::Xml,       Format::Csv, Format::Tsv,
                               Format::FixedWidth, Format::Xlsx,      Format::Dbf, Format::Form,
                               Format::Multipart,  Format::SoapString};
constexpr std::size_t kColumnsMax = 1'000;
constexpr std::int64_t kRowMax = 10'000;
constexpr std::int64_t kLineBytesMax = 1 << 20;

Format format(YamlMap& map) {
    const std::string written = map.text("format");
    std::vector<std::string> names;
    for (const auto known : kFormats) {
        if (written == formatName(known)) return known;
        names.emplace_back(formatName(known));
    }
    if (!written.empty())
        map.problem("format: there is no format " + written + didYouMean(written, names));
    return Format::Json;
}

char oneCharacter(YamlMap& map, const char* key, const char* fallback) {
    const std::string text = map.text(key, fallback);
    if (text == "tab" || text == "\\t") return '\t';
    if (text == "none") return '\0';
    if (text.size() != 1)
        map.problem(std::string(key) + ": write one ASCII character, tab or none");
    return text.empty() ? '\0' : text.front();
}

TotalRowRules totalRow(YamlMap& map) {
    TotalRowRules rules;
    const YAML::Node node = map.node("total_row");
    if (!node.IsDefined() || node.IsNull()) return rules;
    YamlMap own(node, "decode.total_row", map.problems());
    rules.begins = std::string(trimmed(own.text("begins")));  // as the cell is compared
    rules.count_column = static_cast<std::uint32_t>(own.integer("count_column", 0, 0, kRowMax));
    // Nothing begins every line: the key would look like a check and be none.
    if (node.IsMap() && node["begins"].IsDefined() && rules.begins.empty())
        own.problem("begins: write how the line's first cell begins");
    own.finish();
    return rules;
}

void tableKeys(YamlMap& map, Format format, TableRules& table) {
    table.header_row = static_cast<std::uint32_t>(map.integer("header_row", 1, 0, kRowMax));
    table.first_row = static_cast<std::uint32_t>(map.integer("first_row", 0, 0, kRowMax));
    table.names = map.texts("names");
    for (const auto& [name, node] : map.entries("aliases"))
        table.aliases.emplace_back(name, scalarsOf(node, "decode.aliases." + name, map.problems()));
    table.required = map.texts("required_columns");
    table.skip_rows_where_empty = map.text("skip_rows_where_empty", "");
    table.total_row = totalRow(map);
    table.short_rows = map.flag("short_rows", false);
    if (format == Format::Xlsx) {
        table.sheet = map.text("sheet", "");
        return;
    }
    table.delimiter = oneCharacter(map, "delimiter", format == Format::Tsv ? "tab" : ",");
    table.quote = oneCharacter(map, "quote", "\"");
    table.trim = map.flag("trim", false);
}

void fixedKeys(YamlMap& map, TableRules& table) {
    table.header_row = 0;
    table.first_row = static_cast<std::uint32_t>(map.integer("first_row", 0, 0, kRowMax));
    table.line_bytes = static_cast<std::size_t>(map.integer("line_bytes", 0, 0, kLineBytesMax));
    const YAML::Node columns = map.node("columns");
    if (!columns.IsDefined() || !columns.IsSequence())
        return map.problem("columns: write a list of {name, width}");
    std::size_t offset = 0;
    for (const auto& node : columns) {
        YamlMap column(node, "decode.columns", map.problems());
        FixedColumn made;
        made.name = column.text("name");
        made.width_bytes = static_cast<std::size_t>(column.integer("width", 0, 1, kLineBytesMax));
        if (made.width_bytes == 0) column.problem("width: how many bytes it takes");
        made.offset_bytes = static_cast<std::size_t>(
            column.integer("offset", static_cast<std::int64_t>(offset), 0, kLineBytesMax)
        );
        offset = made.offset_bytes + made.width_bytes;
        column.finish();
        table.columns.push_back(std::move(made));
    }
    if (table.columns.empty() || table.columns.size() > kColumnsMax)
        map.problem("columns: 1 to 1000");
}

void limits(YamlMap map, DecodeLimits& limits) {
    // Lowered, never raised.
    const auto lower = [&](const char* key, std::size_t& limit) {
        limit = static_cast<std::size_t>(
            map.integer(key, static_cast<std::int64_t>(limit), 1, static_cast<std::int64_t>(limit))
        );
    };
    lower("message_bytes_max", limits.message_bytes_max);
    lower("expanded_bytes_max", limits.expanded_bytes_max);
    lower("item_bytes_max", limits.item_bytes_max);
    lower("items_max", limits.items_max);
    lower("depth_max", limits.depth_max);
    lower("members_max", limits.members_max);
    map.finish();
}

}  // namespace

DecodeRules readDecodeRules(YamlMap map) {
    DecodeRules rules;
    if (!map.self().IsDefined()) return rules;
    rules.format = format(map);
    const bool own_charset = rules.format == Format::Xml || rules.format == Format::Dbf ||
                             rules.format == Format::SoapString;
    rules.charset = map.text("charset", own_charset ? "" : "UTF-8");
    limits(YamlMap(map.node("limits"), "decode.limits", map.problems()), rules.limits);
    switch (rules.format) {
        case Format::Json:
            rules.lines = map.flag("lines", false);
            [[fallthrough]];
        case Format::Xml:
            rules.items = map.text("items", "");
            rules.items_required = map.flag("items_required", true);
            rules.array_paths = map.texts("array_paths");
            if (rules.format == Format::Json) break;
            rules.xml.attributes = map.flag("attributes", true);
            rules.xml.items_expected = map.text("items_expected", "");
            rules.xml.cells = map.text("cells", "");
            for (const auto& [prefix, uri] : map.entries("namespaces"))
                rules.xml.namespaces.emplace_back(prefix, uri.Scalar());
            break;
        case Format::Csv:
        case Format::Tsv:
        case Format::Xlsx:
            tableKeys(map, rules.format, rules.table);
            break;
        case Format::FixedWidth:
            fixedKeys(map, rules.table);
            break;
        case Format::Dbf:
        case Format::Form:
            break;
        case Format::Multipart:
        case Format::SoapString:
            rules.inner.operation = map.text("operation", "");
            rules.inner.element =
                map.text(rules.format == Format::Multipart ? "part" : "element", "");
            if (rules.format == Format::SoapString) rules.inner.beside = map.texts("beside");
            if (map.has("inner"))
                rules.inner_rules = std::make_shared<const DecodeRules>(
                    readDecodeRules(YamlMap(map.node("inner"), "decode.inner", map.problems()))
                );
            else if (rules.format == Format::SoapString)
                map.problem("the key inner is required: the format of the text inside");
            break;
    }
    map.finish();
    // A format that the build lacks, or keys that don't fit together, are told with everything
    // else.
    if (auto made = makeDecoder(rules); !made) map.problem(made.error().detail);
    return rules;
}

}  // namespace yht::kit
