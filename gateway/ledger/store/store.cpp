#include "gateway/ledger/store/store.h"

namespace yht::ledger {

const char* deliveryStateName(DeliveryState state) {
    switch (state) {
        case DeliveryState::Ready: return "ready";
        case DeliveryState::InFlight: return "in_flight";
        case DeliveryState::Held: return "held";
        case DeliveryState::Unknown: return "unknown";
        case DeliveryState::Dead: return "dead";
    }
    YHT_ASSERT(false);
}

base::Status Store::run(Task task) {
    std::promise<base::Status> answer;
    auto answered = answer.get_future();
    submit(std::move(task), [&answer](base::Status status) { answer.set_value(std::move(status)); });
    return answered.get();
}

}  // namespace yht::ledger
