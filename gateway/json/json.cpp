#include "gateway/json/json.h"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <vector>

#include "gateway/base/text.h"
#include "gateway/json/plain_run.h"

namespace yht::json {
namespace {

constexpr unsigned kParseFlags = rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

base::Error malformed(std::size_t offset, std::string_view why_en, std::string_view why_zh) {
    return base::makePublicError(
        base::ErrorCode::JsonMalformed,
        "The body is not acceptable JSON at byte " + std::to_string(offset) + ": " +
            std::string(why_en) + ".",
        "请求体在第 " + std::to_string(offset) + " 字节处不是可接受的 JSON:" + std::string(why_zh) +
            "。");
}

/// Counts depth and values before RapidJSON builds anything. It need not judge the grammar: RapidJSON
/// does that afterwards; only the two bounds matter here.
base::Status checkBounds(std::string_view text, const Limits& limits) {
    std::size_t depth = 0;
    std::size_t values = 1;
    bool in_string = false;
    const char* const end = text.data() + text.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_string) i += plainRun(text.data() + i, end);
        if (i == text.size()) break;
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            else if (c == '"') in_string = false;
            continue;
        }
        if (c == '"') in_string = true;
        else if (c == '[' || c == '{') ++depth;
        else if ((c == ']' || c == '}') && depth > 0) --depth;
        if (c == ',' || c == ':') ++values;
        if (depth > limits.depth_max) {
            return malformed(i, "nested deeper than " + std::to_string(limits.depth_max),
                             "嵌套超过 " + std::to_string(limits.depth_max) + " 层");
        }
        if (values > limits.values_max) {
            return malformed(i, "more than " + std::to_string(limits.values_max) + " values",
                             "值的个数超过 " + std::to_string(limits.values_max));
        }
    }
    return {};
}

std::string_view nameOf(const rapidjson::Value::Member& member) {
    return {member.name.GetString(), member.name.GetStringLength()};
}

/// Two members of one name are read differently by different parsers: refuse them (RFC 7493 2.3).
base::Status checkNames(const rapidjson::Value& value, const Limits& limits) {
    if (value.IsArray()) {
        for (const auto& item : value.GetArray()) {
            if (auto status = checkNames(item, limits); !status) return status;
        }
    }
    if (!value.IsObject()) return {};
    if (value.MemberCount() > limits.members_max) {
        return malformed(0, "an object has more than " + std::to_string(limits.members_max) + " members",
                         "一个对象的成员超过 " + std::to_string(limits.members_max) + " 个");
    }
    std::vector<std::string_view> names;
    names.reserve(value.MemberCount());
    for (const auto& member : value.GetObject()) {
        names.push_back(nameOf(member));
        if (auto status = checkNames(member.value, limits); !status) return status;
    }
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
        return malformed(0, "an object has two members of one name", "同一对象中有重名成员");
    }
    return {};
}

void appendCanonical(std::string& out, const rapidjson::Value& value) {
    if (value.IsString()) {
        appendCanonicalString(out, {value.GetString(), value.GetStringLength()});
    } else if (value.IsBool()) {
        out += value.GetBool() ? "true" : "false";
    } else if (value.IsArray()) {
        out.push_back('[');
        for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
            if (i > 0) out.push_back(',');
            appendCanonical(out, value[i]);
        }
        out.push_back(']');
    } else if (value.IsObject()) {
        std::vector<const rapidjson::Value::Member*> members;
        for (const auto& member : value.GetObject()) members.push_back(&member);
        std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
            return lessUtf16(nameOf(*a), nameOf(*b));
        });
        out.push_back('{');
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i > 0) out.push_back(',');
            appendCanonicalString(out, nameOf(*members[i]));
            out.push_back(':');
            appendCanonical(out, members[i]->value);
        }
        out.push_back('}');
    } else {
        YHT_ASSERT(value.IsNull());
        out += "null";
    }
}

}  // namespace

// Differs from byte order only where one side is above U+FFFF (lead bytes F0..F4) and the other in
// U+E000..U+FFFF (lead bytes EE, EF).
bool lessUtf16(std::string_view a, std::string_view b) {
    const auto [ia, ib] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (ia == a.end() || ib == b.end()) return ia == a.end() && ib != b.end();
    const auto ca = static_cast<unsigned char>(*ia);
    const auto cb = static_cast<unsigned char>(*ib);
    const bool a_astral = ca >= 0xF0, b_astral = cb >= 0xF0;
    if (a_astral && !b_astral && cb >= 0xEE) return true;
    if (b_astral && !a_astral && ca >= 0xEE) return false;
    return ca < cb;
}

base::Result<rapidjson::Document> parse(std::string_view text, const Limits& limits) {
    // RapidJSON takes a NUL for the end of the text: what follows it would go unread.
    if (const auto at = text.find('\0'); at != text.npos) return malformed(at, "a NUL", "含有 NUL 字节");
    if (auto status = checkBounds(text, limits); !status) return std::move(status).error();
    rapidjson::Document document;
    document.Parse<kParseFlags>(text.data(), text.size());
    if (document.HasParseError()) {
        return malformed(document.GetErrorOffset(),
                         rapidjson::GetParseError_En(document.GetParseError()), "语法或编码错误");
    }
    if (auto status = checkNames(document, limits); !status) return std::move(status).error();
    return document;
}

const rapidjson::Value* findMember(const rapidjson::Value& object, std::string_view name) {
    if (!object.IsObject()) return nullptr;
    const auto found = object.FindMember(
        rapidjson::Value(rapidjson::StringRef(name.data(), name.size())));
    return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string textMember(const rapidjson::Value& object, std::string_view name) {
    const auto* value = findMember(object, name);
    if (value == nullptr || !value->IsString()) return {};
    return {value->GetString(), value->GetStringLength()};
}

std::string write(const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

void appendCanonicalString(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    out.push_back('"');
    // Texts hardly ever need escapes: whole runs are appended, not single bytes.
    std::size_t run = 0;
    const char* const end = text.data() + text.size();
    for (std::size_t i = 0;; ++i) {
        i += plainRun(text.data() + i, end);
        if (i == text.size()) break;
        out.append(text, run, i - run);
        run = i + 1;
        const char c = text[i];
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                out += "\\u00";
                out.push_back(kHex[c >> 4]);
                out.push_back(kHex[c & 15]);
        }
    }
    out.append(text, run);
    out.push_back('"');
}

std::string canonical(const rapidjson::Value& value) {
    std::string out;
    appendCanonical(out, value);
    return out;
}

std::string pointerToken(std::string_view name) {
    std::string token;
    for (const char c : name) {
        if (c == '~') token += "~0";
        else if (c == '/') token += "~1";
        else token.push_back(c);
    }
    return token;
}

void appendMember(std::string& out, std::string_view name, std::string_view text) {
    if (out.back() != '{') out += ',';
    appendCanonicalString(out, name);
    out += ':';
    appendCanonicalString(out, text);
}

}  // namespace yht::json
