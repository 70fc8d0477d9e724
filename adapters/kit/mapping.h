// The outward mapping engine: a record and what surrounds it become one JSON object, or the XML elements of one record,
// in the far side's words. Rows (target ← source paths, constant or context value) are compiled when the
// profile is loaded; mapping is a pure function that writes text directly. All typing is the
// engine's: a profile can't get a date, a byte length or an 18-digit number wrong.
//
// A void record (作废) goes through the common rows only: it carries its identity, no content.
// A row, in order: the conditions hold (when, when_not) → the first of its sources that has a
// value, else the default → conversion by the catalogue's type → substitution and byte length →
// written. Of several rows with one target, the first that yields a value wins. Uses: base, json,
// ticket, charset, vocabulary, record_writer. Used by: profile, profile_destination.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/charset.h"
#include "adapters/kit/destination.h"
#include "adapters/kit/record_writer.h"
#include "adapters/kit/vocabulary.h"

namespace yht::kit {

/// All terms hold: the field's text is one of the values ("" stands for an absent field).
struct Condition {
    struct Term {
        ticket::Field field;
        std::vector<std::string> values;
    };
    std::vector<Term> terms;
    bool holds(const ticket::Record& record) const;
};

/// Values that are no field of the record; "@name" in a profile.
enum class ContextValue : std::uint8_t {
    Seq,              // @seq: the entry's number, OutboundRecord::sentNumber()
    TicketNo,         // @ticket_no
    Type,             // @type: the far side's name of the kind
    Version,          // @version: the source's version, or its modification time
    Correction,       // @correction
    Op,               // @op: put or void
    Origin,           // @origin: live, late or history; a record that waited too long is late
    CommittedTime,    // @committed_time
    AcceptingRegion,  // @accepting_region: the record's, else the ticket number's, else the
                      // destination's
    ReportingUnit,    // @reporting_unit: the destination's, else by accepting region
    SenderId,         // @sender_id
    PartyNumber,      // @numbers.<party>
};

struct ValueSource {
    bool is_context = false;
    ticket::Field field = ticket::Field::source;
    ContextValue context = ContextValue::Seq;
    std::string party;    // PartyNumber only
    std::string pointer;  // where it stands on our side, for errors: "/title", "/@seq"
};

enum class Conversion : std::uint8_t { Text, Code, Time, Flag, Number, Region, Joined, List, Map };
enum class Overflow : std::uint8_t {
    Refuse,  // the record is not sent
    Omit,    // the field is left out, where it is not required: half a phone number is none
    Cut,     // with cut_mark, at a character border
    Split,   // the rest goes into a second field
};
enum class Need : std::uint8_t { Optional, Required, RequiredWhen };

struct MappingRow {
    std::string to;
    std::vector<ValueSource> from;  // empty: the default alone, a constant
    Conversion conversion = Conversion::Text;
    std::shared_ptr<const Vocabulary> codes;  // Code, Joined, Region
    std::string fallback;  // what stands where no source has a value, in the far side's words
    bool has_fallback = false;
    std::string time_format;      // Time
    std::string join;             // Joined
    std::uint32_t bytes_max = 0;  // in the far side's charset; 0: no bound
    Overflow overflow = Overflow::Refuse;
    std::string into;  // Split: target of the rest
    std::uint32_t into_bytes_max = 0;
    Condition when, when_not;
    bool has_when_not = false;
    Need need = Need::Optional;
    Condition need_when;
    bool in_void = false;  // a common row: a void record has it too

    /// Whether `target` is what it writes, by its whole way or by its last name.
    bool writes(std::string_view target) const;
};

/// How every value of a profile is written.
struct MappingStyle {
    TextForm form = TextForm::Json;
    std::shared_ptr<const Charset> charset;
    std::string substitute, cut_mark;
    std::string flag_true = "true", flag_false = "false";
    bool numbers_as_text = true;
    std::uint32_t region_characters =
        0;  // regions are filled with '0' on the right up to here; 0: as they are
    std::shared_ptr<const Vocabulary>
        reporting_units;  // first six of a region → unit; nullptr: none
};

/// What a destination adds: a profile is shared, these are its own.
struct MappingContext {
    std::string sender_id;
    std::string reporting_unit;    // "": by accepting region
    std::string accepting_region;  // for stand-alone records without a ticket
};

struct MappedRecord {
    std::string text;  // one object, or the elements of one record; meaningless where errors is not empty
    std::vector<base::FieldError> errors;  // every field that fails, pointers into our record
    std::uint32_t fallbacks = 0;           // codes that had no row and took a vocabulary's "*"
    std::uint32_t substitutions = 0;       // characters the far side can't write
    std::uint32_t cuts = 0;                // texts cut at their byte length, or left out for it
};

/// The rows of one kind, ready to run. Immutable. Thread-safety: any thread.
class Mapping {
public:
    /// Requires: rows whose targets, vocabularies and conversions fit, as the profile loader makes
    /// them.
    Mapping(std::string type, std::vector<MappingRow> rows, MappingStyle style);

    MappedRecord map(const OutboundRecord& record, const MappingContext& context) const;
    /// Our pointer for a target that the far side complains of: "SQBT" → "/title"; "/" + name where
    /// unknown.
    std::string pointerOf(const std::string& target) const;
    /// Whether a row writes this target.
    bool knows(const std::string& target) const;
    const std::string& type() const { return type_; }
    const std::vector<MappingRow>& rows() const { return rows_; }

private:
    std::string type_;
    std::vector<MappingRow> rows_;
    std::vector<Target> targets_, intos_;  // of rows_[i]
    std::vector<std::uint8_t>
        groups_;  // rows_ with one target share a group; kNoGroup: the only one
    MappingStyle style_;
};

}  // namespace yht::kit
