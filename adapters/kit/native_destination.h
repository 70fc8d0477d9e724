// Our own records to a partner-like system (the city's centre, a member unit, another gateway): a
// JSON array, signed per RFC 9421, answered per record and signed as well. The protocol:
// schemas/native-delivery.md. Uses: http_client, trust, ticket. Used by: app (makes it), delivery
// (through Destination).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/destination.h"
#include "adapters/kit/http_client.h"
#include "gateway/trust/held.h"
#include "gateway/trust/message_signature.h"

namespace yht::kit {

/// What every receiver takes (schemas/native-delivery.md).
inline constexpr std::size_t kNativeBatchBytesMax = 8U * 1024 * 1024;
inline constexpr std::size_t kNativeBatchBytesMin = 64U * 1024;

struct NativeDestinationSettings {
    std::string id;        // party id
    std::string base_url;  // "https://host:port"
    std::string path = "/v1/deliveries";
    trust::Held<trust::SigningKey> key;
    trust::Held<std::vector<trust::VerifyingKey>> answer_keys;  // of the far side's signing certificates
    bool needs_signed_answer = true;
    ticket::KindSet kinds = 0x7FE;
    std::vector<Dependency> dependencies;
    std::size_t batch_max = 100;
    std::size_t batch_bytes_max = kNativeBatchBytesMax;  // of the request's body
    std::int64_t timeout_ms = 30'000;
};

/// Thread-safety: any thread.
class NativeDestination final : public Destination {
public:
    static constexpr std::size_t kBatchMax = 200;
    static constexpr std::size_t kAnswerBytesMax = 4U * 1024 * 1024;

    /// Errors: ConfigInvalid for a wrong address, a batch_max or batch_bytes_max out of range, or no
    /// answer_keys where answers must be signed.
    static base::Result<std::unique_ptr<NativeDestination>> make(
        NativeDestinationSettings settings, const trust::TlsContextHolder& contexts,
        const base::Clock& clock
    );

    const std::string& id() const override { return settings_.id; }
    std::size_t batchMax() const override { return settings_.batch_max; }
    std::size_t batchBytesMax() const override;
    Resend resend() const override { return Resend::Idempotent; }
    const std::vector<Dependency>& dependencies() const override { return settings_.dependencies; }
    bool takes(ticket::Kind kind) const override {
        return (settings_.kinds & ticket::only(kind)) != 0;
    }
    /// Our own records need no mapping; only one that is too large does not fit.
    RecordFit check(const OutboundRecord& record) const override;
    BatchAnswer send(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;
    /// Never called: an idempotent destination is sent to again. Asserts.
    BatchAnswer query(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;

private:
    NativeDestination(
        NativeDestinationSettings settings, std::unique_ptr<HttpClient> client,
        const base::Clock& clock
    );
    BatchAnswer judge(
        const HttpAnswer& http, const trust::HttpHead& request,
        const std::vector<OutboundRecord>& records
    ) const;

    const NativeDestinationSettings settings_;
    const std::unique_ptr<HttpClient> client_;
    const base::Clock& clock_;
};

}  // namespace yht::kit
