// What the diagnosis finds is held by tests/vectors/signature/slips-of-senders.json; here, what it
// may cost.
#include "gateway/trust/signature_diagnosis.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/gateway/trust/signed_request.h"

namespace yht::trust {
namespace {

TEST(Diagnosis, StopsAfterItsAttempts) {
    HttpHead head = signedRequest({}, 0);
    const auto input = readSignature(head).value();
    const std::string path = "/v1/records?a=1";
    const std::vector<std::string> bases(kPublicBaseUrlsMax, kPublicBase);
    head.target_uri = kPublicBase + path;
    const Suspect suspect{
        .head = head,
        .input = input,
        .algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256,
        .public_base_urls = bases,
        .path_and_query = path};
    for (const int attempts_max : {0, 1, 5}) {
        int attempts = 0;
        EXPECT_FALSE(findDifference(suspect, attempts_max, [&](const std::string&) {
            return ++attempts < 0;
        }));
        EXPECT_EQ(attempts_max, attempts);
    }
}

TEST(Diagnosis, TriesNothingTwice) {
    HttpHead head = signedRequest({}, 0);
    const auto input = readSignature(head).value();
    const std::string path = "/v1/records?a=1";
    const std::vector<std::string> bases = {kPublicBase, kSecondPublicBase};
    head.target_uri = kPublicBase + path;
    const Suspect suspect{
        .head = head,
        .input = input,
        .algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256,
        .public_base_urls = bases,
        .path_and_query = path};
    std::vector<std::string> tried;
    findDifference(suspect, 1000, [&](const std::string& base) {
        tried.push_back(base);
        return false;
    });
    std::sort(tried.begin(), tried.end());
    EXPECT_EQ(tried.end(), std::adjacent_find(tried.begin(), tried.end()));
    EXPECT_LE(tried.size(), static_cast<std::size_t>(kDiagnosisAttemptsMax));
}

}  // namespace
}  // namespace yht::trust
