// The files of tests/vectors/evidence: each attack is found, and its sibling without the attack is
// accepted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gateway/ledger/format/evidence_check.h"

namespace yht::ledger {
namespace {

const std::string kDirectory = std::string(YHT_SOURCE_DIR) + "/tests/vectors/evidence/";

std::string readFile(const std::string& name) {
    std::ifstream in(kDirectory + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

struct Row {
    std::string file, sibling, verdict, seq, says;
};

std::vector<Row> rows() {
    std::vector<Row> found;
    std::ifstream in(kDirectory + "verdicts.csv");
    std::string line;
    std::getline(in, line);  // header
    while (std::getline(in, line)) {
        std::istringstream cells(line);
        Row row;
        for (auto* cell : {&row.file, &row.sibling, &row.verdict, &row.seq, &row.says})
            std::getline(cells, *cell, ',');
        found.push_back(row);
    }
    return found;
}

/// "fits", "differs" or "unreadable"; the first difference's seq; what is said of it.
Row verdictOf(const std::string& file) {
    auto key = readFile("log.vkey");
    key.erase(key.find('\n'));
    std::ifstream in(kDirectory + file, std::ios::binary);
    EXPECT_TRUE(in.good()) << file;
    const auto report = checkEvidence(in, {.log_key = key, .kept_notes = {}});
    if (!report.ok()) {
        EXPECT_EQ(base::ErrorCode::EvidenceUnreadable, report.error().code)
            << base::describe(report.error());
        return {file, "", "unreadable", "", report.error().detail};
    }
    if (report->differences.empty()) return {file, "", "fits", "", ""};
    const auto& first = report->differences.front();
    return {file, "", "differs", std::to_string(first.seq), first.what};
}

TEST(EvidenceVectors, EachAttackIsFoundAndItsSiblingAccepted) {
    ASSERT_GE(rows().size(), 20u);
    for (const auto& row : rows()) {
        const auto verdict = verdictOf(row.file);
        EXPECT_EQ(row.verdict, verdict.verdict) << row.file;
        EXPECT_EQ(row.seq, verdict.seq) << row.file;
        EXPECT_THAT(verdict.says, testing::HasSubstr(row.says)) << row.file;
        EXPECT_EQ("fits", verdictOf(row.sibling).verdict) << row.sibling;
    }
}

TEST(EvidenceVectors, EveryFileOfTheFolderHasARow) {
    std::set<std::string> named;
    for (const auto& row : rows()) named.insert({row.file, row.sibling});
    for (const auto& file : std::filesystem::directory_iterator(kDirectory)) {
        if (file.path().extension() != ".evidence") continue;
        EXPECT_TRUE(named.contains(file.path().filename().string())) << file.path();
    }
}

TEST(EvidenceVectors, TheKeptCheckpointFitsTheWholeLedger) {
    std::ifstream in(kDirectory + "whole.evidence", std::ios::binary);
    const auto report = checkEvidence(in, {.log_key = {}, .kept_notes = {readFile("kept-6.note")}});
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(1u, report->kept.checked);
    EXPECT_EQ(0u, report->difference_count);
}

}  // namespace
}  // namespace yht::ledger
