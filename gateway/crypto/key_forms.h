// OpenSSL's keys as this room handles them: which are taken, how each algorithm hashes and pads, r ‖ s and DER.
// Uses: OpenSSL. Used by: the .cpp files of this room only.
#pragma once

#include <openssl/params.h>

#include <array>
#include <initializer_list>
#include <memory>

#include "gateway/crypto/key.h"
#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {

inline constexpr int kRsaBitsMin = 2048;
inline constexpr std::size_t kKeyTextBytesMax = 64 * 1024;
inline constexpr std::size_t kEd25519KeyBytes = 32;

inline EVP_PKEY* keyOf(const std::shared_ptr<void>& handle) {
    return static_cast<EVP_PKEY*>(handle.get());
}
std::shared_ptr<void> shared(KeyHandle handle);

/// CryptoFailed with `why`; empties the queue.
base::Error refusedKey(const char* why);
base::Error algorithmRefused(SignatureAlgorithm algorithm);
/// The one gate for keys of every origin: nothing weaker than this gets into a PublicKey.
base::Status checkStrength(EVP_PKEY* key);
bool keySupports(EVP_PKEY* key, SignatureAlgorithm algorithm);

/// Errors: CryptoFailed; KeyPinRefused where the text is encrypted and `passphrase` does not open it.
base::Result<KeyHandle> decodePem(
    std::string_view pem, int selection, std::initializer_list<std::string_view> labels,
    std::string_view passphrase
);

/// RFC 9421 section 3.3.4 has r ‖ s; OpenSSL wants an ECDSA-Sig-Value in DER.
base::Bytes derFromRaw(base::BytesView raw);
/// `half`: octets of r and of s.
base::Bytes rawFromDer(base::BytesView der, std::size_t half);

/// What is signed of a text: its digest, for SM2 with the key's Z in front. Requires: not Ed25519, which takes the text.
base::Bytes digestToSign(SignatureAlgorithm algorithm, const PublicKey& key, base::BytesView text);
using KeyParameters = std::array<OSSL_PARAM, 4>;
/// Padding, salt and digest, for the initialisation; the MGF1 digest follows the message digest by default, which is
/// what rsa-pss-sha512 asks for.
KeyParameters paddingOf(SignatureAlgorithm algorithm);

}  // namespace yht::crypto
