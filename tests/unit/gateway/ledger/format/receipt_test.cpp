#include "gateway/ledger/format/receipt.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/format/tree.h"

namespace yht::ledger {
namespace {

using base::Bytes;
using base::ErrorCode;

/// A ledger of five entries in memory, and the honest receipt of the third.
class ReceiptTest : public testing::Test {
protected:
    ReceiptTest() {
        std::map<std::pair<std::uint8_t, std::uint64_t>, Bytes> nodes;
        TreeEdge edge;
        for (std::uint64_t seq = 1; seq <= 5; ++seq) {
            std::vector<Node> completed;
            edge.append(leafHash(leaf(seq)), completed);
            for (auto& node : completed) nodes[{node.level, node.index}] = node.hash;
        }
        receipt_.seq = 3;
        receipt_.ticket_no = "430200-20190418-0000001-6";
        receipt_.leaf = leaf(3);
        receipt_.salt = Bytes(kSaltBytes, 's');
        receipt_.path = *inclusionPath(2, 5, [&](auto level, auto index) -> base::Result<Bytes> {
            return nodes.at({level, index});
        });
        receipt_.checkpoint =
            *signCheckpoint({"yht.example/430200/1", 5, edge.root()}, "log", key_);
    }

    Bytes leaf(std::uint64_t seq) {
        LeafHeader header;
        header.type = EntryType::Record;
        header.seq = seq;
        header.ticket_no = "430200-20190418-0000001-6";
        header.config_digest = crypto::sha256({});
        return encodeLeaf(header, commitmentOf(Bytes(kSaltBytes, 's'), payload_));
    }

    std::string verdict(const Receipt& receipt, const std::string* payload) {
        const auto status = verifyReceipt(receipt, "log", key_.publicKey(), payload);
        return status.ok() ? "valid" : status.error().row().wire;
    }
    std::string verdict() { return verdict(receipt_, &payload_); }

    const std::string payload_ = "the record that the partner sent";
    crypto::PrivateKey key_ = *crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x07'));
    Receipt receipt_;
};

TEST_F(ReceiptTest, HonestReceiptIsValidWithAndWithoutPayload) {
    EXPECT_EQ("valid", verdict());
    EXPECT_EQ("valid", verdict(receipt_, nullptr));
}

TEST_F(ReceiptTest, EncodesAndDecodesToTheSameBytes) {
    const auto text = encodeReceipt(receipt_);
    const auto again = decodeReceipt(text);
    ASSERT_TRUE(again.ok()) << base::describe(again.error());
    EXPECT_EQ(receipt_, *again);
    EXPECT_EQ(text, encodeReceipt(*again));
}

TEST_F(ReceiptTest, OtherPayloadIsRefused) {
    const std::string other = payload_ + "!";
    EXPECT_EQ("ledger.corrupt", verdict(receipt_, &other));
}
TEST_F(ReceiptTest, OtherSaltIsRefused) {
    receipt_.salt[0] ^= 1;
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, OtherSeqIsRefused) {
    receipt_.seq = 4;
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, OtherTicketIsRefused) {
    receipt_.ticket_no += "0";
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, LeafOfAnotherEntryIsRefused) {
    receipt_.leaf = leaf(4);
    receipt_.seq = 4;
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, EveryFlippedBitOfTheLeafIsRefused) {
    for (auto& byte : receipt_.leaf) {
        byte ^= 1;
        EXPECT_EQ("ledger.corrupt", verdict(receipt_, nullptr));
        byte ^= 1;
    }
}
TEST_F(ReceiptTest, TruncatedPathIsRefused) {
    receipt_.path.pop_back();
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, ExtraHashInThePathIsRefused) {
    receipt_.path.push_back(receipt_.path[0]);
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, SwappedPathIsRefused) {
    std::swap(receipt_.path[0], receipt_.path[1]);
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, CheckpointOfAnotherTreeIsRefused) {
    receipt_.checkpoint = *signCheckpoint({"yht.example/430200/1", 5, leafHash("x")}, "log", key_);
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, CheckpointBeforeTheEntryIsRefused) {
    receipt_.checkpoint = *signCheckpoint({"yht.example/430200/1", 2, leafHash("x")}, "log", key_);
    EXPECT_EQ("ledger.corrupt", verdict());
}
TEST_F(ReceiptTest, CheckpointByAnotherKeyIsRefused) {
    const auto other = crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x08'));
    const auto honest = openCheckpoint(receipt_.checkpoint, "log", key_.publicKey());
    receipt_.checkpoint = *signCheckpoint(*honest, "log", *other);
    EXPECT_EQ("ledger.corrupt", verdict());
}

TEST_F(ReceiptTest, TextsThatAreNoReceiptAreRefused) {
    const auto text = encodeReceipt(receipt_);
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string changed = text;
        return changed.replace(changed.find(from), from.size(), to);
    };
    EXPECT_EQ(
        ErrorCode::JsonMalformed, decodeReceipt(text.substr(0, text.size() - 1)).error().code
    );
    EXPECT_EQ(ErrorCode::JsonMalformed, decodeReceipt(text + "}").error().code);
    for (const auto& changed :
         {std::string("[]"), std::string("{}"), with("receipt-1", "receipt-2"),
          with("\"seq\":\"3\"", "\"seq\":\"03\""), with("\"seq\":\"3\"", "\"seq\":\"0\""),
          with("\"seq\":\"3\"", "\"seq\":[]"), with("\"salt\":\"", "\"salt\":\"AAAA"),
          with("\"path\":[", "\"path\":[\"AAAA\","), with("{\"", "{\"a\":\"b\",\""),
          with("\"leaf\":\"", "\"leaf\":\"%")}) {
        const auto receipt = decodeReceipt(changed);
        ASSERT_FALSE(receipt.ok()) << changed;
        EXPECT_EQ(ErrorCode::LedgerCorrupt, receipt.error().code);
    }
}

}  // namespace
}  // namespace yht::ledger
