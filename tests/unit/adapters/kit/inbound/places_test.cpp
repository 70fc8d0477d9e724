// Coordinates and the reference system that they are of: WGS-84, GCJ-02, BD-09 and CGCS2000 differ by up to some hundred metres with
// the same numbers, so a place without its system is none.
#include <gmock/gmock.h>

#include "adapters/kit/inbound/coverage.h"
#include "adapters/kit/inbound/samples.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ticket::Field;

constexpr const char* kDegrees = "      longitude: lng\n      latitude: lat\n";
constexpr const char* kTheirWord = "      coordinate_system: { from: system, vocabulary: system }\n";

class PlacesTest : public ::testing::Test {
protected:
    PlacesTest() { folder_.product("system.csv", "native,canonical\n高德,GCJ02\n百度,BD09\n国家2000,CGCS2000\n"); }

    std::shared_ptr<const Adapter> withRows(const std::string& rows) {
        folder_.product("mapping.yaml", R"(
vocabularies: { system: { unmapped: quarantine } }
records:
  case:
    kind: appeal
    rows:
      record_ref: id
      event_time: { const: "2019-04-18T09:00:00+08:00" }
)" + rows);
        auto loaded = folder_.load();
        if (loaded) return *loaded;
        ADD_FAILURE() << loaded.error().detail;
        return nullptr;
    }
    AdaptedItem item(const std::string& rows, const std::string& message) {
        adapter_ = withRows(rows);
        auto items = adapt(*adapter_, message);
        EXPECT_EQ(items.size(), 1U);
        return std::move(items.front());
    }
    std::vector<std::string> lintOf(const std::string& rows) {
        withRows(rows);
        const auto tree = readManifestTree(folder_.sources(), folder_.products(), "s");
        return lint(*readManifest(*tree, "s"));
    }

    SourceFolder folder_;
    std::shared_ptr<const Adapter> adapter_;
};

TEST_F(PlacesTest, DegreesWithTheirSystemAreTakenAsTheyStand) {
    const auto rows = std::string(kDegrees) + kTheirWord;
    for (const auto& [word, code] : {std::pair{"高德", "GCJ02"}, {"百度", "BD09"}, {"国家2000", "CGCS2000"}}) {
        const auto made = item(rows, std::string(R"({"id":"1","lng":"113.1330001","lat":27.83,"system":")") + word + "\"}");
        ASSERT_EQ(made.records.size(), 1U) << errorsOf(made);
        const auto& record = made.records.front().record;
        EXPECT_EQ(record.text(Field::coordinate_system), code);
        EXPECT_EQ(record.text(Field::longitude), "113.1330001");  // the numbers of every system: never converted
        EXPECT_EQ(record.text(Field::latitude), "27.83");
    }
}

TEST_F(PlacesTest, DegreesOfNoSystemWaitInQuarantine) {
    EXPECT_EQ(errorsOf(item(kDegrees, R"({"id":"1","lng":"113.13","lat":"27.83"})")), "system_missing /lng");
    EXPECT_EQ(errorsOf(item(std::string(kDegrees) + kTheirWord, R"({"id":"1","lng":"113.13","lat":"27.83"})")), "system_missing /lng");
    EXPECT_EQ(errorsOf(item("      latitude: lat\n", R"({"id":"1","lat":"27.83"})")), "system_missing /lat");
    // Without a place nothing is missing.
    EXPECT_EQ(errorsOf(item(kDegrees, R"({"id":"1","lng":"","lat":null})")), "");
}

TEST_F(PlacesTest, AnUnknownSystemWaitsInQuarantine) {
    EXPECT_THAT(
        errorsOf(item(std::string(kDegrees) + kTheirWord, R"({"id":"1","lng":"113.13","lat":"27.83","system":"搜狗"})")),
        HasSubstr("code_unmapped /system")
    );
    const auto adapter = withRows(std::string(kDegrees) + "      coordinate_system: { from: system, same_codes: true }\n");
    const auto outcome = adaptSample(*adapter, R"({"id":"1","lng":"113.13","lat":"27.83","system":"SOGOU"})", {.received_ms = kApril});
    EXPECT_THAT(outcome.errors, HasSubstr("code_unknown"));
}

TEST_F(PlacesTest, DegreesThatNoPlaceHasAreRefused) {
    const auto rows = std::string(kDegrees) + "      coordinate_system: { const: CGCS2000 }\n";
    EXPECT_EQ(errorsOf(item(rows, R"({"id":"1","lng":"50321.6","lat":"27.83"})")), "out_of_range /lng");
    EXPECT_EQ(errorsOf(item(rows, R"({"id":"1","lng":"27.83","lat":"113.13"})")), "out_of_range /lat");  // the two exchanged
}

TEST_F(PlacesTest, MetresInAPlaneGridAreOfTheGridThatTheSourceNames) {
    const std::string metres = "      ext/plane_x: x\n      ext/plane_y: y\n";
    const std::string rows = metres + "      ext/plane_system: { const: \"local:grid\", when_not: { x: \"\" } }\n";
    const auto made = item(rows, R"({"id":"1","x":"50321.6","y":"-2345.1"})");
    ASSERT_EQ(made.records.size(), 1U) << errorsOf(made);
    const auto& fields = made.records.front().record.fields();
    const auto ext = std::find_if(fields.begin(), fields.end(), [](const auto& each) { return each.first == Field::ext; });
    ASSERT_NE(ext, fields.end());
    EXPECT_THAT(
        (std::get<std::map<std::string, std::string>>(ext->second)),
        ::testing::ElementsAre(
            ::testing::Pair("plane_system", "local:grid"), ::testing::Pair("plane_x", "50321.6"), ::testing::Pair("plane_y", "-2345.1")
        )
    );
    EXPECT_EQ(errorsOf(item(metres, R"({"id":"1","x":"50321.6","y":"-2345.1"})")), "system_missing /x");
    EXPECT_EQ(errorsOf(item(rows, R"({"id":"1","x":"100000000","y":"1"})")), "out_of_range /x");
    EXPECT_EQ(errorsOf(item(rows, R"({"id":"1","x":"路口","y":"1"})")), "decimal_invalid /x");
}

TEST_F(PlacesTest, LintAsksForTheSystem) {
    EXPECT_THAT(lintOf(kDegrees), Contains(HasSubstr("coordinates need their reference system: a row coordinate_system")));
    EXPECT_THAT(lintOf(std::string(kDegrees) + kTheirWord), Not(Contains(HasSubstr("reference system"))));
    EXPECT_THAT(lintOf("      ext/plane_x: x\n"), Contains(HasSubstr("a row ext/plane_system")));
    EXPECT_THAT(lintOf("      address: a\n"), Not(Contains(HasSubstr("reference system"))));
}

}  // namespace
}  // namespace yht::kit
