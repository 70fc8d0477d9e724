// xmlsec1, set up for one thing: a signature over elements of the same document, with exclusive C14N, SHA-256 and
// RSA or ECDSA. Everything else it can do is switched off. Inside the room only; the one place with <xmlsec/…>.
// Uses: xml, crypto, xmlsec1. Used by: soap_security.
#pragma once

#include <string>
#include <vector>

#include "gateway/trust/soap_signature_form.h"

namespace yht::trust {

/// Once per process, before any thread verifies. Asserts that the library is the one it was built with.
void setUpXmlSecurity();

struct XmlSignatureCheck {
    /// What of the two is wrong is told apart: a digest that differs is a changed message, a value that does not fit
    /// is a wrong key or algorithm.
    enum class Verdict : std::uint8_t { Valid, DigestDiffers, ValueInvalid } verdict = Verdict::ValueInvalid;
    std::string signed_info;  // canonical SignedInfo: what the value signs
    std::string first;        // canonical form of form.covered.front(): what was digested of it
};

/// Requires: `form` is of `document` (readSecurity). Marks ids in the document.
/// Errors: CryptoFailed where the check itself could not run.
base::Result<XmlSignatureCheck> checkXmlSignature(
    const xml::Document& document, const SecurityForm& form, const crypto::Certificate& signer
);

}  // namespace yht::trust
