#include "gateway/app/delivery_metrics.h"

#include <prometheus/text_serializer.h>

#include <atomic>

#include "gateway/ticket/record_json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kPatienceMillis = 120'000;

/// Maps with two substitutions a record and takes everything.
class MakingDo final : public kit::Destination {
public:
    const std::string& id() const override { return id_; }
    std::size_t batchMax() const override { return 10; }
    std::size_t batchBytesMax() const override { return 1000; }
    kit::Resend resend() const override { return kit::Resend::Idempotent; }
    const std::vector<kit::Dependency>& dependencies() const override { return none_; }
    bool takes(ticket::Kind) const override { return true; }
    kit::RecordFit check(const kit::OutboundRecord&) const override { return {{}, 1}; }
    kit::MappingCounts mappingCounts() const override { return {.substitutions = substitutions_}; }
    kit::BatchAnswer send(const std::string&, const std::vector<kit::OutboundRecord>& records) override {
        kit::BatchAnswer answer;
        answer.verdict = kit::BatchVerdict::Answered;
        for (const auto& record : records) {
            substitutions_ += 2;
            answer.records.push_back({.seq = record.seq, .verdict = kit::RecordVerdict::Accepted});
        }
        return answer;
    }
    kit::BatchAnswer query(const std::string&, const std::vector<kit::OutboundRecord>&) override { return {}; }

private:
    const std::string id_ = "centre";
    const std::vector<kit::Dependency> none_;
    std::atomic<std::uint64_t> substitutions_ = 0;
};

class DeliveryMetricsTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        store = openLedger();
        auto table = delivery::loadRoutes(directory + "/routes.yaml");
        std::vector<std::unique_ptr<kit::Destination>> destinations;
        destinations.push_back(std::make_unique<MakingDo>());
        deliveries = *delivery::Deliveries::make(
            *store, clock, random, std::make_shared<const delivery::RouteTable>(*std::move(table)),
            std::move(destinations), {.region_of_source = [](const std::string&) { return std::string("430200"); }});
        metrics = std::make_unique<DeliveryMetrics>(registry, *deliveries, *store, clock);
    }
    void TearDown() override {
        metrics.reset();
        deliveries.reset();
        store.reset();
        DeploymentFixture::TearDown();
    }
    void putCall() {
        ticket::Record record(ticket::Kind::Call);
        record.set(ticket::Field::source, std::string("partner"));
        record.set(ticket::Field::record_ref, std::string("C1"));
        record.set(ticket::Field::version, std::string("1"));
        const auto status = store->run([&](ledger::Transaction& transaction) -> base::Status {
            ledger::EntryDraft draft;
            draft.header.type = ledger::EntryType::Record;
            draft.header.kind = static_cast<std::uint8_t>(record.kind());
            draft.header.source = record.source();
            draft.payload = ticket::canonicalText(record);
            draft.salt = random.bytes(ledger::kSaltBytes);
            draft.sealed_under = ledger::SealedUnder::Own;
            auto appended = transaction.append(std::move(draft));
            return appended.ok() ? base::Status() : base::Status(appended.error());
        });
        ASSERT_TRUE(status.ok()) << base::describe(status.error());
    }
    /// Whether the ledger holds an outcome among its entries up to `seen`.
    bool hasOutcome(ledger::Seq* seen) {
        const auto snapshot = *store->snapshot();
        *seen = snapshot->lastSeq();
        const auto headers = snapshot->scan(0, 1'000);
        return std::any_of(headers.begin(), headers.end(), [](const auto& header) { return header.type == ledger::EntryType::Outcome; });
    }
    std::string scrape() {
        metrics->read();
        return prometheus::TextSerializer().Serialize(registry.Collect());
    }

    std::unique_ptr<ledger::SqliteStore> store;
    std::unique_ptr<delivery::Deliveries> deliveries;
    prometheus::Registry registry;
    std::unique_ptr<DeliveryMetrics> metrics;
};

TEST_F(DeliveryMetricsTest, EverythingIsThereFromTheStart) {
    const auto text = scrape();
    for (const char* line : {"yht_delivery_mapping_total{destination=\"centre\",rule=\"cut\"} 0\n",
                             "yht_delivery_mapping_total{destination=\"centre\",rule=\"fallback\"} 0\n",
                             "yht_delivery_records_total{destination=\"centre\",verdict=\"refused\"} 0\n",
                             "yht_delivery_batches_total{destination=\"centre\",result=\"lost\"} 0\n",
                             "yht_delivery_unfinished_records{destination=\"centre\",state=\"dead\"} 0\n",
                             "yht_delivery_breaker_open{destination=\"centre\"} 0\n",
                             "yht_delivery_in_maintenance{destination=\"centre\"} 0\n",
                             "yht_delivery_oldest_age_seconds{destination=\"centre\"} 0\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST_F(DeliveryMetricsTest, WhatWasDeliveredAndWhatMappingMadeDoWithAreCountedOnce) {
    putCall();
    deliveries->start();
    // Entries are looked at, not counters: these follow the commit.
    for (ledger::Seq seen = 0; !hasOutcome(&seen);) ASSERT_TRUE(store->waitForEntry(seen, kPatienceMillis));
    deliveries->stop();
    (void)scrape();
    const auto text = scrape();
    EXPECT_THAT(text, HasSubstr("yht_delivery_mapping_total{destination=\"centre\",rule=\"substitution\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("yht_delivery_records_total{destination=\"centre\",verdict=\"accepted\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("yht_delivery_batches_total{destination=\"centre\",result=\"answered\"} 1\n"));
}

/// The outcome goes nowhere: the ledger's cursor stays behind it, the router does not.
TEST_F(DeliveryMetricsTest, HowFarIsRoutedIsToldAtOnceAlsoOfWhatGoesNowhere) {
    putCall();
    deliveries->start();
    ASSERT_TRUE(store->waitForEntry(1, kPatienceMillis));
    const auto routed = [&] { return scrape().find("yht_delivery_routed_seq{destination=\"centre\"} 2\n") != std::string::npos; };
    const auto deadline_ms = base::SystemClock().steadyMillis() + kPatienceMillis;
    while (!routed()) ASSERT_LT(base::SystemClock().steadyMillis(), deadline_ms) << scrape();
    deliveries->stop();
    EXPECT_EQ(2U, (*store->snapshot())->lastSeq());
    EXPECT_EQ(1U, (*store->snapshot())->cursor(delivery::routeCursorName("centre")));
}

TEST_F(DeliveryMetricsTest, WhatStandsStillIsCountedByState) {
    putCall();
    const auto status = store->run([&](ledger::Transaction& transaction) {
        return transaction.putDelivery({.destination = "centre",
                                        .seq = 1,
                                        .kind = 1,
                                        .state = ledger::DeliveryState::Ready,
                                        .committed_ms = clock.nowMillis() - 5'000});
    });
    ASSERT_TRUE(status.ok());
    const auto text = scrape();
    EXPECT_THAT(text, HasSubstr("yht_delivery_unfinished_records{destination=\"centre\",state=\"ready\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("yht_delivery_oldest_age_seconds{destination=\"centre\"} 0\n")));
}

}  // namespace
}  // namespace yht::app
