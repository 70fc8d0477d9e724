#include "adapters/kit/profile_destination.h"

#include <algorithm>
#include <limits>
#include <set>

#include "adapters/kit/answer.h"
#include "adapters/kit/profile_attachments.h"

namespace yht::kit {
namespace {

constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kBatchIdCharactersMax = 64;
/// What an envelope may grow by from batch to batch: signature, count, type, time.
constexpr std::size_t kEnvelopeSlackBytes = 256;

BatchAnswer notSent(const base::Error& error) {
    BatchAnswer answer;
    answer.verdict = BatchVerdict::NotSent;
    answer.error = error.code;
    answer.error_detail = error.detail;
    return answer;
}

/// What a profile of signed calls needs beside a key of ours.
base::Status checkSoapPeer(const ProfileDestinationSettings& settings, const Profile& profile) {
    for (const auto& certificate : *settings.receipt_certificates.current()) {
        if (trust::soapAlgorithmOf(certificate.publicKey())) return {};
    }
    return base::makeError(
        base::ErrorCode::ConfigInvalid,
        settings.id + ": " + profile.name() + " signs its answers; name its certificate, EC P-256 or RSA"
    );
}

/// The router asks first; but a profile may be changed while records wait.
base::FieldError kindNotTaken() {
    return {
        .pointer = "/kind",
        .code = "kind_not_taken",
        .limit = "",
        .en = "the profile does not take records of this kind",
        .zh = "对端配置不接收此类记录"};
}

}  // namespace

base::Status ProfileDestination::takesKey(const Profile& profile, const trust::SigningKey& key) {
    const auto& soap = profile.transport().soap;
    if (soap && soap->is_signed) {
        auto signing = trust::soapSigningKey(key);
        if (!signing) return std::move(signing).error();
        if (signing->certificate_der.empty())
            return base::makeError(base::ErrorCode::ConfigInvalid, profile.name() + ": the signing key has no certificate");
    }
    const auto& envelope = profile.envelope();
    if (envelope.signed_text.parts.empty() || envelope.algorithms.contains(key.algorithm)) return {};
    return base::makeError(
        base::ErrorCode::SignatureAlgorithm,
        profile.name() + " does not take " + crypto::algorithmName(key.algorithm)
    );
}

base::Result<std::unique_ptr<ProfileDestination>> ProfileDestination::make(
    ProfileDestinationSettings settings, std::shared_ptr<const Profile> profile,
    const trust::TlsContextHolder& contexts, const base::Clock& clock, base::Random& random
) {
    if (auto taken = takesKey(*profile, *settings.key.current()); !taken) return std::move(taken).error();
    if (profile->answer().receipt.required && settings.receipt_certificates.current()->empty()) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid,
            settings.id + ": " + profile->name() + " signs receipts; name its certificate"
        );
    }
    const auto& transport = profile->transport();
    if (transport.soap && transport.soap->is_signed) {
        if (auto fit = checkSoapPeer(settings, *profile); !fit) return std::move(fit).error();
    }
    auto client = HttpClient::make(
        {.base_url = settings.base_url,
         .timeout_ms = transport.timeout_ms,
         .connect_timeout_ms = transport.connect_timeout_ms,
         .answer_bytes_max = transport.answer_bytes_max},
        contexts, clock
    );
    if (!client) return std::move(client).error();
    std::unique_ptr<ProfileDestination> made(new ProfileDestination(
        std::move(settings), std::move(profile), *std::move(client), clock, random
    ));
    if (auto status = made->measureEnvelope(); !status) return std::move(status).error();
    return made;
}

ProfileDestination::ProfileDestination(
    ProfileDestinationSettings settings, std::shared_ptr<const Profile> profile,
    std::unique_ptr<HttpClient> client, const base::Clock& clock, base::Random& random
)
    : settings_(std::move(settings)),
      profile_(std::move(profile)),
      context_{settings_.sender_id, settings_.reporting_unit, settings_.accepting_region},
      client_(std::move(client)),
      soap_verifier_(
          profile_->transport().soap && profile_->transport().soap->is_signed
              ? std::make_unique<const trust::SoapVerifier>(clock)
              : nullptr
      ),
      clock_(clock),
      random_(random) {}

/// Once, with a record of no content: whatever is sent later is larger by its records alone.
base::Status ProfileDestination::measureEnvelope() {
    const std::vector<std::string> nothing(1);
    const auto key = settings_.key.current();
    const EnvelopeInput input{
        .sender_id = settings_.sender_id,
        .batch_id = std::string(kBatchIdCharactersMax, '0'),
        .type = "",
        .nonce = base::toHex(base::Bytes(kNonceBytes, '\0')),
        .now_ms = clock_.nowMillis(),
        .records = &nothing,
        .key = key.get()};
    const auto& transport = profile_->transport();
    std::size_t envelope_bytes = 0;
    for (const bool is_query : {false, true}) {
        const auto sealed = seal(input, is_query ? transport.query_path : transport.path, is_query);
        if (!sealed) return sealed.error();
        envelope_bytes = std::max(envelope_bytes, sealed->request.body.size() + kEnvelopeSlackBytes);
    }
    if (envelope_bytes >= transport.request_bytes_max) {
        return base::makeError(
            base::ErrorCode::ProfileInvalid,
            profile_->name() + ": request_bytes_max leaves no room beside an envelope of " +
                std::to_string(envelope_bytes) + " bytes"
        );
    }
    record_bytes_max_ = transport.request_bytes_max - envelope_bytes;
    batch_bytes_max_ = std::min(transport.batch_bytes_max, record_bytes_max_);
    return {};
}

std::int64_t ProfileDestination::lateAfterMillis() const {
    const std::int64_t late_after_ms = profile_->transport().late_after_ms;
    return late_after_ms > 0 ? late_after_ms : std::numeric_limits<std::int64_t>::max();
}

std::int64_t ProfileDestination::attachmentsWaitMillis() const {
    const auto* rules = profile_->attachments();
    return rules != nullptr && rules->first ? rules->wait_max_ms : 0;
}

RecordFit ProfileDestination::check(const OutboundRecord& record) const {
    auto mapped = mapOne(record, false);
    const std::size_t bytes = bytesInRequest(mapped.text);
    return {
        std::move(mapped.errors), bytes,
        {std::move(mapped.text), {mapped.fallbacks, mapped.substitutions, mapped.cuts}}};
}

/// What a record adds to a body: with a comma or its own element, and escaped where the message is a text.
std::size_t ProfileDestination::bytesInRequest(const std::string& text) const {
    const auto& envelope = profile_->envelope();
    const auto& soap = profile_->transport().soap;
    const bool is_text = soap && !soap->argument.empty();
    const std::size_t bytes = is_text ? bytesAsText(text) : text.size();
    if (envelope.form == TextForm::Json) return bytes + 1;
    const std::string tags = "<" + envelope.members.back().item + "></" + envelope.members.back().item + ">";
    return bytes + (is_text ? bytesAsText(tags) : tags.size());
}

/// As check() has left it, else mapped now.
MappedRecord ProfileDestination::mappedOf(const OutboundRecord& record, bool is_query) const {
    if (is_query || record.made.text.empty()) return mapOne(record, is_query);
    MappedRecord mapped;
    mapped.text = record.made.text;
    mapped.fallbacks = record.made.counts.fallbacks;
    mapped.substitutions = record.made.counts.substitutions;
    mapped.cuts = record.made.counts.cuts;
    return mapped;
}

MappedRecord ProfileDestination::mapOne(const OutboundRecord& record, bool is_query) const {
    const KindRules* rules = profile_->findKind(record.record.kind());
    MappedRecord mapped;
    if (rules == nullptr) {
        mapped.errors.push_back(kindNotTaken());
        return mapped;
    }
    mapped = (is_query ? rules->query : rules->mapping)->map(record, context_);
    if (mapped.errors.empty() && bytesInRequest(mapped.text) > record_bytes_max_)
        mapped.errors.push_back(recordTooLarge(record_bytes_max_));
    return mapped;
}

BatchAnswer ProfileDestination::send(
    const std::string& batch_id, const std::vector<OutboundRecord>& records
) {
    return exchange(batch_id, records, false);
}

BatchAnswer ProfileDestination::query(
    const std::string& batch_id, const std::vector<OutboundRecord>& records
) {
    YHT_ASSERT(!profile_->transport().query_path.empty());
    return exchange(batch_id, records, true);
}

ProfileDestination::MappedBatch ProfileDestination::mapAll(
    const std::vector<OutboundRecord>& records, bool is_query
) {
    MappedBatch batch;
    for (const auto& record : records) {
        auto mapped = mappedOf(record, is_query);
        if (!mapped.errors.empty()) {
            RecordAnswer answer;
            answer.seq = record.seq;
            answer.verdict = RecordVerdict::Unmappable;
            answer.fields = std::move(mapped.errors);
            batch.unmappable.push_back(std::move(answer));
            continue;
        }
        if (!is_query) {
            fallbacks_ += mapped.fallbacks;
            substitutions_ += mapped.substitutions;
            cuts_ += mapped.cuts;
        }
        batch.texts.push_back(std::move(mapped.text));
    }
    if (batch.unmappable.empty()) return batch;
    std::set<std::uint64_t> left_out;
    for (const auto& answer : batch.unmappable) left_out.insert(answer.seq);
    for (const auto& record : records) {
        if (!left_out.contains(record.seq)) batch.others.push_back(record);
    }
    return batch;
}

/// "urn:uuid:…" (RFC 9562, version 4): new for every sending, so that an answer is to this very one.
std::string ProfileDestination::newMessageId() {
    base::Bytes octets = random_.bytes(16);
    octets[6] = static_cast<char>((octets[6] & 0x0F) | 0x40);
    octets[8] = static_cast<char>((octets[8] & 0x3F) | 0x80);
    std::string text = base::toHex(octets);
    for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
    return "urn:uuid:" + text;
}

base::Result<ProfileDestination::Outgoing> ProfileDestination::seal(
    const EnvelopeInput& input, const std::string& path, bool is_query
) {
    const auto& transport = profile_->transport();
    auto sealed = sealEnvelope(profile_->envelope(), input);
    if (!sealed) return std::move(sealed).error();
    Outgoing out;
    const char* content_type = profile_->envelope().form == TextForm::Json ? "application/json" : "application/xml";
    std::string type = transport.content_type.empty() ? content_type : transport.content_type;
    out.request.fields = std::move(sealed->headers);
    out.request.body = std::move(sealed->body);
    out.request.path = path;
    if (transport.soap) {
        if (transport.soap->addressing) out.message_id = newMessageId();
        const auto key = transport.soap->is_signed ? trust::soapSigningKey(*input.key) : base::Result<trust::SigningKey>(*input.key);
        if (!key) return key.error();
        auto call = soapRequest(
            *transport.soap,
            {.is_query = is_query,
             .message = out.request.body,
             .message_id = out.message_id,
             .to = settings_.base_url + path},
            &*key, input.now_ms
        );
        if (!call) return std::move(call).error();
        out.request.body = std::move(call->body);
        if (transport.content_type.empty()) type = std::move(call->content_type);
        for (auto& field : call->fields) out.request.fields.push_back(std::move(field));
    }
    out.request.fields.emplace_back("Content-Type", std::move(type));
    return out;
}

base::Result<ProfileDestination::Outgoing> ProfileDestination::outgoing(
    const std::string& batch_id, ticket::Kind first, const std::vector<std::string>& texts, bool is_query
) {
    const auto& transport = profile_->transport();
    const auto key = settings_.key.current();
    auto out = seal(
        {.sender_id = settings_.sender_id,
         .batch_id = batch_id,
         .type = profile_->findKind(first)->mapping->type(),
         .nonce = base::toHex(random_.bytes(kNonceBytes)),
         .now_ms = clock_.nowMillis(),
         .records = &texts,
         .key = key.get()},
        is_query ? transport.query_path : profile_->findKind(first)->path, is_query
    );
    if (!out) return out;
    if (out->request.body.size() > transport.request_bytes_max)
        return base::makeError(base::ErrorCode::ProfileInvalid, "a batch is larger than request_bytes_max");
    out->request.may_repeat = is_query || transport.resend == Resend::Idempotent;
    return out;
}

BatchAnswer ProfileDestination::exchange(
    const std::string& batch_id, const std::vector<OutboundRecord>& records, bool is_query
) {
    YHT_ASSERT(!records.empty() && records.size() <= profile_->transport().batch_max);
    if (const auto left_ms = profile_->maintenanceLeftMillis(clock_.nowMillis()); left_ms > 0) {
        BatchAnswer answer;
        answer.verdict = BatchVerdict::Busy;
        answer.error = base::ErrorCode::PeerBusy;
        answer.retry_after_ms = left_ms;
        answer.announced = true;
        answer.error_detail = "announced maintenance";
        return answer;
    }
    MappedBatch batch = mapAll(records, is_query);
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Answered;
    if (!batch.texts.empty()) {
        const auto& mapped = batch.unmappable.empty() ? records : batch.others;
        answer = post(batch_id, mapped, batch.texts, is_query);
    }
    for (auto& one : batch.unmappable) answer.records.push_back(std::move(one));
    return answer;
}

BatchAnswer ProfileDestination::post(
    const std::string& batch_id, const std::vector<OutboundRecord>& records,
    const std::vector<std::string>& texts, bool is_query
) {
    auto out = outgoing(batch_id, records.front().record.kind(), texts, is_query);
    if (!out) return notSent(out.error());
    const auto sent_ms = clock_.nowMillis();
    HttpAnswer http = client_->post(out->request);
    const auto receipt_certificates = settings_.receipt_certificates.current();
    BatchAnswer answer = judgeAnswer(
        {.profile = *profile_,
         .batch_id = batch_id,
         .records = records,
         .receipt_certificates = *receipt_certificates,
         .is_query = is_query,
         .now_ms = clock_.nowMillis(),
         .soap_verifier = soap_verifier_.get(),
         .message_id = out->message_id},
        http
    );
    answer.sent_ms = sent_ms;
    answer.answered_ms = clock_.nowMillis();
    answer.request_bytes = std::move(out->request.body);
    answer.response_bytes = std::move(http.body);
    return answer;
}

}  // namespace yht::kit
