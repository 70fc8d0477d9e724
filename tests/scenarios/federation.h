// A small federation of real processes in a temporary directory: gateway, province, centre, over real mutual TLS.
// The test's own words: start, kill, post, and wait until something holds. Nothing sleeps for a fixed time.
// Uses: stage, partner_client. Used by: the scenarios.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tests/scenarios/partner_client.h"
#include "tools/stage/child.h"
#include "tools/stage/port_lease.h"

namespace yht::scenarios {

using stage::Child;
using stage::Finished;
using stage::PortLease;
using stage::runToEnd;

class Federation {
public:
    /// Makes PKI and deployment; starts nothing.
    Federation();
    /// Stops everything; the directory is kept where the test failed, and named.
    ~Federation();

    /// `environment`: more variables of its own ("NAME=value").
    void startProvince(const std::vector<std::string>& environment = {});
    void startCentre();
    /// Starts it and waits until it is ready.
    void startGateway();
    /// Starts it with these variables added to its environment ("NAME=value") and does not wait: it may be meant to end.
    void launchGateway(const std::vector<std::string>& environment);
    /// Waits until it is ready or has ended; true: ready.
    bool gatewayCameUp();
    bool gatewayRuns() { return gateway_.running(); }
    /// Waits until it has ended by itself: its exit code, or 128 + the signal.
    int awaitGatewaysEnd();
    /// Another program than build's `yht` stands in for the gateway.
    void useGateway(const std::string& program) { gateway_program_ = program; }
    /// The gateway has no more of the machine's cores from its next start on. The C library's allocator keeps memory for each of them, so
    /// that bounds on memory, which were measured with two, hold for them alone; nothing of the gateway itself is set for it.
    void useTwoCores() { on_two_cores_ = true; }
    void startAll();
    void killGateway() { gateway_.kill(); }
    void killProvince() { province_.kill(); }
    void killCentre() { centre_.kill(); }
    /// SIGTERM; the exit code.
    int stopGateway();

    PartnerClient partner(const std::string& name);
    /// `yht …` on this deployment.
    Finished yht(std::vector<std::string> words);

    /// The count behind that row's name and labels in the gateway's metrics ("yht_door_connections{listener=\"partner\"}"); nullopt where
    /// there is no such row.
    std::optional<std::uint64_t> metric(const std::string& row);

    /// Lines for a listener's section of yht.yaml: as long as a test is patient, however slow the machine. Tests of deadlines write their own.
    static std::string patientDeadlines();

    /// A question to, or a command for, a simulator's control address.
    Reply askProvince(const std::string& path) { return control(province_control_, "GET", path, ""); }
    Reply tellProvince(const std::string& path, const std::string& json) { return control(province_control_, "POST", path, json); }
    Reply askCentre(const std::string& path) { return control(centre_control_, "GET", path, ""); }
    Reply tellCentre(const std::string& path, const std::string& json) { return control(centre_control_, "POST", path, json); }
    Reply askAdmin(const std::string& path) { return control(admin_port_, "GET", path, ""); }

    /// Looks again and again until `holds`; fails the test with `what` after a generous deadline.
    static void waitUntil(const std::string& what, const std::function<bool()>& holds);
    /// How many times longer everything takes in this build; 1: it is the build that is shipped, and bounds on memory hold.
    static int slower();

    /// Rows of `yht tickets --json`.
    rapidjson::Document tickets();
    /// Waits until every ticket is answered and wholly delivered to every destination.
    void waitUntilSettled(std::size_t ticket_count);
    /// Waits until the province holds so many records, and the gateway knows that it holds them all.
    void waitUntilUploaded(std::size_t record_count);
    /// Waits until the gateway has routed all that stands in the ledger now, and has nothing more for that destination.
    /// Requires: it runs, and routes.yaml names the destination.
    void waitUntilDrained(const std::string& destination = "province");

    /// A request to a local address without TLS; status 0 where nobody answers.
    static Reply control(std::uint16_t port, const std::string& method, const std::string& path, const std::string& json);
    const std::string& directory() const { return directory_; }
    std::string pki() const { return directory_ + "/pki"; }
    std::string log(const std::string& name) const { return directory_ + "/" + name + ".log"; }
    std::string deployment() const { return directory_ + "/gateway"; }
    std::uint16_t gatewayPort() const { return gateway_port_; }
    std::uint16_t provincePort() const { return province_port_; }
    std::uint16_t centrePort() const { return centre_port_; }
    pid_t gatewayPid() const { return gateway_.pid(); }
    /// The most memory that the gateway ever had (VmHWM), or since it was last forgotten.
    std::size_t gatewayPeakKib() const;
    void forgetGatewayPeak() const;

private:
    void writeDeployment();

    /// The ledger's newest entry.
    std::uint64_t lastSeq();
    /// Every entry up to it has its rows for that destination, if it is to have any.
    bool routed(const std::string& destination, std::uint64_t upto);
    bool drained(const std::string& destination);

    std::string directory_, gateway_program_;
    bool on_two_cores_ = false;
    PortLease gateway_port_, admin_port_, province_port_, province_control_, centre_port_, centre_control_;
    Child gateway_, province_, centre_;
};

}  // namespace yht::scenarios
