// What CAs and partners hand over: certificates, requests, CRLs, PKCS#7 and PKCS#12, keys. First byte: 0 a file of any of these,
// 1 the same with a passphrase, 2 a request, 3 a CRL, 4 a private key.
#include "gateway/base/error.h"
#include "gateway/crypto/certificate_bundle.h"
#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/certificate_request.h"

#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

/// A refusal has a code of the table, never the plain code alone.
template <class T>
bool isTold(const base::Result<T>& result) {
    return !result.ok() && !result.error().fields.empty() && result.error().fields.front().code.starts_with("certificate.");
}

void claimCertificate(const crypto::CertificateFacts& facts) {
    const auto again = crypto::readCertificateFacts(facts.der);
    FUZZ_CLAIM(again.ok() && again->fingerprint == facts.fingerprint && again->subject == facts.subject);
    const auto by_pem = crypto::readBundle(facts.pem());
    FUZZ_CLAIM(by_pem.ok() && by_pem->certificates.size() == 1 && by_pem->certificates[0].fingerprint == facts.fingerprint);
    FUZZ_CLAIM(facts.names.size() <= crypto::kAlternativeNamesMax);
    // Nobody's input chains to nothing.
    FUZZ_CLAIM(!crypto::checkChain(facts.der, {.at_ms = 1'800'000'000'000}).ok());
}

void claimBundle(std::string_view file, const std::optional<std::string>& passphrase) {
    const auto bundle = crypto::readBundle(file, passphrase);
    if (!bundle.ok()) {
        FUZZ_CLAIM(isTold(bundle));
        return;
    }
    FUZZ_CLAIM(bundle->certificates.size() + bundle->keys.size() <= 2 * crypto::kBundleItemsMax);
    for (const auto& one : bundle->certificates) claimCertificate(one);
    for (const auto& one : bundle->crls) FUZZ_CLAIM(crypto::RevocationList::read(one.toPem()).ok());
    if (!bundle->certificates.empty()) FUZZ_CLAIM(crypto::readBundle(crypto::writePkcs7(bundle->certificates, bundle->crls)).ok());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = fuzz::viewOf(data, size);
    switch (fuzz::takeChoice(input)) {
        case 0:
            claimBundle(input, std::nullopt);
            break;
        case 1:
            claimBundle(input, "secret");
            break;
        case 2: {
            const auto request = crypto::readRequest(input);
            FUZZ_CLAIM(request.ok() ? crypto::readRequest(request->der).ok() : isTold(request));
            break;
        }
        case 3: {
            const auto crl = crypto::RevocationList::read(input);
            FUZZ_CLAIM(crl.ok() ? crypto::RevocationList::read(crl->toPem()).ok() : isTold(crl));
            break;
        }
        default: {
            const auto key = crypto::KeyMaterial::fromPem(input);
            FUZZ_CLAIM(key.ok() ? crypto::KeyMaterial::fromPem(key->toPem()).ok() : isTold(key));
            break;
        }
    }
    return 0;
}
