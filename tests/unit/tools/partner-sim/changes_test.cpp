#include "tools/partner-sim/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/pki.h"
#include "tools/stage/listener.h"

namespace yht {
namespace {

/// Answers /v1/changes with one item up to entry 3, and nothing after.
class ChangesTest : public ::testing::Test {
protected:
    ChangesTest() {
        listener_.start([this](const stage::HttpRequest& request) {
            asked_.push_back(request.parameter("after"));
            const bool first = request.parameter("after") == "0";
            stage::HttpAnswer answer;
            answer.status = status_;
            answer.body =
                first
                    ? R"({"items":[{"ticket_no":"T1","seq":"3","kind":"result","record":{"source":"zz-12345",)"
                      R"("record_ref":"CZ-1-03","public_reply":"已修好"}}],"next":"3"})"
                    : R"({"items":[],"next":"3"})";
            return answer;
        });
        std::filesystem::remove(cursorFile());
    }
    static stage::ListenerOptions listenOptions() {
        const auto files = test::sharedPki().gateway();
        return {.tls = stage::TlsPaths{files.certificate, files.private_key, files.ca}};
    }
    static std::string cursorFile() { return (test::sharedPki().directory() / "cursor").string(); }

    partner_sim::ChangesEnd follow() {
        const auto files = test::sharedPki().partner("hotline");
        const auto speaker = speaker::Speaker::make(
            {.base_url = "https://localhost:" + std::to_string(listener_.port()),
             .tls =
                 {.certificate_chain_pem = files.certificate,
                  .private_key_pem = files.private_key,
                  .peer_ca_pem = files.ca},
             .signing_certificate_pem = {},
             .signing_key_pem = {}},
            clock_
        );
        speaker::GatewayClient client(*speaker);
        return partner_sim::followChanges(
            client, options_, [this](const std::string& line) { lines_.push_back(line); }, stop_
        );
    }

    const base::SystemClock clock_;
    partner_sim::ChangesOptions options_{.after = "0", .cursor_file = cursorFile()};
    speaker::StopToken stop_;
    std::vector<std::string> asked_, lines_;
    int status_ = 200;
    stage::Listener listener_{listenOptions()};
};

TEST_F(ChangesTest, ShowsEachRecordAndGoesOnFromItsCursor) {
    EXPECT_EQ(partner_sim::ChangesEnd::Done, follow());
    EXPECT_THAT(
        lines_, ::testing::ElementsAre("T1 seq 3 result zz-12345/CZ-1-03 public_reply=已修好")
    );
    EXPECT_EQ(partner_sim::ChangesEnd::Done, follow());
    EXPECT_EQ(1u, lines_.size()) << "a second run shows nothing twice";
    EXPECT_THAT(asked_, ::testing::ElementsAre("0", "3", "3"));
}

TEST_F(ChangesTest, ARefusalIsSaid) {
    status_ = 403;
    EXPECT_EQ(partner_sim::ChangesEnd::Refused, follow());
}

}  // namespace
}  // namespace yht
