#include "adapters/kit/profile_rows.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace yht::kit {
namespace {

constexpr std::size_t kRowsMax = 200;
constexpr std::int64_t kBytesMax = 65'536;
constexpr std::string_view kPartyNumber = "@numbers.";

struct ContextRow {
    const char* name;
    ContextValue value;
    ticket::FieldType type;
};
constexpr ContextRow kContext[] = {
    {"@seq", ContextValue::Seq, ticket::FieldType::Integer},
    {"@ticket_no", ContextValue::TicketNo, ticket::FieldType::Reference},
    {"@type", ContextValue::Type, ticket::FieldType::Reference},
    {"@version", ContextValue::Version, ticket::FieldType::Integer},
    {"@correction", ContextValue::Correction, ticket::FieldType::Integer},
    {"@op", ContextValue::Op, ticket::FieldType::Code},
    {"@origin", ContextValue::Origin, ticket::FieldType::Code},
    {"@committed_time", ContextValue::CommittedTime, ticket::FieldType::Time},
    {"@accepting_region", ContextValue::AcceptingRegion, ticket::FieldType::Region},
    {"@reporting_unit", ContextValue::ReportingUnit, ticket::FieldType::Reference},
    {"@sender_id", ContextValue::SenderId, ticket::FieldType::Reference},
};

const ContextRow* findContext(const std::string& name) {
    for (const auto& row : kContext) {
        if (name == row.name) return &row;
    }
    return nullptr;
}

std::vector<std::string> fieldNames(ticket::Kind kind) {
    std::vector<std::string> names;
    for (const auto& row : ticket::fieldTable()) {
        if ((row.kinds & ticket::only(kind)) != 0) names.emplace_back(row.name);
    }
    return names;
}

const ticket::FieldRow* requireField(YamlMap& map, ticket::Kind kind, const std::string& name) {
    const auto* field = ticket::findField(kind, name);
    if (field == nullptr) {
        map.problem(
            std::string(ticket::kindRow(kind).name) + " has no field " + name +
            didYouMean(name, fieldNames(kind))
        );
    }
    return field;
}

}  // namespace

std::shared_ptr<const Vocabulary> VocabularyShelf::find(
    const std::string& name, const YAML::Node& at, YamlProblems& problems
) {
    if (const auto found = read_.find(name); found != read_.end()) return found->second;
    const std::string path = directory_ + "/" + name + ".csv";
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        problems.add(at, path + " can't be read");
        return nullptr;
    }
    auto vocabulary = Vocabulary::fromCsv(path, text.str());
    if (!vocabulary) {
        problems.add(at, vocabulary.error().detail);
        return nullptr;
    }
    auto shared = std::make_shared<const Vocabulary>(std::move(*vocabulary));
    read_.emplace(name, shared);
    return shared;
}

void RowReader::read(
    const YAML::Node& list, ticket::Kind kind, const std::string& where,
    std::vector<MappingRow>& rows
) {
    if (!list.IsDefined()) return;
    if (!list.IsSequence()) return problems.add(list, where + ": write a list of rows");
    for (const auto& node : list) {
        if (rows.size() >= kRowsMax) return problems.add(node, where + ": more than 200 rows");
        YamlMap map(node, where, problems);
        rows.push_back(row(map, kind));
        map.finish();
    }
}

MappingRow RowReader::row(YamlMap& map, ticket::Kind kind) {
    MappingRow row;
    row.to = map.text("to");
    sources(map, kind, row);
    conversion(map, typeOf(row), row);
    lengths(map, row);
    need(map, kind, row);
    if (row.from.empty() && !row.has_fallback) map.problem("write from, or const");
    return row;
}

void RowReader::sources(YamlMap& map, ticket::Kind kind, MappingRow& row) {
    for (const auto& name : map.texts("from")) {
        ValueSource source;
        if (name.starts_with(kPartyNumber)) {
            source.is_context = true;
            source.context = ContextValue::PartyNumber;
            source.party = name.substr(kPartyNumber.size());
        } else if (const auto* context = findContext(name)) {
            source.is_context = true;
            source.context = context->value;
        } else if (name.starts_with('@')) {
            std::vector<std::string> known;
            for (const auto& known_row : kContext) known.emplace_back(known_row.name);
            map.problem("unknown value " + name + didYouMean(name, known));
        } else if (const auto* field = requireField(map, kind, name)) {
            source.field = field->field;
        }
        source.pointer = "/" + name;
        row.from.push_back(std::move(source));
    }
    if (map.has("const") && !row.from.empty()) map.problem("write either from or const");
    if (map.has("const") && map.has("default")) map.problem("write either const or default");
    row.has_fallback = map.has("const") || map.has("default");
    const std::string constant = map.text("const", "");
    const std::string fallback = map.text("default", "");
    row.fallback = constant.empty() ? fallback : constant;
}

ticket::FieldType RowReader::typeOf(const MappingRow& row) const {
    if (row.from.empty()) return ticket::FieldType::Text;
    const auto& source = row.from.front();
    if (!source.is_context) return ticket::fieldRow(source.field).type;
    for (const auto& context : kContext) {
        if (context.value == source.context) return context.type;
    }
    return ticket::FieldType::Reference;
}

void RowReader::conversion(YamlMap& map, ticket::FieldType type, MappingRow& row) {
    const std::string codes = map.text("codes", "");
    const std::string format = map.text("format", time_format.c_str());
    row.join = map.text("join", "");
    switch (type) {
        case ticket::FieldType::Code:
            row.conversion = Conversion::Code;
            break;
        case ticket::FieldType::Codes:
            row.conversion = Conversion::Joined;
            break;
        case ticket::FieldType::Time:
            row.conversion = Conversion::Time;
            break;
        case ticket::FieldType::Integer:
            row.conversion = Conversion::Number;
            break;
        case ticket::FieldType::Flag:
            row.conversion = Conversion::Flag;
            break;
        case ticket::FieldType::Region:
            row.conversion = Conversion::Region;
            break;
        case ticket::FieldType::Map:
            row.conversion = Conversion::Map;
            break;
        case ticket::FieldType::Texts:
        case ticket::FieldType::Digests:
        case ticket::FieldType::References:
            row.conversion = map.has("join") ? Conversion::Joined : Conversion::List;
            break;
        case ticket::FieldType::Text:
        case ticket::FieldType::Reference:
        case ticket::FieldType::Phone:
        case ticket::FieldType::Digest:
        case ticket::FieldType::Decimal:
            row.conversion = Conversion::Text;
            break;
    }
    if (row.conversion == Conversion::Time) row.time_format = format;
    if (!codes.empty()) row.codes = shelf.find(codes, map.self(), problems);
    if (row.conversion == Conversion::Code && codes.empty())
        map.problem(row.to + " is a code: name its codes");
    if (type == ticket::FieldType::Codes && !map.has("join"))
        map.problem(row.to + " is a list: write join");
    const bool bounded = row.conversion == Conversion::Text ||
                         row.conversion == Conversion::Joined ||
                         row.conversion == Conversion::List || row.conversion == Conversion::Map;
    if (bounded && !row.from.empty() && !map.has("max"))
        map.problem(row.to + " needs max, in bytes");
}

void RowReader::lengths(YamlMap& map, MappingRow& row) {
    row.bytes_max = static_cast<std::uint32_t>(map.integer("max", 0, 1, kBytesMax));
    const std::string overflow = map.text("overflow", "refuse");
    row.into = map.text("into", "");
    row.into_bytes_max =
        static_cast<std::uint32_t>(map.integer("into_max", row.bytes_max, 1, kBytesMax));
    if (overflow == "cut")
        row.overflow = Overflow::Cut;
    else if (overflow == "split")
        row.overflow = Overflow::Split;
    else if (overflow == "omit")
        row.overflow = Overflow::Omit;
    else if (overflow != "refuse")
        map.problem("overflow: write refuse, omit, cut or split");
    const bool entries = row.conversion == Conversion::List || row.conversion == Conversion::Map;
    if (entries && row.overflow != Overflow::Refuse && row.overflow != Overflow::Cut) {
        map.problem("entries of a list or map are refused or cut");
    }
    if ((row.overflow == Overflow::Split) != !row.into.empty())
        map.problem("overflow: split and into go together");
    const std::size_t mark_bytes = style.charset->bytesOfText(style.cut_mark);
    const bool marks = row.overflow == Overflow::Cut || row.overflow == Overflow::Split;
    if (marks && std::min(row.bytes_max, row.into_bytes_max) <= mark_bytes) {
        map.problem("max is shorter than cut_mark");
    }
    std::string changed;
    const auto fitted = fitText(row.fallback, {style.charset.get(), row.bytes_max, "?"}, changed);
    if (fitted.substituted > 0 || !fitted.rest.empty())
        map.problem("the text of " + row.to + " does not fit");
}

void RowReader::need(YamlMap& map, ticket::Kind kind, MappingRow& row) {
    row.when = condition(map, map.node("when"), kind);
    row.has_when_not = map.has("when_not");
    row.when_not = condition(map, map.node("when_not"), kind);
    const YAML::Node required = map.node("required");
    if (!required.IsDefined()) return;
    if (required.IsMap()) {
        row.need = Need::RequiredWhen;
        row.need_when = condition(map, required, kind);
    } else if (required.IsScalar() && required.Scalar() == "true") {
        row.need = Need::Required;
    } else {
        map.problem("required: write true, or a map of fields and values");
    }
}

Condition RowReader::condition(YamlMap& map, const YAML::Node& node, ticket::Kind kind) {
    Condition condition;
    if (!node.IsDefined()) return condition;
    if (!node.IsMap()) {
        map.problem("a condition is a map: field: value, or field: [value, value]");
        return condition;
    }
    for (const auto& entry : node) {
        const std::string name = entry.first.Scalar();
        const auto* field = requireField(map, kind, name);
        if (field == nullptr) continue;
        condition.terms.push_back({field->field, scalarsOf(entry.second, name, problems)});
    }
    return condition;
}

}  // namespace yht::kit
