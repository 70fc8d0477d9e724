// The rows of one worksheet, from the events of its part. Cells come out as what each is, whatever stands above them:
//   text       shared, inline, or a formula's: Text, "_x000D_" and its like undone
//   number     Number, text as stored ("4.3E+17" where Excel had already rounded 18 digits)
//   date       a number whose style shows a date or time: Serial, brought to the 1900 system
//   yes or no  Flag; an error ("#N/A") is the Text that the user sees
//   formula    its stored value; a formula that was never calculated fails its row
// Merged cells have their value in the first cell, as stored; the others are empty.
// Uses: gateway/xml, xlsx_parts, xlsx_strings. Used by: decode_xlsx.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/decoder.h"
#include "adapters/kit/xlsx_parts.h"
#include "adapters/kit/xlsx_strings.h"
#include "gateway/xml/stream_parser.h"

namespace yht::kit {

struct XlsxRow {
    std::uint64_t number = 0;  // 1-based
    std::vector<ItemValue> cells;
    std::optional<base::Error> fault;  // of this row alone
};

/// One thread.
class XlsxSheet final : public xml::Events {
public:
    /// False: stop.
    using RowSink = std::function<bool(XlsxRow&&)>;
    struct Workbook {
        XlsxStrings& strings;
        const XlsxStyles& styles;
        bool uses_1904 = false;
    };

    XlsxSheet(Workbook workbook, const DecodeLimits& limits, RowSink sink)
        : workbook_(workbook), limits_(limits), sink_(std::move(sink)) {}

    bool onStart(const xml::StartElement& element) override;
    bool onText(std::string_view text) override;
    bool onEnd() override;
    /// A fault that is not a row's: the disk.
    const base::Status& status() const { return status_; }

private:
    enum class Collect : std::uint8_t { Nothing, Value, InlineText };
    void startCell(const xml::StartElement& element);
    base::Result<ItemValue> cellValue();
    base::Result<ItemValue> numberValue();
    void endCell();

    Workbook workbook_;
    const DecodeLimits& limits_;
    RowSink sink_;
    XlsxRow row_;
    std::size_t depth_ = 0, row_depth_ = 0, cell_depth_ = 0, collect_depth_ = 0,
                phonetic_depth_ = 0;
    Collect collect_ = Collect::Nothing;
    std::size_t column_ = 0;  // of the cell at hand, 0-based
    std::string type_, text_;
    std::size_t style_ = 0, row_bytes_ = 0;
    bool has_formula_ = false, has_value_ = false;
    base::Status status_;
};

}  // namespace yht::kit
