#include "gateway/ticket/schema.h"

// Before RapidJSON's own headers: it sets them up.
#include "gateway/json/json.h"

#include <rapidjson/prettywriter.h>

#include <limits>

#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/validate.h"

namespace yht::ticket {
namespace {

using Writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void keyText(Writer& out, const char* key, const std::string& text) {
    out.Key(key);
    out.String(text);
}

void keyNumber(Writer& out, const char* key, std::uint64_t number) {
    out.Key(key);
    out.Uint64(number);
}

void names(Writer& out, const char* key, const std::vector<const char*>& list) {
    out.Key(key);
    out.StartArray();
    for (const char* name : list) out.String(name);
    out.EndArray();
}

void reference(Writer& out, const std::string& definition) {
    keyText(out, "$ref", "#/$defs/" + definition);
}

/// The JSON forms of a value: what a field's schema says beside its description.
void writeText(Writer& out, std::size_t length_max) {
    keyText(out, "type", "string");
    keyNumber(out, "minLength", 1);
    keyNumber(out, "maxLength", length_max);
}

void writeInteger(Writer& out, const FieldRow& row) {
    const std::uint64_t max = row.max == 0 ? std::numeric_limits<std::uint64_t>::max() : row.max;
    out.Key("oneOf");
    out.StartArray();
    out.StartObject();
    keyText(out, "type", "integer");
    keyNumber(out, "minimum", 0);
    keyNumber(out, "maximum", max);
    out.EndObject();
    out.StartObject();
    keyText(out, "type", "string");
    keyText(out, "pattern", "^(0|[1-9][0-9]*)$");
    out.EndObject();
    out.EndArray();
}

void writeArray(Writer& out, const FieldRow& row) {
    keyText(out, "type", "array");
    keyNumber(out, "minItems", 1);
    if (row.max > 0) keyNumber(out, "maxItems", row.max);
    if (row.field != Field::category_path) {
        out.Key("uniqueItems");
        out.Bool(true);
    }
    out.Key("items");
    out.StartObject();
    if (row.type == FieldType::Codes) {
        reference(out, std::string("code_") + row.code_list);
    } else if (row.type == FieldType::Digests) {
        reference(out, "sha256");
    } else if (row.type == FieldType::References) {
        writeText(out, 2 * kReferencePartCodePointsMax + 1);
        keyText(out, "pattern", "^[^/]+/.+$");
    } else {
        writeText(out, kTextsEntryCodePointsMax);
    }
    out.EndObject();
}

void writeMap(Writer& out, const FieldRow& row) {
    keyText(out, "type", "object");
    keyNumber(out, "minProperties", 1);
    keyNumber(out, "maxProperties", row.max);
    out.Key("propertyNames");
    out.StartObject();
    keyNumber(out, "minLength", 1);
    keyNumber(out, "maxLength", kMapNameCodePointsMax);
    out.EndObject();
    out.Key("additionalProperties");
    out.StartObject();
    writeText(out, kMapTextCodePointsMax);
    out.EndObject();
}

void writeForm(Writer& out, const FieldRow& row) {
    switch (row.type) {
        case FieldType::Text:
            writeText(out, row.max);
            break;
        case FieldType::Reference:
            writeText(out, row.max);
            keyText(out, "pattern", "^\\S(.*\\S)?$");
            break;
        case FieldType::Code:
            reference(out, std::string("code_") + row.code_list);
            break;
        case FieldType::Time:
            reference(out, "time");
            break;
        case FieldType::Integer:
            writeInteger(out, row);
            break;
        case FieldType::Decimal:
            reference(out, "decimal");
            break;
        case FieldType::Flag:
            reference(out, "flag");
            break;
        case FieldType::Region:
            reference(out, "region");
            break;
        case FieldType::Phone:
            writeText(out, row.max);
            keyText(out, "pattern", "^[0-9+()\\- ]+$");
            break;
        case FieldType::Digest:
            reference(out, "sha256");
            break;
        case FieldType::Codes:
        case FieldType::Digests:
        case FieldType::Texts:
        case FieldType::References:
            writeArray(out, row);
            break;
        case FieldType::Map:
            writeMap(out, row);
            break;
    }
}

void writeDefinition(Writer& out, const char* name, const char* description, const char* pattern) {
    out.Key(name);
    out.StartObject();
    keyText(out, "description", description);
    keyText(out, "type", "string");
    keyText(out, "pattern", pattern);
    out.EndObject();
}

void writeTypes(Writer& out) {
    writeDefinition(
        out, "time", "RFC 3339 时间,必须带时区 RFC 3339 with a zone; years 1990 to 2100",
        "^\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})$"
    );
    writeDefinition(
        out, "region", "行政区划代码 GB/T 2260 and local extensions: 6, 9 or 12 characters",
        "^[0-9][0-9A-Z]{5}([0-9A-Z]{3}([0-9A-Z]{3})?)?$"
    );
    writeDefinition(
        out, "sha256", "小写十六进制 SHA-256 in lower-case hexadecimal", "^[0-9a-f]{64}$"
    );
    out.Key("decimal");
    out.StartObject();
    keyText(out, "description", "十进制小数,按原样保存 Plain decimal number, kept as written");
    names(out, "type", {"number", "string"});
    keyText(out, "pattern", "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$");
    out.EndObject();
    out.Key("flag");
    out.StartObject();
    out.Key("enum");
    out.StartArray();
    out.Bool(true);
    out.Bool(false);
    out.String("true");
    out.String("false");
    out.EndArray();
    out.EndObject();
}

void writeCodeDefinition(Writer& out, const CodeListRow& list) {
    out.Key("code_" + std::string(list.list));
    out.StartObject();
    keyText(out, "title", list.zh + std::string(*list.number == '\0' ? "" : " ") + list.number);
    keyText(out, "description", list.en);
    out.Key("oneOf");
    out.StartArray();
    for (const auto& code : codeList(list.list)) {
        out.StartObject();
        keyText(out, "const", code.code);
        keyText(out, "title", code.zh);
        const bool ended = *code.valid_to != '\0';
        keyText(
            out, "description", code.en + (ended ? std::string(" (to ") + code.valid_to + ")" : "")
        );
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
}

/// {"properties": {field: one of values}, "required": [field]}
void writeWhen(
    Writer& out, const char* key, Field field, const std::vector<std::string_view>& values
) {
    const auto& row = fieldRow(field);
    out.Key(key);
    out.StartObject();
    out.Key("properties");
    out.StartObject();
    out.Key(row.name);
    out.StartObject();
    out.Key("enum");
    out.StartArray();
    for (const auto value : values) {
        if (row.type == FieldType::Flag) out.Bool(value == "true");
        out.String(std::string(value));
    }
    out.EndArray();
    out.EndObject();
    out.EndObject();
    names(out, "required", {row.name});
    out.EndObject();
}

void writeConditions(Writer& out, Kind kind) {
    std::vector<std::pair<const FieldRow*, const Condition*>> conditional;
    for (const FieldRow* row : fieldsOf(kind)) {
        const Condition* condition = conditionOf(row->required, kind);
        if (condition != nullptr) conditional.emplace_back(row, condition);
    }
    if (conditional.empty()) return;  // JSON Schema has no empty allOf
    out.Key("allOf");
    out.StartArray();
    for (const auto& [row, condition] : conditional) {
        out.StartObject();
        writeWhen(out, "if", condition->field, condition->values);
        out.Key("then");
        out.StartObject();
        names(out, "required", {row->name});
        out.EndObject();
        out.EndObject();
    }
    out.EndArray();
}

/// What a record must have unless it is a void.
void writeContentRules(Writer& out, Kind kind) {
    out.Key("else");
    out.StartObject();
    std::vector<const char*> always;
    for (const auto& row : fieldTable()) {
        const bool envelope = static_cast<std::uint16_t>(row.field) < kEnvelopeFieldsEnd;
        if (row.required == Required::Always && !envelope && (row.kinds & only(kind)) != 0)
            always.push_back(row.name);
    }
    names(out, "required", always);
    writeConditions(out, kind);
    if (mustNameTicket(kind)) {
        out.Key("anyOf");
        out.StartArray();
        for (const Field field : ticketFields()) {
            out.StartObject();
            names(out, "required", {fieldRow(field).name});
            out.EndObject();
        }
        out.EndArray();
    }
    out.EndObject();
}

void writePairs(Writer& out, Kind kind) {
    out.Key("dependentRequired");
    out.StartObject();
    for (const auto& pair : pairTable()) {
        const auto& given = fieldRow(pair.given);
        if ((given.kinds & only(kind)) != 0) names(out, given.name, {fieldRow(pair.needed).name});
    }
    out.EndObject();
}

void writeProperties(Writer& out, const KindRow& kind) {
    out.Key("properties");
    out.StartObject();
    out.Key("kind");
    out.StartObject();
    keyText(out, "const", kind.name);
    out.EndObject();
    for (const auto& row : fieldTable()) {
        if ((row.kinds & only(kind.kind)) == 0) continue;
        out.Key(row.name);
        out.StartObject();
        keyText(out, "title", row.zh);
        if (*row.en != '\0') keyText(out, "description", row.en);
        keyNumber(out, "x-number", static_cast<std::uint64_t>(row.field));
        writeForm(out, row);
        out.EndObject();
    }
    out.EndObject();
}

void writeKind(Writer& out, const KindRow& kind) {
    out.Key(kind.name);
    out.StartObject();
    keyText(out, "title", kind.zh);
    keyText(out, "type", "object");
    std::vector<const char*> envelope = {"kind"};
    for (const auto& row : fieldTable()) {
        const bool of_all = static_cast<std::uint16_t>(row.field) < kEnvelopeFieldsEnd;
        if (of_all && row.required == Required::Always) envelope.push_back(row.name);
    }
    names(out, "required", envelope);
    writeProperties(out, kind);
    out.Key("additionalProperties");
    out.Bool(false);
    writePairs(out, kind.kind);
    writeWhen(out, "if", Field::op, {"void"});
    writeContentRules(out, kind.kind);
    out.EndObject();
}

void writeCodes(Writer& out, const CodeListRow& list) {
    out.StartObject();
    keyText(out, "list", list.list);
    keyText(out, "number", list.number);
    keyText(out, "zh", list.zh);
    keyText(out, "en", list.en);
    out.Key("codes");
    out.StartArray();
    for (const auto& code : codeList(list.list)) {
        out.StartObject();
        keyText(out, "code", code.code);
        keyText(out, "zh", code.zh);
        keyText(out, "en", code.en);
        keyText(out, "valid_from", code.valid_from);
        keyText(out, "valid_to", code.valid_to);
        keyText(out, "successor", code.successor);
        out.EndObject();
    }
    out.EndArray();
    out.EndObject();
}

std::string textOf(const rapidjson::StringBuffer& buffer) {
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace

std::string jsonSchema() {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.SetIndent(' ', 1);
    out.StartObject();
    keyText(out, "$schema", "https://json-schema.org/draft/2020-12/schema");
    keyText(out, "$id", "urn:yihaotong:v1:record");
    keyText(out, "title", "一号通规范记录 Yihaotong normalized record, v1");
    out.Key("oneOf");
    out.StartArray();
    for (const auto& kind : kindTable()) {
        out.StartObject();
        reference(out, kind.name);
        out.EndObject();
    }
    out.EndArray();
    out.Key("$defs");
    out.StartObject();
    for (const auto& kind : kindTable()) writeKind(out, kind);
    writeTypes(out);
    for (const auto& list : codeLists()) writeCodeDefinition(out, list);
    out.EndObject();
    out.EndObject();
    return textOf(buffer);
}

std::string codesJson(std::string_view list) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.SetIndent(' ', 1);
    if (list.empty()) {
        out.StartArray();
        for (const auto& row : codeLists()) writeCodes(out, row);
        out.EndArray();
    } else if (const auto* row = findCodeList(list)) {
        writeCodes(out, *row);
    } else {
        out.StartObject();
        out.EndObject();
    }
    return textOf(buffer);
}

}  // namespace yht::ticket
