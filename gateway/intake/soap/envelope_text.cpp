#include "gateway/intake/soap/envelope_text.h"

#include "adapters/kit/xml_text.h"

namespace yht::soap {
namespace {

using base::ErrorCode;

xml::Limits envelopeLimits() {
    return {.bytes_max = 2 * kEnvelopeBytesMax,  // GBK grows by half when it becomes UTF-8
            .depth_max = kEnvelopeDepthMax,
            .nodes_max = kEnvelopeNodesMax,
            .attributes_max = kElementAttributesMax,
            .namespaces_max = kElementAttributesMax,
            .malformed = ErrorCode::SoapMalformed,
            .dtd = ErrorCode::SoapDtd,
            .too_large = ErrorCode::BodyTooLarge,
            .too_deep = ErrorCode::SoapTooDeep,
            .start_tag = ErrorCode::SoapAttributes,
            .advice_en = "Send fewer records at once, attachments by MTOM, and large messages in a source's own format over "
                         "REST (POST /v1/sources/{source}/messages).",
            .advice_zh = "请减少一次报送的记录数;附件用 MTOM 上传;来源自有格式的大报文请经 REST(POST /v1/sources/{source}/messages)报送。"};
}

/// The envelope in UTF-8, whatever charset the transport or its prolog names. Errors: SoapCharset.
base::Result<std::string> utf8Of(std::string_view text, const std::string& charset) {
    std::string utf8;
    utf8.reserve(text.size());
    const auto read = kit::eachXmlPiece(text, charset, [&](std::string_view piece) -> base::Status {
        utf8.append(piece);
        return {};
    });
    if (read) return utf8;
    return base::makePublicError(
        ErrorCode::SoapCharset, "The envelope is not text in its declared charset: UTF-8, UTF-16, GB18030 or GBK.",
        "信封不是其声明字符集(UTF-8、UTF-16、GB18030 或 GBK)的文本。"
    );
}

}  // namespace

base::Result<xml::Document> readEnvelope(std::string_view text, const std::string& charset) {
    auto utf8 = utf8Of(text, charset);
    if (!utf8) return std::move(utf8).error();
    return xml::Document::parse(*utf8, envelopeLimits(), xml::Encoding::Utf8);
}

}  // namespace yht::soap
