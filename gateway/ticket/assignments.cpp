#include "gateway/ticket/assignments.h"

#include <algorithm>

namespace yht::ticket {
namespace {

using A = AssignmentState;

constexpr AssignmentSet kGone = only(A::Returned) | only(A::Withdrawn);
constexpr AssignmentSet kOver = kGone | only(A::Finished);

bool isIn(AssignmentSet set, A state) {
    return (set & only(state)) != 0;
}

/// Steps that only a handling unit takes: they tell of an assignment even where none has arrived.
bool takenByUnit(Step step) {
    return step == Step::SignIn || step == Step::Start || step == Step::AskReturn ||
           step == Step::AskExtension;
}

/// In which state an assignment waits for that step.
AssignmentSet awaiting(Step step) {
    switch (step) {
        case Step::GrantReturn:
        case Step::RefuseReturn:
            return only(A::ReturnPending);
        case Step::GrantExtension:
        case Step::RefuseExtension:
            return only(A::ExtensionPending);
        case Step::AuditReject:
        case Step::Redo:
            return only(A::Finished);
        default:
            return static_cast<AssignmentSet>(~kOver);
    }
}

std::string unitOf(const Record& record) {
    const std::string& org = record.text(Field::org_code);
    return org.empty() ? record.text(Field::operator_org_code) : org;
}

}  // namespace

base::UnixMillis deadlineOf(
    const Record& record, base::UnixMillis start_ms, const Calendar& calendar
) {
    if (record.isHistory()) return 0;
    if (record.has(Field::stated_deadline)) return record.timeMillis(Field::stated_deadline);
    if (!record.has(Field::limit_value) || !record.has(Field::limit_unit)) return 0;
    const auto unit = static_cast<LimitUnit>(record.text(Field::limit_unit)[0] - '0');
    return calendar.deadline(start_ms, record.integer(Field::limit_value), unit);
}

void Assignments::announce(const FoldEntry& entry) {
    const Record& record = *entry.record;
    Entry assignment;
    assignment.view.record_ref = record.text(Field::record_ref);
    assignment.view.org_code = record.text(Field::org_code);
    assignment.view.org_name = record.text(Field::org_name);
    assignment.view.role = record.text(Field::org_role);
    assignment.view.level = record.text(Field::org_level);
    assignment.view.round = std::max<std::int64_t>(1, record.integer(Field::round));
    assignment.view.dispatched_ms = entry.event_ms;
    assignment.view.deadline_ms = deadlineOf(record, entry.event_ms, calendar_);
    assignment.source = entry.identity.source;
    assignment.announced = true;
    assignment.below = record.has(Field::parent_assignment);
    entries_.push_back(std::move(assignment));
}

void Assignments::dispatch(const FoldEntry& entry, std::int64_t round) {
    for (auto& assignment : entries_) {
        const bool same = assignment.announced && assignment.source == entry.identity.source &&
                          assignment.view.record_ref == entry.identity.record_ref;
        if (!same) continue;
        assignment.dispatched = true;
        assignment.view.round = std::max(assignment.view.round, round);
    }
}

std::optional<std::size_t> Assignments::byReference(const FoldEntry& entry, std::int64_t round) {
    const std::string& wanted = entry.record->text(Field::assignment_ref);
    if (wanted.empty()) return std::nullopt;
    std::optional<std::size_t> elsewhere;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].view.record_ref != wanted) continue;
        if (entries_[i].source == entry.identity.source) return i;
        if (!elsewhere) elsewhere = i;
    }
    // A unit names the centre's number: any source's will do where its own has none.
    return elsewhere ? elsewhere : addProvisional(entry, wanted, round);
}

std::optional<std::size_t> Assignments::byUnit(const std::string& org_code, std::int64_t round)
    const {
    std::optional<std::size_t> best;
    const auto goodness = [&](const Entry& entry) {
        return (entry.view.round == round ? 2 : 0) + (isIn(kGone, entry.view.state) ? 0 : 1);
    };
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (org_code.empty() || entries_[i].view.org_code != org_code) continue;
        if (!best || goodness(entries_[i]) >= goodness(entries_[*best])) best = i;
    }
    return best;
}

std::optional<std::size_t> Assignments::onlyOneFor(Step step, std::int64_t round) const {
    std::optional<std::size_t> one;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto& view = entries_[i].view;
        if (view.round != round || !isIn(awaiting(step), view.state)) continue;
        if (one) return std::nullopt;
        one = i;
    }
    return one;
}

std::size_t Assignments::addProvisional(
    const FoldEntry& entry, const std::string& record_ref, std::int64_t round
) {
    Entry assignment;
    assignment.view.record_ref = record_ref;
    assignment.view.org_code = unitOf(*entry.record);
    assignment.view.round = round;
    assignment.view.provisional = true;
    assignment.source = entry.identity.source;
    entries_.push_back(std::move(assignment));
    return entries_.size() - 1;
}

std::optional<std::size_t> Assignments::meantBy(
    const FoldEntry& entry, Step step, std::int64_t round
) {
    if (const auto named = byReference(entry, round)) return named;
    const std::string unit = unitOf(*entry.record);
    if (const auto of_unit = byUnit(unit, round)) return of_unit;
    // The unit of a result is the one that handled it; that of other steps may be the desk that
    // took them.
    if (entry.record->kind() == Kind::Result) return std::nullopt;
    if (takenByUnit(step) && !unit.empty()) return addProvisional(entry, "", round);
    return onlyOneFor(step, round);
}

bool Assignments::apply(std::size_t index, Step step, const FoldEntry& entry, std::int64_t round) {
    Entry& assignment = entries_[index];
    AssignmentView& view = assignment.view;
    if (!assignment.announced) {
        findings_.add(Found::AssignmentMissing, entry.identity);
    } else if (!assignment.dispatched) {
        findings_.add(
            step == Step::SignIn   ? Found::SignInBeforeAssignment
            : step == Step::Finish ? Found::ResultBeforeAssignment
                                   : Found::StepBeforeAssignment,
            entry.identity
        );
    }
    const bool over = view.state == A::Finished || view.state == A::Rejected;
    const bool adopted =
        over && (view.round < round || assignment.again) && step != Step::AuditPass;
    if (adopted) {  // another round of the same assignment
        view.round = round;
        assignment.again = false;
        if (step != Step::Redo) view.state = A::Dispatched;
        view.finished_ms = 0;
    }
    const Move move = moveAssignment(view.state, step);
    if (move == Move::Unexpected) findings_.add(Found::StepUnexpected, entry.identity);
    if (move == Move::Changed) note(view, step, entry);
    return move == Move::Changed || adopted;
}

void Assignments::checkAskedInTime(const AssignmentView& view, const FoldEntry& entry) {
    const Record& record = *entry.record;
    const auto asked_ms =
        record.has(Field::asked_time) ? record.timeMillis(Field::asked_time) : entry.event_ms;
    if (view.deadline_ms != 0 && asked_ms >= view.deadline_ms) {
        findings_.add(Found::ExtensionAskedLate, entry.identity);
    }
}

void Assignments::note(AssignmentView& view, Step step, const FoldEntry& entry) {
    const Record& record = *entry.record;
    switch (step) {
        case Step::SignIn:
            view.signed_ms = entry.event_ms;
            break;
        case Step::Finish:
            view.finished_ms = record.has(Field::finish_time)
                                   ? record.timeMillis(Field::finish_time)
                                   : entry.event_ms;
            break;
        case Step::AuditReject:
        case Step::Redo:
            view.finished_ms = 0;
            break;
        case Step::GrantReturn:
            ++view.return_count;
            break;
        case Step::AskExtension:
            checkAskedInTime(view, entry);
            break;
        case Step::GrantExtension:
            // The grant may be all that is left of the request: then it says when that was made.
            if (record.has(Field::asked_time)) checkAskedInTime(view, entry);
            if (record.kind() == Kind::Extension || !extension_records_only_)
                ++view.extension_count;
            if (record.has(Field::extended_deadline) && !record.isHistory())
                view.deadline_ms = record.timeMillis(Field::extended_deadline);
            break;
        default:
            break;
    }
}

void Assignments::reopen() {
    for (auto& entry : entries_)
        entry.again = isIn(only(A::Finished) | only(A::Rejected), entry.view.state);
}

std::vector<const AssignmentView*> Assignments::deciding(std::int64_t round) const {
    std::vector<const AssignmentView*> leading, handling, all;
    for (const auto& entry : entries_) {
        const auto& view = entry.view;
        if (view.round != round || isIn(kGone, view.state)) continue;
        // One that stands later in the order counts as soon as a step shows that it is there.
        if (entry.announced && !entry.dispatched && view.state == A::Dispatched) continue;
        all.push_back(&view);
        if (entry.below) continue;
        if (view.role == "1" || view.role.empty()) leading.push_back(&view);
        if (view.role != "3") handling.push_back(&view);
    }
    if (rules_.lead_unit_decides && !leading.empty()) return leading;
    return handling.empty() ? all : handling;
}

std::optional<State> Assignments::together(std::int64_t round) const {
    const bool none = std::none_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.view.round == round;
    });
    if (none) return std::nullopt;
    const auto views = deciding(round);
    if (views.empty()) return State::AwaitingDispatch;  // all were returned or taken back
    const auto any = [&](A state) {
        return std::any_of(views.begin(), views.end(), [&](const AssignmentView* view) {
            return view->state == state;
        });
    };
    if (std::all_of(views.begin(), views.end(), [](const AssignmentView* view) {
            return view->state == A::Finished;
        })) {
        return afterFinish(rules_);
    }
    if (any(A::ReturnPending)) return State::ReturnPending;
    if (any(A::ExtensionPending)) return State::ExtensionPending;
    if (any(A::Rejected)) return State::AuditRejected;
    if (any(A::InHand) || any(A::Finished)) return State::InHand;
    return any(A::SignedIn) ? State::SignedIn : State::Dispatched;
}

bool Assignments::anyOpen(std::int64_t round) const {
    const auto views = deciding(round);
    return std::any_of(views.begin(), views.end(), [](const AssignmentView* view) {
        return !isIn(kOver, view->state);
    });
}

std::optional<base::UnixMillis> Assignments::deadline(std::int64_t round) const {
    base::UnixMillis latest = 0;
    for (const auto* view : deciding(round)) latest = std::max(latest, view->deadline_ms);
    return latest == 0 ? std::nullopt : std::optional(latest);
}

std::vector<AssignmentView> Assignments::finish(base::UnixMillis now_ms) {
    std::vector<AssignmentView> views;
    for (auto& entry : entries_) {
        auto& view = entry.view;
        const auto until = view.finished_ms != 0 ? view.finished_ms : now_ms;
        view.overdue =
            view.deadline_ms != 0 && until >= view.deadline_ms && !isIn(kGone, view.state);
        views.push_back(view);
    }
    return views;
}

}  // namespace yht::ticket
