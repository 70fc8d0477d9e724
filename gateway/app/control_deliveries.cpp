#include "gateway/app/control_deliveries.h"

#include <charconv>

#include "gateway/app/deployment.h"
#include "gateway/app/config.h"
#include "gateway/app/destinations.h"
#include "gateway/delivery/decision.h"
#include "gateway/delivery/routing.h"

namespace yht::app {
namespace {

using base::ErrorCode;

std::optional<ledger::Seq> seqOf(const std::string& text) {
    ledger::Seq seq = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seq);
    return code == std::errc{} && end == text.data() + text.size() ? std::optional(seq) : std::nullopt;
}

base::Result<std::string> decide(const std::string& directory, ControlServices& services, const ControlCall& call) {
    const auto decision = delivery::findRowDecision(call.argument("decision"));
    if (!decision) return wrongArgument(call, "decision");
    const auto seq = seqOf(call.argument("seq"));
    if (!seq) return wrongArgument(call, "seq");
    const auto routes = routesOf(directory);
    if (!routes.ok()) return routes.error();
    const auto& id = call.argument("destination");
    const auto* destination = routes->findDestination(id);
    if (destination == nullptr) {
        return base::makePublicError(ErrorCode::NotFound, "routes.yaml names no destination " + id + ".",
                                     "routes.yaml 中没有对端 " + id + "。");
    }
    const auto resend = resendOf(directory, id);
    if (!resend.ok()) return resend.error();
    const auto decided = delivery::decideRow(services.store, services.clock, services.random,
                                             {.far_side = {.id = destination->id, .party = destination->party},
                                              .seq = *seq,
                                              .decision = *decision,
                                              .operator_id = call.operator_id,
                                              .why = call.request.why,
                                              .unknown_is_operators = *resend == kit::Resend::Operator});
    if (!decided.ok()) return decided.error();
    return "{\"decision_seq\":" + std::to_string(*decided) + "}";
}

/// A record that will never be sent.
bool discards(const ControlRequest& request) {
    const auto decision = request.arguments.find("decision");
    return decision != request.arguments.end() && delivery::findRowDecision(decision->second) == delivery::RowDecision::Discard;
}

}  // namespace

std::vector<ControlCommand> deliveryCommands(const std::string& directory) {
    return {{kDecideDelivery,
             {"decision", "destination", "seq"},
             true,
             [directory](ControlServices& services, const ControlCall& call) {
                 return decide(directory, services, call);
             },
             kSystemRole,
             discards}};
}

}  // namespace yht::app
