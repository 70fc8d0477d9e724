#include "gateway/trust/soap_security.h"

#include <algorithm>
#include <functional>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/trust/soap_signature_form.h"
#include "gateway/trust/xml_signature.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using crypto::SignatureAlgorithm;

constexpr std::uint8_t kAssurancePartnerSignature = 1;  // ledger::Assurance::PartnerSignature
constexpr const char* kRsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
constexpr const char* kEcdsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
constexpr const char* kKeyIdentifierSubject =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
constexpr const char* kKeyIdentifierThumbprint =
    "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";

base::Status checkTime(const SecurityForm& form, base::UnixMillis now_ms, std::int64_t tolerance_ms) {
    const auto created_ms = base::parseRfc3339(withoutSpace(form.created.text()));
    if (!created_ms) return base::makeError(ErrorCode::SignatureTimestamp);
    if (*created_ms > now_ms + tolerance_ms) return base::makeError(ErrorCode::SignatureFuture);
    if (*created_ms < now_ms - tolerance_ms) return base::makeError(ErrorCode::SignatureExpired);
    if (!form.expires) return {};
    const auto expires_ms = base::parseRfc3339(withoutSpace(form.expires->text()));
    if (!expires_ms) return base::makeError(ErrorCode::SignatureTimestamp);
    if (*expires_ms < now_ms) return base::makeError(ErrorCode::SignatureExpired);
    return {};
}

/// A certificate by what a message calls it. The answer is one of the partner's own, or none.
using Named = std::function<bool(const crypto::Certificate&)>;

std::optional<Named> byDer(const std::string& base64) {
    const auto der = base::fromBase64(withoutSpace(base64));
    if (!der) return std::nullopt;
    return [fingerprint = base::toHex(crypto::sha256(*der))](const crypto::Certificate& certificate) {
        return certificate.fingerprint() == fingerprint;
    };
}

/// Decimal text of an xsd:integer to the hexadecimal form that certificates have.
std::optional<std::string> hexOfDecimal(std::string_view decimal) {
    constexpr std::size_t kSerialDigitsMax = 49;  // 20 octets (RFC 5280 section 4.1.2.2)
    if (decimal.empty() || decimal.size() > kSerialDigitsMax) return std::nullopt;
    std::vector<std::uint8_t> octets;  // big-endian base 256
    for (const char digit : decimal) {
        if (digit < '0' || digit > '9') return std::nullopt;
        unsigned carry = static_cast<unsigned>(digit - '0');
        for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet) {
            const unsigned value = *octet * 10U + carry;
            *octet = static_cast<std::uint8_t>(value & 0xFFU);
            carry = value >> 8U;
        }
        if (carry != 0) octets.insert(octets.begin(), static_cast<std::uint8_t>(carry));
    }
    return base::toHex(std::string(octets.begin(), octets.end()));
}

/// X509IssuerSerial: the candidates are one partner's own certificates, so that the serial number is enough; whether it
/// is the right one the signature shows.
std::optional<Named> byX509Data(const xml::Element& data) {
    if (const auto certificate = data.child("X509Certificate")) return byDer(certificate->text());
    const auto issuer_serial = data.child("X509IssuerSerial");
    const auto serial = issuer_serial ? issuer_serial->child("X509SerialNumber") : std::nullopt;
    const auto hex = serial ? hexOfDecimal(withoutSpace(serial->text())) : std::nullopt;
    if (!hex) return std::nullopt;
    return [hex = *hex](const crypto::Certificate& certificate) {
        std::string own = certificate.serialHex();
        std::transform(own.begin(), own.end(), own.begin(), [](unsigned char c) {
            return static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
        });
        own.erase(0, std::min(own.find_first_not_of('0'), own.size()));
        return !own.empty() && own == hex.substr(std::min(hex.find_first_not_of('0'), hex.size()));
    };
}

std::optional<Named> byKeyIdentifier(const xml::Element& identifier) {
    const std::string type = identifier.attribute("ValueType").value_or("");
    if (type == kX509TokenType) return byDer(identifier.text());
    const auto value = base::fromBase64(withoutSpace(identifier.text()));
    if (!value) return std::nullopt;
    if (type == kKeyIdentifierSubject) {
        return [value](const crypto::Certificate& certificate) { return certificate.subjectKeyIdentifier() == *value; };
    }
    if (type == kKeyIdentifierThumbprint) {
        return [value](const crypto::Certificate& certificate) { return certificate.sha1Thumbprint() == *value; };
    }
    return std::nullopt;
}

std::optional<Named> namedBy(const SecurityForm& form) {
    const auto reference = form.key_info.firstChild();
    if (!reference || reference->nextSibling()) return std::nullopt;
    if (reference->localName() == "X509Data" && reference->namespaceUri() == kSignatureNamespace) return byX509Data(*reference);
    if (reference->namespaceUri() != kSecurityNamespace) return std::nullopt;
    if (reference->localName() == "KeyIdentifier") return byKeyIdentifier(*reference);
    if (reference->localName() != "Reference" || !form.token) return std::nullopt;
    const bool points_at_it = reference->attribute("URI").value_or("") == "#" + referenceIdOf(*form.token);
    const bool is_certificate = form.token->attribute("ValueType").value_or("") == kX509TokenType &&
                                form.token->attribute("EncodingType").value_or(kBase64Encoding) == kBase64Encoding;
    if (!points_at_it || !is_certificate) return std::nullopt;
    return byDer(form.token->text());
}

base::Result<SoapSigner> findSigner(const SecurityForm& form, const std::vector<SoapSigner>& signers) {
    const auto named = namedBy(form);
    if (!named) {
        return base::makePublicError(
            ErrorCode::SignatureKeyUnknown,
            "SecurityTokenReference must name an X.509 certificate: the token of this message, its key identifier, "
            "thumbprint, or issuer and serial number.",
            "SecurityTokenReference 须指明 X.509 证书:本报文的令牌、密钥标识、指纹,或颁发者与序列号。"
        );
    }
    for (const SoapSigner& each : signers) {
        if ((*named)(*each.certificate)) return each;
    }
    return base::makePublicError(
        ErrorCode::SignatureKeyUnknown, "The certificate is not a current signing certificate of this partner.",
        "该证书不是该对接方当前有效的签名证书。"
    );
}

/// Those of a partner's certificates that may sign now.
std::vector<SoapSigner> signersOf(const Partner& partner, base::UnixMillis now_ms) {
    std::vector<SoapSigner> signers;
    for (const PartnerCertificate& each : partner.certificates) {
        const bool in_dates = each.certificate.notBeforeMillis() <= now_ms && now_ms <= each.certificate.notAfterMillis();
        if (each.may_sign && !each.revoked && in_dates) signers.push_back({&each.certificate, each.algorithm});
    }
    return signers;
}

base::Status checkMethod(const SecurityForm& form, const SoapSigner& signer) {
    const char* bound = xmlSignatureUri(signer.algorithm);
    if (bound != nullptr && form.signature_method == bound) return {};
    return base::makePublicError(
        ErrorCode::SignatureAlgorithm,
        std::string("SignatureMethod must be the one that this certificate is registered with: ") +
            (bound == nullptr ? "none; register it for rsa-v1_5-sha256 or ecdsa-p256-sha256" : bound),
        std::string("SignatureMethod 须为该证书登记的算法:") +
            (bound == nullptr ? "无;请登记为 rsa-v1_5-sha256 或 ecdsa-p256-sha256" : bound)
    );
}

base::Status statusOf(XmlSignatureCheck::Verdict verdict) {
    if (verdict == XmlSignatureCheck::Verdict::Valid) return {};
    if (verdict == XmlSignatureCheck::Verdict::DigestDiffers) {
        return base::makePublicError(
            ErrorCode::DigestMismatch, "A DigestValue is not that of the element it refers to: the message was changed after it was signed.",
            "DigestValue 与所指元素不符:报文在签名之后被改动。"
        );
    }
    return base::makePublicError(
        ErrorCode::SignatureInvalid, "SignatureValue does not verify with the certificate that was named.",
        "SignatureValue 无法用所指证书验证。"
    );
}

}  // namespace

const char* xmlSignatureUri(SignatureAlgorithm algorithm) {
    if (algorithm == SignatureAlgorithm::EcdsaP256Sha256) return kEcdsaSha256;
    return algorithm == SignatureAlgorithm::RsaV15Sha256 ? kRsaSha256 : nullptr;
}

std::optional<SignatureAlgorithm> soapAlgorithmOf(const crypto::PublicKey& key) {
    for (const auto algorithm : {SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::RsaV15Sha256}) {
        if (key.supports(algorithm)) return algorithm;
    }
    return std::nullopt;
}

SoapVerifier::SoapVerifier(const base::Clock& clock, std::int64_t created_tolerance_ms, const RevocationBook* revocation)
    : clock_(clock), created_tolerance_ms_(created_tolerance_ms), revocation_(revocation) {
    setUpXmlSecurity();
}

base::Result<SoapProof> SoapVerifier::verifySigned(
    const xml::Document& document, const SoapEnvelope& envelope, const std::vector<SoapSigner>& signers
) const {
    const auto form = readSecurity(document, envelope);
    if (!form) return form.error();
    if (auto timely = checkTime(*form, clock_.nowMillis(), created_tolerance_ms_); !timely) return std::move(timely).error();
    const auto signer = findSigner(*form, signers);
    if (!signer) return signer.error();
    if (auto fits = checkMethod(*form, *signer); !fits) return std::move(fits).error();
    auto value = base::fromBase64(form->signature_value);
    if (!value) return base::makeError(ErrorCode::SignatureMalformed);
    auto check = checkXmlSignature(document, *form, *signer->certificate);
    if (!check) return std::move(check).error();
    if (auto valid = statusOf(check->verdict); !valid) return std::move(valid).error();
    return SoapProof{
        .body = std::move(check->first),
        .signed_info = std::move(check->signed_info),
        .signature = *std::move(value),
        .keyid = signer->certificate->fingerprint(),
        .algorithm = signer->algorithm};
}

base::Result<VerifiedMessage> SoapVerifier::verify(
    const xml::Document& document, const SoapEnvelope& envelope, const RequestVerifier::Speaker& speaker
) const {
    const base::UnixMillis now_ms = clock_.nowMillis();
    auto proof = verifySigned(document, envelope, signersOf(*speaker.partner, now_ms));
    if (!proof) return std::move(proof).error();
    if (revocation_ != nullptr) {
        auto standing = revocation_->judge(proof->keyid, speaker.partner->revocation);
        if (!standing) return std::move(standing).error();
    }
    VerifiedMessage message;
    message.snapshot_ = speaker.snapshot;
    message.speaker_ = speaker.partner;
    message.assurance_ = kAssurancePartnerSignature;
    message.proof_ = Proof{
        .signature_base = std::move(proof->signed_info),
        .signature = std::move(proof->signature),
        .keyid = std::move(proof->keyid),
        .algorithm = crypto::algorithmName(proof->algorithm),
        .replay_key = {}};
    message.proof_.replay_key = replayKey(message.proof_.signature_base, message.proof_.signature);
    message.body_ = std::move(proof->body);
    message.received_ms_ = now_ms;
    return message;
}

}  // namespace yht::trust
