// The centre as a destination: POST of records by the gateway (schemas/native-delivery.md),
// verified, stored, numbered, answered under signature. Uses: base, json, trust, stage, desk. Used
// by: main, tests.
#pragma once

#include <atomic>

#include "gateway/trust/verifier.h"
#include "tools/centre-sim/desk.h"
#include "tools/stage/listener.h"
#include "tools/stage/misbehaviour.h"

namespace yht::centre_sim {

inline constexpr std::size_t kItemsMax = 200;
inline constexpr const char* kAttachmentsPath = "/v1/attachments";

struct InboxOptions {
    std::string path = "/deliveries";
    std::vector<std::string> public_base_urls;  // where the gateway believes us to be
};

/// Thread-safety: any thread.
class Inbox {
public:
    /// `gateway`: the registry of the one partner that may deliver.
    Inbox(
        const InboxOptions& options, const trust::TrustHolder& gateway, trust::SigningKey key,
        Desk& desk, stage::Misbehaviour& misbehaviour, const base::Clock& clock
    );
    stage::HttpAnswer handle(const stage::HttpRequest& request);
    /// Every attachment is answered with this status until it is 0 again; records are not touched by it.
    void refuseAttachments(int status) { attachments_status_ = status; }

private:
    stage::HttpAnswer handleAttachment(const stage::HttpRequest& request);
    stage::HttpAnswer take(
        const stage::HttpRequest& request, const trust::HttpHead& head, const std::string& body,
        const stage::Mischief& mischief
    );
    stage::HttpAnswer sign(
        const stage::HttpRequest& request, const trust::HttpHead& request_head, std::string body,
        const stage::Mischief& mischief, int status = 200
    );

    const std::string path_;
    const trust::RequestVerifier verifier_;
    const trust::SigningKey key_;
    Desk& desk_;
    stage::Misbehaviour& misbehaviour_;
    const base::Clock& clock_;
    std::atomic<int> attachments_status_{0};
};

/// A registry of one: the partner whose certificate this is. Throws std::runtime_error.
std::shared_ptr<const trust::TrustSnapshot> registryOf(const std::string& certificate_pem_path);

}  // namespace yht::centre_sim
