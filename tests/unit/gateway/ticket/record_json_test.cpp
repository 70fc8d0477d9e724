#include "gateway/ticket/record_json.h"

#include <gmock/gmock.h>

#include "tests/unit/gateway/ticket/sample_records.h"

using namespace yht;
using namespace yht::ticket;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(CanonicalText, IsRfc8785OfTheSameObject) {
    const auto record = samples::read(
        samples::appeal({{"ext", R"({"b":"2","a":"1\n"})"}, {"tags", R"(["x","\"y\""])"}})
    );
    ASSERT_TRUE(record);
    const std::string text = canonicalText(*record);
    const auto document = json::parse(text);
    ASSERT_TRUE(document);
    EXPECT_EQ(json::canonical(*document), text);
}

TEST(CanonicalText, HasScalarsAsStringsAndTheKind) {
    const auto record = samples::read(
        R"({"kind":"process","source":"s","record_ref":7,"event_time":"2019-10-15T01:00:00Z",)"
        R"("ticket_ref":"t","process_type":"30","version":12})"
    );
    ASSERT_TRUE(record);
    EXPECT_EQ(
        R"({"event_time":"2019-10-15T09:00:00.000+08:00","kind":"process","process_type":"30","record_ref":"7",)"
        R"("source":"s","ticket_ref":"t","version":"12"})",
        canonicalText(*record)
    );
}

TEST(CanonicalText, OrdersMapNamesByUtf16) {
    // U+20BB7 is D842 DFB7 in UTF-16: before U+FF21, though after it in UTF-8.
    const auto record = samples::read(
        samples::appeal({{"ext", "{\"\xEF\xBC\xA1\":\"1\",\"\xF0\xA0\xAE\xB7\":\"2\"}"}})
    );
    ASSERT_TRUE(record);
    const auto text = canonicalText(*record);
    EXPECT_LT(text.find("\xF0\xA0\xAE\xB7"), text.find("\xEF\xBC\xA1"));
}

TEST(CanonicalText, ComesBackAsTheSameRecord) {
    const auto record =
        samples::read(samples::appeal({{"ext", R"({"b":"2"})"}, {"tags", R"(["x"])"}}));
    ASSERT_TRUE(record);
    const auto back = fromCanonicalText(canonicalText(*record));
    ASSERT_TRUE(back);
    EXPECT_EQ(*record, *back);
}

TEST(CanonicalText, DoesNotDependOnTheOrderOfMembers) {
    const auto a = samples::read(
        R"({"kind":"call","source":"s","record_ref":"1","event_time":"2019-10-15T01:00:00Z","call_direction":"2","connected":true})"
    );
    const auto b = samples::read(
        R"({"connected":"true","call_direction":"2","event_time":"2019-10-15T09:00:00+08:00","record_ref":"1","source":"s","kind":"call"})"
    );
    ASSERT_TRUE(a);
    ASSERT_TRUE(b);
    EXPECT_EQ(canonicalText(*a), canonicalText(*b));
}

TEST(FromCanonicalText, RefusesWhatItDidNotWrite) {
    for (const char* text :
         {"", "[]", "{}", R"({"kind":"ticket"})", R"({"kind":"appeal","no_field":"1"})",
          R"({"kind":"appeal","tags":"1"})"}) {
        const auto record = fromCanonicalText(text);
        ASSERT_FALSE(record) << text;
        EXPECT_EQ(base::ErrorCode::RecordInvalid, record.error().code);
    }
}

TEST(DifferingFields, AreNamedNeverShown) {
    const auto a = samples::read(samples::appeal());
    const auto b = samples::read(
        samples::appeal({{"title", "\"另一标题\""}, {"address", "\"某路\""}, {"version", ""}})
    );
    EXPECT_THAT(differingFields(*a, *b), ElementsAre("address", "title", "version"));
    EXPECT_THAT(differingFields(*a, *a), IsEmpty());
}

TEST(RecordIdentity, VersionComesFromVersionOrModifiedTime) {
    const auto own = samples::read(samples::appeal());
    EXPECT_EQ(VersionOrigin::Source, own->versionOrigin());
    EXPECT_EQ(1u, own->identity().version);
    const auto timed = samples::read(
        samples::appeal({{"version", ""}, {"modified_time", "\"2019-10-15T08:30:00.250+08:00\""}})
    );
    EXPECT_EQ(VersionOrigin::Modified, timed->versionOrigin());
    EXPECT_EQ(1571099400250u, timed->identity().version);
    const auto neither = samples::read(samples::appeal({{"version", ""}}));
    EXPECT_EQ(VersionOrigin::Latest, neither->versionOrigin());
    EXPECT_EQ(0u, neither->identity().version);
}
