#include "tests/scenarios/sources_world.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <fstream>

#include "gateway/base/clock.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

const std::string kTools = std::string(YHT_SOURCE_DIR) + "/tools/";
const std::string kSimulator = std::string(YHT_BINARY_DIR) + "/bin/sources-sim";

bool takesConnections(std::uint16_t port) {
    try {
        Poco::Net::StreamSocket socket;
        socket.connect(Poco::Net::SocketAddress("127.0.0.1", port), Poco::Timespan(1, 0));
        return true;
    } catch (const Poco::Exception&) {
        return false;
    }
}

std::uint64_t number(const rapidjson::Value& object, const char* name) { return std::strtoull(json::textMember(object, name).c_str(), nullptr, 10); }

void append(std::vector<std::string>& words, std::initializer_list<std::string> more) { words.insert(words.end(), more); }

}  // namespace

SourcesWorld::SourcesWorld(Federation& federation) : federation_(federation) {
    // Accounts are by the day in Shanghai: a test that would run over midnight begins after it.
    const base::SystemClock clock;
    constexpr std::int64_t kDay = 86'400'000, kZone = 8 * 3'600'000, kLongest = 300'000;
    while (kDay - (clock.nowMillis() + kZone) % kDay < kLongest) ::poll(nullptr, 0, 1'000);
    const auto text = [](std::uint16_t port) { return std::to_string(port); };
    const auto made = runToEnd(
        {kTools + "dev-sources", federation.deployment(), federation.directory() + "/pki", path(""), text(channels_port_), text(serve_port_), text(sftp_port_)},
        log("sources")
    );
    EXPECT_EQ(0, made.exit_code) << log("sources");
    replaceInDeployment(federation, "yht.yaml", "channels:\n", "channels:\n" + Federation::patientDeadlines());
}

SourcesWorld::~SourcesWorld() {
    serving_.stop(SIGTERM);
    sftp_.stop(SIGTERM);
}

std::string SourcesWorld::secret(const std::string& name) const {
    std::ifstream file(path(name));
    std::string line;
    std::getline(file, line);
    return line;
}

void SourcesWorld::startSftp() {
    sftp_ = Child({kTools + "dev-sftp", path("ssh"), std::to_string(sftp_port_), "--serve"}, log("sftp"));
    Federation::waitUntil("the SFTP server listens", [&] { return takesConnections(sftp_port_); });
}

void SourcesWorld::serve(const std::vector<std::string>& more) {
    serving_.stop(SIGTERM);
    std::vector<std::string> words{kSimulator, "serve", "--port", std::to_string(serve_port_), "--cert", pki("sources.pem"), "--key", pki("sources.key"),
                                   "--app-key", secret("zz-zhizhuxia.key"), "--data", path("home.sqlite"), "--results-folder", path("sftp/in/results"),
                                   "--results-folder", path("zz-shifeng/in"),
                                   "--connection", "Driver=SQLite3;Database=" + path("exchange.db")};
    words.insert(words.end(), more.begin(), more.end());
    serving_ = Child(words, log("serving"));
    Federation::waitUntil("the board listens", [&] { return takesConnections(serve_port_); });
}

int SourcesWorld::say(const std::string& shape, std::vector<std::string> more) {
    std::vector<std::string> words{kSimulator, shape};
    const bool calls = shape == "110" || shape == "12315" || shape == "third";
    if (calls) append(words, {"--gateway", "https://localhost:" + std::to_string(channels_port_), "--ca", pki("root.pem"), "--tries", "1"});
    if (shape == "110") append(words, {"--header", "X-Access-Token: " + secret("zz-110.token")});
    if (shape == "12315") append(words, {"--header", "Authorization: Bearer " + secret("zz-12315.token")});
    if (shape == "third") append(words, {"--session", secret("zz-street.session")});
    if (shape == "exchange") append(words, {"--connection", "Driver=SQLite3;Database=" + path("exchange.db")});
    const auto first_no = std::find(more.begin(), more.end(), "--first-no");
    const std::string no = first_no == more.end() ? "1" : *std::next(first_no);
    const std::string stem = "BJ_" + std::string(6 - no.size(), '0') + no;
    const bool named = std::find(more.begin(), more.end(), "--name") != more.end();
    if (shape == "district" && !named) append(words, {"--into", path("sftp/out"), "--marker", stem + ".ok"});
    else if (shape == "district") append(words, {"--into", path("sftp/out")});
    if (shape == "workbook") append(words, {"--into", path("zz-12348")});
    if (shape == "foxpro") append(words, {"--into", path("bj-12355")});
    if (shape == "grid") append(words, {"--into", path("zz-shifeng/out")});
    words.insert(words.end(), more.begin(), more.end());
    auto finished = runToEnd(words, log("saying"));
    said_ = std::move(finished.output);
    return finished.exit_code;
}

void SourcesWorld::everybodySays(const std::vector<std::string>& more) {
    for (const char* shape : {"110", "12315", "third", "exchange", "district", "workbook", "foxpro", "grid"}) {
        const int code = say(shape, more);
        EXPECT_TRUE(code == 0 || code == 4) << shape << ": " << code << ", see " << log("saying");
    }
    serve(more);
}

std::map<std::string, SourceAccount> SourcesWorld::accounts() {
    std::map<std::string, SourceAccount> found;
    const auto finished = federation_.yht({"sources", "list", "--json"});
    const auto all = json::parse(finished.output);
    for (const char* source : kPlayedSources) found[source];
    if (!all.ok() || !all->IsArray()) return found;
    for (const auto& one : all->GetArray()) {
        SourceAccount& account = found[json::textMember(one, "source")];
        const auto& today = *json::findMember(one, "today");
        account.state = json::textMember(one, "state");
        account.reason = json::textMember(one, "reason");
        account.open_quarantine = number(one, "open_quarantine");
        account.received = number(today, "received");
        account.accepted = number(today, "accepted");
        account.duplicate = number(today, "duplicate");
        account.quarantined = number(today, "quarantined");
        account.refused = number(today, "refused");
        account.ignored = number(today, "ignored");
        account.balances = json::findMember(today, "balances")->IsTrue();
    }
    return found;
}

void SourcesWorld::waitUntilDecided(const std::string& source, std::uint64_t items) {
    constexpr int kLookAgainMillis = 200;  // a look is a process
    Federation::waitUntil(source + " has " + std::to_string(items) + " items", [&] {
        if (account(source).decided() >= items) return true;
        ::poll(nullptr, 0, kLookAgainMillis);
        return false;
    });
}

}  // namespace yht::scenarios
