#include "gateway/intake/channels/channel_reply.h"

#include <algorithm>

#include "adapters/kit/charset_encode.h"
#include "gateway/base/time_text.h"

namespace yht::channels {
namespace {

using kit::ReplyCase;
using kit::ReplyWord;

constexpr std::int64_t kRetryAfterS = 5;
constexpr std::string_view kTextPlain = "text/plain";

std::string count(const ReplyFacts& facts, std::uint64_t ledger::SourceAccount::*member) {
    return facts.submission == nullptr ? "0" : std::to_string(facts.submission->account.*member);
}

std::string ticketNos(const intake::SourceSubmission& submission, bool all) {
    std::vector<std::string> numbers;
    for (const auto& item : submission.items) {
        const bool known = std::find(numbers.begin(), numbers.end(), item.ticket_no) != numbers.end();
        if (!item.ticket_no.empty() && !known) numbers.push_back(item.ticket_no);
        if (!all && !numbers.empty()) break;
    }
    std::string text;
    for (const auto& number : numbers) text += (text.empty() ? "" : ",") + number;
    return text;
}

std::string quarantineNo(const intake::SourceSubmission& submission) {
    for (const auto& item : submission.items) {
        if (item.quarantine_id != 0) return std::to_string(item.quarantine_id);
    }
    return {};
}

std::string ofSubmission(const intake::SourceSubmission& submission, ReplyWord word) {
    switch (word) {
        case ReplyWord::TicketNo: return ticketNos(submission, false);
        case ReplyWord::TicketNos: return ticketNos(submission, true);
        case ReplyWord::QuarantineNo: return quarantineNo(submission);
        case ReplyWord::MessageNo:
            return submission.message_seq == 0 ? std::string() : std::to_string(submission.message_seq);
        default: return {};
    }
}

std::string ofError(const base::Error& error, ReplyWord word) {
    const auto& row = error.row();
    // What the partner door tells of a signature is for partners; here nobody learns why a proof was wrong.
    switch (word) {
        case ReplyWord::ErrorCode: return row.wire;
        case ReplyWord::ErrorZh: return error.public_zh.empty() ? row.zh : error.public_zh;
        case ReplyWord::ErrorEn: return error.public_en.empty() ? row.en : error.public_en;
        default: return {};
    }
}

std::string wordText(const ReplyFacts& facts, ReplyWord word) {
    using ledger::SourceAccount;
    switch (word) {
        case ReplyWord::Received: return count(facts, &SourceAccount::received);
        case ReplyWord::Accepted: return count(facts, &SourceAccount::accepted);
        case ReplyWord::Duplicate: return count(facts, &SourceAccount::duplicate);
        case ReplyWord::Quarantined: return count(facts, &SourceAccount::quarantined);
        case ReplyWord::Refused: return count(facts, &SourceAccount::refused);
        case ReplyWord::Ignored:
            return facts.submission == nullptr ? "0" : std::to_string(facts.submission->account.ignoredCount());
        case ReplyWord::Now:
            return base::formatCivil(base::toCivil(facts.now_ms, base::kShanghaiOffsetSeconds), "%Y-%m-%d %H:%M:%S");
        case ReplyWord::EpochSeconds: return std::to_string(facts.now_ms / 1000);
        case ReplyWord::Operation: return facts.operation;
        case ReplyWord::ErrorCode:
        case ReplyWord::ErrorZh:
        case ReplyWord::ErrorEn: return facts.error == nullptr ? std::string() : ofError(*facts.error, word);
        default: return facts.submission == nullptr ? std::string() : ofSubmission(*facts.submission, word);
    }
}

/// The result inside an envelope of the version that was asked in.
std::string enveloped(const kit::SoapRules& soap, const ReplyFacts& facts, const std::string& result) {
    const std::string operation = facts.operation.empty() ? soap.operations.front() : facts.operation;
    std::string element = soap.result;
    if (const auto at = element.find("{operation}"); at != element.npos) element.replace(at, 11, operation);
    const char* uri = facts.soap_version == SoapVersion::V12 ? "http://www.w3.org/2003/05/soap-envelope"
                                                             : "http://schemas.xmlsoap.org/soap/envelope/";
    const auto text = [](std::string_view plain) { return kit::escaped(plain, kit::Escape::Xml); };
    return "<soap:Envelope xmlns:soap=\"" + std::string(uri) + "\"><soap:Body><" + operation + "Response xmlns=\"" +
           text(soap.namespace_uri) + "\"><" + element + ">" + text(result) + "</" + element + "></" + operation +
           "Response></soap:Body></soap:Envelope>";
}

/// The result's own text is JSON as a rule, whatever the envelope is.
kit::Escape escapeOfResult(const kit::EndpointRules& rules) {
    if (!rules.is_soap) return kit::escapeOf(rules.reply_content_type);
    const auto& inner = rules.reply_content_type;
    return inner.empty() ? kit::Escape::Json : kit::escapeOf(inner);
}

std::string mediaType(const kit::EndpointRules& rules, const ReplyFacts& facts) {
    if (!rules.is_soap) return rules.reply_content_type;
    return facts.soap_version == SoapVersion::V12 ? "application/soap+xml" : "text/xml";
}

}  // namespace

ReplyCase caseOf(const base::Error& error) {
    const auto& row = error.row();
    if (row.http_status == 401 || row.http_status == 403) return ReplyCase::Unauthorized;
    if (row.retry == base::Retry::Later || row.http_status >= 500) return ReplyCase::Busy;
    return ReplyCase::Refused;
}

ReplyCase caseOf(const ledger::SourceAccount& account) {
    if (account.refused > 0) return ReplyCase::Refused;
    if (account.quarantined > 0) return ReplyCase::Quarantined;
    if (account.accepted > 0) return ReplyCase::Accepted;
    if (account.duplicate > 0) return ReplyCase::Duplicate;
    return ReplyCase::Ignored;
}

http::Answer makeReply(const kit::EndpointRules& rules, const ReplyFacts& facts) {
    const kit::Reply& reply = rules.reply(facts.reply_case);
    const kit::ReplySource source{
        .word = [&](ReplyWord word) { return wordText(facts, word); },
        .request = [&](const trust::Place& place) { return facts.request ? facts.request(place) : std::string(); }};
    std::string body = reply.body.render(source, escapeOfResult(rules));
    const std::string charset = rules.reply_charset.empty() ? "UTF-8" : rules.reply_charset;
    if (rules.is_soap) {
        body = "<?xml version=\"1.0\" encoding=\"" + charset + "\"?>" + enveloped(rules.soap, facts, body);
    }
    http::Answer answer;
    answer.status = reply.status;
    auto encoded = kit::encodeCharset(body, charset);
    answer.body = encoded ? *std::move(encoded) : std::move(body);
    answer.content_type = mediaType(rules, facts);
    if (answer.content_type.empty()) answer.content_type = kTextPlain;
    answer.content_type += "; charset=" + charset;
    answer.fields = reply.headers;
    if (facts.reply_case == ReplyCase::Busy) answer.fields.emplace_back("retry-after", std::to_string(kRetryAfterS));
    return answer;
}

}  // namespace yht::channels
