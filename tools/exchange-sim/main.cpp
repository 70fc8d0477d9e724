// exchange-sim: the province's older platform, which speaks SOAP, as a stranger would build it from the profile's page, its
// WSDL and its schema. Uses: exchange_sim, stage, CLI11.
#include <CLI/CLI.hpp>

#include <iostream>

#include "tools/exchange-sim/service.h"
#include "tools/province-sim/control.h"
#include "tools/stage/process.h"

namespace {

using namespace yht;

struct Flags {
    stage::ListenerOptions platform;
    stage::TlsPaths tls;
    std::string port_file, control_port_file, data = "exchange.sqlite", schemas = "schemas/profiles/xiang-exchange";
    std::string sign_certificate, sign_key;
    std::uint16_t control_port = 0;
    std::int64_t clock_offset_ms = 0;
    std::vector<std::string> senders;
};

constexpr const char* kFooter = R"(example:
  exchange-sim --cert pki/exchange.pem --key pki/exchange.key --ca pki/root.pem \
      --sender ZZ4302:R4302:pki/gateway.pem --schemas schemas/profiles/xiang-exchange \
      --port 0 --port-file run/exchange.port --control-port 0 --control-port-file run/exchange.control \
      --data run/exchange.sqlite
exit codes: 0 stopped by SIGTERM or SIGINT, 2 flags wrong, 3 can't start)";

void describeFlags(CLI::App& app, Flags& flags) {
    app.footer(kFooter);
    app.add_option("--host", flags.platform.host, "address to listen on")->capture_default_str();
    app.add_option("--port", flags.platform.port, "port, 0: a free one")->capture_default_str();
    app.add_option("--port-file", flags.port_file, "file that gets the port");
    app.add_option("--cert", flags.tls.certificate_pem, "server certificate chain, PEM")->required();
    app.add_option("--key", flags.tls.key_pem, "its private key, PEM")->required();
    app.add_option("--ca", flags.tls.ca_pem, "CAs of client certificates, PEM")->required();
    app.add_option("--sign-cert", flags.sign_certificate, "answers' certificate; --cert where left out");
    app.add_option("--sign-key", flags.sign_key, "answers' key; --key where left out");
    app.add_option("--sender", flags.senders, "SENDER:UNIT:CERT.pem[:TLS.pem], may be repeated")->required();
    app.add_option("--schemas", flags.schemas, "folder with HotlineReport.wsdl and report.xsd")->capture_default_str();
    app.add_option("--data", flags.data, "SQLite file")->capture_default_str();
    app.add_option("--control-port", flags.control_port, "control port on 127.0.0.1, 0: a free one")->capture_default_str();
    app.add_option("--control-port-file", flags.control_port_file, "file that gets the control port");
    app.add_option("--clock-offset-ms", flags.clock_offset_ms, "moves the clock, for drills");
}

int run(const Flags& flags) {
    // Step 1: what is published, the registered senders and our own seal.
    exchange_sim::setUpSeals();
    const auto wsdl = stage::readFile(flags.schemas + "/HotlineReport.wsdl");
    if (!wsdl.ok) throw std::runtime_error("can't read " + flags.schemas + "/HotlineReport.wsdl");
    exchange_sim::ServiceFiles files{wsdl.text, exchange_sim::Schema(flags.schemas + "/report.xsd")};
    std::vector<exchange_sim::RegisteredSender> senders;
    for (const std::string& text : flags.senders) senders.push_back(exchange_sim::readSender(text));
    exchange_sim::Seal seal(
        flags.sign_certificate.empty() ? flags.tls.certificate_pem : flags.sign_certificate,
        flags.sign_key.empty() ? flags.tls.key_pem : flags.sign_key
    );
    // Step 2: clock, switchboard, books.
    const base::SystemClock clock(flags.clock_offset_ms);
    stage::Misbehaviour misbehaviour(clock);
    province_sim::Store store(flags.data, exchange_sim::language());
    // Step 3: listen; the platform first, control last: whoever reads the control port may go on.
    exchange_sim::Service service(clock, store, misbehaviour, std::move(senders), std::move(seal), std::move(files));
    stage::ListenerOptions options = flags.platform;
    options.tls = flags.tls;
    stage::Listener listener(options, [&](const auto& request) { return service.handle(request); });
    province_sim::Control control(store, misbehaviour, listener);
    stage::Listener control_listener({.port = flags.control_port, .tls = {}}, [&](const auto& request) {
        return control.handle(request);
    });
    if (!stage::writePortFile(flags.port_file, listener.port()) ||
        !stage::writePortFile(flags.control_port_file, control_listener.port()))
        throw std::runtime_error("can't write a port file");
    std::cout << "exchange-sim: https://" << flags.platform.host << ":" << listener.port() << exchange_sim::kServicePath
              << "?wsdl, control http://127.0.0.1:" << control_listener.port() << std::endl;
    // Step 4: until told to stop; destructors undo in reverse.
    stage::waitForStopSignal();
    misbehaviour.stop();
    return stage::kDone;
}

}  // namespace

int main(int argc, char** argv) {
    stage::blockStopSignals();
    CLI::App app("The province's older platform, which speaks SOAP, for demonstrations and tests", "exchange-sim");
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
        std::cerr << "exchange-sim: " << fault.what() << std::endl;
        return stage::kCannotStart;
    }
}
