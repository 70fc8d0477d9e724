// The fifteen cases as they will be posted: every record of theirs is valid, and looks made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/ticket/fold.h"
#include "gateway/ticket/record_json.h"
#include "tools/centre-sim/plan.h"
#include "tools/centre-sim/story.h"

namespace yht {
namespace {

using ticket::Field;

constexpr base::UnixMillis kNow = 1'800'000'000'000;

centre_sim::Plan plan() {
    return centre_sim::loadPlan(std::string(YHT_SOURCE_DIR) + "/tests/samples/cases/plan.json");
}

ticket::Record valid(const std::string& text) {
    auto record = ticket::readRecord(*json::parse(text));
    if (!record) {
        std::string faults;
        for (const auto& field : record.error().fields)
            faults += field.pointer + " " + field.code + "; ";
        ADD_FAILURE() << faults << text;
        return ticket::Record(ticket::Kind::Appeal);
    }
    return std::move(*record);
}

/// Appeal and handling, as the gateway will hold them.
std::vector<ticket::Record> recordsOf(const centre_sim::Case& one) {
    std::vector<ticket::Record> records{valid(one.appeal)};
    const auto& appeal = records.front();
    const std::string number = one.isOurs() ? appeal.text(Field::ticket_ref) : "CZ-2019-000001";
    for (const auto& step : centre_sim::tellStory(
             one.handling, {"zz-12345", number, "", appeal.timeMillis(Field::event_time), kNow, 0}
         ))
        records.push_back(valid(step.json));
    return records;
}

TEST(Cases, ThereAreFifteenAndFourSpeakers) {
    std::map<std::string, int> by;
    for (const auto& one : plan().cases) ++by[one.by];
    EXPECT_THAT(
        by,
        ::testing::ElementsAre(
            ::testing::Pair("centre", 10), ::testing::Pair("partner:hotline-12315", 1),
            ::testing::Pair("partner:media-platform", 3), ::testing::Pair("partner:police-110", 1)
        )
    );
}

TEST(Cases, EveryRecordIsValid) {
    const auto all = plan();
    for (const auto& one : all.cases) {
        SCOPED_TRACE("case " + std::to_string(one.number));
        EXPECT_GE(recordsOf(one).size(), 2u);
        for (const auto& call : one.calls) valid(call);
    }
    for (const auto& call : all.calls) valid(call);
}

TEST(Cases, PhoneNumbersAreVisiblyMadeUp) {
    for (const auto& one : plan().cases)
        for (const auto& record : recordsOf(one))
            for (const Field field :
                 {Field::caller_phone, Field::contact_phone, Field::handler_phone})
                if (record.has(field)) {
                    EXPECT_EQ("199 0000 ", record.text(field).substr(0, 9)) << one.number;
                }
}

TEST(Cases, SomeCallsWereNotAnswered) {
    const auto all = plan();
    std::vector<std::string> calls = all.calls;
    for (const auto& one : all.cases) calls.insert(calls.end(), one.calls.begin(), one.calls.end());
    const auto unanswered = std::count_if(calls.begin(), calls.end(), [](const std::string& call) {
        return !valid(call).flag(Field::connected);
    });
    EXPECT_EQ(2, unanswered);
}

ticket::State endOf(const centre_sim::Case& one, std::string& findings) {
    const auto view = ticket::fold(recordsOf(one), ticket::Calendar{}, ticket::FoldRules{}, kNow);
    for (const auto& finding : view.findings)
        findings += finding.code + " " + finding.record.record_ref + "; ";
    return view.state;
}

TEST(Cases, EachEndsAsItsAccountSays) {
    for (const auto& one : plan().cases) {
        std::string findings;
        const auto end = endOf(one, findings);
        const auto expected = one.number == 12 ? ticket::State::NotAccepted : ticket::State::Closed;
        EXPECT_EQ(ticket::stateRow(expected).name, std::string(ticket::stateRow(end).name))
            << one.number << " " << findings;
    }
}

}  // namespace
}  // namespace yht
