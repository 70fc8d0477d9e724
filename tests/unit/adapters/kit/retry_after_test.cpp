#include "adapters/kit/retry_after.h"

#include <gtest/gtest.h>

#include "gateway/base/time_text.h"

namespace yht::kit {
namespace {

const base::UnixMillis kNow = *base::parseRfc3339("2026-10-21T15:28:00+08:00");

TEST(RetryAfterTest, SecondsAreTaken) {
    EXPECT_EQ(retryAfterMillis("12", kNow), 12'000);
    EXPECT_EQ(retryAfterMillis("0", kNow), 0);
}

TEST(RetryAfterTest, ADateIsTakenByOurClock) {
    EXPECT_EQ(retryAfterMillis("Wed, 21 Oct 2026 07:29:30 GMT", kNow), 90'000);
    EXPECT_EQ(retryAfterMillis("Tue, 01 Sep 2026 00:00:00 GMT", kNow), 0);
}

TEST(RetryAfterTest, NobodySilencesUsForLongerThanTheBound) {
    for (const char* text :
         {"3601", "99999999999", "18446744073709551615", "99999999999999999999999999",
          "Thu, 22 Oct 2026 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
        EXPECT_EQ(retryAfterMillis(text, kNow), kRetryAfterMillisMax) << text;
    }
}

TEST(RetryAfterTest, WhatMakesNoSenseLeavesItToUs) {
    for (const char* text :
         {"", "-5", "+5", "5.5", "5s", "soon", " 5", "Wed, 21 Okt 2026 09:28:00 GMT",
          "Wed, 21 anF 2026 09:28:00 GMT", "Wed, 32 Oct 2026 09:28:00 GMT",
          "Wed, 21 Oct 2026 09:28:00 CST", "Wed, 21 Oct 2026 25:28:00 GMT"}) {
        EXPECT_EQ(retryAfterMillis(text, kNow), 0) << text;
    }
}

}  // namespace
}  // namespace yht::kit
