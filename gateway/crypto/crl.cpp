#include "gateway/crypto/crl.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "gateway/crypto/x509_owners.h"

namespace yht::crypto {

using namespace x509;

namespace {

using base::ErrorCode;

constexpr std::string_view kPemLabel = "-----BEGIN X509 CRL-----";
constexpr std::int64_t kWithoutNextUpdateMillis = 3'600'000;
constexpr int kSignatureBitsMin = 112;

struct FreeCrl {
    void operator()(void* crl) const { X509_CRL_free(static_cast<X509_CRL*>(crl)); }
};
X509_CRL* listOf(const std::shared_ptr<void>& handle) { return static_cast<X509_CRL*>(handle.get()); }

base::Error untrusted(const std::string& why) {
    const std::string queued = drainOpensslErrors();
    return base::makeError(ErrorCode::CertCrlUntrusted, why + (queued.empty() ? "" : ": " + queued));
}

X509_CRL* parse(base::BytesView bytes) {
    if (bytes.starts_with(kPemLabel)) {
        const Memory input = readFrom(bytes);
        return PEM_read_bio_X509_CRL(input.get(), nullptr, nullptr, nullptr);
    }
    const unsigned char* in = octets(bytes);
    return d2i_X509_CRL(nullptr, &in, static_cast<long>(bytes.size()));
}

base::Bytes numberOf(const X509_CRL* list) {
    auto* number = static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(list, NID_crl_number, nullptr, nullptr));
    if (number == nullptr) return {};
    const base::Bytes bytes(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(number)), static_cast<std::size_t>(ASN1_STRING_length(number))
    );
    ASN1_INTEGER_free(number);
    return bytes;
}

/// Every extension that limits what the list is about is critical (RFC 5280 sections 5.2.4 and 5.2.5).
bool isWhole(const X509_CRL* list) { return X509_CRL_get_ext_by_critical(list, 1, -1) < 0; }

const char* reasonName(const X509_REVOKED* entry) {
    static constexpr const char* kNames[] = {"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
                                             "cessationOfOperation", "certificateHold", "unspecified", "removeFromCRL",
                                             "privilegeWithdrawn", "aACompromise"};
    auto* value = static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr));
    const long reason = value == nullptr ? 0 : ASN1_ENUMERATED_get(value);
    ASN1_ENUMERATED_free(value);
    return reason >= 0 && reason < static_cast<long>(std::size(kNames)) ? kNames[reason] : kNames[0];
}

}  // namespace

base::Result<RevocationList> RevocationList::read(base::BytesView bytes) {
    if (bytes.size() > kRevocationListBytesMax) return untrusted("the revocation list is too long");
    X509_CRL* parsed = parse(bytes);
    if (parsed == nullptr) return untrusted("no revocation list that can be read (PEM or DER)");
    RevocationList list;
    list.handle_ = std::shared_ptr<void>(parsed, FreeCrl());
    list.issuer_ = nameText(X509_CRL_get_issuer(parsed));
    const auto this_update = millisOf(X509_CRL_get0_lastUpdate(parsed));
    if (!this_update) return untrusted("the list does not say when it was made");
    list.this_update_ms_ = *this_update;
    list.next_update_ms_ = millisOf(X509_CRL_get0_nextUpdate(parsed)).value_or(*this_update + kWithoutNextUpdateMillis);
    list.number_ = numberOf(parsed);
    list.entry_count_ = static_cast<std::size_t>(std::max(0, sk_X509_REVOKED_num(X509_CRL_get_REVOKED(parsed))));
    if (!isWhole(parsed)) return untrusted("a delta list, or one for a part of the certificates only, of " + list.issuer_);
    drainOpensslErrors();
    return list;
}

bool RevocationList::namesIssuer(base::BytesView issuer_der) const {
    const X509Handle issuer = readCertificate(issuer_der);
    return issuer && X509_NAME_cmp(X509_get_subject_name(issuer.get()), X509_CRL_get_issuer(listOf(handle_))) == 0;
}

base::Status RevocationList::checkSignature(base::BytesView issuer_der) const {
    const X509Handle issuer = readCertificate(issuer_der);
    if (!issuer) return untrusted("the CA's certificate can't be read");
    if ((X509_get_key_usage(issuer.get()) & KU_CRL_SIGN) == 0) return untrusted("the CA may not sign lists: " + issuer_);
    int digest = 0, key = 0;
    const bool known = OBJ_find_sigid_algs(X509_CRL_get_signature_nid(listOf(handle_)), &digest, &key) == 1;
    const EVP_MD* algorithm = known && digest != NID_undef ? EVP_get_digestbynid(digest) : nullptr;
    // Half a digest's length, for collisions; Ed25519 names no digest.
    if (algorithm != nullptr && EVP_MD_get_size(algorithm) * 4 < kSignatureBitsMin) return untrusted("the list is signed with SHA-1 or MD5: " + issuer_);
    if (X509_CRL_verify(listOf(handle_), X509_get0_pubkey(issuer.get())) != 1) return untrusted("not signed by the key of " + issuer_);
    return {};
}

std::optional<Revocation> RevocationList::find(base::BytesView certificate_der) const {
    const X509Handle certificate = readCertificate(certificate_der);
    X509_REVOKED* entry = nullptr;
    if (!certificate || X509_CRL_get0_by_cert(listOf(handle_), &entry, certificate.get()) != 1 || entry == nullptr) return std::nullopt;
    return Revocation{millisOf(X509_REVOKED_get0_revocationDate(entry)).value_or(0), reasonName(entry)};
}

bool RevocationList::isNewerThan(const RevocationList& other) const {
    if (number_.empty() || other.number_.empty()) return this_update_ms_ > other.this_update_ms_;
    if (number_.size() != other.number_.size()) return number_.size() > other.number_.size();
    return number_ == other.number_ ? this_update_ms_ > other.this_update_ms_ : number_ > other.number_;
}

base::Bytes RevocationList::toDer() const {
    base::Bytes der(static_cast<std::size_t>(std::max(0, i2d_X509_CRL(listOf(handle_), nullptr))), '\0');
    unsigned char* out = octets(der);
    i2d_X509_CRL(listOf(handle_), &out);
    return der;
}

}  // namespace yht::crypto
