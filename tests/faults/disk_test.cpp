// The disk fails under the real gateway: at random moments, fully, by being wrong afterwards, or meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gateway/base/random.h"
#include "tests/faults/fault_runs.h"
#include "tests/faults/ledger_pages.h"
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
    std::string log() { return ledger() + "-wal"; }
    /// Partners post, kill -9, `damage`: nothing that was acknowledged is lost. What was committed last is in the log alone.
    void postAndKill(const std::function<void()>& damage) {
        federation.startProvince();
        federation.startGateway();
        AcknowledgementLog told;
        {
            CarefulPartners partners(federation, told);
            Federation::waitUntil("something is acknowledged", [&] { return told.all().size() >= 5; });
            const HeldReader reader(ledger());
            Federation::waitUntil("more is acknowledged", [&] { return told.all().size() >= 10; });
            partners.stop();
            federation.waitUntilDrained();
            federation.killGateway();
        }
        damage();
        federation.startGateway();
        EXPECT_THAT(brokenPromises(federation, told), IsEmpty());
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

class UnconfirmedCommit : public Disk {
protected:
    /// The power fails before syncs and behind writes. YHT_POWER_FAILURES and YHT_SEED as above.
    Broken afterPowerFailures(End end) {
        base::SeededRandom random(setting("YHT_SEED", 20190418));
        std::vector<std::string> moments;
        for (std::uint64_t i = 0; i < setting("YHT_POWER_FAILURES", 3); ++i) {
            moments.push_back(random.below(2) == 0 ? "sync:" + std::to_string(1 + random.below(30)) + ":before"
                                                   : "write:" + std::to_string(1 + random.below(600)) + ":after");
        }
        federation.startProvince();
        return endsAt(federation, end, moments);
    }
};

TEST_F(UnconfirmedCommit, WhoseLastWriteIsTornIsCutOff) { EXPECT_THAT(afterPowerFailures(End::TornWrite), IsEmpty()); }

TEST_F(UnconfirmedCommit, WhoseFirstWriteIsMissingIsCutOff) { EXPECT_THAT(afterPowerFailures(End::LostWrite), IsEmpty()); }

TEST_F(Disk, ATornTailOfTheWriteAheadLogIsCutOff) {
    postAndKill([this] { std::ofstream(log(), std::ios::app | std::ios::binary) << std::string(5000, '\x5a'); });
}

/// The last commit was on the disk, and half of its last frame is not any more. It is none of those that anybody was told of: the
/// deliveries' come after them.
TEST_F(Disk, ALogThatEndsInTheMiddleOfAFrameLosesThatCommitAlone) {
    postAndKill([this] {
        const auto frame = lastFrame(log());
        std::filesystem::resize_file(log(), frame.at + frame.bytes / 2);
    });
}

TEST_F(Disk, ALogWhoseLastFrameIsSpoiltLosesThatCommitAlone) {
    postAndKill([this] {
        const auto frame = lastFrame(log());
        spoil(log(), {frame.at + frame.bytes / 2, 1});
    });
}

/// Pages that are not what they were, and pages of which one octet is not.
class DamagedPages : public Disk, public testing::WithParamInterface<std::pair<const char*, const char*>> {
protected:
    /// Forty tickets that are delivered, in a file without a log.
    void SetUp() override {
        federation.startProvince();
        federation.startGateway();
        auto client = federation.partner("hotline-12315");
        for (int i = 0; i < kTickets; ++i) ASSERT_EQ("201 ", posted(client, "A-" + std::to_string(i)).substr(0, 4));
        federation.waitUntilUploaded(kTickets);
        const auto tickets = federation.tickets();
        for (const auto& ticket : tickets.GetArray()) {
            const auto number = textMember(ticket, "ticket_no");
            answers[number] = client.get("/v1/tickets/" + number).body;
        }
        ASSERT_EQ(0, federation.stopGateway());
    }
    /// What an operator was told: which file, what to do, in both languages.
    void mustBeTold(const std::string& said) {
        for (const char* part : {"ledger.corrupt", "ledger.db", "yht ledger restore", "备份"}) EXPECT_THAT(said, HasSubstr(part));
    }
    std::string saidSince(const std::string& name, std::uintmax_t before) {
        std::ifstream in(federation.log(name));
        in.seekg(static_cast<std::streamoff>(before));
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::uintmax_t length(const std::string& name) { return std::filesystem::file_size(federation.log(name)); }
    void mustBeFound() {
        const auto before = std::filesystem::exists(federation.log("commands")) ? length("commands") : 0;
        const auto found = federation.yht({"ledger", "verify"});
        EXPECT_NE(0, found.exit_code);
        mustBeTold(found.output + saidSince("commands", before));
    }
    /// Every answer is the right one or none; a gateway that ended has said why.
    void mustNeverBeWrong(std::uintmax_t log_before) {
        for (const auto& [number, right] : answers) {
            const auto reply = federation.partner("hotline-12315").get("/v1/tickets/" + number);
            if (reply.status == 200) {
                EXPECT_EQ(right, reply.body) << number;
            }
            if (!federation.gatewayRuns()) break;
        }
        if (federation.gatewayRuns()) return;
        EXPECT_EQ(70, federation.awaitGatewaysEnd());
        mustBeTold(saidSince("gateway", log_before));
    }
    void mustBeRefusedOrRight() {
        const auto before = length("gateway");
        federation.launchGateway({});
        if (federation.gatewayCameUp()) {
            mustNeverBeWrong(before);
            federation.killGateway();
        } else {
            mustBeTold(saidSince("gateway", before));
        }
    }

    static constexpr int kTickets = 40;
    std::map<std::string, std::string> answers;  // by ticket number
};

TEST_P(DamagedPages, AreFoundAndNeverServed) {
    const auto [table, kind] = GetParam();
    const auto pages = pagesOf(ledger(), table, kind);
    ASSERT_FALSE(pages.empty());
    const std::string sound = federation.directory() + "/sound.db";
    std::filesystem::copy(ledger(), sound);
    for (const bool whole : {true, false}) {
        SCOPED_TRACE(whole ? "whole page" : "one octet");
        for (const char* part : {"-wal", "-shm"}) std::filesystem::remove(ledger() + part);
        std::filesystem::copy(sound, ledger(), std::filesystem::copy_options::overwrite_existing);
        whole ? spoil(ledger(), pages.back()) : flipInLastCell(ledger(), pages.back());
        mustBeFound();
        mustBeRefusedOrRight();
    }
}

TEST_P(DamagedPages, AreFoundAndNeverServedWhereTheDiskSpoilsThemMeanwhile) {
    const auto [table, kind] = GetParam();
    const auto pages = pagesOf(ledger(), table, kind);
    federation.startGateway();
    const auto before = length("gateway");
    spoil(ledger(), pages.back());
    mustBeFound();
    mustNeverBeWrong(before);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, DamagedPages,
    testing::Values(std::pair{"leaf", "internal"}, std::pair{"payload", "internal"}, std::pair{"payload", "leaf"},
                    std::pair{"identity", "leaf"}, std::pair{"leaf_by_ticket", "leaf"}, std::pair{"ticket_by_number", "leaf"}),
    [](const auto& page) { return std::string(page.param.first) + "_" + page.param.second; }
);

}  // namespace
}  // namespace yht::scenarios
