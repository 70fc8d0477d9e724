// What each integration mode (整合方式) says of the number that was called: in code, and with one shipped source each. Under which
// region tickets are numbered is admission's (gateway/intake/admission), who is sent them delivery's.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "adapters/kit/inbound/coverage.h"
#include "adapters/kit/inbound/manifest_reader.h"
#include "adapters/kit/inbound/samples.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ticket::Field;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kModes[] = {"merged", "dual_number", "branch", "excluded"};

class IntegrationModeTest : public ::testing::TestWithParam<const char*> {
protected:
    IntegrationModeTest() { write("      hotline_number: NUMBER\n"); }
    void write(const std::string& rows) {
        folder_.product("product.yaml", "product: p\ndecode: { format: json }\n");
        folder_.product(
            "mapping.yaml",
            "records:\n  call:\n    kind: appeal\n    rows:\n      record_ref: NO\n      channel: { from: WAY, same_codes: true }\n" + rows
        );
        folder_.source(
            "source.yaml", std::string("id: s\ntitle: t\nproduct: p\nhotline: \"12319\"\nintegration_mode: ") + GetParam() + "\n"
        );
    }
    std::string numberOf(const std::string& members, const std::string& origin = "") {
        const auto adapter = folder_.load();
        if (!adapter) ADD_FAILURE() << adapter.error().detail;
        const auto items = adapt(**adapter, R"({"NO":"1",)" + members + "}", {.received_ms = kApril, .origin = origin});
        return items.at(0).records.at(0).record.text(Field::hotline_number);
    }
    bool merged() const { return GetParam() == std::string("merged"); }
    SourceFolder folder_;
};

TEST_P(IntegrationModeTest, ACallWithoutANumberCameOverTheOneThatIsThere) {
    for (const char* way : {"01", "15"}) EXPECT_EQ(merged() ? "12345" : "12319", numberOf(R"("WAY":")" + std::string(way) + "\"")) << way;
    EXPECT_EQ("", numberOf(R"("WAY":"07")")) << "nobody called a website";
}

TEST_P(IntegrationModeTest, WhatTheItemSaysWasCalledStays) { EXPECT_EQ("96119", numberOf(R"("WAY":"01","NUMBER":"96119")")); }

TEST_P(IntegrationModeTest, BeforeTheLinkItWasCalledUnderItsOwn) {
    EXPECT_EQ("12319", numberOf(R"("WAY":"15")", "history"));
    EXPECT_EQ(merged() ? "12345" : "12319", numberOf(R"("WAY":"15")", "late")) << "what is late came after it";
}

TEST_P(IntegrationModeTest, AConstantNumberIsAskedAboutWhereItIsGone) {
    write("      hotline_number: { const: \"12319\" }\n");
    const auto manifest = readManifest(*readManifestTree(folder_.sources(), folder_.products(), "s"), "s");
    ASSERT_TRUE(manifest);
    const auto asked = Contains(HasSubstr("the number of a merged source is gone"));
    EXPECT_EQ(merged(), ::testing::Value(lint(*manifest), asked));
}

INSTANTIATE_TEST_SUITE_P(EveryMode, IntegrationModeTest, ::testing::ValuesIn(kModes), [](const auto& one) { return one.param; });

struct Shipped {
    const char* mode;
    const char* source;
    const char* sample;
    const char* number;  // of its call
};
class ShippedModeTest : public ::testing::TestWithParam<Shipped> {};

TEST_P(ShippedModeTest, ItsCallSaysTheNumberOfItsMode) {
    const std::string sources = YHT_SOURCE_DIR "/adapters/sources", products = YHT_SOURCE_DIR "/adapters/products";
    const Shipped& shipped = GetParam();
    const auto adapter = Adapter::load(sources, products, shipped.source);
    ASSERT_TRUE(adapter) << adapter.error().detail;
    EXPECT_STREQ(shipped.mode, integrationModeName((*adapter)->manifest().mode));
    const auto samples = findSamples(sources, shipped.source);
    ASSERT_TRUE(samples);
    std::vector<std::string> numbers;
    for (const auto& sample : *samples) {
        if (sample.name != shipped.sample) continue;
        std::ifstream file(sample.input_path, std::ios::binary);
        std::ostringstream message;
        message << file.rdbuf();
        (void)(*adapter)->adapt(message.str(), sample.context, sample.patches, [&](AdaptedItem&& item) {
            for (const auto& made : item.records)
                if (made.record.kind() == ticket::Kind::Appeal) numbers.push_back(made.record.text(Field::hotline_number));
            return true;
        });
    }
    EXPECT_THAT(numbers, ElementsAre(shipped.number));
}

INSTANTIATE_TEST_SUITE_P(
    EveryMode, ShippedModeTest,
    ::testing::Values(
        Shipped{"merged", "zz-12319", "done_ticket_gives_its_result", "12345"},
        Shipped{"merged", "zz-12319", "history_closed_before_the_link", "12319"},
        Shipped{"dual_number", "zz-12348", "headings_renamed_in_2025", "12348"},
        Shipped{"branch", "zz-shifeng", "closed_with_callback", "12345"}, Shipped{"excluded", "bj-12355", "finished_order", "12355"}
    ),
    [](const auto& one) { return std::string(one.param.mode) + "_" + std::to_string(one.index); }
);

}  // namespace
}  // namespace yht::kit
