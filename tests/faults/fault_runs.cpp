#include "tests/faults/fault_runs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>

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

/// What a power failure takes back, in the shim's words.
const char* takenBack(End end) {
    if (end == End::TornWrite) return "half";
    return end == End::LostWrite ? "oldest" : "1";
}

/// One post, its answer awaited for so long and no longer; whoever calls ends the gateway then.
class Posting {
public:
    Posting(Federation& federation, const std::string& ref)
        : reply_(std::async(std::launch::async, [client = federation.partner("hotline-12315"), record = appeal("zz-12315", ref)]() mutable {
              return client.post("/v1/records", record);
          })) {}
    bool answeredWithin(std::int64_t ms) { return reply_.wait_for(std::chrono::milliseconds(ms)) == std::future_status::ready; }
    Reply reply() { return reply_.get(); }

private:
    std::future<Reply> reply_;
};

/// False: there was no receipt.
bool acknowledge(AcknowledgementLog& log, const std::string& ref, const Reply& reply) {
    const auto document = reply.json();
    const auto* receipt = document.IsObject() ? json::findMember(document, "receipt") : nullptr;
    if (receipt == nullptr) return false;
    log.add(ref, {textMember(document, "ticket_no"), json::canonical(*receipt)});
    return true;
}

std::vector<std::string> labelledPoints(const Watched& watched, std::vector<std::string> more) {
    more.push_back("YHT_FAULT_DOOR=" + std::to_string(watched.door));
    more.push_back("YHT_FAULT_FAR=" + std::to_string(watched.far));
    return failingDisk(std::move(more), watched.files);
}

}  // namespace

std::uint64_t setting(const char* name, std::uint64_t fallback) {
    const char* text = std::getenv(name);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

std::vector<std::string> failingDisk(std::vector<std::string> more, const std::string& files) {
    more.push_back("LD_PRELOAD=" YHT_FAULT_SHIM);
    more.push_back("YHT_FAULT_FILES=" + files);
    return more;
}

std::vector<std::string> tracedPoints(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> points;
    for (std::string line; std::getline(file, line);) points.push_back(line);
    return points;
}

std::vector<std::string> pointsOf(Federation& federation, const Watched& watched, const std::function<void(PartnerClient&)>& life) {
    // As later ones it begins behind a kill, and does not make the ledger: that has points of its own, which never come again.
    federation.startGateway();
    federation.killGateway();
    const std::string path = federation.directory() + "/points";
    federation.launchGateway(labelledPoints(watched, {"YHT_FAULT_TRACE=" + path}));
    if (!federation.gatewayCameUp()) return {};
    auto client = federation.partner("hotline-12315");
    life(client);
    federation.killGateway();
    return tracedPoints(path);
}

std::string labelOf(const std::string& point) { return point.substr(0, point.find(':')); }

std::vector<std::string> momentsOf(const std::vector<std::string>& points) {
    std::vector<std::string> chosen = points;
    if (setting("YHT_POINTS_ALL", 0) == 0) {
        std::map<std::string, std::string> last;
        for (const auto& point : points) last[labelOf(point)] = point;
        chosen.clear();
        for (const auto& [name, point] : last) chosen.push_back(point);
    }
    std::vector<std::string> moments;
    for (const auto& point : chosen) {
        moments.push_back(point + ":before");
        // Bytes that were read are known or are not.
        if (labelOf(point) != "ask" && labelOf(point) != "hear") moments.push_back(point + ":after");
    }
    return moments;
}

std::vector<std::string> endingAt(End end, const std::string& moment) {
    std::vector<std::string> fault = {"YHT_FAULT_KILL=" + moment};
    if (end != End::Kill) fault.push_back(std::string("YHT_FAULT_POWER=") + takenBack(end));
    return fault;
}

void endAtEach(Federation& federation, const Watched& watched, End end, const std::vector<std::string>& moments) {
    for (const auto& moment : moments) {
        federation.killGateway();
        federation.launchGateway(labelledPoints(watched, endingAt(end, moment)));
        EXPECT_EQ(128 + SIGKILL, federation.awaitGatewaysEnd()) << moment;
    }
    std::cout << moments.size() << " ends at labelled points\n";
    federation.startGateway();
}

Broken endsAt(Federation& federation, End end, const std::vector<std::string>& moments) {
    federation.startGateway();
    AcknowledgementLog log;
    CarefulPartners partners(federation, log);
    endAtEach(federation, {"/ledger.db", federation.gatewayPort(), federation.provincePort()}, end, moments);
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

Broken killsBeforeCommit(Federation& federation, int kills, std::int64_t patience_ms) {
    const std::string held = federation.directory() + "/writes-are-held";
    federation.startProvince();
    AcknowledgementLog log;
    for (int i = 1; i <= kills; ++i) {
        federation.killGateway();
        federation.launchGateway(failingDisk({"YHT_FAULT_HOLD=" + held}));
        if (!federation.gatewayCameUp()) return {"the gateway did not come up"};
        const std::string ref = "zz-12315-" + std::to_string(i);
        // What the readiness check wrote is written: else that commit would be the one that is held, and the record waits behind it.
        federation.partner("hotline-12315").get("/v1/checkpoint");
        std::ofstream(held) << "now";
        Posting posting(federation, ref);
        const bool answered = posting.answeredWithin(patience_ms);
        federation.killGateway();
        std::filesystem::remove(held);
        const bool promised = acknowledge(log, ref, posting.reply());
        if (answered && !promised) return {ref + " was answered, but with no receipt"};
        federation.startGateway();
        auto client = federation.partner("hotline-12315");
        if (!promised && !acknowledge(log, ref, client.post("/v1/records", appeal("zz-12315", ref)))) return {ref + " is refused"};
        if (promised) break;
    }
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
        if (!acknowledge(log, ref, reply)) return {ref + " was answered " + std::to_string(reply.status)};
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
