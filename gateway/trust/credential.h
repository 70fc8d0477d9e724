// A credential of our own: a certificate with what stands behind it, and its private key, as files. Checked before anything uses it,
// so that a wrong file is found out by us and not by forty partners.
//   1 files    there, PEM, and the key for its owner's eyes alone
//   2 key      belongs to the certificate
//   3 chain    leads to the CA that it should, else is whole as far as it goes; dates, usage, strength, digests
//   4 names    where it is a server's: those that it is called by
// Uses: crypto. Used by: app (credentials).
#pragma once

#include <string>
#include <vector>

#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/key.h"

namespace yht::trust {

inline constexpr std::size_t kCredentialFileBytesMax = 1024 * 1024;

struct CredentialQuestion {
    std::string certificate_path;
    std::string private_key_path;  // "": the certificate alone, of a far side
    std::string issuer_ca_path;    // "": not asked
    std::vector<crypto::CertificatePurpose> uses;
    std::vector<std::string> names = {};
};

/// What was checked: the leaf's fingerprint, and when the first of the chain ends.
struct CheckedCredential {
    std::string fingerprint, subject;
    base::UnixMillis not_after_ms = 0;
};

/// Errors: CertUnreadable, CertKeyExposed, CertKeyMismatch, "certificate.*" of the chain; each with the file and, in both languages,
/// the command that mends it.
base::Result<CheckedCredential> checkCredential(const CredentialQuestion& question, base::UnixMillis now_ms);

/// A whole file, bounded. Errors: CertUnreadable.
base::Result<std::string> readCredentialFile(const std::string& path);
/// Every certificate of a file. Errors: CertUnreadable.
base::Result<crypto::CertificateChain> readCertificates(const std::string& path);

}  // namespace yht::trust
