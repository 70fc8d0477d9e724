#include "gateway/ledger/format/message_evidence.h"

#include "gateway/crypto/digest.h"

namespace yht::ledger {
namespace {

constexpr std::uint8_t kPlainVersion = 1, kAccompaniedVersion = 3;
constexpr int kPartsBesideBytes = 3;
constexpr std::string_view kDigestLine = "\"content-digest\": ";
constexpr std::string_view kParametersLine = "\"@signature-params\": ";

std::string readPart(base::ByteReader& in) {
    const std::size_t length = in.u32();
    return std::string(in.bytes(length));
}

/// The value of the only line that begins with `start`; nullopt where there is none, or several.
std::optional<std::string_view> findLine(std::string_view base, std::string_view start) {
    std::optional<std::string_view> found;
    while (!base.empty()) {
        const auto end = base.find('\n');
        const auto line = base.substr(0, end);
        base.remove_prefix(end == base.npos ? base.size() : end + 1);
        if (!line.starts_with(start)) continue;
        if (found) return std::nullopt;
        found = line.substr(start.size());
    }
    return found;
}

/// The octets between "name=:" and ":"; nullopt where the field has no such member.
std::optional<base::Bytes> findDigest(std::string_view field, std::string_view name) {
    const std::string start = std::string(name) + "=:";
    const auto at = field.find(start);
    if (at == field.npos || (at > 0 && field[at - 1] != ' ' && field[at - 1] != ','))
        return std::nullopt;
    const auto from = at + start.size();
    const auto end = field.find(':', from);
    if (end == field.npos) return std::nullopt;
    return base::fromBase64(field.substr(from, end - from));
}

base::Error mismatch(const char* name, const base::Bytes& signed_digest, const base::Bytes& found) {
    return base::makeError(
        base::ErrorCode::DigestMismatch, std::string(name) + " signed " +
                                             base::toHex(signed_digest) + ", of the body " +
                                             base::toHex(found)
    );
}

constexpr std::string_view kSignedInfoEnd = "SignedInfo>";  // of the closing tag: the opening one has a namespace

bool isSoap(const MessageEvidence& message) { return message.signature_base.starts_with('<'); }

/// Of a SOAP message: canonical SignedInfo, and the canonical Body where it follows.
struct SoapBase {
    std::string_view signed_info, body;
};

SoapBase soapBase(const MessageEvidence& message) {
    const std::string_view base = message.signature_base;
    const auto end = base.find(kSignedInfoEnd);
    if (end != base.npos) return {base.substr(0, end + kSignedInfoEnd.size()), base.substr(end + kSignedInfoEnd.size())};
    return {base, {}};
}

std::string unspaced(std::string_view text) {
    std::string packed;
    for (const char c : text) {
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') packed.push_back(c);
    }
    return packed;
}

/// What the signature is over.
std::string_view signedText(const MessageEvidence& message) {
    return isSoap(message) ? soapBase(message).signed_info : std::string_view(message.signature_base);
}

base::Status checkSoapBody(const MessageEvidence& message) {
    const SoapBase base = soapBase(message);
    const std::string_view signed_body = base.body.empty() ? std::string_view(message.body) : base.body;
    const auto digest = crypto::sha256(signed_body);
    const std::string wanted = "DigestValue>" + base::toBase64(digest) + "</";
    if (unspaced(base.signed_info).find(wanted) == std::string::npos) {
        return base::makeError(
            base::ErrorCode::DigestMismatch, "SignedInfo has no digest " + base::toHex(digest) + " of the Body"
        );
    }
    const bool holds = base.body.empty() || unspaced(base.body).find('>' + base::toBase64(message.body) + '<') != std::string::npos;
    if (holds) return {};
    return base::makeError(base::ErrorCode::DigestMismatch, "the message does not stand in the Body that was signed");
}

}  // namespace

std::optional<MessageEvidence> readMessageEvidence(base::BytesView payload) {
    base::ByteReader in(payload);
    const std::uint8_t version = in.u8();
    if (version != kPlainVersion && version != kAccompaniedVersion) return std::nullopt;
    MessageEvidence message;
    message.body = readPart(in);
    message.signature_base = readPart(in);
    message.signature = readPart(in);
    message.keyid = readPart(in);
    message.algorithm = readPart(in);
    if (version == kAccompaniedVersion) {
        if (!readPart(in).empty()) return std::nullopt;  // blanks: the body is not the one that was signed
        for (int i = 0; i < kPartsBesideBytes; ++i) readPart(in);
    }
    if (!in.finished() || message.signature.empty()) return std::nullopt;
    return message;
}

base::Status checkSignedBody(const MessageEvidence& message) {
    if (isSoap(message)) return checkSoapBody(message);
    const auto parameters = findLine(message.signature_base, kParametersLine);
    if (!parameters || parameters->find(";keyid=\"" + message.keyid + "\"") == parameters->npos) {
        return base::makeError(
            base::ErrorCode::SignatureMalformed, "the signed keyid is not that of the entry"
        );
    }
    const auto field = findLine(message.signature_base, kDigestLine);
    if (!field)
        return base::makeError(
            base::ErrorCode::DigestMissing, "no single content-digest line was signed"
        );
    const auto sha256 = findDigest(*field, "sha-256");
    const auto sha512 = findDigest(*field, "sha-512");
    if (!sha256 && !sha512)
        return base::makeError(base::ErrorCode::DigestMissing, "neither sha-256 nor sha-512");
    if (sha256 && *sha256 != crypto::sha256(message.body))
        return mismatch("sha-256", *sha256, crypto::sha256(message.body));
    if (sha512 && *sha512 != crypto::sha512(message.body))
        return mismatch("sha-512", *sha512, crypto::sha512(message.body));
    return {};
}

base::Status checkSignature(
    const MessageEvidence& message, const crypto::Certificate& certificate
) {
    YHT_ASSERT(certificate.fingerprint() == message.keyid);
    const auto algorithm = crypto::findAlgorithm(message.algorithm);
    if (!algorithm)
        return base::makeError(
            base::ErrorCode::SignatureAlgorithm, "an algorithm that we don't know"
        );
    const auto verdict =
        certificate.publicKey().verify(*algorithm, signedText(message), message.signature);
    if (!verdict.ok()) return verdict.error();
    if (*verdict == crypto::SignatureVerdict::Valid) return {};
    return base::makeError(
        base::ErrorCode::SignatureInvalid, "the certificate's key did not make this signature"
    );
}

}  // namespace yht::ledger
