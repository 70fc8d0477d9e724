// Attachments go in and out as they are, a piece at a time; nothing here holds one.
//   POST  201 or 200 (this partner had brought it before): {"digest","size_bytes":"7","media_type"}
//   GET   200, 206 with one range, 304, 416; ETag is the digest. Not signed: the digest in the path says
//         what the bytes must be
// Who may read one: the partner who brought the bytes; and who may see a ticket of which a record names
// the digest, if who handed in that record had brought the bytes too. Naming a digest alone opens
// nothing: else who only knows the digest of a secret ticket's photograph could name it in a ticket of
// his own. From whom the citizen of a 保密 ticket is hidden, its attachments are too. For everybody
// else it is not there (404).
#include "gateway/intake/admission/visibility.h"
#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/problem.h"
#include "gateway/intake/http/range.h"
#include "gateway/intake/http/ticket_json.h"

namespace yht::http {

namespace {

using attachments::SealedReader;
using base::ErrorCode;

constexpr std::size_t kNamesExaminedMax = 4096;  // records naming one digest that a request looks at

Answer keptAnswer(const attachments::Kept& kept) {
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    out.StartObject();
    json::writeText(out, "digest", base::toHex(kept.facts.sha256));
    writeSeq(out, "size_bytes", kept.facts.size_bytes);
    json::writeText(out, "media_type", kept.facts.media_type);
    out.EndObject();
    return jsonAnswer(text, kept.again ? 200 : 201);
}

bool isHidden(
    const Services& services, ledger::View& view, const trust::Partner& partner,
    const std::string& ticket_no
) {
    const auto stored = ledger::readTicket(view, ticket_no);
    if (!stored) return true;
    const auto folded =
        foldStored(*stored, services.calendar, services.fold_rules, services.clock.nowMillis());
    return hiddenPersons(view, partner, *stored, folded).has_value();
}

base::Result<bool> mayRead(
    const Services& services, const Request& request, const std::string& digest
) {
    const trust::Partner& partner = request.partner();
    if (services.attachments->broughtBy(digest, partner.id)) return true;
    auto snapshot = services.store.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    ledger::View& view = **snapshot;
    for (const auto& name : view.attachmentNames(digest, kNamesExaminedMax)) {
        if (name.ticket_no.empty()) continue;  // stand-alone: nobody sees it by a ticket
        const auto brought = [&](const std::string& partner_id) {
            return services.attachments->broughtBy(digest, partner_id);
        };
        if (intake::speakerOf(view, *request.speaker.snapshot, name.seq, brought) &&
            intake::maySee(view, partner, name.ticket_no) &&
            !isHidden(services, view, partner, name.ticket_no)) {
            return true;
        }
    }
    return false;
}

/// The part [first, first + count) of the content, as it is asked for. The head has gone out when a piece turns out
/// not to verify: the connection is cut, and a line in the log says why.
std::shared_ptr<const AnswerStream> streamOf(
    const Services& services, SealedReader content, ByteRange range
) {
    auto reader = std::make_shared<SealedReader>(std::move(content));
    const auto offset = std::make_shared<std::uint64_t>(range.first);
    const auto end = range.first + range.count;
    return std::make_shared<const AnswerStream>(AnswerStream{
        .size_bytes = range.count,
        .next = [&services, reader, offset, end]() {
            auto piece = reader->read(*offset, end - *offset);
            if (piece) {
                *offset += piece->size();
            } else {
                const std::string line = "door: attachment " + base::toHex(reader->facts().sha256) + ' ' + piece.error().row().wire +
                                         ", answer cut short";
                services.troubles.happened(line, line);
            }
            return piece;
        }});
}

Answer unsatisfiable(const base::Error& error, std::uint64_t size_bytes) {
    Answer answer = problemAnswer(error);
    answer.fields.emplace_back("content-range", "bytes */" + std::to_string(size_bytes));
    return answer;
}

Answer contentAnswer(const Services& services, const Request& request, SealedReader content) {
    const auto facts = content.facts();
    const std::string etag = '"' + base::toHex(facts.sha256) + '"';
    const trust::HttpHead& head = request.head.http;
    Answer answer;
    answer.content_type = facts.media_type;
    answer.fields = {
        {"etag", etag},
        {"accept-ranges", "bytes"},
        {"content-disposition", "attachment"},
        {"x-content-type-options", "nosniff"}};
    ByteRange range{0, facts.size_bytes};
    const bool known = head.has("if-none-match") && head.field("if-none-match") == etag;
    if (known) answer.status = 304;
    const bool same = !head.has("if-range") || head.field("if-range") == etag;
    if (!known && head.method == "GET" && head.has("range") && same) {
        const auto wanted = parseRange(head.field("range"), facts.size_bytes);
        if (!wanted) return unsatisfiable(wanted.error(), facts.size_bytes);
        if (*wanted) {
            range = **wanted;
            answer.status = 206;
            answer.fields.emplace_back(
                "content-range", "bytes " + std::to_string(range.first) + '-' +
                                     std::to_string(range.first + range.count - 1) + '/' +
                                     std::to_string(facts.size_bytes)
            );
        }
    }
    answer.stream = streamOf(services, std::move(content), range);
    return answer;
}

}  // namespace

base::Result<Answer> uploadAttachment(Services& services, const Request& request) {
    if (services.attachments == nullptr) return base::makeError(ErrorCode::NotReady);
    // As records are: what is handed in for a trial does not come among what is live.
    if (request.partner().stage == trust::Stage::JointTest) {
        return base::makeError(ErrorCode::StageJointTest);
    }
    const auto bytes_max = services.attachments->bytesMax();
    if (request.head.content_length.value_or(0) > bytes_max) {
        return base::makeError(ErrorCode::BodyTooLarge);
    }
    auto upload = services.attachments->begin(request.partner().id);
    if (!upload) return std::move(upload).error();
    const auto read = request.stream_body(bytes_max, [&upload](std::string_view piece) {
        return (*upload)->write(piece);
    });
    if (!read) return read.error();
    const auto kept = (*upload)->keep(
        {.media_type = request.head.http.field("content-type"),
         .sha256 = request.signed_head->bodySha256()}
    );
    if (!kept) return kept.error();
    return keptAnswer(*kept);
}

base::Error attachmentLengthDiffers() {
    return base::makePublicError(
        ErrorCode::DigestMismatch, "The content is not of the length that size_bytes says.", "内容长度与 size_bytes 不符。"
    );
}

base::Result<Answer> keepAttachment(attachments::Upload& upload, const AnnouncedAttachment& announced) {
    const auto sha256 = base::fromHex(announced.sha256_hex);
    if (!attachments::isDigest(announced.sha256_hex) || !sha256) {
        return base::makePublicError(
            ErrorCode::ParameterInvalid, "sha256 must be 64 lower-case hexadecimal digits.", "sha256 须为 64 位小写十六进制。"
        );
    }
    if (announced.size_bytes != std::to_string(upload.sizeBytes())) {
        return attachmentLengthDiffers();
    }
    const auto kept = upload.keep({.media_type = announced.media_type, .sha256 = *sha256});
    if (!kept) return kept.error();
    return keptAnswer(*kept);
}

base::Result<Answer> getAttachment(Services& services, const Request& request) {
    if (services.attachments == nullptr) return base::makeError(ErrorCode::NotReady);
    const std::string& digest = request.path.at("digest");
    auto allowed = mayRead(services, request, digest);
    if (!allowed) return std::move(allowed).error();
    if (!*allowed) return base::makeError(ErrorCode::NotFound);
    auto content = services.attachments->find(digest);
    if (!content) return std::move(content).error();
    return contentAnswer(services, request, *std::move(content));
}

}  // namespace yht::http
