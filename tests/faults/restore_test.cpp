// The disk is lost, and a backup that is older than the loss comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::HasSubstr;
using testing::IsEmpty;

class Restore : public testing::Test {
protected:
    int yht(std::vector<std::string> words) { return federation.yht(std::move(words)).exit_code; }
    Federation federation;
};

/// Who kept what was acknowledged sends it again: nothing is lost in the end, nothing is there twice.
TEST_F(Restore, WhatWasAcknowledgedSinceTheBackupComesBackFromThePartners) {
    federation.startProvince();
    federation.startGateway();
    AcknowledgementLog before;
    {
        CarefulPartners partners(federation, before);
        Federation::waitUntil("some are posted", [&] { return before.all().size() >= 10; });
        ASSERT_EQ(0, yht({"ledger", "backup", "--out", federation.directory() + "/backup"}));  // under load
        partners.stop();
    }
    const auto acknowledged = before.all();
    federation.waitUntilDrained();
    federation.killGateway();
    std::filesystem::remove_all(federation.deployment() + "/data");
    ASSERT_EQ(0, yht({"ledger", "restore", "--from", federation.directory() + "/backup"}));
    federation.launchGateway({});
    EXPECT_EQ(69, federation.awaitGatewaysEnd());  // a restored ledger is not served until somebody says so
    ASSERT_EQ(0, yht({"ledger", "reopen", "--why", "disk lost"}));
    federation.startGateway();
    EXPECT_EQ(0, yht({"ledger", "verify"}));
    AcknowledgementLog again;
    {
        CarefulPartners partners(federation, again);  // the same references from the first on
        Federation::waitUntil("all are there again", [&] {
            const auto now = again.all();
            return std::ranges::all_of(acknowledged, [&](const auto& one) { return now.contains(one.first); });
        });
        partners.stop();
    }
    EXPECT_THAT(again.contradictions(), IsEmpty());
    EXPECT_EQ(0, yht({"ledger", "verify"}));
}

}  // namespace
}  // namespace yht::scenarios
