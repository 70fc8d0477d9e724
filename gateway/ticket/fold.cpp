#include "gateway/ticket/fold.h"

#include <algorithm>

#include "gateway/ticket/assignments.h"
#include "gateway/ticket/closing.h"

namespace yht::ticket {
namespace {

constexpr FindingRow kFindings[] = {
#define YHT_FINDING(name, code, en, zh) {Found::name, code, en, zh},
#include "gateway/ticket/findings.def"
#undef YHT_FINDING
};

/// Where an appeal puts its ticket: the desk's decision, once it is made.
State entryState(const Record& appeal) {
    const std::string& way = appeal.text(Field::handling_way);
    if (way == "1" || way == "2") return State::AnsweredDirectly;
    if (way == "3") return State::AwaitingDispatch;
    if (way == "8" || way == "9" || way == "11") return State::TransferredOut;
    if (way == "10") return State::NotAccepted;
    if (way == "12") return State::Merged;
    if (way == "13") return State::Split;
    return appeal.has(Field::accept_time) ? State::Accepted : State::AwaitingAcceptance;
}

Step visitStep(const Record& visit) {
    const std::string& rating = visit.text(Field::satisfaction);
    const bool final = visit.flag(Field::is_final);
    if (rating == "4" || rating == "5")
        return final ? Step::VisitDissatisfiedFinal : Step::VisitDissatisfied;
    const bool asked = visit.flag(Field::connected) && rating != "0";
    return asked || visit.flag(Field::is_default_good) || final ? Step::VisitContent : Step::Note;
}

Step extensionStep(const Record& extension) {
    const std::string& state = extension.text(Field::extension_state);
    if (state == "1") return Step::AskExtension;
    return state == "2" ? Step::GrantExtension : Step::RefuseExtension;
}

class Folder {
public:
    Folder(
        const FoldInput& input, const Calendar& calendar, const FoldRules& rules,
        base::UnixMillis now_ms
    )
        : input_(input), rules_(rules), now_ms_(now_ms), assignments_(calendar, rules, findings_) {}

    TicketView run() {
        for (const auto& entry : input_.in_force) view_.current.push_back(entry.index);
        for (const auto& entry : input_.in_force) {
            if (entry.identity.kind == Kind::Appeal) takeAppeal(entry);
            if (entry.identity.kind == Kind::Assignment) assignments_.announce(entry);
            if (entry.identity.kind == Kind::Extension) assignments_.countExtensionRecordsOnly();
        }
        for (const auto& entry : input_.in_force) walk(entry);
        for (const auto& entry : input_.against_time)
            findings_.add(Found::SequenceAgainstTime, entry.identity);
        conclude();
        return std::move(view_);
    }

private:
    void takeAppeal(const FoldEntry& entry);
    void walk(const FoldEntry& entry);
    void takeProcess(const FoldEntry& entry);
    void takeAssignment(const FoldEntry& entry);
    void takeStep(const FoldEntry& entry, Step step, bool of_assignment);
    void takeResult(const FoldEntry& entry);
    void takeVisit(const FoldEntry& entry);
    void move(const FoldEntry& entry, Step step);
    void follow(const FoldEntry& entry);
    void enter(State state, const FoldEntry& entry);
    void checkTimes(const FoldEntry& entry);
    void conclude();
    void setDeadlineFlags();

    const FoldInput& input_;
    const FoldRules& rules_;
    const base::UnixMillis now_ms_;
    TicketView view_;
    Findings findings_;
    Assignments assignments_;
    State state_ = State::AwaitingAcceptance;
    Identity closed_by_;               // the record that led into the present state
    base::UnixMillis handled_ms_ = 0;  // when the units or the desk had done their part, 0: not yet
    base::UnixMillis ticket_deadline_ms_ = 0;  // stated for the ticket itself, or granted to it
};

void Folder::takeAppeal(const FoldEntry& entry) {
    const Record& appeal = *entry.record;
    const auto time = appeal.timeMillis(Field::appeal_time);
    view_.appeal_ms = view_.has_appeal ? std::min(view_.appeal_ms, time) : time;
    view_.has_appeal = true;
    const auto accepted = appeal.timeMillis(Field::accept_time);
    if (accepted != 0) {
        view_.accepted_ms =
            view_.accepted_ms == 0 ? accepted : std::min(view_.accepted_ms, accepted);
        if (accepted < time) findings_.add(Found::AcceptedBeforeAppeal, entry.identity);
    }
    if (appeal.has(Field::stated_deadline) && !appeal.isHistory())
        ticket_deadline_ms_ = appeal.timeMillis(Field::stated_deadline);
    auto& flags = view_.flags;
    flags.secret = flags.secret || appeal.flag(Field::is_secret);
    flags.repeat = flags.repeat || appeal.flag(Field::is_repeat);
    flags.group = flags.group || appeal.integer(Field::group_count) >= kGroupCountMin;
    flags.from_province = flags.from_province || appeal.flag(Field::from_province) ||
                          appeal.text(Field::channel) == "13";
    // Several parties may each have an appeal of one ticket; one that has decided nothing does not
    // undo another's.
    const State next = entryState(appeal);
    if (next != State::AwaitingAcceptance && !isFinal(state_)) enter(next, entry);
}

void Folder::enter(State state, const FoldEntry& entry) {
    if (state == state_) return;
    state_ = state;
    closed_by_ = entry.identity;
    const bool done =
        isFinal(state) || state == State::AwaitingAudit || state == State::AwaitingVisit;
    if (!done && state != State::VisitDissatisfied) handled_ms_ = 0;
    if (done && handled_ms_ == 0) {
        const auto finished = entry.record->timeMillis(Field::finish_time);
        handled_ms_ = finished != 0 ? finished : entry.event_ms;
    }
    if (!isFinal(state))
        view_.closed_ms = 0;
    else if (view_.closed_ms == 0)
        view_.closed_ms = entry.event_ms;
}

/// One step of the ticket's own machine.
void Folder::move(const FoldEntry& entry, Step step) {
    State next = state_;
    const Move move = moveTicket(next, step, rules_);
    if (move == Move::Changed) enter(next, entry);
    if (move != Move::Unexpected) return;
    const bool visit = step == Step::VisitContent || step == Step::VisitDissatisfied ||
                       step == Step::VisitDissatisfiedFinal;
    findings_.add(
        isFinal(state_) ? Found::AfterClose
        : visit         ? Found::VisitBeforeResult
                        : Found::TransitionUnexpected,
        entry.identity
    );
}

/// The ticket goes where its assignments are, unless it is closed or its handling has been set
/// aside.
void Folder::follow(const FoldEntry& entry) {
    if (isFinal(state_) && state_ != State::AnsweredDirectly) {
        findings_.add(Found::AfterClose, entry.identity);
        return;
    }
    const auto next = assignments_.together(view_.round);
    if (!next) return;
    const bool aside = state_ == State::Consulting || state_ == State::Suspended;
    const bool leaves = *next == afterFinish(rules_) || *next == State::AwaitingDispatch;
    if (!aside || leaves) enter(*next, entry);
}

void Folder::takeAssignment(const FoldEntry& entry) {
    const auto stated = entry.record->integer(Field::round);
    const bool another =
        stated > view_.round;  // a source that numbers its rounds need not send the redo as well
    if (another)
        view_.round = stated;
    else if (state_ == State::VisitDissatisfied && stated == 0)
        ++view_.round;
    assignments_.dispatch(entry, view_.round);
    if (another && isFinal(state_)) move(entry, Step::Redo);
    if (contains(setOf({State::NotAccepted, State::TransferReceived}), state_))
        move(entry, Step::Dispatch);
    follow(entry);
}

/// History (历史) starts no clock.
bool grantsTime(const Record& record) {
    return record.has(Field::extended_deadline) && !record.isHistory();
}

void Folder::takeStep(const FoldEntry& entry, Step step, bool of_assignment) {
    if (step == Step::Redo) {
        if (!entry.record->has(Field::round)) ++view_.round;
        if (const auto index = assignments_.meantBy(entry, step, view_.round)) {
            assignments_.apply(*index, step, entry, view_.round);
        }
        move(entry, step);
        return;
    }
    const auto index =
        of_assignment ? assignments_.meantBy(entry, step, view_.round) : std::nullopt;
    if (!index) {
        if (step == Step::GrantExtension && grantsTime(*entry.record)) {
            ticket_deadline_ms_ = entry.record->timeMillis(Field::extended_deadline);
        }
        move(entry, step);
        return;
    }
    const bool changed = assignments_.apply(*index, step, entry, view_.round);
    if (step == Step::GrantExtension && ticket_deadline_ms_ != 0 &&
        grantsTime(*entry.record)) {
        ticket_deadline_ms_ = entry.record->timeMillis(Field::extended_deadline);
    }
    if (step == Step::AuditPass)
        move(entry, step);
    else if (changed)
        follow(entry);
}

void Folder::takeProcess(const FoldEntry& entry) {
    const auto& step = stepOf(entry.record->text(Field::process_type));
    auto& flags = view_.flags;
    switch (step.step) {
        case Step::Note:
            return;
        case Step::Urge:
            flags.urged = true;
            return;
        case Step::Supervise:
            flags.supervised = true;
            return;
        case Step::FileHardCase:
            flags.hard_case = true;
            return;
        case Step::EndHardCase:
            flags.hard_case = false;
            return;
        case Step::FromProvince:
            flags.from_province = true;
            return;
        case Step::Accept:
            if (view_.accepted_ms == 0) view_.accepted_ms = entry.event_ms;
            break;
        case Step::Dispatch:
            // Where the assignments themselves are known they say more than a note that they were
            // made.
            if (!assignments_.empty()) return;
            break;
        case Step::Reopen:
            assignments_.reopen();
            break;
        default:
            break;
    }
    takeStep(entry, step.step, step.of_assignment);
}

void Folder::takeResult(const FoldEntry& entry) {
    const auto index = assignments_.meantBy(entry, Step::Finish, view_.round);
    if (index) {
        if (assignments_.apply(*index, Step::Finish, entry, view_.round)) follow(entry);
    } else if (assignments_.anyOpen(view_.round)) {
        findings_.add(Found::ResultWithoutAssignment, entry.identity);
    } else {
        move(entry, Step::Finish);
    }
}

void Folder::takeVisit(const FoldEntry& entry) {
    const Step step = visitStep(*entry.record);
    if (step != Step::Note) move(entry, step);
}

void Folder::checkTimes(const FoldEntry& entry) {
    const Record& record = *entry.record;
    if (entry.event_ms > now_ms_) findings_.add(Found::EventInFuture, entry.identity);
    const Kind kind = entry.identity.kind;
    const bool step = kind != Kind::Appeal && kind != Kind::Call && kind != Kind::Attachment &&
                      kind != Kind::Filing;
    if (step && view_.has_appeal && entry.event_ms < view_.appeal_ms)
        findings_.add(Found::BeforeAppeal, entry.identity);
    if (kind != Kind::Call) return;
    base::UnixMillis before = 0;
    for (const Field field : {Field::ring_time, Field::answer_time, Field::hangup_time}) {
        const auto time = record.timeMillis(field);
        if (time != 0 && time < before) findings_.add(Found::CallTimesDisordered, entry.identity);
        before = std::max(before, time);
    }
}

void Folder::walk(const FoldEntry& entry) {
    const Record& record = *entry.record;
    checkTimes(entry);
    const bool of_round =
        entry.identity.kind != Kind::Appeal && entry.identity.kind != Kind::Assignment;
    if (of_round) view_.round = std::max(view_.round, record.integer(Field::round));
    switch (entry.identity.kind) {
        case Kind::Appeal:
        case Kind::Call:
        case Kind::Attachment:
            break;
        case Kind::Assignment:
            takeAssignment(entry);
            break;
        case Kind::Process:
            takeProcess(entry);
            break;
        case Kind::Result:
            takeResult(entry);
            break;
        case Kind::Visit:
            takeVisit(entry);
            break;
        case Kind::Extension:
            takeStep(entry, extensionStep(record), true);
            break;
        case Kind::Supervision:
            view_.flags.supervised =
                view_.flags.supervised || record.text(Field::supervision_state) != "6";
            break;
        case Kind::Filing: {
            const std::string& state = record.text(Field::filing_state);
            view_.flags.hard_case = state == "1" || state == "2";
            break;
        }
    }
}

void Folder::setDeadlineFlags() {
    if (ticket_deadline_ms_ != 0)
        view_.deadline_ms = ticket_deadline_ms_;
    else
        view_.deadline_ms = assignments_.deadline(view_.round);
    if (!view_.deadline_ms) return;
    const auto until = handled_ms_ != 0 ? handled_ms_ : now_ms_;
    view_.flags.overdue = until >= *view_.deadline_ms;
    view_.flags.due_soon = handled_ms_ == 0 && !view_.flags.overdue &&
                           *view_.deadline_ms - now_ms_ <= rules_.due_soon_ms;
}

void Folder::conclude() {
    setDeadlineFlags();
    view_.state = state_;
    if (view_.has_appeal) {
        checkClosing(input_.in_force, state_, closed_by_, rules_, findings_);
    } else {
        view_.state = State::Incomplete;
        if (!input_.in_force.empty()) findings_.add(Found::AppealMissing, {});
        for (const auto& entry : input_.voided) {
            const bool orphaned = entry.identity.kind == Kind::Appeal && !input_.in_force.empty();
            if (orphaned) findings_.add(Found::AppealVoided, entry.identity);
        }
    }
    view_.assignments = assignments_.finish(now_ms_);
    view_.findings = findings_.take();
}

}  // namespace

std::span<const FindingRow> findingTable() {
    return kFindings;
}

void Findings::add(Found found, const Identity& record) {
    const auto& row = kFindings[static_cast<std::size_t>(found)];
    found_.insert({row.code, record, row.en, row.zh});
}

TicketView fold(
    std::span<const Record> records, const Calendar& calendar, const FoldRules& rules,
    base::UnixMillis now_ms
) {
    const FoldInput input = orderForFold(records);
    return Folder(input, calendar, rules, now_ms).run();
}

}  // namespace yht::ticket
