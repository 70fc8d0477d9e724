// A value that is replaced while others use it: who asks gets the one in force and keeps it for as long as it is in use. Copies share
// it, so that a credential stands in one place however many connections are made with it.
// Uses: std. Used by: kit, intake/http, app.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace yht::trust {

/// Thread-safety: any thread.
template <class T>
class Held {
public:
    Held(T value) : state_(std::make_shared<State>()) { state_->value = std::make_shared<const T>(std::move(value)); }

    std::shared_ptr<const T> current() const {
        const std::lock_guard lock(state_->mutex);
        return state_->value;
    }
    void replace(T value) const {
        auto next = std::make_shared<const T>(std::move(value));
        const std::lock_guard lock(state_->mutex);
        state_->value.swap(next);
    }

private:
    struct State {
        std::mutex mutex;
        std::shared_ptr<const T> value;  // protected by mutex
    };
    std::shared_ptr<State> state_;
};

}  // namespace yht::trust
