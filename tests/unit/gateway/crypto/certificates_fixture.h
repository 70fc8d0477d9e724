// A small language for tests of certificates: a root and what it issues, made by us.
// Uses: crypto, test_support. Used by: the tests of this folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/crypto/certificate_bundle.h"
#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/certificate_issue.h"
#include "gateway/crypto/certificate_request.h"
#include "tests/support/openssl.h"

namespace yht::crypto {

inline constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;

struct Member {
    KeyMaterial key;
    CertificateFacts certificate;
};

class CertificatesFixture : public testing::Test {
protected:
    static KeyMaterial newKey(KeyKind kind = KeyKind::EcP256) { return KeyMaterial::generate(kind).value(); }

    base::UnixMillis now() const { return base::SystemClock().nowMillis() / 1000 * 1000; }

    CertificateContent caContent(const std::string& name, const KeyMaterial& key) {
        CertificateContent content = leafContent(name, key);
        content.is_ca = true;
        content.names = {};
        content.key_usage = {"keyCertSign", "cRLSign"};
        content.extended_key_usage = {};
        return content;
    }
    CertificateContent leafContent(const std::string& name, const KeyMaterial& key) {
        return {
            .serial_hex = newSerialHex(random),
            .subject = *DistinguishedName::parse("C=CN,O=株洲市12345,CN=" + name),
            .public_key_der = key.publicDer(),
            .not_before_ms = now() - kDayMillis,
            .not_after_ms = now() + 365 * kDayMillis,
            .names = {{NameType::Dns, "localhost"}, {NameType::Ip, "127.0.0.1"}, {NameType::Ip, "::1"}},
            .key_usage = {"digitalSignature"},
            .extended_key_usage = {"serverAuth", "clientAuth"}};
    }
    static Member signedBy(const Member* issuer, const CertificateContent& content, KeyMaterial key) {
        auto der = issueCertificate(content, issuer ? issuer->key : key, issuer ? std::optional(issuer->certificate.der) : std::nullopt);
        EXPECT_TRUE(der.ok()) << base::describe(der.error());
        return {std::move(key), readCertificateFacts(*der).value()};
    }
    Member root(const std::string& name = "root", KeyKind kind = KeyKind::EcP256) {
        auto key = newKey(kind);
        const auto content = caContent(name, key);
        return signedBy(nullptr, content, std::move(key));
    }
    Member leaf(const Member& issuer, const std::string& name = "leaf", KeyKind kind = KeyKind::EcP256) {
        auto key = newKey(kind);
        const auto content = leafContent(name, key);
        return signedBy(&issuer, content, std::move(key));
    }

    std::vector<std::string> codes(const std::vector<Finding>& findings) {
        std::vector<std::string> out;
        for (const auto& one : findings) out.emplace_back(one.row().wire);
        return out;
    }

    test::Scratch scratch;
    base::SystemRandom random;
};

/// The findings' code of a refusal, "" where it was taken.
template <class T>
std::string refusalOf(const base::Result<T>& result) {
    if (result.ok()) return "";
    return result.error().fields.empty() ? base::describe(result.error()) : result.error().fields.front().code;
}

}  // namespace yht::crypto
