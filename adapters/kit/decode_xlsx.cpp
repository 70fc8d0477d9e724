#include "adapters/kit/decode_xlsx.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "adapters/kit/decode_output.h"
#include "adapters/kit/table.h"
#include "adapters/kit/total_row.h"
#include "adapters/kit/xlsx_parts.h"
#include "adapters/kit/xlsx_sheet.h"
#include "adapters/kit/xlsx_strings.h"
#include "adapters/kit/zip_archive.h"
#include "gateway/xml/stream_parser.h"

namespace yht::kit {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

Error undecodable(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ItemUndecodable, en, zh);
}

/// The 1-based number of "#2"; nullopt for a name.
std::optional<std::size_t> sheetNumber(const std::string& sheet) {
    if (!sheet.starts_with('#')) return std::nullopt;
    std::size_t number = 0;
    const char* const end = sheet.data() + sheet.size();
    const auto [stop, error] = std::from_chars(sheet.data() + 1, end, number);
    return error == std::errc() && stop == end ? number : 0;
}

/// One workbook on its way through.
class XlsxRun {
public:
    XlsxRun(const DecodeRules& rules, ZipArchive archive, const ItemSink& sink)
        : rules_(rules),
          archive_(std::move(archive)),
          output_(rules.limits, sink),
          strings_(rules.limits.item_bytes_max),
          total_row_(rules.table.total_row) {}

    Status run() {
        if (auto opened = openWorkbook(); !opened) return opened;
        if (rules_.table.header_row == 0) {
            auto table = Table::fromNames(rules_.table, rules_.limits);
            if (!table) return std::move(table).error();
            table_ = *std::move(table);
        }
        XlsxSheet sheet(
            {strings_, styles_, workbook_.uses1904()}, rules_.limits,
            [&](XlsxRow&& row) {
                stopped_ = !takeRow(std::move(row));
                return !stopped_;
            }
        );
        if (auto read = readPart(sheet_part_, sheet); !read) return read;
        if (!sheet.status()) return sheet.status();
        if (!status_) return status_;
        if (!table_) return headerMissing();
        if (stopped_) return output_.finish();
        return total_row_.finish(output_.count());
    }

private:
    Status openWorkbook();
    Status findSheet(const XlsxRelationships& relationships, const std::string& workbook_part);
    Status readPart(const std::string& part, xml::Events& events);
    Status readWhole(const std::string& part, XlsxPart& whole);
    bool takeRow(XlsxRow&& row);
    bool takeHeader(XlsxRow&& row);

    Status headerMissing() const {
        const std::string row = std::to_string(rules_.table.header_row);
        return undecodable(
            "The sheet has no header in row " + row + ".", "工作表第 " + row + " 行没有表头。"
        );
    }

    const DecodeRules& rules_;
    ZipArchive archive_;
    ItemOutput output_;
    XlsxStrings strings_;
    TotalRow total_row_;
    bool stopped_ = false;
    XlsxStyles styles_;
    XlsxWorkbook workbook_;
    std::string sheet_part_;
    std::size_t sheet_number_ = 0;  // its name is the sender's text, and no place
    std::optional<Table> table_;
    Status status_;
};

Status XlsxRun::readPart(const std::string& part, xml::Events& events) {
    xml::Limits limits;
    limits.malformed = limits.dtd = ErrorCode::ItemUndecodable;
    limits.too_large = limits.too_deep = limits.start_tag = ErrorCode::ItemTooLarge;
    limits.bytes_max = rules_.limits.expanded_bytes_max;
    limits.nodes_max = std::numeric_limits<std::size_t>::max();  // none is kept
    xml::StreamParser parser(events, limits);
    Status parsed;
    const Status read = archive_.read(part, [&](std::string_view piece) {
        parsed = parser.feed(piece);
        return parsed.ok() && !parser.stopped();
    });
    if (!read) return read;
    if (!parsed) return parsed;
    return parser.finish();
}

Status XlsxRun::readWhole(const std::string& part, XlsxPart& whole) {
    if (auto read = readPart(part, whole); !read) return read;
    return whole.status();
}

Status XlsxRun::openWorkbook() {
    XlsxRelationships package;
    if (auto read = readWhole("_rels/.rels", package); !read) return read;
    const auto* document = package.byType("officeDocument");
    const std::string part =
        xlsxPart("", document == nullptr ? "xl/workbook.xml" : document->target);
    if (auto read = readWhole(part, workbook_); !read) return read;
    XlsxRelationships relationships;
    if (auto read = readWhole(xlsxRelationshipsOf(part), relationships); !read) return read;
    if (auto found = findSheet(relationships, part); !found) return found;
    if (const auto* styles = relationships.byType("styles")) {
        if (auto read = readWhole(xlsxPart(part, styles->target), styles_); !read) return read;
    }
    if (const auto* strings = relationships.byType("sharedStrings")) {
        if (auto read = readPart(xlsxPart(part, strings->target), strings_); !read) return read;
        if (!strings_.status()) return strings_.status();
    }
    return {};
}

Status XlsxRun::findSheet(
    const XlsxRelationships& relationships, const std::string& workbook_part
) {
    const std::string& wanted = rules_.table.sheet;
    const auto number = sheetNumber(wanted);
    std::size_t at = 0;
    for (const XlsxWorkbook::Sheet& sheet : workbook_.sheets()) {
        ++at;
        const bool is_it = wanted.empty() ? !sheet.hidden
                           : number       ? at == *number
                                          : sheet.name == wanted;
        if (!is_it) continue;
        const auto* relationship = relationships.byId(sheet.relationship_id);
        if (relationship == nullptr) break;
        sheet_part_ = xlsxPart(workbook_part, relationship->target);
        sheet_number_ = at;
        return {};
    }
    return undecodable(
        "The workbook does not have the sheet that the manifest names.",
        "工作簿中没有清单所指的工作表。"
    );
}

bool XlsxRun::takeHeader(XlsxRow&& row) {
    if (row.number < rules_.table.header_row) return true;
    if (row.number > rules_.table.header_row || row.cells.empty()) {
        status_ = headerMissing();
        return false;
    }
    if (row.fault) {
        status_ = *row.fault;
        return false;
    }
    std::vector<std::string> headings;
    for (const ItemValue& cell : row.cells) headings.push_back(cell.text());
    auto table = Table::fromHeadings(headings, rules_.table, rules_.limits);
    if (!table) {
        status_ = std::move(table).error();
        return false;
    }
    table_ = *std::move(table);
    return true;
}

bool XlsxRun::takeRow(XlsxRow&& row) {
    if (!table_) return takeHeader(std::move(row));
    if (row.number < rules_.table.first_row) return true;
    DecodedItem item;
    item.place = "sheet " + std::to_string(sheet_number_) + " row " + std::to_string(row.number);
    if (row.fault) return output_.giveFailure(std::move(item), *std::move(row.fault));
    if (total_row_.takes(row.cells)) return true;
    if (row.cells.size() < table_->names().size()) row.cells.resize(table_->names().size());
    auto value = table_->item(std::move(row.cells));
    if (!value) return output_.giveFailure(std::move(item), std::move(value).error());
    if (!*value) return true;
    item.value = **std::move(value);
    return output_.give(std::move(item));
}

class XlsxDecoder final : public Decoder {
public:
    explicit XlsxDecoder(const DecodeRules& rules) : rules_(rules) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.message_bytes_max);
        auto archive = ZipArchive::open(message, rules_.limits.expanded_bytes_max);
        if (!archive) return std::move(archive).error();
        return XlsxRun(rules_, std::move(*archive), sink).run();
    }

private:
    DecodeRules rules_;
};

}  // namespace

Result<std::shared_ptr<const Decoder>> makeXlsxDecoder(const DecodeRules& rules) {
    if (rules.table.header_row == 0 && rules.table.names.empty()) {
        return base::makeError(
            ErrorCode::ManifestInvalid, "header_row 0 needs names of the columns"
        );
    }
    if (sheetNumber(rules.table.sheet) == std::size_t{0})
        return base::makeError(ErrorCode::ManifestInvalid, "sheet: a name, or #1, #2 …");
    return std::shared_ptr<const Decoder>(std::make_shared<XlsxDecoder>(rules));
}

}  // namespace yht::kit
