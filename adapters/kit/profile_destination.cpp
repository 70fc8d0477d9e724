#include "adapters/kit/profile_destination.h"

#include <algorithm>
#include <limits>
#include <set>

#include "adapters/kit/answer.h"

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

base::Result<std::unique_ptr<ProfileDestination>> ProfileDestination::make(
    ProfileDestinationSettings settings, std::shared_ptr<const Profile> profile,
    const trust::TlsContextHolder& contexts, const base::Clock& clock, base::Random& random
) {
    const auto& envelope = profile->envelope();
    if (!envelope.signed_text.parts.empty() &&
        !envelope.algorithms.contains(settings.key.algorithm)) {
        return base::makeError(
            base::ErrorCode::SignatureAlgorithm,
            profile->name() + " does not take " + crypto::algorithmName(settings.key.algorithm)
        );
    }
    if (profile->answer().receipt.required && settings.receipt_certificates.empty()) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid,
            settings.id + ": " + profile->name() + " signs receipts; name its certificate"
        );
    }
    const auto& transport = profile->transport();
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
      clock_(clock),
      random_(random) {}

/// Once, with a record of no content: whatever is sent later is larger by its records alone.
base::Status ProfileDestination::measureEnvelope() {
    const std::vector<std::string> nothing(1);
    const auto sealed = sealEnvelope(
        profile_->envelope(), {.sender_id = settings_.sender_id,
                               .batch_id = std::string(kBatchIdCharactersMax, '0'),
                               .type = "",
                               .nonce = base::toHex(base::Bytes(kNonceBytes, '\0')),
                               .now_ms = clock_.nowMillis(),
                               .records = &nothing,
                               .key = &settings_.key}
    );
    if (!sealed) return sealed.error();
    const auto& transport = profile_->transport();
    const std::size_t sealed_bytes = transport.soap ? soapCall(*transport.soap, sealed->body).size() : sealed->body.size();
    const std::size_t envelope_bytes = sealed_bytes + kEnvelopeSlackBytes;
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

RecordFit ProfileDestination::check(const OutboundRecord& record) const {
    auto mapped = mapOne(record, false);
    const std::size_t bytes = mapped.json.size() + 1;  // and a comma
    return {
        std::move(mapped.errors), bytes,
        {std::move(mapped.json), {mapped.fallbacks, mapped.substitutions, mapped.cuts}}};
}

/// As check() has left it, else mapped now.
MappedRecord ProfileDestination::mappedOf(const OutboundRecord& record, bool is_query) const {
    if (is_query || record.made.text.empty()) return mapOne(record, is_query);
    MappedRecord mapped;
    mapped.json = record.made.text;
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
    if (mapped.errors.empty() && mapped.json.size() + 1 > record_bytes_max_)
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
        batch.texts.push_back(std::move(mapped.json));
    }
    if (batch.unmappable.empty()) return batch;
    std::set<std::uint64_t> left_out;
    for (const auto& answer : batch.unmappable) left_out.insert(answer.seq);
    for (const auto& record : records) {
        if (!left_out.contains(record.seq)) batch.others.push_back(record);
    }
    return batch;
}

base::Result<SealedEnvelope> ProfileDestination::seal(
    const std::string& batch_id, ticket::Kind first, const std::vector<std::string>& texts
) {
    auto sealed = sealEnvelope(
        profile_->envelope(), {.sender_id = settings_.sender_id,
                               .batch_id = batch_id,
                               .type = profile_->findKind(first)->mapping->type(),
                               .nonce = base::toHex(random_.bytes(kNonceBytes)),
                               .now_ms = clock_.nowMillis(),
                               .records = &texts,
                               .key = &settings_.key}
    );
    if (sealed && profile_->transport().soap) {
        sealed->body = soapCall(*profile_->transport().soap, sealed->body);
        sealed->headers.emplace_back("SOAPAction", '"' + profile_->transport().soap->action + '"');
    }
    if (sealed && sealed->body.size() > profile_->transport().request_bytes_max) {
        return base::makeError(
            base::ErrorCode::ProfileInvalid, "a batch is larger than request_bytes_max"
        );
    }
    return sealed;
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
    const auto& transport = profile_->transport();
    const auto kind = records.front().record.kind();
    auto sealed = seal(batch_id, kind, texts);
    if (!sealed) return notSent(sealed.error());
    HttpRequest request;
    request.path = is_query ? transport.query_path : profile_->findKind(kind)->path;
    request.fields = {{"Content-Type", transport.content_type}};
    for (auto& header : sealed->headers) request.fields.push_back(std::move(header));
    request.body = std::move(sealed->body);
    request.may_repeat = is_query || transport.resend == Resend::Idempotent;
    const auto sent_ms = clock_.nowMillis();
    HttpAnswer http = client_->post(request);
    BatchAnswer answer = judgeAnswer(
        {*profile_, batch_id, records, settings_.receipt_certificates, is_query,
         clock_.nowMillis()},
        http
    );
    answer.sent_ms = sent_ms;
    answer.answered_ms = clock_.nowMillis();
    answer.request_bytes = std::move(request.body);
    answer.response_bytes = std::move(http.body);
    return answer;
}

}  // namespace yht::kit
