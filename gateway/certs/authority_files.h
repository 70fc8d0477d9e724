// The directory of an authority, file by file. Everything in it is text that a person can read.
//
//   authority.yaml        what it is: name, profile, what it issues, where its CRL is found; may be edited by hand
//   authority.key         private key, PKCS#8, mode 600; not there where the key is kept offline
//   authority.pem         its certificate; not there before it has one
//   authority.csr         its request, where another CA is to sign it
//   chain.pem             its certificate and those above it, without the root: what a server adds to its own; of a root: empty
//   trust.pem             its certificate and those above it, root last: what others trust
//   issued.csv            issued_table.h
//   certificates/SERIAL.pem   each with chain.pem behind it
//   journal.csv, journal_handed_in   journal.h
//   crl_number            the last number given out; a CRL's number never comes twice
//   crl.pem, crl.der      the CRL as published
//   lock                  held by the command at work
// Uses: base, crypto, trust (its strict YAML reader). Used by: authority.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace yht::certs {

struct AuthoritySettings {
    std::string name, profile;
    bool key_offline = false;
    std::vector<std::string> issues;                            // profiles
    std::vector<std::string> crl_urls, ocsp_urls, issuer_urls;  // stand in what it issues
    std::uint32_t crl_days = 7;
};

std::string writeSettings(const AuthoritySettings& settings);
/// Errors: CryptoFailed with AuthorityInvalid; `fields` has everything wrong with file and line.
base::Result<AuthoritySettings> readSettings(const std::string& text, const std::string& file);

/// The name inside the directory.
std::string fileOf(const std::string& directory, const char* name);
/// "" where it is not there. Errors: IoFailed.
base::Result<std::string> readIfThere(const std::string& path, std::size_t bytes_max);

}  // namespace yht::certs
