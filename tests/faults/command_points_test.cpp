// An operator's command on a ledger with real records ends at each of its own labelled points, by kill -9 and by a power failure. What
// partners were told is there, checkpoints of before fit, and the command, given again, comes to its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/crypto/digest.h"
#include "tests/faults/fault_runs.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::AnyOf;
using testing::IsEmpty;
namespace fs = std::filesystem;

constexpr int kTickets = 6;
constexpr int kFinished = 4;  // of them; the first kWithPicture bring a picture too
constexpr int kWithPicture = 2;
constexpr int kKilled = 128 + SIGKILL;

std::string fileContent(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// First column of all rows. Requires: a ledger that nobody writes.
std::vector<std::string> column(const std::string& ledger, const std::string& sql) {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(SQLITE_OK, sqlite3_open(ledger.c_str(), &database));
    EXPECT_EQ(SQLITE_OK, sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr)) << sqlite3_errmsg(database);
    std::vector<std::string> values;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
        values.emplace_back(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return values;
}

std::string monthAt(base::UnixMillis at_ms) {
    const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(at_ms) + std::chrono::hours(8)};
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()));
    return text;
}

/// A deployment whose ledger has what partners were told of: tickets that are finished and wholly delivered, others that are open,
/// pictures. Its gateway was killed, so that its log holds what was written. Each run begins from a copy of this.
class KnownLedger {
public:
    KnownLedger() {
        replaceInDeployment(federation, "routes.yaml", "kinds: [appeal, supervision, attachment]", "kinds: [supervision]");
        federation.startProvince();
        federation.startGateway();
        auto hotline = federation.partner("hotline-12315");
        auto centre = federation.partner("centre");
        for (int i = 0; i < kTickets; ++i) post(hotline, centre, i);
        federation.waitUntilUploaded(kTickets + 2 * kFinished);
        federation.waitUntilDrained("province.attachments");
        const auto printed = json::parse(yht({"ledger", "checkpoint", "--json"}).output);
        EXPECT_TRUE(printed.ok());
        verifier_key = textMember(*printed, "verifier_key");
        std::ofstream(kept()) << textMember(*printed, "checkpoint");
        federation.killGateway();
        federation.killProvince();
        fs::remove(data() + "/ledger.db.reserve");
        copy(data(), before());
    }
    void reset() const { copy(before(), data()); }
    static void copy(const std::string& from, const std::string& to) {
        fs::remove_all(to);
        EXPECT_EQ(0, runToEnd({"/bin/cp", "-a", from, to}, "/dev/null").exit_code);
    }
    Finished yht(const std::vector<std::string>& words, const std::string& deployment = "", const std::vector<std::string>& environment = {}) const {
        std::vector<std::string> command{"/usr/bin/env"};
        command.insert(command.end(), environment.begin(), environment.end());
        command.push_back(YHT_BINARY_DIR "/bin/yht");
        command.insert(command.end(), words.begin(), words.end());
        command.insert(command.end(), {"--config", deployment.empty() ? federation.deployment() : deployment});
        return runToEnd(command, log());
    }
    std::string data() const { return federation.deployment() + "/data"; }
    std::string before() const { return federation.directory() + "/before"; }
    std::string ledger() const { return data() + "/ledger.db"; }
    std::string log() const { return federation.log("commands"); }
    std::string kept() const { return federation.directory() + "/kept-checkpoint"; }

    Federation federation;
    std::vector<std::string> tickets, pictures;
    std::string verifier_key;

private:
    void post(PartnerClient& hotline, PartnerClient& centre, int i) {
        const std::string number = std::to_string(i);
        FieldMap more;
        if (i < kWithPicture) {
            pictures.push_back("\x89PNG\r\n\x1A\n" + std::string(10'000, static_cast<char>('a' + i)));
            EXPECT_EQ(201, hotline.post("/v1/attachments", pictures.back(), "image/png").status);
            more = {{"attachment_digests", "[\"" + base::toHex(crypto::sha256(pictures.back())) + "\"]"}};
        }
        const auto taken = hotline.post("/v1/records", appeal("zz-12315", "A-" + number, more));
        EXPECT_EQ(201, taken.status) << taken.body;
        tickets.push_back(textMember(taken.json(), "ticket_no"));
        if (i >= kFinished) return;
        EXPECT_EQ(201, centre.post("/v1/records", result("zz-12345", "JG-" + number, {{"ticket_no", tickets.back()}})).status);
        EXPECT_EQ(201, centre.post("/v1/records", visit("zz-12345", "HF-" + number, {{"ticket_no", tickets.back()}})).status);
    }
};

/// A command that ends at its points, and what must hold.
struct Order {
    std::vector<std::string> words;
    std::string files = "/ledger.db:/attachments/:/archive/";
    /// It is given to a gateway that runs, and the gateway ends at its points; else to a ledger that nobody serves.
    bool by_gateway = false;
    /// More variables of who gives it.
    std::vector<std::string> environment = {};
    /// What is before it, beside the known ledger.
    std::function<void()> prepare = [] {};
    /// Exit codes of `yht ledger verify` behind the kill, and of the command given again.
    std::vector<int> verified = {0}, again = {0};
    /// What more must hold when it has come to its end.
    std::function<void(Broken&)> holds = [](Broken&) {};
};

class CommandPoints : public testing::Test {
protected:
    static void SetUpTestSuite() { known = std::make_unique<KnownLedger>(); }
    static void TearDownTestSuite() { known.reset(); }
    void TearDown() override { std::cout << ends << " ends at labelled points\n"; }

    /// Exit code of whoever had the points.
    int run(const Order& order, std::vector<std::string> faults) const {
        known->reset();
        order.prepare();
        faults.insert(faults.end(), order.environment.begin(), order.environment.end());
        if (!order.by_gateway) return known->yht(order.words, "", failingDisk(faults, order.files)).exit_code;
        auto& federation = known->federation;
        federation.launchGateway(failingDisk(faults, order.files));
        const bool done = federation.gatewayCameUp() && known->yht(order.words).exit_code == 0;
        // Where its answer was lost it is ending: the connection closes before the process is gone.
        if (!done || !federation.gatewayRuns()) return federation.awaitGatewaysEnd();
        federation.killGateway();
        return 0;
    }
    std::vector<std::string> pointsOf(const Order& order) const {
        fs::remove(trace());
        EXPECT_THAT(run(order, {"YHT_FAULT_TRACE=" + trace()}), AnyOf(0, 3)) << "see " << known->log();
        return tracedPoints(trace());
    }
    /// At this moment or, where this run of it has fewer points of that label (its threads are not always as fast), at the nearest
    /// before it: that one comes.
    bool endsAt(const Order& order, End end, const std::string& moment) {
        const auto label = labelOf(moment), when = moment.substr(moment.rfind(':'));
        for (auto number = std::stol(moment.substr(label.size() + 1)); number > 0; --number) {
            auto faults = endingAt(end, label + ":" + std::to_string(number) + when);
            faults.push_back("YHT_FAULT_TRACE=" + trace());
            fs::remove(trace());
            if (run(order, faults) == kKilled) return true;
            const auto points = tracedPoints(trace());
            number = std::min(number, 1 + std::ranges::count(points, label, labelOf));
        }
        return false;
    }
    Broken brokenBy(const Order& order) {
        Broken broken;
        const auto moments = momentsOf(pointsOf(order));
        if (moments.empty()) broken.push_back("it has no points");
        for (const auto end : {End::Kill, End::PowerFailure}) {
            for (const auto& moment : moments) {
                const auto where = (end == End::Kill ? "kill at " : "power failure at ") + moment + ": ";
                if (!endsAt(order, end, moment)) broken.push_back(where + "it did not end there");
                ++ends;
                Broken found;
                goOn(order, found);
                for (const auto& line : found) broken.push_back(where + line);
            }
        }
        return broken;
    }

    static std::unique_ptr<KnownLedger> known;
    int ends = 0;

private:
    static std::string trace() { return known->federation.directory() + "/command-points"; }
    static void check(const std::string& what, int code, const std::vector<int>& allowed, Broken& broken) {
        if (std::ranges::find(allowed, code) == allowed.end()) broken.push_back(what + " ended with " + std::to_string(code));
    }
    static void goOn(const Order& order, Broken& broken) {
        if (order.by_gateway) known->federation.startGateway();
        check("verify behind it", known->yht({"ledger", "verify"}).exit_code, order.verified, broken);
        check("the command given again", known->yht(order.words, "", order.environment).exit_code, order.again, broken);
        check("verify at the end", known->yht({"ledger", "verify"}).exit_code, {0}, broken);
        order.holds(broken);
        checkTickets(broken);
        checkEvidence(broken);
        known->federation.killGateway();
    }
    static void checkTickets(Broken& broken) {
        const auto listed = known->yht({"tickets", "--json", "--limit", "1000"}).output;
        for (const auto& ticket : known->tickets) {
            if (listed.find(ticket) == std::string::npos) broken.push_back(ticket + " is lost");
        }
    }
    /// Every entry that was there when a checkpoint was given out is there, and what it holds is what its leaf says.
    static void checkEvidence(Broken& broken) {
        const auto file = known->federation.directory() + "/ledger.evidence";
        fs::remove(file);
        if (known->yht({"ledger", "export", "--why", "audit", "--out", file}).exit_code != 0) return broken.push_back("it can't be exported");
        const auto checked = runToEnd({YHT_BINARY_DIR "/bin/ledger-verify", file, "--log-key", known->verifier_key, "--kept", known->kept()}, known->log());
        if (checked.exit_code != 0) broken.push_back("ledger-verify: " + checked.output);
    }
};

std::unique_ptr<KnownLedger> CommandPoints::known;

TEST_F(CommandPoints, OfAnArchiveOfAClosedMonth) {
    // Forty days on, the month is over.
    const std::int64_t ahead_ms[] = {40LL * 86'400'000, 0};
    const auto clock = known->federation.directory() + "/clock";
    std::ofstream(clock, std::ios::binary).write(reinterpret_cast<const char*>(ahead_ms), sizeof ahead_ms);
    Order order{.words = {"ledger", "archive", "--before", monthAt(base::SystemClock().nowMillis() + ahead_ms[0]), "--why", "yearly archive"}};
    order.environment = {"LD_PRELOAD=" YHT_FAULT_SHIM, "YHT_FAULT_CLOCK=" + clock};
    order.holds = [&](Broken& broken) {
        const auto left = column(known->ledger(), "SELECT file FROM archive WHERE removed = 0");
        if (!left.empty()) broken.push_back("its rows are still in the database: " + left.front());
        if (column(known->ledger(), "SELECT file FROM archive").empty()) broken.push_back("nothing was archived");
    };
    EXPECT_THAT(brokenBy(order), IsEmpty());
}

/// Of the first ticket, which has a picture that nobody else brought.
class ErasurePoints : public CommandPoints {
protected:
    /// The keys that its content stands under, as they stand in the files.
    ErasurePoints() {
        known->reset();
        secrets = column(known->ledger(), "SELECT wrapped_key FROM ticket WHERE ticket_no = '" + ticket() + "'");
        const auto of_messages = column(known->ledger(), "SELECT wrapped_key FROM entry_key WHERE seq IN (SELECT message_seq FROM leaf WHERE ticket_no = '" + ticket() + "')");
        EXPECT_FALSE(secrets.empty() || of_messages.empty());
        secrets.insert(secrets.end(), of_messages.begin(), of_messages.end());
        const auto header = fileContent(known->before() + pictureOf(0)).substr(0, kHeaderBytes);
        EXPECT_EQ(kHeaderBytes, header.size());
        secrets.push_back(header);
    }
    static const std::string& ticket() { return known->tickets.front(); }
    Order order() const {
        return {.words = {"ledger", "erase", ticket(), "--why", "request 7"}, .again = {0, 65}, .holds = [this](Broken& broken) {
                    mustBeGone(broken);
                    if (!fs::is_empty(known->data() + "/attachments/erasing")) broken.push_back("a note of the erasure is left");
                }};
    }
    void mustBeGone(Broken& broken) const {
        for (const auto& at : fs::recursive_directory_iterator(known->data())) {
            // The reserve is large, and nothing is ever written there.
            if (!at.is_regular_file() || at.path().extension() == ".reserve") continue;
            const auto content = fileContent(at.path());
            const auto stands = [&](const std::string& secret) { return content.find(secret) != std::string::npos; };
            const auto count = std::ranges::count_if(secrets, stands);
            if (count > 0) broken.push_back(std::to_string(count) + " destroyed keys stand in " + at.path().filename().string());
        }
        if (fs::exists(known->data() + pictureOf(0))) broken.push_back("its picture is there");
        if (fileContent(known->data() + pictureOf(1)) != fileContent(known->before() + pictureOf(1))) broken.push_back("another ticket's picture is not as it was");
    }

private:
    static constexpr std::size_t kHeaderBytes = 280;
    static std::string pictureOf(std::size_t i) {
        const auto digest = base::toHex(crypto::sha256(known->pictures[i]));
        return "/attachments/" + digest.substr(0, 2) + "/" + digest;
    }
    std::vector<std::string> secrets;
};

TEST_F(ErasurePoints, OfAnErasure) { EXPECT_THAT(brokenBy(order()), IsEmpty()); }

TEST_F(ErasurePoints, OfAnErasureByTheGateway) {
    auto by_gateway = order();
    by_gateway.by_gateway = true;
    EXPECT_THAT(brokenBy(by_gateway), IsEmpty());
}

TEST_F(ErasurePoints, WhatItHasSaidIsGoneNoPowerFailureBringsBack) {
    const auto given = order();
    auto& federation = known->federation;
    const auto flag = federation.directory() + "/power-fails";
    known->reset();
    federation.launchGateway(failingDisk({"YHT_FAULT_POWER=1", "YHT_FAULT_END=" + flag}, given.files));
    ASSERT_TRUE(federation.gatewayCameUp());
    EXPECT_EQ(0, known->yht(given.words).exit_code);
    std::ofstream(flag) << "now";
    EXPECT_EQ(0, federation.partner("hotline-12315").post("/v1/records", appeal("zz-12315", "late")).status);
    EXPECT_EQ(kKilled, federation.awaitGatewaysEnd());
    fs::remove(flag);
    Broken broken;
    mustBeGone(broken);
    EXPECT_THAT(broken, IsEmpty());
}

TEST_F(CommandPoints, OfARebuild) {
    Order order{.words = {"ledger", "rebuild"}};
    order.prepare = [] {
        column(known->ledger(), "DELETE FROM alias");
        column(known->ledger(), "UPDATE node SET hash = zeroblob(32) WHERE size = 2 AND level = 1");
    };
    order.verified = {0, 3};
    order.again = {0, 3};
    EXPECT_THAT(brokenBy(order), IsEmpty());
}

/// As after a lost disk: its directory is empty but for what is copied beside a backup.
class RestorePoints : public CommandPoints {
protected:
    RestorePoints() {
        if (fs::exists(backup())) return;
        known->reset();
        EXPECT_EQ(0, known->yht({"ledger", "backup", "--out", backup()}).exit_code);
    }
    static std::string backup() { return known->federation.directory() + "/backup.db"; }
    static void loseLedger() {
        for (const char* part : {"", "-wal", "-shm", ".lock", ".reserve"}) fs::remove(known->ledger() + part);
    }
    /// It refuses to serve as long as nobody has said that it may.
    static bool isReopened() { return column(known->ledger(), "SELECT value FROM meta WHERE name = 'restored'").empty(); }
};

TEST_F(RestorePoints, OfARestore) {
    Order order{.words = {"ledger", "restore", "--from", backup()}};
    order.prepare = [] { loseLedger(); };
    order.verified = {0, 69};  // there is no ledger yet
    order.again = {0, 65};     // there is one
    order.holds = [](Broken& broken) {
        if (isReopened()) broken.push_back("it would serve as if nothing had happened");
        if (known->yht({"ledger", "reopen", "--why", "disk lost"}).exit_code != 0) broken.push_back("it can't be reopened");
        if (!isReopened()) broken.push_back("it would not serve");
    };
    EXPECT_THAT(brokenBy(order), IsEmpty());
}

TEST_F(RestorePoints, OfAReopening) {
    // While it gets its write-ahead log a reader can't look at it, and is told what ends that.
    Order order{.words = {"ledger", "reopen", "--why", "disk lost"}, .verified = {0, 69}};
    order.prepare = [] {
        loseLedger();
        EXPECT_EQ(0, known->yht({"ledger", "restore", "--from", backup()}).exit_code);
    };
    order.holds = [](Broken& broken) {
        if (!isReopened()) broken.push_back("it would not serve");
    };
    EXPECT_THAT(brokenBy(order), IsEmpty());
}

TEST_F(CommandPoints, OfABackup) {
    const auto made = known->federation.directory() + "/made.db", twin = known->federation.directory() + "/twin";
    KnownLedger::copy(known->federation.deployment(), twin);
    Order order{.words = {"ledger", "backup", "--out", made}, .files = "/ledger.db:/made.db", .again = {0, 65}};
    order.prepare = [&] {
        for (const char* part : {"", ".partial", ".partial-journal"}) fs::remove(made + part);
    };
    order.holds = [&](Broken& broken) {
        for (const auto& at : fs::directory_iterator(known->federation.directory())) {
            if (at.path().filename().string().starts_with("made.db.")) broken.push_back("there is a " + at.path().filename().string());
        }
        for (const char* part : {"-wal", "-shm"}) fs::remove(twin + "/data/ledger.db" + part);
        fs::copy_file(made, twin + "/data/ledger.db", fs::copy_options::overwrite_existing);
        if (known->yht({"ledger", "verify"}, twin).exit_code != 0) broken.push_back("the backup does not verify");
    };
    EXPECT_THAT(brokenBy(order), IsEmpty());
}

}  // namespace
}  // namespace yht::scenarios
