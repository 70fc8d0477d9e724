#include "gateway/crypto/vendor_digest.h"

#include <openssl/hmac.h>

#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {
namespace {

const EVP_MD* algorithmOf(VendorDigest algorithm) {
    switch (algorithm) {
        case VendorDigest::Md5: return EVP_md5();
        case VendorDigest::Sha1: return EVP_sha1();
        case VendorDigest::Sha256: return EVP_sha256();
    }
    YHT_ASSERT(false);
}

}  // namespace

base::Bytes vendorDigest(VendorDigest algorithm, base::BytesView data) {
    base::Bytes digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int length = 0;
    mustNotFail(
        EVP_Digest(data.data(), data.size(), octets(digest), &length, algorithmOf(algorithm), nullptr) == 1
    );
    digest.resize(length);
    return digest;
}

base::Bytes vendorHmac(VendorDigest algorithm, base::BytesView key, base::BytesView data) {
    YHT_ASSERT(!key.empty());
    base::Bytes mac(EVP_MAX_MD_SIZE, '\0');
    unsigned int length = 0;
    mustNotFail(
        HMAC(algorithmOf(algorithm), key.data(), static_cast<int>(key.size()), octets(data), data.size(),
             octets(mac), &length)
    );
    mac.resize(length);
    return mac;
}

}  // namespace yht::crypto
