// Pitfalls of the list of thirty that only show with a ledger behind the adapter; the others are in
// tests/unit/adapters/kit/inbound/pitfalls_test.cpp.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

constexpr const char* kCsv = "text/csv";
constexpr const char* kLines = "application/x-ndjson";

std::string messagesOf(const std::string& source) { return "/v1/sources/" + source + "/messages"; }

constexpr const char* kCitysNumber = "240123083302000123";  // 市级编号 of the sample closed_with_rating

/// A district's sub-centre, which may join the city's tickets.
void shipJoiningDistrict(const Federation& federation) {
    shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-media");
    replaceInDeployment(
        federation, "partners.yaml", "sources: [zz-media, zz-hetang]\n    rights: [submit_own, read_own, read_evidence]",
        "sources: [zz-media, zz-hetang]\n    rights: [submit_own, read_own, read_evidence, \"join_city:4302\"]"
    );
}

TEST(SourcePitfalls, P02_ACaseThatIsSentAgainAfterALostAnswerIsStillOneTicket) {
    Federation federation;
    shipSource(federation, "zz-street", "soap-submit-third", "430211", "zz-media");
    federation.startGateway();
    const auto message = shippedMessage("zz-street", "case_with_two_files");
    auto street = federation.partner("media-platform");
    // The answer is lost: the sender never reads it.
    street.beginPost(messagesOf("zz-street"), message, "text/xml", message.size());
    Federation::waitUntil("the case is in the ledger", [&] { return federation.tickets().Size() == 1; });
    auto again = federation.partner("media-platform");
    const auto repeated = again.post(messagesOf("zz-street"), message, "text/xml");
    EXPECT_EQ(200, repeated.status) << repeated.body;
    EXPECT_EQ("1", accountOf(repeated, "duplicate"));
    EXPECT_EQ(1u, federation.tickets().Size());
}

TEST(SourcePitfalls, P03_RowsOfOverlappingFilesAreTakenOnce) {
    Federation federation;
    shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-media");
    federation.startGateway();
    auto district = federation.partner("media-platform");
    const auto first = district.post(messagesOf("zz-hetang"), shippedMessage("zz-hetang", "quoted_newlines_and_open"), kCsv);
    EXPECT_EQ("1", accountOf(first, "accepted"));
    const auto second =
        district.post(messagesOf("zz-hetang"), shippedMessage("zz-hetang", "overlapping_window_repeats_a_row"), kCsv);
    EXPECT_EQ("2", accountOf(second, "received"));
    EXPECT_EQ("1", accountOf(second, "accepted"));
    EXPECT_EQ("1", accountOf(second, "duplicate"));
    EXPECT_EQ(2u, federation.tickets().Size());
}

TEST(SourcePitfalls, P19_StepsThatComeBeforeTheirTicketMakeTheSameTicket) {
    Federation federation;
    shipSource(federation, "zz-12319", "exchange-database", "430200", "zz-media");
    federation.startGateway();
    const auto ticket = shippedMessage("zz-12319", "done_ticket_gives_its_result");
    const auto steps = shippedMessage("zz-12319", "steps_return_and_finish");
    const auto renumbered = [](std::string text) {
        for (const auto& [from, to] : {std::pair<std::string, std::string>{"190418101108115409", "190418101108115999"}, {"BZ70", "BZ80"}}) {
            for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) text.replace(at, from.size(), to);
        }
        return text;
    };
    auto urban = federation.partner("media-platform");
    for (const auto& message : {ticket, steps, renumbered(steps), renumbered(ticket)}) {
        const auto reply = urban.post(messagesOf("zz-12319"), message, kLines);
        EXPECT_EQ("0", accountOf(reply, "quarantined")) << reply.body;
    }
    const auto tickets = federation.tickets();
    ASSERT_EQ(2u, tickets.Size());
    EXPECT_EQ(json::textMember(tickets[0], "state"), json::textMember(tickets[1], "state"));
    // Appeal, four assignments, result, three steps.
    EXPECT_EQ("9", json::textMember(tickets[0], "records"));
    EXPECT_EQ("9", json::textMember(tickets[1], "records"));
}

TEST(SourcePitfalls, P20_AReturnedTicketDispatchedAgainUnderItsNumberIsInItsNextRoundWithItsNewUnit) {
    Federation federation;
    shipSource(federation, "zz-12319", "exchange-database", "430200", "zz-media");
    federation.startGateway();
    const auto steps = shippedMessage("zz-12319", "steps_return_and_finish");
    const std::string returned = steps.substr(0, steps.find('\n') + 1);
    // Still in hand when it is dispatched, to one unit; then returned, sent back for another round (8 重办), and dispatched to another.
    const auto dispatched = [](const std::string& unit, const std::string& changed) {
        auto row = shippedMessage("zz-12319", "done_ticket_gives_its_result");
        for (const auto& [from, to] : std::initializer_list<std::pair<std::string, std::string>>{
                 {R"("ZBDW": "市城管局")", R"("ZBDW": ")" + unit + "\""},
                 {R"("XBDW": "市住建局、荷塘区政府,株洲供电公司")", R"("XBDW": null)"},
                 {R"("ZT": "4")", R"("ZT": "2")"},
                 {R"("BJSJ": "2019-04-24 16:05:00")", R"("BJSJ": null)"},
                 {R"("GXSJ": "2019-04-24 16:10:00")", R"("GXSJ": ")" + changed + "\""}}) {
            const auto at = row.find(from);
            EXPECT_NE(std::string::npos, at) << from;
            if (at != std::string::npos) row.replace(at, from.size(), to);
        }
        return row;
    };
    auto again = returned;
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"BZ7002", "BZ7009"}, {R"("JD": "3")", R"("JD": "8")"}, {"2019-04-19 09", "2019-04-19 10"}, {"2019-04-19 09", "2019-04-19 10"}})
        again.replace(again.find(from), from.size(), to);
    auto urban = federation.partner("media-platform");
    for (const auto& message : {dispatched("市城管局", "2019-04-18 10:11:08"), returned, again, dispatched("市住建局", "2019-04-19 11:00:00")}) {
        const auto reply = urban.post(messagesOf("zz-12319"), message, kLines);
        EXPECT_EQ("1", accountOf(reply, "accepted")) << reply.body;
    }
    const auto tickets = federation.tickets();
    ASSERT_EQ(1u, tickets.Size());
    EXPECT_EQ("2", json::textMember(tickets[0], "round"));
    const auto ticket = urban.get("/v1/tickets/" + json::textMember(tickets[0], "ticket_no"));
    const auto shown = ticket.json();
    ASSERT_TRUE(shown.IsObject() && shown.HasMember("assignments")) << ticket.body.substr(0, 2'000);
    // The second version of the one assignment, not a second assignment.
    ASSERT_EQ(1u, shown["assignments"].Size());
    EXPECT_EQ("430200-ZJJ", json::textMember(shown["assignments"][0], "org_code"));
}

TEST(SourcePitfalls, P20_AReturnedTicketDispatchedAgainUnderANewNumberIsStillThatTicket) {
    Federation federation;
    shipJoiningDistrict(federation);
    federation.startGateway();
    auto centre = federation.partner("centre");
    ASSERT_EQ(201, centre.post("/v1/records", appeal("zz-12345", kCitysNumber)).status);
    const auto first = shippedMessage("zz-hetang", "closed_with_rating");
    auto second = first;  // the district's next number, the city's the same
    for (auto at = second.find("HT2024012300001"); at != std::string::npos; at = second.find("HT2024012300001", at + 1))
        second.replace(at, 15, "HT2024020100077");
    auto district = federation.partner("media-platform");
    for (const auto& message : {first, second}) {
        const auto reply = district.post(messagesOf("zz-hetang"), message, kCsv);
        EXPECT_EQ("1", accountOf(reply, "accepted")) << reply.body;
    }
    const auto tickets = federation.tickets();
    ASSERT_EQ(1u, tickets.Size());
    const auto story = federation.yht({"ledger", "show", json::textMember(tickets[0], "ticket_no"), "--json"});
    for (const char* number : {"HT2024012300001", "HT2024020100077", kCitysNumber})
        EXPECT_NE(std::string::npos, story.output.find(number)) << number;
}

TEST(SourcePitfalls, P21_TheCentresOwnTicketComingBackInAnExportIsThatTicket) {
    Federation federation;
    shipJoiningDistrict(federation);
    federation.startGateway();
    auto centre = federation.partner("centre");
    const auto posted = centre.post("/v1/records", appeal("zz-12345", kCitysNumber));
    ASSERT_EQ(201, posted.status) << posted.body;
    auto district = federation.partner("media-platform");
    const auto mirrored = district.post(messagesOf("zz-hetang"), shippedMessage("zz-hetang", "closed_with_rating"), kCsv);
    EXPECT_EQ("1", accountOf(mirrored, "accepted"));
    EXPECT_EQ(1u, federation.tickets().Size());
}

}  // namespace
}  // namespace yht::scenarios
