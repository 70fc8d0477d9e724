#include "adapters/kit/inbound/code_table_file.h"

#include <map>
#include <optional>
#include <set>

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/inbound/code_table.h"
#include "adapters/kit/inbound/folded_text.h"
#include "adapters/kit/table.h"

namespace yht::kit {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

base::Result<std::shared_ptr<const Decoder>> decoderFor(
    const std::string& file_name, const CodeTableWish& wish
) {
    static constexpr std::pair<const char*, Format> kEndings[] = {
        {".csv", Format::Csv}, {".tsv", Format::Tsv}, {".xlsx", Format::Xlsx}, {".dbf", Format::Dbf}};
    for (const auto& [ending, format] : kEndings) {
        if (!file_name.ends_with(ending)) continue;
        DecodeRules rules;
        rules.format = format;
        if (format == Format::Dbf) rules.charset.clear();
        if (format == Format::Tsv) rules.table.delimiter = '\t';
        if (format != Format::Dbf) {
            rules.table.required = wish.canonical;
            rules.table.required.push_back(wish.native);
        }
        return makeDecoder(rules);
    }
    return base::makeError(
        base::ErrorCode::ManifestInvalid, file_name + ": write a .csv, .tsv, .xlsx or .dbf"
    );
}

/// "" where one of the columns has no value.
std::string cellsOf(const ItemValue& row, const std::vector<std::string>& columns) {
    std::string all;
    for (const auto& column : columns) {
        const auto* cell = row.find(column);
        const std::string text(cell != nullptr ? trimmed(cell->text()) : std::string_view());
        if (text.empty()) return "";
        all += (all.empty() ? "" : "/") + text;
    }
    return all;
}

std::string quoted(const std::string& cell) {
    if (cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
    std::string text = "\"";
    for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + "\"";
}

}  // namespace

base::Result<CodeTableMade> codeTableFrom(
    const std::string& file_name, std::string_view list, const CodeTableWish& wish
) {
    const auto decoder = decoderFor(file_name, wish);
    if (!decoder) return decoder.error();
    Pairs pairs;
    CodeTableMade made;
    std::optional<base::Error> failure;
    const auto status = (*decoder)->decode(list, [&](DecodedItem&& item) {
        if (item.failure) failure = std::move(item.failure);
        if (failure || !item.ignored_by.empty()) return !failure;
        std::string native = cellsOf(item.value, {wish.native});
        std::string canonical = cellsOf(item.value, wish.canonical);
        if (native.empty() || canonical.empty())
            ++made.incomplete;
        else
            pairs.emplace_back(std::move(native), std::move(canonical));
        return true;
    });
    if (failure) return *failure;
    if (!status) return status.error();
    std::map<std::string, std::string> first;  // folded: in a table they would be one
    std::set<std::string> ambiguous;
    for (const auto& [native, canonical] : pairs) {
        const std::string folded = foldedText(native);
        const auto [known, is_new] = first.emplace(folded, canonical);
        if (is_new || known->second == canonical) continue;
        if (ambiguous.insert(folded).second) made.ambiguous.push_back(native);
    }
    made.csv = "native,canonical\n";
    for (const auto& folded : ambiguous) first.erase(folded);
    for (const auto& [native, canonical] : pairs) {
        if (first.erase(foldedText(native)) == 0) continue;
        made.csv += quoted(native) + "," + quoted(canonical) + "\n";
        ++made.rows;
    }
    if (const auto table = CodeTable::fromCsv("the table", made.csv); !table) return table.error();
    return made;
}

}  // namespace yht::kit
