#include "tools/centre-sim/story.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "gateway/base/time_text.h"
#include "tools/stage/json_text.h"

namespace yht {
namespace {

constexpr const char* kSteps = R"([
 {"label":"a1","kind":"assignment","after_minutes":5,"fields":{"org_code":"X"}},
 {"of":"a1","kind":"result","after_minutes":60,"fields":{"contacted":true}}])";

centre_sim::StoryOf ticketAt(const char* appeal, const char* now) {
    return {
        .source = "zz-12345",
        .number = "CZ-2019-000001",
        .ticket_no = "T1",
        .appeal_ms = *base::parseRfc3339(appeal),
        .now_ms = *base::parseRfc3339(now),
        .delay_ms = 1000};
}

std::string member(const centre_sim::StoryRecord& record, const char* name) {
    return stage::textOf(*stage::parseJson(record.json), name);
}

TEST(Story, FillsInWhatOnlyTheCentreKnows) {
    const auto records = centre_sim::tellStory(
        kSteps, ticketAt("2019-04-18T09:00:00+08:00", "2026-01-01T00:00:00+08:00")
    );
    ASSERT_EQ(2u, records.size());
    EXPECT_EQ("CZ-2019-000001-01", member(records[0], "record_ref"));
    EXPECT_EQ("CZ-2019-000001", member(records[0], "ticket_ref"));
    EXPECT_EQ("T1", member(records[0], "ticket_no"));
    EXPECT_EQ("2019-04-18T09:05:00.000+08:00", member(records[0], "event_time"));
    EXPECT_EQ("CZ-2019-000001-01", member(records[1], "assignment_ref"));
    EXPECT_EQ("2019-04-18T10:00:00.000+08:00", member(records[1], "finish_time"));
    EXPECT_EQ("2019-04-18T10:00:00.000+08:00", member(records[1], "contact_time"));
}

TEST(Story, NothingHappensInTheFuture) {
    const auto records = centre_sim::tellStory(
        kSteps, ticketAt("2026-01-01T09:00:00+08:00", "2026-01-01T09:10:00+08:00")
    );
    EXPECT_EQ("2026-01-01T09:05:00.000+08:00", member(records[0], "event_time"));
    EXPECT_EQ("2026-01-01T09:10:02.001+08:00", member(records[1], "event_time"))
        << "when it is due";
}

TEST(Story, AStepOfAnAssignmentThatIsNotThereIsRefused) {
    EXPECT_THROW(
        centre_sim::tellStory(
            R"([{"of":"a9","kind":"process","fields":{}}])",
            ticketAt("2026-01-01T09:00:00+08:00", "2026-01-01T09:00:00+08:00")
        ),
        std::runtime_error
    );
}

}  // namespace
}  // namespace yht
