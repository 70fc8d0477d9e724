// kill -9 of the gateway while it pulls: from a folder, over SFTP, over HTTPS page by page, from a database over ODBC. At labelled
// points of its life (between a portion's write, its sync, and what follows: the cursor, the move of the file), and at random
// moments. In the end every item is there exactly once, and the accounts balance.
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <utility>

#include "gateway/base/random.h"
#include "tests/faults/fault_runs.h"
#include "tests/scenarios/shipped_source.h"
#include "tests/scenarios/sources_world.h"

namespace yht::scenarios {
namespace {

constexpr int kCasesOfRun = 5, kFirstRuns = 8;

class PullKill : public testing::Test {
protected:
    PullKill() {
        // Many portions, so that there is a between.
        replaceInDeployment(federation, "products/petition-board-pull/product.yaml", "size: 100", "size: 5");
        replaceInDeployment(federation, "sources/zz-12319/source.yaml", "rows_max: 500", "rows_max: 5");
        // The board's answers bear times of three hours after their questions: questions that are told later are behind them.
        replaceInDeployment(federation, "products/petition-board-pull/product.yaml", "overlap_s: 300", "overlap_s: 10800");
        world.startSftp();
        for (int i = 0; i < kFirstRuns; ++i) somebodySaysMore();
    }

    /// Whether this life of the gateway has taken a portion of any source.
    bool hasPulled() {
        const auto text = federation.askAdmin("/metrics").body;
        const std::string row = "yht_source_messages{";
        for (auto at = text.find(row); at != text.npos; at = text.find(row, at + 1)) {
            const auto count = text.find("} ", at) + 2;
            if (text.compare(count, text.find('\n', count) - count, "0") != 0) return true;
        }
        return false;
    }
    /// Another file, other rows, more threads.
    void somebodySaysMore() {
        const std::string first_no = std::to_string(runs * kCasesOfRun + 1), cases = std::to_string(kCasesOfRun);
        for (const char* shape : {"exchange", "district", "workbook", "foxpro"}) EXPECT_EQ(0, world.say(shape, {"--cases", cases, "--first-no", first_no})) << shape;
        ++runs;
        world.serve({"--cases", std::to_string(runs * kCasesOfRun)});
    }
    std::uint64_t items(const std::string& source) const {
        const std::uint64_t cases = static_cast<std::uint64_t>(runs * kCasesOfRun);
        return source == "zz-12319" ? 2 * cases : cases;
    }
    bool allAccepted() {
        ::poll(nullptr, 0, 200);  // a look is a process
        const auto accounts = world.accounts();
        return std::all_of(std::begin(kPulled), std::end(kPulled), [&](const char* source) { return accounts.at(source).accepted >= items(source); });
    }
    /// What is not as it should be, a line each.
    std::vector<std::string> broken() {
        std::vector<std::string> lines;
        const auto accounts = world.accounts();
        for (const char* source : kPulled) {
            const auto& account = accounts.at(source);
            if (account.accepted != items(source) || account.quarantined + account.refused > 0 || !account.balances) {
                lines.push_back(std::string(source) + ": " + std::to_string(account.accepted) + " accepted of " + std::to_string(items(source)) + ", " +
                                std::to_string(account.quarantined) + " quarantined, " + std::to_string(account.refused) + " refused");
            }
        }
        std::map<std::string, std::uint64_t> tickets;
        const auto all = federation.tickets();  // outlives the loop
        for (const auto& ticket : all.GetArray()) {
            for (const auto& name : json::findMember(ticket, "names")->GetArray()) ++tickets[std::string(name.GetString()).substr(0, std::string(name.GetString()).find('/'))];
        }
        for (const char* source : kPulled) {
            if (tickets[source] != static_cast<std::uint64_t>(runs * kCasesOfRun)) lines.push_back(std::string(source) + ": " + std::to_string(tickets[source]) + " tickets");
        }
        if (federation.yht({"ledger", "verify"}).exit_code != 0) lines.push_back("the ledger does not verify");
        return lines;
    }
    void expectEverythingOnce() {
        federation.startGateway();
        Federation::waitUntil("every item is accepted", [&] { return allAccepted(); });
        EXPECT_THAT(broken(), testing::IsEmpty());
        // All of it once more: known, every bit of it.
        federation.killGateway();
        for (const int said = std::exchange(runs, 0); runs < said;) somebodySaysMore();
        federation.startGateway();
        Federation::waitUntil("the files were read again", [&] { return onlyFolders(world.path("sftp/out")) && onlyFolders(world.path("zz-12348")); });
        EXPECT_THAT(broken(), testing::IsEmpty());
    }
    static bool onlyFolders(const std::string& folder) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (!entry.is_directory()) return false;
        }
        return true;
    }

    static constexpr const char* kPulled[] = {"zz-12319", "zz-hetang", "zz-12348", "bj-12355", "zz-zhizhuxia"};
    Federation federation;
    SourcesWorld world{federation};
    int runs = 0;
};

TEST_F(PullKill, AtEveryLabelledPointOfAPortion) {
    const auto first = setting("YHT_POINTS_FIRST", 4), count = setting("YHT_POINTS", 3);
    std::uint64_t fired = 0, tried = 0;
    for (std::uint64_t at = first; at < first + count; ++at) {
        for (const char* when : {"sync:%:before", "sync:%:after", "write:%:before", "write:%:after"}) {
            std::string point = when;
            // A commit is several writes.
            point.replace(point.find('%'), 1, std::to_string(point.front() == 'w' ? 7 * at : at));
            federation.launchGateway(failingDisk({"YHT_FAULT_KILL=" + point}));
            bool ended = false;
            Federation::waitUntil(point + " or nothing left to pull", [&] { return (ended = !federation.gatewayRuns()) || allAccepted(); });
            fired += ended ? 1 : 0;
            ++tried;
            federation.killGateway();
        }
    }
    std::cout << fired << " of " << tried << " labelled points were reached\n";
    EXPECT_GT(fired, tried / 2) << "the lives were longer than the points";
    expectEverythingOnce();
}

/// YHT_KILLS raises the number of kills for a long run, YHT_SEED makes another run of it.
TEST_F(PullKill, AtRandomMomentsWhileMoreComes) {
    const auto seed = setting("YHT_SEED", 20191015);
    SCOPED_TRACE("YHT_SEED=" + std::to_string(seed));
    base::SeededRandom random(seed);
    for (std::uint64_t i = 0; i < setting("YHT_KILLS", 6); ++i) {
        federation.launchGateway({});
        Federation::waitUntil("a portion is taken", [&] { return hasPulled(); });
        ::poll(nullptr, 0, static_cast<int>(random.below(900)));
        federation.killGateway();
        somebodySaysMore();
    }
    expectEverythingOnce();
}

}  // namespace
}  // namespace yht::scenarios
