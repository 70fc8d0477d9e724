// Personal data: citizens full of marks speak in every good and every bad way; then everything that shows anything is looked through,
// and shows whom the table of channels lets it show and nobody else. Then what may be uncovered is, by right and reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dirent.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gateway/json/json.h"
#include "tests/scenarios/channel_table.h"
#include "tests/scenarios/command_walk.h"
#include "tests/scenarios/marked_world.h"

namespace yht::scenarios {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PersonalData : public testing::Test {
protected:
    PersonalData() : marks(world.everybody()) {}
    void SetUp() override {
        world.start();
        world.speakWell();
        ASSERT_FALSE(HasFailure());
    }
    void look(const std::string& channel, const std::string& where, const std::string& text) const { expectOnlyAllowed(marks, channel, where, text); }
    std::string of(PartnerClient& partner, const std::vector<std::string>& paths) const {
        std::string all;
        for (const auto& path : paths) all += partner.get(path).body + "\n";
        return all;
    }
    std::vector<std::string> ticketPaths() const {
        std::vector<std::string> paths{"/v1/changes?after=0&limit=1000"};
        for (const char* tag : {"open", "secret", "soap", "pulled", "pulled_secret", "echo"}) paths.push_back("/v1/tickets/" + world.ticketOf(tag));
        return paths;
    }
    /// Files that the gateway has deleted and still holds.
    std::string openAndGone() const {
        std::string all;
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(world.federation.gatewayPid()) + "/fd", failed)) {
            const auto target = fs::read_symlink(entry.path(), failed).string();
            if (target.starts_with("/") && target.ends_with(" (deleted)")) all += target + "\n" + world.read(entry.path()) + "\n";
        }
        return all;
    }
    void lookAtWhatTheGatewaySays() const {
        for (const auto& [channel, text] : world.answers()) look(channel, "an answer", text);
        look("gateway log", "standard output and error", world.read(world.federation.log("gateway")));
        look("syslog", "authpriv", world.read(world.systemLog()));
    }
    void lookAtAdmin() {
        for (const char* path : {"/metrics", "/healthz", "/readyz"}) look("metrics", path, world.federation.askAdmin(path).body);
    }
    void lookAtDisks() const {
        look("data directory", "all of its files", world.readAll(world.federation.deployment() + "/data"));
        look("temporary files", "left behind", world.readAll(world.temporaryFolder()));
        look("temporary files", "deleted and open", openAndGone());
    }
    void lookAtPartners() {
        auto hotline = world.partner("hotline-12315"), unit = world.partner("unit"), media = world.partner("media-platform"), centre = world.partner("centre");
        look("own partner", "tickets and changes", of(hotline, ticketPaths()));
        look("unit partner", "tickets and changes", of(unit, ticketPaths()));
        look("city partner", "tickets and changes", of(centre, ticketPaths()));
        std::vector<std::string> others{"/v1/changes?after=0&limit=1000"};
        for (const char* tag : {"open", "secret", "soap", "pulled", "pulled_secret"}) others.push_back("/v1/tickets/" + world.ticketOf(tag));
        const std::string own = media.get(others.front()).body;
        for (std::size_t i = 1; i < others.size(); ++i) look("other partner", others[i], media.get(others[i]).body);
        std::vector<std::string> receipts{"/v1/checkpoint", "/v1/proof?seq=1&size=2"};
        for (int seq = 1; seq <= 60; ++seq) receipts.push_back("/v1/receipts/" + std::to_string(seq));
        look("receipt", "all of its own", of(hotline, receipts));
    }
    void lookAtDeliveries() const {
        const std::string& at = world.federation.directory();
        look("province", "its store", world.read(at + "/province.sqlite") + world.read(at + "/province.sqlite-wal"));
        look("exchange", "its store", world.read(at + "/exchange.sqlite") + world.read(at + "/exchange.sqlite-wal"));
        look("centre", "its store", world.read(at + "/centre.sqlite") + world.read(at + "/centre.sqlite-wal"));
        look("unit", "its files", world.readAll(world.unitFolder()));
        look("results home", "its files", world.readAll(world.homeFolder()));
    }
    void lookAtCommands() {
        const auto tree = commandTree(runToEnd({YHT_BINARY_DIR "/bin/yht", "completion"}, world.federation.log("commands")).output);
        auto rows = commandsOf(world);
        std::set<std::string> walked;
        for (const auto& row : rows) {
            walked.insert(row.path);
            ASSERT_TRUE(tree.contains(row.path)) << row.path << " is no command any more";
            EXPECT_NE(row.lines.empty(), row.not_run.empty()) << row.path << ": run it, or say why not";
            if (row.path == "ledger rebuild") world.federation.stopGateway();
            for (const auto& line : row.lines) look("command", row.path, runBothWays(world, row.path, tree.at(row.path), line));
            if (row.afterwards) row.afterwards();
        }
        for (const auto& [path, words] : tree) {
            const bool is_group = std::any_of(tree.begin(), tree.end(), [&](const auto& other) { return other.first.starts_with(path + " "); });
            EXPECT_TRUE(walked.contains(path) || is_group) << "yht " << path << " is neither run nor excused";
        }
        EXPECT_LT(60u, tree.size());
    }

    MarkedWorld world;
    const Marks marks;
};

TEST_F(PersonalData, IsShownByNoChannelThatHasNoRightToIt) {
    world.speakBadly();
    lookAtWhatTheGatewaySays();
    lookAtAdmin();
    lookAtDisks();
    lookAtPartners();
    lookAtDeliveries();
    lookAtCommands();
    look("backup", "yht ledger backup", world.read(world.federation.directory() + "/backup.db"));
    look("sample case", "what yht adapters record wrote", world.readAll(world.federation.deployment() + "/sources/zz-marked/tests"));
    // Once more, after everything that commands and their refusals have left behind.
    lookAtWhatTheGatewaySays();
    lookAtDisks();
    lookAtDeliveries();
}

/// Operators are named: op-1 and op-2 look after security, op-3 runs the flow.
class Uncovered : public PersonalData {
protected:
    static constexpr int kOk = 0, kUsage = 64, kNotAllowed = 77, kSecondWanted = 75;
    void SetUp() override {
        PersonalData::SetUp();
        waiting_ = world.leaveWaiting();
        world.nameOperators({{"op-1", "security"}, {"op-2", "security"}, {"op-3", "system"}});
    }
    /// Of one command, with standard error; nobody signs where `by` is "".
    Finished give(const std::string& by, std::vector<std::string> words) {
        const std::string errors = world.federation.directory() + "/given.err";
        std::ofstream(errors, std::ios::trunc).flush();
        words.insert(words.begin(), YHT_BINARY_DIR "/bin/yht");
        words.insert(words.end(), {"--config", world.federation.deployment()});
        if (!by.empty()) {
            ::setenv("YHT_OPERATOR", by.c_str(), 1);
            ::setenv("YHT_OPERATOR_KEY", (world.federation.pki() + "/" + by + ".key").c_str(), 1);
        }
        auto finished = runToEnd(words, errors);
        ::unsetenv("YHT_OPERATOR");
        ::unsetenv("YHT_OPERATOR_KEY");
        finished.output += "\n" + world.read(errors);
        return finished;
    }
    /// It shows nobody, and ends so.
    void refuses(int exit_code, const std::string& by, const std::vector<std::string>& words) {
        const auto finished = give(by, words);
        EXPECT_EQ(exit_code, finished.exit_code) << finished.output;
        look("command", words.at(1), finished.output);
    }
    std::string waitingApproval() {
        const auto pending = json::parse(world.federation.yht({"approvals", "list", "--json"}).output);
        if (!pending.ok() || pending->Size() != 1) ADD_FAILURE() << "not one approval waits";
        return pending.ok() && !pending->Empty() ? json::textMember((*pending)[0], "id") : "0";
    }
    /// What the command showed when everything was as it must be, and not before. `reason`: option and text at its end.
    std::string uncovered(std::vector<std::string> words, const std::vector<std::string>& reason) {
        refuses(kUsage, "op-1", words);
        words.insert(words.end(), reason.begin(), reason.end());
        refuses(kNotAllowed, "", words);  // the account alone
        refuses(kSecondWanted, "op-1", words);
        const std::string number = waitingApproval();
        refuses(kNotAllowed, "op-1", {"approvals", "approve", number, "--why", "mine"});
        refuses(kSecondWanted, "op-1", words);
        refuses(kOk, "op-2", {"approvals", "approve", number, "--why", "seen the letter"});
        const auto shown = give("op-1", words);
        EXPECT_EQ(kOk, shown.exit_code) << shown.output;
        return shown.output;
    }
    /// An audit entry says it: which command, who asked, who approved, and why (their order there).
    static bool isNoted(const std::string& evidence, const std::string& command, const std::string& why) {
        const std::string begin = "\"command\":\"" + command + "\"";
        for (auto at = evidence.find(begin); at != std::string::npos; at = evidence.find(begin, at + 1)) {
            const std::string entry = evidence.substr(at, evidence.find('}', evidence.find("\"why\":", at)) - at);
            const auto says = [&](const std::string& text) { return entry.find(text) != std::string::npos; };
            if (says(R"("operator":"op-1","second":"op-2")") && says("\"why\":\"" + why + "\"")) return true;
        }
        return false;
    }

    std::string waiting_;
};

TEST_F(Uncovered, ByRightReasonAndSecondPersonAndAnEntryInTheLedger) {
    const std::vector<std::string> raw{"quarantine", "show", waiting_, "--raw"};
    const std::vector<std::string> clear{"ledger", "show", world.ticketOf("pulled"), "--why", "contact_phone", "--clear"};
    const std::string file = world.federation.directory() + "/all.evidence", leaves = world.federation.directory() + "/leaves.evidence";
    look("raw item", "quarantine show", uncovered(raw, {"--why", "unknown code"}));
    look("value in clear", "ledger show", uncovered(clear, {"--reason", "the citizen asked"}));
    // Who runs the flow may look at a raw item, and at no ticket.
    auto by_system = clear;
    by_system.insert(by_system.end(), {"--reason", "curious"});
    refuses(kNotAllowed, "op-3", by_system);
    const auto told = uncovered({"ledger", "export", "--out", file}, {"--why", "audit of the year"});
    look("command", "ledger export", told);
    const std::string evidence = world.read(file);
    look("evidence", "its file", evidence);
    const std::vector<std::string> without{"ledger", "export", "--out", leaves, "--without-payloads", "--why", "proofs"};
    EXPECT_EQ(kOk, give("op-1", without).exit_code);
    look("leaves", "its file", world.read(leaves));
    EXPECT_TRUE(isNoted(evidence, "quarantine.raw", "unknown code"));
    EXPECT_TRUE(isNoted(evidence, "ledger.look_at_field", "the citizen asked"));
    EXPECT_TRUE(isNoted(evidence, "ledger.export", "audit of the year"));
    lookAtWhatTheGatewaySays();
}

}  // namespace
}  // namespace yht::scenarios
