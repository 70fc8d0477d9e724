#include "tests/faults/fault_runs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;

/// How many records the ticket has.
std::size_t recordCount(PartnerClient& client, const std::string& ticket_no) {
    const auto ticket = client.get("/v1/tickets/" + ticket_no).json();
    const auto* records = ticket.IsObject() ? json::findMember(ticket, "records") : nullptr;
    return records == nullptr ? 0 : records->Size();
}

std::vector<std::string> labelledPoints(Federation& federation, std::vector<std::string> more) {
    more.push_back("YHT_FAULT_DOOR=" + std::to_string(federation.gatewayPort()));
    more.push_back("YHT_FAULT_FAR=" + std::to_string(federation.provincePort()));
    return failingDisk(std::move(more));
}

}  // namespace

std::uint64_t setting(const char* name, std::uint64_t fallback) {
    const char* text = std::getenv(name);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

std::vector<std::string> failingDisk(std::vector<std::string> more) {
    more.push_back("LD_PRELOAD=" YHT_FAULT_SHIM);
    more.push_back("YHT_FAULT_FILES=/ledger.db");
    return more;
}

std::vector<std::string> pointsOfALife() {
    Federation federation;
    federation.startProvince();
    const std::string path = federation.directory() + "/points";
    federation.launchGateway(labelledPoints(federation, {"YHT_FAULT_TRACE=" + path}));
    if (!federation.gatewayCameUp()) return {};
    auto client = federation.partner("hotline-12315");
    EXPECT_EQ(201, client.post("/v1/records", appeal("zz-12315", "zz-12315-traced")).status);
    federation.waitUntilUploaded(1);
    federation.killGateway();
    std::ifstream file(path);
    std::vector<std::string> points;
    for (std::string line; std::getline(file, line);) points.push_back(line);
    return points;
}

Broken endsAt(Federation& federation, End end, const std::vector<std::string>& moments) {
    federation.startGateway();
    AcknowledgementLog log;
    CarefulPartners partners(federation, log);
    for (const auto& moment : moments) {
        federation.killGateway();
        std::vector<std::string> fault = {"YHT_FAULT_KILL=" + moment};
        if (end == End::PowerFailure) fault.push_back("YHT_FAULT_POWER=1");
        federation.launchGateway(labelledPoints(federation, fault));
        EXPECT_EQ(128 + SIGKILL, federation.awaitGatewaysEnd()) << moment;
    }
    federation.startGateway();
    partners.stop();
    return brokenPromises(federation, log);
}

Broken powerFailuresAfterAnswers(Federation& federation, int failures) {
    const std::string flag = federation.directory() + "/power-fails";
    federation.startProvince();
    federation.startGateway();
    AcknowledgementLog log;
    CarefulPartners partners(federation, log);
    for (int i = 0; i < failures; ++i) {
        federation.killGateway();
        std::filesystem::remove(flag);
        const auto before = log.all().size();
        federation.launchGateway(failingDisk({"YHT_FAULT_POWER=1", "YHT_FAULT_END=" + flag}));
        // Each partner may be told once more of what the gateway before this one had committed; one answer beyond these
        // is to a record that was first sent to this one.
        Federation::waitUntil("a record of this life is acknowledged", [&] {
            return log.all().size() > before + CarefulPartners::kCount;
        });
        std::ofstream(flag) << "now";
        EXPECT_EQ(128 + SIGKILL, federation.awaitGatewaysEnd());
    }
    federation.startGateway();
    partners.stop();
    return brokenPromises(federation, log);
}

Broken killsWhileSending(Federation& federation, int kills) {
    federation.startProvince();
    federation.startGateway();
    AcknowledgementLog log;
    for (int i = 1; i <= kills; ++i) {
        auto client = federation.partner("hotline-12315");  // its connection ends with the gateway
        federation.tellProvince("/misbehave", R"({"slow_ms":60000,"cut_before_commit":1})");
        const std::string ref = "zz-12315-" + std::to_string(i);
        const auto reply = client.post("/v1/records", appeal("zz-12315", ref));
        const auto document = reply.json();
        if (reply.status != 201) return {ref + " was answered " + std::to_string(reply.status)};
        log.add(ref, {textMember(document, "ticket_no"), json::canonical(*json::findMember(document, "receipt"))});
        Federation::waitUntil("the province has the batch before it", [&] {
            return textMember(federation.askProvince("/stats").json(), "pausing") != "0";
        });
        federation.killGateway();
        federation.tellProvince("/reset", "{}");
        // The next wait must not see this request.
        Federation::waitUntil("no request waits at the province", [&] {
            return textMember(federation.askProvince("/stats").json(), "pausing") == "0";
        });
        federation.startGateway();
    }
    return brokenPromises(federation, log);
}

Broken oldMessageAgain(Federation& federation) {
    federation.startProvince();
    federation.startGateway();
    auto client = federation.partner("hotline-12315");
    trust::HttpHead first_head;
    std::string first_body;
    const auto keep = [&](trust::HttpHead& head, std::string& body) {
        first_head = head;
        first_body = body;
    };
    const auto first = client.postSpoiled("/v1/records", appeal("zz-12315", "A-1", {{"title", "第一次"}}), keep);
    const auto ticket_no = textMember(first.json(), "ticket_no");
    client.post("/v1/records", appeal("zz-12315", "A-1", {{"title", "第二次"}}));
    const auto again = [&](trust::HttpHead& head, std::string& body) {
        head = first_head;
        body = first_body;
    };
    const auto replayed = client.postSpoiled("/v1/records", "{}", again);
    Broken broken;
    if (replayed.status != 200) broken.push_back("the old message was answered " + std::to_string(replayed.status));
    const auto count = recordCount(client, ticket_no);
    if (count != 2) broken.push_back("two versions were sent, there are " + std::to_string(count));
    return broken;
}

}  // namespace yht::scenarios
