#include "gateway/crypto/provider/key_provider.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/pki.h"
#include "tools/stage/child.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;

class KeyFile : public ::testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/yht-keys-XXXXXX";
        directory_ = ::mkdtemp(name);
        test::writeFile(directory_ + "/plain.key", key_.toPem());
        put("pass", "open sesame\n");
        ASSERT_EQ(0, stage::runToEnd({"/usr/bin/env", "openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", directory_ + "/plain.key",
                                      "-passout", "file:" + directory_ + "/pass", "-out", directory_ + "/encrypted.key"},
                                     directory_ + "/log")
                         .exit_code);
        for (const char* file : {"/plain.key", "/encrypted.key"}) ::chmod((directory_ + file).c_str(), 0600);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }
    void put(const std::string& name, const std::string& text) {
        test::writeFile(directory_ + "/" + name, text);
        ::chmod((directory_ + "/" + name).c_str(), 0600);
    }
    base::Result<PrivateKey> open(const std::string& rest) { return openPrivateKey(directory_ + "/" + rest); }
    ErrorCode refusal(const std::string& rest) {
        const auto key = open(rest);
        if (key.ok()) return ErrorCode::Internal;
        EXPECT_EQ(std::string::npos, key.error().detail.find("sesame"));
        return key.error().code;
    }
    bool isOurs(const base::Result<PrivateKey>& key) {
        return key.ok() && key->publicKey().toDer() == key_.publicKey().toDer();
    }

    const PrivateKey key_ = PrivateKey::generate(SignatureAlgorithm::EcdsaP256Sha256).value();
    std::string directory_;
};

TEST_F(KeyFile, OpensPlainAndEncryptedOnes) {
    EXPECT_TRUE(isOurs(open("plain.key")));
    EXPECT_TRUE(isOurs(open("encrypted.key?pin-source=file:" + directory_ + "/pass")));
}

TEST_F(KeyFile, ThePassphraseMayBeInTheEnvironmentOrACredentialOfSystemd) {
    ::setenv("YHT_TEST_PASS", "open sesame", 1);
    EXPECT_TRUE(isOurs(open("encrypted.key?pin-source=env:YHT_TEST_PASS")));
    ::setenv("CREDENTIALS_DIRECTORY", directory_.c_str(), 1);
    EXPECT_TRUE(isOurs(open("encrypted.key?pin-source=credential:pass")));
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal("encrypted.key?pin-source=credential:none"));
    ::unsetenv("YHT_TEST_PASS");
    ::unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal("encrypted.key?pin-source=env:YHT_TEST_PASS"));
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal("encrypted.key?pin-source=credential:pass"));
}

TEST_F(KeyFile, AWrongOrMissingPassphraseHasItsCode) {
    put("wrong", "open says me");
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal("encrypted.key"));
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal("encrypted.key?pin-source=file:" + directory_ + "/wrong"));
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal("encrypted.key?pin-source=file:" + directory_ + "/none"));
}

TEST_F(KeyFile, WhatOthersCanReadIsRefused) {
    ::chmod((directory_ + "/plain.key").c_str(), 0644);
    EXPECT_EQ(ErrorCode::ConfigInvalid, refusal("plain.key"));
    ::chmod((directory_ + "/pass").c_str(), 0604);
    EXPECT_EQ(ErrorCode::KeyPinRefused, refusal("encrypted.key?pin-source=file:" + directory_ + "/pass"));
}

TEST_F(KeyFile, AReferenceThatCantBeReadIsTheConfigurationsFault) {
    EXPECT_EQ(ErrorCode::IoFailed, refusal("none.key"));
    for (const char* query : {"?pin-value=1234", "?pin-source", "?x=y", "?pin-source=stdin:x", "?pin-source=file:relative",
                              "?pin-source=env:", "?pin-source=credential:../pass"}) {
        EXPECT_EQ(ErrorCode::ConfigInvalid, refusal(std::string("plain.key") + query)) << query;
    }
}

TEST(KeyReference, TellsDevicesFromFiles) {
    EXPECT_TRUE(isDeviceReference("pkcs11:token=a"));
    EXPECT_TRUE(isDeviceReference("sdf:index=1"));
    EXPECT_FALSE(isDeviceReference("pkcs11.key"));
    EXPECT_EQ("gateway.key", fileOfReference("gateway.key?pin-source=env:A"));
}

}  // namespace
}  // namespace yht::crypto
