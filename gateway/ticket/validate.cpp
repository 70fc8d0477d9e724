#include "gateway/ticket/validate.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/time_text.h"
#include "gateway/ticket/calendar.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/ticket_number.h"

namespace yht::ticket {
namespace {

constexpr RuleRow kRules[] = {
#define YHT_RULE(name, code, en, zh) {Rule::name, code, en, zh},
#include "gateway/ticket/validation_rules.def"
#undef YHT_RULE
};

std::string withLimit(std::string text, const std::string& limit) {
    static constexpr std::string_view kMark = "{limit}";
    if (const auto at = text.find(kMark); at != std::string::npos)
        text.replace(at, kMark.size(), limit);
    return text;
}

bool isAny(const std::string& text, std::initializer_list<std::string_view> codes) {
    return std::find(codes.begin(), codes.end(), text) != codes.end();
}

const std::vector<Condition>& conditions() {
    using R = Required;
    static const std::vector<Condition> table = {
        {R::WhenIncomingCall, Kind::Appeal, Field::channel, {"01"}, "channel is 01", "来源渠道为 01"},
        {R::WhenHotline, Kind::Appeal, Field::channel, {"01", "15"}, "channel is 01 or 15", "来源渠道为 01 或 15"},
        {R::WhenHotline, Kind::Call, Field::call_direction, {"1"}, "call_direction is 1", "呼叫方向为 1"},
        {R::WhenIncomingCall, Kind::Call, Field::call_direction, {"1"}, "call_direction is 1", "呼叫方向为 1"},
        {R::WhenNotAnonymous, Kind::Appeal, Field::is_anonymous, {"false"}, "is_anonymous is false", "不匿名"},
        {R::WhenNotAccepted, Kind::Appeal, Field::handling_way, {"10"}, "handling_way is 10", "办理方式为 10"},
        {R::WhenNotAccepted, Kind::Process, Field::process_type, {"03"}, "process_type is 03", "过程类型为 03"},
        {R::WhenReturned, Kind::Process, Field::process_type, {"32"}, "process_type is 32", "过程类型为 32"},
        {R::WhenUnresolved, Kind::Result, Field::result_type, {"1", "2"}, "result_type is 1 or 2", "办理结果为 1 或 2"},
        {R::WhenAnswered, Kind::Result, Field::result_type, {"0", "1", "2", "4"}, "result_type is 0, 1, 2 or 4", "办理结果为 0、1、2 或 4"},
        {R::WhenDissatisfied, Kind::Visit, Field::satisfaction, {"4", "5"}, "satisfaction is 4 or 5", "满意度为 4 或 5"},
        {R::WhenNotConnected, Kind::Visit, Field::connected, {"false"}, "connected is false", "未接通"},
        {R::WhenNotConnected, Kind::Call, Field::connected, {"false"}, "connected is false", "未接通"},
        {R::WhenGranted, Kind::Extension, Field::extension_state, {"2"}, "extension_state is 2", "延期状态为 2"},
    };
    return table;
}

constexpr Pair kPairs[] = {
    {Field::limit_value, Field::limit_unit},
    {Field::limit_unit, Field::limit_value},
    {Field::id_number, Field::id_type},
};

constexpr Field kTicketFields[] = {Field::ticket_ref, Field::ticket_no, Field::other_refs};

void checkPairs(const Record& record, FieldErrors& errors) {
    for (const auto& pair : kPairs) {
        if (record.has(pair.given) && !record.has(pair.needed) && !errors.knows(pair.needed)) {
            errors.add(
                Rule::Required, fieldRow(pair.needed),
                std::string(fieldRow(pair.given).name) + " is given"
            );
        }
    }
}

void checkRequired(const Record& record, FieldErrors& errors) {
    for (const FieldRow* row : fieldsOf(record.kind())) {
        if (row->required == Required::Never || record.has(row->field) || errors.knows(row->field))
            continue;
        const auto why = whyRequired(record, *row);
        if (!why.empty()) errors.add(Rule::Required, *row, std::string(why));
    }
}

void checkTicket(const Record& record, FieldErrors& errors) {
    const bool named =
        std::any_of(std::begin(kTicketFields), std::end(kTicketFields), [&](Field field) {
            return record.has(field) || errors.knows(field);
        });
    if (!named && !record.isVoid() && mustNameTicket(record.kind())) {
        std::string names;
        for (const Field field : kTicketFields)
            names += (names.empty() ? "" : ", ") + std::string(fieldRow(field).name);
        errors.add(Rule::TicketMissing, "", "", "", std::move(names));
    }
    if (record.has(Field::ticket_no) && !parseTicketNumber(record.text(Field::ticket_no))) {
        errors.add(
            Rule::TicketNumberInvalid, fieldRow(Field::ticket_no), "430200-20190418-0000123-c"
        );
    }
}

void checkIdNumbers(const Record& record, base::UnixMillis event_ms, FieldErrors& errors) {
    static constexpr base::UnixMillis kFifteenDigitsEnd =
        1356969600000;  // 2013-01-01 Beijing: first-generation cards end
    const std::string& number = record.text(Field::id_number);
    const std::string& type = record.text(Field::id_type);
    const auto& row = fieldRow(Field::id_number);
    if (!number.empty() && isAny(type, {"111", "112"})) {
        const bool old = number.size() == 15 && event_ms < kFifteenDigitsEnd && isDigits(number);
        if (!old && !isResidentId(number)) errors.add(Rule::IdNumberInvalid, row, "GB 11643");
    }
    if (!number.empty() && type == "001" && !isCreditCode(number)) {
        errors.add(Rule::CreditCodeInvalid, row, "GB 32100");
    }
    const std::string& credit = record.text(Field::accused_credit_code);
    if (!credit.empty() && !isCreditCode(credit)) {
        errors.add(Rule::CreditCodeInvalid, fieldRow(Field::accused_credit_code), "GB 32100");
    }
}

void checkLimit(const Record& record, FieldErrors& errors) {
    const bool in_days = isAny(record.text(Field::limit_unit), {"3", "4"});
    if (in_days && record.integer(Field::limit_value) > kDaysMax) {
        errors.add(
            Rule::OutOfRange, fieldRow(Field::limit_value), "0.." + std::to_string(kDaysMax)
        );
    }
}

void checkPosition(const Record& record, FieldErrors& errors) {
    const auto within = [&](Field field, double bound, const char* limit) {
        const std::string& text = record.text(field);
        double degrees = 0;
        std::from_chars(text.data(), text.data() + text.size(), degrees);
        if (degrees < -bound || degrees > bound)
            errors.add(Rule::OutOfRange, fieldRow(field), limit);
    };
    within(Field::longitude, 180, "-180..180");
    within(Field::latitude, 90, "-90..90");
}

}  // namespace

std::span<const RuleRow> ruleTable() {
    return kRules;
}

void FieldErrors::add(
    Rule rule, const std::string& pointer, std::string_view label_en, std::string_view label_zh,
    std::string limit
) {
    if (errors_.size() >= kFieldErrorsMax) return;
    const auto& row = kRules[static_cast<std::size_t>(rule)];
    const auto labelled = [&](std::string_view label, const char* text) {
        return (label.empty() ? "" : std::string(label) + " ") + withLimit(text, limit);
    };
    base::FieldError error{
        prefix_ + pointer, row.code, "", labelled(label_en, row.en), labelled(label_zh, row.zh)};
    error.limit = std::move(limit);
    errors_.push_back(std::move(error));
}

void FieldErrors::add(Rule rule, const FieldRow& row, std::string limit, const std::string& below) {
    fields_.push_back(row.field);
    add(rule, "/" + std::string(row.name) + below, row.name, row.zh, std::move(limit));
}

bool FieldErrors::knows(Field field) const {
    return std::find(fields_.begin(), fields_.end(), field) != fields_.end();
}

base::Error FieldErrors::toError() && {
    YHT_ASSERT(!errors_.empty());
    auto error = base::makeError(base::ErrorCode::RecordInvalid);
    error.fields = std::move(errors_);
    return error;
}

const Condition* conditionOf(Required required, Kind kind) {
    const auto found =
        std::find_if(conditions().begin(), conditions().end(), [&](const Condition& condition) {
            return condition.required == required && condition.kind == kind;
        });
    return found == conditions().end() ? nullptr : &*found;
}

std::span<const Pair> pairTable() {
    return kPairs;
}
std::span<const Field> ticketFields() {
    return kTicketFields;
}
bool mustNameTicket(Kind kind) {
    return kindRow(kind).ticket_bound && kind != Kind::Appeal;
}

std::string_view whyRequired(const Record& record, const FieldRow& row) {
    // A void takes a record back by its identity: nothing of its content is asked for again.
    if (record.isVoid() && static_cast<std::uint16_t>(row.field) >= kEnvelopeFieldsEnd) return {};
    if (row.required == Required::Always) return "always";
    const Condition* condition = conditionOf(row.required, record.kind());
    if (condition == nullptr) return {};
    const std::string& value = record.text(condition->field);
    const bool true_now = std::find(condition->values.begin(), condition->values.end(), value) !=
                          condition->values.end();
    return true_now ? condition->en : std::string_view{};
}

void checkRecord(Record& record, FieldErrors& errors) {
    const auto event = base::parseRfc3339(record.text(Field::event_time));
    // By number: a field that is set again stays in its place.
    for (std::size_t i = 0; i < record.fields().size(); ++i) {
        const auto& [field, value] = record.fields()[i];
        const auto& row = fieldRow(field);
        if ((row.kinds & only(record.kind())) == 0) {
            errors.add(Rule::UnknownField, row, "-");
            continue;
        }
        auto canonical = checkValue(row, value, event, errors);
        if (canonical) record.set(field, *std::move(canonical));
    }
    checkRequired(record, errors);
    checkPairs(record, errors);
    checkTicket(record, errors);
    checkIdNumbers(record, event.value_or(0), errors);
    checkLimit(record, errors);
    checkPosition(record, errors);
}

base::Result<Record> validated(Record record, std::string_view pointer_prefix) {
    FieldErrors errors(pointer_prefix);
    checkRecord(record, errors);
    if (!errors.empty()) return std::move(errors).toError();
    return record;
}

}  // namespace yht::ticket
