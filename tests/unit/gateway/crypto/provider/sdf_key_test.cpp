#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "gateway/crypto/provider/key_provider.h"
#include "tests/support/openssl.h"
#include "tests/support/pki.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;

constexpr int kCallsMax = 300;  // of a tenth of a second each, or more

class Sdf : public ::testing::Test {
protected:
    void SetUp() override { ::setenv("YHT_TEST_SDF_PIN", "stub-pin", 1); }
    void TearDown() override {
        ::unsetenv("YHT_SDF_STUB");
        ::unsetenv("YHT_SDF_STUB_GATE");
    }
    static void makeTrouble(const char* what) { ::setenv("YHT_SDF_STUB", what, 1); }
    static std::string reference(const std::string& index, const std::string& library = YHT_SDF_STUB) {
        return "sdf:" + index + "?module-path=" + library + "&pin-source=env:YHT_TEST_SDF_PIN";
    }
    static ErrorCode refusal(const std::string& text) {
        const auto key = openPrivateKey(text);
        return key.ok() ? ErrorCode::Internal : key.error().code;
    }
    /// The device is quick, but a busy machine may not be: the deadline is doubled until the key opens within it.
    static PrivateKey openWithShortestDeadline() {
        std::int64_t deadline_ms = 100;
        auto key = openPrivateKey(reference("index=1"), deadline_ms);
        while (!key.ok() && key.error().code == ErrorCode::KeyDeviceSlow) key = openPrivateKey(reference("index=1"), deadline_ms *= 2);
        return std::move(key).value();
    }
    std::string fifo() {
        const auto name = scratch_ / "gate";
        EXPECT_EQ(0, ::mkfifo(name.c_str(), S_IRWXU));
        return name;
    }

    test::Scratch scratch_;
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
    const auto key = openWithShortestDeadline();
    const auto gate = fifo();
    ::setenv("YHT_SDF_STUB_GATE", gate.c_str(), 1);
    makeTrouble("slow");
    int opened = -1;
    // A call that was given up before the device had it does not come to the gate: then another one must.
    for (int call = 0; opened < 0; ++call) {
        ASSERT_LT(call, kCallsMax);
        const auto late = key.sign(SignatureAlgorithm::Sm2Sm3, "x");
        ASSERT_FALSE(late.ok());
        ASSERT_EQ(ErrorCode::KeyDeviceSlow, late.error().code);
        opened = ::open(gate.c_str(), O_WRONLY | O_NONBLOCK);
    }
    makeTrouble("");
    ::close(opened);
    base::Result<base::Bytes> signature = base::makeError(ErrorCode::KeyDeviceSlow);
    for (int call = 0; call < kCallsMax && !signature.ok(); ++call) signature = key.sign(SignatureAlgorithm::Sm2Sm3, "x");
    ASSERT_TRUE(signature.ok()) << describe(signature.error());
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
