// The handlers, by subject. Each is a function of the request and the rooms it may ask; who may
// call it, with how large a body and whether signed, has been settled by dispatch from the route's
// columns.
// Uses: request. Used by: routes.
#pragma once

#include "gateway/intake/http/request.h"

namespace yht::http {

/// POST /v1/records: one record, or an array answered item by item.
base::Result<Answer> submitRecords(Services& services, const Request& request);

/// What an array of records is answered with, item by item.
Answer recordsAnswer(const std::vector<intake::ItemAnswer>& items);

/// POST /v1/sources/{source}/messages: a message in the source's own format.
base::Result<Answer> submitSourceMessage(Services& services, const Request& request);
/// 1 to kIdempotencyKeyBytesMax visible ASCII characters. Errors: RequestMalformed.
base::Status checkIdempotencyKey(const std::string& key);
/// The same, once speaker and message are settled. Errors: SourceNotOwn, SourceUnknown, those of submitMessage().
base::Result<Answer> submitToSource(
    Services& services, const trust::VerifiedMessage& message, const std::string& source,
    const intake::SourceMessageContext& context
);

/// GET /v1/tickets?source=&ticket_ref= and /v1/tickets/{ticket_no}: the ticket as folded now.
base::Result<Answer> findTicket(Services& services, const Request& request);
base::Result<Answer> getTicket(Services& services, const Request& request);

/// POST /v1/attachments, GET /v1/attachments/{digest}: bytes, by their SHA-256.
base::Result<Answer> uploadAttachment(Services& services, const Request& request);
/// What was written to `upload` is kept, if it is what was announced: `sha256_hex` 64 lower-case digits, `size_bytes` a
/// whole number. Errors: ParameterInvalid, DigestMismatch, those of Upload::keep().
struct AnnouncedAttachment {
    std::string media_type, sha256_hex, size_bytes;
};
base::Result<Answer> keepAttachment(attachments::Upload& upload, const AnnouncedAttachment& announced);
/// What keepAttachment() says then; who sees it before the end of the content need not read on.
base::Error attachmentLengthDiffers();
base::Result<Answer> getAttachment(Services& services, const Request& request);

inline constexpr std::uint64_t kChangesItemsDefault = 100;
inline constexpr std::uint64_t kChangesItemsMax = 500;
inline constexpr std::uint64_t kChangesWaitSecondsMax = 25;
inline constexpr std::size_t kChangesExaminedMax = 5000;  // entries that one request looks at

/// GET /v1/changes?after=&limit=&wait=: others' records on tickets that the partner may see.
base::Result<Answer> getChanges(Services& services, const Request& request);

/// GET /v1/receipts/{seq}, /v1/checkpoint, /v1/proof?seq=&size= or ?first=&size=.
base::Result<Answer> getReceipt(Services& services, const Request& request);
base::Result<Answer> getCheckpoint(Services& services, const Request& request);
base::Result<Answer> getProof(Services& services, const Request& request);

/// GET /v1/codes/{list}, /v1/schema/records.schema.json, codes.json and fields.md, /v1/openapi.yaml.
base::Result<Answer> getCodes(Services& services, const Request& request);
base::Result<Answer> getSchema(Services& services, const Request& request);
base::Result<Answer> getAllCodes(Services& services, const Request& request);
base::Result<Answer> getFields(Services& services, const Request& request);
base::Result<Answer> getOpenApi(Services& services, const Request& request);

/// GET /healthz, /readyz, /metrics on the local listener.
base::Result<Answer> getHealth(Services& services, const Request& request);
base::Result<Answer> getReadiness(Services& services, const Request& request);
base::Result<Answer> getMetrics(Services& services, const Request& request);

/// A query parameter as a whole number. Errors: ParameterInvalid naming it and its range.
base::Result<std::uint64_t> numberParameter(
    const Request& request, const std::string& name, std::uint64_t fallback, std::uint64_t min,
    std::uint64_t max
);

}  // namespace yht::http
