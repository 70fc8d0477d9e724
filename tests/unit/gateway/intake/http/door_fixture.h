// The small language of the door's tests: a real door over real TLS on free ports, a real ledger,
// and this cast:
//   centre   source zz12345, the city's centre; reads the city 4302; evidence
//   police   source zz110; reads its own tickets; evidence
//   water    source zz-water, a member unit; reads what is assigned to units 430202*
//   guest    known, with no right at all
//   ceased   stopped (停用)
// stranger() is a certificate of the same CA that belongs to no partner.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/intake/http/server.h"
#include "gateway/json/json.h"
#include "tests/unit/gateway/intake/admission/test_ledger.h"
#include "tests/unit/gateway/intake/http/http_client.h"

namespace yht::http {

inline constexpr const char* kBaseUrl = "https://gateway.test:8443";

/// The ledger as the door has it. A test sees that somebody has looked at all there is and waits for more.
class WatchedStore final : public ledger::Store {
public:
    explicit WatchedStore(ledger::Store& store) : store_(store) {}
    base::Result<std::unique_ptr<ledger::Snapshot>> snapshot() override { return store_.snapshot(); }
    base::Result<std::vector<ledger::Receipt>> receipts(const std::vector<ledger::ReceiptRequest>& requests) override {
        return store_.receipts(requests);
    }
    void submit(ledger::Task task, std::function<void(base::Status)> done) override {
        store_.submit(std::move(task), std::move(done));
    }
    bool waitForEntry(ledger::Seq after, std::int64_t timeout_ms) override;
    base::Status emptyWal() override { return store_.emptyWal(); }
    ledger::WriterCounters counters() const override { return store_.counters(); }
    void setConfigDigest(base::Bytes digest) override { store_.setConfigDigest(std::move(digest)); }
    const std::string& origin() const override { return store_.origin(); }
    const std::string& logKeyName() const override { return store_.logKeyName(); }

    /// Until somebody waits for an entry after that one; false at the hang guard.
    bool isAwaitedAfter(ledger::Seq seq);

private:
    ledger::Store& store_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<ledger::Seq> awaited_after_;  // the latest; protected by mutex_
};

class DoorTest : public ::testing::Test {
protected:
    DoorTest();
    ~DoorTest() override;

    /// A new connection of that member.
    test::HttpClient connect(const std::string& name);
    test::HttpClient stranger();
    test::HttpClient admin() { return test::HttpClient(door->adminPort()); }

    /// One request on a connection of its own.
    test::ReceivedAnswer get(
        const std::string& name, const std::string& target, const std::string& fields = ""
    );
    test::ReceivedAnswer post(const std::string& name, const std::string& body);
    /// The bytes of a signed POST, to be sent again or spoiled.
    std::string signedPost(const std::string& name, const std::string& body);
    trust::SigningKey keyOf(const std::string& name) const;

    /// Posts one record that must be taken; its ticket number.
    std::string mustTake(const std::string& name, const std::string& record);

    /// Posts an array of so many appeals, each a ticket of its own or, with `other_refs`, processes of that ticket.
    void takeMany(const std::string& name, int count, const std::string& other_refs);

    /// Changes the registry while the door runs.
    void change(const std::string& name, const std::function<void(trust::Partner&)>& change);
    /// Waits until the admin listener's metrics hold that line; fails at the hang guard.
    void waitForMetric(const std::string& line);

    /// The door anew, with other options.
    void reopen(const std::function<void(DoorOptions&)>& change = [](DoorOptions&) {});

    /// The door anew, on a clock of the test's own.
    void reopenWith(const base::Clock& door_clock, const std::function<void(DoorOptions&)>& change = [](DoorOptions&) {});

    base::SystemClock clock;
    base::ManualClock manual_clock{clock.nowMillis()};
    base::SystemRandom random;
    intake::TestLedger ledger;
    std::map<std::string, trust::Partner> partners;
    std::optional<trust::TrustHolder> trust;
    std::optional<trust::RequestVerifier> verifier;
    std::optional<intake::Admission> admission;
    std::optional<trust::TlsContextHolder> contexts;
    std::unique_ptr<prometheus::Registry> registry;
    std::optional<WatchedStore> watched;  // what the door has for a ledger
    std::unique_ptr<Door> door;

private:
    std::shared_ptr<const trust::TrustSnapshot> snapshot() const;
    void open(const base::Clock& door_clock, const std::function<void(DoorOptions&)>& change);
    int posted_ = 0;
};

/// A member of the answer's JSON body, "" where absent; "a.b" goes inward.
std::string member(const test::ReceivedAnswer& answer, const std::string& path);
/// The raw text of a member that is an object.
std::string rawMember(const test::ReceivedAnswer& answer, const std::string& name);
std::string codeOf(const test::ReceivedAnswer& answer);

}  // namespace yht::http
