#include "gateway/attachments/sealed_file.h"

#include "attachments_fixture.h"

namespace yht::attachments {
namespace {

constexpr std::uint64_t kChunk = kChunkBytes;

class SealedFileTest : public AttachmentsTest {
protected:
    const base::Bytes content = png(3 * kChunkBytes + 17);
    const std::string digest = digestOf(content);

    void SetUp() override { ASSERT_EQ("ok", codeOf(bring("p", content))); }
};

TEST_F(SealedFileTest, RangesAreExactOverEveryChunkBorder) {
    for (const std::uint64_t first : {std::uint64_t{0}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk - 1,
                                      3 * kChunk, 3 * kChunk + 16}) {
        for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{2}, kChunk, 2 * kChunk + 3}) {
            EXPECT_TRUE(content.substr(first, count) == read(digest, first, count))
                << first << '+' << count;
        }
    }
    EXPECT_TRUE(content == read(digest, 0, content.size() + 1));
    EXPECT_EQ("", read(digest, content.size(), 1));
    EXPECT_EQ("", read(digest, UINT64_MAX, 1));
}

TEST_F(SealedFileTest, IsAsLongAsTheGrammarSays) {
    EXPECT_EQ(65877U, sealedFileBytes(65541));  // the example in sealed_file.h
    EXPECT_EQ(sealedFileBytes(content.size()), readAll(fileOf(digest)).size());
}

TEST_F(SealedFileTest, HoldsNothingInClear) {
    const auto stored = readAll(fileOf(digest));
    EXPECT_EQ(std::string::npos, stored.find(content.substr(0, 12)));
    EXPECT_EQ(std::string::npos, stored.find(content.substr(kChunk, 12)));
    EXPECT_EQ(std::string::npos, stored.find("image/png"));
}

TEST_F(SealedFileTest, AChangedChunkIsFoundAndTheOthersStillRead) {
    flip(fileOf(digest), kHeaderBytes + kChunk + kChunkOverheadBytes + 100);
    EXPECT_TRUE(content.substr(0, kChunk) == read(digest, 0, kChunk));
    EXPECT_EQ("attachment.corrupt", read(digest, kChunk, 1));
    EXPECT_TRUE(content.substr(2 * kChunk, 5) == read(digest, 2 * kChunk, 5));
}

TEST_F(SealedFileTest, ChunksThatChangePlacesAreFound) {
    constexpr std::size_t kSealed = kChunkBytes + kChunkOverheadBytes;
    auto bytes = readAll(fileOf(digest));
    const auto first = bytes.substr(kHeaderBytes, kSealed);
    bytes.replace(kHeaderBytes, kSealed, bytes.substr(kHeaderBytes + kSealed, kSealed));
    bytes.replace(kHeaderBytes + kSealed, kSealed, first);
    writeAll(fileOf(digest), bytes);
    EXPECT_EQ("attachment.corrupt", read(digest, 0, 1));
    EXPECT_EQ("attachment.corrupt", read(digest, kChunk, 1));
}

TEST_F(SealedFileTest, ACutOrLengthenedFileIsFoundOnOpening) {
    const auto bytes = readAll(fileOf(digest));
    for (const auto& other : {bytes.substr(0, bytes.size() - 1), bytes + 'x', bytes.substr(0, 300),
                              bytes.substr(0, 100), base::Bytes()}) {
        writeAll(fileOf(digest), other);
        EXPECT_EQ("attachment.corrupt", codeOf(store().find(digest))) << other.size();
    }
}

TEST_F(SealedFileTest, EveryOctetOfTheHeaderCounts) {
    const auto bytes = readAll(fileOf(digest));
    for (std::size_t at = 0; at < kHeaderBytes; ++at) {
        auto other = bytes;
        other[at] = static_cast<char>(other[at] ^ 0x80);
        writeAll(fileOf(digest), other);
        EXPECT_EQ("attachment.corrupt", codeOf(store().find(digest))) << at;
    }
}

TEST_F(SealedFileTest, AnotherAttachmentsFileUnderThisNameIsFound) {
    const auto other = png(100, 'b');
    ASSERT_EQ("ok", codeOf(bring("p", other)));
    writeAll(fileOf(digest), readAll(fileOf(digestOf(other))));
    EXPECT_EQ("attachment.corrupt", codeOf(store().find(digest)));
}

TEST_F(SealedFileTest, AnotherKekOpensNothing) {
    auto other = options();
    other.kek = base::Bytes(32, 'K');
    open(other);
    EXPECT_EQ("attachment.corrupt", codeOf(store().find(digest)));
}

}  // namespace
}  // namespace yht::attachments
