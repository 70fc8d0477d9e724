// The province's older platform beside a federation: a second destination that speaks SOAP, served by exchange-sim.
// Uses: federation. Used by: soap_province_test.
#pragma once

#include <string>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

class Exchange {
public:
    /// Adds destination and route to the federation's deployment; starts nothing. Requires: outlived by `federation`.
    explicit Exchange(Federation& federation);
    ~Exchange();

    void start();
    void kill() { program_.kill(); }
    Reply ask(const std::string& path) { return Federation::control(control_, "GET", path, ""); }
    Reply tell(const std::string& path, const std::string& json) { return Federation::control(control_, "POST", path, json); }
    /// Its own count of something, "" where it was never raised.
    std::string count(const std::string& name);
    /// Records of one kind that it has of a ticket.
    bool has(const std::string& ticket_no, const std::string& kind);
    /// Waits until it holds so many records, and the gateway has nothing more for it.
    void waitUntilUploaded(std::size_t record_count);
    /// What `yht deliveries` shows of it.
    std::string status(const std::string& member);

private:
    Federation& federation_;
    PortLease port_, control_;
    Child program_;
};

}  // namespace yht::scenarios
