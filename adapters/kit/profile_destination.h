// A stranger described by a profile, as a Destination: records are mapped, put into the profile's
// envelope, JSON, XML or a SOAP call, signed, posted over mutual TLS, and the answer judged by the profile's rules.
// Nothing here knows any province. Uses: profile, mapping, envelope, answer, http_client. Used by: app
// (makes it), delivery (through Destination).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/destination.h"
#include "adapters/kit/envelope.h"
#include "adapters/kit/http_client.h"
#include "adapters/kit/profile.h"
#include "gateway/base/random.h"
#include "gateway/crypto/certificate.h"
#include "gateway/trust/held.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/soap_security.h"

namespace yht::kit {

/// What a profile leaves to the place where it is used: (profile, reporting unit) is one
/// destination.
struct ProfileDestinationSettings {
    std::string id;                // party id
    std::string base_url;          // "https://host:port"
    std::string sender_id;         // what the far side calls us
    std::string reporting_unit;    // "": by accepting region
    std::string accepting_region;  // for stand-alone records without a ticket; "" none
    trust::Held<trust::SigningKey> key;
    trust::Held<std::vector<crypto::Certificate>>
        receipt_certificates;  // the far side signs receipts with one of these
};

/// Thread-safety: any thread; batches may be sent side by side.
class ProfileDestination final : public Destination {
public:
    /// Errors: ConfigInvalid for a wrong address, missing receipt certificates, and a key or certificate that can't sign
    /// SOAP where the profile's calls are signed; SignatureAlgorithm where the profile does not take the key's; ProfileInvalid where the
    /// envelope alone fills request_bytes_max.
    static base::Result<std::unique_ptr<ProfileDestination>> make(
        ProfileDestinationSettings settings, std::shared_ptr<const Profile> profile,
        const trust::TlsContextHolder& contexts, const base::Clock& clock, base::Random& random
    );

    /// Whether the profile has a name for the key's algorithm. Errors: SignatureAlgorithm.
    static base::Status takesKey(const Profile& profile, const trust::SigningKey& key);

    const std::string& id() const override { return settings_.id; }
    std::size_t batchMax() const override { return profile_->transport().batch_max; }
    Resend resend() const override { return profile_->transport().resend; }
    std::size_t batchBytesMax() const override { return batch_bytes_max_; }
    const std::vector<Dependency>& dependencies() const override {
        return profile_->dependencies();
    }
    std::int64_t lateAfterMillis() const override;
    std::int64_t attachmentsWaitMillis() const override;
    bool takes(ticket::Kind kind) const override { return profile_->findKind(kind) != nullptr; }
    RecordFit check(const OutboundRecord& record) const override;
    BatchAnswer send(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;
    BatchAnswer query(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;

    MappingCounts mappingCounts() const override { return {fallbacks_, substitutions_, cuts_}; }

private:
    ProfileDestination(
        ProfileDestinationSettings settings, std::shared_ptr<const Profile> profile,
        std::unique_ptr<HttpClient> client, const base::Clock& clock, base::Random& random
    );
    /// Texts of the records that can be mapped, and the answers of those that can't.
    struct MappedBatch {
        std::vector<std::string> texts;
        std::vector<RecordAnswer> unmappable;
        std::vector<OutboundRecord> others;  // where some can't: those that can
    };
    BatchAnswer exchange(
        const std::string& batch_id, const std::vector<OutboundRecord>& records, bool is_query
    );
    BatchAnswer post(
        const std::string& batch_id, const std::vector<OutboundRecord>& records,
        const std::vector<std::string>& texts, bool is_query
    );
    MappedRecord mapOne(const OutboundRecord& record, bool is_query) const;
    MappedRecord mappedOf(const OutboundRecord& record, bool is_query) const;
    MappedBatch mapAll(const std::vector<OutboundRecord>& records, bool is_query);
    base::Status measureEnvelope();
    /// What is to be sent, and by which id its answer must name it.
    struct Outgoing {
        HttpRequest request;
        std::string message_id;
    };
    base::Result<Outgoing> seal(const EnvelopeInput& input, const std::string& path, bool is_query);
    base::Result<Outgoing> outgoing(
        const std::string& batch_id, ticket::Kind first, const std::vector<std::string>& texts, bool is_query
    );
    std::size_t bytesInRequest(const std::string& text) const;
    std::string newMessageId();

    const ProfileDestinationSettings settings_;
    const std::shared_ptr<const Profile> profile_;
    const MappingContext context_;
    const std::unique_ptr<HttpClient> client_;
    const std::unique_ptr<const trust::SoapVerifier> soap_verifier_;  // where the profile's calls are signed
    const base::Clock& clock_;
    base::Random& random_;
    std::size_t record_bytes_max_ = 0, batch_bytes_max_ = 0;  // constant once made
    std::atomic<std::uint64_t> fallbacks_{0}, substitutions_{0}, cuts_{0};
};

}  // namespace yht::kit
