// Workbooks. First byte: 0 the whole file, for the archive; else one part's XML, which a mutated archive hardly ever
// reaches: 1 a sheet, 2 shared strings, 3 styles, 4 the list of sheets, 5 relationships.
#include "adapters/kit/xlsx_parts.h"
#include "adapters/kit/xlsx_sheet.h"
#include "adapters/kit/xlsx_strings.h"
#include "tests/fuzz/decoder_target.h"

namespace {

using namespace yht;

void parse(std::string_view text, xml::Events& events) {
    xml::StreamParser parser(events);
    if (parser.feed(text)) (void)parser.finish().ok();
}

void claimSheet(std::string_view text) {
    const auto rules = fuzz::rulesFor(kit::Format::Xlsx, "");
    kit::XlsxStrings strings(fuzz::kItemBytesMax);
    kit::XlsxStyles styles;
    parse("<sst><si><t>a</t></si><si/></sst>", strings);
    parse("<s><cellXfs><xf/><xf numFmtId='14'/></cellXfs></s>", styles);
    kit::XlsxSheet sheet(
        {strings, styles, text.size() % 2 == 0}, rules.limits,
        [&](kit::XlsxRow&& row) {
            FUZZ_CLAIM(row.cells.size() <= rules.limits.members_max + 1);
            if (row.fault) FUZZ_CLAIM(fuzz::isDecodeError(*row.fault));
            for (const auto& cell : row.cells) FUZZ_CLAIM(cell.isScalar());
            return true;
        }
    );
    parse(text, sheet);
    FUZZ_CLAIM(sheet.status().ok());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = fuzz::viewOf(data, size);
    switch (fuzz::takeChoice(input)) {
        case 0:
            fuzz::claimDecoder(fuzz::rulesFor(kit::Format::Xlsx, ""), input);
            break;
        case 1:
            claimSheet(input);
            break;
        case 2: {
            kit::XlsxStrings strings(fuzz::kItemBytesMax);
            parse(input, strings);
            for (std::uint64_t i = 0; i < strings.count(); ++i) {
                const auto text = strings.at(i);
                FUZZ_CLAIM(text.ok() && base::countCodePoints(*text).has_value());
            }
            break;
        }
        case 3: {
            kit::XlsxStyles styles;
            parse(input, styles);
            (void)kit::showsDate(200, input);
            break;
        }
        case 4: {
            kit::XlsxWorkbook workbook;
            parse(input, workbook);
            break;
        }
        default: {
            kit::XlsxRelationships relationships;
            parse(input, relationships);
            const std::string part = kit::xlsxPart("xl/workbook.xml", std::string(input));
            FUZZ_CLAIM(
                part.find("..") == std::string::npos || input.find("..") != std::string_view::npos
            );
            FUZZ_CLAIM(!part.starts_with("/") && !part.starts_with("../"));
            break;
        }
    }
    return 0;
}
