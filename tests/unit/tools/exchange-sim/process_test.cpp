// The program itself, over TLS, against a toolkit that we did not write.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "gateway/base/clock.h"
#include "tests/support/pki.h"
#include "tools/stage/child.h"

namespace yht {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;

class ExchangeProcessTest : public testing::Test {
protected:
    const std::filesystem::path folder_ = test::sharedPki().directory();
    const test::CertificateFiles files_ = test::sharedPki().province(), gateway_ = test::sharedPki().gateway();
    const std::string stem_ = (folder_ / "exchange").string();

    std::vector<std::string> command(const std::string& schemas) const {
        return {YHT_EXCHANGE_SIM, "--cert", files_.certificate, "--key", files_.private_key, "--ca", files_.ca, "--sender",
                "ZZ4302:R4302:" + gateway_.certificate, "--schemas", schemas, "--data", stem_ + ".sqlite", "--port-file",
                stem_ + ".port", "--control-port-file", stem_ + ".control"};
    }
    static std::string published() { return std::string(YHT_SOURCE_DIR) + "/schemas/profiles/xiang-exchange"; }
};

TEST_F(ExchangeProcessTest, ZeepSpeaksToItFromItsWsdlAlone) {
    stage::Child program(command(published()), stem_ + ".log");
    const base::SystemClock clock;
    const auto deadline_ms = clock.steadyMillis() + kPatienceMs;
    while (!std::filesystem::exists(stem_ + ".control") && clock.steadyMillis() < deadline_ms) ::poll(nullptr, 0, 20);
    std::string port;
    std::ifstream(stem_ + ".port") >> port;
    const auto said = stage::runToEnd(
        {"/usr/bin/python3", std::string(YHT_SOURCE_DIR) + "/tests/unit/tools/exchange-sim/zeep_client.py", port, gateway_.certificate,
         gateway_.private_key, files_.ca, files_.certificate},
        stem_ + ".zeep"
    );
    EXPECT_EQ(0, said.exit_code) << test::readFile(stem_ + ".zeep") << said.output;
    EXPECT_EQ("HotlineReportSoap11 taken, repeated, found, refused\nHotlineReportSoap12 taken, repeated, found, refused\n", said.output);
    EXPECT_EQ(0, program.stop(SIGTERM));
}

TEST_F(ExchangeProcessTest, WithoutItsSchemaItCanNotStart) {
    EXPECT_EQ(3, stage::runToEnd(command("/nonexistent"), stem_ + ".log").exit_code);
    EXPECT_EQ(2, stage::runToEnd({YHT_EXCHANGE_SIM}, stem_ + ".log").exit_code);
}

}  // namespace
}  // namespace yht
