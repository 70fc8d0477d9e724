#include "adapters/kit/profile_attachments.h"

#include "adapters/kit/answer.h"
#include "adapters/kit/peer_text.h"
#include "adapters/kit/raw_json.h"

namespace yht::kit {
namespace {

constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kPlaceBytes = 16;
constexpr std::size_t kDigestDigitsShown = 8;  // several attachments of one record are messages of their own
constexpr std::size_t kBase64In = 3, kBase64Out = 4;
constexpr const char* kTooLarge = "content_too_large";
constexpr const char* kTypeNotTaken = "media_type_not_taken";
constexpr json::Limits kAnswerLimits{.depth_max = 8, .values_max = 1'000, .members_max = 64};

struct Ending {
    const char* media_type;
    const char* ending;
};
constexpr Ending kEndings[] = {{"image/jpeg", ".jpg"}, {"image/png", ".png"}, {"image/gif", ".gif"},
                               {"application/pdf", ".pdf"}, {"audio/mpeg", ".mp3"}, {"audio/wav", ".wav"},
                               {"video/mp4", ".mp4"}, {"text/plain", ".txt"}, {"application/zip", ".zip"}};

/// A record that lists digests gives no names: what the file is called then.
std::string nameOf(const OutboundRecord& record, const std::string& digest, const std::string& media_type) {
    if (record.record.text(ticket::Field::digest) == digest && record.record.has(ticket::Field::file_name))
        return record.record.text(ticket::Field::file_name);
    std::string name = digest.substr(0, kPlaceBytes);
    for (const auto& row : kEndings) {
        if (media_type == row.media_type) name += row.ending;
    }
    return name;
}

BatchAnswer notSent(const base::Error& error) {
    BatchAnswer answer;
    answer.error = error.code;
    answer.error_detail = error.detail;
    return answer;
}

BatchAnswer announcedPause(std::int64_t left_ms) {
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Busy;
    answer.error = base::ErrorCode::PeerBusy;
    answer.retry_after_ms = left_ms;
    answer.announced = true;
    answer.error_detail = "announced maintenance";
    return answer;
}

}  // namespace

HttpContent base64Between(std::string before, HttpContent bytes, std::string after) {
    struct State {
        std::string before, after, carry;
        HttpContent bytes;
        std::uint64_t read = 0;
        enum class At : std::uint8_t { Before, Within, After, End } at = At::Before;
    };
    const auto state = std::make_shared<State>(State{std::move(before), std::move(after), {}, std::move(bytes)});
    const auto encoded = (state->bytes.size_bytes + kBase64In - 1) / kBase64In * kBase64Out;
    const auto next = [state]() -> base::Result<std::string> {
        using At = State::At;
        if (state->at == At::Before) {
            state->at = state->bytes.size_bytes == 0 ? At::After : At::Within;
            return state->before;
        }
        while (state->at == At::Within) {
            auto piece = state->bytes.next();
            if (!piece) return piece;
            if (piece->empty()) return base::makeError(base::ErrorCode::AttachmentCorrupt, "shorter than said");
            state->read += piece->size();
            state->carry += *piece;
            const bool last = state->read >= state->bytes.size_bytes;
            if (last) state->at = At::After;
            const auto whole = last ? state->carry.size() : state->carry.size() - state->carry.size() % kBase64In;
            if (whole == 0) continue;
            auto text = base::toBase64(state->carry.substr(0, whole));
            state->carry.erase(0, whole);
            return text;
        }
        const bool end = state->at == At::End;
        state->at = At::End;
        return end ? std::string() : state->after;
    };
    return {.size_bytes = state->before.size() + encoded + state->after.size(), .next = next};
}

base::Result<std::unique_ptr<ProfileAttachments>> ProfileAttachments::make(
    ProfileAttachmentsSettings settings, std::shared_ptr<const Profile> profile,
    const trust::TlsContextHolder& contexts, const base::Clock& clock, base::Random& random
) {
    YHT_ASSERT(profile->attachments() != nullptr);
    const Profile& exchange = *profile->attachments()->exchange;
    if (exchange.answer().receipt.required && settings.receipt_certificates.current()->empty()) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid,
            settings.id + ": " + profile->name() + " signs receipts; name its certificate"
        );
    }
    auto client = HttpClient::make(
        {.base_url = settings.base_url,
         .timeout_ms = exchange.transport().timeout_ms,
         .connect_timeout_ms = exchange.transport().connect_timeout_ms,
         .answer_bytes_max = exchange.transport().answer_bytes_max},
        contexts, clock
    );
    if (!client) return std::move(client).error();
    std::unique_ptr<ProfileAttachments> made(
        new ProfileAttachments(std::move(settings), std::move(profile), *std::move(client), clock, random)
    );
    // Once for nothing, so that a key that the profile does not take is found out now.
    const OutboundRecord nothing;
    const std::string none;
    if (auto sealed = made->seal({none, nothing, none, {}}, none, none); !sealed) return std::move(sealed).error();
    return made;
}

ProfileAttachments::ProfileAttachments(
    ProfileAttachmentsSettings settings, std::shared_ptr<const Profile> profile, std::unique_ptr<HttpClient> client,
    const base::Clock& clock, base::Random& random
)
    : AttachmentDestination(settings.id, settings.contents, clock),
      settings_(std::move(settings)),
      profile_(std::move(profile)),
      rules_(*profile_->attachments()),
      client_(std::move(client)),
      random_(random) {}

std::string ProfileAttachments::valueOf(
    const AttachmentMember& member, const Errand& errand, const std::string& place
) const {
    switch (member.value) {
        case AttachmentValue::Content:
            return place;
        case AttachmentValue::Digest:
            return errand.digest;
        case AttachmentValue::MediaType:
            return errand.content.media_type;
        case AttachmentValue::SizeBytes:
            return std::to_string(errand.content.bytes.size_bytes);
        case AttachmentValue::TicketNo:
            return errand.record.ticket_no;
        case AttachmentValue::FileName: {
            std::string owned;
            const auto name = nameOf(errand.record, errand.digest, errand.content.media_type);
            return std::string(fitText(name, {rules_.charset.get(), member.bytes_max, rules_.substitute}, owned).text);
        }
    }
    YHT_ASSERT(false);
}

/// `place`: what stands where the content is to be.
base::Result<SealedEnvelope> ProfileAttachments::seal(
    const Errand& errand, const std::string& message_id, const std::string& place
) {
    EnvelopeRules envelope = rules_.exchange->envelope();
    for (auto* list : {&envelope.members, &envelope.headers}) {
        for (auto& member : *list) {
            const auto own = rules_.members.find(member.name);
            if (own != rules_.members.end()) member.text = valueOf(own->second, errand, place);
        }
    }
    const std::vector<std::string> no_record(1);
    const auto key = settings_.key.current();
    return sealEnvelope(envelope, {.sender_id = settings_.sender_id,
                                   .batch_id = message_id,
                                   .type = "",
                                   .nonce = base::toHex(random_.bytes(kNonceBytes)),
                                   .now_ms = clock().nowMillis(),
                                   .records = &no_record,
                                   .key = key.get()});
}

AttachmentDestination::Sent ProfileAttachments::sendContent(Errand& errand) {
    Sent sent;
    if (errand.content.bytes.size_bytes > rules_.content_bytes_max) return {.fate = Fate::Refused, .code = kTooLarge};
    if (!rules_.media_types.empty() && !rules_.media_types.contains(errand.content.media_type))
        return {.fate = Fate::Refused, .code = kTypeNotTaken};
    const auto left_ms = rules_.exchange->maintenanceLeftMillis(clock().nowMillis());
    if (left_ms > 0) return {.fate = Fate::Trouble, .trouble = announcedPause(left_ms)};
    const std::string message_id = errand.batch_id + "-" + errand.digest.substr(0, kDigestDigitsShown);
    const std::string place = base::toHex(random_.bytes(kPlaceBytes));
    auto sealed = seal(errand, message_id, place);
    if (!sealed) return {.fate = Fate::Trouble, .trouble = notSent(sealed.error())};
    const auto& transport = rules_.exchange->transport();
    HttpRequest request;
    request.path = transport.path;
    const bool own_type = rules_.raw && transport.content_type.empty();
    request.fields = {{"Content-Type", own_type ? errand.content.media_type : transport.content_type}};
    for (auto& header : sealed->headers) request.fields.push_back(std::move(header));
    sent.told = "POST " + request.path + "\n";
    for (const auto& [name, value] : request.fields) sent.told += name + ": " + value + "\n";
    if (rules_.raw) {
        request.content = std::move(errand.content.bytes);
    } else {
        const auto at = sealed->body.find(place);
        sent.told += "\n" + sealed->body.substr(0, at) + sealed->body.substr(at + place.size());
        request.content = base64Between(
            sealed->body.substr(0, at), std::move(errand.content.bytes), sealed->body.substr(at + place.size())
        );
    }
    sent.sent_ms = clock().nowMillis();
    const HttpAnswer http = client_->post(request);
    sent.answer = http.body;
    judge(errand, message_id, http, sent);
    return sent;
}

void ProfileAttachments::judge(
    const Errand& errand, const std::string& message_id, const HttpAnswer& http, Sent& sent
) const {
    const std::vector<OutboundRecord> alone{errand.record};
    const auto receipt_certificates = settings_.receipt_certificates.current();
    BatchAnswer answer = judgeAnswer(
        {*rules_.exchange, message_id, alone, *receipt_certificates, false, clock().nowMillis()}, http
    );
    sent.fate = Fate::Trouble;
    if (answer.verdict != BatchVerdict::Answered) {
        sent.trouble = std::move(answer);
        return;
    }
    const RecordAnswer& one = answer.records.front();
    sent.code = one.code;
    sent.receipt = one.peer_receipt;
    if (one.verdict == RecordVerdict::Refused || one.verdict == RecordVerdict::Later) {
        sent.fate = one.verdict == RecordVerdict::Later ? Fate::Later : Fate::Refused;
        return;
    }
    if (!rules_.digest_path.empty()) {
        const auto body = json::parse(http.body, kAnswerLimits);
        if (!body || textAt(*body, rules_.digest_path) != errand.digest) {
            sent.trouble = notSent(base::makeError(base::ErrorCode::PeerAnswerInvalid, "the answer does not name the digest"));
            sent.trouble.verdict = BatchVerdict::Unknown;
            return;
        }
    }
    sent.fate = one.verdict == RecordVerdict::Duplicate ? Fate::Had : Fate::Taken;
}

}  // namespace yht::kit
