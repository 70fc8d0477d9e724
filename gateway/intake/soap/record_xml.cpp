#include "gateway/intake/soap/record_xml.h"

#include <algorithm>
#include <map>

#include "gateway/intake/soap/operations.h"
#include "gateway/ticket/field_values.h"
#include "gateway/xml/text.h"

namespace yht::soap {
namespace {

using base::ErrorCode;
using ticket::FieldRow;
using ticket::FieldType;
using ticket::Shape;
using xml::Element;

constexpr const char* kInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

base::Error wrong(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::SoapArgument, en, zh);
}

bool isNil(const Element& element) {
    const auto nil = element.attribute("nil", kInstanceNamespace);
    return nil && (*nil == "true" || *nil == "1");
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// The lexical value of a scalar, as JSON would have said it.
std::string scalarText(const FieldRow* row, const Element& element) {
    std::string text = element.text();
    if (row == nullptr || row->type == FieldType::Text || row->type == FieldType::Reference) return text;
    if (row->type == FieldType::Texts || row->type == FieldType::References) return text;
    text = std::string(trimmed(text));
    if (row->type != FieldType::Flag) return text;
    return text == "1" ? "true" : text == "0" ? "false" : text;
}

class RecordBuilder {
public:
    RecordBuilder(ticket::Kind kind, rapidjson::Document::AllocatorType& allocator)
        : kind_(kind), allocator_(allocator), object_(rapidjson::kObjectType) {
        object_.AddMember("kind", text(ticket::kindRow(kind).name), allocator_);
    }

    base::Status add(const Element& element) {
        const std::string name(element.localName());
        const FieldRow* row = ticket::findField(kind_, name);
        if (isNil(element)) return {};
        const Shape shape = row == nullptr ? Shape::Scalar : ticket::shapeOf(row->type);
        if (shape == Shape::Object) return addMap(name, element);
        if (element.firstChild()) {
            return wrong("An element of a record holds text, not further elements.", "记录的字段元素中只能有文本,不能再有元素。");
        }
        addText(name, scalarText(row, element), shape == Shape::Array);
        return {};
    }

    rapidjson::Value take() { return std::move(object_); }

private:
    rapidjson::Value text(std::string_view value) {
        return {value.data(), static_cast<rapidjson::SizeType>(value.size()), allocator_};
    }

    void addText(const std::string& name, const std::string& value, bool list) {
        const auto found = object_.FindMember(name);
        if (found == object_.MemberEnd()) {
            rapidjson::Value given = text(value);
            if (list) {
                rapidjson::Value entries(rapidjson::kArrayType);
                entries.PushBack(given, allocator_);
                given = std::move(entries);
            }
            object_.AddMember(text(name), given, allocator_);
            return;
        }
        if (!found->value.IsArray()) {  // a scalar twice: a list, which validation refuses by its place
            rapidjson::Value entries(rapidjson::kArrayType);
            entries.PushBack(std::move(found->value), allocator_);
            found->value = std::move(entries);
        }
        found->value.PushBack(text(value), allocator_);
    }

    base::Status addMap(const std::string& name, const Element& element) {
        rapidjson::Value map(rapidjson::kObjectType);
        for (auto entry = element.firstChild(); entry; entry = entry->nextSibling()) {
            const auto key = entry->attribute("name");
            if (entry->localName() != "entry" || !key || entry->firstChild()) {
                return wrong(name + " holds entry elements with a name.", name + " 中须为带 name 的 entry 元素。");
            }
            if (map.HasMember(*key)) return wrong("Two entries have the same name.", "两个 entry 的 name 相同。");
            map.AddMember(text(*key), text(entry->text()), allocator_);
        }
        if (object_.HasMember(name)) return wrong(name + " stands twice.", name + " 出现两次。");
        object_.AddMember(text(name), map, allocator_);
        return {};
    }

    ticket::Kind kind_;
    rapidjson::Document::AllocatorType& allocator_;
    rapidjson::Value object_;
};

std::string_view viewOf(const rapidjson::Value& text) { return {text.GetString(), text.GetStringLength()}; }

void appendElement(std::string& out, const char* name, std::string_view text) {
    out.append("<").append(name).append(">");
    xml::appendText(out, text);
    out.append("</").append(name).append(">");
}

void appendField(std::string& out, const FieldRow& row, const rapidjson::Value& value) {
    if (value.IsArray()) {
        for (const auto& entry : value.GetArray()) appendElement(out, row.name, viewOf(entry));
    } else if (value.IsObject()) {
        out.append("<").append(row.name).append(">");
        for (const auto& member : value.GetObject()) {
            out += "<entry name=\"";
            xml::appendAttribute(out, viewOf(member.name));
            out += "\">";
            xml::appendText(out, viewOf(member.value));
            out += "</entry>";
        }
        out.append("</").append(row.name).append(">");
    } else {
        appendElement(out, row.name, viewOf(value));
    }
}

}  // namespace

base::Result<rapidjson::Value> recordFromXml(
    const Element& record, rapidjson::Document::AllocatorType& allocator
) {
    const auto body = record.firstChild();
    const auto kind = body ? ticket::findKind(body->localName()) : std::nullopt;
    if (!kind || body->nextSibling() || body->namespaceUri() != kNamespace) {
        return wrong(
            "A record holds exactly one element that is named by its kind: appeal, assignment, process …",
            "record 中须恰好有一个以种类命名的元素:appeal、assignment、process …"
        );
    }
    RecordBuilder builder(*kind, allocator);
    for (auto field = body->firstChild(); field; field = field->nextSibling()) {
        if (auto added = builder.add(*field); !added) return std::move(added).error();
    }
    return builder.take();
}

void appendRecordXml(std::string& out, ticket::Kind kind, const rapidjson::Value& record) {
    const char* name = ticket::kindRow(kind).name;
    out.append("<").append(name).append(">");
    for (const FieldRow& row : ticket::fieldTable()) {
        const auto found = record.FindMember(row.name);
        if (found != record.MemberEnd()) appendField(out, row, found->value);
    }
    out.append("</").append(name).append(">");
}

}  // namespace yht::soap
