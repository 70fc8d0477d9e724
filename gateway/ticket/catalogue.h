// The field catalogue: one table from which validation, JSON and XML codecs, JSON Schema, XSD, the reference
// page and masking come. Rows live in catalogue.def; why they are as they are: gateway/ticket/README.md.
// Within v1 rows are only added, last and optional; numbers are permanent and never reused.
// Uses: base. Used by: everything that touches a record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace yht::ticket {

/// Ten kinds of record (记录种类). Values are in every leaf header: permanent.
enum class Kind : std::uint8_t {
    Appeal = 1,       // appeal 诉求
    Assignment = 2,   // assignment 派单
    Process = 3,      // process 过程
    Result = 4,       // result 结果
    Visit = 5,        // visit 回访
    Supervision = 6,  // supervision 督办
    Extension = 7,    // extension 延期
    Attachment = 8,   // attachment 附件
    Call = 9,         // call 电话 (stand-alone: none, one or many tickets)
    Filing = 10,      // filing 疑难备案 (stand-alone)
};
inline constexpr std::uint8_t kKindCount = 10;

/// Wire name ("appeal"), Chinese name, ticket-bound or stand-alone.
struct KindRow {
    Kind kind;
    const char* name;
    const char* zh;
    bool ticket_bound;
};
std::span<const KindRow> kindTable();
const KindRow& kindRow(Kind kind);
std::optional<Kind> findKind(std::string_view name);

/// A set of kinds, as bits 1 << kind.
using KindSet = std::uint16_t;
constexpr KindSet only(Kind kind) { return static_cast<KindSet>(1U << static_cast<unsigned>(kind)); }

enum class FieldType : std::uint8_t {
    Text,       // one line or many, length in code points
    Reference,  // a party's own number: 1..64 code points, no white space at the ends, no control characters
    Code,       // one code of the row's list
    Codes,      // array of such codes, no repeats
    Time,       // RFC 3339 with a zone
    Integer,    // whole number in [0, max], as JSON number or string, kept exact; max 0: the whole u64 range
    Decimal,    // decimal number, kept as written
    Flag,       // true / false
    Region,     // administrative division: 6, 9 or 12 characters of GB/T 2260 and extensions
    Phone,      // digits, + ( ) - and spaces
    Digest,     // lower-case hex SHA-256
    Digests,    // array of such
    Texts,      // array of Text
    References, // array of "party/number"
    Map,        // object of name -> text: extension blocks (12315, 110, 12328 …)
};

/// What masking does with it (个人信息分级).
enum class PersonalData : std::uint8_t { None, Name, Phone, Address, IdNumber, Email, FreeText };

/// Whom it tells of: 保密 hides the citizen, not the officer who handles the matter.
enum class Whose : std::uint8_t { Nobody, Citizen, Accused, Officer, Place };

enum class Field : std::uint16_t {
#define YHT_FIELD(number, name, ...) name = number,
#include "gateway/ticket/catalogue.def"
#undef YHT_FIELD
};

/// When a field must be there. Conditions are functions of the record, listed by name in validate.cpp.
enum class Required : std::uint8_t {
    Never,
    Always,
    WhenIncomingCall,    // the citizen telephoned this hotline
    WhenHotline,         // it came over a hotline, this one or a department's
    WhenNotAnonymous,
    WhenNotAccepted,     // handling way is 不予受理
    WhenReturned,        // a return request names its reason
    WhenUnresolved,      // a result of 未解决 or 部分解决
    WhenDissatisfied,    // 不满意, 非常不满意
    WhenNotConnected,
    WhenGranted,         // an extension that was approved
    WhenAnswered,        // a result that is not a unit's return of the ticket
};

struct FieldRow {
    Field field;
    const char* name;       // snake_case wire name
    const char* zh;
    const char* en;         // one sentence for the reference page
    KindSet kinds;
    FieldType type;
    std::uint32_t max;      // code points, entries of an array or map, or the greatest Integer (0: 2^64 - 1)
    const char* code_list;  // "" where the type is not Code or Codes
    Required required;
    PersonalData personal;
    Whose whose;
};

/// All rows by ascending number.
std::span<const FieldRow> fieldTable();
const FieldRow& fieldRow(Field field);
/// A row that `kind` has; nullptr otherwise.
const FieldRow* findField(Kind kind, std::string_view name);
/// The rows that `kind` has, by ascending name.
std::span<const FieldRow* const> fieldsOf(Kind kind);

}  // namespace yht::ticket
