// multipart/related (RFC 2387) as MTOM and XOP 1.0 use it, read piece by piece: the envelope first, held whole; then one
// further part, handed on as it comes.
// Uses: base. Used by: handlers.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::soap {

inline constexpr std::size_t kBoundaryBytesMax = 70;         // RFC 2046 section 5.1.1
inline constexpr std::size_t kPartHeaderBytesMax = 4 * 1024;  // of one part

/// What Content-Type says of a SOAP request.
struct SoapContentType {
    bool soap12 = false;
    bool multipart = false;
    std::string boundary;  // of a multipart
    std::string charset;   // "" none
};
/// text/xml, application/soap+xml, or multipart/related of type application/xop+xml with one of the two as start-info.
/// Errors: MediaTypeUnsupported.
base::Result<SoapContentType> readSoapContentType(std::string_view value);

/// One body, once.
class RelatedParts {
public:
    struct Events {
        /// The first part, whole.
        std::function<base::Status(std::string envelope)> envelope;
        /// The second part begins; its Content-ID without "<>".
        std::function<base::Status(const std::string& content_id)> begin;
        std::function<base::Status(std::string_view piece)> content;
    };
    RelatedParts(std::string boundary, std::size_t envelope_bytes_max, Events events);

    /// Errors: SoapMalformed, SoapAttachment (a third part, a transfer encoding), BodyTooLarge (envelope), the events'.
    base::Status feed(std::string_view piece);
    /// Errors: SoapMalformed: not whole.
    base::Status finish();

private:
    enum class At : std::uint8_t { Preamble, Headers, Content, AfterDelimiter, Epilogue };
    base::Status step(bool& progressed);
    base::Status readHeaders();
    base::Status take(std::string_view content);
    base::Status endPart();

    const std::string delimiter_;  // CRLF "--" boundary
    const std::size_t envelope_bytes_max_;
    const Events events_;
    At at_ = At::Preamble;
    int part_ = 0;  // 1: the envelope
    std::string buffer_;
    std::string envelope_;
};

}  // namespace yht::soap
