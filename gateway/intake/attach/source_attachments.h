// Attachments that sources' items bring or name (来源附件), had in a second step of their own, after the item's records are in
// the ledger: a failed attachment neither holds up its ticket nor brings it about once more.
//  1. Admission puts a row into the queue in the commit of the records (source_decide.h). The row says where in which
//     message the attachment is named; the message is adapted anew for it, so that nothing of its content stands elsewhere.
//  2. By value: decoded strictly. By URL, and by number in two steps: asked for within the manifest's `attachments`
//     (guarded_fetch.h). Size bounded while it streams, type by content, malware check: as any attachment (attachments).
//  3. The bytes are kept under the partner who sent the message; then, in one commit, the record of kind attachment is
//     admitted under the message's entry and the row ends. After a crash between the two the bytes come again, are found
//     to be there, and give the same record.
//  4. What may pass by itself is tried again, kAttachmentBackOffFirstMillis after the first time, twice as long after each
//     further one up to kAttachmentBackOffMillisMax, kAttachmentAttemptsMax times in all. Our own trouble (disk, room,
//     slots) is no attempt. What can't pass (host, type, size, base64, malware) fails at once.
//  5. What has failed waits for an operator: `yht attachments list|retry|discard`. A discarded one stays known, so that a
//     repeat of the item does not ask for it again.
//  6. One source never holds up another: sources take turns, kAttachmentWorkers at once, one worker a source; while a
//     source's hosts don't answer, nothing of it is asked.
//  7. One line in the log when a source's attachments begin to fail, one when one comes again.
// Uses: admission, attachments, kit/transport. Used by: app.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gateway/attachments/store.h"
#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/admission/source_decide.h"
#include "gateway/intake/attach/attachment_request.h"

namespace yht::intake {

inline constexpr std::uint32_t kAttachmentAttemptsMax = 12;
inline constexpr std::int64_t kAttachmentBackOffFirstMillis = 30'000;
inline constexpr std::int64_t kAttachmentBackOffMillisMax = 3'600'000;
inline constexpr std::int64_t kAttachmentOwnTroubleMillis = 60'000;
inline constexpr std::size_t kAttachmentsAtOnceMax = 16;  // rows of one turn
inline constexpr std::size_t kAttachmentWorkers = 3;
inline constexpr std::int64_t kAttachmentPollMillis = 500;
inline constexpr const char* kAttachmentDiscarded = "discarded";

struct AttachmentServices {
    ledger::Store& store;
    attachments::Store& attachments;
    const base::Clock& clock;
    base::Random& random;
    std::function<std::shared_ptr<const trust::TrustSnapshot>()> trust;
    std::function<std::shared_ptr<const SourceAdapters>()> adapters;
    std::string directory;  // of the deployment
    SecretReader secrets;
    std::function<void(const std::string&)> log;  // or empty
};

struct AttachmentCounters {
    std::uint64_t admitted = 0, retried = 0, failed = 0;
};

/// Thread-safety: any thread.
class SourceAttachments {
public:
    explicit SourceAttachments(AttachmentServices services);
    ~SourceAttachments();
    void start();
    /// What is being asked for is given up, and asked for again after the next start.
    void stop();
    /// One turn of the source whose turn it is. False where nothing is due.
    bool step();
    AttachmentCounters counters() const;

private:
    struct Named;
    std::string takeSource();
    void giveBack(const std::string& source);
    void workOff(const std::string& source);
    base::Result<std::vector<Named>> readapt(
        const kit::Adapter& adapter, const std::vector<ledger::SourceAttachmentRow>& rows
    );
    base::Status obtain(const kit::Adapter& adapter, const Named& named);
    base::Status receive(const kit::Manifest& manifest, const Named& named, attachments::Upload& upload, base::Bytes& sha256);
    base::Status admit(const kit::Adapter& adapter, const Named& named, const attachments::Facts& facts);
    void putOff(ledger::SourceAttachmentRow row, const base::Error& error);
    void succeeded(const std::string& source);
    void run(const std::stop_token& stop);

    const AttachmentServices services_;
    std::stop_source stop_;
    mutable std::mutex mutex_;
    // Protected by mutex_.
    AttachmentCounters counters_;
    std::set<std::string> under_way_;                        // sources
    std::map<std::string, std::uint64_t> turns_;             // when each had its last
    std::uint64_t turn_ = 0;
    std::map<std::string, base::UnixMillis> quiet_until_;    // sources whose hosts don't answer
    std::map<std::string, std::uint32_t> silences_;          // in a row
    std::set<std::string> in_trouble_;

    std::condition_variable_any woken_;
    std::vector<std::jthread> workers_;
};

}  // namespace yht::intake
