// Certificate requests (PKCS#10, RFC 2986): made for a CA elsewhere, and read where we are the CA. What a request asks for
// is a wish; what is issued follows the profile. Uses: base. Used by: certs, app.
#pragma once

#include <string>
#include <vector>

#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/key_material.h"

namespace yht::crypto {

struct RequestWishes {
    DistinguishedName subject;
    std::vector<AlternativeName> names;
    std::vector<std::string> key_usage, extended_key_usage;  // short names; empty: not asked for
};

/// PEM, signed by the key. Errors: CryptoFailed with NameNotAllowed or SubjectMissing naming what can't stand in it.
base::Result<std::string> makeRequest(const KeyMaterial& key, const RequestWishes& wishes);

struct RequestFacts {
    base::Bytes der;
    std::string subject;
    DistinguishedName subject_parts;
    std::vector<AlternativeName> names;
    KeyFacts key;
    std::string signature_algorithm;
    bool signature_weak = false;
    bool asks_for_ca = false;
    std::vector<std::string> extended_key_usage;
};

/// PEM (which must begin with its label) or DER. Its own signature is checked: who asks holds the key.
/// Errors: CryptoFailed with Unreadable, TooLarge, TrailingOctets or RequestUnsigned.
base::Result<RequestFacts> readRequest(std::string_view file);

}  // namespace yht::crypto
