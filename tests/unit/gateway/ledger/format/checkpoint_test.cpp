// Vectors: a checkpoint published by sum.golang.org, the same log's with a witness line, and the
// example key of golang.org/x/mod/sumdb/note. Each accepted note has rejected siblings.
#include "gateway/ledger/format/checkpoint.h"

#include <gtest/gtest.h>

#include <functional>

#include "gateway/ledger/format/tree.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;

const std::string kGoKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const std::string kGoNote =
    "go.sum database tree\n6476701\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\n"
    "— sum.golang.org "
    "Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3Geo"
    "WwOoAw=\n";
const std::string kWitnessedNote =
    "go.sum database tree\n15067302\ngJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=\n\n"
    "— sum.golang.org "
    "Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeK"
    "n4E2ww=\n"
    "— test.example.com "
    "qTGhC/xIPQ0AXKHK6Y+9ypRfuvMZWPjRXM8NiOg5M1WREn07VQXyuIXM3NRNav3ieVFLUqDRK77PWDmL6w8"
    "w84UqeAw=\n";

base::Result<Checkpoint> openGo(const std::string& note) {
    const auto key = parseVerifierKey(kGoKey);
    return openCheckpoint(note, key->first, key->second);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(std::string::npos, at);
    return text.replace(at, from.size(), to);
}

TEST(VerifierKey, PublishedKeyIsReadAndWrittenBack) {
    const auto key = parseVerifierKey(kGoKey);
    ASSERT_TRUE(key.ok());
    EXPECT_EQ("sum.golang.org", key->first);
    EXPECT_EQ(kGoKey, verifierKey(key->first, key->second));
}

TEST(VerifierKey, PublishedSigningKeyGivesItsVerifierKey) {
    const auto typed_seed = *base::fromBase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
    const auto key = crypto::PrivateKey::fromEd25519Seed(typed_seed.substr(1));
    EXPECT_EQ(
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        verifierKey("PeterNeumann", key->publicKey())
    );
}

TEST(VerifierKey, WrongIdTypeOrLengthIsRefused) {
    for (const auto& text :
         {replaced(kGoKey, "033de0ae", "033de0af"), replaced(kGoKey, "sum.", "sun."),
          replaced(kGoKey, "+Ac4z", "+As4z"), kGoKey.substr(0, kGoKey.size() - 4),
          std::string("sum.golang.org+033de0ae"), std::string("")}) {
        const auto key = parseVerifierKey(text);
        ASSERT_FALSE(key.ok()) << text;
        EXPECT_EQ(ErrorCode::LedgerCorrupt, key.error().code);
    }
}

TEST(OpenCheckpoint, PublishedNoteVerifies) {
    const auto checkpoint = openGo(kGoNote);
    ASSERT_TRUE(checkpoint.ok()) << base::describe(checkpoint.error());
    EXPECT_EQ("go.sum database tree", checkpoint->origin);
    EXPECT_EQ(6476701u, checkpoint->size);
    EXPECT_EQ("mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=", base::toBase64(checkpoint->root));
}

TEST(OpenCheckpoint, WitnessLineBesideOursIsFine) {
    EXPECT_EQ(15067302u, openGo(kWitnessedNote)->size);
}

struct ForgedNote {
    const char* name;
    std::function<std::string()> make;
};

class OpenCheckpointAttack : public testing::TestWithParam<ForgedNote> {};

TEST_P(OpenCheckpointAttack, IsRefused) {
    const auto checkpoint = openGo(GetParam().make());
    ASSERT_FALSE(checkpoint.ok());
    EXPECT_EQ(ErrorCode::LedgerCorrupt, checkpoint.error().code);
}

const std::string kSignature = kGoNote.substr(kGoNote.find("\n\n") + 2);
const std::string kBody = kGoNote.substr(0, kGoNote.find("\n\n") + 1);

INSTANTIATE_TEST_SUITE_P(
    Forged, OpenCheckpointAttack,
    testing::Values(
        ForgedNote{"OtherSize", [] { return replaced(kGoNote, "6476701", "6476702"); }},
        ForgedNote{"OtherRoot", [] { return replaced(kGoNote, "mb8Q", "mb8R"); }},
        ForgedNote{"OtherOrigin", [] { return replaced(kGoNote, "go.sum", "go.sun"); }},
        ForgedNote{"LeadingZeroInSize", [] { return replaced(kGoNote, "6476701", "06476701"); }},
        ForgedNote{"SignedSize", [] { return replaced(kGoNote, "6476701", "+6476701"); }},
        ForgedNote{
            "SizeBeyond64Bits",
            [] { return replaced(kGoNote, "6476701", "64767010000000000000"); }},
        ForgedNote{"ShortRoot", [] { return replaced(kGoNote, "mb8QLQIs", "mb8Q"); }},
        ForgedNote{"ExtraBodyLine", [] { return kBody + "more\n\n" + kSignature; }},
        ForgedNote{
            "MissingLine", [] { return kBody.substr(kBody.find('\n') + 1) + "\n" + kSignature; }},
        ForgedNote{"NoBlankLine", [] { return kBody + kSignature; }},
        ForgedNote{"CarriageReturns", [] { return replaced(kGoNote, "tree\n", "tree\r\n"); }},
        ForgedNote{"NoSignature", [] { return kBody + "\n"; }},
        ForgedNote{"HyphenForEmDash", [] { return replaced(kGoNote, "— ", "- "); }},
        ForgedNote{"EnDashForEmDash", [] { return replaced(kGoNote, "— ", "– "); }},
        ForgedNote{"OtherName", [] { return replaced(kGoNote, "— sum.", "— sun."); }},
        ForgedNote{"OtherKeyId", [] { return replaced(kGoNote, "Az3grsLX", "Az3hrsLX"); }},
        ForgedNote{"OneBitOff", [] { return replaced(kGoNote, "Az3grsLX", "Az3grsLY"); }},
        ForgedNote{"NonCanonicalBase64", [] { return replaced(kGoNote, "oAw=\n", "oAx=\n"); }},
        ForgedNote{"ShortSignature", [] { return replaced(kGoNote, "WwOoAw=\n", "Ww==\n"); }},
        ForgedNote{"LastLineWithoutEnd", [] { return kGoNote.substr(0, kGoNote.size() - 1); }},
        ForgedNote{"TrailingGarbage", [] { return kGoNote + "x\n"; }},
        ForgedNote{
            "BadSecondSignatureByUs",
            [] { return kGoNote + replaced(kSignature, "Az3grsLX", "Az3grsLY"); }},
        ForgedNote{
            "SeventeenSignatures",
            [] {
                std::string note = kGoNote;
                for (int i = 0; i < 16; ++i) note += kSignature;
                return note;
            }},
        ForgedNote{
            "NotUtf8",
            [] {
                return replaced(
                    kGoNote, "go.sum",
                    "go\xff"
                    "sum"
                );
            }},
        ForgedNote{"TooLong", [] { return std::string(20'000, 'x') + kGoNote; }},
        ForgedNote{"Empty", [] { return std::string(); }}
    ),
    [](const auto& row) { return row.param.name; }
);

class SignCheckpoint : public testing::Test {
protected:
    crypto::PrivateKey key_ = *crypto::PrivateKey::fromEd25519Seed(base::Bytes(32, '\x07'));
    Checkpoint checkpoint_{"yht.example/430200/1", 3, leafHash("root")};
};

TEST_F(SignCheckpoint, OpensToWhatWasSigned) {
    const auto note = signCheckpoint(checkpoint_, "yht.example/log", key_);
    EXPECT_EQ(checkpoint_, *openCheckpoint(*note, "yht.example/log", key_.publicKey()));
}

TEST_F(SignCheckpoint, SameInputsGiveSameBytes) {
    EXPECT_EQ(*signCheckpoint(checkpoint_, "log", key_), *signCheckpoint(checkpoint_, "log", key_));
}

TEST_F(SignCheckpoint, AnotherKeyUnderTheSameNameIsRefused) {
    const auto note = signCheckpoint(checkpoint_, "log", key_);
    const auto other = crypto::PrivateKey::fromEd25519Seed(base::Bytes(32, '\x08'));
    EXPECT_EQ(
        ErrorCode::LedgerCorrupt, openCheckpoint(*note, "log", other->publicKey()).error().code
    );
}

}  // namespace
}  // namespace yht::ledger
