// referenceJson() of schema.h: the tables as rows.
#include "gateway/json/members.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/finding.h"
#include "gateway/ticket/schema.h"
#include "gateway/ticket/validate.h"

namespace yht::ticket {
namespace {

const char* typeWord(FieldType type) {
    switch (type) {
        case FieldType::Text: return "text";
        case FieldType::Reference: return "reference";
        case FieldType::Code: return "code";
        case FieldType::Codes: return "codes";
        case FieldType::Time: return "time";
        case FieldType::Integer: return "integer";
        case FieldType::Decimal: return "decimal";
        case FieldType::Flag: return "flag";
        case FieldType::Region: return "region";
        case FieldType::Phone: return "phone";
        case FieldType::Digest: return "digest";
        case FieldType::Digests: return "digests";
        case FieldType::Texts: return "texts";
        case FieldType::References: return "references";
        case FieldType::Map: return "map";
    }
    YHT_ASSERT(false);
}

const char* personalWord(PersonalData personal) {
    switch (personal) {
        case PersonalData::None: return "";
        case PersonalData::Name: return "name";
        case PersonalData::Phone: return "phone";
        case PersonalData::Address: return "address";
        case PersonalData::IdNumber: return "id_number";
        case PersonalData::Email: return "email";
        case PersonalData::FreeText: return "free_text";
    }
    YHT_ASSERT(false);
}

void writeBothNames(json::Writer& out, const char* zh, const char* en) {
    json::writeText(out, "zh", zh);
    json::writeText(out, "en", en);
}

/// "required": always, never, or sometimes with its condition.
void writeRequired(json::Writer& out, const FieldRow& row, Kind kind) {
    const Condition* condition = conditionOf(row.required, kind);
    const bool always = row.required == Required::Always;
    json::writeText(out, "required", always ? "always" : condition != nullptr ? "sometimes" : "never");
    if (condition == nullptr) return;
    json::writeText(out, "required_if_zh", condition->zh);
    json::writeText(out, "required_if_en", condition->en);
}

void writeField(json::Writer& out, const FieldRow& row, Kind kind) {
    out.StartObject();
    json::writeNumber(out, "number", static_cast<unsigned>(row.field));
    json::writeText(out, "name", row.name);
    writeBothNames(out, row.zh, row.en);
    json::writeText(out, "type", typeWord(row.type));
    json::writeText(out, "json_type", jsonTypeName(row.type));
    if (row.max != 0) json::writeNumber(out, "max", row.max);
    writeRequired(out, row, kind);
    json::writeTextIfAny(out, "code_list", row.code_list);
    json::writeTextIfAny(out, "personal", personalWord(row.personal));
    out.Key("hidden_where_secret");
    out.Bool(row.whose == Whose::Citizen);
    out.EndObject();
}

void writeKinds(json::Writer& out) {
    out.Key("kinds");
    out.StartArray();
    for (const auto& kind : kindTable()) {
        out.StartObject();
        json::writeText(out, "kind", kind.name);
        json::writeText(out, "zh", kind.zh);
        out.Key("ticket_bound");
        out.Bool(kind.ticket_bound);
        out.Key("fields");
        out.StartArray();
        for (const auto& row : fieldTable()) {
            if ((row.kinds & only(kind.kind)) != 0) writeField(out, row, kind.kind);
        }
        out.EndArray();
        out.EndObject();
    }
    out.EndArray();
}

void writeStates(json::Writer& out) {
    out.Key("states");
    out.StartArray();
    for (const auto& row : stateTable()) {
        out.StartObject();
        json::writeText(out, "name", row.name);
        json::writeNumber(out, "number", static_cast<unsigned>(row.state));
        json::writeText(out, "zh", row.zh);
        out.Key("final");
        out.Bool(row.final);
        out.EndObject();
    }
    out.EndArray();
}

/// Rows that are a code and its two texts.
template <class Rows>
void writeCodesOf(json::Writer& out, const char* name, const Rows& rows) {
    out.Key(name);
    out.StartArray();
    for (const auto& row : rows) {
        out.StartObject();
        json::writeText(out, "code", row.code);
        writeBothNames(out, row.zh, row.en);
        out.EndObject();
    }
    out.EndArray();
}

}  // namespace

std::string referenceJson() {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    writeKinds(out);
    out.Key("code_lists");
    const std::string codes = codesJson("");
    out.RawValue(codes.data(), codes.size(), rapidjson::kArrayType);
    writeCodesOf(out, "validation_errors", ruleTable());
    writeStates(out);
    writeCodesOf(out, "findings", findingTable());
    out.EndObject();
    return buffer.GetString() + std::string("\n");
}

}  // namespace yht::ticket
