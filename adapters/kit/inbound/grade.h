// The quality grade of a source (接入质量等级), computed from facts and never given by hand: C 试用, B 可上线, A 可靠, S 示范.
// A source has a grade when every fact of it and of the grades below is met, excused, or of something that it does not have.
// What is not known is not met. So it falls by itself: an owner who is gone, an account that does not balance, an expectation
// that nobody reviewed.
// sources/<id>/quality.json may excuse single facts, with reason and end:
//   {"exempt":[{"fact":"silent","reason":"winter pause of the heating hotline","by":"王工","until":"2019-11-15"}]}
// An exemption counts up to and with that day. Facts from files are found by grade_facts.h; the ledger's (`of_ledger`) by app.
// Uses: json. Used by: grade_facts, app (yht adapters grade, list; yht sources).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace yht::kit {

enum class Grade : std::uint8_t { None, C, B, A, S };
const char* gradeName(Grade grade);  // "-", "C" …
const char* gradeZh(Grade grade);    // "未达 C", "试用" …

inline constexpr std::size_t kReviewedSamplesMin = 3;  // C
inline constexpr std::size_t kErrorCasesMin = 3;       // B
inline constexpr std::size_t kReviewersMin = 2;        // S
inline constexpr std::uint64_t kReadMembersPercentMin = 95;  // A, of the members that the samples bring
inline constexpr std::int32_t kBalancedDaysMin = 7;          // B
inline constexpr std::int32_t kUnmappedDays = 90, kReplayDays = 30;
inline constexpr std::uint64_t kUnmappedPerThousandMax = 1;  // A: codes without a row, of a thousand items
inline constexpr std::int32_t kSeenDays = 90, kCountedDaysMin = 90;  // A: members seen; S: totals held against the source's
inline constexpr std::int64_t kMappingMicrosMax = 5'000;     // S: p95, of one item
inline constexpr std::int64_t kCredentialDaysMin = 7;        // A: no certificate ends sooner
inline constexpr std::size_t kExemptionsMax = 50;

/// NotApplicable: by its shape the source has nothing of the kind (no attachments, no cursor); as good as met.
enum class FactState : std::uint8_t { Met, Unmet, Unknown, Exempt, NotApplicable };
const char* factStateName(FactState state);
const char* factStateZh(FactState state);

/// One row of the scale.
struct FactRow {
    const char* id;
    Grade grade;
    bool of_ledger;  // the deployment must be asked; else the files tell
    const char* zh;
    const char* en;
    const char* shown_by;  // what would show it, where it is unknown
};
const std::vector<FactRow>& factTable();
/// nullptr where there is none of that id.
const FactRow* findFact(const std::string& id);

struct Fact {
    const FactRow* row = nullptr;
    FactState state = FactState::Unknown;
    std::string detail;  // numbers and names, for people
};

struct Graded {
    Grade grade = Grade::None;
    std::vector<Fact> facts;  // of the whole scale, in its order

    /// What keeps it from the next grade.
    std::vector<const Fact*> missing() const;
};

struct Exemption {
    std::string fact, reason, by, until;  // until: 2019-11-15
};
/// None where there is no quality.json. Errors: ManifestInvalid (unknown fact, no reason, no day).
base::Result<std::vector<Exemption>> readExemptions(const std::string& source_directory);

/// Puts facts and exemptions together; facts that nobody found are Unknown. `today`: base::shanghaiDay().
Graded gradeOf(const std::vector<Fact>& found, const std::vector<Exemption>& exemptions, std::int32_t today);

}  // namespace yht::kit
