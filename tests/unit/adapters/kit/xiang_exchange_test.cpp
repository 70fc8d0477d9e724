// The older platform's SOAP profile held to its README's promises and to our catalogue.
#include <gmock/gmock.h>

#include "gateway/ticket/codes.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

using testing::HasSubstr;
using testing::Not;
using ticket::Field;
using ticket::Kind;

class XiangExchangeTest : public ::testing::Test {
protected:
    const MappingContext context{.sender_id = "ZZ4302", .reporting_unit = "", .accepting_region = "430200"};
    MappedRecord map(const OutboundRecord& record) {
        return exchange()->findKind(record.record.kind())->mapping->map(record, context);
    }
};

TEST_F(XiangExchangeTest, APhoneAppealBecomesTheirRecord) {
    const auto mapped = map(appeal());
    EXPECT_TRUE(mapped.errors.empty());
    EXPECT_EQ(
        mapped.text,
        "<SerialNo>17</SerialNo><Kind>APPEAL</Kind><Unit>R4302</Unit><SheetNo>430200-20190418-0000123-7</SheetNo>"
        "<Origin>centre-430200</Origin><RecordNo>R-17</RecordNo><Version>3</Version><Action>SAVE</Action><Mode>LIVE</Mode>"
        "<HappenedAt>2019-04-18T09:30:01</HappenedAt><StoredAt>2019-04-18T09:30:15</StoredAt>"
        "<Appeal><Channel>TEL</Channel><HotlineNo>12345</HotlineNo><AppealType>HELP</AppealType><Category>环境保护&gt;异味</Category>"
        "<Title>小区下水道异味</Title><Content>四楼以上住户家中下水道有刺鼻气味,请派人查看。</Content>"
        "<AppealAt>2019-04-18T09:30:01</AppealAt><AcceptRegion>430200000000</AcceptRegion><Region>430211000000</Region>"
        "<Handling>DISPATCH</Handling><CallerName>张先生</CallerName><CallerPhone>19900000001</CallerPhone>"
        "<Anonymous>N</Anonymous><Secret>N</Secret><Urgency>C</Urgency></Appeal>"
    );
}

TEST_F(XiangExchangeTest, EveryCodeInForceOfEveryListItUsesHasATarget) {
    int lists = 0, codes = 0;
    for (const auto& list : ticket::codeLists()) {
        const auto found = exchange()->vocabularies().find(list.list);
        if (found == exchange()->vocabularies().end()) continue;
        ++lists;
        for (const auto& code : ticket::codeList(list.list)) {
            if (*code.valid_to != '\0') continue;
            EXPECT_NE(found->second->find(code.code), nullptr) << list.list << " " << code.code;
            ++codes;
        }
    }
    EXPECT_EQ(lists, static_cast<int>(exchange()->vocabularies().size()) - 1);  // units are no list of ours
    EXPECT_GT(codes, 150);
}

TEST_F(XiangExchangeTest, ItTakesSixKindsAndTheOthersAreNotForIt) {
    for (const Kind kind : {Kind::Appeal, Kind::Assignment, Kind::Process, Kind::Result, Kind::Visit, Kind::Extension})
        EXPECT_NE(exchange()->findKind(kind), nullptr);
    for (const Kind kind : {Kind::Supervision, Kind::Attachment, Kind::Call, Kind::Filing})
        EXPECT_EQ(exchange()->findKind(kind), nullptr);
}

TEST_F(XiangExchangeTest, ASecretTicketTellsNothingThatLeadsToTheCitizen) {
    auto record = appeal();
    record.record.set(Field::is_secret, "true");
    record.record.set(Field::contact_phone, "19900000002");
    record.record.set(Field::address, "某小区1栋");
    record.record.set(Field::caller_company, "某公司");
    record.record.set(Field::ext, std::map<std::string, std::string>{{"bjdh", "19900000003"}});
    const auto mapped = map(record);
    EXPECT_TRUE(mapped.errors.empty());
    EXPECT_THAT(mapped.text, HasSubstr("<CallerName>保密</CallerName>"));
    for (const char* secret : {"1990000000", "某小区", "某公司", "Extra", "张先生"}) EXPECT_THAT(mapped.text, Not(HasSubstr(secret)));
}

TEST_F(XiangExchangeTest, AVoidTellsItsIdentityOnly) {
    auto record = recordOf(Kind::Result);
    record.record.set(Field::op, "void");
    record.record.set(Field::public_reply, "已处理");
    const auto text = map(record).text;
    EXPECT_THAT(text, HasSubstr("<Action>CANCEL</Action>"));
    EXPECT_THAT(text, Not(HasSubstr("<Reply>")));
}

TEST_F(XiangExchangeTest, LengthsAreBytesOfGb18030) {
    auto record = appeal();
    // Four bytes each in GB18030, and characters it has.
    std::string name;
    for (int i = 0; i < 8; ++i) name += "𠮷";
    record.record.set(Field::caller_name, name);
    const auto mapped = map(record);
    EXPECT_THAT(mapped.text, HasSubstr("<CallerName>𠮷𠮷𠮷𠮷𠮷𠮷𠮷…</CallerName>"));
    EXPECT_EQ(mapped.substitutions, 0U);
}

}  // namespace
}  // namespace yht::kit
