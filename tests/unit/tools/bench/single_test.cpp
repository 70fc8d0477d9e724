// The bench itself, small: the real gateway, every answer and receipt. Counts only, never times.
#include <gtest/gtest.h>

#include <algorithm>

#include "tools/bench/floors.h"
#include "tools/bench/scenarios.h"

namespace yht::bench {
namespace {

double valueOf(const Report& report, const std::string& name) {
    const auto& rows = report.rows();
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
    return found == rows.end() ? -1 : found->median();
}

TEST(Bench, SinglePostsAreAllAnsweredWithReceiptsThatHold) {
    const auto report = measureSingle(
        {.runs = 1,
         .requests = 200,
         .seconds = 0.5,
         .rates = {100, 1500},
         .connections = 8,
         .progress = false}
    );
    EXPECT_EQ(200, valueOf(report, "single posts, closed loop: answers, all as they must be"));
    EXPECT_EQ(100, valueOf(report, "single posts, closed loop: receipts checked in full"));
    EXPECT_LT(10, valueOf(report, "single posts, open loop at 100/s: receipts checked in full"));
    // What the table of floors looks for by name is there.
    for (const FloorRow& row : floorRows()) {
        if (std::string(row.report) != "single") continue;
        for (const char* name : {row.figure, row.cpu, row.others})
            EXPECT_LE(0, valueOf(report, name)) << name;
    }
}

TEST(Bench, SoapRecordsAndAttachmentsAreAllAnsweredSigned) {
    const auto records = measureSoap({.runs = 1, .requests = 100, .seconds = 0.5, .rates = {100, 400}, .connections = 4, .progress = false});
    EXPECT_EQ(100, valueOf(records, "signed SOAP records, closed loop: receipts checked in full"));
    EXPECT_LT(10, valueOf(records, "signed SOAP records, open loop at 100/s: receipts checked in full"));
    const auto attachments = measureSoapAttachments({.runs = 1, .requests = 12, .rsa = true, .attachment_mb = 1, .progress = false});
    EXPECT_EQ(12, valueOf(attachments, "attachments of 1 MB by MTOM: answers, all as they must be"));
    EXPECT_LT(0, valueOf(attachments, "attachments of 1 MB by MTOM: taken"));
    for (const FloorRow& row : floorRows()) {
        if (std::string(row.report) == "soap") {
            EXPECT_LE(0, valueOf(records, row.figure)) << row.figure;
        }
    }
}

TEST(Bench, BesideASiegeEveryPostIsAnsweredAndTheRatioIsThere) {
    const auto report = measureOverload(
        {.runs = 1, .requests = 100, .connections = 4, .siege = {.idle = 300, .dribbling = 20, .forging = 2}, .progress = false}
    );
    EXPECT_EQ(100, valueOf(report, "besieged: answers, all as they must be"));
    EXPECT_LT(0, valueOf(report, "besieged, of the rate alone"));
    EXPECT_LT(0, valueOf(report, "forged signatures refused"));
    EXPECT_LE(20, valueOf(report, "dribblers, each cut and back"));
}

TEST(Bench, ArraysAreAnsweredRecordByRecord) {
    const auto report = measureArrays(
        {.runs = 1, .requests = 200, .connections = 2, .records = 20, .progress = false}
    );
    EXPECT_EQ(10, valueOf(report, "arrays of 20, closed loop: answers, all as they must be"));
    EXPECT_EQ(200, valueOf(report, "arrays of 20, closed loop: receipts checked in full"));
}

}  // namespace
}  // namespace yht::bench
