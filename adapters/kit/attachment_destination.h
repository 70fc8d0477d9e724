// The bytes of attachments to a far side, beside its records: a destination of its own, so that it has a queue, a breaker
// and dead letters of its own: whatever becomes of a photograph, the record that names it goes its own way, and once. One
// call carries one record; every attachment that it names and that the far side has not taken yet is sent. One that is
// not here (yet), or that 保密 hides from the far side, is looked for again until kAttachmentAwaitedMillis after the
// record came; one that is corrupt here is refused at once. How one attachment is spoken of is the derived class's:
// native_attachments (our own protocol), profile_attachments (a stranger's).
// Uses: destination, http_client, ticket. Used by: native_attachments, profile_attachments.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "adapters/kit/destination.h"
#include "adapters/kit/http_client.h"

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

/// Thread-safety: any thread.
class AttachmentDestination : public Destination {
public:
    const std::string& id() const override { return id_; }
    std::size_t batchMax() const override { return 1; }
    std::size_t batchBytesMax() const override { return SIZE_MAX; }
    /// The digest is the identity: who has the bytes says so.
    Resend resend() const override { return Resend::Idempotent; }
    const std::vector<Dependency>& dependencies() const override { return none_; }
    bool keepsOrder() const override { return false; }
    void hurry() override { hurried_ = true; }
    RecordFit check(const OutboundRecord&) const override { return {}; }
    BatchAnswer send(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;
    /// Never called. Asserts.
    BatchAnswer query(const std::string& batch_id, const std::vector<OutboundRecord>& records)
        override;

protected:
    /// Requires: `contents` is not empty.
    AttachmentDestination(std::string id, ContentFinder contents, const base::Clock& clock);

    struct Errand {
        const std::string& batch_id;
        const OutboundRecord& record;
        const std::string& digest;
        OutboundContent content;
    };
    enum class Fate : std::uint8_t {
        Taken,
        Had,      // it was there already
        Refused,  // the far side will not have this content
        Later,    // not now; it said so
        Trouble,  // no answer for this one: the others of the record need not be tried
    };
    struct Sent {
        Fate fate = Fate::Trouble;
        std::string code;       // Refused, Later
        BatchAnswer trouble{};  // Trouble
        std::string receipt, told, answer;  // what went and came, but the bytes, which their digest stands for
        base::UnixMillis sent_ms = 0;       // 0: nothing was sent
    };
    /// One attachment that is here and that the far side is not known to have.
    virtual Sent sendContent(Errand& errand) = 0;

    const base::Clock& clock() const { return clock_; }

private:
    struct Round;
    bool sendOne(const std::string& batch_id, const OutboundRecord& record, const std::string& digest, Round& round);
    static void absent(base::ErrorCode code, Round& round);
    static RecordAnswer verdictOf(const OutboundRecord& record, const Round& round, bool awaited);
    bool isThere(const std::string& digest);
    void remember(const std::string& digest);

    const std::string id_;
    const ContentFinder contents_;
    const base::Clock& clock_;
    const std::vector<Dependency> none_;
    std::atomic<bool> hurried_{false};
    std::mutex mutex_;
    std::set<std::string> there_;  // protected by mutex_
};

}  // namespace yht::kit
