#include <gtest/gtest.h>

#include <cstdlib>

#include "gateway/crypto/provider/key_provider.h"
#include "tests/support/pki.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;

class Sdf : public ::testing::Test {
protected:
    void SetUp() override { ::setenv("YHT_TEST_SDF_PIN", "stub-pin", 1); }
    void TearDown() override { ::unsetenv("YHT_SDF_STUB"); }
    static void makeTrouble(const char* what) { ::setenv("YHT_SDF_STUB", what, 1); }
    static std::string reference(const std::string& index, const std::string& library = YHT_SDF_STUB) {
        return "sdf:" + index + "?module-path=" + library + "&pin-source=env:YHT_TEST_SDF_PIN";
    }
    static ErrorCode refusal(const std::string& text) {
        const auto key = openPrivateKey(text);
        return key.ok() ? ErrorCode::Internal : key.error().code;
    }
};

TEST_F(Sdf, SignsWithItsSm2Key) {
    const auto key = openPrivateKey(reference("index=1"));
    ASSERT_TRUE(key.ok()) << describe(key.error());
    EXPECT_EQ(SignatureAlgorithm::Sm2Sm3, key->publicKey().defaultAlgorithm());
    const auto signature = key->sign(SignatureAlgorithm::Sm2Sm3, "市民来电").value();
    EXPECT_EQ(SignatureVerdict::Valid, *key->publicKey().verify(SignatureAlgorithm::Sm2Sm3, "市民来电", signature));
    EXPECT_EQ(SignatureVerdict::Invalid, *key->publicKey().verify(SignatureAlgorithm::Sm2Sm3, "市民去电", signature));
    EXPECT_EQ(ErrorCode::SignatureAlgorithm, key->decrypt("x").error().code);
}

TEST_F(Sdf, WhyAKeyCantBeUsedHasACodeOfItsOwn) {
    EXPECT_EQ(ErrorCode::KeyDeviceAbsent, refusal(reference("index=1", "/nowhere.so")));
    EXPECT_EQ(ErrorCode::KeyDeviceAbsent, refusal(reference("index=1", "libcrypto.so.3"))) << "no such functions";
    EXPECT_EQ(ErrorCode::KeyMissing, refusal(reference("index=2")));
    EXPECT_EQ(ErrorCode::ConfigInvalid, refusal(reference("index=0")));
    EXPECT_EQ(ErrorCode::ConfigInvalid, refusal(reference("token=1")));
    EXPECT_EQ(ErrorCode::ConfigInvalid, refusal("sdf:index=1"));
    makeTrouble("absent");
    EXPECT_EQ(ErrorCode::KeyDeviceAbsent, refusal(reference("index=1")));
    ::setenv("YHT_TEST_SDF_PIN", "wrong", 1);
    makeTrouble("");
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal(reference("index=1")));
}

TEST_F(Sdf, ASlowDeviceIsGivenUpAndServesAgain) {
    const auto key = openPrivateKey(reference("index=1"), 100).value();
    makeTrouble("slow");
    EXPECT_EQ(ErrorCode::KeyDeviceSlow, key.sign(SignatureAlgorithm::Sm2Sm3, "x").error().code);
    makeTrouble("");
    base::Result<base::Bytes> signature = base::makeError(ErrorCode::KeyDeviceSlow);
    while (!signature.ok()) signature = key.sign(SignatureAlgorithm::Sm2Sm3, "x");
    EXPECT_EQ(SignatureVerdict::Valid, *key.publicKey().verify(SignatureAlgorithm::Sm2Sm3, "x", *signature));
}

TEST_F(Sdf, AFailedCallOpensTheDeviceAnew) {
    const auto key = openPrivateKey(reference("index=1")).value();
    makeTrouble("broken");
    EXPECT_EQ(ErrorCode::CryptoFailed, key.sign(SignatureAlgorithm::Sm2Sm3, "x").error().code);
    makeTrouble("absent");
    EXPECT_EQ(ErrorCode::KeyDeviceAbsent, key.sign(SignatureAlgorithm::Sm2Sm3, "x").error().code);
    makeTrouble("");
    EXPECT_TRUE(key.sign(SignatureAlgorithm::Sm2Sm3, "x").ok());
}

}  // namespace
}  // namespace yht::crypto
