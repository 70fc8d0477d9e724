// The bytes of attachments to a partner-like system, beside its records
// (schemas/native-delivery.md): each is posted as it stands, signed over its SHA-256. A destination
// of its own, so that it has a queue, a breaker and dead letters of its own: whatever becomes of a
// photograph, the record that names it goes its own way, and once. One call carries one record;
// every attachment that it names and that the far side has not taken yet is sent. One that is not
// here (yet), or that 保密 hides from the far side, is looked for again until
// kAttachmentAwaitedMillis after the record came; one that is corrupt here is refused at once. Uses: http_client, native_answer, trust, ticket.
// Used by: app (makes it), delivery (through Destination).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "adapters/kit/destination.h"
#include "adapters/kit/http_client.h"
#include "gateway/trust/message_signature.h"

namespace yht::kit {

inline constexpr std::int64_t kAttachmentAwaitedMillis = 3LL * 24 * 3600 * 1000;
inline constexpr std::size_t kDigestsRememberedMax =
    100'000;  // known to be there; forgotten all at once

/// One attachment as it is kept here.
struct OutboundContent {
    std::string media_type;
    HttpContent bytes;
};
/// By SHA-256, 64 lower-case hexadecimal digits, for the record of entry `seq`, which names it.
/// Errors: NotFound, also where who handed in the record never had the bytes; AttachmentCorrupt,
/// IoFailed.
using ContentFinder =
    std::function<base::Result<OutboundContent>(std::uint64_t seq, const std::string& digest)>;

struct NativeAttachmentsSettings {
    std::string id;        // attachmentsQueueOf() the destination
    std::string base_url;  // "https://host:port"
    std::string path;      // "/v1/attachments"
    trust::SigningKey key;
    std::vector<trust::VerifyingKey> answer_keys;
    bool needs_signed_answer = true;
    std::int64_t timeout_ms = 30'000;  // for each piece of 64 KiB, and for the answer
    ContentFinder contents;
};

/// Thread-safety: any thread.
class NativeAttachments final : public Destination {
public:
    static constexpr std::size_t kAnswerBytesMax = 64U * 1024;

    /// Errors: ConfigInvalid for a wrong address, or no answer_keys where answers must be signed.
    static base::Result<std::unique_ptr<NativeAttachments>> make(
        NativeAttachmentsSettings settings, const trust::TlsContextHolder& contexts,
        const base::Clock& clock
    );

    const std::string& id() const override { return settings_.id; }
    std::size_t batchMax() const override { return 1; }
    std::size_t batchBytesMax() const override { return SIZE_MAX; }
    /// The digest is the identity: the same bytes again are answered 200.
    Resend resend() const override { return Resend::Idempotent; }
    const std::vector<Dependency>& dependencies() const override { return none_; }
    bool takes(ticket::Kind) const override { return true; }
    bool keepsOrder() const override { return false; }
    void hurry() override { hurried_ = true; }
    RecordFit check(const OutboundRecord&) const override { return {}; }
    BatchAnswer send(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;
    /// Never called. Asserts.
    BatchAnswer query(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;

private:
    struct Round;

    NativeAttachments(
        NativeAttachmentsSettings settings, std::unique_ptr<HttpClient> client,
        const base::Clock& clock
    );
    /// False where the far side is in trouble: the others of the round need not be tried.
    bool sendOne(const std::string& batch_id, const std::string& digest, Round& round);
    static void absent(base::ErrorCode code, Round& round);
    bool judge(
        const HttpAnswer& http, const trust::HttpHead& request, const std::string& digest,
        Round& round
    );
    bool isThere(const std::string& digest);
    void remember(const std::string& digest);

    const NativeAttachmentsSettings settings_;
    const std::unique_ptr<HttpClient> client_;
    const base::Clock& clock_;
    const std::vector<Dependency> none_;
    std::atomic<bool> hurried_{false};
    std::mutex mutex_;
    std::set<std::string> there_;  // protected by mutex_
};

}  // namespace yht::kit
