// How a stranger takes the bytes of attachments (profile section `attachments`): an address and an envelope of their own, in
// which the content stands in base64, or raw with everything else in headers; what the answer means; which kinds of file
// it takes; and whether a record waits for what it names. The exchange is held as a profile without kinds: path,
// envelope, signature, answer and receipt are read and judged as those of records are. Content is streamed: in memory is a
// piece at a time, whatever the form.
//   order: before    the record waits until its attachments are there or refused, at most wait_max_ms after its commit
//   order: after     they go side by side (the default)
// Uses: attachment_destination, profile, envelope, answer. Used by: profile_loader, app (makes it), delivery.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adapters/kit/attachment_destination.h"
#include "adapters/kit/envelope.h"
#include "adapters/kit/profile.h"
#include "gateway/base/random.h"
#include "gateway/crypto/certificate.h"
#include "gateway/trust/held.h"
#include "gateway/trust/message_signature.h"

namespace yht::kit {

inline constexpr std::int64_t kAttachmentWaitMillisMax = 24LL * 3600 * 1000;

/// `value:` of a member or header of `attachments`, beside the envelope's own.
enum class AttachmentValue : std::uint8_t { Content, Digest, MediaType, SizeBytes, FileName, TicketNo };

struct AttachmentMember {
    AttachmentValue value = AttachmentValue::Content;
    std::size_t bytes_max = 0;  // of FileName, in the profile's charset; 0: no bound
};

struct AttachmentRules {
    std::shared_ptr<const Profile> exchange;  // members of our own values stand in its envelope as constants
    std::map<std::string, AttachmentMember> members;  // by name of the member or header
    bool raw = false;  // the body is the content
    bool first = false;
    std::int64_t wait_max_ms = 0;
    std::uint64_t content_bytes_max = 0;
    std::set<std::string> media_types;  // empty: all
    std::string digest_path;            // in the answer, what it must say again; "" none
    std::shared_ptr<const Charset> charset;
    std::string substitute;
};

struct ProfileAttachmentsSettings {
    std::string id;         // attachmentsQueueOf() the destination
    std::string base_url;   // "https://host:port"
    std::string sender_id;  // what the far side calls us
    trust::Held<trust::SigningKey> key;  // replaced while it runs: the next request is signed with what is in force
    trust::Held<std::vector<crypto::Certificate>> receipt_certificates = std::vector<crypto::Certificate>{};
    ContentFinder contents;
};

/// Thread-safety: any thread.
class ProfileAttachments final : public AttachmentDestination {
public:
    /// Requires: the profile has attachments().
    /// Errors: ConfigInvalid for a wrong address or missing receipt certificates; SignatureAlgorithm where the
    /// profile does not take the key's.
    static base::Result<std::unique_ptr<ProfileAttachments>> make(
        ProfileAttachmentsSettings settings, std::shared_ptr<const Profile> profile,
        const trust::TlsContextHolder& contexts, const base::Clock& clock, base::Random& random
    );

    /// Of records that the far side does not take the files are none of its business either.
    bool takes(ticket::Kind kind) const override { return profile_->findKind(kind) != nullptr; }

private:
    ProfileAttachments(
        ProfileAttachmentsSettings settings, std::shared_ptr<const Profile> profile,
        std::unique_ptr<HttpClient> client, const base::Clock& clock, base::Random& random
    );
    Sent sendContent(Errand& errand) override;
    std::string valueOf(const AttachmentMember& member, const Errand& errand, const std::string& place) const;
    base::Result<SealedEnvelope> seal(const Errand& errand, const std::string& message_id, const std::string& place);
    void judge(const Errand& errand, const std::string& message_id, const HttpAnswer& http, Sent& sent) const;

    const ProfileAttachmentsSettings settings_;
    const std::shared_ptr<const Profile> profile_;
    const AttachmentRules& rules_;
    const std::unique_ptr<HttpClient> client_;
    base::Random& random_;
};

/// `bytes` in base64 between `before` and `after`, as it is read.
HttpContent base64Between(std::string before, HttpContent bytes, std::string after);

}  // namespace yht::kit
