#include "adapters/kit/inbound/draft.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kGrid =
    "<?xml version='1.0' encoding='UTF-8'?><Root><Head><Sender>GRID</Sender></Head><Body><Cases>"
    "<Case><TaskID>430200201904180001</TaskID><Title>井盖松动</Title><NewThing>x</NewThing></Case>"
    "<Case><TaskID>430200201904180002</TaskID><Title>路灯不亮</Title></Case></Cases></Body></Root>";

TEST(DraftTest, TheRepeatedElementOfAnXmlMessageIsFound) {
    const auto draft = draftSource({"zz-grid", "网格", "zz-grid", false}, "grid.xml", kGrid);
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("items: \"Body/Cases/Case\""));
    EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"TaskID\""));
    EXPECT_THAT(draft->unread, Contains("NewThing"));
}

TEST(DraftTest, AnXmlMessageWithoutARepeatedElementIsOneItem) {
    const auto draft = draftSource(
        {"zz-grid", "网格", "zz-grid", false}, "one.xml", "<Case><TaskID>1</TaskID></Case>"
    );
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"), Not(HasSubstr("items:")));
    EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"TaskID\""));
}

TEST(DraftTest, AFileThatNoFormatReadsIsToldWithWhatWouldDo) {
    const auto draft = draftSource({"s", "t", "s", false}, "scan.pdf", "x");
    ASSERT_FALSE(draft);
    EXPECT_THAT(draft.error().detail, HasSubstr("xml"));
}

TEST(DraftTest, NamesThatNobodyKnowsAreGuessedByTheirValues) {
    const auto draft = draftSource({"s", "t", "s", false}, "day.xml",
        "<J><AJ><AJBH>RZWG202611240001</AJBH><SBSJ>2026年11月24日 14时19分</SBSJ><SBDH>19900000001</SBDH><JD>119.428485</JD><WD>35.460390</WD>"
        "<LCS><LC XH='1'/></LCS></AJ><AJ><AJBH>RZWG202611240002</AJBH><SBSJ>2026年11月24日 15时19分</SBSJ><SBDH>19900000002</SBDH>"
        "<JD>119.428486</JD><WD>35.460391</WD><LCS><LC XH='1'/><LC XH='2'/></LCS></AJ></J>");
    ASSERT_TRUE(draft) << draft.error().detail;
    const auto& mapping = draft->product_files.at("mapping.yaml");
    for (const char* row : {"record_ref: \"AJBH\"", "event_time: \"SBSJ\"", "contact_phone: \"SBDH\"", "longitude: \"JD\"", "latitude: \"WD\""})
        EXPECT_THAT(mapping, HasSubstr(row));
    EXPECT_THAT(mapping, HasSubstr("# CHECK: coordinate_system"));  // asked, never guessed
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("array_paths: [\"LCS/LC\"]"));
    EXPECT_THAT(draft->unread, Contains("LCS/LC/*/@XH"));
    EXPECT_THAT(draft->unread, Not(Contains("LCS/LC/@XH")));
}

TEST(DraftTest, TitlesAboveTheHeaderAndATotalLineBelowTheRowsAreFound) {
    const std::string rows = "南平市12345诉求列表\r\n导出时间 2019-06-12 18:00\t第1页\r\n编号\t标题\t登记时间\t电话\r\n"
                             "NP01\t停水, 三日\t2019-06-12 08:15:00\t19900000001\r\nNP02\t路灯\t2019-06-12 09:15:00\t19900000002\r\n";
    const auto draft = draftSource({"s", "t", "s", false}, "np.txt", rows + "合计\t2\r\n");
    ASSERT_TRUE(draft) << draft.error().detail;
    const auto& product = draft->product_files.at("product.yaml");
    EXPECT_THAT(product, HasSubstr("format: tsv\n"));
    EXPECT_THAT(product, HasSubstr("header_row: 3  # CHECK\n"));
    EXPECT_THAT(product, HasSubstr("total_row: { begins: \"合计\", count_column: 2 }"));
    EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"编号\""));
    const auto another = draftSource({"s", "t", "s", false}, "np.txt", rows + "合计\t35\t12\r\n");
    EXPECT_THAT(another->product_files.at("product.yaml"), HasSubstr("total_row: { begins: \"合计\" }")) << "neither is the number of rows";
    const auto of_whole_width = draftSource({"s", "t", "s", false}, "np.txt", rows + "合计\t35\t12\t\r\n");
    EXPECT_THAT(of_whole_width->product_files.at("mapping.yaml"), HasSubstr("event_time: \"登记时间\"")) << "its 12 is no time";
    // A row that was cut off is no total line, nor is who made the list.
    const auto cut = draftSource({"s", "t", "s", false}, "np.txt", rows + "NP03\t路");
    ASSERT_TRUE(cut);
    EXPECT_THAT(cut->product_files.at("product.yaml"), Not(HasSubstr("total_row")));
    const auto made_by = draftSource({"s", "t", "s", false}, "np.txt", rows + "制表人:李小明\r\n");
    EXPECT_THAT(made_by->product_files.at("product.yaml"), Not(HasSubstr("李小明")));
}

TEST(DraftTest, TextInUtf16IsLookedAtAsTheDecoderReadsIt) {
    std::string wide = "\xFF\xFE";
    for (const char32_t c : std::u32string(U"诉求列表\n编号\t标题\t电话\nNP01\t停水\t19900000001\n合计\t1\n")) {
        wide += static_cast<char>(c & 0xFF);
        wide += static_cast<char>(c >> 8);
    }
    const auto draft = draftSource({"s", "t", "s", false}, "np.txt", wide);
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("format: tsv\n  charset: UTF-8\n  header_row: 2  # CHECK\n"));
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("total_row: { begins: \"合计\", count_column: 2 }"));
    EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"编号\""));
}

TEST(DraftTest, CellsArePartedByWhatMostLinesHave) {
    const auto draft = draftSource({"s", "t", "s", false}, "day.csv", "编号;标题\n1;停水,三日,无通知\n2;路灯\n");
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("format: csv\n  charset: UTF-8\n  delimiter: \";\"\n"));
    const auto plain = draftSource({"s", "t", "s", false}, "day.csv", "编号,标题\n1,停水\n");
    EXPECT_THAT(plain->product_files.at("product.yaml"), Not(HasSubstr("header_row")));
    // Quotes hold delimiters and line ends; an empty cell at a row's end is none.
    for (const char* text : {"编号,标题,地址\n1,停水,\"建设路,5号\"\n", "编号,标题,地址\n1,停水,A,\n2,路灯,B,\n",
                             "编号,\"标\n题\",地址\n1,停水,A\n", "编号,标题,地址\n1,停水,\"张家巷停水\n请尽快处理\"\n"}) {
        const auto quoted = draftSource({"s", "t", "s", false}, "day.csv", text);
        ASSERT_TRUE(quoted) << text;
        EXPECT_THAT(quoted->product_files.at("product.yaml"), Not(testing::AnyOf(HasSubstr("header_row"), HasSubstr("total_row")))) << text;
    }
}

std::string productOf(const char* file_name, const std::string& sample) {
    const auto draft = draftSource({"s", "t", "s", false}, file_name, sample);
    EXPECT_TRUE(draft) << draft.error().detail;
    return draft ? draft->product_files.at("product.yaml") : "";
}

TEST(DraftTest, AFormIsKnownByItsShape) {
    const std::string form = "orderno=HB20190418001&title=%E5%81%9C%E6%B0%B4&calltime=2019-04-18+09%3A30%3A00&callerphone=19900000001";
    const auto draft = draftSource({"s", "t", "s", false}, "push.txt", form);
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"), HasSubstr("decode:\n  format: form\n  charset: UTF-8\n"));
    for (const char* row : {"record_ref: \"orderno\"", "event_time: \"calltime\"", "caller_phone: \"callerphone\""})
        EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr(row));
    EXPECT_THAT(productOf("push.form", "a=1&title=%C2%B7%B5%C6"), HasSubstr("format: form\n  charset: GBK\n"));
    for (const char* none : {"编号=1&标题=2", "a=1&b", "a=1", "a=100%&b=2", "a=1\nb=2"})
        EXPECT_FALSE(draftSource({"s", "t", "s", false}, "push.form", none)) << none;
}

TEST(DraftTest, AMultipartBodyIsKnownByItsBoundaryAndAPartThatHoldsItems) {
    const auto part = [](const char* name, const std::string& text) {
        return std::string("--x7\r\nContent-Disposition: form-data; name=\"") + name + "\"\r\n\r\n" + text + "\r\n";
    };
    const std::string fields = part("orderno", "HB20190418001") + part("title", "停水") + "--x7--\r\n";
    EXPECT_THAT(productOf("body.bin", fields), testing::AllOf(HasSubstr("format: multipart\n"), Not(HasSubstr("inner"))));
    const std::string json = part("token", "t") + part("data", R"({"rows":[{"orderno":"A1","title":"停水"},{"orderno":"A2","title":"停电"}]})") + "--x7--\r\n";
    const auto draft = draftSource({"s", "t", "s", false}, "body.bin", json);
    ASSERT_TRUE(draft) << draft.error().detail;
    EXPECT_THAT(draft->product_files.at("product.yaml"),
                HasSubstr("  format: multipart\n  charset: UTF-8\n  part: \"data\"\n  inner:\n    format: json\n    charset: UTF-8\n    items: \"rows\"\n"));
    EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"orderno\""));
    EXPECT_FALSE(draftSource({"s", "t", "s", false}, "body.bin", json.substr(0, json.size() - 8))) << "torn";
}

TEST(DraftTest, ATextInsideASoapCallIsFoundWithWhatStandsBesideIt) {
    const auto call = [](const std::string& inner) {
        return "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><SubmitThird xmlns='http://tempuri.org/'>"
               "<SessionID>session-7</SessionID><AreaCode>430200</AreaCode><strThird><![CDATA[" + inner + "]]></strThird></SubmitThird></s:Body></s:Envelope>";
    };
    const auto json = draftSource({"s", "t", "s", false}, "call.xml", call(R"({"orderno":"A1","title":"停水"})"));
    ASSERT_TRUE(json) << json.error().detail;
    EXPECT_THAT(json->product_files.at("product.yaml"),
                HasSubstr("decode:\n  format: soap_string\n  operation: \"SubmitThird\"\n  element: \"strThird\"\n  beside: [\"AreaCode\"]\n"
                          "  inner:\n    format: json\n    charset: UTF-8\n"));
    EXPECT_THAT(json->product_files.at("mapping.yaml"), HasSubstr("record_ref: \"orderno\""));
    EXPECT_THAT(json->unread, Contains("@AreaCode"));
    const auto xml = productOf("call.soap", call("<Cases><Case><TaskID>1</TaskID></Case><Case><TaskID>2</TaskID><Step>a</Step><Step>b</Step></Case></Cases>"));
    EXPECT_THAT(xml, HasSubstr("  inner:\n    format: xml\n    items: \"Case\"\n    array_paths: [\"Step\"]\n"));
    // Elements, no text: XML as any other.
    EXPECT_THAT(productOf("call.xml", call("plain words")), HasSubstr("format: xml\n"));
}

TEST(DraftTest, LinesOfOneLengthArePartedWhereSpacesStandInAllOfThem) {
    // In GBK 停水 is four bytes, in UTF-8 it would be six: columns are bytes.
    const std::string rows = "HB20190418001 20190418093000 \xCD\xA3\xCB\xAE     19900000001\r\n"
                             "HB20190418002 20190418101500 \xC2\xB7\xB5\xC6\xB2\xBB\xC1\xC1 19900000002\r\n";
    const auto draft = draftSource({"s", "t", "s", false}, "day.dat", rows);
    ASSERT_TRUE(draft) << draft.error().detail;
    const auto& product = draft->product_files.at("product.yaml");
    EXPECT_THAT(product, HasSubstr("  format: fixed_width\n  charset: GBK\n"));
    EXPECT_THAT(product, HasSubstr("    - { name: C1, width: 14, offset: 0 }\n    - { name: C2, width: 15, offset: 14 }\n"
                                   "    - { name: C3, width: 9, offset: 29 }\n    - { name: C4, width: 11, offset: 38 }\n"));
    for (const char* row : {"record_ref: \"C1\"", "event_time: \"C2\"", "contact_phone: \"C4\""})
        EXPECT_THAT(draft->product_files.at("mapping.yaml"), HasSubstr(row));
    EXPECT_THAT(productOf("day.txt", rows), HasSubstr("format: fixed_width\n"));
    // Rows that a delimiter parts are rows, also where they happen to be of one length.
    EXPECT_THAT(productOf("day.txt", "1001,2019-04-18 09:30:00\n1002,2019-04-18 10:15:00\n"), HasSubstr("format: csv\n"));
    EXPECT_THAT(productOf("day.txt", rows + "HB2019\n"), HasSubstr("format: csv\n")) << "a line of another length";
}

TEST(DraftTest, TextThatIsNoTableIsToldByItsEnding) {
    const auto draft = draftSource({"s", "t", "s", false}, "explanation.txt", "a\n\"b");
    ASSERT_FALSE(draft);
    EXPECT_THAT(draft.error().detail, HasSubstr("explanation.txt read as csv"));
}

}  // namespace
}  // namespace yht::kit
