#include "adapters/kit/decode_form.h"

#include <string>

#include "adapters/kit/array_paths.h"
#include "adapters/kit/charset_decode.h"
#include "adapters/kit/decode_output.h"
#include "adapters/kit/member_list.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using base::Result;
using base::Status;

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Bytes as they were before they were escaped, and where each stood.
struct Unescaped {
    std::string bytes;
    std::vector<std::uint32_t> offsets;
};

class FormRun {
public:
    FormRun(const DecodeRules& rules, CharsetDecoder charset)
        : rules_(rules), charset_(std::move(charset)) {}

    Result<ItemValue> read(std::string_view message) {
        MemberList members;
        for (std::size_t at = 0; at < message.size();) {
            const std::size_t end = std::min(message.find('&', at), message.size());
            const std::string_view pair = message.substr(at, end - at);
            const std::size_t equals = std::min(pair.find('='), pair.size());
            if (!pair.empty()) {
                auto name = text(pair.substr(0, equals), at);
                if (!name) return std::move(name).error();
                auto value = text(pair.substr(std::min(equals + 1, pair.size())), at + equals + 1);
                if (!value) return std::move(value).error();
                members.add(*name, ItemValue::scalar(ItemType::Text, *std::move(value)));
                if (++fields_ > rules_.limits.members_max)
                    return ItemOutput::tooLarge("fields", rules_.limits.members_max);
            }
            at = end + 1;
        }
        return members.take();
    }

private:
    Result<std::string> text(std::string_view escaped, std::size_t offset) {
        Unescaped plain;
        plain.bytes.reserve(escaped.size());
        plain.offsets.reserve(escaped.size());
        for (std::size_t i = 0; i < escaped.size(); ++i) {
            plain.offsets.push_back(static_cast<std::uint32_t>(i));
            if (escaped[i] == '+') {
                plain.bytes.push_back(' ');
            } else if (escaped[i] != '%') {
                plain.bytes.push_back(escaped[i]);
            } else {
                const int high = i + 1 < escaped.size() ? hexDigit(escaped[i + 1]) : -1;
                const int low = i + 2 < escaped.size() ? hexDigit(escaped[i + 2]) : -1;
                if (high < 0 || low < 0) return badEscape(offset + i);
                plain.bytes.push_back(static_cast<char>(high * 16 + low));
                i += 2;
            }
        }
        std::string out;
        if (const auto bad = charset_.appendWhole(plain.bytes, out))
            return undecodableByte(charset_.name(), offset + plain.offsets[*bad]);
        return out;
    }

    static base::Error badEscape(std::size_t offset) {
        const std::string at = std::to_string(offset);
        return base::makePublicError(
            ErrorCode::ItemUndecodable,
            "The % at byte " + at + " is not followed by two hexadecimal digits.",
            "第 " + at + " 字节处的 % 之后不是两位十六进制数。"
        );
    }

    const DecodeRules& rules_;
    CharsetDecoder charset_;
    std::size_t fields_ = 0;
};

class FormDecoder final : public Decoder {
public:
    FormDecoder(const DecodeRules& rules, ArrayPaths arrays)
        : rules_(rules), arrays_(std::move(arrays)) {}

    Status decode(std::string_view message, const ItemSink& sink) const override {
        // A form is one item: escapes make it at most three times as long as what it says.
        if (message.size() >
            std::min(rules_.limits.message_bytes_max, 3 * rules_.limits.item_bytes_max))
            return ItemOutput::tooLarge("bytes", rules_.limits.item_bytes_max);
        auto charset = CharsetDecoder::open(rules_.charset);
        if (!charset) return std::move(charset).error();
        ItemOutput output(rules_.limits, sink);
        DecodedItem item;
        item.place = "form";
        item.raw_bytes = message.size();
        auto value = FormRun(rules_, std::move(*charset)).read(message);
        if (!value) {
            output.giveFailure(std::move(item), std::move(value).error());
            return output.finish();
        }
        item.value = *std::move(value);
        arrays_.apply(item.value);
        output.give(std::move(item));
        return output.finish();
    }

private:
    DecodeRules rules_;
    ArrayPaths arrays_;
};

}  // namespace

Result<std::shared_ptr<const Decoder>> makeFormDecoder(const DecodeRules& rules) {
    auto charset = CharsetDecoder::open(rules.charset);
    if (!charset) return std::move(charset).error();
    if (charset->family() == CharsetFamily::Utf16)
        return base::makeError(ErrorCode::ManifestInvalid, "charset: a form can't be UTF-16");
    auto arrays = ArrayPaths::parse(rules.array_paths);
    if (!arrays) return std::move(arrays).error();
    return std::shared_ptr<const Decoder>(std::make_shared<FormDecoder>(rules, *std::move(arrays)));
}

}  // namespace yht::kit
