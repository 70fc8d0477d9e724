#include "gateway/ledger/format/evidence_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "gateway/ledger/format/evidence_payload.h"
#include "tests/unit/gateway/ledger/format/evidence_ledger.h"

namespace yht::ledger {
namespace {

using base::Bytes;
using testing::HasSubstr;

const EvidenceLedger& log() {
    static const EvidenceLedger made;
    return made;
}

base::Result<EvidenceReport> check(
    const std::string& file, const EvidenceCheckOptions& options = {}
) {
    std::istringstream in(file);
    return checkEvidence(in, options);
}
EvidenceReport reportOn(const Frames& frames, const EvidenceCheckOptions& options = {}) {
    auto report = check(encode(frames), options);
    EXPECT_TRUE(report.ok()) << base::describe(report.error());
    return report.ok() ? *report : EvidenceReport{};
}
std::string firstDifference(const EvidenceReport& report) {
    if (report.differences.empty()) return "none";
    const auto& one = report.differences.front();
    return "seq " + std::to_string(one.seq) + ": " + one.what;
}

TEST(EvidenceCheck, AWholeLedgerFits) {
    const auto report = reportOn(log().whole(), {.log_key = log().verifierKey()});
    EXPECT_EQ("none", firstDifference(report));
    EXPECT_EQ(9u, report.leaves.checked);
    EXPECT_EQ(8u, report.commitments.checked);
    EXPECT_EQ(1u, report.erased);
    EXPECT_EQ(6u, report.checkpoints.checked);  // the newest, and one a commit
    EXPECT_EQ(2u, report.digests.checked);
    EXPECT_EQ(2u, report.signatures.checked);
    EXPECT_EQ(1u, report.unsigned_messages);
    EXPECT_TRUE(report.log_key_given);
}

TEST(EvidenceCheck, EveryRangeFits) {
    for (std::uint64_t from = 1; from <= log().size(); ++from) {
        for (std::uint64_t to = from; to <= log().size(); ++to) {
            const auto report = reportOn(log().range(from, to));
            EXPECT_EQ("none", firstDifference(report)) << from << " to " << to;
            EXPECT_EQ(to - from + 1, report.leaves.checked);
            EXPECT_GE(report.tree.checked, 1u) << "nothing was tied to a root";
        }
    }
}

TEST(EvidenceCheck, ATicketFits) {
    const auto report = reportOn(log().ticket());
    EXPECT_EQ("none", firstDifference(report));
    EXPECT_EQ(6u, report.tree.checked);
    EXPECT_EQ(1u, report.left_out);
    EXPECT_FALSE(report.log_key_given);
}

TEST(EvidenceCheck, AnotherLogKeyThanTheOneGivenDiffers) {
    const auto other = crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x55'));
    const auto report =
        reportOn(log().whole(), {.log_key = verifierKey("yht.example/430200", other->publicKey())});
    EXPECT_THAT(firstDifference(report), HasSubstr("log key"));
    EXPECT_EQ(report.checkpoints.checked, report.checkpoints.differ);
}

TEST(EvidenceCheck, ACheckpointKeptFromBeforeIsComparedWithTheTree) {
    EXPECT_EQ(1u, reportOn(log().whole(), {.kept_notes = {log().note(6)}}).kept.checked);
    EXPECT_EQ(1u, reportOn(log().range(7, 9), {.kept_notes = {log().note(6)}}).kept.checked);
    const auto outside = reportOn(log().range(7, 9), {.kept_notes = {log().note(3)}});
    EXPECT_EQ(0u, outside.kept.checked);
    EXPECT_EQ(std::vector<std::uint64_t>{3}, outside.kept_outside);
}

TEST(EvidenceCheck, ALedgerRewrittenAndSignedAnewDiffersFromTheCheckpointKept) {
    // The log itself lies: another history of the same length, all of it signed with the true key.
    const auto key = *crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x07'));
    const auto kept = *signCheckpoint({kOrigin, 6, Bytes(32, 'r')}, "yht.example/430200", key);
    const auto report = reportOn(log().whole(), {.kept_notes = {kept}});
    EXPECT_EQ(1u, report.kept.differ);
    EXPECT_EQ(
        "seq 6: root of the checkpoint that you kept 留存检查点的根", firstDifference(report)
    );
}

TEST(EvidenceCheck, ALogThatIsShorterThanTheCheckpointKeptDiffers) {
    const auto key = *crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x07'));
    const auto kept = *signCheckpoint({kOrigin, 12, Bytes(32, 'r')}, "yht.example/430200", key);
    const auto report = reportOn(log().whole(), {.kept_notes = {kept}});
    EXPECT_EQ(1u, report.kept.differ);
    EXPECT_THAT(firstDifference(report), HasSubstr("seq 9: entries of the log"));
}

TEST(EvidenceCheck, OptionsThatCantBeReadAreRefused) {
    const auto file = encode(log().whole());
    for (const auto& options :
         {EvidenceCheckOptions{.log_key = "no key"},
          EvidenceCheckOptions{.kept_notes = {"no note"}},
          EvidenceCheckOptions{.kept_notes = {log().forgedNote(6)}}}) {
        const auto report = check(file, options);
        ASSERT_FALSE(report.ok());
        EXPECT_EQ(base::ErrorCode::ParameterInvalid, report.error().code);
    }
}

TEST(EvidenceCheck, WithoutTheCertificateASignatureIsSaidToBeUnchecked) {
    auto frames = log().whole();
    std::erase_if(frames, [](const EvidenceFrame& frame) {
        return std::holds_alternative<EvidenceCertificate>(frame);
    });
    const auto report = reportOn(frames);
    EXPECT_EQ(2u, report.without_certificate);
    EXPECT_EQ(0u, report.signatures.checked);
}

TEST(EvidenceCheck, PayloadsThatAreClaimedMustBeThere) {
    auto frames = log().whole();
    for (auto& frame : frames) {
        if (auto* entry = std::get_if<EvidenceEntry>(&frame))
            *entry = {.payload_is = PayloadIs::LeftOut, .leaf = entry->leaf};
    }
    EXPECT_EQ("seq 1: payload 内容", firstDifference(reportOn(frames)));
    std::get<EvidenceHead>(frames[0]).payloads = false;
    EXPECT_EQ("none", firstDifference(reportOn(frames)));
}

TEST(EvidenceCheck, FramesOutOfOrderAreUnreadable) {
    const auto verdictOf = [](Frames frames) {
        const auto report = check(encode(frames));
        return report.ok() ? "readable" : report.error().detail;
    };
    const auto whole = log().whole();
    const auto ticket = log().ticket();
    EXPECT_EQ("the head is not first", verdictOf({whole[1], whole[0]}));
    EXPECT_EQ("no checkpoint after the head", verdictOf({whole[0], whole[2]}));
    EXPECT_EQ("a second head", verdictOf({whole[0], whole[1], whole[0]}));
    EXPECT_EQ("a checkpoint that follows no entry", verdictOf({whole[0], whole[1], whole[1]}));
    EXPECT_EQ("a path that follows no entry", verdictOf({whole[0], whole[1], ticket[4]}));
    EXPECT_EQ("an entry without its path", verdictOf({ticket[0], ticket[1], ticket[3], ticket[5]}));
    EXPECT_EQ(
        "an edge that nothing needs",
        verdictOf({whole[0], whole[1], EvidenceEdge{{Bytes(32, 'e')}}})
    );
    auto range = log().range(3, 6);
    range.erase(range.begin() + 2);
    EXPECT_EQ("a range without its edge", verdictOf(range));
    range = log().range(3, 6);
    range.push_back(log().entry(7));
    EXPECT_EQ("an entry after the consistency proof", verdictOf(range));
}

TEST(EvidenceCheck, SoManyDifferencesAreToldAndAllAreCounted) {
    auto frames = log().whole();
    constexpr std::size_t kWrong = kEvidenceDifferencesMax + 3;
    frames.insert(frames.begin() + 2, kWrong, EvidenceCertificate{"no certificate"});
    const auto report = reportOn(frames);
    EXPECT_EQ(kWrong, report.difference_count);
    EXPECT_EQ(kEvidenceDifferencesMax, report.differences.size());
}

/// Of one check, and so of one file.
TEST(EvidenceCheck, CertificatesOfAFileAreBounded) {
    const auto whole = log().whole();
    const auto known = std::find_if(whole.begin(), whole.end(), [](const EvidenceFrame& frame) {
        return std::holds_alternative<EvidenceCertificate>(frame);
    });
    auto certificate = std::get<EvidenceCertificate>(*known);
    EvidenceReport report;
    PayloadCheck payloads(report);
    for (std::size_t i = 0; i <= kEvidenceCertificatesMax; ++i) {
        // Its end is of the signature over it, which nobody looks at here: another end, another certificate.
        certificate.der.end()[-1] = static_cast<char>(i);
        certificate.der.end()[-2] = static_cast<char>(i >> 8);
        const auto taken = payloads.take(certificate, 1);
        ASSERT_EQ(i < kEvidenceCertificatesMax, taken.ok()) << i;
        if (taken.ok()) continue;
        EXPECT_EQ(base::ErrorCode::EvidenceUnreadable, taken.error().code);
    }
    EXPECT_EQ(0U, report.difference_count);
}

/// Octets of `file` that may be other ones without anybody noticing once the digest at the end is
/// put right: when it was exported, and certificates, without which signatures are said to be
/// unchecked.
std::vector<bool> unprotected(const std::string& file) {
    std::vector<bool> marks(file.size(), false);
    const auto head = kEvidenceMagic.size();
    for (std::size_t at = head + 5 + 18; at < head + 5 + 26; ++at) marks[at] = true;
    for (std::size_t at = head; at < file.size();) {
        const auto length = base::ByteReader(std::string_view(file).substr(at + 1)).u32();
        if (file[at] == 'C')
            std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(at), 5 + length, true);
        at += 5 + length;
    }
    return marks;
}

// Each octet costs a whole check with its signatures; a prime stride visits every part of every
// frame's kind.
constexpr std::size_t kStride = 7;

TEST(EvidenceCheck, NoOctetCanBeAlteredEvenWithTheDigestPutRight) {
    for (const auto& frames : {log().whole(), log().range(3, 6), log().ticket()}) {
        const auto file = encode(frames);
        const auto exempt = unprotected(file);
        for (std::size_t at = 0; at < file.size() - 32; at += kStride) {
            auto altered = file;
            altered[at] = static_cast<char>(altered[at] ^ (1 << (at % 8)));
            altered.replace(
                file.size() - 32, 32, crypto::sha256(altered.substr(0, file.size() - 45))
            );
            const auto report = check(altered, {.log_key = log().verifierKey()});
            EXPECT_TRUE(!report.ok() || report->difference_count > 0 || exempt[at])
                << "octet " << at;
        }
    }
}

TEST(EvidenceCheck, NoOctetAtAllCanBeAlteredWithoutTheDigest) {
    const auto file = encode(log().ticket());
    for (std::size_t at = 0; at < file.size(); at += kStride) {
        auto altered = file;
        altered[at] = static_cast<char>(altered[at] ^ (1 << (at % 8)));
        const auto report = check(altered);
        EXPECT_TRUE(!report.ok() || report->difference_count > 0) << "octet " << at;
    }
}

}  // namespace
}  // namespace yht::ledger
