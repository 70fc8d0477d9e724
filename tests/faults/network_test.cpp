// A cable is cut: packets are lost, nobody says goodbye. The whole federation lives in a network namespace of its own,
// whose only link is taken down and up again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/faults/own_network.h"
#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

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
    void configure(const std::string& what, const std::string& with) {
        const auto path = federation->deployment() + "/yht.yaml";
        std::stringstream text;
        text << std::ifstream(path).rdbuf();
        auto changed = text.str();
        changed.replace(changed.find(what), what.size(), with);
        std::ofstream(path) << changed;
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

TEST_F(Network, PartnersThatVanishLeaveRoomForOthers) {
    configure("  listen: 127.0.0.1", "  connections_max: 16\n  idle_ms: 1000\n  listen: 127.0.0.1");
    federation->startProvince();
    federation->startGateway();
    {
        std::vector<std::unique_ptr<PartnerClient>> vanishing;
        for (int i = 0; i < 16; ++i) {
            vanishing.push_back(std::make_unique<PartnerClient>(federation->partner("police-110")));
            vanishing.back()->get("/v1/checkpoint");
        }
        ASSERT_TRUE(setLink(false));
    }  // their goodbyes are lost
    ASSERT_TRUE(setLink(true));
    auto client = federation->partner("hotline-12315");
    Federation::waitUntil("another is served", [&] {
        return client.post("/v1/records", appeal("zz-12315", "A-1")).status == 201;
    });
}

}  // namespace
}  // namespace yht::scenarios
