// What the caller hears: the endpoint's own form for what became of its message.
// Uses: kit/inbound (templates), admission. Used by: channel_desk.
#pragma once

#include <string>

#include "gateway/intake/admission/source_answer.h"
#include "gateway/intake/channels/call_members.h"
#include "gateway/intake/http/wire.h"

namespace yht::channels {

/// An error's case: 401 and 403 are about the caller, what passes is Busy, the rest is Refused.
kit::ReplyCase caseOf(const base::Error& error);
/// Of a submission: the worst of its items decides.
kit::ReplyCase caseOf(const ledger::SourceAccount& account);

struct ReplyFacts {
    kit::ReplyCase reply_case = kit::ReplyCase::Accepted;
    const intake::SourceSubmission* submission = nullptr;
    const base::Error* error = nullptr;
    std::string operation;  // SOAP
    SoapVersion soap_version = SoapVersion::V11;
    base::UnixMillis now_ms = 0;
    std::function<std::string(const trust::Place&)> request;
};

http::Answer makeReply(const kit::EndpointRules& rules, const ReplyFacts& facts);

}  // namespace yht::channels
