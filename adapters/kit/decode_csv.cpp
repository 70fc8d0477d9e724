#include "adapters/kit/decode_csv.h"

#include <optional>
#include <string>

#include "adapters/kit/charset_decode.h"
#include "adapters/kit/csv_scanner.h"
#include "adapters/kit/decode_output.h"
#include "adapters/kit/table.h"
#include "adapters/kit/total_row.h"

namespace yht::kit {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

Error undecodable(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ItemUndecodable, en, zh);
}

/// "" around and "" inside become what they stand for.
void unquote(std::string& cell, char quote) {
    std::size_t to = 0;
    const std::size_t end = cell.size() - 1;
    for (std::size_t from = 1; from < end; ++from) {
        cell[to++] = cell[from];
        if (cell[from] == quote) ++from;
    }
    cell.resize(to);
}

/// One message on its way through.
class CsvRun {
public:
    CsvRun(
        const DecodeRules& rules, std::string_view text, MessageText start, bool slices,
        const ItemSink& sink
    )
        : rules_(rules),
          charset_(std::move(start.charset)),
          slices_(slices),
          output_(rules.limits, sink),
          scanner_(
              text, start.begin, charset_,
              {rules.table.delimiter, rules.table.quote, rules.limits.members_max + 1}
          ),
          text_(text),
          total_row_(rules.table.total_row) {}

    Status run();

private:
    Status readHeader();
    bool giveRow();
    std::optional<Error> faultOf() const;
    std::optional<Error> decodeCells(std::vector<ItemValue>& cells);
    Status neverClosed() const;

    const DecodeRules& rules_;
    CharsetDecoder charset_;
    bool slices_;
    ItemOutput output_;
    CsvScanner scanner_;
    std::string_view text_;
    CsvRow row_;
    std::uint64_t rows_read_ = 0;
    std::optional<Table> table_;
    TotalRow total_row_;
};

Status CsvRun::neverClosed() const {
    const std::string line = std::to_string(row_.line);
    return undecodable(
        "A quote in the row that begins in line " + line + " is never closed.",
        "自第 " + line + " 行开始的一行中,引号没有闭合。"
    );
}

std::optional<Error> CsvRun::faultOf() const {
    if (row_.end - row_.begin > rules_.limits.item_bytes_max)
        return ItemOutput::tooLarge("bytes", rules_.limits.item_bytes_max);
    if (row_.text_behind_quote)
        return undecodable("There is text behind a closing quote.", "闭合引号之后还有文字。");
    return std::nullopt;
}

std::optional<Error> CsvRun::decodeCells(std::vector<ItemValue>& cells) {
    std::size_t bytes = 0;
    cells.reserve(row_.cells.size());
    for (const CsvCell& cell : row_.cells) {
        std::string text;
        if (const auto bad = charset_.appendWhole(cell.bytes, text)) {
            const auto offset = static_cast<std::size_t>(cell.bytes.data() - text_.data()) + *bad;
            return undecodableByte(charset_.name(), offset);
        }
        if (cell.quoted) unquote(text, rules_.table.quote);
        if (rules_.table.trim && !cell.quoted) text = std::string(trimmed(text));
        bytes += text.size();
        if (bytes > rules_.limits.item_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.item_bytes_max);
        cells.push_back(
            text.empty() ? ItemValue() : ItemValue::scalar(ItemType::Text, std::move(text))
        );
    }
    return std::nullopt;
}

Status CsvRun::readHeader() {
    const TableRules& rules = rules_.table;
    if (rules.header_row == 0) {
        auto table = Table::fromNames(rules, rules_.limits);
        if (!table) return std::move(table).error();
        table_ = std::move(*table);
        return {};
    }
    while (rows_read_ < rules.header_row) {
        if (!scanner_.next(row_)) {
            const std::string row = std::to_string(rules.header_row);
            return undecodable(
                "The message ends before its header in row " + row + ".",
                "报文在第 " + row + " 行表头之前就结束了。"
            );
        }
        ++rows_read_;
        if (row_.never_closed) return neverClosed();
    }
    if (auto fault = faultOf()) return *std::move(fault);
    std::vector<ItemValue> cells;
    if (auto fault = decodeCells(cells)) return *std::move(fault);
    std::vector<std::string> headings;
    for (const ItemValue& cell : cells) headings.push_back(cell.text());
    auto table = Table::fromHeadings(headings, rules, rules_.limits);
    if (!table) return std::move(table).error();
    table_ = std::move(*table);
    return {};
}

bool CsvRun::giveRow() {
    DecodedItem item;
    item.place = "line " + std::to_string(row_.line);
    if (slices_) {
        item.raw_offset = row_.begin;
        item.raw_bytes = row_.end - row_.begin;
    }
    if (auto fault = faultOf()) return output_.giveFailure(std::move(item), *std::move(fault));
    std::vector<ItemValue> cells;
    if (auto fault = decodeCells(cells))
        return output_.giveFailure(std::move(item), *std::move(fault));
    if (total_row_.takes(cells)) return true;
    auto value = table_->item(std::move(cells));
    if (!value) return output_.giveFailure(std::move(item), std::move(value).error());
    if (!*value) return true;
    item.value = **std::move(value);
    return output_.give(std::move(item));
}

Status CsvRun::run() {
    if (auto header = readHeader(); !header) return header;
    while (scanner_.next(row_)) {
        ++rows_read_;
        if (row_.never_closed) return neverClosed();
        if (rows_read_ < rules_.table.first_row) continue;
        if (!giveRow()) return output_.finish();
    }
    return total_row_.finish(output_.count());
}

class CsvDecoder final : public Decoder {
public:
    explicit CsvDecoder(const DecodeRules& rules) : rules_(rules) {
        if (rules_.format == Format::Tsv) rules_.table.delimiter = '\t';
    }

    Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.message_bytes_max);
        auto start = openMessageText(message, rules_.charset);
        if (!start) return std::move(start).error();
        if (start->charset.family() != CharsetFamily::Utf16)
            return CsvRun(rules_, message, std::move(*start), true, sink).run();
        std::string text;
        if (const auto bad = start->charset.appendWhole(message.substr(start->begin), text))
            return undecodableByte(start->charset.name(), start->begin + *bad);
        auto utf8 = CharsetDecoder::open("UTF-8");
        if (!utf8) return std::move(utf8).error();
        return CsvRun(rules_, text, {std::move(*utf8), 0}, false, sink).run();
    }

private:
    DecodeRules rules_;
};

}  // namespace

Result<std::shared_ptr<const Decoder>> makeCsvDecoder(const DecodeRules& rules) {
    const TableRules& table = rules.table;
    if (auto charset = CharsetDecoder::open(rules.charset); !charset)
        return std::move(charset).error();
    const auto unusable = [](char c) {
        return c == '\n' || c == '\r' || static_cast<unsigned char>(c) >= 0x80;
    };
    if (unusable(table.delimiter) || unusable(table.quote) || table.delimiter == '\0' ||
        table.delimiter == table.quote) {
        return base::makeError(
            ErrorCode::ManifestInvalid, "delimiter and quote: two different ASCII characters"
        );
    }
    if (table.header_row == 0 && table.names.empty()) {
        return base::makeError(
            ErrorCode::ManifestInvalid, "header_row 0 needs names of the columns"
        );
    }
    return std::shared_ptr<const Decoder>(std::make_shared<CsvDecoder>(rules));
}

}  // namespace yht::kit
