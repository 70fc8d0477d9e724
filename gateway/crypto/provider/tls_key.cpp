// EC_KEY_METHOD is what OpenSSL 3.0 still offers short of a provider of our own; it is marked for removal only.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "gateway/crypto/provider/tls_key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "gateway/crypto/key_forms.h"
#include "gateway/crypto/openssl_error.h"

namespace yht::crypto {
namespace {

using Kept = std::shared_ptr<const KeyOperations>;

void freeKept(void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Kept*>(kept);
}

int keptIndex() {
    static const int index = EC_KEY_get_ex_new_index(0, nullptr, nullptr, nullptr, freeKept);
    return index;
}

ECDSA_SIG* signInDevice(const unsigned char* digest, int length, const BIGNUM*, const BIGNUM*, EC_KEY* key) {
    const auto& operations = **static_cast<Kept*>(EC_KEY_get_ex_data(key, keptIndex()));
    const auto signature = operations.sign(
        operations.publicKey().defaultAlgorithm(),
        {reinterpret_cast<const char*>(digest), static_cast<std::size_t>(length)}
    );
    if (!signature.ok()) return nullptr;  // the handshake fails; the next one asks again
    const auto der = derFromRaw(*signature);
    const unsigned char* in = octets(base::BytesView(der));
    return d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()));
}

EC_KEY_METHOD* deviceMethod() {
    static EC_KEY_METHOD* const method = [] {
        auto* made = mustNotFail(EC_KEY_METHOD_new(EC_KEY_OpenSSL()));
        int (*sign)(int, const unsigned char*, int, unsigned char*, unsigned int*, const BIGNUM*, const BIGNUM*, EC_KEY*);
        int (*setup)(EC_KEY*, BN_CTX*, BIGNUM**, BIGNUM**);
        EC_KEY_METHOD_get_sign(made, &sign, &setup, nullptr);
        EC_KEY_METHOD_set_sign(made, sign, setup, signInDevice);
        return made;
    }();
    return method;
}

std::shared_ptr<void> elliptic(const Kept& operations) {
    const auto der = operations->publicKey().toDer();
    const unsigned char* in = octets(base::BytesView(der));
    EC_KEY* const key = mustNotFail(d2i_EC_PUBKEY(nullptr, &in, static_cast<long>(der.size())));
    mustNotFail(EC_KEY_set_method(key, deviceMethod()) == 1);
    mustNotFail(EC_KEY_set_ex_data(key, keptIndex(), new Kept(operations)) == 1);
    KeyHandle handle(mustNotFail(EVP_PKEY_new()));
    mustNotFail(EVP_PKEY_assign_EC_KEY(handle.get(), key) == 1);
    return shared(std::move(handle));
}

}  // namespace

base::Result<std::shared_ptr<void>> tlsHandle(const PrivateKey& key) {
    if (auto handle = key.operations()->inMemory()) return handle;
    const auto algorithm = key.publicKey().defaultAlgorithm();
    if (algorithm == SignatureAlgorithm::EcdsaP256Sha256 || algorithm == SignatureAlgorithm::EcdsaP384Sha384) {
        return elliptic(key.operations());
    }
    return base::makeError(
        base::ErrorCode::SignatureAlgorithm, "TLS takes EC keys (P-256, P-384) from a device; RSA and Ed25519 sign messages only"
    );
}

}  // namespace yht::crypto
