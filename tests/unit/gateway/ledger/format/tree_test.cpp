// Vectors: the eight-leaf test tree of the Certificate Transparency project (RFC 6962 reference
// tests); RFC 9162 kept the hashing. Every accepted proof has rejected siblings.
#include "gateway/ledger/format/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "gateway/crypto/digest.h"

namespace yht::ledger {
namespace {

using base::Bytes;
using testing::ElementsAre;
using testing::IsEmpty;

Bytes hex(const char* text) {
    return *base::fromHex(text);
}

const std::vector<Bytes> kLeaves = {
    "",
    hex("00"),
    hex("10"),
    hex("2021"),
    hex("3031"),
    hex("40414243"),
    hex("5051525354555657"),
    hex("606162636465666768696a6b6c6d6e6f")};

const char* const kRoots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

/// A tree in memory: what the store does with a table.
struct GrownTree {
    TreeEdge edge;
    std::map<std::pair<std::uint8_t, std::uint64_t>, Bytes> nodes;

    void append(base::BytesView leaf) {
        std::vector<Node> completed;
        edge.append(leafHash(leaf), completed);
        for (auto& node : completed) nodes[{node.level, node.index}] = node.hash;
    }
    TreeEdge::NodeReader reader() const {
        return [this](std::uint8_t level, std::uint64_t index) -> base::Result<Bytes> {
            const auto found = nodes.find({level, index});
            if (found == nodes.end())
                return base::makeError(base::ErrorCode::LedgerCorrupt, "no node");
            return found->second;
        };
    }
};

GrownTree published(std::size_t size = 8) {
    GrownTree tree;
    for (std::size_t i = 0; i < size; ++i) tree.append(kLeaves[i]);
    return tree;
}

GrownTree numbered(std::uint64_t size) {
    GrownTree tree;
    for (std::uint64_t i = 0; i < size; ++i) tree.append("leaf " + std::to_string(i));
    return tree;
}

TEST(Tree, TheEdgeNamesItsSubtreesAndNoOther) {
    GrownTree tree;
    for (std::uint64_t size = 1; size <= 70; ++size) {
        tree.append("leaf " + std::to_string(size));
        for (std::uint8_t level = 0; level < 8; ++level) {
            for (std::uint64_t index = 0; index <= size >> level; ++index) {
                const auto found = tree.edge.subtree(level, index);
                const bool covers = (size >> level & 1) != 0 && index == (size >> level) - 1;
                ASSERT_EQ(covers, found.ok()) << size << ' ' << int{level} << ' ' << index;
                if (covers) {
                    EXPECT_EQ(*found, *tree.reader()(level, index));
                }
            }
        }
    }
    EXPECT_FALSE(tree.edge.subtree(64, 0).ok());
}

TEST(Tree, EmptyRootIsTheDigestOfNothing) {
    EXPECT_EQ(hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), emptyRoot());
    EXPECT_EQ(emptyRoot(), TreeEdge().root());
}

TEST(Tree, PublishedRootsAtEverySize) {
    GrownTree tree;
    for (std::size_t i = 0; i < kLeaves.size(); ++i) {
        tree.append(kLeaves[i]);
        EXPECT_EQ(kRoots[i], base::toHex(tree.edge.root())) << "size " << i + 1;
    }
}

TEST(Tree, LoadedEdgeGoesOnAsTheOneThatWasSaved) {
    for (std::size_t size = 0; size <= 8; ++size) {
        auto tree = published(size);
        auto loaded = TreeEdge::load(size, tree.reader());
        ASSERT_TRUE(loaded.ok());
        EXPECT_EQ(tree.edge.root(), loaded->root());
        std::vector<Node> a, b;
        tree.edge.append(leafHash("next"), a);
        loaded->append(leafHash("next"), b);
        EXPECT_EQ(tree.edge.root(), loaded->root());
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].hash, b[i].hash);
    }
}

TEST(Tree, LoadReportsAMissingNode) {
    auto tree = published(7);
    tree.nodes.erase({1, 2});
    EXPECT_EQ(base::ErrorCode::LedgerCorrupt, TreeEdge::load(7, tree.reader()).error().code);
}

TEST(Inclusion, PublishedPaths) {
    const auto tree = published();
    const auto a = hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    const auto b = hex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    EXPECT_THAT(*inclusionPath(0, 1, tree.reader()), IsEmpty());
    EXPECT_THAT(
        *inclusionPath(0, 8, tree.reader()),
        ElementsAre(
            hex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"), a,
            hex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")
        )
    );
    EXPECT_THAT(
        *inclusionPath(5, 8, tree.reader()),
        ElementsAre(
            b, hex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
            hex(kRoots[3])
        )
    );
    EXPECT_THAT(*inclusionPath(2, 3, tree.reader()), ElementsAre(hex(kRoots[1])));
    EXPECT_THAT(*inclusionPath(1, 5, tree.reader()), ElementsAre(hex(kRoots[0]), a, b));
}

TEST(Inclusion, EveryLeafOfEverySizeVerifies) {
    const auto tree = numbered(70);
    for (std::uint64_t size = 1; size <= 70; ++size) {
        const auto root = TreeEdge::load(size, tree.reader())->root();
        for (std::uint64_t index = 0; index < size; ++index) {
            const auto path = inclusionPath(index, size, tree.reader());
            const auto& leaf = tree.nodes.at({0, index});
            ASSERT_EQ(root, *rootFromInclusion(index, size, leaf, *path))
                << index << " of " << size;
        }
    }
}

class InclusionAttack : public testing::Test {
protected:
    /// What rootFromInclusion makes of a forged path for leaf 5 of 8: "accepted", "other root" or
    /// "refused".
    std::string judge(std::uint64_t index, std::uint64_t size, const std::vector<Bytes>& path) {
        const auto root = rootFromInclusion(index, size, leafHash(kLeaves[5]), path);
        if (!root)
            return root.error().code == base::ErrorCode::LedgerCorrupt ? "refused" : "wrong code";
        return *root == hex(kRoots[7]) ? "accepted" : "other root";
    }
    GrownTree tree_ = published();
    std::vector<Bytes> path_ = *inclusionPath(5, 8, tree_.reader());
};

TEST_F(InclusionAttack, HonestPathIsAccepted) {
    EXPECT_EQ("accepted", judge(5, 8, path_));
}
TEST_F(InclusionAttack, TruncatedPathIsRefused) {
    path_.pop_back();
    EXPECT_EQ("refused", judge(5, 8, path_));
}
TEST_F(InclusionAttack, EmptyPathIsRefused) {
    EXPECT_EQ("refused", judge(5, 8, {}));
}
TEST_F(InclusionAttack, ExtraHashIsRefused) {
    path_.push_back(path_[0]);
    EXPECT_EQ("refused", judge(5, 8, path_));
}
TEST_F(InclusionAttack, SwappedHashesGiveAnotherRoot) {
    std::swap(path_[0], path_[1]);
    EXPECT_EQ("other root", judge(5, 8, path_));
}
TEST_F(InclusionAttack, OneBitOffGivesAnotherRoot) {
    for (auto& hash : path_) {
        hash[31] ^= 1;
        EXPECT_EQ("other root", judge(5, 8, path_));
        hash[31] ^= 1;
    }
}
TEST_F(InclusionAttack, WrongIndexGivesAnotherRoot) {
    for (std::uint64_t index : {0, 1, 2, 3, 4, 6, 7})
        EXPECT_EQ("other root", judge(index, 8, path_));
}
TEST_F(InclusionAttack, IndexOutsideTheTreeIsRefused) {
    EXPECT_EQ("refused", judge(8, 8, path_));
}
TEST_F(InclusionAttack, NodeAsLeafGivesAnotherRoot) {
    // Without the 0x00 and 0x01 prefixes an inner node's two hashes could be passed off as a leaf.
    const Bytes pair = tree_.nodes.at({0, 4}) + tree_.nodes.at({0, 5});
    const auto root = rootFromInclusion(2, 4, leafHash(pair), {path_[1], path_[2]});
    EXPECT_NE(hex(kRoots[7]), *root);
}

TEST(Consistency, PublishedProofs) {
    const auto tree = published();
    const auto a = hex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    EXPECT_THAT(*consistencyPath(1, 1, tree.reader()), IsEmpty());
    EXPECT_THAT(
        *consistencyPath(1, 8, tree.reader()),
        ElementsAre(
            hex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"), a,
            hex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")
        )
    );
    EXPECT_THAT(
        *consistencyPath(6, 8, tree.reader()),
        ElementsAre(
            hex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
            hex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"), hex(kRoots[3])
        )
    );
    EXPECT_THAT(
        *consistencyPath(2, 5, tree.reader()),
        ElementsAre(a, hex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"))
    );
}

TEST(Consistency, EveryPairOfSizesVerifies) {
    const auto tree = numbered(40);
    std::vector<Bytes> roots = {emptyRoot()};
    for (std::uint64_t size = 1; size <= 40; ++size) {
        roots.push_back(TreeEdge::load(size, tree.reader())->root());
    }
    for (std::uint64_t second = 1; second <= 40; ++second) {
        for (std::uint64_t first = 1; first <= second; ++first) {
            const auto path = consistencyPath(first, second, tree.reader());
            ASSERT_TRUE(verifyConsistency(first, second, roots[first], roots[second], *path))
                << first << " to " << second;
        }
    }
}

class ConsistencyAttack : public testing::Test {
protected:
    bool accepts(std::uint64_t first, std::uint64_t second, const std::vector<Bytes>& path) {
        return verifyConsistency(first, second, hex(kRoots[5]), hex(kRoots[7]), path);
    }
    GrownTree tree_ = published();
    std::vector<Bytes> path_ = *consistencyPath(6, 8, tree_.reader());
};

TEST_F(ConsistencyAttack, HonestProofIsAccepted) {
    EXPECT_TRUE(accepts(6, 8, path_));
}
TEST_F(ConsistencyAttack, TruncatedProofIsRefused) {
    while (!path_.empty()) {
        path_.pop_back();
        EXPECT_FALSE(accepts(6, 8, path_));
    }
}
TEST_F(ConsistencyAttack, ExtraHashIsRefused) {
    path_.push_back(path_[0]);
    EXPECT_FALSE(accepts(6, 8, path_));
}
TEST_F(ConsistencyAttack, SwappedHashesAreRefused) {
    std::swap(path_[0], path_[1]);
    EXPECT_FALSE(accepts(6, 8, path_));
}
TEST_F(ConsistencyAttack, OneBitOffIsRefused) {
    for (auto& hash : path_) {
        hash[0] ^= 1;
        EXPECT_FALSE(accepts(6, 8, path_));
        hash[0] ^= 1;
    }
}
TEST_F(ConsistencyAttack, WrongSizesAreRefused) {
    EXPECT_FALSE(accepts(5, 8, path_));
    EXPECT_FALSE(accepts(7, 8, path_));
    EXPECT_FALSE(accepts(6, 16, path_));
    EXPECT_FALSE(accepts(8, 6, path_));
    EXPECT_FALSE(accepts(0, 8, {}));
}
TEST_F(ConsistencyAttack, SwappedRootsAreRefused) {
    EXPECT_FALSE(verifyConsistency(6, 8, hex(kRoots[7]), hex(kRoots[5]), path_));
}
TEST_F(ConsistencyAttack, EqualSizesNeedEqualRootsAndNoProof) {
    EXPECT_TRUE(verifyConsistency(8, 8, hex(kRoots[7]), hex(kRoots[7]), {}));
    EXPECT_FALSE(verifyConsistency(8, 8, hex(kRoots[7]), hex(kRoots[6]), {}));
    EXPECT_FALSE(verifyConsistency(8, 8, hex(kRoots[7]), hex(kRoots[7]), path_));
}

}  // namespace
}  // namespace yht::ledger
