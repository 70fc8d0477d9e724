#include "adapters/kit/decode_multipart.h"

#include <string>

#include "adapters/kit/array_paths.h"
#include "adapters/kit/charset_decode.h"
#include "adapters/kit/decode_output.h"
#include "adapters/kit/member_list.h"
#include "adapters/kit/multipart_parts.h"
#include "gateway/base/bytes.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using base::Result;
using base::Status;

class MultipartDecoder final : public Decoder {
public:
    MultipartDecoder(
        const DecodeRules& rules, ArrayPaths arrays, std::shared_ptr<const Decoder> inner
    )
        : rules_(rules), arrays_(std::move(arrays)), inner_(std::move(inner)) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        if (message.size() > rules_.limits.message_bytes_max)
            return ItemOutput::tooLarge("bytes", rules_.limits.message_bytes_max);
        auto parts = partsOf(message, rules_.limits.members_max);
        if (!parts) return std::move(parts).error();
        return inner_ ? decodeInner(message, *parts, sink) : decodeParts(message, *parts, sink);
    }

private:
    Status decodeInner(
        std::string_view message, const std::vector<Part>& parts, const ItemSink& sink
    ) const {
        for (const Part& part : parts) {
            if (part.name != rules_.inner.element) continue;
            const auto offset = static_cast<std::size_t>(part.body.data() - message.data());
            return inner_->decode(part.body, [&](DecodedItem&& item) {
                if (item.raw_bytes > 0) item.raw_offset += offset;
                return sink(std::move(item));
            });
        }
        return base::makePublicError(
            ErrorCode::ItemUndecodable, "The message has no part that the manifest names.",
            "报文中没有清单所指的分段。"
        );
    }

    Status decodeParts(
        std::string_view message, const std::vector<Part>& parts, const ItemSink& sink
    ) const {
        ItemOutput output(rules_.limits, sink);
        DecodedItem item;
        item.place = "form";
        item.raw_bytes = message.size();
        auto value = valueOf(message, parts);
        if (!value) {
            output.giveFailure(std::move(item), std::move(value).error());
            return output.finish();
        }
        item.value = *std::move(value);
        arrays_.apply(item.value);
        output.give(std::move(item));
        return output.finish();
    }

    Result<ItemValue> valueOf(std::string_view message, const std::vector<Part>& parts) const {
        MemberList members;
        std::size_t bytes = 0;
        for (const Part& part : parts) {
            // A file is a third longer as base64.
            bytes +=
                part.name.size() + part.body.size() + (part.filename ? part.body.size() / 3 : 0);
            if (bytes > rules_.limits.item_bytes_max)
                return ItemOutput::tooLarge("bytes", rules_.limits.item_bytes_max);
            auto name = text(part.name, rules_.charset, 0);
            if (!name) return std::move(name).error();
            auto value = part.filename ? file(part) : field(message, part);
            if (!value) return std::move(value).error();
            members.add(*name, *std::move(value));
        }
        return members.take();
    }

    Result<ItemValue> field(std::string_view message, const Part& part) const {
        const auto offset = static_cast<std::size_t>(part.body.data() - message.data());
        auto value = text(part.body, part.charset.empty() ? rules_.charset : part.charset, offset);
        if (!value) return std::move(value).error();
        return ItemValue::scalar(ItemType::Text, *std::move(value));
    }

    Result<ItemValue> file(const Part& part) const {
        auto name = text(*part.filename, part.filename_is_utf8 ? "UTF-8" : rules_.charset, 0);
        if (!name) return std::move(name).error();
        auto type = text(part.content_type, "US-ASCII", 0);
        if (!type) return std::move(type).error();
        std::vector<ItemValue::Member> members;
        members.emplace_back("filename", ItemValue::scalar(ItemType::Text, *std::move(name)));
        members.emplace_back("content_type", ItemValue::scalar(ItemType::Text, *std::move(type)));
        members.emplace_back(
            "base64", ItemValue::scalar(ItemType::Text, base::toBase64(part.body))
        );
        return ItemValue::object(std::move(members));
    }

    static Result<std::string> text(
        std::string_view bytes, const std::string& charset, std::size_t offset
    ) {
        auto decoder = CharsetDecoder::open(charset);
        if (!decoder) {
            return base::makePublicError(
                ErrorCode::ItemUndecodable, "A part is in a charset that is not known.",
                "分段的字符集无法识别。"
            );
        }
        std::string out;
        if (const auto bad = decoder->appendWhole(bytes, out))
            return undecodableByte(decoder->name(), offset + *bad);
        return out;
    }

    DecodeRules rules_;
    ArrayPaths arrays_;
    std::shared_ptr<const Decoder> inner_;
};

}  // namespace

Result<std::shared_ptr<const Decoder>> makeMultipartDecoder(const DecodeRules& rules) {
    if (auto charset = CharsetDecoder::open(rules.charset); !charset)
        return std::move(charset).error();
    auto arrays = ArrayPaths::parse(rules.array_paths);
    if (!arrays) return std::move(arrays).error();
    std::shared_ptr<const Decoder> inner;
    if (!rules.inner.element.empty() || rules.inner_rules) {
        const bool whole = !rules.inner.element.empty() && rules.inner_rules;
        if (!whole || rules.inner_rules->format == Format::Multipart) {
            return base::makeError(
                ErrorCode::ManifestInvalid, "inner: element and a format, not multipart again"
            );
        }
        auto made = makeDecoder(*rules.inner_rules);
        if (!made) return std::move(made).error();
        inner = *std::move(made);
    }
    return std::shared_ptr<const Decoder>(
        std::make_shared<MultipartDecoder>(rules, *std::move(arrays), std::move(inner))
    );
}

}  // namespace yht::kit
