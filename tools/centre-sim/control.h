// The centre's local control address: what happens at the desk, on command. README.md lists the
// calls. Uses: stage, desk, outbox. Used by: main, tests.
#pragma once

#include "tools/centre-sim/inbox.h"
#include "tools/centre-sim/outbox.h"
#include "tools/stage/listener.h"
#include "tools/stage/misbehaviour.h"

namespace yht::centre_sim {

inline constexpr std::int64_t kListedMax = 10'000;

/// Thread-safety: any thread.
class Control {
public:
    struct Parts {
        Desk& desk;
        Outbox& outbox;
        stage::Misbehaviour& misbehaviour;
        stage::Listener& listener;
        Inbox& inbox;
        const Plan& plan;
        const base::Clock& clock;
        std::string source;
    };
    explicit Control(Parts parts) : parts_(std::move(parts)) {}
    stage::HttpAnswer handle(const stage::HttpRequest& request);
    /// Every case that is ours, and the plan's stand-alone calls; what was queued before stays as
    /// it is.
    void postCases();

private:
    stage::HttpAnswer command(const stage::HttpRequest& request);
    stage::HttpAnswer question(const stage::HttpRequest& request);
    stage::HttpAnswer openAppeal(const stage::Json& command);
    stage::HttpAnswer postCase(const stage::Json& command);
    std::string phoneAppeal(const stage::JsonValue* fields);

    const Parts parts_;
};

}  // namespace yht::centre_sim
