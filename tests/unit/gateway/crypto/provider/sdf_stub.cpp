// Plays a device behind GM/T 0018: one SM2 key at index 1, its PIN "stub-pin"; the interface as the standard has it,
// the signatures by OpenSSL. YHT_SDF_STUB in the environment makes trouble: absent, slow, broken;
// slow waits at the FIFO of YHT_SDF_STUB_GATE until a writer has opened and closed it.
// Uses: OpenSSL. Used by: sdf_key_test, which loads it as the vendor's library.
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct EccPublicKey {
    unsigned int bits;
    unsigned char x[64], y[64];
};
struct EccSignature {
    unsigned char r[64], s[64];
};

constexpr int kOpenDeviceFailed = 0x01000005, kAccessDenied = 0x01000007, kKeyNotThere = 0x01000008, kSignFailed = 0x0100000d;
constexpr unsigned int kIndex = 1;

bool trouble(std::string_view name) {
    const char* set = std::getenv("YHT_SDF_STUB");
    return set != nullptr && name == set;
}

EVP_PKEY* key() {
    static EVP_PKEY* const made = EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2");
    return made;
}

void waitAtGate() {
    const int gate = ::open(std::getenv("YHT_SDF_STUB_GATE"), O_RDONLY);
    char octet = 0;
    while (::read(gate, &octet, 1) > 0) {
    }
    ::close(gate);
}

int device_mark, session_mark;
bool has_access = false;

}  // namespace

extern "C" {

int SDF_OpenDevice(void** device) {
    if (trouble("absent")) return kOpenDeviceFailed;
    *device = &device_mark;
    return 0;
}
int SDF_CloseDevice(void*) { return 0; }
int SDF_OpenSession(void*, void** session) {
    *session = &session_mark;
    return 0;
}
int SDF_CloseSession(void*) {
    has_access = false;
    return 0;
}
int SDF_GetPrivateKeyAccessRight(void*, unsigned int index, unsigned char* password, unsigned int length) {
    if (index != kIndex) return kKeyNotThere;
    if (std::string_view(reinterpret_cast<char*>(password), length) != "stub-pin") return kAccessDenied;
    has_access = true;
    return 0;
}
int SDF_ExportSignPublicKey_ECC(void*, unsigned int index, EccPublicKey* out) {
    if (index != kIndex) return kKeyNotThere;
    BIGNUM *x = nullptr, *y = nullptr;
    EVP_PKEY_get_bn_param(key(), OSSL_PKEY_PARAM_EC_PUB_X, &x);
    EVP_PKEY_get_bn_param(key(), OSSL_PKEY_PARAM_EC_PUB_Y, &y);
    std::memset(out, 0, sizeof *out);
    out->bits = 256;
    BN_bn2binpad(x, out->x, 64);
    BN_bn2binpad(y, out->y, 64);
    BN_free(x);
    BN_free(y);
    return 0;
}
int SDF_InternalSign_ECC(void*, unsigned int index, unsigned char* data, unsigned int length, EccSignature* out) {
    if (trouble("slow")) waitAtGate();
    if (trouble("broken") || !has_access || index != kIndex || length != 32) return kSignFailed;
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key(), nullptr);
    unsigned char der[128];
    std::size_t size = sizeof der;
    const bool done = EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_sign(context, der, &size, data, length) == 1;
    EVP_PKEY_CTX_free(context);
    const unsigned char* in = der;
    ECDSA_SIG* pair = done ? d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(size)) : nullptr;
    if (pair == nullptr) return kSignFailed;
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out->r, 64);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out->s, 64);
    ECDSA_SIG_free(pair);
    return 0;
}

}  // extern "C"
