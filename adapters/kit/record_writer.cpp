#include "adapters/kit/record_writer.h"

#include <algorithm>

#include "gateway/json/json.h"
#include "gateway/xml/text.h"

namespace yht::kit {
namespace {

constexpr std::size_t kElementNameBytesMax = 128;

bool isNameStart(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isNamePart(unsigned char c) {
    return isNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/// Bytes of the Chinese character (U+4E00 to U+9FFF) that begins there, 0 where none does.
std::size_t chineseAt(std::string_view text) {
    if (text.size() < 3) return 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const bool lead = byte(0) == 0xE4 ? byte(1) >= 0xB8 : byte(0) >= 0xE5 && byte(0) <= 0xE9;
    return lead && (byte(1) & 0xC0) == 0x80 && (byte(2) & 0xC0) == 0x80 ? 3 : 0;
}

}  // namespace

bool isElementName(std::string_view name) {
    if (name.empty() || name.size() > kElementNameBytesMax) return false;
    for (std::size_t at = 0; at < name.size();) {
        const auto c = static_cast<unsigned char>(name[at]);
        const std::size_t chinese = chineseAt(name.substr(at));
        if (chinese == 0 && !(at == 0 ? isNameStart(c) : isNamePart(c))) return false;
        at += std::max<std::size_t>(chinese, 1);
    }
    return true;
}

bool isElementPath(std::string_view path) {
    for (;;) {
        const std::size_t end = path.find('/');
        if (!isElementName(path.substr(0, end))) return false;
        if (end == path.npos) return true;
        path.remove_prefix(end + 1);
    }
}

Target targetOf(const std::string& text, TextForm form) {
    Target target;
    if (form == TextForm::Json) {
        json::appendCanonicalString(target.name, text);
        target.name += ':';
        return target;
    }
    std::size_t from = 0;
    for (std::size_t to = text.find('/'); to != text.npos; to = text.find('/', from)) {
        target.parents.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    target.name = text.substr(from);
    return target;
}

void appendElement(std::string& out, std::string_view name, std::string_view text) {
    out.append("<").append(name).append(">");
    xml::appendText(out, text);
    out.append("</").append(name).append(">");
}

RecordWriter::RecordWriter(TextForm form, std::string& out) : form_(form), out_(out) {
    if (form_ == TextForm::Json) out_ += '{';
}

void RecordWriter::jsonMember(const Target& target) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += target.name;
}

void RecordWriter::closeDownTo(std::size_t depth) {
    if (open_ == nullptr) return;
    for (std::size_t i = open_->size(); i > depth; --i) out_.append("</").append((*open_)[i - 1]).append(">");
}

void RecordWriter::enter(const std::vector<std::string>& parents) {
    std::size_t common = 0;
    const std::size_t depth = open_ == nullptr ? 0 : open_->size();
    while (common < std::min(depth, parents.size()) && (*open_)[common] == parents[common]) ++common;
    closeDownTo(common);
    for (std::size_t i = common; i < parents.size(); ++i) out_.append("<").append(parents[i]).append(">");
    open_ = &parents;
}

void RecordWriter::text(const Target& target, std::string_view value) {
    if (form_ == TextForm::Json) {
        jsonMember(target);
        json::appendCanonicalString(out_, value);
        return;
    }
    enter(target.parents);
    appendElement(out_, target.name, value);
}

void RecordWriter::number(const Target& target, std::string_view digits) {
    if (form_ == TextForm::Xml) return text(target, digits);
    jsonMember(target);
    out_.append(digits);
}

void RecordWriter::beginList(const Target& target) {
    if (form_ == TextForm::Json) jsonMember(target);
    else enter(target.parents);
    before_ = '[';
    entry_ = &target;
}

void RecordWriter::listEntry(std::string_view value) {
    if (form_ == TextForm::Xml) return appendElement(out_, entry_->name, value);
    out_ += before_;
    before_ = ',';
    json::appendCanonicalString(out_, value);
}

void RecordWriter::endList() {
    if (form_ == TextForm::Json) out_ += ']';
}

void RecordWriter::beginMap(const Target& target) {
    beginList(target);
    before_ = '{';
}

void RecordWriter::mapEntry(std::string_view key, std::string_view value) {
    if (form_ == TextForm::Json) {
        out_ += before_;
        before_ = ',';
        json::appendCanonicalString(out_, key);
        out_ += ':';
        json::appendCanonicalString(out_, value);
        return;
    }
    out_.append("<").append(entry_->name).append(" name=\"");
    xml::appendAttribute(out_, key);
    out_ += "\">";
    xml::appendText(out_, value);
    out_.append("</").append(entry_->name).append(">");
}

void RecordWriter::endMap() {
    if (form_ == TextForm::Json) out_ += '}';
}

void RecordWriter::finish() {
    if (form_ == TextForm::Json) out_ += '}';
    else closeDownTo(0);
    open_ = nullptr;
}

}  // namespace yht::kit
