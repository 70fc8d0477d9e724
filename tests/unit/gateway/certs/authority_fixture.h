// A small language for tests of authorities: a root, an issuing CA below it, and orders.
// Uses: certs, test_support. Used by: the tests of this folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/certs/authority.h"
#include "gateway/crypto/certificate_request.h"
#include "tests/support/openssl.h"

namespace yht::certs {

inline constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;

class AuthorityFixture : public testing::Test {
protected:
    Act act(std::int64_t days_later = 0) { return {"wang", start_ms + days_later * kDayMillis, random}; }
    static Profile profile(const std::string& name) { return Profiles::load("")->find(name).value(); }

    Authority::Creation creation(const std::string& name, const std::string& profile_name) {
        const auto found = profile(profile_name);
        return {
            .directory = scratch / name,
            .settings = {.name = name, .profile = profile_name, .issues = found.issues, .crl_days = found.crl_days},
            .subject = *crypto::DistinguishedName::parse("C=CN,O=A,CN=" + name),
            .key_kind = crypto::KeyKind::EcP256};
    }
    /// Root and issuing CA, opened.
    void SetUp() override {
        root.emplace(*Authority::createRoot(creation("root", "ca-root"), profile("ca-root"), act()));
        root_key.emplace(*root->readKey("", {}));
        issuing.emplace(*Authority::createPending(creation("issuing", "ca-intermediate"), profile("ca-intermediate"), act()));
        const auto request = crypto::readRequest(issuing->requestPem());
        const auto issued = root->issue(
            profile("ca-intermediate"), {.subject = request->subject_parts, .public_key_der = request->key.public_der}, *root_key, act()
        );
        ASSERT_TRUE(issued.ok()) << base::describe(issued.error());
        ASSERT_TRUE(issuing->activate(*crypto::readBundle(issued->certificate.pem() + root->trustPem()), start_ms).ok());
        issuing_key.emplace(*issuing->readKey("", {}));
    }
    Order order(const std::string& name = "partner", crypto::KeyKind kind = crypto::KeyKind::EcP256) {
        return {
            .subject = *crypto::DistinguishedName::parse("C=CN,O=A,CN=" + name),
            .public_key_der = crypto::KeyMaterial::generate(kind)->publicDer()};
    }
    base::Result<Issued> issue(const Order& what, const std::string& profile_name = "partner", std::int64_t days_later = 0) {
        return issuing->issue(profile(profile_name), what, *issuing_key, act(days_later));
    }
    template <class T>
    static std::vector<std::string> codesOf(const base::Result<T>& result) {
        std::vector<std::string> codes;
        if (result.ok()) return codes;
        for (const auto& field : result.error().fields) codes.push_back(field.code.substr(std::string("certificate.").size()));
        return codes;
    }
    crypto::CertificateFacts readCertificateOf(const std::string& authority) {
        return crypto::readBundle(fileOf(authority + "/authority.pem"))->certificates.at(0);
    }
    std::string fileOf(const std::string& name) { return test::readFile(scratch / name); }

    test::Scratch scratch;
    base::SystemRandom random;
    base::UnixMillis start_ms = base::SystemClock().nowMillis();
    std::optional<Authority> root, issuing;
    std::optional<crypto::KeyMaterial> root_key, issuing_key;
};

}  // namespace yht::certs
