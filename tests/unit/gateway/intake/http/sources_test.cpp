// POST /v1/sources/{source}/messages over real TLS, a real ledger behind it. The format: line_adapter.h.
#include "tests/unit/gateway/intake/admission/admission_fixture.h"
#include "tests/unit/gateway/intake/admission/line_adapter.h"
#include "tests/unit/gateway/intake/http/door_fixture.h"

namespace yht::http {
namespace {

using intake::appeal;
using ::testing::HasSubstr;
using ::testing::Not;

class SourceDoorTest : public DoorTest {
protected:
    SourceDoorTest() {
        adapter = std::make_shared<intake::LineAdapter>("zz110");
        adapters = std::make_unique<intake::SourceAdaptersHolder>(
            intake::SourceAdapters{{"zz110", adapter}}
        );
        messages = std::make_unique<intake::SourceMessages>(
            ledger.store(), random, std::function<void(const std::string&)>()
        );
        reopen([this](DoorOptions& options) {
            options.source_messages = messages.get();
            options.source_adapters = adapters.get();
        });
    }
    ~SourceDoorTest() override { door.reset(); }

    test::ReceivedAnswer send(
        const std::string& name, const std::string& source, const std::string& body,
        const std::string& fields = "", const std::string& type = "application/json"
    ) {
        trust::HttpHead head;
        head.method = "POST";
        head.target_uri = std::string(kBaseUrl) + "/v1/sources/" + source + "/messages";
        head.set("content-type", type);
        EXPECT_TRUE(trust::signMessage(head, body, keyOf(name), clock.nowMillis()).ok());
        std::string out = "POST /v1/sources/" + source + "/messages HTTP/1.1\r\nhost: gateway.test:8443\r\n" + fields;
        for (const auto& [field, value] : head.fields) out += field + ": " + value + "\r\n";
        out += "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        return connect(name).ask(out);
    }

    std::shared_ptr<intake::LineAdapter> adapter;
    std::unique_ptr<intake::SourceAdaptersHolder> adapters;
    std::unique_ptr<intake::SourceMessages> messages;
};

TEST_F(SourceDoorTest, AMessageIsAnsweredItemByItemWithReceiptsAfterTheCommit) {
    const auto answer = send("police", "zz110", appeal("zz110", "J-1") + "\nignore heartbeat\n");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(member(answer, "account.received"), "2");
    EXPECT_EQ(member(answer, "account.accepted"), "1");
    EXPECT_EQ(member(answer, "message_seq"), "1");
    EXPECT_EQ(get("police", "/v1/receipts/1").body, rawMember(answer, "receipt"));
    EXPECT_THAT(answer.body, HasSubstr("\"verdict\":\"ignored\""));
}

TEST_F(SourceDoorTest, QuarantineIs202AndNamesPathsAndCodesNeverValues) {
    const auto bad = appeal("zz110", "J-2", {{"urgency", "极其紧急"}});
    const auto answer = send("police", "zz110", appeal("zz110", "J-1") + "\n" + bad + "\n");
    EXPECT_EQ(answer.status, 202) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("\"pointer\":\"/row/urgency\""));
    EXPECT_THAT(answer.body, HasSubstr("\"quarantine_no\":\"1\""));
    EXPECT_THAT(answer.body, Not(HasSubstr("极其紧急")));
}

TEST_F(SourceDoorTest, ASourceIsOnlyForWhoSpeaksForIt) {
    const auto item = appeal("zz110", "J-1") + "\n";
    EXPECT_EQ(codeOf(send("centre", "zz110", item)), "speaker.source_not_own");
    EXPECT_EQ(codeOf(send("centre", "zz-nobody", item)), "speaker.source_not_own");
    EXPECT_EQ(codeOf(send("centre", "zz12345", item)), "adapter.source_unknown");
    EXPECT_EQ(codeOf(send("guest", "zz110", item)), "speaker.right_missing");
}

TEST_F(SourceDoorTest, AContentTypeThatTheFormatDoesNotTakeIs415) {
    const auto answer = send("police", "zz110", "{}\n", "", "image/png");
    EXPECT_EQ(answer.status, 415);
    EXPECT_THAT(answer.body, HasSubstr("application/json"));
}

TEST_F(SourceDoorTest, TheSameKeyGetsTheSameAnswerAndOtherBytes422) {
    const auto item = appeal("zz110", "J-1") + "\n";
    const auto first = send("police", "zz110", item, "idempotency-key: \"abc\"\r\n");
    EXPECT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(first.body, send("police", "zz110", item, "idempotency-key: abc\r\n").body);
    const auto other = send("police", "zz110", "ignore x\n", "idempotency-key: \"abc\"\r\n");
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(codeOf(other), "request.idempotency_key_reused");
}

TEST_F(SourceDoorTest, AKeyBeyondItsBoundIs400) {
    const std::string key(intake::kIdempotencyKeyBytesMax + 1, 'k');
    EXPECT_EQ(codeOf(send("police", "zz110", "ignore x\n", "idempotency-key: \"" + key + "\"\r\n")), "request.malformed");
    EXPECT_EQ(codeOf(send("police", "zz110", "ignore x\n", "idempotency-key: \"\"\r\n")), "request.malformed");
}

TEST_F(SourceDoorTest, AnAdapterThatIsSwappedActsOnTheNextMessage) {
    const auto item = "fail /row/title " + appeal("zz110", "J-1") + "\n";
    EXPECT_EQ(send("police", "zz110", item).status, 202);
    auto mended = std::make_shared<intake::LineAdapter>("zz110");
    mended->mend();
    adapters->replace(std::make_shared<const intake::SourceAdapters>(intake::SourceAdapters{{"zz110", mended}}));
    EXPECT_EQ(send("police", "zz110", item).status, 200);
    adapters->replace(std::make_shared<const intake::SourceAdapters>());
    EXPECT_EQ(codeOf(send("police", "zz110", item)), "adapter.source_unknown");
}

TEST_F(SourceDoorTest, CountersCarryTheSourceAndTheVerdict) {
    send("police", "zz110", appeal("zz110", "J-1") + "\nignore x\n");
    waitForMetric("yht_source_items{source=\"zz110\",verdict=\"accepted\"} 1");
    waitForMetric("yht_source_items{source=\"zz110\",verdict=\"ignored\"} 1");
    waitForMetric("yht_source_items{source=\"zz110\",verdict=\"received\"} 2");
}

}  // namespace
}  // namespace yht::http
