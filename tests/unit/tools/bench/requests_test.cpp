#include "tools/bench/requests.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/pki.h"

namespace yht::bench {
namespace {

Recipe recipeOf(const trust::SigningKey& key) {
    return {
        .authority = "localhost:8443",
        .key = &key,
        .source = "zz-12315",
        .seed = 3,
        .first = 10,
        .requests = 4,
        .records = 2};
}

TEST(Arrivals, AreTheSameForTheSameSeedAndCloseToTheRate) {
    const auto arrivals = arrivalsAt(1000, 20, 5);
    EXPECT_EQ(arrivals, arrivalsAt(1000, 20, 5));
    EXPECT_NE(arrivals, arrivalsAt(1000, 20, 6));
    EXPECT_TRUE(std::is_sorted(arrivals.begin(), arrivals.end()));
    EXPECT_LT(arrivals.back(), 20'000'000);
    EXPECT_NEAR(20'000.0, static_cast<double>(arrivals.size()), 600);  // four deviations
}

TEST(Requests, HoldEachRecordOnceAndAreSignedForTheTimeTheyAreSent) {
    const auto files = test::sharedPki().partner("hotline");
    const auto key = trust::signingKey(files.certificatePem(), files.privateKeyPem());
    ASSERT_TRUE(key.ok());
    const base::ManualClock clock(1'800'000'000'000);
    const auto recipe = recipeOf(*key);
    const auto requests = prepare(recipe, {0, 1'000'000, 2'000'000, 600'000'000}, clock);
    ASSERT_EQ(4U, requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        EXPECT_EQ(10 + 2 * i, requests[i].first);
        for (const auto& record : recordsOf(recipe, requests[i]))
            EXPECT_NE(std::string::npos, requests[i].bytes.find(record));
    }
    EXPECT_NE(std::string::npos, requests[0].bytes.find(";created=1800000000;"));
    EXPECT_NE(std::string::npos, requests[3].bytes.find(";created=1800000600;"));
}

}  // namespace
}  // namespace yht::bench
