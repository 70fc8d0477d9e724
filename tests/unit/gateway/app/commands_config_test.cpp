// yht config check, diff and apply on a real deployment; where a gateway is wanted, its control socket on the real ledger.
#include "gateway/app/bundle.h"
#include "gateway/app/control_client.h"
#include "gateway/app/control_socket.h"
#include "gateway/json/json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string sourcesYaml(const std::string& first_name, const std::string& last_name) {
    std::string text = "sources:\n";
    for (int i = 0; i < 12; ++i) {
        const std::string number = std::to_string(i);
        text += "  - {id: s-" + number + ", name: " + (i == 0 ? first_name : i == 11 ? last_name : "n" + number) + ", region: \"430200\"}\n";
    }
    return text;
}

class CommandsConfigTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        write("sources.yaml", sourcesYaml("one", "two"));
        write("partners.yaml", "partners: []\n");
        auto store = openLedger();
        ASSERT_TRUE(recordBundleAtStart(*store, directory, clock, random).ok());
    }
    /// As a running gateway: it holds the ledger and answers on its socket.
    void startGateway() {
        store_ = openLedger();
        ControlServices services{.store = *store_, .clock = clock, .random = random, .directory = directory, .reload = [this] { return reloaded_; }};
        auto opened = ControlSocket::open(controlSocketPath(Config::load(directory).value()), controlCommands(directory), services);
        ASSERT_TRUE(opened.ok()) << base::describe(opened.error());
        socket_ = *std::move(opened);
    }
    void TearDown() override {
        socket_.reset();
        store_.reset();
        DeploymentFixture::TearDown();
    }
    rapidjson::Document document() const {
        auto read = json::parse(out);
        EXPECT_TRUE(read.ok()) << out;
        return read.ok() ? *std::move(read) : rapidjson::Document(rapidjson::kObjectType);
    }
    /// The signs of the lines of the only file's hunks, a hunk a word: " -+   ".
    static std::vector<std::string> signs(const rapidjson::Value& file) {
        std::vector<std::string> all;
        for (const auto& hunk : file["hunks"].GetArray()) {
            all.emplace_back();
            for (const auto& line : hunk["lines"].GetArray()) all.back() += line["sign"].GetString();
        }
        return all;
    }

    base::Status reloaded_;
    std::unique_ptr<ledger::SqliteStore> store_;
    std::unique_ptr<ControlSocket> socket_;
};

/// What stops a start is found by a check: here the token that callers of an endpoint show.
TEST_F(CommandsConfigTest, ACheckWantsTheSecretsOfEndpoints) {
    for (const char* folder : {"/sources/s-1", "/products/push"}) std::filesystem::create_directories(directory + folder);
    write("products/push/product.yaml", "product: push\nassurance_min: token\ndecode: {format: json}\nendpoints: {calls: {path: /push, caller: {token: {in: header X-Token, secret: word}}, "
          "reply: {accepted: {body: ok}, refused: {body: no}}}}\n");
    write("products/push/mapping.yaml", "records: {a: {kind: appeal, rows: {record_ref: NO, event_time: TIME}}}\n");
    write("sources/s-1/source.yaml", "id: s-1\ntitle: t\nproduct: push\nlifecycle: live\nowner: {unit: 局, person: 班长}\nsecrets: {word: file:s-1.token}\n");
    write("partners.yaml", "partners:\n  - {id: p, name: p, stage: live, sources: [s-1], rights: [submit_own], certificates: []}\n");
    EXPECT_EQ(kExitOk, yht({"config", "check"})) << err << "nobody listens for them";
    write("yht.yaml", read(directory + "/yht.yaml") + "channels: {listen: \"127.0.0.1:0\", consent: 王工 2019-04-18 试接}\n");
    EXPECT_EQ(kExitConfig, yht({"config", "check"}));
    EXPECT_THAT(err, HasSubstr("sources/s-1: endpoints.calls: secrets.word"));
    write("s-1.token", "0123456789abcdef\n");
    ::chmod((directory + "/s-1.token").c_str(), 0600);
    EXPECT_EQ(kExitOk, yht({"config", "check"})) << err;
}

TEST_F(CommandsConfigTest, NothingDiffers) {
    EXPECT_EQ(kExitOk, yht({"config", "diff"})) << err;
    EXPECT_THAT(out, HasSubstr("no difference"));
    EXPECT_EQ(kExitOk, yht({"config", "diff", "--json"})) << err;
    EXPECT_EQ("{\"changed\":[],\"difference\":[]}\n", out);
}

TEST_F(CommandsConfigTest, TwoChangesFarApartShowWhatIsBetweenThemToNobody) {
    write("sources.yaml", sourcesYaml("uno", "due"));
    EXPECT_EQ(kExitFound, yht({"config", "diff"})) << err;
    EXPECT_THAT(out, HasSubstr("--- sources.yaml (生效中 in force)\n+++ sources.yaml (磁盘上 on disk)\n@@ -1,5 +1,5 @@\n sources:\n-  - {id: s-0, name: one"));
    EXPECT_THAT(out, HasSubstr("\n+  - {id: s-0, name: uno"));
    EXPECT_THAT(out, HasSubstr("\n@@ -10,4 +10,4 @@\n   - {id: s-8"));
    EXPECT_THAT(out, Not(HasSubstr("s-5")));
    EXPECT_EQ(kExitFound, yht({"config", "diff", "--json"})) << err;
    const auto told = document();
    ASSERT_EQ(1U, told["difference"].Size());
    EXPECT_STREQ("sources.yaml", told["changed"][0].GetString());
    const auto& file = told["difference"][0];
    EXPECT_EQ("sources.yaml changed", json::textMember(file, "file") + " " + json::textMember(file, "change"));
    EXPECT_EQ((std::vector<std::string>{" -+   ", "   -+"}), signs(file));
    EXPECT_EQ("10", json::textMember(file["hunks"][1], "old_first"));
    EXPECT_EQ("  - {id: s-11, name: due, region: \"430200\"}\n", json::textMember(file["hunks"][1]["lines"][4], "text"));
}

TEST_F(CommandsConfigTest, FilesThatComeAndGo) {
    write("operators.yaml", "operators: []");
    std::filesystem::remove(directory + "/sources.yaml");
    EXPECT_EQ(kExitFound, yht({"config", "diff"})) << err;
    EXPECT_THAT(out, HasSubstr("--- operators.yaml (尚无 not there yet)\n+++ operators.yaml (磁盘上 on disk)\n@@ -0,0 +1,1 @@\n+operators: []\n\\ "));
    EXPECT_THAT(out, HasSubstr("+++ sources.yaml (已删除 gone)\n@@ -1,13 +0,0 @@\n-sources:\n"));
    EXPECT_EQ(kExitFound, yht({"config", "diff", "--json"}));
    const auto told = document();
    EXPECT_STREQ("added", told["difference"][0]["change"].GetString());
    EXPECT_STREQ("removed", told["difference"][1]["change"].GetString());
}

TEST_F(CommandsConfigTest, WhatAFileHoldsMovesNoTerminal) {
    write("sources.yaml", sourcesYaml("one", "two") + "# \x1b[31m\tred\n");
    EXPECT_EQ(kExitFound, yht({"config", "diff"})) << err;
    EXPECT_THAT(out, HasSubstr("+# ?[31m\tred\n"));
}

TEST_F(CommandsConfigTest, ApplySaysWhatOfItIsInForceAndWhatWaits) {
    startGateway();
    write("sources.yaml", sourcesYaml("uno", "two"));
    EXPECT_EQ(kExitOk, yht({"config", "apply", "--why", "renamed"})) << err;
    const auto shown_at = out.find("+  - {id: s-0, name: uno"), taken_at = out.find("已生效 in force now: sources.yaml\n");
    EXPECT_LT(shown_at, taken_at) << out;
    EXPECT_NE(std::string::npos, taken_at) << out;
    EXPECT_THAT(out, Not(HasSubstr("waits for a restart")));

    write("yht.yaml", read(directory + "/yht.yaml") + "gateway: {name: another}\n");
    write("sources.yaml", sourcesYaml("one", "two"));
    EXPECT_EQ(kExitOk, yht({"config", "apply", "--why", "named"})) << err;
    EXPECT_THAT(out, HasSubstr("in force now: sources.yaml\n重启后才生效 waits for a restart: yht.yaml\n"));
    EXPECT_EQ(kExitOk, yht({"reload", "--why", "once more"})) << err;
    EXPECT_EQ("已重新读取,配置文件无变化 read again; no file of the bundle changed\n重启后才生效 waits for a restart: yht.yaml\n", out);
    EXPECT_EQ(kExitFound, yht({"config", "diff"})) << "it differs until the restart";
    EXPECT_THAT(out, HasSubstr("+gateway: {name: another}\n"));
}

TEST_F(CommandsConfigTest, ApplyForMachinesIsOneObjectAlsoWhereItIsRefused) {
    startGateway();
    write("sources.yaml", sourcesYaml("uno", "two"));
    reloaded_ = base::makeError(base::ErrorCode::ConfigInvalid, "routes.yaml:3");
    EXPECT_EQ(kExitConfig, yht({"config", "apply", "--why", "renamed", "--json"}));
    const auto refused = document();
    EXPECT_FALSE(refused["applied"].GetBool());
    EXPECT_EQ((std::vector<std::string>{" -+   "}), signs(refused["difference"][0]));
    reloaded_ = {};
    EXPECT_EQ(kExitOk, yht({"config", "apply", "--why", "renamed", "--json"})) << err;
    const auto taken = document();
    EXPECT_TRUE(taken["applied"].GetBool());
    EXPECT_EQ(1U, taken["difference"].Size());
    EXPECT_STREQ("sources.yaml", taken["changed"][0].GetString());
    EXPECT_EQ(0U, taken["waiting_for_restart"].Size());
    EXPECT_EQ(kExitOk, yht({"reload", "--json"})) << err;
    EXPECT_TRUE(document()["waiting_for_restart"].IsArray());
}

TEST_F(CommandsConfigTest, ApplyWithoutAGatewayShowsWhatDiffersAndTakesNothing) {
    write("sources.yaml", sourcesYaml("uno", "two"));
    EXPECT_EQ(kExitUnavailable, yht({"config", "apply", "--why", "renamed"}));
    EXPECT_THAT(out, HasSubstr("+  - {id: s-0, name: uno"));
    EXPECT_EQ(kExitFound, yht({"config", "diff"}));
}

TEST_F(CommandsConfigTest, CheckForMachinesNamesEveryMistakeWithFileLineAndKey) {
    EXPECT_EQ(kExitOk, yht({"config", "check", "--json"})) << err;
    const auto well = document();
    EXPECT_TRUE(well["ok"].GetBool());
    EXPECT_EQ(0U, well["findings"].Size());
    EXPECT_EQ(0U, well["would_be_blocked"].Size());

    write("partners.yaml", "partners:\n  - {id: a, name: A, stage: liev}\n  - {id: b, name: B, stag: live}\n");
    EXPECT_EQ(kExitConfig, yht({"config", "check", "--json"}));
    const auto wrong = document();
    EXPECT_FALSE(wrong["ok"].GetBool());
    ASSERT_EQ(3U, wrong["findings"].Size()) << out;
    const auto& first = wrong["findings"][0];
    EXPECT_EQ("partners.yaml:2 partners[0].stage", json::textMember(first, "where") + " " + json::textMember(first, "key"));
    EXPECT_THAT(json::textMember(first, "en"), HasSubstr("did you mean \"live\"?"));
    EXPECT_EQ("partners[1].stag", json::textMember(wrong["findings"][1], "key"));

    write("partners.yaml", "partners: []\n");
    write("yht.yaml", read(directory + "/yht.yaml") + "lisener: {}\n");
    EXPECT_EQ(kExitConfig, yht({"config", "check", "--json"}));
    EXPECT_EQ("lisener", json::textMember(document()["findings"][0], "key"));
    std::filesystem::remove(directory + "/yht.yaml");
    EXPECT_EQ(kExitConfig, yht({"config", "check", "--json"}));
    EXPECT_THAT(json::textMember(document()["findings"][0], "en"), HasSubstr("yht.yaml"));
}

}  // namespace
}  // namespace yht::app
