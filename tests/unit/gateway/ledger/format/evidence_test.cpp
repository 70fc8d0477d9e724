#include "gateway/ledger/format/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/gateway/ledger/format/evidence_ledger.h"

namespace yht::ledger {
namespace {

using base::Bytes;
using base::ErrorCode;
using testing::HasSubstr;

/// The hex column of the README's block under "## Evidence file": up to the run of two spaces
/// before the words.
std::string exampleHexOfReadme() {
    std::ifstream file(YHT_SOURCE_DIR "/gateway/ledger/format/README.md");
    std::stringstream readme;
    readme << file.rdbuf();
    const std::string text = readme.str();
    const auto begin = text.find("```\n", text.find("## Evidence file")) + 4;
    std::istringstream block(text.substr(begin, text.find("```", begin) - begin));
    std::string hex;
    for (std::string line; std::getline(block, line);)
        hex += line.substr(0, line.find_first_of(' '));
    return hex;
}

/// The file that README.md spells out.
Frames exampleFrames() {
    const auto key = *crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x07'));
    const LeafHeader header{
        .type = EntryType::Key,
        .seq = 1,
        .received_ms = 1'555'520'400'000,
        .committed_ms = 1'555'520'400'000,
        .config_digest = crypto::sha256({})};
    const Bytes salt = *base::fromHex("000102030405060708090a0b0c0d0e0f");
    const EvidenceEntry entry{
        PayloadIs::There, encodeLeaf(header, commitmentOf(salt, "k")), salt, "k"};
    return {
        EvidenceHead{
            .from = 1,
            .to = 1,
            .exported_ms = 1'555'520'460'000,
            .verifier_key = verifierKey("log", key.publicKey())},
        EvidenceCheckpoint{*signCheckpoint({"yht.example/1", 1, leafHash(entry.leaf)}, "log", key)},
        entry};
}

/// Every frame up to the end, or the error in its place.
base::Result<Frames> readAll(const std::string& file) {
    std::istringstream in(file);
    EvidenceReader reader(in);
    Frames frames;
    for (;;) {
        auto frame = reader.next();
        if (!frame) return std::move(frame).error();
        frames.push_back(*std::move(frame));
        if (std::holds_alternative<EvidenceEnd>(frames.back())) return frames;
    }
}

const Frames& sampleFrames() {
    static const Frames frames{
        EvidenceHead{
            .scope = EvidenceScope::Range,
            .payloads = true,
            .from = 2,
            .to = 3,
            .exported_ms = 1'555'520'400'000,
            .verifier_key = "log+00000000+AQ=="},
        EvidenceCheckpoint{"a note"},
        EvidenceEdge{{Bytes(32, 'e')}},
        EvidenceCertificate{"DER"},
        EvidenceEntry{PayloadIs::There, "leaf two", Bytes(16, 's'), "payload"},
        EvidenceEntry{PayloadIs::Erased, "leaf three", {}, {}},
        EvidenceConsistency{3, 4, {Bytes(32, 'p')}}};
    return frames;
}

TEST(Evidence, ReadmeExampleIsWhatWeWrite) {
    EXPECT_EQ(exampleHexOfReadme(), base::toHex(encode(exampleFrames())));
}

TEST(Evidence, EveryFrameIsReadAsItWasWritten) {
    auto read = readAll(encode(sampleFrames()));
    ASSERT_TRUE(read.ok()) << base::describe(read.error());
    const auto end = std::get<EvidenceEnd>(read->back());
    read->pop_back();
    EXPECT_EQ(sampleFrames(), *read);
    EXPECT_EQ(2u, end.entry_count);
    EXPECT_EQ(end.digest, end.found_digest);
}

TEST(Evidence, APathIsReadAsItWasWritten) {
    const Frames frames{EvidencePath{7, {Bytes(32, 'a'), Bytes(32, 'b')}}};
    const auto read = readAll(encode(frames));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(frames[0], (*read)[0]);
}

TEST(Evidence, EveryTruncationIsUnreadable) {
    const auto file = encode(sampleFrames());
    for (std::size_t length = 0; length < file.size(); ++length) {
        const auto read = readAll(file.substr(0, length));
        ASSERT_FALSE(read.ok()) << length;
        EXPECT_EQ(ErrorCode::EvidenceUnreadable, read.error().code) << length;
    }
}

TEST(Evidence, WhatFollowsTheEndIsUnreadable) {
    const auto read = readAll(encode(sampleFrames()) + '\0');
    ASSERT_FALSE(read.ok());
    EXPECT_THAT(read.error().detail, HasSubstr("octets after the end frame"));
}

std::string frame(char tag, const Bytes& body) {
    Bytes out(1, tag);
    base::appendU32(out, static_cast<std::uint32_t>(body.size()));
    return out + body;
}
std::string detailOf(const std::string& frames) {
    const auto read = readAll(std::string(kEvidenceMagic) + frames);
    return read.ok() ? "readable" : read.error().detail;
}

TEST(Evidence, AFrameLongerThanItsBoundIsRefusedBeforeItIsRead) {
    // No body follows: had the reader gone after it, it would have said "cut short".
    for (const std::string tag : {"H", "K", "E", "C", "L", "P", "S"}) {
        EXPECT_THAT(detailOf(tag + "\xff\xff\xff\xff"), HasSubstr("longer than its bound")) << tag;
    }
    EXPECT_THAT(detailOf("Z\xff\xff\xff\xff"), HasSubstr("not an end frame"));
}

TEST(Evidence, EachFrameIsBoundedToTheOctet) {
    const std::pair<char, std::size_t> bounds[] = {
        {'H', 32 + 2 * kEvidenceTextBytesMax},
        {'K', kEvidenceNoteBytesMax},
        {'C', kEvidenceCertificateBytesMax},
        {'E', kEvidenceHashesMax * kHashBytes},
        {'P', 8 + kEvidenceHashesMax * kHashBytes},
        {'S', 16 + kEvidenceHashesMax * kHashBytes}};
    for (const auto& [tag, bytes_max] : bounds) {
        const auto announced = [tag = tag](std::size_t bytes) {
            std::string header(1, tag);
            base::appendU32(header, static_cast<std::uint32_t>(bytes));
            return detailOf(header);
        };
        EXPECT_THAT(announced(bytes_max), HasSubstr("cut short")) << tag;
        EXPECT_THAT(announced(bytes_max + 1), HasSubstr("longer than its bound")) << tag;
    }
}

TEST(Evidence, EachTextOfAHeadIsBounded) {
    const auto head = [](std::size_t ticket_bytes, std::size_t key_bytes) {
        Bytes body{'\3', '\1'};
        body.append(3 * 8, '\0');
        for (const auto bytes : {ticket_bytes, key_bytes}) {
            base::appendU16(body, static_cast<std::uint16_t>(bytes));
            body.append(bytes, 'x');
        }
        return frame('H', body);
    };
    EXPECT_THAT(
        detailOf(head(kEvidenceTextBytesMax, kEvidenceTextBytesMax)), HasSubstr("cut short")
    );  // accepted; then the file ends
    EXPECT_THAT(detailOf(head(kEvidenceTextBytesMax + 1, 1)), HasSubstr("not a frame 'H'"));
    EXPECT_THAT(detailOf(head(1, kEvidenceTextBytesMax + 1)), HasSubstr("not a frame 'H'"));
}

TEST(Evidence, ALeafIsBounded) {
    const auto entry = [](std::size_t leaf_bytes) {
        Bytes body(1, '\0');
        base::appendU16(body, static_cast<std::uint16_t>(leaf_bytes));
        return frame('L', body.append(leaf_bytes, 'x'));
    };
    EXPECT_THAT(detailOf(entry(kLeafBytesMax)), HasSubstr("cut short"));
    EXPECT_THAT(detailOf(entry(kLeafBytesMax + 1)), HasSubstr("not a frame 'L'"));
}

TEST(Evidence, ALengthThatTheFileDoesNotHaveIsCutShort) {
    std::string header(1, 'L');
    base::appendU32(header, static_cast<std::uint32_t>(kEvidenceFrameBytesMax));
    EXPECT_THAT(detailOf(header + "few octets"), HasSubstr("cut short"));
}

TEST(Evidence, BodiesThatAreNoFrameAreUnreadable) {
    const auto head = [](char scope, std::uint64_t from, std::uint64_t to,
                         const std::string& ticket) {
        Bytes body{scope, '\1'};
        for (const auto value : {from, to, std::uint64_t{0}}) base::appendU64(body, value);
        base::appendU16(body, static_cast<std::uint16_t>(ticket.size()));
        return frame('H', body + ticket + Bytes("\0\1k", 3));
    };
    EXPECT_THAT(
        detailOf(head(1, 1, 5, "")), HasSubstr("cut short")
    );  // accepted; then the file ends
    for (const auto& bad :
         {head(0, 1, 5, ""), head(4, 1, 5, ""), head(1, 2, 5, ""), head(2, 0, 5, ""),
          head(2, 6, 5, ""), head(2, 1, 5, "T"), head(3, 0, 0, ""), head(3, 1, 0, "T")}) {
        EXPECT_THAT(detailOf(bad), HasSubstr("not a frame 'H'"));
    }
    EXPECT_THAT(detailOf(frame('E', Bytes(31, 'x'))), HasSubstr("not a frame 'E'"));
    EXPECT_THAT(detailOf(frame('E', "")), HasSubstr("not a frame 'E'"));
    EXPECT_THAT(detailOf(frame('P', Bytes(8 + 33, 'x'))), HasSubstr("not a frame 'P'"));
    EXPECT_THAT(detailOf(frame('S', Bytes(15, 'x'))), HasSubstr("not a frame 'S'"));
    EXPECT_THAT(
        detailOf(frame('L', Bytes("\3\0\1x", 4))), HasSubstr("not a frame 'L'")
    );  // payload_is 3
    EXPECT_THAT(
        detailOf(frame('L', Bytes("\0\0\1xy", 5))), HasSubstr("not a frame 'L'")
    );  // left out, but more follows
    EXPECT_THAT(
        detailOf(frame('L', Bytes("\1\0\1x", 4) + Bytes(15, 's'))), HasSubstr("not a frame 'L'")
    );  // short salt
    EXPECT_THAT(
        detailOf(frame('L', Bytes("\0\xff\xff", 3) + "x")), HasSubstr("not a frame 'L'")
    );  // oversize leaf
    EXPECT_THAT(detailOf(frame('X', "")), HasSubstr("unknown tag"));
}

TEST(Evidence, APayloadBeyondTheBoundIsNotWritten) {
    EvidenceWriter writer([](base::BytesView) { return base::Status{}; });
    const auto status = writer.write(EvidenceEntry{
        PayloadIs::There, "leaf", Bytes(16, 's'), Bytes(kEvidencePayloadBytesMax + 1, 'x')});
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(ErrorCode::ParameterInvalid, status.error().code);
}

TEST(Evidence, TheSinksErrorEndsTheWriting) {
    EvidenceWriter writer([](base::BytesView) {
        return base::Status(base::makeError(ErrorCode::DiskFull));
    });
    EXPECT_EQ(ErrorCode::DiskFull, writer.write(EvidenceCheckpoint{"note"}).error().code);
}

}  // namespace
}  // namespace yht::ledger
