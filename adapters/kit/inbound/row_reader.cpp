#include "adapters/kit/inbound/row_reader.h"

#include <algorithm>

#include "adapters/kit/inbound/native_values.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/plane_place.h"
#include "gateway/ticket/validate.h"

namespace yht::kit {
namespace {

constexpr std::size_t kRowsMax = 300;

struct TypeName {
    const char* name;
    ValueType type;
};
constexpr TypeName kTypes[] = {
    {"text", ValueType::Text},           {"reference", ValueType::Reference},
    {"time", ValueType::Time},           {"integer", ValueType::Integer},
    {"decimal", ValueType::Decimal},     {"flag", ValueType::Flag},
    {"region", ValueType::Region},       {"phone", ValueType::Phone},
    {"id_number", ValueType::IdNumber},  {"money", ValueType::Money},
    {"longitude", ValueType::Longitude}, {"latitude", ValueType::Latitude},
    {"code", ValueType::Code},
};

ValueType typeOf(const ticket::FieldRow& field) {
    using ticket::FieldType;
    if (field.field == ticket::Field::id_number) return ValueType::IdNumber;
    if (field.field == ticket::Field::longitude) return ValueType::Longitude;
    if (field.field == ticket::Field::latitude) return ValueType::Latitude;
    switch (field.type) {
        case FieldType::Text:
        case FieldType::Texts:
        case FieldType::Map:
            return ValueType::Text;
        case FieldType::Reference:
        case FieldType::References:
            return ValueType::Reference;
        case FieldType::Code:
        case FieldType::Codes:
            return ValueType::Code;
        case FieldType::Time:
            return ValueType::Time;
        case FieldType::Integer:
            return ValueType::Integer;
        case FieldType::Decimal:
            return ValueType::Decimal;
        case FieldType::Flag:
            return ValueType::Flag;
        case FieldType::Region:
            return ValueType::Region;
        case FieldType::Phone:
            return ValueType::Phone;
        case FieldType::Digest:
        case FieldType::Digests:
            return ValueType::Digest;
    }
    YHT_ASSERT(false);
}

std::vector<std::string> fieldNames(ticket::Kind kind) {
    std::vector<std::string> names;
    for (const auto* row : ticket::fieldsOf(kind)) names.emplace_back(row->name);
    return names;
}

std::string ruleOf(const YAML::Node& at) {
    const std::string tag = at.Tag();
    const std::string file = tag.starts_with(kFileTag) ? tag.substr(kFileTag.size()) : "";
    return file + ":" + std::to_string(at.Mark().line + 1);
}

/// "ext/penalty" → the field ext and "penalty".
const ticket::FieldRow* findTarget(
    ticket::Kind kind, const std::string& name, std::string& map_name
) {
    const auto slash = name.find('/');
    const auto* field = ticket::findField(kind, name.substr(0, slash));
    if (field == nullptr || (slash != std::string::npos) != (field->type == ticket::FieldType::Map))
        return nullptr;
    if (slash != std::string::npos) map_name = name.substr(slash + 1);
    return field;
}

}  // namespace

std::vector<std::string> separatorsOf(YamlMap& map, const char* key) {
    auto separators = map.texts(key);
    const bool has_empty = std::find(separators.begin(), separators.end(), "") != separators.end();
    if (has_empty) map.problem(std::string(key) + ": write what stands between the parts");
    return separators;
}

void InboundRowReader::read(
    const YAML::Node& own, const YAML::Node& common, std::vector<InboundRow>& rows
) {
    for (const auto* list : {&own, &common}) {
        if (!list->IsDefined()) continue;
        if (!list->IsMap()) {
            reader.problems_.add(*list, where + ": write a map of fields");
            continue;
        }
        const bool optional = list == &common;
        for (const auto& entry : *list) {
            const bool named =
                optional && own.IsDefined() && own.IsMap() && own[entry.first.Scalar()].IsDefined();
            if (!named) target(entry.first, entry.second, optional, rows);
        }
    }
    if (rows.size() > kRowsMax) reader.problems_.add(own, where + ": more than 300 rows");
    // A record keeps its fields by number: rows in that order only append.
    const auto rank = [](const InboundRow& row) {
        const int when = row.field->field == ticket::Field::event_time ? 0
                         : row.with.empty()                            ? 1
                                                                       : 2;
        return std::pair(when, row.field->field);
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
        return rank(a) < rank(b);
    });
}

void InboundRowReader::target(
    const YAML::Node& key, const YAML::Node& node, bool optional, std::vector<InboundRow>& rows
) {
    const std::string name = key.Scalar();
    InboundRow start;
    start.rule = ruleOf(key);
    start.field = findTarget(kind, name, start.map_name);
    if (start.field == nullptr) {
        if (optional && ticket::findField(kind, name.substr(0, name.find('/'))) == nullptr) return;
        return reader.problems_.add(
            key, where + ": " + ticket::kindRow(kind).name + " has no field " + name +
                     didYouMean(name, fieldNames(kind)) + (name == "ext" ? " (write ext/name)" : "")
        );
    }
    if (start.field->field == ticket::Field::source)
        return reader.problems_.add(key, where + ": source is the manifest's, it is no row");
    start.null_tokens = reader.rules_.null_tokens;
    start.flags = reader.flags_;
    const auto add = [&](const YAML::Node& one) {
        if (!one.IsScalar()) {
            rows.push_back(row(start, YamlMap(one, where + "." + name, reader.problems_)));
            return;
        }
        YAML::Node longer(YAML::NodeType::Map);
        longer.force_insert("from", one);
        longer.SetTag(key.Tag());
        rows.push_back(row(start, YamlMap(longer, where + "." + name, reader.problems_)));
    };
    if (!node.IsSequence()) return add(node);
    for (const auto& one : node) add(one);
}

bool isPlace(const InboundRow& row, bool plane) {
    if (plane) return row.type == ValueType::Plane;
    return row.type == ValueType::Longitude || row.type == ValueType::Latitude;
}

const char* placeSystem(bool plane) {
    return plane ? "ext/plane_system" : "coordinate_system";
}

InboundRow InboundRowReader::row(InboundRow row, YamlMap map) {
    values(map, row);
    type(map, row);
    codes(map, row);
    shape(map, row);
    conditions(map, row);
    fallback(map, row);
    map.finish();
    return row;
}

std::optional<InboundValue> InboundRowReader::value(const std::string& text, YamlMap& map) {
    InboundValue made;
    made.text = text;
    if (text == "$received_time")
        made.kind = InboundValue::Kind::ReceivedTime;
    else if (text == "$file_name")
        made.kind = InboundValue::Kind::FileName;
    else if (text == "$number")
        made.kind = InboundValue::Kind::Number;
    else if (text.starts_with('$')) {
        map.problem("unknown value " + text + "; there are $received_time, $file_name, $number");
        return std::nullopt;
    } else if (auto path = reader.path(text, map.self())) {
        made.path = std::move(*path);
    } else {
        return std::nullopt;
    }
    return made;
}

void InboundRowReader::values(YamlMap& map, InboundRow& row) {
    for (const auto& text : map.texts("from")) {
        if (auto made = value(text, map)) row.from.push_back(std::move(*made));
    }
    row.function = map.text("lua", "");
    if (!row.function.empty()) reader.rules_.function_names.push_back(row.function);
    if (map.has("null_tokens")) {
        auto tokens = map.texts("null_tokens");
        row.null_tokens = {tokens.begin(), tokens.end()};
        row.null_tokens.insert("");
    } else {
        map.node("null_tokens");
    }
    for (const auto& token : row.null_tokens)
        row.null_token_bytes_max = std::max(row.null_token_bytes_max, token.size());
}

void InboundRowReader::type(YamlMap& map, InboundRow& row) {
    row.type = typeOf(*row.field);
    if (row.map_name == ticket::kPlaneX || row.map_name == ticket::kPlaneY) row.type = ValueType::Plane;
    row.is_list = ticket::shapeOf(row.field->type) == ticket::Shape::Array;
    if (const std::string name = map.text("type", ""); !name.empty()) {
        const auto* found = std::find_if(
            std::begin(kTypes), std::end(kTypes), [&](const TypeName& t) { return name == t.name; }
        );
        const bool free = row.type == ValueType::Text || row.type == ValueType::Reference;
        if (found == std::end(kTypes)) {
            std::vector<std::string> names;
            for (const auto& known : kTypes) names.emplace_back(known.name);
            map.problem("type: there is no type " + name + didYouMean(name, names));
        } else if (!free && found->type != row.type) {
            map.problem(
                "type: " + std::string(row.field->name) + " has its type from the catalogue"
            );
        } else {
            row.type = found->type;
        }
    }
    if (map.has("formats") || map.has("zone") || row.type == ValueType::Time) {
        auto formats = map.texts("formats");
        const std::string zone = map.text("zone", reader.zone_.c_str());
        auto made = TimeFormats::parse(formats.empty() ? reader.time_formats_ : formats, zone);
        if (made)
            row.times = std::move(*made);
        else
            map.problem(made.error().detail);
    }
    if (auto yes = map.texts("yes"); !yes.empty()) row.flags.yes = std::move(yes);
    if (auto no = map.texts("no"); !no.empty()) row.flags.no = std::move(no);
}

void InboundRowReader::codes(YamlMap& map, InboundRow& row) {
    const std::string name = map.text("vocabulary", "");
    const bool same = map.flag("same_codes", false);
    if (!name.empty()) {
        const auto& all = reader.rules_.vocabularies;
        const auto found = all.find(name);
        if (found == all.end()) {
            std::vector<std::string> names;
            for (const auto& [known, table] : all) names.push_back(known);
            return map.problem("vocabulary: there is no " + name + didYouMean(name, names));
        }
        row.vocabulary = found->second;
        checkCodes(map, row);
    } else if (row.type == ValueType::Code && !row.from.empty() && !same && row.function.empty()) {
        map.problem(
            "a code needs vocabulary: NAME; same_codes: true says that the source uses our codes"
        );
    }
}

void InboundRowReader::checkCodes(YamlMap& map, const InboundRow& row) {
    if (*row.field->code_list == '\0') return;
    const auto check = [&](const std::string& code, const std::string& place) {
        if (ticket::findCode(row.field->code_list, code) == nullptr)
            map.problem(place + ": " + code + " is no code of the list " + row.field->code_list);
    };
    for (const auto& table : row.vocabulary->tables) {
        for (const auto& line : table->rows())
            check(line.canonical, table->name() + ":" + std::to_string(line.line));
    }
    if (row.vocabulary->unmapped != Unmapped::AcceptAs) return;
    check(row.vocabulary->accept_as, "accept_as");
    std::string name;
    const auto* keep = findTarget(kind, row.vocabulary->keep_in, name);
    if (keep == nullptr ||
        (keep->type != ticket::FieldType::Text && keep->type != ticket::FieldType::Map))
        map.problem(
            "keep_in: " + row.vocabulary->keep_in + " is no text of " + ticket::kindRow(kind).name
        );
}

void InboundRowReader::splitTarget(YamlMap& map, InboundRow& row) {
    std::string name;
    const auto* into = findTarget(kind, row.into, name);
    const bool map_entry = into != nullptr && into->type == ticket::FieldType::Map;
    if (into == nullptr || (into->type != ticket::FieldType::Text && !map_entry))
        return map.problem(
            "into: " + row.into + " is no text of " + ticket::kindRow(kind).name
        );
    row.into_max =
        map_entry ? static_cast<std::uint32_t>(ticket::kMapTextCodePointsMax) : into->max;
}

void InboundRowReader::shape(YamlMap& map, InboundRow& row) {
    const std::string take = map.text("take", "only");
    row.take = take == "first" ? Take::First : take == "last" ? Take::Last : Take::Only;
    if (take != "first" && take != "last" && take != "only")
        map.problem("take: write only, first or last");
    row.joined = map.has("join");
    row.join = map.text("join", "");
    row.separators = separatorsOf(map, "separator");
    row.part = static_cast<std::size_t>(map.integer("part", 0, 1, 100));
    if (row.part > 0 && row.separators.empty()) map.problem("part: needs a separator");
    row.prefix = map.text("prefix", "");
    row.suffix = map.text("suffix", "");
    row.party = map.text("party", "");
    if (row.field->type == ticket::FieldType::References && row.party.empty())
        map.problem("party: whose numbers these are; an entry is \"party/number\"");
    if (row.field->type != ticket::FieldType::References && !row.party.empty())
        map.problem("party: only for lists of other parties' numbers");
    const bool text =
        row.field->type == ticket::FieldType::Text || row.field->type == ticket::FieldType::Map;
    const std::uint32_t bound =
        row.field->type == ticket::FieldType::Map ? ticket::kMapTextCodePointsMax : row.field->max;
    row.code_points_max =
        text ? static_cast<std::uint32_t>(map.integer("max", bound, 1, bound)) : 0;
    const std::string overflow = map.text("overflow", "refuse");
    row.cut = overflow == "cut";
    row.into = map.text("into", "");
    if (overflow != "cut" && overflow != "refuse" && overflow != "split")
        map.problem("overflow: write refuse, cut or split");
    if (overflow != "refuse" && !text) map.problem("overflow: only a text can be cut or split");
    if ((overflow == "split") != !row.into.empty())
        map.problem("overflow: split goes with into: ext/NAME, or a text field");
    if (!row.into.empty()) splitTarget(map, row);
    row.split = map.text("split", "");
    if (!row.split.empty() && !row.is_list) map.problem("split: only for lists");
    row.required = map.flag("required", false);
}

void InboundRowReader::conditions(YamlMap& map, InboundRow& row) {
    row.when = reader.condition(map.node("when"), "when");
    row.when_not = reader.condition(map.node("when_not"), "when_not");
    for (const auto& name : map.texts("with")) {
        if (const auto* field = ticket::findField(kind, name))
            row.with.push_back(field->field);
        else
            map.problem("with: there is no field " + name + didYouMean(name, fieldNames(kind)));
    }
}

void InboundRowReader::fallback(YamlMap& map, InboundRow& row) {
    if (map.has("const") && !row.from.empty()) map.problem("write either from or const");
    if (map.has("const") && map.has("default")) map.problem("write either const or default");
    row.has_fallback = map.has("const") || map.has("default");
    const std::string constant = map.text("const", "");
    const std::string given = map.text("default", "");
    row.fallback = map.has("const") ? constant : given;
    if (row.from.empty() && !row.has_fallback) return map.problem("write from, or const");
    if (!row.has_fallback) return;
    // What stands in our words must be right before the first item comes.
    if (row.field->type == ticket::FieldType::Map) return;
    ticket::Value value = row.fallback;
    if (row.is_list) value = listOf(row, row.fallback);
    ticket::FieldErrors errors("");
    auto canonical = ticket::checkValue(*row.field, value, std::nullopt, errors);
    if (!errors.empty())
        map.problem("\"" + row.fallback + "\": " + std::move(errors).toError().fields.front().en);
    else if (canonical)
        row.fallback = *std::move(canonical);
}

}  // namespace yht::kit
