#include "adapters/kit/decode_xml.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "adapters/kit/array_paths.h"
#include "adapters/kit/charset_decode.h"
#include "adapters/kit/decode_output.h"
#include "adapters/kit/xml_item.h"
#include "adapters/kit/xml_text.h"
#include "gateway/xml/document.h"
#include "gateway/xml/xpath.h"

namespace yht::kit {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::size_t kStepsMax = 16;
constexpr std::size_t kParserDepthMax =
    200;  // below libxml2's own; an item's depth is bounded by DecodeLimits

/// One step of a path: a local name, in any namespace where uri is not given.
struct Step {
    std::string local_name;
    std::optional<std::string> uri;
    bool matches(const xml::StartElement& element) const {
        return element.local_name == local_name && (!uri || element.namespace_uri == *uri);
    }
};

xml::Limits parserLimits(const DecodeLimits& limits, bool streaming) {
    xml::Limits out;
    out.malformed = ErrorCode::ItemUndecodable;
    out.too_large = ErrorCode::ItemTooLarge;
    out.depth_max = kParserDepthMax;
    out.attributes_max = std::min(limits.members_max, out.attributes_max);
    out.bytes_max = limits.message_bytes_max * CharsetDecoder::kUtf8BytesPerByteMax;
    // A stream keeps no nodes; its items are bounded one by one.
    if (streaming) out.nodes_max = std::numeric_limits<std::size_t>::max();
    return out;
}

Error itemsMissing() {
    return base::makePublicError(
        ErrorCode::ItemUndecodable, "The message has nothing where its items should be.",
        "报文中没有条目所在的元素。"
    );
}

/// Finds items along a path, and hands each to the builder.
class PathEvents final : public xml::Events {
public:
    PathEvents(
        const std::vector<Step>& steps, const DecodeRules& rules, const ArrayPaths& arrays,
        ItemOutput& output
    )
        : steps_(steps),
          arrays_(arrays),
          output_(output),
          builder_(rules.xml.attributes, rules.limits),
          place_("/" + rules.items) {}

    bool onStart(const xml::StartElement& element) override {
        const std::size_t depth = depth_++;
        if (in_item_) return builder_.onStart(element);
        // The root matches the empty path; a child goes on where its parent matched.
        if (depth == 0 || (matched_ == depth - 1 && matched_ < steps_.size() &&
                           steps_[matched_].matches(element))) {
            matched_ = depth;
            parent_seen_ = parent_seen_ || matched_ + 1 >= steps_.size();
            in_item_ = matched_ == steps_.size();
            if (in_item_) return builder_.onStart(element);
        }
        return true;
    }
    bool onText(std::string_view text) override { return !in_item_ || builder_.onText(text); }
    bool onEnd() override {
        --depth_;
        bool go_on = true;
        if (in_item_) {
            builder_.onEnd();
            if (!builder_.whole()) return true;
            in_item_ = false;
            go_on = giveItem();
        }
        if (matched_ == depth_ && depth_ > 0) matched_ = depth_ - 1;
        return go_on;
    }
    /// The elements around the items were there, even if no item was.
    bool parentSeen() const { return parent_seen_; }

private:
    bool giveItem() {
        DecodedItem item;
        item.place = place_ + "[" + std::to_string(output_.count() + 1) + "]";
        auto value = builder_.take();
        if (!value) return output_.giveFailure(std::move(item), std::move(value).error());
        item.value = *std::move(value);
        arrays_.apply(item.value);
        return output_.give(std::move(item));
    }

    const std::vector<Step>& steps_;
    const ArrayPaths& arrays_;
    ItemOutput& output_;
    XmlItemBuilder builder_;
    const std::string place_;
    std::size_t depth_ = 0, matched_ = 0;
    bool in_item_ = false, parent_seen_ = false;
};

class XmlDecoder final : public Decoder {
public:
    XmlDecoder(const DecodeRules& rules, std::vector<Step> steps, ArrayPaths arrays)
        : rules_(rules), steps_(std::move(steps)), arrays_(std::move(arrays)) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.message_bytes_max);
        ItemOutput output(rules_.limits, sink);
        return rules_.items.starts_with('/') ? byXPath(message, output) : byPath(message, output);
    }

private:
    Status byPath(std::string_view message, ItemOutput& output) const {
        PathEvents events(steps_, rules_, arrays_, output);
        xml::StreamParser parser(events, parserLimits(rules_.limits, true), xml::Encoding::Utf8);
        const Status read = eachXmlPiece(message, rules_.charset, [&](std::string_view piece) {
            return parser.feed(piece);
        });
        if (parser.stopped()) return output.finish();
        if (!read) return read;
        if (auto whole = parser.finish(); !whole) return whole;
        if (output.count() == 0 && rules_.items_required && !events.parentSeen())
            return itemsMissing();
        return {};
    }

    Status byXPath(std::string_view message, ItemOutput& output) const {
        if (message.size() > kXPathMessageBytesMax)
            return ItemOutput::tooLarge("bytes", kXPathMessageBytesMax);
        std::string utf8;
        const Status read = eachXmlPiece(message, rules_.charset, [&](std::string_view piece) {
            utf8 += piece;
            return Status();
        });
        if (!read) return read;
        auto document =
            xml::Document::parse(utf8, parserLimits(rules_.limits, false), xml::Encoding::Utf8);
        if (!document) return std::move(document).error();
        auto elements = xml::selectElements(*document, rules_.items, rules_.xml.namespaces);
        if (!elements) return std::move(elements).error();
        if (elements->empty() && rules_.items_required) return itemsMissing();
        for (const xml::Element& element : *elements) {
            if (!giveElement(element, output)) break;
        }
        return output.finish();
    }

    bool giveElement(const xml::Element& element, ItemOutput& output) const {
        XmlItemBuilder builder(rules_.xml.attributes, rules_.limits);
        element.replay(builder);
        DecodedItem item;
        item.place = "item " + std::to_string(output.count() + 1);
        auto value = builder.take();
        if (!value) return output.giveFailure(std::move(item), std::move(value).error());
        item.value = *std::move(value);
        arrays_.apply(item.value);
        return output.give(std::move(item));
    }

    DecodeRules rules_;
    std::vector<Step> steps_;
    ArrayPaths arrays_;
};

Result<std::vector<Step>> stepsOf(const DecodeRules& rules) {
    std::vector<Step> steps;
    std::string_view rest = rules.items;
    while (!rest.empty()) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        const std::string_view step = rest.substr(0, slash);
        rest.remove_prefix(std::min(slash + 1, rest.size()));
        const std::size_t colon = step.find(':');
        Step made;
        made.local_name = std::string(step.substr(colon == std::string_view::npos ? 0 : colon + 1));
        if (colon != std::string_view::npos) {
            for (const auto& [prefix, uri] : rules.xml.namespaces) {
                if (prefix == step.substr(0, colon)) made.uri = uri;
            }
            if (!made.uri) {
                return base::makeError(
                    ErrorCode::ManifestInvalid,
                    "items: prefix " + std::string(step.substr(0, colon)) + " is not in namespaces"
                );
            }
        }
        const bool plain = made.local_name.find_first_of("*[]@().") == std::string::npos;
        if (made.local_name.empty() || !plain || steps.size() == kStepsMax) {
            return base::makeError(
                ErrorCode::ManifestInvalid,
                "items: a path of element names like Body/Row, or an XPath expression that begins "
                "with /"
            );
        }
        steps.push_back(std::move(made));
    }
    return steps;
}

}  // namespace

Result<std::shared_ptr<const Decoder>> makeXmlDecoder(const DecodeRules& rules) {
    if (!rules.charset.empty()) {
        if (auto charset = CharsetDecoder::open(rules.charset); !charset)
            return std::move(charset).error();
    }
    auto arrays = ArrayPaths::parse(rules.array_paths);
    if (!arrays) return std::move(arrays).error();
    std::vector<Step> steps;
    if (rules.items.starts_with('/')) {
        if (auto checked = xml::checkXPath(rules.items, rules.xml.namespaces); !checked)
            return std::move(checked).error();
    } else {
        auto made = stepsOf(rules);
        if (!made) return std::move(made).error();
        steps = *std::move(made);
    }
    return std::shared_ptr<const Decoder>(
        std::make_shared<XmlDecoder>(rules, std::move(steps), *std::move(arrays))
    );
}

}  // namespace yht::kit
