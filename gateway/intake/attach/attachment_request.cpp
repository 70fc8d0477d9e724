#include "gateway/intake/attach/attachment_request.h"

#include <algorithm>

#include "adapters/kit/inbound/manifest_attachments.h"
#include "gateway/json/json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr std::string_view kSecret = "secret:";
constexpr std::string_view kFile = "file:";
constexpr std::uint64_t kAroundContentBytesMax = 64 * 1024;  // of a JSON answer, beside the file

enum class Place : std::uint8_t { Url, Json, Header };

std::string jsonEscaped(std::string_view text) {
    std::string quoted;
    json::appendCanonicalString(quoted, text);
    return quoted.substr(1, quoted.size() - 2);
}

/// Fills templates; what could not be filled makes one error for all.
class Filler {
public:
    Filler(const kit::Manifest& manifest, std::string number, const SecretReader& secrets)
        : manifest_(manifest), number_(std::move(number)), secrets_(secrets) {}

    std::string fill(const std::string& text, Place place) {
        const auto filled = kit::fillTemplate(text, [&](std::string_view name) -> std::optional<std::string> {
            auto value = valueOf(name);
            if (!value) return std::nullopt;
            if (place == Place::Url) return escapedForUrl(*value);
            if (place == Place::Json) return jsonEscaped(*value);
            return value->find_first_of("\r\n") == std::string::npos ? value : std::nullopt;
        });
        if (!filled) failed_ = true;
        return filled.value_or("");
    }
    bool failed() const { return failed_; }

private:
    std::optional<std::string> valueOf(std::string_view name) {
        if (!name.starts_with(kSecret)) return number_;
        const auto found = manifest_.secrets.find(std::string(name.substr(kSecret.size())));
        if (found == manifest_.secrets.end() || !found->second.starts_with(kFile)) return std::nullopt;
        return secrets_(found->second.substr(kFile.size()));
    }

    const kit::Manifest& manifest_;
    const std::string number_;
    const SecretReader& secrets_;
    bool failed_ = false;
};

}  // namespace

std::string escapedForUrl(std::string_view text) {
    constexpr std::string_view kPlain = "-._~";
    std::string escaped;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           kPlain.find(c) != kPlain.npos;
        if (plain) {
            escaped += c;
            continue;
        }
        constexpr const char* kDigits = "0123456789ABCDEF";
        escaped += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
    }
    return escaped;
}

base::Result<AttachmentRequest> attachmentRequest(
    const kit::Manifest& manifest, const kit::AdaptedAttachment& attachment, const std::string& directory,
    const SecretReader& secrets
) {
    const kit::AttachmentAccess& access = manifest.attachments;
    const bool two_step = attachment.kind == kit::AdaptedAttachment::Kind::TwoStep;
    if (access.hosts.empty()) return makeError(ErrorCode::AttachmentHost, "attachments.hosts is empty");
    if (two_step && access.two_step_url.empty()) return makeError(ErrorCode::AttachmentHost, "no attachments.two_step");
    AttachmentRequest request;
    request.rules = {.hosts = access.hosts,
                     .plain_http = access.plain_http,
                     .ca_path = access.ca.empty() ? "" : directory + "/" + access.ca.substr(kFile.size()),
                     .timeout_ms = access.timeout_s * 1000,
                     .bytes_max = access.bytes_max};
    Filler filler(manifest, attachment.content, secrets);
    for (const auto& [name, text] : access.headers) {
        request.ask.fields.emplace_back(name, filler.fill(text, Place::Header));
    }
    if (!two_step) {
        request.ask.url = attachment.content;
    } else {
        request.ask.url = filler.fill(access.two_step_url, Place::Url);
        request.ask.post = access.two_step_post;
        const bool json_body = access.two_step_content_type.find("json") != std::string::npos;
        request.ask.body = filler.fill(access.two_step_body, json_body ? Place::Json : Place::Url);
        for (const auto& [name, text] : access.two_step_headers) {
            request.ask.fields.emplace_back(name, filler.fill(text, Place::Header));
        }
        if (request.ask.post) request.ask.fields.emplace_back("Content-Type", access.two_step_content_type);
        request.content_path = access.two_step_content;
        if (!request.content_path.empty()) {
            request.rules.bytes_max = request.rules.bytes_max / 3 * 4 + kAroundContentBytesMax;
        }
    }
    if (filler.failed()) return makeError(ErrorCode::ConfigInvalid, "a secret of the attachments can't be used");
    return request;
}

base::Result<base::Bytes> contentInJson(std::string_view answer, const std::string& path) {
    const auto document = json::parse(answer);
    if (!document.ok()) return makeError(ErrorCode::PeerAnswerInvalid, "no JSON");
    const rapidjson::Value* at = &*document;
    for (std::string_view rest = path; at != nullptr && !rest.empty();) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        at = at->IsObject() ? json::findMember(*at, std::string(rest.substr(0, slash)).c_str()) : nullptr;
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    if (at == nullptr || !at->IsString()) return makeError(ErrorCode::PeerAnswerInvalid, "no content in the answer");
    return decodedContent({at->GetString(), at->GetStringLength()});
}

base::Result<base::Bytes> decodedContent(std::string_view text) {
    constexpr std::size_t kPrefixBytesMax = 200;
    constexpr std::string_view kMark = ";base64,";
    if (text.starts_with("data:")) {
        const std::size_t mark = text.substr(0, kPrefixBytesMax).find(kMark);
        if (mark == text.npos) return makeError(ErrorCode::AttachmentEncoding);
        text.remove_prefix(mark + kMark.size());
    }
    std::optional<base::Bytes> bytes;
    if (text.find_first_of("\r\n") == text.npos) {
        bytes = base::fromBase64(text);
    } else {
        std::string joined(text);
        std::erase_if(joined, [](char c) { return c == '\r' || c == '\n'; });
        bytes = base::fromBase64(joined);
    }
    if (!bytes || bytes->empty()) return makeError(ErrorCode::AttachmentEncoding);
    return *std::move(bytes);
}

}  // namespace yht::intake
