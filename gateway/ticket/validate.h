// Validation (校验): one record against the catalogue and the code lists of its event date, all
// errors at once. Each value is put into its canonical form on the way (times to +08:00 with
// milliseconds, flags to true/false). Errors name fields, rules and limits, never values. Rules and
// their texts: validation_rules.def. Uses: base, json. Used by: record_json, kit (records made by
// mapping).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/ticket/record.h"

namespace yht::ticket {

enum class Rule : std::uint8_t {
#define YHT_RULE(name, code, en, zh) name,
#include "gateway/ticket/validation_rules.def"
#undef YHT_RULE
};

struct RuleRow {
    Rule rule;
    const char* code;  // FieldError::code
    const char* en;
    const char* zh;
};
std::span<const RuleRow> ruleTable();

inline constexpr std::size_t kFieldErrorsMax = 256;  // of one record; the rest is not reported
inline constexpr std::size_t kTextsEntryCodePointsMax = 200;
inline constexpr std::size_t kReferencePartCodePointsMax = 64;
inline constexpr std::size_t kMapNameCodePointsMax = 64;
inline constexpr std::size_t kMapTextCodePointsMax = 4000;
inline constexpr std::size_t kMapCodePointsMax = 16000;  // of all its texts
inline constexpr std::size_t kPhoneDigitsMin = 3;       // 110
inline constexpr int kYearMin = 1990, kYearMax = 2100;  // every time of a record

/// Errors of one record as they are found.
class FieldErrors {
public:
    explicit FieldErrors(std::string_view pointer_prefix) : prefix_(pointer_prefix) {}

    /// `pointer` is relative to the record ("/title", "/tags/3"); `label_*` go before the rule's
    /// text.
    void add(
        Rule rule, const std::string& pointer, std::string_view label_en, std::string_view label_zh,
        std::string limit
    );
    /// A catalogue field; `below` is the rest of the pointer ("/3").
    void add(Rule rule, const FieldRow& row, std::string limit, const std::string& below = {});

    /// True once an error was added for that field: it is there, however wrong.
    bool knows(Field field) const;
    bool empty() const { return errors_.empty(); }
    /// RecordInvalid with everything found. Requires: !empty().
    base::Error toError() &&;

private:
    std::string prefix_;
    std::vector<base::FieldError> errors_;
    std::vector<Field> fields_;
};

/// Checks every rule and makes every value canonical in place.
void checkRecord(Record& record, FieldErrors& errors);

/// The same for a record that was not read from JSON: the record in canonical form, or
/// RecordInvalid.
base::Result<Record> validated(Record record, std::string_view pointer_prefix = {});

/// When a field with a condition must be there: `field` of a record of `kind` has one of `values`.
struct Condition {
    Required required;
    Kind kind;
    Field field;
    std::vector<std::string_view> values;
    const char* en;
    const char* zh;
};
/// nullptr where the condition can't come true for that kind, and for Never and Always.
const Condition* conditionOf(Required required, Kind kind);

/// A field that means nothing without another one.
struct Pair {
    Field given;
    Field needed;
};
std::span<const Pair> pairTable();

/// At least one of these names the ticket of a ticket-bound record; an appeal without any is its
/// own ticket.
std::span<const Field> ticketFields();
bool mustNameTicket(Kind kind);

/// Why `row` must be in this record: "" where it may be left out.
std::string_view whyRequired(const Record& record, const FieldRow& row);

/// GB 11643: 18 characters, a real date of birth, MOD 11-2 check character.
bool isResidentId(std::string_view text);
/// GB 32100: 18 characters of its alphabet, MOD 31 check character.
bool isCreditCode(std::string_view text);

}  // namespace yht::ticket
