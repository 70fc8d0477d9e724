#include "gateway/intake/soap/attachment_content.h"

#include <algorithm>

#include "gateway/base/bytes.h"
#include "gateway/intake/http/wire.h"
#include "gateway/xml/stream_parser.h"

namespace yht::soap {
namespace {

using base::ErrorCode;

class Includes final : public xml::Events {
public:
    bool onStart(const xml::StartElement& element) override {
        if (element.namespace_uri != kXopNamespace || element.local_name != "Include") return true;
        ++count_;
        href_ = std::string(element.attribute("href"));
        return true;
    }
    bool onText(std::string_view) override { return true; }
    bool onEnd() override { return true; }
    std::size_t count() const { return count_; }
    const std::string& href() const { return href_; }

private:
    std::size_t count_ = 0;
    std::string href_;
};

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

base::Result<std::optional<std::string>> includeOf(const xml::Element& root) {
    Includes includes;
    root.replay(includes);
    if (includes.count() == 0) return std::optional<std::string>();
    constexpr std::string_view kScheme = "cid:";
    if (includes.count() > 1 || !includes.href().starts_with(kScheme)) return base::makeError(ErrorCode::SoapAttachment);
    auto id = http::percentDecode(std::string_view(includes.href()).substr(kScheme.size()), false);
    if (!id || id->empty()) return base::makeError(ErrorCode::SoapAttachment);
    return std::optional<std::string>(*std::move(id));
}

bool isIncludeOnly(const xml::Element& element) {
    const auto include = element.firstChild();
    const std::string text = element.text();
    return include && include->namespaceUri() == kXopNamespace && include->localName() == "Include" &&
           !include->nextSibling() && !include->firstChild() && std::all_of(text.begin(), text.end(), isSpace);
}

base::Result<std::string> bytesOf(const xml::Element& element, std::size_t bytes_max) {
    const auto no_base64 = [] {
        return base::makePublicError(ErrorCode::SoapArgument, "content must be base64.", "content 须为 base64。");
    };
    if (element.firstChild()) return no_base64();
    std::string packed = element.text();
    packed.erase(std::remove_if(packed.begin(), packed.end(), isSpace), packed.end());
    if (packed.size() / 4 * 3 > bytes_max + 2) return base::makeError(ErrorCode::BodyTooLarge);
    auto bytes = base::fromBase64(packed);
    if (!bytes) return no_base64();
    if (bytes->size() > bytes_max) return base::makeError(ErrorCode::BodyTooLarge);
    return *std::move(bytes);
}

}  // namespace yht::soap
