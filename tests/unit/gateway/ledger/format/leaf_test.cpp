// The worked example of gateway/ledger/format/README.md is read from the page itself, so that it
// can't rot.
#include "gateway/ledger/format/leaf.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/sm3.h"
#include "gateway/ledger/format/tree.h"

namespace yht::ledger {
namespace {

using base::Bytes;
using base::ErrorCode;

LeafHeader exampleHeader() {
    LeafHeader header;
    header.type = EntryType::Record;
    header.kind = 1;
    header.assurance = Assurance::PartnerSignature;
    header.seq = 2;
    header.message_seq = 1;
    header.event_ms = 1555520400000;
    header.received_ms = 1555520461500;
    header.committed_ms = 1555520461507;
    header.source = "hotline-demo";
    header.ticket_no = "430200-20190418-0000001-6";
    header.adapter = "normalized";
    header.adapter_version = "1";
    header.config_digest = crypto::sha256({});
    return header;
}

Bytes exampleLeaf() {
    const auto salt = *base::fromHex("000102030405060708090a0b0c0d0e0f");
    return encodeLeaf(
        exampleHeader(), commitmentOf(salt, R"({"kind":"appeal","record_ref":"A-1"})")
    );
}

std::string readme() {
    std::ifstream file(YHT_SOURCE_DIR "/gateway/ledger/format/README.md");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The hex column of the README's first fenced block: up to the run of two spaces before the name.
std::string exampleHexOfReadme() {
    const std::string text = readme();
    const auto begin = text.find("```\n") + 4;
    std::istringstream block(text.substr(begin, text.find("```", begin) - begin));
    std::string hex;
    for (std::string line; std::getline(block, line);) {
        for (const char c : line.substr(0, line.find("  "))) {
            if (c != ' ') hex += c;
        }
    }
    return hex;
}

ErrorCode refusal(const Bytes& leaf) {
    return decodeLeaf(leaf).error().code;
}

TEST(Leaf, ReadmeExampleIsWhatWeWrite) {
    EXPECT_EQ(exampleHexOfReadme(), base::toHex(exampleLeaf()));
}

TEST(Leaf, ReadmeExampleHashesAsItSays) {
    EXPECT_NE(
        std::string::npos, readme().find("leaf_hash " + base::toHex(leafHash(exampleLeaf())))
    );
}

TEST(Leaf, DecodesToWhatWasEncoded) {
    const auto leaf = decodeLeaf(exampleLeaf());
    ASSERT_TRUE(leaf.ok());
    EXPECT_EQ(exampleHeader(), leaf->header);
    EXPECT_EQ(exampleLeaf(), encodeLeaf(leaf->header, leaf->commitment));
}

TEST(Leaf, EmptyTextsAndTimesBefore1970Survive) {
    LeafHeader header;
    header.type = EntryType::Erasure;
    header.seq = ~std::uint64_t{0};
    header.event_ms = -1;
    header.config_digest = Bytes(kHashBytes, '\xff');
    header.source = std::string(kLeafTextBytesMax, 'x');
    const auto bytes = encodeLeaf(header, Bytes(kHashBytes, '\0'));
    EXPECT_EQ(header, decodeLeaf(bytes)->header);
}

TEST(Leaf, EveryTruncationIsRefused) {
    const auto leaf = exampleLeaf();
    for (std::size_t size = 0; size < leaf.size(); ++size) {
        EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(leaf.substr(0, size))) << size;
    }
}

TEST(Leaf, TrailingByteIsRefused) {
    EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(exampleLeaf() + '\0'));
}

TEST(Leaf, UnknownConstantsAreRefused) {
    const std::pair<std::size_t, char> changes[] = {{0, 0}, {0, 2}, {1, 0}, {1, 9},
                                                    {3, 6}, {4, 0}, {4, 2}};
    for (const auto& [offset, value] : changes) {
        auto leaf = exampleLeaf();
        leaf[offset] = value;
        EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(leaf)) << "offset " << offset;
    }
}

TEST(Leaf, SequenceNumberZeroIsRefused) {
    auto leaf = exampleLeaf();
    leaf[12] = 0;
    EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(leaf));
}

TEST(Leaf, OverlongTextIsRefused) {
    auto leaf = exampleLeaf();
    leaf[77] = 65;
    leaf.insert(78, 65 - 12, 'x');
    EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(leaf));
}

TEST(Leaf, SecondDigestFollowsTheFirstAndChangesNothingElse) {
    const Bytes salt(kSaltBytes, 's');
    auto header = exampleHeader();
    header.digest_algorithm = kDigestSha256Sm3;
    const auto leaf = encodeLeaf(header, commitmentOf(salt, "p", kDigestSha256Sm3));
    const auto before = encodeLeaf(exampleHeader(), commitmentOf(salt, "p"));
    EXPECT_EQ(before.substr(5), leaf.substr(5, before.size() - 5));
    EXPECT_EQ(crypto::sm3(salt, "p"), leaf.substr(before.size()));
    const auto decoded = decodeLeaf(leaf);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(header, decoded->header);
    EXPECT_EQ(crypto::sha256(salt + "p"), decoded->sha256Commitment());
    EXPECT_EQ(leaf, encodeLeaf(decoded->header, decoded->commitment));
    EXPECT_LE(leaf.size(), kLeafBytesMax);
    for (std::size_t size = 0; size < leaf.size(); ++size) {
        EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(leaf.substr(0, size))) << size;
    }
    EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(leaf + '\0'));
    auto other = leaf;
    other[4] = kDigestSha256;  // two digests where one is announced
    EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(other));
    other[4] = 3;
    EXPECT_EQ(ErrorCode::LedgerCorrupt, refusal(other));
}

TEST(Leaf, ADifferenceSaysWhichDigestItIsOf) {
    const Bytes salt(kSaltBytes, 's');
    auto header = exampleHeader();
    header.digest_algorithm = kDigestSha256Sm3;
    Leaf leaf{header, commitmentOf(salt, "p", kDigestSha256Sm3)};
    EXPECT_FALSE(compareCommitment(leaf, salt, "p"));
    EXPECT_STREQ("SHA-256", compareCommitment(leaf, salt, "q")->digest);
    leaf.commitment.back() ^= 1;
    const auto difference = compareCommitment(leaf, salt, "p");
    ASSERT_TRUE(difference);
    EXPECT_STREQ("SM3", difference->digest);
    EXPECT_EQ(crypto::sm3(salt, "p"), difference->found);
    EXPECT_EQ(leaf.commitment.substr(kHashBytes), difference->expected);
}

TEST(Leaf, CommitmentDependsOnSaltAndPayload) {
    const Bytes salt(kSaltBytes, 's');
    EXPECT_EQ(crypto::sha256(salt + "p"), commitmentOf(salt, "p"));
    EXPECT_NE(commitmentOf(salt, "p"), commitmentOf(Bytes(kSaltBytes, 't'), "p"));
}

}  // namespace
}  // namespace yht::ledger
