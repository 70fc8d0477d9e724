#include "gateway/app/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr const char* kComplete = R"(partner:
  public_base_urls: ["https://localhost:8443"]
  certificate: gateway.pem
  private_key: gateway.key
  client_ca: root.pem
signing:
  certificate: gateway.pem
  private_key: gateway.key
ledger:
  directory: ../data
  origin: yht.example/430200/1
  log_key_name: yht.example
  log_key: log.key
  kek: kek.hex
)";

class ConfigTest : public testing::Test {
protected:
    ConfigTest() {
        char name[] = "/tmp/yht-config-XXXXXX";
        directory_ = mkdtemp(name);
    }
    ~ConfigTest() override { std::filesystem::remove_all(directory_); }

    base::Result<Config> load(const std::string& text) {
        std::ofstream(directory_ + "/yht.yaml") << text;
        return Config::load(directory_);
    }
    /// The one complaint about `text`.
    std::string complaint(const std::string& text) {
        const auto config = load(text);
        if (config.ok()) return "accepted";
        EXPECT_EQ(ErrorCode::ConfigInvalid, config.error().code);
        return config.error().fields.size() == 1
                   ? config.error().fields[0].pointer + " " + config.error().fields[0].en
                   : base::describe(config.error());
    }

    std::string directory_;
};

TEST_F(ConfigTest, LeftOutKeysHaveTheirDefaults) {
    const auto config = load(kComplete);
    ASSERT_TRUE(config.ok()) << base::describe(config.error());
    EXPECT_EQ(256, config->integer("partner.connections_max"));
    EXPECT_FALSE(config->flag("partner.allow_tls12"));
}

TEST_F(ConfigTest, PathsAreTakenFromTheDeploymentDirectory) {
    const auto config = load(kComplete);
    ASSERT_TRUE(config.ok());
    EXPECT_EQ(directory_ + "/gateway.pem", config->text("partner.certificate"));
    EXPECT_EQ("/tmp/data", config->text("ledger.directory"));
}

TEST_F(ConfigTest, AnUnknownKeyNamesItsLineAndTheNearestRightOne) {
    const auto text = complaint(std::string(kComplete) + "admin:\n  lisen: 127.0.0.1:1\n");
    EXPECT_NE(std::string::npos, text.find("yht.yaml:16")) << text;
    EXPECT_NE(std::string::npos, text.find("admin.listen")) << text;
}

TEST_F(ConfigTest, AnUnknownKeyThatHoldsNothingIsRefusedToo) {
    const auto top = complaint(std::string(kComplete) + "lisener: {}\n");
    EXPECT_NE(std::string::npos, top.find("yht.yaml:15 lisener: no such key; did you mean 没有此项,是否为 partner.listen?")) << top;
    const auto within = complaint(std::string(kComplete) + "admin: {lisen: {}}\n");
    EXPECT_NE(std::string::npos, within.find("yht.yaml:15 admin.lisen: no such key; did you mean 没有此项,是否为 admin.listen?")) << within;
    const auto empty_list = complaint(std::string(kComplete) + "admin: {lisen: []}\n");
    EXPECT_NE(std::string::npos, empty_list.find("admin.lisen: no such key")) << empty_list;
}

TEST_F(ConfigTest, AMapOfAnotherNameIsToldOnceWithTheNearestOne) {
    const auto text = complaint(std::string(kComplete) + "chanels:\n  listen: 127.0.0.1:1\n  consent: x\n");
    EXPECT_NE(std::string::npos, text.find("yht.yaml:15 chanels: no such key; did you mean 没有此项,是否为 channels?")) << text;
}

TEST_F(ConfigTest, AMapWhereAValueBelongsAndAValueWhereKeysBelongAreRefused) {
    EXPECT_NE(std::string::npos, complaint(std::string(kComplete) + "admin: {listen: {}}\n").find("admin.listen: has the wrong form"));
    EXPECT_NE(std::string::npos, complaint(std::string(kComplete) + "admin: {listen: {host: a}}\n").find("admin.listen: has the wrong form"));
    EXPECT_NE(std::string::npos, complaint(std::string(kComplete) + "admin: 127.0.0.1:9090\n").find("yht.yaml:15 admin: holds keys"));
    EXPECT_EQ("accepted", complaint(std::string(kComplete) + "admin: {}\n"));
    EXPECT_EQ("accepted", complaint(std::string(kComplete) + "admin:\n  # listen: 127.0.0.1:9091\n"));
}

TEST_F(ConfigTest, ANumberOutOfRangeNamesTheRange) {
    const auto text = complaint(std::string(kComplete) + "clock: {offset_ms: 99999999999}\n");
    EXPECT_NE(std::string::npos, text.find("-864000000 to 864000000")) << text;
}

TEST_F(ConfigTest, AddressesAndFlagsAreChecked) {
    EXPECT_NE("accepted", complaint(std::string(kComplete) + "admin: {listen: localhost}\n"));
    EXPECT_NE("accepted", complaint(std::string(kComplete) + "admin: {listen: \"localhost:70000\"}\n"));
    EXPECT_EQ("accepted", complaint(std::string(kComplete) + "admin: {listen: \"localhost:0\"}\n"));
}

TEST_F(ConfigTest, EveryMissingKeyIsNamedAtOnce) {
    const auto config = load("gateway: {name: x}\n");
    ASSERT_FALSE(config.ok());
    std::size_t required = 0;
    for (const auto& row : configTable()) required += row.fallback == nullptr ? 1 : 0;
    EXPECT_EQ(required, config.error().fields.size());
}

TEST_F(ConfigTest, ABrokenFileSaysWhere) {
    const auto config = load("gateway: {name: x\nadmin: [\n");
    ASSERT_FALSE(config.ok());
    EXPECT_NE(std::string::npos, config.error().detail.find("line")) << config.error().detail;
}

TEST_F(ConfigTest, TheReferenceNamesEveryKey) {
    const auto reference = configReference();
    for (const auto& row : configTable()) {
        EXPECT_NE(std::string::npos, reference.find(std::string("`") + row.name + "`"));
    }
}

}  // namespace
}  // namespace yht::app
