// What the tests of the courier share: far sides that need an appeal, decisions of an operator.
// Uses: delivery_fixture. Used by: the tests of the courier.
#pragma once

#include "gateway/delivery/decision.h"
#include "tests/unit/gateway/delivery/delivery_fixture.h"

namespace yht::delivery {

class CourierTest : public DeliveryFixture {
protected:
    /// The province takes nothing of a ticket before its appeal.
    void needAppeal() {
        for (const Kind kind : {Kind::Assignment, Kind::Process, Kind::Result, Kind::Visit}) {
            far.needs.push_back({.kind = kind, .needs = {Kind::Appeal}});
        }
    }
    /// A call that names no ticket, with its caller's number; the answer to it is lost.
    void loseCallByItself() {
        options.mask_secret = true;
        auto call = record(Kind::Call, "C1", 1, "partner");
        call.set(Field::caller_phone, std::string("19900000001"));
        put("", call);
        far.will("lost");
        run();
    }
    std::string ticketOf(const std::string& party, const std::string& number) {
        return view()->findTicket(party, number).value_or("");
    }
    base::Result<ledger::Seq> decide(
        ledger::Seq seq, RowDecision decision, const std::string& why = "asked by telephone"
    ) {
        return decideRow(
            *store_, clock, random,
            {.far_side = {.id = "province", .party = "province"},
             .seq = seq,
             .decision = decision,
             .operator_id = "uid-1000",
             .why = why,
             .unknown_is_operators = far.resend_rule == kit::Resend::Operator}
        );
    }
};

}  // namespace yht::delivery
