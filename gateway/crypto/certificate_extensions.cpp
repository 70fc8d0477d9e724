#include "gateway/crypto/certificate_extensions.h"

#include <algorithm>

#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

constexpr int kPurposesMax = 64;

struct UsageBit {
    std::uint32_t bit;
    int position;  // in the BIT STRING of RFC 5280
    const char* name;
};
constexpr UsageBit kUsageBits[] = {
    {KU_DIGITAL_SIGNATURE, 0, "digitalSignature"},
    {KU_NON_REPUDIATION, 1, "nonRepudiation"},
    {KU_KEY_ENCIPHERMENT, 2, "keyEncipherment"},
    {KU_DATA_ENCIPHERMENT, 3, "dataEncipherment"},
    {KU_KEY_AGREEMENT, 4, "keyAgreement"},
    {KU_KEY_CERT_SIGN, 5, "keyCertSign"},
    {KU_CRL_SIGN, 6, "cRLSign"},
};

}  // namespace

X509_EXTENSION* newExtension(int nid, bool critical, void* value) { return mustNotFail(X509V3_EXT_i2d(nid, critical ? 1 : 0, value)); }

X509_EXTENSION* newKeyUsage(const std::vector<std::string>& usages) {
    ASN1_BIT_STRING* bits = mustNotFail(ASN1_BIT_STRING_new());
    for (const UsageBit& one : kUsageBits) {
        if (std::find(usages.begin(), usages.end(), one.name) != usages.end())
            mustNotFail(ASN1_BIT_STRING_set_bit(bits, one.position, 1) == 1);
    }
    X509_EXTENSION* extension = newExtension(NID_key_usage, true, bits);
    ASN1_BIT_STRING_free(bits);
    return extension;
}

std::vector<std::string> keyUsageNames() {
    std::vector<std::string> names;
    for (const UsageBit& one : kUsageBits) names.emplace_back(one.name);
    return names;
}

std::vector<std::string> keyUsageOf(std::uint32_t bits) {
    std::vector<std::string> names;
    for (const UsageBit& one : kUsageBits) {
        if ((bits & one.bit) != 0) names.emplace_back(one.name);
    }
    return names;
}

std::vector<std::string> purposeNames(const EXTENDED_KEY_USAGE* usage) {
    std::vector<std::string> names;
    for (int index = 0; index < std::min(sk_ASN1_OBJECT_num(usage), kPurposesMax); ++index) {
        const ASN1_OBJECT* object = sk_ASN1_OBJECT_value(usage, index);
        char oid[128] = {};
        const int nid = OBJ_obj2nid(object);
        if (nid == NID_undef) OBJ_obj2txt(oid, sizeof oid, object, 1);
        names.emplace_back(nid == NID_undef ? oid : OBJ_nid2sn(nid));
    }
    return names;
}

}  // namespace yht::crypto
