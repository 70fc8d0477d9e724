// What a partner says over SOAP: the same records as over REST, in signed envelopes; and what it hears, checked and read as
// the JSON that REST would have answered, so that whoever reads acknowledgements reads one spelling.
// Uses: soap (shapes, records as XML), trust. Used by: bench, the scenarios.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/trust/soap_security.h"
#include "gateway/trust/soap_signing.h"

namespace yht::speaker {

inline constexpr const char* kSoapPath = "/soap/v1";
inline constexpr const char* kSoapContentType = "text/xml; charset=utf-8";

/// A signed SubmitRecord (SOAP 1.1). Requires: `records` are JSON objects with a kind, flags as booleans or texts.
/// Errors: those of signedEnvelope().
base::Result<std::string> submitRecordEnvelope(
    const std::vector<std::string>& records, const trust::SigningKey& key, base::UnixMillis now_ms
);

struct MtomMessage {
    std::string content_type, body;
};
/// A signed UploadAttachment with its content as a MIME part (MTOM). Errors: those of signedEnvelope().
base::Result<MtomMessage> uploadMessage(
    const std::string& content, const std::string& media_type, const trust::SigningKey& key, base::UnixMillis now_ms
);

struct RestAnswer {
    int status = 0;
    std::string body;  // JSON
};

/// Thread-safety: any thread.
class SoapAnswers {
public:
    SoapAnswers(const crypto::Certificate& gateway, const base::Clock& clock);

    /// What REST would have answered to so many records: one, its item; several, {"items":[…]}; a Fault, its Problem.
    /// nullopt where it is no answer to SubmitRecord that this gateway has signed.
    std::optional<RestAnswer> read(const std::string& envelope, std::size_t records) const;
    /// Any answer that this gateway has signed.
    bool isSigned(const std::string& envelope) const;

private:
    trust::SoapVerifier verifier_;
    trust::RequestVerifier::Speaker gateway_;
};

}  // namespace yht::speaker
