// Attachments to a partner-like system (schemas/native-delivery.md): each is posted as it stands, signed over its SHA-256.
// Uses: attachment_destination, native_answer, trust. Used by: app (makes it), delivery (through Destination).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/attachment_destination.h"
#include "gateway/trust/held.h"
#include "gateway/trust/message_signature.h"

namespace yht::kit {

struct NativeAttachmentsSettings {
    std::string id;        // attachmentsQueueOf() the destination
    std::string base_url;  // "https://host:port"
    std::string path;      // "/v1/attachments"
    trust::Held<trust::SigningKey> key;
    trust::Held<std::vector<trust::VerifyingKey>> answer_keys;
    bool needs_signed_answer = true;
    std::int64_t timeout_ms = 30'000;  // for each piece of 64 KiB, and for the answer
    ContentFinder contents;
};

/// Thread-safety: any thread.
class NativeAttachments final : public AttachmentDestination {
public:
    static constexpr std::size_t kAnswerBytesMax = 64U * 1024;

    /// Errors: ConfigInvalid for a wrong address, or no answer_keys where answers must be signed.
    static base::Result<std::unique_ptr<NativeAttachments>> make(
        NativeAttachmentsSettings settings, const trust::TlsContextHolder& contexts,
        const base::Clock& clock
    );

    bool takes(ticket::Kind) const override { return true; }

private:
    NativeAttachments(
        NativeAttachmentsSettings settings, std::unique_ptr<HttpClient> client,
        const base::Clock& clock
    );
    Sent sendContent(Errand& errand) override;
    void judge(const HttpAnswer& http, const trust::HttpHead& request, const std::string& digest, Sent& sent) const;

    const NativeAttachmentsSettings settings_;
    const std::unique_ptr<HttpClient> client_;
};

}  // namespace yht::kit
