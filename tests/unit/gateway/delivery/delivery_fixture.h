// A real ledger in a directory of its own, tickets named by a letter, a clock that stands still.
//   put("A", Kind::Appeal, "A1")      a record of source "partner" in ticket A
//   route("province")                 what the router does for it
//   run()                             the courier steps until it has nothing to do now
//   rows()                            "A1 ready", "A2 dead" … of the destination, by seq
// Uses: ledger, delivery. Used by: the tests of this folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>

#include "gateway/crypto/digest.h"
#include "gateway/delivery/courier.h"
#include "gateway/delivery/router.h"
#include "gateway/ledger/store/sqlite_store.h"
#include "gateway/ticket/record_json.h"
#include "tests/unit/gateway/delivery/scripted_destination.h"

namespace yht::delivery {

using ticket::Field;
using ticket::Kind;

/// A ledger that takes `tasks_left` more tasks and then no more, as if the process had died.
class RefusingStore final : public ledger::Store {
public:
    RefusingStore(ledger::Store& store, int tasks_left) : store_(store), tasks_left_(tasks_left) {}
    base::Result<std::unique_ptr<ledger::Snapshot>> snapshot() override {
        return store_.snapshot();
    }
    base::Result<std::vector<ledger::Receipt>> receipts(const std::vector<ledger::ReceiptRequest>& requests) override {
        return store_.receipts(requests);
    }
    void submit(ledger::Task task, std::function<void(base::Status)> done) override {
        if (tasks_left_-- > 0) return store_.submit(std::move(task), std::move(done));
        done(base::makeError(base::ErrorCode::NotReady));
    }
    bool waitForEntry(ledger::Seq after, std::int64_t ms) override {
        return store_.waitForEntry(after, ms);
    }
    base::Status emptyWal() override { return store_.emptyWal(); }
    ledger::WriterCounters counters() const override { return store_.counters(); }
    void setConfigDigest(base::Bytes digest) override { store_.setConfigDigest(std::move(digest)); }
    const std::string& origin() const override { return store_.origin(); }
    const std::string& logKeyName() const override { return store_.logKeyName(); }

private:
    ledger::Store& store_;
    int tasks_left_;
};

class DeliveryFixture : public testing::Test {
protected:
    static constexpr base::UnixMillis kMidnight = 1'555'516'800'000;  // 2019-04-18T00:00+08:00

    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        directory_ = std::filesystem::temp_directory_path() /
                     ("yht-delivery-" + std::to_string(::getpid()) + "-" + test->name());
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
        far.clock = &clock;
        openStore();
    }
    void TearDown() override {
        courier_.reset();
        store_.reset();
        std::filesystem::remove_all(directory_);
    }

    void openStore() {
        auto store = ledger::SqliteStore::open(
            {.path = (directory_ / "ledger.db").string(),
             .kek = base::Bytes(32, 'k'),
             .log_key = key_,
             .key_name = "log.test",
             .origin = "test.example/log/1",
             .clock = clock,
             .random = random}
        );
        ASSERT_TRUE(store.ok()) << base::describe(store.error());
        store_ = std::move(*store);
    }
    /// As after kill -9: whatever the courier knew is gone.
    void killAndReopen() {
        courier_.reset();
        store_.reset();
        openStore();
    }

    ticket::Record record(
        Kind kind, const std::string& ref, std::uint64_t version, const std::string& source
    ) {
        ticket::Record made(kind);
        made.set(Field::source, source);
        made.set(Field::record_ref, ref);
        made.set(Field::version, std::to_string(version));
        made.set(Field::event_time, std::string("2019-04-17T23:59:00.000+08:00"));
        return made;
    }
    ledger::Seq put(
        const std::string& ticket, Kind kind, const std::string& ref, std::uint64_t version = 1,
        const std::string& source = "partner"
    ) {
        return put(ticket, record(kind, ref, version, source));
    }
    /// ticket "": a record without one.
    ledger::Seq put(const std::string& ticket, const ticket::Record& record) {
        ledger::Seq seq = 0;
        const auto status = store_->run([&](ledger::Transaction& transaction) -> base::Status {
            std::string number = ticket.empty() ? "" : tickets_[ticket];
            if (!ticket.empty() && number.empty()) {
                auto made = transaction.newTicket("430200");
                if (!made.ok()) return made.error();
                number = tickets_[ticket] = *made;
            }
            ledger::EntryDraft draft;
            draft.header.type = ledger::EntryType::Record;
            draft.header.kind = static_cast<std::uint8_t>(record.kind());
            draft.header.source = record.source();
            draft.header.ticket_no = number;
            draft.header.event_ms = record.timeMillis(Field::event_time);
            draft.header.received_ms = clock.nowMillis();
            draft.payload = ticket::canonicalText(record);
            draft.salt = random.bytes(ledger::kSaltBytes);
            draft.sealed_under =
                number.empty() ? ledger::SealedUnder::Own : ledger::SealedUnder::Ticket;
            const auto digest = crypto::sha256(draft.payload);
            auto appended = transaction.append(std::move(draft));
            if (!appended.ok()) return appended.error();
            seq = *appended;
            for (const auto& attachment : ticket::namedAttachments(record)) {
                if (auto named = transaction.addAttachment(attachment, {seq, number}); !named.ok()) return named;
            }
            if (auto named = transaction.addNamedCall(record, number); !named.ok()) return named;
            auto identity = record.identity();
            if (identity.version == 0) identity.version = ++versions_[identity.record_ref];
            return transaction.addIdentity(identity, seq, digest, number);
        });
        EXPECT_TRUE(status.ok()) << base::describe(status.error());
        refs_[seq] = record.text(Field::record_ref);
        return seq;
    }
    void name(const std::string& ticket, const std::string& party, const std::string& number) {
        const auto status = store_->run([&](ledger::Transaction& transaction) {
            return transaction.addAlias(
                {.party = party, .number = number, .ticket_no = tickets_[ticket]}
            );
        });
        EXPECT_TRUE(status.ok());
    }

    std::unique_ptr<ledger::Snapshot> view() {
        auto snapshot = store_->snapshot();
        EXPECT_TRUE(snapshot.ok());
        return std::move(*snapshot);
    }

    RouterOptions routing() {
        RouterOptions options;
        options.takes["province"] = 0x7FE;
        options.region_of_source = [](const std::string&) { return std::string("430200"); };
        return options;
    }
    static std::shared_ptr<const RouteTable> everythingTo(
        const std::string& id, StartFrom from = StartFrom::Start
    ) {
        DestinationRow row;
        row.id = row.party = id;
        row.from = from;
        RouteRule rule;
        rule.destination = id;
        auto table = RouteTable::make({row}, {rule});
        EXPECT_TRUE(table.ok());
        return std::make_shared<const RouteTable>(std::move(*table));
    }
    /// A router's life: from its cursor to the end of the ledger.
    void route() {
        Router router(*store_, everythingTo("province"), routing());
        while (router.step()) {
        }
    }

    Courier& courier() {
        if (!courier_) {
            options.far_side = {.id = "province", .party = "province"};
            courier_ = std::make_unique<Courier>(
                *store_, clock, random, far, options,
                [this](const std::string& line) { log.push_back(line); }
            );
        }
        return *courier_;
    }
    /// Routes, then steps until there is nothing to do at this time.
    void run() {
        route();
        while (courier().step()) {
        }
    }
    void later(std::int64_t seconds) { clock.advance(seconds * 1000); }

    std::vector<ledger::DeliveryRow> deliveries() {
        std::vector<ledger::DeliveryRow> rows;
        auto snapshot = view();
        for (const auto state :
             {ledger::DeliveryState::Ready, ledger::DeliveryState::InFlight,
              ledger::DeliveryState::Held, ledger::DeliveryState::Unknown,
              ledger::DeliveryState::Dead}) {
            const auto some = snapshot->deliveries(
                "province", state, std::numeric_limits<base::UnixMillis>::max(), 10'000
            );
            rows.insert(rows.end(), some.begin(), some.end());
        }
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return a.seq < b.seq;
        });
        return rows;
    }
    /// "A1 ready" …; reasons of held rows are shown too.
    std::vector<std::string> rows() {
        std::vector<std::string> lines;
        for (const auto& row : deliveries()) {
            lines.push_back(refs_[row.seq] + " " + ledger::deliveryStateName(row.state));
            if (row.state == ledger::DeliveryState::Held) lines.back() += " " + row.reason;
        }
        return lines;
    }
    std::vector<Outcome> outcomes() {
        std::vector<Outcome> found;
        auto snapshot = view();
        for (const auto& header : snapshot->scan(0, 100'000)) {
            if (header.type != ledger::EntryType::Outcome) continue;
            auto outcome = decodeOutcome(snapshot->entry(header.seq)->payload);
            if (outcome.ok()) found.push_back(std::move(*outcome));
        }
        return found;
    }
    /// "A1 accepted" … in the order of the ledger.
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        for (const Outcome& outcome : outcomes()) {
            lines.push_back(refs_[outcome.record_seq] + " " + verdictName(outcome.verdict));
        }
        return lines;
    }

    base::ManualClock clock{kMidnight};
    base::SeededRandom random{20190418};
    ScriptedDestination far{"province"};
    CourierOptions options;
    std::vector<std::string> log;
    std::unique_ptr<ledger::SqliteStore> store_;
    std::unique_ptr<Courier> courier_;
    std::map<std::string, std::string> tickets_;
    std::map<ledger::Seq, std::string> refs_;
    std::map<std::string, std::uint64_t> versions_;  // of records whose source has none

private:
    std::filesystem::path directory_;
    const crypto::PrivateKey key_ =
        crypto::PrivateKey::generate(crypto::SignatureAlgorithm::Ed25519).value();
};

}  // namespace yht::delivery
