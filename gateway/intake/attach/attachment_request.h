// What is asked of whom for an attachment that an item only names: its URL, or the second step for its number, as the
// manifest's section `attachments` says.
// Uses: kit/inbound, kit/transport. Used by: source_attachments.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "adapters/kit/transport/guarded_fetch.h"
#include "adapters/kit/inbound/adapter.h"

namespace yht::intake {

/// A file of the deployment, by NAME; nullopt where it can't be read.
using SecretReader = std::function<std::optional<std::string>(const std::string& name)>;

struct AttachmentRequest {
    kit::HttpAsk ask;
    kit::FetchRules rules;
    std::string content_path;  // of base64 in a JSON answer; "" the answer is the file
};

/// Requires: kind Url or TwoStep. `directory`: of the deployment. Errors: AttachmentHost (no host is allowed, or there is
/// no second step), ConfigInvalid (a secret that can't be read).
base::Result<AttachmentRequest> attachmentRequest(
    const kit::Manifest& manifest, const kit::AdaptedAttachment& attachment, const std::string& directory,
    const SecretReader& secrets
);

/// The number as it may stand in a URL: everything but letters, digits and -._~ is escaped.
std::string escapedForUrl(std::string_view text);

/// The base64 text at `path` ("data/file") of a JSON answer, decoded. Errors: PeerAnswerInvalid, AttachmentEncoding.
base::Result<base::Bytes> contentInJson(std::string_view answer, const std::string& path);

/// Base64 as sources write it: with "data:…;base64," before it or not, line breaks within or not; strict apart from that.
/// Errors: AttachmentEncoding.
base::Result<base::Bytes> decodedContent(std::string_view text);

}  // namespace yht::intake
