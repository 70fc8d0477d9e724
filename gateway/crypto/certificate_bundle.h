// Files that hold certificates, keys and CRLs in whatever form a CA, a partner or an old program hands them over: PEM with
// several blocks, DER, PKCS#12, PKCS#7; and the same forms written. Uses: base. Used by: certs, app.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/key_material.h"
#include "gateway/crypto/revocation_list.h"

namespace yht::crypto {

inline constexpr std::size_t kBundleBytesMax = kRevocationListBytesMax;
inline constexpr std::size_t kBundleItemsMax = 512;

enum class BundleForm : std::uint8_t { Pem, Der, Pkcs12, Pkcs7 };
/// "pem", "der", "p12", "p7".
const char* bundleFormName(BundleForm form);
std::optional<BundleForm> findBundleForm(std::string_view name);

/// DER of certificates, the one in question first.
using CertificateChain = std::vector<base::Bytes>;
inline constexpr int kCertificatesPerFileMax = 200;
/// Every certificate of a PEM text, in order; other blocks are passed over unread. Errors: CryptoFailed where there is none, more than
/// kCertificatesPerFileMax, or one that can't be read.
base::Result<CertificateChain> certificatesOfPem(std::string_view pem);

struct Bundle {
    BundleForm form = BundleForm::Pem;
    std::vector<CertificateFacts> certificates;  // in the file's order
    std::vector<KeyMaterial> keys;
    std::vector<RevocationList> crls;
};

/// What it is is seen from its bytes, not its name. PEM: certificates, private keys, CRLs and PKCS#7, text between blocks is
/// passed over; a damaged block refuses the file. The passphrase is used where something is encrypted.
/// Errors: CryptoFailed with Unreadable, TooLarge, TrailingOctets, PassphraseNeeded, PassphraseWrong, CipherOutdated, KeyWeak;
/// those of RevocationList::read().
base::Result<Bundle> readBundle(std::string_view file, const std::optional<std::string>& passphrase = {});

/// The certificate with this key: Errors: CryptoFailed with KeyMismatch where none is, KeyAmbiguous where several are.
base::Result<CertificateFacts> certificateOfKey(const std::vector<CertificateFacts>& certificates, const KeyMaterial& key);

/// Leaf first, then issuers as far as they are among `others`, without a root that ends it.
std::vector<CertificateFacts> orderedChain(const CertificateFacts& leaf, const std::vector<CertificateFacts>& others);

/// PKCS#12 with AES-256-CBC and PBKDF2, MAC with SHA-256 (RFC 7292); without a key a file of certificates only.
/// Requires: a passphrase that is not empty. Errors: CryptoFailed with KeyMismatch.
base::Result<base::Bytes> writePkcs12(
    const std::vector<CertificateFacts>& chain, const KeyMaterial* key, const std::string& passphrase, const std::string& friendly_name
);
/// PKCS#7 without signers (RFC 2315), DER.
base::Bytes writePkcs7(const std::vector<CertificateFacts>& certificates, const std::vector<RevocationList>& crls);

}  // namespace yht::crypto
