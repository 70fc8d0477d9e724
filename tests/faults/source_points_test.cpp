// The gateway ends at the points of a life that begins with a message in a source's own format: its admission, its way to the centre, what
// the centre says of it, and the result on its way home, a file in the source's folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "tests/faults/fault_runs.h"
#include "tests/scenarios/flat_source.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::IsEmpty;

/// Numbers of results that have come home, each as often as there are files of it; "" stands for a file that can't be read.
std::map<std::string, int> cameHome(const Federation& federation) {
    std::map<std::string, int> found;
    for (const auto& text : flatResults(federation)) {
        const auto file = json::parse(text);
        const bool is_whole = file.ok() && file->IsArray() && file->Size() == 1;
        ++found[is_whole ? textMember((*file)[0], "JJDBH") : ""];
    }
    return found;
}

/// Two who type for the source, each on a thread of its own: an item, posted until it is answered for, and the next when the
/// result of this one has come home.
class CarefulSource {
public:
    explicit CarefulSource(Federation& federation) : federation_(federation) {
        for (const char* name : {"J", "K"}) threads_.emplace_back([this, name] { work(name); });
    }
    ~CarefulSource() { stop(); }
    /// Requires: gateway and centre run.
    void stop() {
        stopping_ = true;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }
    /// After stop(): ticket by number.
    const std::map<std::string, std::string>& answered() const { return answered_; }
    const Broken& broken() const { return broken_; }

private:
    static constexpr int kAgainMs = 5, kLookMs = 20;

    void work(const std::string& name) {
        auto client = federation_.partner("hotline-12315");
        for (int i = 1; !stopping_; ++i) {
            const auto number = name + "-" + std::to_string(i);
            const auto ticket_no = post(client, number);
            if (ticket_no.empty()) return;
            if (post(client, number) != ticket_no) tell(number + " was told another ticket the second time");
            awaitHome(number);
            const std::lock_guard lock(mutex_);
            answered_.emplace(number, ticket_no);
        }
    }
    /// Over as many lives of the gateway as it takes: each of them is waited for by itself (endAtEach). The last one brings it home.
    void awaitHome(const std::string& number) {
        const auto is_home = [&] { return cameHome(federation_).contains(number); };
        while (!stopping_ && !is_home()) ::poll(nullptr, 0, kLookMs);
        Federation::waitUntil("the result of " + number + " is home", is_home);
    }
    /// Its ticket; "" where the answer was none that may be.
    std::string post(PartnerClient& client, const std::string& number) {
        Reply reply;
        while ((reply = client.post(kFlatMessages, flatItem(number))).status == 0 || reply.status == 503) ::poll(nullptr, 0, kAgainMs);
        const auto answer = reply.json();
        const auto* items = answer.IsObject() ? json::findMember(answer, "items") : nullptr;
        const auto ticket_no = items != nullptr && items->IsArray() && items->Size() == 1 ? textMember((*items)[0], "ticket_no") : "";
        if (ticket_no.empty()) tell(number + " was answered " + std::to_string(reply.status) + " " + reply.body.substr(0, 200));
        return ticket_no;
    }
    void tell(const std::string& line) {
        const std::lock_guard lock(mutex_);
        broken_.push_back(line);
    }

    Federation& federation_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  // both lists
    std::map<std::string, std::string> answered_;
    Broken broken_;
    std::vector<std::thread> threads_;
};

class SourcePoints : public testing::Test {
protected:
    /// The centre is the far side; the province has nothing to do with it.
    static void prepare(Federation& federation) {
        shipFlatSource(federation);
        replaceInDeployment(federation, "routes.yaml", "- {destination: province}", "- {destination: province, kinds: [supervision]}");
        federation.startCentre();
    }
    static Watched watchedOf(const Federation& federation) { return {"/ledger.db:/out/:/staging/", federation.gatewayPort(), federation.centrePort()}; }
    static std::vector<std::string> pointsOfAMessage() {
        Federation federation;
        prepare(federation);
        return pointsOf(federation, watchedOf(federation), [&](PartnerClient& client) {
            EXPECT_EQ(200, client.post(kFlatMessages, flatItem("J-1")).status);
            Federation::waitUntil("the result is home", [&] { return cameHome(federation).contains("J-1"); });
            federation.waitUntilDrained("zz-flat.results");
            federation.waitUntilSettled(1);
        });
    }
    Broken endsAtEach(End end) {
        prepare(federation);
        federation.startGateway();
        CarefulSource source(federation);
        endAtEach(federation, watchedOf(federation), end, momentsOf(points));
        source.stop();
        Broken broken = source.broken();
        const auto& answered = source.answered();
        if (answered.empty()) broken.push_back("nothing was answered for");
        federation.waitUntilSettled(answered.size());
        federation.waitUntilDrained("zz-flat.results");
        checkTickets(answered, broken);
        checkHome(answered, broken);
        checkCentre(answered.size(), broken);
        checkAccount(broken);
        if (federation.yht({"ledger", "verify"}).exit_code != 0) broken.push_back("the ledger does not verify");
        return broken;
    }

private:
    void checkTickets(const std::map<std::string, std::string>& answered, Broken& broken) {
        std::map<std::string, std::string> named;
        const auto listed = federation.tickets();
        for (const auto& ticket : listed.GetArray()) {
            for (const auto& name : json::findMember(ticket, "names")->GetArray()) named[name.GetString()] = textMember(ticket, "ticket_no");
        }
        for (const auto& [number, ticket_no] : answered) {
            const auto found = named.find("zz-12315/" + number);
            if (found == named.end() || found->second != ticket_no) broken.push_back(number + " is not the ticket that was answered");
        }
    }
    void checkHome(const std::map<std::string, std::string>& answered, Broken& broken) {
        const auto home = cameHome(federation);
        if (home.size() != answered.size()) broken.push_back(std::to_string(home.size()) + " results are home of " + std::to_string(answered.size()));
        for (const auto& [number, files] : home) {
            if (files != 1 || !answered.contains(number)) broken.push_back("'" + number + "' is in " + std::to_string(files) + " files");
        }
    }
    void checkCentre(std::size_t items, Broken& broken) {
        const auto stats = federation.askCentre("/stats").json();
        for (const auto& [name, right] : {std::pair("tickets", std::to_string(items)), {"received", std::to_string(items)}, {"refused", "0"}}) {
            if (const auto count = textMember(stats, name); count != right) broken.push_back(std::string("the centre counts ") + name + ": " + count + " of " + right);
        }
    }
    /// Of today, which may have begun meanwhile.
    void checkAccount(Broken& broken) {
        const auto all = json::parse(federation.yht({"sources", "list", "--json"}).output);
        if (!all.ok() || !all->IsArray() || all->Size() != 1) return broken.push_back("no account of the source");
        const auto& today = *json::findMember((*all)[0], "today");
        for (const char* name : {"quarantined", "refused"}) {
            if (textMember(today, name) != "0") broken.push_back(textMember(today, name) + " items are " + name);
        }
        if (!json::findMember(today, "balances")->IsTrue()) broken.push_back("the account does not balance");
    }

protected:
    Federation federation;
    const std::vector<std::string> points = pointsOfAMessage();
};

TEST_F(SourcePoints, ItsLifeHasAllOfThem) {
    std::map<std::string, int> counts;
    for (const auto& point : points) ++counts[labelOf(point)];
    for (const char* name : {"write", "sync", "rename", "ask", "answer", "send", "hear"}) EXPECT_GT(counts[name], 0) << name;
}

TEST_F(SourcePoints, EachMayBeTheLastOfAGateway) { EXPECT_THAT(endsAtEach(End::Kill), IsEmpty()); }

TEST_F(SourcePoints, AtEachThePowerMayFail) { EXPECT_THAT(endsAtEach(End::PowerFailure), IsEmpty()); }

}  // namespace
}  // namespace yht::scenarios
