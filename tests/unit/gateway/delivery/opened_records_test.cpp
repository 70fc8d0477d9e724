#include "gateway/delivery/opened_records.h"

#include <gtest/gtest.h>

#include "gateway/ledger/store/erasure.h"
#include "tests/unit/gateway/delivery/delivery_fixture.h"

namespace yht::delivery {
namespace {

std::shared_ptr<const OpenedRecord> opened(base::UnixMillis event_ms = 1) {
    return std::make_shared<const OpenedRecord>(OpenedRecord{.event_ms = event_ms});
}

TEST(OpenedRecords, GivesEachAsOftenAsThereAreTakers) {
    const base::ManualClock clock(0);
    OpenedRecords records(2, clock);
    records.put(7, opened(42), 100);
    EXPECT_EQ(nullptr, records.find(8));
    ASSERT_NE(nullptr, records.find(7));
    EXPECT_EQ(42, records.find(7)->event_ms);
    EXPECT_EQ(nullptr, records.find(7));
    EXPECT_EQ(0U, records.size());
    EXPECT_EQ(0U, records.bytes());
}

TEST(OpenedRecords, HoldsNoMoreThanItsBounds) {
    const base::ManualClock clock(0);
    OpenedRecords records(1, clock);
    for (ledger::Seq seq = 1; seq <= kOpenedRecordsMax + 1; ++seq) records.put(seq, opened(), 1);
    EXPECT_EQ(kOpenedRecordsMax, records.size());
    EXPECT_EQ(nullptr, records.find(1));  // the oldest made room
    EXPECT_NE(nullptr, records.find(2));
    records.put(100'000, opened(), kOpenedBytesMax - 1);
    EXPECT_LE(records.bytes(), kOpenedBytesMax);
    EXPECT_NE(nullptr, records.find(100'000));
    records.put(100'001, opened(), kOpenedBytesMax + 1);
    EXPECT_EQ(nullptr, records.find(100'001));
}

TEST(OpenedRecords, KeepsNothingForLong) {
    base::ManualClock clock(0);
    OpenedRecords records(9, clock);
    records.put(7, opened(), 1);
    clock.advance(kOpenedMillisMax - 1);
    EXPECT_NE(nullptr, records.find(7));
    clock.advance(1);
    EXPECT_EQ(nullptr, records.find(7));
    EXPECT_EQ(0U, records.size());
}

TEST(OpenedRecords, TakesEachOnceAndForgetsWhenTold) {
    const base::ManualClock clock(0);
    OpenedRecords records(3, clock);
    records.put(7, opened(1), 10);
    records.put(7, opened(2), 10);
    EXPECT_EQ(1, records.find(7)->event_ms);
    EXPECT_EQ(10U, records.bytes());
    records.forget(7);
    EXPECT_EQ(nullptr, records.find(7));
    EXPECT_EQ(0U, records.bytes());
}

class SharedParcels : public DeliveryFixture {
protected:
    ledger::DeliveryRow rowOf(ledger::Seq seq, const std::string& ticket) {
        ledger::DeliveryRow row;
        row.destination = "province";
        row.seq = seq;
        row.ticket_no = ticket.empty() ? "" : tickets_[ticket];
        return row;
    }
    void erase(const std::string& ticket) {
        const auto erased = ledger::eraseTicket(
            *store_, clock, random,
            {.ticket_no = tickets_[ticket],
             .operator_id = "uid-1000",
             .why = "request",
             .at_ms = 0,
             .salt = {},
             .carriers = {}},
            [](const ledger::Entry&) { return false; }
        );
        ASSERT_TRUE(erased.ok()) << base::describe(erased.error());
    }
    base::Result<Parcel> parcelOf(const ledger::DeliveryRow& row, OpenedRecords& shared, bool mask = false) {
        return makeParcel(
            *view(), row,
            {.mask_secret = mask, .late_after_ms = 1'000'000, .now_ms = clock.nowMillis(), .opened = &shared}
        );
    }
};

TEST_F(SharedParcels, AreWhatEachWouldHaveOpenedItself) {
    OpenedRecords shared(1, clock);
    auto made = record(Kind::Appeal, "A1", 0, "partner");  // its version is the ledger's to know
    made.set(Field::title, std::string("路灯不亮"));
    put("A", made);
    const auto row = rowOf(put("A", Kind::Appeal, "A2"), "A");
    const auto first = parcelOf(row, shared);
    ASSERT_TRUE(first.ok());
    ASSERT_EQ(1U, shared.size());
    const auto second = parcelOf(row, shared);
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(0U, shared.size());  // it came from there
    EXPECT_EQ(
        ticket::canonicalText(first->out.record), ticket::canonicalText(second->out.record)
    );
    EXPECT_EQ(first->out.record.identity(), second->out.record.identity());
    EXPECT_EQ(first->event_ms, second->event_ms);
    EXPECT_EQ(first->received_ms, second->received_ms);
}

TEST_F(SharedParcels, AMaskIsOneDestinationsOwn) {
    OpenedRecords shared(2, clock);
    auto secret = record(Kind::Appeal, "A1", 1, "partner");
    secret.set(Field::caller_name, std::string("张三"));
    const auto row = rowOf(put("A", secret), "A");
    const auto open = parcelOf(row, shared);
    const auto masked = parcelOf(row, shared, true);
    const auto open_again = parcelOf(row, shared);
    ASSERT_TRUE(open.ok() && masked.ok() && open_again.ok());
    EXPECT_EQ("张三", open->out.record.text(Field::caller_name));
    EXPECT_EQ("张三", open_again->out.record.text(Field::caller_name));
    EXPECT_FALSE(open_again->out.masked);
}

TEST_F(SharedParcels, AnErasedRecordIsNotServed) {
    OpenedRecords shared(5, clock);
    const auto row = rowOf(put("A", Kind::Appeal, "A1"), "A");
    ASSERT_TRUE(parcelOf(row, shared).ok());
    ASSERT_EQ(1U, shared.size());
    erase("A");
    const auto gone = parcelOf(row, shared);
    ASSERT_FALSE(gone.ok());
    EXPECT_EQ(base::ErrorCode::LedgerErased, gone.error().code);
    EXPECT_EQ(0U, shared.size());
}

TEST_F(SharedParcels, ARecordWithoutATicketIsNotKept) {
    OpenedRecords shared(5, clock);
    const auto row = rowOf(put("", Kind::Call, "C1"), "");
    ASSERT_TRUE(parcelOf(row, shared).ok());
    EXPECT_EQ(0U, shared.size());
}

}  // namespace
}  // namespace yht::delivery
