#include "adapters/kit/xml_text.h"

#include "adapters/kit/charset_decode.h"
#include "gateway/xml/document.h"

namespace yht::kit {
namespace {

constexpr std::size_t kPieceBytes = 64U << 10;

base::Result<MessageText> openXmlText(std::string_view message, const std::string& declared) {
    if (!declared.empty()) return openMessageText(message, declared);
    const std::string prolog = xml::declaredEncoding(message);
    auto text = openMessageText(message, prolog.empty() ? "UTF-8" : prolog);
    if (text || text.error().code != base::ErrorCode::ManifestInvalid) return text;
    // The document's mistake, not the manifest's.
    return base::makePublicError(
        base::ErrorCode::ItemUndecodable, "The XML declares an encoding that is not known.",
        "XML 声明的编码无法识别。"
    );
}

}  // namespace

base::Status eachXmlPiece(
    std::string_view message, const std::string& declared_charset,
    const std::function<base::Status(std::string_view)>& take
) {
    auto opened = openXmlText(message, declared_charset);
    if (!opened) return std::move(opened).error();
    if (const auto foreign = opened->charset.foreignText(message.substr(opened->begin)))
        return undecodableByte(opened->charset.name(), opened->begin + *foreign);
    std::string utf8;
    for (std::size_t at = opened->begin; at < message.size();) {
        const std::string_view piece = message.substr(at, kPieceBytes);
        utf8.clear();
        const auto progress = opened->charset.append(piece, utf8);
        const bool last = at + piece.size() == message.size();
        const bool stuck = progress.outcome == CharsetDecoder::Outcome::Undecodable ||
                           (progress.outcome == CharsetDecoder::Outcome::Incomplete &&
                            (last || progress.consumed == 0));
        at += progress.consumed;
        if (auto taken = take(utf8); !taken) return taken;
        if (stuck) return undecodableByte(opened->charset.name(), at);
    }
    return {};
}

}  // namespace yht::kit
