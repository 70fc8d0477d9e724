#include "tests/scenarios/exchange.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

const std::string kSource = YHT_SOURCE_DIR;

/// Into a file of the deployment, behind that line.
void insert(const Federation& federation, const std::string& file, const std::string& line, const std::string& text) {
    replaceInDeployment(federation, file, line, line + text);
}

}  // namespace

Exchange::Exchange(Federation& federation) : federation_(federation) {
    const auto made = runToEnd({kSource + "/tools/dev-pki", federation.pki(), "exchange"}, federation.log("pki"));
    EXPECT_EQ(0, made.exit_code) << federation.log("pki");
    std::filesystem::copy(federation.pki() + "/exchange.pem", federation.deployment() + "/exchange.pem");
    // One lane: what goes with what is then the same in every run.
    insert(federation, "routes.yaml", "destinations:\n", "  exchange: {from: start, lanes: 1}\n");
    insert(federation, "routes.yaml", "routes:\n", "  - {destination: exchange}\n");
    insert(
        federation, "destinations.yaml", "destinations:\n",
        "  - id: exchange\n    protocol: profile\n    profile: profiles/xiang-exchange\n    url: https://localhost:" +
            std::to_string(port_) +
            "\n    sender_id: ZZ4302\n    accepting_region: \"430200\"\n    certificate: gateway.pem\n    private_key: gateway.key\n"
            "    peer_ca: root.pem\n    peer_certificate: exchange.pem\n"
    );
}

Exchange::~Exchange() { program_.stop(SIGTERM); }

void Exchange::start() {
    const std::string pki = federation_.pki();
    program_ = Child(
        {YHT_BINARY_DIR "/bin/exchange-sim", "--port", std::to_string(port_), "--control-port", std::to_string(control_), "--cert",
         pki + "/exchange.pem", "--key", pki + "/exchange.key", "--ca", pki + "/root.pem", "--sender",
         "ZZ4302:R4302:" + pki + "/gateway.pem", "--schemas", kSource + "/schemas/profiles/xiang-exchange", "--data",
         federation_.directory() + "/exchange.sqlite"},
        federation_.log("exchange")
    );
    Federation::waitUntil("exchange answers on its control address", [&] { return ask("/stats").status == 200; });
}

std::string Exchange::count(const std::string& name) { return json::textMember(ask("/stats").json(), name.c_str()); }

bool Exchange::has(const std::string& ticket_no, const std::string& kind) {
    const auto reply = ask("/records?ticket=" + ticket_no).json();
    const auto* by_ticket = json::findMember(reply, "by_ticket");
    const auto* ticket = by_ticket == nullptr ? nullptr : json::findMember(*by_ticket, ticket_no);
    const auto* kinds = ticket == nullptr ? nullptr : json::findMember(*ticket, "kinds");
    return kinds != nullptr && json::findMember(*kinds, kind) != nullptr;
}

void Exchange::waitUntilUploaded(std::size_t record_count) {
    Federation::waitUntil(std::to_string(record_count) + " records at the exchange", [&] {
        return count("rows") == std::to_string(record_count);
    });
    federation_.waitUntilDrained("exchange");
}

std::string Exchange::status(const std::string& member) {
    const auto all = json::parse(federation_.yht({"deliveries", "--json"}).output);
    if (!all.ok()) return "";
    for (const auto& one : all->GetArray()) {
        if (json::textMember(one, "destination") == "exchange") return json::textMember(one, member.c_str());
    }
    return "";
}

}  // namespace yht::scenarios
