#include "adapters/kit/decode_xlsx.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "adapters/kit/xlsx_parts.h"
#include "adapters/kit/xlsx_strings.h"
#include "adapters/kit/zip_archive.h"
#include "tests/unit/adapters/kit/decode_fixture.h"
#include "tests/unit/adapters/kit/xlsx_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)  // clang's way to say it
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

DecodeRules xlsx() {
    DecodeRules rules;
    rules.format = Format::Xlsx;
    return rules;
}

Decoded decoded(const DecodeRules& rules, const std::string& message) {
    return decodeBy(makeXlsxDecoder, rules, message);
}

std::string text(const std::string& cell, const std::string& says) {
    return "<c r='" + cell + "' t='inlineStr'><is><t>" + says + "</t></is></c>";
}
const std::string kHeader = "<row r='1'>" + text("A1", "a") + text("B1", "b") + "</row>";

/// The first row's items under the columns a and b.
std::vector<std::string> cells(const std::string& row, WorkbookParts parts = {}) {
    parts.rows = kHeader + "<row r='2'>" + row + "</row>";
    return decoded(xlsx(), parts.bytes()).items;
}

/// Rows of a number and a long text of its own: 600 bytes of shared strings a row.
std::string bigWorkbook(int rows) {
    std::mt19937 random(12345);
    std::string letters(100'000, 'a');  // further apart than deflate looks back
    for (char& c : letters) c = static_cast<char>('a' + random() % 26);
    WorkbookParts parts;
    parts.rows = kHeader;
    for (int i = 0; i < rows; ++i) {
        parts.strings += "<si><t>" + letters.substr(random() % 99'000, 600) + "</t></si>";
        parts.rows += "<row r='" + std::to_string(i + 2) + "'><c><v>" + std::to_string(i) +
                      "</v></c><c t='s'><v>" + std::to_string(i) + "</v></c></row>";
    }
    return parts.bytes();
}

/// What make_workbook.py writes. Debian's own interpreter: another one on the PATH does not have
/// the package.
std::string madeWorkbook() {
    const auto path = std::filesystem::temp_directory_path() /
                      ("yht-workbook-" + std::to_string(::getpid()) + ".xlsx");
    const std::string command = "/usr/bin/python3 " YHT_SOURCE_DIR
                                "/tests/unit/adapters/kit/make_workbook.py " +
                                path.string();
    EXPECT_EQ(std::system(command.c_str()), 0) << "python3-openpyxl is in tools/packages.txt";
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::filesystem::remove(path);
    return bytes;
}

std::size_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(DecodeXlsxTest, WhatOpenpyxlWritesIsReadCellByCell) {
    DecodeRules rules = xlsx();
    rules.table.header_row = 2;
    rules.table.aliases = {{"工单编号", {"12345工单编号"}}};
    const auto out = decoded(rules, madeWorkbook());
    EXPECT_THAT(
        out.items,
        ElementsAre(
            "{工单编号:\"430200201904180001\",受理时间:S'43573.39583333334',内容:\"水管\"}",
            "{工单编号:N'7',受理时间:\"2019/4/18 9:30\",内容:\"第一行\r\n第二行\"}",
            "{工单编号:N'1.5',受理时间:S'43573',内容:F'true'}", std::string("!") + kUndecodable
        )
    );
    ASSERT_EQ(out.raw.size(), 4u);
    EXPECT_EQ(out.raw[2].place, "sheet 1 row 6");
    EXPECT_EQ(out.error, "");
}

TEST(DecodeXlsxTest, AnEmptySheetHasNoHeader) {
    DecodeRules rules = xlsx();
    rules.table.sheet = "空";
    EXPECT_EQ(decoded(rules, madeWorkbook()).error, kUndecodable);
}

TEST(DecodeXlsxTest, SharedStringsAreFoundByNumber) {
    WorkbookParts parts;
    parts.strings =
        "<si><t>水</t></si><si><r><t>管</t></r><r><t>道</t></r><rPh><t>guan</t></rPh></si><si/>";
    EXPECT_THAT(
        cells("<c r='A2' t='s'><v>1</v></c><c r='B2' t='s'><v>0</v></c>", parts),
        ElementsAre("{a:\"管道\",b:\"水\"}")
    );
    EXPECT_THAT(
        cells("<c r='A2' t='s'><v>2</v></c><c r='B2'><v>1</v></c>", parts),
        ElementsAre("{a:null,b:N'1'}")
    );
    for (const char* bad : {"3", "-1", "x", "99999999999999999999"}) {
        EXPECT_THAT(
            cells("<c r='A2' t='s'><v>" + std::string(bad) + "</v></c>", parts),
            ElementsAre(std::string("!") + kUndecodable)
        );
    }
}

TEST(DecodeXlsxTest, MixedTextAndDatesInOneColumnComeOutAsWhatEachCellIs) {
    WorkbookParts parts;
    parts.number_formats =
        "<numFmt numFmtId='176' formatCode='yyyy&quot;年&quot;m&quot;月&quot;'/>";
    parts.rows = kHeader + "<row r='2'><c r='A2' s='1'><v>43573</v></c></row><row r='3'>" +
                 text("A3", "2019-04-18") + "</row><row r='4'><c r='A4'><v>43573</v></c></row>" +
                 "<row r='5'><c r='A5' s='2'><v>43573.5</v></c></row>";
    EXPECT_THAT(
        decoded(xlsx(), parts.bytes()).items,
        ElementsAre(
            "{a:S'43573',b:null}", "{a:\"2019-04-18\",b:null}", "{a:N'43573',b:null}",
            "{a:S'43573.5',b:null}"
        )
    );
}

TEST(DecodeXlsxTest, DaysOfThe1904SystemAreBroughtToThe1900System) {
    WorkbookParts parts;
    parts.workbook_properties = "<workbookPr date1904='1'/>";
    EXPECT_THAT(
        cells("<c r='A2' s='1'><v>42111.25</v></c><c r='B2' s='1'><v>4.2111E4</v></c>", parts),
        ElementsAre("{a:S'43573.25',b:S'43573.0000000000'}")
    );
}

TEST(DecodeXlsxTest, ShowsDateKnowsFormatsAsExcelDoes) {
    for (const char* code :
         {"yyyy-mm-dd", "[$-804]yyyy\"年\"m\"月\"d\"日\"", "h:mm AM/PM", "m/d/yy;@",
          "上午/下午h\"时\""})
        EXPECT_TRUE(showsDate(200, code)) << code;
    for (const char* code :
         {"General", "0.00E+00", "#,##0_d", "\"month\"0", "0\\d", "[Red]0", "[h]:mm:ss", "@",
          "0;yyyy"})
        EXPECT_FALSE(showsDate(200, code)) << code;
    EXPECT_TRUE(showsDate(14, ""));
    EXPECT_TRUE(showsDate(31, ""));   // yyyy"年"m"月"d"日" of Chinese versions
    EXPECT_FALSE(showsDate(46, ""));  // [h]:mm:ss
    EXPECT_FALSE(showsDate(0, ""));
}

TEST(DecodeXlsxTest, FormulasGiveTheirStoredValue) {
    EXPECT_THAT(
        cells("<c r='A2' t='str'><f>A1</f><v>x</v></c><c r='B2'><f>1+1</f><v>2</v></c>"),
        ElementsAre("{a:\"x\",b:N'2'}")
    );
    EXPECT_THAT(cells("<c r='A2'><f>1+1</f></c>"), ElementsAre(std::string("!") + kUndecodable));
}

TEST(DecodeXlsxTest, FlagsAndErrorsAreWhatTheUserSees) {
    EXPECT_THAT(
        cells("<c r='A2' t='b'><v>0</v></c><c r='B2' t='e'><v>#N/A</v></c>"),
        ElementsAre("{a:F'false',b:\"#N/A\"}")
    );
}

TEST(DecodeXlsxTest, NumbersKeepTheirTextAndMustBeNumbers) {
    EXPECT_THAT(
        cells("<c r='A2'><v>13812345678</v></c><c r='B2'><v>4.302002019041E17</v></c>"),
        ElementsAre("{a:N'13812345678',b:N'4.302002019041E17'}")
    );
    for (const char* bad : {"1x", "e5", "--1", "."})
        EXPECT_THAT(
            cells("<c r='A2'><v>" + std::string(bad) + "</v></c>"),
            ElementsAre(std::string("!") + kUndecodable)
        );
}

TEST(DecodeXlsxTest, EscapedCharactersAreUndone) {
    EXPECT_EQ(unescapedXlsxText("a_x000D_b_x005F_x000D_"), "a\rb_x000D_");
    EXPECT_EQ(unescapedXlsxText("_x6C34__x00e9_"), "水é");
    EXPECT_EQ(unescapedXlsxText("_xD83D_ _x12_ _x"), "_xD83D_ _x12_ _x");
}

TEST(DecodeXlsxTest, RowsWithoutContentAreNoItemsAndPlacesKeepExcelsNumbers) {
    WorkbookParts parts;
    parts.rows =
        kHeader + "<row r='2'><c r='A2' s='1'/></row><row r='9'>" + text("B9", "x") + "</row>";
    const auto out = decoded(xlsx(), parts.bytes());
    EXPECT_THAT(out.items, ElementsAre("{a:null,b:\"x\"}"));
    EXPECT_EQ(out.raw[0].place, "sheet 1 row 9");
}

TEST(DecodeXlsxTest, CellsAndRowsWithoutAReferenceFollowTheOneBefore) {
    WorkbookParts parts;
    parts.rows =
        "<row><c t='inlineStr'><is><t>a</t></is></c><c t='inlineStr'><is><t>b</t></is></c></row>"
        "<row><c><v>1</v></c><c><v>2</v></c></row>";
    EXPECT_THAT(decoded(xlsx(), parts.bytes()).items, ElementsAre("{a:N'1',b:N'2'}"));
}

TEST(DecodeXlsxTest, ACellBeyondTheHeaderFailsItsRowAlone) {
    WorkbookParts parts;
    parts.rows = kHeader + "<row r='2'>" + text("C2", "x") + "</row><row r='3'>" + text("A3", "y") +
                 "</row>";
    EXPECT_THAT(
        decoded(xlsx(), parts.bytes()).items,
        ElementsAre(std::string("!") + kUndecodable, "{a:\"y\",b:null}")
    );
}

TEST(DecodeXlsxTest, ASheetIsFoundByNameByNumberOrIsTheFirstVisible) {
    WorkbookParts parts;
    parts.sheets =
        "<sheet name='说明' sheetId='1' state='hidden' r:id='r1'/>"
        "<sheet name='数据' sheetId='2' r:id='r2'/>";
    parts.rows = kHeader + "<row r='2'>" + text("A2", "x") + "</row>";
    DecodeRules rules = xlsx();
    EXPECT_THAT(decoded(rules, parts.bytes()).items, ElementsAre("{b:N'2'}"));
    EXPECT_EQ(decoded(rules, parts.bytes()).raw[0].place, "sheet 2 row 2");
    rules.table.sheet = "说明";
    EXPECT_THAT(decoded(rules, parts.bytes()).items, ElementsAre("{a:\"x\",b:null}"));
    rules.table.sheet = "#2";
    EXPECT_THAT(decoded(rules, parts.bytes()).items, ElementsAre("{b:N'2'}"));
    rules.table.sheet = "#3";
    EXPECT_EQ(decoded(rules, parts.bytes()).error, kUndecodable);
    rules.table.sheet = "#x";
    EXPECT_EQ(makeXlsxDecoder(rules).error().code, base::ErrorCode::ManifestInvalid);
}

TEST(DecodeXlsxTest, AHeaderThatIsMissingIsAnError) {
    WorkbookParts parts;
    parts.rows = "<row r='2'>" + text("A2", "x") + "</row>";
    EXPECT_EQ(decoded(xlsx(), parts.bytes()).error, kUndecodable);
    parts.rows = "";
    EXPECT_EQ(decoded(xlsx(), parts.bytes()).error, kUndecodable);
}

TEST(DecodeXlsxTest, WhatIsNoWorkbookIsRefused) {
    const std::string whole = WorkbookParts().bytes();
    auto without_strings = WorkbookParts().entries();
    without_strings.erase("xl/sharedStrings.xml");
    for (const std::string& file :
         {std::string(), std::string("a,b\n1,2\n"), whole.substr(0, whole.size() / 2),
          zipped({{"x", "y"}}), zipped(without_strings)}) {
        EXPECT_EQ(decoded(xlsx(), file).error, kUndecodable);
    }
    const auto old = decoded(xlsx(), "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    EXPECT_THAT(old.error_text, HasSubstr(".xls"));
}

TEST(DecodeXlsxTest, AChangedByteIsFoundByTheChecksum) {
    WorkbookParts parts;
    parts.rows = kHeader;
    for (int i = 2; i < 500; ++i)
        parts.rows += "<row r='" + std::to_string(i) + "'><c r='A" + std::to_string(i) + "'><v>" +
                      std::to_string(i * 7919) + "</v></c></row>";
    std::string file = parts.bytes();
    const std::size_t at = file.find("xl/worksheets/sheet1.xml") + 500;
    file[at] = static_cast<char>(file[at] ^ 0x55);
    EXPECT_NE(decoded(xlsx(), file).error, "");
}

TEST(DecodeXlsxTest, ADocumentTypeInAnyPartIsRefused) {
    for (const char* part :
         {"xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"}) {
        auto entries = WorkbookParts().entries();
        entries[part] = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + entries[part];
        const auto out = decoded(xlsx(), zipped(entries));
        EXPECT_EQ(out.error, kUndecodable);
        EXPECT_THAT(out.error_text, HasSubstr("DTD")) << part;
    }
}

TEST(DecodeXlsxTest, ExpandedBytesAreBounded) {
    WorkbookParts parts;
    parts.strings = "<si><t>" + std::string(1 << 20, 'x') + "</t></si>";
    DecodeRules rules = xlsx();
    rules.limits.expanded_bytes_max = 1 << 20;
    EXPECT_EQ(decoded(rules, parts.bytes()).error, kTooLarge);
}

TEST(DecodeXlsxTest, TheRatioOfExpansionIsBounded) {
    auto entries = WorkbookParts().entries();
    std::string strings = "<sst>";
    for (int i = 0; i < 24; ++i) strings += "<si><t>" + std::string(1U << 20, ' ') + "</t></si>";  // each within the bound of a text
    entries["xl/sharedStrings.xml"] = strings + "</sst>";
    const auto out = decoded(xlsx(), zipped(entries));
    EXPECT_EQ(out.error, kTooLarge);
    EXPECT_THAT(out.error_text, HasSubstr("300"));
}

TEST(DecodeXlsxTest, EntriesOfTheArchiveAreBoundedBeforeTheDirectoryIsRead) {
    std::map<std::string, std::string> entries;
    for (std::size_t i = 0; i <= ZipArchive::kEntriesMax; ++i) entries[std::to_string(i)] = "";
    EXPECT_EQ(decoded(xlsx(), zipped(entries)).error, kTooLarge);
}

std::string times(std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}
/// The wire code that a part stops with at so many of one element inside `around`, "" where it
/// doesn't.
std::string stoppedBy(XlsxPart& part, const char* around, const char* element, std::size_t count) {
    part.onStart({around, "", {}});
    for (std::size_t i = 0; i < count; ++i) {
        const std::string id = std::to_string(i);
        const xml::Attribute number[] = {{"numFmtId", "", id}};
        if (!part.onStart({element, "", number})) break;
        part.onEnd();
    }
    return part.status() ? "" : part.status().error().row().wire;
}

TEST(DecodeXlsxTest, MoreRelationshipsThanAreKeptFailTheWorkbook) {
    XlsxRelationships at_most, over;
    EXPECT_EQ(stoppedBy(at_most, "Relationships", "Relationship", XlsxRelationships::kMax), "");
    EXPECT_EQ(
        stoppedBy(over, "Relationships", "Relationship", XlsxRelationships::kMax + 1), kTooLarge
    );
    auto entries = WorkbookParts().entries();
    entries["_rels/.rels"] = "<Relationships>" +
                             times(XlsxRelationships::kMax + 1, "<Relationship/>") +
                             "</Relationships>";
    EXPECT_EQ(decoded(xlsx(), zipped(entries)).error, kTooLarge);
}

TEST(DecodeXlsxTest, MoreSheetsThanAreKeptFailTheWorkbook) {
    XlsxWorkbook at_most, over;
    EXPECT_EQ(stoppedBy(at_most, "sheets", "sheet", XlsxWorkbook::kSheetsMax), "");
    EXPECT_EQ(stoppedBy(over, "sheets", "sheet", XlsxWorkbook::kSheetsMax + 1), kTooLarge);
    WorkbookParts parts;
    parts.sheets += times(XlsxWorkbook::kSheetsMax, "<sheet/>");
    EXPECT_EQ(decoded(xlsx(), parts.bytes()).error, kTooLarge);
}

TEST(DecodeXlsxTest, MoreStylesThanAreKeptFailTheWorkbook) {
    XlsxStyles at_most, over, formats_at_most, formats_over;
    EXPECT_EQ(stoppedBy(at_most, "cellXfs", "xf", XlsxStyles::kMax), "");
    EXPECT_EQ(stoppedBy(over, "cellXfs", "xf", XlsxStyles::kMax + 1), kTooLarge);
    EXPECT_EQ(stoppedBy(formats_at_most, "numFmts", "numFmt", XlsxStyles::kMax), "");
    EXPECT_EQ(stoppedBy(formats_over, "numFmts", "numFmt", XlsxStyles::kMax + 1), kTooLarge);
    WorkbookParts parts;
    parts.cell_formats = times(XlsxStyles::kMax + 1, "<xf/>");
    EXPECT_EQ(decoded(xlsx(), parts.bytes()).error, kTooLarge);
}

TEST(DecodeXlsxTest, AttributesOfAPartsElementAreBounded) {
    auto entries = WorkbookParts().entries();
    entries["xl/workbook.xml"] = "<workbook" + times(300, " a=''") + "/>";
    EXPECT_EQ(decoded(xlsx(), zipped(entries)).error, kTooLarge);
}

TEST(DecodeXlsxTest, ErrorsHoldNothingThatTheSenderWrote) {
    auto entries = WorkbookParts().entries();
    const std::string name = "张三13800138000.xml";
    auto& links = entries["xl/_rels/workbook.xml.rels"];
    links.replace(links.find("styles.xml"), 10, name);
    const auto status =
        (*makeXlsxDecoder(xlsx()))->decode(zipped(entries), [](DecodedItem&&) { return true; });
    ASSERT_FALSE(status);
    EXPECT_THAT(base::describe(status.error()), ::testing::Not(HasSubstr("138")));
}

TEST(DecodeXlsxTest, BytesOfASharedStringAndOfARowAreBounded) {
    DecodeRules rules = xlsx();
    rules.limits.item_bytes_max = 10;
    WorkbookParts parts;
    parts.strings = "<si><t>12345678901</t></si>";
    EXPECT_EQ(decoded(rules, parts.bytes()).error, kTooLarge);
    parts.strings = "";
    parts.rows = kHeader + "<row r='2'>" + text("A2", "123456") + text("B2", "12345") +
                 "</row><row r='3'>" + text("A3", "x") + "</row>";
    EXPECT_THAT(
        decoded(rules, parts.bytes()).items,
        ElementsAre(std::string("!") + kTooLarge, "{a:\"x\",b:null}")
    );
}

TEST(DecodeXlsxTest, ColumnsAndItemsAreBounded) {
    DecodeRules rules = xlsx();
    rules.limits.members_max = 1;
    WorkbookParts parts;
    parts.rows = kHeader;
    EXPECT_EQ(decoded(rules, parts.bytes()).error, kTooLarge);
    rules = xlsx();
    rules.limits.items_max = 1;
    parts.rows = kHeader + "<row r='2'>" + text("A2", "x") + "</row><row r='3'>" + text("A3", "y") +
                 "</row>";
    const auto out = decoded(rules, parts.bytes());
    EXPECT_EQ(out.items.size(), 1u);
    EXPECT_EQ(out.error, kTooLarge);
    rules.limits.message_bytes_max = 5;
    EXPECT_EQ(decoded(rules, parts.bytes()).error, kTooLarge);
}

TEST(DecodeXlsxTest, SharedStringsSpillToAFileAndComeBackWhole) {
    XlsxStrings strings(1 << 20);
    const auto add = [&](const std::string& text) {
        strings.onStart({"si", "", {}});
        strings.onStart({"t", "", {}});
        strings.onText(text);
        strings.onEnd();
        strings.onEnd();
    };
    strings.onStart({"sst", "", {}});
    const auto nth = [](int i) {
        return std::string(600, static_cast<char>('a' + i % 26)) + std::to_string(i);
    };
    for (int i = 0; i < 20'000; ++i) add(nth(i));
    EXPECT_TRUE(strings.spilled());
    ASSERT_EQ(strings.count(), 20'000u);
    for (const int i : {0, 1, 13'000, 19'999, 7, 13'979, 13'980, 13'981}) {
        EXPECT_EQ(*strings.at(static_cast<std::uint64_t>(i)), nth(i));
    }
    EXPECT_FALSE(strings.at(20'000));
}

TEST(DecodeXlsxTest, MemoryDoesNotGrowWithTheWorkbook) {
    if (kSanitized) GTEST_SKIP() << "a sanitizer keeps what was freed: memory is not the program's own";
    const std::string file = bigWorkbook(40'000);
    const auto decoder = makeXlsxDecoder(xlsx());
    const std::size_t before = residentBytes();
    std::size_t items = 0, most = 0;
    const auto status = (*decoder)->decode(file, [&](DecodedItem&& item) {
        EXPECT_FALSE(item.failure);
        if (++items % 1'000 == 0) most = std::max(most, residentBytes());
        return true;
    });
    EXPECT_TRUE(status);
    EXPECT_EQ(items, 40'000u);
    EXPECT_LT(most, before + (32U << 20));
}

}  // namespace
}  // namespace yht::kit
