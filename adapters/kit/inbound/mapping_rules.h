// An inbound mapping as values: what mapping.yaml says, names looked up, paths compiled,
// vocabularies read. How one is written: adapters/README.md. The rules of one item, in order:
// ignore rules → records, each when its condition holds, once or once for each entry of a list →
// rows, the event's time first because codes are judged by its day. Uses: path, code_table,
// time_formats, typed_values, ticket. Used by: mapping reader, inbound mapping, coverage.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "adapters/kit/inbound/code_table.h"
#include "adapters/kit/inbound/time_formats.h"
#include "adapters/kit/inbound/typed_values.h"
#include "adapters/kit/path.h"

namespace yht::kit {

inline constexpr std::size_t kValuesMax = 1'000;    // of one row
inline constexpr std::size_t kRecordsMax = 10'000;  // of one item

using Words = std::set<std::string, std::less<>>;

/// All terms hold: one of the path's values is one of the texts; "" stands for no value, absent or
/// a null token.
struct InboundCondition {
    struct Term {
        Path path;
        Words values;
        bool number = false;  // of the entry in `each`, from 1, instead of a path
    };
    std::vector<Term> terms;
};

/// What a row reads: a path, or a value that is no part of the item.
struct InboundValue {
    enum class Kind : std::uint8_t {
        Path,
        ReceivedTime,  // $received_time: when the message came, as epoch milliseconds
        FileName,      // $file_name
        Number,        // $number: of the entry in `each`, from 1
    };
    Kind kind = Kind::Path;
    Path path;
    std::string text;  // as written
};

/// A native code without a row.
enum class Unmapped : std::uint8_t {
    Quarantine,
    AcceptAs,
    Ignore,
    Next,  // the row yields nothing, the next one of its target is tried: for tables of words
};

/// A vocabulary as the mapping uses it: the source's own table first, then its product's.
struct InboundVocabulary {
    std::string name;
    std::vector<std::shared_ptr<const CodeTable>> tables;
    bool contained = false;  // rows are words: the longest that occurs in the text decides
    std::vector<std::string> suffixes;  // a name without a row is looked up again without them
    Unmapped unmapped = Unmapped::Quarantine;
    std::string accept_as;    // AcceptAs: our code
    std::string ignore_rule;  // Ignore: the rule's name
    std::string keep_in;  // AcceptAs: where the native text stays: "ext/<name>" or a field's name
};

enum class Take : std::uint8_t { Only, First, Last };

struct InboundRow {
    const ticket::FieldRow* field = nullptr;
    std::string map_name;  // of a Map field: the entry's name
    ValueType type = ValueType::Text;
    bool is_list = false;
    std::vector<InboundValue> from;  // empty: a constant
    bool has_fallback = false;
    std::string fallback;  // constant or default, in our words
    std::shared_ptr<const InboundVocabulary> vocabulary;
    std::string function;  // Lua; "" none
    TimeFormats times = TimeFormats::usual();
    FlagWords flags;
    Words null_tokens;
    std::size_t null_token_bytes_max = 0;  // the longest of them: most texts are longer
    InboundCondition when, when_not;
    Take take = Take::Only;
    bool joined = false;  // all values of all paths, with `join` between
    std::string join, prefix, suffix, party;
    std::vector<std::string> separators;  // a text is cut at any of them
    std::size_t part = 0;                 // 1-based, of the separated text; 0: all
    std::string split;    // a list: one text of our words becomes entries there, after the table
    std::uint32_t code_points_max = 0;  // 0: no bound
    bool cut = false;
    std::string into;  // what is beyond the bound goes there: "ext/<name>" or a text's name; "" no
    std::uint32_t into_max = 0;
    bool required = false;
    std::vector<ticket::Field> with;  // only where these fields have values
    std::string rule;                 // "police110/mapping.yaml:31"
};

/// Its value is a coordinate: degrees, or metres in a plane grid.
bool isPlace(const InboundRow& row, bool plane);
/// The target that names the reference system of such rows: "coordinate_system" (or "ext/coordinate_system", of kinds that have no
/// such field), "ext/plane_system".
const char* placeSystem(bool plane);

struct AttachmentRules {
    Path each;
    AdaptedAttachment::Kind kind = AdaptedAttachment::Kind::Url;
    Path content;  // "": the entry itself
    std::optional<Path> file_name, media_type;
    std::string attachment_type;
    std::vector<std::string> separators;  // a text of several names
    std::string base_url;                 // that they are below
};

struct RecordRules {
    std::string name;
    ticket::Kind kind = ticket::Kind::Appeal;
    InboundCondition when, when_not;
    std::optional<Path> each;
    std::vector<std::string> each_separators;  // a text is an entry for each of its parts
    // event_time first, then by field number, rows that want other fields (`with`) last; of one
    // target the first that yields a value wins
    std::vector<InboundRow> rows;
    std::vector<AttachmentRules> attachments;
};

struct IgnoreRule {
    std::string name;
    InboundCondition when, when_not;
};

struct MappingRules {
    Words null_tokens;
    std::vector<IgnoreRule> ignore;
    std::vector<RecordRules> records;
    std::map<std::string, std::shared_ptr<const InboundVocabulary>> vocabularies;
    std::vector<Path> known_unused;
    std::vector<std::string> function_chunks;  // Lua text, the product's first
    std::vector<std::string> function_names;   // that rows call
};

}  // namespace yht::kit
