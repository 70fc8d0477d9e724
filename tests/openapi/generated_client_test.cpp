// A client made from schemas/openapi.yaml works against the running gateway: real process, real TLS, real signatures.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

TEST(GeneratedClient, DoesWhatTheFileOffersAndEveryAnswerIsAsDocumented) {
    Federation federation;
    shipSource(federation, "zz-hetang", "district-export-csv", "430202", "zz-12315");
    federation.startGateway();
    const auto message = [&](const std::string& sample) {
        const std::string path = federation.directory() + "/" + sample + ".csv";
        std::ofstream(path, std::ios::binary) << shippedMessage("zz-hetang", sample);
        return path;
    };
    const std::string pki = federation.directory() + "/pki/";
    const auto ran = runToEnd(
        {std::string(YHT_SOURCE_DIR) + "/tests/openapi/run_client", federation.directory() + "/client",
         "https://localhost:" + std::to_string(federation.gatewayPort()), pki + "hotline-12315", pki + "centre",
         pki + "province", pki + "root.pem", "zz-hetang", message("quoted_newlines_and_open"), message("bad_byte_in_one_row")},
        federation.directory() + "/client.log"
    );
    EXPECT_EQ(0, ran.exit_code) << ran.output << "see " << federation.directory() << "/client.log";
    EXPECT_NE(std::string::npos, ran.output.find("answers as documented")) << ran.output;
}

}  // namespace
}  // namespace yht::scenarios
