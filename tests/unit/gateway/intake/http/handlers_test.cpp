// What each route answers, over real TLS, with a real ledger behind it.
#include <thread>

#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/openapi.h"
#include "gateway/ledger/format/tree.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"
#include "tests/unit/gateway/intake/http/door_fixture.h"

namespace yht::http {
namespace {

using intake::appeal;
using intake::assignment;
using intake::call;
using intake::process;
using intake::result;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> refsOf(const test::ReceivedAnswer& answer) {
    std::vector<std::string> refs;
    const auto document = json::parse(answer.body);
    if (!document) return refs;
    for (const auto& item : (*document)["items"].GetArray()) {
        refs.push_back(json::textMember(item["record"], "record_ref"));
    }
    return refs;
}

using Refs = std::vector<std::string>;

// ---- POST /v1/records

TEST_F(DoorTest, ARecordIsCreatedWithAReceiptThatVerifies) {
    const auto answer = post("police", appeal("zz110", "a1"));
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(member(answer, "verdict"), "created");
    const auto receipt = ledger::decodeReceipt(rawMember(answer, "receipt"));
    ASSERT_TRUE(receipt.ok());
    EXPECT_EQ(receipt->ticket_no, member(answer, "ticket_no"));
    auto snapshot = *ledger.store().snapshot();
    EXPECT_TRUE(ledger.verify(*receipt, snapshot->entry(receipt->seq)->payload).ok());
}

TEST_F(DoorTest, TheSameAgainIs200WithTheFirstReceipt) {
    const auto first = post("police", appeal("zz110", "a1"));
    const auto again = post("police", appeal("zz110", "a1"));
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(member(again, "verdict"), "duplicate");
    EXPECT_EQ(rawMember(again, "receipt"), rawMember(first, "receipt"));
}

TEST_F(DoorTest, OtherContentUnderTheSameIdentityIs409NamingFieldsOnly) {
    mustTake("police", appeal("zz110", "a1", {{"version", "1"}}));
    const auto answer =
        post("police", appeal("zz110", "a1", {{"version", "1"}, {"title", "另一个标题"}}));
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(codeOf(answer), "record.conflict");
    EXPECT_THAT(answer.body, HasSubstr("/title"));
    EXPECT_THAT(answer.body, Not(HasSubstr("另一个标题")));
}

TEST_F(DoorTest, AnInvalidRecordIs422WithAllItsErrors) {
    const auto answer = post("police", appeal("zz110", "a1", {{"title", ""}, {"urgency", "99"}}));
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(codeOf(answer), "record.invalid");
    EXPECT_THAT(answer.body, HasSubstr(R"("pointer":"/title")"));
    EXPECT_THAT(answer.body, HasSubstr(R"("pointer":"/urgency")"));
}

TEST_F(DoorTest, AnothersSourceIs403) {
    EXPECT_EQ(codeOf(post("police", appeal("zz12345", "a1"))), "speaker.source_not_own");
}

TEST_F(DoorTest, AnArrayIsAnsweredItemByItemWithPointersFromItsPlace) {
    mustTake("police", appeal("zz110", "a1"));
    const auto answer = post(
        "police", "[" + appeal("zz110", "a1") + "," + appeal("zz110", "a2") + "," +
                      appeal("zz110", "a3", {{"title", ""}}) + "]"
    );
    EXPECT_EQ(answer.status, 200);
    const auto document = json::parse(answer.body);
    const auto items = (*document)["items"].GetArray();
    ASSERT_EQ(items.Size(), 3U);
    EXPECT_EQ(json::textMember(items[0], "status"), "200");
    EXPECT_EQ(json::textMember(items[1], "status"), "201");
    EXPECT_EQ(json::textMember(items[2], "status"), "422");
    EXPECT_EQ(json::textMember(items[2]["problem"]["errors"][0], "pointer"), "/2/title");
}

TEST_F(DoorTest, ABodyThatIsNoJsonIs400) {
    EXPECT_EQ(codeOf(post("police", "{\"source\":")), "request.json_malformed");
}

// ---- evidence

TEST_F(DoorTest, AReceiptIsRebuiltByteForByte) {
    const auto answer = post("police", appeal("zz110", "a1"));
    mustTake("police", appeal("zz110", "a2"));
    const auto rebuilt = get("police", "/v1/receipts/" + member(answer, "seq"));
    EXPECT_EQ(rebuilt.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(rebuilt.body));
}

TEST_F(DoorTest, AReceiptOfOthersIsNotThere) {
    const auto answer = post("centre", appeal("zz12345", "a1"));
    EXPECT_EQ(get("centre", "/v1/receipts/" + member(answer, "seq")).status, 200);
    EXPECT_EQ(codeOf(get("police", "/v1/receipts/" + member(answer, "seq"))), "request.not_found");
    for (const char* seq : {"0", "999", "-1", "x", "99999999999999999999999"}) {
        EXPECT_EQ(codeOf(get("centre", std::string("/v1/receipts/") + seq)), "request.not_found")
            << seq;
    }
}

std::vector<base::Bytes> pathOf(const test::ReceivedAnswer& answer) {
    std::vector<base::Bytes> path;
    const auto document = json::parse(answer.body);
    for (const auto& hash : (*document)["path"].GetArray())
        path.push_back(*base::fromBase64(hash.GetString()));
    return path;
}

/// Lines of a checkpoint: origin, size, root.
std::vector<std::string> linesOf(const std::string& note) {
    std::vector<std::string> lines;
    std::istringstream in(note);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

TEST_F(DoorTest, InclusionAndConsistencyAreProvenAgainstTheCheckpoints) {
    const auto first = post("police", appeal("zz110", "a1"));
    const auto early = linesOf(get("police", "/v1/checkpoint").body);
    mustTake("police", appeal("zz110", "a2"));
    mustTake("police", appeal("zz110", "a3"));
    const auto late = linesOf(get("police", "/v1/checkpoint").body);
    const auto root = *base::fromBase64(late[2]);

    const auto receipt = *ledger::decodeReceipt(rawMember(first, "receipt"));
    const auto inclusion =
        pathOf(get("police", "/v1/proof?seq=" + member(first, "seq") + "&size=" + late[1]));
    EXPECT_EQ(
        *ledger::rootFromInclusion(
            receipt.seq - 1, std::stoull(late[1]), ledger::leafHash(receipt.leaf), inclusion
        ),
        root
    );

    const auto consistency =
        pathOf(get("police", "/v1/proof?first=" + early[1] + "&size=" + late[1]));
    EXPECT_TRUE(ledger::verifyConsistency(
        std::stoull(early[1]), std::stoull(late[1]), *base::fromBase64(early[2]), root, consistency
    ));
}

TEST_F(DoorTest, AProofOutsideTheTreeIs400) {
    mustTake("police", appeal("zz110", "a1"));
    for (const char* query :
         {"", "?seq=1&first=1", "?seq=0&size=1", "?seq=3&size=1", "?seq=1&size=99", "?first=x"}) {
        EXPECT_EQ(
            codeOf(get("police", std::string("/v1/proof") + query)), "request.parameter_invalid"
        ) << query;
    }
}

// ---- tickets

TEST_F(DoorTest, ATicketIsShownAsFoldedWithItsRecords) {
    const auto ticket_no = mustTake("centre", appeal("zz12345", "a1", {{"ticket_ref", "T1"}}));
    mustTake("centre", assignment("zz12345", "d1", {{"ticket_ref", "T1"}}));
    const auto answer = get("centre", "/v1/tickets/" + ticket_no);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(member(answer, "ticket_no"), ticket_no);
    EXPECT_EQ(member(answer, "state.code"), "41");
    const auto document = json::parse(answer.body);
    ASSERT_EQ((*document)["records"].Size(), 2U);
    EXPECT_EQ(json::textMember((*document)["records"][0]["record"], "record_ref"), "a1");
    EXPECT_EQ(json::textMember((*document)["assignments"][0], "org_code"), "430202001");
    EXPECT_THAT(answer.body, HasSubstr(R"({"party":"zz12345","number":"T1"})"));
}

TEST_F(DoorTest, ATicketIsFoundByAPartysNumber) {
    const auto ticket_no = mustTake("centre", appeal("zz12345", "a1", {{"ticket_ref", "甲 1"}}));
    EXPECT_EQ(
        member(get("centre", "/v1/tickets?source=zz12345&ticket_ref=%E7%94%B2%201"), "ticket_no"),
        ticket_no
    );
    EXPECT_EQ(
        codeOf(get("centre", "/v1/tickets?source=zz12345&ticket_ref=T2")), "request.not_found"
    );
    EXPECT_EQ(codeOf(get("centre", "/v1/tickets?source=zz12345")), "request.parameter_invalid");
}

TEST_F(DoorTest, ATicketThatAPartnerMayNotSeeIsNotThere) {
    const auto ticket_no = mustTake("centre", appeal("zz12345", "a1", {{"ticket_ref", "T1"}}));
    const auto refused = get("police", "/v1/tickets/" + ticket_no);
    const auto absent = get("police", "/v1/tickets/430200-20190418-0000123-7");
    EXPECT_EQ(refused.status, 404);
    EXPECT_EQ(refused.body, absent.body);
    EXPECT_EQ(get("police", "/v1/tickets?source=zz12345&ticket_ref=T1").status, 404);
}

constexpr const char* kName = "张三丰";
constexpr const char* kPhone = "19900000001";

TEST_F(DoorTest, ASecretTicketsCitizenIsHiddenFromTheUnitAndShownToTheCentre) {
    const intake::Fields citizen = {
        {"ticket_ref", "T1"},
        {"is_secret", "true"},
        {"is_anonymous", "false"},
        {"caller_name", kName},
        {"caller_phone", kPhone}};
    const auto ticket_no = mustTake("centre", appeal("zz12345", "a1", citizen));
    mustTake("centre", assignment("zz12345", "d1", {{"ticket_ref", "T1"}}));
    const auto unit = get("water", "/v1/tickets/" + ticket_no);
    EXPECT_EQ(unit.status, 200);
    const auto feed = get("water", "/v1/changes");
    EXPECT_EQ(refsOf(feed), (Refs{"a1", "d1"}));
    for (const auto* answer : {&unit, &feed}) {
        EXPECT_THAT(answer->body, Not(HasSubstr(kName)));
        EXPECT_THAT(answer->body, Not(HasSubstr(kPhone)));
    }
    EXPECT_THAT(get("centre", "/v1/tickets/" + ticket_no).body, HasSubstr(kName));
}

TEST_F(DoorTest, ASecretTicketsCitizenIsHiddenInOthersWordsToo) {
    const intake::Fields citizen = {
        {"ticket_ref", "T1"},
        {"is_secret", "true"},
        {"is_anonymous", "false"},
        {"caller_name", kName},
        {"caller_phone", kPhone}};
    const auto ticket_no = mustTake("centre", appeal("zz12345", "a1", citizen));
    mustTake("centre", assignment("zz12345", "d1", {{"ticket_ref", "T1"}}));
    mustTake(
        "centre", result(
                      "zz12345", "r1",
                      {{"ticket_ref", "T1"}, {"handling_detail", "已与张三丰(19900000001)联系"}}
                  )
    );
    for (const auto& answer : {get("water", "/v1/tickets/" + ticket_no), get("water", "/v1/changes")}) {
        EXPECT_THAT(answer.body, HasSubstr("已与****(****)联系"));
        EXPECT_THAT(answer.body, Not(HasSubstr(kName)));
    }
}

TEST_F(DoorTest, ATicketWithoutItsAppealHidesItsCitizen) {
    mustTake(
        "centre",
        assignment("zz12345", "d1", {{"ticket_ref", "T1"}, {"advice", "请联系19900000001"}})
    );
    EXPECT_THAT(get("water", "/v1/changes").body, HasSubstr("请联系****"));
}

TEST_F(DoorTest, ASecretTicketsOwnSourceSeesItsCitizen) {
    const auto ticket_no = mustTake(
        "police", appeal(
                      "zz110", "a1",
                      {{"is_secret", "true"},
                       {"is_anonymous", "false"},
                       {"caller_name", kName},
                       {"caller_phone", kPhone},
                       {"ticket_ref", "J1"}}
                  )
    );
    EXPECT_THAT(get("police", "/v1/tickets/" + ticket_no).body, HasSubstr(kName));
}

// ---- changes

TEST_F(DoorTest, ChangesAreOthersRecordsOnVisibleTickets) {
    mustTake("police", appeal("zz110", "a1", {{"ticket_ref", "J1"}}));
    mustTake(
        "centre",
        assignment("zz12345", "d1", {{"ticket_ref", "T1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    mustTake("centre", appeal("zz12345", "a2", {{"ticket_ref", "T2"}}));
    EXPECT_EQ(refsOf(get("police", "/v1/changes")), (Refs{"d1"}));
    EXPECT_EQ(refsOf(get("centre", "/v1/changes")), (Refs{"a1"}));
}

TEST_F(DoorTest, NextAdvancesPastWhatIsNotShownAndNothingComesTwice) {
    mustTake("centre", appeal("zz12345", "a1"));
    const auto nothing = get("police", "/v1/changes");
    EXPECT_EQ(refsOf(nothing), Refs{});
    EXPECT_EQ(member(nothing, "next"), std::to_string((*ledger.store().snapshot())->lastSeq()));
    mustTake("police", appeal("zz110", "b1", {{"ticket_ref", "J1"}}));
    mustTake(
        "centre",
        assignment("zz12345", "d1", {{"ticket_ref", "T1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    mustTake("centre", result("zz12345", "r1", {{"ticket_ref", "T1"}}));
    const auto first = get("police", "/v1/changes?limit=1&after=" + member(nothing, "next"));
    EXPECT_EQ(refsOf(first), (Refs{"d1"}));
    const auto second = get("police", "/v1/changes?after=" + member(first, "next"));
    EXPECT_EQ(refsOf(second), (Refs{"r1"}));
    EXPECT_EQ(refsOf(get("police", "/v1/changes?after=" + member(second, "next"))), Refs{});
}

TEST_F(DoorTest, ACursorOutlivesARestoredLedger) {
    mustTake("centre", appeal("zz12345", "kept", {{"ticket_ref", "T1"}}));
    ledger.backup();
    mustTake("centre", appeal("zz12345", "lost", {{"ticket_ref", "T2"}}));
    mustTake("police", appeal("zz110", "lost", {{"ticket_ref", "J1"}}));
    const auto before = member(get("centre", "/v1/changes"), "next");
    door.reset();
    ledger.loseSinceBackup();
    admission.emplace(ledger.store(), random);
    reopen();
    mustTake(
        "police",
        process("zz110", "after", {{"ticket_ref", "J2"}, {"other_refs", R"(["zz12345/T1"])"}})
    );
    const auto answer = get("centre", "/v1/changes?after=" + before);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(refsOf(answer), Refs{"after"});
    EXPECT_THAT(member(answer, "next"), testing::StartsWith("2."));
    EXPECT_EQ(refsOf(get("centre", "/v1/changes?after=" + member(answer, "next"))), Refs{});
    for (const char* wrong : {"3.1", "2.999999", "0.1", "2.", "2.-1", "1.2.3"}) {
        EXPECT_EQ(
            codeOf(get("centre", std::string("/v1/changes?after=") + wrong)),
            "request.parameter_invalid"
        ) << wrong;
    }
}

TEST_F(DoorTest, ParametersOfChangesAreBounded) {
    for (const char* query : {"after=1", "limit=0", "limit=501", "wait=26", "wait=-1", "after=x"}) {
        EXPECT_EQ(
            codeOf(get("police", std::string("/v1/changes?") + query)), "request.parameter_invalid"
        ) << query;
    }
}

TEST_F(DoorTest, AWaitingPartnerIsToldAsSoonAsSomethingComes) {
    mustTake("police", appeal("zz110", "a1", {{"ticket_ref", "J1"}}));
    auto waiting = connect("police");
    waiting.send("GET /v1/changes?wait=25 HTTP/1.1\r\nhost: h\r\n\r\n");
    waitForMetric("yht_door_long_polls 1");
    mustTake("centre", appeal("zz12345", "a2"));  // not police's: it goes on waiting
    mustTake(
        "centre",
        assignment("zz12345", "d1", {{"ticket_ref", "T1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    EXPECT_EQ(refsOf(waiting.receive()), (Refs{"d1"}));
    waitForMetric("yht_door_long_polls 0");
}

TEST_F(DoorTest, APartnerWaitsOnceAtATime) {
    auto waiting = connect("police");
    waiting.send("GET /v1/changes?wait=25 HTTP/1.1\r\nhost: h\r\n\r\n");
    waitForMetric("yht_door_long_polls 1");
    const auto second = get("police", "/v1/changes?wait=25");
    EXPECT_EQ(codeOf(second), "request.too_many");
    EXPECT_EQ(second.fields.at("retry-after"), "5");
    EXPECT_EQ(get("police", "/v1/changes?wait=0").status, 200);
}

TEST_F(DoorTest, AboveAQuarterOfTheConnectionsAWaitIsAnsweredAtOnce) {
    reopen([](DoorOptions& options) { options.partner_limits.connections_max = 4; });
    auto waiting = connect("police");
    waiting.send("GET /v1/changes?wait=25 HTTP/1.1\r\nhost: h\r\n\r\n");
    waitForMetric("yht_door_long_polls 1");
    EXPECT_EQ(get("centre", "/v1/changes?wait=25").status, 200);
}

TEST_F(DoorTest, AWaitLastsAsLongAsItAskedForAndNoLonger) {
    const auto lastSeq = [this] { return (*ledger.store().snapshot())->lastSeq(); };
    reopenWith(manual_clock);
    auto waiting = connect("police");
    waiting.send("GET /v1/changes?wait=25 HTTP/1.1\r\nhost: h\r\n\r\n");
    ASSERT_TRUE(watched->isAwaitedAfter(lastSeq()));
    manual_clock.advance(24'999);
    mustTake("centre", appeal("zz12345", "a1"));  // wakes it; not police's
    ASSERT_TRUE(watched->isAwaitedAfter(lastSeq()));
    manual_clock.advance(1);
    const auto answer = waiting.receive();
    EXPECT_EQ(refsOf(answer), Refs{});
    // What it has looked at meanwhile it need not look at again.
    EXPECT_EQ(member(answer, "next"), std::to_string(lastSeq()));
}

TEST_F(DoorTest, TwentyFiveSecondsIsTheLongestWait) {
    EXPECT_EQ(kChangesWaitSecondsMax, 25U);
    mustTake("police", appeal("zz110", "a1", {{"ticket_ref", "J1"}}));
    mustTake(
        "centre",
        assignment("zz12345", "d1", {{"ticket_ref", "T1"}, {"other_refs", R"(["zz110/J1"])"}})
    );
    EXPECT_EQ(refsOf(get("police", "/v1/changes?wait=25")), (Refs{"d1"}));
    EXPECT_EQ(codeOf(get("police", "/v1/changes?wait=26")), "request.parameter_invalid");
}

TEST_F(DoorTest, FiveHundredItemsIsTheMost) {
    mustTake("police", appeal("zz110", "a0", {{"ticket_ref", "J0"}}));
    for (int batch = 0; batch < 2; ++batch) takeMany("centre", 300, R"(["zz110/J0"])");
    const auto first = get("police", "/v1/changes?limit=500");
    EXPECT_EQ(refsOf(first).size(), 500U);
    EXPECT_EQ(refsOf(get("police", "/v1/changes?limit=500&after=" + member(first, "next"))).size(), 100U);
    EXPECT_EQ(codeOf(get("police", "/v1/changes?limit=501")), "request.parameter_invalid");
}

TEST_F(DoorTest, FiveThousandEntriesAreExaminedAtMostAndNextAdvancesPastThem) {
    for (int batch = 0; batch < 11; ++batch) takeMany("centre", 500, "");
    const auto last = (*ledger.store().snapshot())->lastSeq();
    ASSERT_GT(last, 5'500U);
    // Nothing is police's; the answer comes at once all the same, for there is more to look at.
    const auto first = get("police", "/v1/changes?wait=25");
    EXPECT_EQ(refsOf(first), Refs{});
    EXPECT_EQ(member(first, "next"), "5000");
    EXPECT_EQ(member(get("police", "/v1/changes?after=5000"), "next"), std::to_string(last));
}

TEST_F(DoorTest, AWaitEndsWhenTheGatewayStops) {
    reopen([](DoorOptions& options) { options.drain_ms = 20'000; });
    auto waiting = connect("police");
    waiting.send("GET /v1/changes?wait=25 HTTP/1.1\r\nhost: h\r\n\r\n");
    waitForMetric("yht_door_long_polls 1");
    std::jthread stopping([this] { door->stop(); });
    EXPECT_EQ(waiting.receive().status, 200);
}

TEST_F(DoorTest, ACallWithoutATicketGoesToTheProvinceOnly) {
    EXPECT_EQ(post("centre", call("zz12345", "c1")).status, 201);
    EXPECT_EQ(refsOf(get("police", "/v1/changes")), Refs{});
    change("police", [](trust::Partner& p) {
        p.grants.push_back({trust::Right::ReadProvince, ""});
    });
    EXPECT_EQ(refsOf(get("police", "/v1/changes")), (Refs{"c1"}));
}

// ---- vocabulary

TEST_F(DoorTest, ACodeListIsShownWithItsDates) {
    const auto answer = get("guest", "/v1/codes/channel");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(member(answer, "list"), "channel");
    EXPECT_THAT(answer.body, HasSubstr("valid_from"));
    EXPECT_EQ(codeOf(get("guest", "/v1/codes/nothing")), "request.not_found");
}

TEST_F(DoorTest, TheSpecificationIsServedToWhoeverIsKnown) {
    const std::pair<const char*, const char*> all[] = {
        {"/v1/openapi.yaml", "application/yaml"},
        {"/v1/schema/records.schema.json", "application/schema+json"},
        {"/v1/schema/codes.json", "application/json"},
        {"/v1/schema/fields.md", "text/markdown; charset=utf-8"},
    };
    for (const auto& [path, type] : all) {
        const auto answer = get("guest", path);
        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_EQ(answer.fields.at("content-type"), type) << path;
    }
    EXPECT_EQ(get("guest", "/v1/openapi.yaml").body, openApiText());
    EXPECT_TRUE(json::parse(get("guest", "/v1/schema/records.schema.json").body).ok());
}

}  // namespace
}  // namespace yht::http
