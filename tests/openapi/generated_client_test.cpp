// A client made from schemas/openapi.yaml works against the running gateway: real process, real TLS, real signatures.
#include <gtest/gtest.h>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {
namespace {

TEST(GeneratedClient, PostsASignedRecordReadsTheTicketBackAndEveryAnswerIsAsDocumented) {
    Federation federation;
    federation.startGateway();
    const std::string pki = federation.directory() + "/pki/";
    const auto ran = runToEnd(
        {std::string(YHT_SOURCE_DIR) + "/tests/openapi/run_client", federation.directory() + "/client",
         "https://localhost:" + std::to_string(federation.gatewayPort()), pki + "hotline-12315", pki + "centre",
         pki + "root.pem"},
        federation.directory() + "/client.log"
    );
    EXPECT_EQ(0, ran.exit_code) << ran.output << "see " << federation.directory() << "/client.log";
    EXPECT_NE(std::string::npos, ran.output.find("answers as documented")) << ran.output;
}

}  // namespace
}  // namespace yht::scenarios
