#include "gateway/ticket/closing.h"

#include <algorithm>

#include "gateway/ticket/machine.h"

namespace yht::ticket {
namespace {

/// How a ticket was handled, as far as closing it is concerned.
enum class Way : std::uint8_t { Dispatched, Direct, PutThrough, NotAccepted, HandedOver, Merged, Split };

struct Has {
    bool assignment = false, result = false, visit = false, reply = false, reason = false,
         receipt = false, target = false, relation = false, reply_wanted = true;
    std::string handling_way;
};

void look(const Record& record, Has& has) {
    const std::string& step = record.text(Field::process_type);
    switch (record.kind()) {
        case Kind::Appeal:
            has.handling_way = record.text(Field::handling_way);
            has.reply = has.reply || record.has(Field::direct_reply);
            has.relation = has.relation || record.has(Field::repeat_of) ||
                           record.has(Field::related_tickets);
            has.reply_wanted = record.text(Field::need_reply) != "false";
            break;
        case Kind::Assignment:
            has.assignment = true;
            break;
        case Kind::Result:
            has.result = true;
            has.reply = has.reply || record.has(Field::public_reply);
            break;
        case Kind::Visit:
            has.visit = true;
            break;
        case Kind::Process:
            has.reply = has.reply || (step == "10" && record.has(Field::opinion));
            has.receipt = has.receipt || step == "91";
            has.relation = has.relation || record.has(Field::related_tickets);
            break;
        default:
            break;
    }
    has.target = has.target || record.has(Field::transfer_to);
    has.reason = has.reason || record.has(Field::not_accept_reason);
}

Way wayOf(State state, const Has& has) {
    switch (state) {
        case State::NotAccepted:
            return Way::NotAccepted;
        case State::AnsweredDirectly:
            return has.handling_way == "2" ? Way::PutThrough : Way::Direct;
        case State::TransferReceived:
            return Way::HandedOver;
        case State::Merged:
            return Way::Merged;
        case State::Split:
            return Way::Split;
        default:
            break;
    }
    // Closed or archived: what happened tells more than what the desk had meant to do.
    if (has.assignment || has.result) return Way::Dispatched;
    const std::string& way = has.handling_way;
    if (way == "1") return Way::Direct;
    if (way == "2") return Way::PutThrough;
    if (way == "8" || way == "9" || way == "11") return Way::HandedOver;
    if (way == "10") return Way::NotAccepted;
    if (way == "12") return Way::Merged;
    return way == "13" ? Way::Split : Way::Dispatched;
}

struct Need {
    Way way;
    StateSet states;
    bool Has::*what;
    Found missing;
};

const std::vector<Need>& needs() {
    static const StateSet closed = setOf(
        {State::Closed, State::ClosedDissatisfied, State::DissatisfactionCleared, State::Archived}
    );
    static const StateSet any = ~setOf({State::Withdrawn});
    static const std::vector<Need> table = {
        {Way::Dispatched, closed, &Has::assignment, Found::ClosedWithoutAssignment},
        {Way::Dispatched, closed, &Has::result, Found::ClosedWithoutResult},
        {Way::Dispatched, closed, &Has::visit, Found::ClosedWithoutVisit},
        {Way::Direct, any, &Has::reply, Found::AnswerWithoutReply},
        {Way::PutThrough, any, &Has::target, Found::TransferWithoutTarget},
        {Way::NotAccepted, any, &Has::reason, Found::RefusalWithoutReason},
        {Way::HandedOver, any, &Has::receipt, Found::TransferWithoutReceipt},
        {Way::Merged, any, &Has::relation, Found::RelationMissing},
        {Way::Split, any, &Has::relation, Found::RelationMissing},
    };
    return table;
}

}  // namespace

void checkClosing(
    const std::vector<FoldEntry>& in_force, State state, const Identity& by, const FoldRules& rules,
    Findings& findings
) {
    if (!isFinal(state)) return;
    Has has;
    for (const auto& entry : in_force) look(*entry.record, has);
    if (!rules.visit_required || !has.reply_wanted) has.visit = true;
    const Way way = wayOf(state, has);
    for (const auto& need : needs()) {
        if (need.way == way && contains(need.states, state) && !(has.*need.what))
            findings.add(need.missing, by);
    }
}

}  // namespace yht::ticket
