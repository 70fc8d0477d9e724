#include "gateway/ticket/record_json.h"

#include <algorithm>
#include <array>

#include "gateway/base/nearest_name.h"
#include "gateway/base/text.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/free_text.h"
#include "gateway/ticket/validate.h"

namespace yht::ticket {
namespace {

constexpr std::size_t kGuessedNameBytesMax = 64;
constexpr json::Limits kCanonicalLimits{.depth_max = 3, .values_max = 20'000, .members_max = 512};

std::string_view viewOf(const rapidjson::Value& string) {
    return {string.GetString(), string.GetStringLength()};
}

/// "appealTime" and "Appeal-Time" are near "appeal_time".
std::string snakeCase(std::string_view name) {
    std::string snake;
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && !snake.empty() && snake.back() != '_') snake.push_back('_');
        snake.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c == '-' ? '_' : c);
    }
    return snake;
}

/// The field name that was probably meant, "" where none is near.
std::string nearestField(Kind kind, std::string_view name) {
    if (name.size() > kGuessedNameBytesMax) return {};
    std::vector<std::string> names;
    for (const FieldRow* row : fieldsOf(kind)) names.emplace_back(row->name);
    const auto nearest = base::nearestName(snakeCase(name), names);
    return nearest.is_near ? std::string(nearest.name) : "";
}

/// A member's name is what a caller wrote, and may be somebody's: shown as far as it looks like a field's, or where it is one's label.
std::string shownName(Kind kind, std::string_view name) {
    const auto rows = fieldsOf(kind);
    if (std::any_of(rows.begin(), rows.end(), [&](const FieldRow* row) { return name == row->zh; })) return std::string(name);
    return shownTyping(base::prefixByCodePoints(name, kGuessedNameBytesMax));
}

void addUnknown(Kind kind, std::string_view name, FieldErrors& errors) {
    const auto shown = shownName(kind, name);
    auto nearest = nearestField(kind, name);
    errors.add(
        Rule::UnknownField, "/" + json::pointerToken(shown), shown, shown,
        nearest.empty() ? "-" : std::move(nearest)
    );
}

std::optional<std::string> scalarOf(const rapidjson::Value& json, FieldType type) {
    if (json.IsString()) return std::string(viewOf(json));
    if (json.IsBool() && type == FieldType::Flag) return json.GetBool() ? "true" : "false";
    return std::nullopt;
}

/// nullopt where the JSON has another shape than the type asks for.
std::optional<Value> valueOf(const rapidjson::Value& json, FieldType type) {
    const Shape shape = shapeOf(type);
    if (shape == Shape::Scalar) {
        auto text = scalarOf(json, type);
        return text ? std::optional<Value>(*std::move(text)) : std::nullopt;
    }
    if (shape == Shape::Array && json.IsArray()) {
        std::vector<std::string> entries;
        entries.reserve(json.Size());
        for (const auto& item : json.GetArray()) {
            if (!item.IsString()) return std::nullopt;
            entries.emplace_back(viewOf(item));
        }
        return entries;
    }
    if (shape == Shape::Object && json.IsObject()) {
        std::map<std::string, std::string> entries;
        for (const auto& member : json.GetObject()) {
            if (!member.value.IsString()) return std::nullopt;
            entries.emplace(viewOf(member.name), viewOf(member.value));
        }
        return entries;
    }
    return std::nullopt;
}

std::string kindNames() {
    std::string names;
    for (const auto& row : kindTable())
        names += (names.empty() ? "" : ", ") + std::string(row.name);
    return names;
}

/// Place of each field among all names in ascending order, by number; "kind" has its own.
struct NameOrder {
    std::array<std::uint16_t, 1024> rank{};
    std::uint16_t kind_rank = 0;

    NameOrder() {
        std::vector<std::pair<std::string_view, std::size_t>> names{{"kind", 0}};
        for (const auto& row : fieldTable())
            names.emplace_back(row.name, static_cast<std::size_t>(row.field));
        std::sort(names.begin(), names.end());
        for (std::size_t i = 0; i < names.size(); ++i) {
            YHT_ASSERT(names[i].second < rank.size());
            rank[names[i].second] = static_cast<std::uint16_t>(i);
        }
        kind_rank = rank[0];
    }
};

void appendValue(std::string& out, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        json::appendCanonicalString(out, *text);
        return;
    }
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        out.push_back('[');
        for (const auto& entry : *list) {
            if (out.back() != '[') out.push_back(',');
            json::appendCanonicalString(out, entry);
        }
        out.push_back(']');
        return;
    }
    using Entry = std::pair<const std::string, std::string>;
    std::vector<const Entry*> entries;
    for (const auto& entry : std::get<std::map<std::string, std::string>>(value))
        entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
        return json::lessUtf16(a->first, b->first);
    });
    out.push_back('{');
    for (const Entry* entry : entries) {
        if (entry != entries.front()) out.push_back(',');
        json::appendCanonicalString(out, entry->first);
        out.push_back(':');
        json::appendCanonicalString(out, entry->second);
    }
    out.push_back('}');
}

base::Error notCanonical(const char* why) {
    return base::makeError(base::ErrorCode::RecordInvalid, std::string("stored record: ") + why);
}

}  // namespace

base::Result<Record> readRecord(const rapidjson::Value& object, std::string_view pointer_prefix) {
    FieldErrors errors(pointer_prefix);
    if (!object.IsObject()) {
        errors.add(Rule::NotAnObject, "", "", "", "");
        return std::move(errors).toError();
    }
    const auto kind = findKind(json::textMember(object, "kind"));
    if (!kind) {
        errors.add(Rule::KindUnknown, "/kind", "kind", "记录种类", kindNames());
        return std::move(errors).toError();
    }
    Record record(*kind);
    for (const auto& member : object.GetObject()) {
        const auto name = viewOf(member.name);
        if (name == "kind") continue;
        const FieldRow* row = findField(*kind, name);
        if (row == nullptr) {
            addUnknown(*kind, name, errors);
        } else if (auto value = valueOf(member.value, row->type)) {
            record.set(row->field, *std::move(value));
        } else {
            errors.add(Rule::WrongType, *row, std::string(jsonTypeName(row->type)));
        }
    }
    checkRecord(record, errors);
    if (!errors.empty()) return std::move(errors).toError();
    return record;
}

std::string canonicalText(const Record& record) {
    static const NameOrder order;
    const auto& fields = record.fields();
    std::vector<std::uint32_t> sorted;  // rank << 16 | index into fields
    sorted.reserve(fields.size() + 1);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::uint32_t rank = order.rank[static_cast<std::size_t>(fields[i].first)];
        sorted.push_back(rank << 16 | static_cast<std::uint32_t>(i));
    }
    sorted.push_back(std::uint32_t{order.kind_rank} << 16);
    std::sort(sorted.begin(), sorted.end());

    std::string out = "{";
    out.reserve(2048);
    for (const std::uint32_t entry : sorted) {
        if (out.size() > 1) out.push_back(',');
        out.push_back('"');
        if (entry >> 16 == order.kind_rank) {
            out += "kind\":\"";
            out += kindRow(record.kind()).name;
            out.push_back('"');
        } else {
            const auto& [field, value] = fields[entry & 0xFFFF];
            out += fieldRow(field).name;
            out += "\":";
            appendValue(out, value);
        }
    }
    out.push_back('}');
    return out;
}

base::Result<Record> fromCanonicalText(std::string_view text) {
    const auto document = json::parse(text, kCanonicalLimits);
    if (!document || !document->IsObject()) return notCanonical("not a JSON object");
    const auto kind = findKind(json::textMember(*document, "kind"));
    if (!kind) return notCanonical("unknown kind");
    Record record(*kind);
    for (const auto& member : document->GetObject()) {
        const auto name = viewOf(member.name);
        if (name == "kind") continue;
        const FieldRow* row = findField(*kind, name);
        if (row == nullptr) return notCanonical("a field that this version does not know");
        auto value = valueOf(member.value, row->type);
        if (!value) return notCanonical("a field of another shape");
        record.set(row->field, *std::move(value));
    }
    return record;
}

std::vector<std::string> differingFields(const Record& a, const Record& b) {
    std::vector<std::string> names;
    if (a.kind() != b.kind()) names.emplace_back("kind");
    for (const auto& [field, value] : a.fields()) {
        const Value* other = b.find(field);
        if (other == nullptr || *other != value) names.emplace_back(fieldRow(field).name);
    }
    for (const auto& [field, value] : b.fields()) {
        if (!a.has(field)) names.emplace_back(fieldRow(field).name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace yht::ticket
