// Many names, one ticket: the rules of ticket_names.h, and the attacks on them.
#include "gateway/intake/admission/ticket_names.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"

namespace yht::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using TicketNamesTest = AdmissionTest;

TEST_F(TicketNamesTest, RecordsOfOneNumberShareATicket) {
    const ItemAnswer first = post("centre", appeal("zz12345", "A1", {{"ticket_ref", "C1"}}));
    const ItemAnswer second = post("centre", result("zz12345", "R1", {{"ticket_ref", "C1"}}));
    EXPECT_EQ(first.ticket_no, second.ticket_no);
    EXPECT_THAT(namesOf(first.ticket_no), ElementsAre("zz12345/C1"));
}

TEST_F(TicketNamesTest, TheNumberIsOfTheSourcesRegion) {
    EXPECT_EQ("430200-", post("police", appeal("zz110", "J1")).ticket_no.substr(0, 7));
}

TEST_F(TicketNamesTest, AnAppealWithoutATicketRefIsNamedByItsOwnReference) {
    const ItemAnswer first = post("police", appeal("zz110", "J1"));
    EXPECT_EQ(
        first.ticket_no, post("police", process("zz110", "P1", {{"ticket_ref", "J1"}})).ticket_no
    );
}

TEST_F(TicketNamesTest, ResultBeforeItsAppealNumbersTheTicket) {
    const ItemAnswer early = post("centre", result("zz12345", "R1", {{"ticket_ref", "C1"}}));
    EXPECT_EQ("created", outcome(early));
    EXPECT_NE("", early.ticket_no);
    EXPECT_EQ(
        early.ticket_no, post("centre", appeal("zz12345", "A1", {{"ticket_ref", "C1"}})).ticket_no
    );
}

TEST_F(TicketNamesTest, TwoPartiesNumbersJoinOneTicket) {
    const ItemAnswer from_police = post("police", appeal("zz110", "J1"));
    const ItemAnswer from_centre = post(
        "centre",
        process("zz12345", "P1", {{"ticket_ref", "C1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    EXPECT_EQ(from_police.ticket_no, from_centre.ticket_no);
    EXPECT_THAT(namesOf(from_police.ticket_no), UnorderedElementsAre("zz110/J1", "zz12345/C1"));
    EXPECT_EQ(
        from_police.ticket_no,
        post("centre", result("zz12345", "R1", {{"ticket_ref", "C1"}})).ticket_no
    );
}

TEST_F(TicketNamesTest, OrderOfTwoPartiesMakesNoDifference) {
    const ItemAnswer from_centre = post(
        "centre",
        process("zz12345", "P1", {{"ticket_ref", "C1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    EXPECT_EQ(from_centre.ticket_no, post("police", appeal("zz110", "J1")).ticket_no);
}

TEST_F(TicketNamesTest, TheGatewaysNumberJoins) {
    const std::string ticket_no = post("police", appeal("zz110", "J1")).ticket_no;
    const ItemAnswer answer =
        post("centre", result("zz12345", "R1", {{"ticket_ref", "C1"}, {"ticket_no", ticket_no}}));
    EXPECT_EQ(ticket_no, answer.ticket_no);
}

TEST_F(TicketNamesTest, NamesGivenEarlierInTheSameMessageAreSeen) {
    const std::vector<ItemAnswer> answers = postAll(
        "centre", {appeal("zz12345", "A1", {{"ticket_ref", "C1"}}),
                   process("zz12345", "P1", {{"ticket_ref", "C1"}}),
                   process("zz12345", "P2", {{"ticket_ref", "C2"}})}
    );
    EXPECT_EQ(answers[0].ticket_no, answers[1].ticket_no);
    EXPECT_NE(answers[0].ticket_no, answers[2].ticket_no);
}

TEST_F(TicketNamesTest, ARecordNamingTwoTicketsIsRefused) {
    post("centre", appeal("zz12345", "A1", {{"ticket_ref", "C1"}}));
    post("centre", appeal("zz12345", "A2", {{"ticket_ref", "C2"}}));
    const ItemAnswer answer = post(
        "centre",
        process("zz12345", "P1", {{"ticket_ref", "C1"}, {"other_refs", R"(["zz12345/C2"])"}})
    );
    EXPECT_EQ("record.alias_conflict", outcome(answer));
    EXPECT_THAT(pointers(answer), ElementsAre("/ticket_ref", "/other_refs/0"));
}

TEST_F(TicketNamesTest, ALaterVersionCannotMoveToAnotherTicket) {
    post("centre", appeal("zz12345", "A2", {{"ticket_ref", "C2"}}));
    post("centre", process("zz12345", "P1", {{"ticket_ref", "C1"}, {"version", "1"}}));
    const ItemAnswer answer =
        post("centre", process("zz12345", "P1", {{"ticket_ref", "C2"}, {"version", "2"}}));
    EXPECT_EQ("record.alias_conflict", outcome(answer));
}

TEST_F(TicketNamesTest, ALaterVersionMayAddAName) {
    const ItemAnswer first = post("centre", appeal("zz12345", "A1", {{"version", "1"}}));
    post("centre", appeal("zz12345", "A1", {{"version", "2"}, {"ticket_ref", "C1"}}));
    EXPECT_THAT(namesOf(first.ticket_no), UnorderedElementsAre("zz12345/A1", "zz12345/C1"));
}

TEST_F(TicketNamesTest, AnUnknownTicketNumberIsRefused) {
    const ItemAnswer answer = post(
        "centre", process("zz12345", "P1", {{"ticket_ref", "C1"}, {"ticket_no", unknownTicket()}})
    );
    EXPECT_EQ("record.ticket_unknown", outcome(answer));
    EXPECT_THAT(pointers(answer), ElementsAre("/ticket_no"));
}

TEST_F(TicketNamesTest, AnothersTicketNumberIsRefusedAsIfItWereUnknown) {
    const std::string ticket_no = post("police", appeal("zz110", "J1")).ticket_no;
    const ItemAnswer known =
        post("media", process("zz-media", "P1", {{"ticket_ref", "M1"}, {"ticket_no", ticket_no}}));
    const ItemAnswer unknown = post(
        "media", process("zz-media", "P1", {{"ticket_ref", "M1"}, {"ticket_no", unknownTicket()}})
    );
    ASSERT_TRUE(known.error && unknown.error);
    EXPECT_EQ(base::ErrorCode::TicketUnknown, known.error->code);
    EXPECT_EQ(unknown.error->fields, known.error->fields);
    EXPECT_THAT(namesOf(ticket_no), ElementsAre("zz110/J1"));
}

TEST_F(TicketNamesTest, APartnerCannotJoinAnothersTicketByItsNumber) {
    const ItemAnswer victim = post("police", appeal("zz110", "J1"));
    const ItemAnswer attack = post(
        "media",
        process("zz-media", "P1", {{"ticket_ref", "M1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    EXPECT_EQ("created", outcome(attack));
    EXPECT_NE(victim.ticket_no, attack.ticket_no);
    EXPECT_THAT(namesOf(victim.ticket_no), ElementsAre("zz110/J1"));
}

TEST_F(TicketNamesTest, APartnerCannotCaptureAnothersNumber) {
    const ItemAnswer attack = post(
        "media",
        process("zz-media", "P1", {{"ticket_ref", "M1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    const ItemAnswer victim = post("police", appeal("zz110", "J1"));
    EXPECT_NE(attack.ticket_no, victim.ticket_no);
    EXPECT_THAT(namesOf(attack.ticket_no), ElementsAre("zz-media/M1"));
}

TEST_F(TicketNamesTest, AnothersNumberAloneIsUnknownWhetherItIsThereOrNot) {
    post("police", appeal("zz110", "J1"));
    const ItemAnswer there =
        post("media", process("zz-media", "P1", {{"other_refs", R"(["zz110/J1"])"}}));
    const ItemAnswer absent =
        post("media", process("zz-media", "P1", {{"other_refs", R"(["zz110/J2"])"}}));
    EXPECT_EQ("record.ticket_unknown", outcome(there));
    EXPECT_EQ("record.ticket_unknown", outcome(absent));
    ASSERT_TRUE(absent.error && there.error);
    EXPECT_EQ(absent.error->fields, there.error->fields);
}

TEST_F(TicketNamesTest, AUnitsSignInMayComeBeforeItsAssignment) {
    const std::string ticket_no =
        post("centre", appeal("zz12345", "A1", {{"ticket_ref", "C1"}})).ticket_no;
    const ItemAnswer sign_in = post(
        "water",
        process("zz-water", "S1", {{"ticket_ref", "W1"}, {"other_refs", R"(["zz12345/C1"])"}})
    );
    EXPECT_EQ(ticket_no, sign_in.ticket_no);
    EXPECT_EQ(
        ticket_no, post("centre", assignment("zz12345", "D1", {{"ticket_ref", "C1"}})).ticket_no
    );
    EXPECT_EQ(ticket_no, post("water", result("zz-water", "R1", {{"ticket_ref", "W1"}})).ticket_no);
}

TEST_F(TicketNamesTest, APartyThatIsNoSourceIsNeverNamedInAdvance) {
    const ItemAnswer answer =
        post("centre", appeal("zz12345", "A1", {{"other_refs", R"(["hn-province/430000X"])"}}));
    EXPECT_THAT(namesOf(answer.ticket_no), ElementsAre("zz12345/A1"));
}

TEST_F(TicketNamesTest, ACallStandsAloneOrJoinsButNeverNumbers) {
    EXPECT_EQ("", post("centre", call("zz12345", "L1")).ticket_no);
    EXPECT_EQ("", post("centre", call("zz12345", "L2", {{"ticket_ref", "C1"}})).ticket_no);
    const std::string ticket_no =
        post("centre", appeal("zz12345", "A1", {{"ticket_ref", "C1"}})).ticket_no;
    EXPECT_EQ(ticket_no, post("centre", call("zz12345", "L3", {{"ticket_ref", "C1"}})).ticket_no);
    EXPECT_THAT(namesOf(ticket_no), ElementsAre("zz12345/C1"));
}

TEST_F(TicketNamesTest, AFilingMayNameSeveralTickets) {
    const std::string first = post("centre", appeal("zz12345", "C1")).ticket_no;
    post("centre", appeal("zz12345", "C2"));
    const ItemAnswer answer =
        post("centre", filing("zz12345", "F1", {{"other_refs", R"(["zz12345/C1","zz12345/C2"])"}}));
    EXPECT_EQ("created", outcome(answer));
    EXPECT_EQ(first, answer.ticket_no);
}

TEST_F(TicketNamesTest, ATicketHasABoundedNumberOfNames) {
    const auto naming = [](std::size_t version) {
        std::string refs = "[";
        for (int i = 0; i < 16; ++i) {
            refs += (i ? ",\"" : "\"") +
                    ("zz12345/N" + std::to_string(version) + "-" + std::to_string(i)) + "\"";
        }
        return process(
            "zz12345", "P1",
            {{"ticket_ref", "C1"}, {"version", std::to_string(version)}, {"other_refs", refs + "]"}}
        );
    };
    const std::size_t full = kTicketNamesMax / 16;
    for (std::size_t version = 1; version < full; ++version) {
        ASSERT_EQ("created", outcome(post("centre", naming(version))));
    }
    const ItemAnswer answer = post("centre", naming(full));
    EXPECT_EQ("record.invalid", outcome(answer));
    EXPECT_THAT(pointers(answer), ElementsAre("/other_refs"));
}

}  // namespace
}  // namespace yht::intake
