// Signatures and digests of the province's interface (profile README, sections 2, 3 and 8), on
// OpenSSL directly: a stranger does not share the gateway's cryptography. Uses: base, OpenSSL. Used
// by: envelope, platform.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/bytes.h"

namespace yht::province_sim {

std::string sha256Hex(std::string_view bytes);

/// A certificate's key, to check signatures with. Throws std::runtime_error where the file is no
/// use.
class SealChecker {
public:
    explicit SealChecker(const std::string& certificate_pem_path);
    const std::string& fingerprint() const { return fingerprint_; }
    /// False where `algorithm` is not the key's, the base64 is wrong or the signature does not fit.
    bool verify(std::string_view algorithm, std::string_view text, std::string_view base64) const;

private:
    std::shared_ptr<void> key_;  // EVP_PKEY
    std::string fingerprint_;
};

/// The province's own key. Throws std::runtime_error where the files are no use.
class Sealer {
public:
    Sealer(const std::string& certificate_pem_path, const std::string& key_pem_path);
    const std::string& fingerprint() const { return fingerprint_; }
    const char* algorithm() const { return is_rsa_ ? "RSA-SHA256" : "ECDSA-P256-SHA256"; }
    /// base64 of the signature.
    std::string seal(std::string_view text) const;

private:
    std::shared_ptr<void> key_;  // EVP_PKEY
    std::string fingerprint_;
    bool is_rsa_ = false;
};

}  // namespace yht::province_sim
