#include "gateway/intake/soap/handlers.h"

#include <algorithm>
#include <charconv>

#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/problem.h"
#include "gateway/intake/soap/answer_text.h"
#include "gateway/intake/soap/attachment_content.h"
#include "gateway/intake/soap/envelope_text.h"
#include "gateway/intake/soap/record_xml.h"
#include "gateway/intake/soap/related_parts.h"
#include "gateway/intake/soap/request_reader.h"
#include "gateway/intake/soap/schema_text.h"
#include "gateway/trust/soap_signing.h"

namespace yht::soap {
namespace {

using base::ErrorCode;
using http::Answer;
using http::Request;
using http::RightSet;
using http::Services;
using trust::Right;
using trust::SoapVersion;

constexpr RightSet kSubmit = http::anyOf(Right::SubmitOwn);
constexpr RightSet kReads = http::anyOf(Right::ReadOwn, Right::ReadUnit, Right::ReadCity, Right::ReadProvince);

RightSet rightsFor(OperationId id) {
    switch (id) {
        case OperationId::SubmitRecord:
        case OperationId::SubmitMessage:
        case OperationId::UploadAttachment:
            return kSubmit;
        case OperationId::GetTicket:
        case OperationId::GetChanges:
            return kReads;
        case OperationId::GetCodes:
            return http::anyOf();
    }
    return kSubmit;
}

/// wsa:MessageID, which the signature covers where it stands.
std::string messageIdOf(const trust::SoapEnvelope& envelope) {
    constexpr std::size_t kMessageIdBytesMax = 512;
    const auto id = envelope.header ? envelope.header->child("MessageID") : std::nullopt;
    if (!id || id->namespaceUri() != trust::kAddressingNamespace) return {};
    std::string text = id->text();
    return text.size() > kMessageIdBytesMax ? std::string() : text;
}

SoapVersion versionOf(const Request& request) {
    const auto type = readSoapContentType(request.head.http.field("content-type"));
    return type && type->soap12 ? SoapVersion::V12 : SoapVersion::V11;
}

Answer textAnswer(SoapVersion version, std::string text, int status) {
    Answer answer;
    answer.status = status;
    answer.content_type = version == SoapVersion::V12 ? "application/soap+xml; charset=utf-8" : "text/xml; charset=utf-8";
    answer.body = std::move(text);
    answer.is_receipt = true;  // signed inside
    return answer;
}

/// Errors: what keeps us from signing.
base::Result<Answer> signedAnswer(const Services& services, const trust::OutgoingEnvelope& envelope, int status) {
    const auto answered = [&](const trust::SigningKey& key) -> base::Result<Answer> {
        auto text = trust::signedEnvelope(envelope, key, services.clock.nowMillis());
        if (!text) return std::move(text).error();
        return textAnswer(envelope.version, *std::move(text), status);
    };
    if (services.soap_signing_key) return answered(*services.soap_signing_key->current());
    if (!services.signing_key) return base::makeError(ErrorCode::NotReady, "no signing key");
    const auto key = trust::soapSigningKey(*services.signing_key->current());
    return key ? answered(*key) : key.error();
}

/// One request, from its first byte to the answer's Body.
class Exchange {
public:
    Exchange(Services& services, const Request& request) : services_(services), request_(request) {}

    base::Result<Answer> answer() {
        auto type = readSoapContentType(request_.head.http.field("content-type"));
        if (!type) return std::move(type).error();
        charset_ = type->charset;
        if (auto read = type->multipart ? readParts(*type) : readWhole(); !read) return std::move(read).error();
        if (!call_) return base::makeError(ErrorCode::SoapMalformed);
        if (included_id_ && !upload_) return base::makeError(ErrorCode::SoapAttachment);  // the part it names did not come
        auto rest = upload_ ? keepUpload() : perform();
        if (!rest) return std::move(rest).error();
        const auto json = json::parse(rest->body);
        if (!json) return base::makeError(ErrorCode::Internal, "answer of " + std::string(call_->operation->name));
        return envelopeAnswer(answerText(*call_->operation, *json));
    }

private:
    base::Status readWhole() {
        std::string text;
        auto read = request_.stream_body(kEnvelopeBytesMax, [&](std::string_view piece) -> base::Status {
            text.append(piece);
            return {};
        });
        if (!read) return read;
        return open(text);
    }

    base::Status readParts(const SoapContentType& type) {
        RelatedParts parts(type.boundary, kEnvelopeBytesMax,
                           {.envelope = [this](const std::string& text) { return open(text); },
                            .begin = [this](const std::string& id) { return beginUpload(id); },
                            .content = [this](std::string_view piece) { return takeContent(piece); }});
        const std::uint64_t most = (services_.attachments == nullptr ? 0 : services_.attachments->bytesMax()) +
                                   kEnvelopeBytesMax + 4 * kPartHeaderBytesMax;
        if (auto read = request_.stream_body(most, [&](std::string_view piece) { return parts.feed(piece); }); !read) return read;
        if (auto whole = parts.finish(); !whole) return whole;
        return {};
    }

    /// Steps 1 to 3.
    base::Status open(const std::string& text) {
        auto document = readEnvelope(text, charset_);
        if (!document) return std::move(document).error();
        document_.emplace(*std::move(document));
        auto envelope = trust::findEnvelope(*document_);
        if (!envelope) return std::move(envelope).error();
        auto message = services_.soap_verifier->verify(*document_, *envelope, request_.speaker);
        if (!message) return std::move(message).error();
        message_.emplace(*std::move(message));
        message_id_ = messageIdOf(*envelope);
        auto call = findCall(envelope->body);
        if (!call) return std::move(call).error();
        call_ = *call;
        if (!http::hasAnyOf(request_.partner(), rightsFor(call_->operation->id))) {
            return base::makeError(ErrorCode::RightMissing);
        }
        auto arguments = readArguments(call_->wrapper, *call_->operation);
        if (!arguments) return std::move(arguments).error();
        arguments_ = *std::move(arguments);
        return findInclude();
    }

    /// Step 4.
    base::Status findInclude() {
        const auto included = includeOf(document_->root());
        if (!included) return std::move(included).error();
        if (!*included) return {};
        const bool here = call_->operation->id == OperationId::UploadAttachment &&
                          isIncludeOnly(arguments_.all("content").front());
        if (!here) return base::makeError(ErrorCode::SoapAttachment);
        included_id_ = **included;
        return {};
    }

    base::Status beginUpload(const std::string& content_id) {
        if (!included_id_ || *included_id_ != content_id) return base::makeError(ErrorCode::SoapAttachment);
        const std::string size = arguments_.text("size_bytes");
        std::from_chars(size.data(), size.data() + size.size(), signed_bytes_);  // no number: nothing is taken
        return openUpload();
    }

    /// No further than to the length that was signed.
    base::Status takeContent(std::string_view piece) {
        if (upload_->sizeBytes() + piece.size() > signed_bytes_) return http::attachmentLengthDiffers();
        return upload_->write(piece);
    }

    base::Status openUpload() {
        if (services_.attachments == nullptr) return base::makeError(ErrorCode::NotReady);
        if (request_.partner().stage == trust::Stage::JointTest) return base::makeError(ErrorCode::StageJointTest);
        auto upload = services_.attachments->begin(request_.partner().id);
        if (!upload) return std::move(upload).error();
        upload_ = *std::move(upload);
        return {};
    }

    base::Result<Answer> keepUpload() {
        auto kept = http::keepAttachment(*upload_, {.media_type = arguments_.text("media_type"),
                                                    .sha256_hex = arguments_.text("sha256"),
                                                    .size_bytes = arguments_.text("size_bytes")});
        if (kept || kept.error().code != ErrorCode::DigestMismatch || !kept.error().public_en.empty()) return kept;
        return base::makePublicError(
            ErrorCode::DigestMismatch, "sha256 is not that of the content received.", "sha256 与收到的内容不符。"
        );
    }

    base::Result<Answer> perform() {
        switch (call_->operation->id) {
            case OperationId::SubmitRecord:
                return submitRecord();
            case OperationId::SubmitMessage:
                return submitMessage();
            case OperationId::UploadAttachment:
                return uploadInline();
            case OperationId::GetTicket:
                return arguments_.has("ticket_no") ? http::getTicket(services_, asked({"ticket_no"}, {}))
                                                   : http::findTicket(services_, asked({}, {"source", "ticket_ref"}));
            case OperationId::GetChanges:
                return http::getChanges(services_, asked({}, {"after", "limit", "wait"}));
            case OperationId::GetCodes:
                return http::getCodes(services_, asked({"list"}, {}));
        }
        return base::makeError(ErrorCode::SoapOperation);
    }

    /// The REST request that asks the same.
    Request asked(const std::vector<const char*>& path, const std::vector<const char*>& query) const {
        Request rest;
        rest.route = request_.route;
        rest.head = request_.head;
        rest.speaker = request_.speaker;
        rest.stopping = request_.stopping;
        for (const char* name : path) rest.path[name] = arguments_.text(name);
        for (const char* name : query) {
            if (arguments_.has(name)) rest.query[name] = arguments_.text(name);
        }
        return rest;
    }

    base::Result<Answer> submitRecord() {
        rapidjson::Document body(rapidjson::kArrayType);
        for (const auto& element : arguments_.all("record")) {
            auto record = recordFromXml(element, body.GetAllocator());
            if (!record) return std::move(record).error();
            body.PushBack(*std::move(record), body.GetAllocator());
        }
        // One goes alone, as over REST: its errors point into it and not into a list.
        auto submission = services_.admission.submitRecords(*message_, body.Size() == 1 ? body[0] : body);
        if (!submission) return std::move(submission).error();
        // A single record that is refused is a Fault, as it is a problem document over REST.
        const auto& items = submission->items;
        if (items.size() == 1 && items.front().verdict == intake::ItemVerdict::Refused) return *items.front().error;
        return http::recordsAnswer(items);
    }

    base::Result<Answer> submitMessage() {
        auto content = bytesOf(arguments_.all("content").front(), intake::kSourceMessageBytesMax);
        if (!content) return std::move(content).error();
        const std::string key = arguments_.text("idempotency_key");
        if (auto fits = http::checkIdempotencyKey(key); !fits && !key.empty()) return std::move(fits).error();
        return http::submitToSource(
            services_, message_->withContent(*std::move(content)), arguments_.text("source"),
            {.content_type = arguments_.text("content_type"), .file_name = "", .idempotency_key = key}
        );
    }

    base::Result<Answer> uploadInline() {
        auto content = bytesOf(arguments_.all("content").front(), kInlineAttachmentBytesMax);
        if (!content) return std::move(content).error();
        if (auto opened = openUpload(); !opened) return std::move(opened).error();
        if (auto written = upload_->write(*content); !written) return std::move(written).error();
        return keepUpload();
    }

    base::Result<Answer> envelopeAnswer(const std::string& body) const {
        return signedAnswer(services_, {.version = versionOf(request_), .body = body, .relates_to = message_id_}, 200);
    }

    Services& services_;
    const Request& request_;
    std::string charset_;
    std::optional<xml::Document> document_;
    std::optional<trust::VerifiedMessage> message_;
    std::optional<Call> call_;
    Arguments arguments_;
    std::string message_id_;                  // wsa:MessageID, "" none
    std::optional<std::string> included_id_;  // Content-ID of what xop:Include names
    std::uint64_t signed_bytes_ = 0;          // size_bytes
    std::unique_ptr<attachments::Upload> upload_;
};

base::Result<Answer> answerSoap(Services& services, const Request& request) {
    if (services.soap_verifier == nullptr) return base::makeError(ErrorCode::NotReady, "SOAP is not set up");
    return Exchange(services, request).answer();
}

Answer faultAnswer(Services& services, const Request& request, const base::Error& error) {
    const SoapVersion version = versionOf(request);
    const std::string fault = faultText(version, error);
    const trust::OutgoingEnvelope envelope{.version = version, .body = fault, .relates_to = {}};
    const int status = faultStatus(version, error);
    auto answer = signedAnswer(services, envelope, status);
    Answer fallback = answer ? *std::move(answer) : textAnswer(version, trust::plainEnvelope(envelope), status);
    const std::uint32_t wait_s = error.retry_after_s > 0 ? error.retry_after_s : http::kRetryAfterDefaultS;
    if (error.row().retry == base::Retry::Later) fallback.fields.emplace_back("retry-after", std::to_string(wait_s));
    return fallback;
}

base::Result<Answer> getWsdl(Services& services, const Request& request) {
    const std::string host = request.head.http.field("host");
    const auto& urls = services.public_base_urls;
    if (!request.query.contains("wsdl") || urls.empty()) return base::makeError(ErrorCode::NotFound);
    const auto named = std::find_if(urls.begin(), urls.end(), [&](const std::string& url) {
        return !host.empty() && url.ends_with("://" + host);
    });
    Answer answer;
    answer.content_type = "text/xml; charset=utf-8";
    answer.body = wsdlText((named == urls.end() ? urls.front() : *named) + kPath);
    return answer;
}

// clang-format off
constexpr http::Route kRoutes[] = {
    {http::RouteListener::Partner, "POST", kPath, http::anyOf(), http::Body::Unread, 0, http::Signature::NotAsked, &answerSoap, &faultAnswer},
    {http::RouteListener::Partner, "GET",  kPath, http::anyOf(), http::Body::None,   0, http::Signature::NotAsked, &getWsdl},
};
// clang-format on

}  // namespace

std::span<const http::Route> soapRoutes() { return kRoutes; }

}  // namespace yht::soap
