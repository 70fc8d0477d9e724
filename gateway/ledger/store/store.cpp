#include "gateway/ledger/store/store.h"

namespace yht::ledger {

const char* deliveryStateName(DeliveryState state) {
    switch (state) {
        case DeliveryState::Ready:
            return "ready";
        case DeliveryState::InFlight:
            return "in_flight";
        case DeliveryState::Held:
            return "held";
        case DeliveryState::Unknown:
            return "unknown";
        case DeliveryState::Dead:
            return "dead";
    }
    YHT_ASSERT(false);
}

base::Status Store::run(Task task) {
    // Shared: the waiting side may be gone before set_value() has returned on the writer thread.
    auto answer = std::make_shared<std::promise<base::Status>>();
    auto answered = answer->get_future();
    submit(std::move(task), [answer](base::Status status) {
        answer->set_value(std::move(status));
    });
    return answered.get();
}

}  // namespace yht::ledger
