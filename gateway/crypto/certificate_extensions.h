// Extensions (RFC 5280 section 4.2) as OpenSSL has them, made from names and read into names.
// Uses: OpenSSL. Used by: the .cpp files of this room only.
#pragma once

#include <openssl/x509v3.h>

#include <string>
#include <vector>

namespace yht::crypto {

/// `value` is what X509V3 encodes for that extension; it stays the caller's.
X509_EXTENSION* newExtension(int nid, bool critical, void* value);
/// Critical. Requires: names of keyUsageNames().
X509_EXTENSION* newKeyUsage(const std::vector<std::string>& usages);
std::vector<std::string> keyUsageNames();
std::vector<std::string> keyUsageOf(std::uint32_t bits);
/// Short names, OIDs where unknown; at most 64.
std::vector<std::string> purposeNames(const EXTENDED_KEY_USAGE* usage);

}  // namespace yht::crypto
