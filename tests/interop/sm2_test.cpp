// SM2 and SM3 both ways with code that is not ours: OpenSSL's own commands with the user id of GM/T 0009, and the npm package
// sm-crypto, an implementation in JavaScript. Keys and certificates are openssl's.
#include <gtest/gtest.h>

#include <filesystem>

#include "gateway/crypto/certificate.h"
#include "gateway/crypto/sm3.h"
#include "tests/support/pki.h"
#include "tools/stage/child.h"

namespace yht::interop {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SignatureVerdict;

constexpr const char* kUserId = "distid:1234567812345678";
const std::string kText = "\"@method\": POST\n\"@target-uri\": https://gateway.example/v1/records 市民来电";

class Sm2 : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(std::filesystem::exists(YHT_NODE_MODULES "/sm-crypto")) << "run tools/install --node";
        test::writeFile(file("text"), kText);
        test::writeFile(file("other"), kText + ".");
    }
    std::string file(const std::string& name) const { return (pki_.directory() / name).string(); }
    /// Standard output of a program that must succeed; "" where it fails.
    std::string run(std::vector<std::string> words) const {
        words.insert(words.begin(), "/usr/bin/env");
        const auto finished = stage::runToEnd(words, file("log"));
        return finished.exit_code == 0 ? finished.output + "." : "";
    }
    std::string node(std::vector<std::string> words) const {
        words.insert(words.begin(), {"node", YHT_SOURCE_DIR "/tests/interop/sm2.js"});
        return run(words);
    }
    SignatureVerdict verdict(const std::string& text, const std::string& signature) const {
        return *certificate_.publicKey().verify(SignatureAlgorithm::Sm2Sm3, text, signature);
    }
    /// INTEGER r, INTEGER s, as openssl wants and gives them.
    static std::string derOf(const std::string& raw) {
        std::string pair;
        for (std::string half : {raw.substr(0, 32), raw.substr(32)}) {
            half.erase(0, half.find_first_not_of('\0'));
            if (static_cast<unsigned char>(half[0]) >= 0x80) half.insert(0, 1, '\0');
            pair += std::string("\x02") + static_cast<char>(half.size()) + half;
        }
        return std::string("\x30") + static_cast<char>(pair.size()) + pair;
    }
    static std::string rawOf(const std::string& der) {
        std::string raw;
        for (std::size_t at = 2; at < der.size();) {
            const auto length = static_cast<std::size_t>(der[at + 1]);
            std::string half = der.substr(at + 2, length);
            half.erase(0, half.size() > 32 ? half.size() - 32 : 0);
            raw += std::string(32 - half.size(), '\0') + half;
            at += 2 + length;
        }
        return raw;
    }

    test::Pki pki_;
    const test::CertificateFiles files_ = pki_.issue({.name = "sm2", .key = test::KeyKind::Sm2});
    const crypto::Certificate certificate_ = crypto::Certificate::fromPem(files_.certificatePem()).value();
    const crypto::PrivateKey key_ = crypto::PrivateKey::fromPem(files_.privateKeyPem()).value();
};

TEST_F(Sm2, OpensslVerifiesWhatWeSign) {
    const auto raw = key_.sign(SignatureAlgorithm::Sm2Sm3, kText).value();
    ASSERT_EQ(64U, raw.size());
    test::writeFile(file("signature"), derOf(raw));
    test::writeFile(file("public.pem"), "");
    ASSERT_NE("", run({"openssl", "x509", "-in", files_.certificate, "-noout", "-pubkey", "-out", file("public.pem")}));
    const auto verify = [&](const std::string& text) {
        return run({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", file("public.pem"), "-rawin", "-digest", "sm3",
                    "-pkeyopt", kUserId, "-in", file(text), "-sigfile", file("signature")});
    };
    EXPECT_NE("", verify("text"));
    EXPECT_EQ("", verify("other"));
}

TEST_F(Sm2, WeVerifyWhatOpensslSigns) {
    for (const bool by_dgst : {true, false}) {
        const std::vector<std::string> dgst = {"openssl", "dgst", "-sm3", "-sign", files_.private_key, "-sigopt", kUserId,
                                               "-out", file("signature"), file("text")};
        const std::vector<std::string> pkeyutl = {"openssl", "pkeyutl", "-sign", "-inkey", files_.private_key, "-rawin",
                                                  "-digest", "sm3", "-pkeyopt", kUserId, "-in", file("text"), "-out",
                                                  file("signature")};
        ASSERT_NE("", run(by_dgst ? dgst : pkeyutl));
        const auto raw = rawOf(test::readFile(file("signature")));
        EXPECT_EQ(SignatureVerdict::Valid, verdict(kText, raw));
        EXPECT_EQ(SignatureVerdict::Invalid, verdict(kText + ".", raw));
    }
}

// The user id is part of the digest: a signature under another one is none.
TEST_F(Sm2, AnotherUserIdIsInvalid) {
    ASSERT_NE("", run({"openssl", "dgst", "-sm3", "-sign", files_.private_key, "-sigopt", "distid:ALICE123@YAHOO.COM", "-out",
                       file("signature"), file("text")}));
    EXPECT_EQ(SignatureVerdict::Invalid, verdict(kText, rawOf(test::readFile(file("signature")))));
}

TEST_F(Sm2, SmCryptoVerifiesWhatWeSign) {
    test::writeFile(file("signature"), key_.sign(SignatureAlgorithm::Sm2Sm3, kText).value());
    EXPECT_EQ("true\n.", node({"verify", files_.certificate, file("text"), file("signature")}));
    EXPECT_EQ("false\n.", node({"verify", files_.certificate, file("other"), file("signature")}));
}

TEST_F(Sm2, WeVerifyWhatSmCryptoSigns) {
    ASSERT_NE("", node({"sign", files_.private_key, files_.certificate, file("text"), file("signature")}));
    const auto raw = test::readFile(file("signature"));
    EXPECT_EQ(SignatureVerdict::Valid, verdict(kText, raw));
    EXPECT_EQ(SignatureVerdict::Invalid, verdict(kText + ".", raw));
}

TEST_F(Sm2, WeDecryptWhatOthersEncrypt) {
    test::writeFile(file("short"), "0123456789abcdef0123456789abcdef");
    ASSERT_NE("", node({"encrypt", files_.certificate, file("short"), file("sealed")}));
    EXPECT_EQ("0123456789abcdef0123456789abcdef", key_.decrypt(test::readFile(file("sealed"))).value());
    ASSERT_NE("", run({"openssl", "pkeyutl", "-encrypt", "-inkey", files_.private_key, "-in", file("short"), "-out",
                       file("sealed")}));
    EXPECT_EQ("0123456789abcdef0123456789abcdef", key_.decrypt(test::readFile(file("sealed"))).value());
}

TEST_F(Sm2, Sm3IsTheSame) {
    EXPECT_EQ(base::toHex(crypto::sm3(kText)) + "\n.", node({"sm3", file("text")}));
}

// A certificate whose issuer signs with SM2: the user id is not in it.
TEST_F(Sm2, ACertificateSignedWithSm2IsItsIssuers) {
    ASSERT_NE("", run({"openssl", "req", "-x509", "-new", "-key", files_.private_key, "-sm3", "-sigopt", kUserId, "-subj",
                       "/CN=national root", "-days", "30", "-out", file("root-sm2.pem")}));
    const auto root = crypto::Certificate::fromPem(test::readFile(file("root-sm2.pem"))).value();
    EXPECT_TRUE(root.isSignedBy(root));
    EXPECT_FALSE(root.isSignedBy(crypto::Certificate::fromPem(test::readFile(pki_.rootFile())).value()));
}

}  // namespace
}  // namespace yht::interop
