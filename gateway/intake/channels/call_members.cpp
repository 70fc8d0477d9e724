#include "gateway/intake/channels/call_members.h"

#include <algorithm>

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/path.h"
#include "adapters/kit/xml_text.h"

namespace yht::channels {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kXmlBytesMax = 16U << 20;
constexpr std::string_view kSoap12 = "http://www.w3.org/2003/05/soap-envelope";

bool contains(std::string text, std::string_view wanted) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text.find(wanted) != std::string::npos;
}

/// The first item of a message whose root is one; nullopt where it can't be read.
std::optional<kit::ItemValue> onlyItem(std::string_view text, kit::Format format, const std::string& charset) {
    kit::DecodeRules rules;
    rules.format = format;
    rules.charset = charset;
    rules.limits.items_max = 1;
    auto decoder = kit::makeDecoder(rules);
    if (!decoder) return std::nullopt;
    std::optional<kit::ItemValue> found;
    const auto status = (*decoder)->decode(text, [&](kit::DecodedItem&& item) {
        if (!item.failure) found = std::move(item.value);
        return true;
    });
    if (!status) return std::nullopt;
    return found;
}

void appendScalars(const kit::ItemValue& value, const std::string& name, Pairs& pairs) {
    if (value.isScalar() && value.type() != kit::ItemType::Null) pairs.emplace_back(name, value.text());
    for (const auto& entry : value.items()) appendScalars(entry, name, pairs);  // a field that stands twice
}

/// The text of a leaf at "a/b"; nullopt where some step is missing or stands twice.
std::optional<std::string> elementText(xml::Element at, std::string_view path) {
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const std::string_view step = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        std::optional<xml::Element> found;
        for (auto child = at.firstChild(); child; child = child->nextSibling()) {
            if (child->localName() != step) continue;
            if (found) return std::nullopt;
            found = child;
        }
        if (!found) return std::nullopt;
        at = *found;
    }
    if (at.firstChild()) return std::nullopt;
    return at.text();
}

}  // namespace

base::Result<Pairs> formFields(std::string_view text, const std::string& charset) {
    Pairs pairs;
    if (text.empty()) return pairs;
    kit::DecodeRules rules;
    rules.format = kit::Format::Form;
    rules.charset = charset;
    auto decoder = kit::makeDecoder(rules);
    if (!decoder) return std::move(decoder).error();
    std::optional<base::Error> failure;
    const auto status = (*decoder)->decode(text, [&](kit::DecodedItem&& item) {
        failure = std::move(item.failure);
        for (const auto& [name, value] : item.value.members()) appendScalars(value, name, pairs);
        return !failure;
    });
    if (!status) return status.error();
    if (failure) return *std::move(failure);
    return pairs;
}

bool CallMembers::isForm() const {
    if (rules_.message == kit::EndpointRules::Message::FormField) return true;
    const std::string type = rules_.content_type.empty() ? head_.field("content-type") : rules_.content_type;
    return manifest_.decode.format == kit::Format::Form || contains(type, "form-urlencoded");
}

void CallMembers::read() {
    if (read_) return;
    read_ = true;
    if (body_.empty()) return;
    if (rules_.is_soap || manifest_.decode.format == kit::Format::Xml) return readXml();
    readItem();
}

void CallMembers::readXml() {
    std::string utf8;
    const auto charset = manifest_.decode.format == kit::Format::Json ? std::string() : manifest_.decode.charset;
    const auto status = kit::eachXmlPiece(body_, charset, [&](std::string_view piece) {
        utf8 += piece;
        return base::Status();
    });
    if (!status) return;
    xml::Limits limits;
    limits.bytes_max = 3 * kXmlBytesMax;
    auto document = xml::Document::parse(utf8, limits, xml::Encoding::Utf8);
    if (!document) return;
    xml_ = *std::move(document);
    const xml::Element root = xml_->root();
    if (!rules_.is_soap) {
        start_ = root;
        return;
    }
    const auto body = root.child("Body");
    if (root.localName() != "Envelope" || !body) return;
    if (root.namespaceUri() == kSoap12) version_ = SoapVersion::V12;
    start_ = body->firstChild();
}

void CallMembers::readItem() {
    const auto& charset = manifest_.decode.charset;
    const std::string own = charset.empty() ? "UTF-8" : charset;
    item_ = onlyItem(body_, isForm() ? kit::Format::Form : kit::Format::Json, own);
}

std::optional<std::string> CallMembers::text(const std::string& path) {
    read();
    if (start_) return elementText(*start_, path);
    if (!item_) return std::nullopt;
    const auto parsed = kit::Path::parse(path);
    const kit::ItemValue* found = parsed ? parsed->findOne(*item_) : nullptr;
    if (found == nullptr || !found->isScalar() || found->type() == kit::ItemType::Null) return std::nullopt;
    return found->text();
}

Pairs CallMembers::top() {
    read();
    Pairs pairs;
    if (!item_) return pairs;
    for (const auto& [name, value] : item_->members()) appendScalars(value, name, pairs);
    return pairs;
}

std::string CallMembers::operation() {
    read();
    return start_ && rules_.is_soap ? std::string(start_->localName()) : std::string();
}

SoapVersion CallMembers::soapVersion() {
    read();
    return version_;
}

}  // namespace yht::channels
