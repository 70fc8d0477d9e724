#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "gateway/base/time_text.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

std::string textOf(const ASN1_STRING* string) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string addressText(const ASN1_OCTET_STRING* address) {
    char text[INET6_ADDRSTRLEN] = {};
    const int length = ASN1_STRING_length(address);
    const int family = length == 4 ? AF_INET : length == 16 ? AF_INET6 : AF_UNSPEC;
    if (family == AF_UNSPEC) return {};
    return inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text) ? text : "";
}

std::optional<AlternativeName> readName(const GENERAL_NAME* name) {
    switch (name->type) {
        case GEN_DNS:
            return AlternativeName{NameType::Dns, textOf(name->d.dNSName)};
        case GEN_IPADD:
            return AlternativeName{NameType::Ip, addressText(name->d.iPAddress)};
        case GEN_URI:
            return AlternativeName{NameType::Uri, textOf(name->d.uniformResourceIdentifier)};
        case GEN_EMAIL:
            return AlternativeName{NameType::Email, textOf(name->d.rfc822Name)};
        default:
            return AlternativeName{NameType::Other, ""};
    }
}

bool setAddress(GENERAL_NAME* made, const std::string& text) {
    unsigned char bytes[16];
    const bool v4 = inet_pton(AF_INET, text.c_str(), bytes) == 1;
    if (!v4 && inet_pton(AF_INET6, text.c_str(), bytes) != 1) return false;
    ASN1_OCTET_STRING* address = mustNotFail(ASN1_OCTET_STRING_new());
    mustNotFail(ASN1_OCTET_STRING_set(address, bytes, v4 ? 4 : 16) == 1);
    GENERAL_NAME_set0_value(made, GEN_IPADD, address);
    return true;
}

bool setText(GENERAL_NAME* made, int type, const std::string& text) {
    // IA5String (RFC 5280 section 4.2.1.6): names outside ASCII come as punycode.
    if (text.empty() || std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c >= 127; })) return false;
    ASN1_IA5STRING* string = mustNotFail(ASN1_IA5STRING_new());
    mustNotFail(ASN1_STRING_set(string, text.data(), static_cast<int>(text.size())) == 1);
    GENERAL_NAME_set0_value(made, type, string);
    return true;
}

bool setName(GENERAL_NAME* made, const AlternativeName& name) {
    switch (name.type) {
        case NameType::Dns:
            return setText(made, GEN_DNS, name.text);
        case NameType::Ip:
            return setAddress(made, name.text);
        case NameType::Uri:
            return setText(made, GEN_URI, name.text);
        case NameType::Email:
            return setText(made, GEN_EMAIL, name.text);
        case NameType::Other:
            return false;
    }
    return false;
}

std::string curveOf(EVP_PKEY* key) {
    char curve[64] = {};
    std::size_t length = 0;
    return EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) == 1 ? curve : "?";
}

KeyFacts curveFacts(const std::string& curve) {
    if (curve == SN_X9_62_prime256v1) return {.kind = "p256", .text = "EC P-256"};
    if (curve == SN_secp384r1) return {.kind = "p384", .text = "EC P-384"};
    if (curve == SN_sm2) return {.kind = "sm2", .text = "SM2"};
    return {.kind = "", .text = "EC " + curve};
}

KeyFacts rsaFacts(int bits) {
    KeyFacts facts{.kind = "", .text = "RSA " + std::to_string(bits)};
    if (bits >= 2048 && bits <= 4096) facts.kind = bits >= 4096 ? "rsa4096" : bits >= 3072 ? "rsa3072" : "rsa2048";
    return facts;
}

KeyFacts kindFacts(EVP_PKEY* key) {
    // By name: of keys that a provider decoded the numeric type is not always there.
    if (EVP_PKEY_is_a(key, "SM2") == 1) return curveFacts(SN_sm2);
    if (EVP_PKEY_is_a(key, "EC") == 1) return curveFacts(curveOf(key));
    if (EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1) return rsaFacts(EVP_PKEY_get_bits(key));
    if (EVP_PKEY_is_a(key, "ED25519") == 1) return {.kind = "ed25519", .text = "Ed25519"};
    const char* name = EVP_PKEY_get0_type_name(key);
    return {.kind = "", .text = std::string(name == nullptr ? "?" : name)};
}

bool isStrongDigest(int nid) {
    static const std::set<int> kStrong = {NID_sha256, NID_sha384, NID_sha512, NID_sha3_256, NID_sha3_384, NID_sha3_512, NID_sm3};
    return kStrong.contains(nid);
}

}  // namespace

CertificateHandle decodeCertificate(base::BytesView der, bool& exact) {
    CertificateHandle certificate(decodeDer(der, d2i_X509, exact));
    if (certificate && X509_get_signature_nid(certificate.get()) == NID_SM2_with_SM3) {
        ASN1_OCTET_STRING* id = mustNotFail(ASN1_OCTET_STRING_new());
        mustNotFail(ASN1_OCTET_STRING_set(id, octets(kSm2UserId), static_cast<int>(kSm2UserId.size())) == 1);
        X509_set0_distinguishing_id(certificate.get(), id);
    }
    return certificate;
}

CertificateHandle readCertificate(base::BytesView der) {
    bool exact = false;
    CertificateHandle certificate = decodeCertificate(der, exact);
    drainOpensslErrors();
    return exact ? std::move(certificate) : nullptr;
}

// UTF-8 stays readable; control characters and RFC 2253 specials are escaped, so it is one line.
std::string nameLine(const X509_NAME* name) {
    const Memory memory = writeToMemory();
    X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    return contentOf(memory);
}

DistinguishedName namePartsOf(const X509_NAME* name) {
    DistinguishedName parts;
    for (int index = 0; index < X509_NAME_entry_count(name); ++index) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, index);
        const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        unsigned char* utf8 = nullptr;
        const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
        if (length >= 0) {
            parts.parts.emplace_back(
                nid == NID_undef ? "?" : OBJ_nid2sn(nid), std::string(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length))
            );
        }
        OPENSSL_free(utf8);
    }
    return parts;
}

NameHandle nameOf(const DistinguishedName& name) {
    NameHandle made(mustNotFail(X509_NAME_new()));
    for (const auto& [type, value] : name.parts) {
        const auto* text = octets(value);
        if (X509_NAME_add_entry_by_txt(made.get(), type.c_str(), MBSTRING_UTF8, text, static_cast<int>(value.size()), -1, 0) != 1) {
            return nullptr;
        }
    }
    return made;
}

std::optional<base::UnixMillis> millisOf(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return base::fromCivil(
        {.year = parts.tm_year + 1900,
         .month = parts.tm_mon + 1,
         .day = parts.tm_mday,
         .hour = parts.tm_hour,
         .minute = parts.tm_min,
         .second = parts.tm_sec},
        0
    );
}

TimeHandle timeOf(base::UnixMillis at_ms) { return TimeHandle(mustNotFail(ASN1_TIME_set(nullptr, static_cast<time_t>(at_ms / 1000)))); }

std::string serialHexOf(const ASN1_INTEGER* serial) { return base::toHex(textOf(serial)); }

IntegerHandle serialOf(std::string_view hex) {
    const auto bytes = base::fromHex(hex);
    if (!bytes || bytes->empty()) return nullptr;
    BIGNUM* number = mustNotFail(BN_bin2bn(octets(*bytes), static_cast<int>(bytes->size()), nullptr));
    IntegerHandle serial(mustNotFail(BN_to_ASN1_INTEGER(number, nullptr)));
    BN_free(number);
    return serial;
}

std::vector<AlternativeName> alternativeNamesOf(const GENERAL_NAMES* names) {
    std::vector<AlternativeName> texts;
    const int count = std::min(sk_GENERAL_NAME_num(names), static_cast<int>(kAlternativeNamesMax));
    for (int index = 0; index < count; ++index) {
        if (auto name = readName(sk_GENERAL_NAME_value(names, index))) texts.push_back(*std::move(name));
    }
    return texts;
}

NamesHandle generalNamesOf(const std::vector<AlternativeName>& names) {
    NamesHandle made(mustNotFail(GENERAL_NAMES_new()));
    for (const AlternativeName& name : names) {
        GENERAL_NAME* one = mustNotFail(GENERAL_NAME_new());
        if (!setName(one, name)) {
            GENERAL_NAME_free(one);
            return nullptr;
        }
        mustNotFail(sk_GENERAL_NAME_push(made.get(), one) > 0);
    }
    return made;
}

KeyFacts keyFactsOf(EVP_PKEY* key) {
    KeyFacts facts = kindFacts(key);
    facts.public_der = encodeDer(key, i2d_PUBKEY);
    drainOpensslErrors();
    return facts;
}

KeyHandle decodePublicKey(base::BytesView der) {
    bool exact = false;
    KeyHandle key(decodeDer(der, d2i_PUBKEY, exact));
    return exact ? std::move(key) : nullptr;
}

std::string signatureName(int nid) { return nid == NID_undef ? "?" : OBJ_nid2ln(nid); }

int pssDigestOf(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    int type = V_ASN1_UNDEF;
    const void* value = nullptr;
    X509_ALGOR_get0(&object, &type, &value, algorithm);
    if (OBJ_obj2nid(object) != NID_rsassaPss || type != V_ASN1_SEQUENCE) return NID_undef;
    const auto* sequence = static_cast<const ASN1_STRING*>(value);
    const unsigned char* in = ASN1_STRING_get0_data(sequence);
    const std::unique_ptr<RSA_PSS_PARAMS, OpensslFree<RSA_PSS_PARAMS_free>> parameters(
        d2i_RSA_PSS_PARAMS(nullptr, &in, ASN1_STRING_length(sequence))
    );
    if (!parameters) return NID_undef;
    if (parameters->hashAlgorithm == nullptr) return NID_sha1;  // what RFC 4055 takes where none is named
    const ASN1_OBJECT* digest = nullptr;
    X509_ALGOR_get0(&digest, nullptr, nullptr, parameters->hashAlgorithm);
    return OBJ_obj2nid(digest);
}

bool isWeakSignature(int nid, int pss_digest_nid) {
    if (nid == NID_rsassaPss) return !isStrongDigest(pss_digest_nid);
    if (nid == NID_ED25519 || nid == NID_ED448) return false;  // hash by themselves
    int digest = NID_undef, key = NID_undef;
    return OBJ_find_sigid_algs(nid, &digest, &key) != 1 || !isStrongDigest(digest);
}

bool prepareSigning(EVP_MD_CTX* context, EVP_PKEY* key) {
    const std::string kind = keyFactsOf(key).kind;
    const char* digest = kind == "ed25519" ? nullptr : kind == "sm2" ? "SM3" : kind == "p384" ? "SHA384" : "SHA256";
    EVP_PKEY_CTX* parameters = nullptr;  // the context's own
    if (EVP_DigestSignInit_ex(context, &parameters, digest, nullptr, nullptr, key, nullptr) != 1) return false;
    // Taken after the initialisation and before the first octet only.
    return kind != "sm2" || EVP_PKEY_CTX_set1_id(parameters, octets(kSm2UserId), kSm2UserId.size()) > 0;
}

EXTENDED_KEY_USAGE* newExtendedKeyUsage(const std::vector<std::string>& purposes) {
    EXTENDED_KEY_USAGE* usage = mustNotFail(sk_ASN1_OBJECT_new_null());
    for (const std::string& purpose : purposes) {
        ASN1_OBJECT* object = OBJ_txt2obj(purpose.c_str(), 0);
        if (object == nullptr) {
            sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free);
            return nullptr;
        }
        mustNotFail(sk_ASN1_OBJECT_push(usage, object) > 0);
    }
    return usage;
}

}  // namespace yht::crypto
