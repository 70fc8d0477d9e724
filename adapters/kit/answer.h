// What a far side's answer means, by a profile's rules: a pure function from HTTP answer to
// BatchAnswer. Silence, gaps, unknown codes, a receipt that does not verify: the answer counts as
// none, never as success. JSON, XML and SOAP answers are read into one kind of value and judged by one set of rules;
// Faults by the profile's rows. Uses: profile, http_answer, soap_answer, crypto. Used by: profile_destination.
#pragma once

#include <string>
#include <vector>

#include "adapters/kit/http_answer.h"
#include "adapters/kit/profile.h"
#include "adapters/kit/soap_answer.h"
#include "gateway/crypto/certificate.h"

namespace yht::kit {

struct AnswerContext {
    const Profile& profile;
    const std::string& batch_id;
    const std::vector<OutboundRecord>& records;
    const std::vector<crypto::Certificate>& receipt_certificates;
    bool is_query = false;
    base::UnixMillis now_ms = 0;
    const trust::SoapVerifier* soap_verifier = nullptr;  // where the profile's calls are signed
    std::string message_id{};                            // of a call with WS-Addressing
};

/// Fills verdict, records, retry_after_ms, error and error_detail; the bytes and times are the
/// caller's.
BatchAnswer judgeAnswer(const AnswerContext& context, const HttpAnswer& http);

}  // namespace yht::kit
