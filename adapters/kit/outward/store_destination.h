// What file_destination and table_destination have in common: a profile maps the records, maintenance is kept, and each
// record comes out as names and texts.
// Uses: kit (profile, destination). Used by: file_destination, table_destination.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "adapters/kit/destination.h"
#include "adapters/kit/profile.h"

namespace yht::kit {

struct StoreDestinationSettings {
    std::string id;                // party id
    std::string sender_id;         // what the far side calls us
    std::string reporting_unit;    // "": by accepting region
    std::string accepting_region;  // for stand-alone records without a ticket; "" none
};

/// One mapped record.
struct StoreRecord {
    const OutboundRecord* record = nullptr;
    std::string json;
    std::vector<std::pair<std::string, std::string>> values;  // absent: not among them
};

/// Thread-safety: any thread; batches go one after the other.
class StoreDestination : public Destination {
public:
    const std::string& id() const override { return settings_.id; }
    std::size_t batchMax() const override { return profile_->transport().batch_max; }
    std::size_t batchBytesMax() const override { return profile_->transport().batch_bytes_max; }
    Resend resend() const override { return Resend::Idempotent; }
    const std::vector<Dependency>& dependencies() const override { return profile_->dependencies(); }
    std::int64_t lateAfterMillis() const override;
    bool takes(ticket::Kind kind) const override { return profile_->findKind(kind) != nullptr; }
    RecordFit check(const OutboundRecord& record) const override;
    MappingCounts mappingCounts() const override { return {fallbacks_, substitutions_, cuts_}; }
    BatchAnswer send(const std::string& batch_id, const std::vector<OutboundRecord>& records) override;
    /// The same as send(): what is there already is not put there again.
    BatchAnswer query(const std::string& batch_id, const std::vector<OutboundRecord>& records) override {
        return send(batch_id, records);
    }

protected:
    StoreDestination(StoreDestinationSettings settings, std::shared_ptr<const Profile> profile, const base::Clock& clock);
    /// Requires: at least one record. One caller at a time.
    virtual BatchAnswer hand(const std::string& batch_id, const std::vector<StoreRecord>& records) = 0;

    const Profile& profile() const { return *profile_; }
    static BatchAnswer notSent(const base::Error& error);
    static BatchAnswer lost(const base::Error& error);
    /// The verdict of a code; nullopt: it waits.
    static std::optional<RecordVerdict> verdictOf(const StoreAnswerRules& rules, const std::string& code);

private:
    MappedRecord map(const OutboundRecord& record) const;

    const StoreDestinationSettings settings_;
    const std::shared_ptr<const Profile> profile_;
    const MappingContext context_;
    const base::Clock& clock_;
    std::mutex one_at_a_time_;
    std::atomic<std::uint64_t> fallbacks_{0}, substitutions_{0}, cuts_{0};
};

}  // namespace yht::kit
