// centre-sim: a city's own 12345 centre, as a source and as a destination.
// Uses: centre_sim, stage, speaker, CLI11.
#include <CLI/CLI.hpp>

#include <iostream>

#include "tools/centre-sim/control.h"
#include "tools/centre-sim/inbox.h"
#include "tools/stage/process.h"

namespace {

using namespace yht;

constexpr std::int64_t kLookAgainMillis = 200;

struct Flags {
    stage::ListenerOptions inbox;
    std::string certificate, key, ca;
    std::string gateway, gateway_certificate, path = "/deliveries", public_url;
    std::string port_file, control_port_file, data = "centre.sqlite", ack_log, log_key, plan;
    std::string source = "zz-12345";
    std::uint16_t control_port = 0;
    std::int64_t handle_delay_ms = 0, clock_offset_ms = 0;
    bool post_cases = false;
};

constexpr const char* kFooter = R"(example:
  centre-sim --cert pki/centre.pem --key pki/centre.key --ca pki/root.pem \
      --gateway https://localhost:8443 --gateway-cert pki/gateway.pem \
      --port 0 --port-file run/centre.port --control-port 0 --control-port-file run/centre.control \
      --data run/centre.sqlite --plan tests/samples/cases/plan.json --post-cases
exit codes: 0 stopped by SIGTERM or SIGINT, 2 flags wrong, 3 can't start,
            4 the store or the log failed)";

void describeFlags(CLI::App& app, Flags& flags) {
    app.footer(kFooter);
    app.add_option("--host", flags.inbox.host, "address to listen on")->capture_default_str();
    app.add_option("--port", flags.inbox.port, "port, 0: a free one")->capture_default_str();
    app.add_option("--port-file", flags.port_file, "file that gets the port");
    app.add_option("--path", flags.path, "where deliveries are taken")->capture_default_str();
    app.add_option(
        "--public-url", flags.public_url,
        "https://host:port as the gateway calls us, where it is neither localhost nor 127.0.0.1"
    );
    app.add_option(
           "--cert", flags.certificate, "our certificate chain: serves, connects and signs, PEM"
    )
        ->required();
    app.add_option("--key", flags.key, "its private key, PEM")->required();
    app.add_option("--ca", flags.ca, "CAs of the gateway's certificate, PEM")->required();
    app.add_option("--gateway", flags.gateway, "https://host:port of the gateway")->required();
    app.add_option(
           "--gateway-cert", flags.gateway_certificate,
           "the gateway's certificate: only it may deliver, PEM"
    )
        ->required();
    app.add_option(
        "--log-key", flags.log_key,
        "file with the gateway's verifier key; receipts are checked with it"
    );
    app.add_option("--ack-log", flags.ack_log, "file that gets every acknowledgement, JSON lines");
    app.add_option("--data", flags.data, "SQLite file")->capture_default_str();
    app.add_option("--plan", flags.plan, "plan.json: what becomes of which ticket");
    app.add_flag(
        "--post-cases", flags.post_cases,
        "post the plan's cases that are ours; those posted before are left alone"
    );
    app.add_option("--source", flags.source, "source id under which we speak")
        ->capture_default_str();
    app.add_option("--handle-delay-ms", flags.handle_delay_ms, "between the steps of a handling")
        ->capture_default_str();
    app.add_option("--control-port", flags.control_port, "control port on 127.0.0.1, 0: a free one")
        ->capture_default_str();
    app.add_option(
        "--control-port-file", flags.control_port_file, "file that gets the control port"
    );
    app.add_option("--clock-offset-ms", flags.clock_offset_ms, "moves the clock, for drills");
}

template <class T>
T require(base::Result<T> result) {
    if (!result) throw std::runtime_error(base::describe(result.error()));
    return std::move(*result);
}

std::string requireText(const std::string& path) {
    auto file = stage::readFile(path);
    if (!file.ok) throw std::runtime_error("can't read " + path);
    return std::move(file.text);
}

/// The URLs under which the gateway may know us.
std::vector<std::string> namesOf(const Flags& flags, std::uint16_t port) {
    const std::string tail = ":" + std::to_string(port);
    std::vector<std::string> names{"https://localhost" + tail, "https://127.0.0.1" + tail};
    if (!flags.public_url.empty()) names.push_back(flags.public_url);
    return names;
}

int run(const Flags& flags) {
    // Step 1: who we are, who the gateway is, what we make of tickets.
    const base::SystemClock clock(flags.clock_offset_ms);
    const auto speaker = require(speaker::Speaker::make(
        {.base_url = flags.gateway,
         .tls =
             {.certificate_chain_pem = flags.certificate,
              .private_key_pem = flags.key,
              .peer_ca_pem = flags.ca},
         .signing_certificate_pem = {},
         .signing_key_pem = {}},
        clock
    ));
    const trust::TrustHolder gateway(centre_sim::registryOf(flags.gateway_certificate));
    auto signing_key =
        require(trust::signingKey(requireText(flags.certificate), requireText(flags.key)));
    const auto plan = centre_sim::loadPlan(flags.plan);
    // Step 2: the desk, and the log of what was acknowledged.
    stage::Misbehaviour misbehaviour(clock);
    speaker::AckLog ack_log(flags.ack_log);
    std::optional<speaker::LogKey> log_key;
    if (!flags.log_key.empty()) log_key = require(speaker::readLogKey(requireText(flags.log_key)));
    centre_sim::Desk desk({flags.data, flags.source, flags.handle_delay_ms}, plan, clock);
    // Step 3: listen. Our names hold the port, which is known only now.
    stage::ListenerOptions options = flags.inbox;
    options.tls = stage::TlsPaths{flags.certificate, flags.key, flags.ca};
    stage::Listener listener(options);
    centre_sim::Inbox inbox(
        {flags.path, namesOf(flags, listener.port())}, gateway, std::move(signing_key), desk,
        misbehaviour, clock
    );
    listener.start([&](const auto& request) { return inbox.handle(request); });
    // Step 4: speak; control last: whoever reads its port may go on.
    centre_sim::Outbox outbox(
        speaker, {.log_key = log_key ? &*log_key : nullptr, .ack_log = &ack_log, .on_retry = {}},
        desk, clock
    );
    centre_sim::Control control(
        {desk, outbox, misbehaviour, listener, inbox, plan, clock, flags.source}
    );
    if (flags.post_cases) control.postCases();
    stage::Listener control_listener(
        {.port = flags.control_port, .tls = {}},
        [&](const auto& request) { return control.handle(request); }
    );
    if (!stage::writePortFile(flags.port_file, listener.port()) ||
        !stage::writePortFile(flags.control_port_file, control_listener.port()))
        throw std::runtime_error("can't write a port file");
    std::cout << "centre-sim: https://" << flags.inbox.host << ":" << listener.port() << flags.path
              << ", control http://127.0.0.1:" << control_listener.port() << std::endl;
    // Step 5: until told to stop, or until posting can't go on.
    while (!outbox.failed() && !stage::stopSignalWithin(kLookAgainMillis)) {
    }
    misbehaviour.stop();
    return outbox.failed() ? stage::kFailed : stage::kDone;
}

}  // namespace

int main(int argc, char** argv) {
    stage::blockStopSignals();
    CLI::App app("A city's 12345 centre, for demonstrations and tests", "centre-sim");
    Flags flags;
    describeFlags(app, flags);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? stage::kDone : stage::kUsage;
    }
    try {
        return run(flags);
    } catch (const std::exception& fault) {
        std::cerr << "centre-sim: " << fault.what() << std::endl;
        return stage::kCannotStart;
    }
}
