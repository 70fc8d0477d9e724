// What our profile makes of any valid record, the demonstration province must take: its checker was
// written from README.md alone and shares no code, tables or character set handling with the kit.
#include <gtest/gtest.h>

#include <random>

#include "gateway/json/json.h"
#include "gateway/ticket/codes.h"
#include "tests/unit/adapters/kit/kit_fixture.h"
#include "tools/province-sim/checker.h"

namespace yht::kit {
namespace {

using ticket::Field;
using ticket::FieldRow;
using ticket::FieldType;
using ticket::Kind;

constexpr unsigned kSeed = 20'190'418;
constexpr int kRounds = 60;

/// Fills every field of a kind, texts with whatever people and old systems put there.
class RecordMaker {
public:
    explicit RecordMaker(unsigned seed) : engine_(seed) {}

    OutboundRecord make(Kind kind) {
        OutboundRecord out = recordOf(kind);
        for (const FieldRow& row : ticket::fieldTable()) {
            if ((row.kinds & ticket::only(kind)) == 0 || out.record.has(row.field) ||
                row.field == Field::op)
                continue;
            fill(row, out.record);
        }
        return out;
    }

private:
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
    }

    std::string text(std::size_t characters_max) {
        static const std::vector<std::string> kPieces = {"水", "路", "𠮷",   "😀",  "a",  "7",
                                                         " ",  "\n", "\r\n", "\"", "\\", "é",
                                                         "€",  "\t", "龘",   "㐂", "·",  "—"};
        std::string text = "文";
        const std::size_t count = below(characters_max);
        for (std::size_t i = 1; i < count; ++i) text += kPieces[below(kPieces.size())];
        return text;
    }

    void fill(const FieldRow& row, ticket::Record& record) {
        switch (row.type) {
            case FieldType::Text:
                return record.set(row.field, text(std::min<std::size_t>(row.max, 4000)));
            case FieldType::Reference:
                return record.set(row.field, std::string(1 + below(std::min(row.max, 16U)), 'R'));
            case FieldType::Code:
                return record.set(row.field, code(row.code_list));
            case FieldType::Time:
                return record.set(row.field, "2019-04-18T16:30:01.000Z");
            case FieldType::Integer:
                return record.set(row.field, std::to_string(below(100)));
            case FieldType::Decimal:
                return record.set(row.field, "113.131500");
            case FieldType::Flag:
                return record.set(row.field, below(2) == 0 ? "true" : "false");
            case FieldType::Region:
                return record.set(row.field, below(2) == 0 ? "430211" : "430211003");
            case FieldType::Phone:
                return record.set(row.field, "19900000001");
            case FieldType::Digest:
                return record.set(row.field, std::string(64, 'a'));
            case FieldType::Digests:
                return record.set(row.field, std::vector<std::string>{std::string(64, 'b')});
            case FieldType::Texts:
                return record.set(row.field, std::vector<std::string>{"甲", "乙"});
            case FieldType::Map:
                return record.set(
                    row.field, std::map<std::string, std::string>{{"jjdbh", text(100)}}
                );
            case FieldType::References:
            case FieldType::Codes:
                return;
        }
    }

    std::string code(const char* list) {
        for (;;) {
            const auto rows = ticket::codeList(list);
            const auto& row = rows[below(rows.size())];
            if (*row.valid_to == '\0') return row.code;
        }
    }

    std::mt19937 engine_;
};

std::string faultsOf(const OutboundRecord& record) {
    const MappingContext context{
        .sender_id = "XZ43020001", .reporting_unit = "", .accepting_region = "430200"};
    const auto mapped = xiang()->findKind(record.record.kind())->mapping->map(record, context);
    std::string faults;
    for (const auto& error : mapped.errors) faults += error.pointer + " " + error.code + "; ";
    const auto parsed = json::parse(mapped.json);
    if (!parsed) return faults + "no JSON";
    for (const auto& fault : province_sim::checkRecord(*parsed, "HX430201")) {
        faults += fault.field + " " + fault.code + " " + fault.message + "; ";
    }
    return faults;
}

class StrangerTest : public ::testing::TestWithParam<ticket::KindRow> {};

TEST_P(StrangerTest, TakesWhateverOurProfileMakesOfAFullRecord) {
    RecordMaker maker(kSeed);
    for (int round = 0; round < kRounds; ++round) {
        ASSERT_EQ(faultsOf(maker.make(GetParam().kind)), "")
            << "seed " << kSeed << " round " << round;
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
