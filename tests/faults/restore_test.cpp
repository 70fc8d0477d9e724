// The disk is lost, and a backup that is older than the loss comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "gateway/ledger/format/receipt.h"
#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::IsEmpty;
using testing::Not;

constexpr std::size_t kBefore = 9, kSince = 6;

class Restore : public testing::Test {
protected:
    void SetUp() override {
        federation.startProvince();
        federation.startGateway();
    }
    int yht(std::vector<std::string> words) { return federation.yht(std::move(words)).exit_code; }
    std::string backup() const { return federation.directory() + "/backup"; }

    /// Partners post; a backup is made while they do, and they go on. What of it the backup has and has not: by its entries.
    void postAroundABackup() {
        CarefulPartners partners(federation, told);
        Federation::waitUntil("some are acknowledged before the backup", [&] { return told.all().size() >= kBefore; });
        const auto made = federation.yht({"ledger", "backup", "--out", backup(), "--json"});
        ASSERT_EQ(0, made.exit_code);
        const auto report = json::parse(made.output);
        ASSERT_TRUE(report.ok()) << made.output;
        entries = std::stoull(textMember(*report, "entries"));
        Federation::waitUntil("some are acknowledged since", [&] { return lost().size() >= kSince; });
        partners.stop();
    }
    Acknowledgements those(bool in_the_backup) const {
        Acknowledgements found;
        for (const auto& [ref, one] : told.all()) {
            const auto receipt = ledger::decodeReceipt(one.receipt);
            if (receipt.ok() && (receipt->seq <= entries) == in_the_backup) found.emplace(ref, one);
        }
        return found;
    }
    Acknowledgements kept() const { return those(true); }
    Acknowledgements lost() const { return those(false); }

    void loseTheDiskAndRestore() {
        federation.waitUntilDrained();
        federation.killGateway();
        std::filesystem::remove_all(federation.deployment() + "/data");
        ASSERT_EQ(0, yht({"ledger", "restore", "--from", backup()}));
        federation.launchGateway({});
        EXPECT_EQ(69, federation.awaitGatewaysEnd());  // a restored ledger is not served until somebody says so
        ASSERT_EQ(0, yht({"ledger", "reopen", "--why", "disk lost"}));
        federation.startGateway();
        EXPECT_EQ(0, yht({"ledger", "verify"}));
    }
    /// As the operators' page says: with the partner's receipt and record. Exit code.
    int honour(const std::string& ref, const Acknowledgement& one) {
        const auto receipt = federation.directory() + "/receipt.json", record = federation.directory() + "/record.json";
        std::ofstream(receipt) << one.receipt;
        std::ofstream(record) << CarefulPartners::recordOf(ref);
        return yht({"ledger", "honour", "--receipt", receipt, "--record", record, "--why", "disk lost"});
    }
    /// Who kept what was acknowledged sends it again, the same references from the first on.
    void postAgain() {
        CarefulPartners partners(federation, again);
        Federation::waitUntil("all are there again", [&] {
            const auto now = again.all();
            return std::ranges::all_of(told.all(), [&](const auto& one) { return now.contains(one.first); });
        });
        partners.stop();
    }
    void expectSameTickets(const Acknowledgements& before) const {
        const auto now = again.all();
        for (const auto& [ref, one] : before) EXPECT_EQ(one.ticket_no, now.at(ref).ticket_no) << ref;
    }
    /// As many tickets as records, each of another number; what the last run was told holds.
    void mustBeThereOnce() {
        const auto now = again.all();
        EXPECT_THAT(again.contradictions(), IsEmpty());
        EXPECT_EQ(now.size(), ticketsOf(now).size());
        EXPECT_EQ(now.size(), federation.tickets().Size());
        EXPECT_EQ(0, yht({"ledger", "verify"}));
    }
    std::set<std::string> ticketsOf(const Acknowledgements& acknowledged) const {
        std::set<std::string> numbers;
        for (const auto& [ref, one] : acknowledged) numbers.insert(one.ticket_no);
        return numbers;
    }

    Federation federation;
    AcknowledgementLog told, again;  // before the loss, after the restore
    std::uint64_t entries = 0;       // of the backup
};

TEST_F(Restore, HonouredReceiptsBringBackWhatWasLostUnderItsNumbers) {
    ASSERT_NO_FATAL_FAILURE(postAroundABackup());
    ASSERT_NO_FATAL_FAILURE(loseTheDiskAndRestore());
    const auto was_lost = lost();
    ASSERT_THAT(kept(), Not(IsEmpty()));
    for (const auto& [ref, one] : was_lost) EXPECT_EQ(0, honour(ref, one)) << ref;
    // A second time it is there already; what the backup had was never lost.
    EXPECT_EQ(0, honour(was_lost.begin()->first, was_lost.begin()->second));
    EXPECT_EQ(65, honour(kept().begin()->first, kept().begin()->second));
    postAgain();
    expectSameTickets(kept());
    expectSameTickets(was_lost);
    mustBeThereOnce();
}

/// The lost entries' numbers are given again, and the province has seen them for other records: they are sent under higher ones.
TEST_F(Restore, TheProvinceHasEachRecordOnceAfterARestore) {
    ASSERT_NO_FATAL_FAILURE(postAroundABackup());
    ASSERT_NO_FATAL_FAILURE(loseTheDiskAndRestore());
    for (const auto& [ref, one] : lost()) EXPECT_EQ(0, honour(ref, one)) << ref;
    postAgain();
    EXPECT_THAT(brokenPromises(federation, again, lost().size()), IsEmpty());
}

/// Without the receipts a lost record is a new one, under a number that nobody was ever given.
TEST_F(Restore, WhatPartnersRepeatWithoutTheirReceiptsIsThereOnceUnderANewNumber) {
    ASSERT_NO_FATAL_FAILURE(postAroundABackup());
    ASSERT_NO_FATAL_FAILURE(loseTheDiskAndRestore());
    postAgain();
    expectSameTickets(kept());
    const auto given_before = ticketsOf(told.all());
    const auto now = again.all();
    for (const auto& [ref, one] : lost()) EXPECT_FALSE(given_before.contains(now.at(ref).ticket_no)) << ref;
    mustBeThereOnce();
}

}  // namespace
}  // namespace yht::scenarios
