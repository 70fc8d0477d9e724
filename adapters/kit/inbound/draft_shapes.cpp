#include "adapters/kit/inbound/draft_shapes.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "adapters/kit/path.h"
#include "adapters/kit/table.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr std::size_t kItemsDepthMax = 3;  // of the list of items, below an XML root
constexpr std::size_t kLinesLookedAt = 50;
constexpr std::size_t kEnvelopeBytesLookedAt = 2'000;
constexpr std::string_view kSoapNamespaces[] = {"http://schemas.xmlsoap.org/soap/envelope", "http://www.w3.org/2003/05/soap-envelope"};
/// Elements beside the text whose values open doors, and are no part of an item.
constexpr std::string_view kCredentialWords[] = {"session", "token", "password", "pwd", "passwd", "secret", "sign", "username"};

std::string itemsPath(const rapidjson::Value& message, int depth = 0) {
    if (!message.IsObject()) return "";
    const auto isList = [](const rapidjson::Value& v) {
        return v.IsArray() && !v.Empty() && v[0].IsObject();
    };
    // A list beside many other members is part of one item, not the list of items.
    if (message.MemberCount() <= 6) {
        for (const auto& member : message.GetObject()) {
            const std::string name = pathStep(member.name.GetString());
            if (isList(member.value)) return name;
            if (depth > 0 || !member.value.IsObject()) continue;
            if (const auto below = itemsPath(member.value, depth + 1); !below.empty())
                return name + "/" + below;
        }
    }
    return "";
}

std::string repeatedElement(const ItemValue& value, std::size_t depth = 0) {
    for (const auto& [name, member] : value.members()) {
        if (member.type() == ItemType::List && member.items().front().type() == ItemType::Object)
            return name;
    }
    for (const auto& [name, member] : value.members()) {
        if (depth >= kItemsDepthMax || member.type() != ItemType::Object) continue;
        if (const auto below = repeatedElement(member, depth + 1); !below.empty())
            return name + "/" + below;
    }
    return "";
}

auto parsed(const std::string& text) {
    return json::parse(text, {.depth_max = 64, .values_max = 5'000'000, .members_max = 1'000});
}

/// The message as one item; Null where these rules don't read it.
ItemValue wholeItem(const DecodeRules& rules, const std::string& sample) {
    ItemValue whole;
    const auto decoder = makeDecoder(rules);
    if (!decoder) return whole;
    const auto status = (*decoder)->decode(sample, [&](DecodedItem&& item) {
        if (!item.failure) whole = std::move(item.value);
        return false;
    });
    return status ? whole : ItemValue();
}

DecodeRules xmlRules() {
    DecodeRules rules;
    rules.format = Format::Xml;
    rules.charset = "";
    return rules;
}

/// A text that is itself JSON or XML.
std::shared_ptr<const DecodeRules> innerOf(const std::string& text) {
    const std::string_view inner = trimmed(text);
    if (inner.starts_with('{') || inner.starts_with('[')) {
        if (!parsed(text)) return nullptr;
        DecodeRules rules;
        rules.items = jsonItemsPath(text);
        return std::make_shared<const DecodeRules>(rules);
    }
    if (!inner.starts_with('<')) return nullptr;
    DecodeRules rules = xmlRules();
    if (wholeItem(rules, text).type() == ItemType::Null) return nullptr;
    rules.items = xmlItemsPath(rules, text);
    return std::make_shared<const DecodeRules>(rules);
}

/// name=value&name=value in one line, of the characters that such a text has.
bool looksLikeForm(std::string_view sample) {
    const std::string_view text = trimmed(sample);
    std::size_t pairs = 0, from = 0;
    const auto isHex = [&](std::size_t at) { return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])); };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '%' && !(isHex(at + 1) && isHex(at + 2))) return false;
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) || std::string_view("%+=&*-._:/,;@!~'()[]").find(c) != std::string_view::npos;
        if (!plain) return false;
    }
    while (from < text.size()) {
        const std::size_t end = std::min(text.find('&', from), text.size());
        const std::size_t sign = text.find('=', from);
        if (sign == from || sign >= end) return false;
        ++pairs;
        from = end + 1;
    }
    return pairs >= 2 && !text.ends_with('&');
}

bool looksLikeMultipart(std::string_view sample) {
    if (!sample.starts_with("--")) return false;
    const std::size_t line = sample.find('\n');
    const std::string_view boundary = trimmed(sample.substr(0, std::min(line, sample.size())));
    return line != std::string_view::npos && boundary.size() > 2 && sample.find(std::string(boundary) + "--") != std::string_view::npos;
}

DecodeRules multipartRules(const std::string& sample) {
    DecodeRules rules;
    rules.format = Format::Multipart;
    const ItemValue parts = wholeItem(rules, sample);
    std::size_t found = 0;
    for (const auto& [name, part] : parts.members()) {
        auto inner = part.isScalar() ? innerOf(part.text()) : nullptr;
        if (!inner) continue;
        ++found;
        rules.inner.element = name;
        rules.inner_rules = std::move(inner);
    }
    if (found == 1) return rules;
    rules.inner = {};  // of several nobody knows which
    rules.inner_rules.reset();
    return rules;
}

bool looksLikeSoap(std::string_view sample) {
    const std::string_view head = sample.substr(0, kEnvelopeBytesLookedAt);
    return head.find("Envelope") != head.npos && std::any_of(std::begin(kSoapNamespaces), std::end(kSoapNamespaces), [&](std::string_view uri) {
        return head.find(uri) != head.npos;
    });
}

bool isCredential(const std::string& name) {
    std::string small;
    for (const unsigned char c : name) small += static_cast<char>(std::tolower(c));
    return std::any_of(std::begin(kCredentialWords), std::end(kCredentialWords), [&](std::string_view word) {
        return small.find(word) != std::string::npos;
    });
}

/// The element of the call, at any depth, whose text is JSON or XML; "" none.
std::string elementWithText(const ItemValue& value, std::shared_ptr<const DecodeRules>& inner) {
    for (const auto& [name, member] : value.members()) {
        if (name.starts_with('@')) continue;
        const ItemValue* text = member.isScalar() ? &member : member.find("#text");
        if (text != nullptr && text->isScalar()) {
            inner = innerOf(text->text());
            if (inner) return name;
        }
        if (const auto below = elementWithText(member, inner); !below.empty()) return below;
    }
    return "";
}

std::optional<DecodeRules> soapStringRules(const std::string& sample) {
    DecodeRules rules;
    rules.format = Format::SoapString;
    rules.charset = "";
    const ItemValue envelope = wholeItem(xmlRules(), sample);
    const ItemValue* body = envelope.find("Body");
    if (body == nullptr) return std::nullopt;
    for (const auto& [operation, call] : body->members()) {
        if (call.type() != ItemType::Object) continue;
        rules.inner.operation = operation;
        rules.inner.element = elementWithText(call, rules.inner_rules);
        if (rules.inner.element.empty()) return std::nullopt;
        for (const auto& [name, member] : call.members()) {
            const bool beside = member.isScalar() && !name.starts_with('@') && name != rules.inner.element;
            if (beside && !isCredential(name)) rules.inner.beside.push_back(name);
        }
        return rules;
    }
    return std::nullopt;
}

std::vector<std::string_view> linesOf(std::string_view sample) {
    std::vector<std::string_view> lines;
    for (std::size_t from = 0; from < sample.size() && lines.size() < kLinesLookedAt;) {
        const std::size_t end = std::min(sample.find('\n', from), sample.size());
        std::string_view line = sample.substr(from, end - from);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) lines.push_back(line);
        from = end + 1;
    }
    return lines;
}

}  // namespace

std::string jsonItemsPath(const std::string& sample) {
    const auto read = parsed(sample);
    return read ? itemsPath(*read) : "";
}

std::string xmlItemsPath(const DecodeRules& rules, const std::string& sample) { return repeatedElement(wholeItem(rules, sample)); }

std::optional<DecodeRules> wrappedByLook(const std::string& sample) {
    if (looksLikeMultipart(sample)) return multipartRules(sample);
    if (looksLikeSoap(sample)) return soapStringRules(sample);
    if (!looksLikeForm(sample)) return std::nullopt;
    DecodeRules rules;
    rules.format = Format::Form;
    return rules;
}

std::size_t guessFixedColumns(const std::string& sample, DecodeRules& rules) {
    const auto lines = linesOf(sample);
    const bool even = lines.size() >= 2 && std::all_of(lines.begin(), lines.end(), [&](std::string_view line) {
        return line.size() == lines.front().size();
    });
    if (!even) return 0;
    const std::size_t bytes = lines.front().size();
    const auto isBlank = [&](std::size_t at) {
        return std::all_of(lines.begin(), lines.end(), [&](std::string_view line) { return line[at] == ' '; });
    };
    std::vector<std::size_t> begins;
    for (std::size_t at = 0; at < bytes; ++at) {
        if (!isBlank(at) && (at == 0 || isBlank(at - 1))) begins.push_back(at);
    }
    if (begins.size() < 2) return 0;
    rules.format = Format::FixedWidth;
    rules.table = {};
    rules.table.header_row = 0;
    for (std::size_t i = 0; i < begins.size(); ++i) {
        const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : bytes;
        rules.table.columns.push_back({"C" + std::to_string(i + 1), begins[i], end - begins[i]});
    }
    return lines.size();
}

}  // namespace yht::kit
