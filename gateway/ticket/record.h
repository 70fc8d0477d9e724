// A normalized record (规范记录): one thing that one source says about a ticket, at one version.
// Uses: base. Used by: admission, ledger payloads, fold, kit, delivery.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/ticket/catalogue.h"

namespace yht::ticket {

/// Scalars are text in canonical form ("true", "42", "2019-04-18T00:00:00.000+08:00"), whatever
/// their type.
using Value =
    std::variant<std::string, std::vector<std::string>, std::map<std::string, std::string>>;

/// (source, kind, record_ref, version, correction) names one content for ever (DESIGN 1).
struct Identity {
    std::string source;
    Kind kind = Kind::Appeal;
    std::string record_ref;
    std::uint64_t version = 0;
    std::uint32_t correction = 0;
    auto operator<=>(const Identity&) const = default;
};

/// Where a record's version came from: it decides what a repeat means.
enum class VersionOrigin : std::uint8_t {
    Source,    // the source's own u64
    Modified,  // its modification time in ms
    Latest,    // neither: admission gives latest+1 when the content differs from the latest seen
};

/// The source's own fields, sorted by number, and the identity. A value: copy, compare, move.
class Record {
public:
    explicit Record(Kind kind) : kind_(kind) {}

    Kind kind() const { return kind_; }
    bool has(Field field) const { return find(field) != nullptr; }
    /// Scalar text, "" where the field is absent or not a scalar.
    const std::string& text(Field field) const;
    bool flag(Field field) const { return text(field) == "true"; }
    /// 0 where absent; a u64 beyond the signed range reads as its maximum. Requires: a validated
    /// record.
    std::int64_t integer(Field field) const;
    /// 0 where absent; exact over the whole u64 range. Requires: a validated record.
    std::uint64_t unsignedInteger(Field field) const;
    /// UnixMillis, 0 where absent. Requires: a validated record.
    std::int64_t timeMillis(Field field) const;
    /// Entries of an array field; empty where absent.
    const std::vector<std::string>& list(Field field) const;
    const std::map<std::string, std::string>& map(Field field) const;
    const Value* find(Field field) const;

    void set(Field field, Value value);
    void erase(Field field);

    const std::vector<std::pair<Field, Value>>& fields() const { return fields_; }

    const std::string& source() const { return text(Field::source); }
    bool isVoid() const { return text(Field::op) == "void"; }
    /// 历史: of before the source was linked.
    bool isHistory() const { return text(Field::origin) == "history"; }
    /// From the fields `version`, else `modified_time`, else what assignVersion() gave, else 0.
    /// Requires: a validated record.
    Identity identity() const;
    VersionOrigin versionOrigin() const;
    /// The version that admission derived for a record of VersionOrigin::Latest. It is no part of
    /// the content: it stands in no text and makes no difference to ==. No effect on other records.
    void assignVersion(std::uint64_t version) { assigned_version_ = version; }

    /// The same content.
    bool operator==(const Record& other) const {
        return kind_ == other.kind_ && fields_ == other.fields_;
    }

private:
    Kind kind_;
    std::uint64_t assigned_version_ = 0;
    std::vector<std::pair<Field, Value>> fields_;
};

/// Gives records of VersionOrigin::Latest the versions that admission gave them when they were
/// appended: 1 for the first of a (source, kind, record_ref), then one more than the latest before
/// it; a correction keeps the latest. Requires: the records of one ticket in the order of the
/// ledger.
void assignVersions(std::span<Record* const> records);

/// SHA-256 (hexadecimal) of every attachment that the record names: `digest`, `attachment_digests`,
/// `recording_digest`; each once.
std::vector<std::string> namedAttachments(const Record& record);

}  // namespace yht::ticket
