// What our profile makes of any valid record, the demonstration province must take: its checker was
// written from README.md alone and shares no code, tables or character set handling with the kit.
#include <gtest/gtest.h>

#include "gateway/json/json.h"
#include "tests/unit/adapters/kit/record_maker.h"
#include "tools/province-sim/checker.h"

namespace yht::kit {
namespace {

using ticket::Field;

std::string faultsOf(const OutboundRecord& record) {
    const MappingContext context{
        .sender_id = "XZ43020001", .reporting_unit = "", .accepting_region = "430200"};
    const auto mapped = xiang()->findKind(record.record.kind())->mapping->map(record, context);
    std::string faults;
    for (const auto& error : mapped.errors) faults += error.pointer + " " + error.code + "; ";
    const auto parsed = json::parse(mapped.text);
    if (!parsed) return faults + "no JSON";
    for (const auto& fault : province_sim::checkRecord(*parsed, "HX430201")) {
        faults += fault.field + " " + fault.code + " " + fault.message + "; ";
    }
    return faults;
}

class StrangerTest : public ::testing::TestWithParam<ticket::KindRow> {};

TEST_P(StrangerTest, TakesWhateverOurProfileMakesOfAFullRecord) {
    RecordMaker maker(kMakerSeed);
    for (int round = 0; round < kMakerRounds; ++round) {
        ASSERT_EQ(faultsOf(maker.make(GetParam().kind)), "")
            << "seed " << kMakerSeed << " round " << round;
    }
}

TEST_P(StrangerTest, TakesAVoid) {
    auto record = recordOf(GetParam().kind);
    record.record.set(Field::op, "void");
    EXPECT_EQ(faultsOf(record), "");
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, StrangerTest,
    ::testing::ValuesIn(ticket::kindTable().begin(), ticket::kindTable().end()),
    [](const auto& kind) { return kind.param.name; }
);

TEST(StrangerAppealTest, TakesAnAppealWithWhatOursRequiresOnly) {
    EXPECT_EQ(faultsOf(appeal()), "");
}

}  // namespace
}  // namespace yht::kit
