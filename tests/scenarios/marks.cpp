#include "tests/scenarios/marks.h"

#include <iconv.h>
#include <string.h>

#include <cstdio>

#include "gateway/base/assert.h"
#include "gateway/base/bytes.h"

namespace yht::scenarios {
namespace {

constexpr const char* kNames[] = {"欧阳", "司马", "上官", "夏侯", "诸葛", "东方", "皇甫", "尉迟",
                                  "公孙", "慕容", "令狐", "宇文", "长孙", "司徒", "轩辕", "端木"};

std::string printed(const char* format, int number) {
    char text[64];
    std::snprintf(text, sizeof text, format, number);
    return text;
}

/// GB 11643: the last of its 18 characters checks the others.
std::string idNumber(int number) {
    constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    const std::string body = "43020019900101" + printed("7%02d", number);
    int sum = 0;
    for (std::size_t i = 0; i < body.size(); ++i) sum += (body[i] - '0') * kWeights[i];
    return body + "10X98765432"[sum % 11];
}

/// What base64 makes of `text` inside something longer, whose `before` bytes precede it: only characters that nothing else decides.
std::string base64Inside(const std::string& text, std::size_t before) {
    const std::string whole = base::toBase64(std::string(before, 'x') + text);
    const std::size_t from = (before * 8 + 5) / 6, to = (before + text.size()) * 8 / 6;
    return whole.substr(from, to - from);
}

}  // namespace

std::string inCharset(const std::string& utf8, const char* charset) {
    const iconv_t converter = ::iconv_open(charset, "UTF-8");
    YHT_ASSERT(converter != reinterpret_cast<iconv_t>(-1));
    std::string from = utf8, to(utf8.size() * 4, '\0');
    char* in = from.data();
    char* out = to.data();
    std::size_t in_left = from.size(), out_left = to.size();
    const bool written = ::iconv(converter, &in, &in_left, &out, &out_left) != static_cast<std::size_t>(-1);
    ::iconv_close(converter);
    return written ? to.substr(0, to.size() - out_left) : "";
}

std::string percentEncoded(const std::string& text) {
    std::string out;
    for (const unsigned char c : text) {
        if (c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_')) out += static_cast<char>(c);
        else out += printed("%%%02X", c);
    }
    return out;
}

std::string jsonEscaped(const std::string& utf8, bool upper_case) {
    const std::string units = inCharset(utf8, "UTF-16BE");
    std::string out;
    for (std::size_t i = 0; i + 1 < units.size(); i += 2) {
        const int unit = static_cast<unsigned char>(units[i]) << 8 | static_cast<unsigned char>(units[i + 1]);
        if (unit < 0x80) out += static_cast<char>(unit);
        else out += printed(upper_case ? "\\u%04X" : "\\u%04x", unit);
    }
    return out;
}

std::string Citizen::words() const {
    const Citizen& me = *this;
    return "我叫" + me["name"] + ",手机" + me["mobile"] + ",来电" + me["phone"] + ",座机" + me["landline"] + ",身份证" + me["id_number"] + ",邮箱" +
           me["email"] + ",住" + me["address"] + ",单位" + me["company"] + ",车牌" + me["plate"] + ",卡号" + me["bank"] + ",反映" + me["accused_name"] +
           "(" + me["accused_phone"] + ")。";
}

Citizen citizen(const std::string& tag, int number) {
    YHT_ASSERT(number >= 0 && number < 16);
    const std::string name = kNames[number];
    return {tag,
            {{"name", name + "标民"},
             {"mobile", "1990000" + printed("70%02d", number)},
             {"phone", "1990000" + printed("71%02d", number)},
             {"landline", "0731-" + printed("22707%02d0", number)},
             {"id_number", idNumber(number)},
             {"email", printed("mark%02d.person@citizen.invalid", number)},
             {"address", name + printed("标记路7%02d号3栋502室", number)},
             {"company", name + "标记商贸有限公司"},
             {"plate", printed("湘BM7%02dK", number)},
             {"bank", "62220200" + printed("0000070%02d77", number)},
             {"accused_name", name + "控方"},
             {"accused_phone", "1990000" + printed("72%02d", number)}}};
}

Marks::Marks(const std::vector<Citizen>& citizens) {
    for (const auto& one : citizens) {
        for (const auto& [what, text] : one.marks) {
            std::set<std::string> known;
            const auto add = [&, mark = one.tag + "/" + what](const std::string& needle, const char* writing) {
                if (!needle.empty() && known.insert(needle).second) needles_.push_back({needle, mark, writing});
            };
            add(text, "as it is");
            add(inCharset(text, "GBK"), "GBK");
            add(jsonEscaped(text, false), "JSON escapes");
            add(jsonEscaped(text, true), "JSON escapes");
            add(percentEncoded(text), "percent");
            add(base::toHex(text), "hexadecimal");
            for (std::size_t before = 0; before < 3; ++before) {
                add(base64Inside(text, before), "base64");
                add(base64Inside(inCharset(text, "GBK"), before), "base64 of GBK");
            }
        }
    }
}

std::map<std::string, std::string> Marks::in(const std::string& text) const {
    std::map<std::string, std::string> found;
    for (const auto& needle : needles_) {
        if (::memmem(text.data(), text.size(), needle.text.data(), needle.text.size()) != nullptr) found.emplace(needle.mark, needle.writing);
    }
    return found;
}

}  // namespace yht::scenarios
