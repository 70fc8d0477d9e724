#include "gateway/intake/http/handshake_log.h"

#include <gmock/gmock.h>

#include <vector>

namespace yht::http {
namespace {

using testing::HasSubstr;

class HandshakeLogTest : public testing::Test {
protected:
    void refuse(const std::string& certificate, int times = 1) {
        for (int i = 0; i < times; ++i) {
            log_.refused("partner", base::makeError(base::ErrorCode::CertificateUnknown, certificate), "10.0.0.1");
        }
    }
    void refuseMany(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) refuse("made up " + std::to_string(i));
    }

    base::ManualClock clock_{0};
    std::vector<std::string> lines_;
    HandshakeLog log_{clock_, [this](const std::string& line) { lines_.push_back(line); }};
};

TEST_F(HandshakeLogTest, WhoKeepsTryingHasOneLineAMinuteWithHowOften) {
    refuse("CN=x", 5);
    ASSERT_EQ(1U, lines_.size());
    clock_.advance(base::kTroubleLineMillis);
    refuse("CN=x");
    ASSERT_EQ(2U, lines_.size());
    EXPECT_THAT(lines_[1], HasSubstr("5 times since the last line"));
}

TEST_F(HandshakeLogTest, WhoMakesUpCertificatesWritesSoManyLinesAMinute) {
    refuseMany(10 * base::kTroubleLinesPerMinuteMax);
    EXPECT_EQ(base::kTroubleLinesPerMinuteMax, lines_.size());
    clock_.advance(base::kTroubleLineMillis);
    refuse("CN=x");
    EXPECT_EQ(base::kTroubleLinesPerMinuteMax + 1, lines_.size());
}

TEST_F(HandshakeLogTest, NoMoreAreToldApartThanAreRemembered) {
    refuse("CN=x", 3);
    refuseMany(base::kTroublesMax - 1);
    clock_.advance(base::kTroubleLineMillis);
    refuse("CN=x");
    EXPECT_THAT(lines_.back(), HasSubstr("3 times since the last line"));
    refuseMany(base::kTroublesMax);  // one of them finds no room: all are forgotten
    clock_.advance(base::kTroubleLineMillis);
    refuse("CN=x");
    EXPECT_THAT(lines_.back(), testing::Not(HasSubstr("times since")));
}

}  // namespace
}  // namespace yht::http
