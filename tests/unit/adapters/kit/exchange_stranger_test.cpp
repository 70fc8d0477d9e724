// What our SOAP profile makes of any valid record, the older platform must take: its schema, its lengths and its conditions
// were written from the profile's page and share nothing with the kit.
#include <gtest/gtest.h>

#include "adapters/kit/envelope.h"
#include "adapters/kit/soap_call.h"
#include "tests/unit/adapters/kit/record_maker.h"
#include "tools/exchange-sim/record_rules.h"
#include "tools/exchange-sim/schema.h"

namespace yht::kit {
namespace {

using ticket::Field;
using ticket::Kind;

const std::string kFolder = std::string(YHT_SOURCE_DIR) + "/schemas/profiles/xiang-exchange/";

/// The operation's element with one record in it.
std::string operationWith(const std::string& record, ticket::Kind kind, bool is_query) {
    const auto key = signingKeyOf(test::sharedPki().gateway());
    const std::vector<std::string> records{record};
    const auto sealed = sealEnvelope(
        exchange()->envelope(),
        {.sender_id = "ZZ4302", .batch_id = "b1", .type = exchange()->findKind(kind)->mapping->type(), .nonce = "n", .now_ms = kApril,
         .records = &records, .key = &key}
    );
    const auto call = soapRequest(*exchange()->transport().soap, {.is_query = is_query, .message = sealed->body}, &key, kApril);
    const auto from = call->body.find(is_query ? "<QueryRecords" : "<SubmitRecords");
    return call->body.substr(from, call->body.find("</s:Body>") - from);
}

std::string faultsOf(const OutboundRecord& record, bool is_query = false) {
    static const exchange_sim::Schema schema(kFolder + "report.xsd");
    const MappingContext context{.sender_id = "ZZ4302", .reporting_unit = "", .accepting_region = "430200"};
    const auto* rules = exchange()->findKind(record.record.kind());
    const auto mapped = (is_query ? rules->query : rules->mapping)->map(record, context);
    std::string faults;
    for (const auto& error : mapped.errors) faults += error.pointer + " " + error.code + "; ";
    const auto document = exchange_sim::parse(operationWith(mapped.text, record.record.kind(), is_query));
    if (!document) return faults + "no XML";
    xmlNode* operation = xmlDocGetRootElement(document.get());
    for (const auto& fault : schema.check(operation)) faults += fault.serial + " " + fault.name + "; ";
    if (!faults.empty() || is_query) return faults;
    const auto* list = exchange_sim::onlyChild(operation, exchange_sim::kReportNamespace, "Records");
    const auto flat = exchange_sim::flatRecord(exchange_sim::childrenOf(list).front());
    for (const auto& fault : exchange_sim::checkRecord(flat, "R4302")) faults += fault.name + " " + fault.code + "; ";
    return faults;
}

class ExchangeStrangerTest : public ::testing::TestWithParam<Kind> {};

TEST_P(ExchangeStrangerTest, TakesWhateverOurProfileMakesOfAFullRecord) {
    RecordMaker maker(kMakerSeed);
    for (int round = 0; round < kMakerRounds; ++round) {
        ASSERT_EQ(faultsOf(maker.make(GetParam())), "") << "seed " << kMakerSeed << " round " << round;
    }
}

TEST_P(ExchangeStrangerTest, TakesAVoidAndAQuestion) {
    auto record = recordOf(GetParam());
    record.record.set(Field::op, "void");
    EXPECT_EQ(faultsOf(record), "");
    EXPECT_EQ(faultsOf(record, true), "");
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ExchangeStrangerTest,
    ::testing::Values(Kind::Appeal, Kind::Assignment, Kind::Process, Kind::Result, Kind::Visit, Kind::Extension),
    [](const auto& kind) { return ticket::kindRow(kind.param).name; }
);

TEST(ExchangeStrangerAppealTest, TakesAnAppealWithWhatOursRequiresOnly) {
    EXPECT_EQ(faultsOf(appeal()), "");
}

TEST(ExchangeStrangerAppealTest, ItsJudgeIsNoRubberStamp) {
    auto record = appeal();
    EXPECT_EQ(faultsOf(record), "");
    const auto flat = [&](const std::string& from, const std::string& to) {
        const MappingContext context{.sender_id = "ZZ4302", .reporting_unit = "", .accepting_region = "430200"};
        auto text = exchange()->findKind(Kind::Appeal)->mapping->map(record, context).text;
        text.replace(text.find(from), from.size(), to);
        const auto document = exchange_sim::parse(operationWith(text, Kind::Appeal, false));
        static const exchange_sim::Schema schema(kFolder + "report.xsd");
        std::string faults;
        for (const auto& fault : schema.check(xmlDocGetRootElement(document.get()))) faults += fault.serial + " " + fault.name + ";";
        if (!faults.empty()) return faults;
        const auto* list = exchange_sim::onlyChild(xmlDocGetRootElement(document.get()), exchange_sim::kReportNamespace, "Records");
        for (const auto& fault : exchange_sim::checkRecord(exchange_sim::flatRecord(exchange_sim::childrenOf(list).front()), "R4302"))
            faults += fault.name + " " + fault.code + ";";
        return faults;
    };
    EXPECT_EQ(flat("<Urgency>C</Urgency>", "<Urgency>1</Urgency>"), "17 Appeal/Urgency;");
    EXPECT_EQ(flat("<Urgency>C</Urgency>", ""), "17 Appeal;");
    EXPECT_EQ(flat("<HappenedAt>2019-04-18T09:30:01", "<HappenedAt>2019-04-18 09:30:01"), "17 HappenedAt;");
    EXPECT_EQ(flat("<Kind>APPEAL", "<Kind>VISIT"), "Appeal/Channel 42;");
    EXPECT_EQ(flat("<Title>", "<Title>" + std::string(120, 'x')), "Appeal/Title 43;");
    EXPECT_EQ(flat("<Handling>DISPATCH", "<Handling>REJECT"), "Appeal/RejectReason 41;");
    EXPECT_EQ(flat("<Unit>R4302", "<Unit>R4303"), "Unit 44;");
}

}  // namespace
}  // namespace yht::kit
