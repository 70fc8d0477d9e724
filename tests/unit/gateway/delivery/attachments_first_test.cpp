// A far side that wants files before the records that name them (profile: order before).
#include "tests/unit/gateway/delivery/delivery_fixture.h"

namespace yht::delivery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kQueue = "province.attachments";
constexpr std::int64_t kWaitMillis = 300'000;

class AttachmentsFirstTest : public DeliveryFixture {
protected:
    AttachmentsFirstTest() { options.attachments_first = {kQueue, kWaitMillis}; }

    ledger::Seq putNaming(const std::string& ticket, const std::string& ref, const char* secret = "false") {
        auto made = record(Kind::Appeal, ref, 1, "partner");
        made.set(Field::is_secret, std::string(secret));
        made.set(Field::attachment_digests, std::vector<std::string>{std::string(64, 'a')});
        return put(ticket, made);
    }
    /// What the router of the queue does, all in one commit.
    void routeFile(ledger::Seq seq, ledger::DeliveryState state = ledger::DeliveryState::Ready) {
        const auto header = view()->leaf(seq)->header;
        run([&](ledger::Transaction& transaction) -> base::Status {
            ledger::DeliveryRow row;
            row.destination = kQueue;
            row.seq = seq;
            row.ticket_no = header.ticket_no;
            row.kind = header.kind;
            row.committed_ms = header.committed_ms;
            row.state = state;
            if (auto put = transaction.putDelivery(row); !put.ok()) return put;
            return transaction.setCursor(routeCursorName(kQueue), seq);
        });
    }
    void endFile(ledger::Seq seq) {
        run([&](ledger::Transaction& transaction) { return transaction.eraseDelivery(kQueue, seq); });
    }
    using DeliveryFixture::run;
    void run(const std::function<base::Status(ledger::Transaction&)>& task) {
        const auto status = store_->run(task);
        EXPECT_TRUE(status.ok()) << base::describe(status.error());
    }
};

TEST_F(AttachmentsFirstTest, ARecordWaitsForItsFilesAndLaterOnesOfItsTicketBehindIt) {
    const auto first = putNaming("A", "A1");
    put("A", Kind::Process, "A2");
    put("B", Kind::Appeal, "B1");
    routeFile(first);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("B1"));
    EXPECT_THAT(rows(), ElementsAre("A1 ready", "A2 held waits_for_order:" + std::to_string(first)));
    EXPECT_EQ(kWaitsForAttachments, deliveries().front().reason);
    later(2);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("B1"));
    killAndReopen();
    endFile(first);
    later(2);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("B1", "A1", "A2"));
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(AttachmentsFirstTest, FilesThatAreNotRoutedYetAreWaitedForToo) {
    const auto seq = putNaming("A", "A1");
    run();
    EXPECT_THAT(far.heard(), IsEmpty());
    routeFile(seq);
    endFile(seq);
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

TEST_F(AttachmentsFirstTest, WhatIsAnOperatorsToDecideHoldsUpNothing) {
    routeFile(putNaming("A", "A1"), ledger::DeliveryState::Dead);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

TEST_F(AttachmentsFirstTest, NoRecordWaitsLongerThanTheProfileSays) {
    routeFile(putNaming("A", "A1"));
    run();
    later(kWaitMillis / 1000 - 1);
    run();
    EXPECT_THAT(far.heard(), IsEmpty());
    later(1);
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

TEST_F(AttachmentsFirstTest, RecordsWithoutFilesOrWithoutATicketDoNotWait) {
    put("A", Kind::Appeal, "A1");
    putNaming("", "C1");
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1,C1"));
}

TEST_F(AttachmentsFirstTest, FilesThatSecrecyWithholdsAreNotWaitedFor) {
    options.mask_secret = true;
    routeFile(putNaming("A", "A1", "true"));
    routeFile(putNaming("B", "B1"));
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
    EXPECT_THAT(rows(), ElementsAre("B1 ready"));
}

TEST_F(AttachmentsFirstTest, WhoMaySeeTheCitizenWaitsForASecretTicketsFilesToo) {
    routeFile(putNaming("A", "A1", "true"));
    run();
    EXPECT_THAT(far.heard(), IsEmpty());
}

TEST_F(AttachmentsFirstTest, WithoutTheProfilesWordNothingWaits) {
    options.attachments_first.wait_max_ms = 0;
    routeFile(putNaming("A", "A1"));
    run();
    EXPECT_THAT(far.heard(), ElementsAre("A1"));
}

}  // namespace
}  // namespace yht::delivery
