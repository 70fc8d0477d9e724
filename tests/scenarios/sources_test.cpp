// A hotline that speaks its own format, from the door to the ledger: one line a call, some of it not to be mapped.
// The operator mends the table, applies it, replays; nothing that was acknowledged is lost with a killed gateway.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPath = "/v1/sources/zz-12315/messages";
constexpr std::size_t kMany = 1200;  // more than two commits take

std::string line(const std::string& number, const std::string& type, const std::string& title = "室温不达标") {
    return R"({"NO":")" + number + R"(","TIME":"2019-10-15 08:30:00","TYPE":")" + type + R"(","CLASS":"供热","TITLE":")" +
           title + "\"}\n";
}

class SourceScenario : public ::testing::Test {
protected:
    SourceScenario() {
        namespace fs = std::filesystem;
        fs::create_directories(federation.deployment() + "/sources/zz-12315");
        fs::create_directories(federation.deployment() + "/products/desk");
        write("products/desk/product.yaml",
              "product: desk\nproduct_title: desk\nproduct_version: \"1\"\ndecode: {format: json, charset: UTF-8, lines: true}\n");
        write("products/desk/mapping.yaml", R"(times: {formats: ["%Y-%m-%d %H:%M:%S"]}
vocabularies: {kinds: {unmapped: quarantine}}
ignore: {heartbeat: {when: {TYPE: "PING"}}}
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      ticket_ref: NO
      event_time: TIME
      appeal_time: TIME
      channel: {const: "10"}
      appeal_type: {from: TYPE, vocabulary: kinds}
      category_path: {from: CLASS}
      title: TITLE
      content: TITLE
      handling_way: {const: "0"}
      is_anonymous: {const: "true"}
      is_secret: {const: "false"}
      area_code: {const: "430200"}
      urgency: {const: "3"}
)");
        write("products/desk/kinds.csv", "native,canonical\n咨询,1\n投诉,3\n");
        write("sources/zz-12315/source.yaml",
              "id: zz-12315\ntitle: 12315\nproduct: desk\nlifecycle: live\nowner: {unit: 市场监管局, person: 班长}\n");
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(federation.deployment() + "/" + name, std::ios::binary) << text;
    }
    static std::string account(const Reply& reply, const char* name) {
        const auto json = reply.json();
        return json.IsObject() && json.HasMember("account") ? json::textMember(json["account"], name) : reply.body;
    }

    Federation federation;
};

TEST_F(SourceScenario, P15_FromTheDoorThroughQuarantineToTheLedger) {
    federation.startGateway();
    auto hotline = federation.partner("hotline-12315");
    const std::string message = line("C-1", "咨询") + line("C-2", "疑难") + line("C-3", "PING");
    const auto first = hotline.post(kPath, message, "application/x-ndjson");
    ASSERT_EQ(202, first.status) << first.body;
    EXPECT_EQ("1", account(first, "accepted"));
    EXPECT_EQ("1", account(first, "quarantined"));
    EXPECT_EQ("1", account(first, "ignored"));
    EXPECT_THAT(first.body, HasSubstr("\"pointer\":\"/TYPE\""));
    EXPECT_THAT(first.body, Not(HasSubstr("疑难")));
    federation.killGateway();
    federation.startGateway();
    EXPECT_EQ("3", account(federation.partner("hotline-12315").post(kPath, message, "application/x-ndjson"), "received"));

    const auto listed = federation.yht({"quarantine", "list", "--json"});
    EXPECT_THAT(listed.output, HasSubstr("adapter.item_unmapped"));
    write("products/desk/kinds.csv", "native,canonical\n咨询,1\n投诉,3\n疑难,3\n");
    const auto early = federation.yht({"quarantine", "replay", "1", "--why", "not applied yet"});
    EXPECT_EQ(3, early.exit_code) << early.output;
    const auto applied = federation.yht({"config", "apply", "--why", "code added"});
    ASSERT_EQ(0, applied.exit_code) << applied.output;
    const auto replayed = federation.yht({"quarantine", "replay", "1", "--why", "code added"});
    EXPECT_EQ(0, replayed.exit_code) << replayed.output;
    EXPECT_EQ(0, federation.yht({"quarantine", "list"}).exit_code);
    EXPECT_EQ(2u, federation.tickets().Size());
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(SourceScenario, AWrongManifestKeepsTheOldOneInForce) {
    federation.startGateway();
    write("sources/zz-12315/source.yaml", "id: zz-12315\ntitle: 12315\nproduct: desk\nlifecycel: live\n");
    const auto refused = federation.yht({"reload"});
    EXPECT_NE(0, refused.exit_code);
    const auto taken = federation.partner("hotline-12315").post(kPath, line("C-1", "咨询"), "application/x-ndjson");
    EXPECT_EQ(200, taken.status) << taken.body;
}

TEST_F(SourceScenario, AnAppliedFolderActsWithoutARestartAndAShadowRunSeesWhatComes) {
    // Nothing to ask, and a sample that somebody accepted: only then is a folder applied.
    write("sources/zz-12315/source.yaml",
          "id: zz-12315\ntitle: 12315\nproduct: desk\nlifecycle: live\nowner: {unit: 市场监管局, person: 班长, phone: \"12315\"}\n"
          "health: {workday_hour_min: 1, silent_after_s: 3600, lag_s_max: 600}\n");
    federation.startGateway();
    namespace fs = std::filesystem;
    const std::string mine = federation.deployment() + "/../mine";
    fs::create_directories(mine);
    for (const char* folder : {"sources", "products"}) fs::copy(federation.deployment() + "/" + folder, mine + "/" + folder, fs::copy_options::recursive);
    std::ofstream(mine + "/products/desk/kinds.csv") << "native,canonical\n咨询,1\n投诉,3\n疑难,3\n";
    fs::create_directories(mine + "/sources/zz-12315/tests/one");
    std::ofstream(mine + "/sources/zz-12315/tests/one/input.json") << line("T-1", "疑难");

    const auto started = federation.yht({"adapters", "shadow", "start", "zz-12315", "--from", mine});
    ASSERT_EQ(0, started.exit_code) << started.output;
    const auto shadow = [&] { return federation.yht({"adapters", "shadow", "show", "zz-12315", "--json"}); };
    Federation::waitUntil("the shadow run has begun", [&] { return shadow().exit_code == 0; });
    auto hotline = federation.partner("hotline-12315");
    EXPECT_EQ("1", account(hotline.post(kPath, line("C-1", "疑难"), "application/x-ndjson"), "quarantined"));
    Federation::waitUntil("the difference is seen", [&] { return shadow().exit_code == 3; });
    EXPECT_THAT(shadow().output, HasSubstr("\"items_differ\":1"));
    EXPECT_THAT(shadow().output, Not(HasSubstr("室温不达标")));
    EXPECT_EQ(0u, federation.tickets().Size()) << "nothing of it becomes a record";

    const auto refused = federation.yht({"adapters", "apply", "zz-12315", "--from", mine, "--why", "code added"});
    EXPECT_EQ(3, refused.exit_code) << "a sample without an expectation holds for nobody: " << refused.output;
    EXPECT_EQ("1", account(hotline.post(kPath, line("C-2", "疑难"), "application/x-ndjson"), "quarantined"));
    const auto accepted = runToEnd({std::string(YHT_BINARY_DIR) + "/bin/yht", "adapters", "test", "zz-12315", "-d", mine, "--accept"}, mine + "/test.log");
    ASSERT_EQ(0, accepted.exit_code) << accepted.output;
    const auto applied = federation.yht({"adapters", "apply", "zz-12315", "--from", mine, "--why", "code added"});
    ASSERT_EQ(0, applied.exit_code) << applied.output;
    const auto taken = hotline.post(kPath, line("C-3", "疑难"), "application/x-ndjson");
    EXPECT_EQ("1", account(taken, "accepted")) << taken.body;
    const auto why = federation.yht({"ledger", "show", "zz-12315/C-3", "--why", "appeal_type"});
    EXPECT_THAT(why.output, HasSubstr("desk/kinds.csv:4")) << why.output;
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(SourceScenario, WhatWasAcknowledgedSurvivesAKillAndAMessageGoesOn) {
    federation.startGateway();
    std::string message;
    for (std::size_t i = 0; i < kMany; ++i) message += line("M-" + std::to_string(i), "投诉");
    auto hotline = federation.partner("hotline-12315");
    // Killed at some moment of the message's several commits.
    std::thread killer([&] {
        Federation::waitUntil("the first commit", [&] { return federation.tickets().Size() > 0; });
        federation.killGateway();
    });
    const auto cut = hotline.post(kPath, message, "application/x-ndjson");
    killer.join();
    federation.startGateway();
    auto again = federation.partner("hotline-12315");
    const auto whole = again.post(kPath, message, "application/x-ndjson");
    ASSERT_EQ(200, whole.status) << whole.body;
    EXPECT_EQ(std::to_string(kMany), account(whole, "received"));
    if (cut.status == 200) {
        EXPECT_EQ("0", account(whole, "accepted"));
    }
    const auto repeated = again.post(kPath, message, "application/x-ndjson");
    EXPECT_EQ(std::to_string(kMany), account(repeated, "duplicate"));
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

}  // namespace
}  // namespace yht::scenarios
