// What this room's files about certificates share: owners of X.509 objects, keys' handles, names and times as OpenSSL has
// them. Uses: OpenSSL. Used by: the .cpp files of this room only; never by another header.
#pragma once

#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <optional>

#include "gateway/base/clock.h"
#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/key_material.h"
#include "gateway/crypto/openssl_handles.h"
#include "gateway/crypto/sm2.h"

namespace yht::crypto {

inline void freeCertificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
inline void freeExtensions(STACK_OF(X509_EXTENSION) * stack) { sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free); }

using CertificateHandle = std::unique_ptr<X509, OpensslFree<X509_free>>;
using RequestHandle = std::unique_ptr<X509_REQ, OpensslFree<X509_REQ_free>>;
using CrlHandle = std::unique_ptr<X509_CRL, OpensslFree<X509_CRL_free>>;
using NameHandle = std::unique_ptr<X509_NAME, OpensslFree<X509_NAME_free>>;
using IntegerHandle = std::unique_ptr<ASN1_INTEGER, OpensslFree<ASN1_INTEGER_free>>;
using TimeHandle = std::unique_ptr<ASN1_TIME, OpensslFree<ASN1_TIME_free>>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;
using CertificateStack = std::unique_ptr<STACK_OF(X509), OpensslFree<freeCertificates>>;
using ExtensionStack = std::unique_ptr<STACK_OF(X509_EXTENSION), OpensslFree<freeExtensions>>;

struct KeyMaterialAccess {
    static EVP_PKEY* handle(const KeyMaterial& key) { return static_cast<EVP_PKEY*>(key.key_.get()); }
    /// Errors: CryptoFailed with KeyWeak.
    static base::Result<KeyMaterial> make(KeyHandle handle);
};

template <class Decode>
auto decodeDer(base::BytesView der, Decode decode, bool& exact) {
    const unsigned char* in = octets(der);
    auto* decoded = decode(nullptr, &in, static_cast<long>(der.size()));
    exact = decoded != nullptr && in == octets(der) + der.size();
    return decoded;
}

template <class T, class Encode>
base::Bytes encodeDer(T* object, Encode encode) {
    const int length = encode(object, nullptr);
    if (length <= 0) return {};
    base::Bytes der(static_cast<std::size_t>(length), '\0');
    unsigned char* out = octets(der);
    encode(object, &out);
    return der;
}

/// A certificate from DER; one whose key or signature is SM2 gets the user id that such signatures are made with.
/// Null where there is none; `exact`: nothing follows it.
CertificateHandle decodeCertificate(base::BytesView der, bool& exact);
/// The same; null where something follows it.
CertificateHandle readCertificate(base::BytesView der);

std::string nameLine(const X509_NAME* name);
DistinguishedName namePartsOf(const X509_NAME* name);
/// Null where a part can't be: a type that is not known, a value that is too long.
NameHandle nameOf(const DistinguishedName& name);
std::optional<base::UnixMillis> millisOf(const ASN1_TIME* time);
/// In seconds; UTCTime until 2049 (RFC 5280 section 4.1.2.5).
TimeHandle timeOf(base::UnixMillis at_ms);
std::string serialHexOf(const ASN1_INTEGER* serial);
/// Null where the text is not hexadecimal.
IntegerHandle serialOf(std::string_view hex);
std::vector<AlternativeName> alternativeNamesOf(const GENERAL_NAMES* names);
/// Values go in as they are, without OpenSSL's configuration language. Null where one can't be.
NamesHandle generalNamesOf(const std::vector<AlternativeName>& names);
KeyFacts keyFactsOf(EVP_PKEY* key);
/// Null where the DER is no key that OpenSSL reads.
KeyHandle decodePublicKey(base::BytesView der);
std::string signatureName(int nid);
/// The digest that the parameters of an RSASSA-PSS signature name (RFC 4055 section 3.1); NID_undef of any other algorithm.
int pssDigestOf(const X509_ALGOR* algorithm);
/// MD5, SHA-1, older, and what is not known at all; of RSASSA-PSS the digest that its parameters name counts.
bool isWeakSignature(int nid, int pss_digest_nid);
/// Sets `context` up to sign with the digest that goes with the key, SM2 with its user id.
bool prepareSigning(EVP_MD_CTX* context, EVP_PKEY* key);
/// The purposes by short name; null where one is none.
EXTENDED_KEY_USAGE* newExtendedKeyUsage(const std::vector<std::string>& purposes);

}  // namespace yht::crypto
