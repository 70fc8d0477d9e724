// The disk fails under the real gateway: at random moments, fully, and by being wrong afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gateway/base/random.h"
#include "tests/faults/fault_runs.h"
#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::HasSubstr;
using testing::IsEmpty;

class Disk : public testing::Test {
protected:
    std::string ledger() { return federation.deployment() + "/data/ledger.db"; }
    /// Status and problem code of one post.
    std::string posted(PartnerClient& client, const std::string& ref) {
        const auto reply = client.post("/v1/records", appeal("zz-12315", ref));
        const auto document = reply.json();
        return std::to_string(reply.status) + (document.IsObject() ? " " + textMember(document, "code") : "");
    }
    Federation federation;
};

/// YHT_POWER_FAILURES raises the number for a long run, YHT_SEED makes another run of it.
TEST_F(Disk, ThePowerMayFailAtRandomMoments) {
    const auto seed = setting("YHT_SEED", 20190418);
    SCOPED_TRACE("YHT_SEED=" + std::to_string(seed));
    base::SeededRandom random(seed);
    std::vector<std::string> moments;
    for (std::uint64_t i = 0; i < setting("YHT_POWER_FAILURES", 4); ++i) {
        const bool at_sync = random.below(2) == 0;
        moments.push_back((at_sync ? "sync:" + std::to_string(1 + random.below(30))
                                   : "write:" + std::to_string(1 + random.below(600))) +
                          (random.below(2) == 0 ? ":before" : ":after"));
    }
    federation.startProvince();
    EXPECT_THAT(endsAt(federation, End::PowerFailure, moments), IsEmpty());
}

TEST_F(Disk, AFailedSyncEndsTheGatewayAndNothingAcknowledgedIsLost) {
    federation.startProvince();
    federation.launchGateway(failingDisk({"YHT_FAULT_SYNC_ERROR=12"}));
    AcknowledgementLog log;
    CarefulPartners partners(federation, log);
    EXPECT_EQ(70, federation.awaitGatewaysEnd());
    federation.startGateway();
    partners.stop();
    EXPECT_THAT(brokenPromises(federation, log), IsEmpty());
}

TEST_F(Disk, AFullDiskIsAnswered503AndNeedsNoRestart) {
    const std::string full = federation.directory() + "/full";
    federation.startProvince();
    federation.launchGateway(failingDisk({"YHT_FAULT_FULL=" + full}));
    ASSERT_TRUE(federation.gatewayCameUp());
    AcknowledgementLog log;
    auto client = federation.partner("hotline-12315");
    EXPECT_EQ("201 ", posted(client, "A-1").substr(0, 4));
    std::ofstream(full) << "full";
    std::string answer;
    // What fits into the space that the files have already may still be taken.
    for (int i = 2; i < 2000 && (answer = posted(client, "A-" + std::to_string(i))).starts_with("201"); ++i) {
    }
    EXPECT_EQ("503 server.disk_full", answer);
    std::filesystem::remove(full);
    Federation::waitUntil("the gateway takes records again", [&] { return posted(client, "B-1").starts_with("20"); });
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(Disk, ASlowDiskLosesNothingAndManyShareASync) {
    federation.startProvince();
    federation.launchGateway(failingDisk({"YHT_FAULT_SYNC_MS=200"}));
    ASSERT_TRUE(federation.gatewayCameUp());
    AcknowledgementLog log;
    CarefulPartners partners(federation, log);
    Federation::waitUntil("partners are served", [&] { return log.all().size() >= 30; });
    partners.stop();
    EXPECT_THAT(brokenPromises(federation, log), IsEmpty());
}

TEST_F(Disk, ATornTailOfTheWriteAheadLogIsCutOff) {
    federation.startProvince();
    federation.startGateway();
    AcknowledgementLog log;
    {
        CarefulPartners partners(federation, log);
        Federation::waitUntil("something is acknowledged", [&] { return log.all().size() >= 5; });
        partners.stop();
    }
    federation.killGateway();
    std::ofstream(ledger() + "-wal", std::ios::app | std::ios::binary) << std::string(5000, '\x5a');
    federation.startGateway();
    EXPECT_THAT(brokenPromises(federation, log), IsEmpty());
}

TEST_F(Disk, ADamagedLedgerIsRefusedAndSaysSo) {
    federation.startProvince();
    federation.startGateway();
    auto client = federation.partner("hotline-12315");
    for (int i = 0; i < 20; ++i) posted(client, "A-" + std::to_string(i));
    EXPECT_EQ(0, federation.stopGateway());
    // Every byte of the second half of the file: whichever pages hold the tree, some do not any more.
    std::fstream file(ledger(), std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(ledger()));
    for (std::streamoff at = size / 2; at < size; at += 64) {
        file.seekp(at);
        file.put('\x5a');
    }
    file.close();
    EXPECT_NE(0, federation.yht({"ledger", "verify"}).exit_code);
    federation.launchGateway({});
    EXPECT_FALSE(federation.gatewayCameUp());
}

}  // namespace
}  // namespace yht::scenarios
