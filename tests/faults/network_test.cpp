// A cable is cut: packets are lost, nobody says goodbye. The whole federation lives in a network namespace of its own,
// whose only link is taken down and up again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iomanip>
#include <sstream>

#include "tests/faults/own_network.h"
#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

using testing::IsEmpty;

class Network : public testing::Test {
protected:
    void SetUp() override {
        if (!ownNetwork()) GTEST_SKIP() << "no network namespace may be made here";
        federation.emplace();
    }
    void TearDown() override { setLink(true); }

    /// Long enough for whoever has something under way to have lost packets.
    static void cutCable(int seconds) {
        ASSERT_TRUE(setLink(false));
        ::sleep(static_cast<unsigned>(seconds));
        ASSERT_TRUE(setLink(true));
    }
    /// Of the gateway's answers to partners, as the kernel knows (proc(5), /proc/net/tcp: tx_queue of its sockets).
    bool saysNothingThatIsUnderWay() {
        std::ostringstream port;
        port << ':' << std::uppercase << std::hex << std::setw(4) << std::setfill('0') << federation->gatewayPort();
        std::ifstream table("/proc/thread-self/net/tcp");  // the namespace is this thread's
        for (std::string line; std::getline(table, line);) {
            std::istringstream row(line);
            std::string number, local, remote, state, queues;
            row >> number >> local >> remote >> state >> queues;
            if (local.ends_with(port.str()) && !queues.starts_with("00000000:")) return false;
        }
        return true;
    }

    std::optional<Federation> federation;
};

class NetworkSpoken : public Network, public testing::WithParamInterface<Speech> {};

TEST_P(NetworkSpoken, ACutCableLosesNothing) {
    federation->startProvince();
    federation->startGateway();
    AcknowledgementLog log;
    CarefulPartners partners(*federation, log, GetParam());
    for (int cut = 1; cut <= 3; ++cut) {
        const auto before = log.all().size();
        Federation::waitUntil("partners are served", [&] { return log.all().size() >= before + 10; });
        cutCable(2);
    }
    partners.stop();
    EXPECT_THAT(brokenPromises(*federation, log), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Doors, NetworkSpoken, testing::Values(Speech::Rest, Speech::Soap), [](const auto& speech) {
    return speech.param == Speech::Soap ? "Soap" : "Rest";
});

TEST_F(Network, AProvinceThatDiesBehindACutLeavesNoConnectionThatIsWaitedForForever) {
    federation->startProvince();
    federation->startGateway();
    AcknowledgementLog log;
    CarefulPartners partners(*federation, log);
    Federation::waitUntil("something is at the province", [&] { return log.all().size() >= 10; });
    // Its end of the connections is gone, and no packet says so: ours are half open.
    ASSERT_TRUE(setLink(false));
    federation->killProvince();
    ASSERT_TRUE(setLink(true));
    federation->startProvince();
    partners.stop();
    EXPECT_THAT(brokenPromises(*federation, log), IsEmpty());
}

TEST_F(Network, APartnerThatVanishedHasRoomAgain) {
    // The more places are taken, the fewer one partner may have: half of them, where nobody else has any.
    constexpr std::uint64_t kPlaces = 8, kShare = 4;
    replaceInDeployment(*federation, "yht.yaml", "partner:\n", "partner:\n  connections_max: " + std::to_string(kPlaces) + "\n  idle_ms: 2000\n");
    federation->startGateway();
    const auto endedIdle = [&] { return federation->metric("yht_door_connections_ended_total{cause=\"idle\",listener=\"partner\"}").value_or(0); };
    std::vector<PartnerClient> held;
    for (std::uint64_t i = 0; i < kShare; ++i) held.push_back(federation->partner("police-110"));
    auto another = federation->partner("police-110");
    const auto isServed = [&] { return another.get("/v1/checkpoint").status == 200; };
    std::uint64_t before = 0;
    // Whoever was idle for too long meanwhile comes again.
    Federation::waitUntil("its share is taken", [&] {
        before = endedIdle();
        for (auto& client : held) client.get("/v1/checkpoint");
        return federation->metric("yht_door_connections{listener=\"partner\"}") == kShare && !isServed();
    });
    // What nobody has acknowledged yet would be repeated, and be told that nobody is there.
    Federation::waitUntil("what was said has arrived", [&] { return saysNothingThatIsUnderWay(); });
    ASSERT_TRUE(setLink(false));
    for (auto& client : held) client.vanish();
    ASSERT_TRUE(setLink(true));
    Federation::waitUntil("the gateway gives them up", [&] { return endedIdle() >= before + kShare; });
    Federation::waitUntil("another one is served", isServed);
}

}  // namespace
}  // namespace yht::scenarios
