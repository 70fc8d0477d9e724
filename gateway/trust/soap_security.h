// WS-Security of SOAP messages: the X.509 token profile 1.1 (OASIS WSS 1.1.1) in one strict form. What was signed is
// what is processed: every element that is used stands at its one place in the envelope, and the signature refers to
// exactly that element.
//
// Order of checks, cheap ones first; the first that fails is the answer:
//   1 speaker     the TLS certificate belongs to a partner, now (RequestVerifier::speakerOf): the caller's
//   2 envelope    Envelope, at most one Header, one Body, nothing beside them
//   3 header      one Security block, for us: one Signature, one Timestamp, at most one BinarySecurityToken, nothing
//                 else; no other header that must be understood but WS-Addressing's
//   4 ids         wsu:Id, Id, ID, xml:id: no value twice in the whole envelope
//   5 form        exclusive C14N without comments; rsa-sha256 or ecdsa-sha256; each Reference "#id" with that one
//                 transform and SHA-256; no Object, no XPath, no XSLT, nothing outside the message
//   6 place       each reference points at Body, Timestamp, the token or a WS-Addressing header, none twice; Body,
//                 Timestamp and every WS-Addressing header are covered
//   7 time        Created within the tolerance in both directions, Expires not passed
//   8 key         the token, key identifier or issuer and serial names a signing certificate of THIS partner, not
//                 revoked, in its dates; the algorithm is the one that it is bound to. What a message carries is
//                 only a name: keys come from the registry
//   9 signature   xmlsec1 over the elements found in 6
// Replay as for REST (verifier.h): the key is kept with the accepted message.
// An answer of a far side to us passes 3 to 9 in the same way, with the certificates that are registered for it.
// Uses: trust, xml, crypto, xmlsec1. Used by: intake/soap (requests), kit (answers of far sides).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/trust/verifier.h"
#include "gateway/xml/document.h"

namespace yht::trust {

inline constexpr const char* kSoap11Namespace = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr const char* kSoap12Namespace = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr const char* kSecurityNamespace =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
inline constexpr const char* kSecurityUtilityNamespace =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
inline constexpr const char* kSignatureNamespace = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr const char* kExclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
inline constexpr const char* kDigestSha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
inline constexpr const char* kX509TokenType =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
inline constexpr const char* kBase64Encoding =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
inline constexpr const char* kAddressingNamespace = "http://www.w3.org/2005/08/addressing";

inline constexpr std::size_t kSignatureReferencesMax = 16;
inline constexpr std::size_t kInclusivePrefixesBytesMax = 256;  // PrefixList of exclusive C14N
inline constexpr std::size_t kHeaderBlocksMax = 32;

enum class SoapVersion : std::uint8_t { V11, V12 };
const char* soapNamespace(SoapVersion version);

/// What is at its place in an envelope; valid as long as its document.
struct SoapEnvelope {
    SoapVersion version = SoapVersion::V11;
    std::optional<xml::Element> header;
    xml::Element body;
};
/// Check 2. Errors: SoapMalformed.
base::Result<SoapEnvelope> findEnvelope(const xml::Document& document);

/// xmlsec1's URI of an algorithm of ours; nullptr where SOAP has no word for it that toolkits know.
const char* xmlSignatureUri(crypto::SignatureAlgorithm algorithm);

/// The algorithm that a key signs SOAP with; nullopt where SOAP has none for it (Ed25519).
std::optional<crypto::SignatureAlgorithm> soapAlgorithmOf(const crypto::PublicKey& key);

/// A certificate that may have signed an envelope, and the algorithm that it is bound to.
struct SoapSigner {
    const crypto::Certificate* certificate;
    crypto::SignatureAlgorithm algorithm;
};

/// What a signature covers, in a form that can be checked again without any XML: `signature` is over `signed_info`,
/// which holds the base64 SHA-256 of `body`.
struct SoapProof {
    std::string body;         // the Body, canonical
    std::string signed_info;  // canonical
    base::Bytes signature;
    std::string keyid;  // fingerprint of the certificate
    crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::EcdsaP256Sha256;
};

/// Thread-safety: any thread.
class SoapVerifier {
public:
    /// Sets up xmlsec1 for the process, once.
    /// `revocation`: outlives it; nullptr: only what partners.yaml says is revoked.
    explicit SoapVerifier(
        const base::Clock& clock, std::int64_t created_tolerance_ms = kCreatedToleranceMs,
        const RevocationBook* revocation = nullptr
    );

    /// Checks 3 to 9 against whoever of `signers` the message names. Errors: SoapMustUnderstand, every "signature.*" row.
    base::Result<SoapProof> verifySigned(
        const xml::Document& document, const SoapEnvelope& envelope, const std::vector<SoapSigner>& signers
    ) const;

    /// Checks 3 to 9. The message's body is the Body's canonical form, the proof's base the canonical SignedInfo: its
    /// digest of the Body can be checked again without any XML. Errors: SoapMustUnderstand, every "signature.*" row.
    base::Result<VerifiedMessage> verify(
        const xml::Document& document, const SoapEnvelope& envelope, const RequestVerifier::Speaker& speaker
    ) const;

private:
    const base::Clock& clock_;
    const std::int64_t created_tolerance_ms_;
    const RevocationBook* const revocation_;
};

}  // namespace yht::trust
