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

TEST(SourcePitfalls, P01_ACaseThatIsSentAgainAfterALostAnswerIsStillOneTicket) {
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

TEST(SourcePitfalls, P21_TheCentresOwnTicketComingBackInAnExportIsThatTicket) {
    Federation federation;
    shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-media");
    // A district's sub-centre may join the city's tickets.
    replaceInDeployment(
        federation, "partners.yaml", "sources: [zz-media, zz-hetang]\n    rights: [submit_own, read_own, read_evidence]",
        "sources: [zz-media, zz-hetang]\n    rights: [submit_own, read_own, read_evidence, \"join_city:4302\"]"
    );
    federation.startGateway();
    auto centre = federation.partner("centre");
    // 市级编号 of the sample is the centre's number.
    const auto posted = centre.post("/v1/records", appeal("zz-12345", "240123083302000123"));
    ASSERT_EQ(201, posted.status) << posted.body;
    auto district = federation.partner("media-platform");
    const auto mirrored = district.post(messagesOf("zz-hetang"), shippedMessage("zz-hetang", "closed_with_rating"), kCsv);
    EXPECT_EQ("1", accountOf(mirrored, "accepted"));
    EXPECT_EQ(1u, federation.tickets().Size());
}

}  // namespace
}  // namespace yht::scenarios
