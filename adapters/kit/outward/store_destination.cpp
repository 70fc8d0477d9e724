#include "adapters/kit/outward/store_destination.h"

#include <limits>

#include "gateway/json/json.h"

namespace yht::kit {
namespace {

base::FieldError kindNotTaken() {
    return {.pointer = "/kind", .code = "kind_not_taken", .limit = "",
            .en = "the profile does not take records of this kind", .zh = "对端配置不接收此类记录"};
}

/// Requires: what the mapping engine wrote, without lists (profile_stores.cpp).
std::vector<std::pair<std::string, std::string>> valuesOf(const std::string& text) {
    std::vector<std::pair<std::string, std::string>> values;
    const auto object = json::parse(text);
    YHT_ASSERT(object.ok() && object->IsObject());
    for (const auto& member : object->GetObject()) {
        if (!member.value.IsString()) continue;
        values.emplace_back(
            member.name.GetString(), std::string(member.value.GetString(), member.value.GetStringLength())
        );
    }
    return values;
}

}  // namespace

StoreDestination::StoreDestination(
    StoreDestinationSettings settings, std::shared_ptr<const Profile> profile, const base::Clock& clock
)
    : settings_(std::move(settings)),
      profile_(std::move(profile)),
      context_{settings_.sender_id, settings_.reporting_unit, settings_.accepting_region},
      clock_(clock) {}

std::int64_t StoreDestination::lateAfterMillis() const {
    const std::int64_t late_after_ms = profile_->transport().late_after_ms;
    return late_after_ms > 0 ? late_after_ms : std::numeric_limits<std::int64_t>::max();
}

MappedRecord StoreDestination::map(const OutboundRecord& record) const {
    const KindRules* rules = profile_->findKind(record.record.kind());
    MappedRecord mapped;
    if (rules == nullptr) {
        mapped.errors.push_back(kindNotTaken());
        return mapped;
    }
    mapped = rules->mapping->map(record, context_);
    const std::size_t bytes_max = profile_->transport().request_bytes_max;
    if (mapped.errors.empty() && mapped.text.size() > bytes_max) mapped.errors.push_back(recordTooLarge(bytes_max));
    return mapped;
}

RecordFit StoreDestination::check(const OutboundRecord& record) const {
    auto mapped = map(record);
    return {std::move(mapped.errors), mapped.text.size()};
}

BatchAnswer StoreDestination::notSent(const base::Error& error) {
    BatchAnswer answer;
    answer.verdict = BatchVerdict::NotSent;
    answer.error = error.code;
    answer.error_detail = error.detail;
    return answer;
}

BatchAnswer StoreDestination::lost(const base::Error& error) {
    BatchAnswer answer = notSent(error);
    answer.verdict = BatchVerdict::Unknown;
    return answer;
}

std::optional<RecordVerdict> StoreDestination::verdictOf(const StoreAnswerRules& rules, const std::string& code) {
    if (rules.accepted.has(code)) return RecordVerdict::Accepted;
    if (rules.duplicate.has(code)) return RecordVerdict::Duplicate;
    if (rules.refused.has(code)) return RecordVerdict::Refused;
    return std::nullopt;
}

BatchAnswer StoreDestination::send(const std::string& batch_id, const std::vector<OutboundRecord>& records) {
    BatchAnswer answer;
    if (const auto left_ms = profile_->maintenanceLeftMillis(clock_.nowMillis()); left_ms > 0) {
        answer.verdict = BatchVerdict::Busy;
        answer.error = base::ErrorCode::PeerBusy;
        answer.retry_after_ms = left_ms;
        answer.announced = true;
        answer.error_detail = "announced maintenance";
        return answer;
    }
    std::vector<StoreRecord> mapped;
    std::vector<RecordAnswer> unmappable;
    for (const auto& record : records) {
        MappedRecord one = map(record);
        if (!one.errors.empty()) {
            RecordAnswer failed;
            failed.seq = record.seq;
            failed.verdict = RecordVerdict::Unmappable;
            failed.fields = std::move(one.errors);
            unmappable.push_back(std::move(failed));
            continue;
        }
        fallbacks_ += one.fallbacks;
        substitutions_ += one.substitutions;
        cuts_ += one.cuts;
        auto values = valuesOf(one.text);
        mapped.push_back({&record, std::move(one.text), std::move(values)});
    }
    answer.verdict = BatchVerdict::Answered;
    answer.nothing_sent = mapped.empty();
    const auto sent_ms = clock_.nowMillis();
    if (!mapped.empty()) {
        const std::lock_guard lock(one_at_a_time_);
        answer = hand(batch_id, mapped);
    }
    answer.sent_ms = sent_ms;
    answer.answered_ms = clock_.nowMillis();
    for (auto& one : unmappable) answer.records.push_back(std::move(one));
    return answer;
}

}  // namespace yht::kit
