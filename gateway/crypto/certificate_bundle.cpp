#include "gateway/crypto/certificate_bundle.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/pem_blocks.h"
#include "gateway/crypto/pkcs12.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

constexpr std::size_t kPemBytesMax = 1024 * 1024;  // of a chain
constexpr const char* kFormNames[] = {"pem", "der", "p12", "p7"};

base::Status addCertificate(Bundle& bundle, base::BytesView der) {
    auto facts = readCertificateFacts(der);
    if (!facts) return std::move(facts).error();
    bundle.certificates.push_back(*std::move(facts));
    return {};
}

base::Status addCrl(Bundle& bundle, base::BytesView der) {
    auto list = RevocationList::read(der);
    if (!list) return std::move(list).error();
    bundle.crls.push_back(*std::move(list));
    return {};
}

using Pkcs7Handle = std::unique_ptr<PKCS7, OpensslFree<PKCS7_free>>;

base::Status addPkcs7(Bundle& bundle, base::BytesView der) {
    bool exact = false;
    const Pkcs7Handle container(decodeDer(der, d2i_PKCS7, exact));
    drainOpensslErrors();
    if (!container || !PKCS7_type_is_signed(container.get()) || container->d.sign == nullptr) return refusal(FindingCode::Unreadable);
    if (!exact) return refusal(FindingCode::TrailingOctets);
    const STACK_OF(X509)* certificates = container->d.sign->cert;
    const STACK_OF(X509_CRL)* crls = container->d.sign->crl;
    if (sk_X509_num(certificates) > static_cast<int>(kBundleItemsMax) || sk_X509_CRL_num(crls) > static_cast<int>(kBundleItemsMax)) {
        return refusal(FindingCode::TooLarge, "", std::to_string(kBundleItemsMax) + " items");
    }
    for (int index = 0; index < sk_X509_num(certificates); ++index) {
        if (auto status = addCertificate(bundle, encodeDer(sk_X509_value(certificates, index), i2d_X509)); !status) return status;
    }
    for (int index = 0; index < sk_X509_CRL_num(crls); ++index) {
        if (auto status = addCrl(bundle, encodeDer(sk_X509_CRL_value(crls, index), i2d_X509_CRL)); !status) return status;
    }
    return {};
}

base::Status addBlock(Bundle& bundle, const PemBlock& block, const std::optional<std::string>& passphrase) {
    if (block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE") return addCertificate(bundle, block.der);
    if (block.label == "X509 CRL") return addCrl(bundle, block.der);
    if (block.label == "PKCS7" || block.label == "CMS") {
        bundle.form = BundleForm::Pkcs7;
        return addPkcs7(bundle, block.der);
    }
    if (!block.label.ends_with("PRIVATE KEY")) return {};  // parameters, requests, what openssl prints beside
    auto key = KeyMaterial::fromPem(block.text, passphrase);
    if (!key) return std::move(key).error();
    bundle.keys.push_back(*std::move(key));
    return {};
}

base::Result<Bundle> readPem(std::string_view file, const std::optional<std::string>& passphrase) {
    auto blocks = readPemBlocks(file, kBundleItemsMax);
    if (!blocks) return std::move(blocks).error();
    Bundle bundle;
    for (const PemBlock& block : *blocks) {
        if (auto status = addBlock(bundle, block, passphrase); !status) return std::move(status).error();
    }
    return bundle;
}

/// A DER file says by its structure what it is; each reader refuses what is not its own.
base::Result<Bundle> readDer(std::string_view file, const std::optional<std::string>& passphrase) {
    Bundle bundle{.form = BundleForm::Der};
    auto certificate = addCertificate(bundle, file);
    if (certificate.ok() || has(certificate.error(), FindingCode::TrailingOctets))
        return certificate.ok() ? base::Result<Bundle>(bundle) : certificate.error();
    if (auto list = addCrl(bundle, file); list.ok() || !has(list.error(), FindingCode::Unreadable)) {
        return list.ok() ? base::Result<Bundle>(std::move(bundle)) : std::move(list).error();
    }
    bundle.form = BundleForm::Pkcs7;
    if (auto status = addPkcs7(bundle, file); status.ok() || !has(status.error(), FindingCode::Unreadable)) {
        return status.ok() ? base::Result<Bundle>(std::move(bundle)) : std::move(status).error();
    }
    if (isPkcs12(file)) return readPkcs12(file, passphrase);
    return refusal(FindingCode::Unreadable);
}

bool isIssuer(const CertificateFacts& issuer, const CertificateFacts& of) {
    if (issuer.subject != of.issuer || !issuer.is_ca) return false;
    return of.authority_key_id.empty() || issuer.subject_key_id.empty() || of.authority_key_id == issuer.subject_key_id;
}

}  // namespace

const char* bundleFormName(BundleForm form) { return kFormNames[static_cast<std::size_t>(form)]; }

std::optional<BundleForm> findBundleForm(std::string_view name) {
    for (std::size_t index = 0; index < std::size(kFormNames); ++index) {
        if (name == kFormNames[index]) return static_cast<BundleForm>(index);
    }
    return std::nullopt;
}

base::Result<CertificateChain> certificatesOfPem(std::string_view pem) {
    const auto refused = [](const std::string& why) { return base::makeError(base::ErrorCode::CryptoFailed, why); };
    if (pem.size() > kPemBytesMax) return refused("the file is too long");
    const Memory input = readFrom(pem);
    CertificateChain chain;
    while (X509* read = PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr)) {
        const CertificateHandle certificate(read);
        if (chain.size() >= kCertificatesPerFileMax) return refused("more certificates than one file may hold");
        chain.push_back(encodeDer(certificate.get(), i2d_X509));
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    drainOpensslErrors();
    if (!at_end) return refused("a certificate in it can't be read");
    if (chain.empty()) return refused("no certificate in it (-----BEGIN CERTIFICATE-----)");
    return chain;
}

base::Result<Bundle> readBundle(std::string_view file, const std::optional<std::string>& passphrase) {
    if (file.size() > kBundleBytesMax) return refusal(FindingCode::TooLarge);
    if (passphrase && passphrase->size() > kPassphraseBytesMax) return refusal(FindingCode::TooLarge);
    auto bundle = isPem(file) ? readPem(file, passphrase) : readDer(file, passphrase);
    if (bundle.ok() && bundle->certificates.empty() && bundle->keys.empty() && bundle->crls.empty())
        return refusal(FindingCode::Unreadable);
    return bundle;
}

base::Result<CertificateFacts> certificateOfKey(const std::vector<CertificateFacts>& certificates, const KeyMaterial& key) {
    const base::Bytes wanted = key.publicDer();
    const CertificateFacts* found = nullptr;
    for (const CertificateFacts& one : certificates) {
        if (one.key.public_der != wanted) continue;
        if (found != nullptr && found->fingerprint != one.fingerprint) {
            return refusal(FindingCode::KeyAmbiguous, one.subject, found->serial_hex + ", " + one.serial_hex);
        }
        found = &one;
    }
    if (found == nullptr) return refusal(FindingCode::KeyMismatch);
    return *found;
}

std::vector<CertificateFacts> orderedChain(const CertificateFacts& leaf, const std::vector<CertificateFacts>& others) {
    std::vector<CertificateFacts> chain = {leaf};
    while (!chain.back().self_issued && chain.size() <= others.size() + 1) {
        const auto next = std::find_if(others.begin(), others.end(), [&](const auto& one) { return isIssuer(one, chain.back()); });
        if (next == others.end() || next->self_issued) break;
        chain.push_back(*next);
    }
    return chain;
}

base::Bytes writePkcs7(const std::vector<CertificateFacts>& certificates, const std::vector<RevocationList>& crls) {
    const Pkcs7Handle container(mustNotFail(PKCS7_new()));
    mustNotFail(PKCS7_set_type(container.get(), NID_pkcs7_signed) == 1);
    mustNotFail(PKCS7_content_new(container.get(), NID_pkcs7_data) == 1);
    PKCS7_set_detached(container.get(), 1);
    for (const CertificateFacts& one : certificates) {
        bool exact = false;
        const CertificateHandle certificate(mustNotFail(decodeCertificate(one.der, exact).release()));
        mustNotFail(PKCS7_add_certificate(container.get(), certificate.get()) == 1);
    }
    for (const RevocationList& one : crls) {
        bool exact = false;
        const CrlHandle crl(mustNotFail(decodeDer(one.toDer(), d2i_X509_CRL, exact)));
        mustNotFail(PKCS7_add_crl(container.get(), crl.get()) == 1);
    }
    return encodeDer(container.get(), i2d_PKCS7);
}

}  // namespace yht::crypto
