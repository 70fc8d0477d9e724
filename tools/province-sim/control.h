// The local control address: misbehaviour on command, and the store as a test's oracle. README.md
// lists the calls. Uses: stage. Used by: main, tests.
#pragma once

#include "tools/province-sim/store.h"
#include "tools/stage/listener.h"
#include "tools/stage/misbehaviour.h"

namespace yht::province_sim {

inline constexpr std::int64_t kListedMax = 10'000;

/// Thread-safety: any thread.
class Control {
public:
    Control(Store& store, stage::Misbehaviour& misbehaviour, stage::Listener& platform)
        : store_(store), misbehaviour_(misbehaviour), platform_(platform) {}
    stage::HttpAnswer handle(const stage::HttpRequest& request);

private:
    stage::HttpAnswer command(const stage::HttpRequest& request);
    stage::HttpAnswer question(const stage::HttpRequest& request);

    Store& store_;
    stage::Misbehaviour& misbehaviour_;
    stage::Listener& platform_;
};

}  // namespace yht::province_sim
