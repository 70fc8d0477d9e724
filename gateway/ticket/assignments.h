// The assignments of one ticket while it is folded: which one a step means, what it does to it, and
// what they make of the ticket together. Uses: base. Used by: fold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/ticket/finding.h"
#include "gateway/ticket/fold_order.h"
#include "gateway/ticket/machine.h"

namespace yht::ticket {

class Assignments {
public:
    Assignments(const Calendar& calendar, const FoldRules& rules, Findings& findings)
        : calendar_(calendar), rules_(rules), findings_(findings) {}

    /// Makes an assignment known before the walk, so that steps find it wherever it stands in the
    /// order.
    void announce(const FoldEntry& entry);
    /// The assignment record itself, at its place in the order.
    void dispatch(const FoldEntry& entry, std::int64_t round);
    /// The assignment that a step means; nullopt where it acts on the ticket alone. A step that
    /// names an assignment or unit that is not there yet makes a provisional one: nothing is lost.
    std::optional<std::size_t> meantBy(const FoldEntry& entry, Step step, std::int64_t round);
    /// Takes the step. True where the assignment's state changed.
    bool apply(std::size_t index, Step step, const FoldEntry& entry, std::int64_t round);

    /// What the assignments of that round make of the ticket; nullopt where there is none.
    std::optional<State> together(std::int64_t round) const;
    /// A deciding unit of that round still has it.
    bool anyOpen(std::int64_t round) const;
    bool empty() const { return entries_.empty(); }
    /// The ticket was reopened: finished assignments may take steps again.
    void reopen();
    /// Extensions have records of their own: process steps that tell of them too are not counted.
    void countExtensionRecordsOnly() { extension_records_only_ = true; }
    /// The latest deadline of that round's deciding assignments.
    std::optional<base::UnixMillis> deadline(std::int64_t round) const;
    std::vector<AssignmentView> finish(base::UnixMillis now_ms);

private:
    struct Entry {
        AssignmentView view;
        std::string source;
        bool announced = false;   // its record is in force
        bool dispatched = false;  // its record has been walked
        bool below = false;       // another assignment stands above it
        bool again = false;       // finished, and the ticket was reopened since
    };
    std::optional<std::size_t> byReference(const FoldEntry& entry, std::int64_t round);
    std::optional<std::size_t> byUnit(const std::string& org_code, std::int64_t round) const;
    std::optional<std::size_t> onlyOneFor(Step step, std::int64_t round) const;
    std::size_t addProvisional(
        const FoldEntry& entry, const std::string& record_ref, std::int64_t round
    );
    std::vector<const AssignmentView*> deciding(std::int64_t round) const;
    void note(AssignmentView& view, Step step, const FoldEntry& entry);
    void checkAskedInTime(const AssignmentView& view, const FoldEntry& entry);

    const Calendar& calendar_;
    const FoldRules& rules_;
    Findings& findings_;
    bool extension_records_only_ = false;
    std::vector<Entry> entries_;
};

/// The deadline that a record states or whose limit it gives, counted from `start_ms`; 0 where it
/// gives neither.
base::UnixMillis deadlineOf(
    const Record& record, base::UnixMillis start_ms, const Calendar& calendar
);

}  // namespace yht::ticket
