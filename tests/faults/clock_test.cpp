// The gateway's clock steps while it runs. The partners' clocks are right all the time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/faults/fault_runs.h"
#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

class Clock : public testing::Test {
protected:
    Clock() { step(0, 0); }

    /// Both clocks, so far ahead of the machine's.
    void step(std::int64_t wall_ms, std::int64_t steady_ms) {
        const std::int64_t ahead[] = {wall_ms, steady_ms};
        // In place: the file is mapped by programs that run.
        std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
        if (!file) file.open(path(), std::ios::out | std::ios::binary);
        file.write(reinterpret_cast<const char*>(ahead), sizeof ahead);
    }
    std::string path() const { return federation.directory() + "/clock"; }
    std::vector<std::string> movedClock() const {
        return {"LD_PRELOAD=" YHT_FAULT_SHIM, "YHT_FAULT_CLOCK=" + path()};
    }
    void startGateway() {
        federation.launchGateway(movedClock());
        ASSERT_TRUE(federation.gatewayCameUp());
    }
    std::string posted(PartnerClient& client, const std::string& ref) {
        const auto reply = client.post("/v1/records", appeal("zz-12315", ref));
        const auto document = reply.json();
        return std::to_string(reply.status) + ' ' + (document.IsObject() ? textMember(document, "code") : "");
    }
    void waitForPosted(PartnerClient& client, const std::string& ref, const std::string& answer) {
        Federation::waitUntil(ref + " is answered " + answer, [&] { return posted(client, ref).starts_with(answer); });
    }
    int confirm() { return federation.yht({"clock", "confirm", "--why", "the drill is over"}).exit_code; }

    Federation federation;
};

TEST_F(Clock, ADayBehindJudgesNoSignatureUntilItIsRightAgain) {
    federation.startProvince();
    startGateway();
    auto client = federation.partner("hotline-12315");
    EXPECT_THAT(posted(client, "A-1"), StartsWith("201"));
    step(-kDayMs, 0);
    waitForPosted(client, "A-2", "503 server.clock_wrong");
    EXPECT_EQ(503, federation.askAdmin("/readyz").status);
    // What is committed under the wrong clock does not make it right.
    EXPECT_EQ(0, federation.yht({"reload", "--why", "an entry"}).exit_code);
    EXPECT_EQ("503 server.clock_wrong", posted(client, "A-2"));
    step(0, 0);
    waitForPosted(client, "A-2", "201");
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(Clock, ADayAheadRefusesSignaturesAndBackAgainAnOperatorSaysWhichTimeWasWrong) {
    federation.startProvince();
    startGateway();
    auto client = federation.partner("hotline-12315");
    const auto first = client.post("/v1/records", appeal("zz-12315", "A-1"));
    ASSERT_EQ(201, first.status) << first.body;
    step(kDayMs, 0);
    waitForPosted(client, "A-2", "401 signature.expired");
    EXPECT_EQ(0, federation.yht({"reload", "--why", "an entry of tomorrow"}).exit_code);
    step(0, 0);
    waitForPosted(client, "A-2", "503 server.clock_wrong");
    EXPECT_EQ(0, confirm());
    waitForPosted(client, "A-3", "201");
    EXPECT_THAT(federation.yht({"ledger", "follow", "--idle-s", "1"}).output, HasSubstr("clock.confirm"));
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(Clock, AProvinceThatIsDownForHoursGetsAllOfItOnceAndMarkedLate) {
    federation.startProvince(movedClock());
    startGateway();
    AcknowledgementLog log;
    {
        CarefulPartners partners(federation, log);
        Federation::waitUntil("some are posted", [&] { return log.all().size() >= 10; });
        federation.killProvince();
        const auto before = log.all().size();
        Federation::waitUntil("a backlog has grown", [&] { return log.all().size() >= before + 30; });
        partners.stop();
    }
    step(9 * kHourMs, 9 * kHourMs);
    federation.startProvince(movedClock());
    federation.waitUntilDrained();
    const auto late = federation.askProvince("/records?limit=1000").body;
    EXPECT_THAT(late, HasSubstr(R"("BSFS":"2")"));
    // The oracle posts a last record, signed by today's clock.
    step(0, 0);
    EXPECT_EQ(0, confirm());
    federation.killProvince();  // its nonces are of nine hours later
    federation.startProvince();
    EXPECT_THAT(brokenPromises(federation, log), IsEmpty());
}

}  // namespace
}  // namespace yht::scenarios
