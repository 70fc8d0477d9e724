#include "gateway/crypto/pkcs12.h"

#include <openssl/err.h>

#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/derivation_rounds.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

constexpr int kRounds = 100'000;  // a file on its way, opened by programs that are slow at it
constexpr int kMacRounds = 100'000;
constexpr int kSaltBytes = 16;

using Pkcs12Handle = std::unique_ptr<PKCS12, OpensslFree<PKCS12_free>>;
inline void freeSafes(STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }
inline void freeBags(STACK_OF(PKCS12_SAFEBAG) * bags) { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
using SafeStack = std::unique_ptr<STACK_OF(PKCS7), OpensslFree<freeSafes>>;
using BagStack = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), OpensslFree<freeBags>>;

Pkcs12Handle decode(base::BytesView der, bool& exact) {
    Pkcs12Handle container(decodeDer(der, d2i_PKCS12, exact));
    drainOpensslErrors();
    return container;
}

bool macAsksForTooMuch(const PKCS12* container) {
    const ASN1_INTEGER* rounds = nullptr;
    PKCS12_get0_mac(nullptr, nullptr, nullptr, &rounds, container);
    std::int64_t count = 1;
    if (rounds != nullptr && (ASN1_INTEGER_get_int64(&count, rounds) != 1 || count < 0)) return true;
    return count > kKeyDerivationRoundsMax;
}

class Reader {
public:
    explicit Reader(const std::string& passphrase) : passphrase_(passphrase) {}

    base::Status read(const PKCS12* container) {
        const SafeStack safes(PKCS12_unpack_authsafes(container));
        if (!safes) return refusal(FindingCode::Unreadable);
        for (int index = 0; index < sk_PKCS7_num(safes.get()); ++index) {
            if (auto status = readSafe(sk_PKCS7_value(safes.get(), index)); !status) return status;
        }
        return {};
    }
    Bundle take() { return std::move(bundle_); }

private:
    int passphraseBytes() const { return static_cast<int>(passphrase_.size()); }

    base::Status readSafe(PKCS7* safe) {
        BagStack bags;
        if (PKCS7_type_is_data(safe)) {
            bags.reset(PKCS12_unpack_p7data(safe));
        } else if (PKCS7_type_is_encrypted(safe)) {
            if (derivationRounds(safe->d.encrypted->enc_data->algorithm) > kKeyDerivationRoundsMax) {
                return refusal(FindingCode::TooLarge, "", "rounds of key derivation");
            }
            bags.reset(PKCS12_unpack_p7encdata(safe, passphrase_.c_str(), passphraseBytes()));
            // The MAC has shown that the passphrase is right: what can't be opened has a cipher that is not here.
            if (!bags) return refusal(FindingCode::CipherOutdated);
        } else {
            return {};
        }
        return bags ? readBags(bags.get(), 0) : refusal(FindingCode::Unreadable);
    }

    base::Status readBags(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
        constexpr int kDepthMax = 4;
        if (depth > kDepthMax) return refusal(FindingCode::TooLarge, "", "depth");
        for (int index = 0; index < sk_PKCS12_SAFEBAG_num(bags); ++index) {
            if (++items_ > kBundleItemsMax) return refusal(FindingCode::TooLarge, "", std::to_string(kBundleItemsMax) + " items");
            if (auto status = readBag(sk_PKCS12_SAFEBAG_value(bags, index), depth); !status) return status;
        }
        return {};
    }

    base::Status readBag(const PKCS12_SAFEBAG* bag, int depth) {
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
            case NID_keyBag:
                return addKey(EVP_PKCS82PKEY(PKCS12_SAFEBAG_get0_p8inf(bag)));
            case NID_pkcs8ShroudedKeyBag:
                return addShrouded(bag);
            case NID_certBag:
                return addCertificate(bag);
            case NID_safeContentsBag:
                return readBags(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
            default:
                return {};
        }
    }

    base::Status addShrouded(const PKCS12_SAFEBAG* bag) {
        const X509_ALGOR* algorithm = nullptr;
        X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
        if (derivationRounds(algorithm) > kKeyDerivationRoundsMax) return refusal(FindingCode::TooLarge, "", "rounds of key derivation");
        PKCS8_PRIV_KEY_INFO* plain = PKCS12_decrypt_skey(bag, passphrase_.c_str(), passphraseBytes());
        if (plain == nullptr) return refusal(FindingCode::CipherOutdated);
        EVP_PKEY* key = EVP_PKCS82PKEY(plain);
        PKCS8_PRIV_KEY_INFO_free(plain);
        return addKey(key);
    }

    base::Status addKey(EVP_PKEY* handle) {
        if (handle == nullptr) return refusal(FindingCode::Unreadable, "key");
        auto key = KeyMaterialAccess::make(KeyHandle(handle));
        if (!key) return std::move(key).error();
        bundle_.keys.push_back(*std::move(key));
        return {};
    }

    base::Status addCertificate(const PKCS12_SAFEBAG* bag) {
        if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) return {};
        const CertificateHandle certificate(PKCS12_SAFEBAG_get1_cert(bag));
        if (!certificate) return refusal(FindingCode::Unreadable, "certificate");
        auto facts = readCertificateFacts(encodeDer(certificate.get(), i2d_X509));
        if (!facts) return std::move(facts).error();
        bundle_.certificates.push_back(*std::move(facts));
        return {};
    }

    const std::string passphrase_;
    Bundle bundle_{.form = BundleForm::Pkcs12};
    std::size_t items_ = 0;
};

/// A safe of certificate bags under the passphrase, and one with the shrouded key.
SafeStack newSafes(
    const std::vector<CertificateFacts>& chain, const KeyMaterial* key, const std::string& passphrase, const std::string& name
) {
    STACK_OF(PKCS7)* safes = nullptr;
    STACK_OF(PKCS12_SAFEBAG)* bags = nullptr;
    unsigned char identifier[EVP_MAX_MD_SIZE];
    unsigned int identifier_bytes = 0;
    for (std::size_t index = 0; index < chain.size(); ++index) {
        bool exact = false;
        const CertificateHandle certificate = decodeCertificate(chain[index].der, exact);
        PKCS12_SAFEBAG* bag = mustNotFail(PKCS12_add_cert(&bags, certificate.get()));
        if (index > 0) continue;
        mustNotFail(X509_digest(certificate.get(), EVP_sha1(), identifier, &identifier_bytes) == 1);
        if (!name.empty()) mustNotFail(PKCS12_add_friendlyname_utf8(bag, name.c_str(), -1) == 1);
        if (key != nullptr) mustNotFail(PKCS12_add_localkeyid(bag, identifier, static_cast<int>(identifier_bytes)) == 1);
    }
    mustNotFail(PKCS12_add_safe(&safes, bags, NID_aes_256_cbc, kRounds, passphrase.c_str()) == 1);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    if (key == nullptr) return SafeStack(safes);
    STACK_OF(PKCS12_SAFEBAG)* key_bags = nullptr;
    PKCS12_SAFEBAG* bag =
        mustNotFail(PKCS12_add_key(&key_bags, KeyMaterialAccess::handle(*key), 0, kRounds, NID_aes_256_cbc, passphrase.c_str()));
    if (!name.empty()) mustNotFail(PKCS12_add_friendlyname_utf8(bag, name.c_str(), -1) == 1);
    mustNotFail(PKCS12_add_localkeyid(bag, identifier, static_cast<int>(identifier_bytes)) == 1);
    mustNotFail(PKCS12_add_safe(&safes, key_bags, -1, 0, nullptr) == 1);
    sk_PKCS12_SAFEBAG_pop_free(key_bags, PKCS12_SAFEBAG_free);
    return SafeStack(safes);
}

}  // namespace

bool isPkcs12(base::BytesView der) {
    bool exact = false;
    return decode(der, exact) != nullptr;
}

base::Result<Bundle> readPkcs12(base::BytesView der, const std::optional<std::string>& passphrase) {
    bool exact = false;
    const Pkcs12Handle container = decode(der, exact);
    if (!container) return refusal(FindingCode::Unreadable);
    if (!exact) return refusal(FindingCode::TrailingOctets);
    if (!passphrase) return refusal(FindingCode::PassphraseNeeded);
    // Without a MAC nothing shows that it is whole.
    if (PKCS12_mac_present(container.get()) != 1) return refusal(FindingCode::Unreadable, "", "no MAC");
    if (macAsksForTooMuch(container.get())) return refusal(FindingCode::TooLarge, "", "rounds of the MAC");
    if (PKCS12_verify_mac(container.get(), passphrase->c_str(), static_cast<int>(passphrase->size())) != 1) {
        drainOpensslErrors();
        return refusal(FindingCode::PassphraseWrong);
    }
    Reader reader(*passphrase);
    auto status = reader.read(container.get());
    drainOpensslErrors();
    if (!status) return std::move(status).error();
    return reader.take();
}

base::Result<base::Bytes> writePkcs12(
    const std::vector<CertificateFacts>& chain, const KeyMaterial* key, const std::string& passphrase, const std::string& friendly_name
) {
    YHT_ASSERT(!passphrase.empty() && !chain.empty());
    if (key != nullptr && key->publicDer() != chain.front().key.public_der) return refusal(FindingCode::KeyMismatch, chain.front().subject);
    const SafeStack safes = newSafes(chain, key, passphrase, friendly_name);
    const Pkcs12Handle container(mustNotFail(PKCS12_add_safes(safes.get(), 0)));
    mustNotFail(
        PKCS12_set_mac(
            container.get(), passphrase.c_str(), static_cast<int>(passphrase.size()), nullptr, kSaltBytes, kMacRounds, EVP_sha256()
        ) == 1
    );
    return encodeDer(container.get(), i2d_PKCS12);
}

}  // namespace yht::crypto
