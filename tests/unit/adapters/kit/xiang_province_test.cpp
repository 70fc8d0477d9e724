// The demonstration province's profile held to its README's promises and to our catalogue.
#include <gmock/gmock.h>

#include <fstream>

#include "gateway/ticket/codes.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

using ticket::Field;
using ticket::Kind;

class XiangProvinceTest : public ::testing::Test {
protected:
    MappingContext context{
        .sender_id = "XZ43020001", .reporting_unit = "", .accepting_region = "430200"};

    MappedRecord map(const OutboundRecord& record) {
        return xiang()->findKind(record.record.kind())->mapping->map(record, context);
    }
    std::string sent(const OutboundRecord& record, const std::string& name) {
        return member(map(record).text, name);
    }
};

TEST_F(XiangProvinceTest, APhoneAppealBecomesTheirAppeal) {
    const auto mapped = map(appeal());
    EXPECT_TRUE(mapped.errors.empty());
    EXPECT_EQ(
        mapped.text,
        R"({"XH":"17","SJLX":"SQ","SBDW":"HX430201","GDBH":"430200-20190418-0000123-7","LYBS":"centre-430200",)"
        R"("JLBH":"R-17","BBH":"3","CZBS":"1","BSFS":"1","FSSJ":"2019-04-18 09:30:01","RKSJ":"2019-04-18 09:30:15",)"
        R"("SQLY":"10","RXHM":"12345","SQLX":"05","SXFLMC":"环境保护/异味","SQBT":"小区下水道异味",)"
        R"("SQNR":"四楼以上住户家中下水道有刺鼻气味,请派人查看。","SQSJ":"2019-04-18 09:30:01","SLQH":"430200000000",)"
        R"("SFQH":"430211000000","BLFS":"03","SQRXM":"张先生","LDHM":"19900000001","SFNM":"0","SFBM":"0","JJCD":"1"})"
    );
}

TEST_F(XiangProvinceTest, EveryCodeInForceHasATarget) {
    int lists = 0, codes = 0;
    for (const auto& list : ticket::codeLists()) {
        const auto found = xiang()->vocabularies().find(list.list);
        ASSERT_NE(found, xiang()->vocabularies().end()) << list.list;
        ++lists;
        for (const auto& code : ticket::codeList(list.list)) {
            if (*code.valid_to != '\0') continue;
            EXPECT_NE(found->second->find(code.code), nullptr) << list.list << " " << code.code;
            ++codes;
        }
    }
    EXPECT_GT(lists, 25);
    EXPECT_GT(codes, 200);
}

TEST_F(XiangProvinceTest, TheyTakeEveryKind) {
    for (const auto& kind : ticket::kindTable())
        EXPECT_NE(xiang()->findKind(kind.kind), nullptr) << kind.name;
}

TEST_F(XiangProvinceTest, WhatIsOfATicketWaitsForItsAppeal) {
    std::set<Kind> waiting;
    for (const auto& dependency : xiang()->dependencies()) {
        EXPECT_THAT(dependency.needs, ::testing::ElementsAre(Kind::Appeal));
        waiting.insert(dependency.kind);
    }
    for (const auto& kind : ticket::kindTable()) {
        EXPECT_EQ(waiting.contains(kind.kind), kind.ticket_bound && kind.kind != Kind::Appeal)
            << kind.name;
    }
}

TEST_F(XiangProvinceTest, EveryFieldOfOursIsSentOrLeftOutOnPurpose) {
    // Names that only identify the record on our side, or that a context value stands for; and what
    // the province has no field for.
    const std::set<std::string> left_out = {
        "version",          "modified_time",  "correction",      "op",     "ticket_ref",
        "ticket_no",        "other_refs",     "source_seq",      "origin", "round",
        "accepting_region", "reporting_unit", "call.caller_name",
        "appeal.related_tickets", "appeal.transfer_to", "appeal.repeat_count",
        "appeal.recording_digest", "process.limit_value", "process.limit_unit",
        "process.extended_deadline", "result.contact_phone", "visit.is_true",
        "extension.asked_time"};
    for (const auto& field : ticket::fieldTable()) {
        if (left_out.contains(field.name)) continue;
        for (const auto& kind : ticket::kindTable()) {
            if ((field.kinds & ticket::only(kind.kind)) == 0) continue;
            if (left_out.contains(std::string(kind.name) + "." + field.name)) continue;
            bool used = false;
            for (const auto& row : xiang()->findKind(kind.kind)->mapping->rows()) {
                for (const auto& source : row.from)
                    used = used || (!source.is_context && source.field == field.field);
            }
            EXPECT_TRUE(used) << kind.name << "." << field.name;
        }
    }
}

TEST_F(XiangProvinceTest, ALongContentFillsBothFieldsToTheByte) {
    auto record = appeal();
    std::string content;
    for (int i = 0; i < 4000; ++i) content += "气";
    record.record.set(Field::content, content);
    const auto mapped = map(record);
    EXPECT_EQ(member(mapped.text, "SQNR").size(), 6000U);  // 2000 characters, 4000 bytes in GBK
    EXPECT_EQ(member(mapped.text, "SQNRX").size(), 6000U);
    EXPECT_EQ(mapped.cuts, 0U);
}

TEST_F(XiangProvinceTest, ASecretTicketTellsNothingThatLeadsToTheCitizen) {
    auto record = appeal();
    record.record.set(Field::is_secret, "true");
    record.record.set(Field::contact_phone, "19900000002");
    record.record.set(Field::id_type, "111");
    record.record.set(Field::id_number, "430200199001010018");
    record.record.set(Field::address, "某小区1栋");
    record.record.set(Field::caller_email, "a@example.com");
    record.record.set(Field::ext, std::map<std::string, std::string>{{"bjdh", "19900000003"}});
    const auto mapped = map(record);
    EXPECT_TRUE(mapped.errors.empty());
    EXPECT_EQ(member(mapped.text, "SQRXM"), "保密");
    for (const char* name : {"LDHM", "LXDH", "ZJHM", "SFDZ", "DZYX", "KZXX"}) {
        EXPECT_EQ(member(mapped.text, name), "<none>") << name;
    }
    EXPECT_THAT(mapped.text, ::testing::Not(::testing::HasSubstr("199000000")));
}

TEST_F(XiangProvinceTest, ACityMayNotReportUnderAnothersUnit) {
    auto record = appeal();
    record.record.set(Field::accepting_region, "430302");
    EXPECT_EQ(sent(record, "SBDW"), "HX430301");
    EXPECT_EQ(sent(record, "SLQH"), "430302000000");
    EXPECT_EQ(sent(record, "SFQH"), "430211000000");
}

TEST_F(XiangProvinceTest, AVoidTellsItsIdentityOnly) {
    auto record = recordOf(Kind::Result);
    record.record.set(Field::op, "void");
    const auto mapped = map(record);
    EXPECT_TRUE(mapped.errors.empty());
    EXPECT_EQ(
        mapped.text,
        R"({"XH":"18","SJLX":"JG","SBDW":"HX430201","GDBH":"430200-20190418-0000123-7","LYBS":"centre-430200",)"
        R"("JLBH":"R-18","BBH":"3","CZBS":"2","BSFS":"1","FSSJ":"2019-04-18 09:30:01","RKSJ":"2019-04-18 09:30:15"})"
    );
}

TEST_F(XiangProvinceTest, ACallWithoutATicketIsReportedByTheDestinationsRegion) {
    auto call = recordOf(Kind::Call);
    call.ticket_no = "";
    call.record.set(Field::call_direction, "1");
    call.record.set(Field::connected, "false");
    call.record.set(Field::not_connected_reason, "6");
    const auto mapped = map(call);
    EXPECT_TRUE(mapped.errors.empty());
    EXPECT_EQ(member(mapped.text, "SBDW"), "HX430201");
    EXPECT_EQ(member(mapped.text, "GDBH"), "<none>");
    EXPECT_EQ(member(mapped.text, "WJTYY"), "6");
}

TEST_F(XiangProvinceTest, ARatingIsTurnedAround) {
    auto visit = recordOf(Kind::Visit);
    visit.record.set(Field::visit_method, "1");
    visit.record.set(Field::connected, "true");
    visit.record.set(Field::satisfaction, "1");
    EXPECT_EQ(sent(visit, "MYD"), "5");
    visit.record.set(Field::satisfaction, "4");
    visit.record.set(Field::dissatisfied_reason, "02");
    EXPECT_EQ(sent(visit, "MYD"), "2");
    EXPECT_EQ(sent(visit, "BMYYY"), "01");
}

TEST_F(XiangProvinceTest, CoordinatesOfAnEndedSystemStayBehind) {
    auto record = appeal();
    record.record.set(Field::longitude, "113.13");
    record.record.set(Field::latitude, "27.83");
    record.record.set(Field::coordinate_system, "BJ54");
    const auto mapped = map(record);
    EXPECT_TRUE(mapped.errors.empty());
    EXPECT_EQ(member(mapped.text, "JD"), "<none>");
}

}  // namespace
}  // namespace yht::kit
