#include "gateway/intake/soap/related_parts.h"

#include <algorithm>
#include <map>

namespace yht::soap {
namespace {

using base::ErrorCode;

constexpr std::string_view kHeadersEnd = "\r\n\r\n";

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// type/subtype; parameters by lower-case name, quotes taken off.
struct MediaType {
    std::string type;
    std::map<std::string, std::string> parameters;
};

/// Where the parameter that begins at `text` ends: a semicolon outside quotes.
std::size_t parameterEnd(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') ++i;
        else if (text[i] == '"') quoted = !quoted;
        else if (text[i] == ';' && !quoted) return i;
    }
    return text.size();
}

std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        out.push_back(text[i]);
    }
    return out;
}

MediaType readMediaType(std::string_view value) {
    MediaType media;
    auto end = parameterEnd(value);
    media.type = lower(trimmed(value.substr(0, end)));
    while (end < value.size()) {
        value.remove_prefix(end + 1);
        end = parameterEnd(value);
        const auto parameter = trimmed(value.substr(0, end));
        const auto equals = parameter.find('=');
        if (equals == parameter.npos) continue;
        media.parameters.emplace(lower(trimmed(parameter.substr(0, equals))), unquoted(trimmed(parameter.substr(equals + 1))));
    }
    return media;
}

base::Error malformed(const char* en, const char* zh) { return base::makePublicError(ErrorCode::SoapMalformed, en, zh); }

base::Error torn() { return malformed("The multipart body is not whole or not well-formed.", "multipart 报文不完整或格式有误。"); }

}  // namespace

base::Result<SoapContentType> readSoapContentType(std::string_view value) {
    constexpr std::string_view kXml = "text/xml";
    constexpr std::string_view kSoap = "application/soap+xml";
    const MediaType media = readMediaType(value);
    const auto parameter = [&](const char* name) {
        const auto found = media.parameters.find(name);
        return found == media.parameters.end() ? std::string() : found->second;
    };
    SoapContentType read{.soap12 = media.type == kSoap, .multipart = media.type == "multipart/related",
                         .boundary = parameter("boundary"), .charset = parameter("charset")};
    bool known = media.type == kXml || media.type == kSoap;
    if (read.multipart) {
        const std::string inner = lower(readMediaType(parameter("start-info")).type);
        read.soap12 = inner == kSoap;
        const bool plain = !read.boundary.empty() && read.boundary.size() <= kBoundaryBytesMax;
        known = lower(parameter("type")) == "application/xop+xml" && (inner == kXml || inner == kSoap) && plain;
    }
    if (known) return read;
    return base::makePublicError(
        ErrorCode::MediaTypeUnsupported,
        "Content-Type must be text/xml (SOAP 1.1), application/soap+xml (SOAP 1.2) or multipart/related of type "
        "application/xop+xml (MTOM).",
        "Content-Type 须为 text/xml(SOAP 1.1)、application/soap+xml(SOAP 1.2)或 application/xop+xml 的 multipart/related(MTOM)。"
    );
}

RelatedParts::RelatedParts(std::string boundary, std::size_t envelope_bytes_max, Events events)
    : delimiter_("\r\n--" + std::move(boundary)),
      envelope_bytes_max_(envelope_bytes_max),
      events_(std::move(events)),
      buffer_("\r\n") {}  // so that a delimiter at the very beginning is one

base::Status RelatedParts::feed(std::string_view piece) {
    if (at_ == At::Epilogue) return {};
    buffer_.append(piece);
    for (bool progressed = true; progressed && at_ != At::Epilogue;) {
        if (auto stepped = step(progressed); !stepped) return stepped;
    }
    return {};
}

base::Status RelatedParts::finish() {
    if (at_ != At::Epilogue) return torn();
    return {};
}

/// One thing that the buffer holds whole; not progressed: more must come first.
base::Status RelatedParts::step(bool& progressed) {
    progressed = false;
    if (at_ == At::Headers) {
        // Judged alike however the body is cut: what has not ended yet may still end with the next three bytes.
        const auto end = buffer_.find(kHeadersEnd);
        const auto length = end == buffer_.npos ? buffer_.size() - std::min(buffer_.size(), kHeadersEnd.size() - 1) : end;
        if (length > kPartHeaderBytesMax) return torn();
        if (end == buffer_.npos) return {};
        progressed = true;
        return readHeaders();
    }
    if (at_ == At::AfterDelimiter) {
        if (buffer_.size() < 2) return {};
        if (!buffer_.starts_with("--") && !buffer_.starts_with("\r\n")) return torn();
        progressed = true;
        if (buffer_.starts_with("--")) {
            if (part_ == 0) return torn();
            at_ = At::Epilogue;
            return {};
        }
        at_ = At::Headers;
        ++part_;
        if (part_ <= 2) return {};
        return base::makeError(ErrorCode::SoapAttachment);
    }
    const auto end = buffer_.find(delimiter_);
    // What may be the beginning of a delimiter stays.
    const std::size_t sure = end != buffer_.npos ? end : buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
    if (auto taken = take(std::string_view(buffer_).substr(0, sure)); !taken) return taken;
    buffer_.erase(0, sure);
    if (end == std::string::npos) return {};
    buffer_.erase(0, delimiter_.size());
    progressed = true;
    const bool was_content = at_ == At::Content;
    at_ = At::AfterDelimiter;
    return was_content ? endPart() : base::Status();
}

base::Status RelatedParts::readHeaders() {
    // The line end before the headers stays in front, so that each begins with one.
    const auto end = buffer_.find("\r\n\r\n");
    const std::string headers = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    at_ = At::Content;
    std::string content_id;
    for (std::size_t at = 2; at < headers.size();) {
        const auto line_end = headers.find("\r\n", at);
        const std::string line = headers.substr(at, line_end - at);
        at = line_end + 2;
        const auto colon = line.find(':');
        if (colon == line.npos) return torn();
        const std::string name = lower(trimmed(line.substr(0, colon)));
        const std::string value(trimmed(std::string_view(line).substr(colon + 1)));
        if (name == "content-id") content_id = value;
        const std::string coding = lower(value);
        if (name == "content-transfer-encoding" && coding != "binary" && coding != "8bit" && coding != "7bit") {
            return base::makeError(ErrorCode::SoapAttachment);
        }
    }
    if (part_ < 2) return {};
    if (content_id.size() > 2 && content_id.front() == '<' && content_id.back() == '>') {
        content_id = content_id.substr(1, content_id.size() - 2);
    }
    return events_.begin(content_id);
}

base::Status RelatedParts::take(std::string_view content) {
    if (at_ == At::Preamble || content.empty()) return {};
    if (part_ > 1) return events_.content(content);
    if (envelope_.size() + content.size() > envelope_bytes_max_) return base::makeError(ErrorCode::BodyTooLarge);
    envelope_.append(content);
    return {};
}

base::Status RelatedParts::endPart() {
    if (part_ == 1) return events_.envelope(std::move(envelope_));
    return {};
}

}  // namespace yht::soap
