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
    if (const auto at = text.find(kMark); at != std::string::npos) text.replace(at, kMark.size(), limit);
    return text;
}

bool isAny(const std::string& text, std::initializer_list<std::string_view> codes) {
    return std::find(codes.begin(), codes.end(), text) != codes.end();
}

bool incomingCall(const Record& record) {
    if (record.kind() == Kind::Call) return record.text(Field::call_direction) == "1";
    return isAny(record.text(Field::channel), {"01", "15"});
}

void checkRequired(const Record& record, FieldErrors& errors) {
    for (const FieldRow* row : fieldsOf(record.kind())) {
        if (row->required == Required::Never || record.has(row->field) || errors.knows(row->field)) continue;
        const auto why = whyRequired(record, *row);
        if (!why.empty()) errors.add(Rule::Required, *row, std::string(why));
    }
}

/// A ticket-bound record must say whose it is; an appeal without ticket_ref is its own ticket.
void checkTicket(const Record& record, FieldErrors& errors) {
    const bool bound = kindRow(record.kind()).ticket_bound && record.kind() != Kind::Appeal;
    const auto named = [&](Field field) { return record.has(field) || errors.knows(field); };
    if (bound && !record.isVoid() && !named(Field::ticket_ref) && !named(Field::ticket_no) &&
        !named(Field::other_refs)) {
        errors.add(Rule::TicketMissing, "", "", "", "ticket_ref, ticket_no, other_refs");
    }
    if (record.has(Field::ticket_no) && !parseTicketNumber(record.text(Field::ticket_no))) {
        errors.add(Rule::TicketNumberInvalid, fieldRow(Field::ticket_no), "430200-20190418-0000123-c");
    }
}

void checkIdNumbers(const Record& record, base::UnixMillis event_ms, FieldErrors& errors) {
    static constexpr base::UnixMillis kFifteenDigitsEnd = 1356969600000;  // 2013-01-01 Beijing: first-generation cards end
    const std::string& number = record.text(Field::id_number);
    const std::string& type = record.text(Field::id_type);
    const auto& row = fieldRow(Field::id_number);
    if (!number.empty() && type.empty() && !errors.knows(Field::id_type)) {
        errors.add(Rule::Required, fieldRow(Field::id_type), "id_number is given");
    }
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

/// A limit is an amount and a unit; neither means anything alone.
void checkLimit(const Record& record, FieldErrors& errors) {
    const auto pair = [&](Field given, Field needed) {
        if (record.has(given) && !record.has(needed) && !errors.knows(needed)) {
            errors.add(Rule::Required, fieldRow(needed), std::string(fieldRow(given).name) + " is given");
        }
    };
    pair(Field::limit_value, Field::limit_unit);
    pair(Field::limit_unit, Field::limit_value);
    const bool in_days = isAny(record.text(Field::limit_unit), {"3", "4"});
    if (in_days && record.integer(Field::limit_value) > kDaysMax) {
        errors.add(Rule::OutOfRange, fieldRow(Field::limit_value), "0.." + std::to_string(kDaysMax));
    }
}

void checkPosition(const Record& record, FieldErrors& errors) {
    const auto within = [&](Field field, double bound, const char* limit) {
        const std::string& text = record.text(field);
        double degrees = 0;
        std::from_chars(text.data(), text.data() + text.size(), degrees);
        if (degrees < -bound || degrees > bound) errors.add(Rule::OutOfRange, fieldRow(field), limit);
    };
    within(Field::longitude, 180, "-180..180");
    within(Field::latitude, 90, "-90..90");
}

}  // namespace

std::span<const RuleRow> ruleTable() { return kRules; }

void FieldErrors::add(Rule rule, const std::string& pointer, std::string_view label_en,
                      std::string_view label_zh, std::string limit) {
    if (errors_.size() >= kFieldErrorsMax) return;
    const auto& row = kRules[static_cast<std::size_t>(rule)];
    const auto labelled = [&](std::string_view label, const char* text) {
        return (label.empty() ? "" : std::string(label) + " ") + withLimit(text, limit);
    };
    base::FieldError error{prefix_ + pointer, row.code, "", labelled(label_en, row.en), labelled(label_zh, row.zh)};
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

std::string_view whyRequired(const Record& record, const FieldRow& row) {
    // A void takes a record back by its identity: nothing of its content is asked for again.
    if (record.isVoid() && static_cast<std::uint16_t>(row.field) >= kEnvelopeFieldsEnd) return {};
    const auto when = [](bool condition, std::string_view why) { return condition ? why : std::string_view{}; };
    switch (row.required) {
        case Required::Never: return {};
        case Required::Always: return "always";
        case Required::WhenIncomingCall: return when(incomingCall(record), "it came in by telephone");
        case Required::WhenNotAnonymous:
            return when(record.text(Field::is_anonymous) == "false", "is_anonymous is false");
        case Required::WhenNotAccepted:
            return when(record.text(Field::handling_way) == "10" || record.text(Field::process_type) == "03",
                        "it was not accepted");
        case Required::WhenReturned: return when(record.text(Field::process_type) == "32", "process_type is 32");
        case Required::WhenUnresolved:
            return when(isAny(record.text(Field::result_type), {"1", "2"}), "result_type is 1 or 2");
        case Required::WhenDissatisfied:
            return when(isAny(record.text(Field::satisfaction), {"4", "5"}), "satisfaction is 4 or 5");
        case Required::WhenNotConnected: return when(record.text(Field::connected) == "false", "connected is false");
        case Required::WhenGranted: return when(record.text(Field::extension_state) == "2", "extension_state is 2");
    }
    return {};
}

void checkRecord(Record& record, FieldErrors& errors) {
    const auto event = base::parseRfc3339(record.text(Field::event_time));
    std::vector<std::pair<Field, Value>> fields = record.fields();
    for (auto& [field, value] : fields) {
        const auto& row = fieldRow(field);
        if ((row.kinds & only(record.kind())) == 0) {
            errors.add(Rule::UnknownField, row, "-");
            continue;
        }
        checkValue(row, value, event, errors);
        record.set(field, std::move(value));
    }
    checkRequired(record, errors);
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
