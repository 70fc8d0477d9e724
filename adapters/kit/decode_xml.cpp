#include "adapters/kit/decode_xml.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "adapters/kit/array_paths.h"
#include "adapters/kit/charset_decode.h"
#include "adapters/kit/decode_output.h"
#include "adapters/kit/xml_cells.h"
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
    out.malformed = out.dtd = ErrorCode::ItemUndecodable;
    out.too_large = out.too_deep = out.start_tag = ErrorCode::ItemTooLarge;
    out.depth_max = kParserDepthMax;
    out.attributes_max = std::min(limits.members_max, out.attributes_max);
    out.bytes_max = limits.message_bytes_max * CharsetDecoder::kUtf8BytesPerByteMax;
    // A stream keeps no nodes; its items are bounded one by one.
    if (streaming) out.nodes_max = std::numeric_limits<std::size_t>::max();
    return out;
}

Error itemsMissing(const std::string& items) {
    return base::makePublicError(
        ErrorCode::ItemUndecodable, "The message has nothing where its items should be (decode.items: " + items + ").",
        "报文中没有条目所在的元素(decode.items:" + items + ")。"
    );
}

/// What the message says of the number of its items.
class DeclaredCount {
public:
    /// `path`: elements below the root, and after them an attribute or nothing. Requires: checked by expectedOf().
    DeclaredCount(std::vector<Step> steps, std::string attribute)
        : steps_(std::move(steps)), attribute_(std::move(attribute)) {}

    void onStart(const xml::StartElement& element) {
        const std::size_t depth = depth_++;
        if (depth == 0 || (matched_ == depth - 1 && depth <= steps_.size() && steps_[depth - 1].matches(element))) {
            matched_ = depth;
            if (matched_ == steps_.size() && !attribute_.empty()) {
                const auto value = element.attribute(attribute_);
                if (value.data() != nullptr) text_ = std::string(value);
            }
        }
    }
    void onText(std::string_view text) {
        const bool inside = depth_ > 0 && matched_ == steps_.size() && depth_ == matched_ + 1;
        if (inside && attribute_.empty() && text_.size() < kDigitsMax) text_ += text.substr(0, kDigitsMax);
    }
    void onEnd() {
        --depth_;
        if (matched_ == depth_ && depth_ > 0) matched_ = depth_ - 1;
    }
    /// nullopt: it says nothing, or no number.
    std::optional<std::uint64_t> value() const {
        const auto from = text_.find_first_not_of(" \t\r\n"), last = text_.find_last_not_of(" \t\r\n");
        if (from == std::string::npos) return std::nullopt;
        std::uint64_t count = 0;
        const auto [end, code] = std::from_chars(text_.data() + from, text_.data() + last + 1, count);
        if (code != std::errc{} || end != text_.data() + last + 1) return std::nullopt;
        return count;
    }

private:
    static constexpr std::size_t kDigitsMax = 64;
    const std::vector<Step> steps_;
    const std::string attribute_;
    std::size_t depth_ = 0, matched_ = 0;
    std::string text_;
};

Error countDiffers(const std::string& path, std::optional<std::uint64_t> expected, std::uint64_t found) {
    Error error = base::makePublicError(
        ErrorCode::ItemUndecodable,
        expected ? "The message says that it holds " + std::to_string(*expected) + " items, and holds " + std::to_string(found) + "."
                 : "The message does not say how many items it holds.",
        expected ? "报文声明 " + std::to_string(*expected) + " 个条目,实有 " + std::to_string(found) + " 个。"
                 : "报文未声明条目数。"
    );
    const std::string limit = expected ? std::to_string(*expected) : "";
    error.fields.push_back({"/" + path, "items_expected", limit, error.public_en, error.public_zh});
    return error;
}

/// What a manifest says of the form of its items, beside where they stand.
struct ItemForm {
    XmlCells cells;
    ArrayPaths arrays;

    base::Result<ItemValue> of(XmlItemBuilder& builder, const DecodeLimits& limits) const {
        auto value = builder.take();
        if (!value) return value;
        if (auto named = cells.apply(*value, limits.members_max); !named) return std::move(named).error();
        arrays.apply(*value);
        return value;
    }
};

/// Finds items along a path, and hands each to the builder.
class PathEvents final : public xml::Events {
public:
    PathEvents(
        const std::vector<Step>& steps, const DecodeRules& rules, const ItemForm& form,
        ItemOutput& output, DeclaredCount* declared
    )
        : steps_(steps),
          form_(form),
          limits_(rules.limits),
          output_(output),
          declared_(declared),
          builder_(rules.xml.attributes, rules.limits),
          place_("/" + rules.items) {}

    bool onStart(const xml::StartElement& element) override {
        const std::size_t depth = depth_++;
        if (declared_ != nullptr) declared_->onStart(element);
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
    bool onText(std::string_view text) override {
        if (declared_ != nullptr) declared_->onText(text);
        return !in_item_ || builder_.onText(text);
    }
    bool onEnd() override {
        --depth_;
        if (declared_ != nullptr) declared_->onEnd();
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
        auto value = form_.of(builder_, limits_);
        if (!value) return output_.giveFailure(std::move(item), std::move(value).error());
        item.value = *std::move(value);
        return output_.give(std::move(item));
    }

    const std::vector<Step>& steps_;
    const ItemForm& form_;
    const DecodeLimits& limits_;
    ItemOutput& output_;
    DeclaredCount* const declared_;  // nullptr: none is wanted
    XmlItemBuilder builder_;
    const std::string place_;
    std::size_t depth_ = 0, matched_ = 0;
    bool in_item_ = false, parent_seen_ = false;
};

class XmlDecoder final : public Decoder {
public:
    XmlDecoder(
        const DecodeRules& rules, std::vector<Step> steps, ItemForm form, std::optional<DeclaredCount> expected
    )
        : rules_(rules), steps_(std::move(steps)), form_(std::move(form)), expected_(std::move(expected)) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.message_bytes_max);
        ItemOutput output(rules_.limits, sink);
        return rules_.items.starts_with('/') ? byXPath(message, output) : byPath(message, output);
    }

private:
    Status byPath(std::string_view message, ItemOutput& output) const {
        std::optional<DeclaredCount> declared = expected_;
        PathEvents events(steps_, rules_, form_, output, declared ? &*declared : nullptr);
        xml::StreamParser parser(events, parserLimits(rules_.limits, true), xml::Encoding::Utf8);
        const Status read = eachXmlPiece(message, rules_.charset, [&](std::string_view piece) {
            return parser.feed(piece);
        });
        if (parser.stopped()) return output.finish();
        if (!read) return read;
        if (auto whole = parser.finish(); !whole) return whole;
        if (output.count() == 0 && rules_.items_required && !events.parentSeen())
            return itemsMissing(rules_.items);
        if (declared && declared->value() != output.count())
            return countDiffers(rules_.xml.items_expected, declared->value(), output.count());
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
        if (elements->empty() && rules_.items_required) return itemsMissing(rules_.items);
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
        auto value = form_.of(builder, rules_.limits);
        if (!value) return output.giveFailure(std::move(item), std::move(value).error());
        item.value = *std::move(value);
        return output.give(std::move(item));
    }

    DecodeRules rules_;
    std::vector<Step> steps_;
    ItemForm form_;
    std::optional<DeclaredCount> expected_;  // as it begins; std::nullopt: nothing is declared
};

/// `key`: whose mistake it would be.
Result<std::vector<Step>> stepsOf(const DecodeRules& rules, std::string_view path, const std::string& key) {
    std::vector<Step> steps;
    std::string_view rest = path;
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
                    key + ": prefix " + std::string(step.substr(0, colon)) + " is not in namespaces"
                );
            }
        }
        const bool plain = made.local_name.find_first_of("*[]@().") == std::string::npos;
        if (made.local_name.empty() || !plain || steps.size() == kStepsMax) {
            return base::makeError(
                ErrorCode::ManifestInvalid,
                key + ": a path of element names like Body/Row" +
                    (key == "items" ? ", or an XPath expression that begins with /" : "; its end may be @NAME")
            );
        }
        steps.push_back(std::move(made));
    }
    return steps;
}

/// Errors: ManifestInvalid.
Result<std::optional<DeclaredCount>> expectedOf(const DecodeRules& rules) {
    std::string_view path = rules.xml.items_expected;
    if (path.empty()) return std::optional<DeclaredCount>();
    if (rules.items.empty() || rules.items.starts_with('/')) {
        return base::makeError(ErrorCode::ManifestInvalid, "items_expected: needs items as a path of element names");
    }
    std::string attribute;
    if (const std::size_t at = path.rfind('@'); at != std::string_view::npos) {
        attribute = std::string(path.substr(at + 1));
        path = path.substr(0, at == 0 ? 0 : at - 1);
        const bool apart = at == 0 || rules.xml.items_expected[at - 1] == '/';
        if (attribute.empty() || !apart) {
            return base::makeError(ErrorCode::ManifestInvalid, "items_expected: @NAME, or Head/@NAME");
        }
    }
    auto steps = stepsOf(rules, path, "items_expected");
    if (!steps) return std::move(steps).error();
    return std::optional<DeclaredCount>(std::in_place, *std::move(steps), std::move(attribute));
}

}  // namespace

Result<std::shared_ptr<const Decoder>> makeXmlDecoder(const DecodeRules& rules) {
    if (!rules.charset.empty()) {
        if (auto charset = CharsetDecoder::open(rules.charset); !charset)
            return std::move(charset).error();
    }
    auto arrays = ArrayPaths::parse(rules.array_paths);
    if (!arrays) return std::move(arrays).error();
    auto cells = XmlCells::parse(rules.xml.cells);
    if (!cells) return std::move(cells).error();
    std::vector<Step> steps;
    if (rules.items.starts_with('/')) {
        if (auto checked = xml::checkXPath(rules.items, rules.xml.namespaces); !checked)
            return std::move(checked).error();
    } else {
        auto made = stepsOf(rules, rules.items, "items");
        if (!made) return std::move(made).error();
        steps = *std::move(made);
    }
    auto expected = expectedOf(rules);
    if (!expected) return std::move(expected).error();
    return std::shared_ptr<const Decoder>(
        std::make_shared<XmlDecoder>(
            rules, std::move(steps), ItemForm{*std::move(cells), *std::move(arrays)}, *std::move(expected)
        )
    );
}

}  // namespace yht::kit
