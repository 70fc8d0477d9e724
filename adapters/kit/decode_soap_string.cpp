#include "adapters/kit/decode_soap_string.h"

#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/decode_output.h"
#include "adapters/kit/xml_text.h"
#include "gateway/xml/document.h"

namespace yht::kit {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

Error missing(const char* what_en, const char* what_zh) {
    return base::makePublicError(
        ErrorCode::ItemUndecodable, std::string("The message has no ") + what_en + ".",
        std::string("报文中没有") + what_zh + "。"
    );
}

/// The next element in document order inside `top`.
std::optional<xml::Element> following(
    std::vector<xml::Element>& ancestors, const xml::Element& element
) {
    if (auto child = element.firstChild()) {
        ancestors.push_back(element);
        return child;
    }
    std::optional<xml::Element> at = element;
    while (!ancestors.empty()) {
        if (auto sibling = at->nextSibling()) return sibling;
        at = ancestors.back();
        ancestors.pop_back();
    }
    return std::nullopt;
}

/// Texts of every element of that name below `top`.
std::vector<std::string> textsBelow(const xml::Element& top, const std::string& name) {
    std::vector<std::string> texts;
    std::vector<xml::Element> ancestors;
    for (auto at = following(ancestors, top); at; at = following(ancestors, *at)) {
        if (at->localName() == name) texts.push_back(at->text());
    }
    return texts;
}

/// What the message says in its call: the texts to be decoded, and what stands beside them.
struct Call {
    std::vector<std::string> texts;
    std::vector<ItemValue::Member> beside;
};

class SoapStringDecoder final : public Decoder {
public:
    SoapStringDecoder(const DecodeRules& rules, std::shared_ptr<const Decoder> inner)
        : rules_(rules), inner_(std::move(inner)) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        const std::size_t bytes_max =
            std::min(rules_.limits.message_bytes_max, kSoapEnvelopeBytesMax);
        if (message.size() > bytes_max) return ItemOutput::tooLarge("bytes", bytes_max);
        auto call = callOf(message);
        if (!call) return std::move(call).error();
        const auto& texts = call->texts;
        ItemOutput output(rules_.limits, sink);
        bool go_on = true;
        for (std::size_t i = 0; i < texts.size() && go_on; ++i) {
            if (!texts[i].empty()) go_on = decodeText(texts[i], i, call->beside, output);
        }
        return output.finish();
    }

private:
    Result<Call> callOf(std::string_view message) const {
        std::string utf8;
        const Status read = eachXmlPiece(message, rules_.charset, [&](std::string_view piece) {
            utf8 += piece;
            return Status();
        });
        if (!read) return read.error();
        xml::Limits limits;
        limits.bytes_max = 3 * kSoapEnvelopeBytesMax;
        limits.malformed = limits.dtd = ErrorCode::ItemUndecodable;
        limits.too_large = limits.too_deep = limits.start_tag = ErrorCode::ItemTooLarge;
        const auto document = xml::Document::parse(utf8, limits, xml::Encoding::Utf8);
        if (!document) return document.error();
        const xml::Element envelope = document->root();
        const auto body = envelope.child("Body");
        if (envelope.localName() != "Envelope" || !body) return missing("SOAP body", " SOAP Body");
        const auto& operation = rules_.inner.operation;
        const auto call = operation.empty() ? body->firstChild() : body->child(operation);
        if (!call) return missing("call that the manifest names", "清单所指的调用");
        Call read_call{textsBelow(*call, rules_.inner.element), {}};
        if (read_call.texts.empty())
            return missing("element that the manifest names", "清单所指的元素");
        for (const auto& name : rules_.inner.beside) {
            if (const auto element = call->child(name))
                read_call.beside.emplace_back(
                    "@" + name, ItemValue::scalar(ItemType::Text, element->text())
                );
        }
        return read_call;
    }

    bool decodeText(
        const std::string& text, std::size_t index, const std::vector<ItemValue::Member>& beside,
        ItemOutput& output
    ) const {
        const std::string place = rules_.inner.element + "[" + std::to_string(index + 1) + "]";
        bool go_on = true;
        const Status read = inner_->decode(text, [&](DecodedItem&& item) {
            item.place = place + " " + item.place;
            item.raw_offset = item.raw_bytes = 0;
            if (item.value.type() == ItemType::Object) {
                for (const auto& [name, value] : beside) item.value.setMember(name, value);
            }
            go_on = output.give(std::move(item));
            return go_on;
        });
        if (read || !go_on) return go_on;
        DecodedItem item;
        item.place = place;
        return output.giveFailure(std::move(item), read.error());
    }

    DecodeRules rules_;
    std::shared_ptr<const Decoder> inner_;
};

}  // namespace

Result<std::shared_ptr<const Decoder>> makeSoapStringDecoder(const DecodeRules& rules) {
    if (rules.inner.element.empty())
        return base::makeError(ErrorCode::ManifestInvalid, "inner: element is needed");
    if (!rules.inner_rules || rules.inner_rules->format == Format::SoapString)
        return base::makeError(
            ErrorCode::ManifestInvalid, "inner: a format, not soap_string again"
        );
    DecodeRules inner_rules = *rules.inner_rules;
    inner_rules.charset = "UTF-8";
    auto inner = makeDecoder(inner_rules);
    if (!inner) return std::move(inner).error();
    return std::shared_ptr<const Decoder>(
        std::make_shared<SoapStringDecoder>(rules, *std::move(inner))
    );
}

}  // namespace yht::kit
