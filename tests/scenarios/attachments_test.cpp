// Attachments from one end to the other: a hotline brings a photograph and an appeal that names it, the
// centre reads it, somebody else does not, the province has it before the appeal; the gateway stays small, forgets what
// was cut short and, in time, what nobody named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "tests/scenarios/federation.h"

namespace yht::scenarios {
namespace {

constexpr std::size_t kLarge = 64 << 20;
constexpr std::size_t kGrowthKibMax = 24 * 1024;

std::string photograph(std::size_t size) {
    std::string content = "\x89PNG\r\n\x1A\n";
    for (std::uint32_t i = 0; content.size() < size; ++i) base::appendU32(content, i * 2654435761U);
    content.resize(size);
    return content;
}

std::string pathOf(const std::string& content) {
    return "/v1/attachments/" + base::toHex(crypto::sha256(content));
}

std::string appealNaming(const std::string& content) {
    return R"({"kind":"appeal","source":"zz-12315","record_ref":"P-1","event_time":"2019-10-15T08:30:00+08:00",)"
           R"("channel":"03","appeal_type":"1","category_path":["供热"],"title":"室温怎样算不达标",)"
           R"("content":"照片见附件。","appeal_time":"2019-10-15T08:30:00+08:00","handling_way":"0",)"
           R"("is_anonymous":true,"is_secret":false,"area_code":"430200","urgency":"3","attachment_digests":[")" +
           base::toHex(crypto::sha256(content)) + R"("]})";
}

class AttachmentScenario : public ::testing::Test {
protected:
    std::string folder() const {
        for (const auto& at : std::filesystem::recursive_directory_iterator(federation.directory())) {
            if (at.path().filename() == "incoming") return at.path().parent_path();
        }
        return "";
    }
    std::size_t incoming() const {
        const std::filesystem::directory_iterator all(folder() + "/incoming");
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    Federation federation;
};

TEST_F(AttachmentScenario, APhotographGoesWithItsAppealToWhoMaySeeIt) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    auto centre = federation.partner("centre");
    auto stranger = federation.partner("police-110");
    const auto content = photograph(300'000);
    const auto kept = hotline.post("/v1/attachments", content, "image/png");
    ASSERT_EQ(201, kept.status) << kept.body;
    EXPECT_EQ(404, centre.get(pathOf(content)).status);
    const auto taken = hotline.post("/v1/records", appealNaming(content));
    ASSERT_EQ(201, taken.status) << taken.body;
    EXPECT_TRUE(content == centre.get(pathOf(content)).body);
    EXPECT_EQ(404, stranger.get(pathOf(content)).status);
    federation.killGateway();
    federation.startGateway();
    EXPECT_TRUE(content == federation.partner("centre").get(pathOf(content)).body);
}

TEST_F(AttachmentScenario, APhotographThatFailsNeitherHoldsUpNorDoublesItsTicket) {
    federation.startCentre();
    federation.tellCentre("/attachments", R"({"status":503})");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto content = photograph(3'000'000);
    ASSERT_EQ(201, hotline.post("/v1/attachments", content, "image/png").status);
    ASSERT_EQ(201, hotline.post("/v1/records", appealNaming(content)).status);
    const auto count = [&](const char* name) {
        const auto stats = json::parse(federation.askCentre("/stats").body);
        return stats.ok() ? json::textMember(*stats, name) : std::string();
    };
    Federation::waitUntil("the record is there without its photograph", [&] { return count("received") == "1"; });
    Federation::waitUntil("the photograph has failed and waits for another attempt", [&] {
        const auto listed = federation.yht({"deliveries", "--json"});
        return listed.output.find(R"("last_error":"delivery.peer_busy")") != std::string::npos;
    });
    EXPECT_EQ("0", count("attachments"));
    // Whatever the gateway had in hand is in hand again after a kill.
    federation.killGateway();
    federation.startGateway();
    federation.tellCentre("/attachments", R"({"status":0})");
    Federation::waitUntil("the photograph is there", [&] { return count("attachments") == "1"; });
    const auto there = federation.askCentre("/attachments").body;
    EXPECT_NE(there.npos, there.find(base::toHex(crypto::sha256(content)))) << there;
    EXPECT_NE(there.npos, there.find("image/png")) << there;
    EXPECT_EQ("1", count("received"));
    EXPECT_EQ("0", count("duplicates"));
    EXPECT_EQ("1", count("tickets"));
}

TEST_F(AttachmentScenario, BytesThatComeAfterTheirRecordReachTheCentreTheyAreFor) {
    federation.startCentre();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto content = photograph(1000);
    ASSERT_EQ(201, hotline.post("/v1/records", appealNaming(content)).status);
    ASSERT_EQ(201, hotline.post("/v1/attachments", content, "image/png").status);
    Federation::waitUntil("the photograph is there", [&] {
        return federation.askCentre("/attachments").body.find(base::toHex(crypto::sha256(content))) !=
               std::string::npos;
    });
}

TEST_F(AttachmentScenario, TheProvinceHasThePhotographBeforeTheAppealThatNamesIt) {
    federation.startProvince();
    // The file is taken and the answer lost: the record still waits until it is known to be there.
    federation.tellProvince("/misbehave", R"({"cut_after_commit":1})");
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto content = photograph(300'000);
    ASSERT_EQ(201, hotline.post("/v1/attachments", content, "image/png").status);
    ASSERT_EQ(201, hotline.post("/v1/records", appealNaming(content)).status);
    federation.waitUntilUploaded(1);
    const auto files = json::parse(federation.askProvince("/files").body);
    ASSERT_TRUE(files.ok());
    const auto& list = (*files)["files"];
    ASSERT_EQ(1u, list.Size());
    EXPECT_EQ(base::toHex(crypto::sha256(content)), json::textMember(list[0], "FJZY"));
    EXPECT_EQ("image/png", json::textMember(list[0], "MTLX"));
    EXPECT_EQ("300000", json::textMember(list[0], "ZJS"));
    EXPECT_STREQ("0", list[0]["rows_before"].GetString());  // numbers are read as they stand
}

TEST_F(AttachmentScenario, AFileThatTheProvinceWillNotHaveHoldsUpNoRecord) {
    federation.startProvince();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const std::string content = "a text, which this province does not take as a file";
    ASSERT_EQ(201, hotline.post("/v1/attachments", content, "text/plain").status);
    ASSERT_EQ(201, hotline.post("/v1/records", appealNaming(content)).status);
    federation.waitUntilUploaded(1);
    const auto listed = federation.yht({"deliveries", "list", "--json"});
    EXPECT_NE(listed.output.npos, listed.output.find("media_type_not_taken")) << listed.output;
}

TEST_F(AttachmentScenario, WhatNobodyNamedIsGoneAfterItsTimeWhateverKillsCameBetween) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto named = photograph(1000), unnamed = photograph(2000);
    ASSERT_EQ(201, hotline.post("/v1/attachments", named, "image/png").status);
    ASSERT_EQ(201, hotline.post("/v1/records", appealNaming(named)).status);
    ASSERT_EQ(201, hotline.post("/v1/attachments", unnamed, "image/png").status);
    federation.killGateway();
    std::ofstream(federation.deployment() + "/yht.yaml", std::ios::app)
        << "attachments:\n  unnamed_hours_max: 24\nclock:\n  offset_ms: " << 25LL * 3'600'000 << "\n";
    federation.startGateway();
    // Who asks signs by the clock of the gateway, not by his own: the folder is looked at.
    const auto file = [&](const std::string& content) {
        const auto digest = base::toHex(crypto::sha256(content));
        return folder() + "/" + digest.substr(0, 2) + "/" + digest;
    };
    Federation::waitUntil("the one is gone", [&] { return !std::filesystem::exists(file(unnamed)); });
    EXPECT_TRUE(std::filesystem::exists(file(named)));
    const auto told = federation.yht({"ledger", "follow", "--idle-s", "1"});
    const auto gone = "{\"arguments\":{\"attachment\":\"" + base::toHex(crypto::sha256(unnamed)).substr(0, 20);
    EXPECT_NE(told.output.npos, told.output.find(gone)) << told.output;
}

TEST_F(AttachmentScenario, TheGatewayStaysSmallWhateverGoesThrough) {
    if (Federation::slower() > 1) GTEST_SKIP() << "a sanitizer keeps what was freed: memory is not the program's own";
    federation.useTwoCores();
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto first = photograph(1 << 20);
    ASSERT_EQ(201, hotline.post("/v1/attachments", first, "image/png").status);
    ASSERT_TRUE(first == hotline.get(pathOf(first)).body);
    const auto before = federation.gatewayPeakKib();
    const auto large = photograph(kLarge);
    ASSERT_EQ(201, hotline.post("/v1/attachments", large, "image/png").status);
    ASSERT_TRUE(large == hotline.get(pathOf(large)).body);
    EXPECT_LT(federation.gatewayPeakKib(), before + kGrowthKibMax);
}

TEST_F(AttachmentScenario, AKillInTheMiddleOfAnUploadLeavesNothingAfterTheRestart) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const auto content = photograph(4 << 20);
    hotline.beginPost("/v1/attachments", content, "image/png", content.size() / 2);
    Federation::waitUntil("half of it is on the disk", [&] { return incoming() == 1; });
    federation.killGateway();
    EXPECT_EQ(1u, incoming());
    federation.startGateway();
    EXPECT_EQ(0u, incoming());
    auto again = federation.partner("hotline-12315");
    EXPECT_EQ(404, again.get(pathOf(content)).status);
    EXPECT_EQ(201, again.post("/v1/attachments", content, "image/png").status);
}

}  // namespace
}  // namespace yht::scenarios
