// The bed a measurement lies in: a development PKI and deployment in a directory of its own, the
// real programs on it, on leased ports. Uses: stage, app, trust. Used by: the scenarios.
#pragma once

#include <Poco/Net/Context.h>

#include <memory>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/crypto/certificate.h"
#include "tools/bench/machine.h"
#include "tools/bench/requests.h"
#include "tools/bench/siege.h"
#include "tools/speaker/acknowledgement.h"
#include "tools/stage/child.h"
#include "tools/stage/port_lease.h"

namespace yht::bench {

struct BedOptions {
    std::string directory{};         // "": a fresh one below --work, removed at the end
    std::string work = "/tmp";       // where fresh ones are made: the disk that is measured
    bool routes = false;             // records go to province and centre, or nowhere
    bool province_only = false;      // routes, but none to the centre
    bool soap = false;               // the province is exchange-sim, by the profile xiang-exchange
    std::size_t lanes = 0;           // of each destination: batches under way at once; 0: as by default
    std::int64_t slow_fsync_us = 0;  // added to every fsync and fdatasync of the gateway
    std::size_t connections_max = 64;
    bool rsa = false;     // SOAP: the partner and the gateway's SOAP answers are signed with RSA, not ECDSA
    std::string under{};  // words before the gateway's own command, between spaces; it must exec
};

class Bed {
public:
    /// Makes PKI and deployment; starts nothing. Throws Invalid.
    explicit Bed(const BedOptions& options);
    ~Bed();
    Bed(const Bed&) = delete;
    Bed& operator=(const Bed&) = delete;

    /// Milliseconds from exec to ready.
    double startGateway();
    /// SIGTERM, and its end. Throws Invalid where it was not a clean one.
    void stopGateway();
    void startProvince();
    void startCentre();
    /// Another partner's certificate besieges the gateway, in a process of its own; waits until all of it is there. Throws Invalid.
    void beginSiege(const SiegeSize& size);
    /// Throws Invalid where something of the siege was not refused.
    SiegeEnd endSiege();

    ProcessUse gatewayUse() const { return useOf(gateway_.pid()); }
    ProcessUse provinceUse() const { return useOf(province_.pid()); }
    ProcessUse centreUse() const { return useOf(centre_.pid()); }
    /// Of gateway, simulators and besieger together, as far as they run.
    double cpuSeconds() const;
    std::uint16_t port() const { return gateway_port_; }
    SSL_CTX* tls() const;
    const speaker::LogKey& logKey() const { return *log_key_; }
    /// What the gateway signs SOAP answers with.
    const crypto::Certificate& gatewayCertificate() const { return *gateway_certificate_; }
    std::string deployment() const { return directory_ + "/gateway"; }
    /// Records of the partner that posts, signed with its key.
    Recipe recipe(std::uint64_t seed, std::size_t requests, std::size_t records) const;
    /// Bytes of ledger.db and its log.
    double ledgerMegabytes() const;

private:
    void makeDeployment();
    void narrowRoutes() const;
    void speakSoap() const;
    void setLanes() const;
    void raiseConnections() const;
    void useRsa() const;
    void readKeys();
    std::string pki() const { return directory_ + "/pki"; }
    std::string log(const std::string& name) const { return directory_ + "/" + name + ".log"; }
    /// Asks `path` on a local port until it answers 200. Throws Invalid when the program ends or is
    /// late.
    void waitUntilReady(
        stage::Child& program, const std::string& name, std::uint16_t port, const std::string& path
    ) const;

    const BedOptions options_;
    std::string directory_;
    stage::PortLease gateway_port_, admin_port_, province_port_, province_control_, centre_port_, centre_control_;
    stage::Child gateway_, province_, centre_, siege_;
    double siege_began_ms_ = 0;
    std::unique_ptr<trust::SigningKey> key_;
    std::unique_ptr<speaker::LogKey> log_key_;
    std::optional<crypto::Certificate> gateway_certificate_;
    Poco::Net::Context::Ptr context_;
};

}  // namespace yht::bench
