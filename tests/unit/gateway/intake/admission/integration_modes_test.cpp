// Under which region each integration mode (整合方式) has its tickets numbered: by the rule, by the number that is given out, and
// by one shipped source each.
#include "adapters/kit/inbound/manifest.h"
#include "gateway/intake/admission/quarantine_desk.h"
#include "gateway/intake/admission/source_items.h"
#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

using kit::IntegrationMode;

constexpr const char* kCentreRegion = "430200";

trust::Source sourceAt(const std::string& id, const std::string& region, bool is_centre = false) {
    trust::Source source;
    source.id = id;
    source.region = region;
    source.is_centre = is_centre;
    return source;
}

class IntegrationModesTest : public SourceTest, public testing::WithParamInterface<IntegrationMode> {
protected:
    /// The media's desk is in another district than the centre.
    IntegrationModesTest() {
        trust_->replace(std::make_shared<trust::TrustSnapshot>(
            trust_->current()->partners(),
            std::vector{sourceAt("zz-media", "430211"), sourceAt("cs12345", "430100", true), sourceAt("zz12345", kCentreRegion, true)}
        ));
        adapter_.changeManifest().mode = GetParam();
    }
    bool merged() const { return GetParam() == IntegrationMode::Merged; }
};

TEST_P(IntegrationModesTest, ATicketIsNumberedWhereItsDeskIs) {
    const auto done = submit({mediaAppeal("A-1")});
    ASSERT_EQ(1u, done.items.size());
    EXPECT_EQ(merged() ? kCentreRegion : "430211", done.items[0].ticket_no.substr(0, 6));
}

TEST_P(IntegrationModesTest, AlsoWhereTheItemWasMendedInQuarantine) {
    const auto waiting = submit({"fail /row/title " + mediaAppeal("A-1")}).items.at(0).quarantine_id;
    const std::shared_ptr<const kit::Adapter> adapter(std::shared_ptr<void>(), &adapter_);
    QuarantineDesk desk(
        {.store = ledger_.store(),
         .random = random_,
         .trust = trust_->current(),
         .adapters = std::make_shared<const SourceAdapters>(SourceAdapters{{"zz-media", adapter}}),
         .log = [](const std::string&) {}}
    );
    const QuarantineOrder order{.operator_id = "uid:1000", .why = "telephone call", .also = {}};
    const auto seqs = desk.fix(waiting, {{0, "/row/title", "改正的标题"}}, order).value().seqs;
    EXPECT_EQ(merged() ? kCentreRegion : "430211", leaf(seqs.at(0)).ticket_no.substr(0, 6));
}

INSTANTIATE_TEST_SUITE_P(
    EveryMode, IntegrationModesTest,
    testing::Values(IntegrationMode::Merged, IntegrationMode::DualNumber, IntegrationMode::Branch, IntegrationMode::Excluded),
    [](const auto& one) { return kit::integrationModeName(one.param); }
);

std::string regionOf(const kit::Manifest& manifest, std::vector<trust::Source> sources) {
    return ticketRegionOf(manifest, trust::TrustSnapshot({}, std::move(sources)));
}

TEST(TicketRegion, IsTheCentresOfTheSourcesOwnCity) {
    kit::Manifest merged;
    merged.source = "street";
    merged.mode = IntegrationMode::Merged;
    const auto street = sourceAt("street", "430211");
    EXPECT_EQ("430200", regionOf(merged, {sourceAt("cs", "430100", true), street, sourceAt("zz", "430200", true)}));
    EXPECT_EQ("", regionOf(merged, {street, sourceAt("cs", "430100", true)})) << "another city's centre is nobody's";
    EXPECT_EQ("", regionOf(merged, {street, sourceAt("zz", "430200")})) << "no centre";
    EXPECT_EQ("", regionOf(merged, {sourceAt("zz", "430200", true)})) << "not in the registry";
}

struct Shipped {
    const char* mode;
    const char* source;
    const char* ticket_region;  // "": its own
};

TEST(TicketRegion, OfShippedSourcesIsTheirModes) {
    for (const Shipped& shipped : {Shipped{"merged", "zz-street", "430200"}, {"dual_number", "zz-12315", ""}, {"branch", "zz-shifeng", ""},
                                   {"excluded", "bj-12355", ""}}) {
        const auto adapter =
            kit::Adapter::load(YHT_SOURCE_DIR "/adapters/sources", YHT_SOURCE_DIR "/adapters/products", shipped.source);
        ASSERT_TRUE(adapter.ok()) << adapter.error().detail;
        const kit::Manifest& manifest = (*adapter)->manifest();
        EXPECT_STREQ(shipped.mode, kit::integrationModeName(manifest.mode));
        EXPECT_EQ(
            shipped.ticket_region,
            regionOf(manifest, {sourceAt(shipped.source, manifest.region), sourceAt("zz-12345", "430200", true), sourceAt("bj-12345", "610300", true)})
        ) << shipped.source;
    }
}

}  // namespace
}  // namespace yht::intake
